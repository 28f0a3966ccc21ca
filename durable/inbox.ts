/** The desk's inbox in the object's own SQLite: durable before the first try, gone only after libSQL shows the command. */
import type { Envelope, Inbox, Waiting } from "./desk.ts";

export class DurableInbox implements Inbox {
  readonly #sql: SqlStorage;
  /**
   * Commands that are settled and whose rows are still to be swept. Nothing leaves an object before what it wrote is on disk, so
   * a delete on the way out would hold back the answer and the pages' message for the sake of a row that nobody needs. Should
   * the object die before the sweep, its command is asked for again and found done.
   */
  readonly #settled = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec("CREATE TABLE IF NOT EXISTS inbox (n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, envelope TEXT NOT NULL, promised INTEGER NOT NULL DEFAULT 0)");
  }

  put(envelope: Envelope, hash: string): void {
    this.sweep();
    this.#sql.exec("INSERT INTO inbox (command_id, hash, envelope) VALUES (?, ?, ?)", envelope.commandId, hash, JSON.stringify(envelope));
  }

  find(commandId: string): Waiting | null {
    if (this.#settled.has(commandId)) return null;
    const row = this.#sql.exec<{ hash: string; envelope: string; promised: number }>("SELECT hash, envelope, promised FROM inbox WHERE command_id = ?", commandId).toArray()[0];
    return row ? { hash: row.hash, envelope: JSON.parse(row.envelope) as Envelope, promised: row.promised === 1 } : null;
  }

  promise(commandId: string): void {
    this.#sql.exec("UPDATE inbox SET promised = 1 WHERE command_id = ?", commandId);
  }

  remove(commandId: string): void {
    this.#settled.add(commandId);
  }

  all(): Envelope[] {
    this.sweep();
    return this.#sql.exec<{ envelope: string }>("SELECT envelope FROM inbox ORDER BY n").toArray().map((row) => JSON.parse(row.envelope) as Envelope);
  }

  /** Deletes what is settled; to be called when nobody waits for anything that leaves afterwards. */
  sweep(): void {
    for (const commandId of this.#settled) this.#sql.exec("DELETE FROM inbox WHERE command_id = ?", commandId);
    this.#settled.clear();
  }
}
