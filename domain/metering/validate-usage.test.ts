import { describe, expect, test } from "vitest";
import { eachDay } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import { NO_HISTORY } from "./history.ts";
import { slotCount, type StoredDay } from "./packed-day.ts";
import { usageForPeriod, type UsageInput } from "./usage.ts";
import { validateUsage, windowOfUsage, type UsageFacts } from "./validate-usage.ts";
import { parametersFor } from "./vee-parameters.ts";

const ZONE = "America/Chicago";
const period = { from: "2026-04-01", to: "2026-05-01" };
const dial: Channel = { channelId: 1, meterId: "m", commodity: "water", kind: "register", unit: "gal", multiplier: "1", dials: 7, direction: "delivered" };
const hourly: Channel = { ...dial, channelId: 2, kind: "interval", stepMinutes: 60, dials: null };
const legOf = (channel: Channel) => ({ channel, badge: "W1", from: 0, to: null });
const read = (day: string, value: number, quality: RegisterRead["quality"] = "actual"): RegisterRead => ({ channelId: 1, readAt: startOfDay(day, ZONE), version: 1, value, quality });
const daysOf = (value: number, quality: (day: string) => number = () => 0): StoredDay[] =>
  eachDay(period).map((day) => ({ channelId: 2, day, version: 1, revisions: [], raw: { values: new Int32Array(slotCount(day, ZONE, 60)).fill(value), quality: new Uint8Array(24).fill(quality(day)) } }));
const judged = (input: Partial<UsageInput>, facts: Partial<UsageFacts> = {}) =>
  validateUsage(usageForPeriod({ period, zone: ZONE, unit: "gal", legs: [legOf(dial)], days: [], registerReads: [], openExceptions: [], ...input }), {
    commodity: "water", parameters: parametersFor([], "water", "residential", "2026-05-01"), history: NO_HISTORY, estimatedPeriodsBefore: 0, serviceActive: true, ...facts,
  });
const before = (perDay: number, estimatedPerMille = 0) => ({ ...NO_HISTORY, previous: windowOfUsage({ days: 30, usage: perDay * 30, estimatedPerMille }) });
const reads = (used: number, quality: RegisterRead["quality"] = "actual") => [read("2026-04-01", 1_000_000), read("2026-05-01", 1_000_000 + used, quality)];

test("an ordinary period passes", () => expect(judged({ registerReads: reads(6_000_000) }, { history: before(190_000) })).toEqual([]));

test("a period without its end read cannot be billed", () => {
  expect(judged({ registerReads: reads(1).slice(0, 1) })).toMatchObject([{ ruleId: "no-end-read", severity: "fail", day: "2026-04-01" }]);
});

test("a day with an open exception holds the bill", () => {
  const openExceptions = [{ channelId: 1, day: "2026-04-09", ruleId: "negative" }];
  expect(judged({ registerReads: reads(6_000_000), openExceptions })).toMatchObject([{ ruleId: "undecided", severity: "fail", sentence: "Exceptions on 1 day wait for a decision, the first on 2026-04-09." }]);
});

describe("unusual usage", () => {
  test("more than twice the usual and 66 gallons a day over it is high", () => {
    expect(judged({ registerReads: reads(18_000_000) }, { history: before(200_000) })).toMatchObject([{ ruleId: "high", severity: "fail", sentence: "Usage is high: 600 gal a day against 200 gal in the weeks before." }]);
    expect(judged({ registerReads: reads(2_700_000) }, { history: before(30_000) })).toEqual([]);
  });

  test("under half is low; an estimated period before is not judged by", () => {
    expect(judged({ registerReads: reads(2_000_000) }, { history: before(200_000) })).toMatchObject([{ ruleId: "low" }]);
    expect(judged({ registerReads: reads(2_000_000) }, { history: before(200_000, 1_000) })).toEqual([]);
  });

  test("nothing is told once, and queued the second time", () => {
    expect(judged({ registerReads: reads(0) }, { history: before(200_000) })).toMatchObject([{ ruleId: "zero", severity: "info" }]);
    expect(judged({ registerReads: reads(0) }, { history: before(0) })).toMatchObject([{ ruleId: "zero", severity: "warn", sentence: "No usage in 30 days although the service is active, and none in the period before." }]);
    expect(judged({ registerReads: reads(0) }, { serviceActive: false })).toEqual([]);
  });

  test("something where nobody is the customer is queued", () => {
    expect(judged({ registerReads: reads(6_000_000) }, { serviceActive: false })).toMatchObject([{ ruleId: "inactive", severity: "warn" }]);
  });
});

describe("two measurements of one meter", () => {
  const both = { legs: [legOf(dial), legOf(hourly)], days: daysOf(10_000) };
  const sum = 30 * 24 * 10_000;

  test("agree within ten dial units or one percent", () => {
    expect(judged({ ...both, registerReads: reads(sum + 72_000) })).toEqual([]);
    expect(judged({ ...both, registerReads: reads(sum + 80_000) })).toMatchObject([{ ruleId: "sum", severity: "fail", numbers: { difference: -80_000, tolerance: 72_800 } }]);
  });

  test("are not compared when the register was read at another time", () => {
    const late = [read("2026-04-01", 1_000_000), { ...read("2026-05-01", 9_000_000), readAt: startOfDay("2026-05-01", ZONE) + 3_600_000 }];
    expect(judged({ ...both, registerReads: late })).toEqual([]);
  });
});

describe("estimates", () => {
  test("more than two percent of the intervals hold the bill, where that is the gate", () => {
    const days = daysOf(10_000, (day) => (day === "2026-04-10" ? 1 : 0));
    expect(judged({ legs: [legOf(hourly)], days })).toEqual([]);
    const parameters = parametersFor([{ effectiveFrom: "2026-01-01", commodity: "water", customerClass: null, overrides: { quality: { percent: 2 } } }], "water", "residential", "2026-05-01");
    expect(judged({ legs: [legOf(hourly)], days }, { parameters })).toMatchObject([{ ruleId: "quality", severity: "fail", sentence: "3 % of the intervals were not measured (0 missing, 24 estimated, 0 edited); the limit is 2 %." }]);
  });

  test("the second estimated bill in a row asks for a read", () => {
    const registerReads = reads(6_000_000, "estimated");
    expect(judged({ registerReads })).toEqual([]);
    expect(judged({ registerReads }, { estimatedPeriodsBefore: 1 })).toMatchObject([{ ruleId: "prolonged-estimate", severity: "warn", sentence: "This is estimated bill number 2 in a row; the meter must be read." }]);
  });
});
