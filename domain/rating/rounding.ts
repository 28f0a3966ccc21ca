/** From exact amounts to whole cents, at the document's rounding point and in its way. */
import type { Cents } from "../money/cents.ts";
import type { RoundingMode } from "./schema.ts";

/**
 * Rounds `whole + rest / parts` cents, 0 ≤ rest < parts. `half-up` sends ties away from zero, so that a credit is the mirror of
 * its charge; `half-even` to the even cent; `down` and `up` mean towards and away from zero.
 */
export function roundAmount(whole: number, rest: number, parts: number, mode: RoundingMode): Cents {
  if (rest === 0) return whole;
  if (mode === "half-up") return rest * 2 > parts || (rest * 2 === parts && whole >= 0) ? whole + 1 : whole;
  if (mode === "half-even") return rest * 2 > parts || (rest * 2 === parts && whole % 2 !== 0) ? whole + 1 : whole;
  const towardsZero = mode === "down";
  return whole < 0 === towardsZero ? whole + 1 : whole;
}

interface ExactAmounts {
  readonly whole: Float64Array;
  readonly rest: Float64Array;
  readonly parts: Float64Array;
}

/** The rounded sum of exact amounts with different denominators. Only documents that round the total need it. */
export function sumExact(indexes: readonly number[], amounts: ExactAmounts, mode: RoundingMode): Cents {
  let whole = 0;
  let rest = 0n;
  let parts = 1n;
  for (const i of indexes) {
    whole += amounts.whole[i]!;
    if (amounts.rest[i] === 0) continue;
    const of = BigInt(amounts.parts[i]!);
    rest = rest * of + BigInt(amounts.rest[i]!) * parts;
    parts *= of;
    whole += Number(rest / parts);
    rest %= parts;
  }
  if (rest === 0n) return whole;
  // The rest is between two cents; only its place against the middle matters.
  const middle = rest * 2n === parts ? 1 : rest * 2n > parts ? 1.5 : 0.5;
  return roundAmount(whole, middle, 2, mode);
}

/** Decimals to which an amount that never ends (a share of days) is written. */
const EXACT_DECIMALS = 12;

/** `whole + rest / parts` cents as dollars in decimal text; one that never ends is written to 12 decimals. */
export function exactDollars(whole: number, rest: number, parts: number): string {
  const of = BigInt(parts);
  const cents = BigInt(whole) * of + BigInt(rest);
  const size = cents < 0n ? -cents : cents;
  const scaled = (size * 10n ** BigInt(EXACT_DECIMALS - 2) * 2n + of) / (of * 2n);
  const digits = String(scaled).padStart(EXACT_DECIMALS + 1, "0");
  const fraction = digits.slice(-EXACT_DECIMALS).replace(/0+$/, "").padEnd(2, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -EXACT_DECIMALS)}.${fraction}`;
}
