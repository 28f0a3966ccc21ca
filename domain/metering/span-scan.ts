/**
 * One pass over a span of intervals that gathers what the rules ask of every span: sum, largest, gaps, runs.
 * It is the hot loop of ingest, so it works on plain numbers and allocates only its result.
 */
import { QUALITY_EDITED, QUALITY_ESTIMATED, QUALITY_QUESTIONABLE } from "./channel.ts";
import { MISSING, type DayStats } from "./packed-day.ts";
import type { Milli } from "./units.ts";
import type { ChannelThresholds } from "./vee-thresholds.ts";

/** Above any value: the least of a run that has none yet. */
const NO_FLOW = 2_147_483_647;

export interface SpanScan {
  readonly slots: number;
  readonly present: number;
  readonly sum: Milli;
  /** The largest value; `MISSING` where there is none. */
  readonly max: Milli;
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
  /** Longest run at or above the leak rate with a part in this span (counting `flowSlotsBefore`), and the one still running at the end. */
  readonly leakRun: number;
  readonly leakRunAtEnd: number;
  /** Measured slots of zero up to the last one that is known, counting those before the span. */
  readonly idleAtEnd: number;
  /** Lowest value of the longest run, as far as it lies in this span. */
  readonly leakLeast: Milli;
  readonly burstRun: number;
  readonly burstStart: number;
  readonly estimated: number;
  readonly edited: number;
  readonly questionable: number;
}

/**
 * Scans the values of a span. Slots without a value and estimated ones neither lengthen nor break a run of flow:
 * they prove nothing. `expected` slots should be there; `flowSlotsBefore` is the run of flow that ran into the first slot (below zero: of no flow).
 */
export function scanSpan(values: Int32Array, quality: Uint8Array | null, expected: number, flowSlotsBefore: number, thresholds: ChannelThresholds): SpanScan {
  const { stuckMinimum, leakMinimum, burstMinimum } = thresholds;
  const slots = values.length;
  let absent = 0;
  let sum = 0;
  let max = MISSING;
  let zeros = 0;
  let negatives = 0;
  let firstNegative = -1;
  let missing = 0;
  let longestGap = 0;
  let longestGapStart = 0;
  let equal = 0;
  let last = MISSING;
  let stuckRun = 0;
  let stuckEnd = 0;
  let stuckValue = 0;
  let leak = Math.max(0, flowSlotsBefore);
  let leakRun = 0;
  let leakNow = NO_FLOW;
  let leakLeast = NO_FLOW;
  let burst = 0;
  let burstRun = 0;
  let burstEnd = 0;
  let estimated = 0;
  let edited = 0;
  let questionable = 0;

  // Runs are compared with the longest so far where they end, not at every slot; a run that is still going is closed after the loop.
  for (let slot = 0; slot < slots; slot++) {
    const value = values[slot]!;
    if (value <= 0) {
      if (value === MISSING) {
        const start = slot;
        while (slot + 1 < slots && values[slot + 1] === MISSING) slot++;
        absent += slot + 1 - start;
        const gap = Math.min(slot + 1, expected) - start;
        if (gap > 0) missing += gap;
        if (gap > longestGap) {
          longestGap = gap;
          longestGapStart = start;
        }
        continue;
      }
      if (value === 0) zeros++;
      else if (negatives++ === 0) firstNegative = slot;
    }
    sum += value;
    max = value > max ? value : max;
    if (quality !== null) {
      const code = quality[slot];
      if (code === QUALITY_ESTIMATED) {
        estimated++;
        continue;
      }
      if (code === QUALITY_EDITED) edited++;
      else if (code === QUALITY_QUESTIONABLE) questionable++;
    }
    if (value === last) equal++;
    else {
      if (equal > stuckRun && last >= stuckMinimum) {
        stuckRun = equal;
        stuckEnd = slot;
        stuckValue = last;
      }
      last = value;
      equal = 1;
    }
    if (value >= leakMinimum) {
      leak++;
      if (value < leakNow) leakNow = value;
      if (value >= burstMinimum) burst++;
      else if (burst > 0) {
        if (burst > burstRun) {
          burstRun = burst;
          burstEnd = slot;
        }
        burst = 0;
      }
    } else if (leak > 0) {
      if (leak > leakRun && leakNow !== NO_FLOW) {
        leakRun = leak;
        leakLeast = leakNow;
      }
      if (burst > burstRun) {
        burstRun = burst;
        burstEnd = slot;
      }
      leak = 0;
      leakNow = NO_FLOW;
      burst = 0;
    }
  }
  if (equal > stuckRun && last >= stuckMinimum) {
    stuckRun = equal;
    stuckEnd = slots;
    stuckValue = last;
  }
  if (leak > leakRun && leakNow !== NO_FLOW) {
    leakRun = leak;
    leakLeast = leakNow;
  }
  if (burst > burstRun) {
    burstRun = burst;
    burstEnd = slots;
  }
  return {
    slots, present: slots - absent, sum, max, zeros, negatives, firstNegative, missing, longestGap, longestGapStart,
    stuckRun, stuckStart: Math.max(0, stuckEnd - stuckRun), stuckValue,
    leakRun, leakRunAtEnd: leak, idleAtEnd: idleAtEnd(values, quality, flowSlotsBefore), leakLeast: leakLeast === NO_FLOW ? 0 : leakLeast, burstRun, burstStart: Math.max(0, burstEnd - burstRun),
    estimated, edited, questionable,
  };
}

/** Looks back from the end: where something flowed last, that is over at once. */
function idleAtEnd(values: Int32Array, quality: Uint8Array | null, flowSlotsBefore: number): number {
  let idle = 0;
  for (let slot = values.length - 1; slot >= 0; slot--) {
    if (values[slot] === MISSING || quality?.[slot] === QUALITY_ESTIMATED) continue;
    if (values[slot] !== 0) return idle;
    idle++;
  }
  return idle + Math.max(0, -flowSlotsBefore);
}

/** The run that goes on into the next span: of flow, or, below zero, of no flow. */
export const runAtEnd = ({ leakRunAtEnd, idleAtEnd }: SpanScan): number => (leakRunAtEnd > 0 ? leakRunAtEnd : -idleAtEnd);

/** What `dayStats` would find in the same values, without another pass. */
export function statsOfScan({ sum, max, slots, present, estimated, edited }: SpanScan): DayStats {
  return { sum, max: present === 0 ? 0 : max, slots, present, estimated, edited };
}

/** The third largest value of a span, `MISSING` where there are fewer than three. A second pass, for the few spans that need it. */
export function thirdLargest(values: Int32Array): Milli {
  let first = MISSING;
  let second = MISSING;
  let third = MISSING;
  for (const value of values) {
    if (value <= third) continue;
    third = value;
    if (third > second) [second, third] = [third, second];
    if (second > first) [first, second] = [second, first];
  }
  return third;
}
