import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, eachDay, isoWeekday, type LocalDate, type Period } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import { estimateIntervals, estimateRead, estimateWindows, type EstimateInput, type EstimateReadInput } from "./estimate.ts";
import { NO_HISTORY, type HistoryWindow } from "./history.ts";
import { dayClass } from "./like-days.ts";
import { bestOf, dayStats, MISSING, slotCount, type PackedDay, type StoredDay } from "./packed-day.ts";

const ZONE = "America/Chicago";
const hourly: Channel = { channelId: 5, meterId: "m", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const stored = (day: LocalDate, values: (slot: number) => number, more: Partial<PackedDay> = {}): StoredDay => ({
  channelId: 5, day, version: 1, revisions: [], raw: { values: Int32Array.from({ length: slotCount(day, ZONE, 60) }, (_, slot) => values(slot)), quality: null, ...more },
});
const one = (day: LocalDate): Period => ({ from: day, to: addDays(day, 1) });
const estimate = (input: Partial<EstimateInput> & Pick<EstimateInput, "period" | "days">) =>
  estimateIntervals({ channel: hourly, zone: ZONE, installedFrom: 0, installedTo: null, until: Date.UTC(2030, 0, 1), holidays: new Set(), history: NO_HISTORY, classDaily: null, isVacant: () => false, registerUsage: null, ...input });
const windowOf = (daily: number): HistoryWindow => ({ days: 30, usage: daily * 30, slots: 720, present: 720, estimated: 0, maxSlot: daily });
const valuesOf = (result: ReturnType<typeof estimate>, day: LocalDate) => result.days.find((one) => one.day === day)?.layer.values;
/** Thursday. */
const DAY = "2026-03-05";

describe("a gap of up to two hours", () => {
  test("is filled by the line between its neighbours", () => {
    const result = estimate({ period: one(DAY), days: [stored(DAY, (slot) => (slot === 10 || slot === 11 ? MISSING : slot * 100))] });
    expect(valuesOf(result, DAY)!.slice(9, 13)).toEqual(Int32Array.of(MISSING, 1_000, 1_100, MISSING));
    expect(result).toMatchObject({ filled: 2, unfilled: 0, counts: { linear: 2 }, scaled: false });
    expect(result.days[0]!.methods).toBe("..........LL............");
    expect([...result.days[0]!.layer.quality!].filter((code) => code === 1)).toHaveLength(2);
  });

  test("takes its neighbour over midnight, and one neighbour alone flat", () => {
    const withEve = estimate({ period: one(DAY), days: [stored("2026-03-04", () => 600), stored(DAY, (slot) => (slot === 0 ? MISSING : 800))] });
    expect(valuesOf(withEve, DAY)![0]).toBe(700);
    const alone = estimate({ period: one(DAY), days: [stored(DAY, (slot) => (slot === 0 ? MISSING : 800))] });
    expect([valuesOf(alone, DAY)![0], alone.counts.flat]).toEqual([800, 1]);
  });
});

describe("a longer gap", () => {
  const weeks = eachDay({ from: "2026-01-22", to: DAY }).map((day) => stored(day, (slot) => (isoWeekday(day) >= 6 ? 2_000 : 1_000) + slot));

  test("is the mean of like days in the weeks before: a weekday of weekdays, a Sunday of Sundays", () => {
    const empty = stored(DAY, () => MISSING);
    expect(valuesOf(estimate({ period: one(DAY), days: [...weeks, empty] }), DAY)).toEqual(Int32Array.from({ length: 24 }, (_, slot) => 1_000 + slot));
    expect(valuesOf(estimate({ period: one(DAY), days: [...weeks, empty], holidays: new Set([DAY]) }), DAY)).toEqual(Int32Array.from({ length: 24 }, (_, slot) => 2_000 + slot));
  });

  test("uses the four nearest and only what was measured", () => {
    const days = weeks.map((day) => (day.day === "2026-03-04" ? stored(day.day, () => 9_000, { quality: new Uint8Array(24).fill(1) }) : day.day === "2026-03-03" ? stored(day.day, () => 5_000) : day));
    const result = estimate({ period: one(DAY), days });
    expect(valuesOf(result, DAY)![0]).toBe((5_000 + 3 * 1_000) / 4);
    expect(result.counts.likeDays).toBe(24);
  });

  test("goes by the wall clock on a day whose clocks change", () => {
    const spring = "2026-03-08";
    const sundays = ["2026-02-15", "2026-02-22", "2026-03-01"].map((day) => stored(day, (slot) => slot * 100));
    const result = estimate({ period: one(spring), days: sundays });
    expect(valuesOf(result, spring)).toEqual(Int32Array.of(0, 100, ...Array.from({ length: 21 }, (_, i) => (i + 3) * 100)));
  });

  test("falls back to last year's season, the period before, the class, and says which", () => {
    const lastYear = [stored("2025-03-06", () => 700)];
    expect(estimate({ period: one(DAY), days: lastYear }).counts.lastYear).toBe(24);
    const flat = (input: Partial<EstimateInput>) => {
      const result = estimate({ period: one(DAY), days: [], ...input });
      return [valuesOf(result, DAY)?.[0], Object.entries(result.counts).find(([, count]) => count > 0)?.[0]];
    };
    expect(flat({ history: { ...NO_HISTORY, lastYear: windowOf(24_000), previous: windowOf(48_000) } })).toEqual([1_000, "lastYear"]);
    expect(flat({ history: { ...NO_HISTORY, previous: windowOf(48_000) } })).toEqual([2_000, "previous"]);
    expect(flat({ classDaily: 12_000 })).toEqual([500, "classAverage"]);
    expect(flat({ classDaily: 12_000, classShape: (_, slot) => (slot === 0 ? 900 : null) })).toEqual([900, "classAverage"]);
    expect(flat({ channel: { ...hourly, multiplier: "40" }, classShape: () => 80_000 })).toEqual([2_000, "classAverage"]);
    expect(flat({ classShape: () => 900, order: ["previous"] })).toEqual([undefined, undefined]);
    expect(flat({ history: { ...NO_HISTORY, previous: windowOf(48_000) }, classShape: () => 900 })).toEqual([2_000, "previous"]);
    expect(flat({ classDaily: 12_000, isVacant: () => true })).toEqual([0, "vacant"]);
    expect(estimate({ period: one(DAY), days: [] })).toMatchObject({ days: [], filled: 0, unfilled: 24 });
  });
});

describe("what is estimated", () => {
  test("adds up to the registers exactly where their reads are there", () => {
    const weeks = eachDay({ from: "2026-02-01", to: DAY }).map((day) => stored(day, (slot) => 1_000 + slot));
    const days = [...weeks, stored(DAY, (slot) => (slot < 12 ? 1_000 : MISSING))];
    const result = estimate({ period: one(DAY), days, registerUsage: 12_000 + 7_777 });
    expect(result.scaled).toBe(true);
    expect(dayStats(result.days[0]!.layer).sum).toBe(7_777);
    const scaledMeter = estimate({ channel: { ...hourly, multiplier: "40" }, period: one(DAY), days, registerUsage: 40 * (12_000 + 7_777) });
    expect(dayStats(scaledMeter.days[0]!.layer).sum).toBe(7_777);
  });

  test("is not scaled where the measured intervals already exceed the registers, or the period is not over", () => {
    const days = [stored("2026-03-04", () => 1_000), stored(DAY, (slot) => (slot < 12 ? 1_000 : MISSING))];
    expect(estimate({ period: one(DAY), days, registerUsage: 11_000 }).scaled).toBe(false);
    const midday = estimate({ period: one(DAY), days, registerUsage: 30_000, until: startOfDay(DAY, ZONE) + 18 * 3_600_000 });
    expect(midday).toMatchObject({ scaled: false, filled: 6 });
  });

  test("stops at a meter exchange", () => {
    const days = [stored("2026-03-04", () => 1_000), stored(DAY, () => MISSING)];
    const result = estimate({ period: one(DAY), days, installedFrom: startOfDay(DAY, ZONE) + 8 * 3_600_000, installedTo: startOfDay(DAY, ZONE) + 20 * 3_600_000 });
    expect(result.days[0]!.methods).toBe("........DDDDDDDDDDDD....");
  });

  test("never stands over a measured value, and what is stored as a revision leaves nothing to estimate", () => {
    const holes = fc.array(fc.boolean(), { minLength: 24 * 7, maxLength: 24 * 7 });
    fc.assert(
      fc.property(holes, fc.option(fc.integer({ min: 200_000, max: 400_000 })), (missing, registerUsage) => {
        const period = { from: "2026-03-02", to: "2026-03-09" };
        let at = 0;
        const days = eachDay(period).map((day) => stored(day, (slot) => (missing[at++] ? MISSING : 900 + slot * 10)));
        const history = { ...NO_HISTORY, previous: windowOf(24_000) };
        const result = estimate({ period, days, history, registerUsage });
        expect(result.unfilled).toBe(0);
        const filled = days.map((day) => {
          const made = result.days.find((one) => one.day === day.day);
          return made === undefined ? day : { ...day, revisions: [{ revision: 1, origin: "estimate" as const, layer: made.layer }] };
        });
        for (const [i, day] of filled.entries()) {
          const best = bestOf(day.raw, day.revisions).values;
          days[i]!.raw.values.forEach((value, slot) => {
            if (value !== MISSING) expect(best[slot]).toBe(value);
          });
        }
        const whole = filled.reduce((sum, day) => sum + dayStats(bestOf(day.raw, day.revisions)).sum, 0);
        if (result.scaled) expect(whole).toBe(registerUsage);
        expect(estimate({ period, days: filled, history, registerUsage }).filled).toBe(0);
      }),
    );
  });
});

test("the days worth loading lie around the period and a year before it", () => {
  expect(estimateWindows({ from: "2026-03-01", to: "2026-04-01" })).toEqual({ around: { from: "2026-01-18", to: "2026-05-13" }, lastYear: { from: "2025-02-16", to: "2025-04-16" } });
});

test("a holiday is like a Sunday", () => {
  expect(["2026-07-04", "2026-07-05", "2026-07-06"].map((day) => dayClass(day, new Set(["2026-07-06"])))).toEqual(["saturday", "sunday", "sunday"]);
});

describe("a read for a meter that was not reached", () => {
  const dial: Channel = { ...hourly, kind: "register", unit: "gal", commodity: "water", dials: 5, stepMinutes: null };
  const previous: RegisterRead = { channelId: 5, readAt: Date.UTC(2026, 1, 1), version: 1, value: 10_000_000, quality: "actual" };
  const read = (more: Partial<EstimateReadInput>) => estimateRead({ channel: dial, previous, at: Date.UTC(2026, 2, 3), history: NO_HISTORY, beforeLastYear: null, classDaily: null, isVacant: false, ...more });

  test("is the usual daily usage times the days, in whole units", () => {
    expect(read({ history: { ...NO_HISTORY, previous: windowOf(150_050) } })).toMatchObject({ method: "previous", days: 30, daily: 150_050, read: { value: 14_502_000, quality: "estimated" } });
  });

  test("follows last year's season with this year's trend, within reason", () => {
    const history = { ...NO_HISTORY, lastYear: windowOf(100_000), previous: windowOf(120_000) };
    expect(read({ history, beforeLastYear: windowOf(100_000) })).toMatchObject({ method: "lastYear", daily: 120_000 });
    expect(read({ history, beforeLastYear: windowOf(10_000) })).toMatchObject({ daily: 200_000 });
    expect(read({ history })).toMatchObject({ daily: 100_000 });
  });

  test("rolls over as the register would, stays where nobody is served, and is refused without anything to go by", () => {
    expect(read({ previous: { ...previous, value: 99_000_000 }, classDaily: 100_000 })?.read.value).toBe(2_000_000);
    expect(read({ isVacant: true })).toMatchObject({ method: "vacant", read: { value: 10_000_000 } });
    expect(read({})).toBeNull();
    expect(read({ at: previous.readAt, classDaily: 1 })).toBeNull();
  });
});
