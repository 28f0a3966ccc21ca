import { describe, expect, test } from "vitest";
import { addDays, dayNumber, type LocalDate } from "../../domain/calendar/local-date.ts";
import { MISSING, parametersFor, registerAdvance, validateIntervals, type Channel } from "../../domain/metering/index.ts";
import { asSent, dialsShow, intervalsOfDay, usageOfDay, type MeterUse } from "./generator.ts";
import { generatedDays, temperatureOf } from "./generator-weather.ts";

const ZONE = "America/Chicago";
const SEED = 20_26;

const days = (from: LocalDate, to: LocalDate) => generatedDays(SEED, { from, to }, ZONE, new Set());
const dayOf = (date: LocalDate) => days(date, addDays(date, 1))[0]!;
const sum = (values: Int32Array) => values.reduce((total, value) => total + value, 0);

const home: MeterUse = { seed: 7, pattern: "home", step: 15, quantum: 1, base: 14_000, freeFactor: 1.14, perWarmDegree: 600, perColdDegree: 200, watering: 0, events: [], faults: [] };
const taps: MeterUse = { seed: 8, pattern: "taps", step: 60, quantum: 100, base: 160_000, freeFactor: 1.1, perWarmDegree: 0, perColdDegree: 0, watering: 90_000, events: [], faults: [] };

const channelOf = (use: MeterUse): Channel => ({
  channelId: 1, meterId: "m", commodity: use.pattern === "taps" ? "water" : "electric", kind: "interval", unit: use.pattern === "taps" ? "gal" : "kWh", stepMinutes: use.step, multiplier: "1", dials: null, direction: "delivered",
});

/** The rules of the product that the day as it was sent does not pass. */
function found(use: MeterUse, date: LocalDate): string[] {
  const channel = channelOf(use);
  const values = asSent(use, dayOf(date), intervalsOfDay(use, dayOf(date)));
  const span = { channel, day: date, days: 1, values, quality: null, expected: values.length, history: { previous: null, lastYear: null, zeroDaysBefore: 0, flowSlotsBefore: 0 }, serviceActive: true, registerUsage: null };
  return validateIntervals(span, parametersFor([], channel.commodity, "residential", date)).map(({ ruleId }) => ruleId);
}

describe("the generator", () => {
  test("makes the same day again, in whatever order it is asked", () => {
    const year = days("2025-10-01", "2026-10-01");
    const forwards = year.map((day) => [...intervalsOfDay(home, day)]);
    const backwards = year.toReversed().map((day) => [...intervalsOfDay(home, day)]).toReversed();
    expect(backwards).toEqual(forwards);
  });

  test("makes other days from another seed", () => {
    const day = dayOf("2026-04-14");
    expect([...intervalsOfDay({ ...home, seed: 9 }, day)]).not.toEqual([...intervalsOfDay(home, day)]);
  });

  test("spreads a day over its intervals to the last watt-hour and the last tenth of a gallon", () => {
    for (const use of [home, taps]) {
      for (const day of days("2025-10-01", "2026-10-01")) {
        const values = intervalsOfDay(use, day);
        expect(sum(values)).toBe(usageOfDay(use, day));
        expect(values.every((value) => value >= 0 && value % use.quantum === 0)).toBe(true);
      }
    }
  });

  test("gives the day on which clocks go forward 23 hours and the one on which they go back 25", () => {
    const hours = (date: LocalDate) => [intervalsOfDay(taps, dayOf(date)).length, intervalsOfDay(home, dayOf(date)).length];
    expect(hours("2026-03-08")).toEqual([23, 92]);
    expect(hours("2026-11-01")).toEqual([25, 100]);
    expect(hours("2026-06-01")).toEqual([24, 96]);
  });

  test("sends one o'clock twice in autumn and never two o'clock in spring", () => {
    expect([...dayOf("2026-11-01").hourOf[60]].slice(0, 4)).toEqual([0, 1, 1, 2]);
    expect([...dayOf("2026-03-08").hourOf[60]].slice(0, 4)).toEqual([0, 1, 3, 4]);
  });

  test("is warm in July and cold in January, and uses more power in both than in April", () => {
    const mean = (from: LocalDate, to: LocalDate, of: (day: ReturnType<typeof dayOf>) => number) => {
      const all = days(from, to).map(of);
      return all.reduce((total, each) => total + each, 0) / all.length;
    };
    expect(mean("2026-07-01", "2026-08-01", (day) => temperatureOf(SEED, day.number))).toBeGreaterThan(68);
    expect(mean("2026-01-01", "2026-02-01", (day) => day.temperature)).toBeLessThan(32);
    const use = (from: LocalDate, to: LocalDate) => mean(from, to, (day) => usageOfDay(home, day));
    expect(use("2026-07-01", "2026-08-01")).toBeGreaterThan(1.1 * use("2026-05-01", "2026-06-01"));
    expect(use("2026-01-01", "2026-02-01")).toBeGreaterThan(1.1 * use("2026-05-01", "2026-06-01"));
  });

  test("uses more in the evening than in the night", () => {
    const hours = new Float64Array(24);
    for (const day of days("2026-05-01", "2026-06-01")) intervalsOfDay(home, day).forEach((value, slot) => (hours[day.hourOf[15][slot]!]! += value));
    expect(hours[19]!).toBeGreaterThan(2 * hours[3]!);
  });
});

describe("a household", () => {
  test("that is away closes its taps and idles its power", () => {
    const day = dayOf("2026-05-12");
    const away: MeterUse["events"] = [{ kind: "away", from: day.number, to: day.number + 3 }];
    expect(usageOfDay({ ...taps, events: away }, day)).toBe(0);
    expect(usageOfDay({ ...home, events: away }, day)).toBeLessThan(0.5 * usageOfDay(home, day));
    expect(usageOfDay({ ...home, events: away }, day)).toBeGreaterThan(0);
  });

  test("that has moved out stays below what counts as usage without a customer", () => {
    for (const day of days("2026-01-01", "2026-12-31")) {
      const events: MeterUse["events"] = [{ kind: "empty", from: day.number, to: day.number + 1 }];
      expect(usageOfDay({ ...home, events }, day)).toBeLessThan(1000);
      expect(usageOfDay({ ...taps, events }, day)).toBe(0);
    }
  });

  test("with a leak never has an hour without water, also on days of 23 and 25 hours", () => {
    const leaking: MeterUse = { ...taps, events: [{ kind: "leak", from: dayNumber("2026-03-01"), to: dayNumber("2026-11-15"), perHour: 9_000 }] };
    for (const day of days("2026-03-01", "2026-11-15")) {
      const values = intervalsOfDay(leaking, day);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(9_000);
      expect(sum(values)).toBe(usageOfDay(leaking, day));
    }
  });

  test("without one leaves the water still for some hours of nearly every day", () => {
    const year = days("2025-10-01", "2026-10-01");
    expect(year.filter((day) => intervalsOfDay(taps, day).includes(0)).length).toBeGreaterThan(0.98 * year.length);
  });
});

describe("what a meter gets wrong", () => {
  const date = "2026-05-12";
  const day = dayNumber(date);

  test("an ordinary day raises nothing", () => {
    expect(found(home, date)).toEqual([]);
    expect(found(taps, date)).toEqual([]);
  });

  test("a spike is found, and the register does not know of it", () => {
    const use: MeterUse = { ...home, faults: [{ kind: "spike", day, hour: 18, perHour: 64_000 }] };
    expect(found(use, date)).toEqual(["spike"]);
    expect(usageOfDay(use, dayOf(date))).toBe(usageOfDay(home, dayOf(date)));
  });

  test("a stuck meter repeats itself all day", () => {
    const use: MeterUse = { ...home, faults: [{ kind: "stuck", from: day - 1, to: day + 1, perHour: 912 }] };
    expect(found(use, date)).toEqual(["stuck"]);
    expect(found(use, addDays(date, 1))).toEqual([]);
  });

  test("a gap leaves out the hours between its ends, over midnight", () => {
    const use: MeterUse = { ...home, faults: [{ kind: "gap", from: day, fromHour: 14, to: day + 1, toHour: 20 }] };
    const missing = (on: LocalDate) => asSent(use, dayOf(on), intervalsOfDay(use, dayOf(on))).filter((value) => value === MISSING).length;
    expect([missing(addDays(date, -1)), missing(date), missing(addDays(date, 1)), missing(addDays(date, 2))]).toEqual([0, 40, 80, 0]);
    expect(found(use, date)).toEqual(["missing"]);
  });
});

test("a register comes round to zero after its last digit, and the product sees the usage through it", () => {
  expect(dialsShow(99_999_600, 5)).toBe(99_999_000);
  expect(dialsShow(100_000_100, 5)).toBe(0);
  const [before, after] = [dialsShow(99_980_000, 5), dialsShow(100_012_345, 5)];
  expect([before, after]).toEqual([99_980_000, 12_000]);
  expect(registerAdvance(before, after, { multiplier: "1", dials: 5, direction: "delivered" })).toEqual({ kind: "rollover", usage: 32_000 });
});
