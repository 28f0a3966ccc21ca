/** Tiers as they are priced: where each ends, what everything below it costs, and its price. */
import type { Milli } from "../metering/units.ts";
import { NO_LIMIT, timesOver } from "./numbers.ts";

export interface TierTable {
  /** Ends in thousandths, ascending; the last is infinite. */
  readonly limits: Float64Array;
  /** Amount of all tiers below, thousandths × price. */
  readonly starts: Float64Array;
  readonly prices: Float64Array;
  /** Hours' use after which each tier ends at the latest, in thousandths (`NO_LIMIT`: any); null: no tier has one. */
  readonly hours: Float64Array | null;
}

export function tierTable(limits: Float64Array, prices: Float64Array, hours: Float64Array | null = null): TierTable {
  const starts = new Float64Array(limits.length);
  for (let tier = 1; tier < limits.length; tier++) {
    const width = limits[tier - 1]! - (tier === 1 ? 0 : limits[tier - 2]!);
    // Two tiers that are both beyond any usage are never reached; their amount must only be a number.
    starts[tier] = starts[tier - 1]! + (width > 0 && width < Infinity ? width * prices[tier - 1]! : 0);
  }
  return { limits, starts, prices, hours };
}

/** Demand is counted in thousandths of a watt and hours in thousandths, so a million of their product is a thousandth of a kWh. */
const HOURS_PARTS = 1_000_000;

/**
 * The table for a demand in thousandths of a watt: each tier ends at its limit or after its hours' use, whichever is less.
 * A tier that ends before the one below it is empty.
 */
export function withHoursUse({ limits, prices, hours }: TierTable, demand: number): TierTable {
  if (hours === null) throw new Error("the tiers have no hours' use");
  let reached = 0;
  const ends = limits.map((limit, tier) => (reached = Math.max(reached, Math.min(limit, hoursLimit(hours[tier]!, demand)))));
  return tierTable(ends, prices);
}

function hoursLimit(hours: Milli, demand: number): Milli {
  return hours === NO_LIMIT ? NO_LIMIT : timesOver(hours, demand, HOURS_PARTS);
}

/** A price without tiers. */
export function oneTier(prices: Float64Array): TierTable {
  return tierTable(Float64Array.of(Number.POSITIVE_INFINITY), prices);
}
