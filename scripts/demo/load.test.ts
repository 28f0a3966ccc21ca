import { beforeAll, describe, expect, test } from "vitest";
import { loadSoFar } from "../../db/billing/so-far.ts";
import { loadPrepaidDays } from "../../db/billing/prepaid.ts";
import { loadAccount } from "../../db/account/store.ts";
import { countDue } from "../../db/billing/due.ts";
import { replayBill } from "../../db/billing/replay.ts";
import { deriveKey } from "../../db/keys.ts";
import { openMemory } from "../../db/memory.ts";
import { migrate } from "../../db/migrate.ts";
import { loadMigrations } from "../../db/migrations-folder.ts";
import type { SqlPort } from "../../db/port.ts";
import { prepaidStanding } from "../../domain/billing/prepaid.ts";
import { openDues } from "../../domain/lifecycle/account/budget-billing.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { pastDue } from "../../domain/ledger/allocation.ts";
import { runIdOf } from "../../domain/billing/run.ts";
import { checkBook } from "../../test/simulation/checkers.ts";
import { ReadingCollector, ReadsFile } from "../../domain/metering/formats/index.ts";
import { parseReadsRequest, type Reading } from "../../domain/metering/index.ts";
import { inProcessWorld } from "../../worker/operations/in-process.ts";
import { ingestReads } from "../../worker/operations/reads.ts";
import { credentialOf } from "../../worker/operations/gateways.ts";
import { signIn } from "../../worker/operations/people.ts";
import type { DemoReport } from "./contract.ts";
import { GATEWAY_ID, GATEWAY_KEY_ID, GATEWAY_SECRET } from "./gateway.ts";
import { fillDemo, SIGN_INS } from "./load.ts";
import { tourFile, tourReads } from "./tour.ts";
import { layOut } from "./town.ts";
import { ZONE } from "./world.ts";

const SECRET_KEY = Buffer.alloc(32, 5).toString("base64");
const PUBLIC_URL = "http://localhost:8787";
/** In the afternoon of a Monday, a year in which clocks have changed twice. */
const NOW = Date.parse("2026-11-23T20:00:00Z");
const TODAY = "2026-11-23";
const METERS = 24;

async function load(meters: number): Promise<{ port: SqlPort; report: DemoReport; progress: string[]; log: object[] }> {
  const port = openMemory();
  await migrate(port, { migrations: loadMigrations() });
  const progress: string[] = [];
  const report = await fillDemo({ port, now: NOW, meters, secretKey: SECRET_KEY, publicUrl: PUBLIC_URL, onProgress: (text) => void progress.push(text) });
  return { port, report, progress, log: await port.query("SELECT stream, seq, hash FROM event ORDER BY position") };
}

const one = async <R extends object>(port: SqlPort, sql: string): Promise<R> => (await port.query<R>(sql))[0]!;

describe("a demonstration of 24 meters", () => {
  let demo: Awaited<ReturnType<typeof load>>;
  beforeAll(async () => void (demo = await load(METERS)), 120_000);

  test("leaves a sound book: chains hold, entries balance, every account is its log", async () => {
    expect(await checkBook(demo.port)).toEqual([]);
    expect(await one(demo.port, "SELECT sum(amount) AS trial FROM ledger_entry")).toEqual({ trial: 0 });
  });

  test("has thirteen months of bills, each of which comes to the same cents again", async () => {
    const bills = await demo.port.query<{ id: string }>("SELECT id FROM bill ORDER BY id");
    expect(bills.length).toBeGreaterThan(100);
    const replays = await Promise.all(bills.map(({ id }) => replayBill(demo.port, id)));
    expect(replays.flatMap((replay) => replay!.differences)).toEqual([]);
    const months = await one<{ months: number }>(demo.port, "SELECT count(DISTINCT substr(issued_on, 1, 7)) AS months FROM bill");
    expect(months.months).toBeGreaterThanOrEqual(12);
  });

  test("shows what an office has on its desk: findings to decide, money owed too long, credits, requests open and closed", async () => {
    const desk = await one(
      demo.port,
      `SELECT (SELECT count(*) FROM exception WHERE status = 'open') > 3 AS findings, (SELECT count(*) FROM exception WHERE status = 'closed') > 0 AS decided,
         (SELECT count(*) FROM request WHERE status = 'closed') > 0 AS closed, (SELECT count(*) FROM request WHERE status <> 'closed') > 0 AS open`,
    );
    expect(desk).toEqual({ findings: 1, decided: 1, closed: 1, open: 1 });
    const ids = await demo.port.query<{ id: string }>("SELECT id FROM account");
    const states = await Promise.all(ids.map(async ({ id }) => (await loadAccount(demo.port, id)).state));
    expect(states.some((state) => pastDue(state.items, TODAY) > 0)).toBe(true);
    expect(states.some((state) => state.items.length === 0)).toBe(true);
  });

  test("has what customers and the office agree on: equal payments, money paid ahead that is not low, a bill made again, texts with a yes", async () => {
    const town = layOut({ seed: 4_711, today: TODAY, meters: METERS });
    const stateOf = async (arranged: string) => (await loadAccount(demo.port, town.accounts.find(({ story }) => story?.arranged === arranged)!.accountId)).state;
    const budgeted = await stateOf("budget");
    expect(budgeted.budget).toMatchObject({ status: "on" });
    expect(openDues(budgeted).filter(({ open }) => open > 0)).toEqual([]);
    const prepaid = await stateOf("prepaid");
    const { days } = await loadPrepaidDays(demo.port, prepaid.accountId, prepaid, NOW);
    expect(prepaidStanding(-balanceOf(prepaid), prepaid.prepaid!.lowAt, days!)).toMatchObject({ state: "ok" });
    const { accountId } = await stateOf("rebilled");
    expect(await one(demo.port, `SELECT cause, replaced_by IS NOT NULL AS again FROM bill_cancellation WHERE account_id = '${accountId}'`)).toEqual({ cause: "wrongRate", again: 1 });
    expect(await one(demo.port, "SELECT count(*) AS numbers FROM text_number WHERE ended_at IS NULL")).toEqual({ numbers: 1 });
    expect(await one(demo.port, "SELECT count(*) AS running FROM usage_alert WHERE ended_at IS NULL AND kind = 'leak'")).toEqual({ running: 1 });
  });

  test("has a cycle that is due, with accounts in it, and an open period with usage for the customer of the tour", async () => {
    const town = layOut({ seed: 4_711, today: TODAY, meters: METERS });
    const [cycle] = town.cycles;
    const periodTo = cycle!.closes.at(-1)!;
    expect(await countDue(demo.port, { runId: runIdOf(cycle!.id, periodTo), cycleId: cycle!.id, periodTo })).toBe(town.accounts.length);
    const { accountId } = town.accounts[0]!;
    const { soFar } = await loadSoFar(demo.port, accountId, (await loadAccount(demo.port, accountId)).state, NOW);
    expect(soFar!.total).toBeGreaterThan(50_00);
  });

  test("lets its people in, and takes the read of the tour from its gateway", async () => {
    const people = { port: demo.port, now: () => Date.now(), newId: () => crypto.randomUUID(), key: (use: string) => deriveKey(SECRET_KEY, use), wakeOutbox: () => {}, env: { SECRET_KEY, PUBLIC_URL } };
    for (const { email, password } of [SIGN_INS[0]!, SIGN_INS[1]!]) {
      expect(await signIn(people, { email, password }, { address: null, userAgent: null })).toMatchObject({ ok: true });
    }
    const credential = await credentialOf(people, new Headers({ authorization: `Bearer ${GATEWAY_KEY_ID}.${GATEWAY_SECRET}` }));
    expect(credential.ok).toBe(true);
    const body = parseReadsRequest(tourReads(NOW));
    const world = inProcessWorld({ port: demo.port, now: () => NOW, newId: () => crypto.randomUUID(), secretKey: SECRET_KEY });
    const posted = { actor: { kind: "gateway", gatewayId: GATEWAY_ID } as const, batchId: "tour", bodyHash: "", readings: body.ok ? body.reads : [] };
    expect((await ingestReads(world, posted)).counts).toEqual({ accepted: 1, duplicate: 0, exception: 0, rejected: 0 });
    const filed: Reading[] = [];
    const collector = new ReadingCollector(({ reads }) => void filed.push(...reads), ({ reason }) => expect.fail(reason));
    const file = new ReadsFile(collector, { name: "night.cmep", zone: ZONE });
    file.write(new TextEncoder().encode(tourFile(NOW)));
    file.end();
    collector.end();
    expect((await ingestReads(world, { ...posted, batchId: "tour-file", readings: filed })).counts).toEqual({ accepted: 1, duplicate: 0, exception: 0, rejected: 0 });
    const links = await demo.port.query<{ email: string; accounts: number }>(
      "SELECT u.email, count(*) AS accounts FROM account_access a JOIN auth_user u ON u.id = a.user_id WHERE a.ended_at IS NULL GROUP BY u.email ORDER BY u.email",
    );
    expect(links.map(({ accounts }) => accounts)).toEqual([3, 1, 1]);
  });

  test("sends no letters of the past, and never writes anything that has not happened yet", async () => {
    expect(await one(demo.port, "SELECT count(*) AS waiting FROM outbox WHERE done_at IS NULL")).toEqual({ waiting: 0 });
    expect((await one<{ latest: number }>(demo.port, "SELECT max(recorded_at) AS latest FROM event")).latest).toBeLessThanOrEqual(NOW);
  });

  test("says how far it is and what was made how", () => {
    expect(demo.progress.length).toBeGreaterThan(300);
    expect(demo.report.facts.join("\n")).toMatch(/Made by commands and runs: [\d,]+ events[\s\S]+Loaded in a set/);
  });

  test("is the same again on the same day", async () => {
    expect((await load(METERS)).log).toEqual(demo.log);
  }, 120_000);
});
