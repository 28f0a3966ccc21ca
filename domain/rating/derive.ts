/**
 * Quantities that a rate derives from what was measured, before anything is priced: heat from volume, agreed use of what has
 * no meter, the winter's average. Integers throughout, rounded once where the document says. Each comes with a sentence.
 */
import { daysBetween, eachDay, type Period } from "../calendar/local-date.ts";
import { convertMilli, milliText, sameDimension, timesRatio, type Milli, type Unit } from "../metering/units.ts";
import { countOf, partOf } from "./assess.ts";
import type { CompiledRate } from "./compile.ts";
import { ONE_BANK, settledName, unitOfDerived, type CompiledDerived, type CompiledHeat, type CompiledNetMetering, type CompiledUnmetered, type CompiledWinterAverage, type ScaledFactors } from "./derived.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { amountOf, days, inLanguage, listed, said, type Language } from "./explain.ts";
import { isProrated } from "./period.ts";
import type { Text } from "./schema.ts";

/** The determinant under which billing gives the average of the winter. */
export const WINTER_AVERAGE = "winterAverage";

interface DerivedQuantity {
  readonly value: Milli;
  readonly note: Text;
  /** Further quantities, by their names. */
  readonly more?: Readonly<Record<string, Milli>>;
  /** What the bank holds afterwards. */
  readonly bank?: Readonly<Record<string, Milli>>;
}

/** The determinants with what the rate derives from them. Errors: a `RatingError` naming what is missing. */
export function withDerived(rate: CompiledRate, given: Determinants): Determinants {
  let known = given;
  for (const each of rate.derived) {
    const { rule } = each;
    const { value, note, more = {}, bank } = deriveOne(each, known, rate);
    const unit = unitOfDerived(rule, rate.document);
    const quantities = Object.fromEntries(Object.entries({ [rule.id]: value, ...more }).map(([name, quantity]) => [name, { [unit]: quantity }]));
    known = { ...known, quantities: { ...known.quantities, ...quantities }, notes: { ...known.notes, [rule.id]: note }, ...(bank === undefined ? {} : { bank }) };
  }
  return known;
}

function deriveOne(derived: CompiledDerived, given: Determinants, rate: CompiledRate): DerivedQuantity {
  switch (derived.kind) {
    case "heat": return heatOf(derived, given, rate);
    case "unmetered": return unmeteredUse(derived, given, rate);
    case "winter-average": return winterUse(derived, given, rate);
    case "net-metering": return netUse(derived, given, rate);
  }
}

function wholePeriod({ billPeriod, from, to }: Determinants): Period {
  return billPeriod ?? { from, to };
}

/** A given quantity in the unit, checked. */
function given(name: string, unit: Unit, { quantities }: Determinants): Milli {
  const byUnit = quantities[name];
  const from = byUnit === undefined ? undefined : (Object.keys(byUnit) as Unit[]).find((each) => each === unit) ?? (Object.keys(byUnit) as Unit[]).find((each) => sameDimension(each, unit));
  if (from === undefined) throw new RatingError(`quantities.${name}`, `is needed in ${unit} by this rate and not given`);
  const value = convertMilli(byUnit![from]!, from, unit);
  if (!Number.isSafeInteger(value)) throw new RatingError(`quantities.${name}.${unit}`, `${value} is not a whole number of thousandths`);
  if (value < 0) throw new RatingError(`quantities.${name}.${unit}`, `${value / 1000} ${unit} is negative; a credit never makes negative consumption`);
  return value;
}

// ---- heat -----------------------------------------------------------------------------------------------------

const MODES = { "half-up": "half-up", down: "down", up: "up" } as const;
type Mode = keyof typeof MODES;

/** numerator ÷ denominator, neither negative, as an integer. */
function divided(numerator: bigint, denominator: bigint, mode: Mode): bigint {
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  const up = mode === "up" ? rest > 0n : mode === "half-up" && rest * 2n >= denominator;
  return up ? whole + 1n : whole;
}

function factorOn(factors: ScaledFactors | null, day: string): ScaledFactors["rows"][number] {
  return factors?.rows.find(({ from }) => from <= day) ?? { from: "", factor: 1, text: "1" };
}

/** Volume of each run of days with the same factors, times them; the volume falls on the days by their number. */
function heatOf({ rule, pressure, heatContent }: CompiledHeat, determinants: Determinants, { document }: CompiledRate): DerivedQuantity {
  const whole = wholePeriod(determinants);
  const volume = given(rule.of, document.unit, determinants);
  const calendar = eachDay(whole);
  const runs: { from: number; to: number; pressure: ScaledFactors["rows"][number]; heat: ScaledFactors["rows"][number] }[] = [];
  calendar.forEach((day, i) => {
    const [p, h] = [factorOn(pressure, day), factorOn(heatContent, day)];
    const last = runs.at(-1);
    if (last !== undefined && last.pressure.from === p.from && last.heat.from === h.from) last.to = i + 1;
    else runs.push({ from: i, to: i + 1, pressure: p, heat: h });
  });
  const parts = runs.map((run) => ({ ...run, volume: partOf(volume, run.from, run.to, calendar.length) }));
  const scale = 10n ** BigInt((pressure?.decimals ?? 0) + heatContent.decimals);
  const quantum = 10n ** BigInt(3 - rule.round.decimals);
  const product = parts.reduce((sum, part) => sum + BigInt(part.volume) * BigInt(part.pressure.factor) * BigInt(part.heat.factor), 0n);
  const value = Number(divided(product, scale * quantum, rule.round.mode) * quantum);
  const reckoned = (language: Language): string => {
    const per = language === "en" ? `${said(rule.unit, "en")} in each ${document.unit}` : `${said(rule.unit, "es")} por ${document.unit}`;
    const each = parts.map((part) => `${amountOf(part.volume, document.unit, language)}${pressure === null ? "" : ` × ${language === "en" ? "pressure factor" : "factor de presión"} ${part.pressure.text}`} × ${part.heat.text} ${per}`);
    return `${listed(each, language)} ${language === "en" ? "make" : "son"} ${amountOf(value, rule.unit, language)}.`;
  };
  return { value, note: { en: reckoned("en"), es: reckoned("es") } };
}

// ---- net metering ---------------------------------------------------------------------------------------------

/**
 * What a bill leaves in the customer's bank of kWh, by the rate that counts on its last day; null for a rate without one.
 * Errors: a `RatingError` naming what is missing.
 */
export function bankAfter(rate: CompiledRate, given: Determinants): Readonly<Record<string, Milli>> | null {
  return rate.derived.some(({ kind }) => kind === "net-metering") ? (withDerived(rate, given).bank ?? {}) : null;
}

/** By period: taken less sent back, never below nothing; what is over goes to the bank, what is missing comes out of it. */
function netUse({ rule, banks }: CompiledNetMetering, determinants: Determinants, { document }: CompiledRate): DerivedQuantity {
  const { unit } = document;
  const whole = wholePeriod(determinants);
  const register = (name: string, bank: string): Milli => given(bank === ONE_BANK ? name : `${name}.${bank}`, unit, determinants);
  const settles = rule.settle === "every-bill" || reaches(whole, rule.settle.month);
  const periods = banks.map(({ id, name }) => {
    const [taken, sent, before] = [register("usage", id), register("received", id), determinants.bank?.[id] ?? 0];
    if (!Number.isSafeInteger(before) || before < 0) throw new RatingError(`bank.${id}`, `${before} is not a whole number of thousandths, zero or more`);
    const net = taken - sent;
    const drawn = net > 0 ? Math.min(net, before) : 0;
    return { id, name, taken, sent, billed: Math.max(0, net) - drawn, drawn, saved: net < 0 ? -net : 0, after: before - drawn + (net < 0 ? -net : 0) };
  });
  const settled = settles ? periods.reduce((sum, { after }) => sum + after, 0) : 0;
  const text = (language: Language): string => periods.map((period) => netSentence(period, settles, unit, language)).join(" ");
  return {
    value: periods.reduce((sum, { billed }) => sum + billed, 0),
    more: { [settledName(rule.id)]: settled, ...(rule.schedule === undefined ? {} : Object.fromEntries(periods.map(({ id, billed }) => [`${rule.id}.${id}`, billed]))) },
    bank: Object.fromEntries(periods.map(({ id, after }) => [id, settles ? 0 : after])),
    note: { en: text("en"), es: text("es") },
  };
}

/** Whether a bill's period ends on the first of the month or later, having begun before it. */
function reaches({ from, to }: Period, month: number): boolean {
  const first = (year: number): string => `${year}-${String(month).padStart(2, "0")}-01`;
  return [Number(from.slice(0, 4)), Number(to.slice(0, 4))].some((year) => from < first(year) && first(year) <= to);
}

interface NetPeriod {
  readonly name: Text | null;
  readonly taken: Milli;
  readonly sent: Milli;
  readonly drawn: Milli;
  readonly saved: Milli;
  readonly after: Milli;
}

function netSentence({ name, taken, sent, drawn, saved, after }: NetPeriod, settles: boolean, unit: Unit, language: Language): string {
  const english = language === "en";
  const kwh = (milli: Milli): string => amountOf(milli, unit, language);
  const where = name === null ? "" : `${inLanguage(name, language)}: `;
  const parts = [english ? `You took ${kwh(taken)} and sent back ${kwh(sent)}.` : `Usted tomó ${kwh(taken)} y devolvió ${kwh(sent)}.`];
  if (drawn > 0) parts.push(english ? `${kwh(drawn)} came out of your bank.` : `${kwh(drawn)} salieron de su banco.`);
  if (saved > 0) parts.push(english ? `${kwh(saved)} went into your bank.` : `${kwh(saved)} entraron en su banco.`);
  if (settles && after > 0) parts.push(english ? `Your bank of ${kwh(after)} is settled with this bill and begins anew.` : `Su banco de ${kwh(after)} se liquida con esta factura y comienza de nuevo.`);
  else parts.push(english ? `Your bank holds ${kwh(settles ? 0 : after)}.` : `Su banco tiene ${kwh(settles ? 0 : after)}.`);
  return `${where}${parts.join(" ")}`;
}

// ---- what has no meter ----------------------------------------------------------------------------------------

const SWITCHES_ON = { shortLong: true, firstFinal: true } as const;

function unmeteredUse({ rule, uses, decimals }: CompiledUnmetered, determinants: Determinants, rate: CompiledRate): DerivedQuantity {
  const whole = wholePeriod(determinants);
  const wholeDays = daysBetween(whole.from, whole.to);
  const counts = rule.items.map(({ count }) => countOf(count, rate, determinants));
  const standard100 = Math.round((determinants.standardDays ?? 0) * 100) || rate.standardDays100;
  const prorated = isProrated(rate, wholeDays, determinants, SWITCHES_ON);
  const [num, den] = rule.per === "day" ? [wholeDays, 1] : prorated ? [wholeDays * 100, standard100] : [1, 1];
  const sum = uses.reduce((total, use, i) => total + BigInt(use) * BigInt(counts[i]!), 0n);
  const value = Number(divided(sum * BigInt(num), 10n ** BigInt(decimals) * BigInt(den), "half-up"));
  const reckoned = (language: Language): string => {
    const english = language === "en";
    const each = rule.items.flatMap((item, i) => (counts[i] === 0 ? [] : [`${milliText(counts[i]!)} × ${inLanguage(item.name, language)} ${english ? "at" : "a"} ${item.each} ${rule.unit}${rule.per === "day" ? (english ? " a day" : " por día") : ""}`]));
    const span = rule.per === "day" || prorated ? (english ? `, for ${days(wholeDays, "en")}` : `, por ${days(wholeDays, "es")}`) : "";
    return `${each.length === 0 ? (english ? "Nothing is installed" : "No hay nada instalado") : `${listed(each, language)}${span}`}: ${amountOf(value, rule.unit, language)}.`;
  };
  return { value, note: { en: reckoned("en"), es: reckoned("es") } };
}

// ---- the winter's average -------------------------------------------------------------------------------------

interface Judged {
  /** For the average's days; a customer's actual use is for the period as it is. */
  readonly value: Milli;
  readonly isActual: boolean;
  readonly en: string;
  readonly es: string;
}

function winterUse(derived: CompiledWinterAverage, determinants: Determinants, rate: CompiledRate): DerivedQuantity {
  const { rule, averageDays100 } = derived;
  const { unit } = rate.document;
  const whole = wholePeriod(determinants);
  const wholeDays = daysBetween(whole.from, whole.to);
  const prorated = isProrated(rate, wholeDays, determinants, SWITCHES_ON);
  const forPeriod = (average: Milli): Milli => (prorated ? timesRatio(average, { num: wholeDays * 100, den: averageDays100 }) : average);
  const judged = averageOf(derived, determinants, rate);
  const share = prorated && !judged.isActual;
  const value = judged.isActual ? judged.value : forPeriod(judged.value);
  const text = (language: Language): string => `${judged[language]}${share ? (language === "en" ? ` For ${days(wholeDays, "en")} that is ${amountOf(value, unit, "en")}.` : ` Por ${days(wholeDays, "es")} son ${amountOf(value, unit, "es")}.`) : ""}`;
  const takesLesser = !judged.isActual && (determinants.quantities[WINTER_AVERAGE] === undefined ? rule.without === "lesser-of-actual-and-class" : rule.bill === "lesser");
  const actual = takesLesser ? given(rule.of, unit, determinants) : Infinity;
  if (actual >= value) return { value, note: { en: text("en"), es: text("es") } };
  return {
    value: actual,
    note: { en: `${text("en")} You used ${amountOf(actual, unit, "en")}, which is less and is what counts.`, es: `${text("es")} Usted usó ${amountOf(actual, unit, "es")}, que es menos y es lo que cuenta.` },
  };
}

/** The average that counts for this customer, within its bounds; or their actual use. */
function averageOf({ rule, floor, cap, fallback, classAverages }: CompiledWinterAverage, determinants: Determinants, { document: { unit } }: CompiledRate): Judged {
  const bounded = (value: Milli): Milli => Math.min(cap, Math.max(floor, value));
  if (determinants.quantities[WINTER_AVERAGE] !== undefined) {
    const average = given(WINTER_AVERAGE, unit, determinants);
    const value = bounded(average);
    const basis = determinants.notes?.[WINTER_AVERAGE];
    const limit = (language: Language): string => {
      if (value === average) return "";
      if (language === "en") return `${value > average ? " At least" : " At most"} ${amountOf(value, unit, "en")} is charged.`;
      return `${value > average ? " Se cobra al menos" : " Se cobra a lo sumo"} ${amountOf(value, unit, "es")}.`;
    };
    return {
      value, isActual: false,
      en: `Your winter average is ${amountOf(average, unit, "en")}.${basis === undefined ? "" : ` ${basis.en}`}${limit("en")}`,
      es: `Su promedio de invierno es ${amountOf(average, unit, "es")}.${basis === undefined ? "" : ` ${inLanguage(basis, "es")}`}${limit("es")}`,
    };
  }
  if (rule.without === "actual") {
    return { value: given(rule.of, unit, determinants), isActual: true, en: "You have no winter average yet, so what you used counts.", es: "Usted aún no tiene promedio de invierno, por eso cuenta lo que usó." };
  }
  if (rule.without === "default") {
    return { value: fallback!, isActual: false, en: `You have no winter average yet: ${amountOf(fallback!, unit, "en")} counts until you do.`, es: `Usted aún no tiene promedio de invierno: hasta entonces cuentan ${amountOf(fallback!, unit, "es")}.` };
  }
  const customerClass = determinants.attributes?.["customerClass"] ?? "";
  const average = classAverages.get(customerClass);
  if (average === undefined) throw new RatingError("attributes.customerClass", `there is no average for the class "${customerClass}" in ${rule.id}; add one to the rate`);
  return {
    value: bounded(average), isActual: false,
    en: `You have no winter average yet: that of customers like you, ${amountOf(bounded(average), unit, "en")}, counts.`,
    es: `Usted aún no tiene promedio de invierno: cuenta el de clientes como usted, ${amountOf(bounded(average), unit, "es")}.`,
  };
}
