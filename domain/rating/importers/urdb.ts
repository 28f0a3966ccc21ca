/**
 * OpenEI's Utility Rate Database to our rate documents. What the published rate says and a document cannot say is listed with
 * its path; what makes no sense is refused with its path. Sources of the rules: the API's documentation (versions 3 to 8),
 * and NREL's utilityrate5, whose conventions the database is made for.
 */
import { fromDayNumber, isLocalDate, type LocalDate } from "../../calendar/local-date.ts";
import { Decimal, decimalsOf } from "../../money/decimal.ts";
import { parseRateDocument, type RateDocument, type RateDocumentInput } from "../document.ts";
import type { Issue } from "../tou-calendar.ts";
import { decimalOf, priceText, shown, UrdbFields, type NotCarriedOver } from "./urdb-fields.ts";
import { MONTHS, onlyPeriodOf, periodId, periodsInForce, readPeriod, readSchedule, scheduleRules, seasonsOf, type HourSchedule, type Seasons } from "./urdb-schedule.ts";
import { isFree, needsHoursUse, onlyPrice, periodCount, readStructure, structureUnit, type Structure } from "./urdb-structure.ts";

export type { NotCarriedOver } from "./urdb-fields.ts";

/** How tiers and time-of-use periods meet: see `tierSplit` of the rate document. */
export type TierSplit = "share" | "period";

/** What identifies the published rate. */
export interface UrdbAbout {
  readonly label: string | null;
  readonly utility: string | null;
  readonly name: string;
  readonly sector: string | null;
  /** Days from which and before which it counted, where the file tells. */
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
  /** The least to pay, as published. A document has only the one of a month. */
  readonly minimums: readonly { readonly amount: string; readonly per: "day" | "month" | "year" }[];
}

export type ImportedUrdb =
  | { readonly ok: true; readonly documents: readonly RateDocument[]; readonly about: readonly UrdbAbout[]; readonly notCarriedOver: readonly NotCarriedOver[] }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly notCarriedOver: readonly NotCarriedOver[] };

/** Charges of an imported document by what they are. */
export const URDB_CHARGES = { energy: "energy", fuel: "fuel-adjustment", flatDemand: "flat-demand", touDemand: "tou-demand", fixed: "fixed", minimum: "minimum" } as const;

/** Rates in one file: a utility's, at most. */
const RATES_MAX = 500;

/**
 * Reads parsed JSON: one rate, a list of rates, or the API's envelope `{items: [...]}`; text that is itself JSON is unwrapped.
 * All or nothing: with an issue in any rate there are no documents. `documents[i]` is about `about[i]`.
 */
export function importUrdb(json: unknown, { tierSplit = "share" }: { readonly tierSplit?: TierSplit } = {}): ImportedUrdb {
  const found = ratesIn(json, "");
  if ("message" in found) return { ok: false, issues: [found], notCarriedOver: [] };
  const read = found.map(({ rate, path }) => readRate(rate, path, tierSplit));
  const notCarriedOver = read.flatMap((each) => each.notCarriedOver);
  const issues = read.flatMap((each) => each.issues);
  if (issues.length > 0) return { ok: false, issues, notCarriedOver };
  return { ok: true, documents: read.map(({ document }) => document!), about: read.map(({ about }) => about), notCarriedOver };
}

interface FoundRate {
  readonly rate: Readonly<Record<string, unknown>>;
  readonly path: string;
}

function ratesIn(json: unknown, path: string): FoundRate[] | Issue {
  if (typeof json === "string") {
    try {
      return ratesIn(JSON.parse(json), path);
    } catch {
      return { path, message: "is text that is not JSON" };
    }
  }
  if (typeof json !== "object" || json === null) return { path, message: `must be a rate, a list of rates or {"items": [...]}, and is ${shown(json)}` };
  const items = Array.isArray(json) ? json : "items" in json ? json.items : null;
  if (items === null) return [{ rate: json as Record<string, unknown>, path }];
  const at = Array.isArray(json) ? "" : "items";
  if (!Array.isArray(items)) return { path: "items", message: `must be a list of rates, and is ${shown(items)}` };
  if (items.length === 0) return { path: at, message: "holds no rate" };
  if (items.length > RATES_MAX) return { path: at, message: `holds ${items.length} rates, more than ${RATES_MAX}; import them in parts` };
  const wrong = items.findIndex((item) => typeof item !== "object" || item === null || Array.isArray(item));
  if (wrong >= 0) return { path: [at, wrong].filter((part) => part !== "").join("."), message: `must be a rate, and is ${shown(items[wrong])}` };
  return items.map((rate: Record<string, unknown>, i) => ({ rate, path: [at, i].filter((part) => part !== "").join(".") }));
}

interface ReadRate {
  readonly document: RateDocument | null;
  readonly about: UrdbAbout;
  readonly issues: readonly Issue[];
  readonly notCarriedOver: readonly NotCarriedOver[];
}

function readRate(record: FoundRate["rate"], path: string, tierSplit: TierSplit): ReadRate {
  const fields = new UrdbFields(record, path);
  const reader = new RateReader(fields, tierSplit);
  const input = reader.document();
  fields.listTheRest();
  const about = reader.about();
  const { issues, notCarriedOver } = fields;
  if (issues.length > 0 || input === null) return { document: null, about, issues, notCarriedOver };
  const parsed = parseRateDocument(input);
  if (parsed.ok) return { document: parsed.document, about, issues, notCarriedOver };
  return { document: null, about, issues: parsed.issues.map((issue) => ({ path, message: `cannot become a rate document (${issue.path}: ${issue.message})` })), notCarriedOver };
}

type Charge = RateDocumentInput["charges"][number];

/** A structure with when its periods are in force. */
interface Scheduled {
  readonly structure: Structure;
  readonly schedule: HourSchedule;
  /** Of a demand. */
  readonly unit: MeasuredUnit;
}

/** Units in which demand is measured here. */
type MeasuredUnit = "kW" | "kVA";

class RateReader {
  private readonly fields: UrdbFields;
  private readonly tierSplit: TierSplit;
  private readonly minimums: { amount: string; per: "day" | "month" | "year" }[] = [];

  constructor(fields: UrdbFields, tierSplit: TierSplit) {
    this.fields = fields;
    this.tierSplit = tierSplit;
  }

  /** The document to be checked, or null when something in it is refused or there is nothing to charge. */
  document(): RateDocumentInput | null {
    const { fields } = this;
    const energy = this.scheduled("energy");
    const demand = this.scheduled("demand");
    const flat = this.flatDemand();
    const fuel = this.fuelAdjustments();
    const seasons = seasonsOf((month) => JSON.stringify([rowsOf(energy, month), rowsOf(demand, month), flat?.months[month], fuel?.[month]]));
    const charges = [this.fixed(), this.energyCharge(energy, seasons), this.fuelCharge(fuel, seasons), this.flatDemandCharge(flat, seasons), this.touDemandCharge(demand, seasons)].filter((charge) => charge !== null);
    const least = this.minimum(charges);
    if (fields.issues.length > 0) return null;
    if (charges.length === 0) {
      fields.refuse(fields.path("energyratestructure"), "is missing; the file has no energy, demand or fixed charge (the list of an API call without detail=full has none)");
      return null;
    }
    return fitted({
      format: 1, commodity: "electric", unit: "kWh",
      name: { en: this.title() },
      ...this.source(),
      seasons: seasons.seasons,
      schedules: [this.documentSchedule("energy", energy, seasons), this.documentSchedule("demand", demand, seasons)].filter((schedule) => schedule !== null),
      charges: least === null ? charges : [...charges, least],
    });
  }

  about(): UrdbAbout {
    const { fields } = this;
    const text = (name: string): string | null => {
      const value = fields.peek(name);
      return typeof value === "string" ? value : null;
    };
    return { label: text("label"), utility: text("utility"), name: this.title(), sector: text("sector"), from: dateOf(fields.peek("startdate")), to: dateOf(fields.peek("enddate")), minimums: this.minimums };
  }

  // ---- header -------------------------------------------------------------------------------------------------

  /** The utility and the rate's name, as long as a document's name may be. */
  private title(): string {
    const parts = ["utility", "name"].map((name) => this.fields.take(name)).filter((part) => typeof part === "string" && part.trim() !== "") as string[];
    const text = parts.map((part) => part.trim().replace(/\s+/g, " ")).join(": ");
    return text === "" ? "Imported electric rate" : text.length > 120 ? `${text.slice(0, 119)}…` : text;
  }

  private source(): { source?: string } {
    const [source] = ["source", "uri"].map((name) => this.fields.peek(name)).filter((value) => typeof value === "string" && value.length <= 400) as string[];
    if (source === undefined) return {};
    this.fields.take(this.fields.peek("source") === source ? "source" : "uri");
    return { source };
  }

  // ---- energy -------------------------------------------------------------------------------------------------

  private scheduled(kind: "energy" | "demand"): Scheduled | undefined {
    const { fields } = this;
    const name = `${kind}ratestructure`;
    const periods = periodCount(fields, name);
    if (periods === undefined) {
      for (const schedule of [`${kind}weekdayschedule`, `${kind}weekendschedule`]) {
        if (fields.has(schedule) && !fields.has(name)) fields.leave(fields.path(schedule), `says when periods are in force, but there is no ${name}`, false);
        fields.take(schedule);
      }
      if (kind === "demand") fields.take("demandrateunit");
      return undefined;
    }
    const schedule = readSchedule(fields, kind, periods);
    const structure = readStructure(fields, name, kind, schedule === undefined ? new Set(Array.from({ length: periods }, (_, i) => i)) : periodsInForce(schedule));
    if (schedule === undefined || structure === undefined) return undefined;
    if (kind === "energy") return { schedule, structure, unit: "kW" };
    const unit = isFree(structure) ? null : this.demandUnit(name, "demandrateunit");
    return unit === null ? undefined : { schedule, structure, unit };
  }

  private energyCharge(energy: Scheduled | undefined, { months, seasons }: Seasons): Charge | null {
    if (energy === undefined) return null;
    const { structure, schedule } = energy;
    const shared = { id: URDB_CHARGES.energy, name: { en: "Energy", es: "Energía" }, glKey: "electric.energy" };
    const hours = needsHoursUse(structure) ? { hoursOf: "demand" } : {};
    if (isByMonth(schedule)) {
      const rows = months.map((month, i) => ({ ...seasonOf(seasons, i), tiers: structure[onlyPeriodOf(schedule, month)!]! }));
      const prices = rows.map(({ tiers }) => onlyPrice(tiers));
      if (prices.every((price) => price !== null)) return { ...shared, kind: "flat", rates: rows.map(({ tiers: _, ...row }, i) => ({ ...row, price: prices[i]! })) };
      return { ...shared, kind: "tiered", ...hours, rates: rows.map((row) => ({ ...row, tiers: [...row.tiers] })) };
    }
    return { ...shared, kind: "time-of-use", schedule: "energy", tierSplit: this.tierSplit, ...hours, rates: [byPeriod(structure)] };
  }

  private documentSchedule(kind: "energy" | "demand", of: Scheduled | undefined, seasons: Seasons): NonNullable<RateDocumentInput["schedules"]>[number] | null {
    if (of === undefined || isByMonth(of.schedule) || (kind === "demand" && isFree(of.structure))) return null;
    const labels = kind === "energy" ? this.labels(of.structure.length) : [];
    return {
      id: kind,
      periods: of.structure.map((_, i) => ({ id: periodId(i), name: labels[i] === undefined ? { en: `Period ${i + 1}`, es: `Período ${i + 1}` } : { en: labels[i] } })),
      rules: scheduleRules(of.schedule, seasons),
    };
  }

  private labels(periods: number): (string | undefined)[] {
    const labels = this.fields.take("energytoulabels");
    if (!Array.isArray(labels)) return [];
    return labels.slice(0, periods).map((label: unknown) => (typeof label === "string" && label.trim() !== "" ? label.trim().slice(0, 120) : undefined));
  }

  private fuelAdjustments(): readonly string[] | undefined {
    const { fields } = this;
    const value = fields.take("fueladjustmentsmonthly");
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length !== MONTHS) return fields.refuse(fields.path("fueladjustmentsmonthly"), `must have ${MONTHS} months, and is ${shown(value)}`);
    const amounts = value.map((each: unknown, month) => fields.number(each, fields.path("fueladjustmentsmonthly", month), "a price"));
    return amounts.every((amount) => amount !== undefined) ? amounts.map(priceText) : undefined;
  }

  private fuelCharge(fuel: readonly string[] | undefined, { months, seasons }: Seasons): Charge | null {
    if (fuel === undefined || fuel.every((price) => Number(price) === 0)) return null;
    return { id: URDB_CHARGES.fuel, name: { en: "Fuel adjustment", es: "Ajuste por combustible" }, glKey: "electric.energy", kind: "flat", rates: months.map((month, i) => ({ ...seasonOf(seasons, i), price: fuel[month]! })) };
  }

  // ---- demand -------------------------------------------------------------------------------------------------

  /** The unit of a demand, or null when demand is not measured so: then it is listed, with the charge that is lost by it. */
  private demandUnit(structure: string, field: "demandrateunit" | "flatdemandunit"): MeasuredUnit | null {
    const { fields } = this;
    const unit = structureUnit(fields, structure, field);
    if (unit === undefined || unit === "kW" || unit === "kVA") return unit ?? null;
    fields.leave(fields.path(fields.has(field) ? field : structure), `demand in ${unit} is not measured here, so its charge is left out; add it by hand`, true);
    return null;
  }

  private flatDemand(): { structure: Structure; months: readonly number[]; unit: MeasuredUnit } | undefined {
    const { fields } = this;
    const periods = periodCount(fields, "flatdemandstructure");
    const months = fields.take("flatdemandmonths");
    if (periods === undefined) {
      fields.take("flatdemandunit");
      return undefined;
    }
    const path = fields.path("flatdemandmonths");
    if (months === undefined && periods > 1) return fields.refuse(path, `is missing; flatdemandstructure needs to know which of its ${periods} periods is in force in which month`);
    if (months !== undefined && (!Array.isArray(months) || months.length !== MONTHS)) return fields.refuse(path, `must have ${MONTHS} months, and is ${shown(months)}`);
    const inForce = months === undefined ? Array.from({ length: MONTHS }, () => 0) : (months as unknown[]).map((month, i) => readPeriod(fields, month, periods, `${path}.${i}`));
    const structure = readStructure(fields, "flatdemandstructure", "demand", new Set(inForce));
    if (structure === undefined || isFree(structure)) return undefined;
    const unit = this.demandUnit("flatdemandstructure", "flatdemandunit");
    return unit === null ? undefined : { structure, months: inForce, unit };
  }

  private flatDemandCharge(flat: ReturnType<RateReader["flatDemand"]>, { months, seasons }: Seasons): Charge | null {
    const ratchet = this.ratchet(flat !== undefined);
    if (flat === undefined) return null;
    const rows = months.map((month, i) => ({ season: seasonOf(seasons, i), tiers: flat.structure[flat.months[month]!]! }));
    return {
      id: URDB_CHARGES.flatDemand, name: { en: "Highest demand", es: "Demanda máxima" }, glKey: "electric.demand",
      kind: "demand", unit: flat.unit, intervalMinutes: this.window(), ...ratchet,
      rates: asPricesOrTiers(rows),
    };
  }

  private touDemandCharge(demand: Scheduled | undefined, { months, seasons }: Seasons): Charge | null {
    if (demand === undefined || isFree(demand.structure)) return null;
    const { structure, schedule, unit } = demand;
    const shared = { id: URDB_CHARGES.touDemand, unit, name: { en: "Demand by time of day", es: "Demanda por horario" }, glKey: "electric.demand", kind: "demand" as const, intervalMinutes: this.window() };
    if (!isByMonth(schedule)) return { ...shared, schedule: "demand", rates: [byPeriod(structure)] };
    return { ...shared, name: { en: "Demand of the month", es: "Demanda del mes" }, rates: asPricesOrTiers(months.map((month, i) => ({ season: seasonOf(seasons, i), tiers: structure[onlyPeriodOf(schedule, month)!]! }))) };
  }

  /** Minutes over which demand is averaged; the trade's usual quarter of an hour where the file does not say. */
  private window(): 15 | 30 | 60 {
    const { fields } = this;
    const value = fields.take("demandwindow");
    const minutes = decimalOf(value)?.toNumber();
    if (minutes === 15 || minutes === 30 || minutes === 60) return minutes;
    if (value !== undefined && !fields.notCarriedOver.some(({ path }) => path === fields.path("demandwindow"))) fields.leave(fields.path("demandwindow"), `demand is averaged over 15, 30 or 60 minutes, not over ${shown(value)}; 15 are taken`, true);
    return 15;
  }

  /**
   * Billed demand is at least a share of the highest of the months before: `lookbackpercent` of `lookbackrange` months, or one
   * percentage for all months. Both are written as percent or as a fraction.
   */
  private ratchet(hasFlatDemand: boolean): { ratchet?: { percent: string; months: number } } {
    const { fields } = this;
    const [name, months] = fields.has("lookbackpercent") ? ["lookbackpercent", decimalOf(fields.take("lookbackrange"))?.toNumber() ?? 0] as const : ["demandratchetpercentage", RATCHET_MONTHS] as const;
    const value = fields.take(name);
    if (value === undefined) return {};
    const percents = (Array.isArray(value) ? value : [value]).map(decimalOf);
    if (percents.every((percent) => percent?.isZero())) return {};
    const [first] = percents;
    const same = first !== undefined && percents.every((percent) => percent?.eq(first));
    const percent = first?.lte(1) ? first.times(100) : first;
    const known = same && percent !== undefined && percent.gt(0) && percent.lte(100) && decimalsOf(percent.toString()) <= 4;
    if (known && hasFlatDemand && Number.isInteger(months) && months >= 1 && months <= 24) return { ratchet: { percent: percent.toString(), months } };
    const why = !hasFlatDemand ? "there is no flat demand charge here that it could raise" : known ? `${months} months to look back are not from 1 to 24` : "differs by month, or is no percentage; a ratchet here has one percentage of the highest of the months before";
    fields.leave(fields.path(name), why, true);
    return {};
  }

  // ---- fixed and minimum --------------------------------------------------------------------------------------

  private fixed(): Charge | null {
    const { fields } = this;
    const shared = { id: URDB_CHARGES.fixed, name: { en: "Service charge", es: "Cargo por servicio" }, glKey: "electric.fixed", kind: "fixed" as const };
    const first = fields.amount("fixedchargefirstmeter");
    const per = this.period("fixedchargeunits", first !== undefined);
    const monthly = fields.amount("fixedmonthlycharge");
    if (first !== undefined && monthly !== undefined && !monthly.eq(first)) fields.leave(fields.path("fixedmonthlycharge"), "fixedchargefirstmeter was taken instead", true);
    const [amount, unit, name] = first === undefined ? [monthly, "month" as const, "fixedmonthlycharge"] : [first, per, "fixedchargefirstmeter"];
    if (amount === undefined || unit === undefined || amount.isZero() || !this.isAmount(amount, name)) return null;
    if (unit === "day") return { ...shared, per: "day", rates: [{ amount: priceText(amount) }] };
    return { ...shared, rates: [{ amount: priceText(unit === "year" ? amount.div(MONTHS) : amount) }] };
  }

  private minimum(before: readonly Charge[]): Charge | null {
    const { fields } = this;
    const given = [
      { name: "mincharge", per: this.period("minchargeunits", fields.has("mincharge")) },
      { name: "minmonthlycharge", per: "month" as const },
      { name: "annualmincharge", per: "year" as const },
    ];
    for (const { name, per } of given) {
      const amount = fields.amount(name);
      if (amount === undefined || per === undefined || amount.isZero() || !this.isAmount(amount, name)) continue;
      if (this.minimums.some((other) => other.per === per)) fields.leave(fields.path(name), `another minimum per ${per} was taken instead`, true);
      else this.minimums.push({ amount: priceText(amount), per });
      if (per === "year") fields.leave(fields.path(name), "a document has the least to pay of a month; the one of a year is settled over its bills", true);
      if (per === "day") fields.leave(fields.path(name), "the least to pay is of a month here: of 365/12 days", false);
    }
    const monthly = this.minimums.find(({ per }) => per !== "year");
    if (monthly === undefined || before.length === 0) return null;
    const amount = monthly.per === "month" ? monthly.amount : priceText(new Decimal(monthly.amount).times(365).div(MONTHS));
    return { id: URDB_CHARGES.minimum, name: { en: "Minimum charge", es: "Cargo mínimo" }, glKey: "electric.fixed", kind: "minimum", of: before.map(({ id }) => id), rates: [{ amount }] };
  }

  private isAmount(amount: Decimal, name: string): boolean {
    if (amount.gte(0) && amount.lte(AMOUNT_MAX)) return true;
    this.fields.refuse(this.fields.path(name), amount.lt(0) ? `$${amount.toString()} is negative` : `$${amount.toString()} is more than $${AMOUNT_MAX}; check the decimal point`);
    return false;
  }

  private period(name: string, matters: boolean): "day" | "month" | "year" | undefined {
    const { fields } = this;
    const unit = fields.text(name);
    if (!matters) return "month";
    if (unit === undefined) {
      fields.leave(fields.path(name), "is missing; the amount is taken to be for a month", true);
      return "month";
    }
    const found = /^\$?\s*(?:\/|per)\s*(day|month|year)$/i.exec(unit)?.[1]?.toLowerCase();
    return found === "day" || found === "month" || found === "year" ? found : fields.refuse(fields.path(name), `${shown(unit)} is not a unit of amounts; use $/day, $/month or $/year`);
  }
}

/** Amounts of a month beyond this are a typing mistake. */
const AMOUNT_MAX = 1_000_000;

/** With the month itself, a year. */
const RATCHET_MONTHS = 11;

function rowsOf(of: Scheduled | undefined, month: number): unknown {
  return of === undefined ? null : [of.schedule.weekday[month], of.schedule.weekend[month]];
}

/** In every month one period is in force at all hours. */
function isByMonth(schedule: HourSchedule): boolean {
  return Array.from({ length: MONTHS }, (_, month) => onlyPeriodOf(schedule, month)).every((period) => period !== null);
}

function seasonOf(seasons: Seasons["seasons"], i: number): { season?: string } {
  return seasons[i] === undefined ? {} : { season: seasons[i].id };
}

/** A price for each period where none has tiers, else tiers for each. */
function byPeriod(structure: Structure) {
  if (structure.every((tiers) => onlyPrice(tiers) !== null)) return { prices: Object.fromEntries(structure.map((tiers, i) => [periodId(i), onlyPrice(tiers)!])) };
  return { tiersByPeriod: Object.fromEntries(structure.map((tiers, i) => [periodId(i), [...tiers]])) };
}

/** Seasons are priced side by side: all by a price, or all by tiers. */
function asPricesOrTiers(rows: readonly { readonly season: { season?: string }; readonly tiers: Structure[number] }[]) {
  const priced = rows.every(({ tiers }) => onlyPrice(tiers) !== null);
  return rows.map(({ season, tiers }) => (priced ? { ...season, price: onlyPrice(tiers)! } : { ...season, tiers: [...tiers] }));
}

/** Midnights of American days are in the morning of UTC; some records were kept in zones east of it and begin late in the evening before. */
const LATE_EVENING_SECONDS = 2 * 3_600;

/** A time above it is in milliseconds: in seconds it would be in the year 5138. */
const MILLISECONDS_MIN = 1e11;
/** A century from 1970; a time further away is none of a tariff. */
const DAYS_MAX = 36_525;

/** The day of seconds since 1970, of text such as 2024-10-01, or of the bulk files' `{$date}`; null for anything else. */
function dateOf(value: unknown): LocalDate | null {
  if (typeof value === "object" && value !== null && "$date" in value) return dateOf(value.$date);
  const text = typeof value === "string" ? value.slice(0, 10) : "";
  if (isLocalDate(text)) return text;
  const seconds = decimalOf(value)?.toNumber();
  if (seconds === undefined) return null;
  const day = Math.floor(((Math.abs(seconds) > MILLISECONDS_MIN ? seconds / 1000 : seconds) + LATE_EVENING_SECONDS) / 86_400);
  return Math.abs(day) > DAYS_MAX ? null : fromDayNumber(day);
}

/** Largest usage and demand that a bill may have, most first: what the engine proves to be exact depends on them and on the prices' decimals. */
const LARGEST = [["10000000", "100000"], ["1000000", "100000"], ["1000000", "10000"], ["100000", "10000"], ["10000", "1000"]] as const;

/** The document with the largest bounds that its prices allow. */
function fitted(document: RateDocumentInput): RateDocumentInput {
  for (const [usage, demand] of LARGEST) {
    const bounded = { ...document, largest: { usage, demand } };
    if (parseRateDocument(bounded).ok) return bounded;
  }
  return document;
}
