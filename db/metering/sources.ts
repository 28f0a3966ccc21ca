/** Where stored values come from: the lines of the file, for every read and every run of intervals that a batch brought. */
import { MINUTE_MS, localDayOf, type TimeZone } from "../../domain/calendar/zone.ts";
import { lineAt, lineRuns, type LineRun } from "../../domain/metering/formats/line-runs.ts";
import type { MatchedReads, ReadsResult } from "../../domain/metering/index.ts";
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

/** A reading of which nothing was stored (it was there already, or is kept aside) is no source of anything. */
export function sourceStatements({ matched, result }: { readonly matched: MatchedReads; readonly result: ReadsResult }, lines: readonly Int32Array[], batchId: string, zone: TimeZone): Statement[] {
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
      const to = Math.min(values.length, slot + Math.ceil((localDayOf(at, zone).end - at) / (stepMinutes * MINUTE_MS)));
      const [first, ...further] = lineRuns(lines[reading.index]!, slot, to);
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
}

/**
 * Where the value of a channel at an instant comes from, the latest first: the start of an interval, or the time of a read.
 * Nothing for values that were posted without a file.
 */
export async function sourcesOf(port: SqlPort, { channelId, at, stepMinutes }: { readonly channelId: number; readonly at: number; readonly stepMinutes: number | null }): Promise<ReadSource[]> {
  const step = (stepMinutes ?? 0) * MINUTE_MS;
  const rows = await port.query<SourceRow & { fileId: string; name: string }>(
    `SELECT s.at, s.line, s.slots, s.line_step AS "lineStep", s.lines, f.id AS "fileId", f.name
     FROM read_source s JOIN read_batch b ON b.id = s.batch_id JOIN reads_file f ON f.id = b.file_id
     WHERE s.channel_id = ? AND s.at <= ? AND s.at + (s.slots - 1) * ? >= ? AND s.at > ? ORDER BY b.received_at DESC, s.line DESC`,
    [channelId, at, step, at, at - DAY_SPAN_MS],
  );
  return rows.flatMap(({ fileId, name, line, lineStep, lines, at: start }) => {
    const runs = lines === null ? [{ slot: 0, line, step: lineStep }] : (JSON.parse(lines) as LineRun[]);
    const found = lineAt(runs, step === 0 ? 0 : Math.round((at - start) / step));
    return found === null ? [] : [{ fileId, file: name, line: found }];
  });
}

/** A run of intervals lies within one local day, of 25 hours at most. */
const DAY_SPAN_MS = 25 * 3_600_000;
