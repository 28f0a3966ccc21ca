/** Files of reads as staff see and send them, and a mapping tried on a sample before it is saved. */
import { listFiles, loadFile, notesOf, type FileListed, type FileNote, type FileRow } from "../../../db/metering/files.ts";
import { Lines, ReadsFile, TextPieces, type Charset, type CsvMapping, type FileRead, type ReadsFileResult, type Refusal } from "../../../domain/metering/formats/index.ts";
import { requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { BodyError } from "../body.ts";
import { actorNames } from "../actors.ts";
import type { World } from "../context.ts";
import { timeZoneOf } from "../../../db/utility.ts";
import { askedOptions } from "./answer.ts";
import { receiveFile, type FileStore, type ReceivedFile } from "./receive.ts";
import { bytesOf, registerFile, takeFile } from "./take.ts";
import { unpacked } from "./unpack.ts";
import { placeIn } from "../cursor.ts";

export type { FileListed, FileNote, FileStatus } from "../../../db/metering/files.ts";

const PAGE = 50;
const NOTES_PAGE = 100;

/** By hand. A form is in the Worker's memory whole; larger files go through the API or the drop folder. */
export const HAND_BYTES_MAX = 20 * 1024 * 1024;

export interface FilesPage {
  readonly files: readonly FileListed[];
  /** What to call each person who sent one. */
  readonly names: Readonly<Record<string, string>>;
  readonly older: string | null;
}

/** Files, newest first. @throws ForbiddenError */
export async function filesPage(world: World, actor: UserActor, before: string | null): Promise<FilesPage> {
  requirePermission(actor, "read:meter:any");
  const files = await listFiles(world.port, { gatewayId: null, before: placeIn(before), limit: PAGE + 1 });
  const shown = files.slice(0, PAGE);
  return { files: shown, names: await actorNames(world.port, shown.map((file) => file.actor)), older: files.length > PAGE ? String(shown.at(-1)!.receivedAt) : null };
}

export interface FilePage {
  readonly file: FileRow;
  /** Who sent it. */
  readonly sender: string;
  readonly notes: readonly FileNote[];
  readonly total: number;
  readonly from: number;
  readonly next: number | null;
}

/** One file with the lines of it that did not simply become reads; null when there is none. @throws ForbiddenError */
export async function filePage(world: World, actor: UserActor, id: string, from: number): Promise<FilePage | null> {
  requirePermission(actor, "read:meter:any");
  const file = await loadFile(world.port, id);
  if (file === null) return null;
  const [{ notes, total, next }, names] = await Promise.all([notesOf(world.port, id, { from, limit: NOTES_PAGE }), actorNames(world.port, [file.actor])]);
  return { file, sender: names[file.actor] ?? file.actor, notes, total, from, next };
}

/** Lines shown around one that somebody looks at. */
const LINES_AROUND = 2;

/** Characters of a line that are shown: a day of one-minute values is longer. */
const LINE_SHOWN = 2_000;

export interface FileLine {
  readonly number: number;
  readonly text: string;
  /** It goes on. */
  readonly cut: boolean;
}

/**
 * A line of the file as it was sent, with those around it; null when the store has the file no more, or no such line. Of a
 * file of any size a piece is in memory, and what follows the line is not read. @throws ForbiddenError
 */
export async function fileLines(world: World, files: FileStore, actor: UserActor, { key, options }: Pick<FileRow, "key" | "options">, line: number): Promise<readonly FileLine[] | null> {
  requirePermission(actor, "read:meter:any");
  const object = await files.get(key);
  if (object === null) return null;
  const shown: FileLine[] = [];
  let done = false;
  const lines = new Lines({
    line: (text, number) => {
      if (number >= line - LINES_AROUND && number <= line + LINES_AROUND) shown.push({ number, text: text.slice(0, LINE_SHOWN), cut: text.length > LINE_SHOWN });
      done ||= number >= line + LINES_AROUND;
    },
    tooLong: (number) => void (done ||= number >= line + LINES_AROUND),
  });
  const pieces = new TextPieces({ charset: options.charset as Charset | null });
  for await (const bytes of unpacked(bytesOf(object.body), false)) {
    lines.push(pieces.text(bytes));
    if (done) break;
  }
  if (!done) {
    lines.push(pieces.end());
    lines.end();
  }
  return shown.some(({ number }) => number === line) ? shown.map((each) => ({ ...each, text: each.text.replace(/^\uFEFF/, "") })) : null;
}

export interface FileByHand {
  readonly name: string;
  readonly bytes: ReadableStream<Uint8Array>;
  readonly format: string;
  readonly timezone: string;
  readonly interval: string;
  readonly mapping: string;
}

export type SentByHand = { readonly status: "done"; readonly fileId: string; readonly known: boolean } | { readonly status: "refused"; readonly field: string; readonly message: string };

/** Takes a file that somebody chose on the page. @throws ForbiddenError, UnavailableError */
export async function sendFile(world: World, files: FileStore, actor: UserActor, sent: FileByHand): Promise<SentByHand> {
  requirePermission(actor, "post:file:any");
  const asked = await askedOptions(world, sent);
  if (!asked.ok) return { status: "refused", field: asked.field, message: asked.message };
  let received: ReceivedFile;
  try {
    received = await receiveFile(files, sent.bytes, { key: `reads/${world.newId()}`, charset: asked.options.charset as Charset | null });
  } catch (error) {
    if (error instanceof BodyError) return { status: "refused", field: "file", message: error.message };
    throw error;
  }
  const { file, known } = await registerFile(world, files, { actor, source: "staff", name: asked.name, options: asked.options, received });
  if (file.key !== received.key) await files.delete(received.key);
  const taken = await takeFile(world, files, file);
  return { status: "done", fileId: taken.id, known };
}

/** Rows that a preview shows of each kind. */
const PREVIEW_ROWS = 20;

/** Reads of one line among them: a row that is a day has a hundred. */
const PREVIEW_OF_LINE = 5;

/** Characters of a sample: some hundred rows. */
export const SAMPLE_MAX = 64 * 1024;

export interface MappingPreview {
  readonly result: ReadsFileResult;
  readonly reads: readonly FileRead[];
  readonly refusals: readonly Refusal[];
}

/** What a mapping makes of a sample. @throws ForbiddenError */
export async function previewMapping(world: World, actor: UserActor, sample: string, mapping: CsvMapping): Promise<MappingPreview> {
  requirePermission(actor, "edit:mapping:any");
  const reads: FileRead[] = [];
  const refusals: Refusal[] = [];
  const sink = {
    read: (read: FileRead) => void (reads.length < PREVIEW_ROWS && reads.at(-PREVIEW_OF_LINE)?.line !== read.line && reads.push(read)),
    refuse: (refusal: Refusal) => void (refusals.length < PREVIEW_ROWS && refusals.push(refusal)),
  };
  const file = new ReadsFile(sink, { name: "sample.csv", format: "csv", zone: await timeZoneOf(world.port, world.now()), mapping });
  file.write(new TextEncoder().encode(sample));
  return { result: file.end(), reads, refusals };
}
