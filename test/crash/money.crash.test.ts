/**
 * The plug is pulled: the real database server and the real Worker are killed (SIGKILL) at random moments on real storage
 * while money and reads arrive and bills are made. Whatever was acknowledged must be in the book, once; whatever was not
 * may be sent again; a run that was cut off goes on where it was.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../db/faults.ts";
import { deriveKey } from "../../db/keys.ts";
import { openLibsql } from "../../db/libsql.ts";
import type { SqlPort } from "../../db/port.ts";
import { addDays, addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import { lastClose } from "../../domain/billing/cycle.ts";
import { decodeDay, slotCount } from "../../domain/metering/index.ts";
import { startMeterline, type Meterline } from "../../scripts/runtime/meterline.ts";
import { startBillRun } from "../../worker/billing/start.ts";
import { createGateway } from "../../worker/operations/gateways.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import { openAccount } from "../../worker/operations/registry.ts";
import { SIGNATURE_HEADER, TestProvider } from "../../worker/payments/test-provider.ts";
import { checkBook } from "../simulation/checkers.ts";
import { foundUtility, loadDays, loadHomes, usageOf, type Home } from "../support/town.ts";
import { admin, clerk, newAccount, supervisor, ZONE } from "../support/utility.ts";

const KILLS = process.env["METERLINE_NIGHTLY"] ? 200 : 50;
const SEED = Number(process.env["METERLINE_SEED"] ?? 20_260_601);
/** Accounts that only pay. */
const PAYING = Array.from({ length: 4 }, (_, n) => `8000001${n}`);
/** Homes that are read and billed. As many as a run deals with in several batches. */
const HOMES = 300;
const CYCLE = "01";
const STEP_MINUTES = 60;
/** Payments under way at once, and batches of reads. */
const PAYERS = 3;
const GATEWAYS = 2;
/** Meters in a batch of reads. */
const BATCH_METERS = 20;
/** Between one kill and the next at most; the least is right after the restart. */
const CALM_MS_MAX = 700;

let folder: string;
let meterline: Meterline;
let port: SqlPort;
let world: InProcessWorld;
let provider: TestProvider;
let token: string;
let homes: Home[];
let today: LocalDate;
/** The day on which the cycle last closed: bills are of the month before. */
let periodTo: LocalDate;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meterline-crash-"));
  meterline = await startMeterline({ dataDir: folder, testProvider: true });
  port = openLibsql({ url: meterline.databaseUrl });
  provider = new TestProvider(deriveKey(meterline.secrets.secretKey, "provider:test"), meterline.publicUrl);
  world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
  today = localDateOf(Date.now(), ZONE);
  periodTo = lastClose(1, today);
  const from = addMonths(periodTo, -1);
  await foundUtility(world, [CYCLE], from);
  for (const id of PAYING) await openAccount(world, clerk, `open-${id}-crash`, newAccount(id));
  homes = await loadHomes(world, { homes: HOMES, cycles: [CYCLE], stepMinutes: STEP_MINUTES, startOn: from });
  await loadDays(world, homes.flatMap(({ channel }) => [channel.water, channel.electric]), { from, to: periodTo }, STEP_MINUTES);
  const gateway = await createGateway(world, admin, { commandId: "gateway-of-the-crash", name: "Head-end" });
  if (gateway.status !== "done" || gateway.secret === null) throw new Error("there is no gateway");
  token = `${gateway.result.keyId}.${gateway.secret}`;
});

afterAll(async () => {
  await meterline?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Something that somebody sends until it is acknowledged, and now and then once more. */
interface Sent {
  readonly id: string;
  acknowledged: boolean;
  tries: number;
}

interface Payment extends Sent {
  readonly accountId: string;
  readonly amount: number;
}

/** One day of some homes' electric meters. */
interface Batch extends Sent {
  readonly day: LocalDate;
  readonly homes: readonly Home[];
}

class ConflictError extends Error {}

/** Sends once; true when the utility took responsibility. A dropped connection and a 503 are what a crash looks like from outside. */
async function send(sent: Sent, path: string, headers: Record<string, string>, body: string): Promise<boolean> {
  sent.tries += 1;
  try {
    const response = await fetch(`${meterline.url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (response.status === 409 || response.status === 422 || response.status === 401) throw new ConflictError(`${sent.id} was answered ${response.status}: ${text.slice(0, 300)}`);
    return response.status === 200 || response.status === 202;
  } catch (error) {
    if (error instanceof ConflictError) throw error;
    return false;
  }
}

function sendPayment(payment: Payment): Promise<boolean> {
  const at = Date.now();
  const body = JSON.stringify({ kind: "succeeded", eventId: payment.id, intentId: payment.id, accountId: payment.accountId, amount: payment.amount, tender: "card", reference: "crash", at });
  return send(payment, "/api/v1/webhooks/payments/test", { [SIGNATURE_HEADER]: provider.sign(body, at) }, body);
}

function sendReads(batch: Batch): Promise<boolean> {
  const reads = batch.homes.map(({ badge, channel }) => ({
    meter: badge.electric, unit: "kWh", kind: "interval", start: new Date(startOfDay(batch.day, ZONE)).toISOString(), stepMinutes: STEP_MINUTES, values: valuesOf(channel.electric, batch.day).map((milli) => milli / 1000),
  }));
  return send(batch, "/api/v1/ami/reads", { authorization: `Bearer ${token}` }, JSON.stringify({ reads }));
}

function valuesOf(channelId: number, day: LocalDate): number[] {
  const slots = slotCount(day, ZONE, STEP_MINUTES);
  return Array.from({ length: slots }, (_, slot) => usageOf(channelId, slot, slots));
}

/** The n-th payment: to those who only pay, and to those who are being billed. */
function paymentOf(n: number): Payment {
  const accounts = [...PAYING, homes[0]!.accountId, homes[HOMES - 1]!.accountId];
  return { id: `crash-${n}`, accountId: accounts[n % accounts.length]!, amount: 100 + n, acknowledged: false, tries: 0 };
}

/** The n-th batch: the next homes of a day of the open period, or of the day after. */
function batchOf(n: number): Batch | null {
  const perDay = HOMES / BATCH_METERS;
  const day = addDays(periodTo, Math.floor(n / perDay));
  const at = (n % perDay) * BATCH_METERS;
  return day < today ? { id: `batch-${n}`, day, homes: homes.slice(at, at + BATCH_METERS), acknowledged: false, tries: 0 } : null;
}

/** The minute's cron, which wakes runs that nobody drains. When it does not get through, that is the crash. */
const cron = (): Promise<void> => meterline.worker.scheduled("* * * * *").catch(() => undefined);

/** As if a minute had passed since whoever drained the run died: its lease is over. */
async function leaseIsOver(runId: string): Promise<void> {
  await port.write([{ sql: "UPDATE bill_run SET lease_until = 0 WHERE id = ?", args: [runId] }]).catch(() => undefined);
}

const billed = async (): Promise<number> => (await port.query<{ n: number }>("SELECT count(*) AS n FROM bill"))[0]!.n;

test(`${KILLS} kills under load: nothing acknowledged is lost, nothing doubled, every account billed once, the book balances`, async () => {
  const random = seededRandom(SEED);
  const payments: Payment[] = [];
  const batches: Batch[] = [];
  let running = true;

  /** What was not acknowledged is sent again, sometimes also what was. */
  async function sender<T extends Sent>(all: T[], next: (n: number) => T | null, deliver: (sent: T) => Promise<boolean>): Promise<void> {
    while (running) {
      const open = all.filter(({ acknowledged }) => !acknowledged);
      const repeat = all.length > 0 && random() < 0.1 ? all[Math.floor(random() * all.length)] : undefined;
      const fresh = repeat || open.length > 8 ? null : next(all.length);
      const sent = repeat ?? fresh ?? open[Math.floor(random() * open.length)] ?? all[Math.floor(random() * all.length)]!;
      if (sent === fresh) all.push(sent);
      if (await deliver(sent)) sent.acknowledged = true;
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function kill(): Promise<void> {
    const what = random();
    if (what < 0.5) {
      await meterline.killDatabase();
      // Some of the time long enough for payments to be accepted while it is away.
      if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 400));
      await meterline.startDatabase();
    } else if (what < 0.9) await meterline.crashWorker();
    else {
      await meterline.killDatabase();
      const worker = meterline.crashWorker().catch(() => undefined);
      await meterline.startDatabase();
      await worker;
    }
  }

  const senders = [
    ...Array.from({ length: PAYERS }, () => sender(payments, paymentOf, sendPayment)),
    ...Array.from({ length: GATEWAYS }, () => sender(batches, batchOf, sendReads)),
  ];
  const calm = () => new Promise((resolve) => setTimeout(resolve, random() * CALM_MS_MAX));

  // The run is cut off for certain: in its middle, as soon as its first batch is in the book.
  const started = await startBillRun(world, supervisor, { commandId: "run-of-the-crash", cycleId: CYCLE, periodTo });
  if (started.status !== "done") throw new Error(`the run did not start: ${JSON.stringify(started)}`);
  const { runId } = started.result;
  expect(started.result.due).toBe(HOMES);
  void cron();
  await expect.poll(billed, { timeout: 60_000, interval: 1 }).toBeGreaterThan(0);
  await meterline.crashWorker();
  const cutOffAt = await billed();
  expect(cutOffAt).toBeLessThan(HOMES);

  for (let n = 1; n < KILLS; n += 1) {
    await leaseIsOver(runId);
    void cron();
    await calm();
    await kill();
  }
  running = false;
  await Promise.all(senders);
  await meterline.healthy();

  // What was accepted as pending posts by itself: the objects' alarms do it, nobody sends anything any more.
  const acknowledged = payments.filter((payment) => payment.acknowledged);
  const inBook = async () => new Map((await port.query<{ id: string; amount: number; n: number }>("SELECT id, sum(amount) AS amount, count(*) AS n FROM payment GROUP BY id")).map((row) => [row.id, row]));
  await expect.poll(async () => { const book = await inBook(); return acknowledged.filter(({ id }) => !book.has(id)).map(({ id }) => id); }, { timeout: 120_000, interval: 500 }).toEqual([]);
  const book = await inBook();
  for (const { id, amount } of acknowledged) expect(book.get(id), id).toMatchObject({ amount, n: 1 });
  for (const row of book.values()) expect(row.n, row.id).toBe(1);

  // Every acknowledged read is stored with its value, taken by one batch, and posting it once more changes nothing.
  const taken = batches.filter((batch) => batch.acknowledged);
  await expectStored(taken);
  for (const batch of taken.slice(0, 5)) expect(await sendReads(batch), batch.id).toBe(true);
  await expectStored(taken);

  // The run ends, however often it was cut off: each account that was due has one bill for the period.
  await leaseIsOver(runId);
  await cron();
  const status = async () => (await port.query<{ status: string }>("SELECT status FROM bill_run WHERE id = ?", [runId]))[0]!.status;
  await expect.poll(status, { timeout: 120_000, interval: 500 }).toBe("finished");
  const bills = await port.query<{ accountId: string; n: number; amount: number; runs: number }>(`SELECT account_id AS "accountId", count(*) AS n, sum(charges) AS amount FROM bill WHERE run_id = ? GROUP BY account_id`, [runId]);
  expect(bills.length).toBe(HOMES);
  expect(bills.filter(({ n, amount }) => n !== 1 || amount <= 0)).toEqual([]);

  expect(await checkBook(port)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(taken.length).toBeGreaterThan(KILLS / 2);
  const sends = (all: readonly Sent[]) => all.reduce((sum, { tries }) => sum + tries, 0);
  console.info(`${KILLS} kills: ${acknowledged.length} of ${payments.length} payments acknowledged in ${sends(payments)} sends, ${taken.length} of ${batches.length} batches of reads in ${sends(batches)}, ${HOMES} bills of a run cut off at ${cutOffAt}`);
});

async function expectStored(batches: readonly Batch[]): Promise<void> {
  const days = await port.query<{ channelId: number; day: LocalDate; raw: Uint8Array; flags: string | null }>(
    `SELECT channel_id AS "channelId", day, raw, flags FROM interval_day WHERE day >= ?`, [periodTo],
  );
  const stored = new Map(days.map((row) => [`${row.channelId} ${row.day}`, row]));
  for (const { id, day, homes: read } of batches) {
    for (const { channel } of read) {
      const row = stored.get(`${channel.electric} ${day}`);
      expect(row, `${id}: channel ${channel.electric} on ${day}`).toBeDefined();
      expect([...decodeDay(row!.raw, row!.flags).values], `${id}: channel ${channel.electric} on ${day}`).toEqual(valuesOf(channel.electric, day));
    }
  }
  const [counts] = await port.query<{ events: number; batches: number; revisions: number }>(
    "SELECT (SELECT count(*) FROM event WHERE type = 'ReadsIngested') AS events, (SELECT count(*) FROM read_batch) AS batches, (SELECT count(*) FROM interval_revision) AS revisions",
  );
  expect(counts!.events).toBe(counts!.batches);
  expect(counts!.batches).toBeGreaterThanOrEqual(batches.length);
  expect(counts!.revisions).toBe(0);
}
