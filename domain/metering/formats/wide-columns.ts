/**
 * Tables with a row a day and a column an interval: which column is which interval, and when that was on a day of 23, 24
 * or 25 hours. Columns are either times of the clock (00:15 … 24:00) or simply the first, second, … interval of the day
 * (V1 … V96). Layout: docs/formats/csv-mapping.md.
 */
import type { Instant } from "../../calendar/zone.ts";
import { skippedTime, type WallClock } from "./wall-clock.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const HOUR_MINUTES = 60;
/** The longest day of America. */
const LONG_DAY_MINUTES = 25 * HOUR_MINUTES;

/** `clock`: a column is a time of the clock. `elapsed`: columns follow each other without a gap from midnight on. */
export type DayColumns = "clock" | "elapsed";

/** Intervals of a day, by how many columns there are for them: of the shortest, of a usual and of the longest day. */
const LENGTHS: readonly (readonly [minutes: number, counts: readonly number[]])[] = [
  [60, [23, 24, 25]], [30, [46, 48, 50]], [15, [92, 96, 100]], [5, [276, 288, 300]],
];

/** A column of one interval. */
export interface WideSlot {
  readonly at: number;
  /** Minutes of the day at which the interval begins: on the clock, or since midnight. */
  readonly minute: number;
  /** `clock`: the second time that the clock showed it, on the day on which it goes back. */
  readonly again: boolean;
}

export interface WideColumns {
  readonly minutes: number;
  readonly days: DayColumns;
  readonly stamp: "start" | "end";
  readonly slots: readonly WideSlot[];
  /** By the minute of `clock`: whether there is a column for the second time. */
  readonly twice: ReadonlySet<number>;
  /** Position after the columns of a usual day: those behind it are for the longest day, and may be missing in a row. */
  readonly usualEnd: number;
}

export interface WideOptions {
  readonly from: number;
  readonly to: number;
  /** Length of an interval, where it is told. */
  readonly minutes: number | null;
  /** Whether titles that are times are ends or starts; null: as they show. */
  readonly stamp: "start" | "end" | null;
  readonly days: DayColumns | null;
}

/** The intervals of the columns `from` to `to`, or why they are none. `titles` are empty where there is no header. */
export function wideColumns(titles: readonly string[], { from, to, minutes: told, stamp: toldStamp, days: toldDays }: WideOptions): WideColumns | string {
  const count = to - from + 1;
  if (from < 0 || count < 2) return "the last column of the intervals does not come after the first";
  const named = titles.slice(from, to + 1).map((title) => title.split(RANGE));
  const times = named.map(([first = ""]) => timeOfTitle(first));
  const timed = times.length === count && times.every((time) => time !== null);
  const minutes = told ?? (timed ? Math.abs(times[1]!.minute - times[0]!.minute) : lengthOf(count));
  if (minutes === null || minutes <= 0 || DAY_MINUTES % minutes !== 0) return `${count} columns of intervals are no day's; say how long an interval is`;
  if (count > LONG_DAY_MINUTES / minutes) return `${count} columns are more than the ${LONG_DAY_MINUTES / minutes} intervals of ${minutes} minutes that the longest day has`;
  const usual = DAY_MINUTES / minutes;
  const days = toldDays ?? (timed ? "clock" : "elapsed");
  if (days === "elapsed" || !timed) {
    const again = days === "clock";
    const slots = Array.from({ length: count }, (_, i): WideSlot => ({ at: from + i, minute: again && i >= usual ? (SECOND_HOUR + (i - usual) * minutes) : i * minutes, again: again && i >= usual }));
    return { minutes, days, stamp: "start", slots, twice: twiceOf(slots), usualEnd: from + Math.min(count, usual) };
  }
  return timedColumns(times.map((time) => time!), { from, minutes, stamp: named.some(({ length }) => length > 1) ? "start" : toldStamp });
}

/** `00:00 - 00:15`, `12:00 AM to 12:15 AM`: the first of the two is the start. */
const RANGE = /\s*(?:-|–|\bto\b)\s*/i;

/** In America clocks go back at two o'clock: the hour from one is there a second time. */
const SECOND_HOUR = HOUR_MINUTES;

function timedColumns(times: readonly ClockTitle[], { from, minutes, stamp: told }: { from: number; minutes: number; stamp: "start" | "end" | null }): WideColumns | string {
  // A day of ends begins with the end of its first interval; one of starts with midnight.
  const stamp = told ?? (times[0]!.minute === 0 ? "start" : "end");
  const seen = new Set<number>();
  const slots: WideSlot[] = [];
  for (const [i, time] of times.entries()) {
    // Midnight behind other times is that at the end of the day.
    const end = stamp === "end" && time.minute === 0 && i > 0 ? DAY_MINUTES : time.minute;
    const minute = stamp === "end" ? end - minutes : end;
    const again = time.marked || seen.has(minute);
    if (seen.has(minute) && slots.some((slot) => slot.minute === minute && slot.again)) return `the titles of the columns name one time more than twice`;
    if (minute < 0) return "the first column is midnight: its titles are the starts of intervals, not their ends";
    if (minute >= DAY_MINUTES || minute % minutes !== 0) return `the titles of the columns are not times ${minutes} minutes apart`;
    seen.add(minute);
    slots.push({ at: from + i, minute, again });
  }
  return { minutes, days: "clock", stamp, slots, twice: twiceOf(slots), usualEnd: from + 1 + slots.findLastIndex(({ again }) => !again) };
}

const twiceOf = (slots: readonly WideSlot[]): ReadonlySet<number> => new Set(slots.filter(({ again }) => again).map(({ minute }) => minute));

const lengthOf = (count: number): number | null => LENGTHS.find(([, counts]) => counts.includes(count))?.[0] ?? null;

interface ClockTitle {
  readonly minute: number;
  /** `01:15*`, `01:15 DST`, `01:15_2`: the second time. */
  readonly marked: boolean;
}

/** `00:15`, `0:15`, `0015`, `12:15 AM`, `24:00`, with words before and a mark of the second time behind; null for other titles. */
function timeOfTitle(title: string): ClockTitle | null {
  const match = /^(?:[a-z]+[\s_]*)??(\d{1,2})(?::(\d{2})|(\d{2}))(?::00)?\s*([ap])?\.?m?\.?\s*(\*|x|dst|[._(]\s*[12]\)?)?$/i.exec(title.trim());
  if (match === null) return null;
  const [, hourText = "", colon, bare, half, mark] = match;
  const minute = Number(colon ?? bare);
  let hour = Number(hourText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  return hour > 24 || minute > 59 || (hour === 24 && minute > 0) ? null : { minute: hour * HOUR_MINUTES + minute, marked: mark !== undefined };
}

/** When an interval of a day was; or that the day has none such; or, for a person, why it cannot be told. */
export type SlotTime = { readonly start: Instant; readonly end: Instant } | "not-that-day" | { readonly problem: string };

/** The interval of a column on the day that begins at `midnight` (milliseconds since 1970-01-01 on the clock). */
export function slotTime(midnight: number, { minute, again }: WideSlot, { minutes, days, stamp, twice }: WideColumns, clock: WallClock): SlotTime {
  const length = minutes * MINUTE_MS;
  if (days === "elapsed") {
    const [first] = clock.times(midnight);
    const [over] = clock.times(midnight + DAY_MINUTES * MINUTE_MS);
    if (first === undefined || over === undefined) return { problem: skippedTime("midnight", clock.zone) };
    const start = first + minute * MINUTE_MS;
    return start + length > over ? "not-that-day" : { start, end: start + length };
  }
  const times = clock.times(midnight + minute * MINUTE_MS);
  if (again) return times.length < 2 ? "not-that-day" : { start: times[1]!, end: times[1]! + length };
  if (times.length === 2 && !twice.has(minute)) return { problem: `${wallText(minute)} was twice on that day, and there is one column for it` };
  if (times.length > 0) return { start: times[0]!, end: times[0]! + length };
  // Where titles are ends, the interval before the gap of the spring night may stand under the time that ended it.
  const [end] = stamp === "end" ? clock.times(midnight + minute * MINUTE_MS + length) : [];
  return end === undefined ? "not-that-day" : { start: end - length, end };
}

const wallText = (minute: number): string => `${String(Math.floor(minute / HOUR_MINUTES)).padStart(2, "0")}:${String(minute % HOUR_MINUTES).padStart(2, "0")}`;
