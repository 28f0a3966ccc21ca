/** Numbers that the compiled rate, the period and the arithmetic share. */

/** No limit: the last tier. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** Any season. */
export const ANY = -1;

/** a × b / c, rounded half up; whole numbers, zero or more. In BigInt where the product is beyond exact integers. */
export function timesOver(a: number, b: number, c: number): number {
  const product = a * b;
  if (2 * product + c < Number.MAX_SAFE_INTEGER) return Math.floor((2 * product + c) / (2 * c));
  return Number((2n * BigInt(a) * BigInt(b) + BigInt(c)) / (2n * BigInt(c)));
}

export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
