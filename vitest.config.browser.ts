import { defineConfig } from "vitest/config";

/** Stories told in a real browser, on a Meterline that the test starts: the same processes as `npm start`. */
export default defineConfig({
  test: {
    name: "browser",
    environment: "node",
    include: ["test/browser/**/*.browser.test.ts"],
    setupFiles: ["test/quiet-console.ts"],
    restoreMocks: true,
    // Each file starts servers and a browser of its own; side by side they would only slow each other down.
    fileParallelism: false,
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // What is pushed takes milliseconds; a busy machine takes longer, and no test is about how long.
    expect: { poll: { timeout: 20_000, interval: 25 } },
  },
});
