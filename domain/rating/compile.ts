/**
 * A checked document compiled once, with decimal.js, into integers: prices in 10^-decimals dollars, limits in thousandths.
 * Rating runs on these; nothing of a price is read from text again.
 */
import { Decimal, scaledInteger } from "../money/decimal.ts";
import type { LocalDate } from "../calendar/local-date.ts";
import type { Milli, Unit } from "../metering/units.ts";
import { boundIssues, largestUsage } from "./bounds.ts";
import { chargeDecimals } from "./charge-prices.ts";
import { creditForm, documentIssues } from "./checks.ts";
import { compileFormulas, FORMULA_PARTS_PER_CENT, usesUsage, type CompiledFormulas } from "./charge-formulas.ts";
import { compileDerived, type CompiledDerived } from "./derived.ts";
import { RatingError } from "./determinants.ts";
import type { Charge, ChargeKind, ChargeOf, Proration, RateDocument, Schedule } from "./schema.ts";
import { MINUTES_OF_DAY, scheduleTable, seasonTable, touCalendar, type TouCalendar } from "./tou-calendar.ts";
import type { PeriodRate } from "./period.ts";
import { ANY, commonDivisor, NO_LIMIT } from "./numbers.ts";
import { QUANTITY_READERS, type QuantityReader } from "./quantity-readers.ts";
import { ridersOf } from "./riders.ts";
import { Work } from "./work.ts";

/** A row of a charge as integers. */
export interface CompiledRow {
  /** Index of the season, or `ANY`. */
  readonly season: number;
  /** The customers it is for: the values of `whenNames`, joined. */
  readonly key: string;
  /** "" when undated: before every date. */
  readonly from: LocalDate;
  /** One for each tier or time-of-use period, else one. In 10^-decimals dollars (percent: 10^-decimals percent). */
  readonly prices: readonly number[];
  /** Tiers only: ends in thousandths, hours' use, and whether both are for each day. */
  readonly limits: readonly Milli[];
  readonly hours: readonly Milli[];
  readonly daily: readonly boolean[];
  /** Tiers by time-of-use period, or of a demand; empty where a period has one price. */
  readonly tables: readonly CompiledTiers[];
  /** Formula and budget only. */
  readonly formulas: CompiledFormulas | null;
}

export type CompiledTiers = Pick<CompiledRow, "prices" | "limits" | "hours" | "daily">;

/** The quantity that a charge prices. */
export interface DeterminantRef {
  readonly name: string;
  readonly unit: Unit;
  readonly largest: Milli;
  /** The name is `usage`, as nearly always. */
  readonly isUsage: boolean;
  /** Reads the unit by its own name: a property read by a name in a variable costs as much as the rest of a bill. */
  readonly read: QuantityReader;
}

export interface CompiledCharge {
  readonly index: number;
  readonly id: string;
  readonly kind: ChargeKind;
  readonly charge: Charge;
  readonly unit: Unit;
  readonly decimals: number;
  /** What the engine multiplies up, divided by this, is cents. */
  readonly perCent: number;
  readonly proration: Proration;
  readonly reads: DeterminantRef | null;
  /** Name of a count by which an amount or the tier widths are multiplied. */
  readonly times: string | null;
  /** Name of the demand by which hours' use is multiplied. */
  readonly hoursOf: string | null;
  /** Each time-of-use period's usage fills tiers of its own. */
  readonly ownTiers: boolean;
  /** Only customers of this program have the charge. */
  readonly program: string | null;
  /** Charges it is reckoned on, by index. */
  readonly base: readonly number[];
  /** Index into `schedules`, or -1. */
  readonly schedule: number;
  readonly whenNames: readonly string[];
  readonly rows: readonly CompiledRow[];
  readonly creditForm: "amount" | "price" | "percent";
  /** A formula asks for its exact amount. */
  readonly askedFor: boolean;
  /** A fixed amount for each day. */
  readonly perDay: boolean;
  /** All usage at the price of the tier it reaches; usage of exactly a limit reaches the next tier. */
  readonly wholeUsage: boolean;
  readonly exclusive: boolean;
  /** What it prices is derived: registers by period, not the intervals themselves. */
  readonly isDerived: boolean;
  /** Name under which a customer may be exempt. */
  readonly tax: string | null;
  /** 1 when the amount is compared with its base: minimum, maximum, credit. */
  readonly against: 0 | 1;
  /** Demand only, thousandths of kW; 0 is none. */
  readonly demandMinimum: Milli;
  readonly demandStep: Milli;
  /** In 10^-4 percent; 0 is none. */
  readonly ratchetPercent: number;
  readonly contractPercent: number;
  readonly powerFactor: CompiledPowerFactor | null;
}

/** Percents in 10^-decimals. */
export interface CompiledPowerFactor {
  readonly decimals: number;
  readonly target: number;
  /** In 10^-4 percent for each percent below; null: by the ratio. */
  readonly perPoint: number | null;
}

export interface CompiledSchedule {
  readonly id: string;
  readonly periods: number;
  readonly table: Uint8Array;
  /** Every change of period is at a multiple of so many minutes of the day. */
  readonly alignedTo: number;
}

export interface CompiledRate {
  readonly document: RateDocument;
  readonly charges: readonly CompiledCharge[];
  readonly largestCount: Milli;
  /** Quantities to work out before anything is priced, in their order. */
  readonly derived: readonly CompiledDerived[];
  /** Tables of the utility's that prices or factors follow. */
  readonly riderIds: readonly string[];
  /** The rate with what those tables hold, by what they hold. */
  readonly ridden: Map<string, CompiledRate>;
  readonly calendar: TouCalendar;
  readonly seasons: number;
  readonly schedules: readonly CompiledSchedule[];
  /** Hundredths of a day. */
  readonly standardDays100: number;
  readonly normalDays: { readonly min: number; readonly max: number };
  /** Periods already resolved; a bill cycle has few. */
  readonly periods: Map<string, PeriodRate>;
  readonly work: Work;
  /** Where amounts become cents, from the document. */
  readonly roundsSteps: boolean;
  readonly roundsTotal: boolean;
  /** The period asked for last. */
  recent: PeriodRate | null;
}

/** A period within so many days of the standard length is a standard one, unless the document says which are. */
const NORMAL_DAYS_AROUND = 5;

const RATCHET_DECIMALS = 4;

/** Errors: a `RatingError` with the path when the document does not fit together or could pass exact integers. */
export function compileRate(document: RateDocument): CompiledRate {
  const [issue] = [...documentIssues(document), ...boundIssues(document)];
  if (issue !== undefined) throw new RatingError(issue.path, issue.message);

  const charges = document.charges.map((charge, index) => compileCharge(document, charge, index));
  const standard = new Decimal(document.proration.standardDays);
  const around = { min: Math.max(1, standard.floor().toNumber() - NORMAL_DAYS_AROUND), max: standard.ceil().toNumber() + NORMAL_DAYS_AROUND };
  return {
    document, charges,
    largestCount: scaledInteger(document.largest.count, 3),
    riderIds: ridersOf(document),
    ridden: new Map(),
    derived: (document.derived ?? []).map((rule) => compileDerived(rule, document)),
    calendar: touCalendar(seasonTable(document.seasons, []), document.holidays),
    seasons: Math.max(1, document.seasons.length),
    schedules: document.schedules.map((schedule) => compileSchedule(schedule, document)),
    standardDays100: standard.times(100).toNumber(),
    normalDays: document.proration.normalDays ?? around,
    periods: new Map(),
    work: new Work(charges.length),
    roundsSteps: document.rounding.at === "step",
    roundsTotal: document.rounding.at === "total",
    recent: null,
  };
}

function compileSchedule(schedule: Schedule, document: RateDocument): CompiledSchedule {
  const table = scheduleTable(schedule, "", document, []);
  const changes = Array.from(table.keys()).filter((i) => i > 0 && table[i] !== table[i - 1]).map((i) => i % MINUTES_OF_DAY);
  return { id: schedule.id, periods: schedule.periods.length, table, alignedTo: changes.reduce(commonDivisor, MINUTES_OF_DAY) };
}

function compileCharge(document: RateDocument, charge: Charge, index: number): CompiledCharge {
  const decimals = chargeDecimals(charge);
  const unit = unitOf(document, charge);
  const whenNames = Object.keys(charge.rates[0]!.when ?? {}).sort();
  const schedule = "schedule" in charge && charge.schedule !== undefined ? document.schedules.findIndex(({ id }) => id === charge.schedule) : -1;
  const form = charge.kind === "credit" ? creditForm(charge.rates[0]!) : "amount";
  return {
    index, id: charge.id, kind: charge.kind, charge, unit, decimals, whenNames, schedule,
    perCent: perCentOf(charge, decimals, form),
    proration: charge.proration ?? { shortLong: true, firstFinal: true, change: "prorate" },
    reads: needsDeterminant(charge, form) ? { name: charge.determinant, unit, largest: largestOf(document, charge, unit), isUsage: charge.determinant === "usage", read: QUANTITY_READERS[unit] } : null,
    times: ("times" in charge ? charge.times : undefined) ?? null,
    hoursOf: ("hoursOf" in charge ? charge.hoursOf : undefined) ?? null,
    ownTiers: charge.kind === "time-of-use" && charge.tierSplit === "period",
    program: charge.onlyFor ?? null,
    base: "of" in charge && charge.of !== undefined ? baseOf(document, charge.of) : [],
    rows: charge.rates.map((row) => compileRow(document, charge, row, whenNames, decimals)),
    creditForm: form,
    askedFor: document.charges.some((other) => other.kind === "formula" && Object.values(other.lines).includes(charge.id)),
    isDerived: "determinant" in charge && (document.derived ?? []).some(({ id }) => id === charge.determinant),
    perDay: charge.kind === "fixed" && charge.per === "day",
    wholeUsage: charge.kind === "tiered" && charge.assess === "whole",
    exclusive: charge.kind === "tiered" && charge.boundary === "exclusive",
    tax: charge.kind === "percentage" ? (charge.tax ?? null) : null,
    against: charge.kind === "minimum" || charge.kind === "maximum" || charge.kind === "credit" ? 1 : 0,
    demandMinimum: charge.kind === "demand" && charge.minimum !== undefined ? scaledInteger(charge.minimum, 3) : 0,
    demandStep: charge.kind === "demand" ? scaledInteger(charge.step, 3) : 1,
    ratchetPercent: charge.kind === "demand" && charge.ratchet !== undefined ? scaledInteger(charge.ratchet.percent, RATCHET_DECIMALS) : 0,
    contractPercent: charge.kind === "demand" && charge.contract !== undefined ? scaledInteger(charge.contract.percent, RATCHET_DECIMALS) : 0,
    powerFactor: charge.kind === "demand" && charge.powerFactor !== undefined ? compilePowerFactor(charge.powerFactor) : null,
  };
}

function compilePowerFactor({ target, adjust, decimals }: NonNullable<ChargeOf<"demand">["powerFactor"]>): CompiledPowerFactor {
  return { decimals, target: scaledInteger(target, decimals), perPoint: adjust === "ratio" ? null : scaledInteger(adjust.percentPerPoint, RATCHET_DECIMALS) };
}

function unitOf(document: RateDocument, charge: Charge): Unit {
  return "unit" in charge && charge.unit !== undefined ? charge.unit : document.unit;
}

/** Quantities and counts are thousandths, so 10^decimals × 1000 of the products make a dollar. */
function perCentOf(charge: Charge, decimals: number, form: "amount" | "price" | "percent"): number {
  if (charge.kind === "percentage" || (charge.kind === "credit" && form === "percent")) return 100 * 10 ** decimals;
  return charge.kind === "formula" ? FORMULA_PARTS_PER_CENT : 10 ** (decimals + 1);
}

function needsDeterminant(charge: Charge, form: "amount" | "price" | "percent"): charge is Extract<Charge, { determinant: string }> {
  if (charge.kind === "formula") return usesUsage(charge);
  return charge.kind === "flat" || charge.kind === "tiered" || charge.kind === "budget" || charge.kind === "time-of-use" || charge.kind === "demand" || (charge.kind === "credit" && form === "price");
}

function largestOf(document: RateDocument, charge: Charge, unit: Unit): Milli {
  return scaledInteger(charge.kind === "demand" ? document.largest.demand : largestUsage(document, unit), 3);
}

function baseOf(document: RateDocument, of: readonly string[]): number[] {
  const ids = new Set(of.flatMap((name) => document.bases.find(({ id }) => id === name)?.of ?? [name]));
  return document.charges.flatMap(({ id }, i) => (ids.has(id) ? [i] : []));
}

function compileRow(document: RateDocument, charge: Charge, row: Charge["rates"][number], whenNames: readonly string[], decimals: number): CompiledRow {
  const scaled = (text: string): number => scaledInteger(text, decimals);
  const season = row.season === undefined ? ANY : document.seasons.findIndex(({ id }) => id === row.season);
  const key = whenNames.map((name) => row.when![name]!).join("|");
  const shared = { season, key, from: row.from ?? "", limits: [], hours: [], daily: [], tables: [], formulas: null };
  if (charge.kind === "formula" || charge.kind === "budget") {
    const prices = "tiers" in row && row.tiers !== undefined ? row.tiers.map(({ price }) => scaled(price)) : [1];
    return { ...shared, prices, formulas: compileFormulas(document, charge, charge.rates[charge.rates.indexOf(row as never)]!) };
  }
  if ("tiers" in row && row.tiers !== undefined) {
    const tiers = compileTiers(charge, row.tiers, decimals);
    return charge.kind === "demand" ? { ...shared, prices: [tiers.prices[0]!], tables: [tiers] } : { ...shared, ...tiers };
  }
  if ("tiersByPeriod" in row && row.tiersByPeriod !== undefined) {
    const schedule = document.schedules.find(({ id }) => "schedule" in charge && id === charge.schedule)!;
    const { tiersByPeriod } = row;
    const tables = schedule.periods.map(({ id }) => compileTiers(charge, Object.hasOwn(tiersByPeriod, id) ? tiersByPeriod[id]! : [{ upTo: null, price: "0" }], decimals));
    return { ...shared, prices: tables.map(({ prices }) => prices[0]!), tables };
  }
  if ("prices" in row && row.prices !== undefined) {
    const schedule = document.schedules.find(({ id }) => "schedule" in charge && id === charge.schedule)!;
    const prices = row.prices;
    return { ...shared, prices: schedule.periods.map(({ id }) => (Object.hasOwn(prices, id) ? scaled(prices[id]!) : 0)) };
  }
  const one = ("amount" in row ? row.amount : undefined) ?? ("price" in row ? row.price : undefined) ?? ("percent" in row ? row.percent : undefined);
  return { ...shared, prices: [scaled(one!)] };
}

type Tier = Extract<Charge, { kind: "tiered" }>["rates"][number]["tiers"][number];

function compileTiers(charge: Charge, tiers: readonly Tier[], decimals: number): CompiledTiers {
  const firstUnit = charge.kind === "tiered" && charge.boundary === "first-unit" ? 1000 : 0;
  const widths = "widths" in charge ? charge.widths : "period";
  return {
    prices: tiers.map(({ price }) => scaledInteger(price, decimals)),
    limits: tiers.map(({ upTo }) => (upTo === null ? NO_LIMIT : scaledInteger(upTo, 3) - firstUnit)),
    hours: tiers.map(({ hours }) => (hours === undefined ? NO_LIMIT : scaledInteger(hours, 3))),
    daily: tiers.map((tier) => (tier.widths ?? widths) === "day"),
  };
}
