/**
 * A day of quarter hours of every meter, posted by a gateway over HTTP to a running Meterline: checked, matched with its
 * meter, validated against four weeks of history, durable and queryable when it is acknowledged. Against the bare minimum
 * of a database of reads: one row an interval, inserted in sets into the same server.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLibsql } from "../db/libsql.ts";
import type { SqlPort } from "../db/port.ts";
import { addDays, type LocalDate } from "../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../domain/calendar/zone.ts";
import { decodeDay, slotCount } from "../domain/metering/index.ts";
import { startMeterline, type Meterline } from "../scripts/runtime/meterline.ts";
import { createGateway } from "../worker/operations/gateways.ts";
import { inProcessWorld } from "../worker/operations/in-process.ts";
import { admin, ZONE } from "../test/support/utility.ts";
import { perSecond, type BenchRow } from "./harness.ts";
import { foundUtility, loadDays, loadHomes, usageOf, type Home } from "../test/support/town.ts";
import { createRawIntervals, insertRawIntervals, type RawInterval } from "./support/raw-intervals.ts";

const HOMES = 2_500;
const PAIRS = 5;
const HISTORY_DAYS = 28;
const STEP_MINUTES = 15;
/** Meters in one request: some 1.7 MB of JSON. */
const METERS_A_POST = 2_500;

interface Meter {
  readonly badge: string;
  readonly unit: string;
  readonly channel: number;
}

interface Answer {
  readonly counts: Readonly<Record<"accepted" | "duplicate" | "exception" | "rejected", number>>;
  readonly outcomes: readonly { readonly outcome: string; readonly reason?: string }[];
}

let folder: string;
let meterline: Meterline;
let port: SqlPort;
let token: string;
let meters: Meter[];
/** The day that is posted next, and the one that the reference inserts next. */
let day: LocalDate;
let rawDay: LocalDate;
let firstDay: LocalDate;

export const row: BenchRow = {
  name: "ingest",
  unit: "intervals/s",
  better: "more",
  goal: 1.0,
  pairs: PAIRS,
  against: "raw set-based insert, one row an interval, same server",
  async setUp() {
    folder = mkdtempSync(join(tmpdir(), "meterline-bench-"));
    meterline = await startMeterline({ dataDir: folder });
    port = openLibsql({ url: meterline.databaseUrl });
    const world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
    await foundUtility(world, ["01"], "2026-01-01");
    const homes = await loadHomes(world, { homes: HOMES, cycles: ["01"], stepMinutes: STEP_MINUTES, startOn: "2026-01-01" });
    meters = homes.flatMap(metersOf);
    firstDay = addDays(localDateOf(Date.now(), ZONE), -(PAIRS + 2));
    day = rawDay = firstDay;
    await loadDays(world, meters.map(({ channel }) => channel), { from: addDays(firstDay, -HISTORY_DAYS), to: firstDay }, STEP_MINUTES);
    const gateway = await createGateway(world, admin, { commandId: "bench-gateway", name: "Bench" });
    if (gateway.status !== "done" || gateway.secret === null) throw new Error("there is no gateway");
    token = `${gateway.result.keyId}.${gateway.secret}`;
    await createRawIntervals(port);
  },
  ours: postDay,
  reference: insertRawDay,
  check,
  async tearDown() {
    await meterline?.stop();
    rmSync(folder, { recursive: true, force: true });
  },
};

const metersOf = ({ badge, channel }: Home): Meter[] => [
  { badge: badge.water, unit: "gal", channel: channel.water },
  { badge: badge.electric, unit: "kWh", channel: channel.electric },
];

const valuesOf = (channel: number, slots: number): number[] => Array.from({ length: slots }, (_, slot) => usageOf(channel, slot, slots));

async function postDay(): Promise<number> {
  const on = day;
  day = addDays(day, 1);
  const slots = slotCount(on, ZONE, STEP_MINUTES);
  const start = new Date(startOfDay(on, ZONE)).toISOString();
  const bodies: string[] = [];
  for (let at = 0; at < meters.length; at += METERS_A_POST) {
    const reads = meters.slice(at, at + METERS_A_POST).map(({ badge, unit, channel }) => ({ meter: badge, unit, kind: "interval", start, stepMinutes: STEP_MINUTES, values: valuesOf(channel, slots).map((milli) => milli / 1000) }));
    bodies.push(JSON.stringify({ reads }));
  }
  return perSecond(async () => {
    for (const body of bodies) await post(body);
    return meters.length * slots;
  });
}

async function post(body: string): Promise<void> {
  const response = await fetch(`${meterline.url}/api/v1/ami/reads`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`a batch was answered ${response.status}: ${text.slice(0, 300)}`);
  const { counts, outcomes } = JSON.parse(text) as Answer;
  if (counts.duplicate + counts.exception + counts.rejected > 0) throw new Error(`a batch of sound reads was answered ${JSON.stringify(counts)}, the first: ${JSON.stringify(outcomes.find(({ outcome }) => outcome !== "accepted"))}`);
}

function insertRawDay(): Promise<number> {
  const on = rawDay;
  rawDay = addDays(rawDay, 1);
  const slots = slotCount(on, ZONE, STEP_MINUTES);
  const start = startOfDay(on, ZONE);
  return insertRawIntervals(port, meters.flatMap(({ channel }) => valuesOf(channel, slots).map((value, slot): RawInterval => [channel, start + slot * STEP_MINUTES * 60_000, value])));
}

/** Every interval of every posted day is there, usable, with its value; no exception was opened; the raw table has as many. */
async function check(): Promise<void> {
  const days = PAIRS + 1;
  const [stored] = await port.query<Record<"days" | "total" | "missing" | "suspect" | "exceptions" | "raw" | "rawTotal", number>>(
    `SELECT count(*) AS days, sum(best_total) AS total, sum(missing) AS missing, sum(suspect) AS suspect, (SELECT count(*) FROM exception) AS exceptions,
       (SELECT count(*) FROM raw_interval) AS raw, (SELECT sum(value) FROM raw_interval) AS "rawTotal" FROM interval_day WHERE day >= ?`,
    [firstDay],
  );
  const { days: stored_, total, missing, suspect, exceptions, raw, rawTotal } = stored!;
  if (stored_ !== meters.length * days) throw new Error(`${meters.length * days} channel days were acknowledged, ${stored_} are stored`);
  if (missing !== 0 || suspect !== 0 || exceptions !== 0) throw new Error(`${missing} intervals are missing, ${suspect} days suspect, ${exceptions} exceptions open`);
  if (total !== rawTotal) throw new Error(`what was posted sums to ${total}, what was inserted raw to ${rawTotal}`);
  const slots = Array.from({ length: days }, (_, n) => slotCount(addDays(firstDay, n), ZONE, STEP_MINUTES)).reduce((sum, each) => sum + each, 0);
  if (raw !== meters.length * slots) throw new Error(`${raw} raw rows, ${meters.length * slots} expected`);
  const { channel } = meters[7]!;
  const [one] = await port.query<{ raw: Uint8Array; flags: string | null }>("SELECT raw, flags FROM interval_day WHERE channel_id = ? AND day = ?", [channel, firstDay]);
  const { values } = decodeDay(one!.raw, one!.flags);
  if (valuesOf(channel, values.length).some((value, slot) => value !== values[slot])) throw new Error(`a day of channel ${channel} is not what was posted`);
}
