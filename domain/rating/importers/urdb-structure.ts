/** Rate structures: periods of tiers. `rate + adj` is the price; a tier without `max` has no end. */
import { Decimal } from "../../money/decimal.ts";
import type { RateDocumentInput } from "../schema.ts";
import { priceText, shown, type UrdbFields } from "./urdb-fields.ts";

export type Tier = Extract<RateDocumentInput["charges"][number], { kind: "tiered" }>["rates"][number]["tiers"][number];
/** Tiers of each period of a structure. */
export type Structure = readonly (readonly Tier[])[];

/** A last tier that ends up there has no end: 1e+38 and its like mean infinity. */
const UNLIMITED = 100_000_000;
/** Prices per unit beyond this are a typing mistake in any tariff. */
const PRICE_MAX = 1_000;
/** Binary fractions stray less than this from the decimals that were meant. */
const NOISE = 1e-12;
/** Hours in a month, and then some: kWh for each kW of demand that nobody reaches. */
const HOURS_MAX = 9_600;
/** As many as a document may have. */
const PERIODS_MAX = 48;
const TIERS_MAX = 24;

/** What a tier's `max` counts. */
interface TierUnit {
  readonly perDemand: boolean;
  readonly daily: boolean;
}
const ENERGY_UNITS: Readonly<Record<string, TierUnit>> = {
  kwh: { perDemand: false, daily: false },
  "kwh/kw": { perDemand: true, daily: false },
  "kwh daily": { perDemand: false, daily: true },
  "kwh/kw daily": { perDemand: true, daily: true },
};

interface ReadTier {
  readonly price: Decimal;
  /** null: no end. */
  readonly max: Decimal | null;
  readonly unit: TierUnit;
}

/** How many periods the structure of that name has; undefined when there is none, or no list of periods. */
export function periodCount(fields: UrdbFields, name: string): number | undefined {
  const value = fields.take(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) return fields.refuse(fields.path(name), `must be a list of periods, each a list of tiers, and is ${shown(value)}`);
  if (value.length > PERIODS_MAX) return fields.refuse(fields.path(name), `has ${value.length} periods, more than ${PERIODS_MAX}`);
  return value.length;
}

const NEVER_PRICED: readonly Tier[] = [{ upTo: null, price: "0" }];

/**
 * The periods of a structure that `periodCount` has counted; undefined when one cannot be used. What is wrong with a period
 * that is never in force is only listed.
 */
export function readStructure(fields: UrdbFields, name: string, kind: "energy" | "demand", inForce: ReadonlySet<number>): Structure | undefined {
  const before = fields.issues.length;
  const periods = (fields.take(name) as unknown[]).map((period, i) => {
    const path = fields.path(name, i);
    const read = (): readonly Tier[] => readTiers(fields, tiersOf(period), path, kind);
    return inForce.has(i) ? read() : (fields.tolerate(path, read) ?? NEVER_PRICED);
  });
  return fields.issues.length > before ? undefined : periods;
}

/** The bulk files wrap the tiers of a period: `{energyRateTiers: [...]}`. */
function tiersOf(period: unknown): unknown {
  if (typeof period !== "object" || period === null || Array.isArray(period)) return period;
  const wrapped = Object.entries(period).find(([key]) => /^(energy|demand|flatdemand|coincident)ratetiers$|^flatdemandtiers$/i.test(key));
  return wrapped === undefined ? [period] : wrapped[1];
}

function readTiers(fields: UrdbFields, tiers: unknown, path: string, kind: "energy" | "demand"): readonly Tier[] {
  if (!Array.isArray(tiers) || tiers.length === 0) {
    fields.refuse(path, `must be a list of tiers, and is ${shown(tiers)}`);
    return [];
  }
  if (tiers.length > TIERS_MAX) fields.refuse(path, `has ${tiers.length} tiers, more than ${TIERS_MAX}`);
  const read = tiers.map((tier: unknown, i) => readTier(fields, tier, `${path}.${i}`, kind));
  if (read.some((tier) => tier === undefined)) return [];
  return documentTiers(fields, read as ReadTier[], path, kind);
}

function readTier(fields: UrdbFields, tier: unknown, path: string, kind: "energy" | "demand"): ReadTier | undefined {
  if (typeof tier !== "object" || tier === null || Array.isArray(tier)) return fields.refuse(path, `must be a tier such as {"rate": 0.12}, and is ${shown(tier)}`);
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(tier)) {
    if (value !== null && value !== "") values.set(key.toLowerCase(), value);
    if (!["rate", "adj", "max", "unit", "sell"].includes(key.toLowerCase())) fields.leave(`${path}.${key}`, "is not a part of a tier known here", true);
  }
  if (values.has("sell")) fields.leave(`${path}.sell`, "what the utility pays for energy delivered to it is in the customer's net metering agreement", false);
  if (!values.has("rate") && !values.has("adj")) return fields.refuse(`${path}.rate`, "is missing; the tier has no price");
  const rate = fields.number(values.get("rate") ?? 0, `${path}.rate`, "a price");
  const adjustment = fields.number(values.get("adj") ?? 0, `${path}.adj`, "a price");
  const unit = kind === "energy" ? energyUnit(fields, values.get("unit"), `${path}.unit`) : demandUnit(fields, values.get("unit"), `${path}.unit`);
  const max = values.has("max") ? fields.number(values.get("max"), `${path}.max`, "the end of a tier") : null;
  if (rate === undefined || adjustment === undefined || unit === undefined || max === undefined) return undefined;
  const price = rate.plus(adjustment);
  if (price.abs().gt(PRICE_MAX)) return fields.refuse(`${path}.rate`, `$${price.toString()} per unit is more than $${PRICE_MAX}; check the decimal point and the unit`);
  if (price.minus(priceText(price)).abs().gt(NOISE)) fields.leave(`${path}.rate`, `$${price.toString()} is counted as $${priceText(price)}`, true);
  if (max !== null && max.lt(0)) return fields.refuse(`${path}.max`, `${max.toString()} is negative`);
  return { price, max, unit };
}

function energyUnit(fields: UrdbFields, unit: unknown, path: string): TierUnit | undefined {
  const name = unit === undefined ? "kwh" : typeof unit === "string" ? unit.trim().toLowerCase().replace(/\s+/g, " ") : "";
  if (Object.hasOwn(ENERGY_UNITS, name)) return ENERGY_UNITS[name]!;
  return fields.refuse(path, `${shown(unit)} is not a unit of energy tiers; use kWh, kWh/kW, kWh daily or kWh/kW daily`);
}

/** The unit is the structure's (`structureUnit`); here it only must be one. */
function demandUnit(fields: UrdbFields, unit: unknown, path: string): TierUnit | undefined {
  if (unit === undefined || isDemandUnit(unit)) return ENERGY_UNITS["kwh"]!;
  return fields.refuse(path, `${shown(unit)} is not a unit of demand; use ${DEMAND_UNITS.join(", ")}`);
}

const DEMAND_UNITS = ["kW", "kVA", "hp", "kW daily", "kVA daily", "hp daily"] as const;
export type DemandUnit = (typeof DEMAND_UNITS)[number];

function isDemandUnit(unit: unknown): boolean {
  return demandUnitNamed(unit) !== undefined;
}

/** The unit of demand of that name, whatever its capitals. */
export function demandUnitNamed(name: unknown): DemandUnit | undefined {
  return DEMAND_UNITS.find((unit) => typeof name === "string" && unit.toLowerCase() === name.trim().toLowerCase());
}

/** The unit of the structure's field, or the one that its tiers name. */
export function structureUnit(fields: UrdbFields, structure: string, field: string): DemandUnit | undefined {
  const named = fields.text(field);
  if (named !== undefined && demandUnitNamed(named) === undefined) return fields.refuse(fields.path(field), `${shown(named)} is not a unit of demand; use ${DEMAND_UNITS.join(", ")}`);
  const value = fields.peek(structure);
  const inTiers = (Array.isArray(value) ? value : []).flatMap((period: unknown) => tiersOf(period)).map((tier: unknown) => (typeof tier === "object" && tier !== null && "unit" in tier ? demandUnitNamed(tier.unit) : undefined));
  return [demandUnitNamed(named), ...inTiers].find((unit) => unit !== undefined && unit !== "kW") ?? "kW";
}

/** Ends must grow from tier to tier, and only the last tier has none. */
function documentTiers(fields: UrdbFields, tiers: readonly ReadTier[], path: string, kind: "energy" | "demand"): Tier[] {
  const list: Tier[] = [];
  let hours: Decimal | null = null;
  let before = new Decimal(0);
  const end = tiers.findIndex(({ max }, i) => max !== null && max.gte(UNLIMITED) && !tiers.slice(i + 1).some(({ unit }) => unit.perDemand));
  const reached = end < 0 ? tiers : tiers.slice(0, end + 1);
  if (reached.length < tiers.length) fields.leave(`${path}.${reached.length}`, "is never reached: the tier before has no end", false);
  reached.forEach(({ price, max, unit }, i) => {
    const last = i === reached.length - 1;
    const isOpen = max === null || max.gte(UNLIMITED);
    const text = { price: priceText(price), ...(unit.daily && !(last && isOpen) ? { widths: "day" as const } : {}) };
    if (last) {
      if (!isOpen) fields.leave(`${path}.${i}.max`, `usage above ${max.toString()} is in no tier of the file; it has the price of this last one`, true);
      list.push({ upTo: null, price: text.price });
      return;
    }
    // The unit of an open last tier says nothing: it has no end to count.
    const blocks: boolean = kind === "energy" && i + 1 < reached.length - 1 && reached[i + 1]!.unit.perDemand !== unit.perDemand;
    if (unit.perDemand) {
      if (isOpen) return void fields.refuse(`${path}.${i}.max`, "is missing; only the last tier has no end");
      if (max.gt(HOURS_MAX)) return void fields.refuse(`${path}.${i}.max`, `${max.toString()} kWh for each kW is more than any month has hours`);
      if (hours !== null && max.lte(hours)) return void fields.refuse(`${path}.${i}.max`, `${max.toString()} is not more than ${hours.toString()}, where the tier before ends`);
      hours = max;
      before = new Decimal(0);
      // A tier by kW that is followed by tiers in kWh is only their frame: they end at the latest where it ends.
      if (!blocks) list.push({ upTo: null, hours: quantityText(max), ...text });
      return;
    }
    // Inside a frame the last block may be open: it ends where the frame ends.
    if (isOpen && !(hours !== null && blocks)) return void fields.refuse(`${path}.${i}.max`, "is missing; only the last tier has no end, and usage beyond it would never reach the next");
    if (!isOpen && max.lte(before) && !max.eq(before)) return void fields.refuse(`${path}.${i}.max`, `${max.toString()} is less than ${before.toString()}, where the tier before ends`);
    if (!isOpen && max.eq(before)) return void fields.leave(`${path}.${i}`, "is empty: it ends where it begins", false);
    before = max ?? before;
    list.push({ upTo: isOpen ? null : quantityText(max), ...(hours === null ? {} : { hours: quantityText(hours) }), ...text });
  });
  return list;
}

/** Limits are counted in thousandths. */
function quantityText(limit: Decimal): string {
  return limit.toDecimalPlaces(3).toString();
}

/** A price of every tier is 0. */
export function isFree(structure: Structure): boolean {
  return structure.every((tiers) => tiers.every(({ price }) => new Decimal(price).isZero()));
}

/** The only price of a period without tiers, or null. */
export function onlyPrice(tiers: readonly Tier[]): string | null {
  return tiers.length === 1 ? tiers[0]!.price : null;
}

export function needsHoursUse(structure: Structure): boolean {
  return structure.some((tiers) => tiers.some(({ hours }) => hours !== undefined));
}
