import fc from "fast-check";
import { expect, test } from "vitest";
import { eachDay, type Period } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import { dayStats, slotCount, usageForPeriod, type Channel, type ChannelLeg, type StoredDay } from "../metering/index.ts";
import { usageFromTotals, type ChannelTotals } from "./usage-totals.ts";

const zone = "America/Chicago";
/** Clocks go forward on the 8th: 23 hours that day. */
const period: Period = { from: "2026-03-05", to: "2026-03-11" };
const water: Channel = { channelId: 1, meterId: "m", commodity: "water", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const leg = (channel: Channel): ChannelLeg => ({ channel, badge: channel.meterId.toUpperCase(), from: startOfDay("2020-01-01", zone), to: null });

function daysOf(channel: Channel, value: (i: number) => number): StoredDay[] {
  let i = 0;
  return eachDay(period).map((day) => ({
    channelId: channel.channelId, day, version: 2, revisions: [],
    raw: { values: Int32Array.from({ length: slotCount(day, zone, channel.stepMinutes!) }, () => value(i++)), quality: null },
  }));
}

function totalsOf(days: readonly StoredDay[]): Map<number, ChannelTotals> {
  return new Map([...Map.groupBy(days, (day) => day.channelId)].map(([channelId, mine]) => [channelId, {
    channelId, ...period, days: mine.length, total: mine.reduce((sum, day) => sum + dayStats(day.raw).sum, 0), missing: 0, marked: 0, stamp: mine.reduce((sum, day) => sum + day.version, 0),
  }]));
}

test("totals tell the same as the days, whatever the multiplier, the unit and the clock change", () => {
  const channels = fc.record({ unit: fc.constantFrom("gal", "ccf", "ft3", "m3") as fc.Arbitrary<Channel["unit"]>, multiplier: fc.constantFrom("1", "10", "0.1", "2.5"), use: fc.constantFrom("add", "subtract", null) as fc.Arbitrary<Channel["use"]> });
  fc.assert(
    fc.property(fc.array(channels, { minLength: 1, maxLength: 3 }), fc.constantFrom("kgal", "ccf", "gal") as fc.Arbitrary<"kgal">, fc.integer({ min: 0, max: 90_000 }), (kinds, unit, seed) => {
      const legs = kinds.map((kind, i) => leg({ ...water, ...kind, channelId: i + 1, meterId: `m${i}` }));
      const days = legs.flatMap(({ channel }) => daysOf(channel, (i) => (seed * (i + 7) * channel.channelId) % 91_193));
      const { series: _, peak: __, ...whole } = usageForPeriod({ period, zone, unit, legs, days, registerReads: [], openExceptions: [] });
      expect(usageFromTotals({ period, zone, unit, legs, totals: totalsOf(days) })).toEqual({ ...whole, series: [], peak: null });
    }),
  );
});

test("anything that is not plain is left to the days: a gap, a mark, an exchanged meter, a register alone", () => {
  const totals = totalsOf(daysOf(water, () => 5));
  const sum = totals.get(1)!;
  const usage = (legs: ChannelLeg[], changed: Partial<ChannelTotals> = {}) => usageFromTotals({ period, zone, unit: "kgal", legs, totals: new Map([[1, { ...sum, ...changed }]]) });
  expect(usage([leg(water)])).toMatchObject({ quantities: { usage: 1 }, complete: true });
  expect(usage([leg(water)], { days: 5 })).toBeNull();
  expect(usage([leg(water)], { missing: 1 })).toBeNull();
  expect(usage([leg(water)], { marked: 1 })).toBeNull();
  expect(usage([{ ...leg(water), to: startOfDay("2026-03-07", zone) }])).toBeNull();
  expect(usage([leg({ ...water, kind: "register" })])).toBeNull();
  expect(usage([])).toBeNull();
});

test("a register beside the intervals changes nothing, one of another quantity needs its reads", () => {
  const legs = [leg(water), leg({ ...water, channelId: 2, kind: "register" })];
  const totals = totalsOf(daysOf(water, () => 5_000));
  expect(usageFromTotals({ period, zone, unit: "gal", legs, totals })).toMatchObject({ quantities: { usage: 143 * 5_000 }, legs: [{ channelId: 1 }] });
  expect(usageFromTotals({ period, zone, unit: "gal", legs: [...legs, leg({ ...water, channelId: 3, meterId: "other", kind: "register" })], totals })).toBeNull();
});
