/**
 * The bill so far: what this period's validated usage would cost if the bill were made now, by the very engine that will
 * make it, and a straight line from there to the end of the period. Nothing here is owed yet.
 */
import { addDays, daysBetween, eachDay, type LocalDate, type Period } from "../calendar/local-date.ts";
import { startOfDay, slotsOfDay, type TimeZone } from "../calendar/zone.ts";
import type { SoFar } from "../live/messages.ts";
import { MISSING, type IntervalSeries, type Milli, type UsageOfPeriod } from "../metering/index.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { RatingError, type Determinants } from "../rating/index.ts";
import { determinantsOf, priceSegment, type SegmentToBill } from "./price.ts";

/** A service in its open period. */
export interface OpenService {
  /** The period so far: its `usage` is what is known of it. */
  readonly segment: SegmentToBill;
  /** The last day with usage; null while there is none. */
  readonly throughDay: LocalDate | null;
  /** The first day of the next period. */
  readonly periodTo: LocalDate;
}

export interface SoFarInput {
  readonly services: readonly OpenService[];
  readonly customerClass: string;
  readonly zone: TimeZone;
  readonly asOf: LocalDate;
  /** The period that has closed and waits for its bill. */
  readonly closed: Period | null;
}

/** With fewer whole days a straight line says nothing. */
const PROJECTION_DAYS_MIN = 4;
/** How far a month's rest may differ where only totals are known, in thousandths. */
const SPREAD_UNKNOWN = 150;
/** No household is so regular that less would be honest. */
const SPREAD_MIN = 50;

/** Null when there is no open service, or one of them cannot be priced: a bill in part would mislead. */
export function billSoFar({ services, customerClass, zone, asOf, closed }: SoFarInput): SoFar | null {
  if (services.length === 0) return null;
  try {
    const priced = services.map((service) => priceNow(service, zone, customerClass));
    const total = sumCents(priced.map(({ cents }) => cents));
    return {
      periodFrom: services.map(({ segment }) => segment.due.period.from).sort()[0]!,
      closed, asOf, total,
      services: priced.map(({ service: { segment, throughDay }, cents }) => ({
        agreementId: segment.due.agreement.agreementId, commodity: segment.due.agreement.commodity, quantityMilli: segment.usage?.quantities["usage"] ?? 0,
        unit: segment.usage?.unit ?? "", total: cents, throughDay,
      })),
      projection: projection(priced, total, zone, customerClass),
    };
  } catch (error) {
    if (error instanceof RatingError) return null;
    throw error;
  }
}

export interface PricedNow {
  readonly service: OpenService;
  readonly determinants: Determinants;
  readonly cents: Cents;
}

/** Prices a service on what is known of its period so far. @throws RatingError */
export function priceNow(service: OpenService, zone: TimeZone, customerClass: string): PricedNow {
  const { segment } = service;
  const known = determinantsOf(segment, zone, { customerClass });
  const quantities = segment.usage !== null && known.quantities["usage"] === undefined ? { ...known.quantities, usage: { [segment.usage.unit]: 0 } } : known.quantities;
  // An hour that has not come yet counts as none.
  const determinants = { ...known, quantities, series: (known.series ?? []).map((series) => ({ ...series, values: withoutHoles(series.values) })) };
  return { service, determinants, cents: priceSegment(segment.versions, determinants).totalCents };
}

function withoutHoles(values: Int32Array | readonly Milli[]): Int32Array {
  return Int32Array.from(values, (value) => (value === MISSING ? 0 : value));
}

// ---- to the end of the period ---------------------------------------------------------------------------------

function projection(priced: readonly PricedNow[], total: Cents, zone: TimeZone, customerClass: string): SoFar["projection"] {
  let projected = 0;
  let spread = 0;
  for (const { service, determinants, cents } of priced) {
    const { segment, periodTo } = service;
    const { period } = segment.due;
    const whole: Period = { from: period.from, to: periodTo };
    if (segment.usage === null) {
      projected += priceSegment(segment.versions, { ...determinants, ...whole }).totalCents;
      continue;
    }
    const days = wholeDays(segment.usage, service.throughDay, zone);
    if (days.length < PROJECTION_DAYS_MIN) return null;
    const at = priceSegment(segment.versions, { ...projectedDeterminants(segment, days, whole, zone, customerClass) }).totalCents;
    projected += at;
    spread += Math.abs(at - cents) * spreadOf(segment.usage, days, zone);
  }
  const half = Math.round(spread / 1000);
  const periodTo = priced.map(({ service }) => service.periodTo).sort().at(-1)!;
  return { total: projected, low: Math.max(Math.min(total, projected), projected - half), high: projected + half, periodTo };
}

/** Days of the period whose usage is known to their end. */
function wholeDays({ from, series }: UsageOfPeriod, throughDay: LocalDate | null, zone: TimeZone): LocalDate[] {
  if (throughDay === null) return [];
  const days = eachDay({ from, to: addDays(throughDay, 1) });
  return days.filter((day) => series.every((each) => dayValues(each, day, zone).every((value) => value !== MISSING)));
}

function dayValues({ start, stepMinutes, values }: IntervalSeries, day: LocalDate, zone: TimeZone): Int32Array {
  const first = (startOfDay(day, zone) - start) / (stepMinutes * 60_000);
  return values.subarray(first, first + slotsOfDay(day, zone, stepMinutes));
}

/** The whole period's determinants if its other days are like the known ones, in turn. */
function projectedDeterminants(segment: SegmentToBill, days: readonly LocalDate[], whole: Period, zone: TimeZone, customerClass: string): Determinants {
  const usage = segment.usage!;
  const known = new Set(days);
  const all = eachDay(whole);
  const like = all.map((day, i) => (known.has(day) ? day : days[i % days.length]!));
  const series = usage.series.map((each): IntervalSeries => ({ ...each, start: startOfDay(whole.from, zone), values: joined(all.map((day, i) => fitted(dayValues(each, like[i]!, zone), slotsOfDay(day, zone, each.stepMinutes)))) }));
  const covered = usage.series.length > 0 ? days.length : daysBetween(usage.from, usage.to);
  const sums = usage.series.map((each) => days.reduce((sum, day) => sum + sumOf(dayValues(each, day, zone)), 0));
  const scaled = (value: Milli): Milli => Math.round((value * all.length) / Math.max(1, covered));
  const delivered = usage.series.findIndex(({ unit, direction }) => unit === usage.unit && direction === "delivered");
  const quantities = Object.fromEntries(Object.entries(usage.quantities).map(([name, value]) => {
    if (name === "demand" || name === "kVA") return [name, value];
    return [name, name === "usage" && delivered >= 0 ? scaled(sums[delivered]!) : scaled(value)];
  }));
  const projectedUsage: UsageOfPeriod = { ...usage, ...whole, quantities, series };
  return determinantsOf({ ...segment, due: { ...segment.due, period: whole }, usage: projectedUsage }, zone, { customerClass });
}

function sumOf(values: Int32Array): Milli {
  return values.reduce((sum, value) => sum + value, 0);
}

/** A day's values on a day of another length: an hour more repeats the last, an hour less loses it. */
function fitted(values: Int32Array, slots: number): Int32Array {
  return Int32Array.from({ length: slots }, (_, i) => values[Math.min(i, values.length - 1)]!);
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How much the known days differ from each other: mean distance from their mean, in thousandths of it. */
function spreadOf({ series }: UsageOfPeriod, days: readonly LocalDate[], zone: TimeZone): number {
  const [first] = series;
  if (!first) return SPREAD_UNKNOWN;
  const sums = days.map((day) => sumOf(dayValues(first, day, zone)));
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  if (mean <= 0) return SPREAD_UNKNOWN;
  const distance = sums.reduce((sum, value) => sum + Math.abs(value - mean), 0) / sums.length;
  return Math.max(SPREAD_MIN, Math.round((distance * 1000) / mean));
}
