/**
 * A draft of a rate run over the past bills of every account on its schedule. It reads and writes only its own rows, so it
 * needs no fence; whatever kills it, the next slice goes on after the last account that has its row.
 */
import { accountsOnSchedule, billedOnSchedule, type AccountOnSchedule, type BilledOnSchedule } from "../../db/billing/what-if.ts";
import { runStreamCommand } from "../../db/command.ts";
import { writeRows } from "../../db/commit.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { timeZoneOf } from "../../db/utility.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { looksAtIntervals } from "../../domain/billing/price.ts";
import { accountUnder } from "../../domain/billing/what-if.ts";
import { compileRate, parseRateDocument, type CompiledRate } from "../../domain/rating/index.ts";
import { Lease } from "../billing/lease.ts";
import type { World } from "../operations/context.ts";
import { findReplay, type ReplayRow } from "../operations/rate-replays.ts";

/** Accounts read, priced and written together: a year of their snapshots stays below libSQL's 10 MB an answer. */
const ACCOUNTS_A_PAGE = 200;
/** With intervals, a year of an account is some 35,000 values. */
const ACCOUNTS_A_PAGE_BY_INTERVAL = 25;

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
