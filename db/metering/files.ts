/** Files of reads and the parts of them that are stored. */
import type { OutcomeKind } from "../../domain/metering/index.ts";
import type { SqlPort, Statement } from "../port.ts";

/** How a file is to be read, beside its content. */
export interface FileOptions {
  readonly format: string | null;
  readonly zone: string;
  readonly intervalMinutes: number | null;
  readonly charset: string | null;
  /** A mapping by name, in the version that counted when the file came. */
  readonly mapping: { readonly name: string; readonly version: number } | null;
}

/** What became of a file. `reads` are readings as they are stored: a register's read, a run of intervals. */
export interface FileCounts extends Readonly<Record<OutcomeKind, number>> {
  readonly reads: number;
  /** Values, rows or documents of the file that did not become a read. */
  readonly refused: number;
  /** Values that the file itself says are missing. */
  readonly noReads: number;
}

export const NO_COUNTS: FileCounts = { reads: 0, accepted: 0, duplicate: 0, exception: 0, rejected: 0, refused: 0, noReads: 0 };

export function summed(a: FileCounts, b: FileCounts): FileCounts {
  return {
    reads: a.reads + b.reads, accepted: a.accepted + b.accepted, duplicate: a.duplicate + b.duplicate, exception: a.exception + b.exception, rejected: a.rejected + b.rejected,
    refused: a.refused + b.refused, noReads: a.noReads + b.noReads,
  };
}

/**
 * One line of a file that did not simply become a read. `refused`, `no-read`, `unreadable`: by the parser; `rejected`: a read
 * that cannot be stored; `exception`: one that waits for a person.
 */
export interface FileNote {
  readonly line: number;
  readonly kind: "refused" | "no-read" | "unreadable" | "rejected" | "exception";
  readonly reason: string;
  readonly exceptionId?: string;
}

export type FileStatus = "received" | "done" | "unreadable";

export interface FileRow {
  readonly id: string;
  readonly gatewayId: string;
  readonly actor: string;
  readonly source: string;
  readonly name: string;
  readonly key: string;
  readonly hash: string;
  readonly contentHash: string;
  readonly bytes: number;
  readonly contentBytes: number;
  readonly options: FileOptions;
  readonly format: string | null;
  readonly status: FileStatus;
  readonly counts: FileCounts | null;
  readonly receivedAt: number;
  readonly finishedAt: number | null;
}

type StoredFile = Omit<FileRow, "options" | "counts"> & { readonly options: string; readonly counts: string | null };

const COLUMNS = `f.id, f.gateway_id AS "gatewayId", f.actor, f.source, f.name, f.key, f.hash, f.content_hash AS "contentHash", f.bytes, f.content_bytes AS "contentBytes", f.options, f.format, f.status,
  f.counts, f.received_at AS "receivedAt", f.finished_at AS "finishedAt"`;

const fileOf = <R extends StoredFile>(row: R): Omit<R, "options" | "counts"> & Pick<FileRow, "options" | "counts"> =>
  ({ ...row, options: JSON.parse(row.options) as FileOptions, counts: row.counts === null ? null : (JSON.parse(row.counts) as FileCounts) });

export async function loadFile(port: SqlPort, id: string): Promise<FileRow | null> {
  const [row] = await port.query<StoredFile>(`SELECT ${COLUMNS} FROM reads_file f WHERE f.id = ?`, [id]);
  return row ? fileOf(row) : null;
}

export interface FileListed extends FileRow {
  /** What the gateway is called; null for files that staff sent. */
  readonly gateway: string | null;
}

/** Files, newest first, of one gateway or all. */
export async function listFiles(port: SqlPort, { gatewayId, before, limit }: { readonly gatewayId: string | null; readonly before: number | null; readonly limit: number }): Promise<FileListed[]> {
  const rows = await port.query<StoredFile & { gateway: string | null }>(
    `SELECT ${COLUMNS}, g.name AS gateway FROM reads_file f LEFT JOIN gateway g ON g.id = f.gateway_id
     WHERE (?1 IS NULL OR f.gateway_id = ?1) AND f.received_at < ?2 ORDER BY f.received_at DESC, f.id LIMIT ?3`,
    [gatewayId, before ?? Number.MAX_SAFE_INTEGER, limit],
  );
  return rows.map(fileOf);
}

/** How long a file is left to whoever works on it after their last sign of life. */
export const CLAIM_MS = 60_000;

/** Files that were received and that nobody works on any more, oldest first. */
export async function abandonedFiles(port: SqlPort, now: number, limit: number): Promise<FileRow[]> {
  return (await port.query<StoredFile>(`SELECT ${COLUMNS} FROM reads_file f WHERE f.status = 'received' AND f.claimed_until < ? ORDER BY f.received_at LIMIT ?`, [now, limit])).map(fileOf);
}

/** Says that somebody is at work on a file. */
export function claimStatement(id: string, now: number): Statement {
  return { sql: "UPDATE reads_file SET claimed_until = ? WHERE id = ? AND status = 'received'", args: [now + CLAIM_MS, id] };
}

/** Takes a file that is abandoned; false when somebody else was quicker. */
export async function claimAbandoned(port: SqlPort, id: string, now: number): Promise<boolean> {
  const [taken] = await port.write([{ sql: "UPDATE reads_file SET claimed_until = ?1 WHERE id = ?2 AND status = 'received' AND claimed_until < ?3", args: [now + CLAIM_MS, id, now] }]);
  return taken!.rowsAffected > 0;
}

/** The file lies elsewhere now. */
export function movedStatement(id: string, key: string): Statement {
  return { sql: "UPDATE reads_file SET key = ? WHERE id = ?", args: [key, id] };
}

export interface FilePart {
  readonly fileId: string;
  readonly part: number;
  readonly batchId: string | null;
  readonly counts: FileCounts;
  readonly notes: readonly FileNote[];
}

/** Stores a part; one that is there already stays. */
export function partStatement({ fileId, part, batchId, counts, notes }: FilePart): Statement {
  return {
    sql: "INSERT INTO reads_file_part (file_id, part, batch_id, counts, notes, notes_count) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    args: [fileId, part, batchId, JSON.stringify(counts), JSON.stringify(notes), notes.length],
  };
}

/** The parts of a file that are stored: the batch of each, null where it has only notes. */
export async function storedParts(port: SqlPort, fileId: string): Promise<Map<number, string | null>> {
  const rows = await port.query<{ part: number; batchId: string | null }>(`SELECT part, batch_id AS "batchId" FROM reads_file_part WHERE file_id = ?`, [fileId]);
  return new Map(rows.map(({ part, batchId }) => [part, batchId]));
}

/** What became of all parts that are stored. */
export async function countedParts(port: SqlPort, fileId: string): Promise<FileCounts> {
  const rows = await port.query<{ counts: string }>("SELECT counts FROM reads_file_part WHERE file_id = ?", [fileId]);
  return rows.map(({ counts }) => JSON.parse(counts) as FileCounts).reduce(summed, NO_COUNTS);
}

export interface NotesPage {
  readonly notes: readonly FileNote[];
  /** All of them. */
  readonly total: number;
  /** Where the next page begins; null on the last. */
  readonly next: number | null;
}

/** What stands in the notes of a file from the `from`th on. */
export async function notesOf(port: SqlPort, fileId: string, { from, limit }: { readonly from: number; readonly limit: number }): Promise<NotesPage> {
  const parts = await port.query<{ part: number; count: number }>(`SELECT part, notes_count AS "count" FROM reads_file_part WHERE file_id = ? AND notes_count > 0 ORDER BY part`, [fileId]);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const notes: FileNote[] = [];
  let begin = 0;
  for (const { part, count } of parts) {
    if (begin + count > from && notes.length < limit) {
      const [row] = await port.query<{ notes: string }>("SELECT notes FROM reads_file_part WHERE file_id = ? AND part = ?", [fileId, part]);
      notes.push(...(JSON.parse(row!.notes) as FileNote[]).slice(Math.max(0, from - begin), Math.max(0, from - begin) + limit - notes.length));
    }
    begin += count;
  }
  return { notes, total, next: from + notes.length < total ? from + notes.length : null };
}

/** The first lines of a file that could not be used. */
export async function firstRefusals(port: SqlPort, fileId: string, limit: number): Promise<FileNote[]> {
  const rows = await port.query<{ notes: string }>(
    "SELECT notes FROM reads_file_part WHERE file_id = ? AND (counts->>'refused' > 0 OR counts->>'rejected' > 0) ORDER BY part LIMIT ?",
    [fileId, limit],
  );
  return rows.flatMap(({ notes }) => (JSON.parse(notes) as FileNote[]).filter(({ kind }) => kind !== "no-read" && kind !== "exception")).slice(0, limit);
}
