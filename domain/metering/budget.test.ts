import { expect, test } from "vitest";
import { followBudget, type BudgetMonth } from "./budget.ts";

const month = (used: number, more: Partial<BudgetMonth> = {}): BudgetMonth => ({ channelId: 3, meterId: "M", servicePointId: "SP", start: 1_000, budget: 3_000_000, used, throughAt: 5_000, ...more });

test("a budget is told of when it is passed, goes on with the month, and is over with it", () => {
  expect(followBudget(month(3_000_000), [])).toEqual([]);
  const raised = followBudget(month(3_000_001), []);
  expect(raised).toEqual([{ id: "budget:SP:1000:3000000", kind: "budget", channelId: 3, meterId: "M", servicePointId: "SP", startedAt: 1_000, throughAt: 5_000, endedAt: null, least: 3_000_000, usage: 3_000_001 }]);
  expect(followBudget(month(3_400_000, { throughAt: 6_000 }), raised)).toMatchObject([{ usage: 3_400_000, throughAt: 6_000, endedAt: null }]);
  expect(followBudget(month(10, { start: 9_000, throughAt: 9_500 }), raised)).toMatchObject([{ id: "budget:SP:1000:3000000", endedAt: 9_000 }]);
});

test("corrected values take it back, and the same budget is not told of again in that month; another one is", () => {
  const over = followBudget(month(2_000_000, { throughAt: 6_000 }), followBudget(month(3_100_000), []));
  expect(over).toMatchObject([{ endedAt: 6_000 }]);
  expect(followBudget(month(3_200_000), over)).toEqual([]);
  expect(followBudget(month(4_200_000, { budget: 4_000_000 }), over)).toMatchObject([{ id: "budget:SP:1000:4000000", endedAt: null }]);
});
