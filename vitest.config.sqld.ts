import { defineConfig } from "vitest/config";

/** What has to be seen on a real database server: the door to it, and a share of the simulation. */
export default defineConfig({
  test: {
    name: "sqld",
    environment: "node",
    include: ["{db,test}/**/*.sqld.test.ts"],
    setupFiles: ["test/quiet-console.ts"],
    pool: "threads",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
