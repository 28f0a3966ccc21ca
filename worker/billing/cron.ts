/** What the clock does about bills: starts the run of a cycle that has closed, tries held accounts again each day of the window, wakes runs that nobody drains. */
import { countDue, runCounts } from "../../db/billing/due.ts";
import { isSetUp, settingsOn, timeZoneOf, todayOf } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, wallClockOf } from "../../domain/calendar/zone.ts";
import { billWindow, lastClose } from "../../domain/billing/cycle.ts";
import { runIdOf } from "../../domain/billing/run.ts";
import type { Actor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "../operations/context.ts";
import { findRun, orphanedRuns } from "./lease.ts";
import { startBillRun } from "./start.ts";
import { winterAveragesByClock } from "./winter-averages.ts";

/** Minutes after local midnight: the reads of the last day arrive in the night. */
const RUNS_FROM_MINUTE = 5 * 60;

const CLOCK: Actor = { kind: "system", name: "clock" };

/** Called every minute; finds in the database what is due. @returns the runs it started, tried again or woke */
export async function billingByClock(world: World): Promise<string[]> {
  const { port } = world;
  const now = world.now();
  const woken = new Set(await orphanedRuns(port, now));
  woken.forEach((runId) => world.wakeRun(runId));
  if (!(await isSetUp(port, now)) || !(await isRunTime(world))) return [...woken];
  const today = await todayOf(port, now);
  // Before the cycles: a bill of today rests on the new averages.
  await winterAveragesByClock(world, today);
  const cycles = await port.query<{ id: string; closeDay: number }>(`SELECT id, close_day AS "closeDay" FROM bill_cycle ORDER BY id`);
  for (const { id, closeDay } of cycles) {
    const started = await cycleByClock(world, id, lastClose(closeDay, today), today);
    if (started) woken.add(started);
  }
  return [...woken];
}

async function isRunTime({ port, now }: World): Promise<boolean> {
  return wallClockOf(now(), await timeZoneOf(port, now())).minute >= RUNS_FROM_MINUTE;
}

async function cycleByClock(world: World, cycleId: string, periodTo: LocalDate, today: LocalDate): Promise<string | null> {
  const { port } = world;
  const settings = await settingsOn(port, today, world.now());
  const { utility } = settings;
  const window = billWindow(cycleId, periodTo, settings);
  if (today >= window.closesOn) return null;
  const runId = runIdOf(cycleId, periodTo);
  const run = await findRun(port, runId);
  if (run) {
    if (run.status === "running" || run.finishedAt === null || localDateOf(run.finishedAt, utility.timeZone) >= today) return null;
    const { held, failed } = await runCounts(port, runId);
    if (held + failed === 0) return null;
  } else if ((await countDue(port, { runId, cycleId, periodTo })) === 0) return null;
  const answer = await startBillRun(world, CLOCK, { commandId: `clock:${runId}:${today}`, cycleId, periodTo });
  return answer.status === "done" && !answer.replayed ? runId : null;
}
