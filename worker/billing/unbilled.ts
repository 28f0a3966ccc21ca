/** What the clock looks for each hour: services that nobody bills, and accounts that a closed window left without a bill. */
import { billedSince, leftUnbilled, newlyUnbilled } from "../../db/billing/unbilled.ts";
import { commitUnits } from "../../db/commit.ts";
import { runStreamCommand } from "../../db/command.ts";
import { cureWork, exceptionUnit, loadExceptions, openWork, type ExceptionChange } from "../../db/metering/exceptions.ts";
import { isSetUp, settingsOn, todayOf } from "../../db/utility.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { billWindow, lastClose } from "../../domain/billing/cycle.ts";
import type { HoldReason } from "../../domain/billing/hold-rules.ts";
import { runEvent, runIdOf, runStream } from "../../domain/billing/run.ts";
import { alarmId, alarmOf, UNBILLED_KIND, windowClosedId, windowClosedOf } from "../../domain/billing/unbilled.ts";
import { inputHash, type Provenance } from "../../domain/compliance/chain.ts";
import type { World } from "../operations/context.ts";
import { workRow } from "./units.ts";

/** Items written together: as many as a batch of bills, so that a payment beside it stays fast. */
const CHUNK = 150;
/** More in one pass would keep the database from other work; the next hour goes on. */
const PASSES_MAX = 40;

const CLOCK = "system:clock";

export interface Watched {
  readonly raised: number;
  readonly closed: number;
  readonly leftByWindows: number;
}

/** Safe to call at any time, any number of times: what is raised is found again and not raised twice. @throws UnavailableError */
export async function watchUnbilled(world: World): Promise<Watched> {
  const { port } = world;
  const now = world.now();
  if (!(await isSetUp(port, now))) return { raised: 0, closed: 0, leftByWindows: 0 };
  const today = await todayOf(port, now);
  const closed = await closeAlarms(world, today);
  return { closed, raised: await raiseAlarms(world, today), leftByWindows: await closeWindows(world, today) };
}

interface ToOpen {
  readonly id: string;
  readonly accountId: string;
  readonly runId: string | null;
  readonly reason: HoldReason;
}

async function raiseAlarms(world: World, today: LocalDate): Promise<number> {
  const { unbilledDays } = (await settingsOn(world.port, today, world.now())).billing;
  const cutoff = addDays(today, -unbilledDays);
  return inChunks(world, async () => (await newlyUnbilled(world.port, cutoff, CHUNK)).map((service) => ({ id: alarmId(service.agreementId), accountId: service.accountId, runId: null, reason: alarmOf(service, today, unbilledDays) })));
}

/** A bill closes its alarm itself; what is left are services that were stopped, and limits that were widened. */
async function closeAlarms(world: World, today: LocalDate): Promise<number> {
  const { unbilledDays } = (await settingsOn(world.port, today, world.now())).billing;
  const ids = await billedSince(world.port, addDays(today, -unbilledDays));
  for (let at = 0; at < ids.length; at += CHUNK) {
    const records = await loadExceptions(world.port, ids.slice(at, at + CHUNK));
    await commitChanges(world, [...records.values()].map((record) => cureWork(record, world.now())));
  }
  return ids.length;
}

async function closeWindows(world: World, today: LocalDate): Promise<number> {
  const { port } = world;
  const settings = await settingsOn(port, today, world.now());
  const cycles = await port.query<{ id: string; closeDay: number }>(`SELECT id, close_day AS "closeDay" FROM bill_cycle ORDER BY id`);
  let left = 0;
  for (const { id: cycleId, closeDay } of cycles) {
    const periodTo = lastClose(closeDay, today);
    const { closesOn } = billWindow(cycleId, periodTo, settings);
    if (today >= closesOn) left += await closeWindow(world, { runId: runIdOf(cycleId, periodTo), cycleId, periodTo }, closesOn);
  }
  return left;
}

/** Once for each run: its event stands for it, and comes last, so that a pass that dies in the middle is gone on with. */
async function closeWindow(world: World, run: { readonly runId: string; readonly cycleId: string; readonly periodTo: LocalDate }, closesOn: LocalDate): Promise<number> {
  const { port } = world;
  const { runId, cycleId, periodTo } = run;
  const commandId = `window-closed:${runId}`;
  const [done] = await port.query("SELECT 1 FROM command WHERE id = ?", [commandId]);
  if (done) return 0;
  const left = await inChunks(world, async () => (await leftUnbilled(port, run, CHUNK)).map(({ accountId, reason }) => ({ id: windowClosedId(runId, accountId), accountId, runId, reason: windowClosedOf(cycleId, periodTo, closesOn, reason) })));
  await runStreamCommand(port, { commandId, stream: runStream(runId), input: { closesOn }, provenance: { actor: CLOCK, source: "billing", recordedAt: world.now() } }, () => ({
    ok: true, drafts: [runEvent("BillWindowClosed", { runId, cycleId, periodTo, closesOn, left })], writes: {}, result: { left },
  }));
  return left;
}

/** Opens what `find` finds until it finds nothing more. */
async function inChunks(world: World, find: () => Promise<readonly ToOpen[]>): Promise<number> {
  let opened = 0;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const found = await find();
    if (found.length === 0) break;
    const known = await loadExceptions(world.port, found.map(({ id }) => id));
    await commitChanges(world, found.map(({ id, accountId, runId, reason }) => {
      const change = openWork({ ...workRow(id, reason, accountId), kind: UNBILLED_KIND, severity: "warn" }, known.get(id), world.now());
      return { ...change, row: { ...change.row, runId } };
    }));
    opened += found.length;
    if (found.length < CHUNK) break;
  }
  return opened;
}

async function commitChanges(world: World, changes: readonly ExceptionChange[]): Promise<void> {
  if (changes.length === 0) return;
  const recordedAt = world.now();
  const commandId = `${UNBILLED_KIND}:${world.newId()}`;
  const provenance: Provenance = { commandId, batchId: "", actor: CLOCK, source: "billing", recordedAt };
  const command = { id: commandId, inputHash: inputHash(changes.map(({ row }) => row.id)), result: "{}" };
  await commitUnits(world.port, changes.map((change) => exceptionUnit(change, provenance, command)));
}
