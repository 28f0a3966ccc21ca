/**
 * A batch of reads between the database and the rules: what they need is loaded, what they decide becomes one commit.
 * Whoever lost a race (another batch wrote a day or a read meanwhile) classifies again on what is there now.
 */
import { seal, type Provenance } from "../../domain/compliance/chain.ts";
import { localDateOf, type TimeZone } from "../../domain/calendar/zone.ts";
import {
  badgesOf, bestOf, bestOfDay, bestReads, classifyReads, dayKey, dayStats, matchReads, timesMultiplier,
  type AlertKind, type Channel, type DayWrite, type KnownException, type MatchedReads, type MeterEvent, type MeterRecord, type Reading, type ReadsResult, type RegisterRead, type RegisterWrite, type RevisionWrite, type VeeSetting,
} from "../../domain/metering/index.ts";
import type { CommitUnit } from "../commit.ts";
import type { SqlPort, Statement } from "../port.ts";
import type { InsertRow } from "../rows.ts";
import { alertChanges, handedOver, type AlertsDecided } from "./alerts.ts";
import { conditionStatements } from "./conditions.ts";
import { followBudgets, type FollowedBudgets } from "./budgets.ts";
import { encodeAnswer, type BatchAnswer, type ReadAnswer } from "./batches.ts";
import { cureWork, exceptionsStatement, exceptionUnit, openWork, recordsOf, updateWork, workOf, type ExceptionChange, type ExceptionRecord, type NewWork } from "./exceptions.ts";
import { issuedStatements, rebillWork, type ChangedValue } from "./issued.ts";
import { customerOn, loadMeters, type LoadedMeters } from "./meters.ts";
import { heldSource, sourceStatements, type HeldSource } from "./sources.ts";
import { loadStored, type LoadedReads, type StoredException } from "./stored.ts";
import { dayStatements, readStatements, revisionStatements, type ReadWrite, type WrittenBy } from "./values.ts";
import { usageNotices } from "./watched.ts";

export interface ReadsSetting {
  readonly now: number;
  readonly zone: TimeZone;
  readonly settings: readonly VeeSetting[];
}

/** What the rules decided on a batch, with everything that is needed to write it. */
export interface ClassifiedBatch {
  readonly matched: MatchedReads;
  readonly result: ReadsResult;
  readonly loaded: LoadedReads;
  readonly meters: LoadedMeters;
  readonly places: ReadonlyMap<number, ChannelPlace>;
  /** Alerts of customers' budgets. */
  readonly budgets: FollowedBudgets;
  /** Exceptions that the result speaks of, as far as they are stored. */
  readonly records: ReadonlyMap<string, ExceptionRecord>;
  /** Work for bills that were issued on values which change now. */
  readonly rebills: readonly NewWork[];
}

/** Loads what the readings need and lets the rules decide. */
export async function classifyBatch(port: SqlPort, readings: readonly Reading[], setting: ReadsSetting, events: readonly MeterEvent[] = []): Promise<ClassifiedBatch> {
  const meters = await loadMeters(port, badgesOf(readings, events), setting.zone);
  const matched = matchReads(readings, meters.byBadge, setting, events);
  const places = placesOf(meters.byBadge.values());
  const loaded = await loadStored(port, matched.needs, setting.zone, (channelId) => places.get(channelId)!.channel);
  const result = classifyReads(matched, loaded, setting);
  const [consequences, budgets] = await Promise.all([
    loadConsequences(port, result, loaded, places),
    followBudgets(port, { result, channelOf: (channelId) => places.get(channelId)!.channel, customerOf: (servicePointId, day) => customerOn(meters.customers, servicePointId, day), suspect: suspectSubjects(loaded.exceptions, result), ...setting }),
  ]);
  return { matched, result, loaded, meters, places, budgets, ...consequences };
}

export interface ChannelPlace {
  readonly meter: MeterRecord;
  readonly channel: Channel;
}

export function placesOf(meters: Iterable<MeterRecord>): Map<number, ChannelPlace> {
  const places = new Map<number, ChannelPlace>();
  for (const meter of meters) for (const channel of meter.channels) places.set(channel.channelId, { meter, channel });
  return places;
}

type Decided = Pick<ReadsResult, "dayWrites" | "revisionWrites" | "exceptions" | "exceptionUpdates" | "cured" | "changes"> & { readonly registerWrites: readonly Pick<RegisterWrite, "channelId" | "readAt" | "version" | "value" | "quality" | "day">[] };

/** The stored exceptions that a decision touches, and the bills that were issued on what it changes. Most batches touch none, and ask nothing. */
export async function loadConsequences(port: SqlPort, decided: Decided, loaded: LoadedReads, places: ReadonlyMap<number, ChannelPlace>): Promise<Pick<ClassifiedBatch, "records" | "rebills">> {
  const ids = [...decided.exceptions.map(({ id }) => id), ...decided.exceptionUpdates.map(({ id }) => id), ...decided.cured];
  const changes = changedValues(decided, loaded, places);
  const asked = [...(ids.length > 0 ? [exceptionsStatement(ids)] : []), ...issuedStatements(changes)];
  if (asked.length === 0) return { records: new Map(), rebills: [] };
  const answers = await port.read(asked);
  const records = ids.length > 0 ? recordsOf(answers.shift()!.rows) : new Map<string, ExceptionRecord>();
  const found = rebillWork(answers.flatMap(({ rows }) => rows), changes);
  if (found.length === 0) return { records, rebills: [] };
  const again = recordsOf((await port.read([exceptionsStatement(found.map(({ id }) => id))]))[0]!.rows);
  return { records: new Map([...records, ...again]), rebills: found };
}

/** Values that were there and now count differently; where nothing was, no bill can rest on it. */
function changedValues({ dayWrites, revisionWrites, registerWrites, changes }: Decided, loaded: LoadedReads, places: ReadonlyMap<number, ChannelPlace>): ChangedValue[] {
  const pointOf = new Map(changes.map(({ channelId, servicePointId }) => [channelId, servicePointId]));
  const changed: ChangedValue[] = [];
  const note = (kind: ChangedValue["kind"], channelId: number, day: string, before: number, after: number): void => {
    const { meter, channel } = places.get(channelId)!;
    const servicePointId = pointOf.get(channelId);
    if (servicePointId === undefined) return;
    changed.push({
      kind, channelId, day, servicePointId, meterId: meter.meterId, badge: meter.badge, unit: channel.unit,
      before: kind === "day" ? timesMultiplier(before, channel.multiplier) : before, after: kind === "day" ? timesMultiplier(after, channel.multiplier) : after,
    });
  };
  const revisionsOf = Map.groupBy(revisionWrites, ({ channelId, day }) => dayKey(channelId, day));
  for (const { channelId, day, expectedVersion, raw, stats } of dayWrites) {
    if (expectedVersion === 0) continue;
    const stored = loaded.days.get(dayKey(channelId, day))!;
    const [before, after] = [bestOfDay(stored), bestOf(raw, [...stored.revisions, ...(revisionsOf.get(dayKey(channelId, day)) ?? [])])];
    // The same sum at other hours is another bill where hours have prices of their own.
    if (before.values.some((value, slot) => value !== after.values[slot])) note("day", channelId, day, dayStats(before).sum, stats.sum);
  }
  for (const [, writes] of Map.groupBy(registerWrites.filter(({ version }) => version > 1), ({ channelId, readAt }) => `${channelId}:${readAt}`)) {
    const { channelId, readAt, day } = writes[0]!;
    const stored = (loaded.registerReads.get(channelId) ?? []).filter((read) => read.readAt === readAt);
    const [before] = bestReads(stored);
    const [after] = bestReads([...stored, ...writes]);
    if (before && after && before.value !== after.value) note("read", channelId, day, before.value, after.value);
  }
  return changed;
}

/** Where a day or a read stands in `Map`s: its channel, and its instant or day. */
const subjectKey = (channelId: number, day: string, readAt: number | null): string => `${channelId}:${readAt ?? day}`;

/** Days and reads on which, after the decision, an exception is open that holds bills. */
export function suspectSubjects(known: readonly StoredException[], { exceptions, exceptionUpdates, cured }: Pick<ReadsResult, "exceptions" | "exceptionUpdates" | "cured">): Set<string> {
  const gone = new Set(cured);
  const updated = new Map(exceptionUpdates.map(({ id, finding }) => [id, finding.severity]));
  const suspect = new Set<string>();
  for (const { id, status, severity, channelId, day, readAt } of known) {
    if (status === "open" && !gone.has(id) && (updated.get(id) ?? severity) === "fail") suspect.add(subjectKey(channelId, day, readAt));
  }
  for (const { severity, channelId, day, readAt, held } of exceptions) {
    if (severity === "fail" && channelId !== null && held === null) suspect.add(subjectKey(channelId, day, readAt));
  }
  return suspect;
}

export interface ValueWrites {
  readonly days: readonly DayWrite[];
  readonly revisions: readonly RevisionWrite[];
  readonly reads: readonly RegisterRead[];
}

/** The sentence beside values that came again as others. */
const SENT_AGAIN = "The head-end sent another value.";
/** The sentence beside a version of a read that only says whether it is in doubt. */
const MARKED = "Other reads have put it in doubt, or out of it.";

/** Statements that store values, each marked with whether it may be billed. */
export function valueStatements({ days, revisions, reads }: ValueWrites, suspect: ReadonlySet<string>, remarked: readonly ReadWrite[], reason: { readonly revision: string; readonly read: string | null }, by: WrittenBy): Statement[] {
  const marked = reads.map((read) => ({ ...read, suspect: suspect.has(subjectKey(read.channelId, "", read.readAt)) }));
  return [
    ...dayStatements(days, ({ channelId, day }) => suspect.has(subjectKey(channelId, day, null)), by),
    ...revisionStatements(revisions, reason.revision, by),
    ...readStatements(marked, reason.read, by),
    ...readStatements(remarked, MARKED, by),
  ];
}

/** Reads that are not written themselves but whose standing changes: a further version with the same value. */
export function remarkedReads(known: readonly Pick<KnownException, "channelId" | "readAt">[], loaded: LoadedReads, written: readonly RegisterRead[], suspect: ReadonlySet<string>): ReadWrite[] {
  const done = new Set(written.map(({ channelId, readAt }) => subjectKey(channelId, "", readAt)));
  const remarked: ReadWrite[] = [];
  for (const { channelId, readAt } of known) {
    if (readAt === null) continue;
    const key = subjectKey(channelId, "", readAt);
    if (done.has(key)) continue;
    done.add(key);
    const stored = (loaded.registerReads.get(channelId) ?? []).filter((read) => read.readAt === readAt);
    const [best] = bestReads(stored);
    const latest = stored.toSorted((a, b) => a.version - b.version).at(-1);
    if (!best || !latest || (latest.suspect !== 0) === suspect.has(key)) continue;
    remarked.push({ channelId, readAt, version: latest.version + 1, value: best.value, quality: best.quality, suspect: suspect.has(key) });
  }
  return remarked;
}

/** What happens to exceptions by a decision of the rules. A held reading that came again is the same exception as before. */
export function exceptionChanges({ result, meters, records, rebills }: { readonly result: Pick<ReadsResult, "exceptions" | "exceptionUpdates" | "cured">; readonly meters: LoadedMeters; readonly records: ClassifiedBatch["records"]; readonly rebills: readonly NewWork[] }, now: number, sourceOf: (index: number) => HeldSource | undefined = () => undefined): ExceptionChange[] {
  const changes: ExceptionChange[] = [];
  for (const found of result.exceptions) {
    const known = records.get(found.id);
    if (known && found.held !== null) continue;
    changes.push(openWork(workOf(found, customerOn(meters.customers, found.servicePointId, found.day), found.held === null ? undefined : sourceOf(found.held.index)), known, now));
  }
  for (const { id, finding } of result.exceptionUpdates) {
    const known = records.get(id);
    if (known) changes.push(updateWork(known, finding));
  }
  for (const id of result.cured) {
    const known = records.get(id);
    if (known?.row.status === "open") changes.push(cureWork(known, now));
  }
  for (const work of rebills) changes.push(openWork(work, records.get(work.id), now));
  return changes;
}

/** The file that a batch is a part of. */
export interface BatchFile {
  readonly fileId: string;
  /** By index of a reading, the line of each of its values. */
  readonly lines: readonly Int32Array[];
}

export interface BatchOrigin {
  readonly batchId: string;
  readonly gatewayId: string;
  readonly bodyHash: string;
  readonly actor: string;
  readonly source: string;
  readonly file?: BatchFile | undefined;
}

export const readsStream = (batchId: string): string => `reads:${batchId}`;

/** The commit of a classified batch, and what its sender is answered. `notices`: what goes out about the alerts that it raises. */
export function commitOf(batch: ClassifiedBatch, origin: BatchOrigin, setting: ReadsSetting, notices: InsertRow<"outbox">[] = []): { readonly answer: BatchAnswer; readonly units: CommitUnit[]; readonly further: Statement[] } {
  const { result, loaded, places } = batch;
  const { batchId, gatewayId, bodyHash, actor, source, file } = origin;
  const recordedAt = setting.now;
  const answer = answerOf(batch, batchId);
  const command = { id: readsStream(batchId), inputHash: bodyHash, result: "{}" };
  const provenance: Provenance = { commandId: command.id, batchId: "", actor, source, recordedAt };
  const { accepted, duplicate, exception, rejected } = answer.counts;
  const reads = answer.outcomes.length;
  const data = {
    batchId, gateway: gatewayId, bodyHash, reads, accepted, duplicates: duplicate, exceptions: exception, rejected,
    meters: new Set([...result.dayWrites, ...result.registerWrites].map(({ meterId }) => meterId)).size,
    ...(file && { file: file.fileId }),
  };
  const stream = readsStream(batchId);
  const unit: CommitUnit = {
    stream, baseSeq: 0, baseHash: "", events: seal(stream, { seq: 0, hash: "" }, [{ type: "ReadsIngested", version: 1, data }], provenance), inputs: [], command,
    writes: { readBatch: [{ id: batchId, gatewayId, receivedAt: recordedAt, reads, outcome: encodeAnswer(answer), fileId: file?.fileId ?? null }], outbox: notices },
  };
  const alerts = alertChanges({ ...alertsDecided(batch, setting), channelOf: (channelId) => places.get(channelId)!.channel }, provenance, command);
  return {
    answer,
    units: [unit, ...exceptionChanges(batch, recordedAt, (index) => file && heldSource(file.lines[index]!, batchId)).map((change) => exceptionUnit(change, provenance, command)), ...alerts.units],
    further: [
      ...batchValues(result, loaded, { actor, source, batchId, recordedAt }),
      ...alerts.further,
      ...conditionStatements(result, { batchId, recordedAt }),
      ...(file ? sourceStatements(batch, file.lines, batchId, setting.zone) : []),
      ...(result.changes.length > 0 ? [usageNotices(result.changes.map(({ servicePointId }) => servicePointId), recordedAt)] : []),
    ],
  };
}

/** Statements that store what a batch brought. */
export function batchValues(result: ReadsResult, loaded: LoadedReads, by: WrittenBy): Statement[] {
  const suspect = suspectSubjects(loaded.exceptions, result);
  const reads: RegisterRead[] = result.registerWrites.map(({ channelId, readAt, version, value, quality }) => ({ channelId, readAt, version, value, quality }));
  const concerned = [...loaded.exceptions, ...result.exceptions.flatMap(({ channelId, readAt }) => (channelId === null ? [] : [{ channelId, readAt }]))];
  return valueStatements({ days: result.dayWrites, revisions: result.revisionWrites, reads }, suspect, remarkedReads(concerned, loaded, reads, suspect), { revision: SENT_AGAIN, read: null }, by);
}

/** What a batch does to alerts, each with whose it is. */
function alertsDecided({ result, budgets, loaded, meters }: ClassifiedBatch, { zone }: ReadsSetting): Omit<AlertsDecided, "channelOf"> {
  const known = [...loaded.alerts, ...budgets.known];
  const customerOf: AlertsDecided["customerOf"] = ({ servicePointId, throughAt }) => customerOn(meters.customers, servicePointId, localDateOf(throughAt - 1, zone));
  return { known, customerOf, alerts: handedOver([...result.alerts, ...budgets.alerts], known, customerOf) };
}

/** The alerts that a batch raises, with whose they are: nobody is told of an empty house. */
export function raisedAlerts(batch: ClassifiedBatch, setting: ReadsSetting): { readonly alertId: string; readonly kind: AlertKind; readonly accountId: string }[] {
  const { alerts, known, customerOf } = alertsDecided(batch, setting);
  const before = new Set(known.map(({ id }) => id));
  return alerts.filter(({ id, endedAt }) => endedAt === null && !before.has(id)).flatMap((alert) => {
    const accountId = customerOf(alert);
    return accountId === null ? [] : [{ alertId: alert.id, kind: alert.kind, accountId }];
  });
}

function answerOf({ result, loaded }: ClassifiedBatch, batchId: string): BatchAnswer {
  const sentences = new Map<string, string>();
  for (const { id, sentence } of loaded.exceptions) sentences.set(id, sentence);
  for (const { id, finding } of result.exceptionUpdates) sentences.set(id, finding.sentence);
  for (const { id, sentence } of result.exceptions) sentences.set(id, sentence);
  const outcomes = result.outcomes.map(({ index, outcome, field, reason, exceptionIds }): ReadAnswer => {
    if (exceptionIds !== undefined) return { index, outcome, reason: reason ?? sentences.get(exceptionIds[0]!) ?? "", exceptionId: exceptionIds[0]!, exceptionIds };
    return field === undefined ? { index, outcome } : { index, outcome, field, reason: reason ?? "" };
  });
  return { batchId, counts: result.counts, outcomes };
}
