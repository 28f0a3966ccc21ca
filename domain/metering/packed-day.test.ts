import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QUALITY_ACTUAL, QUALITY_EDITED, QUALITY_ESTIMATED } from "./channel.ts";
import {
  bestOf, dayBytes, dayFromBytes, dayFromHex, dayHex, dayStats, decodeDay, emptyDay, flagsText, MISSING, mergeDay, mergeStored,
  qualityFromFlags, slotAt, slotCount, slotStart, sumDays, type PackedDay, type StoredDay,
} from "./packed-day.ts";

const CHICAGO = "America/Chicago";
const value = fc.integer({ min: -2_147_483_647, max: 2_147_483_647 });
const slots = fc.array(fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(MISSING) }), { minLength: 24, maxLength: 24 }).map((list) => Int32Array.from(list));
const qualities = fc.option(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 24, maxLength: 24 }).map((list) => Uint8Array.from(list)));
const day = fc.record({ values: slots, quality: qualities }).map(({ values, quality }): PackedDay => ({ values, quality: quality?.map((code, slot) => (values[slot] === MISSING ? 0 : code)) ?? null }));

const of = (...values: (number | null)[]): PackedDay => ({ values: Int32Array.from(values, (v) => v ?? MISSING), quality: null });
const marked = (packed: PackedDay, ...codes: number[]): PackedDay => ({ ...packed, quality: Uint8Array.from(codes) });
const stored = (raw: PackedDay, ...layers: PackedDay[]): StoredDay => ({ channelId: 1, day: "2026-03-01", version: 1 + layers.length, raw, revisions: layers.map((layer, i) => ({ revision: i + 1, origin: "gateway", layer })) });

describe("slots of a local day", () => {
  test("a quarter-hour day has 96 slots, 92 when clocks go forward and 100 when they go back", () => {
    expect(slotCount("2026-01-15", CHICAGO, 15)).toBe(96);
    expect(slotCount("2026-03-08", CHICAGO, 15)).toBe(92);
    expect(slotCount("2026-11-01", CHICAGO, 15)).toBe(100);
    expect(slotCount("2026-11-01", CHICAGO, 60)).toBe(25);
  });

  test("01:30 comes twice in autumn and falls into two slots", () => {
    const first = slotAt(Date.UTC(2026, 10, 1, 6, 30), "2026-11-01", CHICAGO, 30);
    const second = slotAt(Date.UTC(2026, 10, 1, 7, 30), "2026-11-01", CHICAGO, 30);
    expect([first, second]).toEqual([3, 5]);
    expect(slotStart(5, "2026-11-01", CHICAGO, 30)).toBe(Date.UTC(2026, 10, 1, 7, 30));
  });

  test("the hour after 02:00 in spring is the third slot of an hourly day", () => {
    expect(slotAt(Date.UTC(2026, 2, 8, 8), "2026-03-08", CHICAGO, 60)).toBe(2);
  });

  test("an instant off the grid or on another day has no slot", () => {
    expect(slotAt(Date.UTC(2026, 0, 15, 6, 7), "2026-01-15", CHICAGO, 15)).toBe(-1);
    expect(slotAt(Date.UTC(2026, 0, 16, 6), "2026-01-15", CHICAGO, 15)).toBe(-1);
    expect(slotAt(Date.UTC(2026, 0, 15, 5, 45), "2026-01-15", CHICAGO, 15)).toBe(-1);
  });
});

describe("packing", () => {
  test("is four bytes a slot, lowest first", () => {
    expect(dayHex(Int32Array.of(1, -1, MISSING))).toBe("01000000ffffffff00000080");
  });

  test("what is packed is unpacked, as bytes, as hex and with its flags", () => {
    fc.assert(
      fc.property(day, ({ values, quality }) => {
        expect(dayFromBytes(dayBytes(values))).toEqual(values);
        expect(dayFromHex(dayHex(values))).toEqual(values);
        expect(decodeDay(dayBytes(values), flagsText(quality)).values).toEqual(values);
        expect(qualityFromFlags(flagsText(quality)) ?? new Uint8Array(24)).toEqual(quality ?? new Uint8Array(24));
      }),
    );
  });

  test("bytes from a database may begin anywhere in a larger buffer", () => {
    const page = new Uint8Array(20);
    page.set(dayBytes(Int32Array.of(5, 6)), 3);
    expect(dayFromBytes(page.subarray(3, 11))).toEqual(Int32Array.of(5, 6));
  });

  test("a day that was cut off is refused", () => {
    expect(() => dayFromBytes(new Uint8Array(7))).toThrow("cut off");
    expect(() => dayFromHex("0100")).toThrow("cut off");
    expect(() => dayFromHex("zz000000")).toThrow("not hex");
    expect(() => qualityFromFlags("AX")).toThrow('"X" is not a quality');
    expect(() => decodeDay(new Uint8Array(8), "A")).toThrow("2 values but 1 flags");
  });

  test("a day of actual values needs no flags", () => {
    expect(flagsText(Uint8Array.of(0, 0))).toBeNull();
    expect(flagsText(Uint8Array.of(QUALITY_ACTUAL, QUALITY_ESTIMATED, QUALITY_EDITED))).toBe("AED");
  });
});

describe("merging a day", () => {
  test("fills what is empty, knows what it has, and keeps what it has against another value", () => {
    const { merged, stored: filled, duplicates, conflicts } = mergeDay(of(1, null, 3), of(1, 2, 4));
    expect(merged.values).toEqual(Int32Array.of(1, 2, 3));
    expect([filled, duplicates, conflicts]).toEqual([1, 1, 1]);
  });

  test("the same again changes nothing", () => {
    fc.assert(
      fc.property(day, day, (a, b) => {
        const once = mergeDay(a, b).merged;
        const twice = mergeDay(once, b);
        expect(twice.stored).toBe(0);
        expect(twice.merged).toEqual(once);
      }),
    );
  });

  test("parts that do not overlap may come in any order", () => {
    fc.assert(
      fc.property(day, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), (whole, mask) => {
        const part = (wanted: boolean): PackedDay => ({ ...whole, values: whole.values.map((v, slot) => (mask[slot] === wanted ? v : MISSING)) });
        const there = mergeDay(mergeDay(null, part(true)).merged, part(false)).merged;
        const back = mergeDay(mergeDay(null, part(false)).merged, part(true)).merged;
        expect(there.values).toEqual(back.values);
        expect(there.values).toEqual(whole.values);
        expect(there.quality ?? new Uint8Array(24)).toEqual(back.quality ?? new Uint8Array(24));
      }),
    );
  });

  test("days of different length are never merged", () => {
    expect(() => mergeDay(of(1, 2), of(1, 2, 3))).toThrow("a day of 2 slots cannot take 3");
  });
});

describe("corrections", () => {
  test("another value becomes a revision beside the raw one, and counts", () => {
    const merge = mergeStored(stored(of(10, 20)), of(10, 25));
    expect(merge.raw.values).toEqual(Int32Array.of(10, 20));
    expect(merge.correction?.values).toEqual(Int32Array.of(MISSING, 25));
    expect(bestOf(merge.raw, [{ layer: merge.correction! }]).values).toEqual(Int32Array.of(10, 25));
  });

  test("the correction and the original may both come again without effect", () => {
    const day = stored(of(10, 20), of(null, 25));
    expect(mergeStored(day, of(10, 25))).toMatchObject({ stored: 0, corrected: 0, duplicates: 2, correction: null });
    expect(mergeStored(day, of(10, 20))).toMatchObject({ stored: 0, corrected: 0, duplicates: 2, correction: null });
  });

  test("an estimate never replaces a measurement, a measurement replaces an estimate", () => {
    const estimate = marked(of(7), QUALITY_ESTIMATED);
    expect(mergeStored(stored(of(5)), estimate)).toMatchObject({ refused: 1, corrected: 0, correction: null });
    expect(mergeStored(stored(estimate), of(5)).correction?.values).toEqual(Int32Array.of(5));
    expect(mergeStored(stored(estimate), of(7)).correction?.values).toEqual(Int32Array.of(7));
  });

  test("a late actual shows through an estimate that was made meanwhile, not through a person's edit", () => {
    const estimate = marked(of(7, 7), QUALITY_ESTIMATED, QUALITY_ESTIMATED);
    const edit = marked(of(null, 9), QUALITY_ACTUAL, QUALITY_EDITED);
    expect(bestOf(of(5, 5), [{ layer: estimate }, { layer: edit }]).values).toEqual(Int32Array.of(5, 9));
    expect(bestOf(of(null, 5), [{ layer: estimate }, { layer: edit }]).values).toEqual(Int32Array.of(7, 9));
  });

  test("whatever is merged into a stored day, its raw values stay", () => {
    fc.assert(
      fc.property(day, day, (raw, incoming) => {
        const merge = mergeStored(stored(raw), incoming);
        raw.values.forEach((v, slot) => {
          if (v !== MISSING) expect(merge.raw.values[slot]).toBe(v);
        });
        const count = incoming.values.filter((v) => v !== MISSING).length;
        expect(merge.stored + merge.duplicates + merge.corrected + merge.refused).toBe(count);
      }),
    );
  });
});

describe("sums", () => {
  test("leave empty slots out and say how many there are", () => {
    expect(dayStats(marked(of(3, null, 9, 0), 0, 0, QUALITY_ESTIMATED, QUALITY_EDITED))).toEqual({ sum: 12, max: 9, slots: 4, present: 3, estimated: 1, edited: 1 });
    expect(dayStats(emptyDay(2))).toEqual({ sum: 0, max: 0, slots: 2, present: 0, estimated: 0, edited: 0 });
  });

  test("a month's sum is the sum of its days", () => {
    fc.assert(
      fc.property(fc.array(day, { maxLength: 10 }), (days) => {
        expect(sumDays(days).sum).toBe(days.reduce((sum, one) => sum + dayStats(one).sum, 0));
      }),
    );
  });
});
