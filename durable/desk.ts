/**
 * The account's desk: one command at a time, kept durably before anything is answered. This is the object's whole behaviour
 * without the platform, over injected parts, so that the simulation and the demonstration run the very same code.
 *
 * A command is kept in the inbox until libSQL shows its id. What can happen in between, and why nothing is lost or doubled:
 * the commit is fenced by (stream, seq) and by the command id, so trying again is always safe.
 */
import { loadForCommand, prepareCommand, type CommandResult, type LoadedAccount, type StoredCommand } from "../db/account/store.ts";
import type { Attachments } from "../db/account/writes.ts";
import { CommandRepeatedError, commitUnits, FenceLostError, InputsChangedError, isMonthClosed, type CommitUnit, type InputStamp } from "../db/commit.ts";
import { UnavailableError, type SqlPort } from "../db/port.ts";
import { forgetSettings } from "../db/utility.ts";
import { inputHash, type SealedEvent } from "../domain/compliance/chain.ts";
import type { AccountCommand, Facts } from "../domain/lifecycle/account/commands.ts";
import type { Refusal } from "../domain/lifecycle/account/decide.ts";
import { isTakenId, TAKEN_ID } from "../domain/lifecycle/command-id.ts";

/** A command as it is handed to the account, with who asked and what allowed it. Plain data: it is stored as JSON. */
export interface Envelope {
  readonly commandId: string;
  readonly accountId: string;
  readonly command: AccountCommand;
  /** What was asked, when the command adds to it (the time of receipt): its hash tells a retry from another question. */
  readonly asked?: unknown;
  readonly actor: string;
  /** The permission, or the signature, that authorised it when it was accepted. */
  readonly authority: string;
  readonly source: string;
  readonly acceptedAt: number;
  /** Personal data and snapshots that the events only refer to. */
  readonly attachments?: Attachments;
  readonly inputs?: readonly InputStamp[];
  /** Money that has moved already (a provider's signed word): accepted even while the database is away. */
  readonly mustNotBeLost?: boolean;
}

export type Answer =
  /** It took effect; `replayed` when it had before and this is the stored answer. */
  | { readonly status: "done"; readonly result: CommandResult; readonly replayed: boolean }
  | { readonly status: "refused"; readonly refusal: Refusal }
  /** The same id came with another input. */
  | { readonly status: "conflict" }
  /** Accepted durably; it will take effect when the database is back. */
  | { readonly status: "pending" }
  /** Not accepted and not done: the database is away. */
  | { readonly status: "unavailable" };

export interface Waiting {
  readonly envelope: Envelope;
  readonly hash: string;
  readonly promised: boolean;
}

/** Where accepted commands wait. What `promise` and `remove` say is durable when they return. */
export interface Inbox {
  /** Kept from now on; on disk at the latest before any answer leaves. */
  put(envelope: Envelope, hash: string): void;
  find(commandId: string): Waiting | null;
  /** Somebody has been told "pending": from now on this command is either done or becomes a work item. */
  promise(commandId: string): void;
  remove(commandId: string): void;
  /** Oldest first. */
  all(): Envelope[];
}

export interface DeskDeps {
  readonly port: SqlPort;
  readonly inbox: Inbox;
  readonly now: () => number;
  /** The utility's facts as of now. May fail like any read. */
  readonly facts: () => Promise<Facts>;
  /** Makes it known, durably, that this account has commands waiting; a bulk run then leaves it to its object. Must throw when it cannot. */
  readonly registerPending: (accountId: string) => Promise<void>;
  /** After a commit, with the account as it is now. Must not throw. */
  readonly committed: (account: LoadedAccount, events: readonly SealedEvent[]) => void;
  /** A command that had been accepted as pending turned out to be refused: a person must know. */
  readonly refusedLater: (envelope: Envelope, refusal: Refusal) => Promise<void>;
}

/**
 * How often a lost race is decided again. The desk is normally the only writer, so a race means a bulk run passed by once
 * or twice; thirty-two writers without a desk in front need about thirty.
 */
const RACES_MAX = 40;

/** What the caller decided on has changed meanwhile: only the caller can load it again and decide anew. */
export const INPUTS_CHANGED: Refusal = { code: "inputs-changed", message: "What this was decided on has changed meanwhile. Look again." };

export class AccountDesk {
  readonly #deps: DeskDeps;
  /** The account as last seen; only a guess until the commit confirms it. */
  #cache: LoadedAccount | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  /** Accepts and runs a command. Never throws for what a person or a machine may do wrong. */
  async execute(envelope: Envelope): Promise<Answer> {
    if (isTakenId(envelope.commandId, envelope)) return { status: "refused", refusal: TAKEN_ID };
    const hash = inputHash(envelope.asked ?? envelope.command);
    const waiting = this.#deps.inbox.find(envelope.commandId);
    if (waiting && waiting.hash !== hash) return { status: "conflict" };
    if (!waiting) this.#deps.inbox.put(envelope, hash);
    return this.#inTurn(() => this.#settle(envelope, hash, true));
  }

  /** Tries again everything that waits. True when nothing waits any more. */
  async drain(): Promise<boolean> {
    for (const envelope of this.#deps.inbox.all()) {
      const answer = await this.#inTurn(() => this.#settle(envelope, inputHash(envelope.asked ?? envelope.command), false));
      if (answer.status === "pending") return false;
    }
    return this.#deps.inbox.all().length === 0;
  }

  /** Somebody else may have changed the account: look again before deciding. */
  forget(): void {
    this.#cache = null;
  }

  /** One at a time: the platform's input gate does not cover awaits on the network. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #settle(envelope: Envelope, hash: string, first: boolean): Promise<Answer> {
    try {
      const answer = await this.#attempt(envelope, hash);
      if (answer.status === "refused" && this.#deps.inbox.find(envelope.commandId)?.promised) await this.#deps.refusedLater(envelope, answer.refusal);
      this.#deps.inbox.remove(envelope.commandId);
      return answer;
    } catch (error) {
      this.#cache = null;
      if (error instanceof UnavailableError) return this.#whileAway(envelope, error, first);
      // A fault of ours. Money that has moved stays in the inbox until the fault is mended; anything else has no effect.
      if (envelope.mustNotBeLost) return this.#whileAway(envelope, new UnavailableError("none", "fault", { cause: error }), first);
      this.#deps.inbox.remove(envelope.commandId);
      throw error;
    }
  }

  async #whileAway(envelope: Envelope, error: UnavailableError, first: boolean): Promise<Answer> {
    const waiting = this.#deps.inbox.find(envelope.commandId);
    if (!first || waiting?.promised) return { status: "pending" };
    // It was never tried and nobody has paid for it: better to refuse now than to surprise later.
    if (error.outcome === "none" && !envelope.mustNotBeLost) {
      this.#deps.inbox.remove(envelope.commandId);
      return { status: "unavailable" };
    }
    await this.#deps.registerPending(envelope.accountId);
    this.#deps.inbox.promise(envelope.commandId);
    return { status: "pending" };
  }

  async #attempt(envelope: Envelope, hash: string): Promise<Answer> {
    for (let race = 0; race < RACES_MAX; race += 1) {
      let account = this.#cache;
      if (!account) {
        const fresh = await loadForCommand(this.#deps.port, envelope.accountId, envelope.commandId);
        if (fresh.command) return storedAnswer(fresh.command, hash);
        account = fresh;
      }
      const decision = this.#decide(account, envelope, await this.#deps.facts());
      if (decision === null || !decision.ok) {
        // A refusal on a remembered state may be wrong, or the command may have taken effect: look before saying no.
        if (!this.#cache && decision) return { status: "refused", refusal: decision.refusal };
        this.#cache = null;
        continue;
      }
      const { unit, after, result } = decision.prepared;
      const repeated = await this.#commit(unit);
      if (repeated === "lost") {
        this.#cache = null;
        continue;
      }
      if (repeated === "stale") {
        this.#cache = null;
        return { status: "refused", refusal: INPUTS_CHANGED };
      }
      if (repeated === "repeated") {
        this.#cache = null;
        const { command } = await loadForCommand(this.#deps.port, envelope.accountId, envelope.commandId);
        if (!command) throw new Error(`command ${envelope.commandId} was refused as a repetition, but is not there`);
        return storedAnswer(command, hash);
      }
      this.#cache = after;
      this.#deps.committed(after, unit.events);
      return { status: "done", result, replayed: false };
    }
    throw new Error(`account ${envelope.accountId}: lost ${RACES_MAX} races in a row`);
  }

  /** Null: the remembered state cannot bear it. A command that has taken effect already may not be possible a second time. */
  #decide(account: LoadedAccount, envelope: Envelope, facts: Facts) {
    try {
      return this.#prepare(account, envelope, facts);
    } catch (error) {
      if (!this.#cache) throw error;
      return null;
    }
  }

  #prepare(account: LoadedAccount, envelope: Envelope, facts: Facts) {
    const { commandId, command, actor, source, acceptedAt } = envelope;
    return prepareCommand(account, {
      id: commandId,
      command,
      ...(envelope.asked === undefined ? {} : { asked: envelope.asked }),
      ...(envelope.attachments ? { attachments: envelope.attachments } : {}),
      ...(envelope.inputs ? { inputs: envelope.inputs } : {}),
      provenance: { actor, source, batchId: "", recordedAt: Math.max(this.#deps.now(), acceptedAt) },
    }, facts);
  }

  async #commit(unit: CommitUnit): Promise<"won" | "lost" | "stale" | "repeated"> {
    try {
      await commitUnits(this.#deps.port, [unit]);
      return "won";
    } catch (error) {
      if (error instanceof InputsChangedError) return "stale";
      if (error instanceof FenceLostError) return "lost";
      if (error instanceof CommandRepeatedError) return "repeated";
      // A month was closed since the facts were read: with those of now the entries fall on an open day.
      if (isMonthClosed(error)) {
        forgetSettings(this.#deps.port);
        return "lost";
      }
      throw error;
    }
  }
}

function storedAnswer(command: StoredCommand, hash: string): Answer {
  if (command.inputHash !== hash) return { status: "conflict" };
  return { status: "done", result: JSON.parse(command.result) as CommandResult, replayed: true };
}
