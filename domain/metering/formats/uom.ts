/** Codes of IEC 61968-9 that Green Button (ESPI) shares: units of measure, accumulation, flow and quality. */
import type { Quality } from "../channel.ts";
import type { Unit } from "../units.ts";
import type { SourceUnit } from "./source-units.ts";

const is = (unit: Unit, power = 0): SourceUnit => ({ unit, power, factor: "1" });

/** UnitSymbolKind. Volts, amperes and their like are no quantities that are billed, and not among them. */
const UNITS: Readonly<Record<string, SourceUnit>> = {
  "38": is("W"), "61": is("kVA", -3), "63": is("kvar", -3), "71": is("kVAh", -3), "72": is("Wh"), "73": is("kvarh", -3),
  "42": is("m3"), "166": is("m3"), "167": is("m3"), "119": is("ft3"), "120": is("ft3"), "121": is("ft3"), "128": is("gal"), "134": is("L"), "156": is("L"), "157": is("L"),
  "132": is("MMBtu", -6), "169": is("therm"),
};

const WORDS: Readonly<Record<string, string>> = { "29": "volts", "5": "amperes", "33": "hertz", "65": "power factor", "153": "power factor", "31": "joules", "130": "imperial gallons", "23": "degrees", "0": "nothing", "80": "money" };

export function unitOfMeasure(code: string): SourceUnit | null {
  return UNITS[code] ?? null;
}

export function notUnitOfMeasure(code: string): string {
  if (code === "") return "the reading type names no unit of measure";
  const word = WORDS[code];
  return `unit of measure ${code}${word ? ` (${word})` : ""} is not counted here`;
}

/** AccumulationKind: what a dial shows. Delta data and what is shown for a moment are of an interval. */
const REGISTERS = new Set(["1", "2", "3", "9", "13", "14"]);

export function isRegister(accumulation: string): boolean {
  return REGISTERS.has(accumulation);
}

/** FlowDirectionKind, as channels are called. */
const FLOWS: Readonly<Record<string, string>> = { "1": "delivered", "4": "net", "8": "delivered", "10": "received", "19": "received", "20": "total", "15": "q1", "16": "q2", "17": "q3", "18": "q4" };

export function flowName(direction: string): string | null {
  return FLOWS[direction] ?? null;
}

/** QualityOfReading of ESPI; what is not told is good. */
const QUALITIES: Readonly<Record<string, Quality>> = {
  "0": "actual", "7": "edited", "8": "estimated", "9": "estimated", "10": "questionable", "11": "estimated", "12": "estimated", "13": "estimated",
  "14": "actual", "15": "estimated", "16": "questionable", "17": "actual", "18": "actual", "19": "actual",
};

export function espiQuality(code: string): Quality {
  return code === "" ? "actual" : (QUALITIES[code] ?? "questionable");
}

const WORST: readonly Quality[] = ["actual", "edited", "estimated", "questionable", "outage"];

export function worse(a: Quality, b: Quality): Quality {
  return WORST.indexOf(b) > WORST.indexOf(a) ? b : a;
}

/** TimeAttributeKind and measuringPeriod, in minutes. */
const PERIODS: Readonly<Record<string, number>> = { "1": 10, "2": 15, "3": 1, "4": 1440, "5": 30, "6": 5, "7": 60, "10": 2, "14": 3, "31": 20, "50": 60, "51": 30, "52": 20, "53": 15, "54": 10, "55": 5, "56": 1 };

export function periodMinutes(code: string): number | null {
  return PERIODS[code] ?? null;
}
