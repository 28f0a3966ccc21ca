/** The formulas of one customer class of an OWRS file: names resolved to its fields, and the rows that its tables make. */
import { camelCase } from "./owrs-names.ts";
import { FormulaError, parseFormula, replaceNames, type Formula } from "../formula.ts";
import { cellOfItem, isMeterSize, type OwrsCell, type OwrsField, type OwrsTable } from "./owrs-file.ts";

/** Part of a class that our documents cannot say, or that says nothing; ends the class, never a half of it. */
export class NotCarried extends Error {
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(`${path} ${reason}`);
    this.name = "NotCarried";
    this.path = path;
    this.reason = reason;
  }
}

/** Which lists and factors a charge means by a plain name: `tier_starts` of the drought surcharge is `tier_starts_drought`. */
export interface Context {
  readonly prefix: string;
  readonly suffixes: readonly string[];
}

export function contextOf(charge: string): Context {
  if (/drought/i.test(charge)) return { prefix: "", suffixes: ["_drought", "", "_commodity"] };
  if (/wastewater/i.test(charge)) return { prefix: "", suffixes: ["_wastewater", ""] };
  if (/^sewer/i.test(charge)) return { prefix: "sewer_", suffixes: ["", "_sewer"] };
  return { prefix: "", suffixes: ["", "_commodity"] };
}

/** The customers that a row is for: the values by the file's names. */
export type Who = Readonly<Record<string, string>>;

/** A number by name: the same for everybody, or by a table. */
export type Figure = { readonly kind: "number"; readonly text: string } | (OwrsTable & { readonly path: string });

/** A formula over figures, inputs and `usage`. */
export interface Reckoned {
  readonly formula: Formula;
  readonly figures: ReadonlyMap<string, Figure>;
}

const USAGE = /^usage(_(ccf|hcf|kgal|gal))?$/i;
/** Fields that a class's formulas may be made of, each counted as often as it is named. Real files need ten; names that name names many times over make a formula that fills the memory. */
const NAMED_MAX = 500;
/** Names of functions in the language of the specification's own parser. */
const CALLS: readonly (readonly [RegExp, string])[] = [[/\bifelse\s*\(/g, "if("], [/\bpmin\s*\(/g, "min("], [/\bpmax\s*\(/g, "max("], [/\bceiling\s*\(/g, "ceil("], [/&+/g, "&&"], [/\|+/g, "||"]];

export class ClassFormulas {
  readonly path: string;
  readonly used = new Set<string>();
  /** What the customer must give, by our name: the file's name. */
  readonly inputs = new Map<string, string>();
  private readonly fields: ReadonlyMap<string, OwrsField>;
  private named = 0;

  constructor(path: string, fields: ReadonlyMap<string, OwrsField>) {
    this.path = path;
    this.fields = fields;
  }

  /** The field that a name means, and its own name; null when the file does not have it: the customer's data must give it. */
  find(name: string, { prefix, suffixes }: Context): { readonly key: string; readonly field: OwrsField } | null {
    const candidates = [...(prefix === "" ? [] : [`${prefix}${name}`]), ...suffixes.map((suffix) => `${name}${suffix}`), name];
    const key = candidates.find((candidate) => this.fields.has(candidate)) ?? [...this.fields.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
    if (key === undefined) return null;
    this.used.add(key);
    const field = this.fields.get(key)!;
    if (field.kind === "nothing") throw new NotCarried(field.path, field.reason);
    return { key, field };
  }

  parse(text: string, path: string): Formula {
    try {
      return parseFormula(CALLS.reduce((read, [from, to]) => read.replaceAll(from, to), text));
    } catch (error) {
      if (error instanceof FormulaError) throw new NotCarried(path, `is "${text}", a formula that ${error.message}`);
      throw error;
    }
  }

  /** A formula with the class's fields in it; `keep` says which names stay as they are. */
  expand(formula: Formula, context: Context, figures: Map<string, Figure>, keep: (name: string) => Formula | null = () => null, within: readonly string[] = []): Formula {
    return replaceNames(formula, (name) => {
      const kept = keep(name);
      if (kept !== null) return kept;
      if (USAGE.test(name)) return { kind: "name", name: "usage" };
      const found = this.find(name, context);
      return found === null ? this.input(name) : this.expandField(found.key, found.field, context, figures, keep, within);
    });
  }

  private expandField(key: string, field: OwrsField, context: Context, figures: Map<string, Figure>, keep: (name: string) => Formula | null, within: readonly string[]): Formula {
    if ((this.named += 1) > NAMED_MAX) throw new NotCarried(this.path, `names its fields more than ${NAMED_MAX} times over in its formulas`);
    if (within.includes(key)) throw new NotCarried(field.path, `is reckoned from itself: ${[...within, key].join(" from ")}`);
    const cell = field.kind === "list" && field.items.length === 1 ? cellOfItem(field.items[0]!) : field;
    switch (cell.kind) {
      case "number":
        figures.set(camelCase(key), cell);
        return { kind: "name", name: camelCase(key) };
      case "text":
        if (isTierWord(cell.text)) throw new NotCarried(field.path, `is ${cell.text}, and another formula reckons with it`);
        return this.expand(this.parse(cell.text, field.path), context, figures, keep, [...within, key]);
      case "table":
        return this.expandTable(key, { ...cell, path: field.path }, context, figures, keep, within);
      case "steps": {
        const of = this.expand({ kind: "name", name: cell.of }, context, figures, keep, [...within, key]);
        return cell.values.slice(1).reduce<Formula>((below, value, i) => ({ kind: "call", name: "if", args: [{ kind: "binary", op: ">=", left: of, right: { kind: "number", text: cell.starts[i + 1]! } }, { kind: "number", text: value }, below] }), { kind: "number", text: cell.values[0]! });
      }
      case "list":
        throw new NotCarried(field.path, "is a list where one number or formula is needed");
      case "nothing":
        throw new NotCarried(field.path, cell.reason);
    }
  }

  /**
   * A table of numbers is a figure. Formulas that differ only in their numbers are one formula over figures; of several kinds of
   * formula each is multiplied by a figure that is 1 in its own rows and 0 in the others.
   */
  private expandTable(key: string, table: OwrsTable & { readonly path: string }, context: Context, figures: Map<string, Figure>, keep: (name: string) => Formula | null, within: readonly string[]): Formula {
    const name = camelCase(key);
    if (table.rows.every(({ cell }) => cell.kind === "number")) {
      figures.set(name, table);
      return { kind: "name", name };
    }
    const kinds = new Map<string, { readonly template: Formula; readonly numbers: Map<number, Record<string, string>> }>();
    table.rows.forEach(({ cell, path }, row) => {
      if (cell.kind === "list") throw new NotCarried(path, "is a list where one number or formula is needed");
      const { template, numbers } = numbersOut(this.parse(cell.text, path), name);
      const kind = kinds.get(JSON.stringify(template)) ?? { template, numbers: new Map() };
      kind.numbers.set(row, numbers);
      kinds.set(JSON.stringify(template), kind);
    });
    const figure = (named: string, value: (row: number) => string): Formula => {
      figures.set(named, { ...table, rows: table.rows.map((row, i) => ({ ...row, cell: { kind: "number", text: value(i) } })) });
      return { kind: "name", name: named };
    };
    return [...kinds.values()].map(({ template, numbers }, kind) => {
      const tag = kinds.size === 1 ? "" : `Kind${kind + 1}`;
      const own = new Map(Object.keys([...numbers.values()][0]!).map((part) => [part, figure(`${part}${tag}`, (row) => numbers.get(row)?.[part] ?? "0")]));
      const formula = this.expand(template, context, figures, (inner) => own.get(inner) ?? keep(inner), [...within, key]);
      return kinds.size === 1 ? formula : { kind: "binary" as const, op: "*" as const, left: figure(`${name}Is${tag}`, (row) => (numbers.has(row) ? "1" : "0")), right: formula };
    }).reduce<Formula | null>((left, right) => (left === null ? right : { kind: "binary", op: "+", left, right }), null)!;
  }

  /** What the customer's data must give. */
  input(name: string): Formula {
    const ours = camelCase(name);
    this.inputs.set(ours, name);
    return { kind: "name", name: ours };
  }

  /** Every row that the tables make together: the customers for whom each of them has a value. */
  rowsOf(tables: readonly (OwrsTable & { readonly path: string })[]): Who[] {
    let rows: Who[] = [{}];
    for (const table of tables) {
      const names = table.dependsOn;
      rows = rows.flatMap((who) => table.rows.flatMap(({ keys }) => (names.every((name, i) => this.fits(name, keys[i]!, who)) ? [{ ...who, ...Object.fromEntries(names.flatMap((name, i) => (this.isFixed(name) ? [] : [[name, keys[i]!]]))) }] : [])));
    }
    const [path] = tables.map((table) => table.path);
    if (rows.length === 0) throw new NotCarried(path ?? this.path, `has no value that fits the other tables of its class (${tables.map(({ dependsOn }) => dependsOn.join("|")).join(", ")})`);
    return unique(rows);
  }

  private fits(name: string, key: string, who: Who): boolean {
    const fixed = this.fixedValue(name);
    return fixed !== null ? fixed === key : !Object.hasOwn(who, name) || who[name] === key;
  }

  /** A table may depend on a value that the class gives itself. */
  private fixedValue(name: string): string | null {
    const field = this.fields.get(name);
    if (field === undefined || (field.kind !== "number" && field.kind !== "text")) return null;
    this.used.add(name);
    return field.text;
  }

  private isFixed(name: string): boolean {
    return this.fixedValue(name) !== null;
  }

  /** The table's value for a row. */
  cellFor(table: OwrsTable, who: Who): OwrsCell {
    return table.rows.find(({ keys }) => table.dependsOn.every((name, i) => this.fits(name, keys[i]!, who)))!.cell;
  }

  /** What a row of our document is for. */
  whenOf(who: Who): { when?: Record<string, string> } {
    const entries = Object.entries(who).map(([name, value]) => {
      const ours = isMeterSize(name) ? "meterSize" : camelCase(name);
      this.inputs.set(ours, name);
      return [ours, value] as const;
    });
    return entries.length === 0 ? {} : { when: Object.fromEntries(entries) };
  }

  figuresFor(figures: ReadonlyMap<string, Figure>, who: Who): Record<string, string> {
    return Object.fromEntries([...figures].map(([name, figure]) => {
      const cell = figure.kind === "number" ? figure : this.cellFor(figure, who);
      return [name, cell.kind === "list" ? "" : cell.text];
    }));
  }
}

export function isTierWord(text: string): boolean {
  return /^(tiered|budget)$/i.test(text);
}

export function tablesIn(figures: ReadonlyMap<string, Figure>): (OwrsTable & { readonly path: string })[] {
  return [...new Set(figures.values())].filter((figure) => figure.kind === "table");
}

/** The formula with a name for each number in it. */
function numbersOut(formula: Formula, name: string): { readonly template: Formula; readonly numbers: Record<string, string> } {
  const numbers: Record<string, string> = {};
  const out = (part: Formula): Formula => {
    if (part.kind === "binary") return { ...part, left: out(part.left), right: out(part.right) };
    if (part.kind === "call") return { ...part, args: part.args.map(out) };
    if (part.kind === "name") return part;
    const figure = `${name}Part${Object.keys(numbers).length + 1}`;
    numbers[figure] = part.text;
    return { kind: "name", name: figure };
  };
  return { template: out(formula), numbers };
}

function unique(rows: readonly Who[]): Who[] {
  return [...new Map(rows.map((who) => [JSON.stringify(Object.entries(who).sort()), who])).values()];
}
