import { defineConfig } from "vitest/config";

/** What needs neither a database server, nor workerd, nor a browser: the rules, and the scripts around them. */
export default defineConfig({
  test: {
    name: "unit",
    environment: "node",
    include: ["{domain,db,durable,worker,app,scripts,test,bench}/**/*.test.{ts,tsx}"],
    exclude: ["**/*.{workerd,browser,crash}.test.{ts,tsx}", "**/node_modules/**", "build/**", "tmp/**"],
    setupFiles: ["test/quiet-console.ts"],
    restoreMocks: true,
    // No test is about how long: on a machine that does other things besides, a property takes what it takes.
    testTimeout: 60_000,
    // Threads start faster than processes, and none of these tests changes the process.
    pool: "threads",
  },
});
