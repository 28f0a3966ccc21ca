/** Real tariffs of the database with the figures of their bills as NREL's utilityrate5 computed them, carried over: no files are needed. */
import { expect, test } from "vitest";
import { compileRate } from "../compile.ts";
import type { Determinants } from "../determinants.ts";
import { rateSegment, type RatedSegment } from "../rate.ts";
import { importUrdb } from "./urdb.ts";

const byMonth = (periods: readonly number[]): number[][] => periods.map((period) => Array.from({ length: 24 }, () => period));

/** A calendar month of 2018, counted from 0. */
function bill(rate: object, month: number, quantities: Determinants["quantities"]): RatedSegment {
  const imported = importUrdb({ items: [rate] });
  if (!imported.ok) throw new Error(JSON.stringify(imported.issues));
  const first = (of: number): string => (of < 12 ? `2018-${String(of + 1).padStart(2, "0")}-01` : "2019-01-01");
  return rateSegment(compileRate(imported.documents[0]!), { from: first(month), to: first(month + 1), zone: "America/Los_Angeles", quantities });
}

const cents = ({ lines }: RatedSegment, id: string): number => lines.find(({ chargeId }) => chargeId === id)?.cents ?? 0;

test("Pacific Gas & Electric, E-1 baseline region T: tiers of kWh a day by season, and a minimum", () => {
  const tiers = (first: number, second: number) => [{ max: first, rate: 0.25902, unit: "kWh daily" }, { max: second, rate: 0.32596, unit: "kWh daily" }, { rate: 0.40745, unit: "kWh daily" }];
  const winter = byMonth([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  const rate = { utility: "Pacific Gas & Electric Co", name: "E-1", energyratestructure: [tiers(6.8, 27.2), tiers(8.2, 32.8)], energyweekdayschedule: winter, energyweekendschedule: winter, mincharge: 10, minchargeunits: "$/month" };
  const kwh = [375.090529, 331.329504, 334.217052, 369.363989, 479.388794, 692.691626, 842.231669, 772.629747, 621.741013, 499.86629, 324.815097, 376.534338];
  const dollars = [105.248361, 92.630741, 91.925242, 103.930646, 142.150619, 212.134002, 260.422883, 237.73544, 189.006941, 148.825464, 89.409489, 105.718985];
  kwh.forEach((used, month) => {
    const of = bill(rate, month, { usage: { kWh: Math.round(used * 1_000) } });
    expect(Math.abs(cents(of, "energy") - dollars[month]! * 100)).toBeLessThanOrEqual(1);
    expect(of.lines.map(({ chargeId }) => chargeId)).toEqual(["energy"]);
  });
  // Ten dollars are the least, whatever was used.
  expect(bill(rate, 0, { usage: { kWh: 12_000 } }).totalCents).toBe(1_000);
});

test("San Diego Gas & Electric, AL-TOU secondary above 500 kW: the highest demand of the month", () => {
  const rate = { utility: "San Diego Gas & Electric Co", name: "AL-TOU", flatdemandstructure: [[{ rate: 30.63 }]], flatdemandmonths: Array.from({ length: 12 }, () => 0), fixedchargefirstmeter: 766.91, fixedchargeunits: "$/month" };
  const kilowatts = [234.676, 173.422, 172.007, 191.434, 198.295, 236.469, 274.231, 260.336, 226.751, 185.123, 156.2, 184.05];
  const dollars = [7188.12588, 5311.91586, 5268.57441, 5863.62342, 6073.77585, 7243.04547, 8399.69553, 7974.09168, 6945.38313, 5670.31749, 4784.406, 5637.4515];
  kilowatts.forEach((kw, month) => {
    const of = bill(rate, month, { demand: { kW: Math.round(kw * 1_000) } });
    expect(Math.abs(cents(of, "flat-demand") - dollars[month]! * 100)).toBeLessThanOrEqual(1);
    expect(cents(of, "fixed")).toBe(76_691);
  });
});

test("Georgia Power, power and light large: blocks of kWh inside hours' use of the billing demand", () => {
  const blocks = [
    { rate: 0.031718, max: 200, unit: "kWh/kW" }, { rate: 0.132655, max: 3_000, unit: "kWh" }, { rate: 0.120303, max: 10_000, unit: "kWh" }, { rate: 0.102607, max: 200_000, unit: "kWh" }, { rate: 0.079109, max: 1e38, unit: "kWh" },
    { rate: 0.013627, max: 400, unit: "kWh/kW" }, { rate: 0.010275, max: 600, unit: "kWh/kW" }, { rate: 0.00771, max: 1e38, unit: "kWh/kW" },
  ];
  const summer = byMonth([1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
  const rate = { energyratestructure: [blocks, [{ rate: 0.028813, max: 200 }, { rate: 0.132655 }]], energyweekdayschedule: summer, energyweekendschedule: summer, fixedmonthlycharge: 21 };
  const july = bill(rate, 6, { usage: { kWh: 384_169_616 }, demand: { W: 709_258_154 } });
  expect(july.totalCents).toBe(1_775_529);
  expect(july.lines[1]!.steps.map(({ quantityMilli }) => quantityMilli! / 1_000)).toEqual([3_000, 7_000, 131_851.631, 141_851.631, 100_466.354]);
});

test("South Central Public Power, LP1: tiers by hours' use with tiered demand, by season", () => {
  const winter = byMonth([1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
  const hours = (first: number, rest: number) => [{ max: 300, rate: first, unit: "kWh/kW" }, { rate: rest, unit: "kWh/kW" }];
  const rate = {
    energyratestructure: [hours(0.049, 0.033), hours(0.042, 0.029)], energyweekdayschedule: winter, energyweekendschedule: winter,
    flatdemandstructure: [[{ max: 100, rate: 13.5 }, { rate: 12.1 }], [{ max: 100, rate: 16.3 }, { rate: 14.9 }]], flatdemandmonths: [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
  };
  // By hand: 150 kW × 300 h = 45,000 kWh at the first price and 5,000 at the second; 100 kW at one price and 50 at the other.
  const quantities = { usage: { kWh: 50_000_000 }, demand: { kW: 150_000 } };
  expect([cents(bill(rate, 0, quantities), "energy"), cents(bill(rate, 0, quantities), "flat-demand")]).toEqual([203_500, 195_500]);
  expect([cents(bill(rate, 6, quantities), "energy"), cents(bill(rate, 6, quantities), "flat-demand")]).toEqual([237_000, 237_500]);
});
