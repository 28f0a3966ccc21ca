/** Tiers as they are priced: where each ends, what everything below it costs, and its price. */
export interface TierTable {
  /** Ends in thousandths, ascending; the last is infinite. */
  readonly limits: Float64Array;
  /** Amount of all tiers below, thousandths × price. */
  readonly starts: Float64Array;
  readonly prices: Float64Array;
}

export function tierTable(limits: Float64Array, prices: Float64Array): TierTable {
  const starts = new Float64Array(limits.length);
  for (let tier = 1; tier < limits.length; tier++) {
    const width = limits[tier - 1]! - (tier === 1 ? 0 : limits[tier - 2]!);
    // Two tiers that are both beyond any usage are never reached; their amount must only be a number.
    starts[tier] = starts[tier - 1]! + (width > 0 && width < Infinity ? width * prices[tier - 1]! : 0);
  }
  return { limits, starts, prices };
}

/** A price without tiers. */
export function oneTier(prices: Float64Array): TierTable {
  return tierTable(Float64Array.of(Number.POSITIVE_INFINITY), prices);
}
