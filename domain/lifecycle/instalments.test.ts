import { expect, test } from "vitest";
import { businessDays } from "../billing/cycle.ts";
import { instalmentsOf, offerText, partsFor } from "./instalments.ts";

const open = businessDays([{ on: "2026-08-24", name: "Town fair" }]);

test("as many parts as months of catch-up, at least two, at most twenty-four", () => {
  expect([partsFor(0), partsFor(1), partsFor(7), partsFor(60)]).toEqual([2, 2, 7, 24]);
});

test("equal parts a month apart that sum to the whole, the odd cents first, each due on a working day", () => {
  const parts = instalmentsOf(100_00, 3, "2026-06-22", open);
  expect(parts).toEqual([{ dueOn: "2026-06-22", amount: 33_34 }, { dueOn: "2026-07-22", amount: 33_33 }, { dueOn: "2026-08-25", amount: 33_33 }]);
  expect(() => instalmentsOf(1, 3, "2026-06-22", open)).toThrow("1 cents cannot be paid in 3 parts");
});

test("the offer says how much, in how many parts, from when and until when it stands", () => {
  const text = offerText({ offerId: "o", cause: "trueUp", billIds: [], total: 100_00, offeredOn: "2026-06-01", answerBy: "2026-06-22", instalments: instalmentsOf(100_00, 3, "2026-06-22", open) });
  expect(text.en).toBe("You can pay $100.00 of this in 3 monthly parts of $33.34, the first one due 2026-06-22. Tell us by 2026-06-22.");
  expect(text.es).toContain("3 partes mensuales");
});
