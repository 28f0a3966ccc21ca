/**
 * The compliance log: events of a stream, each hashed over its own canonical encoding and the hash before it.
 * Whoever changes, drops or reorders one breaks every hash after it. Order and integrity are what this proves,
 * not that the input was true.
 */
import { createHash, createHmac } from "node:crypto";
import { canonicalJson } from "./canonical.ts";

/** Version of the hashed encoding; a later encoding gets a new number and old events keep theirs. */
const ENCODING = 1;

/** What a pure `decide` says happened; the shell adds who, when and where in the chain. */
export interface EventDraft<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  /** Version of the shape of `data`. */
  readonly version: number;
  readonly data: Data;
  /** When it counts; the time of recording when left out. */
  readonly effectiveAt?: number;
}

/** Who, through which door, by which command. */
export interface Provenance {
  readonly commandId: string;
  readonly batchId: string;
  /** `user:ID`, `gateway:ID`, `provider:ID` or `system:NAME`; never a name. */
  readonly actor: string;
  readonly source: string;
  readonly recordedAt: number;
}

/** An event as it stands in the log. */
export interface SealedEvent extends Provenance {
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  /** Canonical JSON. */
  readonly data: string;
  readonly effectiveAt: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** The end of a stream that the next event must follow. A stream without events has seq 0 and an empty hash. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_HEAD: Head = { seq: 0, hash: "" };

/** SHA-256 over the event's canonical encoding, which includes the hash before it. Hex. */
export function hashEvent(event: Omit<SealedEvent, "hash">): string {
  const { stream, seq, type, version, data, commandId, actor, source, effectiveAt, recordedAt, prevHash } = event;
  const encoded = canonicalJson({ encoding: ENCODING, stream, seq, type, version, data, commandId, actor, source, effectiveAt, recordedAt, prevHash });
  return createHash("sha256").update(encoded).digest("hex");
}

/** Puts drafts behind the head of their stream. */
export function seal(stream: string, head: Head, drafts: readonly EventDraft[], provenance: Provenance): SealedEvent[] {
  let { seq, hash } = head;
  return drafts.map((draft) => {
    seq += 1;
    const open = {
      ...provenance,
      stream,
      seq,
      type: draft.type,
      version: draft.version,
      data: canonicalJson(draft.data),
      effectiveAt: draft.effectiveAt ?? provenance.recordedAt,
      prevHash: hash,
    };
    hash = hashEvent(open);
    return { ...open, hash };
  });
}

export interface BrokenLink {
  readonly stream: string;
  readonly seq: number;
  readonly reason: string;
}

/** Follows one stream from `head` on (in order of seq) and names the first link that does not hold, or null. */
export function firstBrokenLink(events: Iterable<SealedEvent>, head: Head = EMPTY_HEAD): BrokenLink | null {
  let { seq, hash } = head;
  for (const event of events) {
    const at = { stream: event.stream, seq: event.seq };
    if (event.seq !== seq + 1) return { ...at, reason: `event ${seq + 1} is missing` };
    if (event.prevHash !== hash) return { ...at, reason: `it does not name the hash of event ${seq}` };
    if (hashEvent(event) !== event.hash) return { ...at, reason: "its content does not match its hash" };
    ({ seq, hash } = event);
  }
  return null;
}

/**
 * The keyed hash by which the log refers to personal data. Equal values give equal references, and without the key
 * nobody can try names against it; erasing the value leaves the chain whole.
 */
export function personalRef(key: Uint8Array | string, kind: string, value: unknown): string {
  return createHmac("sha256", key).update(canonicalJson({ kind, value })).digest("base64url");
}

/** Hash of a command's canonical input: the same id with another input is a mistake, not a retry. */
export function inputHash(input: unknown): string {
  return createHash("sha256").update(canonicalJson(input)).digest("hex");
}
