/**
 * Takes a file in as a stream: kept as it was sent, hashed, unpacked and looked at on the way, so that of a file of any size
 * one part is in memory, and one that is broken, too large or no text is refused before anything of it is used.
 */
import { createHash } from "node:crypto";
import { TextPieces, type Charset } from "../../../domain/metering/formats/index.ts";
import { CONTENT_HASH_HEADER } from "../../../domain/lifecycle/gateway.ts";
import { BodyError } from "../body.ts";
import { unpacked } from "./unpack.ts";

/** Where files lie: as much of an R2 bucket as is used here. */
export type FileStore = Pick<R2Bucket, "put" | "get" | "head" | "delete" | "list" | "createMultipartUpload">;

const MB = 1024 * 1024;

/** As sent. A day of 100,000 meters' quarter hours takes some 30 MB packed. */
export const FILE_BYTES_MAX = 100 * MB;

/** Unpacked. That day takes some 200 MB in the wordiest of the formats but XML; a bomb has gigabytes. */
export const CONTENT_BYTES_MAX = 512 * MB;

/** One part of an upload to R2, which wants all but the last of the same size, 5 MB at least. */
const PART_BYTES = 8 * MB;

/** Files that lie in the store as one object; larger ones go up part by part. */
export interface ReceivedFile {
  readonly key: string;
  /** As sent: SHA-256 in hex, and bytes. */
  readonly hash: string;
  readonly bytes: number;
  /** The same of the text that is in it. */
  readonly contentHash: string;
  readonly contentBytes: number;
}

export interface ReceiveOptions {
  readonly key: string;
  /** `Content-Encoding` of the request; gzip that nobody told of is recognised as well. */
  readonly encoding?: string | null;
  /** `Content-Length`, where it was told: a body that ends before is cut off. */
  readonly length?: number | null;
  readonly charset?: Charset | null;
  /** Bytes of content that are taken. */
  readonly contentMax?: number;
  /** Who sends it is only known from its hash: until then it is held in memory, so it must be small. */
  readonly unproven?: boolean;
  /** Told the hash of what was sent when all of it has come and before the store keeps it; what it throws refuses the file. */
  readonly admit?: (hash: string) => Promise<void>;
}

/**
 * Receives a file into the store.
 * @throws BodyError: 400 when it breaks off, is packed wrongly or is no text, 413 when it is too large, 415 for other encodings, and what `admit` throws; the store then has nothing of it
 */
export async function receiveFile(files: FileStore, body: ReadableStream<Uint8Array> | null, options: ReceiveOptions): Promise<ReceivedFile> {
  const { key, length = null, charset = null, contentMax = CONTENT_BYTES_MAX, unproven = false, admit } = options;
  const encoding = options.encoding?.trim().toLowerCase() || "identity";
  if (encoding !== "identity" && encoding !== "gzip") throw new BodyError(415, "encoding", `Content-Encoding ${encoding} is not understood; send gzip or plain.`);
  const checkSize = (size: number) => {
    if (size > FILE_BYTES_MAX) throw tooLarge();
    // The part that is in memory is full: the next byte would be in the store.
    if (unproven && size >= PART_BYTES) throw new BodyError(413, "content_hash", `A signed file of ${PART_BYTES / MB} MB or more tells its hash beforehand, in the header ${CONTENT_HASH_HEADER}.`);
  };
  checkSize(length ?? 0);
  const upload = new Upload(files, key);
  const hash = createHash("sha256");
  let bytes = 0;
  const asSent = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of piecesOf(body)) {
      bytes += piece.byteLength;
      checkSize(bytes);
      hash.update(piece);
      await upload.write(piece);
      yield piece;
    }
    if (length !== null && bytes < length) throw new BodyError(400, "broken", `The upload ended after ${bytes} of ${length} bytes. Send it again.`);
  };
  const content = new ContentCheck(charset, contentMax);
  try {
    for await (const piece of unpacked(asSent(), encoding === "gzip")) content.write(piece);
    content.end();
    const sent = hash.digest("hex");
    await admit?.(sent);
    await upload.end();
    return { key, hash: sent, bytes, contentHash: content.hash(), contentBytes: content.bytes };
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

async function* piecesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  let over = false;
  try {
    for (;;) {
      const next = await reader.read().catch(() => {
        throw new BodyError(400, "broken", "The upload broke off. Send it again.");
      });
      over = next.done;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!over) await reader.cancel().catch(() => undefined);
  }
}

/** Looks at the text of a file and keeps nothing of it. */
class ContentCheck {
  bytes = 0;
  readonly #hash = createHash("sha256");
  readonly #pieces: TextPieces;
  readonly #max: number;
  #line = 1;

  constructor(charset: Charset | null, max: number) {
    this.#max = max;
    this.#pieces = new TextPieces({ charset, strict: true });
  }

  write(bytes: Uint8Array): void {
    if (this.bytes === 0) refuseArchives(bytes);
    this.bytes += bytes.byteLength;
    if (this.bytes > this.#max) throw new BodyError(413, "too_large", `The file is larger than ${this.#max / MB} MB when it is unpacked; send it in parts.`);
    this.#hash.update(bytes);
    this.#look(() => this.#pieces.text(bytes));
  }

  end(): void {
    this.#look(() => this.#pieces.end());
    if (this.bytes === 0) throw new BodyError(400, "empty", "The file is empty.");
  }

  hash(): string {
    return this.#hash.digest("hex");
  }

  #look(next: () => string): void {
    let text: string;
    try {
      text = next();
    } catch {
      throw new BodyError(400, "not_text", `The file is not UTF-8 text (on line ${this.#line} or soon after). If it comes from a system that writes another encoding, name it: charset=windows-1252 or charset=utf-16le.`);
    }
    if (text.includes("\0")) throw new BodyError(400, "not_text", `The file is not text: line ${this.#line} or one soon after holds binary data.`);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#line++;
  }
}

/** What people send in place of the file itself. */
const ARCHIVES: readonly (readonly [string, string])[] = [["PK\u0003\u0004", "a ZIP archive or a spreadsheet"], ["%PDF", "a PDF"], ["\u00d0\u00cf\u0011\u00e0", "an Excel workbook"], ["7z\u00bc\u00af", "a 7-Zip archive"]];

function refuseArchives(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  const found = ARCHIVES.find(([mark]) => start === mark);
  if (found) throw new BodyError(415, "archive", `The file is ${found[1]}. Send the text that is in it, plain or packed with gzip.`);
}

function tooLarge(): BodyError {
  return new BodyError(413, "too_large", `The file is larger than ${FILE_BYTES_MAX / MB} MB; send it packed with gzip, or in parts.`);
}

/** Puts a stream of unknown length into the store: at once where it is small, else part by part. */
class Upload {
  readonly #files: FileStore;
  readonly #key: string;
  #part: Uint8Array = new Uint8Array(64 * 1024);
  #length = 0;
  #upload: R2MultipartUpload | null = null;
  readonly #parts: R2UploadedPart[] = [];

  constructor(files: FileStore, key: string) {
    this.#files = files;
    this.#key = key;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const take = Math.min(bytes.length - at, PART_BYTES - this.#length);
      this.#hold(bytes.subarray(at, at + take));
      at += take;
      if (this.#length === PART_BYTES) await this.#send();
    }
  }

  async end(): Promise<void> {
    if (this.#upload === null) {
      await this.#files.put(this.#key, this.#part.subarray(0, this.#length));
      return;
    }
    if (this.#length > 0) await this.#send();
    await this.#upload.complete(this.#parts);
  }

  /** What failed to be received is not kept; if even that fails, an unfinished upload is nobody's file and R2 drops it in a week. */
  async abort(): Promise<void> {
    await this.#upload?.abort().catch(() => undefined);
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#part.length) {
      const larger = new Uint8Array(Math.min(PART_BYTES, Math.max(needed, this.#part.length * 2)));
      larger.set(this.#part.subarray(0, this.#length));
      this.#part = larger;
    }
    this.#part.set(bytes, this.#length);
    this.#length = needed;
  }

  async #send(): Promise<void> {
    this.#upload ??= await this.#files.createMultipartUpload(this.#key);
    this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, this.#part.subarray(0, this.#length)));
    this.#length = 0;
  }
}
