/**
 * How long an interval is, where a table gives only one stamp a value. What is told wins (by the row, by whoever reads the
 * file, by the layout); else the shortest step between two stamps of one series in the first rows; else an hour, which is
 * what head-ends of water send. Until it is known the rows are held, so that reads leave in the order of the file.
 */
import type { Instant } from "../../calendar/zone.ts";
import type { FileRead, ReadSink } from "./read.ts";
import type { WallClock } from "./wall-clock.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Rows that are looked at for the step between two stamps. */
const HELD_MAX = 5000;

export const USUAL_MINUTES = 60;

interface Stamped {
  readonly at: Instant;
  readonly wall: number;
  readonly clock: WallClock | null;
}

export class IntervalLengths {
  readonly #sink: ReadSink;
  readonly #stamp: "end" | "start";
  #minutes: number | null;
  #held: { read: FileRead; stamp: Stamped | null }[] = [];
  readonly #last = new Map<string, Instant>();
  #shortest = Number.POSITIVE_INFINITY;

  constructor(sink: ReadSink, stamp: "end" | "start", minutes: number | null) {
    this.#sink = sink;
    this.#stamp = stamp;
    this.#minutes = minutes;
  }

  /** Passes on a read whose start and end are known, in its place. */
  known(read: FileRead): void {
    if (this.#held.length === 0) this.#sink.read(read);
    else this.#hold(read, null);
  }

  /** Gives an interval read its start and end; `told` are the minutes in its row, "" where there are none. Returns why not, or null. */
  interval(read: FileRead, stamp: Stamped, told: string): string | null {
    if (told !== "") {
      const minutes = minutesOf(told);
      if (!(minutes > 0 && minutes <= DAY_MINUTES)) return `${JSON.stringify(told)} is not an interval's length in minutes`;
      if (this.#held.length === 0) this.#give(read, stamp, minutes);
      else this.#hold(spanned(read, stamp, minutes, this.#stamp), null);
    } else if (this.#minutes !== null) this.#give(read, stamp, this.#minutes);
    else {
      this.#learn(read, stamp);
      this.#hold(read, stamp);
    }
    return null;
  }

  end(): void {
    this.#decide();
  }

  #give(read: FileRead, stamp: Stamped, minutes: number): void {
    this.#sink.read(spanned(read, stamp, minutes, this.#stamp));
  }

  #hold(read: FileRead, stamp: Stamped | null): void {
    this.#held.push({ read, stamp });
    if (this.#held.length >= HELD_MAX) this.#decide();
  }

  #learn(read: FileRead, { at }: Stamped): void {
    const series = `${read.meter}\n${read.channel ?? ""}\n${read.unit}`;
    const last = this.#last.get(series);
    this.#last.set(series, at);
    const step = last === undefined ? 0 : Math.abs(at - last) / MINUTE_MS;
    if (step > 0 && step < this.#shortest) this.#shortest = step;
  }

  #decide(): void {
    if (this.#held.length === 0) return;
    const minutes = usableMinutes(this.#shortest);
    this.#minutes ??= minutes;
    const held = this.#held;
    this.#held = [];
    this.#last.clear();
    for (const { read, stamp } of held) {
      if (stamp === null) this.#sink.read(read);
      else this.#give(read, stamp, this.#minutes);
    }
  }
}

/** `15`, `15.0`, `1 Hour`, `Day`; 0 when it is no length. */
function minutesOf(told: string): number {
  const match = /^(\d{1,4}(?:\.0+)?)?\s*(?:(min|hour|hr|day)[a-z]*(?:\(s\))?\.?)?$/i.exec(told);
  return match === null ? 0 : Number(match[1] ?? "1") * (UNIT_MINUTES[(match[2] ?? "").toLowerCase()] ?? 1);
}

const UNIT_MINUTES: Readonly<Record<string, number>> = { min: 1, hour: 60, hr: 60, day: DAY_MINUTES };

/** A step that divides the day, or that is a day of 23 or 25 hours; else the usual hour. */
function usableMinutes(step: number): number {
  if (Number.isInteger(step) && step <= DAY_MINUTES && DAY_MINUTES % step === 0) return step;
  return step === 23 * 60 || step === 25 * 60 ? DAY_MINUTES : USUAL_MINUTES;
}

function spanned(read: FileRead, { at, wall, clock }: Stamped, minutes: number, stamp: "end" | "start"): FileRead {
  const sign = stamp === "end" ? -1 : 1;
  // A day is a day of the calendar, however long; shorter intervals are hours of the clock.
  const other = minutes === DAY_MINUTES && clock !== null ? clock.instant(wall + sign * DAY_MINUTES * MINUTE_MS, `${read.meter} other end`) : null;
  const beside = other ?? at + sign * minutes * MINUTE_MS;
  return stamp === "end" ? { ...read, start: beside, end: at } : { ...read, start: at, end: beside };
}
