/**
 * An online payment from the outside: a provider's signed webhook over HTTP, checked, accepted durably, decided, posted
 * in double entry, on disk. Against one minimal fenced batch (an event, two entries, a payment, a balance) sent straight
 * to the same database server.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveKey } from "../db/keys.ts";
import { openLibsql } from "../db/libsql.ts";
import type { SqlPort } from "../db/port.ts";
import { startMeterline, type Meterline } from "../scripts/runtime/meterline.ts";
import { inProcessWorld } from "../worker/operations/in-process.ts";
import { openAccount, type NewAccount } from "../worker/operations/registry.ts";
import { setUpUtility } from "../worker/operations/settings.ts";
import { SETTING_DEFAULTS } from "../domain/lifecycle/settings.ts";
import { SIGNATURE_HEADER, TestProvider } from "../worker/payments/test-provider.ts";
import { clerk, newAccount, UTILITY } from "../test/support/utility.ts";
import { medianMs, type BenchRow } from "./harness.ts";

const CALLS = 150;
const ACCOUNT = "70000017";
const AMOUNT = 1_234;

let folder: string;
let meterline: Meterline;
let port: SqlPort;
/** As a client of libSQL sends a batch that keeps nothing between two. */
let plain: SqlPort;
let provider: TestProvider;
let paid = 0;
let raw = 0;

export const row: BenchRow = {
  name: "online payment",
  unit: "ms p50",
  better: "less",
  goal: 2.0,
  against: "one minimal fenced batch on the same sqld, its stream opened and closed",
  async setUp() {
    folder = mkdtempSync(join(tmpdir(), "meterline-bench-"));
    meterline = await startMeterline({ dataDir: folder, testProvider: true });
    port = openLibsql({ url: meterline.databaseUrl });
    plain = openLibsql({ url: meterline.databaseUrl, keepStreams: false });
    provider = new TestProvider(deriveKey(meterline.secrets.secretKey, "provider:test"), meterline.publicUrl);
    const world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
    await setUpUtility(world, "system:bench", { utility: UTILITY, cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl });
    await openAccount(world, clerk, "open-bench-account", newAccount(ACCOUNT) satisfies NewAccount);
    await port.write([{ sql: "CREATE TABLE raw_balance (account TEXT PRIMARY KEY, seq INTEGER NOT NULL, balance INTEGER NOT NULL)" }, { sql: "INSERT INTO raw_balance VALUES ('raw', 0, 0)" }]);
  },
  ours: () => medianMs(CALLS, payOnline),
  reference: () => medianMs(CALLS, payRaw),
  async check() {
    const [book] = await port.query<{ payments: number; cents: number; total: number; raw: number }>(
      `SELECT (SELECT count(*) FROM payment WHERE account_id = ?) AS payments, (SELECT -balance FROM account_state WHERE account_id = ?) AS cents,
         (SELECT sum(amount) FROM ledger_entry) AS total, (SELECT seq FROM raw_balance) AS raw`,
      [ACCOUNT, ACCOUNT],
    );
    if (book!.payments !== paid || book!.cents !== paid * AMOUNT) throw new Error(`${paid} payments were acknowledged, ${book!.payments} are in the book`);
    if (book!.total !== 0) throw new Error(`the trial balance is ${book!.total}`);
    if (book!.raw !== raw) throw new Error(`${raw} minimal batches were acknowledged, ${book!.raw} are there`);
  },
  async tearDown() {
    await meterline?.stop();
    rmSync(folder, { recursive: true, force: true });
  },
};

async function payOnline(): Promise<void> {
  const id = crypto.randomUUID();
  const now = Date.now();
  const body = JSON.stringify({ kind: "succeeded", eventId: id, intentId: id, accountId: ACCOUNT, amount: AMOUNT, tender: "card", reference: "bench", at: now });
  const response = await fetch(`${meterline.url}/api/v1/webhooks/payments/test`, { method: "POST", headers: { "content-type": "application/json", [SIGNATURE_HEADER]: provider.sign(body, now) }, body });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`a payment was answered ${response.status}: ${answer}`);
  paid += 1;
}

async function payRaw(): Promise<void> {
  const seq = raw + 1;
  const id = `raw-${seq}`;
  const now = Date.now();
  await plain.write([
    { sql: "INSERT INTO event (stream, seq, type, version, data, command_id, batch_id, actor, source, effective_at, recorded_at, prev_hash, hash) VALUES ('raw', ?, 'Raw', 1, '{}', ?, '', 'a', 's', ?, ?, ?, ?)", args: [seq, id, now, now, seq === 1 ? "" : `h${seq - 1}`, `h${seq}`] },
    { sql: "INSERT INTO ledger_entry (stream, seq, line, gl_account, amount, accounting_on, effective_at, recorded_at) VALUES ('raw', ?, 1, '1010', 1, '2026-01-01', ?, ?), ('raw', ?, 2, '1201', -1, '2026-01-01', ?, ?)", args: [seq, now, now, seq, now, now] },
    { sql: "INSERT INTO payment (id, account_id, seq, amount, tender, channel, received_at, recorded_at) VALUES (?, 'raw', ?, 1, 'card', 'raw', ?, ?)", args: [id, seq, now, now] },
    { sql: "UPDATE raw_balance SET seq = ?, balance = balance - 1 WHERE account = 'raw'", args: [seq] },
  ]);
  raw = seq;
}
