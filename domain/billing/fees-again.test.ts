import { describe, expect, test } from "vitest";
import type { LoggedEvent } from "../lifecycle/account/standing-bills.ts";
import { feeBackId, feesAgain } from "./fees-again.ts";

const log = (...events: readonly (readonly [type: string, data: object])[]): LoggedEvent[] => events.map(([type, data], i) => ({ seq: i + 1, type, data }));
const bill = (billId: string, charges: number, dueOn: string, corrects?: string) => ["BillCompleted", { billId, charges, dueOn, ...(corrects ? { corrects } : {}) }] as const;
const paid = (amount: number, receivedOn: string) => ["PaymentPosted", { amount, receivedOn }] as const;
const fee = (adjustmentId: string, postedOn: string) => ["AdjustmentPosted", { adjustmentId, kind: "fee", amount: 10_00, postedOn, arrearsOn: postedOn, gl: "4900", reason: "Late" }] as const;

describe("a fee for lateness, looked at again", () => {
  const story = log(bill("b1", 60_00, "2026-03-21"), paid(45_00, "2026-03-20"), fee("f1", "2026-04-02"), bill("b2", 50_00, "2026-04-21"), paid(15_00, "2026-04-05"));
  const falls = (corrected: readonly (readonly [string, number])[], events = story) => feesAgain(events, new Map(corrected), "2026-03-01").map(({ pastDue, fallsAway }) => [pastDue, fallsAway]);

  test("falls away when the corrected bill was paid in full by then", () => {
    expect(falls([["b1", 45_00]])).toEqual([[0, true]]);
    expect(falls([["b1", 30_00]])).toEqual([[0, true]]);
  });
  test("stays when something was past due all the same", () => {
    expect(falls([["b1", 45_01]])).toEqual([[1, false]]);
    expect(falls([])).toEqual([[15_00, false]]);
  });
  test("is not given back twice, and one of before the touched bills is not looked at", () => {
    const given = [...story, ...log(["AdjustmentPosted", { adjustmentId: feeBackId("c1", "f1"), kind: "feeWaived", amount: -10_00, postedOn: "2026-05-01", arrearsOn: "2026-05-01", gl: "4900", reason: "x" }])];
    expect(falls([["b1", 45_00]], given)).toEqual([]);
    expect(feesAgain(story, new Map(), "2026-04-03")).toEqual([]);
  });
  test("a bill that was corrected before counts with its first due date and its latest charges", () => {
    const again = log(bill("b1", 60_00, "2026-03-21"), paid(45_00, "2026-03-20"), fee("f1", "2026-04-02"), ["BillCanceled", { billId: "b1", replacedBy: "b1-r2" }], bill("b1-r2", 58_00, "2026-06-21", "b1"));
    expect(falls([], again)).toEqual([[13_00, false]]);
    expect(falls([["b1-r2", 45_00]], again)).toEqual([[0, true]]);
  });
  test("under a budget stays when the instalment was missed, though the charges alone were paid; a bill that is taken back asks for none", () => {
    const underBudget = ["BillCompleted", { billId: "b1", charges: 21_30, dueOn: "2026-04-21", budget: { instalment: 40_00, instalmentDueOn: "2026-04-21" } }] as const;
    const missed = log(underBudget, paid(25_00, "2026-04-01"), fee("f1", "2026-04-28"));
    expect(falls([["b1", 20_99]], missed)).toEqual([[15_00, false]]);
    expect(falls([], log(underBudget, paid(25_00, "2026-04-01"), fee("f1", "2026-04-28"), ["BillCanceled", { billId: "b1", replacedBy: null }]))).toEqual([[0, true]]);
  });
  test("once the budget has ended all that was charged is due, as the corrected bill has it", () => {
    const ended = log(["BillCompleted", { billId: "b1", charges: 60_00, dueOn: "2026-04-21", budget: { instalment: 40_00, instalmentDueOn: "2026-04-21" } }], paid(40_00, "2026-04-20"), ["BudgetEnded", { dueOn: "2026-04-23" }], fee("f1", "2026-04-28"));
    expect(falls([], ended)).toEqual([[20_00, false]]);
    expect(falls([["b1", 40_00]], ended)).toEqual([[0, true]]);
  });
});
