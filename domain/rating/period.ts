/**
 * A compiled rate resolved for one period: which rows count on which days, how amounts and tier widths are prorated, and
 * which time-of-use period each interval belongs to. Depends on no customer, so the customers of a bill cycle share it.
 */
import { addDays, daysBetween, type LocalDate, type Period } from "../calendar/local-date.ts";
import { MINUTE_MS, minutesOfDay, startOfDay, wallClockOf, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { Milli } from "../metering/units.ts";
import { PERIOD_DAYS_MAX, SHARE_MAX } from "./bounds.ts";
import { ANY, NO_LIMIT, type CompiledCharge, type CompiledRate, type CompiledRow } from "./compile.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { clockText } from "./tou-calendar.ts";

export type PeriodKey = Pick<Determinants, "from" | "to" | "zone" | "standardDays" | "billPeriod" | "occasion">;

/** Days of a charge on which the same row counts. */
export interface Slice {
  /** Usage falls on these days by their number: from `cumFrom` to `cumTo` of the bill period's days (percentages: of the segment's). */
  readonly cumFrom: number;
  readonly cumTo: number;
  readonly days: number;
  readonly fromDay: LocalDate;
  readonly toDay: LocalDate;
  /** Index of the season, or `ANY`. */
  readonly season: number;
  /** Share of the standard amount: numerator; the denominator is the charge's `shareOf`. */
  readonly share: number;
  readonly prices: Float64Array;
  /** Tier ends in thousandths, for these days. */
  readonly limits: Float64Array;
  /** Which pass over the intervals feeds it; -1 for none. */
  readonly pass: number;
  /** Demand: days on which each code of the pass occurs, as shares. */
  readonly codeShares: Float64Array;
}

export interface PeriodCharge {
  readonly compiled: CompiledCharge;
  readonly shareOf: number;
  /** By the customer's properties; a charge that has none has one entry under "". Empty: the charge does not count in this segment. */
  readonly slices: ReadonlyMap<string, readonly Slice[]>;
  /** The only entry, when rows do not depend on the customer. */
  readonly only: readonly Slice[] | null;
}

/** One look at the intervals: sums, and maxima over windows, by code (season × periods + time-of-use period). */
export interface Pass {
  readonly schedule: number;
  readonly unit: CompiledCharge["unit"];
  readonly codes: number;
  /** Length of the demand window in minutes; 0: only sums. */
  readonly window: number;
  readonly fromDay: LocalDate;
  readonly toDay: LocalDate;
  readonly start: Instant;
  readonly end: Instant;
  /** Code of each window (or interval, when there is none), by its length in minutes. */
  readonly index: Map<number, Uint8Array>;
}

export interface PeriodRate {
  readonly rate: CompiledRate;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly zone: TimeZone;
  readonly days: number;
  /** The bill's whole period, and its days. */
  readonly whole: Period;
  readonly wholeDays: number;
  readonly charges: readonly PeriodCharge[];
  readonly passes: readonly Pass[];
}

/** More than the periods of a year's cycles; beyond, they are worked out again. */
const PERIODS_REMEMBERED = 2_000;

/** The rate for a period, remembered. Errors: a `RatingError` when the period is empty or too long. */
export function ratePeriod(rate: CompiledRate, key: PeriodKey): PeriodRate {
  const name = `${key.from} ${key.to} ${key.zone} ${key.standardDays ?? ""} ${key.occasion ?? ""} ${key.billPeriod?.from ?? ""} ${key.billPeriod?.to ?? ""}`;
  const known = rate.periods.get(name);
  if (known !== undefined) return known;
  const period = resolve(rate, key);
  if (rate.periods.size >= PERIODS_REMEMBERED) rate.periods.clear();
  rate.periods.set(name, period);
  return period;
}

function resolve(rate: CompiledRate, key: PeriodKey): PeriodRate {
  const whole = key.billPeriod ?? { from: key.from, to: key.to };
  const days = daysBetween(key.from, key.to);
  const wholeDays = daysBetween(whole.from, whole.to);
  if (!(days > 0)) throw new RatingError("to", `${key.to} is not after ${key.from}`);
  if (wholeDays > PERIOD_DAYS_MAX) throw new RatingError("to", `a period of ${wholeDays} days is longer than ${PERIOD_DAYS_MAX}; bill it in parts`);
  if (key.from < whole.from || key.to > whole.to) throw new RatingError("billPeriod", `${whole.from} to ${whole.to} does not contain ${key.from} to ${key.to}`);
  const passes: Pass[] = [];
  const segment = { key, days, whole, wholeDays, rate, passes };
  const charges = rate.charges.map((charge) => resolveCharge(charge, segment));
  return { rate, from: key.from, to: key.to, zone: key.zone, days, whole, wholeDays, charges, passes };
}

interface Segment {
  readonly key: PeriodKey;
  readonly days: number;
  readonly whole: Period;
  readonly wholeDays: number;
  readonly rate: CompiledRate;
  readonly passes: Pass[];
}

/** Days with the same season and dated row, within the days on which the charge counts. */
interface Span {
  readonly fromDay: LocalDate;
  readonly toDay: LocalDate;
  /** The day whose row counts. */
  readonly on: LocalDate;
}

function resolveCharge(charge: CompiledCharge, segment: Segment): PeriodCharge {
  const { standard100, prorated } = shareBasis(charge, segment);
  const shareOf = prorated ? standard100 : segment.wholeDays;
  const spans = spansOf(charge, segment);
  const shareFor = (days: number): number => (prorated ? days * 100 : days);
  // A demand price of a season counts for whole days of it, so its shares stay in days.
  const inDays = spans.length !== 1 || (byInterval(charge) && isSeasonal(charge));
  const divisor = inDays ? 1 : commonDivisor(shareFor(spanDays(spans[0]!)), shareOf);
  const slices = new Map<string, readonly Slice[]>();
  for (const keyOfRow of new Set(charge.rows.map(({ key }) => key))) {
    const list = spans.map((span) => sliceOf(charge, keyOfRow, span, shareFor(spanDays(span)) / divisor, shareOf / divisor, segment));
    if (list.length > 0) slices.set(keyOfRow, list);
  }
  if (shareOf / divisor > SHARE_MAX) throw new RatingError("standardDays", "is too long");
  return { compiled: charge, shareOf: shareOf / divisor, slices, only: charge.whenNames.length === 0 ? (slices.get("") ?? []) : null };
}

function spanDays({ fromDay, toDay }: Span): number {
  return daysBetween(fromDay, toDay);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Whether amounts follow the days of this period, and the standard length in hundredths of a day. */
function shareBasis({ proration }: CompiledCharge, { key, wholeDays, rate }: Segment): { standard100: number; prorated: boolean } {
  const standard100 = key.standardDays === undefined ? rate.standardDays100 : Math.round(key.standardDays * 100);
  if (!(standard100 >= 100)) throw new RatingError("standardDays", "must be at least one day");
  const normal = key.standardDays === undefined ? rate.normalDays : shift(rate.normalDays, Math.round((standard100 - rate.standardDays100) / 100));
  const outside = wholeDays < normal.min || wholeDays > normal.max;
  const irregular = key.occasion === "first" || key.occasion === "final";
  return { standard100, prorated: outside && (irregular ? proration.firstFinal : proration.shortLong) };
}

function shift({ min, max }: { min: number; max: number }, by: number): { min: number; max: number } {
  return { min: min + by, max: max + by };
}

/** Spans of the segment on which one row of the charge counts, in order; none when it does not count here. */
function spansOf(charge: CompiledCharge, { key, whole, rate }: Segment): Span[] {
  const { from: begins = "", to: ends = "9999" } = charge.charge;
  const { change } = charge.proration;
  if (change !== "prorate") {
    // A percentage is of this segment's lines, whatever the version of the rest of the bill.
    const within = isPercentage(charge) ? key : whole;
    const on = change === "start" ? within.from : addDays(within.to, -1);
    const here = on >= key.from && on < key.to && on >= begins && on < ends;
    return here ? [{ fromDay: within.from, toDay: within.to, on }] : [];
  }
  const first = begins > key.from ? begins : key.from;
  const last = ends < key.to ? ends : key.to;
  if (first >= last) return [];
  const cuts = new Set([first, ...charge.rows.map(({ from }) => from).filter((from) => from > first && from < last)]);
  if (hasSeasonSlices(charge)) {
    for (let day = addDays(first, 1); day < last; day = addDays(day, 1)) {
      if (rate.calendar.seasonOf(day) !== rate.calendar.seasonOf(addDays(day, -1))) cuts.add(day);
    }
  }
  const starts = [...cuts].sort();
  return starts.map((fromDay, i) => ({ fromDay, toDay: starts[i + 1] ?? last, on: fromDay }));
}

/** Time-of-use and demand charges find their season by the day of each interval. */
function byInterval({ kind }: CompiledCharge): boolean {
  return kind === "time-of-use" || kind === "demand";
}

function isPercentage({ kind, creditForm }: CompiledCharge): boolean {
  return kind === "percentage" || (kind === "credit" && creditForm === "percent");
}

function isSeasonal({ rows }: CompiledCharge): boolean {
  return rows.some(({ season }) => season !== ANY);
}

function hasSeasonSlices(charge: CompiledCharge): boolean {
  return !byInterval(charge) && isSeasonal(charge);
}

function sliceOf(charge: CompiledCharge, who: string, span: Span, share: number, shareOf: number, segment: Segment): Slice {
  const { key, whole, rate } = segment;
  const days = spanDays(span);
  const interval = byInterval(charge);
  const season = interval ? ANY : hasSeasonSlices(charge) ? rate.calendar.seasonOf(span.on) : ANY;
  const row = rowFor(charge, who, season, span.on);
  const cumFrom = daysBetween(isPercentage(charge) ? key.from : whole.from, span.fromDay);
  const pass = interval ? passFor(charge, span, segment) : -1;
  return {
    cumFrom, cumTo: cumFrom + days, days, fromDay: span.fromDay, toDay: span.toDay, season, share, pass,
    prices: interval ? pricesByCode(charge, who, span.on, rate) : Float64Array.from(row.prices),
    limits: Float64Array.from(row.limits, (limit) => prorateLimit(charge, limit, days, share, shareOf)),
    codeShares: interval ? codeShares(charge, span, share, rate) : new Float64Array(0),
  };
}

function rowFor(charge: CompiledCharge, key: string, season: number, on: LocalDate): CompiledRow {
  const rows = charge.rows.filter((row) => row.key === key && (season === ANY || row.season === ANY || row.season === season) && row.from <= on);
  return rows.reduce((latest, row) => (row.from > latest.from ? row : latest));
}

/** A tier's end for so many days, rounded half up to a thousandth of the unit. */
function prorateLimit({ charge }: CompiledCharge, limit: Milli, days: number, share: number, shareOf: number): Milli {
  if (limit === NO_LIMIT) return NO_LIMIT;
  if (charge.kind === "tiered" && charge.widths === "day") return limit * days;
  return share === shareOf ? limit : Math.floor((2 * limit * share + shareOf) / (2 * shareOf));
}

/** Prices by code: season × periods + time-of-use period. */
function pricesByCode(charge: CompiledCharge, key: string, on: LocalDate, rate: CompiledRate): Float64Array {
  const periods = periodsOf(charge, rate);
  const prices = new Float64Array(rate.seasons * periods);
  for (let season = 0; season < rate.seasons; season++) prices.set(rowFor(charge, key, season, on).prices, season * periods);
  return prices;
}

function periodsOf({ schedule }: CompiledCharge, { schedules }: CompiledRate): number {
  return schedule < 0 ? 1 : schedules[schedule]!.periods;
}

/** A season's demand price counts for the days of the season. */
function codeShares(charge: CompiledCharge, span: Span, share: number, rate: CompiledRate): Float64Array {
  const periods = periodsOf(charge, rate);
  const shares = new Float64Array(rate.seasons * periods);
  if (!isSeasonal(charge)) return shares.fill(share);
  const perDay = share / spanDays(span);
  for (let day = span.fromDay; day < span.toDay; day = addDays(day, 1)) {
    const season = rate.calendar.seasonOf(day);
    for (let period = 0; period < periods; period++) shares[season * periods + period]! += perDay;
  }
  return shares;
}

// ---- intervals ------------------------------------------------------------------------------------------------

function passFor(charge: CompiledCharge, span: Span, { key: { zone }, passes, rate }: Segment): number {
  const window = charge.charge.kind === "demand" ? charge.charge.intervalMinutes : 0;
  const energy = charge.unit;
  const known = passes.findIndex((pass) => pass.schedule === charge.schedule && pass.unit === energy && pass.window === window && pass.fromDay === span.fromDay && pass.toDay === span.toDay);
  if (known >= 0) return known;
  return passes.push({
    schedule: charge.schedule, unit: energy, window, codes: rate.seasons * periodsOf(charge, rate),
    fromDay: span.fromDay, toDay: span.toDay, start: startOfDay(span.fromDay, zone), end: startOfDay(span.toDay, zone), index: new Map(),
  }) - 1;
}

/** Code of each step of the pass by the local wall clock; 23- and 25-hour days have as many steps as they have. */
export function codesOf(pass: Pass, stepMinutes: number, { rate, zone }: PeriodRate): Uint8Array {
  const known = pass.index.get(stepMinutes);
  if (known !== undefined) return known;
  const codes = new Uint8Array((pass.end - pass.start) / (stepMinutes * MINUTE_MS));
  let at = 0;
  for (let day = pass.fromDay; day < pass.toDay; day = addDays(day, 1)) at = fillDay(codes, at, day, stepMinutes, pass, rate, zone);
  pass.index.set(stepMinutes, codes);
  return codes;
}

const NORMAL_DAY_MINUTES = 1440;

function fillDay(codes: Uint8Array, at: number, day: LocalDate, step: number, pass: Pass, rate: CompiledRate, zone: TimeZone): number {
  const minutes = minutesOfDay(day, zone);
  const season = rate.calendar.seasonOf(day);
  if (pass.schedule < 0) {
    codes.fill(season, at, at + minutes / step);
    return at + minutes / step;
  }
  const { periods, table } = rate.schedules[pass.schedule]!;
  const offset = rate.calendar.dayOffset(day);
  const start = startOfDay(day, zone);
  let slot = at;
  for (let minute = 0; minute < minutes; minute += step, slot++) {
    const clock = minutes === NORMAL_DAY_MINUTES ? minute : wallClockOf(start + minute * MINUTE_MS, zone).minute;
    const period = table[offset + clock]!;
    for (let inside = 1; inside < step; inside++) {
      if (table[offset + Math.min(clock + inside, NORMAL_DAY_MINUTES - 1)] === period) continue;
      throw new RatingError(`schedules.${pass.schedule}`, `the period changes at ${clockText(clock + inside)}, inside an interval of ${step} minutes from ${clockText(clock)}`);
    }
    codes[slot] = season * periods + period;
  }
  return slot;
}
