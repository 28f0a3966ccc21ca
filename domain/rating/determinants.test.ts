import { expect, test } from "vitest";
import type { UsageOfPeriod } from "../metering/index.ts";
import { determinantsFromUsage } from "./index.ts";

const usage: UsageOfPeriod = {
  from: "2026-06-01", to: "2026-07-01", zone: "America/Chicago", unit: "kWh",
  quantities: { usage: 812_345, received: 40_000, demand: 9_800, kvarh: 120_000 },
  source: "intervals",
  series: [
    { unit: "kWh", direction: "delivered", stepMinutes: 60, start: 0, values: Int32Array.of(1) },
    { unit: "kWh", direction: "received", stepMinutes: 60, start: 0, values: Int32Array.of(2) },
  ],
  peak: null, legs: [], slots: { expected: 720, missing: 0, estimated: 0, edited: 0 }, estimatedPerMille: 0, suspectDays: [],
  inputs: { days: [], reads: [] }, crossChecks: [], problems: [], complete: true,
};

test("the usage of a service point becomes what is priced: each quantity in its own unit, what went back left aside", () => {
  const determinants = determinantsFromUsage(usage, { meterSize: '5/8"' });
  expect(determinants).toMatchObject({ from: "2026-06-01", to: "2026-07-01", zone: "America/Chicago", estimated: false, meterSize: '5/8"' });
  expect(determinants.quantities).toEqual({ usage: { kWh: 812_345 }, received: { kWh: 40_000 }, demand: { kW: 9_800 }, kvarh: { kvarh: 120_000 } });
  expect(determinants.series?.map(({ values }) => [...values])).toEqual([[1]]);
});

test("one estimated interval makes the bill an estimated one", () => {
  expect(determinantsFromUsage({ ...usage, slots: { ...usage.slots, estimated: 1 } }).estimated).toBe(true);
});
