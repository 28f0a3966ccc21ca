/** What billed services would have cost under another rate: the same usage, the same days, the same engine. */
import type { TimeZone } from "../calendar/zone.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { bankAfter, rateCents, rateSegment, RatingError, type CompiledRate, type Determinants, type DeterminantSeries, type RatedLine } from "../rating/index.ts";
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

/** All of an account's segments, oldest first, under the rate, as if it had counted all the time. */
export function accountUnder(billed: readonly BilledSegment[], zone: TimeZone, rate: CompiledRate): AccountUnder {
  let [segments, before, after, unpriced] = [0, 0, 0, 0];
  let reason: string | null = null;
  eachUnder(billed, zone, rate, rateCents).forEach((priced, i) => {
    if (priced instanceof RatingError) {
      unpriced += 1;
      reason ??= priced.message;
      return;
    }
    after = sumCents([after, priced]);
    before = sumCents([before, billed[i]!.segment.total]);
    segments += 1;
  });
  return { segments, before, after, unpriced, reason };
}

export type SegmentUnder =
  | { readonly ok: true; readonly cents: Cents; readonly lines: readonly RatedLine[] }
  | { readonly ok: false; readonly reason: string };

/** The same, one by one, every line explained. */
export function segmentsUnder(billed: readonly BilledSegment[], zone: TimeZone, rate: CompiledRate): SegmentUnder[] {
  return eachUnder(billed, zone, rate, rateSegment).map((priced) => (priced instanceof RatingError ? { ok: false, reason: priced.message } : { ok: true, cents: priced.totalCents, lines: priced.lines }));
}

/**
 * Prices one after the other. Where the rate keeps a bank of kWh, each begins with what the one before left in it under this
 * rate; the first, and one after a period that cannot be priced, with what it was billed with.
 */
function eachUnder<T>(billed: readonly BilledSegment[], zone: TimeZone, rate: CompiledRate, price: (rate: CompiledRate, determinants: Determinants) => T): (T | RatingError)[] {
  const banks = new Map<string, NonNullable<Determinants["bank"]>>();
  return billed.map(({ segment: { agreementId, determinants, periodFrom: from, periodTo: to }, series }) => {
    const bank = banks.get(agreementId);
    banks.delete(agreementId);
    const under: Determinants = { ...determinants, from, to, zone, series, ...(bank ? { bank } : {}) };
    try {
      const priced = price(rate, under);
      const left = bankAfter(rate, under);
      if (left) banks.set(agreementId, left);
      return priced;
    } catch (error) {
      if (error instanceof RatingError) return error;
      throw error;
    }
  });
}

/** Change in tenths of a percent, toward zero; null when there was nothing before. */
export function perMilleChange(before: Cents, after: Cents): number | null {
  return before === 0 ? null : Math.trunc(((after - before) * 1_000) / Math.abs(before));
}
