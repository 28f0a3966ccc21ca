import { describe, expect, test } from "vitest";
import { BACK_BILLING_DEFAULTS, backBillingRule, beyondLimit, chargeableFrom, type BackBillingRule } from "./back-billing.ts";

const home = { state: "WI", customerClass: "residential", cause: "slowMeter" } as const;
const ruleFor = (change: object = {}, direction: BackBillingRule["direction"] = "charge") => backBillingRule(BACK_BILLING_DEFAULTS, { ...home, ...change }, direction);
const month = (periodFrom: string, periodTo: string, more: number) => ({ periodFrom, periodTo, more });

describe("which rule counts", () => {
  test("the state's for the cause before its general one, before what holds where no rule is set", () => {
    expect(ruleFor()).toMatchObject({ state: "WI", months: 24 });
    expect(ruleFor({ cause: "wrongRead" })).toMatchObject({ state: null, months: 12 });
    expect(ruleFor({ state: "OH", cause: "wrongRead" })).toMatchObject({ state: "OH", months: 12 });
    expect(ruleFor({ state: "OH", cause: "tampering" })).toMatchObject({ cause: "tampering", months: null });
    expect(ruleFor({ state: "OH", customerClass: "commercial", cause: "wrongRead" })).toBeNull();
    expect(ruleFor({ state: "MD", cause: "fastMeter" }, "refund")).toMatchObject({ months: 36 });
  });
});

describe("what may not be charged any more", () => {
  const rule = ruleFor({ cause: "wrongRead" });
  test("whole bills before the limit, a part by days of the one in which it falls, nothing of later ones", () => {
    expect(chargeableFrom(rule!, "2026-06-16")).toBe("2025-06-16");
    expect(beyondLimit(month("2025-05-01", "2025-06-01", 31_00), rule, "2026-06-16")).toBe(31_00);
    expect(beyondLimit(month("2025-06-01", "2025-07-01", 30_00), rule, "2026-06-16")).toBe(15_00);
    expect(beyondLimit(month("2025-07-01", "2025-08-01", 31_00), rule, "2026-06-16")).toBe(0);
  });
  test("half of what a slow meter missed in Maryland, the odd cent to the customer", () => {
    expect(beyondLimit(month("2026-04-01", "2026-05-01", 10_01), ruleFor({ state: "MD" }), "2026-06-16")).toBe(5_01);
  });
  test("what is charged less is never held back, and without a rule nothing is", () => {
    expect(beyondLimit(month("2020-01-01", "2020-02-01", -50_00), rule, "2026-06-16")).toBe(0);
    expect(beyondLimit(month("2020-01-01", "2020-02-01", 50_00), null, "2026-06-16")).toBe(0);
  });
});
