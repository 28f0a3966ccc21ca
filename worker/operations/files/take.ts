/**
 * A file of reads on its way into the book: registered once, read from the store in pieces, its reads ingested batch by
 * batch. Each batch and then what became of it is stored before the next is (which is read meanwhile), under names that follow
 * from the file's content, so that whoever takes up a file that was left (posted again, or by the clock) does nothing twice.
 */
import { createHash } from "node:crypto";
import { runStreamCommand } from "../../../db/command.ts";
import {
  claimStatement, CLAIM_MS, countedParts, loadFile, movedStatement, NO_COUNTS, partStatement, storedParts, summed, type FileCounts, type FileNote, type FileOptions, type FileRow,
} from "../../../db/metering/files.ts";
import { ReadingCollector, ReadsFile, type Charset, type ReadingBatch, type ReadsFileOptions, type ReadsFileResult, type Refusal } from "../../../domain/metering/formats/index.ts";
import { readsFileEvent, readsFileStream } from "../../../domain/lifecycle/reads-file.ts";
import { actorText, SELF_SERVICE_MESSAGE, type Actor } from "../../../domain/lifecycle/permissions.ts";
import type { World } from "../context.ts";
import { badgesOf } from "../../../domain/metering/index.ts";
import { ownBadges } from "../own-meter.ts";
import { ingestReads, passedOver, senderOf } from "../reads.ts";
import { mappingVersion } from "./mappings.ts";
import type { FileStore, ReceivedFile } from "./receive.ts";
import { unpacked } from "./unpack.ts";

/** Notes that are stored together; a file of the wrong kind has one for each of its lines. */
const NOTES_A_PART = 1_000;

export type FileSource = "api" | "inbox" | "staff";

export interface FileToRegister {
  readonly actor: Actor;
  readonly source: FileSource;
  readonly name: string;
  readonly options: FileOptions;
  readonly received: ReceivedFile;
}

/** The same content of the same sender, to be read in the same way, is the same file, whatever it is called and however it is packed. */
export function fileIdOf({ actor, options, received }: Pick<FileToRegister, "actor" | "options" | "received">): string {
  // What one of the staff may not send, another may: theirs is another file.
  const sender = actor.kind === "user" ? actorText(actor) : senderOf(actor);
  return createHash("sha256").update(`${sender}\n${received.contentHash}\n${JSON.stringify(options)}`).digest("hex");
}

/**
 * Notes a received file in the book; from then on it is read to its end whatever happens. `known`: it was there before, and
 * what was received now is its second copy.
 */
export async function registerFile(world: World, files: FileStore, file: FileToRegister): Promise<{ readonly file: FileRow; readonly known: boolean }> {
  const { actor, source, name, options, received } = file;
  const { port } = world;
  const id = fileIdOf(file);
  const now = world.now();
  const { key, hash, bytes, contentHash, contentBytes } = received;
  const sender = senderOf(actor);
  const answer = await runStreamCommand<Record<string, never>>(
    port,
    { commandId: `${readsFileStream(id)}:received`, own: true, stream: readsFileStream(id), input: { id }, provenance: { actor: actorText(actor), source: source === "staff" ? "staff" : "ami", recordedAt: now } },
    () => ({
      ok: true,
      drafts: [readsFileEvent("ReadsFileReceived", { fileId: id, gateway: sender, name, hash, bytes })],
      writes: { readsFile: [{ id, gatewayId: sender, actor: actorText(actor), source, name, key, hash, contentHash, bytes, contentBytes, options: JSON.stringify(options), status: "received", receivedAt: now, claimedUntil: now + CLAIM_MS }] },
      further: actor.kind === "gateway" ? [{ sql: "UPDATE gateway SET last_seen_at = ? WHERE id = ?", args: [now, actor.gatewayId] }] : [],
      result: {},
    }),
  );
  const stored = (await loadFile(port, id))!;
  const known = answer.status === "done" && answer.replayed;
  // A first copy that is gone from the store is made good by the second.
  if (!known || stored.key === key || (await files.head(stored.key)) !== null) return { file: stored, known };
  await port.write([movedStatement(id, key)]);
  return { file: { ...stored, key }, known };
}

/**
 * Reads a registered file to its end, from wherever it was left. A file that is done is answered as it is.
 * @throws UnavailableError, FenceLostError: the rest is taken by the clock, or by whoever posts it again
 */
export async function takeFile(world: World, files: FileStore, file: FileRow): Promise<FileRow> {
  if (file.status !== "received") return file;
  const { port } = world;
  const object = await files.get(file.key);
  const done = await storedParts(port, file.id);
  const parts = new Parts();
  const collector = new ReadingCollector((batch) => parts.batch(batch), (refusal) => parts.note(refusal));
  const reader = new ReadsFile(collector, await readerOptions(world, file));
  // While a part is being stored the next one is read; it is stored when that one is.
  let storing: Promise<void> = Promise.resolve();
  const storeReady = async (): Promise<void> => {
    for (const part of parts.take()) {
      await storing;
      storing = storePart(world, file, part, done);
      storing.catch(() => undefined);
    }
  };
  let result: ReadsFileResult | null = null;
  try {
    if (object === null) parts.note({ line: 1, kind: "unreadable", reason: "the file is no longer in the store; send it again" });
    else {
      for await (const bytes of unpacked(bytesOf(object.body), false)) {
        reader.write(bytes);
        await storeReady();
      }
      result = reader.end();
      collector.end();
    }
    parts.end();
    await storeReady();
  } finally {
    await storing;
  }
  return finish(world, file, result);
}

async function readerOptions({ port }: World, { name, options }: FileRow): Promise<ReadsFileOptions> {
  const { format, zone, intervalMinutes, charset, mapping } = options;
  const saved = mapping === null ? null : await mappingVersion(port, mapping);
  return { name: name.replace(/\.gz$/i, ""), format, zone, intervalMinutes, charset: charset as Charset | null, mapping: saved?.mapping ?? null };
}

/** The bytes as they lie in the store. */
export async function* bytesOf(body: ReadableStream): AsyncGenerator<Uint8Array> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

interface Part {
  readonly part: number;
  readonly batch: ReadingBatch | null;
  readonly notes: readonly FileNote[];
}

/** Batches and notes in the order of the file, cut into parts by their content alone: the same file has the same parts. */
class Parts {
  #ready: Part[] = [];
  #notes: FileNote[] = [];
  #count = 0;

  batch(batch: ReadingBatch): void {
    this.#close(batch);
  }

  note({ line, kind, reason }: Refusal): void {
    this.#notes.push({ line, kind, reason });
    if (this.#notes.length >= NOTES_A_PART) this.#close(null);
  }

  end(): void {
    if (this.#notes.length > 0) this.#close(null);
  }

  take(): readonly Part[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #close(batch: ReadingBatch | null): void {
    this.#ready.push({ part: this.#count++, batch, notes: this.#notes });
    this.#notes = [];
  }
}

async function storePart(world: World, file: FileRow, { part, batch, notes }: Part, done: ReadonlyMap<number, string | null>): Promise<void> {
  const batchId = batch === null ? null : batchIdOf(file.id, part, batch);
  if (done.has(part) && done.get(part) === batchId) return;
  const ingested = batch === null ? null : await ingest(world, file, batchId!, batch);
  const all = [...notes, ...(ingested?.notes ?? [])].toSorted((a, b) => a.line - b.line);
  const counts: FileCounts = {
    ...(ingested?.counts ?? NO_COUNTS),
    refused: notes.filter(({ kind }) => kind !== "no-read").length,
    noReads: notes.filter(({ kind }) => kind === "no-read").length,
  };
  await world.port.write([partStatement({ fileId: file.id, part, batchId, counts, notes: all }), claimStatement(file.id, world.now())]);
}

interface Ingested {
  readonly counts: FileCounts;
  readonly notes: readonly FileNote[];
}

/** Nobody sends reads by which their own account is billed: those of a person's own meters are refused, and a colleague sends them. */
async function ingest(world: World, file: FileRow, batchId: string, batch: ReadingBatch): Promise<Ingested> {
  const actor = actorOf(file);
  const own = actor.kind === "user" ? await ownBadges(world, actor.userId, badgesOf(batch.reads, batch.events)) : new Set<string>();
  if (own.size === 0) return ingestBatch(world, file, batchId, batch);
  const isOwn = batch.reads.map(({ meter }) => own.has(meter));
  const others = { reads: batch.reads.filter((_, i) => !isOwn[i]), lines: batch.lines.filter((_, i) => !isOwn[i]), events: batch.events.filter(({ meter }) => !own.has(meter)) };
  const { counts, notes } = others.reads.length + others.events.length === 0 ? { counts: NO_COUNTS, notes: [] } : await ingestBatch(world, file, batchId, others);
  const refused = batch.reads.flatMap(({ meter }, i): FileNote[] => (isOwn[i] ? [{ line: lineOf(batch.lines[i]!), kind: "rejected", reason: `meter ${meter}: ${SELF_SERVICE_MESSAGE}` }] : []));
  return { counts: summed(counts, { ...NO_COUNTS, reads: refused.length, rejected: refused.length }), notes: [...notes, ...refused] };
}

/** Where a read stands in its file. */
const lineOf = (lines: Int32Array): number => lines.find((line) => line > 0) ?? 1;

async function ingestBatch(world: World, file: FileRow, batchId: string, { reads, lines, events }: ReadingBatch): Promise<Ingested> {
  const { counts, outcomes } = await ingestReads(world, { actor: actorOf(file), batchId, bodyHash: batchId, readings: reads, events, file: { fileId: file.id, lines } });
  const notes = outcomes.flatMap(({ index, outcome, field, reason = "", exceptionId }): FileNote[] => {
    if (outcome !== "rejected" && outcome !== "exception") return [];
    const sentence = outcome === "rejected" ? `meter ${reads[index]!.meter}: ${field === undefined ? "" : `${field} `}${reason}` : reason;
    return [{ line: lineOf(lines[index]!), kind: outcome, reason: sentence, ...(exceptionId !== undefined && { exceptionId }) }];
  });
  return { counts: { ...NO_COUNTS, ...counts, reads: reads.length }, notes: [...notes, ...(await passedOver(world, events)).map(({ event }) => passedOverNote(event))] };
}

const passedOverNote = ({ meter, line }: ReadingBatch["events"][number]): FileNote => ({ line, kind: "rejected", reason: `meter ${meter}: no meter has this number; what is said of it is passed over` });

/** Named by what is in it: a version that reads a file otherwise makes other batches of it. */
function batchIdOf(fileId: string, part: number, { reads, events }: ReadingBatch): string {
  const hash = createHash("sha256").update(`${fileId}\n${part}`);
  for (const read of reads) {
    const head = `\n${read.meter}\t${read.channel ?? ""}\t${read.unit}\t${read.quality}\t`;
    if (read.kind === "register") hash.update(`${head}${read.at}\t${read.value}`);
    else hash.update(`${head}${read.start}\t${read.stepMinutes}\t`).update(new Uint8Array(read.values.buffer, read.values.byteOffset, read.values.byteLength));
    if (read.told !== undefined) hash.update(JSON.stringify(read.told));
  }
  if (events.length > 0) hash.update(JSON.stringify(events));
  return hash.digest("hex");
}

/** Whoever sent the file, as far as its reads are concerned; it was allowed when it was taken in. */
function actorOf({ gatewayId, actor, source }: FileRow): Actor {
  return source === "staff" ? { kind: "user", userId: actor.slice("user:".length), role: "customer", accountIds: [] } : { kind: "gateway", gatewayId };
}

async function finish(world: World, file: FileRow, result: ReadsFileResult | null): Promise<FileRow> {
  const { port } = world;
  const counts = await countedParts(port, file.id);
  const now = world.now();
  const readable = result?.readable ?? false;
  const { reads, accepted, duplicate, exception, rejected, refused } = counts;
  await runStreamCommand<Record<string, never>>(
    port,
    { commandId: `${readsFileStream(file.id)}:read`, own: true, stream: readsFileStream(file.id), input: { id: file.id }, provenance: { actor: file.actor, source: file.source === "staff" ? "staff" : "ami", recordedAt: now } },
    () => ({
      ok: true,
      drafts: [readsFileEvent("ReadsFileRead", { fileId: file.id, format: result?.format ?? null, readable, reads, accepted, duplicates: duplicate, exceptions: exception, rejected, refused })],
      writes: {},
      further: [{
        sql: "UPDATE reads_file SET status = ?, format = ?, counts = ?, finished_at = ? WHERE id = ?",
        args: [readable ? "done" : "unreadable", result?.format ?? null, JSON.stringify(counts), now, file.id],
      }],
      result: {},
    }),
  );
  world.poke();
  return (await loadFile(port, file.id))!;
}
