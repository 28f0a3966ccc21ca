/**
 * What the shape of a document cannot say: that its parts fit together. Every problem is named with its path, all of them
 * at once, so that a person can put a document right in one go.
 */
import { Decimal, decimalsOf } from "../money/decimal.ts";
import { UNITS, type Dimension, type Unit } from "../metering/units.ts";
import { namesGiven, namesIn, namesUsed, RESERVED_NAMES } from "./charge-formulas.ts";
import type { Charge, ChargeOf, RateDocument, Schedule } from "./schema.ts";
import { derivedIssues } from "./derived.ts";
import { scheduleTable, seasonTable, type Issue } from "./tou-calendar.ts";

/** Prices beyond these are a typing mistake in any tariff: dollars per unit, and dollars per period or day. */
const PRICE_PER_UNIT_MAX = 1_000;
const PRICE_PER_DEMAND_MAX = 1_000;
const AMOUNT_MAX = 1_000_000;
const PERCENT_MAX = 100;
const PERCENT_DECIMALS_MAX = 4;
const TIER_LIMIT_MAX = 100_000_000;
/** Quantities are counted in thousandths, so a finer limit could not be met. */
const QUANTITY_DECIMALS = 3;

const DIMENSIONS: Readonly<Record<RateDocument["commodity"], readonly Dimension[]>> = {
  water: ["volume"],
  sewer: ["volume"],
  gas: ["volume", "heat"],
  electric: ["energy", "power", "apparent-power", "reactive-power", "reactive-energy", "apparent-energy"],
  stormwater: ["volume"],
  refuse: ["volume"],
};

export function documentIssues(document: RateDocument): Issue[] {
  const issues: Issue[] = [];
  uniqueIds("seasons", document.seasons, issues);
  uniqueIds("schedules", document.schedules, issues);
  uniqueIds("bases", document.bases, issues);
  uniqueIds("charges", document.charges, issues);
  checkHeader(document, issues);
  if (seasonTableIsRight(document, issues)) document.schedules.forEach((schedule, i) => checkSchedule(schedule, `schedules.${i}`, document, issues));
  document.charges.forEach((charge, i) => new ChargeCheck(document, charge, `charges.${i}`, issues).run(i));
  checkBases(document, issues);
  issues.push(...derivedIssues(document));
  return issues;
}

function uniqueIds(path: string, list: readonly { readonly id: string }[], issues: Issue[]): void {
  list.forEach(({ id }, i) => {
    const first = list.findIndex((other) => other.id === id);
    if (first < i) issues.push({ path: `${path}.${i}.id`, message: `${id} is already used by ${path}.${first}` });
  });
}

function checkHeader({ commodity, unit, proration, largest }: RateDocument, issues: Issue[]): void {
  checkUnit(commodity, unit, "unit", issues);
  const { normalDays } = proration;
  if (normalDays !== undefined && normalDays.min > normalDays.max) issues.push({ path: "proration.normalDays", message: `min ${normalDays.min} is more than max ${normalDays.max}` });
  if (new Decimal(proration.standardDays).lt(1)) issues.push({ path: "proration.standardDays", message: "must be at least one day" });
  for (const [name, value] of Object.entries(largest)) {
    if (value !== undefined && !new Decimal(value).gt(0)) issues.push({ path: `largest.${name}`, message: "must be more than 0" });
  }
}

function checkUnit(commodity: RateDocument["commodity"], unit: Unit, path: string, issues: Issue[]): void {
  if (!DIMENSIONS[commodity].includes(UNITS[unit].dimension)) issues.push({ path, message: `${unit} measures ${UNITS[unit].dimension}, which is not sold as ${commodity}` });
}

function seasonTableIsRight({ seasons }: RateDocument, issues: Issue[]): boolean {
  const before = issues.length;
  seasonTable(seasons, issues);
  return issues.length === before;
}

function checkSchedule(schedule: Schedule, path: string, document: RateDocument, issues: Issue[]): void {
  uniqueIds(`${path}.periods`, schedule.periods, issues);
  scheduleTable(schedule, path, document, issues);
}

function checkBases({ bases, charges }: RateDocument, issues: Issue[]): void {
  bases.forEach(({ id, of }, i) => {
    if (charges.some((charge) => charge.id === id)) issues.push({ path: `bases.${i}.id`, message: `${id} is also a charge` });
    of.forEach((name, k) => {
      if (!charges.some((charge) => charge.id === name)) issues.push({ path: `bases.${i}.of.${k}`, message: `there is no charge ${name}` });
    });
  });
}

type Row = Charge["rates"][number];
type Tier = ChargeOf<"tiered">["rates"][number]["tiers"][number];

const DEMAND_FORMS = ["price", "prices", "tiers", "tiersByPeriod"] as const;

const CODES_MAX = 255;

/** Hours of the longest bill there is. */
const HOURS_MAX = 24 * 400;

class ChargeCheck {
  private readonly document: RateDocument;
  private readonly charge: Charge;
  private readonly path: string;
  private readonly issues: Issue[];

  constructor(document: RateDocument, charge: Charge, path: string, issues: Issue[]) {
    this.document = document;
    this.charge = charge;
    this.path = path;
    this.issues = issues;
  }

  run(index: number): void {
    const { charge } = this;
    if (charge.from !== undefined && charge.to !== undefined && charge.from >= charge.to) this.refuse("to", `${charge.to} is not after from, ${charge.from}`);
    if ("unit" in charge && charge.unit !== undefined) checkUnit(this.document.commodity, charge.unit, `${this.path}.unit`, this.issues);
    if ("of" in charge && charge.of !== undefined) this.checkBase(charge.of, index);
    if ("schedule" in charge && charge.schedule !== undefined) this.checkCodes(charge.schedule, charge.rates);
    this.checkRows(charge.rates);
    if ("rider" in charge && charge.rider !== undefined) this.checkRider(charge.rates, charge.rider.largest);
    if ((charge.kind === "minimum" || charge.kind === "maximum") && charge.proration !== undefined && charge.proration.change !== "prorate") {
      this.refuse("proration.change", `a ${charge.kind} is compared with the charges of the same days, so it must be prorated`);
    }
    switch (charge.kind) {
      case "fixed":
        return this.eachRow(charge.rates, (row, at) => this.amount(row.amount, `${at}.amount`));
      case "flat":
        return this.eachRow(charge.rates, (row, at) => this.price(row.price, `${at}.price`));
      case "tiered":
        return this.eachRow(charge.rates, (row, at) => this.checkTiers(row.tiers, `${at}.tiers`));
      case "time-of-use":
        return this.checkTimeOfUse(charge);
      case "demand":
        return this.checkDemand(charge);
      case "percentage":
        return this.eachRow(charge.rates, (row, at) => this.percent(row.percent, `${at}.percent`));
      case "minimum":
      case "maximum":
        return this.eachRow(charge.rates, (row, at) => this.amount(row.amount, `${at}.amount`));
      case "credit":
        return this.checkCredit(charge);
      case "formula":
        this.checkLines(charge, index);
        return this.checkFormulas(charge);
      case "budget":
        this.eachRow(charge.rates, ({ tiers }, at) => this.checkOpenTiers(tiers, `${at}.tiers`));
        return this.checkFormulas(charge);
    }
  }

  /** The table is the same for every customer and season, so it follows one plain row. */
  private checkRider(rates: readonly Row[], largest: string): void {
    const plain = rates.filter(({ season, when, from }) => season === undefined && when === undefined && from === undefined);
    if (plain.length !== 1 || plain.length !== rates.filter(({ from }) => from === undefined).length) this.refuse("rates", "a charge with a rider has one row without season and customer: what counts before the rider's table begins");
    if (new Decimal(largest).lte(0)) this.refuse("rider.largest", "must be more than 0");
    if (this.charge.kind === "percentage") this.percent(largest, "rider.largest");
  }

  /** An interval's code is one byte: its season and its period together. */
  private checkCodes(id: string, rates: readonly Row[]): void {
    const periods = this.document.schedules.find((schedule) => schedule.id === id)?.periods.length ?? 0;
    const seasons = rates.some(({ season }) => season !== undefined) ? this.document.seasons.length : 1;
    if (seasons * periods > CODES_MAX) this.refuse("rates", `${seasons} seasons of ${periods} periods are more than ${CODES_MAX} prices; give the schedule a period for each, and rows without a season`);
  }

  private refuse(at: string, message: string): void {
    this.issues.push({ path: at === "" ? this.path : `${this.path}.${at}`, message });
  }

  private eachRow<R>(rates: readonly R[], check: (row: R, at: string) => void): void {
    rates.forEach((row, i) => check(row, `rates.${i}`));
  }

  private checkBase(of: readonly string[], index: number): void {
    const before = new Set(this.document.charges.slice(0, index).map(({ id }) => id));
    of.forEach((name, i) => {
      const named = this.document.bases.find(({ id }) => id === name)?.of ?? [name];
      for (const id of named) {
        if (before.has(id)) continue;
        const later = this.document.charges.some((charge) => charge.id === id);
        this.refuse(`of.${i}`, later ? `charge ${id} stands after this one; what is charged on it must come later` : `there is no charge or base ${id}`);
      }
    });
  }

  /** Every season, and every customer a row is for, has exactly one undated row, and no date twice. */
  private checkRows(rates: readonly Row[]): void {
    const keys = Object.keys(rates[0]!.when ?? {}).sort().join(",");
    const groups = new Map<string, { first: number; seasons: Set<string | undefined> }>();
    const seen = new Map<string, number>();
    this.eachRow(rates, (row, at) => {
      const index = rates.indexOf(row);
      if (row.season !== undefined && !this.document.seasons.some(({ id }) => id === row.season)) this.refuse(`${at}.season`, `there is no season ${row.season}`);
      if (Object.keys(row.when ?? {}).sort().join(",") !== keys) this.refuse(`${at}.when`, "must name the same properties of the customer as the first row");
      const who = JSON.stringify(Object.entries(row.when ?? {}).sort());
      const cell = `${who} ${row.season ?? ""} ${row.from ?? ""}`;
      if (seen.has(cell)) this.refuse(at, `the same season, customer and date as rates.${seen.get(cell)}`);
      seen.set(cell, index);
      const group = groups.get(who) ?? { first: index, seasons: new Set() };
      groups.set(who, group);
      if (row.from === undefined) group.seasons.add(row.season);
    });
    for (const { first, seasons } of groups.values()) this.checkSeasonsOfGroup(first, seasons);
  }

  private checkSeasonsOfGroup(first: number, seasons: ReadonlySet<string | undefined>): void {
    const at = `rates.${first}`;
    if (seasons.size === 0) return this.refuse(at, "the rows have only dates; give one without a date for the time before");
    if (seasons.has(undefined)) {
      if (seasons.size > 1) this.refuse(at, "some rows name a season and some do not; give a row for each season, or one for all");
      return;
    }
    const missing = this.document.seasons.find(({ id }) => !seasons.has(id));
    if (missing !== undefined) this.refuse(at, `there is no row for season ${missing.id}`);
  }

  private price(text: string, at: string, max = PRICE_PER_UNIT_MAX): void {
    if (new Decimal(text).abs().gt(max)) this.refuse(at, `$${text} per unit is more than $${max}; check the decimal point and the unit`);
  }

  private amount(text: string, at: string): void {
    const value = new Decimal(text);
    if (value.lt(0)) this.refuse(at, "must not be negative; use a charge of kind credit");
    if (value.gt(AMOUNT_MAX)) this.refuse(at, `$${text} is more than $${AMOUNT_MAX}; check the decimal point`);
  }

  private percent(text: string, at: string): void {
    const value = new Decimal(text);
    if (value.lt(0) || value.gt(PERCENT_MAX)) this.refuse(at, `${text} percent is not between 0 and ${PERCENT_MAX}`);
    if (decimalsOf(text) > PERCENT_DECIMALS_MAX) this.refuse(at, `must have at most ${PERCENT_DECIMALS_MAX} decimals`);
  }

  private checkTiers(tiers: readonly Tier[], at: string, max = PRICE_PER_UNIT_MAX): void {
    const { charge } = this;
    this.checkHoursUse(tiers, at);
    let before = new Decimal(0);
    tiers.forEach(({ upTo, hours, price }, i) => {
      this.price(price, `${at}.${i}.price`, max);
      const last = i === tiers.length - 1;
      if (i > 0 && tiers[i - 1]!.hours !== hours) before = new Decimal(0);
      if (upTo === null) {
        if (!last && hours === undefined) this.refuse(`${at}.${i}.upTo`, "only the last tier has no end; usage beyond it would never reach the next tier");
        return;
      }
      const limit = new Decimal(upTo);
      if (last) this.refuse(`${at}.${i}.upTo`, `usage above ${upTo} is in no tier; the last tier's upTo must be null`);
      if (limit.lte(before)) this.refuse(`${at}.${i}.upTo`, i === 0 ? "must be more than 0" : `must be more than ${before.toString()}, where the tier before ends`);
      if (limit.gt(TIER_LIMIT_MAX)) this.refuse(`${at}.${i}.upTo`, `is more than ${TIER_LIMIT_MAX}; check the unit`);
      if (decimalsOf(upTo) > QUANTITY_DECIMALS) this.refuse(`${at}.${i}.upTo`, "is finer than a thousandth of the unit");
      if (charge.kind === "tiered" && charge.boundary === "first-unit" && limit.lt(1)) this.refuse(`${at}.${i}.upTo`, "names the first unit of the next tier and must be at least 1");
      before = limit;
    });
  }

  /** Hours' use grows from tier to tier; only the last tier after them has none. */
  private checkHoursUse(tiers: readonly Tier[], at: string): void {
    const { charge } = this;
    let before: Decimal | null = null;
    tiers.forEach(({ hours }, i) => {
      const path = `${at}.${i}.hours`;
      if (hours === undefined) {
        if (before !== null && i < tiers.length - 1) this.refuse(`${at}.${i}`, "a tier after one with hours must have hours too, unless it is the last");
        return;
      }
      if (!("hoursOf" in charge) || charge.hoursOf === undefined) this.refuse(path, "hours' use is of a demand; name it in the charge's hoursOf");
      if (("unit" in charge ? (charge.unit ?? this.document.unit) : this.document.unit) !== "kWh") this.refuse(path, "hours' use is counted in kWh");
      const limit = new Decimal(hours);
      if (i === tiers.length - 1) this.refuse(path, "usage above the last tier would be in none; the last tier must not end");
      if (limit.lte(0)) this.refuse(path, "must be more than 0");
      else if (before !== null && limit.lt(before)) this.refuse(path, `must not be less than ${before.toString()}, the hours of the tier before`);
      if (limit.gt(HOURS_MAX)) this.refuse(path, `is more than ${HOURS_MAX}; no bill has so many hours`);
      if (decimalsOf(hours) > QUANTITY_DECIMALS) this.refuse(path, "is finer than a thousandth");
      before = limit;
    });
  }

  private checkTiersByPeriod(schedule: Schedule, row: { season?: string | undefined }, tiers: Readonly<Record<string, readonly Tier[]>>, at: string, max: number): void {
    this.checkPeriods(schedule, row, Object.keys(tiers), at);
    for (const [id, list] of Object.entries(tiers)) this.checkTiers(list, `${at}.${id}`, max);
  }

  /** Only the last tier is without end; where the others end is known with the customer. */
  private checkOpenTiers(tiers: readonly { readonly upTo: string | null; readonly price: string }[], at: string): void {
    tiers.forEach(({ upTo, price }, i) => {
      this.price(price, `${at}.${i}.price`);
      if ((upTo === null) !== (i === tiers.length - 1)) this.refuse(`${at}.${i}.upTo`, upTo === null ? "only the last tier has no end" : "the last tier's upTo must be null");
    });
  }

  private checkLines(charge: ChargeOf<"formula">, index: number): void {
    for (const [name, id] of Object.entries(charge.lines)) {
      if (!this.document.charges.slice(0, index).some((before) => before.id === id)) this.refuse(`lines.${name}`, `there is no charge ${id} before this one`);
    }
  }

  /** Names mean one thing each, rows have the same figures, and every figure and line is used; an allocation may be there only to be shown. */
  private checkFormulas(charge: ChargeOf<"formula"> | ChargeOf<"budget">): void {
    const names = Object.keys(charge.rates[0]!.figures).sort();
    const named = namesGiven(charge);
    const used = namesUsed(charge);
    named.forEach(({ name, at }, i) => {
      const first = named.findIndex((other) => other.name === name);
      if (first < i) this.refuse(at, `${name} is already the name of ${named[first]!.at}`);
      if ((RESERVED_NAMES as readonly string[]).includes(name)) this.refuse(at, `${name} already means something in every formula`);
    });
    this.eachRow(charge.rates as readonly { readonly figures: Readonly<Record<string, string>> }[], (row, at) => {
      if (Object.keys(row.figures).sort().join() !== names.join()) this.refuse(`${at}.figures`, "must name the same figures as the first row");
    });
    for (const { name, at } of named) if (!used.has(name) && !at.startsWith("allocations")) this.refuse(at, `${name} is in no formula of this charge`);
    if (charge.kind === "budget") {
      charge.allocations.forEach(({ name }, i) => {
        const early = charge.allocations.findIndex(({ formula }, k) => k <= i && namesIn(formula).has(name));
        if (early >= 0) this.refuse(`allocations.${early}.formula`, `names ${name}, which is reckoned ${early === i ? "by it" : "after it"}`);
      });
    }
  }

  private scheduleOf(id: string): Schedule | undefined {
    const schedule = this.document.schedules.find((known) => known.id === id);
    if (schedule === undefined) this.refuse("schedule", `there is no schedule ${id}`);
    return schedule;
  }

  private checkPrices(schedule: Schedule, row: { season?: string | undefined }, prices: Readonly<Record<string, string>>, at: string, max: number): void {
    this.checkPeriods(schedule, row, Object.keys(prices), at);
    for (const [id, price] of Object.entries(prices)) this.price(price, `${at}.${id}`, max);
  }

  /** Every period that occurs is priced, and no other is. */
  private checkPeriods(schedule: Schedule, row: { season?: string | undefined }, priced: readonly string[], at: string): void {
    const known = new Set(schedule.periods.map(({ id }) => id));
    for (const id of priced) if (!known.has(id)) this.refuse(`${at}.${id}`, `schedule ${schedule.id} has no period ${id}`);
    const needed = schedule.rules.filter(({ seasons }) => row.season === undefined || seasons === undefined || seasons.includes(row.season)).flatMap(({ hours }) => hours.map(({ period }) => period));
    const missing = needed.find((id) => !priced.includes(id));
    if (missing !== undefined) this.refuse(at, `period ${missing} occurs${row.season === undefined ? "" : ` in season ${row.season}`} and has no price`);
  }

  private checkTimeOfUse(charge: ChargeOf<"time-of-use">): void {
    const schedule = this.scheduleOf(charge.schedule);
    this.eachRow(charge.rates, (row, at) => {
      if ((row.prices === undefined) === (row.tiersByPeriod === undefined)) return this.refuse(at, "must have either prices or tiersByPeriod");
      this.sameForm(charge.rates[0]!, row, at);
      if (schedule === undefined) return;
      if (row.prices !== undefined) this.checkPrices(schedule, row, row.prices, `${at}.prices`, PRICE_PER_UNIT_MAX);
      if (row.tiersByPeriod !== undefined) this.checkTiersByPeriod(schedule, row, row.tiersByPeriod, `${at}.tiersByPeriod`, PRICE_PER_UNIT_MAX);
    });
  }

  private checkDemand(charge: ChargeOf<"demand">): void {
    const schedule = charge.schedule === undefined ? undefined : this.scheduleOf(charge.schedule);
    this.eachRow(charge.rates, (row, at) => {
      if (DEMAND_FORMS.filter((form) => row[form] !== undefined).length !== 1) return this.refuse(at, `must have exactly one of ${DEMAND_FORMS.join(", ")}`);
      this.sameForm(charge.rates[0]!, row, at);
      if (row.tiers !== undefined) {
        if (charge.schedule !== undefined) this.refuse(`${at}.tiers`, "a demand charge with a schedule has tiersByPeriod");
        this.checkTiers(row.tiers, `${at}.tiers`, PRICE_PER_DEMAND_MAX);
      }
      if (row.tiersByPeriod !== undefined) {
        if (charge.schedule === undefined) this.refuse(`${at}.tiersByPeriod`, "tiers by period need a schedule");
        else if (schedule !== undefined) this.checkTiersByPeriod(schedule, row, row.tiersByPeriod, `${at}.tiersByPeriod`, PRICE_PER_DEMAND_MAX);
      }
      if (row.price !== undefined) {
        if (charge.schedule !== undefined) this.refuse(`${at}.price`, "a demand charge with a schedule has prices, one for each period");
        this.price(row.price, `${at}.price`, PRICE_PER_DEMAND_MAX);
      }
      if (row.prices !== undefined) {
        if (charge.schedule === undefined) this.refuse(`${at}.prices`, "prices by period need a schedule");
        else if (schedule !== undefined) this.checkPrices(schedule, row, row.prices, `${at}.prices`, PRICE_PER_DEMAND_MAX);
      }
    });
    if (charge.minimum !== undefined) this.quantity(charge.minimum, "minimum");
    if (charge.contract !== undefined) this.percent(charge.contract.percent, "contract.percent");
    if (charge.coincident === true && charge.schedule !== undefined) this.refuse("coincident", "is the demand of one hour, whatever its time-of-use period; give it a charge without a schedule");
    if (charge.powerFactor !== undefined) this.checkPowerFactor(charge.powerFactor);
    this.quantity(charge.step, "step");
    if (charge.ratchet !== undefined) {
      this.percent(charge.ratchet.percent, "ratchet.percent");
      if (charge.schedule !== undefined) this.refuse("ratchet", "looks back at the highest demand of a whole month; give it a charge without a schedule");
    }
  }

  /** Seasons are rated side by side, so all rows are prices or all are tiers. */
  private sameForm(first: object, row: object, at: string): void {
    const form = (of: object): boolean => ("tiers" in of && of.tiers !== undefined) || ("tiersByPeriod" in of && of.tiersByPeriod !== undefined);
    if (form(first) !== form(row)) this.refuse(at, "must have tiers like the first row, or no row may have them");
  }

  private checkPowerFactor({ target, adjust, decimals }: NonNullable<ChargeOf<"demand">["powerFactor"]>): void {
    this.percent(target, "powerFactor.target");
    if (new Decimal(target).lte(0)) this.refuse("powerFactor.target", "must be more than 0");
    if (decimalsOf(target) > decimals) this.refuse("powerFactor.target", `is finer than the ${decimals} decimals to which the factor is rounded`);
    if (adjust !== "ratio") this.percent(adjust.percentPerPoint, "powerFactor.adjust.percentPerPoint");
  }

  private quantity(text: string, at: string): void {
    const value = new Decimal(text);
    if (value.lte(0)) this.refuse(at, "must be more than 0");
    if (decimalsOf(text) > QUANTITY_DECIMALS) this.refuse(at, "is finer than a thousandth of the unit");
  }

  private checkCredit(charge: ChargeOf<"credit">): void {
    const form = creditForm(charge.rates[0]!);
    this.eachRow(charge.rates, (row, at) => {
      const given = [row.amount, row.price, row.percent].filter((value) => value !== undefined).length;
      if (given !== 1) return this.refuse(at, "must have exactly one of amount, price and percent");
      if (creditForm(row) !== form) this.refuse(at, `must be a credit by ${form} like the first row`);
      if (row.amount !== undefined) this.amount(row.amount, `${at}.amount`);
      if (row.price !== undefined) this.price(row.price, `${at}.price`);
      if (row.percent !== undefined) this.percent(row.percent, `${at}.percent`);
      if (new Decimal(row.amount ?? row.price ?? row.percent ?? "0").lt(0)) this.refuse(at, "a credit is written as a positive number");
    });
    if (form === "percent" && charge.of === undefined) this.refuse("of", "a credit of a percentage must say of what");
  }
}

/** How a credit is reckoned. */
export function creditForm(row: ChargeOf<"credit">["rates"][number]): "amount" | "price" | "percent" {
  return row.amount !== undefined ? "amount" : row.price !== undefined ? "price" : "percent";
}
