/** The days a tariff calls holidays, from its rules: by date, by month and day (with its observance), or by weekday of a month. */
import { addDays, fromDayNumber, dayNumber, isLocalDate, isoWeekday, type LocalDate } from "../calendar/local-date.ts";
import { WEEKDAY_NAMES, type Holiday } from "./schema.ts";

const SATURDAY = 6;
const SUNDAY = 7;

/** Every holiday of the year, as day numbers. A rule for February 29 gives nothing in other years. */
export function holidaysOf(year: number, rules: readonly Holiday[]): ReadonlySet<number> {
  const days = new Set<number>();
  // A holiday on January 1 may be kept on December 31 of the year before, and the other way round.
  for (const rule of rules) {
    for (const ruleYear of [year - 1, year, year + 1]) {
      const day = dayOfRule(rule, ruleYear);
      if (day !== null && day.startsWith(String(year))) days.add(dayNumber(day));
    }
  }
  return days;
}

function dayOfRule(rule: Holiday, year: number): LocalDate | null {
  if ("date" in rule) return rule.date;
  if ("on" in rule) {
    const day = `${year}-${rule.on}`;
    return isLocalDate(day) ? observedDay(day, rule.observed) : null;
  }
  return nthWeekday(year, rule.month, WEEKDAY_NAMES.indexOf(rule.weekday) + 1, rule.nth);
}

function observedDay(day: LocalDate, observed: "same-day" | "nearest" | "monday"): LocalDate {
  const weekday = isoWeekday(day);
  if (weekday === SUNDAY && observed !== "same-day") return addDays(day, 1);
  if (weekday === SATURDAY && observed === "nearest") return addDays(day, -1);
  return day;
}

function nthWeekday(year: number, month: number, weekday: number, nth: number): LocalDate {
  const first = dayNumber(`${year}-${String(month).padStart(2, "0")}-01`);
  if (nth > 0) return fromDayNumber(first + ((weekday - isoWeekday(fromDayNumber(first)) + 7) % 7) + (nth - 1) * 7);
  const next = month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, "0")}-01`;
  const last = dayNumber(next) - 1;
  return fromDayNumber(last - ((isoWeekday(fromDayNumber(last)) - weekday + 7) % 7));
}
