/** Replaying a bill that is in the book: its snapshot checked against the log, its rates and intervals fetched as they were. */
import { startOfDay, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { explainSnapshot, replaySnapshot, type Replay, type ReplayInputs } from "../../domain/billing/replay.ts";
import { isAsBilled, thaw } from "../../domain/billing/freeze.ts";
import type { BillManifest } from "../../domain/billing/manifest.ts";
import type { BillSnapshot, FrozenSegment, SegmentSnapshot } from "../../domain/billing/snapshot.ts";
import { bestOf, usageForPeriod, type Channel, type ChannelLeg, type DayRevision, type StoredDay } from "../../domain/metering/index.ts";
import { determinantsFromUsage, type DeterminantSeries } from "../../domain/rating/index.ts";
import type { PricedVersion } from "../../domain/billing/price.ts";
import type { SqlPort } from "../port.ts";
import type { RateHead } from "./accounts.ts";
import { loadRates } from "./rates.ts";
import { unpackSnapshot } from "./stored-snapshot.ts";
import { loadDays } from "./usage.ts";

interface BillRow {
  readonly snapshot: string;
  readonly hash: string;
  readonly completed: string;
  readonly recordedAt: Instant;
}

const BILL = `SELECT b.snapshot, b.snapshot_hash AS hash, e.data AS completed, e.recorded_at AS "recordedAt" FROM bill AS b JOIN event AS e ON e.stream = 'account:' || b.account_id AND e.seq = b.seq WHERE b.id = ?`;

/** @returns null when there is no such bill */
export async function replayBill(port: SqlPort, billId: string): Promise<Replay | null> {
  const [row] = await port.query<BillRow>(BILL, [billId]);
  if (!row) return null;
  const { snapshot, hash } = thaw(unpackSnapshot(row.snapshot));
  const replay = replaySnapshot(snapshot, await inputsAsBilled(port, snapshot, row.recordedAt));
  return hash === snapshotHashInLog(row) && hash === row.hash ? replay : { ...replay, differences: ["The snapshot is not the one whose hash is in the log.", ...replay.differences] };
}

/** All that the bill rests on, to be computed again elsewhere; null when there is no such bill. */
export async function manifestOfBill(port: SqlPort, billId: string): Promise<BillManifest | null> {
  const [row] = await port.query<BillRow>(BILL, [billId]);
  if (!row) return null;
  const text = unpackSnapshot(row.snapshot);
  const { snapshot } = thaw(text);
  const asked = new Map(snapshot.segments.flatMap(({ rates }) => rates).map((rate) => [rate.documentHash, rate]));
  const [documents, series] = await Promise.all([
    port.query<BillManifest["documents"][number]>(
      `SELECT v.schedule_id AS "scheduleId", v.version, v.effective_on AS "effectiveOn", v.document_hash AS "documentHash", v.document
       FROM json_each(?) AS w CROSS JOIN rate_version AS v ON v.schedule_id = w.value->>0 AND v.version = w.value->>1`,
      [JSON.stringify([...asked.values()].map(({ scheduleId, version }) => [scheduleId, version]))],
    ),
    seriesAsBilled(port, snapshot, row.recordedAt),
  ]);
  return {
    snapshot: text, snapshotHash: snapshotHashInLog(row), documents,
    series: Object.fromEntries([...series].map(([segmentId, each]) => [segmentId, each.map(({ unit, stepMinutes, start, values }) => ({ unit, stepMinutes, start, values: [...values] }))])),
  };
}

const snapshotHashInLog = ({ completed }: BillRow): string => (JSON.parse(completed) as { snapshotHash: string }).snapshotHash;

export interface ExplainedBill {
  readonly snapshot: BillSnapshot;
  readonly segments: readonly SegmentSnapshot[];
}

/** The bill with the arithmetic of every line; null when there is no such bill. */
export async function explainBill(port: SqlPort, billId: string): Promise<ExplainedBill | null> {
  const [row] = await port.query<BillRow>(BILL, [billId]);
  if (!row) return null;
  const { snapshot } = thaw(unpackSnapshot(row.snapshot));
  return { snapshot, segments: explainSnapshot(snapshot, await inputsAsBilled(port, snapshot, row.recordedAt)) };
}

async function inputsAsBilled(port: SqlPort, snapshot: BillSnapshot, billedAt: Instant): Promise<ReplayInputs> {
  const [versions, series] = await Promise.all([versionsAsBilled(port, snapshot.segments), seriesAsBilled(port, snapshot, billedAt)]);
  return {
    versionsOf: (segment) => versions.get(segment.segmentId) ?? [],
    seriesOf: (segment) => {
      const found = series.get(segment.segmentId) ?? [];
      return { series: found, asBilled: isAsBilled(segment, found) };
    },
  };
}

/** By segment, the versions that priced it, oldest first; fewer than it names when one cannot be found unchanged. */
export async function versionsAsBilled(port: SqlPort, segments: readonly FrozenSegment[]): Promise<Map<string, PricedVersion[]>> {
  const asked = segments.flatMap(({ rates }) => rates);
  const heads = await port.query<RateHead>(
    `SELECT v.schedule_id AS "scheduleId", v.version, v.effective_on AS "effectiveOn", v.document_hash AS "documentHash"
     FROM json_each(?) AS w CROSS JOIN rate_version AS v ON v.schedule_id = w.value->>0 AND v.version = w.value->>1 AND v.document_hash = w.value->>2`,
    [JSON.stringify(asked.map(({ scheduleId, version, documentHash }) => [scheduleId, version, documentHash]))],
  );
  const priced = [...(await loadRates(port, Map.groupBy(heads, ({ scheduleId }) => scheduleId))).values()].flat();
  return new Map(segments.map(({ segmentId, rates }) => [
    segmentId, rates.flatMap((rate) => priced.find(({ scheduleId, version }) => scheduleId === rate.scheduleId && version === rate.version) ?? []),
  ]));
}

// ---- intervals ------------------------------------------------------------------------------------------------

async function seriesAsBilled(port: SqlPort, { segments, zone }: BillSnapshot, billedAt: Instant): Promise<Map<string, readonly DeterminantSeries[]>> {
  const found = new Map<string, readonly DeterminantSeries[]>();
  for (const segment of segments) if (segment.series.length > 0) found.set(segment.segmentId, await seriesOf(port, segment, zone, billedAt));
  return found;
}

async function seriesOf(port: SqlPort, segment: FrozenSegment, zone: TimeZone, billedAt: Instant): Promise<readonly DeterminantSeries[]> {
  const usage = segment.usage!;
  const spans = usage.inputs.days;
  const channels = await port.query<Channel>(
    `SELECT c.id AS "channelId", c.meter_id AS "meterId", m.commodity, c.kind, c.unit, c.step_minutes AS "stepMinutes", c.multiplier, c.direction
     FROM json_each(?) AS w CROSS JOIN channel AS c ON c.id = w.value JOIN meter AS m ON m.id = c.meter_id`,
    [JSON.stringify(spans.map(({ channelId }) => channelId))],
  );
  const channelOf = new Map(channels.map((channel) => [channel.channelId, channel]));
  const legs = spans.map(({ channelId, from, to }): ChannelLeg => ({ channel: channelOf.get(channelId)!, badge: "", from: startOfDay(from, zone), to: startOfDay(to, zone) }));
  const stepOf = new Map(channels.map(({ channelId, stepMinutes }) => [channelId, stepMinutes!]));
  const loaded = await loadDays(port, spans.map(({ channelId, from, to }) => [channelId, from, to] as const), stepOf, billedAt);
  const days = [...loaded.values()].flat();
  const build = (stored: readonly StoredDay[]): readonly DeterminantSeries[] =>
    determinantsFromUsage(usageForPeriod({ period: { from: segment.periodFrom, to: segment.periodTo }, zone, unit: usage.unit, legs, days: stored, registerReads: [], openExceptions: [] })).series!;
  const asKnown = build(days);
  return isAsBilled(segment, asKnown) ? asKnown : build(days.map(beforeLateReads));
}

/** A read that came after the bill fills a slot that was estimated then: the estimate is what was billed. */
function beforeLateReads(day: StoredDay): StoredDay {
  const estimates = day.revisions.filter(isEstimate);
  return estimates.length === 0 ? day : { ...day, raw: estimates.reduce((raw, { layer }) => bestOf(raw, [{ layer: { values: layer.values, quality: null } }]), day.raw), revisions: day.revisions.filter((each) => !isEstimate(each)) };
}

const isEstimate = ({ origin }: DayRevision): boolean => origin === "estimate";
