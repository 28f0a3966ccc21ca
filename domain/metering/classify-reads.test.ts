import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startOfDay } from "../calendar/zone.ts";
import type { Channel, MeterRecord, RegisterRead } from "./channel.ts";
import { classifyReads } from "./classify-reads.ts";
import { dayKey, type KnownException, type ReadsLoaded, type ReadsResult } from "./ingest-result.ts";
import { NO_HISTORY, type ChannelHistory } from "./history.ts";
import { matchReads, type ReadsContext } from "./match-reads.ts";
import { bestOfDay, type StoredDay } from "./packed-day.ts";
import { parseReadsRequest } from "./reads-request.ts";

const ZONE = "America/Chicago";
const NOW = Date.UTC(2026, 2, 10, 12);
const context: ReadsContext = { now: NOW, zone: ZONE, settings: [] };

const waterRegister: Channel = { channelId: 1, meterId: "m-w", commodity: "water", kind: "register", unit: "gal", multiplier: "1", dials: 6, direction: "delivered" };
const waterHourly: Channel = { channelId: 2, meterId: "m-w", commodity: "water", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const electric: Channel = { channelId: 3, meterId: "m-e", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered", name: "del" };
const since = [{ servicePointId: "sp", from: Date.UTC(2024, 0, 1), to: null }];
const active = [{ from: "2024-01-01", to: null }];
const meters = new Map<string, MeterRecord>([
  ["W1", { meterId: "m-w", badge: "W1", commodity: "water", customerClass: "residential", channels: [waterRegister, waterHourly], installations: since, service: active }],
  ["E1", { meterId: "m-e", badge: "E1", commodity: "electric", customerClass: "residential", channels: [electric], installations: since, service: active }],
]);

/** What the database holds, as the shell would load and write it. */
class Shelf {
  readonly days = new Map<string, StoredDay>();
  readonly registerReads = new Map<number, RegisterRead[]>();
  readonly histories = new Map<number, ChannelHistory>();
  exceptions: KnownException[] = [];

  post(reads: object[], at: ReadsContext = context): ReadsResult {
    const request = parseReadsRequest({ reads });
    if (!request.ok) throw new Error(JSON.stringify(request.errors));
    const result = classifyReads(matchReads(request.reads, meters, at), this as ReadsLoaded, at);
    this.write(result);
    return result;
  }

  private write(result: ReadsResult): void {
    for (const { channelId, day, expectedVersion, version, raw } of result.dayWrites) {
      const key = dayKey(channelId, day);
      expect(this.days.get(key)?.version ?? 0).toBe(expectedVersion);
      this.days.set(key, { channelId, day, version, raw, revisions: this.days.get(key)?.revisions ?? [] });
    }
    for (const revision of result.revisionWrites) {
      const key = dayKey(revision.channelId, revision.day);
      const before = this.days.get(key)!;
      this.days.set(key, { ...before, revisions: [...before.revisions, revision] });
    }
    for (const write of result.registerWrites) this.registerReads.set(write.channelId, [...(this.registerReads.get(write.channelId) ?? []), write]);
    this.exceptions = this.exceptions.map((known) => (result.cured.includes(known.id) ? { ...known, status: "decided" } : known));
    for (const { id, channelId, day, readAt, ruleId, numbers } of result.exceptions) {
      expect(this.exceptions.map((known) => known.id)).not.toContain(id);
      if (channelId !== null) this.exceptions.push({ id, channelId, day, readAt, ruleId, numbers, status: "open" });
    }
  }
}

const register = (at: string, value: number, more: object = {}) => ({ meter: "W1", kind: "register", unit: "gal", at, value, ...more });
const hourly = (start: string, values: (number | null)[], more: object = {}) => ({ meter: "W1", kind: "interval", unit: "gal", start, stepMinutes: 60, values, ...more });
const quarter = (start: string, values: (number | null)[], more: object = {}) => ({ meter: "E1", kind: "interval", unit: "kWh", start, stepMinutes: 15, values, ...more });
/** An ordinary day of a house, in kWh a quarter hour. */
const ordinary = Array.from({ length: 96 }, (_, slot) => (200 + ((slot * 37) % 90)) / 1000);

const rulesOf = (result: ReadsResult) => result.exceptions.map(({ ruleId, severity }) => `${ruleId} ${severity}`);

describe("a posted batch", () => {
  test("stores a day of intervals and a register read, and the same batch again changes nothing", () => {
    const shelf = new Shelf();
    const batch = [quarter("2026-03-05T00:00:00-06:00", ordinary), register("2026-03-05T00:00:00-06:00", 1_000)];
    const first = shelf.post(batch);
    expect(first.outcomes.map(({ outcome, stored }) => [outcome, stored])).toEqual([["accepted", 96], ["accepted", 1]]);
    expect(first.dayWrites[0]).toMatchObject({ channelId: 3, day: "2026-03-05", expectedVersion: 0, version: 1, stats: { present: 96, slots: 96 } });
    expect(first.changes).toContainEqual({ channelId: 3, meterId: "m-e", servicePointId: "sp", from: "2026-03-05", to: "2026-03-06" });

    const again = shelf.post(batch);
    expect(again.counts).toEqual({ accepted: 0, duplicate: 2, exception: 0, rejected: 0 });
    expect([again.dayWrites, again.registerWrites, again.revisionWrites, again.exceptions]).toEqual([[], [], [], []]);
  });

  test("cuts a reading over several days at local midnight, also where clocks change", () => {
    const shelf = new Shelf();
    const { dayWrites } = shelf.post([hourly("2026-03-07T22:00:00-06:00", Array.from({ length: 30 }, (_, i) => 10 + i))]);
    expect(dayWrites.map(({ day, stats }) => [day, stats.slots, stats.present])).toEqual([["2026-03-07", 24, 2], ["2026-03-08", 23, 23], ["2026-03-09", 24, 5]]);
  });

  test("two readings of one day in one batch become one write", () => {
    const shelf = new Shelf();
    const { dayWrites, outcomes } = shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary.slice(0, 48)), quarter("2026-03-05T12:00:00-06:00", ordinary.slice(48))]);
    expect(dayWrites).toHaveLength(1);
    expect(dayWrites[0]).toMatchObject({ version: 1, stats: { present: 96 } });
    expect(outcomes.map(({ stored }) => stored)).toEqual([48, 48]);
  });

  test("hours that come late fill the day without touching what is there", () => {
    const shelf = new Shelf();
    shelf.post([quarter("2026-03-09T00:00:00-05:00", ordinary.slice(0, 40))]);
    const { dayWrites } = shelf.post([quarter("2026-03-09T00:00:00-05:00", ordinary)]);
    expect(dayWrites[0]).toMatchObject({ expectedVersion: 1, version: 2, stats: { present: 96 } });
  });

  test("gives each reading its own outcome", () => {
    const { outcomes, exceptions, counts } = new Shelf().post([
      register("2026-03-05T00:00:00-06:00", 1_000),
      register("2026-03-05T00:00:00-06:00", 1_000, { meter: "NOPE" }),
      register("2026-03-11T00:00:00-05:00", 1_000),
      register("2024-03-05T00:00:00-06:00", 1_000),
      register("2026-03-05T00:00:00-06:00", 2_000_000),
      { ...register("2026-03-05T00:00:00-06:00", 1_000), meter: "E1" },
      quarter("2026-03-05T00:07:30-06:00", [1]),
      quarter("2026-03-05T00:00:00-06:00", [1], { channel: "rec" }),
      quarter("2026-03-05T00:00:00-06:00", [1], { stepMinutes: 30 }),
      quarter("2026-03-05T00:00:00-06:00", [1], { unit: "gal" }),
    ]);
    expect(outcomes.map(({ outcome, field, reason }) => [outcome, field, reason])).toEqual([
      ["accepted", undefined, undefined],
      ["exception", undefined, "No meter has the number NOPE."],
      ["rejected", "at", "lies in the future; check the gateway's clock and time zone"],
      ["rejected", "at", "is more than 400 days old"],
      ["rejected", "value", "2,000,000 gal does not fit the meter's 6 dials"],
      ["rejected", "channel", "meter E1 has no register channel"],
      ["rejected", "start", "is not the start of a 15-minute interval of the local day, and is in the middle of two"],
      ["rejected", "channel", 'meter E1 has no interval channel "rec"'],
      ["exception", undefined, "Meter E1 is set up for intervals of 15 minutes, these are of 30."],
      ["exception", undefined, "Meter E1 counts kWh; gal cannot be stored there without loss."],
    ]);
    expect(counts).toEqual({ accepted: 1, duplicate: 0, exception: 3, rejected: 6 });
    expect(exceptions.map(({ ruleId, held }) => [ruleId, held?.kind])).toEqual([["unknown-meter", "register"], ["interval-size", "interval"], ["unit", "interval"]]);
  });

  test("another unit of the same kind is converted when nothing is lost", () => {
    const { dayWrites } = new Shelf().post([quarter("2026-03-05T00:00:00-06:00", [125, 250], { unit: "Wh" })]);
    expect(dayWrites[0]!.raw.values.slice(0, 2)).toEqual(Int32Array.of(125, 250));
  });

  test("a meter that was in the shop at the time is an exception that keeps the reading", () => {
    const removed = new Map(meters).set("W1", { ...meters.get("W1")!, installations: [{ servicePointId: "sp", from: Date.UTC(2024, 0, 1), to: Date.UTC(2026, 1, 1) }] });
    const request = parseReadsRequest({ reads: [register("2026-03-05T00:00:00-06:00", 1_000)] });
    const { held, settled } = matchReads(request.ok ? request.reads : [], removed, context);
    expect(settled[0]).toMatchObject({ outcome: "exception", reason: "Meter W1 was not installed anywhere at that time." });
    expect(held[0]).toMatchObject({ ruleId: "not-installed", meterId: "m-w", day: "2026-03-05" });
  });

  test("says what must be loaded, the registers at the midnights around the intervals too", () => {
    const request = parseReadsRequest({ reads: [hourly("2026-03-05T00:00:00-06:00", [1, 2]), register("2026-03-09T08:00:00-05:00", 5)] });
    const { needs } = matchReads(request.ok ? request.reads : [], meters, context);
    expect(needs).toEqual({
      days: [{ channelId: 2, from: "2026-03-05", to: "2026-03-06" }],
      registers: [{ channelId: 1, from: startOfDay("2026-03-05", ZONE), to: Date.UTC(2026, 2, 9, 13) }],
    });
  });
});

describe("what fails validation", () => {
  test("a register that goes back is queued and its outcome says so", () => {
    const shelf = new Shelf();
    shelf.post([register("2026-03-01T00:00:00-06:00", 5_000)]);
    const result = shelf.post([register("2026-03-05T00:00:00-06:00", 4_000)]);
    expect(result.outcomes[0]).toMatchObject({ outcome: "exception", stored: 1 });
    expect(result.exceptions[0]).toMatchObject({
      id: `1:${startOfDay("2026-03-05", ZONE)}:negative:1`, severity: "fail", channelId: 1, servicePointId: "sp", day: "2026-03-05",
      sentence: "The register went back from 5,000 gal to 4,000 gal; a rollover does not explain it.",
    });
  });

  test("a rollover that is plausible is only told", () => {
    const shelf = new Shelf();
    shelf.post([register("2026-03-01T00:00:00-06:00", 999_500)]);
    const result = shelf.post([register("2026-03-05T00:00:00-06:00", 700)]);
    expect(result.counts.accepted).toBe(1);
    expect(result.findings.map(({ ruleId, sentence }) => [ruleId, sentence])).toEqual([["rollover", "The register rolled over from 999,500 gal through zero to 700 gal: 1,200 gal."]]);
  });

  test("a read between two others cures the exception that it explains", () => {
    const shelf = new Shelf();
    shelf.post([register("2026-03-05T00:00:00-06:00", 4_000, { quality: "estimated" })]);
    shelf.post([register("2026-03-08T00:00:00-06:00", 3_500)]);
    expect(shelf.exceptions.map(({ status }) => status)).toEqual(["open"]);
    const result = shelf.post([register("2026-03-05T00:00:00-06:00", 3_400)]);
    expect(result.outcomes[0]).toMatchObject({ outcome: "accepted", corrected: 1 });
    expect(result.registerWrites[0]).toMatchObject({ version: 2 });
    expect(shelf.exceptions.map(({ status }) => status)).toEqual(["decided"]);
  });

  test("a gap is queued; when the rest comes it is cured", () => {
    const shelf = new Shelf();
    const gappy = shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary.map((value, slot) => (slot >= 20 && slot < 32 ? null : value)))]);
    expect(rulesOf(gappy)).toEqual(["missing fail"]);
    expect(gappy.exceptions[0]!.sentence).toBe("12 of 96 intervals did not arrive; the longest gap is 3 hours.");
    const filled = shelf.post([quarter("2026-03-05T05:00:00-06:00", ordinary.slice(20, 32))]);
    expect(filled.counts.accepted).toBe(1);
    expect(filled.cured).toEqual(["3:2026-03-05:missing:1"]);
  });

  test("a day that is still running is not yet missing anything", () => {
    expect(new Shelf().post([quarter("2026-03-10T00:00:00-05:00", ordinary.slice(0, 20))]).exceptions).toEqual([]);
  });

  test("a spike is queued with its numbers; the exception stays one while more of the day comes", () => {
    const shelf = new Shelf();
    const spiky = ordinary.with(10, 55);
    const first = shelf.post([quarter("2026-03-05T00:00:00-06:00", spiky.slice(0, 90))]);
    expect(rulesOf(first)).toContain("spike fail");
    const more = shelf.post([quarter("2026-03-05T00:00:00-06:00", spiky)]);
    expect(more.exceptions.filter(({ ruleId }) => ruleId === "spike")).toEqual([]);
    expect(more.outcomes[0]!.exceptionIds).toEqual(["3:2026-03-05:spike:1"]);
  });

  test("what a person has decided is not asked again for the same numbers", () => {
    const shelf = new Shelf();
    shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary.with(10, 55).slice(0, 95))]);
    shelf.exceptions = shelf.exceptions.map((known) => ({ ...known, status: "decided" }));
    const result = shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary.with(10, 55))]);
    expect(result.exceptions).toEqual([]);
    expect(result.counts.accepted).toBe(1);
  });

  test("intervals that do not add up to what the register moved are queued", () => {
    const shelf = new Shelf();
    const hours = Array.from({ length: 24 }, (_, hour) => (hour % 6 === 0 ? 20 : 0));
    const result = shelf.post([register("2026-03-05T00:00:00-06:00", 1_000), register("2026-03-06T00:00:00-06:00", 1_250), hourly("2026-03-05T00:00:00-06:00", hours)]);
    expect(rulesOf(result)).toEqual(["sum fail"]);
    expect(result.exceptions[0]!.numbers).toEqual({ intervals: 80_000, register: 250_000, difference: -170_000, tolerance: 10_000 });
  });

  test("a value that comes again with another figure counts, is queued, and both orders of re-posting are harmless", () => {
    const shelf = new Shelf();
    shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary)]);
    const corrected = ordinary.with(5, 0.9);
    const result = shelf.post([quarter("2026-03-05T00:00:00-06:00", corrected)]);
    expect(result.outcomes[0]).toMatchObject({ outcome: "exception", corrected: 1, duplicates: 95 });
    expect(rulesOf(result)).toEqual(["changed warn"]);
    expect(result.revisionWrites[0]).toMatchObject({ revision: 1, origin: "gateway", dayVersion: 2 });
    expect(bestOfDay(shelf.days.get("3:2026-03-05")!).values[5]).toBe(900);
    expect(shelf.post([quarter("2026-03-05T00:00:00-06:00", corrected)]).counts.duplicate).toBe(1);
    expect(shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary)]).counts.duplicate).toBe(1);
  });

  test("an estimate of the head-end does not replace what was measured", () => {
    const shelf = new Shelf();
    shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary)]);
    expect(shelf.post([quarter("2026-03-05T00:00:00-06:00", [9, 9], { quality: "estimated" })]).outcomes[0]).toMatchObject({ outcome: "rejected", field: "quality" });
  });

  test("a day far above both histories is warned of, with both figures", () => {
    const shelf = new Shelf();
    const month = { days: 28, usage: 28 * 20_000, slots: 28 * 96, present: 28 * 96, estimated: 0, maxSlot: 900 };
    shelf.histories.set(3, { ...NO_HISTORY, previous: month, lastYear: month });
    const result = shelf.post([quarter("2026-03-05T00:00:00-06:00", ordinary.map((value) => value * 5))]);
    expect(rulesOf(result)).toEqual(["high warn"]);
    expect(result.exceptions[0]!.sentence).toBe("Usage is high: 117 kWh a day against 20 kWh in the same season last year and 20 kWh in the weeks before.");
  });

  test("continuous flow of water is told, not queued, and its run goes on over midnight", () => {
    const shelf = new Shelf();
    const night = Array.from({ length: 24 }, (_, hour) => (hour < 14 ? 0 : 6));
    const result = shelf.post([hourly("2026-03-04T00:00:00-06:00", night), hourly("2026-03-05T00:00:00-06:00", Array.from({ length: 24 }, (_, hour) => 5 + (hour % 3)))]);
    expect(result.counts.accepted).toBe(2);
    expect(result.findings).toMatchObject([{ ruleId: "leak", severity: "info", day: "2026-03-05", numbers: { hours: 34, leastPerHour: 5_000 } }]);
    expect(result.dayWrites.map(({ flowSlotsAtEnd }) => flowSlotsAtEnd)).toEqual([10, 34]);
  });

  test("usage where nobody is the customer is queued", () => {
    const vacant = new Map(meters).set("E1", { ...meters.get("E1")!, service: [{ from: "2024-01-01", to: "2026-03-01" }] });
    const request = parseReadsRequest({ reads: [quarter("2026-03-05T00:00:00-06:00", ordinary)] });
    const result = classifyReads(matchReads(request.ok ? request.reads : [], vacant, context), new Shelf(), context);
    expect(rulesOf(result)).toEqual(["inactive warn"]);
  });
});

describe("whatever the order in which parts of a day come", () => {
  const parts = fc.array(fc.tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 8 });

  test("the day ends the same, each value is stored once, and its exceptions are those of the whole day", () => {
    const spoilt = ordinary.with(10, 55).with(70, -1);
    fc.assert(
      fc.property(parts, fc.boolean(), (cuts, together) => {
        const shelf = new Shelf();
        const posts = [...cuts.map(([from, length]) => [from, spoilt.slice(from, from + length)] as const), [0, spoilt] as const];
        const reads = posts.map(([from, values]) => quarter(new Date(startOfDay("2026-03-05", ZONE) + from * 900_000).toISOString(), values));
        const results = together ? [shelf.post(reads)] : reads.map((read) => shelf.post([read]));
        const stored = results.flatMap(({ outcomes }) => outcomes).reduce((sum, outcome) => sum + outcome.stored, 0);
        expect(stored).toBe(96);
        expect(bestOfDay(shelf.days.get("3:2026-03-05")!).values).toEqual(Int32Array.from(spoilt, (value) => Math.round(value * 1000)));
        expect(shelf.exceptions.filter(({ status }) => status === "open").map(({ ruleId }) => ruleId).toSorted()).toEqual(["negative", "spike"]);
        expect(shelf.post(reads)).toMatchObject({ dayWrites: [], exceptions: [], counts: { duplicate: reads.length } });
      }),
      { numRuns: 60 },
    );
  });
});
