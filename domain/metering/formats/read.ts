/**
 * What every format is turned into: one canonical read a value, in the order in which the file gives them.
 * A value is exact decimal text in its unit (`"2931567"`, `"0.8358"`, `"-3.5"`), without exponent, plus sign or needless
 * zeros: a head-end may send more digits than the thousandths that are stored, and nothing is rounded before it is stored.
 */
import type { Instant, TimeZone } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import type { Condition, MeterEvent } from "../conditions.ts";
import type { Unit } from "../units.ts";

/** One value of one channel of one meter, as the file gave it. */
export interface FileRead {
  /** The number on the meter's face where the format has it, else what the head-end calls the meter by. */
  readonly meter: string;
  /** The head-end's own name for the channel; null where the format has none. */
  readonly channel: string | null;
  readonly unit: Unit;
  readonly kind: "register" | "interval";
  /** An interval is half-open, [start, end). A register was read at an instant: both are the same. */
  readonly start: Instant;
  readonly end: Instant;
  /** Exact decimal text in `unit`. */
  readonly value: string;
  readonly quality: Quality;
  /** The source's own quality flag, word for word; null where it gave none. */
  readonly flag: string | null;
  /** Line of the file, from 1. */
  readonly line: number;
  /** What the source says of the meter and its module beside the value; absent where it says nothing. Equal ones may be shared. */
  readonly conditions?: readonly Condition[] | undefined;
}

/**
 * A value, row or document that did not become a read.
 * - `refused`: something that should have been a read cannot be used;
 * - `no-read`: the file itself says that there is no value (a gap, not a fault);
 * - `unreadable`: the document cannot be followed any further.
 */
export interface Refusal {
  readonly line: number;
  readonly kind: "refused" | "no-read" | "unreadable";
  /** What was wrong and what to do, for a person. */
  readonly reason: string;
}

/** Where a parser leaves what it finds, in the order of the file (documents that name units last: after those). */
export interface ReadSink {
  read(read: FileRead): void;
  refuse(refusal: Refusal): void;
  /** What was said of a meter without a value; a sink that asks for values only leaves it out. */
  event?(event: MeterEvent): void;
}

/** A parser is fed text in pieces of any size, cut anywhere, and keeps no more than one record (or one open block) of it. */
export interface ReadsParser {
  push(text: string): void;
  /** The file is over: what is still held is given to the sink. */
  end(): void;
}

/** What is known about a file besides its content. */
export interface FileContext {
  /** Name of the file; some head-ends tell registers from intervals in nothing else. */
  readonly name: string;
  /** The zone of stamps that carry no offset. */
  readonly zone: TimeZone;
  /** Length of an interval where the format does not give one; null: as the stamps of the file show, else an hour. */
  readonly intervalMinutes: number | null;
}

/** A line longer than this is no line of any of these formats; it is refused without being kept. */
export const LINE_MAX = 1_048_576;

/** Numbers on meters are shorter; a longer one is a column taken for another. */
export const METER_MAX = 64;
