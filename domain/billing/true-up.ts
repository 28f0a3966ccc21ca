/**
 * The read after estimates. What went through since the last actual read is spread by days over all the periods in which it
 * was used; each of them is priced again at its own tiers, prices and taxes, and only the difference to what was billed on
 * the estimate is charged, or given back. All in one month would put a quarter's water into one month's dearest tier.
 *
 * The estimated bills stay as they are: they were right by what was known, their due dates and what was paid on them hold.
 * `docs/decisions/a-read-trues-up-on-the-next-bill.md` says why this is not a cancel and rebill.
 */
import { daysBetween, type LocalDate } from "../calendar/local-date.ts";
import { instalmentsOf, partsFor, type InstalmentOffer } from "../lifecycle/instalments.ts";
import type { Settings } from "../lifecycle/settings.ts";
import type { UsageOfPeriod, Milli } from "../metering/index.ts";
import type { Cents } from "../money/cents.ts";
import type { Determinants } from "../rating/index.ts";
import { businessDays } from "./cycle.ts";
import type { PricedVersion, SegmentToBill } from "./price.ts";
import type { FrozenSegment, UsageSnapshot } from "./snapshot.ts";

/** A period that was billed on an estimate. */
export interface EstimatedPeriod {
  readonly billId: string;
  readonly segment: FrozenSegment;
  /** The versions that priced it, oldest first: a true-up corrects the usage and nothing else. */
  readonly versions: readonly PricedVersion[];
}

export interface SinceLastActual {
  /** From the last actual read to the one with which the period in question ends. */
  readonly usage: UsageOfPeriod;
  /** Oldest first, one after the other up to the period in question. */
  readonly periods: readonly EstimatedPeriod[];
}

/** An estimated period with the usage that was its own. */
export interface Correction extends EstimatedPeriod {
  readonly determinants: Omit<Determinants, "from" | "to" | "zone" | "series">;
  readonly usage: UsageSnapshot;
}

export interface TrueUp {
  /** Usage of the period in question: its share, known by the reads of the whole span. */
  readonly own: UsageOfPeriod;
  readonly corrections: readonly Correction[];
}

/** What adds up over time. A peak does not: each period keeps the one it has. */
const ADDITIVE: ReadonlySet<string> = new Set(["usage", "received", "net", "kvarh", "kvarhReceived", "kVAh", "kVAhReceived"]);

/** Null where there is nothing to true up, or not yet the reads to do it by. */
export function trueUpOf({ due: { period }, usage, sinceLastActual }: Pick<SegmentToBill, "due" | "usage" | "sinceLastActual">): TrueUp | null {
  if (!sinceLastActual || usage === null) return null;
  const { usage: span, periods } = sinceLastActual;
  if (periods.length === 0 || !span.complete || span.legs.some(({ endRead }) => endRead === null || endRead.quality === "estimated")) return null;
  const days = [...periods.map(({ segment }) => daysBetween(segment.periodFrom, segment.periodTo)), daysBetween(period.from, period.to)];
  const shares = new Map(Object.entries(span.quantities).filter(([name]) => ADDITIVE.has(name)).map(([name, total]) => [name, spread(total, days)]));
  const shareOf = (i: number) => Object.fromEntries([...shares].map(([name, parts]) => [name, parts[i]!]));
  const peaks = Object.fromEntries(Object.entries(usage.quantities).filter(([name]) => !ADDITIVE.has(name)));
  return {
    own: { ...span, from: period.from, to: period.to, quantities: { ...peaks, ...shareOf(periods.length) }, peak: usage.peak },
    corrections: periods.map((each, i) => correctionOf(each, shareOf(i))),
  };
}

function correctionOf(period: EstimatedPeriod, share: Readonly<Record<string, Milli>>): Correction {
  const { determinants, usage } = period.segment;
  const quantities = Object.fromEntries(Object.entries(determinants.quantities).map(([name, byUnit]) => [name, name in share ? Object.fromEntries(Object.keys(byUnit).map((unit) => [unit, share[name]!])) : byUnit]));
  return {
    ...period,
    determinants: { ...determinants, quantities, estimated: false },
    usage: { ...usage!, quantities: { ...usage!.quantities, ...share }, legs: [], estimatedPerMille: 0, inputs: { days: [], reads: [] } },
  };
}

/** A whole in parts by weight that sum to it exactly: each bound is rounded, not each part. */
export function spread(total: Milli, weights: readonly number[]): Milli[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const bounds: Milli[] = [0];
  let upTo = 0;
  for (const weight of weights) bounds.push(Math.round((total * (upTo += weight)) / whole));
  return weights.map((_, i) => bounds[i + 1]! - bounds[i]!);
}

/** Names a correction's segment. The middle tells it apart from the segments by which reads go on from bill to bill. */
export const correctionId = (billId: string, { agreementId, periodFrom }: Pick<FrozenSegment, "agreementId" | "periodFrom">): string => `${billId}:${agreementId}${CORRECTION_MARK}${periodFrom}`;
export const CORRECTION_MARK = ":corrects:";

/** A catch-up in words of money: what all corrections of a bill come to, over how many months. */
export interface CatchUp {
  readonly cents: Cents;
  /** Periods that were estimated. */
  readonly estimates: number;
}

/** What the corrections among a bill's segments come to; null without any. Services on one meter were estimated together, and count once. */
export function catchUpOf(segments: readonly FrozenSegment[]): CatchUp | null {
  const corrections = segments.filter(({ corrects }) => corrects !== undefined);
  if (corrections.length === 0) return null;
  return {
    cents: corrections.reduce((sum, { total }) => sum + total, 0),
    estimates: new Set(corrections.map(({ periodFrom }) => periodFrom)).size,
  };
}

/**
 * The offer to pay a large catch-up over as many months as were estimated, times what the utility allows for each; null when
 * it is too small to spread, or a credit. It is taken up by the day on which the bill is due, which is that of the first part.
 */
export function offerFor({ cents, estimates }: CatchUp, { billId, issuedOn, dueOn }: { readonly billId: string; readonly issuedOn: LocalDate; readonly dueOn: LocalDate }, { estimation, holidays }: Pick<Settings, "estimation" | "holidays">): InstalmentOffer | null {
  const { planFrom, planMonthsPerEstimate } = estimation;
  const parts = partsFor(estimates * planMonthsPerEstimate);
  if (cents < Math.max(parts, planFrom)) return null;
  return { offerId: `${billId}:instalments`, cause: "trueUp", billIds: [billId], total: cents, offeredOn: issuedOn, answerBy: dueOn, instalments: instalmentsOf(cents, parts, dueOn, businessDays(holidays)) };
}
