/**
 * The world of one process without the platform: the same desks and operations over any port and any clock. The
 * demonstration's first load, the simulation and the benches run in it.
 */
import { recordLateRefusal } from "../../db/account/late-refusal.ts";
import { deriveKey } from "../../db/keys.ts";
import type { SqlPort } from "../../db/port.ts";
import { factsOn } from "../../db/utility.ts";
import { AccountDesk, type Inbox } from "../../durable/desk.ts";
import { MemoryInbox } from "../../durable/memory-inbox.ts";
import type { RunProgress } from "../../domain/live/messages.ts";
import type { World } from "./context.ts";

export interface InProcessOptions {
  readonly port: SqlPort;
  readonly now: () => number;
  readonly newId: () => string;
  /** The bound master key, as in the Worker's environment. */
  readonly secretKey: string;
  /** Where an account's accepted commands wait; in memory when left out. */
  readonly inboxOf?: (accountId: string) => Inbox;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onCommitted?: (accountId: string) => void;
}

export interface InProcessWorld extends World {
  /** Lets go of every desk, as an eviction does; what their inboxes hold stays. */
  evict(): void;
}

export function inProcessWorld(options: InProcessOptions): InProcessWorld {
  const { port, now, newId, secretKey } = options;
  const inboxes = new Map<string, Inbox>();
  const desks = new Map<string, AccountDesk>();
  const pending = new Set<string>();

  const deskOf = (accountId: string): AccountDesk => {
    const known = desks.get(accountId);
    if (known) return known;
    const inbox = inboxes.get(accountId) ?? options.inboxOf?.(accountId) ?? new MemoryInbox();
    inboxes.set(accountId, inbox);
    const desk = new AccountDesk({
      port, now, inbox,
      facts: () => factsOn(port, now()),
      registerPending: async (id) => void pending.add(id),
      committed: () => options.onCommitted?.(accountId),
      refusedLater: (envelope, refusal) => recordLateRefusal(port, envelope, refusal, now()),
    });
    desks.set(accountId, desk);
    return desk;
  };

  return {
    port, now, newId,
    execute: (envelope) => deskOf(envelope.accountId).execute(envelope),
    pendingAccounts: async () => [...pending],
    drainAccount: async (accountId) => {
      const empty = await deskOf(accountId).drain();
      if (empty) pending.delete(accountId);
      return empty;
    },
    poke: () => {},
    wakeOutbox: () => {},
    runProgress: (progress) => options.onProgress?.(progress),
    wakeRun: () => {},
    wakeReplay: () => {},
    key: (use) => deriveKey(secretKey, use),
    evict: () => desks.clear(),
  };
}
