import { expect, test } from "vitest";
import { ADJUSTMENT_KINDS, ADJUSTMENTS, adjustmentTooLarge } from "./adjustment.ts";
import { PERMISSIONS, ROLES } from "./permissions.ts";

test("billing staff forgive a leak up to five hundred dollars; more is a supervisor's to decide", () => {
  expect(adjustmentTooLarge("billing", 500_00)).toBeNull();
  expect(adjustmentTooLarge("billing", 500_01)).toBe("Your role (billing) posts adjustments up to $500.00 a day. A supervisor can post it.");
  expect(adjustmentTooLarge("billing", 100_00, 400_00)).toBeNull();
  expect(adjustmentTooLarge("billing", 100_01, 400_00)).toBe("Your role (billing) posts adjustments up to $500.00 a day, and you have posted $400.00 today. A supervisor can post it.");
  expect(adjustmentTooLarge("admin", 1, 50_000_00)).toContain("A colleague can post it, or you tomorrow.");
  expect(adjustmentTooLarge("supervisor", 5_000_00)).toBeNull();
  expect(adjustmentTooLarge("supervisor", 5_000_01)).toContain("An administrator can post it.");
  expect(adjustmentTooLarge("admin", 50_000_01)).toContain("Nobody posts more");
});

test("a role has a limit exactly when it has the permission", () => {
  for (const role of ROLES) expect(adjustmentTooLarge(role, 1) === null, role).toBe(PERMISSIONS[role].has("post:adjustment:any"));
});

test("every kind can be posted on at least one side", () => {
  for (const kind of ADJUSTMENT_KINDS) expect(ADJUSTMENTS[kind].sides.length).toBeGreaterThan(0);
});
