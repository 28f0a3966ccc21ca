import { expect, test } from "vitest";
import { passwordProblem } from "./password-rule.ts";

test("a new password is long, not all the same, and not the address", () => {
  expect(passwordProblem("correct horse", "ana@example.com")).toBeNull();
  expect(passwordProblem("twelve chars", "ana@example.com")).toBeNull();
  expect(passwordProblem("eleven char", "ana@example.com")).toBe("short");
  expect(passwordProblem("👩‍🚀".repeat(4), "ana@example.com")).toBe("simple");
  expect(passwordProblem("aaaaaaaaaaaaaaaa", "ana@example.com")).toBe("simple");
  expect(passwordProblem("Ana@Example.com", " ana@example.com")).toBe("simple");
});
