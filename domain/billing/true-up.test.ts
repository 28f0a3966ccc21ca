import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SETTING_DEFAULTS } from "../lifecycle/settings.ts";
import { offerFor, spread } from "./true-up.ts";

describe("a quantity spread by days", () => {
  test("sums to the whole, whatever the months; no month is further from its exact share than one thousandth", () => {
    fc.assert(fc.property(fc.integer({ min: -1_000_000, max: 10_000_000 }), fc.array(fc.integer({ min: 1, max: 62 }), { minLength: 1, maxLength: 13 }), (total, days) => {
      const parts = spread(total, days);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
      const whole = days.reduce((sum, day) => sum + day, 0);
      parts.forEach((part, i) => expect(Math.abs(part - (total * days[i]!) / whole)).toBeLessThanOrEqual(1));
    }));
  });
});

describe("the offer to pay a catch-up in parts", () => {
  const settings = { ...SETTING_DEFAULTS, estimation: { ...SETTING_DEFAULTS.estimation, planFrom: 50_00, planMonthsPerEstimate: 1 } };
  const bill = { billId: "1001-20260801", issuedOn: "2026-08-03", dueOn: "2026-08-24" };
  const offer = (cents: number, estimates: number, over: Partial<typeof settings.estimation> = {}) => offerFor({ cents, estimates }, bill, { ...settings, estimation: { ...settings.estimation, ...over } });

  test("has as many parts as months were estimated, the first one due with the bill", () => {
    expect(offer(100_00, 3)).toMatchObject({
      cause: "trueUp", billIds: ["1001-20260801"], total: 100_00, answerBy: "2026-08-24",
      instalments: [{ dueOn: "2026-08-24", amount: 33_34 }, { dueOn: "2026-09-24", amount: 33_33 }, { dueOn: "2026-10-26", amount: 33_33 }],
    });
    expect(offer(100_00, 1, { planMonthsPerEstimate: 4 })!.instalments).toHaveLength(4);
  });

  test("is not made for little, nor for a credit", () => {
    expect([offer(49_99, 3), offer(-100_00, 3), offer(0, 3, { planFrom: 0 })]).toEqual([null, null, null]);
  });

  test("whatever it is, its parts are what is owed", () => {
    fc.assert(fc.property(fc.integer({ min: 50_00, max: 1_000_000 }), fc.integer({ min: 1, max: 12 }), (cents, estimates) => {
      expect(offer(cents, estimates)!.instalments.reduce((sum, { amount }) => sum + amount, 0)).toBe(cents);
    }));
  });
});
