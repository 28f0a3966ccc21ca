/**
 * Dates and times as head-ends write them. American order (month first) is taken for dates with slashes, because the
 * head-ends of US utilities write it so; a mapping may say otherwise.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Reads before or after these years are a broken clock or a column taken for another. */
const YEAR_MIN = 1970;
const YEAR_MAX = 2199;

/** What the American zones are called when a stamp names one, in minutes east of Greenwich. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  Z: 0, UTC: 0, GMT: 0, AST: -240, ADT: -180, EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420, AKST: -540, AKDT: -480, HST: -600, SST: -660, CHST: 600,
};

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** Behind three groups of the date; what stands between hour and minutes, if anything, stands between minutes and seconds. */
const CLOCK = String.raw`(?:[T\s,]+(\d{1,2})(?:([:.]?)(\d{2})(?:\5(\d{2})(?:\.(\d{1,9}))?)?)?\s*(?:([AaPp])\.?(?:[Mm]\.?)?(?![A-Za-z]))?)?`;
const ZONE = String.raw`\s*(?:([A-Za-z]{1,4})|([+-])(\d{2}):?(\d{2})?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${CLOCK}${ZONE}$`);
/** 20240801 01:15, 20240801T011500Z. */
const COMPACT = new RegExp(`^(\\d{4})(\\d{2})(\\d{2})(?=[T\\s])${CLOCK}${ZONE}$`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})${CLOCK}${ZONE}$`);
const NAMED_MONTH = new RegExp(`^(\\d{1,2})[-\\s]([A-Za-z]{3})[A-Za-z]*[-\\s,]+(\\d{4}|\\d{2})${CLOCK}${ZONE}$`);
const MONTH_DAY_YEAR = new RegExp(`^([A-Za-z]{3})[A-Za-z]*\\s+(\\d{1,2}),?\\s+(\\d{4})${CLOCK}${ZONE}$`);
const DIGITS = /^\d{8}(?:\d{4}(?:\d{2})?)?$/;
const EPOCH = /^\d{10}(?:\d{3})?$/;

/**
 * Reads stamps one after the other and leaves what it found in its fields; one is made a file, because making an object
 * for each of millions of stamps costs more than reading them.
 */
export class TimeText {
  /** Milliseconds since 1970-01-01 on the wall clock that the stamp speaks of. */
  wall = 0;
  /** Milliseconds by which that clock is ahead of UTC, when the stamp says so; else null. */
  offset: number | null = null;
  readonly #dayFirst: boolean;
  #lastText = "";
  #lastOk = false;

  constructor(dayFirst = false) {
    this.#dayFirst = dayFirst;
  }

  /** Reads a stamp; false when it is none. */
  read(text: string): boolean {
    if (text === this.#lastText) return this.#lastOk;
    this.#lastText = text;
    this.offset = null;
    return (this.#lastOk = this.#fixed(text) || this.#free(text.replaceAll("\u00a0", " ").trim()));
  }

  /** YYYY-MM-DD HH:MM[:SS] and MM/DD/YYYY HH:MM[:SS], the two that nearly all files have, digit by digit. */
  #fixed(text: string): boolean {
    const length = text.length;
    if (length !== 16 && length !== 19 && (length < 21 || text.charCodeAt(19) !== 46)) return false;
    const yearFirst = text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45;
    if (!yearFirst && (this.#dayFirst || text.charCodeAt(2) !== 47 || text.charCodeAt(5) !== 47)) return false;
    const between = text.charCodeAt(10);
    if ((between !== 32 && between !== 84) || text.charCodeAt(13) !== 58) return false;
    const year = yearFirst ? four(text, 0) : four(text, 6);
    const month = two(text, yearFirst ? 5 : 0);
    const day = two(text, yearFirst ? 8 : 3);
    const hour = two(text, 11);
    const minute = two(text, 14);
    const second = length === 16 ? 0 : text.charCodeAt(16) === 58 ? two(text, 17) : Number.NaN;
    return this.#set(year, month, day, hour, minute, second, length <= 19 ? 0 : thousandths(text, 20));
  }

  #free(text: string): boolean {
    if (DIGITS.test(text) && !EPOCH.test(text)) {
      return this.#set(+text.slice(0, 4), +text.slice(4, 6), +text.slice(6, 8), +text.slice(8, 10), +text.slice(10, 12), +text.slice(12, 14), 0);
    }
    if (EPOCH.test(text)) {
      this.offset = 0;
      this.wall = text.length === 10 ? Number(text) * 1000 : Number(text);
      return true;
    }
    let match = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
    if (match) return this.#parts(match, +match[1]!, +match[2]!, +match[3]!);
    if ((match = YEAR_LAST.exec(text))) return this.#parts(match, fullYear(match[3]!), +match[this.#dayFirst ? 2 : 1]!, +match[this.#dayFirst ? 1 : 2]!);
    if ((match = NAMED_MONTH.exec(text))) return this.#parts(match, fullYear(match[3]!), MONTHS.indexOf(match[2]!.toUpperCase()) + 1, +match[1]!);
    if ((match = MONTH_DAY_YEAR.exec(text))) return this.#parts(match, +match[3]!, MONTHS.indexOf(match[1]!.toUpperCase()) + 1, +match[2]!);
    return false;
  }

  #parts(match: RegExpExecArray, year: number, month: number, day: number): boolean {
    const [, , , , hourText = "0", , minute = "0", second = "0", fraction = "0", half, zone, sign, zoneHours = "0", zoneMinutes = "0"] = match;
    let hour = +hourText;
    if (half !== undefined) {
      if (hour < 1 || hour > 12) return false;
      hour = (hour % 12) + (half.toUpperCase() === "P" ? 12 : 0);
    }
    if (zone !== undefined) {
      const minutes = ABBREVIATIONS[zone.toUpperCase()];
      if (minutes === undefined) return false;
      this.offset = minutes * MINUTE_MS;
    } else if (sign !== undefined) {
      if (+zoneHours > 15 || +zoneMinutes > 59) return false;
      this.offset = (+zoneHours * HOUR_MS + +zoneMinutes * MINUTE_MS) * (sign === "-" ? -1 : 1);
    }
    return this.#set(year, month, day, hour, +minute, +second, +fraction.padEnd(3, "0").slice(0, 3));
  }

  #set(year: number, month: number, day: number, hour: number, minute: number, second: number, millis: number): boolean {
    const date = civilDay(year, month, day);
    // Midnight at the end of a day is written 24:00 by some.
    const clockOk = (hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 && millis >= 0) || (hour === 24 && minute === 0 && second === 0);
    if (date < 0 || !clockOk) return false;
    this.wall = date * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + millis;
    return true;
  }
}

/** Two digits as a number, NaN when they are none. */
export function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function four(text: string, at: number): number {
  return two(text, at) * 100 + two(text, at + 2);
}

/** Three digits after a point of which the rest is digits as well; NaN when they are none. */
function thousandths(text: string, from: number): number {
  let value = 0;
  for (let i = 0; i < 3 || from + i < text.length; i++) {
    const digit = from + i < text.length ? text.charCodeAt(from + i) - 48 : 0;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    if (i < 3) value = value * 10 + digit;
  }
  return value;
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + +text : +text);

const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 of a date of our time, or -1 when there is no such day. */
export function civilDay(year: number, month: number, day: number): number {
  if (!(year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1)) return -1;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > MONTH_DAYS[month - 1]! + (leap && month === 2 ? 1 : 0)) return -1;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leapDays + BEFORE_MONTH[month - 1]! + (leap && month > 2 ? 1 : 0) + day - 1;
}
