import { defineConfig } from "vitest/config";

/** Real processes on real storage, killed at any moment, and what is found when they are started again. */
export default defineConfig({
  test: {
    name: "crash",
    environment: "node",
    include: ["test/crash/**/*.crash.test.ts"],
    setupFiles: ["test/quiet-console.ts"],
    restoreMocks: true,
    fileParallelism: false,
    pool: "forks",
    testTimeout: 900_000,
    hookTimeout: 180_000,
  },
});
