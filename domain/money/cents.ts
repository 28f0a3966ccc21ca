/**
 * Ledger money: whole cents in a JavaScript number. Never a fraction, never a float of dollars.
 * Everything that is not yet a whole cent lives in rating (scaled integers) and is rounded once, at a named point.
 */

/** Whole cents. Positive is owed to the utility; a credit is negative. */
export type Cents = number;

/** Largest amount accepted anywhere: ten million dollars. Sums of a billion such still fit in 2^53. */
export const CENTS_MAX = 1_000_000_000;

/** Throws unless the value is a whole number of cents within the limit: the guard at every door of the ledger. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not whole cents: ${value}`);
  if (Math.abs(value) > CENTS_MAX * 1_000) throw new RangeError(`amount out of range: ${value} cents`);
  return value === 0 ? 0 : value;
}

export function sumCents(values: Iterable<Cents>): Cents {
  let total = 0;
  for (const value of values) total += value;
  return cents(total);
}

/**
 * Reads an amount a person typed: `123.45`, `$1,234.5`, `12`. Returns null for anything else,
 * more than two decimals included: a guess about money is worse than a question.
 */
export function parseDollars(text: string): Cents | null {
  const match = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,8})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  const whole = Number(match[1]!.replaceAll(",", ""));
  const value = whole * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return value <= CENTS_MAX ? value : null;
}

/** `$1,234.56`; a negative amount is shown with a leading minus (ledger views; customers see `formatBalance`). */
export function formatDollars(value: Cents): string {
  const absolute = Math.abs(cents(value));
  const dollars = String(Math.floor(absolute / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "-" : ""}$${dollars}.${String(absolute % 100).padStart(2, "0")}`;
}

/** As a customer reads it: `$12.00` owed, `Credit $12.00`, never a minus sign. */
export function formatBalance(value: Cents): string {
  return value < 0 ? `Credit ${formatDollars(-value)}` : formatDollars(value);
}
