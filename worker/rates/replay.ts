/**
 * A draft of a rate run over the past bills of every account on its schedule. It reads and writes only its own rows, so it
 * needs no fence; whatever kills it, the next slice goes on after the last account that has its row.
 */
import { accountsOnSchedule, billedOnSchedule, countOnSchedule, type AccountOnSchedule, type BilledOnSchedule } from "../../db/billing/what-if.ts";
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { writeRows } from "../../db/commit.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { addMonths } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { looksAtIntervals } from "../../domain/billing/price.ts";
import { accountUnder } from "../../domain/billing/what-if.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { compileRate, parseRateDocument, type CompiledRate } from "../../domain/rating/index.ts";
import { Lease } from "../billing/lease.ts";
import type { World } from "../operations/context.ts";
import { findDraft } from "../operations/rate-drafts.ts";

export type ReplayRow = Required<InsertRow<"rateReplay">>;

/** A year holds every season, and customers compare by it. */
const MONTHS = 12;
/** Accounts read, priced and written together: a year of their snapshots stays below libSQL's 10 MB an answer. */
const ACCOUNTS_A_PAGE = 200;
/** With intervals, a year of an account is some 35,000 values. */
const ACCOUNTS_A_PAGE_BY_INTERVAL = 25;

const COLUMNS = `id, draft_id AS "draftId", schedule_id AS "scheduleId", document, document_hash AS "documentHash", from_on AS "fromOn", to_on AS "toOn", status, accounts,
  started_by AS "startedBy", started_at AS "startedAt", finished_at AS "finishedAt", lease_until AS "leaseUntil"`;

export async function findReplay(port: SqlPort, replayId: string): Promise<ReplayRow | null> {
  const [row] = await port.query<ReplayRow>(`SELECT ${COLUMNS} FROM rate_replay WHERE id = ?`, [replayId]);
  return row ?? null;
}

/** Replays of a draft, the newest first. */
export async function replaysOf(port: SqlPort, draftId: string): Promise<ReplayRow[]> {
  return port.query<ReplayRow>(`SELECT ${COLUMNS} FROM rate_replay WHERE draft_id = ? ORDER BY started_at DESC`, [draftId]);
}

/** Starts a replay of the draft as it is now. @throws ForbiddenError, UnavailableError */
export async function startReplay(world: World, actor: UserActor, { commandId, draftId }: { readonly commandId: string; readonly draftId: string }): Promise<StreamAnswer<{ replayId: string }>> {
  requirePermission(actor, "draft:rates:any");
  const { port } = world;
  const draft = await findDraft(port, draftId);
  if (!draft) return { status: "refused", refusal: { code: "draft", message: "There is no such draft." } };
  const { scheduleId, document, documentHash } = draft;
  const startedAt = world.now();
  const toOn = await todayOf(port, startedAt);
  const fromOn = addMonths(toOn, -MONTHS);
  const replayId = `replay-${commandId}`;
  const answer = await runStreamCommand<{ replayId: string }>(
    port,
    { commandId, stream: `rate:${scheduleId}`, input: { replay: draftId, documentHash }, provenance: { actor: actorText(actor), source: "staff", recordedAt: startedAt } },
    async () => {
      const accounts = await countOnSchedule(port, scheduleId);
      if (accounts === 0) return { ok: false, refusal: { code: "accounts", message: "No account is or was on this rate, so there is nothing to run the draft over." } };
      return {
        ok: true, result: { replayId },
        drafts: [{ type: "RateReplayStarted", version: 1, data: { replayId, draftId, scheduleId, documentHash, from: fromOn, to: toOn } }],
        writes: { rateReplay: [{ id: replayId, draftId, scheduleId, document, documentHash, fromOn, toOn, status: "running", accounts, startedBy: actorText(actor), startedAt, finishedAt: null, leaseUntil: 0 }] },
      };
    },
  );
  if (answer.status === "done") world.wakeReplay(replayId);
  return answer;
}

/** Replays that nobody drains although they are not finished: their holder died, or a message got lost. */
export async function wakeReplays(world: World): Promise<void> {
  const rows = await world.port.query<{ id: string }>("SELECT id FROM rate_replay WHERE status = 'running' AND lease_until <= ?", [world.now()]);
  rows.forEach(({ id }) => world.wakeReplay(id));
}

/** Goes on with a replay until it is finished or the budget is used up. Safe to call at any time, any number of times. @throws UnavailableError */
export async function drainReplay(world: World, replayId: string, { budgetMs = Infinity }: { readonly budgetMs?: number } = {}): Promise<"finished" | "more" | "idle"> {
  const { port } = world;
  const lease = await Lease.take(port, "rate_replay", replayId, world.now());
  if (!lease) return "idle";
  try {
    const deadline = world.now() + budgetMs;
    const replay = new Replay(port, (await findReplay(port, replayId))!, await timeZoneOf(port, world.now()));
    let next: Promise<Page> | null = replay.load(await replay.lastAccount());
    while (next) {
      const { accounts, billed }: Page = await next;
      if (accounts.length === 0) break;
      // While one page is priced and written, the next is read.
      const inTime = world.now() < deadline;
      next = inTime ? replay.load(accounts.at(-1)!.accountId) : null;
      next?.catch(() => undefined);
      if (!(await lease.renew(world.now()))) return "idle";
      await writeRows(port, { rateReplayAccount: replay.price(accounts, billed) });
      world.poke();
      if (!inTime) return "more";
    }
    await finish(world, replayId);
    return "finished";
  } finally {
    await lease.release().catch(() => undefined);
  }
}

interface Page {
  readonly accounts: readonly AccountOnSchedule[];
  readonly billed: ReadonlyMap<string, readonly BilledOnSchedule[]>;
}

class Replay {
  readonly #port: SqlPort;
  readonly #row: ReplayRow;
  readonly #zone: TimeZone;
  readonly #rate: CompiledRate;
  readonly #intervals: boolean;

  constructor(port: SqlPort, row: ReplayRow, zone: TimeZone) {
    const parsed = parseRateDocument(JSON.parse(row.document));
    if (!parsed.ok) throw new Error(`the document of replay ${row.id} cannot be read`);
    this.#port = port;
    this.#row = row;
    this.#zone = zone;
    this.#rate = compileRate(parsed.document);
    this.#intervals = looksAtIntervals(parsed.document);
  }

  /** The account after which to go on; "" at the beginning. */
  async lastAccount(): Promise<string> {
    const [row] = await this.#port.query<{ last: string | null }>("SELECT max(account_id) AS last FROM rate_replay_account WHERE replay_id = ?", [this.#row.id]);
    return row?.last ?? "";
  }

  async load(after: string): Promise<Page> {
    const { scheduleId, fromOn: from, toOn: to } = this.#row;
    const accounts = await accountsOnSchedule(this.#port, scheduleId, after, this.#intervals ? ACCOUNTS_A_PAGE_BY_INTERVAL : ACCOUNTS_A_PAGE);
    const billed = await billedOnSchedule(this.#port, accounts.map(({ accountId }) => accountId), { scheduleId, from, to, zone: this.#zone, intervals: this.#intervals });
    return { accounts, billed };
  }

  price(accounts: readonly AccountOnSchedule[], billed: Page["billed"]): InsertRow<"rateReplayAccount">[] {
    return accounts.map(({ accountId, customerClass, zip }) => ({ replayId: this.#row.id, accountId, customerClass, zip, ...accountUnder(billed.get(accountId) ?? [], this.#zone, this.#rate) }));
  }
}

async function finish({ port, now }: World, replayId: string): Promise<void> {
  const { scheduleId, draftId, startedBy } = (await findReplay(port, replayId))!;
  const finishedAt = now();
  await runStreamCommand(
    port,
    { commandId: `finish:${replayId}`, stream: `rate:${scheduleId}`, input: { finish: replayId }, provenance: { actor: startedBy, source: "billing", recordedAt: finishedAt } },
    async () => {
      const row = (await findReplay(port, replayId))!;
      const [sums] = await port.query<{ accounts: number; before: number; after: number }>("SELECT count(*) AS accounts, coalesce(sum(before), 0) AS before, coalesce(sum(after), 0) AS after FROM rate_replay_account WHERE replay_id = ?", [replayId]);
      return {
        ok: true, result: sums!,
        drafts: [{ type: "RateReplayFinished", version: 1, data: { replayId, draftId, scheduleId, ...sums! } }],
        writes: { rateReplay: [{ ...row, status: "finished", finishedAt, leaseUntil: 0 }] },
      };
    },
  );
}
