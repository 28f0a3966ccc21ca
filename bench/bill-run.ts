/**
 * A bill run: homes with water, sewer and electricity, from "due" to durable bills with lines, entries, events and
 * notices. Against the same rows in the same batches, inserted raw: no decision, no fence, no trigger, but the indexes.
 */
import type { SqlPort, Statement } from "../db/port.ts";
import { startBillRun } from "../worker/billing/start.ts";
import { drainRun } from "../worker/billing/drain.ts";
import { inProcessWorld, type InProcessWorld } from "../worker/operations/in-process.ts";
import { SECRET_KEY, supervisor } from "../test/support/utility.ts";
import { perSecond, type BenchRow } from "./harness.ts";
import { benchDatabase, type BenchDatabase } from "./support/database.ts";
import { foundUtility, loadDays, loadHomes, type Home } from "../test/support/town.ts";

const PAIRS = 5;
/** A cycle of a utility of thirty thousand meters for each pair, and one to warm up. */
const CYCLES = Array.from({ length: PAIRS + 1 }, (_, n) => `C${n + 1}`);
const HOMES_A_CYCLE = 1_500;
const PERIOD = { from: "2026-09-01", to: "2026-10-01" };
const STEP_MINUTES = 60;
/** As many bills as a run commits together. */
const BATCH = 150;

/** Which rows of each table a run makes for some accounts (`i.value` is an account's id). */
const MADE: Readonly<Record<string, string>> = {
  event: "JOIN event AS t ON t.stream = 'account:' || i.value AND t.type = 'BillCompleted'",
  command: "JOIN command AS t ON t.stream = 'account:' || i.value AND t.id LIKE 'bill:%'",
  ledger_entry: "JOIN ledger_entry AS t ON t.stream = 'account:' || i.value",
  account_state: "JOIN account_state AS t ON t.account_id = i.value",
  bill: "JOIN bill AS t ON t.account_id = i.value",
  bill_segment: "JOIN bill AS b ON b.account_id = i.value JOIN bill_segment AS t ON t.bill_id = b.id",
  bill_line: "JOIN bill AS b ON b.account_id = i.value JOIN bill_segment AS s ON s.bill_id = b.id JOIN bill_line AS t ON t.segment_id = s.id",
  outbox: "JOIN bill AS b ON b.account_id = i.value JOIN outbox AS t ON t.key = b.id",
  search_entry: "JOIN bill AS b ON b.account_id = i.value JOIN search_entry AS t ON t.kind = 'bill' AND t.id = b.id",
  bill_run_account: "JOIN bill_run_account AS t ON t.account_id = i.value",
};

interface RawTable {
  readonly name: string;
  readonly columns: readonly string[];
}

let database: BenchDatabase;
let port: SqlPort;
let world: InProcessWorld;
let homes: Home[];
let raw: RawTable[];
let cycle = 0;
/** Rows of the last run, by batch and table. */
let rows: (readonly unknown[])[][][] = [];

export const row: BenchRow = {
  name: "bill-run",
  unit: "bills/s",
  better: "more",
  goal: 0.4,
  floor: 2_000,
  pairs: PAIRS,
  against: "raw set-based insert of the same rows in the same batches",
  async setUp() {
    database = await benchDatabase();
    port = database.port;
    let now = Date.parse("2026-08-31T15:00:00Z");
    world = inProcessWorld({ port, now: () => now, newId: () => crypto.randomUUID(), secretKey: SECRET_KEY });
    await foundUtility(world, CYCLES, "2026-01-01");
    homes = await loadHomes(world, { homes: HOMES_A_CYCLE * CYCLES.length, cycles: CYCLES, stepMinutes: STEP_MINUTES, startOn: PERIOD.from });
    await loadDays(world, homes.flatMap(({ channel }) => [channel.water, channel.electric]), PERIOD, STEP_MINUTES);
    raw = await Promise.all(Object.keys(MADE).map(copyTable));
    now = Date.parse("2026-10-01T15:00:00Z");
  },
  ours: runCycle,
  reference: insertRaw,
  check,
  async tearDown() {
    await database?.stop();
  },
};

async function runCycle(): Promise<number> {
  const cycleId = CYCLES[cycle]!;
  cycle += 1;
  const speed = await perSecond(async () => {
    const started = await startBillRun(world, supervisor, { commandId: `bench-run-${cycleId}`, cycleId, periodTo: PERIOD.to });
    if (started.status !== "done" || started.result.due !== HOMES_A_CYCLE) throw new Error(`the run of ${cycleId} did not start: ${JSON.stringify(started)}`);
    const outcome = await drainRun(world, started.result.runId);
    if (outcome !== "finished") throw new Error(`the run of ${cycleId} ended with "${outcome}"`);
    return HOMES_A_CYCLE;
  });
  rows = await rowsOf(homes.filter((home) => home.cycleId === cycleId).map(({ accountId }) => accountId));
  return speed;
}

function insertRaw(): Promise<number> {
  return perSecond(async () => {
    for (const batch of rows) {
      await port.write(raw.map(({ name, columns }, i): Statement => ({
        sql: `INSERT INTO raw_${name} (${columns.join(", ")}) SELECT ${columns.map((_, c) => `r.value->>${c}`).join(", ")} FROM json_each(?) AS r`,
        args: [JSON.stringify(batch[i])],
      })));
    }
    return HOMES_A_CYCLE;
  });
}

/** The same table under another name, with its keys and indexes. */
async function copyTable(name: string): Promise<RawTable> {
  const definitions = await port.query<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC", [name]);
  await port.write(definitions.map(({ sql }) => ({ sql: renamed(sql, name) })));
  const columns = await port.query<{ name: string }>("SELECT name FROM pragma_table_info(?)", [name]);
  return { name, columns: columns.map((column) => `"${column.name}"`) };
}

function renamed(sql: string, name: string): string {
  return sql
    .replace(/^(CREATE (?:UNIQUE )?INDEX [`"]?)/i, "$1raw_")
    .replace(new RegExp(`(TABLE\\s+(?:IF NOT EXISTS\\s+)?|\\bON\\s+)([\`"]?)${name}\\b`, "i"), `$1$2raw_${name}`);
}

async function rowsOf(accountIds: readonly string[]): Promise<typeof rows> {
  const batches: typeof rows = [];
  for (let at = 0; at < accountIds.length; at += BATCH) {
    const ids = JSON.stringify(accountIds.slice(at, at + BATCH));
    const results = await port.read(raw.map(({ name, columns }) => ({ sql: `SELECT ${columns.map((column) => `t.${column}`).join(", ")} FROM json_each(?) AS i ${MADE[name]!}`, args: [ids] })));
    batches.push(results.map((result) => result.rows.map((each) => Object.values(each))));
  }
  return batches;
}

/** Every account has one bill, bills are their lines, the books balance, and the raw tables hold the same rows. */
async function check(): Promise<void> {
  const [book] = await port.query<Record<"bills" | "accounts" | "charges" | "lines" | "receivable" | "balances" | "trial" | "zero", number>>(
    `SELECT (SELECT count(*) FROM bill) AS bills, (SELECT count(DISTINCT account_id) FROM bill) AS accounts, (SELECT sum(charges) FROM bill) AS charges, (SELECT sum(amount) FROM bill_line) AS lines,
       (SELECT sum(amount) FROM ledger_entry WHERE gl_account = '1200') AS receivable, (SELECT sum(balance) FROM account_state) AS balances, (SELECT sum(amount) FROM ledger_entry) AS trial,
       (SELECT count(*) FROM bill_segment WHERE total <= 0) AS zero`,
  );
  const { bills, accounts, charges, lines, receivable, balances, trial, zero } = book!;
  if (bills !== homes.length || accounts !== homes.length) throw new Error(`${homes.length} accounts were due, ${accounts} have ${bills} bills`);
  if (charges !== lines || charges !== receivable || charges !== balances) throw new Error(`charges ${charges}, lines ${lines}, receivable ${receivable}, balances ${balances}`);
  if (trial !== 0) throw new Error(`the trial balance is ${trial}`);
  if (zero !== 0) throw new Error(`${zero} segments cost nothing`);
  for (const { name } of raw) {
    const accountOnly = name === "event" ? "WHERE type = 'BillCompleted'" : name === "command" ? "WHERE id LIKE 'bill:%'" : name === "outbox" ? "WHERE kind = 'billReady'" : name === "search_entry" ? "WHERE kind = 'bill'" : "";
    const [counts] = await port.query<{ made: number; copied: number }>(`SELECT (SELECT count(*) FROM ${name} ${accountOnly}) AS made, (SELECT count(*) FROM raw_${name}) AS copied`);
    if (counts!.made !== counts!.copied) throw new Error(`${name}: ${counts!.made} rows were made, ${counts!.copied} inserted raw`);
  }
}
