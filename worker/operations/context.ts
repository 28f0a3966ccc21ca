import { deriveKey } from "../../db/keys.ts";
import type { Answer, Envelope } from "../../durable/desk.ts";
import type { Env } from "../../durable/env.ts";
import { openPort } from "../../db/open.ts";
import type { SqlPort } from "../../db/port.ts";
import type { RunProgress } from "../../domain/live/messages.ts";
import { drainOutbox } from "../outbox/drain.ts";
import { outboxDeps } from "../outbox/deliver.ts";

/** What every page and API handler is given with a request. */
export interface RequestContext {
  readonly env: Env;
  /** Keeps work alive after the answer has been sent (`waitUntil`). */
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
}

/**
 * What a use case needs of the world. The Worker fills it from its bindings; the demonstration, the simulation and the
 * benches fill it in their own process, so that all of them run the same operations.
 */
export interface World {
  readonly port: SqlPort;
  readonly now: () => number;
  /** A new id, unguessable where it has to be. */
  readonly newId: () => string;
  /** Hands a command to the account's single writer. */
  readonly execute: (envelope: Envelope) => Promise<Answer>;
  /** Accounts whose commands wait; a bulk run leaves them to their objects. */
  readonly pendingAccounts: () => Promise<readonly string[]>;
  /** Tries what waits at an account; true when nothing does any more. */
  readonly drainAccount: (accountId: string) => Promise<boolean>;
  /** The board should look at the log again. */
  readonly poke: () => void;
  /** Something is in the outbox. */
  readonly wakeOutbox: () => void;
  readonly runProgress: (progress: RunProgress) => void;
  /** A bill run has accounts to bill. */
  readonly wakeRun: (runId: string) => void;
  /** A draft of a rate is to be run over past bills. */
  readonly wakeReplay: (replayId: string) => void;
  /** Keys by use, derived from the bound master key. */
  readonly key: (use: string) => string;
}

/** The Worker's world: objects, queue and clock of the platform. */
export function worldOf({ env, ctx }: RequestContext): World {
  const account = (accountId: string) => env.ACCOUNT.getByName(accountId);
  const operations = () => env.OPERATIONS.getByName("utility");
  // Nobody waits for these: what they announce is in the book already, and the next announcement makes a lost one good.
  const inBackground = (work: Promise<unknown>) => ctx.waitUntil(work.catch(() => undefined));
  const world: World = {
    port: openPort(env),
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    execute: (envelope) => account(envelope.accountId).execute(envelope) as Promise<Answer>,
    pendingAccounts: () => operations().pending(),
    drainAccount: (accountId) => account(accountId).drain(),
    poke: () => inBackground(operations().poke()),
    wakeOutbox: () => inBackground(drainOutbox(outboxDeps(env, world)).then(({ more }) => (more ? env.OUTBOX.send({ wake: "outbox" }) : undefined))),
    runProgress: (progress) => inBackground(operations().runProgress(progress)),
    wakeRun: (runId) => inBackground(env.OUTBOX.send({ wake: "run", runId })),
    wakeReplay: (replayId) => inBackground(env.OUTBOX.send({ wake: "replay", replayId })),
    key: (use) => deriveKey(env.SECRET_KEY, use),
  };
  return world;
}
