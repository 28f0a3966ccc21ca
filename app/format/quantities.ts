/**
 * Quantities as people read them. A quantity is an integer of thousandths of its unit (`Milli`); a
 * person sees it in the unit they know, rounded half up for display only.
 */
import type { Milli, Unit } from "../../domain/metering/units.ts";
import type { Locale } from "../i18n/translate.ts";

export type { Milli, Unit };

interface UnitWords {
  /** Digits after the point that a person needs. */
  readonly digits: number;
  /** As written after a figure in a table or on an axis. */
  readonly short: string;
  /** As written in a sentence: one, many. */
  readonly words: Readonly<Record<Locale, readonly [one: string, many: string]>>;
  /** Shown to people in another unit: 1 kgal is 1,000 gallons. */
  readonly shownAs?: { readonly unit: Unit; readonly times: number };
}

const same = (one: string, many = one): UnitWords["words"] => ({ en: [one, many], es: [one, many] });

const UNITS: Readonly<Record<Unit, UnitWords>> = {
  kWh: { digits: 1, short: "kWh", words: same("kWh") },
  kW: { digits: 1, short: "kW", words: same("kW") },
  kVA: { digits: 1, short: "kVA", words: same("kVA") },
  kvarh: { digits: 1, short: "kvarh", words: same("kvarh") },
  kvar: { digits: 1, short: "kvar", words: same("kvar") },
  kVAh: { digits: 1, short: "kVAh", words: same("kVAh") },
  Wh: { digits: 0, short: "Wh", words: same("Wh") },
  MWh: { digits: 3, short: "MWh", words: same("MWh") },
  W: { digits: 0, short: "W", words: same("W") },
  MW: { digits: 3, short: "MW", words: same("MW") },
  L: { digits: 0, short: "L", words: { en: ["liter", "liters"], es: ["litro", "litros"] } },
  mcf: { digits: 2, short: "mcf", words: { en: ["thousand cubic feet", "thousand cubic feet"], es: ["mil pies cúbicos", "mil pies cúbicos"] } },
  dth: { digits: 2, short: "dth", words: { en: ["dekatherm", "dekatherms"], es: ["decatermia", "decatermias"] } },
  MMBtu: { digits: 2, short: "MMBtu", words: same("MMBtu") },
  gal: { digits: 0, short: "gal", words: { en: ["gallon", "gallons"], es: ["galón", "galones"] } },
  kgal: { digits: 3, short: "kgal", words: { en: ["thousand gallons", "thousand gallons"], es: ["mil galones", "mil galones"] }, shownAs: { unit: "gal", times: 1000 } },
  ccf: { digits: 2, short: "ccf", words: { en: ["hundred cubic feet", "hundred cubic feet"], es: ["cien pies cúbicos", "cien pies cúbicos"] } },
  ft3: { digits: 0, short: "ft³", words: { en: ["cubic foot", "cubic feet"], es: ["pie cúbico", "pies cúbicos"] } },
  m3: { digits: 2, short: "m³", words: { en: ["cubic meter", "cubic meters"], es: ["metro cúbico", "metros cúbicos"] } },
  therm: { digits: 2, short: "therms", words: { en: ["therm", "therms"], es: ["termia", "termias"] } },
};

/** `value` thousandths with at most `digits` decimals: 1234500, 1 gives "1,234.5"; integers all the way. */
export function formatMilli(value: Milli, digits = 3): string {
  const step = 10 ** (3 - digits);
  const rounded = Math.floor((Math.abs(value) + step / 2) / step);
  const scale = 10 ** digits;
  const whole = String(Math.floor(rounded / scale)).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits ? `.${String(rounded % scale).padStart(digits, "0")}` : "";
  return `${value < 0 && rounded > 0 ? "−" : ""}${whole}${fraction}`;
}

/** A whole number with commas: 12345 gives "12,345". */
export function formatCount(value: number): string {
  return formatMilli(Math.round(value) * 1000, 0);
}

/** Thousandths as a percent: 125 gives "12.5%", 120 gives "12%". */
export function formatPerMille(value: number): string {
  return `${formatMilli(value * 100, value % 10 ? 1 : 0)}%`;
}

export interface QuantityForm {
  /** `words` "6,120 gallons" (default) · `short` "6,120 gal" · `bare` "6,120". */
  readonly form?: "words" | "short" | "bare";
  /** Decimals instead of the unit's own. */
  readonly digits?: number;
  /** As metered: no change of unit (staff). */
  readonly metered?: boolean;
}

/** A quantity with its unit: 1234500 kWh gives "1,234.5 kWh", 6120 kgal gives "6,120 gallons". */
export function formatQuantity(locale: Locale, value: Milli, unit: Unit, { form = "words", digits, metered = false }: QuantityForm = {}): string {
  const other = metered ? undefined : UNITS[unit].shownAs;
  if (other) return formatQuantity(locale, value * other.times, other.unit, { form, digits });
  const { digits: usual, short, words } = UNITS[unit];
  const figure = formatMilli(value, digits ?? usual);
  if (form === "bare") return figure;
  return `${figure} ${form === "short" ? short : words[locale][figure === "1" ? 0 : 1]}`;
}

/** The unit that people see for a channel's unit, and how many of it one is. */
export function shownUnit(unit: Unit): { unit: Unit; times: number } {
  return UNITS[unit].shownAs ?? { unit, times: 1 };
}

/** The unit's name alone, as on an axis or a column head. */
export function unitName(unit: Unit, locale: Locale = "en", form: "words" | "short" = "short"): string {
  return form === "short" ? UNITS[unit].short : UNITS[unit].words[locale][1];
}

/** What a price is for: "1,000 gallons", "kWh", "hundred cubic feet". */
export function perUnit(locale: Locale, unit: Unit): string {
  const other = UNITS[unit].shownAs;
  return other ? `${formatCount(other.times)} ${UNITS[other.unit].words[locale][1]}` : UNITS[unit].words[locale][0];
}

/** Sentences that were frozen with a bill count water in the tariff's thousands; people count gallons. */
export function inGallons(text: string, locale: Locale): string {
  return text.replace(/(\d[\d,]*)(?:\.(\d{1,3}))? (?:thousand gallons|mil galones|kgal)\b/g, (_, whole: string, fraction: string | undefined) =>
    formatQuantity(locale, Number(whole.replaceAll(",", "")) * 1000 + Number((fraction ?? "").padEnd(3, "0")), "kgal"));
}
