/**
 * Like days: days on which people live alike. Weekdays are like weekdays, Saturdays like Saturdays, and a holiday is
 * like a Sunday. Used to estimate intervals from the recent weeks (four like days within ninety, as US practice has it).
 */
import { daysBetween, isoWeekday, type LocalDate } from "../calendar/local-date.ts";
import { slotsOfDay, wallClockOf, type TimeZone } from "../calendar/zone.ts";
import { QUALITY_ESTIMATED } from "./channel.ts";
import { dayStats, MISSING, slotStart, type PackedDay } from "./packed-day.ts";
import type { Milli } from "./units.ts";

export type DayClass = "weekday" | "saturday" | "sunday";

export function dayClass(day: LocalDate, holidays: ReadonlySet<LocalDate>): DayClass {
  const weekday = isoWeekday(day);
  if (weekday === 7 || holidays.has(day)) return "sunday";
  return weekday === 6 ? "saturday" : "weekday";
}

/** Most recent like days that are averaged. */
export const LIKE_DAYS = 4;

/** How far from the day they may lie. */
export const LIKE_DAYS_WITHIN = 90;

const DAY_MINUTES = 24 * 60;

/** A day by the wall clock: on a day whose clocks change, the same hour of another day is not the same slot. */
export interface WallDay {
  readonly day: LocalDate;
  readonly values: PackedDay;
}

/** Minutes since midnight on the wall clock at which each slot of the day begins. */
export function wallMinutes(day: LocalDate, zone: TimeZone, stepMinutes: number): Int32Array {
  const slots = slotsOfDay(day, zone, stepMinutes);
  const plain = slots * stepMinutes === DAY_MINUTES;
  return Int32Array.from({ length: slots }, (_, slot) => (plain ? slot * stepMinutes : wallClockOf(slotStart(slot, day, zone, stepMinutes), zone).minute));
}

/** The share of a day that must be measured for others to be estimated from it, in percent. */
const MEASURED_MIN = 75;

/** Days from which others may be estimated. */
export function usableDays(days: readonly WallDay[]): WallDay[] {
  return days.filter(({ values }) => {
    const { present, estimated, slots } = dayStats(values);
    return (present - estimated) * 100 >= slots * MEASURED_MIN;
  });
}

/** The up to `LIKE_DAYS` usable days most like the day: of its class and nearest to it, earlier ones first where equally near. */
export function likeDaysOf(day: LocalDate, usable: readonly WallDay[], holidays: ReadonlySet<LocalDate>): WallDay[] {
  const wanted = dayClass(day, holidays);
  const distance = (other: WallDay) => Math.abs(daysBetween(other.day, day));
  return usable
    .filter((other) => distance(other) <= LIKE_DAYS_WITHIN && dayClass(other.day, holidays) === wanted)
    .toSorted((a, b) => distance(a) - distance(b) || (a.day < b.day ? -1 : 1))
    .slice(0, LIKE_DAYS);
}

/** Mean of the like days' measured values at the same time of the wall clock; null where none has one. */
export function meanAt(wallMinute: number, likeDays: readonly WallDay[], zone: TimeZone, stepMinutes: number): Milli | null {
  let sum = 0;
  let count = 0;
  for (const { day, values: { values, quality } } of likeDays) {
    const plain = values.length * stepMinutes === DAY_MINUTES;
    const slot = plain ? wallMinute / stepMinutes : wallMinutes(day, zone, stepMinutes).indexOf(wallMinute);
    const value = slot < 0 ? MISSING : (values[slot] ?? MISSING);
    if (value === MISSING || quality?.[slot] === QUALITY_ESTIMATED) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : Math.round(sum / count);
}
