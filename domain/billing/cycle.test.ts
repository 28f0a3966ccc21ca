import { describe, expect, test } from "vitest";
import type { Agreement } from "../lifecycle/account/state.ts";
import { SETTING_DEFAULTS } from "../lifecycle/settings.ts";
import { accountingOnOf, billWindow, closesOn, dueOnOf, dueSegments, lastClose, nextClose } from "./cycle.ts";

const agreement = (over: Partial<Agreement>): Agreement => ({
  agreementId: "w", premiseId: "p", servicePointId: "s", commodity: "water", rateScheduleId: "r", startOn: "2026-01-10", stopOn: null, billedTo: "2026-01-10", estimatesInRow: 0, ...over,
});

describe("the cycle's calendar", () => {
  test("a cycle that closes on the 15th has last closed in the month before until the 15th comes", () => {
    expect(lastClose(15, "2026-03-14")).toBe("2026-02-15");
    expect(lastClose(15, "2026-03-15")).toBe("2026-03-15");
    expect(lastClose(5, "2026-01-02")).toBe("2025-12-05");
    expect(nextClose("2026-12-15")).toBe("2027-01-15");
    expect([closesOn(15, "2026-03-15"), closesOn(15, "2026-03-16")]).toEqual([true, false]);
  });

  test("the window's last day is the day of estimates", () => {
    const days = (windowDays: number) => ({ ...SETTING_DEFAULTS, billing: { ...SETTING_DEFAULTS.billing, windowDays } });
    expect(billWindow("01", "2026-03-15", days(5))).toEqual({ opensOn: "2026-03-15", estimateOn: "2026-03-19", closesOn: "2026-03-20" });
    expect(billWindow("01", "2026-03-15", days(1)).estimateOn).toBe("2026-03-15");
  });

  test("a cycle has a window of its own where the utility says so, and posts its bills in the month that they bill", () => {
    const settings = { ...SETTING_DEFAULTS, windows: [{ cycleId: "02", estimateAfter: 1, closeAfter: 8, accounting: "periodEnd" as const }] };
    expect(billWindow("02", "2026-04-01", settings)).toMatchObject({ estimateOn: "2026-04-02", closesOn: "2026-04-09" });
    expect([accountingOnOf("02", "2026-04-01", "2026-04-03", settings), accountingOnOf("01", "2026-04-01", "2026-04-03", settings)]).toEqual(["2026-03-31", "2026-04-03"]);
  });

  test("a bill that would fall due on a Saturday before a holiday is due when the counter is open again", () => {
    const settings = { billing: { ...SETTING_DEFAULTS.billing, dueDays: 20 }, holidays: [{ on: "2026-05-25", name: "Memorial Day" }] };
    expect(dueOnOf("2026-05-03", settings)).toBe("2026-05-26");
    expect(dueOnOf("2026-05-01", settings)).toBe("2026-05-21");
  });
});

describe("what is due", () => {
  test("the first bill begins when service began, the next where the last one ended", () => {
    expect(dueSegments([agreement({})], "2026-02-15")).toMatchObject([{ period: { from: "2026-01-10", to: "2026-02-15" }, first: true, final: false }]);
    expect(dueSegments([agreement({ billedTo: "2026-02-15" })], "2026-03-15")).toMatchObject([{ period: { from: "2026-02-15", to: "2026-03-15" }, first: false }]);
  });

  test("nothing is due that was billed, or has not begun", () => {
    expect(dueSegments([agreement({ billedTo: "2026-02-15" })], "2026-02-15")).toEqual([]);
    expect(dueSegments([agreement({ startOn: "2026-02-15", billedTo: "2026-02-15" })], "2026-02-15")).toEqual([]);
  });

  test("a stopped service is billed to its last day, and only once", () => {
    expect(dueSegments([agreement({ stopOn: "2026-01-20" })], "2026-02-15")).toMatchObject([{ period: { to: "2026-01-20" }, final: true }]);
    expect(dueSegments([agreement({ stopOn: "2026-01-20", billedTo: "2026-01-20" })], "2026-02-15")).toEqual([]);
    expect(dueSegments([agreement({ stopOn: "2026-03-01" })], "2026-02-15")).toMatchObject([{ period: { to: "2026-02-15" }, final: false }]);
  });
});
