/**
 * Units of measure and exact quantities. A quantity is an integer number of thousandths of its unit (`Milli`),
 * so that sums are exact; decimal text becomes a quantity digit by digit, never through binary fractions.
 */
import type { Commodity } from "./channel.ts";

/** Integer thousandths of a unit: 12.345 kWh = 12345. */
export type Milli = number;

export type Dimension = "volume" | "energy" | "heat" | "power" | "apparent-power" | "reactive-power" | "reactive-energy" | "apparent-energy";

interface UnitFacts {
  readonly dimension: Dimension;
  /** Size in the dimension's base unit; an integer, so that every ratio of two units is exact. */
  readonly size: number;
  readonly label: string;
}

/**
 * Volume is counted in 10⁻¹² m³: the inch is 25.4 mm by definition, the US gallon 231 in³, the foot 12 in.
 * Energy in Wh, heat in Btu (a therm is 100,000 Btu), power in W and its kin.
 * Heat and volume of gas are joined by a dated heat content and pressure factor, not by a unit: there is no such conversion here.
 */
export const UNITS = {
  gal: { dimension: "volume", size: 3_785_411_784, label: "gallons" },
  kgal: { dimension: "volume", size: 3_785_411_784_000, label: "thousand gallons" },
  ft3: { dimension: "volume", size: 28_316_846_592, label: "cubic feet" },
  ccf: { dimension: "volume", size: 2_831_684_659_200, label: "hundred cubic feet" },
  mcf: { dimension: "volume", size: 28_316_846_592_000, label: "thousand cubic feet" },
  m3: { dimension: "volume", size: 1_000_000_000_000, label: "cubic meters" },
  L: { dimension: "volume", size: 1_000_000_000, label: "liters" },
  Wh: { dimension: "energy", size: 1, label: "watt-hours" },
  kWh: { dimension: "energy", size: 1_000, label: "kilowatt-hours" },
  MWh: { dimension: "energy", size: 1_000_000, label: "megawatt-hours" },
  therm: { dimension: "heat", size: 100_000, label: "therms" },
  dth: { dimension: "heat", size: 1_000_000, label: "dekatherms" },
  MMBtu: { dimension: "heat", size: 1_000_000, label: "million Btu" },
  W: { dimension: "power", size: 1, label: "watts" },
  kW: { dimension: "power", size: 1_000, label: "kilowatts" },
  MW: { dimension: "power", size: 1_000_000, label: "megawatts" },
  kVA: { dimension: "apparent-power", size: 1_000, label: "kilovolt-amperes" },
  kvar: { dimension: "reactive-power", size: 1_000, label: "kilovars" },
  kvarh: { dimension: "reactive-energy", size: 1_000, label: "kilovar-hours" },
  kVAh: { dimension: "apparent-energy", size: 1_000, label: "kilovolt-ampere-hours" },
} as const satisfies Record<string, UnitFacts>;

export type Unit = keyof typeof UNITS;

export const UNIT_NAMES = Object.keys(UNITS) as Unit[];

/** The units in which a commodity's channels may count. */
export const UNITS_OF: Readonly<Record<Commodity, readonly Unit[]>> = {
  water: ["gal", "kgal", "ft3", "ccf", "m3", "L"],
  electric: ["kWh", "Wh", "MWh", "kW", "W", "MW", "kVA", "kvar", "kvarh", "kVAh"],
  gas: ["ccf", "mcf", "ft3", "m3", "therm", "dth", "MMBtu"],
};

const BY_FOLDED_NAME = new Map(UNIT_NAMES.map((unit) => [unit.toLowerCase(), unit]));

/** Largest amount of a quantity, in whole units; keeps every sum of a billing period far inside 2^53 thousandths. */
export const QUANTITY_MAX_UNITS = 1_000_000_000_000;

/** Interval values are stored as int32; its lowest value means "no value". */
export const INTERVAL_MAX: Milli = 2_147_483_647;
export const INTERVAL_MIN: Milli = -2_147_483_647;

/** Digits after the point beyond this are a broken sender, not a measurement. */
const DECIMALS_MAX = 30;

/** The unit of that name, whatever its capitals, or null. */
export function unitOf(name: string): Unit | null {
  if (Object.hasOwn(UNITS, name)) return name as Unit;
  return BY_FOLDED_NAME.get(name.toLowerCase()) ?? null;
}

export function sameDimension(a: Unit, b: Unit): boolean {
  return UNITS[a].dimension === UNITS[b].dimension;
}

/** What is delivered and billed as use: not reactive energy beside it, nor how fast it went. */
export function isUse(unit: Unit): boolean {
  return USE.has(UNITS[unit].dimension);
}

const USE: ReadonlySet<Dimension> = new Set(["volume", "energy", "heat"]);

/** A ratio in lowest terms: a × num ÷ den. Integers, den > 0. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

/**
 * How many `to` one `from` is. Errors: a `RangeError` when the two measure different things.
 * A kgal is 1000/1 gal, a ccf 57600/77 gal.
 */
export function unitRatio(from: Unit, to: Unit): Ratio {
  if (!sameDimension(from, to)) throw new RangeError(`${from} measures ${UNITS[from].dimension}, ${to} measures ${UNITS[to].dimension}: no unit conversion joins them`);
  return lowestTerms(UNITS[from].size, UNITS[to].size);
}

/** The quantity in another unit of the same dimension, rounded half away from zero to a thousandth. */
export function convertMilli(value: Milli, from: Unit, to: Unit): Milli {
  return from === to ? value : timesRatio(value, unitRatio(from, to));
}

/** The quantity in another unit, or null when that would need more than thousandths. */
export function convertExactly(value: Milli, from: Unit, to: Unit): Milli | null {
  if (from === to) return value;
  const { num, den } = unitRatio(from, to);
  const product = BigInt(value) * BigInt(num);
  return product % BigInt(den) === 0n ? Number(product / BigInt(den)) : null;
}

/** value × num ÷ den, rounded half away from zero; exact however large the product. */
export function timesRatio(value: Milli, { num, den }: Ratio): Milli {
  if (den === 1 && num === 1) return value;
  const product = value * num;
  if (!Number.isSafeInteger(product)) return checked(bigTimesRatio(value, num, den));
  if (den === 1) return product;
  const size = Math.abs(product);
  const rest = size % den;
  const rounded = (size - rest) / den + (rest * 2 >= den ? 1 : 0);
  return product < 0 && rounded > 0 ? -rounded : rounded;
}

function bigTimesRatio(value: number, num: number, den: number): number {
  const product = BigInt(value) * BigInt(num);
  const size = product < 0n ? -product : product;
  const rounded = (size * 2n + BigInt(den)) / (2n * BigInt(den));
  return Number(product < 0n ? -rounded : rounded);
}

function checked(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`quantity ${value} is beyond what is counted exactly`);
  return value;
}

const multipliers = new Map<string, Ratio>();
const MULTIPLIERS_MAX = 10_000;

/**
 * A meter's multiplier from its exact decimal text. Errors: a `RangeError` unless it is a positive plain decimal
 * of at most nine digits on either side of the point.
 */
export function multiplierRatio(text: string): Ratio {
  const known = multipliers.get(text);
  if (known) return known;
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text);
  const decimals = match?.[2] ?? "";
  const digits = match ? Number(match[1] + decimals) : 0;
  if (digits === 0) throw new RangeError(`multiplier "${text}" must be a positive decimal such as 1, 40 or 0.1`);
  const ratio = lowestTerms(digits, 10 ** decimals.length);
  if (multipliers.size >= MULTIPLIERS_MAX) multipliers.clear();
  multipliers.set(text, ratio);
  return ratio;
}

/** What went through the meter: reading × multiplier. */
export function timesMultiplier(reading: Milli, multiplier: string): Milli {
  return multiplier === "1" ? reading : timesRatio(reading, multiplierRatio(multiplier));
}

function lowestTerms(num: number, den: number): Ratio {
  let a = num;
  let b = den;
  while (b !== 0) [a, b] = [b, a % b];
  return { num: num / a, den: den / a };
}

/**
 * Thousandths from what a sender wrote, or null when it is not a decimal number within limits.
 * Three decimals are kept as they are; further ones are rounded half away from zero.
 * A JSON number is taken as the shortest decimal that stands for it, which is what its sender wrote.
 */
export function parseMilli(input: number | string): Milli | null {
  if (typeof input === "string") return milliFromText(input);
  if (Number.isInteger(input)) return Math.abs(input) <= QUANTITY_MAX_UNITS ? input * 1000 + 0 : null;
  if (!Number.isFinite(input)) return null;
  // When the nearest double of thousandths/1000 is the input itself, the sender wrote exactly that decimal.
  const thousandths = Math.round(input * 1000);
  if (Math.abs(thousandths) <= INTERVAL_MAX && thousandths / 1000 === input) return thousandths;
  return milliFromText(String(input));
}

/**
 * Thousandths from what a person typed, or null. Unlike a head-end's number it is taken as it stands or not at all: no
 * exponent, and no digit that would be rounded away without a word.
 */
export function typedMilli(text: string): Milli | null {
  return /^[+-]?(?:\d+(?:\.\d{0,3}0*)?|\.\d{1,3}0*)$/.test(text.trim()) ? milliFromText(text) : null;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

function milliFromText(raw: string): Milli | null {
  const match = DECIMAL.exec(raw.trim());
  if (!match) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole.length + fraction.length === 0 || fraction.length > DECIMALS_MAX) return null;
  const digits = (whole + fraction).replace(/^0+(?=\d)/, "");
  if (digits === "0") return 0;
  // The value is digits × 10^(exponent − fraction.length); thousandths shift it by three more.
  const shift = Number(exponent) - fraction.length + 3;
  const size = shiftDecimal(digits, shift);
  if (size === null || size > QUANTITY_MAX_UNITS * 1000) return null;
  return sign === "-" && size > 0 ? -size : size;
}

/** digits × 10^shift as an integer, rounded half up; null when too large to count. */
function shiftDecimal(digits: string, shift: number): number | null {
  if (digits.length + shift > 16) return null;
  if (shift >= 0) return Number(digits) * 10 ** shift;
  const cut = digits.length + shift;
  if (cut < 0) return 0;
  const kept = cut === 0 ? 0 : Number(digits.slice(0, cut));
  return digits.charCodeAt(cut) >= 53 ? kept + 1 : kept;
}

/** The quantity as a person writes it, without trailing zeros: 12300 → "12.3", 1234567000 → "1,234,567". */
export function milliText(value: Milli): string {
  const size = Math.abs(value);
  const fraction = String(size % 1000).padStart(3, "0").replace(/0+$/, "");
  const whole = String(Math.floor(size / 1000)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** The quantity as a person reads it: "12.3 kWh". */
export function quantityText(value: Milli, unit: Unit): string {
  return `${milliText(value)} ${unit}`;
}
