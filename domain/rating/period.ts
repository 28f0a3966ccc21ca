/**
 * A compiled rate resolved for one period: which rows count on which days, how amounts and tier widths are prorated, and
 * which time-of-use period each interval belongs to. Depends on no customer, so the customers of a bill cycle share it.
 */
import { addDays, daysBetween, type LocalDate, type Period } from "../calendar/local-date.ts";
import { MINUTE_MS, minutesOfDay, startOfDay, wallClockOf, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { Milli, Unit } from "../metering/units.ts";
import { PERIOD_DAYS_MAX, SHARE_MAX } from "./bounds.ts";
import type { CompiledCharge, CompiledRate, CompiledRow, CompiledTiers } from "./compile.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { ANY, commonDivisor, NO_LIMIT } from "./numbers.ts";
import { plainLine, type PlainLine } from "./plain-line.ts";
import type { Proration } from "./schema.ts";
import { oneTier, tierTable, type TierTable } from "./tier-table.ts";
import { clockText, MINUTES_OF_DAY } from "./tou-calendar.ts";

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
  /** Share of the standard amount: numerator; the denominator is the `shareOf` of its rows. */
  readonly share: number;
  readonly prices: Float64Array;
  /** The row that counts; by interval, the one of the first day. */
  readonly row: CompiledRow;
  /** For these days; a charge without tiers has one. */
  readonly tiers: TierTable;
  /** By code, for these days; empty where a period has one price. */
  readonly tables: readonly TierTable[];
  /** Which pass over the intervals feeds it; -1 for none. */
  readonly pass: number;
  /** Demand: days on which each code of the pass occurs, as shares. */
  readonly codeShares: Float64Array;
}

/** The rows of a charge for one kind of customer, in the order of their days. */
export interface Rows {
  readonly slices: readonly Slice[];
  /** Denominator of the slices' shares. */
  readonly shareOf: number;
  /** Ready to be priced, when it is a line like most. */
  readonly plain: PlainLine | null;
}

export interface PeriodCharge {
  readonly compiled: CompiledCharge;
  /** By the customer's properties; a charge that looks at none has one entry under "". Empty: it does not count in this segment. */
  readonly rows: ReadonlyMap<string, Rows>;
  /** The only entry, when rows do not depend on the customer. */
  readonly only: Rows | null;
  /** The only entry's plain line. */
  readonly plain: PlainLine | null;
}

/** A charge that does not count here. */
export const NO_ROWS: Rows = { slices: [], shareOf: 1, plain: null };

/** One look at the intervals: sums, and maxima over windows, by code (season × periods + time-of-use period). */
export interface Pass {
  /** Index of the schedule, or -1: the whole day is one period. */
  readonly schedule: number;
  /** Whether seasons are told apart; if not, all days are season 0. */
  readonly seasonal: boolean;
  /** What is summed: kWh for charges of kWh and of kW. */
  readonly unit: Unit;
  readonly codes: number;
  /** Length of the demand window in minutes; 0: only sums. */
  window: number;
  readonly fromDay: LocalDate;
  readonly toDay: LocalDate;
  readonly start: Instant;
  readonly end: Instant;
  /** Code of each window (or interval, when there is none), by its length in minutes. */
  readonly index: Map<number, Uint8Array>;
}

export interface PeriodRate {
  readonly rate: CompiledRate;
  readonly key: PeriodKey;
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
  const { recent } = rate;
  if (recent !== null && isSame(recent.key, key)) return recent;
  const name = `${key.from} ${key.to} ${key.zone} ${key.standardDays ?? ""} ${key.occasion ?? ""} ${key.billPeriod?.from ?? ""} ${key.billPeriod?.to ?? ""}`;
  let period = rate.periods.get(name);
  if (period === undefined) {
    period = resolve(rate, key);
    if (rate.periods.size >= PERIODS_REMEMBERED) rate.periods.clear();
    rate.periods.set(name, period);
  }
  rate.recent = period;
  return period;
}

/** The customers of a bill cycle come one after the other with the same period. */
function isSame(a: PeriodKey, b: PeriodKey): boolean {
  return a.from === b.from && a.to === b.to && a.zone === b.zone && a.standardDays === b.standardDays && a.occasion === b.occasion && a.billPeriod?.from === b.billPeriod?.from && a.billPeriod?.to === b.billPeriod?.to;
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
  // Charges by time of use first: what looks only for the highest of the whole period finds it in their passes.
  const order = rate.charges.toSorted((a, b) => b.schedule - a.schedule);
  const resolved = new Map(order.map((charge) => [charge, resolveCharge(charge, segment)]));
  const charges = rate.charges.map((charge) => resolved.get(charge)!);
  const { from, to, zone, standardDays, billPeriod, occasion } = key;
  return { rate, key: { from, to, zone, standardDays, billPeriod, occasion }, from, to, zone, days, whole, wholeDays, charges, passes };
}

interface Segment {
  readonly key: PeriodKey;
  readonly days: number;
  readonly whole: Period;
  readonly wholeDays: number;
  readonly rate: CompiledRate;
  readonly passes: Pass[];
}

/** Days on which the same row counts. */
interface Span {
  readonly fromDay: LocalDate;
  readonly toDay: LocalDate;
  /** The day whose row counts. */
  readonly on: LocalDate;
}

function resolveCharge(charge: CompiledCharge, segment: Segment): PeriodCharge {
  const rows = new Map<string, Rows>();
  for (const who of new Set(charge.rows.map(({ key }) => key))) {
    const resolved = resolveRows(charge, who, segment);
    if (resolved.slices.length > 0) rows.set(who, resolved);
  }
  const only = charge.whenNames.length === 0 ? (rows.get("") ?? NO_ROWS) : null;
  return { compiled: charge, rows, only, plain: only?.plain ?? null };
}

function resolveRows(charge: CompiledCharge, who: string, segment: Segment): Rows {
  const { standard100, prorated } = shareBasis(charge, segment);
  const whole = prorated ? standard100 : segment.wholeDays;
  const spans = spansOf(charge, who, segment);
  const shareFor = (span: Span): number => spanDays(span) * (prorated ? DAY_PARTS : 1);
  // A demand price of a season counts for whole days of it, so its shares stay in days.
  const inDays = spans.length !== 1 || (byInterval(charge) && isSeasonal(charge));
  const divisor = inDays ? 1 : commonDivisor(shareFor(spans[0]!), whole);
  const shareOf = whole / divisor;
  if (shareOf > SHARE_MAX) throw new RatingError("standardDays", `${whole / DAY_PARTS} days is too long`);
  const slices = spans.map((span) => sliceOf(charge, who, span, shareFor(span) / divisor, shareOf, segment));
  const days = isPercentage(charge) ? segment.days : segment.wholeDays;
  return { shareOf, slices, plain: plainLine(charge, slices, shareOf, days, segment.rate) };
}

/** Standard lengths are counted in hundredths of a day. */
const DAY_PARTS = 100;

function spanDays({ fromDay, toDay }: Span): number {
  return daysBetween(fromDay, toDay);
}

/** Whether amounts follow the days of this period, and the standard length in hundredths of a day. */
function shareBasis({ proration }: CompiledCharge, { key, wholeDays, rate }: Segment): { standard100: number; prorated: boolean } {
  const standard100 = key.standardDays === undefined ? rate.standardDays100 : Math.round(key.standardDays * DAY_PARTS);
  if (!(standard100 >= DAY_PARTS)) throw new RatingError("standardDays", "must be at least one day");
  return { standard100, prorated: isProrated(rate, wholeDays, key, proration) };
}

/** Whether a bill of so many days is outside the normal length, and its switch says that amounts follow. */
export function isProrated(rate: Pick<CompiledRate, "standardDays100" | "normalDays">, wholeDays: number, { standardDays, occasion }: Pick<PeriodKey, "standardDays" | "occasion">, { shortLong, firstFinal }: Pick<Proration, "shortLong" | "firstFinal">): boolean {
  const standard100 = standardDays === undefined ? rate.standardDays100 : Math.round(standardDays * DAY_PARTS);
  const longer = Math.round((standard100 - rate.standardDays100) / DAY_PARTS);
  const outside = wholeDays < rate.normalDays.min + longer || wholeDays > rate.normalDays.max + longer;
  return outside && (occasion === "first" || occasion === "final" ? firstFinal : shortLong);
}

/** Spans of the segment on which one row of the charge counts, in order; none when it does not count here. */
function spansOf(charge: CompiledCharge, who: string, { key, whole, rate }: Segment): Span[] {
  const { from: begins = "", to: ends = "9999" } = charge.charge;
  const { change } = charge.proration;
  if (change !== "prorate") {
    // A percentage is of this segment's lines, whatever the version of the rest of the bill.
    const within = isPercentage(charge) ? key : whole;
    const on = change === "start" ? within.from : addDays(within.to, -1);
    const here = on >= key.from && on < key.to && on >= begins && on < ends;
    return here ? [{ fromDay: within.from, toDay: within.to, on }] : [];
  }
  const spans: Span[] = [];
  const last = ends < key.to ? ends : key.to;
  let open: { on: LocalDate; row: string } | null = null;
  for (let day = begins > key.from ? begins : key.from; day < last; day = addDays(day, 1)) {
    const row = rowsOn(charge, who, day, rate);
    if (open !== null && open.row !== row) {
      spans.push({ fromDay: open.on, toDay: day, on: open.on });
      open = null;
    }
    open ??= { on: day, row };
  }
  if (open !== null) spans.push({ fromDay: open.on, toDay: last, on: open.on });
  return spans;
}

/** Which row counts on a day; charges by interval find the season of each interval themselves, so for them: which rows. */
function rowsOn(charge: CompiledCharge, who: string, day: LocalDate, rate: CompiledRate): string {
  if (charge.rows.length === 1) return "";
  if (!byInterval(charge)) return String(charge.rows.indexOf(rowFor(charge, who, rate.calendar.seasonOf(day), day)));
  return Array.from({ length: rate.seasons }, (_, season) => charge.rows.indexOf(rowFor(charge, who, season, day))).join();
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

function sliceOf(charge: CompiledCharge, who: string, span: Span, share: number, shareOf: number, segment: Segment): Slice {
  const { key, whole, rate } = segment;
  const days = spanDays(span);
  const interval = byInterval(charge);
  const season = rate.calendar.seasonOf(span.on);
  const row = rowFor(charge, who, season, span.on);
  const cumFrom = daysBetween(isPercentage(charge) ? key.from : whole.from, span.fromDay);
  const prices = interval ? pricesByCode(charge, who, span.on, rate) : Float64Array.from(row.prices);
  return {
    cumFrom, cumTo: cumFrom + days, days, fromDay: span.fromDay, toDay: span.toDay, share,
    season: !interval && isSeasonal(charge) ? season : ANY,
    pass: interval ? passFor(charge, span, segment) : -1,
    prices, row,
    tiers: row.limits.length === 0 ? oneTier(prices) : tiersFor(row, days, share, shareOf),
    tables: row.tables.length === 0 ? [] : tablesByCode(charge, who, span, share, shareOf, rate),
    codeShares: interval ? codeShares(charge, span, share, rate) : new Float64Array(0),
  };
}

/** Tiers of compiled rows for so many days. */
function tiersFor({ prices, limits, hours, daily }: CompiledTiers, days: number, share: number, shareOf: number): TierTable {
  const prorated = (limit: Milli, tier: number): Milli => prorateLimit(limit, daily[tier]!, days, share, shareOf);
  const hoursUse = hours.some((limit) => limit !== NO_LIMIT) ? Float64Array.from(hours, prorated) : null;
  return tierTable(Float64Array.from(limits, prorated), Float64Array.from(prices), hoursUse);
}

/** Tiers by code: energy's for the days of the code's season, demand's as they are. */
function tablesByCode(charge: CompiledCharge, who: string, span: Span, share: number, shareOf: number, rate: CompiledRate): TierTable[] {
  const shares = codeShares(charge, span, share, rate);
  const seasons = isSeasonal(charge) ? rate.seasons : 1;
  const days = spanDays(span);
  return Array.from({ length: seasons }, (_, season) => rowFor(charge, who, season, span.on).tables)
    .flat()
    .map((tiers, code) => (charge.kind === "demand" ? tiersFor(tiers, 1, 1, 1) : tiersFor(tiers, (days * shares[code]!) / share, shares[code]!, shareOf)));
}

/** The latest dated row for the customer and season. A checked document has one. */
function rowFor({ rows }: CompiledCharge, who: string, season: number, on: LocalDate): CompiledRow {
  let latest: CompiledRow | null = null;
  for (const row of rows) {
    if (row.key === who && (row.season === ANY || row.season === season) && row.from <= on && (latest === null || row.from > latest.from)) latest = row;
  }
  return latest!;
}

/** A tier's end for so many days, rounded half up to a thousandth of the unit. */
function prorateLimit(limit: Milli, daily: boolean, days: number, share: number, shareOf: number): Milli {
  if (limit === NO_LIMIT) return NO_LIMIT;
  if (daily) return limit * days;
  return share === shareOf ? limit : Math.floor((2 * limit * share + shareOf) / (2 * shareOf));
}

/** Prices by code: season × periods + time-of-use period. */
function pricesByCode(charge: CompiledCharge, who: string, on: LocalDate, rate: CompiledRate): Float64Array {
  const periods = periodsOf(charge.schedule, rate);
  const seasons = isSeasonal(charge) ? rate.seasons : 1;
  const prices = new Float64Array(seasons * periods);
  for (let season = 0; season < seasons; season++) prices.set(rowFor(charge, who, season, on).prices, season * periods);
  return prices;
}

function periodsOf(schedule: number, { schedules }: CompiledRate): number {
  return schedule < 0 ? 1 : schedules[schedule]!.periods;
}

/** A season's demand price counts for the days of the season. */
function codeShares(charge: CompiledCharge, span: Span, share: number, rate: CompiledRate): Float64Array {
  const periods = periodsOf(charge.schedule, rate);
  if (!isSeasonal(charge)) return new Float64Array(periods).fill(share);
  const shares = new Float64Array(rate.seasons * periods);
  const perDay = share / spanDays(span);
  for (let day = span.fromDay; day < span.toDay; day = addDays(day, 1)) {
    const season = rate.calendar.seasonOf(day);
    for (let period = 0; period < periods; period++) shares[season * periods + period]! += perDay;
  }
  return shares;
}

// ---- intervals ------------------------------------------------------------------------------------------------

/** Energy that a demand unit is the hourly rate of. */
export const ENERGY_OF: Readonly<Partial<Record<Unit, Unit>>> = { W: "Wh", kW: "kWh", MW: "MWh", kVA: "kVAh", kvar: "kvarh" };

/** The pass that a charge needs on these days; charges share one where they can. */
function passFor(charge: CompiledCharge, span: Span, { key: { zone }, passes, rate }: Segment): number {
  const window = charge.charge.kind === "demand" ? charge.charge.intervalMinutes : 0;
  const unit = ENERGY_OF[charge.unit] ?? charge.unit;
  const seasonal = isSeasonal(charge);
  const wholeDay = charge.schedule < 0 && !seasonal;
  const known = passes.findIndex(
    (pass) => (wholeDay || (pass.schedule === charge.schedule && pass.seasonal === seasonal)) && pass.unit === unit && pass.fromDay === span.fromDay && pass.toDay === span.toDay && canShare(pass.window, window, pass.schedule, rate),
  );
  if (known >= 0) {
    passes[known]!.window ||= window;
    return known;
  }
  const codes = (seasonal ? rate.seasons : 1) * periodsOf(charge.schedule, rate);
  return passes.push({ schedule: charge.schedule, seasonal, unit, window, codes, fromDay: span.fromDay, toDay: span.toDay, start: startOfDay(span.fromDay, zone), end: startOfDay(span.toDay, zone), index: new Map() }) - 1;
}

/** Sums may be taken by demand windows when no time-of-use period begins inside one. */
function canShare(a: number, b: number, schedule: number, { schedules }: CompiledRate): boolean {
  return a === b || ((a === 0 || b === 0) && (schedule < 0 || schedules[schedule]!.alignedTo % (a || b) === 0));
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

function fillDay(codes: Uint8Array, at: number, day: LocalDate, step: number, { schedule, seasonal }: Pass, rate: CompiledRate, zone: TimeZone): number {
  const minutes = minutesOfDay(day, zone);
  const season = seasonal ? rate.calendar.seasonOf(day) : 0;
  if (schedule < 0) {
    codes.fill(season, at, at + minutes / step);
    return at + minutes / step;
  }
  const { periods, table, alignedTo } = rate.schedules[schedule]!;
  const offset = rate.calendar.dayOffset(day);
  const start = startOfDay(day, zone);
  let slot = at;
  for (let minute = 0; minute < minutes; minute += step, slot++) {
    const clock = minutes === MINUTES_OF_DAY ? minute : wallClockOf(start + minute * MINUTE_MS, zone).minute;
    if (alignedTo % step !== 0) refuseChangeInside(table, offset, clock, step, schedule);
    codes[slot] = season * periods + table[offset + clock]!;
  }
  return slot;
}

function refuseChangeInside(table: Uint8Array, offset: number, clock: number, step: number, schedule: number): void {
  for (let minute = clock + 1; minute < Math.min(clock + step, MINUTES_OF_DAY); minute++) {
    if (table[offset + minute] === table[offset + clock]) continue;
    throw new RatingError(`schedules.${schedule}`, `the period changes at ${clockText(minute)}, inside an interval of ${step} minutes from ${clockText(clock)}; shorter intervals are needed`);
  }
}
