/**
 * Tiers of charges that look at the clock: how the usage of time-of-use periods falls into tiers, and a demand into its tiers.
 * A step's place is its code plus the number of codes for every tier below it (`placeOf`).
 */
import type { Milli } from "../metering/units.ts";
import type { CompiledCharge, CompiledRate } from "./compile.ts";
import { timesOver } from "./numbers.ts";
import type { Slice } from "./period.ts";
import type { TierTable } from "./tier-table.ts";
import type { Work } from "./work.ts";

/** Where a step of a tier is written down. */
function placeOf(tier: number, code: number, { tables }: Slice): number {
  return tier * tables.length + code;
}

/** The amount of a slice's usage by code, NaN where a code did not occur; steps are left in the work space. */
export function tiersByCode({ ownTiers, schedule }: CompiledCharge, usage: Float64Array, tables: readonly TierTable[], slice: Slice, { schedules }: CompiledRate, work: Work): number {
  const { periods } = schedules[schedule]!;
  let amount = 0;
  // Codes stand season by season; the usage of a season fills the season's tiers.
  for (let from = 0; from < usage.length; from += periods) {
    let total = 0;
    for (let code = from; code < from + periods; code++) if (usage[code]! > 0) total += usage[code]!;
    for (let code = from; code < from + periods; code++) {
      if (usage[code] === usage[code]) amount += tiersOfCode(usage[code]!, ownTiers ? usage[code]! : total, tables[code]!, code, slice, work);
    }
  }
  return amount;
}

/**
 * The amount of one code's usage. `total` is the usage that fills the tiers; below each tier's end the code has its share of
 * it, rounded half up to a thousandth, so that the parts of all tiers add up to the code's usage.
 */
function tiersOfCode(usage: Milli, total: Milli, { limits, prices }: TierTable, code: number, slice: Slice, work: Work): number {
  let amount = 0;
  let below = 0;
  for (let tier = 0; tier < limits.length; tier++) {
    const limit = limits[tier]!;
    const upTo = total <= limit ? usage : timesOver(usage, limit, total);
    const inside = upTo - below;
    if (inside > 0 || (usage === 0 && tier === 0)) {
      amount += inside * prices[tier]!;
      if (work.explaining) work.step(inside, prices[tier]!, 1, placeOf(tier, code, slice), slice);
    }
    if (total <= limit) break;
    below = upTo;
  }
  return amount;
}

/** Adds each tier's price for the part of the billed demand inside it. */
export function tieredDemand({ index, perCent }: CompiledCharge, billed: Milli, code: number, slice: Slice, shareOf: number, work: Work): void {
  const { limits, prices } = slice.tables[code]!;
  const share = slice.codeShares[code]!;
  let lower = 0;
  for (let tier = 0; tier < limits.length; tier++) {
    const inside = Math.min(billed, limits[tier]!) - lower;
    if (inside > 0 || (billed === 0 && tier === 0)) {
      work.add(index, perCent, inside * prices[tier]!, share, shareOf);
      if (work.explaining) work.step(inside, prices[tier]!, share, placeOf(tier, code, slice), slice);
    }
    if (billed <= limits[tier]!) return;
    lower = limits[tier]!;
  }
}
