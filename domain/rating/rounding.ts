/** From exact amounts to whole cents, at the document's rounding point and in its way. */
import type { Cents } from "../money/cents.ts";
import type { RoundingMode } from "./schema.ts";

/**
 * Rounds `amount + rest / parts` cents, all integers. `half-up` sends ties away from zero, so that a credit is the mirror of
 * its charge; `half-even` to the even cent; `down` and `up` mean towards and away from zero.
 * The quotient of two integers below 2^53 never rounds up to the next integer, so its floor is exact.
 */
export function roundAmount(amount: number, rest: number, parts: number, mode: RoundingMode): Cents {
  const carry = Math.floor(rest / parts);
  const over = rest - carry * parts;
  const whole = amount + carry;
  if (over === 0) return whole;
  if (mode === "half-up") return over * 2 > parts || (over * 2 === parts && whole >= 0) ? whole + 1 : whole;
  if (mode === "half-even") return over * 2 > parts || (over * 2 === parts && whole % 2 !== 0) ? whole + 1 : whole;
  return whole < 0 === (mode === "down") ? whole + 1 : whole;
}

/**
 * A half less more than the first guess of a quotient can be wrong: a double has 53 bits, and no charge is above
 * 5 × 10^10 cents, so the guess is within 2 × 10^-5 of the quotient. It is then the rounded one or the cent below.
 */
const NEARLY_HALF = 0.4999;

/**
 * Rounds `amount / parts` half up, away from zero. `inverse` is 1 / parts: a product makes the guess and whole numbers decide,
 * which is several times faster than a division and its remainder.
 */
export function roundHalfUp(amount: number, parts: number, inverse: number): Cents {
  if (amount < 0) return 0 - roundHalfUp(-amount, parts, inverse);
  const guess = Math.floor(amount * inverse + NEARLY_HALF);
  return 2 * (amount - guess * parts) >= parts ? guess + 1 : guess;
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
  }
  const carry = rest / parts - (rest % parts < 0n ? 1n : 0n);
  whole += Number(carry);
  rest -= carry * parts;
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
