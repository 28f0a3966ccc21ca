import { describe, expect, test } from "vitest";
import { averageCountsFrom, winterAverageOf, winterIsBilled, type PastUse, type WinterRule } from "./winter-average.ts";

/** Rio Rancho's rule: December to February ÷ days × 30.42, new each March. */
const RULE: WinterRule = { id: "sewerUse", kind: "winter-average", of: "usage", bill: "average", months: [12, 1, 2], effectiveMonth: 3, averageDays: "30.42", minimumDays: 60, excludeLeaks: true, without: "actual" };
const bill = (from: string, to: string, gallons: number, leak = false): PastUse => ({ segmentId: `s:${from}`, from, to, milli: gallons, leak });

const WINTER = [bill("2025-11-01", "2025-12-01", 9_000), bill("2025-12-01", "2026-01-01", 4_000), bill("2026-01-01", "2026-02-01", 4_400), bill("2026-02-01", "2026-03-01", 4_200), bill("2026-03-01", "2026-04-01", 8_000)];

describe("the winter's average", () => {
  test("what December, January and February used, by their days", () => {
    expect(winterAverageOf(WINTER, RULE, "2026-03-01")).toEqual({
      // 12,600 gallons ÷ 90 days × 30.42
      milli: 4_259,
      basis: { milli: 12_600, days: 90, from: "2025-12-01", to: "2026-03-01", segments: ["s:2025-12-01", "s:2026-01-01", "s:2026-02-01"] },
    });
  });

  test("a bill belongs to the month of its middle day", () => {
    const midMonth = [bill("2025-11-14", "2025-12-14", 9_000), bill("2025-12-14", "2026-01-14", 3_100), bill("2026-01-14", "2026-02-14", 3_100), bill("2026-02-14", "2026-03-14", 9_000)];
    expect(winterAverageOf(midMonth, RULE, "2026-03-01")!.basis).toMatchObject({ milli: 15_200, days: 62 + 28, from: "2025-12-14" });
  });

  test("a month with a leak does not count, unless the rule says so; too few days give no average", () => {
    const leaking = WINTER.map((each) => (each.from === "2026-01-01" ? { ...each, milli: 40_000, leak: true } : each));
    expect(winterAverageOf(leaking, { ...RULE, minimumDays: 59 }, "2026-03-01")!.basis).toMatchObject({ milli: 8_200, days: 59 });
    expect(winterAverageOf(leaking, RULE, "2026-03-01")).toBeNull();
    expect(winterAverageOf(leaking, { ...RULE, excludeLeaks: false }, "2026-03-01")!.basis.milli).toBe(48_200);
    expect(winterAverageOf([], { ...RULE, minimumDays: 0 }, "2026-03-01")).toBeNull();
  });

  test("the winter of another year does not count", () => {
    expect(winterAverageOf(WINTER, RULE, "2027-03-01")).toBeNull();
  });

  test("from when it counts, and when it can be reckoned", () => {
    expect([averageCountsFrom(RULE, "2026-03-01"), averageCountsFrom(RULE, "2026-02-28"), averageCountsFrom({ effectiveMonth: 4 }, "2026-12-31")]).toEqual(["2026-03-01", "2025-03-01", "2026-04-01"]);
    expect([winterIsBilled("2026-02-01", RULE, "2026-03-01"), winterIsBilled("2026-02-15", RULE, "2026-03-01"), winterIsBilled("2026-03-01", RULE, "2026-03-01"), winterIsBilled("2025-09-01", RULE, "2026-03-01")]).toEqual([false, true, true, false]);
  });
});
