/**
 * One pass over a span of intervals that gathers all that the rules ask: sum, the three largest, gaps, runs.
 * It is the hot loop of ingest, so it works on plain numbers and allocates only its result.
 */
import { QUALITY_EDITED, QUALITY_ESTIMATED, QUALITY_QUESTIONABLE } from "./channel.ts";
import { MISSING } from "./packed-day.ts";
import type { Milli } from "./units.ts";
import type { ChannelThresholds } from "./vee-thresholds.ts";

export interface SpanScan {
  readonly slots: number;
  readonly present: number;
  readonly sum: Milli;
  /** The three largest values; `MISSING` where there are fewer. */
  readonly max1: Milli;
  readonly max2: Milli;
  readonly max3: Milli;
  readonly maxSlot: number;
  readonly zeros: number;
  readonly negatives: number;
  readonly firstNegative: number;
  /** Expected slots without a value, and the longest stretch of them. */
  readonly missing: number;
  readonly longestGap: number;
  readonly longestGapStart: number;
  /** Longest run of one and the same value that is at least the stuck minimum. */
  readonly stuckRun: number;
  readonly stuckStart: number;
  readonly stuckValue: Milli;
  /** Longest run at or above the leak rate (counting `flowSlotsBefore`) and the one still running at the end. */
  readonly leakRun: number;
  readonly leakRunAtEnd: number;
  readonly leakLeast: Milli;
  readonly burstRun: number;
  readonly burstStart: number;
  readonly estimated: number;
  readonly edited: number;
  readonly questionable: number;
}

/**
 * Scans the values of a span. Slots without a value and estimated ones neither lengthen nor break a run of flow:
 * they prove nothing. `expected` slots should be there; `flowSlotsBefore` is the run of flow that ran into the first slot.
 */
export function scanSpan(values: Int32Array, quality: Uint8Array | null, expected: number, flowSlotsBefore: number, thresholds: ChannelThresholds): SpanScan {
  const { stuckMinimum, leakMinimum, burstMinimum } = thresholds;
  const slots = values.length;
  let present = 0;
  let sum = 0;
  let max1 = MISSING;
  let max2 = MISSING;
  let max3 = MISSING;
  let maxSlot = -1;
  let zeros = 0;
  let negatives = 0;
  let firstNegative = -1;
  let missing = 0;
  let gap = 0;
  let longestGap = 0;
  let longestGapEnd = 0;
  let equal = 0;
  let last = MISSING;
  let stuckRun = 0;
  let stuckEnd = 0;
  let stuckValue = 0;
  let leak = flowSlotsBefore;
  let leakRun = 0;
  let leakNow = MISSING;
  let leakLeast = MISSING;
  let burst = 0;
  let burstRun = 0;
  let burstEnd = 0;
  let estimated = 0;
  let edited = 0;
  let questionable = 0;

  for (let slot = 0; slot < slots; slot++) {
    const value = values[slot]!;
    if (value === MISSING) {
      if (slot < expected) {
        missing++;
        if (++gap > longestGap) {
          longestGap = gap;
          longestGapEnd = slot;
        }
      }
      continue;
    }
    gap = 0;
    present++;
    sum += value;
    if (value > max3) {
      if (value > max1) {
        max3 = max2;
        max2 = max1;
        max1 = value;
        maxSlot = slot;
      } else if (value > max2) {
        max3 = max2;
        max2 = value;
      } else max3 = value;
    }
    if (value <= 0) {
      if (value === 0) zeros++;
      else if (negatives++ === 0) firstNegative = slot;
    }
    if (quality !== null) {
      const code = quality[slot];
      if (code === QUALITY_ESTIMATED) {
        estimated++;
        continue;
      }
      if (code === QUALITY_EDITED) edited++;
      else if (code === QUALITY_QUESTIONABLE) questionable++;
    }
    if (value !== last) {
      last = value;
      equal = 0;
    }
    if (++equal > stuckRun && value >= stuckMinimum) {
      stuckRun = equal;
      stuckEnd = slot;
      stuckValue = value;
    }
    if (value >= leakMinimum) {
      if (leak === 0 || leakNow === MISSING || value < leakNow) leakNow = value;
      if (++leak > leakRun) {
        leakRun = leak;
        leakLeast = leakNow;
      }
      if (value >= burstMinimum) {
        if (++burst > burstRun) {
          burstRun = burst;
          burstEnd = slot;
        }
      } else burst = 0;
    } else {
      leak = 0;
      leakNow = MISSING;
      burst = 0;
    }
  }
  return {
    slots, present, sum, max1, max2, max3, maxSlot, zeros, negatives, firstNegative, missing,
    longestGap, longestGapStart: longestGapEnd - longestGap + 1,
    stuckRun, stuckStart: Math.max(0, stuckEnd - stuckRun + 1), stuckValue,
    leakRun, leakRunAtEnd: leak, leakLeast, burstRun, burstStart: Math.max(0, burstEnd - burstRun + 1),
    estimated, edited, questionable,
  };
}
