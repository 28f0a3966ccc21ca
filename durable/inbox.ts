/** The desk's inbox in the object's own SQLite: durable before the first try, gone only after libSQL shows the command. */
import type { Envelope, Inbox } from "./desk.ts";

export class DurableInbox implements Inbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec("CREATE TABLE IF NOT EXISTS inbox (n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, envelope TEXT NOT NULL)");
  }

  put(envelope: Envelope, hash: string): void {
    this.#sql.exec("INSERT INTO inbox (command_id, hash, envelope) VALUES (?, ?, ?)", envelope.commandId, hash, JSON.stringify(envelope));
  }

  find(commandId: string): { envelope: Envelope; hash: string } | null {
    const row = this.#sql.exec<{ hash: string; envelope: string }>("SELECT hash, envelope FROM inbox WHERE command_id = ?", commandId).toArray()[0];
    return row ? { hash: row.hash, envelope: JSON.parse(row.envelope) as Envelope } : null;
  }

  remove(commandId: string): void {
    this.#sql.exec("DELETE FROM inbox WHERE command_id = ?", commandId);
  }

  all(): Envelope[] {
    return this.#sql.exec<{ envelope: string }>("SELECT envelope FROM inbox ORDER BY n").toArray().map((row) => JSON.parse(row.envelope) as Envelope);
  }
}
