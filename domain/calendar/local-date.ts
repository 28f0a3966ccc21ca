/**
 * Local dates of the utility: a day on the wall calendar, written `YYYY-MM-DD`.
 * Periods are half-open: `from` counts, `to` does not, so that one bill's end is the next one's start.
 */
/** A calendar day in the utility's time zone, `YYYY-MM-DD`. Sorts as text. */
export type LocalDate = string;

/** A half-open span of local days: `from` is in it, `to` is the first day after it. */
export interface Period {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

const DAY_MS = 86_400_000;

/** Days whose text is remembered, to the year 2106: ingest asks for the same few thousand a million times. */
const REMEMBERED_DAYS = 50_000;
const texts: LocalDate[] = [];

const LOCAL_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** True when the text is a real day of the calendar (`2026-02-30` is not). */
export function isLocalDate(text: string): boolean {
  if (!LOCAL_DATE.test(text)) return false;
  return new Date(dayNumber(text) * DAY_MS).toISOString().slice(0, 10) === text;
}

/** The day asked about last: reads come in long runs of one day. */
let lastDate: LocalDate = "";
let lastNumber = Number.NaN;

/** Days since 1970-01-01; the arithmetic of calendar days without a time zone. */
export function dayNumber(date: LocalDate): number {
  if (date === lastDate) return lastNumber;
  lastNumber = Math.round(Date.UTC(+date.slice(0, 4), +date.slice(5, 7) - 1, +date.slice(8, 10)) / DAY_MS);
  lastDate = date;
  return lastNumber;
}

/** The inverse of `dayNumber`. */
export function fromDayNumber(day: number): LocalDate {
  if (day < 0 || day >= REMEMBERED_DAYS) return dateText(day);
  return (texts[day] ??= dateText(day));
}

function dateText(day: number): LocalDate {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return fromDayNumber(dayNumber(date) + days);
}

/** Adds calendar months; the 31st becomes the last day of a shorter month. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const month = +date.slice(0, 4) * 12 + monthOf(date) - 1 + months;
  const first = Math.round(Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS);
  const length = Math.round(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1) / DAY_MS) - first;
  return fromDayNumber(first + Math.min(+date.slice(8, 10), length) - 1);
}

/** Whole days from `from` (counted) to `to` (not counted). */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function isoWeekday(date: LocalDate): number {
  return ((dayNumber(date) + 3) % 7 + 7) % 7 + 1;
}

/** 1 … 12. */
export function monthOf(date: LocalDate): number {
  return +date.slice(5, 7);
}

/** Every day of the period, first to last. */
export function eachDay(period: Period): LocalDate[] {
  const first = dayNumber(period.from);
  return Array.from({ length: Math.max(0, daysBetween(period.from, period.to)) }, (_, i) => fromDayNumber(first + i));
}
