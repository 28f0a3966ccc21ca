/**
 * Exact decimals as text. A reading is never held in a binary fraction: shifting a point, and multiplying by a meter's
 * constant, are done on digits.
 */

/** A million million of any unit is more than a meter counts; further digits are a broken sender. */
const WHOLE_DIGITS_MAX = 12;

/** Digits after the point beyond this are no measurement. */
const FRACTION_DIGITS_MAX = 30;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eEdD]([+-]?\d{1,3}))?$/;
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;

/**
 * A number as somebody wrote it, as canonical decimal text, or null when it is none or beyond what is counted.
 * Takes surrounding blanks, a plus sign, leading and trailing zeros, exponents (E, also D as in CMEP), and commas between
 * thousands: "023497.071" → "23497.071", "43490.000" → "43490", "1.2E3" → "1200", "1,234.5" → "1234.5".
 */
export function plainDecimal(raw: string): string | null {
  const length = raw.length;
  const first = raw.charCodeAt(0);
  // Most values are a few digits, perhaps a point, and perhaps needless zeros behind it.
  if (first >= 48 && first <= 57 && length <= WHOLE_DIGITS_MAX && (first !== 48 || length === 1 || raw.charCodeAt(1) === 46)) {
    let point = -1;
    let last = 0;
    let i = 1;
    for (; i < length; i++) {
      const code = raw.charCodeAt(i);
      if (code === 46 && point < 0) point = i;
      else if (code < 48 || code > 57) break;
      else if (code !== 48) last = i;
    }
    if (i === length && point !== length - 1) return point < 0 || last === length - 1 ? raw : raw.slice(0, last > point ? last + 1 : point);
  }
  return canonical(raw.trim());
}

function canonical(text: string): string | null {
  const match = DECIMAL.exec(text) ?? (GROUPED.test(text) ? DECIMAL.exec(text.replaceAll(",", "")) : null);
  if (match === null) return null;
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  if (whole.length + fraction.length === 0) return null;
  return placed(match[1] === "-", whole + fraction, Number(match[4] ?? 0) - fraction.length);
}

/** digits × 10^shift as canonical text, or null beyond the limits. */
function placed(negative: boolean, digits: string, shift: number): string | null {
  let from = 0;
  let to = digits.length;
  while (from < to && digits.charCodeAt(from) === 48) from++;
  while (to > from && digits.charCodeAt(to - 1) === 48) to--;
  if (from === to) return "0";
  const significant = digits.slice(from, to);
  const point = significant.length + shift + (digits.length - to);
  if (point > WHOLE_DIGITS_MAX || significant.length - point > FRACTION_DIGITS_MAX) return null;
  const sign = negative ? "-" : "";
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${significant}`;
  if (point >= significant.length) return sign + significant + "0".repeat(point - significant.length);
  return `${sign}${significant.slice(0, point)}.${significant.slice(point)}`;
}

/** Canonical decimal text × 10^power; null beyond the limits. */
export function shifted(value: string, power: number): string | null {
  if (power === 0) return value;
  const { negative, digits, scale } = partsOf(value);
  return placed(negative, digits, power - scale);
}

/** Product of two canonical decimals, exact; null beyond the limits. */
export function product(value: string, factor: string): string | null {
  if (factor === "1") return value;
  const a = partsOf(value);
  const b = partsOf(factor);
  return placed(a.negative !== b.negative, String(BigInt(a.digits) * BigInt(b.digits)), -a.scale - b.scale);
}

function partsOf(value: string): { negative: boolean; digits: string; scale: number } {
  const negative = value.startsWith("-");
  const text = negative ? value.slice(1) : value;
  const point = text.indexOf(".");
  return point < 0 ? { negative, digits: text, scale: 0 } : { negative, digits: text.slice(0, point) + text.slice(point + 1), scale: text.length - point - 1 };
}

/** Why a text is not a value, for a person. */
export function notDecimal(raw: string): string {
  const text = raw.trim();
  if (text === "") return "there is no value";
  return DECIMAL.test(text) || GROUPED.test(text) ? `${quoted(text)} is more than any meter counts` : `${quoted(text)} is not a number`;
}

/** What stood in the file, cut short, for a sentence. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
