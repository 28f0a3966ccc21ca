/**
 * The legal public holidays of the United States (5 U.S.C. § 6103), by their rules, with the day on which offices close:
 * one that falls on a Saturday is kept on the Friday before, on a Sunday on the Monday after. Offered to a utility when it
 * is set up; what it keeps itself is a setting.
 */
import { fromDayNumber, type LocalDate } from "../calendar/local-date.ts";
import { holidaysOf } from "../rating/holidays.ts";
import type { Holiday } from "../rating/schema.ts";

const FEDERAL_HOLIDAYS: readonly Holiday[] = [
  { name: "New Year's Day", on: "01-01", observed: "nearest" },
  { name: "Martin Luther King Jr. Day", weekday: "monday", month: 1, nth: 3 },
  { name: "Presidents' Day", weekday: "monday", month: 2, nth: 3 },
  { name: "Memorial Day", weekday: "monday", month: 5, nth: -1 },
  { name: "Juneteenth", on: "06-19", observed: "nearest" },
  { name: "Independence Day", on: "07-04", observed: "nearest" },
  { name: "Labor Day", weekday: "monday", month: 9, nth: 1 },
  { name: "Columbus Day", weekday: "monday", month: 10, nth: 2 },
  { name: "Veterans Day", on: "11-11", observed: "nearest" },
  { name: "Thanksgiving Day", weekday: "thursday", month: 11, nth: 4 },
  { name: "Christmas Day", on: "12-25", observed: "nearest" },
];

/** The days of one calendar year on which federal offices are closed, in order. New Year's Day of the next year may be among them. */
export function federalHolidays(year: number): { readonly on: LocalDate; readonly name: string }[] {
  return FEDERAL_HOLIDAYS.flatMap((rule) => [...holidaysOf(year, [rule])].map((day) => ({ on: fromDayNumber(day), name: rule.name })))
    .sort((a, b) => a.on.localeCompare(b.on));
}
