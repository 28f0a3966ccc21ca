/** A request's body, read with an end in sight: nobody makes the Worker hold or unpack more than it may. */

/** The body cannot be taken; the sentence says what to do. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: 400 | 413 | 415;
  readonly code: string;
  constructor(status: 400 | 413 | 415, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const MB = 1024 * 1024;

export interface Body {
  /** As it was sent: what a signature covers. */
  readonly raw: Uint8Array;
  /** Unpacked. */
  readonly text: string;
}

/**
 * Reads a text body, packed with gzip or not.
 * @throws BodyError when it is larger than `max` (as sent or unpacked), packed in another way, broken, or not UTF-8
 */
export async function readBody(request: Request, max: number): Promise<Body> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") throw new BodyError(415, "encoding", `Content-Encoding ${encoding} is not understood; send gzip or plain.`);
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > max) throw tooLarge(max);
  const raw = await collect(request.body, max);
  const bytes = encoding === "gzip" ? await collect(unpacked(raw), max) : raw;
  try {
    return { raw, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new BodyError(400, "not_text", "The body is not UTF-8 text.");
  }
}

function unpacked(raw: Uint8Array): ReadableStream<Uint8Array> {
  return new Blob([raw as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip")) as ReadableStream<Uint8Array>;
}

/** All of a stream, which is let go of as soon as it has more than `max` bytes. @throws BodyError 413 then, 400 when it breaks off */
export async function collect(stream: ReadableStream<Uint8Array> | null, max: number): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const next = await reader.read().catch(() => null);
    if (next === null) throw new BodyError(400, "broken", "The body ended early or is not what Content-Encoding says.");
    if (next.done) break;
    length += next.value.byteLength;
    if (length > max) {
      // Not waited for: of a copy it ends only when the other half is let go of as well.
      void reader.cancel().catch(() => undefined);
      throw tooLarge(max);
    }
    chunks.push(next.value);
  }
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(max: number): BodyError {
  const most = max < MB ? `${max / 1024} KB` : `${max / MB} MB`;
  return new BodyError(413, "too_large", `The body is larger than ${most}; post it in several requests.`);
}
