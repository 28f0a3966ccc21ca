/** What is stored of the channels that reads speak of: days with their revisions, reads with their neighbours, history, exceptions. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { dayKey, decodeDay, type Channel, type ChannelHistory, type DayCondition, type DayRevision, type KnownException, type ReadsLoaded, type ReadsNeeds, type RegisterRead, type Severity, type StoredDay } from "../../domain/metering/index.ts";
import type { Result, Row, SqlPort, Statement } from "../port.ts";
import { jsonArgs } from "../rows.ts";
import { alertOf, alertStatements, type StoredAlert } from "./alerts.ts";
import { conditionLoads, eachOnce } from "./conditions.ts";
import { addIntervalHistories, addRegisterHistories, intervalHistoryStatements, registerHistoryStatements } from "./history.ts";

export interface StoredRead extends RegisterRead {
  readonly suspect: number;
}

export interface StoredException extends KnownException {
  readonly severity: Severity;
  readonly sentence: string;
}

/** As the rules want it, and what the shell needs besides to write. */
export interface LoadedReads extends ReadsLoaded {
  readonly registerReads: ReadonlyMap<number, readonly StoredRead[]>;
  readonly exceptions: readonly StoredException[];
  readonly alerts: readonly StoredAlert[];
  readonly conditions: readonly DayCondition[];
}

/** Bytes of packed days asked for in one read: as base64 they stay far below the 10 MB of an answer. */
const BYTES_A_READ = 3_000_000;
/** What a row costs beside its values. */
const ROW_BYTES = 150;

/** The last day there is, for spans without an end. */
const EVER = "9999-12-31";

const HEADS = `SELECT json_group_array(json_array(d.channel_id, d.day, length(d.raw))) AS heads
  FROM json_each(?) AS w CROSS JOIN interval_day AS d ON d.channel_id = w.value->>0 AND d.day >= w.value->>1 AND d.day < w.value->>2`;

const DAYS = `SELECT d.channel_id AS "channelId", d.day, d.version, d.raw, d.flags FROM json_each(?) AS w CROSS JOIN interval_day AS d ON d.channel_id = w.value->>0 AND d.day = w.value->>1`;

const REVISIONS = `SELECT r.channel_id AS "channelId", r.day, r.revision, r."values", r.flags, r.rule
  FROM json_each(?) AS w CROSS JOIN interval_revision AS r ON r.channel_id = w.value->>0 AND r.day = w.value->>1 ORDER BY r.revision`;

/** The neighbours are reads that somebody took, with the estimates up to them; estimates alone where nobody has. */
const READS = `SELECT json_group_array(json_array(g.channel_id, g.read_at, g.version, g.value, g.quality, g.suspect)) AS reads FROM json_each(?) AS w CROSS JOIN register_read AS g
  ON g.channel_id = w.value->>0
  AND g.read_at >= coalesce((SELECT p.read_at FROM register_read AS p WHERE p.channel_id = w.value->>0 AND p.read_at < w.value->>1 AND p.quality <> 'estimated' ORDER BY p.read_at DESC LIMIT 1),
    (SELECT p.read_at FROM register_read AS p WHERE p.channel_id = w.value->>0 AND p.read_at < w.value->>1 ORDER BY p.read_at DESC LIMIT 1), w.value->>1)
  AND g.read_at <= coalesce((SELECT n.read_at FROM register_read AS n WHERE n.channel_id = w.value->>0 AND n.read_at > w.value->>2 AND n.quality <> 'estimated' ORDER BY n.read_at LIMIT 1),
    (SELECT n.read_at FROM register_read AS n WHERE n.channel_id = w.value->>0 AND n.read_at > w.value->>2 ORDER BY n.read_at LIMIT 1), w.value->>2)`;

/** What is in doubt about stored values; a reading that is held beside them is not. */
const EXCEPTIONS = `SELECT x.id, x.channel_id AS "channelId", x.day, x.read_at AS "readAt", x.rule, x.severity, x.status, x.numbers, x.sentence
  FROM json_each(?) AS w CROSS JOIN exception AS x ON x.channel_id = w.value->>0 AND x.day >= w.value->>1 AND x.day <= w.value->>2 WHERE x.kind = 'reads' AND (x.read_at IS NOT NULL) = (w.value->>3) AND x.detail->'$.reading' IS NULL`;

/**
 * Loads what `needs` names, of one moment (packed days that are there already come in further reads: the versions that they
 * are written with are compared again by the commit).
 */
export async function loadStored(port: SqlPort, needs: ReadsNeeds, zone: TimeZone, channelOf: (channelId: number) => Channel): Promise<LoadedReads> {
  const histories = new Map<number, ChannelHistory>();
  const heads: [number, LocalDate, number][] = [];
  const reads: StoredRead[] = [];
  const exceptions: StoredException[] = [];
  const alerts = new Map<string, StoredAlert>();
  const conditions: DayCondition[] = [];
  const exceptionSpans = [
    ...needs.days.map(({ channelId, from, to }) => [channelId, from, to, 0]),
    // The read after the last one is judged again as well, whenever that is.
    ...needs.registers.map(({ channelId, from }) => [channelId, localDateOf(from, zone), EVER, 1]),
  ];
  const asked: [Statement, (rows: readonly Row[]) => void][] = [
    ...each(HEADS, needs.days.map(({ channelId, from, to }) => [channelId, from, to]), ([row]) => heads.push(...(JSON.parse(row!["heads"] as string) as [number, LocalDate, number][]))),
    ...intervalHistoryStatements(needs.days).map((statement): [Statement, (rows: readonly Row[]) => void] => [statement, (rows) => addIntervalHistories(rows, channelOf, histories)]),
    ...each(READS, needs.registers.map(({ channelId, from, to }) => [channelId, from, to]), (rows) => reads.push(...readsOf(rows))),
    ...registerHistoryStatements(needs.registers).map((statement): [Statement, (rows: readonly Row[]) => void] => [statement, (rows) => addRegisterHistories(rows, channelOf, histories)]),
    ...alertStatements(needs, zone).map((statement): [Statement, (rows: readonly Row[]) => void] => [statement, (rows) => rows.forEach((row) => alerts.set(row["id"] as string, alertOf(row)))]),
    ...conditionLoads(needs).map((statement): [Statement, (rows: readonly Row[]) => void] => [statement, (rows) => void conditions.push(...(rows as unknown as DayCondition[]))]),
    ...each(EXCEPTIONS, exceptionSpans, (rows) => exceptions.push(...rows.map(exceptionOf))),
  ];
  if (asked.length > 0) {
    const answers: Result[] = await port.read(asked.map(([statement]) => statement));
    asked.forEach(([, take], i) => take(answers[i]!.rows));
  }
  return { days: await loadPackedDays(port, heads), registerReads: Map.groupBy(reads, (read) => read.channelId), histories, exceptions, alerts: [...alerts.values()], conditions: eachOnce(conditions) };
}

function each(sql: string, rows: readonly unknown[], take: (rows: readonly Row[]) => void): [Statement, (rows: readonly Row[]) => void][] {
  return jsonArgs(rows).map((arg) => [{ sql, args: [arg] }, take]);
}

function readsOf([row]: readonly Row[]): StoredRead[] {
  return (JSON.parse(row!["reads"] as string) as [number, Instant, number, number, RegisterRead["quality"], number][]).map(([channelId, readAt, version, value, quality, suspect]) => ({ channelId, readAt, version, value, quality, suspect }));
}

function exceptionOf(row: Row): StoredException {
  return {
    id: row["id"] as string, channelId: row["channelId"] as number, day: row["day"] as LocalDate, readAt: row["readAt"] as Instant | null, ruleId: row["rule"] as string,
    severity: row["severity"] as Severity, status: row["status"] === "open" ? "open" : "decided", numbers: JSON.parse(row["numbers"] as string) as Record<string, number>, sentence: row["sentence"] as string,
  };
}

/** The stored days of one channel from a day on to another (not in it), with their revisions. */
export async function loadDaySpan(port: SqlPort, channelId: number, from: LocalDate, to: LocalDate): Promise<StoredDay[]> {
  const [row] = await port.query(HEADS, [JSON.stringify([[channelId, from, to]])]);
  return [...(await loadPackedDays(port, JSON.parse(row!["heads"] as string) as [number, LocalDate, number][])).values()];
}

/** Days that are there, with their revisions. `keys`: channel, day and how many bytes its values have. */
export async function loadPackedDays(port: SqlPort, keys: readonly (readonly [channelId: number, day: LocalDate, bytes: number])[]): Promise<Map<string, StoredDay>> {
  const days = new Map<string, StoredDay>();
  for (let at = 0; at < keys.length; ) {
    const page: [number, LocalDate][] = [];
    for (let bytes = 0; at < keys.length && (page.length === 0 || bytes + keys[at]![2] + ROW_BYTES <= BYTES_A_READ); at += 1) {
      const [channelId, day, size] = keys[at]!;
      page.push([channelId, day]);
      bytes += size + ROW_BYTES;
    }
    const arg = JSON.stringify(page);
    const [rows, revisions] = await port.read([{ sql: DAYS, args: [arg] }, { sql: REVISIONS, args: [arg] }]);
    const revisionsOf = Map.groupBy(revisions!.rows, (row) => dayKey(row["channelId"] as number, row["day"] as LocalDate));
    for (const row of rows!.rows) {
      const [channelId, day] = [row["channelId"] as number, row["day"] as LocalDate];
      const key = dayKey(channelId, day);
      days.set(key, { channelId, day, version: row["version"] as number, raw: decodeDay(row["raw"] as Uint8Array, row["flags"] as string | null), revisions: (revisionsOf.get(key) ?? []).map(revisionOf) });
    }
  }
  return days;
}

function revisionOf(row: Row): DayRevision {
  const rule = row["rule"] as string;
  return { revision: row["revision"] as number, origin: rule === "estimate" || rule === "edit" ? rule : "gateway", layer: decodeDay(row["values"] as Uint8Array, row["flags"] as string) };
}
