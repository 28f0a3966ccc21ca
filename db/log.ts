/** Checking the compliance log: every chain, from its first event to its head. */
import { EMPTY_HEAD, firstBrokenLink, type BrokenLink, type Head, type SealedEvent } from "../domain/compliance/chain.ts";
import type { SqlPort } from "./port.ts";

/** Events read at once: an answer stays far below libSQL's 10 MB, also where bills have many segments. */
const PAGE = 2_000;

const COLUMNS = `stream, seq, type, version, data, command_id AS "commandId", batch_id AS "batchId", actor, source, effective_at AS "effectiveAt",
  recorded_at AS "recordedAt", prev_hash AS "prevHash", hash`;

export interface LogReport {
  readonly streams: number;
  readonly events: number;
  /** The first link that does not hold, by stream and seq; null when every chain does. */
  readonly broken: BrokenLink | null;
}

/** Follows every chain. Stops at the first broken link. */
export async function verifyLog(port: SqlPort, onProgress: (events: number) => void = () => {}): Promise<LogReport> {
  let stream = "";
  let head: Head = EMPTY_HEAD;
  let streams = 0;
  let events = 0;
  for (;;) {
    const page = await port.query<SealedEvent>(`SELECT ${COLUMNS} FROM event WHERE (stream, seq) > (?, ?) ORDER BY stream, seq LIMIT ${PAGE}`, [stream, head.seq]);
    for (const event of page) {
      if (event.stream !== stream) {
        stream = event.stream;
        head = EMPTY_HEAD;
        streams += 1;
      }
      const broken = firstBrokenLink([event], head);
      if (broken) return { streams, events, broken };
      head = event;
      events += 1;
    }
    onProgress(events);
    if (page.length < PAGE) break;
  }
  // A chain cut off at its end still follows from its beginning: the states say how long it must be.
  const [short] = await port.query<{ stream: string; seq: number }>(
    `SELECT 'account:' || s.account_id AS stream, s.seq FROM account_state s
     WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = 'account:' || s.account_id AND e.seq = s.seq AND e.hash = s.hash) ORDER BY 1 LIMIT 1`,
  );
  return { streams, events, broken: short ? { ...short, reason: "the account's state names this event as its last, and it is not there" } : null };
}
