/**
 * A file of a head-end through the same operation that the API calls: received, unpacked, parsed, matched with its meters,
 * validated against four weeks of history, durable and queryable with file and line when it is answered. Against the bare
 * minimum of a database of reads: one row an interval, inserted in sets into the same server.
 */
import { addDays, type LocalDate } from "../domain/calendar/local-date.ts";
import { perSecond, type BenchRow } from "./harness.ts";
import { checkDay, FIRST_DAY, intervalsOf, meterTown, sendFile, slotsOf, type MeterTown } from "./support/cmep-day.ts";
import { createRawIntervals, insertRawIntervals, type RawInterval } from "./support/raw-intervals.ts";

const METERS = Number(process.env["METERS"] ?? 5_000);
const PAIRS = 5;
const HISTORY_DAYS = 28;

let town: MeterTown;
/** The day that is sent next, and the one that the reference inserts next. */
let day: LocalDate = FIRST_DAY;
let rawDay: LocalDate = FIRST_DAY;

export const row: BenchRow = {
  name: "file",
  unit: "intervals/s",
  better: "more",
  goal: 1.0,
  pairs: PAIRS,
  against: "raw set-based insert, one row an interval, same server",
  async setUp() {
    town = await meterTown({ meters: METERS, historyDays: HISTORY_DAYS });
    await createRawIntervals(town.database.port);
  },
  ours: sendDay,
  reference: insertRawDay,
  check,
  tearDown: () => town?.stop(),
};

async function sendDay(): Promise<number> {
  const file = await town.writeDay(day);
  day = addDays(day, 1);
  return perSecond(async () => {
    await sendFile(town.database.port, { ...file, ...town });
    return town.meters.length * slotsOf(file.day);
  });
}

function insertRawDay(): Promise<number> {
  const on = rawDay;
  rawDay = addDays(rawDay, 1);
  return insertRawIntervals(town.database.port, town.meters.flatMap(({ channel }) => Array.from(intervalsOf(channel, on), ([at, value]): RawInterval => [channel, at, value])));
}

/** Every interval of every file is stored with its source; the raw table has as many, with the same sum. */
async function check(): Promise<void> {
  let sum = 0;
  let intervals = 0;
  for (let on = FIRST_DAY; on < day; on = addDays(on, 1)) {
    sum += await checkDay(town, on);
    intervals += town.meters.length * slotsOf(on);
  }
  const [raw] = await town.database.port.query<Record<"rows" | "sum", number>>("SELECT count(*) AS rows, sum(value) AS sum FROM raw_interval");
  if (raw!.rows !== intervals || raw!.sum !== sum) throw new Error(`the files have ${intervals} intervals with the sum ${sum}, the raw table ${raw!.rows} with ${raw!.sum}`);
}
