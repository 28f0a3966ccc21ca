import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { billDiff, EFFECTS } from "./branch.ts";
import type { BillSnapshot, FrozenLine, FrozenSegment } from "./snapshot.ts";

const line = (chargeId: string, kind: FrozenLine["kind"], cents: number, quantityMilli = 0, name = chargeId): FrozenLine => ({ chargeId, name, nameEs: name, kind, quantityMilli, unit: "kgal", cents, version: 1, glAccount: "4010" });

function bill(billId: string, used: number, lines: readonly FrozenLine[]): BillSnapshot {
  const total = lines.reduce((sum, { cents }) => sum + cents, 0);
  const segment = { segmentId: `${billId}:w`, agreementId: "w", commodity: "water", periodFrom: "2026-03-01", periodTo: "2026-04-01", usage: { unit: "kgal", quantities: { usage: used } }, lines, total } as unknown as FrozenSegment;
  return { billId, number: billId, periodFrom: "2026-03-01", periodTo: "2026-04-01", segments: [segment], charges: total } as unknown as BillSnapshot;
}

describe("an old bill against the one that would take its place", () => {
  // 9 kgal at $3.10 and $5.20; the corrected read says 5: the fourth tier falls away, and with it more than four ninths.
  const before = bill("b", 9_000, [line("service", "fixed", 12_00), line("use", "tiered", 12_40, 4_000, "Water, first 4"), line("use", "tiered", 26_00, 5_000, "Water, above 4"), line("tax", "percentage", 2_52)]);
  const now = bill("b-r2", 5_000, [line("service", "fixed", 12_00), line("use", "tiered", 12_40, 4_000, "Water, first 4"), line("use", "tiered", 5_20, 1_000, "Water, above 4"), line("tax", "percentage", 1_48)]);

  test("says what less usage, lower tiers and less tax take off, and that is all of it", () => {
    const [segment] = billDiff(before, now).segments;
    expect(segment).toMatchObject({ usedBefore: 9_000, usedNow: 5_000, before: 52_92, now: 31_08 });
    expect(segment!.effects).toEqual({ usage: -17_07, tier: -3_73, demand: 0, fixed: 0, tax: -1_04, other: 0 });
    expect(segment!.lines.map(({ name, before: was, now: is }) => [name, was?.cents, is?.cents])).toEqual([["service", 12_00, 12_00], ["Water, first 4", 12_40, 12_40], ["Water, above 4", 26_00, 5_20], ["tax", 2_52, 1_48]]);
  });

  test("a line that only one of them has stands alone; a bill that is taken back charges nothing", () => {
    const other = bill("b-r2", 9_000, [line("service", "fixed", 12_00), line("flat", "flat", 18_00, 9_000)]);
    expect(billDiff(before, other).segments[0]!.lines.map(({ name, before: was, now: is }) => [name, was === null, is === null])).toEqual([
      ["service", false, false], ["Water, first 4", false, true], ["Water, above 4", false, true], ["tax", false, true], ["flat", true, false],
    ]);
    expect(billDiff(before, null)).toMatchObject({ correctedId: null, before: 52_92, now: 0, segments: [{ now: 0, usedNow: 0 }] });
  });

  test("whatever is on them, the effects sum to the change", () => {
    const amount = fc.integer({ min: -500_000, max: 500_000 });
    const lines = fc.array(fc.tuple(fc.constantFrom("fixed", "flat", "tiered", "time-of-use", "demand", "percentage", "minimum", "credit"), amount, fc.nat(1_000_000)).map(([kind, cents, q]) => line(kind, kind as FrozenLine["kind"], cents, q)), { maxLength: 8 });
    fc.assert(fc.property(lines, lines, fc.integer({ min: -50_000, max: 9_000_000 }), fc.nat(9_000_000), (was, is, usedBefore, usedNow) => {
      const { segments: [segment] } = billDiff(bill("b", usedBefore, was), bill("b-r2", usedNow, is));
      expect(EFFECTS.reduce((sum, effect) => sum + segment!.effects[effect], 0)).toBe(segment!.now - segment!.before);
    }));
  });
});
