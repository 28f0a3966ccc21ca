/** How head-ends write units, and what they are here. Names that mean two things in the trade are not guessed. */
import { unitOf, type Unit } from "../units.ts";
import { product, shifted } from "./decimal.ts";

/** A unit of ours, and by what a value must be multiplied to be in it: × factor × 10^power, both exact. */
export interface SourceUnit {
  readonly unit: Unit;
  readonly power: number;
  /** Exact decimal text; "1" for most. */
  readonly factor: string;
}

/** A value (canonical decimal text) of the source in our unit, or null where it is more than any meter counts. */
export function inUnit(value: string, { power, factor }: Pick<SourceUnit, "power" | "factor">): string | null {
  const scaled = factor === "1" ? value : product(value, factor);
  return scaled === null ? null : shifted(scaled, power);
}

const is = (unit: Unit, power = 0, factor = "1"): SourceUnit => ({ unit, power, factor });

/** By name in capitals without blanks, points, dashes, underscores and slashes. */
const NAMES: Readonly<Record<string, SourceUnit>> = {
  WH: is("Wh"), WATTHOUR: is("Wh"), WATTHOURS: is("Wh"),
  KWH: is("kWh"), KWHR: is("kWh"), KWHRS: is("kWh"), KILOWATTHOUR: is("kWh"), KILOWATTHOURS: is("kWh"),
  MWH: is("MWh"), MEGAWATTHOURS: is("MWh"),
  W: is("W"), WATT: is("W"), WATTS: is("W"), KW: is("kW"), KILOWATT: is("kW"), KILOWATTS: is("kW"), MW: is("MW"),
  VA: is("kVA", -3), KVA: is("kVA"), MVA: is("kVA", 3),
  VAR: is("kvar", -3), KVAR: is("kvar"), MVAR: is("kvar", 3),
  VARH: is("kvarh", -3), KVARH: is("kvarh"), KVARHR: is("kvarh"), MVARH: is("kvarh", 3),
  VAH: is("kVAh", -3), KVAH: is("kVAh"), MVAH: is("kVAh", 3),
  GAL: is("gal"), GALS: is("gal"), GALLON: is("gal"), GALLONS: is("gal"), USGAL: is("gal"), USG: is("gal"),
  "10GAL": is("gal", 1), "10GALLONS": is("gal", 1), GALX10: is("gal", 1),
  "100GAL": is("gal", 2), "100GALLONS": is("gal", 2), GALX100: is("gal", 2), HGAL: is("gal", 2),
  KGAL: is("kgal"), KGALS: is("kgal"), KGALLONS: is("kgal"), TGAL: is("kgal"), "1000GAL": is("kgal"), "1000GALLONS": is("kgal"), GALX1000: is("kgal"), THOUSANDGALLONS: is("kgal"), KILOGALLONS: is("kgal"),
  CF: is("ft3"), FT3: is("ft3"), "FT³": is("ft3"), CUFT: is("ft3"), CUFEET: is("ft3"), CFT: is("ft3"), CUBICFEET: is("ft3"), CUBICFOOT: is("ft3"), "FT^3": is("ft3"),
  "10CF": is("ft3", 1), "10CUFT": is("ft3", 1), CFX10: is("ft3", 1),
  CCF: is("ccf"), HCF: is("ccf"), "100CF": is("ccf"), "100CUFT": is("ccf"), CFX100: is("ccf"), "100CUBICFEET": is("ccf"), HUNDREDCUBICFEET: is("ccf"), CENTUMCUBICFEET: is("ccf"),
  MCF: is("mcf"), KCF: is("mcf"), "1000CF": is("mcf"), "1000CUFT": is("mcf"), CFX1000: is("mcf"), THOUSANDCUBICFEET: is("mcf"),
  M3: is("m3"), "M³": is("m3"), "M^3": is("m3"), CUM: is("m3"), CBM: is("m3"), CUBICMETER: is("m3"), CUBICMETERS: is("m3"), CUBICMETRE: is("m3"), CUBICMETRES: is("m3"), KL: is("m3"), KILOLITERS: is("m3"),
  L: is("L"), LTR: is("L"), LITER: is("L"), LITERS: is("L"), LITRE: is("L"), LITRES: is("L"),
  ACFT: is("ft3", 0, "43560"), ACREFEET: is("ft3", 0, "43560"), ACREFOOT: is("ft3", 0, "43560"), AF: is("ft3", 0, "43560"),
  THERM: is("therm"), THERMS: is("therm"), THM: is("therm"), DTH: is("dth"), DEKATHERM: is("dth"), DEKATHERMS: is("dth"), DECATHERM: is("dth"), DECATHERMS: is("dth"), DT: is("dth"),
  MMBTU: is("MMBtu"), BTU: is("MMBtu", -6),
};

/** Names that the trade uses for two quantities that differ a thousandfold. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  MGAL: "thousand or million gallons", MG: "million gallons or milligrams", TCF: "ten, thousand or trillion cubic feet", ML: "megaliters or milliliters",
};

/** Itron and others say behind the unit what it measures. */
const COMMODITY_SUFFIX = /(?:WAT|WATER|GAS|ELE|ELEC)$/;

const known = new Map<string, SourceUnit | null>();
const KNOWN_MAX = 1000;

/** What a source's name of a unit stands for, or null when it is unknown or ambiguous. */
export function sourceUnit(name: string): SourceUnit | null {
  const found = known.get(name);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  const unit = lookUp(name);
  known.set(name, unit);
  return unit;
}

function lookUp(name: string): SourceUnit | null {
  const folded = foldUnit(name);
  if (folded === "" || Object.hasOwn(AMBIGUOUS, folded)) return null;
  if (Object.hasOwn(NAMES, folded)) return NAMES[folded]!;
  const bare = folded.replace(COMMODITY_SUFFIX, "");
  if (bare !== folded && Object.hasOwn(NAMES, bare)) return NAMES[bare]!;
  const ours = unitOf(name.trim());
  return ours === null ? null : is(ours);
}

const foldUnit = (name: string): string => name.toUpperCase().replace(/[\s._/()-]+/g, "");

/** Why a name is not a unit, for a person. */
export function notUnit(name: string): string {
  if (name.trim() === "") return "no unit is given";
  const two = AMBIGUOUS[foldUnit(name)];
  return two === undefined ? `"${name.trim()}" is not a unit that is counted here` : `"${name.trim()}" may mean ${two}; have the head-end write it out`;
}

/** The volume unit that a meter's description names, as in "5/8x3/4in 9D 0.001CuFt", or null. */
export function unitInWords(description: string): SourceUnit | null {
  for (const [pattern, unit] of IN_WORDS) if (pattern.test(description)) return unit;
  return null;
}

const IN_WORDS: readonly (readonly [RegExp, SourceUnit])[] = [
  [/\bccf\b|100\s*cu\.?\s*ft/i, is("ccf")],
  [/cu\.?\s*ft|cubic\s*f(?:ee|oo)t|\d\s*cf\b|\bcf\b/i, is("ft3")],
  [/\bkgal|1,?000\s*gal/i, is("kgal")],
  [/\bgal|\d\s*gal/i, is("gal")],
  [/\bm3\b|cu\.?\s*m(?:et|\b)|cubic\s*met/i, is("m3")],
];
