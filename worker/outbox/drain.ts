/**
 * The outbox: messages that left with a commit, delivered at least once. The drain is a function over injected parts; the
 * queue and the cron only wake it. Per key the order is kept: when one message fails, later ones of its key wait.
 */
import type { SqlPort } from "../../db/port.ts";

export interface OutboxMessage {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly createdAt: number;
}

/** Delivers one message; throws to have it tried again later. Must tolerate a repetition. */
export type Deliver = (message: OutboxMessage) => Promise<void>;

export interface OutboxDeps {
  readonly port: SqlPort;
  readonly now: () => number;
  readonly deliver: Readonly<Record<string, Deliver>>;
  readonly onParked: (message: OutboxMessage, error: unknown) => void;
}

/** Messages read at once. */
const BATCH = 200;
/** Keys delivered side by side: six connections may wait for headers in one Worker invocation. */
const CONCURRENT_KEYS = 5;
/** With the back-off below, a message is tried for about half a day before a person must look. */
const ATTEMPTS_MAX = 12;
const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_MAX_MS = 3_600_000;
/** Rounds of one call, so that a flood cannot hold one invocation for ever; the next wake goes on. */
const ROUNDS_MAX = 50;

export function backoffMs(attempts: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** attempts, BACKOFF_MAX_MS);
}

/** Delivers what is due. @returns how many were delivered, and whether more is due */
export async function drainOutbox(deps: OutboxDeps): Promise<{ delivered: number; more: boolean }> {
  let delivered = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const due = await dueMessages(deps);
    if (due.length === 0) return { delivered, more: false };
    const done: number[] = [];
    const byKey = new Map<string, OutboxMessage[]>();
    for (const message of due) {
      const key = `${message.kind} ${message.key}`;
      byKey.set(key, [...(byKey.get(key) ?? []), message]);
    }
    const keys = [...byKey.values()];
    for (let i = 0; i < keys.length; i += CONCURRENT_KEYS) {
      await Promise.all(keys.slice(i, i + CONCURRENT_KEYS).map((messages) => deliverInOrder(deps, messages, done)));
    }
    if (done.length > 0) await deps.port.write([{ sql: "UPDATE outbox SET done_at = ? WHERE id IN (SELECT value FROM json_each(?))", args: [deps.now(), JSON.stringify(done)] }]);
    delivered += done.length;
    if (due.length < BATCH) return { delivered, more: false };
  }
  return { delivered, more: true };
}

async function dueMessages({ port, now }: OutboxDeps): Promise<OutboxMessage[]> {
  const at = now();
  const rows = await port.query<{ id: number; kind: string; key: string; payload: string; attempts: number; created_at: number }>(
    // Behind an older message of its key that waits for its next try, a message waits as well.
    `SELECT id, kind, key, payload, attempts, created_at FROM outbox AS o
     WHERE done_at IS NULL AND parked_at IS NULL AND available_at <= ?
       AND NOT EXISTS (SELECT 1 FROM outbox AS older WHERE older.done_at IS NULL AND older.parked_at IS NULL AND older.available_at > ?
         AND older.kind = o.kind AND older.key = o.key AND older.id < o.id)
     ORDER BY available_at, id LIMIT ${BATCH}`,
    [at, at],
  );
  return rows.map((row) => ({ id: row.id, kind: row.kind, key: row.key, payload: JSON.parse(row.payload) as unknown, attempts: row.attempts, createdAt: row.created_at }));
}

async function deliverInOrder(deps: OutboxDeps, messages: readonly OutboxMessage[], done: number[]): Promise<void> {
  for (const message of messages) {
    try {
      const deliver = deps.deliver[message.kind];
      if (!deliver) throw new Error(`nobody delivers messages of kind ${message.kind}`);
      await deliver(message);
      done.push(message.id);
    } catch (error) {
      await postpone(deps, message, error);
      return;
    }
  }
}

async function postpone(deps: OutboxDeps, message: OutboxMessage, error: unknown): Promise<void> {
  const attempts = message.attempts + 1;
  const parked = attempts >= ATTEMPTS_MAX;
  const text = error instanceof Error ? error.message : String(error);
  await deps.port.write([{
    sql: "UPDATE outbox SET attempts = ?, available_at = ?, parked_at = ?, last_error = ? WHERE id = ?",
    args: [attempts, deps.now() + backoffMs(attempts), parked ? deps.now() : null, text.slice(0, 500), message.id],
  }]);
  if (parked) deps.onParked(message, error);
}
