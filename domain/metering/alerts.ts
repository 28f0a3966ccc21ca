/**
 * Usage alerts: what a customer is told at once. A leak clock that runs from the first interval of a flow that has not
 * stopped, a burst, a day (or the days between two reads) far above the usual, no flow in the cold season. Raised and ended
 * by what was measured alone: an estimate, a gap or a day in doubt proves nothing. Rates, hours and dates are the thresholds
 * of validation (`leak`, `burst`, `highLow`, `freeze`).
 */
import { MINUTE_MS, type Instant } from "../calendar/zone.ts";
import { QUALITY_ESTIMATED, type Channel } from "./channel.ts";
import { MISSING } from "./packed-day.ts";
import { timesMultiplier, type Milli } from "./units.ts";
import type { ChannelThresholds } from "./vee-thresholds.ts";

export const ALERT_KINDS = ["leak", "burst", "high", "budget", "freeze"] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** An alert of one channel. Quantities are in thousandths of the channel's unit, after the multiplier. */
export interface UsageAlert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly channelId: number;
  readonly meterId: string;
  readonly servicePointId: string;
  readonly startedAt: Instant;
  /** End of the last interval that proves it. */
  readonly throughAt: Instant;
  /** When it was over; null while it runs. */
  readonly endedAt: Instant | null;
  /** Flow: the lowest interval since it was noticed. High, freeze: the usual day. A month: the budget. */
  readonly least: Milli;
  /** Flow: what went through at that lowest rate since it began, so at least that much. Else the usage of the day (of an average one between two reads) or month. */
  readonly usage: Milli;
}

/** A judged local day of a channel, as far as it came. */
export interface AlertDay {
  readonly meterId: string;
  readonly servicePointId: string;
  readonly channel: Channel;
  readonly start: Instant;
  readonly values: Int32Array;
  readonly quality: Uint8Array | null;
  /** Intervals of flow without a pause that ran into the first slot; below zero: of no flow. */
  readonly flowSlotsBefore: number;
  readonly thresholds: ChannelThresholds;
  /** Recent enough to tell anybody something new; an older day only prolongs or ends what runs. */
  readonly fresh: boolean;
  /** Usage of the day and the usual, after the multiplier, where it is far above; else null. */
  readonly high: HighUse | null;
  /** Where nothing has flowed for long: for how many slots by the end of what was measured, and the usual day; else null. */
  readonly freeze: { readonly slots: number; readonly usual: Milli } | null;
  /** Pipes may freeze on this day, and somebody is the customer. */
  readonly cold: boolean;
}

/** Usage of a day, and the usual. */
export interface HighUse {
  readonly usage: Milli;
  readonly usual: Milli;
}

/** What went through a register from one read to the next, both actual, of a meter without intervals. */
export interface AlertRead extends Pick<AlertDay, "meterId" | "servicePointId" | "channel" | "fresh" | "high"> {
  readonly from: Instant;
  readonly readAt: Instant;
}

/** Older days tell nobody anything new, and days after them may be stored already: a back-load raises no alarm. */
export const ALERT_FRESH_MS = 72 * 60 * MINUTE_MS;

/**
 * The alerts of the channel that a day raises, prolongs or ends, as they are after it.
 * @param known those that run, and those that ended on that day or later
 */
export function followAlerts(day: AlertDay, known: readonly UsageAlert[]): UsageAlert[] {
  const { leakSlots, leakMinimum, burstSlots, burstMinimum } = day.thresholds;
  return [
    ...followFlow({ kind: "leak", needed: leakSlots, minimum: leakMinimum, slotsBefore: day.flowSlotsBefore }, day, known),
    ...followFlow({ kind: "burst", needed: burstSlots, minimum: burstMinimum, slotsBefore: 0 }, day, known),
    ...followHigh({ ...day, throughAt: measuredThrough(day) }, known),
    ...followFreeze(day, known),
  ];
}

/** The high-use alerts of a register that a read raises, prolongs or ends. */
export function followRead({ from, readAt, ...read }: AlertRead, known: readonly UsageAlert[]): UsageAlert[] {
  return followHigh({ ...read, start: from, throughAt: readAt }, known);
}

interface FlowRule {
  readonly kind: "leak" | "burst";
  /** Intervals without a pause; 0: the rule is off. */
  readonly needed: number;
  readonly minimum: Milli;
  readonly slotsBefore: number;
}

interface Run {
  readonly startedAt: Instant;
  readonly slots: number;
  readonly least: Milli;
}

function followFlow({ kind, needed, minimum, slotsBefore }: FlowRule, day: AlertDay, known: readonly UsageAlert[]): UsageAlert[] {
  const before = known.filter((alert) => alert.kind === kind);
  const changed = new Map<string, UsageAlert>();
  const step = stepOf(day);
  let running = before.find(({ endedAt }) => endedAt === null) ?? null;
  let run: Run | null = slotsBefore > 0 ? { startedAt: day.start - slotsBefore * step, slots: slotsBefore, least: Number.MAX_SAFE_INTEGER } : null;
  for (const [slot, value] of day.values.entries()) {
    if (value === MISSING || day.quality?.[slot] === QUALITY_ESTIMATED) continue;
    const at = day.start + slot * step;
    if (running !== null) {
      if (at < running.throughAt) continue;
      const next: UsageAlert = value >= minimum ? prolonged(running, usageIn(value, day), at + step, step) : { ...running, endedAt: at };
      changed.set(next.id, next);
      running = next.endedAt === null ? next : null;
      run = null;
      continue;
    }
    if (value < minimum) {
      run = null;
      continue;
    }
    run = run === null ? { startedAt: at, slots: 1, least: value } : { ...run, slots: run.slots + 1, least: Math.min(run.least, value) };
    if (!day.fresh || needed === 0 || run.slots < needed || toldBefore(before, run.startedAt)) continue;
    running = prolonged(newAlert(kind, day, run.startedAt, usageIn(run.least, day)), usageIn(run.least, day), at + step, step);
    changed.set(running.id, running);
  }
  return [...changed.values()];
}

/** The same flow was told of and is over: the day was merely filled up or corrected. */
function toldBefore(before: readonly UsageAlert[], startedAt: Instant): boolean {
  return before.some((alert) => alert.endedAt !== null && startedAt < alert.endedAt);
}

function prolonged(alert: UsageAlert, value: Milli, throughAt: Instant, step: number): UsageAlert {
  const least = Math.min(alert.least, value);
  return { ...alert, throughAt, least, usage: least * Math.round((throughAt - alert.startedAt) / step) };
}

type HighSpan = Pick<AlertDay, "meterId" | "servicePointId" | "channel" | "start" | "fresh" | "high"> & { readonly throughAt: Instant | null };

function followHigh(day: HighSpan, known: readonly UsageAlert[]): UsageAlert[] {
  const { high, throughAt } = day;
  const ofKind = known.filter(({ kind }) => kind === "high");
  const running = ofKind.find(({ endedAt }) => endedAt === null);
  if (throughAt === null || (running !== undefined && throughAt <= running.startedAt)) return [];
  if (high === null) return running === undefined ? [] : [{ ...running, endedAt: Math.max(day.start, running.throughAt) }];
  if (running === undefined && (!day.fresh || toldBefore(ofKind, day.start))) return [];
  return [{ ...(running ?? newAlert("high", day, day.start, high.usual)), throughAt: Math.max(throughAt, running?.throughAt ?? throughAt), least: high.usual, usage: high.usage }];
}

/** Ended by the first drop, and with the season: no flow in May has not frozen. */
function followFreeze(day: AlertDay, known: readonly UsageAlert[]): UsageAlert[] {
  const ofKind = known.filter(({ kind }) => kind === "freeze");
  const running = ofKind.find(({ endedAt }) => endedAt === null);
  const step = stepOf(day);
  if (running === undefined) {
    const throughAt = measuredThrough(day);
    if (day.freeze === null || throughAt === null || !day.fresh) return [];
    const startedAt = throughAt - day.freeze.slots * step;
    return toldBefore(ofKind, startedAt) ? [] : [{ ...newAlert("freeze", day, startedAt, day.freeze.usual), throughAt }];
  }
  let { throughAt } = running;
  for (const [slot, value] of day.values.entries()) {
    const at = day.start + slot * step;
    if (value === MISSING || day.quality?.[slot] === QUALITY_ESTIMATED || at < running.throughAt) continue;
    if (value !== 0) return [{ ...running, throughAt, endedAt: at }];
    throughAt = at + step;
  }
  if (throughAt === running.throughAt) return [];
  return [{ ...running, throughAt, endedAt: day.cold ? null : throughAt }];
}

/** The end of the last measured interval; null where none was. */
function measuredThrough(day: AlertDay): Instant | null {
  const last = day.values.findLastIndex((value, slot) => value !== MISSING && day.quality?.[slot] !== QUALITY_ESTIMATED);
  return last < 0 ? null : day.start + (last + 1) * stepOf(day);
}

function newAlert(kind: AlertKind, { channel, meterId, servicePointId }: Pick<AlertDay, "channel" | "meterId" | "servicePointId">, startedAt: Instant, least: Milli): UsageAlert {
  return { id: `${kind}:${channel.channelId}:${startedAt}`, kind, channelId: channel.channelId, meterId, servicePointId, startedAt, throughAt: startedAt, endedAt: null, least, usage: 0 };
}

const stepOf = ({ channel }: AlertDay): number => (channel.stepMinutes ?? 0) * MINUTE_MS;

const usageIn = (value: Milli, { channel }: AlertDay): Milli => timesMultiplier(value, channel.multiplier);
