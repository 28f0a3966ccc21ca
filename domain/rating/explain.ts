/** How an amount came about, in words a customer understands, English and Spanish, from the steps the arithmetic left. */
import { formatDollars, type Cents } from "../money/cents.ts";
import { milliText, type Milli, type Unit } from "../metering/units.ts";
import type { CompiledCharge, CompiledRate } from "./compile.ts";
import { powerFactorOf } from "./demand.ts";
import { NO_LIMIT } from "./numbers.ts";
import { countOf, formulaInputs, hoursDemand, tiersOf } from "./assess.ts";
import { budgetSaid, formulaSaid } from "./formula-words.ts";
import { tierEnds } from "./charge-formulas.ts";
import type { Determinants } from "./determinants.ts";
import type { Text } from "./schema.ts";
import type { PeriodRate, Slice } from "./period.ts";
import { exactDollars } from "./rounding.ts";
import { tierTable, type TierTable } from "./tier-table.ts";
import type { Work } from "./work.ts";

export interface RatedStep {
  /** "First 6 ccf", "Peak hours", "Summer: next 4 ccf". */
  readonly label: string;
  readonly labelEs: string;
  readonly quantityMilli: Milli | null;
  readonly unit: string;
  /** Dollars a unit (percent for percentages), decimal text as published. */
  readonly price: string;
  /** Dollars before rounding. */
  readonly exact: string;
}

export type Language = "en" | "es";

/** Units as they are said after a number. */
const SAID: Readonly<Partial<Record<Unit, Readonly<Record<Language, string>>>>> = {
  gal: { en: "gallons", es: "galones" },
  kgal: { en: "thousand gallons", es: "mil galones" },
  ft3: { en: "cubic feet", es: "pies cúbicos" },
  m3: { en: "cubic meters", es: "metros cúbicos" },
  L: { en: "liters", es: "litros" },
  therm: { en: "therms", es: "termias" },
};

export function said(unit: Unit, language: Language): string {
  return SAID[unit]?.[language] ?? unit;
}

export function amountOf(quantity: Milli, unit: Unit, language: Language): string {
  return `${milliText(quantity)} ${said(unit, language)}`;
}

/** An integer of 10^-decimals as published: at least two decimals, no further zeros. */
export function priceText(price: number, decimals: number): string {
  const digits = String(Math.abs(price)).padStart(decimals + 1, "0");
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "").padEnd(2, "0");
  return `${price < 0 ? "-" : ""}${digits.slice(0, digits.length - decimals)}.${fraction}`;
}

function percentText(price: number, decimals: number): string {
  return priceText(price, decimals).replace(/\.?0+$/, "");
}

/** A price as a customer reads it: never with a minus sign. */
function dollars(price: number, decimals: number, language: Language): string {
  const text = `$${priceText(Math.abs(price), decimals)}`;
  if (price >= 0) return text;
  return language === "en" ? `a credit of ${text}` : `un crédito de ${text}`;
}

/** What a line comes to, as a customer reads it. */
function comesTo(cents: Cents, language: Language): string {
  const text = formatDollars(Math.abs(cents));
  if (cents >= 0) return text;
  return language === "en" ? `credit ${text}` : `crédito ${text}`;
}

export function days(count: number, language: Language): string {
  return language === "en" ? `${count} ${count === 1 ? "day" : "days"}` : `${count} ${count === 1 ? "día" : "días"}`;
}

/** A list as it is said: "a, b and c". */
export function listed(parts: readonly string[], language: Language): string {
  const and = language === "en" ? "and" : "y";
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} ${and} ${parts.at(-1)}`;
}

export function inLanguage(text: Text, language: Language): string {
  return language === "es" ? (text.es ?? text.en) : text.en;
}

function demandWord(charge: CompiledCharge["charge"], language: Language): string {
  if (charge.kind === "demand" && charge.coincident === true) return language === "en" ? "Your demand when the whole system peaked" : "Su demanda cuando todo el sistema alcanzó su máximo";
  return language === "en" ? "Highest demand" : "Demanda máxima";
}

/** What made the billed demand another than the measured one, as the document says it may. */
function demandNote({ charge, powerFactor }: CompiledCharge, rate: CompiledRate, determinants: Determinants, language: Language): string {
  if (charge.kind !== "demand") return "";
  const english = language === "en";
  const parts: string[] = [];
  if (powerFactor !== null) {
    const factor = powerFactorOf(powerFactor, determinants);
    const [is, target] = [percentText(factor, powerFactor.decimals), percentText(powerFactor.target, powerFactor.decimals)];
    if (factor < powerFactor.target) parts.push(english ? `Your power factor was ${is} percent; below ${target} percent more demand is charged than was measured.` : `Su factor de potencia fue de ${is} por ciento; por debajo de ${target} por ciento se cobra más demanda que la medida.`);
  }
  if (charge.contract !== undefined) {
    const contracted = amountOf(countOf(charge.contract.demand, rate, determinants), charge.unit, language);
    parts.push(english ? `At least ${charge.contract.percent} percent of the ${contracted} that you contracted for is charged.` : `Se cobra al menos ${charge.contract.percent} por ciento de los ${contracted} que usted contrató.`);
  }
  return parts.join(" ");
}

export class Explanation {
  private readonly shareOf: number;
  private readonly compiled: CompiledCharge;
  private readonly period: PeriodRate;
  private readonly work: Work;
  private readonly determinants: Determinants;
  private readonly steps: readonly number[];
  /** How many, where the charge is for each of something. */
  private readonly count: Milli;
  /** Demand of hours' use. */
  private readonly hoursDemand: number;

  constructor(compiled: CompiledCharge, period: PeriodRate, determinants: Determinants) {
    const { index, perCent, times } = compiled;
    const { work } = period.rate;
    const from = work.stepsFrom[index]!;
    this.shareOf = work.parts[index]! / perCent;
    this.compiled = compiled;
    this.period = period;
    this.determinants = determinants;
    this.count = countOf(times, period.rate, determinants);
    this.hoursDemand = hoursDemand(compiled, period.rate, determinants);
    this.work = work;
    this.steps = Array.from({ length: work.stepsFrom[index + 1]! - from }, (_, i) => from + i);
  }

  /** The unit of the line's quantity: a unit of measure, `day`, `period`, a count's name, or `USD` for a base. */
  unit(): string {
    const { kind, unit, times, perDay, creditForm } = this.compiled;
    if (kind === "fixed") return times ?? (perDay ? "day" : "period");
    if (kind === "formula") return this.compiled.reads === null ? "period" : unit;
    if (kind === "percentage" || (kind === "credit" && creditForm === "percent")) return "USD";
    if (kind === "minimum" || kind === "maximum" || (kind === "credit" && creditForm === "amount")) return "period";
    return unit;
  }

  /** Thousandths of the unit; a base in dollars likewise. */
  quantity(): Milli {
    const quantity = this.work.quantity[this.compiled.index]!;
    if (this.unit() === "USD") return quantity * 10;
    return this.unit() === "day" ? this.daysOfSteps() * 1000 : quantity;
  }

  private daysOfSteps(): number {
    return this.steps.reduce((sum, step) => sum + this.work.stepSlice[step]!.days, 0);
  }

  ratedSteps(): RatedStep[] {
    const { work, compiled } = this;
    const unit = this.unit();
    return this.steps.map((step) => ({
      label: this.label(step, "en"),
      labelEs: this.label(step, "es"),
      quantityMilli: compiled.kind === "formula" ? null : unit === "USD" ? work.stepQuantity[step]! * 10 : work.stepQuantity[step]!,
      unit,
      price: compiled.kind === "formula" ? this.exactOf(step) : priceText(work.stepPrice[step]!, compiled.decimals),
      exact: this.exactOf(step),
    }));
  }

  private exactOf(step: number): string {
    const { work, compiled, shareOf } = this;
    work.takeStep(step, compiled.perCent, shareOf);
    const exact = exactDollars(work.whole[work.spare]!, work.rest[work.spare]!, work.parts[work.spare]!);
    return compiled.kind === "credit" && exact !== "0.00" ? `-${exact}` : exact;
  }

  private label(step: number, language: Language): string {
    const slice = this.work.stepSlice[step]!;
    const what = this.what(step, slice, language);
    const when = this.whenOf(step, slice, language);
    return when === "" ? what : `${when}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  }

  private what(step: number, slice: Slice, language: Language): string {
    const { kind, unit, charge } = this.compiled;
    if (kind === "tiered") return this.endLabel(slice.tiers, this.work.stepPlace[step]!, unit, language);
    if (kind === "budget") return this.endLabel(tierTable(tierEnds(slice.row.formulas!, this.inputs(), slice.days), slice.prices), this.work.stepPlace[step]!, unit, language);
    if (this.compiled.schedule >= 0) return `${inLanguage(this.touPeriod(step).name, language)}${this.tierOfCode(step, slice, language)}`;
    if (kind === "demand") return `${demandWord(charge, language)}${this.tierOfCode(step, slice, language)}`;
    return inLanguage(charge.name, language);
  }

  /** The season or the days, where the line has steps of several. */
  private whenOf(step: number, slice: Slice, language: Language): string {
    const { rate } = this.period;
    const { seasons } = rate.document;
    const seasonOf = (at: number): number => (this.byInterval() ? this.seasonOfCode(at) : this.work.stepSlice[at]!.season);
    const several = (of: (at: number) => unknown): boolean => this.steps.some((other) => of(other) !== of(step));
    const season = seasonOf(step);
    if (season >= 0 && seasons.length > 0 && several(seasonOf)) return inLanguage(seasons[season]!.name, language);
    if (several((at) => this.work.stepSlice[at]!)) return language === "en" ? `From ${slice.fromDay}, ${days(slice.days, "en")}` : `Desde ${slice.fromDay}, ${days(slice.days, "es")}`;
    return "";
  }

  private seasonOfCode(step: number): number {
    const codes = this.work.stepSlice[step]!.prices.length;
    return codes > this.periods() ? Math.floor((this.work.stepPlace[step]! % codes) / this.periods()) : -1;
  }

  /** ", first 300 kWh" after the name of a period whose price has tiers. */
  private tierOfCode(step: number, { tables, prices: { length: codes } }: Slice, language: Language): string {
    if (tables.length === 0) return "";
    const place = this.work.stepPlace[step]!;
    const label = this.endLabel(tables[place % codes]!, Math.floor(place / codes), this.compiled.unit, language);
    return `, ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
  }

  private byInterval(): boolean {
    return this.compiled.kind === "time-of-use" || this.compiled.kind === "demand";
  }

  private periods(): number {
    const { schedule } = this.compiled;
    return schedule < 0 ? 1 : this.period.rate.schedules[schedule]!.periods;
  }

  private touPeriod(step: number): { readonly name: Text } {
    const { rate } = this.period;
    return rate.document.schedules[this.compiled.schedule]!.periods[this.work.stepPlace[step]! % this.periods()]!;
  }

  private endLabel(table: TierTable, tier: number, unit: Unit, language: Language): string {
    const { limits } = tiersOf(table, this.count, this.hoursDemand);
    const limit = (at: number): Milli => limits[at]!;
    const end = limit(tier);
    const begin = tier === 0 ? 0 : limit(tier - 1);
    const english = language === "en";
    if (end === NO_LIMIT) {
      if (tier === 0) return english ? `All ${said(unit, language)}` : `Todo, en ${said(unit, language)}`;
      return english ? `Over ${amountOf(begin, unit, language)}` : `Más de ${amountOf(begin, unit, language)}`;
    }
    if (this.compiled.wholeUsage) return english ? `Up to ${amountOf(end, unit, language)}` : `Hasta ${amountOf(end, unit, language)}`;
    const width = amountOf(end - begin, unit, language);
    if (tier === 0) return english ? `First ${width}` : `Primeros ${width}`;
    return english ? `Next ${width}` : `Siguientes ${width}`;
  }

  private inputs() {
    return formulaInputs(this.compiled, this.period, this.determinants);
  }

  // ---- sentences ----------------------------------------------------------------------------------------------

  sentence(language: Language): string {
    const cents = this.work.cents[this.compiled.index]!;
    const text = this.reckoning(language, cents);
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  /** How the quantity of the line came about, where it is not simply what was measured. */
  note(): Text | undefined {
    const { reads, times } = this.compiled;
    const said = (language: Language): string => demandNote(this.compiled, this.period.rate, this.determinants, language);
    const en = said("en");
    return en === "" ? this.determinants.notes?.[reads?.name ?? times ?? ""] : { en, es: said("es") };
  }

  private reckoning(language: Language, cents: Cents): string {
    const { kind, creditForm, perDay, times } = this.compiled;
    const result = comesTo(cents, language);
    const parts = (part: (step: number) => string): string => listed(this.saidSteps().map(part), language);
    switch (kind) {
      case "fixed": {
        const isReckoned = this.steps.length > 1 || this.steps.some((step) => this.isShared(step)) || perDay || times !== null;
        return `${parts((step) => this.fixedPart(step, language))}${isReckoned ? `: ${result}` : ""}`;
      }
      case "flat":
      case "tiered":
        return `${parts((step) => this.pricedPart(step, language, ""))}: ${result}`;
      case "budget":
        return `${budgetSaid(this.compiled, this.work.stepSlice[this.steps[0]!]!.row.formulas!, this.inputs(), language)}${parts((step) => this.pricedPart(step, language, ""))}: ${result}`;
      case "formula":
        return `${language === "en" ? "reckoned as" : "calculado como"} ${parts((step) => formulaSaid(this.compiled, this.work.stepSlice[step]!.row.formulas!, this.inputs(), language))}: ${result}`;
      case "time-of-use":
        return `${parts((step) => this.pricedPart(step, language, this.where(step, language)))}: ${result}`;
      case "demand":
        return `${parts((step) => this.demandPart(step, language))}: ${result}`;
      case "percentage":
        return `${parts((step) => this.percentPart(step, language))}: ${result}`;
      case "minimum":
      case "maximum":
        return this.limitSentence(language, kind, formatDollars(Math.abs(cents)));
      case "credit": {
        const of = creditForm === "amount" ? "" : ` (${parts((step) => (creditForm === "price" ? this.pricedPart(step, language, "") : this.percentPart(step, language)))})`;
        const amount = formatDollars(Math.abs(cents));
        return language === "en" ? `a credit of ${amount}${of} is taken off your bill` : `se descuenta de su factura un crédito de ${amount}${of}`;
      }
    }
  }

  /** Demand of hours that cost nothing, and usage beyond a credit, is not worth a word unless there is nothing else. */
  private saidSteps(): readonly number[] {
    const { stepPrice } = this.work;
    const worth = this.steps.filter((step) => stepPrice[step] !== 0);
    const leaveOut = this.compiled.kind === "demand" || this.steps.some((step) => stepPrice[step]! < 0);
    return leaveOut && worth.length > 0 ? worth : this.steps;
  }

  /** " in peak hours", " in peak hours (Summer)". */
  private where(step: number, language: Language): string {
    const slice = this.work.stepSlice[step]!;
    const when = this.whenOf(step, slice, language);
    const hours = this.what(step, slice, language);
    return ` ${language === "en" ? "in" : "en"} ${hours.charAt(0).toLowerCase()}${hours.slice(1)}${when === "" ? "" : ` (${when})`}`;
  }

  private isShared(step: number): boolean {
    return this.work.stepShare[step] !== this.shareOf;
  }

  private fixedPart(step: number, language: Language): string {
    const { decimals, times, perDay } = this.compiled;
    const price = dollars(this.work.stepPrice[step]!, decimals, language);
    const { days: count } = this.work.stepSlice[step]!;
    const english = language === "en";
    const each = times === null ? "" : english ? ` for each of ${milliText(this.count)}` : ` por cada uno de ${milliText(this.count)}`;
    if (perDay) return english ? `${price} a day${each} for ${days(count, language)}` : `${price} por día${each} durante ${days(count, language)}`;
    if (!this.isShared(step)) return english ? `${price}${each} for this bill` : `${price}${each} en esta factura`;
    return english ? `${price}${each} for a standard bill, here for ${days(count, language)}` : `${price}${each} por una factura normal, aquí por ${days(count, language)}`;
  }

  private pricedPart(step: number, language: Language, where: string): string {
    const quantity = amountOf(this.work.stepQuantity[step]!, this.compiled.unit, language);
    const price = dollars(this.work.stepPrice[step]!, this.compiled.decimals, language);
    return `${quantity}${where} ${language === "en" ? "at" : "a"} ${price}`;
  }

  private demandPart(step: number, language: Language): string {
    const english = language === "en";
    const when = this.whenOf(step, this.work.stepSlice[step]!, language);
    const where = this.compiled.schedule >= 0 ? this.where(step, language) : when === "" ? "" : ` (${when})`;
    const share = this.isShared(step) ? (english ? ", for part of the standard period" : ", por parte del período normal") : "";
    const word = demandWord(this.compiled.charge, language);
    return `${word.charAt(0).toLowerCase()}${word.slice(1)} ${this.pricedPart(step, language, where)}${share}`;
  }

  private percentPart(step: number, language: Language): string {
    const percent = percentText(this.work.stepPrice[step]!, this.compiled.decimals);
    const base = formatDollars(this.work.stepQuantity[step]!);
    return language === "en" ? `${percent} percent of ${base}` : `${percent} por ciento de ${base}`;
  }

  private limitSentence(language: Language, kind: "minimum" | "maximum", result: string): string {
    const amount = this.steps.map((step) => this.fixedPart(step, language)).join(" + ");
    if (language === "en") {
      return kind === "minimum" ? `the least to pay is ${amount}, so ${result} is added` : `the most to pay is ${amount}, so ${result} is taken off`;
    }
    return kind === "minimum" ? `el mínimo a pagar es ${amount}, por eso se agregan ${result}` : `el máximo a pagar es ${amount}, por eso se descuentan ${result}`;
  }
}
