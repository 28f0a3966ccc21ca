/** What billed services would have cost under another rate: the same usage, the same days, the same engine. */
import type { TimeZone } from "../calendar/zone.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { rateCents, rateSegment, RatingError, type CompiledRate, type Determinants, type DeterminantSeries, type RatedLine } from "../rating/index.ts";
import type { FrozenSegment } from "./snapshot.ts";

/** A segment of a bill with the intervals of its period, where there are any. */
export interface BilledSegment {
  readonly segment: FrozenSegment;
  readonly series: readonly DeterminantSeries[];
}

export interface AccountUnder {
  /** Segments that could be priced. Both sums are over these alone. */
  readonly segments: number;
  readonly before: Cents;
  readonly after: Cents;
  readonly unpriced: number;
  /** Why the first of the others could not. */
  readonly reason: string | null;
}

/** All of an account's segments under the rate, as if it had counted all the time. */
export function accountUnder(billed: readonly BilledSegment[], zone: TimeZone, rate: CompiledRate): AccountUnder {
  let [segments, before, after, unpriced] = [0, 0, 0, 0];
  let reason: string | null = null;
  for (const each of billed) {
    try {
      after = sumCents([after, rateCents(rate, determinantsUnder(each, zone))]);
      before = sumCents([before, each.segment.total]);
      segments += 1;
    } catch (error) {
      if (!(error instanceof RatingError)) throw error;
      unpriced += 1;
      reason ??= error.message;
    }
  }
  return { segments, before, after, unpriced, reason };
}

export type SegmentUnder =
  | { readonly ok: true; readonly cents: Cents; readonly lines: readonly RatedLine[] }
  | { readonly ok: false; readonly reason: string };

/** One segment under the rate, every line explained. */
export function segmentUnder(billed: BilledSegment, zone: TimeZone, rate: CompiledRate): SegmentUnder {
  try {
    const { totalCents, lines } = rateSegment(rate, determinantsUnder(billed, zone));
    return { ok: true, cents: totalCents, lines };
  } catch (error) {
    if (!(error instanceof RatingError)) throw error;
    return { ok: false, reason: error.message };
  }
}

function determinantsUnder({ segment: { determinants, periodFrom: from, periodTo: to }, series }: BilledSegment, zone: TimeZone): Determinants {
  return { ...determinants, from, to, zone, series };
}

/** Change in tenths of a percent, toward zero; null when there was nothing before. */
export function perMilleChange(before: Cents, after: Cents): number | null {
  return before === 0 ? null : Math.trunc(((after - before) * 1_000) / Math.abs(before));
}
