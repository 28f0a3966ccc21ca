/** Tiers that look at the clock: energy tiers over time-of-use periods, tiered demand, tiers by hours' use. */
import { describe, expect, test } from "vitest";
import { compiled, customer, electricRate, series } from "./fixtures.testing.ts";
import { parseRateDocument, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

type Charge = RateDocumentInput["charges"][number];

/** Peak from noon to six every day; one kWh in each of its hours and half a kWh in the others: 180 + 270 kWh in June. */
const SCHEDULE: NonNullable<RateDocumentInput["schedules"]>[number] = {
  id: "hours",
  periods: [{ id: "peak", name: { en: "Peak hours", es: "Horas pico" } }, { id: "off", name: { en: "Off-peak hours", es: "Horas valle" } }],
  rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "12:00", period: "off" }, { from: "12:00", to: "18:00", period: "peak" }, { from: "18:00", to: "24:00", period: "off" }] }],
};
const JUNE: Determinants = customer({ quantities: { usage: { kWh: 450_000 }, demand: { kW: 1_000 } }, series: [series("2026-06-01", "2026-07-01", 60, (hour) => (hour % 24 >= 12 && hour % 24 < 18 ? 1_000 : 500))] });

function energy(more: Partial<Extract<Charge, { kind: "time-of-use" }>>): RateDocumentInput {
  const tiers = (first: string, rest: string) => [{ upTo: "300", price: first }, { upTo: null, price: rest }];
  return electricRate([{ id: "energy", name: { en: "Energy" }, glKey: "energy", kind: "time-of-use", schedule: "hours", rates: [{ tiersByPeriod: { peak: tiers("0.20", "0.30"), off: tiers("0.10", "0.15") } }], ...more }], { schedules: [SCHEDULE] });
}

function only(rate: RateDocumentInput, of: Determinants = JUNE) {
  const [line, ...more] = rateSegment(compiled(rate), of).lines;
  expect(more).toEqual([]);
  return line!;
}

describe("tiers over time-of-use periods", () => {
  test("the month fills the tiers, and each period has its share of them", () => {
    const line = only(energy({}));
    // Two thirds of 450 kWh are in the first tier: 120 of the 180 peak kWh, and 180 of the 270 others.
    expect(line.steps.map(({ label, quantityMilli, price, exact }) => [label, quantityMilli, price, exact])).toEqual([
      ["Peak hours, first 300 kWh", 120_000, "0.20", "24.00"],
      ["Peak hours, over 300 kWh", 60_000, "0.30", "18.00"],
      ["Off-peak hours, first 300 kWh", 180_000, "0.10", "18.00"],
      ["Off-peak hours, over 300 kWh", 90_000, "0.15", "13.50"],
    ]);
    expect(line.cents).toBe(7_350);
    expect(line.sentence).toBe("120 kWh in peak hours, first 300 kWh at $0.20, 60 kWh in peak hours, over 300 kWh at $0.30, 180 kWh in off-peak hours, first 300 kWh at $0.10 and 90 kWh in off-peak hours, over 300 kWh at $0.15: $73.50.");
    expect(line.sentenceEs).toContain("120 kWh en horas pico, primeros 300 kWh a $0.20");
  });

  test("or each period has tiers of its own", () => {
    expect(only(energy({ tierSplit: "period" })).steps.map(({ quantityMilli, exact }) => [quantityMilli, exact])).toEqual([[180_000, "36.00"], [270_000, "27.00"]]);
  });

  test("the parts of a share that is no whole thousandth still add up to the period's usage", () => {
    const usage = series("2026-06-01", "2026-07-01", 60, (hour) => 333 + (hour % 7));
    const line = only(energy({}), { ...JUNE, series: [usage] });
    expect(line.steps.reduce((sum, { quantityMilli }) => sum + quantityMilli!, 0)).toBe(line.quantityMilli);
    expect(line.quantityMilli).toBe(Array.from(usage.values).reduce((sum, value) => sum + value, 0));
  });

  test("a width for each day grows with the days of the bill", () => {
    const daily = only(energy({ widths: "day", rates: [{ tiersByPeriod: { peak: [{ upTo: "10", price: "0.20" }, { upTo: null, price: "0.30" }], off: [{ upTo: "10", price: "0.10" }, { upTo: null, price: "0.15" }] } }] }));
    expect(daily.cents).toBe(7_350);
  });

  test("a month that begins in one season and ends in another fills the tiers of each", () => {
    const seasons = [{ id: "spring", name: { en: "Spring" }, ranges: [{ from: "01-01", to: "06-10" }] }, { id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-11", to: "12-31" }] }];
    const one = { peak: [{ upTo: "300", price: "0.20" }, { upTo: null, price: "0.30" }], off: [{ upTo: "300", price: "0.10" }, { upTo: null, price: "0.15" }] };
    const line = only({ ...energy({ rates: [{ season: "spring", tiersByPeriod: one }, { season: "summer", tiersByPeriod: one }] }), seasons });
    // 10 of 30 days: 150 kWh, of which 100 are in a first tier of 100.
    expect(line.steps[0]).toMatchObject({ label: "Spring: peak hours, first 100 kWh", quantityMilli: 40_000 });
    expect(line.cents).toBe(7_350);
  });
});

describe("tiers by hours' use of the demand", () => {
  const tiers = [{ upTo: null, hours: "200", price: "0.10" }, { upTo: null, hours: "400", price: "0.05" }, { upTo: null, price: "0.01" }];

  test("each kilowatt of demand widens the tiers", () => {
    const rate = electricRate([{ id: "energy", name: { en: "Energy" }, glKey: "energy", kind: "tiered", hoursOf: "demand", rates: [{ tiers }] }]);
    expect(only(rate).steps.map(({ label, quantityMilli, exact }) => [label, quantityMilli, exact])).toEqual([["First 200 kWh", 200_000, "20.00"], ["Next 200 kWh", 200_000, "10.00"], ["Over 400 kWh", 50_000, "0.50"]]);
    expect(only(rate, { ...JUNE, quantities: { ...JUNE.quantities, demand: { kW: 2_000 } } }).cents).toBe(4_250);
  });

  test("blocks of kWh inside the hours end where the hours end", () => {
    const blocks = [{ upTo: "150", hours: "200", price: "0.20" }, { upTo: "5000", hours: "200", price: "0.10" }, { upTo: null, hours: "400", price: "0.05" }, { upTo: null, price: "0.01" }];
    const rate = electricRate([{ id: "energy", name: { en: "Energy" }, glKey: "energy", kind: "tiered", hoursOf: "demand", rates: [{ tiers: blocks }] }]);
    expect(only(rate).steps.map(({ quantityMilli }) => quantityMilli)).toEqual([150_000, 50_000, 200_000, 50_000]);
  });

  test("time-of-use periods share them too", () => {
    const line = only(energy({ hoursOf: "demand", rates: [{ tiersByPeriod: { peak: tiers, off: tiers } }] }));
    expect(line.cents).toBe(3_050);
  });

  test("without a demand the bill says what is missing", () => {
    const rate = compiled(electricRate([{ id: "energy", name: { en: "Energy" }, glKey: "energy", kind: "tiered", hoursOf: "demand", rates: [{ tiers }] }]));
    expect(() => rateSegment(rate, { ...JUNE, quantities: { usage: { kWh: 1 } } })).toThrow("quantities.demand: is needed in kW by this rate");
  });
});

describe("tiered demand", () => {
  const stepped = [{ upTo: "0.5", price: "10" }, { upTo: null, price: "4" }];

  test("each tier's price is for the part of the highest demand inside it", () => {
    const line = only(electricRate([{ id: "demand", name: { en: "Demand" }, glKey: "demand", kind: "demand", intervalMinutes: 60, rates: [{ tiers: stepped }] }]));
    expect(line.steps.map(({ label, quantityMilli, exact }) => [label, quantityMilli, exact])).toEqual([["Highest demand, first 0.5 kW", 500, "5.00"], ["Highest demand, over 0.5 kW", 500, "2.00"]]);
  });

  test("and so in each time-of-use period", () => {
    const line = only(electricRate([{ id: "demand", name: { en: "Demand" }, glKey: "demand", kind: "demand", schedule: "hours", intervalMinutes: 60, rates: [{ tiersByPeriod: { peak: stepped, off: stepped } }] }], { schedules: [SCHEDULE] }));
    expect(line.steps.map(({ label, exact }) => [label, exact])).toEqual([["Peak hours, first 0.5 kW", "5.00"], ["Peak hours, over 0.5 kW", "2.00"], ["Off-peak hours, first 0.5 kW", "5.00"]]);
  });
});

describe("what is refused", () => {
  const issue = (rate: unknown): string => {
    const parsed = parseRateDocument(rate);
    return parsed.ok ? "" : `${parsed.issues[0]!.path}: ${parsed.issues[0]!.message}`;
  };
  const tiered = (tiers: unknown, more: object = {}) => electricRate([{ id: "energy", name: { en: "Energy" }, glKey: "energy", kind: "tiered", rates: [{ tiers }], ...more } as Charge]);

  test.each([
    ["hours without a demand", tiered([{ upTo: null, hours: "200", price: "1" }, { upTo: null, price: "1" }]), "charges.0.rates.0.tiers.0.hours: hours' use is of a demand; name it in the charge's hoursOf"],
    ["hours that shrink", tiered([{ upTo: null, hours: "200", price: "1" }, { upTo: null, hours: "100", price: "1" }, { upTo: null, price: "1" }], { hoursOf: "demand" }), "charges.0.rates.0.tiers.1.hours: must not be less than 200, the hours of the tier before"],
    ["a last tier that ends", tiered([{ upTo: null, hours: "200", price: "1" }], { hoursOf: "demand" }), "charges.0.rates.0.tiers.0.hours: usage above the last tier would be in none; the last tier must not end"],
    ["hours of gallons", { ...tiered([{ upTo: null, hours: "2", price: "1" }, { upTo: null, price: "1" }], { hoursOf: "demand", unit: "Wh" }) }, "charges.0.rates.0.tiers.0.hours: hours' use is counted in kWh"],
    ["a period without tiers", energy({ rates: [{ tiersByPeriod: { peak: [{ upTo: null, price: "1" }] } }] }), "charges.0.rates.0.tiersByPeriod: period off occurs and has no price"],
    ["a gap in the tiers of a period", energy({ rates: [{ tiersByPeriod: { peak: [{ upTo: "300", price: "1" }], off: [{ upTo: null, price: "1" }] } }] }), "charges.0.rates.0.tiersByPeriod.peak.0.upTo: usage above 300 is in no tier; the last tier's upTo must be null"],
    ["prices and tiers at once", energy({ rates: [{ prices: { peak: "1", off: "1" }, tiersByPeriod: { peak: [], off: [] } as never }] }), "charges.0.rates.0.tiersByPeriod.peak: must have at least one tier"],
    ["neither", energy({ rates: [{}] }), "charges.0.rates.0: must have either prices or tiersByPeriod"],
  ])("%s", (_, rate, message) => expect(issue(rate)).toBe(message));

  test("more prices by season and period than an interval's code can tell apart", () => {
    const seasons = Array.from({ length: 12 }, (_, i) => ({ id: `m${i}`, name: { en: `Month ${i}` }, ranges: [{ from: `${String(i + 1).padStart(2, "0")}-01`, to: `${String(i + 1).padStart(2, "0")}-${[31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][i]!}` }] }));
    const periods = Array.from({ length: 24 }, (_, hour) => ({ id: `h${hour}`, name: { en: `Hour ${hour}` } }));
    const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
    const schedule = { id: "hours", periods, rules: [{ days: ["every-day" as const], hours: periods.map(({ id }, hour) => ({ from: clock(hour), to: clock(hour + 1), period: id })) }] };
    const prices = Object.fromEntries(periods.map(({ id }) => [id, "0.10"]));
    const of = (rates: Extract<Charge, { kind: "time-of-use" }>["rates"]) => ({ ...energy({ rates }), seasons, schedules: [schedule] });
    expect(issue(of([{ prices }]))).toBe("");
    expect(issue(of(seasons.map(({ id }) => ({ season: id, prices }))))).toBe("charges.0.rates: 12 seasons of 24 periods are more than 255 prices; give the schedule a period for each, and rows without a season");
  });
});
