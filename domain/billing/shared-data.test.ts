import { expect, test } from "vitest";
import { systemPeakInstants, tablesOf } from "./shared-data.ts";

test("a period rests on the factor of its first day and on those that begin inside it", () => {
  const pca = ["2026-01-01", "2026-02-01", "2026-03-15", "2026-04-01"].map((from, i) => ({ from, value: String(i) }));
  const values = (from: string, to: string) => tablesOf({ pca, other: [] }, ["pca", "unknown"], { from, to })["pca"]!.map(({ value }) => value);
  expect([values("2026-03-01", "2026-04-01"), values("2026-02-01", "2026-03-01"), values("2025-11-01", "2025-12-01"), values("2026-05-01", "2026-06-01")]).toEqual([["1", "2"], ["1"], [], ["3"]]);
});

test("peaks are by the local clock, on days of 23 and 25 hours too", () => {
  const text = (on: string, at: string) => new Date(systemPeakInstants([{ on, at }], "America/Chicago")[0]!).toISOString();
  expect([text("2026-07-24", "17:20"), text("2026-03-08", "17:00"), text("2026-11-01", "17:00"), text("2026-01-24", "08:00")]).toEqual(["2026-07-24T22:20:00.000Z", "2026-03-08T22:00:00.000Z", "2026-11-01T23:00:00.000Z", "2026-01-24T14:00:00.000Z"]);
});
