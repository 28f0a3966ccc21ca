import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./scripts/runtime/compatibility.ts";

/** What has to run inside workerd: the objects, the queue and cron handlers, the routes, on a real database server. */
export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      main: "./test/workerd/worker.ts",
      miniflare: {
        compatibilityDate: COMPATIBILITY_DATE,
        compatibilityFlags: COMPATIBILITY_FLAGS,
        bindings: {
          DATABASE_URL: inject<string>("databaseUrl"),
          DATABASE_CONTROL: inject<string>("databaseControl"),
          SECRET_KEY: inject<string>("secretKey"),
          PUBLIC_URL: "http://meterline.test",
          VERSION: "0.0.0-test",
          DEMO: "0",
          TEST_PROVIDER: "1",
        },
        durableObjects: {
          ACCOUNT: { className: "AccountObject", useSQLite: true },
          OPERATIONS: { className: "OperationsObject", useSQLite: true },
        },
        r2Buckets: { FILES: "files" },
        queueProducers: { OUTBOX: { queueName: "outbox" } },
        queueConsumers: { outbox: { maxBatchSize: 100, maxBatchTimeout: 0 } },
      },
    })),
  ],
  test: {
    name: "workerd",
    include: ["{durable,worker,test}/**/*.workerd.test.ts"],
    globalSetup: ["test/workerd/setup.ts"],
    setupFiles: ["test/quiet-console.ts"],
    restoreMocks: true,
    // One database for all files, and tests that take it away: one file after the other.
    fileParallelism: false,
    testTimeout: 30_000,
  },
});
