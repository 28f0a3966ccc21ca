import { describe, expect, test } from "vitest";
import { startOfDay } from "../calendar/zone.ts";
import { followAlerts, followRead, type AlertDay, type UsageAlert } from "./alerts.ts";
import type { Channel } from "./channel.ts";
import { MISSING } from "./packed-day.ts";
import { parametersFor } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";

const ZONE = "America/Chicago";
const HOUR = 3_600_000;
const channel: Channel = { channelId: 7, meterId: "M-7", commodity: "water", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const thresholds = thresholdsFor(parametersFor([], "water", "residential", "2026-06-09"), channel);
const at = (hour: number, day = "2026-06-09"): number => startOfDay(day, ZONE) + hour * HOUR;

/** Hours of a day in whole gallons; `null` did not come. */
const day = (gallons: readonly (number | null)[], more: Partial<AlertDay> = {}): AlertDay => ({
  meterId: "M-7", servicePointId: "SP-7", channel, start: at(0), values: Int32Array.from(gallons, (value) => (value === null ? MISSING : value * 1000)), quality: null, flowSlotsBefore: 0, thresholds, fresh: true, high: null, freeze: null, cold: true, ...more,
});
const hours = (value: number | null, count = 24): (number | null)[] => Array.from({ length: count }, () => value);
const leak = (more: Partial<UsageAlert> = {}): UsageAlert => ({ id: "leak:7:1", kind: "leak", channelId: 7, meterId: "M-7", servicePointId: "SP-7", startedAt: at(-20), throughAt: at(4), endedAt: null, least: 5_000, usage: 120_000, ...more });

describe("a leak clock", () => {
  test("runs from the first hour of a flow that has not stopped for a day, and says what that is at least", () => {
    expect(followAlerts(day([...hours(5, 23), 12]), [])).toEqual([{ id: `leak:7:${at(0)}`, kind: "leak", channelId: 7, meterId: "M-7", servicePointId: "SP-7", startedAt: at(0), throughAt: at(24), endedAt: null, least: 5_000, usage: 120_000 }]);
    expect(followAlerts(day([...hours(5, 23), 2]), [])).toEqual([]);
    expect(followAlerts(day(hours(2)), [])).toEqual([]);
  });

  test("counts the hours of the day before", () => {
    expect(followAlerts(day(hours(4, 6), { flowSlotsBefore: 18 }), [])).toMatchObject([{ startedAt: at(-18), throughAt: at(6), least: 4_000, usage: 96_000 }]);
    expect(followAlerts(day(hours(4, 6), { flowSlotsBefore: 17 }), [])).toEqual([]);
  });

  test("goes on with every hour that comes, and stops with the first that is dry", () => {
    expect(followAlerts(day([...hours(6, 4), 4, 9]), [leak()])).toMatchObject([{ throughAt: at(6), least: 4_000, usage: 26 * 4_000, endedAt: null }]);
    expect(followAlerts(day([...hours(6, 8), 0, 9]), [leak()])).toMatchObject([{ throughAt: at(8), least: 5_000, endedAt: at(8) }]);
  });

  test("is neither raised nor ended by what was not measured", () => {
    const estimated = new Uint8Array(24).fill(1);
    expect(followAlerts(day(hours(5), { quality: estimated }), [])).toEqual([]);
    expect(followAlerts(day(hours(0), { quality: estimated }), [leak()])).toEqual([]);
    expect(followAlerts(day(hours(null)), [leak()])).toEqual([]);
  });

  test("is told of once: the same day filled up or sent again raises nothing new", () => {
    const ended = leak({ startedAt: at(-20), throughAt: at(8), endedAt: at(8) });
    expect(followAlerts(day([...hours(5, 8), 0, ...hours(5, 10)], { flowSlotsBefore: 20 }), [ended])).toEqual([]);
    expect(followAlerts(day(hours(5, 4), { flowSlotsBefore: 20 }), [leak()])).toEqual([]);
  });

  test("is ended by days that come late as well, which raise none", () => {
    expect(followAlerts(day([6, 0, ...hours(5, 22)], { start: at(4), fresh: false }), [leak()])).toMatchObject([{ endedAt: at(5), throughAt: at(5) }]);
    expect(followAlerts(day(hours(5), { fresh: false }), [])).toEqual([]);
  });

  test("begins again where the water runs anew for a day", () => {
    const ended = leak({ throughAt: at(1), endedAt: at(1) });
    expect(followAlerts(day([5, 0, ...hours(5, 22)], { flowSlotsBefore: 21 }), [ended])).toEqual([]);
    expect(followAlerts(day(hours(5, 2), { start: at(24), flowSlotsBefore: 22 }), [ended])).toMatchObject([{ startedAt: at(2), throughAt: at(26) }]);
  });
});

describe("a burst", () => {
  test("is eight hours of thirty gallons, over midnight once it runs", () => {
    const raised = followAlerts(day([...hours(0, 16), ...hours(40, 8)]), []);
    expect(raised).toMatchObject([{ kind: "burst", startedAt: at(16), throughAt: at(24), least: 40_000, usage: 320_000, endedAt: null }]);
    expect(followAlerts(day([35, 35, 10], { start: at(24) }), raised)).toMatchObject([{ kind: "burst", throughAt: at(26), least: 35_000, usage: 350_000, endedAt: at(26) }]);
    expect(followAlerts(day([...hours(0, 17), ...hours(40, 7)]), [])).toEqual([]);
  });
});

describe("a high day", () => {
  const high = { usage: 900_000, usual: 200_000 };
  test("is told of, goes on with the next, and is over with one that is not", () => {
    const raised = followAlerts(day([...hours(0, 12), ...hours(75, 6), ...hours(0, 6)], { high }), []);
    expect(raised).toMatchObject([{ kind: "high", startedAt: at(0), throughAt: at(24), usage: 900_000, least: 200_000, endedAt: null }]);
    expect(followAlerts(day([0, 4], { start: at(24), high }), raised)).toMatchObject([{ throughAt: at(26), endedAt: null }]);
    expect(followAlerts(day([0, 4], { start: at(24) }), raised)).toMatchObject([{ endedAt: at(24) }]);
  });

  test("that its own evening takes back is not told of again", () => {
    const noFlow = { ...thresholds, burstSlots: 0, leakSlots: 0 };
    const [raised] = followAlerts(day(hours(40, 20), { high, thresholds: noFlow }), []);
    const [over] = followAlerts(day([...hours(40, 20), ...hours(0, 4)], { thresholds: noFlow }), [raised!]);
    expect(over).toMatchObject({ endedAt: at(20) });
    expect(followAlerts(day(hours(40), { high, thresholds: noFlow }), [over!])).toEqual([]);
  });
});

describe("no flow in the cold", () => {
  const freeze = { slots: 24, usual: 180_000 };
  test("is told of with the day that proves it, goes on with every dry hour, and is over with the first drop", () => {
    const raised = followAlerts(day(hours(0), { freeze }), []);
    expect(raised).toMatchObject([{ id: `freeze:7:${at(0)}`, kind: "freeze", startedAt: at(0), throughAt: at(24), least: 180_000, usage: 0, endedAt: null }]);
    expect(followAlerts(day(hours(0, 5), { start: at(24), freeze }), raised)).toMatchObject([{ throughAt: at(29), endedAt: null }]);
    expect(followAlerts(day([...hours(0, 5), 3, 0], { start: at(24) }), raised)).toMatchObject([{ throughAt: at(29), endedAt: at(29) }]);
  });

  test("is told of once, and never for what was guessed", () => {
    const [raised] = followAlerts(day(hours(0), { freeze }), []);
    expect(followAlerts(day(hours(0), { freeze }), [{ ...raised!, endedAt: at(24) }])).toEqual([]);
    expect(followAlerts(day(hours(4), { start: at(24), quality: new Uint8Array(24).fill(1) }), [raised!])).toEqual([]);
  });

  test("is over with the season, or when nobody is the customer any more", () => {
    const raised = followAlerts(day(hours(0), { freeze }), []);
    expect(followAlerts(day(hours(0), { start: at(24), cold: false }), raised)).toMatchObject([{ endedAt: at(48) }]);
  });
});

describe("a meter that is read once a month", () => {
  const dial: Channel = { ...channel, kind: "register", stepMinutes: null };
  const high = { usage: 900_000, usual: 200_000 };
  const read = (from: number, readAt: number, more = {}) => ({ meterId: "M-7", servicePointId: "SP-7", channel: dial, from, readAt, fresh: true, high: null, ...more });
  test("tells of high use with its read, and that it is over with the next normal one", () => {
    const raised = followRead(read(at(-720), at(0), { high }), []);
    expect(raised).toMatchObject([{ kind: "high", startedAt: at(-720), throughAt: at(0), usage: 900_000, least: 200_000, endedAt: null }]);
    expect(followRead(read(at(0), at(720), { high }), raised)).toMatchObject([{ startedAt: at(-720), throughAt: at(720), endedAt: null }]);
    expect(followRead(read(at(0), at(720)), raised)).toMatchObject([{ endedAt: at(0) }]);
  });

  test("a read that comes late tells nobody anything new; one that is put right ends what it had raised", () => {
    expect(followRead(read(at(-720), at(0), { high, fresh: false }), [])).toEqual([]);
    const raised = followRead(read(at(-720), at(0), { high }), []);
    expect(followRead(read(at(-720), at(0)), raised)).toMatchObject([{ endedAt: at(0) }]);
  });
});
