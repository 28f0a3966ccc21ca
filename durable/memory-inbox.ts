import type { Envelope, Inbox, Waiting } from "./desk.ts";

/** An inbox for desks that live in one process with their caller (a first load, the simulation): gone with it, like what it accepted. */
export class MemoryInbox implements Inbox {
  readonly #waiting = new Map<string, Waiting>();

  put(envelope: Envelope, hash: string): void {
    // Stored and read back as JSON, like the object's own: what cannot survive that must fail here too.
    this.#waiting.set(envelope.commandId, { envelope: JSON.parse(JSON.stringify(envelope)) as Envelope, hash, promised: false });
  }

  find(commandId: string): Waiting | null {
    return this.#waiting.get(commandId) ?? null;
  }

  promise(commandId: string): void {
    const waiting = this.#waiting.get(commandId);
    if (waiting) this.#waiting.set(commandId, { ...waiting, promised: true });
  }

  remove(commandId: string): void {
    this.#waiting.delete(commandId);
  }

  all(): Envelope[] {
    return [...this.#waiting.values()].map(({ envelope }) => envelope);
  }
}
