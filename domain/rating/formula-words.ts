/** A formula as it was reckoned for one customer: every name with its value, so that anybody can follow it with a calculator. */
import { milliText } from "../metering/units.ts";
import { allocationsOf, type CompiledFormulas, type FormulaInputs } from "./charge-formulas.ts";
import type { CompiledCharge } from "./compile.ts";
import { formulaNames, formulaText, parseFormula } from "./formula.ts";
import { wholeParts } from "./ratio.ts";

type Language = "en" | "es";

const SIGNS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { "*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", min: "the least of ", max: "the most of ", round: "rounded ", floor: "rounded down ", ceil: "rounded up ", if: "if " },
  es: { "*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠", "==": "=", and: "y", or: "o", min: "el menor de ", max: "el mayor de ", round: "redondeado ", floor: "redondeado abajo ", ceil: "redondeado arriba ", if: "si " },
};

const SAID: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  usage: { en: "usage", es: "consumo" },
  days: { en: "days", es: "días" },
  dwellingUnits: { en: "dwelling units", es: "viviendas" },
};

/** "landscapeFactor" as it is said: "landscape factor". */
function nameSaid(name: string, language: Language): string {
  return SAID[name]?.[language] ?? name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

/** Decimals to which the amount of an earlier line is said. */
const LINE_DECIMALS = 4;

function valueSaid(name: string, formulas: CompiledFormulas, inputs: FormulaInputs): string {
  if (formulas.figures.has(name)) return formulas.figureTexts[name]!;
  const line = formulas.lines.get(name);
  if (line !== undefined) {
    const scaled = wholeParts(inputs.line(line), 10n ** BigInt(LINE_DECIMALS));
    const digits = String(scaled < 0n ? -scaled : scaled).padStart(LINE_DECIMALS + 1, "0");
    return `${scaled < 0n ? "−" : ""}$${digits.slice(0, -LINE_DECIMALS)}.${digits.slice(-LINE_DECIMALS).replace(/0{1,2}$/, "")}`;
  }
  if (name === "days") return String(inputs.days);
  return milliText(name === "usage" ? inputs.usage() : inputs.count(name));
}

/** "(dwelling units 3 − 1) × 11.25 × 0.55". */
export function formulaSaid(compiled: CompiledCharge, formulas: CompiledFormulas, inputs: FormulaInputs, language: Language): string {
  const { charge } = compiled;
  if (charge.kind !== "formula") return "";
  return formulaText(parseFormula(charge.amount), (name) => `${nameSaid(name, language)} ${valueSaid(name, formulas, inputs)}`, SIGNS[language]);
}

/** "Your water budget is 11 ccf (indoor 7, outdoor 4): "; the last allocation is the budget. */
export function budgetSaid({ charge, unit }: CompiledCharge, formulas: CompiledFormulas, inputs: FormulaInputs, language: Language): string {
  if (charge.kind !== "budget" || charge.allocations.length === 0) return "";
  const values = allocationsOf(formulas, inputs);
  const label = (index: number): string => (language === "es" ? (charge.allocations[index]!.label.es ?? charge.allocations[index]!.label.en) : charge.allocations[index]!.label.en).toLowerCase();
  const amount = (index: number): string => milliText(Number(values.get(charge.allocations[index]!.name)!.n));
  const last = charge.allocations.length - 1;
  const used = formulaNames(parseFormula(charge.allocations[last]!.formula));
  const parts = charge.allocations.flatMap(({ name }, i) => (i < last && used.includes(name) ? [`${label(i)} ${amount(i)}`] : []));
  const [your, is] = language === "en" ? ["your", "is"] : ["su", "es"];
  return `${your} ${label(last)} ${is} ${amount(last)} ${unit}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}; `;
}
