/** Bytes of a file as they were before gzip, in bounded pieces however well they were packed. */
import { BodyError } from "../body.ts";

/** What goes into the unpacker at once: a byte can stand for a thousand, so that out of it come 16 MB at most. */
const PACKED_PIECE = 16 * 1024;

/** A piece that is given on: little enough that what it yields is small. */
const PIECE = 256 * 1024;

const GZIP = [0x1f, 0x8b] as const;

/**
 * The content of what was sent: as it is, or unpacked, twice where a file that is itself gzip was packed again on its way.
 * `told`: the sender said that it is packed.
 * @throws BodyError 400 when it is not gzip though it should be, or broken
 */
export async function* unpacked(sent: AsyncGenerator<Uint8Array>, told: boolean): AsyncGenerator<Uint8Array> {
  const [packed, all] = await startsAsGzip(sent);
  if (!packed) {
    if (told) throw new BodyError(400, "broken", "Content-Encoding says gzip, but the body is not packed. Leave the header out, or pack the file.");
    yield* cut(all);
    return;
  }
  const [again, content] = await startsAsGzip(gunzipped(all));
  yield* cut(again ? gunzipped(content) : content);
}

async function startsAsGzip(pieces: AsyncGenerator<Uint8Array>): Promise<[boolean, AsyncGenerator<Uint8Array>]> {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < GZIP.length) {
    const next = await pieces.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.byteLength;
  }
  const start = first.flatMap((piece) => [...piece.subarray(0, GZIP.length)]);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield* first;
    yield* pieces;
  };
  return [GZIP.every((byte, i) => start[i] === byte), all()];
}

async function* cut(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
}

async function* gunzipped(packed: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = new DecompressionStream("gzip");
  const reader = (gunzip.readable as ReadableStream<Uint8Array>).getReader();
  let broken: unknown = null;
  const feeding = feed(packed, gunzip.writable.getWriter()).catch((error: unknown) => void (broken = error));
  try {
    for (;;) {
      const next = await reader.read().catch(() => null);
      if (next === null) {
        await feeding;
        throw broken instanceof BodyError ? broken : new BodyError(400, "broken", "The file is packed with gzip, but it is broken, cut off, or has something after its end. Pack it again and send it.");
      }
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    void packed.return(undefined).catch(() => undefined);
  }
}

async function feed(packed: AsyncGenerator<Uint8Array>, writer: WritableStreamDefaultWriter<BufferSource>): Promise<void> {
  try {
    for await (const piece of packed) {
      for (let at = 0; at < piece.length; at += PACKED_PIECE) {
        await writer.ready;
        await writer.write(piece.slice(at, at + PACKED_PIECE));
      }
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}
