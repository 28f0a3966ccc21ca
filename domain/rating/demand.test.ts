/** Demand that is billed though it was not measured as such: contracted, at the system's peak, with a low power factor. */
import { describe, expect, test } from "vitest";
import { startOfDay } from "../calendar/zone.ts";
import { compiled, customer, electricRate, series, ZONE } from "./fixtures.testing.ts";
import { parseRateDocument, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

type Demand = Extract<RateDocumentInput["charges"][number], { kind: "demand" }>;

/** $12.30 a kilowatt. */
const rate = (more: Partial<Demand>): RateDocumentInput => electricRate([{ id: "demand", kind: "demand", name: { en: "Demand" }, glKey: "electric", rates: [{ price: "12.30" }], ...more }]);
const billed = (more: Partial<Demand>, of: Partial<Determinants>) => {
  const [line] = rateSegment(compiled(rate(more)), customer(of)).lines;
  return line!;
};
const issuesOf = (more: Partial<Demand>): string[] => {
  const parsed = parseRateDocument(rate(more));
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
};
const measured = (kw: number): Partial<Determinants> => ({ quantities: { demand: { kW: kw * 1000 } } });

describe("contracted demand", () => {
  test("at least 80 percent of the contract is charged, said on the bill", () => {
    const contract = { contract: { percent: "80" } };
    expect(billed(contract, { ...measured(120), counts: { contractDemand: 200_000 } })).toMatchObject({
      quantityMilli: 160_000, cents: 196_800, note: { en: "At least 80 percent of the 200 kW that you contracted for is charged.", es: "Se cobra al menos 80 por ciento de los 200 kW que usted contrató." },
    });
    expect(billed(contract, { ...measured(190), counts: { contractDemand: 200_000 } }).quantityMilli).toBe(190_000);
    expect(() => billed(contract, measured(190))).toThrow("counts.contractDemand: is needed by this rate and not given");
  });
});

describe("demand at the system's peak", () => {
  /** 4 kW all month, 11 kW on the 10th at noon, 7.2 kW when the system peaked on the 24th between five and six. */
  const start = startOfDay("2026-06-01", ZONE);
  const day = (n: number, hour: number): number => start + ((n - 1) * 24 + hour) * 3_600_000;
  const load = series("2026-06-01", "2026-07-01", 15, (slot) => (slot >= 9 * 96 + 48 && slot < 9 * 96 + 52 ? 2_750 : slot >= 23 * 96 + 68 && slot < 23 * 96 + 72 ? 1_800 : 1_000));

  test("the hour in which the system peaked, not the customer's own highest", () => {
    const line = billed({ coincident: true, intervalMinutes: 60 }, { series: [load], systemPeaks: [day(24, 17) + 1_200_000] });
    expect(line).toMatchObject({ quantityMilli: 7_200, cents: 8_856, sentence: "Your demand when the whole system peaked 7.2 kW at $12.30: $88.56." });
    expect(billed({ intervalMinutes: 60 }, { series: [load] }).quantityMilli).toBe(11_000);
  });

  test("the highest of several peaks; none that is known, or none of its intervals, holds the bill", () => {
    expect(billed({ coincident: true, intervalMinutes: 15 }, { series: [load], systemPeaks: [day(3, 15), day(24, 17)] }).quantityMilli).toBe(7_200);
    expect(() => billed({ coincident: true }, { series: [load], systemPeaks: [day(-3, 15)] })).toThrow("needs the hour of the system's peak between 2026-06-01 and 2026-07-01");
    expect(() => billed({ coincident: true }, { systemPeaks: [day(24, 17)] })).toThrow("needs intervals, or the register coincident in kW");
    expect(billed({ coincident: true }, { quantities: { coincident: { kW: 6_500 } } }).quantityMilli).toBe(6_500);
  });
});

describe("power factor", () => {
  test("kilowatts × 90 ÷ power factor, the factor of kWh and kvarh to a tenth of a percent", () => {
    // 40,000 kWh and 30,000 kvarh are 80 percent.
    const of = { quantities: { demand: { kW: 120_000 }, usage: { kWh: 40_000_000 }, kvarh: { kvarh: 30_000_000 } } };
    expect(billed({ powerFactor: { target: "90", adjust: "ratio" } }, of)).toMatchObject({
      quantityMilli: 135_000, cents: 166_050, note: { en: "Your power factor was 80 percent; below 90 percent more demand is charged than was measured." },
    });
  });

  test("one percent more for each percent below 95, as measured by the meter", () => {
    expect(billed({ powerFactor: { target: "95", adjust: { percentPerPoint: "1" } } }, { ...measured(200), counts: { powerFactor: 875 } }).quantityMilli).toBe(215_000);
    const good = billed({ powerFactor: { target: "95", adjust: { percentPerPoint: "1" } } }, { ...measured(200), counts: { powerFactor: 950 } });
    expect([good.quantityMilli, good.note]).toEqual([200_000, undefined]);
  });

  test("of a meter that counts apparent energy instead, kWh ÷ kVAh", () => {
    const of = (kWh: number, kVAh: number) => billed({ powerFactor: { target: "90", adjust: "ratio" } }, { quantities: { demand: { kW: 120_000 }, usage: { kWh }, kVAh: { kVAh } } });
    expect(of(40_000_000, 50_000_000)).toMatchObject({ quantityMilli: 135_000, note: { en: "Your power factor was 80 percent; below 90 percent more demand is charged than was measured." } });
    // 66.67 percent is 66.7.
    expect(of(2_000, 3_000).quantityMilli).toBe(Math.round((120_000 * 900) / 667));
    expect([of(5_000, 5_000), of(5_001, 5_000), of(0, 0)].map(({ quantityMilli }) => quantityMilli)).toEqual([120_000, 120_000, 120_000]);
    expect(() => of(0, 10)).toThrow("is 0: kW × target ÷ 0 is no demand");
  });

  test("nothing used has a good factor; reads that make none are refused", () => {
    const of = (kWh: number, kvarh: number) => ({ quantities: { demand: { kW: 5_000 }, usage: { kWh }, kvarh: { kvarh } } });
    expect(billed({ powerFactor: { target: "90", adjust: "ratio" } }, of(0, 0)).quantityMilli).toBe(5_000);
    expect(() => billed({ powerFactor: { target: "90", adjust: "ratio" } }, of(0, 10))).toThrow("is 0: kW × target ÷ 0 is no demand");
    expect(() => billed({ powerFactor: { target: "90", adjust: "ratio" } }, measured(5))).toThrow("is needed by this rate and not given; nor are kWh and kvarh");
  });
});

test("what does not fit is refused with its path", () => {
  expect(issuesOf({ contract: { percent: "180" } })).toEqual(["charges.0.contract.percent: 180 percent is not between 0 and 100"]);
  expect(issuesOf({ powerFactor: { target: "92.55", adjust: "ratio" } })).toEqual(["charges.0.powerFactor.target: is finer than the 1 decimals to which the factor is rounded"]);
});
