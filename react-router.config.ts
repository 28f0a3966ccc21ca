import type { Config } from "@react-router/dev/config";

export default {
  appDirectory: "app",
  buildDirectory: "build",
  ssr: true,
  // Every route is known from the first page on; no extra request discovers them.
  routeDiscovery: { mode: "initial" },
} satisfies Config;
