/** Real reads of real houses, which nobody complained of: the rules must be quiet on them. Skipped where the files are not there. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LocalDate } from "../calendar/local-date.ts";
import { localDateOf, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { Channel } from "./channel.ts";
import { historyWindows, NO_HISTORY, windowOfDays } from "./history.ts";
import { dayStats, emptyDay, slotAt, slotCount } from "./packed-day.ts";
import { parseInstant } from "./instant-text.ts";
import { parseMilli } from "./units.ts";
import { parametersFor } from "./vee-parameters.ts";
import { validateIntervals } from "./vee.ts";

const FOLDER = new URL("../../../shared/data/ami_readings/", import.meta.url);

interface Source {
  readonly file: string;
  readonly zone: TimeZone;
  readonly channel: Pick<Channel, "commodity" | "unit" | "stepMinutes">;
  readonly at: (text: string) => Instant | null;
}

const SOURCES: readonly Source[] = [
  { file: "ausgrid/customer12_halfhour_2011_2012.csv.gz", zone: "UTC", channel: { commodity: "electric", unit: "kWh", stepMinutes: 30 }, at: (text) => parseInstant(`${text.replace(" ", "T")}Z`) },
  { file: "eemeter/il-electricity-cdd-hdd-hourly.csv.gz", zone: "America/Chicago", channel: { commodity: "electric", unit: "kWh", stepMinutes: 60 }, at: parseInstant },
  { file: "eemeter/il-gas-hdd-only-hourly.csv.gz", zone: "America/Chicago", channel: { commodity: "gas", unit: "therm", stepMinutes: 60 }, at: parseInstant },
];

function readDays({ file, zone, channel, at }: Source): Map<LocalDate, Int32Array> {
  const lines = gunzipSync(readFileSync(new URL(file, FOLDER))).toString().trim().split("\n").slice(1);
  const days = new Map<LocalDate, Int32Array>();
  for (const line of lines) {
    const [time = "", value = ""] = line.split(",");
    const instant = at(time)!;
    const day = localDateOf(instant, zone);
    if (!days.has(day)) days.set(day, emptyDay(slotCount(day, zone, channel.stepMinutes!)).values);
    days.get(day)![slotAt(instant, day, zone, channel.stepMinutes!)] = parseMilli(value)!;
  }
  return days;
}

describe.skipIf(!existsSync(FOLDER))("a year and more of a real house (needs the shared reads)", () => {
  test.each(SOURCES)("$file raises no alarm on a whole day", (source) => {
    const channel: Channel = { channelId: 1, meterId: "m", kind: "interval", multiplier: "1", direction: "delivered", ...source.channel };
    const days = readDays(source);
    const stats = [...days].map(([day, values]) => ({ day, stats: dayStats({ values, quality: null }) }));
    const windowIn = ({ from, to }: { from: LocalDate; to: LocalDate }) => windowOfDays(stats.filter(({ day }) => day >= from && day < to).map((one) => one.stats));
    const parameters = parametersFor([], channel.commodity, "residential", "2026-01-01");
    const alarms = [...days].flatMap(([day, values]) => {
      const { previous, lastYear } = historyWindows(day);
      const history = { ...NO_HISTORY, previous: windowIn(previous), lastYear: windowIn(lastYear) };
      return validateIntervals({ channel, day, days: 1, values, quality: null, expected: values.length, history, serviceActive: true, registerUsage: null }, parameters);
    });
    expect(days.size).toBeGreaterThan(360);
    expect(alarms.filter(({ ruleId }) => ruleId !== "missing").map(({ day, sentence }) => `${day} ${sentence}`)).toEqual([]);
    expect(alarms.length).toBeLessThanOrEqual(1);
  });
});
