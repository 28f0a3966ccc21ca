/** Estimates for what is in doubt: what would stand there if it had not come. */
import { loadDaySpan } from "../../../db/metering/stored.ts";
import { addDays } from "../../../domain/calendar/local-date.ts";
import { startOfDay } from "../../../domain/calendar/zone.ts";
import {
  bestOfDay, bestReads, convertMilli, dayKey, emptyDay, estimateIntervals, estimateRead, estimateWindows, MISSING, NO_HISTORY, QUALITY_EDITED, QUALITY_QUESTIONABLE, registerAdvance, registersBeside, slotCount,
  type Milli, type PackedDay, type RegisterRead, type StoredDay,
} from "../../../domain/metering/index.ts";
import type { Deciding } from "./change.ts";
import type { Subject } from "./subject.ts";

export interface DayEstimate {
  /** `MISSING` where nothing is estimated. */
  readonly layer: PackedDay;
  /** Methods with how many slots each filled: "likeDays:4 linear:2". */
  readonly method: string;
  /** Slots wanted for which there was nothing to go by. */
  readonly unfilled: number;
}

/** The slots that a rule doubts; none for gaps, which are filled anyway. A rule that speaks of the whole day doubts all of it. */
export function doubtfulSlots(rule: string, pointed: number | undefined, { values, quality }: PackedDay): number[] {
  const every = (is: (value: Milli, slot: number) => boolean): number[] => [...values.keys()].filter((slot) => values[slot] !== MISSING && is(values[slot]!, slot));
  switch (rule) {
    case "missing":
      return [];
    case "spike":
    case "changed":
      return pointed === undefined ? [] : [pointed];
    case "negative":
      return every((value) => value < 0);
    case "questionable":
      return every((_value, slot) => quality?.[slot] === QUALITY_QUESTIONABLE);
    default:
      return every(() => true);
  }
}

/**
 * Estimates slots of a day, with its gaps where `gaps` says so, by the published order (see domain/metering/estimate.ts).
 * A measured value that is replaced carries the flag of an edit: a person has decided on it. Null when there is nothing to go by.
 */
export async function estimateDay({ place: { meter, channel, installation }, loaded, day }: Subject, slots: readonly number[], gaps: boolean, { port, setting, holidays }: Pick<Deciding, "port" | "setting" | "holidays">): Promise<DayEstimate | null> {
  const { channelId } = channel;
  const count = slotCount(day, setting.zone, channel.stepMinutes!);
  const stored = loaded.days.get(dayKey(channelId, day)) ?? { channelId, day, version: 0, raw: emptyDay(count), revisions: [] };
  const best = bestOfDay(stored);
  const blank = best.values.slice();
  for (const slot of slots) blank[slot] = MISSING;
  const period = { from: day, to: addDays(day, 1) };
  const { around, lastYear } = estimateWindows(period);
  const others = [...(await loadDaySpan(port, channelId, around.from, around.to)), ...(await loadDaySpan(port, channelId, lastYear.from, lastYear.to))].filter((other) => other.day !== day);
  const blanked: StoredDay = { ...stored, raw: { values: blank, quality: best.quality }, revisions: [] };
  const estimate = estimateIntervals({
    channel, zone: setting.zone, period, installedFrom: installation.from, installedTo: installation.to, until: Math.min(setting.now, startOfDay(period.to, setting.zone)), days: [...others, blanked], holidays,
    history: loaded.histories.get(channelId) ?? NO_HISTORY, classDaily: null,
    isVacant: (at) => !meter.service.some(({ from, to }) => from <= at && (to === null || at < to)),
    registerUsage: gaps || slots.length > 0 ? registerUsage({ place: { meter, channel, installation }, loaded, day } as Subject, setting.zone) : null,
  });
  const made = estimate.days.find((each) => each.day === day);
  if (!made) return null;
  const wanted = new Set(slots);
  const layer = emptyDay(count);
  const quality = new Uint8Array(count);
  let filled = 0;
  for (let slot = 0; slot < count; slot += 1) {
    const value = made.layer.values[slot]!;
    if (value === MISSING || !(wanted.has(slot) || gaps)) continue;
    layer.values[slot] = value;
    quality[slot] = best.values[slot] === MISSING ? made.layer.quality![slot]! : QUALITY_EDITED;
    filled += 1;
  }
  if (filled === 0) return null;
  const method = Object.entries(estimate.counts).filter(([, times]) => times > 0).map(([name, times]) => `${name}:${times}`).join(" ");
  return { layer: { values: layer.values, quality }, method, unfilled: gaps ? estimate.unfilled : wanted.size - filled };
}

/** What the registers beside the channel moved over the day, in the channel's unit after the multiplier; null where a read at midnight is absent. */
function registerUsage({ place: { meter, channel }, loaded, day }: Subject, zone: string): Milli | null {
  const beside = registersBeside(channel, meter);
  const [start, end] = [startOfDay(day, zone), startOfDay(addDays(day, 1), zone)];
  let usage = 0;
  for (const register of beside) {
    const reads = bestReads(loaded.registerReads.get(register.channelId) ?? []);
    const [first, last] = [reads.find(({ readAt }) => readAt === start), reads.find(({ readAt }) => readAt === end)];
    if (!first || !last) return null;
    const advance = registerAdvance(first.value, last.value, register);
    if (advance.kind === "negative") return null;
    usage += convertMilli(advance.usage, register.unit, channel.unit);
  }
  return beside.length === 0 ? null : usage;
}

export interface ReadEstimate {
  readonly value: Milli;
  readonly method: string;
}

/** What the register would show at the instant by its usual usage since the read before. Null when there is nothing to go by. */
export function estimateReadAt({ place: { meter, channel }, loaded, day }: Subject, readAt: number): ReadEstimate | null {
  const reads: RegisterRead[] = bestReads(loaded.registerReads.get(channel.channelId) ?? []);
  const previous = reads.findLast((read) => read.readAt < readAt);
  if (!previous) return null;
  const estimated = estimateRead({
    channel, previous, at: readAt, history: loaded.histories.get(channel.channelId) ?? NO_HISTORY, beforeLastYear: null, classDaily: null,
    isVacant: !meter.service.some(({ from, to }) => from <= day && (to === null || day < to)),
  });
  return estimated && { value: estimated.read.value, method: estimated.method };
}
