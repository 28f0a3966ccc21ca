/** Numbers that the compiled rate, the period and the arithmetic share. */

/** No limit: the last tier. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** Any season. */
export const ANY = -1;

export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
