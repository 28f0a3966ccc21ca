/**
 * The charges of one customer class of an OWRS file: its `bill` formula taken apart into lines, each as the plainest kind of charge
 * that says the same.
 */
import { Decimal } from "../../money/decimal.ts";
import { compileFormula, formulaNames, formulaText, type Formula } from "../formula.ts";
import { wholeParts, ratioOfText, type Ratio } from "../ratio.ts";
import type { RateDocumentInput } from "../schema.ts";
import { contextOf, isTierWord, NotCarried, tablesIn, type ClassFormulas, type Context, type Figure, type Who } from "./owrs-formulas.ts";
import { cellOfItem, isNumberText, type OwrsCell, type OwrsField, type OwrsNote, type OwrsTable } from "./owrs-file.ts";
import { camelCase, kebabCase, labelOf } from "./owrs-names.ts";

type ChargeInput = RateDocumentInput["charges"][number];
type Part = "service" | "commodity" | "surcharge";

export interface OwrsCharge {
  readonly charge: ChargeInput;
  readonly part: Part;
  /** Where in the file it stands. */
  readonly path: string;
}

const PARTS: Readonly<Record<string, Part>> = { service_charge: "service", commodity_charge: "commodity" };
const GL_KEYS: Readonly<Record<Part, string>> = { service: "water.fixed", commodity: "water.use", surcharge: "water.surcharge" };

/** Prices with more decimals, and amounts that never end, stay formulas. */
const PRICE_DECIMALS_MAX = 6;
const AMOUNT_DECIMALS_MAX = 8;
const PERCENT_DECIMALS_MAX = 4;

const name = (text: string): Formula => ({ kind: "name", name: text });
const number = (text: string): Formula => ({ kind: "number", text });

/** Where a term of the bill stands: its field, and the part of the bill it belongs to. */
interface Place {
  readonly key: string;
  readonly part: Part;
  readonly path: string;
}

export class ClassCharges {
  readonly charges: OwrsCharge[] = [];
  /** What came over differently from how it is written. */
  readonly notes: OwrsNote[] = [];
  private readonly formulas: ClassFormulas;
  /** Fields whose formulas are being taken apart. */
  private readonly open = new Set<string>();
  /** Ids of the charges of a field that is already on the bill. */
  private readonly onBill = new Map<string, string[]>();

  constructor(formulas: ClassFormulas) {
    this.formulas = formulas;
  }

  /** Errors: `NotCarried` naming what of the class cannot be said. */
  run(): readonly OwrsCharge[] {
    const found = this.formulas.find("bill", contextOf("bill"));
    if (found === null) throw new NotCarried(`${this.formulas.path}.bill`, "is missing; it says which charges make the bill");
    const place = { key: "bill", part: "surcharge" as const, path: found.field.path };
    if (found.field.kind === "text" && !isTierWord(found.field.text)) this.addTerms(this.formulas.parse(found.field.text, place.path), place);
    else this.addField("bill", found.field, place);
    return this.charges;
  }

  private addTerms(formula: Formula, place: Place): void {
    if (formula.kind === "binary" && formula.op === "+") {
      this.addTerms(formula.left, place);
      this.addTerms(formula.right, place);
      return;
    }
    if (formula.kind === "name") {
      const found = this.formulas.find(formula.name, contextOf(place.key));
      if (found !== null) return this.addField(found.key, found.field, { key: found.key, part: place.key === "bill" ? (PARTS[found.key] ?? "surcharge") : place.part, path: found.field.path });
      if (place.key === "bill") throw new NotCarried(`${this.formulas.path}.${formula.name}`, "is missing, and bill adds it");
    }
    if (place.key === "bill" && formula.kind === "binary" && formula.op === "*") {
      const sum = [formula.left, formula.right].find((side) => side.kind === "binary" && side.op === "+");
      if (sum === undefined && [formula.left, formula.right].every((side) => side.kind === "name" && this.formulas.find(side.name, contextOf("bill")) !== null)) {
        throw new NotCarried(place.path, `multiplies ${formulaText(formula.left)} by ${formulaText(formula.right)}; a bill adds its charges`);
      }
      if (sum !== undefined) return this.addMultiple(sum === formula.left ? formula.right : formula.left, sum, place);
    }
    this.addExpression(formula, place);
  }

  private addField(key: string, field: OwrsField, place: Place): void {
    if (this.open.has(key)) throw new NotCarried(field.path, `is reckoned from itself: ${[...this.open, key].join(" from ")}`);
    this.open.add(key);
    const from = this.charges.length;
    const cell = field.kind === "list" && field.items.length === 1 ? cellOfItem(field.items[0]!) : field;
    if (cell.kind === "text" && isTierWord(cell.text)) this.addTiers(cell.text.toLowerCase() === "budget", place);
    else if (cell.kind === "text") this.addTerms(this.formulas.parse(cell.text, field.path), place);
    else this.addExpression(name(key), place);
    this.open.delete(key);
    this.onBill.set(key, this.charges.slice(from).map(({ charge }) => charge.id));
  }

  /** The sum's charges, and what a factor adds to them. */
  private addMultiple(factor: Formula, sum: Formula, place: Place): void {
    const from = this.charges.length;
    this.addTerms(sum, place);
    const ids = this.charges.slice(from).map(({ charge }) => charge.id);
    const percent = factor.kind === "number" ? new Decimal(factor.text).minus(1).times(100) : null;
    if (percent !== null && percent.isZero()) return;
    if (percent !== null && percent.gt(0) && percent.lte(100) && percent.decimalPlaces() <= PERCENT_DECIMALS_MAX) {
      this.add({ kind: "percentage", of: ids, rates: [{ percent: percent.toString() }] }, place);
      return;
    }
    const lines = Object.fromEntries(ids.map((id) => [camelCase(`line_${id}`), id]));
    const total = Object.keys(lines).map(name).reduce((left, right) => ({ kind: "binary", op: "+", left, right }));
    const figures = new Map<string, Figure>();
    const expanded = this.formulas.expand(factor, contextOf(place.key), figures);
    this.addFormula({ kind: "binary", op: "*", left: { kind: "binary", op: "-", left: expanded, right: number("1") }, right: total }, figures, lines, place);
  }

  private addExpression(formula: Formula, place: Place): void {
    const figures = new Map<string, Figure>();
    const lines: Record<string, string> = {};
    const expanded = this.formulas.expand(formula, contextOf(place.key), figures, (inner) => this.lineOf(inner, place, lines));
    const others = formulaNames(expanded).filter((each) => !figures.has(each));
    const rows = this.rowsOf(figures);
    if (others.length === 0) {
      const amounts = rows.map(({ who, values }) => ({ ...this.formulas.whenOf(who), amount: decimalOf(reckon(expanded, values), AMOUNT_DECIMALS_MAX) }));
      if (amounts.every((row): row is typeof row & { amount: string } => row.amount !== null && !row.amount.startsWith("-"))) return this.add({ kind: "fixed", rates: amounts }, place);
    }
    if (others.join() === "usage" && degreeInUsage(expanded) === 1) {
      const prices = rows.map(({ who, values }) => ({ ...this.formulas.whenOf(who), price: decimalOf(reckon(expanded, { ...values, usage: "1" }), PRICE_DECIMALS_MAX) }));
      if (prices.every((row): row is typeof row & { price: string } => row.price !== null)) return this.add({ kind: "flat", rates: prices }, place);
    }
    this.addFormula(expanded, figures, lines, place);
  }

  /** A charge by tiers that is already on the bill, where another reckons with its amount. */
  private lineOf(inner: string, place: Place, lines: Record<string, string>): Formula | null {
    const found = this.formulas.find(inner, contextOf(place.key));
    if (found === null || found.field.kind !== "text" || !isTierWord(found.field.text)) return null;
    const ids = this.onBill.get(found.key);
    if (ids === undefined) throw new NotCarried(place.path, `is reckoned with ${found.key}, which is not on the bill before it`);
    const named = ids.map((id) => camelCase(`line_${id}`));
    ids.forEach((id, i) => (lines[named[i]!] = id));
    return named.map(name).reduce((left, right) => ({ kind: "binary", op: "+", left, right }));
  }

  private addFormula(formula: Formula, figures: ReadonlyMap<string, Figure>, lines: Record<string, string>, place: Place): void {
    const used = new Set(formulaNames(formula));
    const needed = new Map([...figures].filter(([figure]) => used.has(figure)));
    const rates = this.rowsOf(needed).map(({ who, values }) => ({ ...this.formulas.whenOf(who), figures: values }));
    this.add({ kind: "formula", amount: formulaText(formula), ...(Object.keys(lines).length === 0 ? {} : { lines }), rates }, place);
  }

  private rowsOf(figures: ReadonlyMap<string, Figure>): { readonly who: Who; readonly values: Record<string, string> }[] {
    return this.formulas.rowsOf(tablesIn(figures)).map((who) => ({ who, values: this.formulas.figuresFor(figures, who) }));
  }

  // ---- tiers --------------------------------------------------------------------------------------------------

  private addTiers(isBudget: boolean, place: Place): void {
    const context = contextOf(place.key);
    const starts = this.listField("tier_starts", place, context);
    const prices = this.listField("tier_prices", place, context);
    const rows = this.formulas.rowsOf([starts, prices].flatMap(({ field }) => (field.kind === "table" ? [field] : []))).map((who) => {
      const first = itemsOf(starts.field, this.formulas, who);
      const each = itemsOf(prices.field, this.formulas, who);
      if (first.length !== each.length) throw new NotCarried(starts.field.path, `has ${first.length} tiers and ${prices.key} has ${each.length} prices${whoSaid(who)}`);
      const odd = each.find((price) => !isNumberText(price));
      if (odd !== undefined) throw new NotCarried(prices.field.path, `has ${odd} where a price is needed${whoSaid(who)}`);
      return { who, starts: first, prices: each };
    });
    const all = new Set(rows.flatMap((row) => row.starts));
    const percent = [...all].find((start) => start.endsWith("%"));
    if (!isBudget && percent !== undefined) throw new NotCarried(starts.field.path, `begins a tier at ${percent}, as a water budget does, but ${place.key} is Tiered; it should be Budget`);
    if (!isBudget && [...all].every(isNumberText)) {
      const tiers = (row: (typeof rows)[number]) => this.withoutEmpty(row.prices.map((price, i) => ({ upTo: row.starts[i + 1] ?? null, price })), starts.field.path);
      return this.add({ kind: "tiered", boundary: "first-unit", rates: rows.map((row) => ({ ...this.formulas.whenOf(row.who), tiers: tiers(row) })) }, place);
    }
    this.addBudget(isBudget, rows, starts.field.path, context, place);
  }

  /** A tier whose next one begins no later than itself holds no water; what comes after it is as the file says. */
  private withoutEmpty(tiers: readonly { upTo: string | null; price: string }[], path: string): { upTo: string | null; price: string }[] {
    let end = new Decimal(0);
    return tiers.filter(({ upTo }, i) => {
      if (upTo === null) return true;
      const isEmpty = new Decimal(upTo).lte(end);
      if (isEmpty) this.notes.push({ path, reason: `begins tier ${i + 2} at ${upTo}, not after tier ${i + 1}, so tier ${i + 1} holds no water and is left out` });
      else end = new Decimal(upTo);
      return !isEmpty;
    });
  }

  private addBudget(isBudget: boolean, rows: readonly { readonly who: Who; readonly starts: readonly string[]; readonly prices: readonly string[] }[], path: string, context: Context, place: Place): void {
    const figures = new Map<string, Figure>();
    const allocations = new Allocations(this.formulas, context, figures);
    const end = (start: string): string => {
      if (isNumberText(start)) return start;
      const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(start);
      if (percent !== null) return timesText(new Decimal(percent[1]!).div(100), allocations.of("budget"));
      const formula = this.formulas.parse(start, path);
      return isBudget ? formulaText(allocations.within(formula)) : formulaText({ kind: "binary", op: "-", left: allocations.within(formula), right: number("1") });
    };
    const ends = rows.map((row) => row.starts.slice(1).map(end));
    const whoNeeded = this.rowsOf(figures);
    const used = figures.size === 0 ? [{ who: {}, values: {} }] : whoNeeded;
    const rates = rows.flatMap((row, i) => used.flatMap(({ who, values }) => {
      if (!Object.entries(who).every(([key, value]) => !Object.hasOwn(row.who, key) || row.who[key] === value)) return [];
      return [{ ...this.formulas.whenOf({ ...row.who, ...who }), figures: values, tiers: row.prices.map((price, k) => ({ upTo: ends[i]![k] ?? null, price })) }];
    }));
    this.add({ kind: "budget", wholeUnits: isBudget ? "nearest" : "exact", allocations: allocations.list, rates }, place);
  }

  private listField(base: string, place: Place, context: Context): { readonly key: string; readonly field: ListField } {
    const found = this.formulas.find(base, context);
    if (found === null) throw new NotCarried(`${this.formulas.path}.${base}`, `is missing, and ${place.key} has tiers`);
    const { key, field } = found;
    if (field.kind === "list" || field.kind === "number" || field.kind === "table") return { key, field };
    throw new NotCarried(field.path, "must be a list, one value for each tier");
  }

  private add(charge: DistributiveOmit<ChargeInput, "id" | "name" | "glKey">, { key, part, path }: Place): void {
    const base = kebabCase(key === "bill" ? (charge.kind === "percentage" ? "surcharge" : "other") : key);
    const taken = this.charges.filter(({ charge: { id } }) => id === base || id.startsWith(`${base}-`)).length;
    const id = taken === 0 ? base : `${base}-${taken + 1}`;
    const onlyPart = key === "bill" ? "surcharge" : part;
    this.charges.push({ charge: { ...charge, id, name: labelOf(key), glKey: GL_KEYS[onlyPart] } as ChargeInput, part: onlyPart, path });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type ListField = Extract<OwrsField, { kind: "list" | "number" | "table" }>;

function itemsOf(field: ListField, formulas: ClassFormulas, who: Who): readonly string[] {
  const cell: OwrsCell = field.kind === "table" ? formulas.cellFor(field as OwrsTable, who) : field;
  return cell.kind === "list" ? cell.items : [cell.text];
}

const whoSaid = (who: Who): string => (Object.keys(who).length === 0 ? "" : ` for ${Object.entries(who).map(([key, value]) => `${key} ${value}`).join(", ")}`);

/** What a household may use: each of the class's own formulas that a tier's end names, and the ones they name. */
class Allocations {
  readonly list: { name: string; label: { en: string; es?: string }; formula: string }[] = [];
  private readonly formulas: ClassFormulas;
  private readonly context: Context;
  private readonly figures: Map<string, Figure>;

  constructor(formulas: ClassFormulas, context: Context, figures: Map<string, Figure>) {
    this.formulas = formulas;
    this.context = context;
    this.figures = figures;
  }

  /** The name of an allocation, or of the input or figure that it is. */
  of(text: string): Formula {
    return this.within(name(text));
  }

  within(formula: Formula): Formula {
    return this.formulas.expand(formula, this.context, this.figures, (inner) => this.allocated(inner, []));
  }

  private allocated(inner: string, from: readonly string[]): Formula | null {
    const found = this.formulas.find(inner, this.context);
    if (found === null) return null;
    const { key, field } = found;
    const cell = field.kind === "list" && field.items.length === 1 ? cellOfItem(field.items[0]!) : field;
    if (cell.kind !== "text" || !(from.length === 0 || /^(indoor|outdoor|budget)/i.test(inner))) return null;
    if (isTierWord(cell.text)) throw new NotCarried(field.path, `is ${cell.text}, where the amount of water that is allowed is needed`);
    if (from.includes(key)) throw new NotCarried(field.path, `is reckoned from itself: ${[...from, key].join(" from ")}`);
    const ours = camelCase(key);
    if (!this.list.some((known) => known.name === ours)) {
      const formula = this.formulas.expand(this.formulas.parse(cell.text, field.path), this.context, this.figures, (next) => this.allocated(next, [...from, key]), [key]);
      this.list.push({ name: ours, label: labelOf(key), formula: formulaText(formula) });
    }
    return name(ours);
  }
}

function timesText(share: Decimal, of: Formula): string {
  return share.eq(1) ? formulaText(of) : formulaText({ kind: "binary", op: "*", left: number(share.toString()), right: of });
}

function reckon(formula: Formula, values: Readonly<Record<string, string>>): Ratio | null {
  try {
    return compileFormula(formula)((each) => ratioOfText(values[each]!));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** As decimal text, or null when so many decimals cannot say it. */
function decimalOf(value: Ratio | null, decimals: number): string | null {
  if (value === null) return null;
  const scale = 10n ** BigInt(decimals);
  const scaled = wholeParts(value, scale);
  if (scaled * value.d !== value.n * scale) return null;
  const [dollars = "", fraction = ""] = new Decimal(scaled.toString()).div(scale.toString()).toString().split(".");
  return `${dollars}.${fraction.padEnd(2, "0")}`;
}

/** 1: a price for each unit of usage; 0: no usage in it; null: anything else. */
function degreeInUsage(formula: Formula): number | null {
  switch (formula.kind) {
    case "number":
      return 0;
    case "name":
      return formula.name === "usage" ? 1 : 0;
    case "call":
      return formula.args.every((arg) => degreeInUsage(arg) === 0) ? 0 : null;
    case "binary": {
      const left = degreeInUsage(formula.left);
      const right = degreeInUsage(formula.right);
      if (left === null || right === null) return null;
      if (formula.op === "*") return left + right;
      if (formula.op === "/") return right === 0 ? left : null;
      if (formula.op === "+" || formula.op === "-") return left === right ? left : null;
      return left === 0 && right === 0 ? 0 : null;
    }
  }
}
