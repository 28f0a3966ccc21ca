/**
 * The usage of many service points over their periods, in a few reads: day totals where they are enough, the packed days
 * where a rate looks at the clock or something about a day is not plain, and the register reads around the ends.
 * Each usage comes with the stamps of what it rests on, so that a commit can make sure that nothing of it has changed.
 */
import { addDays, daysBetween, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import { localDateOf, MINUTE_MS, startOfDay, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { thaw } from "../../domain/billing/freeze.ts";
import { CORRECTION_MARK } from "../../domain/billing/true-up.ts";
import { usageFromTotals, type ChannelTotals } from "../../domain/billing/usage-totals.ts";
import { BOUNDARY_TOLERANCE_DAYS, crossChecksOfSums, decodeDay, UNITS, usageForPeriod, type Channel, type ChannelLeg, type DayRevision, type RegisterRead, type StoredDay, type Unit, type UsageOfPeriod } from "../../domain/metering/index.ts";
import type { InputStamp } from "../commit.ts";
import type { Row, SqlPort, Statement } from "../port.ts";
import { unpackSnapshot } from "./stored-snapshot.ts";

export interface UsageNeed {
  /** The agreement whose usage it is: names the answer, and finds the reads with which its last bill ended. */
  readonly agreementId: string;
  readonly period: Period;
  readonly unit: Unit;
  readonly legs: readonly ChannelLeg[];
  /** The rate looks at single intervals: time of use, demand. */
  readonly intervals: boolean;
  /** The reads with which it begins, by channel, where they are not those of the stored bill before. */
  readonly opening?: ReadonlyMap<number, RegisterRead>;
  /** Nothing is delivered at the point: an estimate of its usage is none. */
  readonly disconnected?: boolean;
  /** Leave out days on which an exception is open, instead of naming them: for what is shown while a period goes on. */
  readonly validatedOnly?: boolean;
}

export interface LoadedUsage {
  readonly usage: UsageOfPeriod;
  readonly inputs: readonly InputStamp[];
}

/** Bytes of packed days asked for in one read; base64 and row overhead stay below libSQL's 10 MB an answer. */
const BYTES_A_READ = 4_000_000;
/** What a row costs beside its values. */
const ROW_BYTES = 120;
const TOLERANCE_MS = BOUNDARY_TOLERANCE_DAYS * 24 * 60 * MINUTE_MS;

const TOTALS = `SELECT w.value->>0 AS "channelId", w.value->>1 AS "from", w.value->>2 AS "to", count(d.day) AS days, coalesce(sum(d.best_total), 0) AS total, coalesce(sum(d.missing), 0) AS missing,
    coalesce(sum(d.suspect <> 0 OR d.flags IS NOT NULL), 0) + (SELECT count(*) FROM interval_revision AS r WHERE r.channel_id = w.value->>0 AND r.day >= w.value->>1 AND r.day < w.value->>2) AS marked,
    coalesce(sum(d.version), 0) AS stamp
  FROM json_each(?) AS w LEFT JOIN interval_day AS d ON d.channel_id = w.value->>0 AND d.day >= w.value->>1 AND d.day < w.value->>2 GROUP BY w.key`;

const DAYS = `SELECT d.channel_id AS "channelId", d.day, d.version, d.raw, d.flags
  FROM json_each(?) AS w CROSS JOIN interval_day AS d ON d.channel_id = w.value->>0 AND d.day >= w.value->>1 AND d.day < w.value->>2`;

const REVISIONS = `SELECT r.channel_id AS "channelId", r.day, r.revision, r."values", r.flags, r.rule
  FROM json_each(?) AS w CROSS JOIN interval_revision AS r ON r.channel_id = w.value->>0 AND r.day >= w.value->>1 AND r.day < w.value->>2 WHERE r.recorded_at <= ? ORDER BY r.revision`;

const READS = `SELECT DISTINCT g.channel_id AS "channelId", g.read_at AS "readAt", g.version, g.value, g.quality
  FROM json_each(?) AS w CROSS JOIN register_read AS g ON g.channel_id = w.value->>0 AND g.read_at >= w.value->>1 AND g.read_at <= w.value->>2`;

const EXCEPTIONS = `SELECT x.channel_id AS "channelId", x.day, x.rule AS "ruleId"
  FROM json_each(?) AS w CROSS JOIN exception AS x ON x.channel_id = w.value->>0 AND x.day >= w.value->>1 AND x.day <= w.value->>2 WHERE x.status = 'open' AND x.severity = 'fail'`;

/**
 * The reads with which the service was billed up to the period: by the agreement's own bill, or, where it is new, by the last
 * one of whoever was served there until that day. So the two rest on the same read, whatever has come in between. They are in
 * the bill's snapshot. A correction of that period ends with others. The agreement's own come last.
 */
const CLOSING_READS = `SELECT me.id AS "agreementId", b.snapshot -> '$.closingReads' AS reads
  FROM json_each(?) AS w CROSS JOIN service_agreement AS me ON me.id = w.value->>0 CROSS JOIN service_agreement AS a ON a.service_point_id = me.service_point_id
  CROSS JOIN bill_segment AS s ON s.service_agreement_id = a.id AND s.period_to = w.value->>1 JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?))
  WHERE instr(s.id, '${CORRECTION_MARK}') = 0 ORDER BY a.id = me.id`;

/** Bills by which the point was billed to somebody else from the end of the period on, before this one: they begin with a read, and this one ends with the same. */
const NEXT_BILLS = `SELECT me.id AS "agreementId", a.id AS "nextId", b.snapshot
  FROM json_each(?) AS w CROSS JOIN service_agreement AS me ON me.id = w.value->>0 CROSS JOIN service_agreement AS a ON a.service_point_id = me.service_point_id AND a.id <> me.id AND a.start_on = w.value->>1
  CROSS JOIN bill_segment AS s ON s.service_agreement_id = a.id AND s.period_from = w.value->>1 JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?))
  WHERE instr(s.id, '${CORRECTION_MARK}') = 0`;

interface OpenException {
  readonly channelId: number;
  readonly day: LocalDate;
  readonly ruleId: string;
}

/** Usage by agreement; `without` are bills that are left out as if they had never been. */
export async function loadUsages(port: SqlPort, needs: readonly UsageNeed[], zone: TimeZone, without: readonly string[] = []): Promise<Map<string, LoadedUsage>> {
  const found = new Map<string, LoadedUsage>();
  if (needs.length === 0) return found;
  const spans = intervalSpans(needs, zone);
  const [totalRows, exceptionRows] = await readRows(port, [
    { sql: TOTALS, args: [JSON.stringify(spans)] },
    { sql: EXCEPTIONS, args: [JSON.stringify(needs.flatMap((need) => legsIn(need, zone).map(({ channel }) => doubtSpan(channel.channelId, channel.kind, need.period))))] },
  ]);
  const exceptionsOf = Map.groupBy(exceptionRows as unknown as OpenException[], (row) => row.channelId);
  const totals = new Map((totalRows as unknown as ChannelTotals[]).map((row) => [spanKey(row.channelId, row), row]));
  const openFor = (need: UsageNeed) => need.legs.flatMap(({ channel }) => {
    const [, from, to] = doubtSpan(channel.channelId, channel.kind, need.period);
    return (exceptionsOf.get(channel.channelId) ?? []).filter(({ day }) => day >= from && day <= to);
  });

  const rest: UsageNeed[] = [];
  const beside: UsageNeed[] = [];
  for (const need of needs) {
    const { period, unit, legs } = need;
    const plain = !need.intervals && openFor(need).length === 0 && usageFromTotals({ period, zone, unit, legs, totals: totalsOf(need, totals) });
    if (plain && hasRegisters(need)) beside.push(need);
    if (plain) found.set(need.agreementId, { usage: plain, inputs: plain.inputs.days.map((used) => ({ kind: "interval", ...used })) });
    else rest.push(need);
  }
  await crossCheck(port, beside, zone, totals, found);
  if (rest.length === 0) return found;

  const stepOf = new Map(rest.flatMap((need) => need.legs.map(({ channel }) => [channel.channelId, channel.stepMinutes ?? 60])));
  const days = await loadDays(port, intervalSpans(rest, zone), stepOf);
  const registers = await loadRegisters(port, rest, zone, without);
  for (const need of rest) {
    const { agreementId, period, unit, legs } = need;
    const channels = new Set(legs.map(({ channel }) => channel.channelId));
    const opening = need.opening ?? registers.opening.get(agreementId);
    const closing = registers.closing.get(agreementId);
    const open = openFor(need);
    const doubtful = new Set(need.validatedOnly ? open.map(({ channelId, day }) => `${channelId} ${day}`) : []);
    const usage = usageForPeriod({
      period, zone, unit, legs,
      days: [...channels].flatMap((id) => days.get(id)?.filter(({ day }) => day >= period.from && day < period.to && !doubtful.has(`${id} ${day}`)) ?? []),
      registerReads: [...channels].flatMap((id) => registers.reads.get(id)?.filter(({ readAt }) => !doubtful.has(`${id} ${localDateOf(readAt, zone)}`)) ?? []),
      openExceptions: open,
      ...(opening ? { openingReads: opening } : {}),
      ...(closing ? { closingReads: closing } : {}),
    });
    found.set(agreementId, { usage, inputs: [...usage.inputs.days.map((used) => ({ kind: "interval" as const, ...used })), ...registerStamps(registerWindows(need, zone), registers)] });
  }
  return found;
}

const hasRegisters = ({ legs }: UsageNeed): boolean => legs.some(({ channel }) => channel.kind === "register");

/** Usages that totals were enough for are held against the registers beside them, where these were read at the very bounds. */
async function crossCheck(port: SqlPort, needs: readonly UsageNeed[], zone: TimeZone, totals: ReadonlyMap<string, ChannelTotals>, found: Map<string, LoadedUsage>): Promise<void> {
  if (needs.length === 0) return;
  const bounds = needs.flatMap((need) => need.legs.filter(({ channel }) => channel.kind === "register").flatMap(({ channel: { channelId } }) => [need.period.from, need.period.to].map((day) => [channelId, startOfDay(day, zone), startOfDay(day, zone)])));
  const reads = Map.groupBy((await port.query(READS, [JSON.stringify(bounds)])) as unknown as RegisterRead[], (read) => read.channelId);
  for (const need of needs) {
    const { agreementId, period, unit, legs } = need;
    const registerReads = legs.flatMap(({ channel: { channelId } }) => reads.get(channelId) ?? []);
    const { usage, inputs } = found.get(agreementId)!;
    const sums = new Map([...totalsOf(need, totals)].map(([channelId, { total }]) => [channelId, total]));
    found.set(agreementId, { usage: { ...usage, crossChecks: crossChecksOfSums({ period, zone, unit, legs, registerReads }, sums) }, inputs });
  }
}

// ---- interval days --------------------------------------------------------------------------------------------

/** Days of a channel. */
export type Span = readonly [channelId: number, from: LocalDate, to: LocalDate];

/** First and last day on which a doubt may be about something that the period is billed by: registers are read some days around its ends. */
function doubtSpan(channelId: number, kind: Channel["kind"], { from, to }: Period): Span {
  return kind === "interval" ? [channelId, from, addDays(to, -1)] : [channelId, addDays(from, -BOUNDARY_TOLERANCE_DAYS), addDays(to, BOUNDARY_TOLERANCE_DAYS)];
}

const spanKey = (channelId: number, { from, to }: Period): string => `${channelId} ${from} ${to}`;

function legsIn({ legs, period }: UsageNeed, zone: TimeZone): ChannelLeg[] {
  const from = startOfDay(period.from, zone);
  const to = startOfDay(period.to, zone);
  return legs.filter((leg) => leg.from < to && (leg.to === null || leg.to > from) && leg.channel.use !== "check");
}

/** Each channel and period once: sewer asks for the same days as water. */
function intervalSpans(needs: readonly UsageNeed[], zone: TimeZone): Span[] {
  const spans = new Map<string, Span>();
  for (const need of needs) {
    for (const { channel } of legsIn(need, zone)) {
      if (channel.kind === "interval") spans.set(spanKey(channel.channelId, need.period), [channel.channelId, need.period.from, need.period.to]);
    }
  }
  return [...spans.values()];
}

function totalsOf(need: UsageNeed, totals: ReadonlyMap<string, ChannelTotals>): Map<number, ChannelTotals> {
  return new Map(need.legs.flatMap(({ channel: { channelId } }) => {
    const sum = totals.get(spanKey(channelId, need.period));
    return sum ? [[channelId, sum] as const] : [];
  }));
}

/** Packed days by channel, in order of days, fetched in as many reads as their size asks for. `stepOf` gives minutes an interval by channel; revisions later than `asOf` are left out. */
export async function loadDays(port: SqlPort, spans: readonly Span[], stepOf: ReadonlyMap<number, number>, asOf: Instant = Number.MAX_SAFE_INTEGER): Promise<Map<number, StoredDay[]>> {
  const pages: Span[][] = [[]];
  let bytes = 0;
  for (const span of spans) {
    const size = daysBetween(span[1], span[2]) * (ROW_BYTES + ((25 * 60) / stepOf.get(span[0])!) * 4);
    if (bytes + size > BYTES_A_READ && pages.at(-1)!.length > 0) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)!.push(span);
    bytes += size;
  }
  const stored = new Map<number, Map<LocalDate, StoredDay>>();
  for (const page of pages.filter((each) => each.length > 0)) {
    const asked = JSON.stringify(page);
    const [days, revisions] = await readRows(port, [{ sql: DAYS, args: [asked] }, { sql: REVISIONS, args: [asked, asOf] }]);
    const revisionsOf = Map.groupBy(revisions!, (row) => `${row["channelId"]} ${row["day"]}`);
    for (const row of days!) {
      const channelId = row["channelId"] as number;
      const day = row["day"] as LocalDate;
      const ofChannel = stored.get(channelId) ?? new Map<LocalDate, StoredDay>();
      stored.set(channelId, ofChannel);
      ofChannel.set(day, {
        channelId, day, version: row["version"] as number,
        raw: decodeDay(row["raw"] as Uint8Array, row["flags"] as string | null),
        revisions: (revisionsOf.get(`${channelId} ${day}`) ?? []).map(revisionOf),
      });
    }
  }
  return new Map([...stored].map(([channelId, days]) => [channelId, [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))]));
}

function revisionOf(row: Row): DayRevision {
  const origin = row["rule"] === "estimate" || row["rule"] === "edit" ? row["rule"] : "gateway";
  return { revision: row["revision"] as number, origin, layer: decodeDay(row["values"] as Uint8Array, row["flags"] as string | null) };
}

// ---- registers ------------------------------------------------------------------------------------------------

interface Window {
  readonly channelId: number;
  readonly from: Instant;
  readonly to: Instant;
}

interface Registers {
  /** By channel, all versions. */
  readonly reads: ReadonlyMap<number, readonly RegisterRead[]>;
  /** By agreement, then channel. */
  readonly opening: ReadonlyMap<string, ReadonlyMap<number, RegisterRead>>;
  readonly closing: ReadonlyMap<string, ReadonlyMap<number, RegisterRead>>;
}

const RATES_OF_FLOW: ReadonlySet<string> = new Set(["power", "apparent-power", "reactive-power"]);

/** Around each end of each leg; a demand register is read all through. */
function registerWindows(need: UsageNeed, zone: TimeZone): Window[] {
  const bounds = { from: startOfDay(need.period.from, zone), to: startOfDay(need.period.to, zone) };
  return legsIn(need, zone).filter(({ channel }) => channel.kind === "register").flatMap(({ channel, from, to }): Window[] => {
    const first = Math.max(bounds.from, from);
    const last = Math.min(bounds.to, to ?? bounds.to);
    // Only reads of the time in which the meter hung there count for this leg.
    const window = (around: Instant, until: Instant): Window => ({ channelId: channel.channelId, from: Math.max(from, around - TOLERANCE_MS), to: Math.min(to ?? Infinity, until + TOLERANCE_MS) });
    const through = RATES_OF_FLOW.has(UNITS[channel.unit].dimension) || first + 2 * TOLERANCE_MS >= last;
    return through ? [window(first, last)] : [window(first, first), window(last, last)];
  });
}

async function loadRegisters(port: SqlPort, needs: readonly UsageNeed[], zone: TimeZone, without: readonly string[]): Promise<Registers> {
  const windows = needs.flatMap((need) => registerWindows(need, zone));
  if (windows.length === 0) return { reads: new Map(), opening: new Map(), closing: new Map() };
  const asking = needs.filter(hasRegisters);
  const beginOf = new Map(asking.map(({ agreementId, period }) => [agreementId, startOfDay(period.from, zone)]));
  const [reads, closing, next] = await readRows(port, [
    { sql: READS, args: [JSON.stringify(windows.map(({ channelId, from, to }) => [channelId, from, to]))] },
    { sql: CLOSING_READS, args: [JSON.stringify(asking.map(({ agreementId, period }) => [agreementId, period.from])), JSON.stringify(without)] },
    { sql: NEXT_BILLS, args: [JSON.stringify(asking.map(({ agreementId, period }) => [agreementId, period.to])), JSON.stringify(without)] },
  ]);
  return {
    reads: Map.groupBy(reads as unknown as RegisterRead[], (read) => read.channelId),
    opening: new Map((closing as unknown as { agreementId: string; reads: string | null }[]).map(({ agreementId, reads: text }) =>
      [agreementId, nearestReads(JSON.parse(text ?? "[]") as RegisterRead[], beginOf.get(agreementId)!)])),
    closing: new Map((next as unknown as { agreementId: string; nextId: string; snapshot: string }[]).map(({ agreementId, nextId, snapshot }) => [agreementId, firstReads(snapshot, nextId)])),
  };
}

/** By channel, the reads with which an agreement's part of a bill begins. */
function firstReads(snapshot: string, agreementId: string): Map<number, RegisterRead> {
  const segment = thaw(unpackSnapshot(snapshot)).snapshot.segments.find((each) => each.agreementId === agreementId && each.corrects === undefined);
  const legs = [...(segment?.usage?.legs ?? [])].sort((a, b) => b.from - a.from);
  return new Map(legs.flatMap(({ startRead }) => (startRead === null ? [] : [[startRead.channelId, startRead] as const])));
}

/** By channel. A bill on which one service of a meter ended before another has two reads of it. */
function nearestReads(reads: readonly RegisterRead[], at: Instant): Map<number, RegisterRead> {
  const nearest = new Map<number, RegisterRead>();
  for (const read of reads) {
    const known = nearest.get(read.channelId);
    if (known === undefined || Math.abs(read.readAt - at) < Math.abs(known.readAt - at)) nearest.set(read.channelId, read);
  }
  return nearest;
}

function registerStamps(windows: readonly Window[], { reads }: Registers): InputStamp[] {
  return windows.map(({ channelId, from, to }) => ({
    kind: "register", channelId, from, to, stamp: (reads.get(channelId) ?? []).filter(({ readAt }) => readAt >= from && readAt <= to).length,
  }));
}

async function readRows(port: SqlPort, statements: readonly Statement[]): Promise<Row[][]> {
  return (await port.read(statements)).map((result) => result.rows);
}
