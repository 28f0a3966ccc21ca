/**
 * Old bills held against the ones that would take their places: per bill, service and line, and what each change is an
 * effect of. Nothing here decides anything; the figures are those of the two snapshots.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Milli } from "../metering/index.ts";
import { cents, sumCents, type Cents } from "../money/cents.ts";
import type { ChargeKind } from "../rating/index.ts";
import { chargedLines, type BillSnapshot, type FrozenLine, type FrozenSegment } from "./snapshot.ts";

export interface LineAmount {
  readonly quantityMilli: Milli;
  readonly cents: Cents;
}

export interface LineDiff {
  readonly name: string;
  readonly nameEs: string;
  readonly kind: ChargeKind;
  readonly unit: string;
  /** Null: the line is not on the bill. */
  readonly before: LineAmount | null;
  readonly now: LineAmount | null;
}

/** What a change of charges comes from. `tier`: usage priced at another average, by tiers or by the hour, or at other prices. */
export const EFFECTS = ["usage", "tier", "demand", "fixed", "tax", "other"] as const;
export type Effect = (typeof EFFECTS)[number];
export type Effects = Readonly<Record<Effect, Cents>>;

export interface SegmentDiff {
  readonly agreementId: string;
  readonly commodity: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  /** It corrects an estimate of that period. */
  readonly trueUp: boolean;
  readonly unit: string;
  readonly usedBefore: Milli;
  readonly usedNow: Milli;
  readonly before: Cents;
  readonly now: Cents;
  readonly lines: readonly LineDiff[];
  readonly effects: Effects;
}

export interface BillDiff {
  readonly billId: string;
  readonly number: string;
  /** Null: the bill is taken back, and none takes its place. */
  readonly correctedId: string | null;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly before: Cents;
  readonly now: Cents;
  readonly segments: readonly SegmentDiff[];
}

/** `now` null: the bill is only taken back. */
export function billDiff(before: BillSnapshot, now: BillSnapshot | null): BillDiff {
  const left = [...(now?.segments ?? [])];
  const pairs = before.segments.map((segment) => {
    const at = left.findIndex((other) => isSame(other, segment));
    const [match] = at < 0 ? [] : left.splice(at, 1);
    return segmentDiff(segment, match ?? null);
  });
  const segments = [...pairs, ...left.map((segment) => segmentDiff(null, segment))];
  return {
    billId: before.billId, number: before.number, correctedId: now?.billId ?? null, periodFrom: before.periodFrom, periodTo: before.periodTo,
    before: before.charges, now: now?.charges ?? 0, segments,
  };
}

/** A service of the bill itself, or its correction of the same estimated period. */
const isSame = (a: FrozenSegment, b: FrozenSegment): boolean =>
  a.agreementId === b.agreementId && (a.corrects === undefined ? b.corrects === undefined : b.corrects !== undefined && a.periodFrom === b.periodFrom);

function segmentDiff(before: FrozenSegment | null, now: FrozenSegment | null): SegmentDiff {
  const { agreementId, commodity, periodFrom, periodTo, corrects } = (now ?? before)!;
  return {
    agreementId, commodity, periodFrom, periodTo, trueUp: corrects !== undefined, unit: now?.usage?.unit ?? before?.usage?.unit ?? "",
    usedBefore: usedOf(before), usedNow: usedOf(now), before: before?.total ?? 0, now: now?.total ?? 0,
    lines: lineDiffs(before ? chargedLines(before) : [], now ? chargedLines(now) : []), effects: effectsOf(before, now),
  };
}

/** Of a correction of an estimate, what it differs by. */
const usedOf = (segment: FrozenSegment | null): Milli => (segment?.usage?.quantities["usage"] ?? 0) - (segment?.corrects?.usedMilli ?? 0);

/** Lines of the same charge and name belong together, in their order; a line that one side does not have stands alone. */
function lineDiffs(before: readonly FrozenLine[], now: readonly FrozenLine[]): LineDiff[] {
  const left = [...now];
  const pairs = before.map((line): LineDiff => {
    const at = left.findIndex((other) => other.chargeId === line.chargeId && other.name === line.name);
    const [match] = at < 0 ? [] : left.splice(at, 1);
    return diffOf(line, match ?? null);
  });
  return [...pairs, ...left.map((line) => diffOf(null, line))];
}

function diffOf(before: FrozenLine | null, now: FrozenLine | null): LineDiff {
  const { name, nameEs, kind, unit } = (now ?? before)!;
  const amount = (line: FrozenLine | null): LineAmount | null => (line ? { quantityMilli: line.quantityMilli, cents: line.cents } : null);
  return { name, nameEs, kind, unit, before: amount(before), now: amount(now) };
}

const EFFECT_OF: Readonly<Partial<Record<ChargeKind, Effect>>> = { flat: "usage", tiered: "usage", "time-of-use": "usage", demand: "demand", fixed: "fixed", percentage: "tax" };

const sumOfKind = (segment: FrozenSegment | null, effect: Effect): Cents => sumCents((segment ? chargedLines(segment) : []).filter(({ kind }) => (EFFECT_OF[kind] ?? "other") === effect).map((line) => line.cents));

/** The average price of less than one unit says nothing. */
const ONE_UNIT: Milli = 1_000;

/** Sums to the whole change, always. What usage alone would have changed is its change at the old bill's average price. */
function effectsOf(before: FrozenSegment | null, now: FrozenSegment | null): Effects {
  const change = (effect: Effect): Cents => cents(sumOfKind(now, effect) - sumOfKind(before, effect));
  const [was, is] = [usedOf(before), usedOf(now)];
  const usageChange = change("usage");
  const atOldAverage = was < ONE_UNIT ? usageChange : averaged(sumOfKind(before, "usage"), is - was, was);
  return { usage: atOldAverage, tier: cents(usageChange - atOldAverage), demand: change("demand"), fixed: change("fixed"), tax: change("tax"), other: change("other") };
}

/** `amount × part ÷ whole` (positive), half away from zero; a product of money and usage does not fit a number. */
function averaged(amount: Cents, part: Milli, whole: Milli): Cents {
  const [product, divisor] = [BigInt(amount) * BigInt(part), BigInt(whole)];
  const half = product < 0n ? -divisor : divisor;
  return cents(Number((2n * product + half) / (2n * divisor)));
}
