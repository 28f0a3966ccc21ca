/** An R2 bucket in memory, as much of one as files of reads need; it may be told to fail. */
import type { FileStore } from "../../worker/operations/files/receive.ts";

export interface MemoryFiles extends FileStore {
  readonly objects: Map<string, Uint8Array>;
  /** Uploads that were neither completed nor given up. */
  readonly open: Set<string>;
}

/** `pieceBytes`: how much of an object is read at once. */
export function memoryFiles(pieceBytes = 64 * 1024): MemoryFiles {
  const objects = new Map<string, Uint8Array>();
  const open = new Set<string>();
  const info = (key: string): R2Object => ({ key, size: objects.get(key)!.byteLength }) as R2Object;
  const store = {
    objects,
    open,
    head: async (key: string) => (objects.has(key) ? info(key) : null),
    get: async (key: string) => {
      const bytes = objects.get(key);
      return bytes ? { ...info(key), body: streamOf(bytes, pieceBytes) } : null;
    },
    put: async (key: string, value: Uint8Array | ReadableStream<Uint8Array> | string) => {
      objects.set(key, new Uint8Array(await new Response(value as BodyInit).arrayBuffer()));
      return info(key);
    },
    delete: async (keys: string | string[]) => [keys].flat().forEach((key) => objects.delete(key)),
    list: async ({ prefix = "", limit = 1000 }: R2ListOptions = {}) => ({ objects: [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted().slice(0, limit).map(info), truncated: false, delimitedPrefixes: [] }),
    createMultipartUpload: async (key: string) => {
      const parts: Uint8Array[] = [];
      const id = `${key} ${open.size}`;
      open.add(id);
      return {
        uploadPart: async (partNumber: number, value: Uint8Array) => {
          parts[partNumber - 1] = value.slice();
          return { partNumber, etag: String(partNumber) };
        },
        abort: async () => void open.delete(id),
        complete: async () => {
          open.delete(id);
          if (parts.slice(0, -1).some((part) => part.byteLength !== parts[0]!.byteLength)) throw new Error("all parts but the last must be of one size");
          objects.set(key, Buffer.concat(parts));
          return info(key);
        },
      };
    },
  };
  return store as unknown as MemoryFiles;
}

/** Bytes in pieces, as they come over a network. */
export function streamOf(bytes: Uint8Array, pieceBytes = 64 * 1024): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.byteLength) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += pieceBytes)));
    },
  });
}
