/**
 * The run itself: due accounts are loaded, decided in memory and committed in sets. Nothing is remembered outside of the
 * database: whatever kills a drain, the next one finds in `bill_run_account` who has been dealt with, and bills the others.
 *
 * Accounts with accepted but uncommitted commands go through their own objects, and so does every account that lost its
 * place in a set because something about it changed meanwhile.
 */
import { accountStream, prepareCommand } from "../../db/account/store.ts";
import { commitPrepared, prepareSet, writeRows, type CommitUnit, type PreparedSet } from "../../db/commit.ts";
import { dueAccounts, runCounts } from "../../db/billing/due.ts";
import { loadExceptions } from "../../db/metering/exceptions.ts";
import { loadHead, runStreamCommand } from "../../db/command.ts";
import { ConstraintError, UnavailableError } from "../../db/port.ts";
import { runEvent, runStream, type RunCounts } from "../../domain/billing/run.ts";
import { workId } from "../../domain/billing/work.ts";
import type { World } from "../operations/context.ts";
import { ahead, paced } from "./ahead.ts";
import { decideAccounts, runContext, type DecidedCommand, type DecidedUnchanged, type RunContext } from "./decide.ts";
import { findRun, Lease, type BillRunRow } from "./lease.ts";
import { joined, workAttachments } from "./units.ts";

export interface DrainOptions {
  /** Stop after so long and leave the rest to the next call. */
  readonly budgetMs?: number;
  /** Accounts decided and committed together. */
  readonly batchSize?: number;
}

export type DrainResult =
  /** Everything is dealt with; the run is finished. */
  | "finished"
  /** The budget is used up. */
  | "more"
  /** What is left could not be reached (accounts whose objects are away); the next minute tries again. */
  | "waiting"
  /** It is not running, or somebody else drains it. */
  | "idle";

/** 100 to 200 bills hold the write lock under 40 ms, so that a payment beside them stays fast. */
const BATCH_SIZE = 150;
/** Ids found at once; batches are cut from them. */
const DUE_PAGE = 3_000;
/** Batches in the making while one is written: one is decided while the next is read. */
const BATCHES_AHEAD = 2;
/** How often an account that keeps losing its place is decided again before it is left to a person. */
const ATTEMPTS_MAX = 5;

/** Accounts that were decided together, as far as they got in memory. */
interface Batch {
  readonly members: readonly DecidedCommand[];
  /** What commits the members; null without any. */
  readonly set: PreparedSet | null;
  readonly unchanged: readonly DecidedUnchanged[];
  /** Something about them changed between loading and deciding. */
  readonly refused: readonly string[];
  /** They have accepted commands that are not in the book yet. */
  readonly pending: readonly string[];
}

function* inBatches(ids: readonly string[], size: number): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
}

/** Bills what is due in a run. Safe to call at any time, any number of times. @throws UnavailableError: the run goes on when the database is back */
export async function drainRun(world: World, runId: string, options: DrainOptions = {}): Promise<DrainResult> {
  const lease = await Lease.take(world.port, "bill_run", runId, world.now());
  if (!lease) return "idle";
  const run = (await findRun(world.port, runId))!;
  try {
    return await new Drain(world, run, lease, options).run();
  } finally {
    await lease.release().catch(() => undefined);
  }
}

class Drain {
  readonly #world: World;
  readonly #run: BillRunRow;
  readonly #lease: Lease;
  readonly #batchSize: number;
  readonly #deadline: number;
  readonly #began: number;
  #counts: RunCounts = { billed: 0, held: 0, failed: 0 };
  #billedHere = 0;
  #unreached = 0;

  constructor(world: World, run: BillRunRow, lease: Lease, { budgetMs = Infinity, batchSize = BATCH_SIZE }: DrainOptions) {
    this.#world = world;
    this.#run = run;
    this.#lease = lease;
    this.#batchSize = batchSize;
    this.#began = world.now();
    this.#deadline = this.#began + budgetMs;
  }

  async run(): Promise<DrainResult> {
    const { port } = this.#world;
    this.#counts = await runCounts(port, this.#run.id);
    let context = await runContext(this.#world, this.#run);
    let after = "";
    for (;;) {
      const due = await dueAccounts(port, context, after, DUE_PAGE);
      // While one batch is being written, the next ones are read and decided: they have no account in common.
      for await (const batch of ahead(inBatches(due, this.#batchSize), BATCHES_AHEAD, (accountIds) => this.#decide(context, accountIds))) {
        const inTime = this.#world.now() < this.#deadline;
        if (!(await this.#lease.renew(this.#world.now()))) return "idle";
        await this.#commit(context, batch);
        this.#tell("running");
        if (!inTime) return "more";
      }
      if (due.length < DUE_PAGE) break;
      after = due.at(-1)!;
      context = await runContext(this.#world, this.#run);
    }
    if (this.#unreached > 0) return "waiting";
    await this.#finish();
    return "finished";
  }

  async #decide(context: RunContext, accountIds: readonly string[]): Promise<Batch> {
    const decided = await decideAccounts(this.#world, context, accountIds);
    // Asked after loading: a command accepted before it is in the inbox and here, one accepted after it loses nothing.
    const pending = new Set(await this.#world.pendingAccounts());
    const batchId = `${this.#run.id}:${this.#world.newId()}`;
    const members: DecidedCommand[] = [];
    const units: CommitUnit[] = [];
    const unchanged: DecidedUnchanged[] = [];
    const refused: string[] = [];
    for await (const each of paced(decided)) {
      if (pending.has(each.accountId)) continue;
      if (each.kind === "unchanged") unchanged.push(each);
      if (each.kind !== "command") continue;
      const prepared = prepareCommand(each.account, { ...each.command, provenance: { ...each.command.provenance, batchId } }, context.facts);
      if (!prepared.ok) {
        refused.push(each.accountId);
        continue;
      }
      members.push(each);
      units.push(prepared.prepared.unit);
    }
    const set = units.length > 0 ? prepareSet(batchId, units, this.#world.now()) : null;
    // The database has nothing to write from the answer to one batch until the next one arrives.
    if (set) this.#world.port.makeReady?.(set.statements);
    return { members, set, unchanged, refused, pending: accountIds.filter((id) => pending.has(id)) };
  }

  async #commit(context: RunContext, { members, set, unchanged, refused, pending }: Batch): Promise<void> {
    const won = set === null ? new Set<string>() : await this.#commitSet(set);
    const losers: string[] = [...refused];
    for (const each of members) {
      if (won.has(accountStream(each.accountId))) this.#count(each);
      else losers.push(each.accountId);
    }
    if (unchanged.length > 0) await this.#keepHeld(unchanged);
    for (const accountId of pending) await this.#alone(context, accountId, true);
    for (const accountId of losers) await this.#alone(context, accountId, false);
  }

  async #commitSet(set: PreparedSet): Promise<ReadonlySet<string>> {
    try {
      return await commitPrepared(this.#world.port, set);
    } catch (error) {
      // A rule of the database spoke against one of them: alone, each gets its own answer.
      if (error instanceof ConstraintError) return new Set();
      throw error;
    }
  }

  /** One account through its own object, decided anew until it holds. */
  async #alone(context: RunContext, accountId: string, pending: boolean): Promise<void> {
    if (pending && !(await this.#world.drainAccount(accountId))) {
      this.#unreached += 1;
      return;
    }
    let refusal = "";
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const [decided] = await decideAccounts(this.#world, context, [accountId]);
      if (!decided || decided.kind === "notDue") return;
      if (decided.kind === "unchanged") return this.#keepHeld([decided]);
      const { id, command, attachments, inputs, provenance } = decided.command;
      try {
        const answer = await this.#world.execute({
          commandId: id, accountId, command, actor: provenance.actor, authority: "run:billing:any", source: provenance.source, acceptedAt: provenance.recordedAt,
          ...(attachments ? { attachments } : {}), ...(inputs ? { inputs } : {}),
        });
        if (answer.status === "done") return answer.replayed ? undefined : this.#count(decided);
        if (answer.status === "unavailable" || answer.status === "pending") {
          this.#unreached += 1;
          return;
        }
        refusal = answer.status === "refused" ? answer.refusal.message : `Command ${id} was used with another input.`;
      } catch (error) {
        if (error instanceof UnavailableError) throw error;
        refusal = error instanceof Error ? error.message : String(error);
      }
    }
    await this.#fail(accountId, refusal);
  }

  async #keepHeld(unchanged: readonly DecidedUnchanged[]): Promise<void> {
    await writeRows(this.#world.port, { billRunAccount: unchanged.map(({ accountId, reason }) => ({ runId: this.#run.id, accountId, outcome: "held", reason })) });
    unchanged.forEach((each) => this.#count(each));
  }

  /** Nothing could be done: a person must see it, and the run goes on. */
  async #fail(accountId: string, message: string): Promise<void> {
    const { port } = this.#world;
    const runId = this.#run.id;
    const reason = { rule: "failed", sentence: `The bill could not be made: ${message}`, numbers: {}, servicePointId: null };
    const id = workId(runId, accountId, reason);
    const known = [...(await loadExceptions(port, [id])).values()];
    const open = known.some(({ row }) => row.status === "open") ? [] : [{ id, reason }];
    const provenance = { actor: this.#run.startedBy, source: "billing", batchId: "", recordedAt: this.#world.now(), commandId: `failed:${runId}:${accountId}` };
    await writeRows(port, joined({ billRunAccount: [{ runId, accountId, outcome: "failed", reason: message }] }, workAttachments({ open, cure: [] }, known, { accountId, runId, provenance })));
    this.#counts = { ...this.#counts, failed: this.#counts.failed + 1 };
  }

  #count({ outcome }: { readonly outcome: "billed" | "held" }): void {
    this.#counts = { ...this.#counts, [outcome]: this.#counts[outcome] + 1 };
    if (outcome === "billed") this.#billedHere += 1;
  }

  async #finish(): Promise<void> {
    const { port } = this.#world;
    const { id: runId, cycleId, periodTo, startedBy } = this.#run;
    const now = this.#world.now();
    const head = await loadHead(port, runStream(runId));
    const counts = await runCounts(port, runId);
    this.#counts = counts;
    await runStreamCommand(
      port,
      { commandId: `finish:${runId}:${head.seq}`, stream: runStream(runId), input: { finish: head.seq }, provenance: { actor: startedBy, source: "billing", recordedAt: now } },
      async () => {
        const run = (await findRun(port, runId))!;
        return { ok: true, drafts: [runEvent("BillRunFinished", { runId, cycleId, periodTo, ...counts })], writes: { billRun: [{ ...run, status: "finished", finishedAt: now, leaseUntil: 0 }] }, result: counts };
      },
    );
    this.#tell("finished");
  }

  #tell(status: string): void {
    const seconds = (this.#world.now() - this.#began) / 1000;
    const { id: runId, cycleId, due } = this.#run;
    this.#world.runProgress({ runId, cycleId, status, due, ...this.#counts, billsPerSecond: seconds > 0 ? Math.round(this.#billedHere / seconds) : null });
    this.#world.poke();
    this.#world.wakeOutbox();
  }
}
