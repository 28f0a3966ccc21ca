/** Random tariffs and customers for the property tests: any mixture of what a document allows, with usage on and around the edges. */
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { startOfDay, MINUTE_MS } from "../calendar/zone.ts";
import type { Determinants, DeterminantSeries } from "./determinants.ts";
import type { RateDocumentInput } from "./schema.ts";

type ChargeInput = RateDocumentInput["charges"][number];

export const ZONE = "America/Los_Angeles";
const FIRST_DAY = "2023-01-01";
const DAYS_AHEAD = 1_500;

/** Chance from a seed: the property test draws one seed a tariff and prints it when it fails. */
export class Gen {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** mulberry32: 32 well-mixed bits. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}

/** Even, but one in sixteen is an end of the range. */
const int = (gen: Gen, min: number, max: number): number => {
  const span = max - min + 1;
  if (span > 32 && gen.next() % 16 === 0) return gen.next() % 2 === 0 ? min : max;
  return min + (gen.next() % span);
};
const oneOf = <T>(gen: Gen, ...choices: T[]): T => choices[int(gen, 0, choices.length - 1)]!;
const chance = (gen: Gen, oneIn: number): boolean => int(gen, 1, oneIn) === 1;

/** A decimal text of up to so many decimals. */
function decimal(gen: Gen, max: number, decimals: number, min = 0): string {
  const size = 10 ** decimals;
  const value = int(gen, min * size, max * size);
  const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, digits.length - decimals)}${decimals > 0 ? `.${digits.slice(digits.length - decimals)}` : ""}`;
}

const name = (text: string) => ({ en: text });
const SIZES = ['5/8"', '1"'];
const SEASONS: readonly NonNullable<RateDocumentInput["seasons"]>[] = [
  [],
  [
    { id: "summer", name: name("Summer"), ranges: [{ from: "06-01", to: "09-30" }] },
    { id: "winter", name: name("Winter"), ranges: [{ from: "10-01", to: "05-31" }] },
  ],
  [
    { id: "summer", name: name("Summer"), ranges: [{ from: "06-15", to: "09-14" }] },
    { id: "shoulder", name: name("Spring and fall"), ranges: [{ from: "03-01", to: "06-14" }, { from: "09-15", to: "11-30" }] },
    { id: "winter", name: name("Winter"), ranges: [{ from: "12-01", to: "02-29" }] },
  ],
];

/** Rows by season and meter size, some with a later date, each with its own figures. */
function rows<T>(gen: Gen, seasons: NonNullable<RateDocumentInput["seasons"]>, figures: () => T): (T & { season?: string; when?: Record<string, string>; from?: LocalDate })[] {
  const bySeason = seasons.length > 0 && chance(gen, 2) ? seasons.map(({ id }) => ({ season: id })) : [{}];
  const bySize = chance(gen, 4) ? SIZES.map((meterSize) => ({ when: { meterSize } })) : [{}];
  return bySeason.flatMap((season) => bySize.flatMap((size) => {
    const undated = { ...season, ...size, ...figures() };
    return chance(gen, 6) ? [undated, { ...season, ...size, ...figures(), from: addDays(FIRST_DAY, int(gen, 0, DAYS_AHEAD)) }] : [undated];
  }));
}

function tiers(gen: Gen, boundary: string): { upTo: string | null; price: string }[] {
  const decimals = int(gen, 2, 6);
  let end = boundary === "first-unit" ? 1 : 0;
  const list: { upTo: string | null; price: string }[] = [];
  for (let i = int(gen, 0, 4); i > 0; i--) {
    end += int(gen, 1, 40);
    const upTo = boundary !== "first-unit" && chance(gen, 3) ? `${end}.${int(gen, 100, 999)}` : String(end);
    list.push({ upTo, price: decimal(gen, 8, decimals, chance(gen, 5) ? -2 : 0) });
    if (upTo.includes(".")) end += 1;
  }
  return [...list, { upTo: null, price: decimal(gen, 8, decimals) }];
}

function shared(gen: Gen, id: string) {
  const dated = chance(gen, 8);
  const from = addDays(FIRST_DAY, int(gen, 0, DAYS_AHEAD));
  return {
    id, name: name(id), glKey: id,
    ...(dated ? { from } : {}),
    ...(dated && chance(gen, 2) ? { to: addDays(from, int(gen, 1, 200)) } : {}),
    ...(chance(gen, 10) ? { onlyFor: "low-income" } : {}),
  };
}

function proration(gen: Gen, changes: readonly ("prorate" | "start" | "end")[]) {
  return chance(gen, 3) ? { proration: { shortLong: chance(gen, 2), firstFinal: chance(gen, 2), change: oneOf(gen, ...changes) } } : {};
}

const CHANGES = ["prorate", "start", "end"] as const;

/** What usage charges read: what was measured, or something derived from it. */
type Reads = { readonly determinant?: string; readonly unit?: "therm" | "kWh" | "ccf" };

function simpleCharge(gen: Gen, id: string, before: readonly string[], seasons: NonNullable<RateDocumentInput["seasons"]>, derived: Reads): ChargeInput {
  const common = shared(gen, id);
  const reads = chance(gen, 4) ? {} : derived;
  const of = before.length === 0 ? [] : before.filter(() => chance(gen, 2));
  const base = of.length === 0 ? before.slice(0, 1) : of;
  const kinds = ["fixed", "flat", "tiered", "formula", "budget", ...(before.length === 0 ? [] : ["percentage", "minimum", "maximum", "credit"])] as const;
  switch (oneOf(gen, ...kinds)) {
    case "flat":
      return { ...common, ...proration(gen, CHANGES), kind: "flat", ...reads, ...(chance(gen, 6) ? { rider: { id: "pca", largest: "0.5" }, rates: [{ price: decimal(gen, 1, 4) }] } : { rates: rows(gen, seasons, () => ({ price: decimal(gen, 9, int(gen, 2, 5), chance(gen, 5) ? -3 : 0) })) }) };
    case "tiered": {
      const boundary = oneOf(gen, "inclusive" as const, "exclusive" as const, "first-unit" as const);
      return {
        ...common, ...proration(gen, CHANGES), kind: "tiered", boundary, ...reads,
        assess: chance(gen, 5) ? "whole" : "marginal", widths: chance(gen, 4) ? "day" : "period",
        ...(chance(gen, 5) ? { times: "dwellingUnits" } : {}),
        rates: rows(gen, seasons, () => ({ tiers: tiers(gen, boundary) })),
      };
    }
    case "percentage":
      return { ...common, ...proration(gen, CHANGES), kind: "percentage", of: base, tax: "city", rates: rows(gen, seasons, () => ({ percent: decimal(gen, 100, int(gen, 0, 4)) })) };
    case "formula": {
      const lines: Record<string, string> = before.length === 0 || chance(gen, 2) ? {} : { lineA: oneOf(gen, ...before) };
      const amount = anyFormula(gen, 2, ["rate", "usage", "usage", "days", "dwellingUnits", "eru", ...Object.keys(lines)]);
      return {
        ...common, ...proration(gen, CHANGES), kind: "formula", lines,
        // The figure and the line are always in the formula, and no amount passes what a line may come to.
        amount: `max(-90000, min(90000, ${amount} + 0.01 * rate${"lineA" in lines ? " + 0.015 * lineA" : ""}))`,
        rates: rows(gen, seasons, () => ({ figures: { rate: decimal(gen, 9, int(gen, 0, 6), chance(gen, 5) ? -3 : 0) } })),
      };
    }
    case "budget": {
      const decimals = int(gen, 2, 6);
      const ends = ["indoor", `${decimal(gen, 2, 2)} * budget`, `eru * ${anyFormula(gen, 1, ["dwellingUnits", "gpcd", "days"])}`, `budget + ${int(gen, 0, 30)}`];
      return {
        ...common, ...proration(gen, CHANGES), kind: "budget", wholeUnits: oneOf(gen, "nearest", "nearest", "down", "up", "exact"),
        allocations: [
          { name: "indoor", label: name("Indoor"), formula: "gpcd * dwellingUnits * days * (1 / 748)" },
          { name: "budget", label: name("Water budget"), formula: `indoor + eru * ${decimal(gen, 2, 2)} * 0.62 / 7.48` },
        ],
        rates: rows(gen, seasons, () => ({
          figures: { gpcd: decimal(gen, 90, int(gen, 0, 1)) },
          tiers: [...ends.filter(() => chance(gen, 2)).map((upTo) => ({ upTo, price: decimal(gen, 8, decimals, chance(gen, 5) ? -2 : 0) })), { upTo: null, price: decimal(gen, 8, decimals) }],
        })),
      };
    }
    case "minimum":
      return { ...common, ...proration(gen, ["prorate"]), kind: "minimum", of: base, rates: rows(gen, seasons, () => ({ amount: decimal(gen, 100, int(gen, 2, 4)) })) };
    case "maximum":
      return { ...common, ...proration(gen, ["prorate"]), kind: "maximum", of: base, rates: rows(gen, seasons, () => ({ amount: decimal(gen, 200, int(gen, 2, 4)) })) };
    case "credit": {
      const form = oneOf(gen, "amount" as const, "price" as const, "percent" as const);
      const capped = form === "percent" || chance(gen, 2) ? { of: base } : {};
      return { ...common, ...proration(gen, CHANGES), kind: "credit", ...capped, rates: rows(gen, seasons, () => ({ [form]: decimal(gen, form === "amount" ? 60 : form === "percent" ? 100 : 2, int(gen, 2, 4)) })) };
    }
    default:
      return { ...common, ...proration(gen, CHANGES), kind: "fixed", per: chance(gen, 4) ? "day" : "period", ...(chance(gen, 5) ? { times: "eru" } : {}), rates: rows(gen, seasons, () => ({ amount: decimal(gen, 90, int(gen, 2, 4)) })) };
  }
}

/** A formula over the names, not too deep; only what cannot be zero divides. */
function anyFormula(gen: Gen, depth: number, names: readonly string[]): string {
  if (depth === 0 || chance(gen, 4)) return chance(gen, 3) ? decimal(gen, 20, int(gen, 0, 3)) : oneOf(gen, ...names);
  const part = (): string => anyFormula(gen, depth - 1, names);
  switch (int(gen, 0, 8)) {
    case 0: return `(${part()} + ${part()})`;
    case 1: return `(${part()} - ${part()})`;
    case 2: return `${part()} * (${part()})`;
    case 3: return `(${part()}) / ${oneOf(gen, "748", "3", "1.7", "max(1, dwellingUnits)")}`;
    case 4: return `${oneOf(gen, "min", "max")}(${part()}, ${part()})`;
    case 5: return `if(${part()} ${oneOf(gen, "<", "<=", ">", ">=", "==", "!=")} ${part()}, ${part()}, ${part()})`;
    case 6: return `${oneOf(gen, "floor", "ceil", "round")}(${part()})`;
    case 7: return `round(${part()}, ${int(gen, 0, 4)})`;
    default: return `if(${part()} > 1 ${oneOf(gen, "and", "or")} ${part()} < 40, ${part()}, ${part()})`;
  }
}

function header(gen: Gen) {
  return {
    format: 1 as const,
    name: name("A random rate"),
    proration: { standardDays: oneOf(gen, "30", "30", "30.42", "61"), ...(chance(gen, 4) ? { normalDays: { min: 27, max: 34 } } : {}) },
    rounding: { at: oneOf(gen, "line" as const, "line" as const, "step" as const, "total" as const), mode: oneOf(gen, "half-up" as const, "half-up" as const, "half-even" as const, "down" as const, "up" as const), usage: oneOf(gen, "exact" as const, "exact" as const, "down" as const, "nearest" as const, "up" as const) },
  };
}

type Derivation = Pick<RateDocumentInput, "commodity" | "unit" | "derived" | "largest"> & { readonly reads: Reads };

function factors(gen: Gen): { factor: string; from?: LocalDate }[] {
  // Below one, so that the largest volume stays within the largest heat.
  const factor = () => `0.${int(gen, 10, 9_999)}`;
  const dates = new Set(Array.from({ length: int(gen, 0, 2) }, () => addDays(FIRST_DAY, int(gen, 0, DAYS_AHEAD))));
  return [{ factor: factor() }, ...[...dates].map((from) => ({ from, factor: factor() }))];
}

/** Half of all rates price what was measured; the others something derived. */
function anyDerivation(gen: Gen): Derivation {
  switch (int(gen, 0, 7)) {
    case 0:
      return {
        commodity: "gas", unit: "ccf", reads: { determinant: "therms", unit: "therm" },
        derived: [{ id: "therms", kind: "heat", unit: "therm", ...(chance(gen, 2) ? { pressure: factors(gen) } : {}), heatContent: factors(gen), ...(chance(gen, 3) ? { heatContentRider: "btu" } : {}), round: { decimals: oneOf(gen, 0, 1, 2, 3), mode: oneOf(gen, "half-up", "down", "up") } }],
      };
    case 1:
      return {
        commodity: "electric", unit: "kWh", largest: { usage: "1000000" }, reads: { determinant: "lamps" },
        derived: [{ id: "lamps", kind: "unmetered", unit: "kWh", per: oneOf(gen, "period", "day"), items: [{ count: "eru", each: decimal(gen, 90, int(gen, 0, 3)), name: name("lamps") }, { count: "signals", each: decimal(gen, 40, 2), name: name("signals") }] }],
      };
    case 2: {
      const floor = int(gen, 0, 8);
      return {
        commodity: "sewer", unit: "ccf", reads: { determinant: "sewerUse" },
        derived: [{
          id: "sewerUse", kind: "winter-average", bill: oneOf(gen, "average", "lesser"), months: [12, 1, 2], effectiveMonth: 4, averageDays: oneOf(gen, "30", "30.42"),
          ...(chance(gen, 2) ? { floor: String(floor) } : {}), ...(chance(gen, 2) ? { cap: `${floor + int(gen, 0, 30)}.5` } : {}),
          without: oneOf(gen, "class-average", "default", "actual", "lesser-of-actual-and-class"), default: decimal(gen, 12, 1), classAverages: { residential: decimal(gen, 12, 3) },
        }],
      };
    }
    case 3:
      return {
        commodity: "electric", unit: "kWh", largest: { usage: "1000000" }, reads: { determinant: oneOf(gen, "netUse", "netUse", "netUse.settled") },
        derived: [{ id: "netUse", kind: "net-metering", settle: chance(gen, 3) ? "every-bill" : { month: int(gen, 1, 12) } }],
      };
    default:
      return { commodity: "water", unit: "ccf", reads: {} };
  }
}

/** A tariff that needs no intervals. */
export function anyRegisterRate(gen: Gen): RateDocumentInput {
  if (chance(gen, 4)) return anyTouRegisterRate(gen);
  const seasons = oneOf(gen, ...SEASONS);
  const { reads, ...derivation } = anyDerivation(gen);
  const charges: ChargeInput[] = [];
  for (let i = int(gen, 1, 5); i > 0; i--) charges.push(simpleCharge(gen, `charge-${charges.length}`, charges.map(({ id }) => id), seasons, reads));
  return { ...header(gen), ...derivation, seasons: [...seasons], charges };
}

/** Periods of about a month, and sometimes of a day or of two months; some are a part of a longer bill. */
export function anyPeriod(gen: Gen): Pick<Determinants, "from" | "to" | "zone" | "billPeriod" | "occasion" | "standardDays"> {
  const from = addDays(FIRST_DAY, int(gen, 0, DAYS_AHEAD));
  const to = addDays(from, chance(gen, 4) ? int(gen, 1, 70) : int(gen, 28, 33));
  const part = chance(gen, 4);
  return {
    from, to, zone: ZONE,
    ...(part ? { billPeriod: { from: addDays(from, -int(gen, 0, 20)), to: addDays(to, int(gen, 0, 20)) } } : {}),
    ...(chance(gen, 4) ? { occasion: oneOf(gen, "first" as const, "final" as const, "regular" as const) } : {}),
    ...(chance(gen, 8) ? { standardDays: oneOf(gen, 30, 61, 30.5) } : {}),
  };
}

/** Usage at, just below and just above the ends of tiers, halves of a cent, nothing, the usual, and the most that is allowed. */
function anyUsage(gen: Gen): number {
  const kind = int(gen, 0, 9);
  if (kind === 0) return 0;
  if (kind === 1) return int(gen, 0, 60) * 1000 + int(gen, -1, 1) * int(gen, 0, 1) + (chance(gen, 2) ? 0 : 1);
  if (kind === 2) return 1_000_000_000 - int(gen, 0, 3);
  if (kind === 3) return int(gen, 0, 1_000_000_000);
  if (kind <= 6) return int(gen, 0, 60) * 1000;
  return int(gen, 0, 200_000);
}

/** Factors month by month, as a utility has them for all its customers; one table has not begun. */
const RIDER_TABLES = [
  { pca: Array.from({ length: 45 }, (_, i) => ({ from: addDays(FIRST_DAY, 30 * i + (i % 3)), value: `${i % 4 === 0 ? "-" : ""}0.${String((i * 7_919) % 500_000).padStart(6, "0")}` })), btu: Array.from({ length: 45 }, (_, i) => ({ from: addDays(FIRST_DAY, 31 * i), value: `0.${990 - i}` })) },
  { pca: [], btu: [{ from: addDays(FIRST_DAY, 700), value: "0.5" }] },
];

export function anyCustomer(gen: Gen, period = anyPeriod(gen)): Determinants {
  return {
    ...period,
    quantities: { usage: { ccf: Math.max(0, anyUsage(gen)), kWh: Math.max(0, anyUsage(gen)) }, ...registers(gen), received: { kWh: chance(gen, 2) ? int(gen, 0, 200_000) : Math.min(999_000_000, Math.max(0, anyUsage(gen))) }, ...(chance(gen, 2) ? { winterAverage: { ccf: int(gen, 0, 40_000) } } : {}) },
    meterSize: oneOf(gen, ...SIZES),
    dwellingUnits: int(gen, 1, 12),
    counts: { eru: int(gen, 0, 9_000), signals: int(gen, 0, 30) * 1_000 },
    attributes: { customerClass: "residential" },
    riders: oneOf(gen, ...RIDER_TABLES),
    ...(chance(gen, 3) ? {} : { bank: { all: int(gen, 0, 300_000) } }),
    exemptions: { city: oneOf(gen, 0, 0, 50, 100, 33) },
    programs: chance(gen, 2) ? [{ program: "low-income" }] : [],
  };
}

const TOU_PERIODS = ["peak", "middle", "off"];

/** Registers of each time-of-use period; together not more than a bill may have. */
function registers(gen: Gen): Determinants["quantities"] {
  return {
    demand: { kW: int(gen, 0, 90_000) },
    ...Object.fromEntries(TOU_PERIODS.map((id) => [`usage.${id}`, { kWh: Math.max(0, Math.min(anyUsage(gen), 300_000_000)) }])),
    ...Object.fromEntries(TOU_PERIODS.map((id) => [`demand.${id}`, { kW: chance(gen, 3) ? int(gen, 0, 60) * 1000 : int(gen, 0, 90_000) }])),
  };
}

// ---- intervals ------------------------------------------------------------------------------------------------

function anySchedule(gen: Gen, seasons: NonNullable<RateDocumentInput["seasons"]>): NonNullable<RateDocumentInput["schedules"]>[number] {
  const periods = TOU_PERIODS.map((id) => ({ id, name: name(id) }));
  const hours = () => {
    const cuts = [...new Set([0, 24, ...Array.from({ length: int(gen, 0, 4) }, () => int(gen, 1, 23))])].sort((a, b) => a - b);
    const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
    return cuts.slice(1).map((to, i) => ({ from: clock(cuts[i]!), to: clock(to), period: oneOf(gen, "peak", "middle", "off") }));
  };
  const days = oneOf(gen, [["every-day" as const]], [["weekdays" as const], ["weekends" as const, "holidays" as const]], [["weekdays" as const], ["saturday" as const], ["sunday" as const, "holidays" as const]]);
  const bySeason = seasons.length > 0 && chance(gen, 2) ? seasons.map(({ id }) => ({ seasons: [id] })) : [{}];
  return { id: "schedule", periods, rules: bySeason.flatMap((season) => days.map((list) => ({ ...season, days: list, hours: hours() }))) };
}

/** All rows of a charge have prices, or all have tiers. */
function steppedOr<P, T>(gen: Gen, priced: () => P, stepped: () => T): () => P | T {
  return chance(gen, 2) ? priced : stepped;
}

type ScheduleInput = NonNullable<RateDocumentInput["schedules"]>[number];

function byPeriod<T>({ periods }: ScheduleInput, each: () => T): Record<string, T> {
  return Object.fromEntries(periods.map(({ id }) => [id, each()]));
}

/** Tiers by hours' use, some with blocks of kWh inside the hours. */
function hoursTiers(gen: Gen): { upTo: string | null; hours?: string; widths?: "period" | "day"; price: string }[] {
  const list: { upTo: string | null; hours?: string; widths?: "period" | "day"; price: string }[] = [];
  let hours = 0;
  for (let i = int(gen, 0, 3); i > 0; i--) {
    hours += int(gen, 1, 300);
    let end = 0;
    for (let k = chance(gen, 2) ? 0 : int(gen, 1, 3); k > 0; k--) list.push({ upTo: String((end += int(gen, 1, 4_000))), hours: String(hours), price: decimal(gen, 1, 5) });
    list.push({ upTo: null, hours: chance(gen, 2) ? String(hours) : `${hours}.5`, price: decimal(gen, 1, 5), ...(chance(gen, 6) ? { widths: oneOf(gen, "period" as const, "day" as const) } : {}) });
    hours += 1;
  }
  return [...list, { upTo: null, price: decimal(gen, 1, 5) }];
}

/** Energy by time of use: a price for each period, or tiers that the periods share or have of their own. */
function anyEnergy(gen: Gen, seasons: NonNullable<RateDocumentInput["seasons"]>, schedule: ScheduleInput): ChargeInput {
  const common = { ...shared(gen, "energy"), ...proration(gen, CHANGES), kind: "time-of-use" as const, schedule: schedule.id };
  if (chance(gen, 2)) return { ...common, rates: rows(gen, seasons, () => ({ prices: byPeriod(schedule, () => decimal(gen, 1, int(gen, 2, 5))) })) };
  const list = chance(gen, 3) ? () => hoursTiers(gen) : () => tiers(gen, "inclusive");
  return {
    ...common, hoursOf: "demand", tierSplit: chance(gen, 2) ? "share" : "period", widths: chance(gen, 4) ? "day" : "period",
    rates: rows(gen, seasons, () => ({ tiersByPeriod: byPeriod(schedule, list) })),
  };
}

/** Energy in blocks by hours' use of the demand. */
function anyBlocks(gen: Gen, seasons: NonNullable<RateDocumentInput["seasons"]>): ChargeInput {
  return { ...shared(gen, "blocks"), ...proration(gen, CHANGES), kind: "tiered", hoursOf: "demand", widths: chance(gen, 4) ? "day" : "period", rates: rows(gen, seasons, () => ({ tiers: hoursTiers(gen) })) };
}

/** Electricity by registers of time-of-use periods and of demand: no intervals, and so thousands of customers in a moment. */
function anyTouRegisterRate(gen: Gen): RateDocumentInput {
  const seasons = oneOf(gen, ...SEASONS);
  const schedule = anySchedule(gen, seasons);
  const demand = { ...proration(gen, CHANGES), kind: "demand" as const, step: oneOf(gen, "0.001", "0.1", "1"), ...(chance(gen, 3) ? { minimum: decimal(gen, 40, 1, 1) } : {}) };
  const byHours: ChargeInput = { ...shared(gen, "peaks"), ...demand, schedule: schedule.id, rates: rows(gen, seasons, steppedOr(gen, () => ({ prices: byPeriod(schedule, () => decimal(gen, 50, 3)) }), () => ({ tiersByPeriod: byPeriod(schedule, () => tiers(gen, "inclusive")) }))) };
  const highest: ChargeInput = { ...shared(gen, "highest"), ...demand, rates: rows(gen, seasons, steppedOr(gen, () => ({ price: decimal(gen, 50, 3) }), () => ({ tiers: tiers(gen, "inclusive") }))) };
  const charges = [anyEnergy(gen, seasons, schedule), anyBlocks(gen, seasons), byHours, highest];
  const { rounding, ...rest } = header(gen);
  return {
    ...rest, rounding: { ...rounding, usage: "exact" }, commodity: "electric", unit: "kWh", largest: { usage: "1000000" }, seasons: [...seasons], schedules: [schedule], holidays: [{ name: "Independence Day", on: "07-04" }],
    charges: [...charges, { ...shared(gen, "tax"), kind: "percentage", of: charges.map(({ id }) => id), tax: "city", rates: [{ percent: decimal(gen, 12, 2) }] }],
  };
}

/** A time-of-use and demand tariff, with whatever else. */
export function anyIntervalRate(gen: Gen): RateDocumentInput {
  const seasons = oneOf(gen, ...SEASONS);
  const schedule = anySchedule(gen, seasons);
  const prices = (max: number) => ({ prices: Object.fromEntries(schedule.periods.map(({ id }) => [id, decimal(gen, max, int(gen, 2, 5))])) });
  const energy = anyEnergy(gen, seasons, schedule);
  const blocks = anyBlocks(gen, seasons);
  const peak: ChargeInput = { ...shared(gen, "peak"), ...proration(gen, CHANGES), ...raised(gen), kind: "demand", schedule: "schedule", intervalMinutes: oneOf(gen, 15, 30, 60), ...(chance(gen, 3) ? { minimum: decimal(gen, 40, 1, 1) } : {}), step: oneOf(gen, "0.001", "0.1", "1"), rates: rows(gen, seasons, steppedOr(gen, () => prices(50), () => ({ tiersByPeriod: byPeriod(schedule, () => tiers(gen, "inclusive")) }))) };
  const highest: ChargeInput = { ...shared(gen, "highest"), ...proration(gen, CHANGES), ...raised(gen), ...(chance(gen, 4) ? { coincident: true } : {}), kind: "demand", intervalMinutes: oneOf(gen, 15, 30, 60), ...(chance(gen, 2) ? { ratchet: { percent: decimal(gen, 100, 1), months: int(gen, 1, 11) } } : {}), rates: rows(gen, seasons, steppedOr(gen, () => ({ price: decimal(gen, 50, 3) }), () => ({ tiers: tiers(gen, "inclusive") }))) };
  const tax: ChargeInput = { ...shared(gen, "tax"), kind: "percentage", of: ["energy", "peak", "highest", "blocks"], tax: "city", rates: [{ percent: decimal(gen, 12, 2) }] };
  const { rounding, ...rest } = header(gen);
  return {
    ...rest, rounding: { ...rounding, usage: "exact" }, commodity: "electric", unit: "kWh", largest: { usage: "1000000" }, seasons: [...seasons], schedules: [schedule],
    holidays: [
      { name: "Independence Day", on: "07-04", observed: oneOf(gen, "same-day", "nearest", "monday") },
      { name: "New Year's Day", on: "01-01", observed: oneOf(gen, "same-day", "nearest", "monday") },
      { name: "Thanksgiving Day", weekday: "thursday", month: 11, nth: 4 },
      { name: "Memorial Day", weekday: "monday", month: 5, nth: -1 },
    ],
    charges: [energy, peak, highest, blocks, tax],
  };
}

/** What makes billed demand more than was measured. */
function raised(gen: Gen): Pick<Extract<ChargeInput, { kind: "demand" }>, "contract" | "powerFactor"> {
  const decimals = oneOf(gen, 0, 1, 2);
  return {
    ...(chance(gen, 4) ? { contract: { percent: decimal(gen, 100, 1) } } : {}),
    ...(chance(gen, 4) ? { powerFactor: { target: decimal(gen, 97, decimals, 80), adjust: chance(gen, 2) ? "ratio" : { percentPerPoint: decimal(gen, 3, 2) }, decimals } } : {}),
  };
}

/** Clock changes, holidays, ends of seasons, and a day like any other. */
const NOTABLE_DAYS = ["2024-03-10", "2024-11-03", "2025-03-09", "2025-07-04", "2026-07-03", "2024-02-29", "2023-12-31", "2024-05-27", "2024-09-30", "2025-08-12"];

/** Around both clock changes as often as anywhere else; values from a little generator, so that thousands cost one draw. */
export function anyIntervalCustomer(gen: Gen): Determinants {
  const aroundChange = oneOf(gen, ...NOTABLE_DAYS);
  const length = chance(gen, 6) ? int(gen, 26, 32) : int(gen, 1, 7);
  const from = addDays(aroundChange, -int(gen, 0, length - 1));
  const to = addDays(from, length);
  const billPeriod = chance(gen, 4) ? { from: addDays(from, -int(gen, 0, 5)), to: addDays(to, int(gen, 0, 5)) } : { from, to };
  const kWh = Math.max(0, anyUsage(gen));
  const start = startOfDay(billPeriod.from, ZONE);
  const minutes = (startOfDay(billPeriod.to, ZONE) - start) / MINUTE_MS;
  return {
    from, to, zone: ZONE, billPeriod,
    quantities: { usage: { kWh }, demand: { kW: int(gen, 0, 90_000) }, kvarh: { kvarh: int(gen, 0, 3 * kWh) } }, series: [anySeries(gen, billPeriod.from, billPeriod.to)],
    counts: { contractDemand: int(gen, 0, 90_000), ...(chance(gen, 3) ? { powerFactor: int(gen, 600, 1_000) } : {}) },
    systemPeaks: Array.from({ length: int(gen, 1, 3) }, () => start + int(gen, 0, minutes - 1) * MINUTE_MS),
    meterSize: oneOf(gen, ...SIZES),
    exemptions: { city: oneOf(gen, 0, 0, 50) },
    programs: chance(gen, 2) ? [{ program: "low-income" }] : [],
    demandHistory: Array.from({ length: int(gen, 0, 4) }, () => int(gen, 0, 90_000)),
    ...(chance(gen, 4) ? { occasion: oneOf(gen, "first" as const, "final" as const) } : {}),
  };
}

function anySeries(gen: Gen, from: LocalDate, to: LocalDate): DeterminantSeries {
  const stepMinutes = oneOf(gen, 15, 15, 15, 5);
  const before = int(gen, 0, 2);
  const start = startOfDay(addDays(from, -before), ZONE);
  const count = (startOfDay(to, ZONE) - start) / (stepMinutes * MINUTE_MS);
  let state = int(gen, 1, 2_000_000_000);
  const values = Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % 12_000;
  });
  return { unit: "kWh", stepMinutes, start, values };
}
