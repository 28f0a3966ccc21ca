/** Exact fractions, for formulas: a formula may divide, and what it decides must not depend on the order of its operations. */

export interface Ratio {
  readonly n: bigint;
  /** Always above zero. Fractions are not reduced: a formula is too short for that to pay. */
  readonly d: bigint;
}

export const ratio = (n: bigint | number, d: bigint | number = 1n): Ratio => ({ n: BigInt(n), d: BigInt(d) });

export const plus = (a: Ratio, b: Ratio): Ratio => (a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { n: -b.n, d: b.d });
export const times = (a: Ratio, b: Ratio): Ratio => ({ n: a.n * b.n, d: a.d * b.d });

/** Errors: a `RangeError` when the divisor is zero. */
export function over(a: Ratio, b: Ratio): Ratio {
  if (b.n === 0n) throw new RangeError("is divided by zero");
  return b.n < 0n ? { n: -a.n * b.d, d: a.d * -b.n } : { n: a.n * b.d, d: a.d * b.n };
}

/** Below zero, zero or above, as a is less than, equal to or more than b. */
export function compare(a: Ratio, b: Ratio): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function floorOf(n: bigint, d: bigint): bigint {
  return n / d - (n % d < 0n ? 1n : 0n);
}

export type ToWhole = "nearest" | "down" | "up";

/** As a whole number of 1 / parts: `nearest` sends a half away from zero, `down` and `up` mean towards less and more. */
export function wholeParts({ n, d }: Ratio, parts: bigint, mode: ToWhole = "nearest"): bigint {
  const scaled = n * parts;
  if (mode === "down") return floorOf(scaled, d);
  if (mode === "up") return -floorOf(-scaled, d);
  return scaled < 0n ? -floorOf(-2n * scaled + d, 2n * d) : floorOf(2n * scaled + d, 2n * d);
}

/** Decimal text as a fraction. */
export function ratioOfText(text: string): Ratio {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const n = BigInt(`${whole}${fraction}`);
  return { n: text.startsWith("-") ? -n : n, d: 10n ** BigInt(fraction.length) };
}
