/**
 * Instants and the utility's wall clock. Instants are epoch milliseconds (UTC); a billing day is a
 * local day, which has 23 hours when clocks go forward, 25 when they go back, and 24 otherwise.
 */
import { Temporal } from "temporal-polyfill";
import { addDays, fromDayNumber, type LocalDate } from "./local-date.ts";

/** Milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** An IANA name, e.g. `America/Chicago`. A utility has exactly one. */
export type TimeZone = string;

export const MINUTE_MS = 60_000;

/** Time-zone rules are slow to evaluate; a utility has one zone and few thousand days, so days are remembered. */
const DAY_STARTS_MAX = 20_000;
const dayStarts = new Map<string, Instant>();

/** True when the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The instant at which the local day begins. */
export function startOfDay(date: LocalDate, zone: TimeZone): Instant {
  const key = `${zone} ${date}`;
  const known = dayStarts.get(key);
  if (known !== undefined) return known;
  const start = Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
  if (dayStarts.size >= DAY_STARTS_MAX) dayStarts.clear();
  dayStarts.set(key, start);
  return start;
}

/** Length of the local day in minutes: 1380, 1440 or 1500 (zones with half-hour changes differ accordingly). */
export function minutesOfDay(date: LocalDate, zone: TimeZone): number {
  return (startOfDay(addDays(date, 1), zone) - startOfDay(date, zone)) / MINUTE_MS;
}

/** How many intervals of `stepMinutes` the local day has, e.g. 92, 96 or 100 of a quarter hour. */
export function slotsOfDay(date: LocalDate, zone: TimeZone, stepMinutes: number): number {
  return minutesOfDay(date, zone) / stepMinutes;
}

/** A local day and the instants between which it lies; `end` is the first instant after it. */
export interface LocalDay {
  readonly date: LocalDate;
  readonly start: Instant;
  readonly end: Instant;
}

/** The day found last: instants are asked about in long runs of one day. */
let lastZone: TimeZone = "";
let lastDay: LocalDay = { date: "", start: 0, end: 0 };

/** The local day an instant falls on, with its bounds. Cheap: needs only the remembered starts of days. */
export function localDayOf(instant: Instant, zone: TimeZone): LocalDay {
  if (zone === lastZone && instant >= lastDay.start && instant < lastDay.end) return lastDay;
  lastDay = findLocalDay(instant, zone);
  lastZone = zone;
  return lastDay;
}

function findLocalDay(instant: Instant, zone: TimeZone): LocalDay {
  let date = fromDayNumber(Math.floor(instant / (24 * 60 * MINUTE_MS)));
  let start = startOfDay(date, zone);
  while (instant < start) {
    date = addDays(date, -1);
    start = startOfDay(date, zone);
  }
  for (;;) {
    const next = addDays(date, 1);
    const end = startOfDay(next, zone);
    if (instant < end) return { date, start, end };
    date = next;
    start = end;
  }
}

/** The local day an instant falls on. */
export function localDateOf(instant: Instant, zone: TimeZone): LocalDate {
  return localDayOf(instant, zone).date;
}

/** Wall-clock parts of an instant: its local day, and minutes since midnight on the wall clock. */
export function wallClockOf(instant: Instant, zone: TimeZone): { date: LocalDate; minute: number } {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return { date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute };
}
