import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, addMonths, daysBetween } from "../calendar/local-date.ts";
import { LEAK_POLICY, type LeakPolicy } from "../lifecycle/leak-policy.ts";
import { chargeAcrossVersions } from "../rating/index.ts";
import { compiled, waterRate, ZONE } from "../rating/fixtures.testing.ts";
import { reckonLeak, type LeakEvidence, type LeakSegment, type UsePeriod } from "./leak-adjustment.ts";
import type { PricedVersion } from "./price.ts";
import type { FrozenLine, FrozenSegment } from "./snapshot.ts";

/** $20 a month, then $3 for each of the first ten units, $5 for each further one; 6 % city tax on all of it. */
const WATER = compiled(waterRate([
  { id: "base", kind: "fixed", name: { en: "Service" }, glKey: "water", rates: [{ amount: "20.00" }] },
  { id: "use", kind: "tiered", name: { en: "Use" }, glKey: "water", rates: [{ tiers: [{ upTo: "10", price: "3.00" }, { upTo: null, price: "5.00" }] }] },
  { id: "tax", kind: "percentage", name: { en: "City tax" }, glKey: "tax.city", of: ["base", "use"], rates: [{ percent: "6" }] },
]));
const SEWER = compiled({ format: 1, commodity: "sewer", name: { en: "Sewer" }, unit: "ccf", charges: [{ id: "sewer", kind: "flat", name: { en: "Sewer" }, glKey: "sewer", rates: [{ price: "4.00" }] }] });
const GL: Readonly<Record<string, string>> = { base: "4010", use: "4010", tax: "2200", sewer: "4020" };

interface Billed { readonly from: string; readonly ccf: number; readonly commodity?: "water" | "sewer" }

/** The bill of a month as it was made, by the engine. */
function billOf({ from, ccf, commodity = "water" }: Billed): LeakSegment {
  const to = addMonths(from, 1);
  const rate = commodity === "water" ? WATER : SEWER;
  const versions: PricedVersion[] = [{ scheduleId: commodity, version: 1, effectiveOn: "2020-01-01", documentHash: "h", rate }];
  const used = Math.round(ccf * 1000);
  const determinants = { quantities: { usage: { ccf: used } } };
  const { segments, totalCents } = chargeAcrossVersions([{ from: "2020-01-01", rate }], { ...determinants, from, to, zone: ZONE });
  const lines = segments.flatMap((each) => each.lines).map(({ chargeId, cents }) => ({ chargeId, cents, glAccount: GL[chargeId]! }) as FrozenLine);
  const usage = { unit: "ccf", quantities: { usage: used }, legs: [{ meterId: "M-1", quantity: "usage", usage: used }] } as unknown as FrozenSegment["usage"];
  const segment = { segmentId: `${from}-${commodity}`, agreementId: commodity, commodity, periodFrom: from, periodTo: to, determinants, series: [], usage, lines, total: totalCents } as unknown as FrozenSegment;
  return { billId: `bill-${from}`, number: from, zone: ZONE, segment, versions, corrected: false };
}

const past = (from: string, ccf: number, agreementId = "water"): UsePeriod => ({ agreementId, from, to: addMonths(from, 1), used: Math.round(ccf * 1000), unit: "ccf" });
const leak = (more: Partial<LeakEvidence> = {}): LeakEvidence => ({ meterId: "M-1", commodity: "water", from: "2026-06-10", to: "2026-06-25", ...more });
const policy = (more: Partial<LeakPolicy> = {}): LeakPolicy => ({ ...LEAK_POLICY, ...more });
const june = (ccf: number, commodity: "water" | "sewer" = "water"): LeakSegment => billOf({ from: "2026-06-01", ccf, commodity });

describe("a leak's bill", () => {
  test("is priced again at normal use by its own tiers, and half of the difference is forgiven, the tax with it", () => {
    // 30 units: 20 + 30 + 100 = 150, and 9.00 tax. Eight units: 20 + 24 = 44, and 2.64. The difference is 112.36.
    const { lines, parts, total } = reckonLeak(policy(), leak(), [june(30)], [past("2025-06-01", 8)]);
    expect(lines).toMatchObject([{ charged: 159_00, atNormal: 46_64, normal: { way: "sameMonths", bills: 1, usage: 8_000 }, credit: 56_18, counted: true, problem: null }]);
    expect(parts).toEqual([{ commodity: "water", glAccount: "4010", amount: 53_00 }, { commodity: "water", glAccount: "2200", amount: 3_18 }]);
    expect(total).toBe(56_18);
  });

  test("sewer has a share of its own", () => {
    const { lines, total } = reckonLeak(policy(), leak(), [june(30), june(30, "sewer")], [past("2025-06-01", 8), past("2025-06-01", 8, "sewer")]);
    expect(lines.map(({ commodity, credit }) => [commodity, credit])).toEqual([["water", 56_18], ["sewer", 88_00]]);
    expect(total).toBe(144_18);
    expect(reckonLeak(policy({ sewerSharePercent: 0 }), leak(), [june(30, "sewer")], [past("2025-06-01", 8, "sewer")]).total).toBe(0);
  });

  test("only bills with days of the leak, of the meter that leaked, are looked at", () => {
    const other = { ...june(30), segment: { ...june(30).segment, usage: { ...june(30).segment.usage!, legs: [{ ...june(30).segment.usage!.legs[0]!, meterId: "M-2" }] } } };
    expect(reckonLeak(policy(), leak(), [billOf({ from: "2026-05-01", ccf: 30 }), other], [past("2025-06-01", 8)]).lines).toEqual([]);
  });

  test("counts only from the excess that the policy names", () => {
    expect(reckonLeak(policy({ excessPercent: 200 }), leak(), [june(15.9)], [past("2025-06-01", 8)]).total).toBe(0);
    expect(reckonLeak(policy({ excessPercent: 200 }), leak(), [june(16)], [past("2025-06-01", 8)]).total).toBeGreaterThan(0);
    expect(reckonLeak(policy(), leak(), [june(7)], [past("2025-06-01", 8)])).toMatchObject({ total: 0, lines: [{ counted: false, problem: null }] });
  });

  test("what cannot be told is said, and nothing of it is forgiven", () => {
    const why = (bill: LeakSegment, history: readonly UsePeriod[] = [past("2025-06-01", 8)]) => reckonLeak(policy(), leak(), [bill], history).lines[0]!.problem;
    expect(why(june(30), [])).toContain("wait for one after the repair");
    expect(why({ ...june(30), corrected: true })).toContain("estimate");
    expect(why({ ...june(30), versions: [] })).not.toBeNull();
    expect(why({ ...june(30), segment: { ...june(30).segment, total: 1 } })).toContain("does not come out");
  });
});

describe("the normal use", () => {
  const normalOf = (way: LeakPolicy["normal"], history: readonly UsePeriod[], more: Partial<LeakPolicy> = {}) => reckonLeak(policy({ normal: way, ...more }), leak(), [june(30)], history).lines[0]!.normal;
  test("is that of the same months before, or of the bills before; by days, and of at most so many", () => {
    const history = [past("2023-06-01", 20), past("2024-06-01", 10), past("2025-06-01", 8), past("2026-04-01", 3), past("2026-05-01", 6.2)];
    expect(normalOf("sameMonths", history, { normalBills: 2 })).toEqual({ way: "sameMonths", bills: 2, usage: 9_000 });
    expect(normalOf("sameMonths", history)).toMatchObject({ bills: 3, usage: 12_667 });
    // 9.2 units in the 61 days of April and May, for the 30 of June.
    expect(normalOf("previous", history, { normalBills: 2 })).toEqual({ way: "previous", bills: 2, usage: 4_525 });
  });

  test("falls back on what there is: last the bills after the repair, never those with the leak in them", () => {
    expect(normalOf("sameMonths", [past("2026-05-01", 6.2)])).toEqual({ way: "previous", bills: 1, usage: 6_000 });
    expect(normalOf("sameMonths", [past("2026-06-01", 30), past("2026-07-01", 6.2)])).toEqual({ way: "later", bills: 1, usage: 6_000 });
    expect(normalOf("sameMonths", [past("2026-06-01", 30)])).toBeNull();
  });
});

describe("a leak over many bills", () => {
  const months = ["2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"];
  const long = leak({ from: "2026-03-05", to: "2026-06-25" });
  const history = months.map((from) => past(addMonths(from, -12), 8));
  test("is forgiven for as many bills in a row as the policy covers: those that cost most", () => {
    const bills = [12, 30, 40, 20].map((ccf, i) => billOf({ from: months[i]!, ccf }));
    const { lines } = reckonLeak(policy({ billsMost: 2 }), long, bills.toReversed(), history);
    expect(lines.map(({ number, counted }) => [number, counted])).toEqual([["2026-03-01", false], ["2026-04-01", true], ["2026-05-01", true], ["2026-06-01", false]]);
  });

  test("never forgives more than the share of the excess, never charges, and its parts are its total, whatever was used", () => {
    const use = fc.integer({ min: 0, max: 200_000 }).map((milli) => milli / 1000);
    fc.assert(fc.property(fc.array(use, { minLength: 4, maxLength: 4 }), fc.array(use, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 4 }), (used, normal, share, sewer, most) => {
      const bills = used.flatMap((ccf, i) => [billOf({ from: months[i]!, ccf }), billOf({ from: months[i]!, ccf, commodity: "sewer" })]);
      const known = normal.flatMap((ccf, i) => [past(addMonths(months[i]!, -12), ccf), past(addMonths(months[i]!, -12), ccf, "sewer")]);
      const rules = policy({ sharePercent: share, sewerSharePercent: sewer, billsMost: most });
      const { lines, parts, total } = reckonLeak(rules, long, bills, known);
      expect(parts.every(({ amount }) => Number.isSafeInteger(amount) && amount > 0)).toBe(true);
      expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
      expect(lines.filter(({ counted }) => counted).reduce((sum, { credit }) => sum + credit, 0)).toBe(total);
      expect(new Set(lines.filter(({ counted }) => counted).map(({ billId }) => billId)).size).toBeLessThanOrEqual(most);
      for (const line of lines) {
        const excess = line.charged - line.atNormal;
        expect(line.credit).toBe(excess <= 0 ? 0 : Math.floor((excess * line.sharePercent + 50) / 100));
        expect(line.atNormal).toBe(line.credit === 0 && line.atNormal === line.charged ? line.charged : naive(line.commodity, line.normal!.usage));
      }
      expect(reckonLeak({ ...rules, sharePercent: 100, sewerSharePercent: 100 }, long, bills, known).total).toBeGreaterThanOrEqual(total);
    }), { numRuns: 300 });
  });
});

/** The tariffs above in whole tenths of cents by hand: what the engine is held against. */
function naive(commodity: string, milli: number): number {
  const half = (numerator: number, denominator: number): number => Math.floor((2 * numerator + denominator) / (2 * denominator));
  if (commodity === "sewer") return half(milli * 400, 1_000);
  const use = half(Math.min(milli, 10_000) * 300 + Math.max(0, milli - 10_000) * 500, 1_000);
  return 2_000 + use + half((2_000 + use) * 6, 100);
}

test("the days of a period and of its history are what normal use is spread over", () => {
  expect(daysBetween("2026-06-01", addDays("2026-06-01", 30))).toBe(30);
  const february = billOf({ from: "2026-02-01", ccf: 30 });
  const { lines } = reckonLeak(policy({ normal: "previous" }), leak({ from: "2026-02-03", to: "2026-02-20" }), [february], [past("2026-01-01", 31)]);
  expect(lines[0]!.normal).toEqual({ way: "previous", bills: 1, usage: 28_000 });
});
