import { describe, expect, test } from "vitest";
import { addDays, eachDay } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import { MISSING, slotCount, type PackedDay, type StoredDay } from "./packed-day.ts";
import { usageForPeriod, type ChannelLeg, type UsageInput } from "./usage.ts";

const ZONE = "America/Chicago";
const period = { from: "2026-03-01", to: "2026-04-01" };
const dial: Channel = { channelId: 1, meterId: "m1", commodity: "water", kind: "register", unit: "gal", multiplier: "1", dials: 6, direction: "delivered" };
const series: Channel = { channelId: 2, meterId: "m1", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered" };
const leg = (channel: Channel, from = "2024-01-01", to: string | null = null): ChannelLeg => ({ channel, badge: channel.meterId.toUpperCase(), from: startOfDay(from, ZONE), to: to === null ? null : startOfDay(to, ZONE) });
const read = (channelId: number, day: string, value: number, more: Partial<RegisterRead> = {}): RegisterRead => ({ channelId, readAt: startOfDay(day, ZONE), version: 1, value, quality: "actual", ...more });
const filled = (channel: Channel, value: number, { from, to } = period): StoredDay[] =>
  eachDay({ from, to }).map((day) => ({ channelId: channel.channelId, day, version: 1, revisions: [], raw: { values: new Int32Array(slotCount(day, ZONE, channel.stepMinutes!)).fill(value), quality: null } }));
const usage = (input: Partial<UsageInput>) => usageForPeriod({ period, zone: ZONE, unit: "gal", legs: [], days: [], registerReads: [], openExceptions: [], ...input });

describe("from registers", () => {
  test("usage is the difference of the reads at the ends of the period", () => {
    const result = usage({ legs: [leg(dial)], registerReads: [read(1, "2026-03-01", 100_000), read(1, "2026-03-15", 300_000), read(1, "2026-04-01", 5_100_000)] });
    expect(result).toMatchObject({ quantities: { usage: 5_000_000 }, source: "registers", complete: true, estimatedPerMille: 0, series: [], peak: null });
    expect(result.legs).toMatchObject([{ badge: "M1", usage: 5_000_000, startRead: { value: 100_000 }, endRead: { value: 5_100_000 } }]);
    expect(result.inputs.reads[0]).toMatchObject({ channelId: 1, stamp: 2 + 1 });
  });

  test("a meter reader may come some days around the bound; the next bill begins where this one ended", () => {
    const reads = [read(1, "2026-02-27", 90_000), read(1, "2026-04-02", 600_000)];
    expect(usage({ legs: [leg(dial)], registerReads: reads }).quantities["usage"]).toBe(510_000);
    const closer = [...reads, read(1, "2026-04-01", 590_000), read(1, "2026-05-01", 900_000)];
    const next = usage({ period: { from: "2026-04-01", to: "2026-05-01" }, legs: [leg(dial)], registerReads: closer, openingReads: new Map([[1, reads[1]!]]) });
    expect(next.quantities["usage"]).toBe(300_000);
  });

  test("a meter that was taken off and hung here again begins anew with what it shows then", () => {
    const legs = [leg(dial, "2024-01-01", "2026-03-11"), leg(dial, "2026-03-20")];
    const reads = [read(1, "2026-03-01", 100_000), read(1, "2026-03-11", 400_000), read(1, "2026-03-20", 450_000), read(1, "2026-04-01", 650_000)];
    const result = usage({ legs, registerReads: reads, openingReads: new Map([[1, reads[0]!]]) });
    expect(result).toMatchObject({ complete: true, quantities: { usage: 300_000 + 200_000 } });
  });

  test("where the bill before ended with a read of after all that is billed now, nothing is left, and nothing is missing", () => {
    const fresh: Channel = { ...dial, channelId: 8, meterId: "new" };
    const off = read(1, "2026-03-02", 160_000);
    const exchanged = usage({
      legs: [leg(dial, "2024-01-01", "2026-03-02"), leg(fresh, "2026-03-02")],
      registerReads: [off, read(8, "2026-03-02", 0), read(8, "2026-04-01", 350_000)], openingReads: new Map([[1, off]]),
    });
    expect(exchanged).toMatchObject({ complete: true, quantities: { usage: 350_000 } });
    const stopped = usage({ period: { from: "2026-03-01", to: "2026-03-02" }, legs: [leg(dial)], registerReads: [read(1, "2026-03-03", 160_000)], openingReads: new Map([[1, read(1, "2026-03-03", 160_000)]]) });
    expect(stopped).toMatchObject({ complete: true, quantities: { usage: 0 }, legs: [{ endRead: { value: 160_000 } }] });
  });

  test("a read of some days after the period is looked at as well when it is billed by, and not when it is not", () => {
    const openExceptions = [{ channelId: 1, day: "2026-04-03", ruleId: "high" }];
    const [start, late, exact] = [read(1, "2026-03-01", 100_000), read(1, "2026-04-03", 9_000_000), read(1, "2026-04-01", 400_000)];
    expect(usage({ legs: [leg(dial)], registerReads: [start, late], openExceptions }).suspectDays).toEqual(["2026-04-03"]);
    expect(usage({ legs: [leg(dial)], registerReads: [start, exact, late], openExceptions }).suspectDays).toEqual([]);
    const next = { period: { from: "2026-04-01", to: "2026-05-01" }, legs: [leg(dial)], registerReads: [late, read(1, "2026-05-01", 9_500_000)] };
    expect(usage({ ...next, openExceptions: [{ channelId: 1, day: "2026-03-30", ruleId: "high" }], openingReads: new Map([[1, read(1, "2026-03-30", 9_000_000)]]) }).suspectDays).toEqual([]);
  });

  test("a missing read is named, and nothing is made up", () => {
    const result = usage({ legs: [leg(dial)], registerReads: [read(1, "2026-03-01", 100_000), read(1, "2026-03-20", 400_000)] });
    expect(result).toMatchObject({ complete: false, quantities: {}, problems: [{ code: "no-end-read", sentence: "Meter M1 has no read at the end of the period." }] });
    expect(usage({ legs: [leg(dial)] }).problems).toMatchObject([{ code: "no-start-read" }]);
    expect(usage({}).problems).toMatchObject([{ code: "no-channel" }]);
  });

  test("a corrected read counts instead of the first, an estimate never instead of an actual", () => {
    const reads = [read(1, "2026-03-01", 100_000), read(1, "2026-04-01", 900_000), read(1, "2026-04-01", 700_000, { version: 2 }), read(1, "2026-04-01", 1, { version: 3, quality: "estimated" })];
    expect(usage({ legs: [leg(dial)], registerReads: reads }).quantities["usage"]).toBe(600_000);
  });

  test("a rollover counts through zero, a fall is a problem", () => {
    const over = usage({ legs: [leg(dial)], registerReads: [read(1, "2026-03-01", 999_000_000), read(1, "2026-04-01", 2_000_000)] });
    expect(over).toMatchObject({ quantities: { usage: 3_000_000 }, legs: [{ rolledOver: true }] });
    const back = usage({ legs: [leg(dial)], registerReads: [read(1, "2026-03-01", 500_000_000), read(1, "2026-04-01", 2_000_000)] });
    expect(back).toMatchObject({ complete: false, problems: [{ code: "negative" }], quantities: {} });
  });

  test("an actual read some days off is better than an estimate at the bound", () => {
    const reads = [read(1, "2026-03-01", 100_000), read(1, "2026-04-01", 500_000, { quality: "estimated" }), read(1, "2026-04-03", 450_000)];
    expect(usage({ legs: [leg(dial)], registerReads: reads })).toMatchObject({ quantities: { usage: 350_000 }, estimatedPerMille: 0 });
  });

  test("an estimated end read makes all of it estimated", () => {
    const result = usage({ legs: [leg(dial)], registerReads: [read(1, "2026-03-01", 100_000), read(1, "2026-04-01", 400_000, { quality: "estimated" })] });
    expect(result.estimatedPerMille).toBe(1000);
  });

  test("a meter exchange sums both legs, each with its own multiplier and unit", () => {
    const old: Channel = { ...dial, channelId: 7, meterId: "old", unit: "ccf", multiplier: "1" };
    const fresh: Channel = { ...dial, channelId: 8, meterId: "new", multiplier: "10" };
    const result = usage({
      legs: [leg(old, "2024-01-01", "2026-03-11"), leg(fresh, "2026-03-11")],
      registerReads: [read(7, "2026-03-01", 500_000), read(7, "2026-03-11", 504_000), read(8, "2026-03-11", 0), read(8, "2026-04-01", 350_000)],
    });
    expect(result.legs.map((one) => [one.badge, one.usage])).toEqual([["OLD", 2_992_208], ["NEW", 3_500_000]]);
    expect(result).toMatchObject({ quantities: { usage: 6_492_208 }, complete: true });
  });

  test("a compound meter adds its two registers, a deduct meter subtracts, a check register does not count", () => {
    const low: Channel = { ...dial, channelId: 11 };
    const high: Channel = { ...dial, channelId: 12 };
    const deduct: Channel = { ...dial, channelId: 13, meterId: "m2", use: "subtract" };
    const check: Channel = { ...dial, channelId: 14, use: "check" };
    const reads = [11, 12, 13, 14].flatMap((id) => [read(id, "2026-03-01", 0), read(id, "2026-04-01", id * 1_000)]);
    expect(usage({ legs: [leg(low), leg(high), leg(deduct), leg(check)], registerReads: reads }).quantities["usage"]).toBe(11_000 + 12_000 - 13_000);
  });

  test("what the customer sent back is its own determinant", () => {
    const del: Channel = { ...dial, channelId: 21, unit: "kWh", commodity: "electric" };
    const rec: Channel = { ...del, channelId: 22, direction: "received" };
    const reads = [read(21, "2026-03-01", 0), read(21, "2026-04-01", 400_000), read(22, "2026-03-01", 0), read(22, "2026-04-01", 150_000)];
    expect(usage({ unit: "kWh", legs: [leg(del), leg(rec)], registerReads: reads }).quantities).toEqual({ usage: 400_000, received: 150_000 });
  });
});

describe("from intervals", () => {
  test("a month with a change of clocks has one hour less, and its series is unbroken", () => {
    const result = usage({ unit: "kWh", legs: [leg(series)], days: filled(series, 250) });
    const slots = 31 * 96 - 4;
    expect(result).toMatchObject({ quantities: { usage: slots * 250, demand: 1_000 }, source: "intervals", complete: true, slots: { expected: slots, missing: 0 } });
    expect(result.series).toMatchObject([{ unit: "kWh", stepMinutes: 15, start: startOfDay("2026-03-01", ZONE) }]);
    expect(result.series[0]!.values).toEqual(new Int32Array(slots).fill(250));
    expect(result.inputs.days).toEqual([{ channelId: 2, from: "2026-03-01", to: "2026-04-01", stamp: 31 }]);
  });

  test("the peak is in kW, with its time", () => {
    const days = filled(series, 250);
    days[9] = { ...days[9]!, raw: { values: days[9]!.raw.values.with(40, 2_000), quality: null } };
    expect(usage({ unit: "kWh", legs: [leg(series)], days }).peak).toEqual({ unit: "kW", value: 8_000, at: Date.UTC(2026, 2, 10, 15), stepMinutes: 15 });
  });

  test("missing slots leave it incomplete, unless register reads stand in for them", () => {
    const days = filled(series, 250).slice(1);
    const alone = usage({ unit: "kWh", legs: [leg(series)], days });
    expect(alone).toMatchObject({ complete: false, slots: { missing: 96 }, problems: [{ code: "missing-intervals" }] });
    const total: Channel = { ...series, channelId: 3, kind: "register", dials: 6 };
    const beside = usage({ unit: "kWh", legs: [leg(series), leg(total)], days, registerReads: [read(3, "2026-03-01", 0), read(3, "2026-04-01", 777_000)] });
    expect(beside).toMatchObject({ complete: true, source: "registers", quantities: { usage: 777_000 }, slots: { missing: 96 } });
  });

  describe("a register beside them that was read some days off the bounds", () => {
    const hourly: Channel = { ...series, stepMinutes: 60 };
    const total: Channel = { ...hourly, channelId: 3, kind: "register", dials: 6 };
    const months = [{ from: "2026-03-01", to: "2026-04-01" }, { from: "2026-04-01", to: "2026-05-01" }, { from: "2026-05-01", to: "2026-06-01" }];
    /** What each hour of the three months used, and the register as it stood at every read. */
    const used = filled(hourly, 0, { from: "2026-02-25", to: "2026-06-05" }).map((day, i) => ({ ...day, raw: { values: day.raw.values.map((_, hour) => 100 + ((i * 7 + hour * 31) % 400)), quality: null } }));
    const upTo = (day: string): number => used.filter((each) => each.day < day).reduce((sum, { raw }) => sum + raw.values.reduce((a, b) => a + b, 0), 0);
    const readsOn = (...days: string[]) => days.map((day) => read(3, day, 5_000_000 + upTo(day)));
    const without = (gap: readonly string[]) => used.filter(({ day }) => !gap.includes(day));
    const bill = (each: { from: string; to: string }, gap: readonly string[], reads: readonly RegisterRead[]) =>
      usage({ period: each, unit: "kWh", legs: [leg(hourly), leg(total)], days: without(gap), registerReads: reads });

    test("stands in between its reads, and the intervals go on to the bounds: three bills are what was used, once", () => {
      const reads = readsOn("2026-03-03", "2026-03-30", "2026-04-03", "2026-05-04", "2026-05-29", "2026-06-02");
      const bills = months.map((each) => bill(each, ["2026-03-11", "2026-05-20"], reads));
      expect(bills.map(({ source, complete }) => [source, complete])).toEqual([["mixed", true], ["intervals", true], ["mixed", true]]);
      expect(bills.reduce((sum, { quantities }) => sum + quantities["usage"]!, 0)).toBe(upTo("2026-06-01") - upTo("2026-03-01"));
      expect(bills[0]!.legs.map(({ source, from, to }) => [source, from, to])).toEqual([
        ["registers", startOfDay("2026-03-03", ZONE), startOfDay("2026-03-30", ZONE)],
        ["intervals", startOfDay("2026-03-01", ZONE), startOfDay("2026-03-03", ZONE)], ["intervals", startOfDay("2026-03-30", ZONE), startOfDay("2026-04-01", ZONE)],
      ]);
    });

    test("does not where an interval between a read and its bound is missing too, or a read was estimated, or taken within an interval", () => {
      const good = readsOn("2026-03-03", "2026-03-30");
      const problems = (gap: readonly string[], reads: readonly RegisterRead[]) => bill(months[0]!, gap, reads).problems.map(({ code }) => code);
      expect(problems(["2026-03-11"], good)).toEqual([]);
      expect(problems(["2026-03-01", "2026-03-11"], good)).toEqual(["missing-intervals"]);
      expect(problems(["2026-03-11", "2026-03-31"], good)).toEqual(["missing-intervals"]);
      expect(problems(["2026-03-11"], [good[0]!, { ...good[1]!, quality: "estimated" }])).toEqual(["missing-intervals"]);
      expect(problems(["2026-03-11"], [good[0]!, { ...good[1]!, readAt: good[1]!.readAt + 60_000 }])).toEqual(["missing-intervals"]);
    });

    test("whatever the bill before ended with: it went to its bound", () => {
      const reads = readsOn("2026-04-03", "2026-04-29");
      const opening = new Map([[3, readsOn("2026-03-30")[0]!]]);
      const { quantities } = usage({ period: months[1]!, unit: "kWh", legs: [leg(hourly), leg(total)], days: without(["2026-04-11"]), registerReads: reads, openingReads: opening });
      expect(quantities["usage"]).toBe(upTo("2026-05-01") - upTo("2026-04-01"));
    });

    test("around an exchange within an hour, each meter with its own", () => {
      const [old, oldTotal] = [{ ...hourly, channelId: 31, meterId: "old" }, { ...total, channelId: 33, meterId: "old" }];
      const at = startOfDay("2026-03-11", ZONE) + 20 * 60_000;
      const values = (from: number, to: number): PackedDay => ({ values: Int32Array.from({ length: 24 }, (_, slot) => (slot >= from && slot < to ? 100 : MISSING)), quality: null });
      const days: StoredDay[] = [
        ...filled(old, 100, { from: "2026-03-01", to: "2026-03-05" }), ...filled(old, 100, { from: "2026-03-06", to: "2026-03-11" }),
        { channelId: 31, day: "2026-03-11", version: 1, raw: values(0, 0), revisions: [] },
        { channelId: 2, day: "2026-03-11", version: 1, raw: values(0, 24), revisions: [] },
        ...filled(hourly, 100, { from: "2026-03-12", to: "2026-04-01" }),
      ];
      const reads = [read(33, "2026-03-02", 0), { ...read(33, "2026-03-11", 9 * 24 * 100 - 2_400 + 30), readAt: at }, { ...read(3, "2026-03-11", 0), readAt: at }];
      const result = usage({ unit: "kWh", legs: [...[old, oldTotal].map((channel) => ({ ...leg(channel), to: at })), ...[hourly, total].map((channel) => ({ ...leg(channel), from: at }))], days, registerReads: reads });
      expect(result).toMatchObject({ complete: true, quantities: { usage: 24 * 100 + (9 * 24 * 100 - 2_400 + 30) + 24 * 100 + (20 * 24) * 100 } });
    });
  });

  test("revisions count, and their share that is estimated is known", () => {
    const days = filled(series, 250);
    const layer: PackedDay = { values: new Int32Array(96).fill(500), quality: new Uint8Array(96).fill(1) };
    days[0] = { ...days[0]!, version: 2, raw: { values: new Int32Array(96).fill(MISSING), quality: null }, revisions: [{ revision: 1, origin: "estimate", layer }] };
    const result = usage({ unit: "kWh", legs: [leg(series)], days });
    expect(result).toMatchObject({ complete: true, slots: { estimated: 96, missing: 0 }, quantities: { usage: (31 * 96 - 4) * 250 + 96 * 250 } });
    expect(result.estimatedPerMille).toBe(33);
    expect(result.inputs.days[0]!.stamp).toBe(32);
  });

  test("fractions from a multiplier are carried, so that the series adds up to the sum", () => {
    const scaled: Channel = { ...series, multiplier: "0.3333" };
    const result = usage({ unit: "kWh", legs: [leg(scaled)], days: filled(scaled, 7) });
    expect(result.series[0]!.values.reduce((sum, value) => sum + value, 0)).toBe(result.quantities["usage"]);
  });

  test("an exchange in the middle of a slot: both meters' parts of it add up, and neither is missing", () => {
    const old: Channel = { ...series, channelId: 31, meterId: "old" };
    const fresh: Channel = { ...series, channelId: 32, meterId: "new", multiplier: "2" };
    const at = startOfDay("2026-03-11", ZONE) + 20 * 60_000;
    const values = (from: number, to: number, value: number): PackedDay => ({ values: Int32Array.from({ length: 96 }, (_, slot) => (slot >= from && slot < to ? value : MISSING)), quality: null });
    const days: StoredDay[] = [
      ...filled(old, 100, { from: "2026-03-01", to: "2026-03-11" }),
      { channelId: 31, day: "2026-03-11", version: 1, raw: values(0, 2, 100), revisions: [] },
      { channelId: 32, day: "2026-03-11", version: 1, raw: values(1, 96, 100), revisions: [] },
      ...filled(fresh, 100, { from: "2026-03-12", to: "2026-04-01" }),
    ];
    const result = usage({ unit: "kWh", legs: [{ ...leg(old), to: at }, { ...leg(fresh), from: at }], days });
    expect(result).toMatchObject({ complete: true, problems: [] });
    const start = (startOfDay("2026-03-11", ZONE) - startOfDay("2026-03-01", ZONE)) / 900_000;
    expect(result.series[0]!.values.slice(start, start + 3)).toEqual(Int32Array.of(100, 300, 200));
    expect(result.series[0]!.values).not.toContain(MISSING);
  });

  test("open exceptions make their days suspect", () => {
    const openExceptions = [{ channelId: 2, day: "2026-03-09", ruleId: "spike" }, { channelId: 99, day: "2026-03-09", ruleId: "spike" }, { channelId: 2, day: "2026-05-01", ruleId: "spike" }];
    expect(usage({ unit: "kWh", legs: [leg(series)], days: filled(series, 250), openExceptions }).suspectDays).toEqual(["2026-03-09"]);
  });

  test("a channel in Wh is billed in kWh to the last thousandth of the sum", () => {
    const fine: Channel = { ...series, unit: "Wh" };
    const result = usage({ unit: "kWh", legs: [leg(fine)], days: filled(fine, 1_400, { from: "2026-03-01", to: addDays("2026-03-01", 31) }) });
    expect(result.quantities["usage"]).toBe(Math.round((1_400 * (31 * 96 - 4)) / 1_000));
    expect(result.series[0]!.values.reduce((sum, value) => sum + value, 0)).toBe(result.quantities["usage"]);
  });
});
