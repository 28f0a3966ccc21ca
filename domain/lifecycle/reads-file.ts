/** What happens to a file of reads and to the mappings by which tables are read: their events in the log. */
import type { EventDraft } from "../compliance/chain.ts";

export interface ReadsFileEvents {
  /** It lies in the store, and will be read to its end whatever happens. */
  ReadsFileReceived: { fileId: string; gateway: string; name: string; hash: string; bytes: number };
  ReadsFileRead: { fileId: string; format: string | null; readable: boolean; reads: number; accepted: number; duplicates: number; exceptions: number; rejected: number; refused: number };
  ReadsMappingSaved: { name: string; version: number; hash: string; effectiveAt: number };
}

export function readsFileEvent<T extends keyof ReadsFileEvents>(type: T, data: ReadsFileEvents[T]): EventDraft<T, ReadsFileEvents[T]> {
  return { type, version: 1, data };
}

export const readsFileStream = (fileId: string): string => `reads-file:${fileId}`;
export const readsMappingStream = (name: string): string => `reads-mapping:${name}`;
