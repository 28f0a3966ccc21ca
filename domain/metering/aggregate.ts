/**
 * When a figure of many customers may be shown to another one: the "15/15 rule" for aggregated usage, which the California
 * Public Utilities Commission adopted in Decision 97-10-031 and utilities of other states follow.
 */
import type { Milli } from "./units.ts";

/** Fewer customers than this make no average: who knows some of them could reckon the others. */
export const CUSTOMERS_LEAST = 15;
/** One who uses more of the total than this could be read from the average. */
export const SHARE_MOST_PERCENT = 15;

/** Whether a sum over customers tells what none of them uses. `largest`: the most that one of them used, in the unit of `total`. */
export function tellsOfNobody({ customers, largest, total }: { readonly customers: number; readonly largest: Milli; readonly total: Milli }): boolean {
  return customers >= CUSTOMERS_LEAST && largest * 100 <= total * SHARE_MOST_PERCENT;
}
