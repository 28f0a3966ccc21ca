/**
 * A warning or an error that nobody expected fails the test that caused it. A test that expects one says so with
 * `vi.spyOn(console, "error").mockImplementation(() => {})` and checks what was said.
 */
import { afterEach, beforeEach, expect } from "vitest";

const WATCHED = ["error", "warn"] as const;

let said: string[] = [];

for (const level of WATCHED) {
  console[level] = (...args: unknown[]): void => {
    said.push(`console.${level}: ${args.map((arg) => (arg instanceof Error ? (arg.stack ?? arg.message) : String(arg))).join(" ")}`);
  };
}

beforeEach(() => {
  said = [];
});

afterEach(() => {
  const unexpected = said;
  said = [];
  expect(unexpected, "unexpected console output").toEqual([]);
});
