/** The formulas of a charge: compiled with the row's figures, and reckoned for a customer's counts, usage and earlier lines. */
import type { Milli } from "../metering/units.ts";
import { NO_LIMIT } from "./numbers.ts";
import { compileFormula, formulaNames, parseFormula, type ReadName, type Reckon } from "./formula.ts";
import { ratio, ratioOfText, times, wholeParts, type Ratio, type ToWhole } from "./ratio.ts";
import type { ChargeOf, RateDocument } from "./schema.ts";

/** An amount by formula is rounded half up to 10^-8 dollars, finer than any price; so many of them are a cent. */
export const FORMULA_PARTS_PER_CENT = 1_000_000;
const PARTS_PER_DOLLAR = BigInt(FORMULA_PARTS_PER_CENT) * 100n;

/** No line of a bill is larger; keeps an amount of 10^-8 dollars a number that a double counts exactly. */
export const FORMULA_DOLLARS_MAX = 10_000_000;
const AMOUNT_MAX = BigInt(FORMULA_DOLLARS_MAX) * PARTS_PER_DOLLAR;

const MILLI = 1000n;

type WithFormulas = ChargeOf<"formula"> | ChargeOf<"budget">;

/** The formulas of one row. */
export interface CompiledFormulas {
  readonly figures: ReadonlyMap<string, Ratio>;
  /** The figures as they are published. */
  readonly figureTexts: Readonly<Record<string, string>>;
  /** Indexes of earlier charges by the name of their amount. */
  readonly lines: ReadonlyMap<string, number>;
  readonly allocations: readonly { readonly name: string; readonly reckon: Reckon }[];
  readonly amount: Reckon | null;
  /** Ends of tiers; null: without end. */
  readonly ends: readonly (Reckon | null)[];
  /** How an allocation becomes whole units; null: to the thousandth. */
  readonly whole: ToWhole | null;
}

/** What a formula may ask for besides its figures. */
export interface FormulaInputs {
  /** Of the bill's whole period. */
  readonly usage: () => Milli;
  readonly days: number;
  readonly count: (name: string) => Milli;
  /** Dollars of an earlier charge, before rounding. */
  readonly line: (index: number) => Ratio;
}

export function compileFormulas(document: RateDocument, charge: WithFormulas, row: WithFormulas["rates"][number]): CompiledFormulas {
  const reckon = (text: string): Reckon => compileFormula(parseFormula(text));
  const figures = new Map(Object.entries(row.figures).map(([name, text]) => [name, ratioOfText(text)]));
  if (charge.kind === "formula") {
    const lines = new Map(Object.entries(charge.lines).map(([name, id]) => [name, document.charges.findIndex((other) => other.id === id)]));
    return { figures, figureTexts: row.figures, lines, allocations: [], amount: reckon(charge.amount), ends: [], whole: null };
  }
  return {
    figures, figureTexts: row.figures, lines: new Map(), amount: null,
    allocations: charge.allocations.map(({ name, formula }) => ({ name, reckon: reckon(formula) })),
    ends: "tiers" in row ? row.tiers.map(({ upTo }) => (upTo === null ? null : reckon(upTo))) : [],
    whole: charge.wholeUnits === "exact" ? null : charge.wholeUnits,
  };
}

/** Every formula text of a charge. */
function formulasOf(charge: WithFormulas): string[] {
  if (charge.kind === "formula") return [charge.amount];
  return [...charge.allocations.map(({ formula }) => formula), ...charge.rates.flatMap(({ tiers }) => tiers.flatMap(({ upTo }) => upTo ?? []))];
}

export const namesIn = (formula: string): Set<string> => new Set(formulaNames(parseFormula(formula)));

/** Names that the formulas of a charge use. */
export function namesUsed(charge: WithFormulas): Set<string> {
  return new Set(formulasOf(charge).flatMap((formula) => [...namesIn(formula)]));
}

/** Names that the engine gives a meaning of its own. */
export const RESERVED_NAMES = ["usage", "days", "dwellingUnits"] as const;

/** Names that the charge gives a meaning, each with its path. */
export function namesGiven(charge: WithFormulas): { readonly name: string; readonly at: string }[] {
  const figures = Object.keys(charge.rates[0]!.figures).map((name) => ({ name, at: `rates.0.figures.${name}` }));
  const lines = charge.kind === "formula" ? Object.keys(charge.lines).map((name) => ({ name, at: `lines.${name}` })) : [];
  const allocations = charge.kind === "budget" ? charge.allocations.map(({ name }, i) => ({ name, at: `allocations.${i}.name` })) : [];
  return [...figures, ...lines, ...allocations];
}

/** Names that the customer's counts must give. */
export function countsNeeded(charge: WithFormulas): string[] {
  const known = new Set<string>([...RESERVED_NAMES, ...namesGiven(charge).map(({ name }) => name)]);
  return [...namesUsed(charge)].filter((name) => !known.has(name));
}

export function usesUsage(charge: WithFormulas): boolean {
  return charge.kind === "budget" || namesUsed(charge).has("usage");
}

function reader({ figures, lines }: CompiledFormulas, inputs: FormulaInputs, allocated: ReadonlyMap<string, Ratio>): ReadName {
  return (name) => {
    const known = figures.get(name) ?? allocated.get(name);
    if (known !== undefined) return known;
    const line = lines.get(name);
    if (line !== undefined) return inputs.line(line);
    if (name === "usage") return ratio(inputs.usage(), MILLI);
    return name === "days" ? ratio(inputs.days) : ratio(inputs.count(name), MILLI);
  };
}

/** The allocations in thousandths of the unit, rounded as the charge says; never below zero. */
export function allocationsOf(formulas: CompiledFormulas, inputs: FormulaInputs): Map<string, Ratio> {
  const allocated = new Map<string, Ratio>();
  const read = reader(formulas, inputs, allocated);
  for (const { name, reckon } of formulas.allocations) allocated.set(name, ratio(unitsOf(reckon(read), formulas.whole), MILLI));
  return allocated;
}

function unitsOf(value: Ratio, whole: ToWhole | null): bigint {
  const milli = whole === null ? wholeParts(value, MILLI) : wholeParts(value, 1n, whole) * MILLI;
  return milli < 0n ? 0n : milli;
}

/**
 * Ends of the tiers in thousandths for so many of the bill's days, rounded half up to a thousandth; one below the end before it is
 * that end.
 */
export function tierEnds(formulas: CompiledFormulas, inputs: FormulaInputs, days: number): Float64Array {
  const read = reader(formulas, inputs, allocationsOf(formulas, inputs));
  let before = 0;
  return Float64Array.from(formulas.ends, (reckon) => {
    if (reckon === null) return NO_LIMIT;
    const whole = unitsOf(reckon(read), formulas.whole);
    const end = Number(days === inputs.days ? whole : wholeParts(ratio(whole * BigInt(days), BigInt(inputs.days)), 1n));
    before = Math.max(before, end < Number.MAX_SAFE_INTEGER ? end : NO_LIMIT);
    return before;
  });
}

/**
 * The amount for so many of the bill's days, in 10^-8 dollars, rounded half up.
 * Errors: a `RangeError` when it is beyond `FORMULA_DOLLARS_MAX` either way or divides by zero.
 */
export function amountFor(formulas: CompiledFormulas, inputs: FormulaInputs, days: number): number {
  const whole = formulas.amount!(reader(formulas, inputs, new Map()));
  const amount = wholeParts(days === inputs.days ? whole : times(whole, ratio(days, inputs.days)), PARTS_PER_DOLLAR);
  if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX) throw new RangeError(`comes to more than $${FORMULA_DOLLARS_MAX}`);
  return Number(amount);
}
