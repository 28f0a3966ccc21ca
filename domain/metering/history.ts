/**
 * What a channel did before: the small summary against which new reads are judged.
 * It is made of sums over stored days or reads, so that nobody opens a year of packed days to validate one.
 */
import { addDays, type LocalDate, type Period } from "../calendar/local-date.ts";
import type { Instant } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import type { DayStats } from "./packed-day.ts";
import { registerAdvance } from "./register.ts";
import type { Milli } from "./units.ts";

/** Sums over a window of the past. For a register, `slots`, `present` and `estimated` count reads. */
export interface HistoryWindow {
  readonly days: number;
  /** Thousandths of the channel's unit; interval channels before the multiplier, registers after it. */
  readonly usage: Milli;
  readonly slots: number;
  readonly present: number;
  readonly estimated: number;
  /** Largest single interval; 0 for a register. */
  readonly maxSlot: Milli;
  /** Of intervals: whole days on which nothing was used; absent where it is not known. */
  readonly idleDays?: number;
}

export interface ChannelHistory {
  /** The days just before. */
  readonly previous: HistoryWindow | null;
  /** The same season last year. */
  readonly lastYear: HistoryWindow | null;
  /** Whole days of zero directly before, as far as known. */
  readonly zeroDaysBefore: number;
  /** Intervals at or above the leak rate up to the first one judged, without a pause; below zero: so many in which nothing flowed. */
  readonly flowSlotsBefore: number;
}

export const NO_HISTORY: ChannelHistory = { previous: null, lastYear: null, zeroDaysBefore: 0, flowSlotsBefore: 0 };

/** Four weeks, so that every weekday counts equally. */
export const PREVIOUS_DAYS = 28;

/** 52 weeks back, so that weekdays meet weekdays; two weeks to either side are the season. */
const YEAR_BACK_DAYS = 364;
const SEASON_HALF_DAYS = 14;

/** The two windows to be summed for reads that begin on this day. */
export function historyWindows(day: LocalDate): { previous: Period; lastYear: Period } {
  const center = addDays(day, -YEAR_BACK_DAYS);
  return {
    previous: { from: addDays(day, -PREVIOUS_DAYS), to: day },
    lastYear: { from: addDays(center, -SEASON_HALF_DAYS), to: addDays(center, SEASON_HALF_DAYS) },
  };
}

/** A window from the stored statistics of its days; null when there are none. */
export function windowOfDays(days: readonly DayStats[]): HistoryWindow | null {
  if (days.length === 0) return null;
  let usage = 0;
  let slots = 0;
  let present = 0;
  let estimated = 0;
  let maxSlot = 0;
  let idleDays = 0;
  for (const day of days) {
    usage += day.sum;
    slots += day.slots;
    present += day.present;
    estimated += day.estimated;
    if (day.max > maxSlot) maxSlot = day.max;
    if (day.sum === 0 && day.max === 0 && day.present === day.slots) idleDays++;
  }
  return { days: days.length, usage, slots, present, estimated, maxSlot, idleDays };
}

const DAY_MS = 86_400_000;

/** A register's window from the reads at its two ends; null when one is not there, they are the same, or the register went back. */
export function windowOfReads(start: RegisterRead | null, end: RegisterRead | null, channel: Channel): HistoryWindow | null {
  if (start === null || end === null || end.readAt <= start.readAt) return null;
  const advance = registerAdvance(start.value, end.value, channel);
  if (advance.kind === "negative") return null;
  const estimated = (start.quality === "estimated" ? 1 : 0) + (end.quality === "estimated" ? 1 : 0);
  return { days: daysOf(start.readAt, end.readAt), usage: advance.usage, slots: 2, present: 2, estimated, maxSlot: 0 };
}

/** Days between two instants, to a thousandth; an hour of clock change is of no account here. */
export function daysOf(from: Instant, to: Instant): number {
  return Math.round(((to - from) * 1000) / DAY_MS) / 1000;
}

/** Average daily usage of the window, counting intervals that were not received as average ones; null when it has none. */
export function averageDaily(window: HistoryWindow | null): Milli | null {
  if (window === null || window.days <= 0 || window.present === 0) return null;
  return Math.round((window.usage / window.days) * (window.slots / window.present));
}
