/**
 * Sewer use judged by the winter: a customer's average over the bills of the winter months, when what goes in comes out again.
 * Pure: from past billed use and the rate's rule to the average, and what it rests on.
 */
import { addDays, addMonths, daysBetween, type LocalDate } from "../calendar/local-date.ts";
import type { FactBasis } from "../lifecycle/service-fact.ts";
import { timesRatio, type Milli } from "../metering/units.ts";
import { Decimal } from "../money/decimal.ts";
import type { DerivedOf } from "../rating/index.ts";

export type WinterRule = DerivedOf<"winter-average">;

/** What one bill of the service was for. */
export interface PastUse {
  readonly segmentId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** As registered, in the rate's unit. */
  readonly milli: Milli;
  /** A leak was reported on one of its days. */
  readonly leak: boolean;
}

export interface WinterAverage {
  readonly milli: Milli;
  readonly basis: FactBasis;
}

/** The latest day, not after this one, from which a new average counts. */
export function averageCountsFrom({ effectiveMonth }: Pick<WinterRule, "effectiveMonth">, today: LocalDate): LocalDate {
  const thisYear = `${today.slice(0, 4)}-${String(effectiveMonth).padStart(2, "0")}-01`;
  return thisYear <= today ? thisYear : addMonths(thisYear, -12);
}

/** The month that a bill belongs to: its middle day's. */
function middleDay(from: LocalDate, to: LocalDate): LocalDate {
  return addDays(from, Math.floor(daysBetween(from, to) / 2));
}

/** Whether a period is one of the winter before the day from which its average counts. */
function isOfWinter(from: LocalDate, to: LocalDate, { months }: Pick<WinterRule, "months">, countsFrom: LocalDate): boolean {
  const middle = middleDay(from, to);
  return middle < countsFrom && middle >= addMonths(countsFrom, -12) && months.includes(Number(middle.slice(5, 7)));
}

/** Whether the winter's bills are all made for a service billed up to this day: the next one will belong to another season. */
export function winterIsBilled(billedTo: LocalDate, rule: Pick<WinterRule, "months">, countsFrom: LocalDate): boolean {
  return middleDay(billedTo, addMonths(billedTo, 1)) >= endOfWinter(rule, countsFrom);
}

/** The first day after the last of the months. */
function endOfWinter({ months }: Pick<WinterRule, "months">, countsFrom: LocalDate): LocalDate {
  let end = countsFrom;
  while (!months.includes(Number(addDays(end, -1).slice(5, 7)))) end = addMonths(end, -1);
  return end;
}

/** Σ use ÷ days × the average's days, over the winter's bills that qualify; null when they have too few days. */
export function winterAverageOf(past: readonly PastUse[], rule: WinterRule, countsFrom: LocalDate): WinterAverage | null {
  const counted = past.filter(({ from, to, leak }) => isOfWinter(from, to, rule, countsFrom) && !(leak && rule.excludeLeaks)).toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const days = counted.reduce((sum, { from, to }) => sum + daysBetween(from, to), 0);
  if (counted.length === 0 || days < rule.minimumDays) return null;
  const milli = counted.reduce((sum, use) => sum + use.milli, 0);
  const average = timesRatio(milli, { num: new Decimal(rule.averageDays).times(100).toNumber(), den: days * 100 });
  return { milli: average, basis: { milli, days, from: counted[0]!.from, to: counted.at(-1)!.to, segments: counted.map(({ segmentId }) => segmentId) } };
}
