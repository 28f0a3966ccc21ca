import { defineConfig } from "vitest/config";

/** The door to the database, on a real database server. */
export default defineConfig({
  test: {
    name: "sqld",
    environment: "node",
    include: ["db/**/*.sqld.test.ts"],
    setupFiles: ["test/quiet-console.ts"],
    pool: "threads",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
