import { describe, expect, test } from "vitest";
import type { Channel, MeterRecord } from "./channel.ts";
import type { DayPlace } from "./classify-days.ts";
import { classifyReads } from "./classify-reads.ts";
import { estimateIntervals } from "./estimate.ts";
import { NO_HISTORY } from "./history.ts";
import { dayKey, type KnownException, type ReadsLoaded } from "./ingest-result.ts";
import { matchReads, type ReadsContext } from "./match-reads.ts";
import { bestOf, MISSING, type PackedDay, type StoredDay } from "./packed-day.ts";
import { parseReadsRequest } from "./reads-request.ts";
import { reviseDays, type DayDecision } from "./revise-days.ts";

const DAY = "2026-03-05";
const context: ReadsContext = { now: Date.UTC(2026, 2, 10, 12), zone: "America/Chicago", settings: [] };
const channel: Channel = { channelId: 3, meterId: "m", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const meter: MeterRecord = { meterId: "m", badge: "E1", commodity: "electric", customerClass: "residential", channels: [channel], installations: [{ servicePointId: "sp", from: 0, to: null }], service: [{ from: "2020-01-01", to: null }] };
const place: DayPlace = { meter, channel, installation: meter.installations[0]! };
const values = Array.from({ length: 24 }, (_, hour) => 400 + hour * 7);

const dayOf = (list: (number | null)[], version = 1): StoredDay => ({ channelId: 3, day: DAY, version, revisions: [], raw: { values: Int32Array.from(list, (value) => value ?? MISSING), quality: null } });
const layerOf = (slot: number, value: number, code: number): PackedDay => ({ values: new Int32Array(24).fill(MISSING).with(slot, value), quality: new Uint8Array(24).fill(0).with(slot, code) });
const open = (ruleId: string, numbers: Record<string, number> = {}): KnownException => ({ id: `3:${DAY}:${ruleId}:1`, channelId: 3, day: DAY, readAt: null, ruleId, status: "open", numbers });
const loaded = (day: StoredDay | null, exceptions: KnownException[] = []): ReadsLoaded => ({ days: day === null ? new Map() : new Map([[dayKey(3, DAY), day]]), registerReads: new Map(), histories: new Map(), exceptions });
const edit = (layer: PackedDay | null, origin: DayDecision["origin"] = "edit"): DayDecision => ({ place, day: DAY, layer, origin });

describe("a person's edit of a spike", () => {
  const spiky = dayOf(values.with(5, 90_000));

  test("is a revision beside the raw value, counts, and cures the exception", () => {
    const result = reviseDays([edit(layerOf(5, 435, 2))], loaded(spiky, [open("spike")]), context);
    expect(result.dayWrites[0]).toMatchObject({ expectedVersion: 1, version: 2, raw: spiky.raw, stats: { max: 561, edited: 1 } });
    expect(result.revisionWrites[0]).toMatchObject({ channelId: 3, day: DAY, revision: 1, origin: "edit", dayVersion: 2 });
    expect(result.cured).toEqual([`3:${DAY}:spike:1`]);
    expect(result.exceptions).toEqual([]);
    expect(result.changes).toEqual([{ channelId: 3, meterId: "m", servicePointId: "sp", from: DAY, to: "2026-03-06" }]);
  });

  test("that leaves it a spike leaves the exception open, with the new numbers", () => {
    const result = reviseDays([edit(layerOf(5, 80_000, 2))], loaded(spiky, [open("spike", { max: 90_000 })]), context);
    expect(result.cured).toEqual([]);
    expect(result.exceptionUpdates).toMatchObject([{ id: `3:${DAY}:spike:1`, finding: { numbers: { max: 80_000 } } }]);
  });

  test("must fit the day", () => {
    expect(() => reviseDays([edit({ values: new Int32Array(23), quality: null })], loaded(spiky), context)).toThrow(`${DAY} has 24 intervals, the change has 23`);
  });
});

describe("an estimate", () => {
  test("of a day that never came makes the day, and the actual that comes after all shows through it", () => {
    const estimate = estimateIntervals({
      channel, zone: context.zone, period: { from: DAY, to: "2026-03-06" }, installedFrom: 0, installedTo: null, until: context.now, days: [], holidays: new Set(),
      history: NO_HISTORY, classDaily: 24_000, isVacant: () => false, registerUsage: null,
    });
    const made = reviseDays([edit(estimate.days[0]!.layer, "estimate")], loaded(null), context);
    expect(made.dayWrites[0]).toMatchObject({ expectedVersion: 0, version: 1, stats: { present: 24, estimated: 24, sum: 24_000 } });

    const stored: StoredDay = { channelId: 3, day: DAY, version: 1, raw: made.dayWrites[0]!.raw, revisions: made.revisionWrites };
    const request = parseReadsRequest({ reads: [{ meter: "E1", kind: "interval", unit: "kWh", start: "2026-03-05T00:00:00-06:00", stepMinutes: 60, values: values.map((value) => value / 1000) }] });
    const late = classifyReads(matchReads(request.ok ? request.reads : [], new Map([["E1", meter]]), context), loaded(stored), context);
    expect(late.outcomes[0]).toMatchObject({ outcome: "accepted", stored: 24 });
    expect(late.dayWrites[0]).toMatchObject({ expectedVersion: 1, version: 2, stats: { estimated: 0 } });
    expect(bestOf(late.dayWrites[0]!.raw, stored.revisions).values).toEqual(Int32Array.from(values));
  });
});

describe("a day looked at again when it is due", () => {
  test("is queued for what never came, and nothing is written", () => {
    const result = reviseDays([edit(null)], loaded(dayOf(values.map((value, hour) => (hour > 18 ? null : value)))), context);
    expect(result.exceptions).toMatchObject([{ id: `3:${DAY}:missing:1`, ruleId: "missing", severity: "fail" }]);
    expect([result.dayWrites, result.revisionWrites, result.changes]).toEqual([[], [], []]);
  });

  test("of which nothing came at all is queued too", () => {
    expect(reviseDays([edit(null)], loaded(null), context).exceptions).toMatchObject([{ id: `3:${DAY}:missing:0`, numbers: { missing: 24, expected: 24 } }]);
  });
});
