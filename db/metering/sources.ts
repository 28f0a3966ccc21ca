/** Where stored values come from: the lines of the file, for every read and every run of intervals that a batch brought. */
import { MINUTE_MS, localDayOf, type TimeZone } from "../../domain/calendar/zone.ts";
import { lineAt, lineRuns, type LineRun } from "../../domain/metering/formats/line-runs.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { dayKey, MISSING, type MatchedReads, type ReadsLoaded, type ReadsResult } from "../../domain/metering/index.ts";
import type { SqlPort, Statement } from "../port.ts";
import { insertFromJson, jsonArgs, rowValues } from "../rows.ts";

interface SourceRow {
  readonly channelId: number;
  readonly at: number;
  readonly batchId: string;
  readonly line: number;
  readonly slots: number;
  readonly lineStep: number;
  readonly lines: string | null;
}

/** The lines of one reading of a file, and the batch that brought it: kept beside a reading that is held, so that it has its source when it is taken in. */
export interface HeldSource {
  readonly batchId: string;
  readonly runs: readonly LineRun[];
}

export function heldSource(lines: Int32Array, batchId: string): HeldSource {
  return { batchId, runs: lineRuns(lines) };
}

/** The lines of a day's values that were not there already: those of the others are 0. `from`: the day's slot of the first. */
function newLines({ result, loaded }: Stored, channelId: number, day: LocalDate, from: number, lines: Int32Array): Int32Array {
  const before = loaded.days.get(dayKey(channelId, day));
  if (before === undefined) return lines;
  const revised = result.revisionWrites.filter((revision) => revision.channelId === channelId && revision.day === day);
  return lines.map((line, i) => (before.raw.values[from + i] === MISSING || revised.some(({ layer }) => layer.values[from + i] !== MISSING) ? line : 0));
}

/** The file and the first line of a held reading; null when its batch came in none. */
export async function sourceOfHeld(port: SqlPort, { batchId, runs }: HeldSource): Promise<ReadSource | null> {
  const [row] = await port.query<Pick<StoredSource, "fileId" | "name" | "receivedAt">>(`SELECT f.id AS "fileId", f.name, b.received_at AS "receivedAt" FROM read_batch b JOIN reads_file f ON f.id = b.file_id WHERE b.id = ?`, [batchId]);
  const first = runs.find(({ line }) => line > 0);
  return row === undefined || first === undefined ? null : { fileId: row.fileId, file: row.name, line: first.line, batchId, receivedAt: row.receivedAt };
}

/** The lines of a held reading, value by value. */
export function linesOf({ runs }: HeldSource, values: number): Int32Array {
  return Int32Array.from({ length: values }, (_, slot) => lineAt(runs, slot) ?? 0);
}

interface Stored {
  readonly matched: MatchedReads;
  readonly result: ReadsResult;
  /** Days as they were before. */
  readonly loaded: Pick<ReadsLoaded, "days">;
}

/** A reading of which nothing was stored (it was there already, or is kept aside) is no source of anything, and neither is a value that was there already. */
export function sourceStatements(batch: Stored, lines: readonly Int32Array[], batchId: string, zone: TimeZone): Statement[] {
  const { matched, result } = batch;
  const used = new Set(result.outcomes.flatMap(({ index, stored, corrected }) => (stored + corrected > 0 ? [index] : [])));
  const rows: SourceRow[] = [];
  for (const { channel, reading } of matched.registers) {
    if (used.has(reading.index)) rows.push({ channelId: channel.channelId, at: reading.at, batchId, line: lines[reading.index]![0]!, slots: 1, lineStep: 0, lines: null });
  }
  for (const { channel, reading } of matched.intervals) {
    if (!used.has(reading.index)) continue;
    const { start, stepMinutes, values } = reading;
    // Cut at local midnight like the values, so that a day finds its own.
    for (let slot = 0; slot < values.length; ) {
      const at = start + slot * stepMinutes * MINUTE_MS;
      const day = localDayOf(at, zone);
      const to = Math.min(values.length, slot + Math.ceil((day.end - at) / (stepMinutes * MINUTE_MS)));
      const [first, ...further] = lineRuns(newLines(batch, channel.channelId, day.date, (at - day.start) / (stepMinutes * MINUTE_MS), lines[reading.index]!.subarray(slot, to)));
      if (first) rows.push({ channelId: channel.channelId, at, batchId, line: first.line, slots: to - slot, lineStep: first.step, lines: first.slot > 0 || further.length > 0 ? JSON.stringify([first, ...further]) : null });
      slot = to;
    }
  }
  const insert = `${insertFromJson("readSource")} ON CONFLICT DO NOTHING`;
  return jsonArgs(rows.map((row) => rowValues("readSource", { ...row }))).map((arg) => ({ sql: insert, args: [arg] }));
}

/** A file and the line in it on which a value stands. */
export interface ReadSource {
  readonly fileId: string;
  readonly file: string;
  readonly line: number;
  readonly batchId: string;
  readonly receivedAt: number;
}

type StoredSource = SourceRow & { readonly fileId: string; readonly name: string; readonly receivedAt: number };

const SOURCES = `SELECT s.at, s.line, s.slots, s.line_step AS "lineStep", s.lines, s.batch_id AS "batchId", f.id AS "fileId", f.name, b.received_at AS "receivedAt"
  FROM read_source s JOIN read_batch b ON b.id = s.batch_id JOIN reads_file f ON f.id = b.file_id`;

/**
 * Where the value of a channel at an instant comes from, the latest first: the start of an interval, or the time of a read.
 * Nothing for values that were posted without a file.
 */
export async function sourcesOf(port: SqlPort, { channelId, at, stepMinutes }: { readonly channelId: number; readonly at: number; readonly stepMinutes: number | null }): Promise<ReadSource[]> {
  const sources = await sourcesBetween(port, { channelId, from: at, to: at + 1 });
  return sources(at, stepMinutes);
}

/** The same for all that was measured of a channel from an instant on to another (not in it): asks once, and answers for each. */
export async function sourcesBetween(port: SqlPort, { channelId, from, to }: { readonly channelId: number; readonly from: number; readonly to: number }): Promise<(at: number, stepMinutes: number | null) => ReadSource[]> {
  const rows = await port.query<StoredSource>(`${SOURCES} WHERE s.channel_id = ? AND s.at > ? AND s.at < ? ORDER BY b.received_at DESC, s.line DESC`, [channelId, from - DAY_SPAN_MS, to]);
  const runs = new Map(rows.map((row) => [row, row.lines === null ? [{ slot: 0, line: row.line, step: row.lineStep }] : (JSON.parse(row.lines) as LineRun[])]));
  return (at, stepMinutes) => rows.flatMap((row) => {
    const slot = stepMinutes === null ? (row.at === at ? 0 : -1) : (at - row.at) / (stepMinutes * MINUTE_MS);
    const line = Number.isInteger(slot) && slot >= 0 && slot < row.slots ? lineAt(runs.get(row)!, slot) : null;
    return line === null ? [] : [{ fileId: row.fileId, file: row.name, line, batchId: row.batchId, receivedAt: row.receivedAt }];
  });
}

/** A run of intervals lies within one local day, of 25 hours at most. */
const DAY_SPAN_MS = 25 * 3_600_000;
