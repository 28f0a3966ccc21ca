import { describe, expect, test } from "vitest";
import { startOfDay } from "../calendar/zone.ts";
import { MISSING } from "../metering/index.ts";
import { compiled, customer, electricRate, series } from "./fixtures.testing.ts";
import { rateAcrossVersions, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

type Charge = RateDocumentInput["charges"][number];
type Schedule = NonNullable<RateDocumentInput["schedules"]>[number];

const PEAK_4_TO_9: Schedule["rules"][number]["hours"] = [
  { from: "00:00", to: "16:00", period: "off" },
  { from: "16:00", to: "21:00", period: "peak" },
  { from: "21:00", to: "24:00", period: "off" },
];
const OFF_ALL_DAY: Schedule["rules"][number]["hours"] = [{ from: "00:00", to: "24:00", period: "off" }];
const PERIODS: Schedule["periods"] = [{ id: "peak", name: { en: "Peak hours", es: "Horas pico" } }, { id: "off", name: { en: "Other hours", es: "Otras horas" } }];

const everyDay: Schedule = { id: "tou", periods: PERIODS, rules: [{ days: ["every-day"], hours: PEAK_4_TO_9 }] };
const weekdays: Schedule = { id: "tou", periods: PERIODS, rules: [{ days: ["weekdays"], hours: PEAK_4_TO_9 }, { days: ["weekends", "holidays"], hours: OFF_ALL_DAY }] };
const energy: Charge = { id: "energy", kind: "time-of-use", name: { en: "Electricity" }, glKey: "energy", schedule: "tou", rates: [{ prices: { peak: "0.40", off: "0.20" } }] };

/** kWh by period of a bill whose every hour used one kilowatt-hour: hours, then. */
function hoursByPeriod(schedule: Schedule, from: string, to: string, more: Partial<RateDocumentInput> = {}, step = 60): Record<string, number> {
  const rate = compiled(electricRate([energy], { schedules: [schedule], ...more }));
  const bill = rateSegment(rate, customer({ from, to, series: [series(from, to, step, () => (1000 * step) / 60)] }));
  return Object.fromEntries(bill.lines[0]!.steps.map(({ label, quantityMilli }) => [label, quantityMilli! / 1000]));
}

describe("hours by the wall clock", () => {
  test("a usual day has five hours of peak", () => {
    expect(hoursByPeriod(everyDay, "2026-06-10", "2026-06-11")).toEqual({ "Peak hours": 5, "Other hours": 19 });
  });

  test("the day the clocks go forward has 23 hours, and still five of peak from four in the afternoon", () => {
    expect(hoursByPeriod(everyDay, "2026-03-08", "2026-03-09")).toEqual({ "Peak hours": 5, "Other hours": 18 });
    const early: Schedule = { ...everyDay, rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "03:00", period: "peak" }, { from: "03:00", to: "24:00", period: "off" }] }] };
    expect(hoursByPeriod(early, "2026-03-08", "2026-03-09", {}, 15)).toEqual({ "Peak hours": 2, "Other hours": 21 });
  });

  test("the day they go back has 25, the hour after one o'clock twice", () => {
    expect(hoursByPeriod(everyDay, "2026-11-01", "2026-11-02")).toEqual({ "Peak hours": 5, "Other hours": 20 });
    const night: Schedule = { ...everyDay, rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "01:00", period: "off" }, { from: "01:00", to: "02:00", period: "peak" }, { from: "02:00", to: "24:00", period: "off" }] }] };
    expect(hoursByPeriod(night, "2026-11-01", "2026-11-02", {}, 30)).toEqual({ "Peak hours": 2, "Other hours": 23 });
  });

  test("a November with both has 721 hours", () => {
    const hours = hoursByPeriod(everyDay, "2026-11-01", "2026-12-01");
    expect(hours["Peak hours"]! + hours["Other hours"]!).toBe(721);
  });
});

describe("weekdays, weekends and holidays", () => {
  const holidays: RateDocumentInput["holidays"] = [
    { name: "Independence Day", on: "07-04", observed: "nearest" },
    { name: "Memorial Day", weekday: "monday", month: 5, nth: -1 },
    { name: "Thanksgiving Day", weekday: "thursday", month: 11, nth: 4 },
    { name: "New Year's Day", on: "01-01", observed: "nearest" },
    { name: "A day of mourning", date: "2026-06-10" },
  ];
  const peakOn = (day: string, next: string) => hoursByPeriod(weekdays, day, next, { holidays })["Peak hours"] ?? 0;

  test("no peak on Saturdays and Sundays", () => {
    expect([peakOn("2026-06-12", "2026-06-13"), peakOn("2026-06-13", "2026-06-14"), peakOn("2026-06-14", "2026-06-15")]).toEqual([5, 0, 0]);
  });

  test("the Fourth of July of 2026 is a Saturday, kept on Friday the third", () => {
    expect([peakOn("2026-07-02", "2026-07-03"), peakOn("2026-07-03", "2026-07-04"), peakOn("2026-07-06", "2026-07-07")]).toEqual([5, 0, 5]);
  });

  test("a New Year's Day on a Saturday is kept in the year before", () => {
    expect([peakOn("2027-12-30", "2027-12-31"), peakOn("2027-12-31", "2028-01-01")]).toEqual([5, 0]);
  });

  test("the last Monday of May, the fourth Thursday of November, and a single date", () => {
    expect([peakOn("2026-05-25", "2026-05-26"), peakOn("2026-05-18", "2026-05-19"), peakOn("2026-11-26", "2026-11-27"), peakOn("2026-06-10", "2026-06-11")]).toEqual([0, 5, 0, 0]);
  });
});

describe("what is priced", () => {
  const rate = compiled(electricRate([energy], { schedules: [everyDay] }));
  const june = (values: (slot: number) => number, more: Partial<Determinants> = {}) => customer({ series: [series("2026-06-01", "2026-07-01", 15, values)], ...more });

  test("each period at its price, in a sentence", () => {
    const [line] = rateSegment(rate, june(() => 250)).lines;
    expect(line).toMatchObject({ cents: 17_400, quantityMilli: 720_000, sentence: "150 kWh in peak hours at $0.40 and 570 kWh in other hours at $0.20: $174.00." });
    expect(line!.sentenceEs).toBe("150 kWh en horas pico a $0.40 y 570 kWh en otras horas a $0.20: $174.00.");
  });

  test("a series longer than the bill is cut to its days", () => {
    const long = customer({ from: "2026-06-10", to: "2026-06-11", series: [series("2026-06-01", "2026-07-01", 15, () => 250)] });
    expect(rateSegment(rate, long).totalCents).toBe(580);
  });

  test("intervals fall into the version of their own day", () => {
    const dearer = compiled(electricRate([{ ...energy, rates: [{ prices: { peak: "0.80", off: "0.20" } }] } as Charge], { schedules: [everyDay] }));
    const { segments } = rateAcrossVersions([{ from: "2020-01-01", rate }, { from: "2026-06-30", rate: dearer }], june((slot) => (slot < 29 * 96 ? 250 : 1000)));
    expect(segments.map(({ totalCents }) => totalCents)).toEqual([29 * 580, 3_120]);
  });

  test("a bill over the turn of the season prices each side by its own rows", () => {
    const seasonal: Charge = { ...energy, rates: [{ season: "summer", prices: { peak: "0.60", off: "0.30" } }, { season: "winter", prices: { peak: "0.40", off: "0.20" } }] } as Charge;
    const seasons: RateDocumentInput["seasons"] = [{ id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-16", to: "10-15" }] }, { id: "winter", name: { en: "Winter" }, ranges: [{ from: "10-16", to: "06-15" }] }];
    const [line] = rateSegment(compiled(electricRate([seasonal], { schedules: [everyDay], seasons })), june(() => 250)).lines;
    expect(line!.steps.map(({ label, quantityMilli }) => [label, quantityMilli])).toEqual([["Summer: peak hours", 75_000], ["Summer: other hours", 285_000], ["Winter: peak hours", 75_000], ["Winter: other hours", 285_000]]);
    expect(line!.cents).toBe(8_700 + 13_050);
  });

  test("time-of-use registers do where there are no intervals", () => {
    const registers = customer({ quantities: { "usage.peak": { kWh: 150_000 }, "usage.off": { kWh: 570_000 } } });
    expect(rateSegment(rate, registers).totalCents).toBe(17_400);
    expect(() => rateSegment(rate, customer({ quantities: { usage: { kWh: 720_000 } } }))).toThrow("charges.0: energy needs intervals in kWh, or the registers usage.peak, usage.off");
  });

  test("readings of power are as good as of energy", () => {
    const power = { ...series("2026-06-01", "2026-07-01", 15, () => 1000), unit: "kW" as const };
    expect(rateSegment(rate, customer({ series: [power] })).totalCents).toBe(17_400);
  });

  test("intervals with a hole, too few, too long or twice are refused", () => {
    const hole = series("2026-06-01", "2026-07-01", 15, (slot) => (slot === 96 ? MISSING : 250));
    expect(() => rateSegment(rate, customer({ series: [hole] }))).toThrow("series: has no value at 2026-06-02T05:00:00.000Z; estimate it first");
    expect(() => rateSegment(rate, customer({ series: [series("2026-06-02", "2026-07-01", 15, () => 1)] }))).toThrow("series: does not cover 2026-06-01 to 2026-07-01");
    const half: Schedule = { ...everyDay, rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "15:30", period: "off" }, { from: "15:30", to: "24:00", period: "peak" }] }] };
    expect(() => hoursByPeriod(half, "2026-06-01", "2026-07-01")).toThrow("the period changes at 15:30, inside an interval of 60 minutes from 15:00");
    expect(() => rateSegment(rate, june(() => 1, { series: [hole, hole] }))).toThrow("there are two series of energy");
  });
});

describe("demand", () => {
  const highest: Charge = { id: "demand", kind: "demand", name: { en: "Demand" }, glKey: "demand", rates: [{ price: "10.00" }] };
  const spike = (slots: Record<number, number>, step = 15) => customer({ series: [series("2026-06-01", "2026-07-01", step, (slot) => slots[slot] ?? 500)] });
  const billed = (charge: Charge, who: Determinants, more: Partial<RateDocumentInput> = {}) => rateSegment(compiled(electricRate([charge], more)), who).lines[0]!;

  test("is the highest quarter hour, times four", () => {
    expect(billed(highest, spike({ 1000: 12_500 }))).toMatchObject({ quantityMilli: 50_000, unit: "kW", cents: 50_000, sentence: "Highest demand 50 kW at $10.00: $500.00." });
  });

  test("over half an hour or an hour, it is the mean of it", () => {
    expect(billed({ ...highest, intervalMinutes: 30 } as Charge, spike({ 1000: 12_500 })).quantityMilli).toBe(26_000);
    expect(billed({ ...highest, intervalMinutes: 60 } as Charge, spike({ 1000: 12_500 })).quantityMilli).toBe(14_000);
    expect(() => billed(highest, spike({}, 60))).toThrow("intervals of 60 minutes cannot give a demand of 15 minutes");
  });

  test("in time-of-use periods, each has its own", () => {
    const byPeriod: Charge = { ...highest, schedule: "tou", rates: [{ prices: { peak: "20.00", off: "5.00" } }] };
    // Slot 64 of the first day is 16:00; slot 8 is two in the morning.
    const line = billed(byPeriod, spike({ 64: 10_000, 8: 15_000 }), { schedules: [everyDay] });
    expect(line.steps.map(({ label, quantityMilli, exact }) => [label, quantityMilli, exact])).toEqual([["Peak hours", 40_000, "800.00"], ["Other hours", 60_000, "300.00"]]);
    expect(line.sentence).toBe("Highest demand 40 kW in peak hours at $20.00 and highest demand 60 kW in other hours at $5.00: $1,100.00.");
  });

  test("is at least the minimum, and at least its share of the highest of the last months", () => {
    expect(billed({ ...highest, minimum: "20" } as Charge, spike({})).quantityMilli).toBe(20_000);
    const ratchet: Charge = { ...highest, ratchet: { percent: "75", months: 2 } };
    const before = (...demandHistory: number[]) => billed(ratchet, { ...spike({}), demandHistory }).quantityMilli;
    expect(before(40_000, 10_000)).toBe(30_000);
    expect(before(10_000, 10_000, 40_000)).toBe(7_500);
    expect(before()).toBe(2_000);
  });

  test("is billed in whole kilowatts where the tariff says so", () => {
    expect(billed({ ...highest, step: "1" } as Charge, spike({ 7: 3_100 })).quantityMilli).toBe(12_000);
  });

  test("comes from a demand register where there are no intervals", () => {
    expect(billed(highest, customer({ quantities: { demand: { kW: 45_200 } } })).cents).toBe(45_200);
  });

  test("of a short bill is due for its days", () => {
    const ten = customer({ to: "2026-06-11", series: [series("2026-06-01", "2026-06-11", 15, () => 2_500)] });
    expect(billed(highest, ten)).toMatchObject({ quantityMilli: 10_000, cents: 3_333, exact: "33.333333333333" });
  });

  test("with a price for each season, each season's own highest counts for its days", () => {
    const seasons: RateDocumentInput["seasons"] = [{ id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-21", to: "10-15" }] }, { id: "winter", name: { en: "Winter" }, ranges: [{ from: "10-16", to: "06-20" }] }];
    const seasonal: Charge = { ...highest, rates: [{ season: "summer", price: "30.00" }, { season: "winter", price: "12.00" }] };
    const line = billed(seasonal, spike({ 100: 2_500, 2_500: 5_000 }), { seasons });
    expect(line.steps.map(({ label, quantityMilli, exact }) => [label, quantityMilli, exact])).toEqual([["Summer: highest demand", 20_000, "200.00"], ["Winter: highest demand", 10_000, "80.00"]]);
  });
});

test("another zone has other hours: the same instants, priced in Phoenix, which has no summer time", () => {
  const rate = compiled(electricRate([energy], { schedules: [everyDay] }));
  const values = series("2026-06-01", "2026-07-01", 60, (slot) => (slot % 24 === 16 ? 1000 : 0), "America/Phoenix");
  expect(values.start).toBe(startOfDay("2026-06-01", "America/Phoenix"));
  expect(rateSegment(rate, customer({ zone: "America/Phoenix", series: [values] })).totalCents).toBe(30 * 40);
});

test("intervals in watt-hours are as good as in kilowatt-hours", () => {
  const rate = compiled(electricRate([energy, { id: "demand", kind: "demand", name: { en: "Demand" }, glKey: "demand", rates: [{ price: "10.00" }] }], { schedules: [everyDay] }));
  const kWh = customer({ series: [series("2026-06-01", "2026-07-01", 15, (slot) => 200 + (slot % 96))] });
  const Wh = customer({ series: [{ ...series("2026-06-01", "2026-07-01", 15, (slot) => (200 + (slot % 96)) * 1000), unit: "Wh" }] });
  expect(rateSegment(rate, Wh)).toEqual(rateSegment(rate, kWh));
});
