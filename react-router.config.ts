import type { Config } from "@react-router/dev/config";

export default {
  appDirectory: "app",
  // scripts/runtime/build.ts builds beside what is being served and puts it in place when it is whole.
  buildDirectory: process.env.METERLINE_BUILD_DIR ?? "build/current",
  ssr: true,
  // Every route is known from the first page on; no extra request discovers them.
  routeDiscovery: { mode: "initial" },
} satisfies Config;
