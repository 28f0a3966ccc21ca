/** Writing values: days, their revisions and register reads, thousands in a statement. */
import { dayBytes, flagsText, type DayWrite, type RegisterRead, type RevisionWrite } from "../../domain/metering/index.ts";
import type { Statement } from "../port.ts";
import { insertFromJson, jsonArgs, rowValues } from "../rows.ts";

/** Who writes values, by which batch or command, when. */
export interface WrittenBy {
  readonly actor: string;
  readonly source: string;
  readonly batchId: string;
  readonly recordedAt: number;
}

/** Bytes of packed values in one argument; it travels as base64, and libSQL refuses more than 5 MB. */
const VALUE_BYTES_MAX = 3_000_000;

/**
 * The days of a statement share one argument with all their values, out of which each row takes its own: several times
 * faster than a text of hex digits in every row. A day that somebody else has changed meanwhile is vetoed by the trigger.
 */
const DAYS = `INSERT INTO interval_day (channel_id, day, version, raw, flags, best_total, best_peak, missing, suspect, batch_id, recorded_at, estimated, flow_at_end)
  SELECT r.value->>0, r.value->>1, r.value->>2, substr(?2, r.value->>3, r.value->>4), r.value->>5, r.value->>6, r.value->>7, r.value->>8, r.value->>9, ?3, ?4, r.value->>10, r.value->>11
  FROM json_each(?1) AS r WHERE true
  ON CONFLICT (channel_id, day) DO UPDATE SET version = excluded.version, raw = excluded.raw, flags = excluded.flags, best_total = excluded.best_total, best_peak = excluded.best_peak,
    missing = excluded.missing, suspect = excluded.suspect, batch_id = excluded.batch_id, recorded_at = excluded.recorded_at, estimated = excluded.estimated, flow_at_end = excluded.flow_at_end`;

/** Stores days as they are now. `suspect`: an exception that holds bills is open on it. */
export function dayStatements(days: readonly DayWrite[], suspect: (day: DayWrite) => boolean, { batchId, recordedAt }: WrittenBy): Statement[] {
  const statements: Statement[] = [];
  for (let first = 0; first < days.length; ) {
    let bytes = 0;
    let last = first;
    while (last < days.length && (last === first || bytes + days[last]!.raw.values.byteLength <= VALUE_BYTES_MAX)) bytes += days[last++]!.raw.values.byteLength;
    const values = new Uint8Array(bytes);
    let offset = 0;
    const rows: unknown[] = [];
    for (const day of days.slice(first, last)) {
      const { raw, stats } = day;
      values.set(new Uint8Array(raw.values.buffer, raw.values.byteOffset, raw.values.byteLength), offset);
      rows.push([
        day.channelId, day.day, day.version, offset + 1, raw.values.byteLength, flagsText(raw.quality), stats.sum, stats.max, stats.slots - stats.present, suspect(day) ? 1 : 0, stats.estimated, day.flowSlotsAtEnd,
      ]);
      offset += raw.values.byteLength;
    }
    statements.push({ sql: DAYS, args: [JSON.stringify(rows), values, batchId, recordedAt] });
    first = last;
  }
  return statements;
}

/** A day's quality letters where every one must be said: a revision without any would be read as none. */
function allFlags(quality: Uint8Array | null, slots: number): string {
  return flagsText(quality) ?? "A".repeat(slots);
}

/** Stores revisions of days. `reason`: a sentence of ours, or the reference to a person's words. */
export function revisionStatements(revisions: readonly RevisionWrite[], reason: string, { actor, recordedAt }: WrittenBy): Statement[] {
  const rows = revisions.map(({ channelId, day, revision, origin, layer }) => rowValues("intervalRevision", {
    channelId, day, revision, values: dayBytes(layer.values), flags: allFlags(layer.quality, layer.values.length), rule: origin, actor, reason, recordedAt,
  }));
  return jsonArgs(rows).map((arg) => ({ sql: insertFromJson("intervalRevision"), args: [arg] }));
}

export interface ReadWrite extends RegisterRead {
  readonly suspect: boolean;
}

const READS = `INSERT INTO register_read (channel_id, read_at, version, value, quality, suspect, source, actor, reason, batch_id, recorded_at)
  SELECT r.value->>0, r.value->>1, r.value->>2, r.value->>3, r.value->>4, r.value->>5, ?2, ?3, ?4, ?5, ?6 FROM json_each(?1) AS r`;

/** Stores versions of register reads. A version that somebody else has stored meanwhile is refused by its key. */
export function readStatements(reads: readonly ReadWrite[], reason: string | null, { source, actor, batchId, recordedAt }: WrittenBy): Statement[] {
  const rows = reads.map(({ channelId, readAt, version, value, quality, suspect }) => [channelId, readAt, version, value, quality, suspect ? 1 : 0]);
  return jsonArgs(rows).map((arg) => ({ sql: READS, args: [arg, source, actor, reason, batchId, recordedAt] }));
}
