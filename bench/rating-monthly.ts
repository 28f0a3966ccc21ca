/**
 * A month's tiered bill, exact to the cent: a published water rate with a tax on top, from the compiled document, against the
 * same tariff as a naive loop on floats with its prices in plain arrays. The goal is 0.8 of the float loop, no cent wrong.
 */
import { pathToFileURL } from "node:url";
import { compileRate, parseRateDocument, rateCents, waterResidential, type Determinants, type RateDocumentInput } from "../domain/rating/index.ts";

const BILLS = 200_000;

/** The published rate with a city tax, so that the bill has a fixed charge, tiers and a percentage. */
const document: RateDocumentInput = {
  ...waterResidential.document,
  charges: [
    ...waterResidential.document.charges,
    { id: "city-tax", kind: "percentage", name: { en: "City utility tax" }, glKey: "tax-city", of: ["water-service", "water-use"], rates: [{ percent: "6.5" }] },
  ],
};

function compiled() {
  const parsed = parseRateDocument(document);
  if (!parsed.ok) throw new Error(parsed.issues.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return compileRate(parsed.document);
}

const rate = compiled();

/** Thousandths of a ccf, from nothing to a large garden, the same every run. */
const usages = new Int32Array(BILLS);
let state = 20_260_801;
for (let i = 0; i < BILLS; i++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  usages[i] = state % 40_000;
}

/** What the bill run has: one object a customer. */
const customers: Determinants[] = Array.from(usages, (usage) => ({ from: "2026-07-01", to: "2026-08-01", zone: "America/Chicago", quantities: { usage: { ccf: usage } }, meterSize: '5/8"' }));

export const name = "rating-monthly";

/** Bills in one call of `ours` or `reference`. */
export const units = BILLS;

/** Sum of all bills in cents, exact. */
export function ours(): number {
  let sum = 0;
  for (let i = 0; i < BILLS; i++) sum += rateCents(rate, customers[i]!);
  return sum;
}

const FIXED = 20.94;
const ENDS = [11, 24, Infinity];
const PRICES = [1.84, 2.34, 2.64];
const TAX = 0.065;

/** The same tariff as it is written in a hurry: dollars in floats, rounded to cents where the bill rounds. */
function floatCents(usage: number): number {
  let charge = 0;
  let lower = 0;
  for (let tier = 0; tier < ENDS.length; tier++) {
    const upper = Math.min(usage, ENDS[tier]!);
    if (upper <= lower) break;
    charge += (upper - lower) * PRICES[tier]!;
    lower = upper;
  }
  const fixed = Math.round(FIXED * 100);
  const use = Math.round(charge * 100);
  return fixed + use + Math.round((fixed + use) * TAX);
}

export function reference(): number {
  let sum = 0;
  for (let i = 0; i < BILLS; i++) sum += floatCents(customers[i]!.quantities["usage"]!.ccf! / 1000);
  return sum;
}

/** The same bill in BigInt, the long way round: thousandths of ccf × cents a ccf, halves up. */
function exactCents(usage: number): number {
  const ends = [11_000n, 24_000n, 1_000_000_000n];
  const prices = [184n, 234n, 264n];
  let charge = 0n;
  let lower = 0n;
  for (let tier = 0; tier < ends.length; tier++) {
    const upper = BigInt(usage) < ends[tier]! ? BigInt(usage) : ends[tier]!;
    if (upper > lower) charge += (upper - lower) * prices[tier]!;
    if (upper > lower) lower = upper;
  }
  const use = (charge * 2n + 1000n) / 2000n;
  const base = 2094n + use;
  return Number(base + (base * 65n * 2n + 1000n) / 2000n);
}

/** Cents of the float loop that are wrong; ours may have none. */
export function wrongCents(): { ours: number; reference: number } {
  let wrong = 0;
  let floats = 0;
  for (let i = 0; i < BILLS; i++) {
    const exact = exactCents(usages[i]!);
    if (rateCents(rate, customers[i]!) !== exact) wrong++;
    if (floatCents(usages[i]! / 1000) !== exact) floats++;
  }
  return { ours: wrong, reference: floats };
}

/** Not a cent of ours is wrong. Errors: says how many are. */
export function check(): void {
  const wrong = wrongCents();
  if (wrong.ours > 0) throw new Error(`${wrong.ours} of ${BILLS} bills differ from the exact amount`);
}

const PAIRS = 9;
const WARM_UP = 3;

function billsPerSecond(run: () => unknown): number {
  const start = performance.now();
  run();
  return (units * 1000) / (performance.now() - start);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  check();
  const pairs = Array.from({ length: WARM_UP + PAIRS }, () => ({ ours: billsPerSecond(ours), reference: billsPerSecond(reference) })).slice(WARM_UP);
  const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
  const million = (rates: number[]) => `${(median(rates) / 1e6).toFixed(1)} M/s`;
  console.log(
    `${name}: ${million(pairs.map((pair) => pair.ours))} bills, float loop ${million(pairs.map((pair) => pair.reference))}, ratio ${median(pairs.map((pair) => pair.ours / pair.reference)).toFixed(2)} (goal 0.8); wrong cents ${wrongCents().ours} against ${wrongCents().reference} of ${BILLS}`,
  );
}
