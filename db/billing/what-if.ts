/** Bills of many accounts as they were frozen, with the intervals of their periods: what pricing them under another rate needs. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import type { BilledSegment } from "../../domain/billing/what-if.ts";
import type { BillSnapshot, FrozenSegment } from "../../domain/billing/snapshot.ts";
import { usageForPeriod, type Channel, type ChannelLeg, type StoredDay } from "../../domain/metering/index.ts";
import { determinantsFromUsage, type DeterminantSeries } from "../../domain/rating/index.ts";
import type { SqlPort } from "../port.ts";
import { unpackSnapshot } from "./stored-snapshot.ts";
import { loadDays, type Span } from "./usage.ts";

export interface AccountOnSchedule {
  readonly accountId: string;
  readonly customerClass: string;
  /** Of the first place where it has the service. */
  readonly zip: string;
}

/** Accounts that have or had a service on the schedule, from one page to the next. */
export async function accountsOnSchedule(port: SqlPort, scheduleId: string, after: string, limit: number): Promise<AccountOnSchedule[]> {
  return port.query<AccountOnSchedule>(
    `SELECT s.account_id AS "accountId", a.customer_class AS "customerClass", min(p.zip) AS zip
     FROM service_agreement AS s JOIN account AS a ON a.id = s.account_id JOIN service_point AS sp ON sp.id = s.service_point_id JOIN premise AS p ON p.id = sp.premise_id
     WHERE s.rate_schedule_id = ? AND s.account_id > ? GROUP BY s.account_id ORDER BY s.account_id LIMIT ?`,
    [scheduleId, after, limit],
  );
}

export async function countOnSchedule(port: SqlPort, scheduleId: string): Promise<number> {
  const [row] = await port.query<{ accounts: number }>("SELECT count(DISTINCT account_id) AS accounts FROM service_agreement WHERE rate_schedule_id = ?", [scheduleId]);
  return row!.accounts;
}

export interface BillsAsked {
  readonly scheduleId: string;
  /** Bills whose period ended after `from` and not after `to`. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly zone: TimeZone;
  /** The rate to price by looks at single intervals. */
  readonly intervals: boolean;
}

export interface BilledOnSchedule extends BilledSegment {
  readonly billId: string;
  readonly number: string;
}

/** By account: the segments that the schedule priced, oldest first; a period that was estimated, once, as it was used. */
export async function billedOnSchedule(port: SqlPort, accountIds: readonly string[], { scheduleId, from, to, zone, intervals }: BillsAsked): Promise<Map<string, BilledOnSchedule[]>> {
  const rows = await port.query<{ accountId: string; snapshot: string }>(
    `SELECT b.account_id AS "accountId", b.snapshot FROM json_each(?) AS w CROSS JOIN bill AS b ON b.account_id = w.value
     WHERE b.status = 'complete' AND b.period_to > ? AND b.period_to <= ? ORDER BY b.account_id, b.period_to`,
    [JSON.stringify(accountIds), from, to],
  );
  const billed = truedUp(rows.flatMap(({ accountId, snapshot: stored }) => {
    const { billId, number, segments } = JSON.parse(unpackSnapshot(stored)) as BillSnapshot;
    return segments.filter(({ rates }) => rates.some((rate) => rate.scheduleId === scheduleId)).map((segment) => ({ accountId, billId, number, segment }));
  }));
  const series = intervals ? await seriesOf(port, billed.map(({ segment }) => segment), zone) : new Map<string, readonly DeterminantSeries[]>();
  const found = Map.groupBy(billed, ({ accountId }) => accountId);
  return new Map([...found].map(([accountId, all]) => [accountId, all.map(({ billId, number, segment }) => ({ billId, number, segment, series: series.get(segment.segmentId) ?? [] }))]));
}

/** A correction of an estimate charges a difference; with what it corrects it is the whole period, and the estimate is left out. */
function truedUp<Billed extends { readonly segment: FrozenSegment }>(billed: readonly Billed[]): Billed[] {
  const corrected = new Set(billed.map(({ segment }) => segment.corrects?.segmentId));
  return billed.filter(({ segment }) => !corrected.has(segment.segmentId)).map((each) => ({ ...each, segment: { ...each.segment, total: each.segment.total + (each.segment.corrects?.total ?? 0) } }))
    .sort((a, b) => (a.segment.periodFrom < b.segment.periodFrom ? -1 : a.segment.periodFrom > b.segment.periodFrom ? 1 : 0));
}

/** Intervals as they are known now, by segment; none where a period was measured by dials alone. */
async function seriesOf(port: SqlPort, segments: readonly FrozenSegment[], zone: TimeZone): Promise<Map<string, readonly DeterminantSeries[]>> {
  const spans = segments.flatMap(({ usage }) => usage?.inputs.days ?? []);
  if (spans.length === 0) return new Map();
  const channels = await port.query<Channel>(
    `SELECT c.id AS "channelId", c.meter_id AS "meterId", m.commodity, c.kind, c.unit, c.step_minutes AS "stepMinutes", c.multiplier, c.direction
     FROM json_each(?) AS w CROSS JOIN channel AS c ON c.id = w.value JOIN meter AS m ON m.id = c.meter_id`,
    [JSON.stringify([...new Set(spans.map(({ channelId }) => channelId))])],
  );
  const channelOf = new Map(channels.map((channel) => [channel.channelId, channel]));
  const days = await loadDays(port, spans.map(({ channelId, from, to }): Span => [channelId, from, to]), new Map(channels.map(({ channelId, stepMinutes }) => [channelId, stepMinutes ?? 60])));
  return new Map(segments.map((segment) => [segment.segmentId, seriesOfSegment(segment, zone, channelOf, days)]));
}

function seriesOfSegment({ usage, periodFrom: from, periodTo: to }: FrozenSegment, zone: TimeZone, channelOf: ReadonlyMap<number, Channel>, days: ReadonlyMap<number, readonly StoredDay[]>): readonly DeterminantSeries[] {
  if (!usage || usage.inputs.days.length === 0) return [];
  const legs = usage.inputs.days.map((span): ChannelLeg => ({ channel: channelOf.get(span.channelId)!, badge: "", from: startOfDay(span.from, zone), to: startOfDay(span.to, zone) }));
  const stored = legs.flatMap(({ channel: { channelId } }) => (days.get(channelId) ?? []).filter(({ day }) => day >= from && day < to));
  return determinantsFromUsage(usageForPeriod({ period: { from, to }, zone, unit: usage.unit, legs, days: stored, registerReads: [], openExceptions: [] })).series!;
}
