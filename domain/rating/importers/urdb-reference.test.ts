/**
 * Bills that others computed from rates of this kind: NREL's utilityrate5, Bellawatt's rate engine, python-openei. Their files
 * are beside the checkout, and without them there is nothing to compare with. docs/tariff-coverage.md says what passes and what
 * does not, and why.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MINUTE_MS, startOfDay } from "../../calendar/zone.ts";
import { compileRate } from "../compile.ts";
import { parseRateDocument, type RateDocument } from "../document.ts";
import { rateSegment } from "../rate.ts";
import { importUrdb, type TierSplit } from "./urdb.ts";
import { rateYear, type RatedTime, type RatedYear, type YearLoad } from "./urdb-year.ts";

const DATA = join(import.meta.dirname, "../../../../shared/data/urdb");
const HERE = existsSync(DATA);

function json<T>(file: string): T {
  return JSON.parse(readFileSync(join(DATA, file), "utf8")) as T;
}

function imported(rate: unknown, tierSplit?: TierSplit) {
  const result = importUrdb(rate, tierSplit === undefined ? {} : { tierSplit });
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return { document: result.documents[0]!, about: result.about[0]! };
}

function hourly(kw: readonly number[]): YearLoad {
  const stepMinutes = kw.length === 35_040 ? 15 : 60;
  return { stepMinutes, microKwh: kw.map((value) => Math.round((value * 1_000_000 * stepMinutes) / 60)) };
}

function loadOf(file: string): YearLoad {
  return hourly(readFileSync(join(DATA, file), "utf8").trim().split(/\s+/).map(Number));
}

function yearOf(rate: unknown, load: YearLoad, year = 2018, zone = "UTC"): RatedYear {
  const { document, about } = imported(rate);
  return rateYear(document, about, load, year, zone);
}

const always = (period: number): number[][] => Array.from({ length: 12 }, () => Array.from({ length: 24 }, () => period));

describe.skipIf(!HERE)("real tariffs as NREL's utilityrate5 bills them (needs the shared bills)", () => {
  interface MonthlyBills {
    readonly tariff_file: string;
    readonly load: string;
    readonly name: string;
    readonly monthly: Record<"kwh" | "peak_kw" | "energy_charge" | "flat_demand_charge" | "tou_demand_charge" | "fixed_charge" | "min_charge_adj" | "bill", readonly number[]>;
    readonly annual_bill: number;
  }
  const { cases } = HERE ? json<{ cases: MonthlyBills[] }>("golden_ssc/real_tariff_bills.json") : { cases: [] };
  const FIELDS = { energy_charge: "energy", flat_demand_charge: "flatDemand", tou_demand_charge: "touDemand", fixed_charge: "fixed", min_charge_adj: "minimumTopUp", bill: "total" } as const;

  test.each(cases.map((each) => [each.name, each.load, each] as const))("%s, %s", (_, load, { tariff_file, monthly, annual_bill }) => {
    const { months, year } = yearOf(json(tariff_file), loadOf(load));
    months.forEach((month, i) => {
      for (const [field, ours] of Object.entries(FIELDS) as [keyof typeof FIELDS, (typeof FIELDS)[keyof typeof FIELDS]][]) {
        expect(Math.abs(Number(month[ours].exact) - monthly[field][i]!), `${field} of month ${i + 1}`).toBeLessThan(0.001);
        expect(Math.abs(month[ours].cents - monthly[field][i]! * 100), `cents of ${field} of month ${i + 1}`).toBeLessThanOrEqual(1);
      }
      expect(month.kwh).toBeCloseTo(monthly.kwh[i]!, 3);
      expect(month.peakKw).toBeCloseTo(monthly.peak_kw[i]!, 3);
    });
    expect(Number(year.total.exact)).toBeCloseTo(annual_bill, 2);
  });

  test("there are twelve of them", () => expect(cases.length).toBe(12));
});

describe.skipIf(!HERE)("utilityrate5's own tests, what the customer pays without a generator (needs the shared cases)", () => {
  interface Run {
    readonly inputs: Record<string, unknown> & { readonly ur_ec_tou_mat: readonly (readonly number[])[]; readonly load: { readonly file: string } };
    readonly expected: readonly { readonly output: string; readonly index: readonly number[]; readonly value: number; readonly tol: number }[];
  }
  const cases = HERE ? json<{ test: string; runs: Run[] }[]>("ssc_utilityrate5/cases.json") : [];
  const runs = cases.flatMap(({ test: name, runs: list }) => list.map((run, i) => [`${name} ${i + 1}`, run] as const));
  const UNITS = ["kWh", "kWh/kW", "kWh daily", "kWh/kW daily"];

  /** The inputs as the database would publish them: periods from 0, tiers in order. */
  function published({ inputs }: Run): Record<string, unknown> {
    const from0 = (schedule: unknown): number[][] => (schedule as number[][]).map((hours) => hours.map((period) => period - 1));
    const energyratestructure: object[][] = [];
    for (const [period, , max, unit, rate] of inputs.ur_ec_tou_mat as [number, number, number, number, number][]) (energyratestructure[period - 1] ??= []).push({ max, unit: UNITS[unit], rate });
    return {
      energyratestructure,
      energyweekdayschedule: from0(inputs["ur_ec_sched_weekday"]), energyweekendschedule: from0(inputs["ur_ec_sched_weekend"]),
      fixedmonthlycharge: inputs["ur_monthly_fixed_charge"], minmonthlycharge: inputs["ur_monthly_min_charge"], annualmincharge: inputs["ur_annual_min_charge"],
    };
  }

  const ofAYear = runs.flatMap(([name, run]) => run.expected.filter(({ output, index }) => output === "utility_bill_wo_sys_year1" || (output === "utility_bill_wo_sys" && index[0] === 1)).map((expected) => [name, run, expected] as const));

  test.each(ofAYear)("%s", (_, run, { value, tol }) => {
    const { year } = yearOf(published(run), loadOf(`ssc_utilityrate5/${run.inputs.load.file}`));
    expect(Math.abs(Number(year.total.exact) - value)).toBeLessThanOrEqual(tol);
  });

  test("there are twelve of them", () => expect(ofAYear.length).toBe(12));

  const byDemand = runs.find(([name]) => name.startsWith("Test_seasonal_per_kw_charge_w_no_demand_charge"));

  test.skipIf(byDemand === undefined)("blocks of kWh inside hours' use, with the billing demand of a look-back", () => {
    const run = byDemand![1];
    const { document } = imported(published(run));
    const load = loadOf(`ssc_utilityrate5/${run.inputs.load.file}`);
    const [june, july, august] = [151 * 24, 181 * 24, 212 * 24];
    const microKwh = load.microKwh.slice(july, august).reduce((sum, value) => sum + value, 0);
    // 95 percent of June's highest is more than July's own.
    const demand = load.microKwh.slice(june, july).reduce((most, value) => Math.max(most, value), 0) * 0.95;
    const bill = rateSegment(compileRate(document), { from: "2018-07-01", to: "2018-08-01", zone: "UTC", quantities: { usage: { kWh: Math.round(microKwh / 1_000) }, demand: { W: Math.round(demand) } } });
    expect(demand / 1_000_000).toBeCloseTo(709.26, 2);
    expect(bill.totalCents / 100).toBeCloseTo(17_755.29, 2);
    const ends = [3_000, 7_000, 131_851.63, 141_851.63, 100_466.35];
    bill.lines[1]!.steps.forEach(({ quantityMilli }, i) => expect(quantityMilli! / 1_000).toBeCloseTo(ends[i]!, 2));
    expect(bill.lines[1]!.steps.length).toBe(ends.length);
  });
});

describe.skipIf(!HERE)("Bellawatt's cases: load in standard time, hours by the local clock (needs the shared cases)", () => {
  const ZONE = "America/Los_Angeles";
  interface Component { readonly charge: number; readonly months: readonly number[]; readonly daysOfWeek: readonly number[]; readonly hourStarts: readonly number[] }
  interface Element { readonly rateElementType: string; readonly rateComponents: readonly Component[] }
  interface Cases {
    readonly cases: readonly { rate: string; daily_load_kw_repeated_365: number[]; year: number; expected_annual_cost: number }[];
    readonly blocked_tiers: { min: number[]; max: number[]; expected_in_months: number[]; expected_in_days_times_days_in_month: number[] };
    readonly demand_tiers: { tier_0_inf: number[]; tier_1_5: number[] };
  }
  const all = HERE ? json<Cases>("bellawatt/annual_cost_cases.json") : null;

  /** Their components as periods of 12 × 24 schedules. Sunday is 0. */
  function published(elements: readonly Element[]): object {
    const energy = elements.find(({ rateElementType }) => rateElementType === "EnergyTimeOfUse")!.rateComponents;
    const on = (weekday: number): number[][] => Array.from({ length: 12 }, (_, month) => Array.from({ length: 24 }, (_, hour) => energy.findIndex(({ months, daysOfWeek, hourStarts }) => months.includes(month) && daysOfWeek.includes(weekday) && hourStarts.includes(hour))));
    const fixed = elements.find(({ rateElementType }) => rateElementType === "FixedPerMonth")!.rateComponents[0]!.charge;
    return { energyratestructure: energy.map(({ charge }) => [{ rate: charge }]), energyweekdayschedule: on(1), energyweekendschedule: on(0), fixedmonthlycharge: fixed };
  }

  test.each(all?.cases ?? [])("$rate", ({ rate, daily_load_kw_repeated_365: day, year, expected_annual_cost }) => {
    const rated = yearOf(published(json(`bellawatt/${rate}`)), hourly(Array.from({ length: 365 }, () => day).flat()), year, ZONE);
    expect(Number(rated.year.total.exact)).toBeCloseTo(expected_annual_cost, 4);
  });

  /** A period a month, with a price of one dollar between `min` and `max`. */
  const between = (min: readonly number[], max: readonly (number | null)[], unit: string) => min.map((least, i) => [
    ...(least === 0 ? [] : [{ max: least, rate: 0, unit }]),
    ...(max[i] === null ? [{ rate: 1, unit }] : [{ max: max[i], rate: 1, unit }, { rate: 0, unit }]),
  ]);
  const monthly = always(0).map((hours, month) => hours.map(() => month));
  const amounts = (rated: RatedYear, part: "energy" | "flatDemand"): number[] => rated.months.map((month: RatedTime) => Number(month[part].exact));

  test.each(["in_months", "in_days"] as const)("blocks %s", (which) => {
    const { min, max, expected_in_months, expected_in_days_times_days_in_month } = all!.blocked_tiers;
    // The last three months have a block that ends before it begins, which no document can have.
    const ends = max.map((end, i) => (end > min[i]! ? end : min[i]! + 1));
    const rate = { energyratestructure: between(min, ends, which === "in_months" ? "kWh" : "kWh daily"), energyweekdayschedule: monthly, energyweekendschedule: monthly };
    const rated = yearOf(rate, hourly(Array.from({ length: 8_760 }, () => 1)), 2018, ZONE);
    const expected = which === "in_months" ? expected_in_months : expected_in_days_times_days_in_month;
    expect(amounts(rated, "energy").slice(0, 9)).toEqual(expected.slice(0, 9));
    expect(rated.months.map(({ kwh }) => kwh)).toEqual([744, 672, 743, 720, 744, 720, 744, 744, 720, 744, 721, 744]);
  });

  test("tiers of demand", () => {
    const { tier_0_inf, tier_1_5 } = all!.demand_tiers;
    const spiky = Array.from({ length: 8_760 }, () => 1);
    tier_0_inf.forEach((kw, month) => (spiky[month * 720 + 240] = kw));
    const rated = (tiers: object[]) => yearOf({ flatdemandstructure: [tiers], flatdemandmonths: Array.from({ length: 12 }, () => 0) }, hourly(spiky), 2019);
    expect(amounts(rated([{ rate: 1 }]), "flatDemand")).toEqual(tier_0_inf);
    expect(amounts(rated([{ rate: 0, max: 1 }, { rate: 1, max: 5 }, { rate: 0 }]), "flatDemand")).toEqual(tier_1_5);
    expect(amounts(rated([{ rate: 0, max: 1 }, { rate: 1 }]), "flatDemand")).toEqual(tier_0_inf.map((kw) => kw - 1));
  });

  test.each(["EnergyTimeOfUseData", "DemandTimeOfUseData"])("%s: summer weekdays without Independence Day", (file) => {
    const { filters, billingDeterminantsByMonth } = json<{ name: string; filters: Component & { exceptForDays: string[] }; billingDeterminantsByMonth: number[] }[]>(`bellawatt/${file}.json`).at(-1)!;
    const on = always(0).map((hours, month) => hours.map((_, hour) => (filters.months.includes(month) && filters.hourStarts.includes(hour) ? 1 : 0)));
    const kind = file.startsWith("Energy") ? "energy" : "demand";
    const { document, about } = imported({ [`${kind}ratestructure`]: [[{ rate: 0 }], [{ rate: 1 }]], [`${kind}weekdayschedule`]: on, [`${kind}weekendschedule`]: always(0) });
    const holidays: RateDocument["holidays"] = filters.exceptForDays.map((date) => ({ name: "Independence Day", date }));
    const schedules = document.schedules.map((schedule) => ({ ...schedule, rules: schedule.rules.map((rule) => (rule.days.includes("weekends") ? { ...rule, days: ["weekends" as const, "holidays" as const] } : rule)) }));
    const rated = rateYear({ ...document, holidays, schedules }, about, hourly(json("bellawatt/load_2019.json")), 2019, ZONE);
    rated.months.forEach((month, i) => expect(Number(month[kind === "energy" ? "energy" : "touDemand"].exact)).toBeCloseTo(billingDeterminantsByMonth[i]!, 3));
  });
});

describe.skipIf(!HERE)("the price in force, as python-openei finds it (needs the shared cases)", () => {
  interface Expected { readonly file: string; readonly at: string; readonly rate?: number; readonly adj?: number; readonly demand_rate?: number; readonly tier?: string }
  const cases = (HERE ? json<{ cases: Expected[] }>("real_tariffs/openei_lookup_expected.json").cases : []).filter(({ file, rate, demand_rate }) => existsSync(join(DATA, "real_tariffs", file)) && (rate ?? demand_rate) !== undefined);

  /** A day in which nothing is used but in the hour in question: enough to reach the tier. */
  function priceAt({ file, at, tier }: Expected, kind: "energy" | "tou-demand"): number {
    const { document } = imported(json(`real_tariffs/${file}`));
    const parsed = parseRateDocument({ ...document, charges: document.charges.filter(({ id }) => id === kind).map((charge) => (charge.kind === "demand" ? { ...charge, intervalMinutes: 60 } : charge)) });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const [day, hour] = [at.slice(0, 10), Number(at.slice(11, 13))];
    const kwh = tier === "high" ? 1_000 : tier === "mid" ? 15 : 1;
    const start = startOfDay(day, "UTC");
    const values = Int32Array.from({ length: 24 }, (_, i) => (i === hour ? kwh * 1_000 : 0));
    const to = new Date(start + 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
    const [line] = rateSegment(compileRate(parsed.document), { from: day, to, zone: "UTC", quantities: { usage: { kWh: kwh * 1_000 } }, series: [{ unit: "kWh", stepMinutes: 60, start, values }] }).lines;
    return Number(line!.steps.filter(({ quantityMilli }) => quantityMilli! > 0).at(-1)!.price);
  }

  test.each(cases)("$file at $at", (expected) => {
    const price = expected.rate === undefined ? expected.demand_rate! : expected.rate;
    expect(priceAt(expected, expected.rate === undefined ? "tou-demand" : "energy")).toBeCloseTo(price + (expected.adj ?? 0), 8);
  });

  test("there are six of them; the others are of a file that is not there", () => expect(cases.length).toBe(6));
});

describe.skipIf(!HERE)("PySAM's fixtures", () => {
  test.each(["urdb_rate_539f6a23ec4f024411ec8beb.json", "urdbv7.json"])("%s is imported and priced", (file) => {
    const { months, year } = yearOf(json(`pysam/${file}`), loadOf("ssc_utilityrate5/timeseries/load_commercial.csv"));
    expect(months.length).toBe(12);
    expect(year.total.cents).toBeGreaterThan(5_000_000);
  });
});
