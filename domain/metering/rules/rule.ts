/** What a validation rule is. Each rule has its own file; `../vee.ts` holds the table and the order. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { Instant } from "../../calendar/zone.ts";
import type { Channel, RegisterRead } from "../channel.ts";
import type { DayCondition } from "../conditions.ts";
import type { ChannelHistory } from "../history.ts";
import type { Advance } from "../register.ts";
import type { SpanScan } from "../span-scan.ts";
import { quantityText, timesMultiplier, type Milli } from "../units.ts";
import type { VeeParameters } from "../vee-parameters.ts";
import type { ChannelThresholds } from "../vee-thresholds.ts";

/** `info` is told, `warn` is queued for a person, `fail` is queued and holds the bill until it is decided. */
export type Severity = "info" | "warn" | "fail";

/** What a rule says of a span. `null`: passed, or it cannot be judged. */
export type Verdict = Severity | null;

export interface Explanation {
  readonly slot?: number;
  /** What was compared; quantities in thousandths of the channel's unit, after the multiplier. */
  readonly numbers: Readonly<Record<string, number>>;
  /** For anybody to read, with the numbers in it. */
  readonly sentence: string;
}

/** A run of intervals of one channel: a day, or the days of a period. */
export interface IntervalSpan {
  readonly channel: Channel;
  readonly day: LocalDate;
  /** Local days covered. */
  readonly days: number;
  readonly values: Int32Array;
  /** Codes of `QUALITIES`, null where all are actual. */
  readonly quality: Uint8Array | null;
  /** Slots from the first that ought to have arrived by now. */
  readonly expected: number;
  readonly history: ChannelHistory;
  /** Somebody is the customer of the point on these days. */
  readonly serviceActive: boolean;
  /** What the meter's register says went through in the same span, after the multiplier; null when unknown. */
  readonly registerUsage: Milli | null;
  /** What the source said on this day; absent: nothing. */
  readonly conditions?: readonly DayCondition[] | undefined;
  /** Of a channel of reactive energy: thousandths of kWh that the meter delivered in the same span, after the multiplier; absent where that is not known. */
  readonly activeSum?: Milli | undefined;
  /** When the first interval begins, for what is said of instants. */
  readonly start?: Instant | undefined;
}

/** A read of a register and the one before it. */
export interface RegisterSpan {
  readonly channel: Channel;
  /** Local day of the read. */
  readonly day: LocalDate;
  readonly days: number;
  readonly previous: RegisterRead;
  readonly read: RegisterRead;
  readonly advance: Advance;
  /** Largest usage that a rollover may imply, or null without history. */
  readonly maxPlausible: Milli | null;
  readonly history: ChannelHistory;
  readonly serviceActive: boolean;
  /** What the source said since the read before, up to this one; absent: nothing. */
  readonly conditions?: readonly DayCondition[] | undefined;
}

export interface RuleFacts {
  readonly id: string;
  readonly title: string;
  /** What it looks for and the formula, in a sentence. */
  readonly what: string;
  /** Where the formula or the threshold comes from. */
  readonly source: string;
}

export interface IntervalRule extends RuleFacts {
  /** Cheap: called for every span. */
  readonly check: (scan: SpanScan, span: IntervalSpan, parameters: VeeParameters, thresholds: ChannelThresholds) => Verdict;
  /** Called when `check` found something. */
  readonly explain: (scan: SpanScan, span: IntervalSpan, parameters: VeeParameters, thresholds: ChannelThresholds) => Explanation;
}

export interface RegisterRule extends RuleFacts {
  readonly check: (span: RegisterSpan, parameters: VeeParameters, thresholds: ChannelThresholds) => Verdict;
  readonly explain: (span: RegisterSpan, parameters: VeeParameters, thresholds: ChannelThresholds) => Explanation;
}

/** A stored value (before the multiplier) as usage. */
export function usageOf(value: Milli, channel: Channel): Milli {
  return timesMultiplier(value, channel.multiplier);
}

/** A stored value as a person reads it. */
export function shown(value: Milli, channel: Channel): string {
  return quantityText(usageOf(value, channel), channel.unit);
}

/** Length of that many intervals, in the largest unit that fits: "45 minutes", "26 hours". */
export function lengthText(slots: number, channel: Channel): string {
  const minutes = slots * (channel.stepMinutes ?? 0);
  if (minutes < 120) return `${minutes} minutes`;
  const wholeHours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${wholeHours} hours` : `${wholeHours} h ${minutes % 60} min`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
