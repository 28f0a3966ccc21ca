/**
 * A year of an imported rate: twelve calendar months of a load, priced by the engine and told apart as NREL's utilityrate5
 * tells them apart. Demand is priced by the watt here, because loads are finer than a bill's thousandths of a kilowatt.
 */
import { addMonths, daysBetween, type LocalDate } from "../../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, type TimeZone } from "../../calendar/zone.ts";
import { Decimal, decimalsOf } from "../../money/decimal.ts";
import { compileRate, type CompiledRate } from "../compile.ts";
import { RatingError, type Determinants, type DeterminantSeries } from "../determinants.ts";
import { parseRateDocument, type RateDocument, type RateDocumentInput } from "../document.ts";
import { rateSegment, type RatedLine } from "../rate.ts";
import { URDB_CHARGES, type UrdbAbout } from "./urdb.ts";

/** Energy of each interval of a year in millionths of a kWh, without a gap. */
export interface YearLoad {
  readonly stepMinutes: 15 | 30 | 60;
  readonly microKwh: readonly number[];
}

/** `exact` is before rounding, in dollars; `cents` is `exact` rounded half up, each amount for itself. */
export interface Amount {
  readonly exact: string;
  readonly cents: number;
}

export interface RatedTime {
  readonly kwh: number;
  readonly peakKw: number;
  readonly energy: Amount;
  /** Where the rate has one: utilityrate5 knows none, so that it is apart from energy. */
  readonly fuelAdjustment?: Amount;
  readonly flatDemand: Amount;
  readonly touDemand: Amount;
  readonly fixed: Amount;
  /** What the least to pay (of the month; of the year in December) adds. */
  readonly minimumTopUp: Amount;
  readonly total: Amount;
}

export interface RatedYear {
  readonly months: readonly RatedTime[];
  readonly year: RatedTime;
}

const MONTHS = 12;
const HOURS_OF_DAY = 24;
const MICRO = 1_000_000;

/** A document's numbers have at most eight digits before the point. */
const WATTS_MAX = 99_999_999;
const KWH_OF_MONTH_MAX = 99_999_999;

/**
 * Prices the load by calendar months. A leap year may come without its February 29, as utilityrate5's years do.
 * Errors: a `RatingError` when the load has another number of values than the year, or is beyond what can be priced.
 */
export function rateYear(document: RateDocument, { minimums }: Pick<UrdbAbout, "minimums">, load: YearLoad, year: number, zone: TimeZone): RatedYear {
  const months = monthsOf(load, year, zone);
  const rate = compiledFor(document, load.stepMinutes, months);
  const yearly = new Decimal(minimums.find(({ per }) => per === "year")?.amount ?? 0);
  let soFar = new Decimal(0);
  const rated = months.map((month, i) => {
    const parts = partsOf(rateSegment(rate, determinantsOf(month, load.stepMinutes, zone)).lines);
    const before = total(parts);
    let topUp = Decimal.max(0, minimumOf(minimums, month).minus(before));
    soFar = soFar.plus(before).plus(topUp);
    if (i === MONTHS - 1 && yearly.gt(soFar)) topUp = topUp.plus(yearly.minus(soFar));
    return { month, parts: { ...parts, minimumTopUp: topUp } };
  });
  const peak = Math.max(...months.map(({ peakMicroKw }) => peakMicroKw));
  const kwh = months.reduce((sum, { microKwh }) => sum + microKwh, 0);
  return {
    months: rated.map(({ month, parts }) => ratedTime(month.microKwh, month.peakMicroKw, parts)),
    year: ratedTime(kwh, peak, sumOfParts(rated.map(({ parts }) => parts))),
  };
}

// ---- months of the load ---------------------------------------------------------------------------------------

interface Month {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly values: readonly number[];
  readonly microKwh: number;
  readonly peakMicroKw: number;
}

function monthsOf({ stepMinutes, microKwh }: YearLoad, year: number, zone: TimeZone): Month[] {
  const first = `${year}-01-01`;
  const step = stepMinutes * MINUTE_MS;
  const begin = startOfDay(first, zone);
  const whole = (startOfDay(`${year + 1}-01-01`, zone) - begin) / step;
  const day = (HOURS_OF_DAY * 60) / stepMinutes;
  const isLeap = daysBetween(first, `${year + 1}-01-01`) === 366;
  const withoutLeapDay = isLeap && microKwh.length === whole - day;
  if (microKwh.length !== whole && !withoutLeapDay) {
    throw new RatingError("load", `has ${microKwh.length} values of ${stepMinutes} minutes; ${year} has ${whole}${isLeap ? `, or ${whole - day} without February 29` : ""} in ${zone}`);
  }
  return Array.from({ length: MONTHS }, (_, i) => {
    const from = addMonths(first, i);
    const to = withoutLeapDay && i === 1 ? `${year}-02-29` : addMonths(first, i + 1);
    const left = withoutLeapDay && i > 1 ? day : 0;
    const values = microKwh.slice((startOfDay(from, zone) - begin) / step - left, (startOfDay(to, zone) - begin) / step - left);
    // Not Math.max(...values): a month of quarter-hours is a long list of arguments.
    const highest = values.reduce((most, value) => Math.max(most, value), 0);
    return { from, to, values, microKwh: values.reduce((sum, value) => sum + value, 0), peakMicroKw: (highest * 60) / stepMinutes };
  });
}

/** Values of a series are counted in 32 bits: larger ones are spread over shorter steps, whose sums they are. */
const VALUE_MAX = 2_000_000_000;
const PARTS_OF_STEP = [1, 3, 15, 30, 60] as const;

function seriesOf({ from, values }: Month, stepMinutes: number, zone: TimeZone): DeterminantSeries {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const parts = PARTS_OF_STEP.find((count) => stepMinutes % count === 0 && highest / count <= VALUE_MAX);
  if (parts === undefined) throw new RatingError("load", `${highest / MICRO} kWh in ${stepMinutes} minutes is more than one customer can use; check the unit`);
  const spread = Int32Array.from({ length: values.length * parts }, (_, i) => Math.floor((values[Math.floor(i / parts)]! + (i % parts)) / parts));
  return { unit: "Wh", stepMinutes: stepMinutes / parts, start: startOfDay(from, zone), values: spread };
}

function determinantsOf(month: Month, stepMinutes: number, zone: TimeZone): Determinants {
  const usage = Math.round(month.microKwh / 1_000);
  // A millionth of a kilowatt is a thousandth of a watt.
  return { from: month.from, to: month.to, zone, quantities: { usage: { kWh: usage }, demand: { W: Math.round(month.peakMicroKw) } }, series: [seriesOf(month, stepMinutes, zone)] };
}

// ---- the document for this load -------------------------------------------------------------------------------

type Charge = RateDocumentInput["charges"][number];

function compiledFor(document: RateDocument, stepMinutes: YearLoad["stepMinutes"], months: readonly Month[]): CompiledRate {
  const kwh = Math.ceil(Math.max(...months.map(({ microKwh }) => microKwh)) / MICRO) + 1;
  const watts = Math.ceil(Math.max(...months.map(({ peakMicroKw }) => peakMicroKw)) / 1_000) + 1;
  if (kwh > KWH_OF_MONTH_MAX) throw new RatingError("load", `${kwh} kWh in a month are more than one customer can use; check the unit`);
  const byWatt = watts <= WATTS_MAX;
  const charges = document.charges
    .filter(({ kind }) => kind !== "minimum")
    .map((charge) => (charge.kind === "demand" ? windowed(byWatt ? perWatt(charge) : inKilowatts(charge), charge.intervalMinutes, stepMinutes) : charge))
    .flatMap(inPieces);
  const parsed = parseRateDocument({ ...document, charges, largest: { usage: String(kwh), demand: String(byWatt ? watts : Math.ceil(watts / 1_000)) } });
  if (!parsed.ok) throw new RatingError(parsed.issues[0]!.path, parsed.issues[0]!.message);
  return compileRate(parsed.document);
}

type Demand = Extract<Charge, { kind: "demand" }>;

/** The load is in kilowatts: at a power factor of one they are the kilovolt-amperes too. */
function inKilowatts(charge: Demand): Demand {
  return charge.unit === "kVA" ? { ...charge, unit: "kW" } : charge;
}

/** Demand of hourly values is their own; of shorter ones the mean of the window. */
function windowed(charge: Demand, window: 15 | 30 | 60, stepMinutes: YearLoad["stepMinutes"]): Demand {
  return { ...charge, intervalMinutes: window > stepMinutes ? window : stepMinutes };
}

function perWatt(charge: Demand): Demand {
  const price = (text: string): string => new Decimal(text).div(1_000).toDecimalPlaces(8).toString();
  const quantity = (text: string): string => new Decimal(text).times(1_000).toString();
  const rates = mapPrices(charge, price).rates.map((row) => mapTiers(row, (tier) => ({ ...tier, upTo: tier.upTo === null ? null : quantity(tier.upTo) })));
  return { ...charge, unit: "W", rates, ...(charge.minimum === undefined ? {} : { minimum: quantity(charge.minimum) }) };
}

/** Decimals of a price that the engine can multiply with any load; what is finer is a charge of its own. */
const COARSE_DECIMALS = 5;

/** Long prices as two charges that add up to them, so that no product is beyond exact integers. */
function inPieces(charge: Charge): Charge[] {
  const prices: string[] = [];
  mapPrices(charge, (price) => (prices.push(price), price));
  if (prices.every((price) => decimalsOf(price) <= COARSE_DECIMALS)) return [charge];
  const coarse = (price: string): Decimal => new Decimal(price).toDecimalPlaces(COARSE_DECIMALS, Decimal.ROUND_DOWN);
  return [mapPrices(charge, (price) => coarse(price).toString()), { ...mapPrices(charge, (price) => new Decimal(price).minus(coarse(price)).toString()), id: `${charge.id}-finer` }];
}

interface TieredRow {
  readonly tiers?: readonly { readonly upTo: string | null; readonly price: string }[] | undefined;
  readonly tiersByPeriod?: Readonly<Record<string, readonly { readonly upTo: string | null; readonly price: string }[]>> | undefined;
}

function mapTiers<R extends TieredRow>(row: R, each: <T extends { readonly upTo: string | null; readonly price: string }>(tier: T) => T): R {
  const { tiers, tiersByPeriod } = row;
  return {
    ...row,
    ...(tiers === undefined ? {} : { tiers: tiers.map(each) }),
    ...(tiersByPeriod === undefined ? {} : { tiersByPeriod: Object.fromEntries(Object.entries(tiersByPeriod).map(([id, list]) => [id, list.map(each)])) }),
  };
}

/** The charge with other prices; fixed amounts stay. */
function mapPrices<C extends Charge>(charge: C, change: (price: string) => string): C {
  const rates = (charge.rates as readonly (TieredRow & { price?: string; prices?: Record<string, string> })[]).map((row) => ({
    ...mapTiers(row, (tier) => ({ ...tier, price: change(tier.price) })),
    ...(row.price === undefined ? {} : { price: change(row.price) }),
    ...(row.prices === undefined ? {} : { prices: Object.fromEntries(Object.entries(row.prices).map(([id, price]) => [id, change(price)])) }),
  }));
  return { ...charge, rates } as C;
}

// ---- amounts --------------------------------------------------------------------------------------------------

type Part = "energy" | "fuelAdjustment" | "flatDemand" | "touDemand" | "fixed";
type Parts = Readonly<Record<Part, Decimal>>;

const PART_OF: Readonly<Record<Part, readonly string[]>> = {
  energy: [URDB_CHARGES.energy],
  fuelAdjustment: [URDB_CHARGES.fuel],
  flatDemand: [URDB_CHARGES.flatDemand],
  touDemand: [URDB_CHARGES.touDemand],
  fixed: [URDB_CHARGES.fixed],
};

function partsOf(lines: readonly RatedLine[]): Parts {
  const sum = (part: Part): Decimal => lines.filter(({ chargeId }) => PART_OF[part].includes(chargeId.replace(/-finer$/, ""))).reduce((all, { exact }) => all.plus(exact), new Decimal(0));
  return { energy: sum("energy"), fuelAdjustment: sum("fuelAdjustment"), flatDemand: sum("flatDemand"), touDemand: sum("touDemand"), fixed: sum("fixed") };
}

function total(parts: Readonly<Record<string, Decimal>>): Decimal {
  return Object.values(parts).reduce((sum, part) => sum.plus(part), new Decimal(0));
}

function sumOfParts<P extends Readonly<Record<string, Decimal>>>(list: readonly P[]): P {
  return Object.fromEntries(Object.keys(list[0]!).map((name) => [name, list.reduce((sum, parts) => sum.plus(parts[name]!), new Decimal(0))])) as unknown as P;
}

/** The least to pay of a month, by its days where it is of a day. */
function minimumOf(minimums: UrdbAbout["minimums"], { from, to }: Month): Decimal {
  return minimums.reduce((least, { amount, per }) => (per === "year" ? least : Decimal.max(least, per === "day" ? new Decimal(amount).times(daysBetween(from, to)) : amount)), new Decimal(0));
}

function ratedTime(microKwh: number, peakMicroKw: number, parts: Parts & { readonly minimumTopUp: Decimal }): RatedTime {
  return {
    kwh: microKwh / MICRO, peakKw: Math.round(peakMicroKw) / MICRO,
    energy: amount(parts.energy),
    ...(parts.fuelAdjustment.isZero() ? {} : { fuelAdjustment: amount(parts.fuelAdjustment) }),
    flatDemand: amount(parts.flatDemand), touDemand: amount(parts.touDemand), fixed: amount(parts.fixed),
    minimumTopUp: amount(parts.minimumTopUp),
    total: amount(total(parts)),
  };
}

function amount(dollars: Decimal): Amount {
  const cents = dollars.times(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
  const [whole, fraction = ""] = dollars.toString().split(".");
  return { exact: `${whole}.${fraction.padEnd(2, "0")}`, cents: cents === 0 ? 0 : cents };
}
