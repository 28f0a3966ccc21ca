/** By which rules a utility runs budget billing: a topic of its settings. */
import type { Cents } from "../money/cents.ts";

/** `bill`: the year's difference is due with the bill that settles; `carry`: it is spread over the next year's amounts. */
export const DIFFERENCES = ["bill", "carry"] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface BudgetRules {
  /** With fewer bills than this behind an account, staff say the amount. */
  readonly billsLeast: number;
  /** Amounts are rounded up to a multiple of it. */
  readonly roundUpTo: Cents;
  readonly reviewMonths: number;
  /** An amount that is off by more is proposed anew. */
  readonly tolerancePercent: number;
  /** Month in which every budget is settled; 0: each account's own, a year after it was enrolled. */
  readonly settleMonth: number;
  readonly difference: Difference;
  /** So many instalments past due when the next bill is made end the budget. */
  readonly missedMost: number;
}
