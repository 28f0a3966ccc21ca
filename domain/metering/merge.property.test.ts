/**
 * Whatever comes for a channel in whatever order, against an oracle that knows nothing of days and layers: of each interval
 * a list of what was said of it. A word is new unless it was said before; the last one that is no estimate counts, else the
 * last estimate.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, eachDay, type LocalDate } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, type Instant, type TimeZone } from "../calendar/zone.ts";
import { QUALITY_EDITED, QUALITY_ESTIMATED, type Channel, type MeterRecord } from "./channel.ts";
import { classifyReads } from "./classify-reads.ts";
import { dayKey, type ReadsLoaded, type ReadsResult } from "./ingest-result.ts";
import { matchReads, type ReadsContext } from "./match-reads.ts";
import { bestOfDay, emptyDay, MISSING, slotCount, type StoredDay } from "./packed-day.ts";
import { reviseDays } from "./revise-days.ts";
import type { IntervalReading } from "./reads-request.ts";

type Written = Pick<ReadsResult, "dayWrites" | "revisionWrites">;

/** One channel of a utility, with what is stored of it. */
class Shelf {
  readonly channel: Channel;
  readonly meter: MeterRecord;
  readonly days = new Map<string, StoredDay>();
  readonly #context: ReadsContext;

  constructor(zone: TimeZone, stepMinutes: number, now: Instant) {
    this.channel = { channelId: 1, meterId: "m", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes, multiplier: "1", direction: "delivered" };
    this.meter = { meterId: "m", badge: "E1", commodity: "electric", customerClass: "residential", channels: [this.channel], installations: [{ servicePointId: "sp", from: 0, to: null }], service: [] };
    this.#context = { now, zone, settings: [] };
  }

  /** Posts the pieces as one batch; how many values were stored, known, corrected and refused. */
  post(pieces: readonly Omit<IntervalReading, "index">[]): number {
    const readings = pieces.map((piece, index): IntervalReading => ({ ...piece, index }));
    const result = classifyReads(matchReads(readings, new Map([["E1", this.meter]]), this.#context), this.#loaded(), this.#context);
    this.#write(result);
    return result.outcomes.reduce((sum, { stored, duplicates, corrected }) => sum + stored + duplicates + corrected, 0);
  }

  decide(day: LocalDate, slot: number, value: number, origin: "edit" | "estimate"): void {
    const slots = slotCount(day, this.#context.zone, this.channel.stepMinutes!);
    const layer = { values: emptyDay(slots).values.with(slot % slots, value), quality: new Uint8Array(slots).fill(origin === "edit" ? QUALITY_EDITED : QUALITY_ESTIMATED) };
    this.#write(reviseDays([{ place: { meter: this.meter, channel: this.channel, installation: this.meter.installations[0]! }, day, layer, origin }], this.#loaded(), this.#context));
  }

  #loaded(): ReadsLoaded {
    return { days: this.days, registerReads: new Map(), histories: new Map(), exceptions: [] } as ReadsLoaded;
  }

  #write({ dayWrites, revisionWrites }: Written): void {
    for (const { channelId, day, version, raw } of dayWrites) {
      const before = this.days.get(dayKey(channelId, day));
      before?.raw.values.forEach((value, slot) => value === MISSING || expect(raw.values[slot], "a raw value stays").toBe(value));
      this.days.set(dayKey(channelId, day), { channelId, day, version, raw, revisions: before?.revisions ?? [] });
    }
    for (const revision of revisionWrites) {
      const key = dayKey(revision.channelId, revision.day);
      this.days.set(key, { ...this.days.get(key)!, revisions: [...this.days.get(key)!.revisions, revision] });
    }
  }
}

/** What was said of each interval, by the instant at which it began. */
class Oracle {
  readonly #said = new Map<Instant, { readonly value: number; readonly estimate: boolean }[]>();

  hear(at: Instant, value: number, estimate: boolean, decided: boolean): void {
    const said = this.#said.get(at) ?? [];
    this.#said.set(at, said);
    const repeats = said.some((word) => word.value === value && (estimate || !word.estimate));
    if (decided || !repeats) said.push({ value, estimate });
  }

  best(): Map<Instant, number> {
    return new Map([...this.#said].map(([at, said]) => [at, (said.findLast(({ estimate }) => !estimate) ?? said.at(-1)!).value]));
  }
}

const ZONE = "America/Chicago";
/** Three days around each change of clocks, and three ordinary ones. */
const firstDays: readonly LocalDate[] = ["2026-03-07", "2026-10-31", "2026-06-10"];

/** A piece of the three days: where it begins and ends in 4,320 (or so) minutes, its values by a seed, and whether the source estimated it. */
const piece = fc.record({ from: fc.nat(4_319), minutes: fc.integer({ min: 5, max: 2_000 }), seed: fc.integer({ min: 1, max: 3 }), holes: fc.integer({ min: 2, max: 9 }), estimated: fc.boolean() });
const decision = fc.record({ day: fc.nat(2), slot: fc.nat(299), value: fc.integer({ min: 1, max: 4 }), origin: fc.constantFrom("edit" as const, "estimate" as const) });
const story = fc.array(fc.oneof({ weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 3 }) }, { weight: 2, arbitrary: decision }), { minLength: 1, maxLength: 8 });
const place = fc.record({ first: fc.constantFrom(...firstDays), step: fc.constantFrom(5, 15, 30, 60) });

function pieceOf({ from, minutes, seed, holes, estimated }: typeof piece extends fc.Arbitrary<infer T> ? T : never, start: Instant, end: Instant, step: number): Omit<IntervalReading, "index"> {
  const first = Math.min(Math.floor(from / step), (end - start) / (step * MINUTE_MS) - 1);
  const count = Math.max(1, Math.min(Math.ceil(minutes / step), (end - start) / (step * MINUTE_MS) - first));
  return {
    kind: "interval", meter: "E1", channel: null, unit: "kWh", quality: estimated ? "estimated" : "actual", start: start + first * step * MINUTE_MS, stepMinutes: step,
    values: Int32Array.from({ length: count }, (_, i) => ((first + i) % holes === 0 ? MISSING : 1 + (((first + i) * 7 + seed) % (seed === 3 ? 4 : 2)))),
  } as Omit<IntervalReading, "index">;
}

test("late, overlapping, repeated, corrected, edited and estimated values: each interval counts as its last word, on days of 23, 24 and 25 hours", () => {
  fc.assert(
    fc.property(place, story, ({ first, step }, happenings) => {
      const [start, end] = [startOfDay(first, ZONE), startOfDay(addDays(first, 3), ZONE)];
      const shelf = new Shelf(ZONE, step, end + 3_600_000);
      const oracle = new Oracle();
      for (const happening of happenings) {
        if (Array.isArray(happening)) {
          const pieces = happening.map((each) => pieceOf(each, start, end, step));
          for (const { start: at, values, quality } of pieces) values.forEach((value, i) => value !== MISSING && oracle.hear(at + i * step * MINUTE_MS, value, quality === "estimated", false));
          shelf.post(pieces);
        } else {
          const { origin, value } = happening;
          const day = addDays(first, happening.day);
          const slot = happening.slot % slotCount(day, ZONE, step);
          oracle.hear(startOfDay(day, ZONE) + slot * step * MINUTE_MS, value, origin === "estimate", true);
          shelf.decide(day, slot, value, origin);
        }
      }
      const best = new Map<Instant, number>();
      for (const day of eachDay({ from: first, to: addDays(first, 3) })) {
        const stored = shelf.days.get(dayKey(1, day));
        if (stored) bestOfDay(stored).values.forEach((value, slot) => value !== MISSING && best.set(startOfDay(day, ZONE) + slot * step * MINUTE_MS, value));
      }
      expect(new Map([...best].sort(([a], [b]) => a - b))).toEqual(new Map([...oracle.best()].sort(([a], [b]) => a - b)));
    }),
    { numRuns: 300 },
  );
});

test("batches that do not contradict each other come to the same in every order, whole or cut", () => {
  fc.assert(
    fc.property(place, fc.array(fc.tuple(fc.nat(4_319), fc.integer({ min: 5, max: 3_000 })), { minLength: 2, maxLength: 4 }), ({ first, step }, cuts) => {
      const [start, end] = [startOfDay(first, ZONE), startOfDay(addDays(first, 3), ZONE)];
      const pieces = cuts.map(([from, minutes]) => pieceOf({ from, minutes, seed: 3, holes: 10_000, estimated: false }, start, end, step));
      const outcomes = permutations(pieces).map((order) => {
        const shelf = new Shelf(ZONE, step, end + 3_600_000);
        for (const each of order) shelf.post([each]);
        for (const each of order) expect(shelf.post([each]), "every value is accounted for").toBe(each.values.reduce((n, value) => (value === MISSING ? n : n + 1), 0));
        return JSON.stringify([...shelf.days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, { raw, revisions }]) => [day, [...raw.values], revisions.length]));
      });
      expect(new Set(outcomes).size).toBe(1);
    }),
    { numRuns: 20 },
  );
});

function permutations<T>(items: readonly T[]): T[][] {
  return items.length === 0 ? [[]] : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
