/** Register reads of a batch: stored as versions, in order of time, and judged against their neighbours. */
import { localDateOf, type Instant } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import { daysOf, NO_HISTORY } from "./history.ts";
import { CHANGED_RULE, isServiceActive, recordFindings, recordReadAlerts, type Subject, type Work } from "./ingest-work.ts";
import { intervalsBeside, type MatchedRegister } from "./match-reads.ts";
import { draftOf, type OutcomeDraft } from "./outcome-draft.ts";
import { bestReads, registerAdvance } from "./register.ts";
import type { ToldDay } from "./tell-days.ts";
import { quantityText } from "./units.ts";
import { maxPlausible, validateRegister, type Finding } from "./vee.ts";

/** Reads of a register in order of time, the best version of each. */
export type Sequence = RegisterRead[];

export function classifyRegisters(matches: readonly MatchedRegister[], told: readonly ToldDay[], work: Work, drafts: OutcomeDraft[]): ReadonlyMap<number, Sequence> {
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
    for (const each of told) if (each.channel.channelId === channelId) markTold(each, sequence, touched);
    if (touched.size > 0) validateSequence(sequence, touched, group[0]!, work);
  }
  judgeToldAlone(matches, told, sequences, work);
  return sequences;
}

/** What was said of registers of which no read came with it: the stored read after it is judged again. */
function judgeToldAlone(matches: readonly MatchedRegister[], told: readonly ToldDay[], sequences: ReadonlyMap<number, Sequence>, work: Work): void {
  if (told.length === 0) return;
  const read = new Set(matches.map(({ channel }) => channel.channelId));
  for (const [channelId, group] of Map.groupBy(told.filter(({ channel }) => channel.kind === "register" && !read.has(channel.channelId)), ({ channel }) => channel.channelId)) {
    const sequence = sequences.get(channelId) ?? [];
    const touched = new Map<Instant, OutcomeDraft[]>();
    for (const each of group) markTold(each, sequence, touched);
    validateSequence(sequence, touched, group[0]!, work);
  }
}

/** What is said between two reads is judged with the second. */
function markTold({ from }: ToldDay, sequence: Sequence, touched: Map<Instant, OutcomeDraft[]>): void {
  const read = sequence.find(({ readAt }) => readAt >= from);
  if (read !== undefined && !touched.has(read.readAt)) touched.set(read.readAt, []);
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

/**
 * Judges each touched read against the one before it that somebody took, and the one after it against the touched one. An
 * estimate proves nothing against a measured read: the dial may stand below it, and the next bill gives back what it overshot.
 */
export function validateSequence(sequence: Sequence, touched: ReadonlyMap<Instant, readonly OutcomeDraft[]>, { meter, channel }: Pick<MatchedRegister, "meter" | "channel">, work: Work): void {
  let taken: RegisterRead | undefined;
  for (let i = 0; i < sequence.length; i++) {
    const read = sequence[i]!;
    const previous = taken ?? sequence[i - 1];
    if (read.quality !== "estimated") taken = read;
    if (read.quality === "estimated" && !touched.has(read.readAt)) continue;
    if (!touched.has(read.readAt) && !(previous && touched.has(previous.readAt))) continue;
    const drafts = [...(touched.get(read.readAt) ?? []), ...((previous && touched.get(previous.readAt)) ?? [])];
    const installation = meter.installations.find(({ from, to }) => from <= read.readAt && (to === null || read.readAt <= to));
    if (installation === undefined) continue;
    const day = localDateOf(read.readAt, work.context.zone);
    const subject: Subject = { meter, channel, installation, day, readAt: read.readAt, version: read.version };
    const from = previous === undefined ? day : localDateOf(previous.readAt, work.context.zone);
    work.changes.push({ channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, from, to: day });
    const findings = previous === undefined || previous.readAt < installation.from ? [] : judgeRead(previous, read, subject, work);
    for (const id of recordFindings(subject, findings, work)) for (const draft of drafts) draft.exceptionIds.add(id);
    if (previous !== undefined && provesUse(previous, read, subject)) recordReadAlerts({ meterId: meter.meterId, servicePointId: installation.servicePointId, channel, from: previous.readAt, readAt: read.readAt }, findings, work);
  }
}

/** A day's average needs a day, and two reads that somebody took. Where there are intervals, they tell more. */
function provesUse(previous: RegisterRead, read: RegisterRead, { meter, channel, installation }: Subject): boolean {
  return channel.direction !== "received" && previous.quality !== "estimated" && read.quality !== "estimated" && previous.readAt >= installation.from
    && daysOf(previous.readAt, read.readAt) >= 1 && intervalsBeside(channel, meter).length === 0;
}

function judgeRead(previous: RegisterRead, read: RegisterRead, { meter, channel, day }: Subject, work: Work): readonly Finding[] {
  const history = work.loaded.histories.get(channel.channelId) ?? NO_HISTORY;
  const parameters = work.parameters(meter, day);
  const days = daysOf(previous.readAt, read.readAt);
  const largest = maxPlausible(history, days, parameters);
  const advance = registerAdvance(previous.value, read.value, channel, largest);
  return validateRegister({ channel, day, days, previous, read, advance, maxPlausible: largest, history, serviceActive: isServiceActive(meter, day), conditions: work.conditionsOf.get(channel.channelId)?.filter(({ from }) => from > previous.readAt && from <= read.readAt) }, parameters);
}
