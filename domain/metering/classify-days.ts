/** Interval days in work: readings cut at local midnight and merged, then each changed day judged once. */
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { localDayOf, MINUTE_MS, type Instant } from "../calendar/zone.ts";
import { qualityCode, type Channel, type Installation, type MeterRecord } from "./channel.ts";
import type { Sequence } from "./classify-registers.ts";
import { NO_HISTORY, type ChannelHistory } from "./history.ts";
import { dayKey } from "./ingest-result.ts";
import { CHANGED_RULE, conditionsOn, isServiceActive, recordAlerts, recordFindings, type Subject, type Work } from "./ingest-work.ts";
import { activeBeside, registersBeside, type MatchedInterval } from "./match-reads.ts";
import { draftOf, type OutcomeDraft } from "./outcome-draft.ts";
import { bestOf, bestOfDay, dayStats, emptyDay, MISSING, mergeStored, type DayRevision, type PackedDay, type StoredDay } from "./packed-day.ts";
import { registerAdvance } from "./register.ts";
import { runAtEnd, scanSpan, statsOfScan } from "./span-scan.ts";
import { inColdSeason } from "./rules/freeze.ts";
import type { ToldDay } from "./tell-days.ts";
import { convertMilli, quantityText, timesMultiplier, type Milli } from "./units.ts";
import type { VeeParameters } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";
import { judgeScan, type Finding, type Severity } from "./vee.ts";

/** Where a day of intervals belongs. */
export interface DayPlace {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
}

/** A day while readings are merged into it or a decision changes it. */
export interface DayInWork {
  readonly place: DayPlace;
  readonly day: LocalDate;
  readonly start: Instant;
  readonly end: Instant;
  readonly before: StoredDay | null;
  state: StoredDay | null;
  changed: boolean;
  readonly newRevisions: DayRevision[];
  /** Slots whose measured value changed. */
  changedSlots: number;
  firstChangedSlot: number;
  readonly drafts: OutcomeDraft[];
}

export function classifyIntervals(matches: readonly MatchedInterval[], told: readonly ToldDay[], sequences: ReadonlyMap<number, Sequence>, work: Work, drafts: OutcomeDraft[]): void {
  const days = new Map<string, DayInWork>();
  for (const match of matches) {
    const draft = draftOf(match.reading);
    drafts.push(draft);
    eachDayOf(match, work, (day, incoming) => {
      const key = dayKey(match.channel.channelId, day.date);
      let inWork = days.get(key);
      if (inWork === undefined) {
        const before = work.loaded.days.get(key) ?? null;
        inWork = startDay(match, day, before);
        days.set(key, inWork);
      }
      mergeInto(inWork, incoming, draft);
    });
  }
  for (const each of told) if (each.channel.kind === "interval") markTold(each, days, work);
  finishDays([...days.values()].filter(({ changed }) => changed), sequences, work);
}

/** A day that is there is written once more, with the same values, so that a bill in the making sees that it is in doubt. */
function markTold(told: ToldDay, days: Map<string, DayInWork>, work: Work): void {
  const key = dayKey(told.channel.channelId, told.day.date);
  const inWork = days.get(key) ?? startDay(told, told.day, work.loaded.days.get(key) ?? null);
  days.set(key, inWork);
  if (inWork.changed || inWork.state === null) return;
  inWork.changed = true;
  inWork.state = { ...inWork.state, version: inWork.state.version + 1 };
}

export function startDay({ meter, channel, installation }: DayPlace, day: { date: LocalDate; start: Instant; end: Instant }, before: StoredDay | null): DayInWork {
  return { place: { meter, channel, installation }, day: day.date, start: day.start, end: day.end, before, state: before, changed: false, newRevisions: [], changedSlots: 0, firstChangedSlot: -1, drafts: [] };
}

/** Judges the days and collects their writes, in order of channel and day: runs of flow and of zero go on over midnight. */
export function finishDays(days: readonly DayInWork[], sequences: ReadonlyMap<number, Sequence>, work: Work): void {
  const beside = new Map(days.map((inWork) => [dayKey(inWork.place.channel.channelId, inWork.day), inWork]));
  const ordered = days.toSorted((a, b) => a.place.channel.channelId - b.place.channel.channelId || (a.day < b.day ? -1 : 1));
  let before: { readonly channelId: number; readonly next: LocalDate; readonly flowSlots: number; readonly zeroDays: number } | null = null;
  for (const inWork of ordered) {
    const { channelId } = inWork.place.channel;
    const loaded = work.loaded.histories.get(channelId) ?? NO_HISTORY;
    const history: ChannelHistory = before?.channelId !== channelId ? loaded : before.next === inWork.day ? { ...loaded, flowSlotsBefore: before.flowSlots, zeroDaysBefore: before.zeroDays } : { ...loaded, flowSlotsBefore: 0, zeroDaysBefore: 0 };
    const { flowSlots, zero } = finishDay(inWork, history, sequences, beside, work);
    before = { channelId, next: addDays(inWork.day, 1), flowSlots, zeroDays: zero ? history.zeroDaysBefore + 1 : 0 };
  }
}

/** Cuts a reading into its local days. */
function eachDayOf({ reading }: MatchedInterval, { context }: Work, use: (day: { date: LocalDate; start: Instant; end: Instant }, incoming: PackedDay) => void): void {
  const step = reading.stepMinutes * MINUTE_MS;
  const code = qualityCode(reading.quality);
  let taken = 0;
  while (taken < reading.values.length) {
    const day = localDayOf(reading.start + taken * step, context.zone);
    const slots = (day.end - day.start) / step;
    const first = (reading.start + taken * step - day.start) / step;
    const count = Math.min(slots - first, reading.values.length - taken);
    const part = reading.values.subarray(taken, taken + count);
    let values = part;
    if (count < slots) {
      values = emptyDay(slots).values;
      values.set(part, first);
    }
    if (part.some((value) => value !== MISSING)) use(day, { values, quality: code === 0 ? null : new Uint8Array(slots).fill(code) });
    taken += count;
  }
}

function mergeInto(inWork: DayInWork, incoming: PackedDay, draft: OutcomeDraft): void {
  const { channel } = inWork.place;
  const merge = mergeStored(inWork.state, incoming);
  inWork.drafts.push(draft);
  draft.stored += merge.stored;
  draft.duplicates += merge.duplicates;
  draft.corrected += merge.corrected;
  draft.refused += merge.refused;
  if (merge.stored === 0 && merge.correction === null) return;
  inWork.changed = true;
  const revisions = [...(inWork.state?.revisions ?? [])];
  if (merge.correction !== null) {
    noteChangedSlots(inWork, merge.correction);
    const revision: DayRevision = { revision: (revisions.at(-1)?.revision ?? 0) + 1, origin: "gateway", layer: merge.correction };
    revisions.push(revision);
    inWork.newRevisions.push(revision);
  }
  inWork.state = { channelId: channel.channelId, day: inWork.day, version: (inWork.before?.version ?? 0) + 1, raw: merge.raw, revisions };
}

/** A measurement in place of an estimate is what everybody waited for; in place of another measurement it is news. */
function noteChangedSlots(inWork: DayInWork, correction: PackedDay): void {
  const best = bestOfDay(inWork.state!);
  correction.values.forEach((value, slot) => {
    if (value === MISSING || best.values[slot] === value || best.quality?.[slot] === qualityCode("estimated")) return;
    if (inWork.changedSlots++ === 0) inWork.firstChangedSlot = slot;
  });
}

function finishDay(inWork: DayInWork, history: ChannelHistory, sequences: ReadonlyMap<number, Sequence>, beside: ReadonlyMap<string, DayInWork>, work: Work): { flowSlots: number; zero: boolean } {
  const { place: { meter, channel, installation }, day, start, end, before, newRevisions } = inWork;
  const state = inWork.state!;
  const best = bestOf(state.raw, state.revisions);
  const parameters = work.parameters(meter, day);
  const thresholds = thresholdsFor(parameters, channel);
  const expected = expectedSlots(inWork, best, parameters, work.context.now);
  const scan = scanSpan(best.values, best.quality, expected, history.flowSlotsBefore, thresholds);
  const stats = statsOfScan(scan);
  const serviceActive = isServiceActive(meter, day);
  const span = {
    channel, day, days: 1, values: best.values, quality: best.quality, expected, history,
    serviceActive, registerUsage: registerUsageOver(inWork, sequences), conditions: conditionsOn(work, channel.channelId, day), activeSum: activeSumOf(inWork, beside, work), start,
  };
  const findings = judgeScan(scan, span, parameters, thresholds);
  const changed = changedFinding(inWork, best);
  const subject: Subject = { meter, channel, installation, day, readAt: null, version: state.version };
  const open = recordFindings(subject, changed === null ? findings : [...findings, changed], work);
  for (const draft of inWork.drafts) for (const id of open) draft.exceptionIds.add(id);

  recordAlerts({ meterId: meter.meterId, servicePointId: installation.servicePointId, channel, start, values: best.values, quality: best.quality, flowSlotsBefore: history.flowSlotsBefore, thresholds, cold: serviceActive && inColdSeason(day, parameters) }, end, findings, work);

  const flow = { flowSlots: runAtEnd(scan), zero: stats.present === stats.slots && stats.sum === 0 && stats.max === 0 };
  if (!inWork.changed) return flow;
  work.dayWrites.push({ channelId: channel.channelId, meterId: meter.meterId, day, expectedVersion: before?.version ?? 0, version: state.version, raw: state.raw, stats, flowSlotsAtEnd: runAtEnd(scan) });
  for (const revision of newRevisions) work.revisionWrites.push({ ...revision, channelId: channel.channelId, day, dayVersion: state.version });
  work.changes.push({ channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, from: day, to: addDays(day, 1) });
  return flow;
}

/** What the meter delivered on the same day, for a channel of its reactive energy, in kWh; undefined where it is not known to the last interval. */
function activeSumOf({ place: { meter, channel }, day }: DayInWork, beside: ReadonlyMap<string, DayInWork>, work: Work): Milli | undefined {
  const active = activeBeside(channel, meter);
  if (active === null) return undefined;
  const key = dayKey(active.channelId, day);
  const stored = beside.get(key)?.state ?? work.loaded.days.get(key);
  if (stored === undefined || stored === null) return undefined;
  const { sum, present, slots } = dayStats(bestOfDay(stored));
  return present < slots ? undefined : convertMilli(timesMultiplier(sum, active.multiplier), active.unit, "kWh");
}

/**
 * Slots that ought to be there: all of a day that is over and past its grace, else those up to the last that came.
 * A day on which the meter was set or removed has no full count.
 */
function expectedSlots({ place: { installation }, start, end }: DayInWork, { values }: PackedDay, { missing }: VeeParameters, now: Instant): number {
  if (installation.from > start || (installation.to !== null && installation.to < end)) return 0;
  if (end + missing.graceHours * 60 * MINUTE_MS <= now) return values.length;
  let last = values.length;
  while (last > 0 && values[last - 1] === MISSING) last--;
  return last;
}

/** What the registers beside the channel moved between the day's two midnights, in the channel's unit; null where a read is absent. */
function registerUsageOver({ place: { meter, channel }, start, end }: DayInWork, sequences: ReadonlyMap<number, Sequence>): Milli | null {
  const registers = registersBeside(channel, meter);
  if (registers.length === 0) return null;
  let usage = 0;
  for (const register of registers) {
    const sequence = sequences.get(register.channelId);
    const first = sequence?.find(({ readAt }) => readAt === start);
    const last = sequence?.find(({ readAt }) => readAt === end);
    if (first === undefined || last === undefined) return null;
    const advance = registerAdvance(first.value, last.value, register);
    if (advance.kind === "negative") return null;
    usage += convertMilli(register.use === "subtract" ? -advance.usage : advance.usage, register.unit, channel.unit);
  }
  return usage;
}

function changedFinding({ before, changedSlots, firstChangedSlot, place: { channel }, day }: DayInWork, best: PackedDay): Finding | null {
  if (changedSlots === 0) return null;
  const sumBefore = before === null ? 0 : dayStats(bestOfDay(before)).sum;
  const sumAfter = dayStats(best).sum;
  return {
    ruleId: CHANGED_RULE, severity: "warn" satisfies Severity, day, slot: firstChangedSlot, numbers: { changed: changedSlots, before: sumBefore, after: sumAfter },
    sentence: `${changedSlots} intervals came again with other values: the day was ${quantityText(sumBefore, channel.unit)} and is now ${quantityText(sumAfter, channel.unit)}; the later ones count.`,
  };
}
