/** Formulas of tariffs: what they mean, what cannot be read, and charges priced by them. */
import { expect, test } from "vitest";
import { compileFormula, formulaText, parseFormula } from "./formula.ts";
import { compiled, usedWater, waterRate } from "./fixtures.testing.ts";
import { parseRateDocument, rateCents, rateSegment } from "./index.ts";
import { ratio, ratioOfText, wholeParts } from "./ratio.ts";

const value = (text: string, names: Readonly<Record<string, string>> = {}): string => {
  const { n, d } = compileFormula(parseFormula(text))((name) => ratioOfText(names[name]!));
  const milli = wholeParts({ n, d }, 1000n);
  return String(Number(milli) / 1000);
};

test.each([
  ["2 + 3 * 4", "14"],
  ["(2 + 3) * 4", "20"],
  ["10 - 3 - 2", "5"],
  ["-2 * 3", "-6"],
  ["1 / 3 * 3", "1"],
  [".62 * 100", "62"],
  ["min(3, 1, 2) + max(3, 1, 2)", "4"],
  ["round(2.5) + round(-2.5) + round(1.005, 2)", "1.01"],
  ["floor(-1.5) + ceil(1.2)", "0"],
  ["if(2 > 1 and 1 >= 1, 7, 8)", "7"],
  ["if(2 == 1 || 3 != 3, 7, 8)", "8"],
  ["(1 < 2) + (2 <= 1)", "1"],
])("%s is %s", (text, result) => {
  expect(value(text)).toBe(result);
  expect(value(formulaText(parseFormula(text)))).toBe(result);
});

test("the indoor allocation of a family of three: 60 gallons a person and day, in ccf", () => {
  expect(value("gpcd * people * days / 748", { gpcd: "60", people: "3", days: "30.4" })).toBe("7.316");
});

test.each([
  ["2 +", "ends where a number or a name is expected"],
  ["(2 + 3", "has a parenthesis at character 1 that is not closed"],
  ["2 3", "has 3 at character 3 where an operator or the end is expected"],
  ["usage ** 2", "has * at character 8 where a number or a name is expected"],
  ["usage ^ 2", "cannot be read at character 6: ^ 2"],
  ["sqrt(usage)", "has sqrt(…) at character 1, which is not a function; there are min, max, round, floor, ceil, if"],
  ["if(usage > 2, 1)", "gives if 2 values at character 1; it takes 3"],
  ["round(usage, places)", "must round to a number of decimals between 0 and 8 at character 1"],
  ["min", "has min at character 1 without its parentheses"],
  ["1.2.3", "cannot be read at character 1: 1.2.3"],
  ["(".repeat(31) + "1" + ")".repeat(31), "is nested more than 30 deep"],
  ["1" + "+1".repeat(200), "is longer than 400 characters"],
  ["1" + "+1".repeat(60), "has more than 120 parts"],
])("%s %s", (text, message) => {
  expect(() => parseFormula(text)).toThrow(message);
});

const units = (formula: string, more: object = {}) => waterRate([
  { id: "service", kind: "fixed", name: { en: "Service" }, glKey: "service", rates: [{ amount: "10.00" }] },
  { id: "units", kind: "formula", name: { en: "Further homes" }, glKey: "units", amount: formula, rates: [{ figures: { each: "61.50" } }], ...more },
]);

test("each further home pays a part of the first one's charge, and the sentence can be checked with a calculator", () => {
  const bill = rateSegment(compiled(units("(dwellingUnits - 1) * each * 0.55")), usedWater(5, { dwellingUnits: 4 }));
  expect(bill.lines[1]).toMatchObject({ cents: 10148, exact: "101.475", sentence: "Reckoned as (dwelling units 4 − 1) × each 61.50 × 0.55: $101.48.", sentenceEs: "Calculado como (viviendas 4 − 1) × each 61.50 × 0.55: $101.48." });
});

test("a formula over an earlier line and a count of the customer", () => {
  const rate = compiled(units("service * lots * 0.02 + 0 * each", { lines: { service: "service" } }));
  expect(rateCents(rate, usedWater(5, { counts: { lots: 3_000 } }))).toBe(1060);
  expect(() => rateCents(rate, usedWater(5))).toThrow("counts.lots: is needed by this rate and not given");
});

test("what cannot be reckoned names the charge", () => {
  const rate = compiled(units("each / lots"));
  expect(() => rateCents(rate, usedWater(5, { counts: { lots: 0 } }))).toThrow("charges.1: the formula of units is divided by zero");
  const large = compiled(units("each * lots * lots"));
  expect(() => rateCents(large, usedWater(5, { counts: { lots: 9_000_000 } }))).toThrow("charges.1: the formula of units comes to more than $10000000");
});

const budgetRate = (more: object = {}) => waterRate([{
  id: "use", kind: "budget", name: { en: "Water use" }, glKey: "use",
  allocations: [
    { name: "indoor", label: { en: "Indoor", es: "Interior" }, formula: "gpcd * people * days / 748" },
    { name: "outdoor", label: { en: "Outdoor", es: "Exterior" }, formula: "landscape * et * area * 0.62 / 748" },
    { name: "budget", label: { en: "Water budget", es: "Presupuesto de agua" }, formula: "indoor + outdoor" },
  ],
  // Moulton Niguel Water District, single-family homes, 2016-01-01.
  rates: [{ figures: { gpcd: "60", landscape: "0.7" }, tiers: [{ upTo: "indoor", price: "1.49" }, { upTo: "1.01 * budget", price: "1.70" }, { upTo: "1.26 * budget", price: "2.62" }, { upTo: "1.51 * budget", price: "4.38" }, { upTo: null, price: "9.17" }] }],
  ...more,
}]);
const family = { counts: { people: 3_000, et: 4_800, area: 1_300_000 } };
const familyRate = (more: object = {}) => compiled({ ...budgetRate(more), largest: { count: "100000" } });

test("a water budget: indoor and outdoor in whole units, tiers where a percent of it ends", () => {
  const bill = rateSegment(familyRate(), usedWater(18, family));
  expect(bill.lines[0]).toMatchObject({
    cents: 7 * 149 + 4 * 170 + 3 * 262 + 3 * 438 + 917,
    sentence: "Your water budget is 11 ccf (indoor 7, outdoor 4); 7 ccf at $1.49, 4 ccf at $1.70, 3 ccf at $2.62, 3 ccf at $4.38 and 1 ccf at $9.17: $47.40.",
  });
  expect(bill.lines[0]!.steps.map(({ label }) => label)).toEqual(["First 7 ccf", "Next 4 ccf", "Next 3 ccf", "Next 3 ccf", "Over 17 ccf"]);
});

test("a budget's tier that ends below the one before it is empty", () => {
  const rate = familyRate({ rates: [{ figures: { gpcd: "60", landscape: "0.7" }, tiers: [{ upTo: "indoor", price: "1" }, { upTo: "outdoor", price: "50" }, { upTo: null, price: "2" }] }] });
  expect(rateCents(rate, usedWater(10, family))).toBe(7 * 100 + 3 * 200);
});

test.each([
  [units("each +"), "charges.1.amount: the formula ends where a number or a name is expected"],
  [units("usage * 2"), "charges.1.rates.0.figures.each: each is in no formula of this charge"],
  [units("each", { lines: { later: "units" } }), "charges.1.lines.later: there is no charge units before this one"],
  [units("each", { rates: [{ figures: { each: "1" }, when: { meterSize: "1" } }, { figures: { other: "1" }, when: { meterSize: "2" } }] }), "charges.1.rates.1.figures: must name the same figures as the first row"],
  [units("each + usage", { rates: [{ figures: { each: "1", usage: "2" } }] }), "charges.1.rates.0.figures.usage: usage already means something in every formula"],
  [budgetRate({ allocations: [{ name: "indoor", label: { en: "Indoor" }, formula: "budget * gpcd * landscape" }, { name: "budget", label: { en: "Budget" }, formula: "3" }] }), "charges.0.allocations.0.formula: names budget, which is reckoned after it"],
  [budgetRate({ rates: [{ figures: { gpcd: "1", landscape: "1" }, tiers: [{ upTo: "budget", price: "1" }] }] }), "charges.0.rates.0.tiers.0.upTo: the last tier's upTo must be null"],
])("a document is refused with path and reason (%#)", (document, message) => {
  const parsed = parseRateDocument(document);
  expect(parsed.ok ? "" : parsed.issues.map((issue) => `${issue.path}: ${issue.message}`)).toContain(message);
});

test("a fraction is never reduced and never wrong", () => {
  expect(wholeParts(ratio(-5, 2), 1n)).toBe(-3n);
  expect(wholeParts(ratio(5, 2), 1n)).toBe(3n);
  expect(wholeParts(ratio(-5, 2), 1n, "up")).toBe(-2n);
});
