/**
 * A day of quarter hours of a whole utility (100,000 meters; another number in METERS) in one file, against the clock, with the
 * memory of the process that takes it in: when a quarter of the file was parsed, and when all of it was.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./harness.ts";
import { checkDay, FIRST_DAY, meterTown, slotsOf, type MeterTown } from "./support/cmep-day.ts";
import type { DayTaken, DayToTake } from "./support/take-day.ts";

const METERS = Number(process.env["METERS"] ?? 100_000);
/** As many as the rules need to know a channel by; more would only make the row longer to set up. */
const HISTORY_DAYS = 14;
/** The goal is of a day of this many meters; a smaller trial has as much less time. */
const FULL_METERS = 100_000;
const FULL_SECONDS = 60;

let town: MeterTown;

export const row: BenchRow = {
  name: "day",
  unit: "s",
  better: "less",
  goal: (FULL_SECONDS * METERS) / FULL_METERS,
  pairs: 1,
  warmUp: false,
  against: "the clock (reference: one second)",
  async setUp() {
    town = await meterTown({ meters: METERS, historyDays: HISTORY_DAYS });
  },
  ours: takeDay,
  reference: () => 1,
  check: () => checkDay(town, FIRST_DAY).then(() => undefined),
  tearDown: () => town?.stop(),
};

async function takeDay(): Promise<number> {
  const file = await town.writeDay(FIRST_DAY);
  const taker = fork(fileURLToPath(new URL("./support/take-day.ts", import.meta.url)));
  taker.send({ ...file, token: town.token, folder: town.folder, databaseUrl: town.database.url } satisfies DayToTake);
  const ended = once(taker, "exit").then(() => {
    throw new Error("the process that took the file in ended without having stored it");
  });
  const [taken] = (await Promise.race([once(taker, "message"), ended])) as [DayTaken];
  await ended.catch(() => undefined);
  const { seconds, cpuSeconds, memory } = taken;
  console.log(
    `day: ${(town.meters.length * slotsOf(FIRST_DAY)).toLocaleString("en-US")} intervals in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor time in the process that parsed; ` +
      `its memory: ${memory.before} MB before, ${memory.quarter} MB at a quarter of the file, ${memory.end} MB at its end, ${memory.peak} MB at most`,
  );
  return seconds;
}
