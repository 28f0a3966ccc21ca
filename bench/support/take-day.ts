/**
 * A process of its own that sends one file and takes it in, so that its memory and its processor time are those of that work
 * alone. Told what to do, and tells what it took, over the channel of its parent (`bench/day.ts`).
 */
import { cpuUsage, memoryUsage } from "node:process";
import { openLibsql } from "../../db/libsql.ts";
import { sendFile, type FileToSend } from "./cmep-day.ts";

export interface DayToTake extends FileToSend {
  readonly databaseUrl: string;
}

/** Seconds, and resident megabytes: before, when a quarter of the file was parsed, at its end, and the most in between. */
export interface DayTaken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly memory: Readonly<Record<"before" | "quarter" | "end" | "peak", number>>;
}

process.once("message", (day: DayToTake) => {
  void take(day).then((taken) => process.send!(taken, () => process.disconnect()));
});

async function take({ databaseUrl, ...file }: DayToTake): Promise<DayTaken> {
  const before = megabytes();
  let quarter = 0;
  let end = 0;
  let peak = 0;
  const cpu = cpuUsage();
  const start = performance.now();
  await sendFile(openLibsql({ url: databaseUrl }), file, (share) => {
    end = megabytes();
    peak = Math.max(peak, end);
    if (share <= 0.25 || quarter === 0) quarter = end;
  });
  const { user, system } = cpuUsage(cpu);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6, memory: { before, quarter, end, peak } };
}

function megabytes(): number {
  return Math.round(memoryUsage.rss() / 1_048_576);
}
