/**
 * The language of formulas in a tariff: decimal numbers, names, + - * /, comparisons, `and`, `or`, `if(condition, then, else)`,
 * `min`, `max`, `round(x)` or `round(x, decimals)`, `floor` and `ceil`. A formula is parsed once, is bounded in length, and is
 * reckoned in exact fractions. A comparison is 1 when it holds and 0 when it does not.
 */
import { compare, minus, over, plus, ratio, ratioOfText, times, wholeParts, type Ratio, type ToWhole } from "./ratio.ts";

/** Longer than any published formula; with the limits on numbers it bounds how large an intermediate fraction can grow. */
export const FORMULA_LENGTH_MAX = 400;
const PARTS_MAX = 120;
const DEPTH_MAX = 30;
const ROUND_DECIMALS_MAX = 8;

const FUNCTIONS = { min: [1, 12], max: [1, 12], round: [1, 2], floor: [1, 1], ceil: [1, 1], if: [3, 3] } as const satisfies Record<string, readonly [number, number]>;
type FunctionName = keyof typeof FUNCTIONS;
type Operator = "+" | "-" | "*" | "/" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";

export type Formula =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "binary"; readonly op: Operator; readonly left: Formula; readonly right: Formula }
  | { readonly kind: "call"; readonly name: FunctionName; readonly args: readonly Formula[] };

/** Says at which character of the formula, and what. */
export class FormulaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FormulaError";
  }
}

const TOKEN = /\s*(?:(\d{0,12}\.?\d{1,12}(?![\d.A-Za-z_]))|([A-Za-z][A-Za-z0-9_]{0,59})|(==|!=|<=|>=|&&|\|\||[-+*/()<>,]))/y;
const SAME_AS: Readonly<Record<string, string>> = { "&&": "and", "||": "or" };
const RESERVED = new Set(["and", "or", ...Object.keys(FUNCTIONS)]);

/** How tightly operators bind, loosest first. */
const LEVELS: readonly (readonly Operator[])[] = [["or"], ["and"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/"]];

interface Token {
  readonly text: string;
  readonly kind: "number" | "name" | "sign";
  readonly at: number;
}

function tokensOf(text: string): Token[] {
  if (text.length > FORMULA_LENGTH_MAX) throw new FormulaError(`is longer than ${FORMULA_LENGTH_MAX} characters`);
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new FormulaError(`cannot be read at character ${at + 1}: ${text.slice(at, at + 12).trim()}`);
    const [whole, number, name, sign] = found;
    const word = number ?? name ?? SAME_AS[sign!] ?? sign!;
    tokens.push({ text: word, kind: number !== undefined ? "number" : name !== undefined && !["and", "or"].includes(name) ? "name" : "sign", at: at + whole.length - (number ?? name ?? sign!).length + 1 });
    at += whole.length;
  }
  if (tokens.length > PARTS_MAX) throw new FormulaError(`has more than ${PARTS_MAX} parts`);
  return tokens;
}

class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  whole(): Formula {
    const formula = this.level(0);
    const rest = this.tokens[this.next];
    if (rest !== undefined) throw new FormulaError(`has ${rest.text} at character ${rest.at} where an operator or the end is expected`);
    return formula;
  }

  private level(level: number): Formula {
    if (level === LEVELS.length) return this.unary();
    let left = this.level(level + 1);
    for (;;) {
      const op = LEVELS[level]!.find((sign) => this.isNext(sign));
      if (op === undefined) return left;
      this.next++;
      left = { kind: "binary", op, left, right: this.level(level + 1) };
    }
  }

  private unary(): Formula {
    if (++this.depth > DEPTH_MAX) throw new FormulaError(`is nested more than ${DEPTH_MAX} deep`);
    const minus = this.isNext("-");
    if (minus) this.next++;
    const of = minus ? this.unary() : this.primary();
    this.depth--;
    return minus ? { kind: "binary", op: "-", left: { kind: "number", text: "0" }, right: of } : of;
  }

  private primary(): Formula {
    const token = this.tokens[this.next++];
    if (token === undefined) throw new FormulaError("ends where a number or a name is expected");
    if (token.kind === "number") return { kind: "number", text: token.text.startsWith(".") ? `0${token.text}` : token.text };
    if (token.kind === "name" && !this.isNext("(")) {
      if (RESERVED.has(token.text)) throw new FormulaError(`has ${token.text} at character ${token.at} without its parentheses`);
      return { kind: "name", name: token.text };
    }
    if (token.kind === "name") return this.call(token);
    if (token.text !== "(") throw new FormulaError(`has ${token.text} at character ${token.at} where a number or a name is expected`);
    const inside = this.level(0);
    this.take(")", token);
    return inside;
  }

  private call({ text, at }: Token): Formula {
    if (!Object.hasOwn(FUNCTIONS, text)) throw new FormulaError(`has ${text}(…) at character ${at}, which is not a function; there are ${Object.keys(FUNCTIONS).join(", ")}`);
    const name = text as FunctionName;
    const open = this.tokens[this.next++]!;
    const args = [this.level(0)];
    while (this.isNext(",")) {
      this.next++;
      args.push(this.level(0));
    }
    this.take(")", open);
    const [least, most] = FUNCTIONS[name];
    if (args.length < least || args.length > most) throw new FormulaError(`gives ${name} ${args.length} values at character ${at}; it takes ${least === most ? least : `${least} to ${most}`}`);
    if (name === "round" && args[1] !== undefined && !(args[1].kind === "number" && /^[0-8]$/.test(args[1].text))) throw new FormulaError(`must round to a number of decimals between 0 and ${ROUND_DECIMALS_MAX} at character ${at}`);
    return { kind: "call", name, args };
  }

  private isNext(text: string): boolean {
    const token = this.tokens[this.next];
    return token !== undefined && token.text === text && token.kind === "sign";
  }

  private take(text: string, open: Token): void {
    if (!this.isNext(text)) throw new FormulaError(`has a parenthesis at character ${open.at} that is not closed`);
    this.next++;
  }
}

/** Errors: a `FormulaError` that says where the text cannot be read. */
export function parseFormula(text: string): Formula {
  return new Parser(text).whole();
}

/** Every name in the formula, each once, in the order of the text. */
export function formulaNames(formula: Formula): string[] {
  const names = new Set<string>();
  const visit = (part: Formula): void => {
    if (part.kind === "name") names.add(part.name);
    else if (part.kind === "binary") [part.left, part.right].forEach(visit);
    else if (part.kind === "call") part.args.forEach(visit);
  };
  visit(formula);
  return [...names];
}

/** The formula with some of its names standing for something else. */
export function replaceNames(formula: Formula, by: (name: string) => Formula): Formula {
  switch (formula.kind) {
    case "number":
      return formula;
    case "name":
      return by(formula.name);
    case "binary":
      return { ...formula, left: replaceNames(formula.left, by), right: replaceNames(formula.right, by) };
    case "call":
      return { ...formula, args: formula.args.map((arg) => replaceNames(arg, by)) };
  }
}

const levelOf = (op: Operator): number => LEVELS.findIndex((level) => level.includes(op));

/** The formula as text that parses to it again; `said` is how a name is written. */
export function formulaText(formula: Formula, said: (name: string) => string = (name) => name, signs: Readonly<Record<string, string>> = {}): string {
  const write = (part: Formula, atLeast: number): string => {
    if (part.kind === "number") return part.text;
    if (part.kind === "name") return said(part.name);
    if (part.kind === "call") return `${signs[part.name] ?? part.name}(${part.args.map((arg) => write(arg, 0)).join(", ")})`;
    const level = levelOf(part.op);
    const isNegative = part.op === "-" && part.left.kind === "number" && part.left.text === "0";
    const text = isNegative ? `-${write(part.right, LEVELS.length)}` : `${write(part.left, level)} ${signs[part.op] ?? part.op} ${write(part.right, level + 1)}`;
    return level < atLeast ? `(${text})` : text;
  };
  return write(formula, 0);
}

export type ReadName = (name: string) => Ratio;
/** A formula ready to be reckoned. Errors: a `RangeError` for a division by zero, and what `read` throws. */
export type Reckon = (read: ReadName) => Ratio;

const YES = ratio(1);
const NO = ratio(0);

export function compileFormula(formula: Formula): Reckon {
  switch (formula.kind) {
    case "number": {
      const value = ratioOfText(formula.text);
      return () => value;
    }
    case "name": {
      const { name } = formula;
      return (read) => read(name);
    }
    case "binary":
      return compileBinary(formula.op, compileFormula(formula.left), compileFormula(formula.right));
    case "call":
      return compileCall(formula.name, formula.args.map(compileFormula), formula.args);
  }
}

function compileBinary(op: Operator, left: Reckon, right: Reckon): Reckon {
  const both = (of: (a: Ratio, b: Ratio) => Ratio): Reckon => (read) => of(left(read), right(read));
  const holds = (is: (order: number) => boolean): Reckon => both((a, b) => (is(compare(a, b)) ? YES : NO));
  switch (op) {
    case "+": return both(plus);
    case "-": return both(minus);
    case "*": return both(times);
    case "/": return both(over);
    case "==": return holds((order) => order === 0);
    case "!=": return holds((order) => order !== 0);
    case "<": return holds((order) => order < 0);
    case "<=": return holds((order) => order <= 0);
    case ">": return holds((order) => order > 0);
    case ">=": return holds((order) => order >= 0);
    case "and": return (read) => (left(read).n !== 0n && right(read).n !== 0n ? YES : NO);
    case "or": return (read) => (left(read).n !== 0n || right(read).n !== 0n ? YES : NO);
  }
}

const WHOLE: Readonly<Record<"round" | "floor" | "ceil", ToWhole>> = { round: "nearest", floor: "down", ceil: "up" };

function compileCall(name: FunctionName, args: readonly Reckon[], written: readonly Formula[]): Reckon {
  const [first, second, third] = args;
  switch (name) {
    case "if":
      return (read) => (first!(read).n !== 0n ? second!(read) : third!(read));
    case "min":
      return (read) => args.map((arg) => arg(read)).reduce((a, b) => (compare(b, a) < 0 ? b : a));
    case "max":
      return (read) => args.map((arg) => arg(read)).reduce((a, b) => (compare(b, a) > 0 ? b : a));
    case "round":
    case "floor":
    case "ceil": {
      const parts = 10n ** BigInt(written[1]?.kind === "number" ? written[1].text : 0);
      return (read) => ratio(wholeParts(first!(read), parts, WHOLE[name]), parts);
    }
  }
}
