/**
 * The plug is pulled: the real database server and the real Worker are killed (SIGKILL) at random moments on real storage
 * while money arrives. Whatever was acknowledged must be in the book, once; whatever was not may be sent again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../db/faults.ts";
import { deriveKey } from "../../db/keys.ts";
import { openLibsql } from "../../db/libsql.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { startMeterline, type Meterline } from "../../scripts/runtime/meterline.ts";
import { inProcessWorld } from "../../worker/operations/in-process.ts";
import { openAccount } from "../../worker/operations/registry.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import { SIGNATURE_HEADER, TestProvider } from "../../worker/payments/test-provider.ts";
import { checkBook } from "../simulation/checkers.ts";
import { clerk, newAccount, UTILITY } from "../support/utility.ts";

const KILLS = process.env["METERLINE_NIGHTLY"] ? 200 : 50;
const SEED = Number(process.env["METERLINE_SEED"] ?? 20_260_601);
const ACCOUNTS = Array.from({ length: 6 }, (_, n) => `8000001${n}`);
/** Payments under way at once. */
const SENDERS = 4;
/** Between one kill and the next at most; the least is right after the restart. */
const CALM_MS_MAX = 700;

let folder: string;
let meterline: Meterline;
let provider: TestProvider;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meterline-crash-"));
  meterline = await startMeterline({ dataDir: folder, testProvider: true });
  provider = new TestProvider(deriveKey(meterline.secrets.secretKey, "provider:test"), meterline.publicUrl);
  const port = openLibsql({ url: meterline.databaseUrl });
  const world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
  await setUpUtility(world, "system:test", { utility: UTILITY, cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl });
  for (const id of ACCOUNTS) await openAccount(world, clerk, `open-${id}-crash`, newAccount(id));
});

afterAll(async () => {
  await meterline?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly id: string;
  readonly accountId: string;
  readonly amount: number;
  acknowledged: boolean;
  tries: number;
}

/** Sends one payment once; true when the utility took responsibility for it (posted, or durably pending). */
async function send(payment: Sent): Promise<boolean> {
  payment.tries += 1;
  const at = Date.now();
  const body = JSON.stringify({ kind: "succeeded", eventId: payment.id, intentId: payment.id, accountId: payment.accountId, amount: payment.amount, tender: "card", reference: "crash", at });
  try {
    const response = await fetch(`${meterline.url}/api/v1/webhooks/payments/test`, {
      method: "POST", headers: { "content-type": "application/json", [SIGNATURE_HEADER]: provider.sign(body, at) }, body, signal: AbortSignal.timeout(10_000),
    });
    await response.text();
    if (response.status === 409) throw new Error(`payment ${payment.id} was answered as a conflict`);
    return response.status === 200 || response.status === 202;
  } catch (error) {
    if (error instanceof Error && error.message.includes("conflict")) throw error;
    return false;
  }
}

test(`${KILLS} kills under load: nothing acknowledged is lost, nothing doubled, the book balances`, async () => {
  const random = seededRandom(SEED);
  const payments: Sent[] = [];
  let running = true;
  let n = 0;

  /** Like a provider: what was not acknowledged is sent again, sometimes also what was. */
  async function sender(): Promise<void> {
    while (running) {
      const again = payments.filter((payment) => !payment.acknowledged);
      const repeat = payments.length > 0 && random() < 0.1 ? payments[Math.floor(random() * payments.length)] : undefined;
      const payment = repeat ?? (again.length > 8 ? again[Math.floor(random() * again.length)] : undefined) ?? { id: `crash-${(n += 1)}`, accountId: ACCOUNTS[n % ACCOUNTS.length]!, amount: 100 + n, acknowledged: false, tries: 0 };
      if (!payments.includes(payment)) payments.push(payment);
      if (await send(payment)) payment.acknowledged = true;
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const senders = Array.from({ length: SENDERS }, sender);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, random() * CALM_MS_MAX));
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
  running = false;
  await Promise.all(senders);
  await meterline.healthy();

  const port = openLibsql({ url: meterline.databaseUrl });
  const acknowledged = payments.filter((payment) => payment.acknowledged);
  const inBook = async () => new Map((await port.query<{ id: string; amount: number; n: number }>("SELECT id, sum(amount) AS amount, count(*) AS n FROM payment GROUP BY id")).map((row) => [row.id, row]));
  // What was accepted as pending posts by itself: the objects' alarms do it, nobody sends anything any more.
  await expect.poll(async () => { const book = await inBook(); return acknowledged.filter(({ id }) => !book.has(id)).map(({ id }) => id); }, { timeout: 60_000, interval: 500 }).toEqual([]);

  const book = await inBook();
  for (const { id, amount } of acknowledged) expect(book.get(id), id).toMatchObject({ amount, n: 1 });
  for (const row of book.values()) expect(row.n, row.id).toBe(1);
  expect(await checkBook(port)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  console.info(`${KILLS} kills, ${payments.length} payments, ${acknowledged.length} acknowledged, ${payments.reduce((sum, { tries }) => sum + tries, 0)} sends`);
});
