/**
 * The second half of ingest: what a batch of readings changes. A pure function from matched readings and what is stored
 * of their channels to outcomes, writes and exceptions; the shell commits exactly what it returns, in one batch.
 * Posting a batch again finds everything stored and returns no writes.
 */
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { localDateOf, localDayOf, MINUTE_MS, type Instant } from "../calendar/zone.ts";
import { qualityCode, type Channel, type Installation, type MeterRecord, type RegisterRead } from "./channel.ts";
import { daysOf, NO_HISTORY, type ChannelHistory } from "./history.ts";
import { outcomeHead, registersBeside, type HeldReading, type MatchedInterval, type MatchedReads, type MatchedRegister, type OutcomeKind, type ReadOutcome, type ReadsContext } from "./match-reads.ts";
import { bestOf, bestOfDay, dayStats, emptyDay, MISSING, mergeStored, type DayRevision, type DayStats, type PackedDay, type StoredDay } from "./packed-day.ts";
import { bestReads, registerAdvance } from "./register.ts";
import { scanSpan } from "./span-scan.ts";
import { convertMilli, quantityText, type Milli } from "./units.ts";
import { parametersFor, type VeeParameters } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";
import { INTERVAL_RULES, judgeScan, maxPlausible, REGISTER_RULES, validateRegister, type Finding, type Severity } from "./vee.ts";

/** An exception that is in the database for one of the days or reads in question. */
export interface KnownException {
  readonly id: string;
  readonly channelId: number;
  readonly day: LocalDate;
  /** The instant of the register read it is about; null for a day of intervals. */
  readonly readAt: Instant | null;
  readonly ruleId: string;
  /** `decided`: a person or a later read closed it. */
  readonly status: "open" | "decided";
  readonly numbers: Readonly<Record<string, number>>;
}

/** What `ReadsNeeds` asked for. Absent entries mean: nothing stored. */
export interface ReadsLoaded {
  /** By `dayKey`. */
  readonly days: ReadonlyMap<string, StoredDay>;
  /** By channel, all versions, in any order. */
  readonly registerReads: ReadonlyMap<number, readonly RegisterRead[]>;
  readonly histories: ReadonlyMap<number, ChannelHistory>;
  /** Of the channels and days in question, open and decided. */
  readonly exceptions: readonly KnownException[];
}

export function dayKey(channelId: number, day: LocalDate): string {
  return `${channelId}:${day}`;
}

/** The head row of a day: the raw values after the merge and what is known of its best values. */
export interface DayWrite {
  readonly channelId: number;
  readonly meterId: string;
  readonly day: LocalDate;
  /** The version it was decided on, 0 when the day is new; if the stored one differs by then, the write must not happen. */
  readonly expectedVersion: number;
  readonly version: number;
  readonly raw: PackedDay;
  /** Of the best values. */
  readonly stats: DayStats;
  /** Intervals of flow without a pause up to the end of the day, for the next day's leak check. */
  readonly flowSlotsAtEnd: number;
}

/** A later truth about some slots of a day, kept beside its raw values. */
export interface RevisionWrite extends DayRevision {
  readonly channelId: number;
  readonly day: LocalDate;
  /** Version of the day that this revision makes. */
  readonly dayVersion: number;
}

export interface RegisterWrite extends RegisterRead {
  readonly meterId: string;
  readonly day: LocalDate;
}

/** A finding that a person must look at. The id is made of what it is about, so that creating it twice is impossible. */
export interface NewException extends Finding {
  readonly id: string;
  readonly channelId: number | null;
  readonly meterId: string | null;
  readonly servicePointId: string | null;
  readonly readAt: Instant | null;
  /** A reading kept until its cause is mended; null for stored values. */
  readonly held: HeldReading["reading"] | null;
}

/** A finding with where it was found, info included (leaks are told to the customer, not queued). */
export interface PlacedFinding extends Finding {
  readonly channelId: number;
  readonly meterId: string;
  readonly servicePointId: string;
  readonly readAt: Instant | null;
}

/** A stretch of days whose usage is not what it was: bills so far, issued bills and charts may look again. */
export interface UsageChange {
  readonly channelId: number;
  readonly meterId: string;
  readonly servicePointId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export interface ReadsResult {
  /** One a reading, in the order of the batch. */
  readonly outcomes: readonly ReadOutcome[];
  readonly counts: Readonly<Record<OutcomeKind, number>>;
  readonly dayWrites: readonly DayWrite[];
  readonly revisionWrites: readonly RevisionWrite[];
  readonly registerWrites: readonly RegisterWrite[];
  readonly exceptions: readonly NewException[];
  /** Open exceptions that still hold, with new numbers. */
  readonly exceptionUpdates: readonly { readonly id: string; readonly finding: Finding }[];
  /** Open exceptions whose cause is gone. */
  readonly cured: readonly string[];
  readonly findings: readonly PlacedFinding[];
  readonly changes: readonly UsageChange[];
}

const VALIDATED_RULES = new Set([...INTERVAL_RULES, ...REGISTER_RULES].map((rule) => rule.id));

/** A stored value that came again with another value: the later one counts, and a person should know. */
const CHANGED_RULE = "changed";

interface OutcomeDraft {
  readonly index: number;
  readonly meter: string;
  stored: number;
  duplicates: number;
  corrected: number;
  refused: number;
  readonly exceptionIds: Set<string>;
}

/** Everything that is being collected while the batch is worked through. */
interface Work {
  readonly context: ReadsContext;
  readonly loaded: ReadsLoaded;
  readonly parameters: (meter: MeterRecord, day: LocalDate) => VeeParameters;
  readonly exceptionsOf: ReadonlyMap<string, readonly KnownException[]>;
  readonly dayWrites: DayWrite[];
  readonly revisionWrites: RevisionWrite[];
  readonly registerWrites: RegisterWrite[];
  readonly exceptions: Map<string, NewException>;
  readonly exceptionUpdates: { id: string; finding: Finding }[];
  readonly cured: string[];
  readonly findings: PlacedFinding[];
  readonly changes: UsageChange[];
}

/** Classifies a matched batch. `loaded` holds what `matched.needs` named. */
export function classifyReads(matched: MatchedReads, loaded: ReadsLoaded, context: ReadsContext): ReadsResult {
  const work: Work = {
    context, loaded,
    parameters: rememberedParameters(context),
    exceptionsOf: Map.groupBy(loaded.exceptions, (known) => subjectKey(known.channelId, known.day, known.readAt)),
    dayWrites: [], revisionWrites: [], registerWrites: [], exceptions: new Map(), exceptionUpdates: [], cured: [], findings: [], changes: [],
  };
  for (const held of matched.held) work.exceptions.set(held.id, heldException(held));

  const drafts: OutcomeDraft[] = [];
  const sequences = classifyRegisters(matched.registers, work, drafts);
  classifyIntervals(matched.intervals, sequences, work, drafts);

  const outcomes = [...matched.settled, ...drafts.map(finishOutcome)].toSorted((a, b) => a.index - b.index);
  const counts: Record<OutcomeKind, number> = { accepted: 0, duplicate: 0, exception: 0, rejected: 0 };
  for (const { outcome } of outcomes) counts[outcome]++;
  const { dayWrites, revisionWrites, registerWrites, exceptionUpdates, cured, findings, changes } = work;
  return { outcomes, counts, dayWrites, revisionWrites, registerWrites, exceptions: [...work.exceptions.values()], exceptionUpdates, cured, findings, changes };
}

function draftOf(reading: MatchedInterval["reading"] | MatchedRegister["reading"]): OutcomeDraft {
  return { ...outcomeHead(reading), refused: 0, exceptionIds: new Set() };
}

function finishOutcome({ index, meter, stored, duplicates, corrected, refused, exceptionIds }: OutcomeDraft): ReadOutcome {
  const head = { index, meter, stored, duplicates, corrected };
  if (exceptionIds.size > 0) return { ...head, outcome: "exception", exceptionIds: [...exceptionIds] };
  if (stored + corrected > 0) return { ...head, outcome: "accepted" };
  if (refused > 0 && duplicates === 0) return { ...head, outcome: "rejected", field: "quality", reason: "an estimate does not replace a value that was measured" };
  return { ...head, outcome: "duplicate" };
}

/** Thresholds depend on the day only where the utility changed one; looked up once per commodity, class and day. */
function rememberedParameters({ settings }: ReadsContext): Work["parameters"] {
  const known = new Map<string, VeeParameters>();
  const starts = [...new Set(settings.map((setting) => setting.effectiveFrom))].toSorted();
  return (meter, day) => {
    const since = starts.findLast((start) => start <= day) ?? "";
    const key = `${meter.commodity} ${meter.customerClass} ${since}`;
    let parameters = known.get(key);
    if (parameters === undefined) known.set(key, (parameters = parametersFor(settings, meter.commodity, meter.customerClass, day)));
    return parameters;
  };
}

function isServiceActive(meter: MeterRecord, day: LocalDate): boolean {
  return meter.service.some(({ from, to }) => from <= day && (to === null || day < to));
}

// ---- exceptions -----------------------------------------------------------------------------------------------

function subjectKey(channelId: number, day: LocalDate, readAt: Instant | null): string {
  return `${channelId}:${readAt ?? day}`;
}

interface Subject {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  readonly day: LocalDate;
  readonly readAt: Instant | null;
  /** Version of the day or read that is judged; part of the ids of new exceptions. */
  readonly version: number;
}

/**
 * Turns findings into exceptions: a new one, an open one with new numbers, or none where a person has already decided
 * on the same numbers. What was open and is no longer found is cured. Returns the ids that are open afterwards.
 */
function recordFindings(subject: Subject, findings: readonly Finding[], work: Work): string[] {
  const { meter, channel, installation, day, readAt } = subject;
  const place = { channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, readAt };
  const known = work.exceptionsOf.get(subjectKey(channel.channelId, day, readAt)) ?? [];
  const open: string[] = [];
  for (const finding of findings) {
    work.findings.push({ ...finding, ...place });
    if (finding.severity === "info") continue;
    const sameRule = known.filter(({ ruleId }) => ruleId === finding.ruleId);
    const stillOpen = sameRule.find(({ status }) => status === "open");
    if (stillOpen !== undefined) {
      if (!sameNumbers(stillOpen.numbers, finding.numbers)) work.exceptionUpdates.push({ id: stillOpen.id, finding });
      open.push(stillOpen.id);
    } else if (!sameRule.some(({ numbers }) => sameNumbers(numbers, finding.numbers))) {
      const id = `${subjectKey(channel.channelId, day, readAt)}:${finding.ruleId}:${subject.version}`;
      work.exceptions.set(id, { ...finding, ...place, id, held: null });
      open.push(id);
    }
  }
  for (const { id, status, ruleId } of known) {
    if (status === "open" && VALIDATED_RULES.has(ruleId) && !findings.some((finding) => finding.ruleId === ruleId && finding.severity !== "info")) work.cured.push(id);
  }
  return open;
}

function sameNumbers(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function heldException(held: HeldReading): NewException {
  return {
    id: held.id, ruleId: held.ruleId, severity: "fail", day: held.day, numbers: {}, sentence: held.sentence,
    channelId: held.channelId, meterId: held.meterId, servicePointId: null, readAt: null, held: held.reading,
  };
}

// ---- registers ------------------------------------------------------------------------------------------------

/** Reads of a register in order of time, the best version of each. */
type Sequence = RegisterRead[];

function classifyRegisters(matches: readonly MatchedRegister[], work: Work, drafts: OutcomeDraft[]): ReadonlyMap<number, Sequence> {
  const sequences = new Map<number, Sequence>();
  for (const [channelId, reads] of work.loaded.registerReads) sequences.set(channelId, bestReads(reads));
  for (const [channelId, group] of Map.groupBy(matches, ({ channel }) => channel.channelId)) {
    const all = [...(work.loaded.registerReads.get(channelId) ?? [])];
    const touched = new Map<Instant, OutcomeDraft[]>();
    for (const { reading, meter, channel, installation } of group) {
      const draft = draftOf(reading);
      drafts.push(draft);
      const read = storeRead(reading, channel, all, draft);
      if (read === null) continue;
      all.push(read);
      const day = localDateOf(read.readAt, work.context.zone);
      work.registerWrites.push({ ...read, meterId: meter.meterId, day });
      touched.set(read.readAt, [...(touched.get(read.readAt) ?? []), draft]);
      if (read.version > 1) reportChangedRead(read, all, { meter, channel, installation, day, readAt: read.readAt, version: read.version }, work, draft);
    }
    const sequence = bestReads(all);
    sequences.set(channelId, sequence);
    if (touched.size > 0) validateSequence(sequence, touched, group[0]!, work);
  }
  return sequences;
}

/** The read to be stored, or null when it is known already or must not replace what is known. */
function storeRead(reading: MatchedRegister["reading"], channel: Channel, all: readonly RegisterRead[], draft: OutcomeDraft): RegisterRead | null {
  const before = all.filter(({ readAt }) => readAt === reading.at);
  if (before.some(({ value, quality }) => value === reading.value && !(quality === "estimated" && reading.quality === "actual"))) {
    draft.duplicates++;
    return null;
  }
  if (reading.quality === "estimated" && before.some(({ quality }) => quality !== "estimated")) {
    draft.refused++;
    return null;
  }
  if (before.length === 0) draft.stored++;
  else draft.corrected++;
  return { channelId: channel.channelId, readAt: reading.at, version: Math.max(0, ...before.map(({ version }) => version)) + 1, value: reading.value, quality: reading.quality };
}

function reportChangedRead(read: RegisterRead, all: readonly RegisterRead[], subject: Subject, work: Work, draft: OutcomeDraft): void {
  const before = bestReads(all.filter(({ readAt, version }) => readAt === read.readAt && version < read.version))[0]!;
  if (before.quality === "estimated") return;
  const finding: Finding = {
    ruleId: CHANGED_RULE, severity: "warn", day: subject.day, numbers: { before: before.value, after: read.value },
    sentence: `The read was ${quantityText(before.value, subject.channel.unit)} and came again as ${quantityText(read.value, subject.channel.unit)}; the later one counts.`,
  };
  for (const id of recordFindings(subject, [finding], { ...work, cured: [] })) draft.exceptionIds.add(id);
}

/** Judges each touched read against the one before it, and the one after it against the touched one. */
function validateSequence(sequence: Sequence, touched: ReadonlyMap<Instant, readonly OutcomeDraft[]>, match: MatchedRegister, work: Work): void {
  const { meter, channel } = match;
  for (let i = 0; i < sequence.length; i++) {
    const read = sequence[i]!;
    const previous = sequence[i - 1];
    const drafts = [...(touched.get(read.readAt) ?? []), ...((previous && touched.get(previous.readAt)) ?? [])];
    if (drafts.length === 0) continue;
    const installation = meter.installations.find(({ from, to }) => from <= read.readAt && (to === null || read.readAt <= to));
    if (installation === undefined) continue;
    const day = localDateOf(read.readAt, work.context.zone);
    const subject: Subject = { meter, channel, installation, day, readAt: read.readAt, version: read.version };
    const from = previous === undefined ? day : localDateOf(previous.readAt, work.context.zone);
    work.changes.push({ channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, from, to: day });
    const findings = previous === undefined || previous.readAt < installation.from ? [] : judgeRead(previous, read, subject, work);
    for (const id of recordFindings(subject, findings, work)) for (const draft of drafts) draft.exceptionIds.add(id);
  }
}

function judgeRead(previous: RegisterRead, read: RegisterRead, { meter, channel, day }: Subject, work: Work): readonly Finding[] {
  const history = work.loaded.histories.get(channel.channelId) ?? NO_HISTORY;
  const parameters = work.parameters(meter, day);
  const days = daysOf(previous.readAt, read.readAt);
  const largest = maxPlausible(history, days, parameters);
  const advance = registerAdvance(previous.value, read.value, channel, largest);
  return validateRegister({ channel, day, days, previous, read, advance, maxPlausible: largest, history, serviceActive: isServiceActive(meter, day) }, parameters);
}

// ---- intervals ------------------------------------------------------------------------------------------------

/** A day while the batch's readings are merged into it. */
interface DayInWork {
  readonly match: MatchedInterval;
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

function classifyIntervals(matches: readonly MatchedInterval[], sequences: ReadonlyMap<number, Sequence>, work: Work, drafts: OutcomeDraft[]): void {
  const days = new Map<string, DayInWork>();
  for (const match of matches) {
    const draft = draftOf(match.reading);
    drafts.push(draft);
    eachDayOf(match, work, (day, incoming) => {
      const key = dayKey(match.channel.channelId, day.date);
      let inWork = days.get(key);
      if (inWork === undefined) {
        const before = work.loaded.days.get(key) ?? null;
        inWork = { match, day: day.date, start: day.start, end: day.end, before, state: before, changed: false, newRevisions: [], changedSlots: 0, firstChangedSlot: -1, drafts: [] };
        days.set(key, inWork);
      }
      mergeInto(inWork, incoming, draft);
    });
  }
  const ordered = [...days.values()].filter(({ changed }) => changed).sort((a, b) => a.match.channel.channelId - b.match.channel.channelId || (a.day < b.day ? -1 : 1));
  let carry: { channelId: number; day: LocalDate; flowSlots: number; zeroDays: number } | null = null;
  for (const inWork of ordered) {
    const { channelId } = inWork.match.channel;
    const followsOn: boolean = carry !== null && carry.channelId === channelId && addDays(carry.day, 1) === inWork.day;
    const loadedHistory = work.loaded.histories.get(channelId) ?? NO_HISTORY;
    const isFirst: boolean = carry === null || carry.channelId !== channelId;
    const history: ChannelHistory = isFirst ? loadedHistory : { ...loadedHistory, flowSlotsBefore: followsOn ? carry!.flowSlots : 0, zeroDaysBefore: followsOn ? carry!.zeroDays : 0 };
    const { flowSlots, zero } = finishDay(inWork, history, sequences, work);
    carry = { channelId, day: inWork.day, flowSlots, zeroDays: zero ? history.zeroDaysBefore + 1 : 0 };
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
  const { channel } = inWork.match;
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

function finishDay(inWork: DayInWork, history: ChannelHistory, sequences: ReadonlyMap<number, Sequence>, work: Work): { flowSlots: number; zero: boolean } {
  const { match: { meter, channel, installation }, day, before, newRevisions } = inWork;
  const state = inWork.state!;
  const best = bestOf(state.raw, state.revisions);
  const stats = dayStats(best);
  const parameters = work.parameters(meter, day);
  const thresholds = thresholdsFor(parameters, channel);
  const expected = expectedSlots(inWork, best, parameters, work.context.now);
  const scan = scanSpan(best.values, best.quality, expected, history.flowSlotsBefore, thresholds);
  const span = {
    channel, day, days: 1, values: best.values, quality: best.quality, expected, history,
    serviceActive: isServiceActive(meter, day), registerUsage: registerUsageOver(inWork, sequences),
  };
  const findings = judgeScan(scan, span, parameters, thresholds);
  const changed = changedFinding(inWork, best);
  const subject: Subject = { meter, channel, installation, day, readAt: null, version: state.version };
  const open = recordFindings(subject, changed === null ? findings : [...findings, changed], work);
  for (const draft of inWork.drafts) for (const id of open) draft.exceptionIds.add(id);

  work.dayWrites.push({ channelId: channel.channelId, meterId: meter.meterId, day, expectedVersion: before?.version ?? 0, version: state.version, raw: state.raw, stats, flowSlotsAtEnd: scan.leakRunAtEnd });
  for (const revision of newRevisions) work.revisionWrites.push({ ...revision, channelId: channel.channelId, day, dayVersion: state.version });
  work.changes.push({ channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, from: day, to: addDays(day, 1) });
  return { flowSlots: scan.leakRunAtEnd, zero: stats.present === stats.slots && stats.sum === 0 && stats.max === 0 };
}

/**
 * Slots that ought to be there: all of a day that is over and past its grace, else those up to the last that came.
 * A day on which the meter was set or removed has no full count.
 */
function expectedSlots({ match: { installation }, start, end }: DayInWork, { values }: PackedDay, { missing }: VeeParameters, now: Instant): number {
  if (installation.from > start || (installation.to !== null && installation.to < end)) return 0;
  if (end + missing.graceHours * 60 * MINUTE_MS <= now) return values.length;
  let last = values.length;
  while (last > 0 && values[last - 1] === MISSING) last--;
  return last;
}

/** What the registers beside the channel moved between the day's two midnights, in the channel's unit; null where a read is absent. */
function registerUsageOver({ match: { meter, channel }, start, end }: DayInWork, sequences: ReadonlyMap<number, Sequence>): Milli | null {
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

function changedFinding({ before, changedSlots, firstChangedSlot, match: { channel }, day }: DayInWork, best: PackedDay): Finding | null {
  if (changedSlots === 0) return null;
  const sumBefore = before === null ? 0 : dayStats(bestOfDay(before)).sum;
  const sumAfter = dayStats(best).sum;
  return {
    ruleId: CHANGED_RULE, severity: "warn" satisfies Severity, day, slot: firstChangedSlot, numbers: { changed: changedSlots, before: sumBefore, after: sumAfter },
    sentence: `${changedSlots} intervals came again with other values: the day was ${quantityText(sumBefore, channel.unit)} and is now ${quantityText(sumAfter, channel.unit)}; the later ones count.`,
  };
}
