/** Tamper and clocks from the reads that say it to the exception: beside a value, by itself, later, and on a day judged again. */
import { describe, expect, test } from "vitest";
import type { Channel, MeterRecord, RegisterRead } from "./channel.ts";
import { classifyReads } from "./classify-reads.ts";
import type { Condition, DayCondition } from "./conditions.ts";
import { dayKey, type KnownException, type ReadsResult } from "./ingest-result.ts";
import { matchReads, spokenFor, type ReadsContext } from "./match-reads.ts";
import { emptyDay, type StoredDay } from "./packed-day.ts";
import { parseReadsRequest } from "./reads-request.ts";
import { reviseDays } from "./revise-days.ts";
import type { VeeSetting } from "./vee-parameters.ts";

const NOW = Date.UTC(2026, 2, 10, 12);
const context: ReadsContext = { now: NOW, zone: "America/Chicago", settings: [] };

const hourly: Channel = { channelId: 2, meterId: "m-w", commodity: "water", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const dial: Channel = { ...hourly, channelId: 1, kind: "register", stepMinutes: null, dials: 6 };
const quarters: Channel = { channelId: 3, meterId: "m-e", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered" };
const reactive: Channel = { ...quarters, channelId: 4, unit: "kvarh" };
const lone: Channel = { ...dial, channelId: 5, meterId: "m-r" };
const place = { installations: [{ servicePointId: "sp", from: Date.UTC(2024, 0, 1), to: null }], service: [{ from: "2024-01-01", to: null }], customerClass: "residential" };
const meters = new Map<string, MeterRecord>([
  ["W1", { meterId: "m-w", badge: "W1", commodity: "water", channels: [dial, hourly], ...place }],
  ["E1", { meterId: "m-e", badge: "E1", commodity: "electric", channels: [reactive, quarters], ...place }],
  ["R1", { meterId: "m-r", badge: "R1", commodity: "water", channels: [lone], ...place }],
]);

/** What is stored, as the database keeps it. */
class Shelf {
  readonly days = new Map<string, StoredDay>();
  readonly registerReads = new Map<number, RegisterRead[]>();
  readonly histories = new Map();
  exceptions: KnownException[] = [];
  conditions: DayCondition[] = [];
  settings: VeeSetting[] = [];

  post(reads: object[], events: object[] = []): ReadsResult {
    const request = parseReadsRequest({ reads, ...(events.length > 0 && { events }) });
    if (!request.ok) throw new Error(JSON.stringify(request.errors));
    const at = { ...context, settings: this.settings };
    const result = classifyReads(matchReads(request.reads, meters, at, request.events), this, at);
    for (const { channelId, day, version, raw } of result.dayWrites) this.days.set(dayKey(channelId, day), { channelId, day, version, raw, revisions: [] });
    for (const write of result.registerWrites) this.registerReads.set(write.channelId, [...(this.registerReads.get(write.channelId) ?? []), write]);
    const said = new Set(result.conditions.map(({ channelId, day, kind }) => `${channelId} ${day} ${kind}`));
    this.conditions = [...this.conditions.filter(({ channelId, day, kind }) => !said.has(`${channelId} ${day} ${kind}`)), ...result.conditions];
    this.exceptions = this.exceptions.map((known) => (result.cured.includes(known.id) ? { ...known, status: "decided" } : known));
    for (const { id, channelId, day, readAt, ruleId, numbers } of result.exceptions) this.exceptions.push({ id, channelId: channelId!, day, readAt, ruleId, numbers, status: "open" });
    return result;
  }
}

const rules = ({ exceptions }: Pick<ReadsResult, "exceptions">): string[] => exceptions.map(({ ruleId, severity, channelId, day, slot, numbers }) => `${ruleId} ${severity} ch${channelId} ${day}${slot === undefined ? "" : ` slot ${slot}`} ${JSON.stringify(numbers)}`);

const water = (hours: number, more: object = {}, start = "2026-03-05T00:00:00-06:00") => ({ meter: "W1", kind: "interval", unit: "gal", start, stepMinutes: 60, values: Array.from({ length: hours }, (_, i) => (Number(start.slice(11, 13)) + i) % 24).map((hour) => (hour % 4 === 0 ? 3 + hour : 0)), ...more });
const power = (start: string, count: number, more: object = {}) => ({ meter: "E1", kind: "interval", unit: "kWh", start, stepMinutes: 15, values: Array.from({ length: count }, (_, slot) => (200 + ((slot * 37) % 90)) / 1000), ...more });
const read = (meter: string, at: string, value: number, more: object = {}) => ({ meter, kind: "register", unit: "gal", at, value, ...more });
const TAMPER: Partial<Condition> = { kind: "tamper", says: "cut wire" };

describe("tamper", () => {
  test("some hours under the flag are looked at, a day under it holds the bill, in words that name the source's own", () => {
    const some = new Shelf().post([water(10), water(4, { conditions: [TAMPER] }, "2026-03-05T10:00:00-06:00"), water(10, {}, "2026-03-05T14:00:00-06:00")]);
    expect(rules(some)).toEqual(['tamper warn ch2 2026-03-05 slot 10 {"flagged":4}']);
    expect(some.exceptions[0]!.sentence).toBe("The meter flags tampering (cut wire) for 4 hours. Somebody should look at the meter before this is billed.");
    expect(rules(new Shelf().post([water(24, { conditions: [TAMPER] })]))).toEqual(['tamper fail ch2 2026-03-05 slot 0 {"flagged":24}']);
  });

  test("said again it is the same exception; said of more of the day it has new numbers", () => {
    const shelf = new Shelf();
    const first = shelf.post([water(24), water(2, { conditions: [TAMPER] }, "2026-03-05T10:00:00-06:00")]);
    const again = shelf.post([water(2, { conditions: [TAMPER] }, "2026-03-05T10:00:00-06:00")]);
    expect([again.exceptions, again.exceptionUpdates, again.conditions, again.dayWrites]).toEqual([[], [], [], []]);
    const more = shelf.post([water(6, { conditions: [TAMPER] }, "2026-03-05T10:00:00-06:00")]);
    expect(more.exceptionUpdates).toMatchObject([{ id: first.exceptions[0]!.id, finding: { numbers: { flagged: 6 } } }]);
  });

  test("an event without a value is judged with the day that is there, which is written once more; and with the one that comes later", () => {
    const event = { meter: "W1", at: "2026-03-05T02:11:00-06:00", conditions: [TAMPER] };
    const shelf = new Shelf();
    shelf.post([water(24)]);
    const told = shelf.post([], [event]);
    expect([rules(told), told.dayWrites.map(({ expectedVersion, version, stats }) => [expectedVersion, version, stats.present])]).toEqual([['tamper warn ch2 2026-03-05 slot 2 {"flagged":1}'], [[1, 2, 24]]]);
    const before = new Shelf();
    expect(before.post([], [event])).toMatchObject({ exceptions: [], dayWrites: [], conditions: [{ channelId: 2, day: "2026-03-05", kind: "tamper" }] });
    expect(rules(before.post([water(24)]))).toEqual(['tamper warn ch2 2026-03-05 slot 2 {"flagged":1}']);
  });

  test("a meter is judged once: by its intervals where it has some, by what it delivers before what is reactive, else by the next read of its dial", () => {
    expect([...meters.values()].map((meter) => spokenFor(meter)!.channelId)).toEqual([2, 3, 5]);
    const shelf = new Shelf();
    const both = shelf.post([water(24, { conditions: [TAMPER] }), read("W1", "2026-03-05T06:00:00-06:00", 100), read("W1", "2026-03-05T12:00:00-06:00", 120, { conditions: [TAMPER] })]);
    expect(rules(both)).toEqual(['tamper fail ch2 2026-03-05 slot 0 {"flagged":24}']);
    shelf.post([read("R1", "2026-02-05T06:00:00-06:00", 100)]);
    shelf.post([], [{ meter: "R1", at: "2026-02-20T02:11:00-06:00", conditions: [TAMPER] }]);
    expect(rules(shelf.post([read("R1", "2026-03-05T06:00:00-06:00", 900, { conditions: [TAMPER] })]))).toEqual(['tamper warn ch5 2026-03-05 {"days":2}']);
  });

  test("an estimate in place of the whole day ends the doubt; a threshold may switch it off", () => {
    const shelf = new Shelf();
    shelf.post([water(24, { conditions: [TAMPER] })]);
    const layer = { values: emptyDay(24).values.fill(2_000), quality: new Uint8Array(24).fill(2) };
    const revised = reviseDays([{ place: { meter: meters.get("W1")!, channel: hourly, installation: place.installations[0]! }, day: "2026-03-05", layer, origin: "estimate" }], shelf, context);
    expect([revised.cured.length, rules(revised).filter((rule) => rule.startsWith("tamper"))]).toEqual([1, []]);
    const off = new Shelf();
    off.settings = [{ commodity: "water", customerClass: null, effectiveFrom: "2026-01-01", overrides: { tamper: { flags: 0 } } }];
    expect(rules(off.post([water(24, { conditions: [TAMPER] })]))).toEqual([]);
  });

  test("what is of another kind is no tamper, and the last word on each kind is what the meter is known by", () => {
    const result = new Shelf().post([water(24, { conditions: [{ kind: "low-battery", says: "low" }, { kind: "weak-signal", on: false, says: "good" }] }), water(2, { conditions: [{ kind: "low-battery", on: false, says: "good" }] }, "2026-03-09T00:00:00-05:00")], [{ meter: "NOPE", at: "2026-03-05T02:11:00-06:00", conditions: [TAMPER] }]);
    expect([result.conditions, rules(result)]).toEqual([[], []]);
    expect(result.latest.map(({ meterId, kind, on, says, at }) => `${meterId} ${kind} ${on} ${says} ${new Date(at).toISOString()}`)).toEqual(["m-w low-battery false good 2026-03-09T07:00:00.000Z", "m-w weak-signal false good 2026-03-06T06:00:00.000Z"]);
  });
});

describe("the clock", () => {
  const clock = (seconds: number) => ({ conditions: [{ kind: "clock", seconds }] });

  test("within tolerance it passes, above it is warned of or fails, by commodity; without how far it is warned of", () => {
    const electric = (seconds: number) => rules(new Shelf().post([power("2026-03-05T00:00:00-06:00", 96, clock(seconds))]));
    expect(electric(100)).toEqual([]);
    expect(electric(-170)).toEqual(['clock warn ch3 2026-03-05 {"secondsOff":-170,"secondsAllowed":120}']);
    expect(electric(250)).toEqual(['clock fail ch3 2026-03-05 {"secondsOff":250,"secondsAllowed":120}']);
    expect(rules(new Shelf().post([water(24, clock(250))]))).toEqual(['clock warn ch2 2026-03-05 {"secondsOff":250,"secondsAllowed":180}']);
    const unsynchronized = new Shelf().post([water(24, { conditions: [{ kind: "clock", says: "1.1.9" }] })]);
    expect(unsynchronized.exceptions.map(({ severity, sentence }) => [severity, sentence])).toEqual([["warn", "The meter's clock is said to be wrong (1.1.9); by how much is not known."]]);
    expect(new Shelf().post([power("2026-03-05T00:00:00-06:00", 96, clock(250))]).exceptions[0]!.sentence).toBe("The meter's clock is 4 min 10 s fast: what was used may stand in the wrong interval.");
  });

  test("intervals that are off their grid stand in the nearest one, and are judged by how far they were off", () => {
    const late = new Shelf().post([power("2026-03-05T00:04:10-06:00", 96)]);
    expect(late.outcomes[0]).toMatchObject({ outcome: "exception", stored: 96 });
    expect(late.dayWrites.map(({ day, stats }) => [day, stats.present])).toEqual([["2026-03-05", 96]]);
    expect(rules(late)).toEqual(['clock fail ch3 2026-03-05 {"secondsOff":250,"secondsAllowed":120}']);
    const early = new Shelf().post([water(24, {}, "2026-03-04T23:58:00-06:00")]);
    expect([early.counts.accepted, early.dayWrites.map(({ day }) => day), early.exceptions]).toEqual([1, ["2026-03-05"], []]);
    expect(new Shelf().post([power("2026-03-05T00:07:30-06:00", 4)]).outcomes[0]).toMatchObject({ outcome: "rejected", field: "start" });
  });

  test("a stamp that lies ahead of ours is a clock that is fast; further ahead it is no read", () => {
    const clocks = (result: ReadsResult) => rules(result).filter((rule) => rule.startsWith("clock"));
    const ahead = (minutes: number) => new Shelf().post([power(new Date(NOW + (minutes - 15) * 60_000).toISOString(), 1)]);
    expect([clocks(ahead(0)), clocks(ahead(15))]).toEqual([[], ['clock fail ch3 2026-03-10 {"secondsOff":900,"secondsAllowed":120}']]);
    expect(ahead(30).outcomes[0]).toMatchObject({ outcome: "rejected", reason: expect.stringContaining("lies in the future") });
  });

  test("a dial read at the wrong time is warned of, never held", () => {
    const shelf = new Shelf();
    shelf.post([read("R1", "2026-02-05T06:00:00-06:00", 100)]);
    const result = shelf.post([read("R1", "2026-03-05T06:00:00-06:00", 900, clock(90_00))]);
    expect(result.exceptions.map(({ ruleId, severity, sentence }) => [ruleId, severity, sentence])).toEqual([["clock", "warn", "The meter's clock is 2 h 30 min fast: the read was taken at another time than it says."]]);
  });
});

describe("reactive energy", () => {
  const both = (active: number, reactivePower: number) => [power("2026-03-05T00:00:00-06:00", 96, { values: Array.from({ length: 96 }, (_, slot) => (active === 0 ? 0 : active + (slot % 7) / 1000)) }), power("2026-03-05T00:00:00-06:00", 96, { unit: "kvarh", values: Array.from({ length: 96 }, (_, slot) => reactivePower + (slot % 5) / 1000) })];
  const found = (reads: object[]) => new Shelf().post(reads).exceptions.filter(({ ruleId }) => ruleId !== "zero").map(({ ruleId, severity, channelId, sentence }) => `${ruleId} ${severity} ch${channelId}: ${sentence}`);

  test("its channel is told from the one of kWh by its unit; a usual load passes, and one without active energy is looked at", () => {
    expect(found(both(2, 1))).toEqual([]);
    expect(found(both(0, 1))).toEqual(["reactive warn ch4: The meter counted 96.19 kvarh of reactive energy, and nothing of active energy."]);
    expect(found(both(0.01, 1))).toEqual(["reactive warn ch4: The meter counted 96.19 kvarh of reactive energy, and 1.243 kWh of active energy."]);
    expect(found(both(0, 0.001)), "a trickle").toEqual([]);
  });

  test("without the kWh of the day it is not judged by them; stored ones count", () => {
    const [active, alone] = both(0, 1) as [object, object];
    expect(found([alone])).toEqual([]);
    const shelf = new Shelf();
    shelf.post([active]);
    expect(shelf.post([alone]).exceptions.map(({ ruleId }) => ruleId)).toEqual(["reactive"]);
  });
});
