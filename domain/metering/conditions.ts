/**
 * What a source says of a meter and its module beside the value: tamper, reverse flow, a low battery, a wrong clock.
 * Sources say it in codes, columns and words of their own; here it has one vocabulary. How each source is read is told by
 * the tables of its format (formats/condition-codes.ts), and docs/formats/conditions.md.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Instant } from "../calendar/zone.ts";

/**
 * - `tamper`: cover opened, module taken off, wire cut, magnet, seal missing, bypass;
 * - `reverse-flow`, `leak`, `empty-pipe`, `no-flow`: as the meter itself found them;
 * - `low-battery`, `weak-signal`: of the module;
 * - `clock`: the meter's clock is wrong, was set, or is not synchronized; with how far it is off where the source says so;
 * - `power-outage`: the meter was without power;
 * - `fault`: the meter or its encoder says that it is broken.
 */
export const CONDITION_KINDS = ["tamper", "reverse-flow", "leak", "empty-pipe", "no-flow", "low-battery", "weak-signal", "clock", "power-outage", "fault"] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

export interface Condition {
  readonly kind: ConditionKind;
  /** False: the source says that it is not so, or no longer (a battery that is `good`). */
  readonly on: boolean;
  /** The source's own word or code. */
  readonly says: string;
  /** Of a clock: seconds by which it runs ahead, negative behind; null where the source gives none. */
  readonly seconds: number | null;
}

/** What was said of a meter from one instant to another, with the line of the file that said it first (0: none). */
export interface Told {
  readonly conditions: readonly Condition[];
  readonly from: Instant;
  readonly to: Instant;
  readonly line: number;
}

/** What was said of a meter without a value beside it: a battery that is low, a cover that was opened. */
export interface MeterEvent extends Told {
  readonly meter: string;
}

/** Characters kept of a source's own word. */
export const SAYS_MAX = 64;

/** A clock that is off by less is as good as any; head-ends' own delays are longer. */
export const CLOCK_NOTED_SECONDS = 30;

/** The kinds that validation looks at. */
export type JudgedKind = Extract<ConditionKind, "tamper" | "clock">;
export const JUDGED_KINDS: readonly JudgedKind[] = ["tamper", "clock"];

const JUDGED: ReadonlySet<ConditionKind> = new Set(JUDGED_KINDS);

/** All that was said of one kind on one local day of a channel; kept, so that a day judged again is judged on the same. */
export interface DayCondition {
  readonly channelId: number;
  readonly day: LocalDate;
  readonly kind: JudgedKind;
  readonly from: Instant;
  readonly to: Instant;
  readonly says: string;
  readonly seconds: number | null;
  readonly line: number;
}

export const NO_CONDITIONS: readonly DayCondition[] = [];

/** What of the told falls on [start, end) of a day and is judged: one a kind, spans joined, the clock's largest deviation. */
export function judgedOf(told: readonly Told[], place: { readonly channelId: number; readonly day: LocalDate }, start: Instant, end: Instant): DayCondition[] {
  let found: DayCondition[] = [];
  for (const { conditions, from, to, line } of told) {
    // An instant belongs to the day that begins with it; a span must reach into the day.
    if (from === to ? from < start || from >= end : from >= end || to <= start) continue;
    for (const { kind, on, says, seconds } of conditions) {
      if (on && JUDGED.has(kind)) found = joined(found, { ...place, kind: kind as JudgedKind, from: Math.max(from, start), to: Math.min(to, end), says, seconds, line });
    }
  }
  return found;
}

/** The list with one more: with what is known of its kind it makes one. */
export function joined(known: readonly DayCondition[], more: DayCondition): DayCondition[] {
  const same = known.find(({ kind }) => kind === more.kind);
  if (same === undefined) return [...known, more];
  const { says, seconds } = Math.abs(more.seconds ?? 0) > Math.abs(same.seconds ?? 0) ? more : same;
  return known.map((each) => (each === same ? { ...same, from: Math.min(same.from, more.from), to: Math.max(same.to, more.to), says, seconds } : each));
}

export function sameConditions(a: readonly DayCondition[], b: readonly DayCondition[]): boolean {
  return a.length === b.length && a.every((each) => b.some((other) => each.kind === other.kind && each.from === other.from && each.to === other.to && each.seconds === other.seconds));
}

/** What was last said of one kind of a meter, on the newest of the instants. */
export interface LatestCondition extends Condition {
  readonly meterId: string;
  readonly at: Instant;
  readonly line: number;
}

/** Of all that was said of a meter, the last word on each kind. */
export function latestOf(meterId: string, told: readonly Told[]): LatestCondition[] {
  const latest = new Map<ConditionKind, LatestCondition>();
  for (const { conditions, to, line } of told) {
    for (const condition of conditions) {
      const known = latest.get(condition.kind);
      // Of two that say different things of one instant, the one that asks for somebody to look.
      if (known === undefined || known.at < to || (known.at === to && condition.on)) latest.set(condition.kind, { ...condition, meterId, at: to, line });
    }
  }
  return [...latest.values()];
}

/** A clock that is off by that much; null where it is not worth a word. */
export function clockOff(seconds: number, says: string): Condition | null {
  return Math.abs(seconds) < CLOCK_NOTED_SECONDS ? null : { kind: "clock", on: true, says, seconds: Math.round(seconds) };
}
