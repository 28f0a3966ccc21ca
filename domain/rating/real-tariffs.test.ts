/**
 * Bills that others computed from real tariffs. The figures of the tariffs are in `published/`; the bills and loads are files
 * beside the checkout, and without them there is nothing to compare with.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { addMonths } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import { Decimal } from "../money/decimal.ts";
import { compiled, waterRate } from "./fixtures.testing.ts";
import { electricBusiness, electricCommercialDemand, electricTiered, rateSegment, type Determinants, type DeterminantSeries, type PublishedRate, type RateDocumentInput, type RatedSegment } from "./index.ts";

const DATA = join(import.meta.dirname, "../../../shared/data");
const HERE = existsSync(DATA);

interface MonthlyBills {
  readonly tariff_file: string;
  readonly load: string;
  readonly name: string;
  readonly monthly: Record<"energy_charge" | "flat_demand_charge" | "tou_demand_charge" | "fixed_charge" | "min_charge_adj", readonly number[]>;
}

type Charge = RateDocumentInput["charges"][number];

/**
 * The reference has no holidays, looks at hours and has no taxes; its year is one whose January 1 is a Monday. Its loads are
 * finer than thousandths of a kilowatt, so demand is priced by the watt.
 */
function asTheReference({ document }: PublishedRate): RateDocumentInput {
  const without = (rules: NonNullable<RateDocumentInput["schedules"]>[number]["rules"]) => rules.map((rule) => ({ ...rule, days: rule.days.filter((day) => day !== "holidays") }));
  return {
    ...document,
    holidays: [],
    schedules: document.schedules?.map((schedule) => ({ ...schedule, rules: without(schedule.rules) })),
    charges: document.charges.filter(({ kind }) => kind !== "percentage").map(byTheWatt),
    largest: { demand: "5000000" },
  };
}

function byTheWatt(charge: Charge): Charge {
  if (charge.kind !== "demand") return charge;
  const watt = (price: string) => new Decimal(price).div(1000).toString();
  const rates = charge.rates.map((row) => ({
    ...row,
    ...(row.price === undefined ? {} : { price: watt(row.price) }),
    ...(row.prices === undefined ? {} : { prices: Object.fromEntries(Object.entries(row.prices).map(([id, price]) => [id, watt(price)])) }),
  }));
  return { ...charge, unit: "W", intervalMinutes: 60, rates };
}

const ZONE = "UTC";

function load(file: string): DeterminantSeries {
  const values = readFileSync(join(DATA, "urdb", file), "utf8").trim().split(/\s+/).map((text) => Math.round(Number(text) * 1_000_000));
  return { unit: "Wh", stepMinutes: 60, start: startOfDay("2018-01-01", ZONE), values: Int32Array.from(values) };
}

function month(series: DeterminantSeries, index: number): Determinants {
  const from = addMonths("2018-01-01", index);
  const to = addMonths(from, 1);
  const hours = (day: string) => (startOfDay(day, ZONE) - series.start) / 3_600_000;
  const sum = (series.values as Int32Array).slice(hours(from), hours(to)).reduce((total, value) => total + value, 0);
  return { from, to, zone: ZONE, series: [series], quantities: { usage: { Wh: sum } } };
}

function centsOf(bill: RatedSegment, ids: readonly string[]): number {
  return bill.lines.filter(({ chargeId }) => ids.includes(chargeId)).reduce((sum, { cents }) => sum + cents, 0);
}

describe.skipIf(!HERE)("a year of electric bills, as utilityrate5 computes them (needs the shared bills)", () => {
  const { cases } = HERE ? (JSON.parse(readFileSync(join(DATA, "urdb/golden_ssc/real_tariff_bills.json"), "utf8")) as { cases: MonthlyBills[] }) : { cases: [] };
  const tariffs: readonly { readonly file: RegExp; readonly rate: PublishedRate; readonly lines: Partial<Record<keyof MonthlyBills["monthly"], string[]>> }[] = [
    { file: /San_Diego/, rate: electricCommercialDemand, lines: { energy_charge: ["energy"], flat_demand_charge: ["demand"], tou_demand_charge: ["peak-demand"], fixed_charge: ["service"] } },
    { file: /Virginia/, rate: electricBusiness, lines: { energy_charge: ["energy"], tou_demand_charge: ["demand"], fixed_charge: ["service"] } },
    { file: /plan_tier/, rate: electricTiered, lines: { energy_charge: ["energy"], min_charge_adj: ["least"] } },
  ];

  for (const { file, rate, lines } of tariffs) {
    test.each(cases.filter(({ tariff_file }) => file.test(tariff_file)).map((each) => [each.name, each.load, each] as const))("%s, %s", (_, file_, { monthly }) => {
      const engine = compiled(asTheReference(rate));
      const series = load(file_);
      for (let index = 0; index < 12; index++) {
        const bill = rateSegment(engine, month(series, index));
        for (const [field, ids] of Object.entries(lines) as [keyof MonthlyBills["monthly"], string[]][]) {
          expect(Math.abs(centsOf(bill, ids) - monthly[field][index]! * 100), `${field} of month ${index + 1}`).toBeLessThanOrEqual(1);
        }
      }
    });
  }
});

interface WaterBill {
  readonly utility_name: string;
  readonly bill_frequency: string;
  readonly bill_unit: "ccf" | "kgal";
  readonly usage_ccf_per_month: number;
  readonly bill_type: "Tiered" | "Uniform";
  readonly tier_starts: readonly number[] | null;
  readonly tier_prices: readonly number[];
  readonly commodity_charge: number;
}

/** The reference counts 0.748 thousand gallons to the hundred cubic feet. */
const KGAL_OF_CCF = 0.748;

describe.skipIf(!HERE)("water bills of real utilities (needs the shared bills)", () => {
  const bills = HERE ? (JSON.parse(readFileSync(join(DATA, "water_owrs/expected_bills.json"), "utf8")) as WaterBill[]) : [];

  test("the commodity charge of each is within a cent; the reference's usage is finer than thousandths", () => {
    const wrong = bills.filter((bill) => Math.abs(commodityCents(bill) - Math.round(bill.commodity_charge * 100)) > 1).map(({ utility_name }) => utility_name);
    expect(wrong).toEqual([]);
    expect(bills.length).toBeGreaterThan(140);
  });

  function commodityCents({ tier_starts, tier_prices, bill_unit, bill_frequency, usage_ccf_per_month }: WaterBill): number {
    const months = /bi/i.test(bill_frequency) ? 2 : 1;
    const price = tier_prices.map(String);
    const charge: RateDocumentInput["charges"][number] = tier_starts === null || tier_starts.length === 1
      ? { id: "use", kind: "flat", name: { en: "Use" }, glKey: "use", rates: [{ price: price[0]! }] }
      : { id: "use", kind: "tiered", name: { en: "Use" }, glKey: "use", boundary: "first-unit", rates: [{ tiers: price.map((each, tier) => ({ upTo: tier_starts[tier + 1] === undefined ? null : String(tier_starts[tier + 1]), price: each })) }] };
    const usage = Math.round(usage_ccf_per_month * (bill_unit === "kgal" ? KGAL_OF_CCF : 1) * months * 1000);
    const bill = rateSegment(compiled(waterRate([charge], { unit: bill_unit })), { from: "2018-01-01", to: "2018-02-01", zone: ZONE, quantities: { usage: { [bill_unit]: usage } } });
    return Math.round(bill.totalCents / months);
  }
});
