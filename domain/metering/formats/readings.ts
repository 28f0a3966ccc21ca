/**
 * Canonical reads of a file as the readings that ingest takes: a register read each, intervals of one channel that follow
 * each other as one. What is on its way is given out in batches, so that a file of any size needs the memory of one batch.
 */
import { MINUTE_MS, type Instant } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import { clockOff, type Condition, type MeterEvent, type Told } from "../conditions.ts";
import { MISSING, STEPS_MINUTES } from "../packed-day.ts";
import { READS_MAX, VALUES_MAX, type Reading } from "../reads-request.ts";
import { INTERVAL_MAX, INTERVAL_MIN, parseMilli, type Milli, type Unit } from "../units.ts";
import type { FileRead, ReadSink, Refusal } from "./read.ts";

export interface ReadingBatch {
  readonly reads: readonly Reading[];
  /** By index of a reading, the line of each of its values (0 where there is none); of a register one. */
  readonly lines: readonly Int32Array[];
  /** What was said of meters without a value. */
  readonly events: readonly MeterEvent[];
}

/** Intervals of a batch: ten thousand meters' day of hours, or a hundred meters' month of quarter hours. */
const BATCH_VALUES = 300_000;

/** Values of a run at first: a day of quarter hours, the one on which clocks go back as well. It grows to a month. */
const RUN_VALUES = 100;

/** Missing values up to here are a gap in one run; after a longer one another begins. */
const GAP_MAX = 96;

const STEPS: ReadonlySet<number> = new Set(STEPS_MINUTES);

/** Events of a batch. */
const BATCH_EVENTS = 10_000;

/** Channels go by the head-end's names for them. */
const FOREIGN = { foreign: true } as const;

interface Run {
  readonly meter: string;
  readonly channel: string | null;
  readonly unit: Unit;
  readonly quality: Quality;
  readonly stepMinutes: number;
  readonly start: Instant;
  next: Instant;
  values: Int32Array;
  lines: Int32Array;
  count: number;
  /** What was said beside the values, as the last of them has it at the end. */
  readonly told: Saying[];
}

/** What is said for as long as the following values have it as well. */
interface Saying extends Told {
  to: Instant;
}

/** A sink for a `ReadsFile`: gives batches to `onBatch`, and refusals, its own among them, to `onRefusal`. */
export class ReadingCollector implements ReadSink {
  readonly #onBatch: (batch: ReadingBatch) => void;
  readonly #onRefusal: (refusal: Refusal) => void;
  #reads: Reading[] = [];
  #lines: Int32Array[] = [];
  #events: MeterEvent[] = [];
  readonly #runs = new Map<string, Run>();
  #values = 0;
  #last: Run | null = null;

  constructor(onBatch: (batch: ReadingBatch) => void, onRefusal: (refusal: Refusal) => void) {
    this.#onBatch = onBatch;
    this.#onRefusal = onRefusal;
  }

  read(read: FileRead): void {
    const value = milliOf(read.value);
    if (value === null) return this.#refuse(read, `${read.value} ${read.unit} is more than is counted exactly`);
    if (read.kind === "register") {
      this.#add({ index: this.#reads.length, meter: read.meter, channel: read.channel, unit: read.unit, quality: read.quality, kind: "register", at: read.end, value, told: toldOf(read), ...FOREIGN }, Int32Array.of(read.line));
    } else this.#interval(read, value);
    if (this.#reads.length + this.#runs.size >= READS_MAX || this.#values >= BATCH_VALUES) this.end();
  }

  refuse(refusal: Refusal): void {
    this.#onRefusal(refusal);
  }

  event(event: MeterEvent): void {
    this.#events.push(event);
    if (this.#events.length >= BATCH_EVENTS) this.end();
  }

  /** Gives out what is there. */
  end(): void {
    for (const run of this.#runs.values()) this.#close(run);
    this.#runs.clear();
    this.#last = null;
    this.#values = 0;
    if (this.#reads.length + this.#events.length === 0) return;
    const batch = { reads: this.#reads, lines: this.#lines, events: this.#events };
    this.#reads = [];
    this.#lines = [];
    this.#events = [];
    this.#onBatch(batch);
  }

  #refuse({ line, meter }: FileRead, reason: string): void {
    this.#onRefusal({ line, kind: "refused", reason: `meter ${meter}: ${reason}` });
  }

  #add(reading: Reading, lines: Int32Array): void {
    this.#reads.push(reading);
    this.#lines.push(lines);
  }

  #interval(read: FileRead, value: Milli): void {
    const stepMinutes = (read.end - read.start) / MINUTE_MS;
    if (!STEPS.has(stepMinutes)) return this.#refuse(read, `an interval of ${stepMinutes} minutes is a total, not an interval that is stored`);
    if (value > INTERVAL_MAX || value < INTERVAL_MIN) return this.#refuse(read, `${read.value} ${read.unit} is more than an interval holds`);
    // The last minute of an interval (00:59) is how some head-ends write its end.
    const late = stepMinutes > 1 && (read.start + MINUTE_MS) % (stepMinutes * MINUTE_MS) === 0;
    const grid = gridOf(stepMinutes);
    const start = late ? read.start + MINUTE_MS : Math.round(read.start / grid) * grid;
    const run = this.#runOf(read, stepMinutes, start);
    const gap = (start - run.next) / (stepMinutes * MINUTE_MS);
    if (run.count + gap >= run.values.length) {
      run.values = grown(run.values, run.count + gap + 1);
      run.lines = grown(run.lines, run.values.length);
    }
    run.values.fill(MISSING, run.count, run.count + gap);
    run.values[run.count + gap] = value;
    run.lines[run.count + gap] = read.line;
    run.count += gap + 1;
    run.next = start + stepMinutes * MINUTE_MS;
    const off = late || start === read.start ? null : clockOff((read.start - start) / 1000, OFF_GRID);
    if (read.conditions !== undefined || off !== null) say(run.told, off === null ? read.conditions! : [...(read.conditions ?? []), off], off, start, run.next, read.line);
    this.#values += gap + 1;
  }

  /** The run that the interval continues, or a new one. */
  #runOf(read: FileRead, stepMinutes: number, start: Instant): Run {
    let run = this.#last;
    if (run === null || run.meter !== read.meter || run.channel !== read.channel || run.unit !== read.unit || run.quality !== read.quality || run.stepMinutes !== stepMinutes) {
      run = this.#runs.get(keyOf(read, stepMinutes)) ?? null;
    }
    if (run !== null) {
      const gap = (start - run.next) / (stepMinutes * MINUTE_MS);
      if (Number.isInteger(gap) && gap >= 0 && gap <= GAP_MAX && run.count + gap < VALUES_MAX) return (this.#last = run);
      this.#close(run);
    }
    const { meter, channel, unit, quality } = read;
    run = { meter, channel, unit, quality, stepMinutes, start, next: start, values: new Int32Array(RUN_VALUES), lines: new Int32Array(RUN_VALUES), count: 0, told: [] };
    this.#runs.set(keyOf(read, stepMinutes), run);
    return (this.#last = run);
  }

  #close({ meter, channel, unit, quality, stepMinutes, start, values, lines, count, told }: Run): void {
    this.#add({ index: this.#reads.length, meter, channel, unit, quality, kind: "interval", start, stepMinutes, values: values.slice(0, count), ...(told.length > 0 && { told }), ...FOREIGN }, lines.slice(0, count));
  }
}

/** In words beside a clock that shows in nothing but the stamps. */
const OFF_GRID = "stamps off the interval";

/** Every zone is a whole number of quarter hours from UTC, and so are its intervals, whatever their length. */
const QUARTER_MINUTES = 15;

/** Stamps are taken to the nearest of these; how far a longer interval may begin from where it should is for matching to say. */
function gridOf(stepMinutes: number): number {
  return (stepMinutes < QUARTER_MINUTES && QUARTER_MINUTES % stepMinutes === 0 ? stepMinutes : stepMinutes % QUARTER_MINUTES === 0 ? QUARTER_MINUTES : 5) * MINUTE_MS;
}

function toldOf({ conditions, end, line }: FileRead): readonly Told[] | undefined {
  return conditions === undefined ? undefined : [{ conditions, from: end, to: end, line }];
}

/** Adds to what was said: the same words go on, others begin anew; of stamps off the grid the furthest is kept. */
function say(told: Saying[], conditions: readonly Condition[], off: Condition | null, from: Instant, to: Instant, line: number): void {
  const last = told.at(-1);
  if (last !== undefined && last.to === from && (last.conditions === conditions || (off !== null && goesOn(last.conditions, conditions)))) {
    if (off !== null && Math.abs(off.seconds!) > Math.abs(last.conditions.at(-1)!.seconds!)) told[told.length - 1] = { ...last, conditions, to };
    else last.to = to;
  } else told.push({ conditions, from, to, line });
}

/** The same words, but for how far the clock is off. */
function goesOn(before: readonly Condition[], now: readonly Condition[]): boolean {
  return before.length === now.length && before.every((each, i) => each === now[i] || (i === now.length - 1 && each.kind === "clock" && each.says === OFF_GRID && now[i]!.says === OFF_GRID));
}

function keyOf({ meter, channel, unit, quality }: FileRead, stepMinutes: number): string {
  return `${meter}\n${channel ?? ""}\n${unit}\n${quality}\n${stepMinutes}`;
}

function grown(values: Int32Array, needed: number): Int32Array {
  const more = new Int32Array(Math.max(needed, Math.min(values.length * 2, VALUES_MAX)));
  more.set(values);
  return more;
}

/** As many characters of a canonical decimal are read digit by digit: far below what a number counts exactly. */
const PLAIN_MAX = 10;
/** Thousandths in one unit of the last digit, by how many digits stand behind the point. */
const SCALES = [1000, 100, 10, 1] as const;

/** Canonical decimal text as thousandths; further digits are rounded half away from zero, as for posted reads. */
function milliOf(value: string): Milli | null {
  const length = value.length;
  if (length > PLAIN_MAX) return parseMilli(value);
  let digits = 0;
  let point = length - 1;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code >= 48 && code <= 57) digits = digits * 10 + code - 48;
    else if (code === 46 && point === length - 1 && i > 0) point = i;
    else return parseMilli(value);
  }
  const scale = SCALES[length - 1 - point];
  return scale === undefined ? parseMilli(value) : digits * scale;
}
