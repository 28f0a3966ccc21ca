/** The desk's inbox in the object's own SQLite: on disk before any answer leaves, gone only after libSQL shows the command. */
import type { Envelope, Inbox, Waiting } from "./desk.ts";

export class DurableInbox implements Inbox {
  readonly #sql: SqlStorage;
  /**
   * Accepted a moment ago, the row still to be written. The platform holds back whatever leaves an object until all that it wrote
   * before is on disk: a row written first would keep the commit itself waiting for a disk that is not the book's. So the row
   * is written when the commit is on its way, and both disks work at once; the answer waits for both
   * (docs/decisions/the-inbox-is-written-beside-the-book.md).
   */
  readonly #unwritten = new Map<string, Waiting>();
  /**
   * Settled, the row still to be swept. A delete on the way out would hold back the answer and the pages' message for the sake
   * of a row that nobody needs. Should the object die before the sweep, its command is asked for again and found done.
   */
  readonly #settled = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec("CREATE TABLE IF NOT EXISTS inbox (n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, envelope TEXT NOT NULL, promised INTEGER NOT NULL DEFAULT 0)");
  }

  put(envelope: Envelope, hash: string): void {
    this.#unwritten.set(envelope.commandId, { envelope, hash, promised: false });
    // A failure here is not the end of it: nothing was promised yet, and `promise` writes again, aloud.
    void scheduler.wait(0).then(() => this.#write()).catch(() => undefined);
  }

  find(commandId: string): Waiting | null {
    const unwritten = this.#unwritten.get(commandId);
    if (unwritten) return unwritten;
    if (this.#settled.has(commandId)) return null;
    const row = this.#sql.exec<{ hash: string; envelope: string; promised: number }>("SELECT hash, envelope, promised FROM inbox WHERE command_id = ?", commandId).toArray()[0];
    return row ? { hash: row.hash, envelope: JSON.parse(row.envelope) as Envelope, promised: row.promised === 1 } : null;
  }

  promise(commandId: string): void {
    this.#write();
    this.#sql.exec("UPDATE inbox SET promised = 1 WHERE command_id = ?", commandId);
  }

  remove(commandId: string): void {
    // Settled before its row was written: then none is needed.
    if (!this.#unwritten.delete(commandId)) this.#settled.add(commandId);
  }

  all(): Envelope[] {
    this.#write();
    return this.#sql.exec<{ envelope: string }>("SELECT envelope FROM inbox ORDER BY n").toArray().map((row) => JSON.parse(row.envelope) as Envelope);
  }

  /** Deletes what is settled; to be called when nobody waits for anything that leaves afterwards. */
  sweep(): void {
    for (const commandId of this.#settled) this.#sql.exec("DELETE FROM inbox WHERE command_id = ?", commandId);
    this.#settled.clear();
  }

  #write(): void {
    // The settled first: the same command may be asked for again before its old row is gone.
    this.sweep();
    for (const [commandId, { envelope, hash }] of this.#unwritten) {
      this.#sql.exec("INSERT INTO inbox (command_id, hash, envelope) VALUES (?, ?, ?)", commandId, hash, JSON.stringify(envelope));
      this.#unwritten.delete(commandId);
    }
  }
}
