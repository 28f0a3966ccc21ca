/**
 * Turns what a wall clock showed into instants. When clocks go back, an hour of wall-clock times happens twice and files
 * give it twice without saying which is which: within one series the first is taken for the earlier instant and the second
 * for the later one, the other way round in a file that runs backwards. When clocks go forward, an hour does not exist.
 */
import { Temporal } from "temporal-polyfill";
import { addDays, fromDayNumber } from "../../calendar/local-date.ts";
import { startOfDay, type Instant, type TimeZone } from "../../calendar/zone.ts";

const DAY_MS = 86_400_000;

/** Neighbours in one series are closer than this; larger steps are the next meter, and say nothing about the order of a file. */
const NEIGHBOUR_MS = 2 * 3_600_000;

/** Series remembered through the hour that happens twice; far above the meters of one utility. */
const SERIES_MAX = 500_000;

/** A local day: by how much its clock is ahead of UTC at its start and end, and when that changes, if it does. */
interface LocalDayOffsets {
  readonly day: number;
  readonly before: number;
  readonly after: number;
  readonly change: Instant | null;
}

/** Rules of zones are slow to evaluate, and the same days are asked for in file after file. */
const daysOfZones = new Map<TimeZone, Map<number, LocalDayOffsets>>();
const ZONES_MAX = 50;

function daysOf(zone: TimeZone): Map<number, LocalDayOffsets> {
  let days = daysOfZones.get(zone);
  if (days === undefined) {
    if (daysOfZones.size >= ZONES_MAX) daysOfZones.clear();
    daysOfZones.set(zone, (days = new Map()));
  }
  return days;
}

export class WallClock {
  readonly zone: TimeZone;
  readonly #days: Map<number, LocalDayOffsets>;
  #day: LocalDayOffsets = { day: -1, before: 0, after: 0, change: null };
  readonly #seen = new Map<string, Instant>();
  #previous = Number.NaN;
  #previousTwice = false;
  #backwards = false;

  constructor(zone: TimeZone) {
    this.zone = zone;
    this.#days = daysOf(zone);
  }

  /**
   * The instant at which the clock showed `wall` (milliseconds since 1970-01-01 on that clock), or null for a time that
   * clocks skipped. `series` tells one channel of one meter from another.
   */
  instant(wall: number, series: string): Instant | null {
    const day = Math.floor(wall / DAY_MS);
    if (day !== this.#day.day) this.#day = this.#offsetsOf(day);
    const { before, change } = this.#day;
    return change === null ? wall - before : this.#onChangeDay(wall, this.#day, series);
  }

  /** The same for days on which clocks do not change, without a series; NaN on others. */
  ordinary(wall: number): number {
    const day = Math.floor(wall / DAY_MS);
    if (day !== this.#day.day) this.#day = this.#offsetsOf(day);
    return this.#day.change === null ? wall - this.#day.before : Number.NaN;
  }

  /** All instants at which the clock showed `wall`, the earlier first: one, none in the spring gap, two in the autumn hour. */
  times(wall: number): readonly Instant[] {
    const { before, after, change } = this.#offsetsOf(Math.floor(wall / DAY_MS));
    if (change === null) return [wall - before];
    return [...(wall - before < change ? [wall - before] : []), ...(wall - after >= change ? [wall - after] : [])];
  }

  /** A new record of the series begins: what came before says nothing about its order. */
  begin(series: string): void {
    if (this.#seen.size > 0) this.#seen.delete(series);
  }

  #onChangeDay(wall: number, { before, after, change }: LocalDayOffsets, series: string): Instant | null {
    const early = wall - before;
    const late = wall - after;
    const earlyIs = early < change!;
    const lateIs = late >= change!;
    const twice = earlyIs && lateIs;
    this.#followOrder(wall, twice);
    if (!twice) {
      this.#seen.delete(series);
      return earlyIs ? early : lateIs ? late : null;
    }
    const last = this.#seen.get(series);
    const chosen = this.#backwards ? (last === undefined || last > late ? late : early) : last === undefined || last < early ? early : late;
    if (this.#seen.size >= SERIES_MAX) this.#seen.clear();
    this.#seen.set(series, chosen);
    return chosen;
  }

  /** Whether the file runs backwards, from steps of which one end at least is not in the hour that happens twice. */
  #followOrder(wall: number, twice: boolean): void {
    const step = wall - this.#previous;
    if (step !== 0 && Math.abs(step) <= NEIGHBOUR_MS && !(twice && this.#previousTwice)) this.#backwards = step < 0;
    this.#previous = wall;
    this.#previousTwice = twice;
  }

  #offsetsOf(day: number): LocalDayOffsets {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const date = fromDayNumber(day);
    const start = startOfDay(date, this.zone);
    const before = offsetAt(start, this.zone);
    const after = offsetAt(startOfDay(addDays(date, 1), this.zone), this.zone);
    const change = before === after ? null : (Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(this.zone).getTimeZoneTransition("next")?.epochMilliseconds ?? null);
    const offsets = { day, before, after, change };
    this.#days.set(day, offsets);
    return offsets;
  }
}

function offsetAt(instant: Instant, zone: TimeZone): number {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

/** Why a wall-clock time is no instant, for a person. */
export function skippedTime(text: string, zone: TimeZone): string {
  return `${text} does not exist in ${zone}: clocks went forward over it; where the head-end keeps standard time all year, give that as the time zone, e.g. -06:00`;
}
