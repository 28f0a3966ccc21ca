/**
 * The slow, obvious evaluator: decimal.js on the document's own text, day by day and interval by interval, without compiling,
 * without remembering, without shared code for the arithmetic. The engine must agree with it to the cent, always.
 */
import { addDays, daysBetween, eachDay, isoWeekday, type LocalDate, type Period } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, wallClockOf } from "../calendar/zone.ts";
import { Decimal } from "../money/decimal.ts";
import { parseFormula, type Formula } from "./formula.ts";
import type { Determinants, DeterminantSeries } from "./determinants.ts";
import { oracleDerived } from "./oracle-derived.testing.ts";
import type { Charge, Holiday, RateDocument, Schedule } from "./schema.ts";

export interface OracleLine {
  readonly id: string;
  readonly exact: Decimal;
  readonly cents: number;
}

export interface OracleBill {
  readonly lines: readonly OracleLine[];
  readonly total: number;
}

type Row = Charge["rates"][number];
interface Span {
  readonly days: readonly LocalDate[];
  /** The day whose rows count. */
  readonly on: LocalDate;
  readonly row: Row;
}

const zero = new Decimal(0);
const sum = (values: readonly Decimal[]): Decimal => values.reduce((a, b) => a.plus(b), zero);
/** A third three times is a whole again: sixty digits carry it, forty decide. */
const settled = (value: Decimal): Decimal => value.toDecimalPlaces(40, Decimal.ROUND_HALF_UP);
const halfUp = (value: Decimal): Decimal => settled(value).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
const MODES = { "half-up": Decimal.ROUND_HALF_UP, "half-even": Decimal.ROUND_HALF_EVEN, down: Decimal.ROUND_DOWN, up: Decimal.ROUND_UP } as const;

export function oracleBill(document: RateDocument, given: Determinants): OracleBill {
  const customer = oracleDerived(document, given);
  const lines: OracleLine[] = [];
  const whole = customer.billPeriod ?? { from: customer.from, to: customer.to };
  for (const charge of document.charges) {
    const steps = stepsOf(charge, document, customer, whole, lines);
    if (steps === null) continue;
    lines.push(lineOf(charge, steps, document, lines));
  }
  if (document.rounding.at !== "total") return { lines, total: lines.reduce((total, { cents }) => total + cents, 0) };
  return { lines, total: round(sum(lines.map(({ exact }) => exact)), document) };
}

function round(dollars: Decimal, { rounding }: RateDocument): number {
  return settled(dollars.times(100)).toDecimalPlaces(0, MODES[rounding.mode]).toNumber();
}

/** Base of a percentage or a limit in cents. */
function baseOf(of: readonly string[], document: RateDocument, lines: readonly OracleLine[]): Decimal {
  const ids = of.flatMap((name) => document.bases.find(({ id }) => id === name)?.of ?? [name]);
  const included = lines.filter(({ id }) => ids.includes(id));
  if (document.rounding.at === "total") return new Decimal(round(sum(included.map(({ exact }) => exact)), document));
  return new Decimal(included.reduce((total, { cents }) => total + cents, 0));
}

function lineOf(charge: Charge, steps: readonly Decimal[], document: RateDocument, lines: readonly OracleLine[]): OracleLine {
  let exact = sum(steps);
  if (charge.kind === "minimum" || charge.kind === "maximum") {
    const difference = exact.minus(baseOf(charge.of, document, lines).div(100));
    exact = charge.kind === "minimum" ? Decimal.max(0, difference) : Decimal.min(0, difference);
    return { id: charge.id, exact, cents: round(exact, document) };
  }
  if (charge.kind === "credit") {
    if (charge.of !== undefined) exact = Decimal.min(exact, Decimal.max(0, baseOf(charge.of, document, lines).div(100)));
    return { id: charge.id, exact: exact.neg(), cents: round(exact.neg(), document) };
  }
  const cents = document.rounding.at === "step" ? steps.reduce((total, step) => total + round(step, document), 0) : round(exact, document);
  return { id: charge.id, exact, cents };
}

/** Amounts of the steps in dollars; null when the charge is not on this bill. */
function stepsOf(charge: Charge, document: RateDocument, customer: Determinants, whole: Period, lines: readonly OracleLine[]): Decimal[] | null {
  if (charge.onlyFor !== undefined && !(customer.programs ?? []).some(({ program, from, to }) => program === charge.onlyFor && (from === undefined || from < customer.to) && (to === undefined || to >= customer.to))) return null;
  const spans = spansOf(charge, document, customer, whole);
  if (spans.length === 0) return null;
  const wholeDays = daysBetween(whole.from, whole.to);
  const segmentDays = daysBetween(customer.from, customer.to);
  const share = (days: number): Decimal => shareOf(charge, document, customer, wholeDays, days);
  const cum = (span: Span, from: LocalDate): [number, number] => [daysBetween(from, span.days[0]!), daysBetween(from, span.days.at(-1)!) + 1];
  const part = (quantity: Decimal, span: Span, from: LocalDate, of: number): Decimal => {
    const [first, last] = cum(span, from);
    return halfUp(quantity.times(last).div(of)).minus(halfUp(quantity.times(first).div(of)));
  };
  const perUnit = (quantity: Decimal, price: string): Decimal => quantity.div(1000).times(price);

  switch (charge.kind) {
    case "fixed":
      return spans.map((span) => perUnit(countOf(charge.times, customer), (span.row as { amount: string }).amount).times(charge.per === "day" ? span.days.length : share(span.days.length)));
    case "flat":
      return spans.map((span) => perUnit(part(usageOf(charge, document, customer), span, whole.from, wholeDays), (span.row as { price: string }).price));
    case "tiered":
      return spans.flatMap((span) => tiersOf(charge, span, part(usageOf(charge, document, customer), span, whole.from, wholeDays), share(span.days.length), customer));
    case "time-of-use":
      return spans.flatMap((span) => timeOfUse(charge, span, document, customer, whole, share));
    case "demand":
      return spans.flatMap((span) => demand(charge, span, document, customer, share));
    case "percentage": {
      const exempt = charge.tax === undefined ? 0 : (customer.exemptions?.[charge.tax] ?? 0);
      const base = halfUp(baseOf(charge.of, document, lines).times(100 - exempt).div(100));
      return spans.map((span) => part(base.abs(), span, customer.from, segmentDays).times(base.isNegative() ? -1 : 1).div(100).times((span.row as { percent: string }).percent).div(100));
    }
    case "formula":
      return spans.map((span) => {
        const read = namesOf((span.row as { figures: Record<string, string> }).figures, charge, document, customer, wholeDays);
        const lineOf = (name: string): Decimal | undefined => (Object.hasOwn(charge.lines, name) ? (lines.find(({ id }) => id === charge.lines[name])?.exact ?? zero) : undefined);
        const whole = reckon(parseFormula(charge.amount), (name) => lineOf(name) ?? read(name));
        return settled(whole.times(span.days.length).div(wholeDays)).toDecimalPlaces(8, Decimal.ROUND_HALF_UP);
      });
    case "budget":
      return spans.flatMap((span) => {
        const { figures, tiers } = span.row as { figures: Record<string, string>; tiers: { upTo: string | null; price: string }[] };
        const read = namesOf(figures, charge, document, customer, wholeDays);
        const known = new Map<string, Decimal>();
        const lookUp = (name: string): Decimal => known.get(name) ?? read(name);
        const units = (formula: string): Decimal => {
          const value = settled(reckon(parseFormula(formula), lookUp));
          const mode = { nearest: Decimal.ROUND_HALF_UP, down: Decimal.ROUND_FLOOR, up: Decimal.ROUND_CEIL, exact: Decimal.ROUND_HALF_UP }[charge.wholeUnits];
          return Decimal.max(0, value.toDecimalPlaces(charge.wholeUnits === "exact" ? 3 : 0, mode));
        };
        for (const { name, formula } of charge.allocations) known.set(name, units(formula));
        let before = zero;
        const ends = tiers.map(({ upTo }) => (before = upTo === null ? new Decimal(Infinity) : Decimal.max(before, halfUp(units(upTo).times(1000).times(span.days.length).div(wholeDays)))));
        return pricedTiers(part(usageOf(charge, document, customer), span, whole.from, wholeDays), tiers, ends);
      });
    case "minimum":
    case "maximum":
      return spans.map((span) => new Decimal((span.row as { amount: string }).amount).times(share(span.days.length)));
    case "credit":
      return spans.map((span) => {
        const { amount, price, percent } = span.row as { amount?: string; price?: string; percent?: string };
        if (amount !== undefined) return new Decimal(amount).times(share(span.days.length));
        if (price !== undefined) return perUnit(part(usageOf(charge, document, customer), span, whole.from, wholeDays), price);
        const base = Decimal.max(0, baseOf(charge.of!, document, lines));
        return part(base, span, customer.from, segmentDays).div(100).times(percent!).div(100);
      });
  }
}

// ---- rows, days, shares ---------------------------------------------------------------------------------------

function seasonOf(day: LocalDate, document: RateDocument): string | undefined {
  const monthDay = day.slice(5);
  return document.seasons.find(({ ranges }) => ranges.some(({ from, to }) => (from <= to ? monthDay >= from && monthDay <= to : monthDay >= from || monthDay <= to)))?.id;
}

function rowOn(charge: Charge, season: string | undefined, day: LocalDate, customer: Determinants): Row {
  const table = "rider" in charge && charge.rider !== undefined ? customer.riders![charge.rider.id]! : [];
  const latest = table.findLast(({ from }) => from <= day);
  if (latest !== undefined) return riderRow(charge, latest);
  const fits = (charge.rates as readonly Row[]).filter((row) => (row.season === undefined || row.season === season) && (row.from === undefined || row.from <= day) && isFor(row, customer));
  return fits.sort((a, b) => ((a.from ?? "") < (b.from ?? "") ? -1 : 1)).at(-1)!;
}

const riderRows = new WeakMap<object, Map<string, Row>>();

/** The table's factor as a row of the charge; the same object each time, as rows of the document are. */
function riderRow(charge: Charge, { from, value }: { from: LocalDate; value: string }): Row {
  const known = riderRows.get(charge) ?? new Map<string, Row>();
  riderRows.set(charge, known);
  const row = known.get(`${from} ${value}`) ?? ({ from, price: value, percent: value } as unknown as Row);
  known.set(`${from} ${value}`, row);
  return row;
}

function isFor(row: Row, customer: Determinants): boolean {
  return Object.entries(row.when ?? {}).every(([name, value]) => (name === "meterSize" ? customer.meterSize : customer.attributes?.[name]) === value);
}

const calendars = new Map<string, LocalDate[]>();

/** The days of a period are the same for every tariff: remembered, because dates are slow. */
function daysOf({ from, to }: Period): LocalDate[] {
  const key = `${from} ${to}`;
  let days = calendars.get(key);
  if (days === undefined) calendars.set(key, (days = eachDay({ from, to })));
  return days;
}

/** Runs of days with the same row; charges by interval look at the season later, so for them: the same row in every season. */
function spansOf(charge: Charge, document: RateDocument, customer: Determinants, whole: Period): Span[] {
  const active = (day: LocalDate): boolean => (charge.from === undefined || day >= charge.from) && (charge.to === undefined || day < charge.to);
  const inSegment = (day: LocalDate): boolean => day >= customer.from && day < customer.to;
  const isPercent = charge.kind === "percentage" || (charge.kind === "credit" && charge.rates[0]!.percent !== undefined);
  const change = charge.proration?.change ?? "prorate";
  if (change !== "prorate") {
    const within = isPercent ? { from: customer.from, to: customer.to } : whole;
    const on = change === "start" ? within.from : addDays(within.to, -1);
    return active(on) && inSegment(on) ? [{ days: daysOf(within), on, row: rowOn(charge, seasonOf(on, document), on, customer) }] : [];
  }
  const byInterval = charge.kind === "time-of-use" || charge.kind === "demand";
  const seasons = document.seasons.length === 0 ? [undefined] : document.seasons.map(({ id }) => id);
  const rowsOn = (day: LocalDate): Row[] => (byInterval ? seasons.map((season) => rowOn(charge, season, day, customer)) : [rowOn(charge, seasonOf(day, document), day, customer)]);
  const spans: { days: LocalDate[]; rows: Row[] }[] = [];
  for (const day of daysOf(customer).filter(active)) {
    const rows = rowsOn(day);
    const last = spans.at(-1);
    if (last !== undefined && last.rows.every((row, i) => row === rows[i])) last.days.push(day);
    else spans.push({ days: [day], rows });
  }
  return spans.map(({ days, rows }) => ({ days, on: days[0]!, row: rows[0]! }));
}

function shareOf(charge: Charge, { proration }: RateDocument, customer: Determinants, wholeDays: number, days: number): Decimal {
  const standard = new Decimal(proration.standardDays);
  const length = customer.standardDays === undefined ? standard : new Decimal(customer.standardDays);
  const normal = proration.normalDays ?? { min: Math.max(1, standard.floor().toNumber() - 5), max: standard.ceil().toNumber() + 5 };
  const longer = length.minus(standard).toDecimalPlaces(0, Decimal.ROUND_HALF_CEIL).toNumber();
  const standardLength = wholeDays >= normal.min + longer && wholeDays <= normal.max + longer;
  const switches = charge.proration ?? { shortLong: true, firstFinal: true };
  const on = customer.occasion === "first" || customer.occasion === "final" ? switches.firstFinal : switches.shortLong;
  return new Decimal(days).div(!standardLength && on ? length : wholeDays);
}

// ---- quantities -----------------------------------------------------------------------------------------------

function countOf(name: string | undefined, customer: Determinants): Decimal {
  if (name === undefined) return new Decimal(1000);
  if (name === "dwellingUnits") return new Decimal((customer.dwellingUnits ?? 1) * 1000);
  return new Decimal(customer.counts?.[name] ?? Object.values(customer.quantities[name]!)[0]!);
}

function usageOf(charge: Extract<Charge, { determinant: string }>, document: RateDocument, customer: Determinants): Decimal {
  const value = new Decimal(customer.quantities[charge.determinant]![charge.unit ?? document.unit]!);
  const { usage } = document.rounding;
  if (usage === "exact") return value;
  const mode = { down: Decimal.ROUND_DOWN, nearest: Decimal.ROUND_HALF_UP, up: Decimal.ROUND_UP }[usage];
  return value.div(1000).toDecimalPlaces(0, mode).times(1000);
}

type Tier = Extract<Charge, { kind: "tiered" }>["rates"][number]["tiers"][number];
interface TierRules {
  readonly widths: "period" | "day";
  readonly hoursOf?: string | undefined;
  readonly firstUnit?: boolean;
  readonly times?: string | undefined;
}

/** Where each tier ends, in thousandths, for so many days. */
function endsOf(tiers: readonly Tier[], rules: TierRules, days: number, share: Decimal, customer: Determinants): Decimal[] {
  let reached = zero;
  return tiers.map(({ upTo, hours, widths = rules.widths }) => {
    const forDays = (text: string | null | undefined, less = 0): Decimal => {
      if (text === null || text === undefined) return new Decimal(Infinity);
      const end = new Decimal(text).times(1000).minus(less);
      return widths === "day" ? end.times(days) : halfUp(end.times(share));
    };
    const limit = forDays(upTo, rules.firstUnit ? 1000 : 0);
    const byUse = forDays(hours);
    const counted = limit.isFinite() ? halfUp(limit.times(countOf(rules.times, customer)).div(1000)) : limit;
    const used = byUse.isFinite() ? halfUp(byUse.times(customer.quantities[rules.hoursOf!]!.kW!).div(1000)) : byUse;
    if (rules.hoursOf === undefined) return counted;
    reached = Decimal.max(reached, Decimal.min(counted, used));
    return reached;
  });
}

function tiersOf(charge: Extract<Charge, { kind: "tiered" }>, span: Span, usage: Decimal, share: Decimal, customer: Determinants): Decimal[] {
  const { tiers } = span.row as Extract<Charge, { kind: "tiered" }>["rates"][number];
  const ends = endsOf(tiers, { ...charge, firstUnit: charge.boundary === "first-unit" }, span.days.length, share, customer);
  if (charge.assess === "whole") {
    const reached = ends.findIndex((end) => (charge.boundary === "exclusive" ? usage.lt(end) : usage.lte(end)));
    return [usage.div(1000).times(tiers[reached]!.price)];
  }
  return pricedTiers(usage, tiers, ends);
}

/** Each tier's price for what is inside it. */
function pricedTiers(quantity: Decimal, tiers: readonly Tier[], ends: readonly Decimal[]): Decimal[] {
  return tiers.map(({ price }, i) => {
    const begin = i === 0 ? zero : ends[i - 1]!;
    const inside = Decimal.max(0, Decimal.min(quantity, ends[i]!).minus(begin));
    return inside.div(1000).times(price);
  });
}

// ---- formulas --------------------------------------------------------------------------------------------------

type Read = (name: string) => Decimal;

function namesOf(figures: Readonly<Record<string, string>>, charge: Extract<Charge, { determinant: string }>, document: RateDocument, customer: Determinants, wholeDays: number): Read {
  return (name) => {
    if (Object.hasOwn(figures, name)) return new Decimal(figures[name]!);
    if (name === "usage") return usageOf(charge, document, customer).div(1000);
    return name === "days" ? new Decimal(wholeDays) : countOf(name, customer).div(1000);
  };
}

/** Only the reading of the text is shared with the engine. */
function reckon(formula: Formula, read: Read): Decimal {
  if (formula.kind === "number") return new Decimal(formula.text);
  if (formula.kind === "name") return read(formula.name);
  if (formula.kind === "call") return called(formula.name, formula.args, read);
  const a = reckon(formula.left, read);
  const b = reckon(formula.right, read);
  const difference = settled(a.minus(b));
  const holds = (is: boolean): Decimal => new Decimal(is ? 1 : 0);
  switch (formula.op) {
    case "+": return a.plus(b);
    case "-": return a.minus(b);
    case "*": return a.times(b);
    case "/": return a.div(b);
    case "==": return holds(difference.isZero());
    case "!=": return holds(!difference.isZero());
    case "<": return holds(difference.lt(0));
    case "<=": return holds(difference.lte(0));
    case ">": return holds(difference.gt(0));
    case ">=": return holds(difference.gte(0));
    case "and": return holds(!settled(a).isZero() && !settled(b).isZero());
    case "or": return holds(!settled(a).isZero() || !settled(b).isZero());
  }
}

function called(name: Extract<Formula, { kind: "call" }>["name"], args: readonly Formula[], read: Read): Decimal {
  if (name === "if") return reckon(settled(reckon(args[0]!, read)).isZero() ? args[2]! : args[1]!, read);
  const values = args.map((arg) => reckon(arg, read));
  if (name === "min") return Decimal.min(...values);
  if (name === "max") return Decimal.max(...values);
  const decimals = name === "round" && args[1] !== undefined ? values[1]!.toNumber() : 0;
  return settled(values[0]!).toDecimalPlaces(decimals, { round: Decimal.ROUND_HALF_UP, floor: Decimal.ROUND_FLOOR, ceil: Decimal.ROUND_CEIL }[name]);
}

// ---- intervals ------------------------------------------------------------------------------------------------

interface Interval {
  readonly day: LocalDate;
  readonly minute: number;
  readonly value: number;
}

function intervalsOf(series: DeterminantSeries, days: readonly LocalDate[], zone: string): Interval[] {
  const step = series.stepMinutes * MINUTE_MS;
  const first = (startOfDay(days[0]!, zone) - series.start) / step;
  const count = (startOfDay(addDays(days.at(-1)!, 1), zone) - startOfDay(days[0]!, zone)) / step;
  return Array.from({ length: count }, (_, i) => ({ ...clockOf(series.start + (first + i) * step, zone), value: series.values[first + i]! })).map(({ date, minute, value }) => ({ day: date, minute, value }));
}

const clocks = new Map<string, { date: LocalDate; minute: number }>();

/** The wall clock is the same for every tariff: remembered, because time zones are slow. */
function clockOf(instant: number, zone: string): { date: LocalDate; minute: number } {
  const key = `${zone} ${instant}`;
  let clock = clocks.get(key);
  if (clock === undefined) clocks.set(key, (clock = wallClockOf(instant, zone)));
  return clock;
}

function periodOf(schedule: Schedule, { day, minute }: Interval, document: RateDocument): string {
  const season = seasonOf(day, document);
  const names = namesOfDay(day, document.holidays);
  const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  for (const rule of schedule.rules) {
    if (rule.seasons !== undefined && !rule.seasons.includes(season!)) continue;
    if (!rule.days.some((name) => names.includes(name))) continue;
    const hours = rule.hours.find(({ from, to }) => from <= clock && clock < to);
    if (hours !== undefined) return hours.period;
  }
  throw new Error(`no period for ${day} ${clock}`);
}

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

function namesOfDay(day: LocalDate, holidays: readonly Holiday[]): string[] {
  if (holidays.some((holiday) => isHoliday(day, holiday))) return ["every-day", "holidays"];
  const weekday = isoWeekday(day);
  return ["every-day", weekday <= 5 ? "weekdays" : "weekends", WEEKDAYS[weekday - 1]!];
}

function isHoliday(day: LocalDate, holiday: Holiday): boolean {
  if ("date" in holiday) return holiday.date === day;
  if ("weekday" in holiday) {
    const sameMonth = +day.slice(5, 7) === holiday.month && WEEKDAYS[isoWeekday(day) - 1] === holiday.weekday;
    const nth = Math.ceil(+day.slice(8) / 7);
    return sameMonth && (holiday.nth === -1 ? addDays(day, 7).slice(0, 7) !== day.slice(0, 7) : nth === holiday.nth);
  }
  const { on, observed } = holiday;
  const falls = (shift: number, weekday: number): boolean => addDays(day, shift).slice(5) === on && isoWeekday(addDays(day, shift)) === weekday;
  if (observed === "same-day") return day.slice(5) === on;
  if (falls(-1, 7)) return true;
  if (observed === "nearest" && falls(1, 6)) return true;
  const moved = isoWeekday(day) === 7 || (observed === "nearest" && isoWeekday(day) === 6);
  return day.slice(5) === on && !moved;
}

function seriesOf(customer: Determinants): DeterminantSeries {
  return customer.series![0]!;
}

type TouRow = Extract<Charge, { kind: "time-of-use" }>["rates"][number];

interface Cell {
  readonly usage: number;
  readonly season: string | undefined;
  readonly period: string;
  readonly row: TouRow;
}

/** Seasons of a charge with their days in the span; one without a name where it has none. */
function seasonsIn(charge: Charge, span: Span, document: RateDocument): { season: string | undefined; days: number }[] {
  if (charge.rates.every(({ season }) => season === undefined)) return [{ season: undefined, days: span.days.length }];
  return document.seasons.map(({ id }) => ({ season: id, days: span.days.filter((day) => seasonOf(day, document) === id).length })).filter(({ days }) => days > 0);
}

/** Registers by period, split over the seasons by their days. */
function registerCells(charge: Extract<Charge, { kind: "time-of-use" }>, span: Span, document: RateDocument, customer: Determinants, whole: Period): Cell[] {
  const wholeDays = daysBetween(whole.from, whole.to);
  return document.schedules.find(({ id }) => id === charge.schedule)!.periods.flatMap(({ id: period }) => {
    const register = new Decimal(customer.quantities[`${charge.determinant}.${period}`]!.kWh!);
    const upTo = (day: number): Decimal => halfUp(register.times(day).div(wholeDays));
    let at = daysBetween(whole.from, span.days[0]!);
    return seasonsIn(charge, span, document).map(({ season, days }) => {
      const usage = upTo(at + days).minus(upTo(at)).toNumber();
      at += days;
      return { usage, season, period, row: rowOn(charge, season, span.on, customer) as TouRow };
    });
  });
}

function intervalCells(charge: Extract<Charge, { kind: "time-of-use" }>, span: Span, document: RateDocument, customer: Determinants): Cell[] {
  const schedule = document.schedules.find(({ id }) => id === charge.schedule)!;
  const seasonal = charge.rates.some(({ season }) => season !== undefined);
  const sums = new Map<string, Cell>();
  for (const interval of intervalsOf(seriesOf(customer), span.days, customer.zone)) {
    const period = periodOf(schedule, interval, document);
    const season = seasonal ? seasonOf(interval.day, document) : undefined;
    const row = rowOn(charge, seasonOf(interval.day, document), span.on, customer) as TouRow;
    const key = `${season ?? ""} ${period}`;
    const known = sums.get(key) ?? { usage: 0, season, period, row };
    sums.set(key, { ...known, usage: known.usage + interval.value });
  }
  return [...sums.values()];
}

function timeOfUse(charge: Extract<Charge, { kind: "time-of-use" }>, span: Span, document: RateDocument, customer: Determinants, whole: Period, share: (days: number) => Decimal): Decimal[] {
  const cells = customer.series === undefined ? registerCells(charge, span, document, customer, whole) : intervalCells(charge, span, document, customer);
  return cells.flatMap(({ usage, season, period, row }) => {
    if (row.prices !== undefined) return [new Decimal(usage).div(1000).times(row.prices[period]!)];
    const days = season === undefined ? span.days.length : span.days.filter((day) => seasonOf(day, document) === season).length;
    const total = charge.tierSplit === "period" ? usage : cells.filter((cell) => cell.season === season).reduce((all, cell) => all + cell.usage, 0);
    const tiers = row.tiersByPeriod![period]!;
    const ends = endsOf(tiers, charge, days, share(days), customer);
    // Below each end: the period's share of it.
    const below = ends.map((end) => (end.gte(total) ? new Decimal(usage) : halfUp(new Decimal(usage).times(end).div(total))));
    return tiers.map(({ price }, i) => Decimal.max(0, below[i]!.minus(i === 0 ? zero : below[i - 1]!)).div(1000).times(price));
  });
}

function demand(charge: Extract<Charge, { kind: "demand" }>, span: Span, document: RateDocument, customer: Determinants, share: (days: number) => Decimal): Decimal[] {
  if (customer.series === undefined) return registeredDemand(charge, span, document, customer, share);
  const schedule = document.schedules.find(({ id }) => id === charge.schedule);
  const seasonal = charge.rates.some(({ season }) => season !== undefined);
  const series = seriesOf(customer);
  const perWindow = charge.intervalMinutes / series.stepMinutes;
  const intervals = intervalsOf(series, span.days, customer.zone);
  const highest = new Map<string, { most: number; tiers: readonly Tier[]; days: number }>();
  for (let i = 0; i < intervals.length; i += perWindow) {
    const window = intervals.slice(i, i + perWindow);
    const most = window.reduce((total, { value }) => total + value, 0);
    const season = seasonOf(window[0]!.day, document);
    const period = schedule === undefined ? "" : periodOf(schedule, window[0]!, document);
    const row = rowOn(charge, season, span.on, customer) as DemandRow;
    const key = `${seasonal ? season : ""} ${period}`;
    const known = highest.get(key);
    if (known !== undefined && known.most >= most) continue;
    highest.set(key, { most, tiers: demandTiers(row, period), days: seasonal ? span.days.filter((day) => seasonOf(day, document) === season).length : span.days.length });
  }
  const kw = (most: number): Decimal => (charge.coincident === true ? atSystemPeak(charge, customer) : halfUp(new Decimal(most).times(60).div(charge.intervalMinutes)));
  return [...highest.values()].flatMap(({ most, tiers, days }) => pricedDemand(billed(charge, kw(most), customer), tiers, share(days)));
}

type DemandRow = Extract<Charge, { kind: "demand" }>["rates"][number];

function demandTiers(row: DemandRow, period: string): readonly Tier[] {
  return row.tiers ?? row.tiersByPeriod?.[period] ?? [{ upTo: null, price: row.price ?? row.prices![period]! }];
}

function pricedDemand(kw: Decimal, tiers: readonly Tier[], share: Decimal): Decimal[] {
  const ends = tiers.map(({ upTo }) => new Decimal(upTo ?? Infinity).times(1000));
  return pricedTiers(kw, tiers, ends).map((amount) => amount.times(share));
}

/** Demand registers of the whole bill, each season's price for its days. */
function registeredDemand(charge: Extract<Charge, { kind: "demand" }>, span: Span, document: RateDocument, customer: Determinants, share: (days: number) => Decimal): Decimal[] {
  const periods = document.schedules.find(({ id }) => id === charge.schedule)?.periods.map(({ id }) => id) ?? [""];
  return seasonsIn(charge, span, document).flatMap(({ season, days }) => periods.flatMap((period) => {
    const register = period === "" ? charge.determinant : `${charge.determinant}.${period}`;
    const row = rowOn(charge, season, span.on, customer) as DemandRow;
    return pricedDemand(billed(charge, new Decimal(customer.quantities[register]!.kW!), customer), demandTiers(row, period), share(days));
  }));
}

function billed(charge: Extract<Charge, { kind: "demand" }>, measured: Decimal, customer: Determinants): Decimal {
  const least = new Decimal(charge.minimum ?? 0).times(1000);
  const earlier = charge.ratchet === undefined ? [] : (customer.demandHistory ?? []).slice(0, charge.ratchet.months);
  const ratchet = earlier.length === 0 ? zero : halfUp(new Decimal(Math.max(...earlier)).times(charge.ratchet!.percent).div(100));
  const contract = charge.contract === undefined ? zero : halfUp(new Decimal(customer.counts![charge.contract.demand]!).times(charge.contract.percent).div(100));
  const kw = Decimal.max(raised(charge, measured, customer), least, ratchet, contract);
  const step = new Decimal(charge.step).times(1000);
  return halfUp(kw.div(step)).times(step);
}

/** The highest window that holds a peak, windows counted from the bill's first moment. */
function atSystemPeak(charge: Extract<Charge, { kind: "demand" }>, customer: Determinants): Decimal {
  const { from, to } = customer.billPeriod ?? customer;
  const series = seriesOf(customer);
  const first = startOfDay(from, customer.zone);
  const end = startOfDay(to, customer.zone);
  const sums: number[] = [];
  for (let begin = first; begin < end; begin += charge.intervalMinutes * MINUTE_MS) {
    const finish = begin + charge.intervalMinutes * MINUTE_MS;
    if (!customer.systemPeaks!.some((at) => at >= begin && at < finish)) continue;
    let total = 0;
    for (let at = begin; at < finish; at += series.stepMinutes * MINUTE_MS) total += series.values[(at - series.start) / (series.stepMinutes * MINUTE_MS)]!;
    sums.push(total);
  }
  return halfUp(new Decimal(Math.max(...sums)).times(60).div(charge.intervalMinutes));
}

function raised({ powerFactor }: Extract<Charge, { kind: "demand" }>, measured: Decimal, { counts, quantities }: Determinants): Decimal {
  if (powerFactor === undefined) return measured;
  const [active, reactive] = [new Decimal(quantities["usage"]!.kWh!), new Decimal(quantities["kvarh"]!.kvarh!)];
  const apparent = active.times(active).plus(reactive.times(reactive)).sqrt();
  const exact = counts!["powerFactor"] !== undefined ? new Decimal(counts!["powerFactor"]).div(10) : apparent.isZero() ? new Decimal(100) : active.div(apparent).times(100);
  const factor = settled(exact).toDecimalPlaces(powerFactor.decimals, Decimal.ROUND_HALF_UP);
  const target = new Decimal(powerFactor.target);
  if (factor.gte(target)) return measured;
  const { adjust } = powerFactor;
  return halfUp(adjust === "ratio" ? measured.times(target).div(factor) : measured.times(target.minus(factor).times(adjust.percentPerPoint).div(100).plus(1)));
}
