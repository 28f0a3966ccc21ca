/** Rates of the Utility Rate Database as documents: what is carried over, what is listed, what is refused. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateDocument } from "../document.ts";
import { importUrdb, type ImportedUrdb } from "./urdb.ts";
import { rateYear } from "./urdb-year.ts";

const always = (period: number): number[][] => Array.from({ length: 12 }, () => Array.from({ length: 24 }, () => period));
/** Period 1 from four to nine in June to September, period 2 in those months otherwise, period 0 in the others. */
const summerPeak = (peak: number): number[][] => always(0).map((hours, month) => hours.map((_, hour) => (month < 5 || month > 8 ? 0 : hour >= 16 && hour < 21 ? peak : 2)));

const SIMPLE = { utility: "Test Utility", name: "Home", energyratestructure: [[{ rate: 0.1, adj: 0.02, unit: "kWh" }]], energyweekdayschedule: always(0), energyweekendschedule: always(0) };

function imported(rate: unknown): Extract<ImportedUrdb, { ok: true }> {
  const result = importUrdb(rate);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result;
}

function charges(rate: unknown): RateDocument["charges"] {
  return imported(rate).documents[0]!.charges;
}

function left(rate: unknown): Record<string, string> {
  return Object.fromEntries(imported(rate).notCarriedOver.map(({ path, reason }) => [path, reason]));
}

function issue(rate: unknown): string {
  const result = importUrdb(rate);
  return result.ok ? "" : `${result.issues[0]!.path}: ${result.issues[0]!.message}`;
}

describe("shapes of the file", () => {
  test("a rate by itself, in a list, in the API's envelope, and as text in quotes", () => {
    for (const json of [SIMPLE, [SIMPLE], { items: [SIMPLE] }, JSON.stringify({ items: [SIMPLE] })]) {
      expect(charges(json)).toMatchObject([{ id: "energy", kind: "flat", rates: [{ price: "0.12" }] }]);
    }
  });

  test("several rates become several documents, and paths tell which", () => {
    const result = imported({ items: [SIMPLE, { ...SIMPLE, name: "Shop", sector: "Commercial" }] });
    expect(result.documents.map(({ name }) => name.en)).toEqual(["Test Utility: Home", "Test Utility: Shop"]);
    expect(result.notCarriedOver.map(({ path }) => path)).toEqual(["items.1.sector"]);
  });

  test("the bulk file's names and wrappings are the same rate", () => {
    const bulk = {
      utilityName: "Test Utility", rateName: "Home", effectiveDate: { $date: "2024-10-01T00:00:00Z" },
      energyRateStrux: [{ energyRateTiers: [{ rate: 0.1, max: 300 }, { rate: 0.2 }] }], energyWeekdaySched: always(0), energyWeekendSched: always(0),
      flatDemandUnits: "kW", flatDemandStrux: [{ flatDemandTiers: [{ rate: 5 }] }], flatDemandMonths: Array.from({ length: 12 }, () => 0), fixedChargeFirstMeter: 9.5, fixedChargeUnits: "$/month",
    };
    const { documents: [document], about: [about] } = imported(bulk);
    expect(document!.charges.map(({ id, kind }) => [id, kind])).toEqual([["fixed", "fixed"], ["energy", "tiered"], ["flat-demand", "demand"]]);
    expect(about).toMatchObject({ name: "Test Utility: Home", from: "2024-10-01" });
  });

  test("dates are days, whatever the hour of the record", () => {
    for (const [startdate, day] of [[1_727_762_400, "2024-10-01"], [1_727_737_200, "2024-10-01"], [1_735_718_400, "2025-01-01"], [1_335_880_800, "2012-05-01"], [1_335_880_800_000, "2012-05-01"], [1e38, null]] as const) {
      expect(imported({ ...SIMPLE, startdate }).about[0]!.from).toBe(day);
    }
  });
});

describe("energy", () => {
  test("tiers by kWh, by day, and by hours' use", () => {
    const tiers = (unit: string) => [{ rate: 0.1, max: 10.5, unit }, { rate: 0.2, unit }];
    const of = (unit: string) => charges({ ...SIMPLE, energyratestructure: [tiers(unit)] })[0];
    expect(of("kWh")).toMatchObject({ kind: "tiered", rates: [{ tiers: [{ upTo: "10.5", price: "0.1" }, { upTo: null, price: "0.2" }] }] });
    expect(of("kWh daily")).toMatchObject({ rates: [{ tiers: [{ upTo: "10.5", widths: "day" }, { upTo: null }] }] });
    expect(of("kWh/kW")).toMatchObject({ hoursOf: "demand", rates: [{ tiers: [{ upTo: null, hours: "10.5" }, { upTo: null, price: "0.2" }] }] });
    expect(of("kWh/kW daily")).toMatchObject({ hoursOf: "demand", rates: [{ tiers: [{ upTo: null, hours: "10.5", widths: "day" }, { upTo: null }] }] });
  });

  test("a tier by kW that frames blocks of kWh is their end, not a price", () => {
    const framed = [{ rate: 0.03, max: 200, unit: "kWh/kW" }, { rate: 0.13, max: 3000, unit: "kWh" }, { rate: 0.12, max: 1e38, unit: "kWh" }, { rate: 0.01, max: 400, unit: "kWh/kW" }, { rate: 0.005 }];
    expect(charges({ ...SIMPLE, energyratestructure: [framed] })[0]).toMatchObject({
      rates: [{ tiers: [{ upTo: "3000", hours: "200", price: "0.13" }, { upTo: null, hours: "200", price: "0.12" }, { upTo: null, hours: "400", price: "0.01" }, { upTo: null, price: "0.005" }] }],
    });
  });

  test("a last tier that ends is open, and tiers behind an end without end are never reached; both are said", () => {
    const of = (...tiers: object[]) => ({ ...SIMPLE, energyratestructure: [tiers] });
    expect(charges(of({ rate: 0.1, max: 500 }, { rate: 0.2, max: 900 }))[0]).toMatchObject({ rates: [{ tiers: [{ upTo: "500" }, { upTo: null, price: "0.2" }] }] });
    expect(left(of({ rate: 0.1, max: 500 }, { rate: 0.2, max: 900 }))).toEqual({ "energyratestructure.0.1.max": "usage above 900 is in no tier of the file; it has the price of this last one" });
    expect(charges(of({ rate: 0.1, max: 1e38 }, { rate: 0.2 }))[0]).toMatchObject({ kind: "flat", rates: [{ price: "0.1" }] });
    expect(left(of({ rate: 0.1, max: 1e38 }, { rate: 0.2 }))).toEqual({ "energyratestructure.0.1": "is never reached: the tier before has no end" });
  });

  test("months with one period each are seasons, over the new year too", () => {
    const months = always(0).map((hours, month) => hours.map(() => (month < 4 || month > 9 ? 1 : 0)));
    const { documents: [document] } = imported({ ...SIMPLE, energyratestructure: [[{ rate: 0.3 }], [{ rate: 0.1 }]], energyweekdayschedule: months, energyweekendschedule: months });
    expect(document!.seasons.map(({ name, ranges }) => [name.en, name.es, ranges])).toEqual([
      ["November to April", "noviembre a abril", [{ from: "11-01", to: "04-30" }]],
      ["May to October", "mayo a octubre", [{ from: "05-01", to: "10-31" }]],
    ]);
    expect(document!.charges[0]).toMatchObject({ kind: "flat", rates: [{ season: "season-1", price: "0.1" }, { season: "season-2", price: "0.3" }] });
  });

  test("hours make a schedule with the file's own labels", () => {
    const rate = { ...SIMPLE, energyratestructure: [[{ rate: 0.1 }], [{ rate: 0.4 }], [{ rate: 0.2 }]], energytoulabels: ["Winter", "On-peak"], energyweekdayschedule: summerPeak(1), energyweekendschedule: summerPeak(2) };
    const { documents: [document] } = imported(rate);
    expect(document!.schedules[0]!.periods.map(({ name }) => name.en)).toEqual(["Winter", "On-peak", "Period 3"]);
    expect(document!.schedules[0]!.rules).toEqual([
      { seasons: ["season-1"], days: ["every-day"], hours: [{ from: "00:00", to: "24:00", period: "period-1" }] },
      { seasons: ["season-2"], days: ["weekdays"], hours: [{ from: "00:00", to: "16:00", period: "period-3" }, { from: "16:00", to: "21:00", period: "period-2" }, { from: "21:00", to: "24:00", period: "period-3" }] },
      { seasons: ["season-2"], days: ["weekends"], hours: [{ from: "00:00", to: "24:00", period: "period-3" }] },
    ]);
    expect(document!.charges[0]).toMatchObject({ kind: "time-of-use", tierSplit: "share", rates: [{ prices: { "period-1": "0.1", "period-2": "0.4", "period-3": "0.2" } }] });
  });

  test("the split of tiers over periods is the caller's choice", () => {
    const rate = { ...SIMPLE, energyratestructure: [[{ rate: 0.1 }], [{ rate: 0.4, max: 100 }, { rate: 0.5 }], [{ rate: 0.2 }]], energyweekdayschedule: summerPeak(1), energyweekendschedule: summerPeak(2) };
    const result = importUrdb(rate, { tierSplit: "period" });
    expect(result.ok && result.documents[0]!.charges[0]).toMatchObject({ tierSplit: "period", rates: [{ tiersByPeriod: { "period-1": [{ upTo: null, price: "0.1" }], "period-2": [{ upTo: "100" }, { upTo: null }] } }] });
  });

  test("numbers that went through 32 or 64 bits are what was meant", () => {
    expect(charges({ ...SIMPLE, energyratestructure: [[{ rate: Math.fround(0.070769) }]] })[0]).toMatchObject({ rates: [{ price: "0.070769" }] });
    expect(charges({ ...SIMPLE, energyratestructure: [[{ rate: 0.1 + 0.2 }]] })[0]).toMatchObject({ rates: [{ price: "0.3" }] });
    expect(left({ ...SIMPLE, energyratestructure: [[{ rate: 0.1 + 0.2 }]] })).toEqual({});
    expect(left({ ...SIMPLE, energyratestructure: [[{ rate: 0.123456789 }]] })).toEqual({ "energyratestructure.0.0.rate": "$0.123456789 is counted as $0.12345679" });
  });

  test("fuel adjustments by month are a charge of their own", () => {
    const fueladjustmentsmonthly = [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02];
    expect(charges({ ...SIMPLE, fueladjustmentsmonthly })[1]).toMatchObject({ id: "fuel-adjustment", kind: "flat", rates: [{ season: "season-1", price: "0.01" }, { season: "season-2", price: "0.02" }] });
  });
});

describe("demand", () => {
  const flat = { flatdemandunit: "kW", flatdemandstructure: [[{ rate: 5 }], [{ rate: 8, max: 100 }, { rate: 7 }]], flatdemandmonths: [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0] };

  test("of the month, by season, in tiers", () => {
    expect(charges({ ...SIMPLE, ...flat })[1]).toMatchObject({
      id: "flat-demand", kind: "demand", unit: "kW", intervalMinutes: 15,
      rates: [{ season: "season-1", tiers: [{ upTo: null, price: "5" }] }, { season: "season-2", tiers: [{ upTo: "100", price: "8" }, { upTo: null, price: "7" }] }],
    });
  });

  test("by time of use, with the window of the file", () => {
    const rate = { ...SIMPLE, demandratestructure: [[{ rate: 0 }], [{ rate: 12 }], [{ rate: 3 }]], demandweekdayschedule: summerPeak(1), demandweekendschedule: summerPeak(2), demandwindow: 30 };
    expect(charges(rate)[1]).toMatchObject({ id: "tou-demand", schedule: "demand", intervalMinutes: 30, rates: [{ prices: { "period-1": "0", "period-2": "12", "period-3": "3" } }] });
  });

  test("a ratchet of one percentage is carried over; one that differs by month is listed", () => {
    expect(charges({ ...SIMPLE, ...flat, demandratchetpercentage: Array.from({ length: 12 }, () => 80) })[1]).toMatchObject({ ratchet: { percent: "80", months: 11 } });
    // A fraction means the same, and so does the newer field.
    expect(charges({ ...SIMPLE, ...flat, demandratchetpercentage: 0.35 })[1]).toMatchObject({ ratchet: { percent: "35", months: 11 } });
    expect(charges({ ...SIMPLE, ...flat, lookbackpercent: 0.5, lookbackrange: 6 })[1]).toMatchObject({ ratchet: { percent: "50", months: 6 } });
    expect(left({ ...SIMPLE, ...flat, demandratchetpercentage: [80, ...Array.from({ length: 11 }, () => 60)] })["demandratchetpercentage"]).toContain("differs by month");
  });

  test("what is charged in other units than kilowatts is left out and said so", () => {
    const rate = { ...SIMPLE, ...flat, flatdemandunit: "kW daily", demandreactivepowercharge: 0.25 };
    expect(charges(rate).map(({ id }) => id)).toEqual(["energy"]);
    expect(left(rate)).toEqual({ flatdemandunit: "demand in kW daily is not measured here, so its charge is left out; add it by hand", demandreactivepowercharge: expect.stringContaining("add it as a charge of kvar") as string });
  });

  test("kilovolt-amperes are a unit of demand, in the field or in the tiers", () => {
    expect(charges({ ...SIMPLE, ...flat, flatdemandunit: "kVA" })[1]).toMatchObject({ unit: "kVA" });
    expect(charges({ ...SIMPLE, flatdemandstructure: [[{ rate: 3, unit: "kva" }]], flatdemandmonths: Array.from({ length: 12 }, () => 0) })[1]).toMatchObject({ unit: "kVA" });
    expect(issue({ ...SIMPLE, ...flat, flatdemandunit: "sacks" })).toBe('flatdemandunit: "sacks" is not a unit of demand; use kW, kVA, hp, kW daily, kVA daily, hp daily');
  });

  test("a free demand charge is none", () => {
    expect(charges({ ...SIMPLE, flatdemandstructure: [[{ rate: 0 }]], flatdemandmonths: Array.from({ length: 12 }, () => 0) }).map(({ id }) => id)).toEqual(["energy"]);
  });
});

describe("fixed and minimum", () => {
  test.each([
    [{ fixedchargefirstmeter: 9.62, fixedchargeunits: "$/month" }, { per: "period", rates: [{ amount: "9.62" }] }],
    [{ fixedchargefirstmeter: 0.4, fixedchargeunits: "$/day" }, { per: "day", rates: [{ amount: "0.4" }] }],
    [{ fixedchargefirstmeter: 120, fixedchargeunits: "$/year" }, { per: "period", rates: [{ amount: "10" }] }],
    [{ fixedmonthlycharge: 12.5 }, { per: "period", rates: [{ amount: "12.5" }] }],
  ])("%j", (fields, charge) => expect(charges({ ...SIMPLE, ...fields })[0]).toMatchObject({ id: "fixed", ...charge }));

  test("an amount without a unit is of a month, and that is said", () => {
    expect(charges({ ...SIMPLE, fixedchargefirstmeter: 7 })[0]).toMatchObject({ per: "period", rates: [{ amount: "7" }] });
    expect(left({ ...SIMPLE, fixedchargefirstmeter: 7 })).toEqual({ fixedchargeunits: "is missing; the amount is taken to be for a month" });
  });

  test("the least to pay of a month is of all charges; the one of a year is told apart", () => {
    expect(charges({ ...SIMPLE, mincharge: 10, minchargeunits: "$/month" }).at(-1)).toMatchObject({ kind: "minimum", of: ["energy"], rates: [{ amount: "10" }] });
    const yearly = imported({ ...SIMPLE, annualmincharge: 120, minmonthlycharge: 5 });
    expect(yearly.about[0]!.minimums).toEqual([{ amount: "5", per: "month" }, { amount: "120", per: "year" }]);
    expect(yearly.notCarriedOver).toMatchObject([{ path: "annualmincharge", affectsPrice: true }]);
    expect(charges({ ...SIMPLE, mincharge: 0.3, minchargeunits: "$/day" }).at(-1)).toMatchObject({ rates: [{ amount: "9.125" }] });
  });
});

test("nothing is dropped silently: each field is used or listed", () => {
  const rate = { ...SIMPLE, sell: 1, dgrules: "Net Metering", peakkwcapacitymax: 10, coincidentratestructure: [[{ rate: 3 }]], fixedchargeeaaddl: 4, energyattrs: [{ "Fuel clause": "see rider" }] };
  const { notCarriedOver } = imported({ ...rate, energyratestructure: [[{ rate: 0.1, sell: 0.05, discount: 3 }]] });
  expect(notCarriedOver.map(({ path, affectsPrice }) => [path, affectsPrice])).toEqual([
    ["energyratestructure.0.0.discount", true], ["energyratestructure.0.0.sell", false],
    ["sell", true], ["dgrules", false], ["peakkwcapacitymax", false], ["coincidentratestructure", true], ["fixedchargeeaaddl", true], ["energyattrs", true],
  ]);
});

describe("whatever is broken in a rate", () => {
  /** A busy machine needs more than the usual five seconds for so many rates. */
  const BUSY_TIMEOUT_MS = 60_000;
  const RICH = {
    ...SIMPLE, label: "a1", startdate: 1_727_762_400, enddate: 1_735_718_400, sector: "Commercial", source: "https://example.com/rates.pdf",
    energyratestructure: [[{ rate: 0.1, max: 300, unit: "kWh" }, { rate: 0.2, adj: 0.01 }], [{ rate: 0.4, max: 300 }, { rate: 0.5 }], [{ rate: 0.2, max: 200, unit: "kWh/kW" }, { rate: 0.1, sell: 0.03 }]], energyweekdayschedule: summerPeak(1), energyweekendschedule: summerPeak(2),
    demandunits: "kW", demandrateunit: "kW", demandratestructure: [[{ rate: 0 }], [{ rate: 12, max: 50 }, { rate: 9 }], [{ rate: 3 }]], demandweekdayschedule: summerPeak(1), demandweekendschedule: summerPeak(2), demandwindow: 30, demandratchetpercentage: 80,
    flatdemandunit: "kW", flatdemandstructure: [[{ rate: 5 }], [{ rate: 8, max: 100 }, { rate: 7 }]], flatdemandmonths: [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
    fixedchargefirstmeter: 9.5, fixedchargeunits: "$/month", mincharge: 20, minchargeunits: "$/day", annualmincharge: 100, fueladjustmentsmonthly: Array.from({ length: 12 }, () => 0.01),
  };
  const ODD: readonly unknown[] = [null, "", "abc", -1, 0, 1, 1e38, 1e9, 12_345_678.123456789, -1e-9, [], {}, [[]], true, "12", "1e5", Number.NaN, { $date: 5 }, [null], "kVA", "$/day", "kWh/kW"];
  /** Every place of a value: the object or list that holds it, and its key. */
  function places(of: unknown): [Record<string, unknown>, string][] {
    if (typeof of !== "object" || of === null) return [];
    return Object.keys(of).flatMap((key): [Record<string, unknown>, string][] => [[of as Record<string, unknown>, key], ...places((of as Record<string, unknown>)[key])]);
  }

  test("it is imported and can be priced, or refused with path and reason; it never falls over", () => {
    const load = { stepMinutes: 60 as const, microKwh: Array.from({ length: 8_760 }, (_, i) => (i % 100) * 1_000_000) };
    let priced = 0;
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 3 }), (changes) => {
      const rate = structuredClone(RICH) as Record<string, unknown>;
      for (const [where, what, outside] of changes) {
        const all = outside ? Object.keys(rate).map((key): [Record<string, unknown>, string] => [rate, key]) : places(rate);
        const [holder, key] = all[where % all.length]!;
        if (what % 4 > 0) holder[key] = ODD[what % ODD.length];
        else if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else delete holder[key];
      }
      const result = importUrdb(rate);
      if (!result.ok) expect(result.issues.every(({ message }) => message !== "")).toBe(true);
      else if (priced++ < 20) expect(Number.isSafeInteger(rateYear(result.documents[0]!, result.about[0]!, load, 2018, "UTC").year.total.cents)).toBe(true);
    }), { numRuns: 400 });
    expect(priced).toBeGreaterThan(10);
  }, BUSY_TIMEOUT_MS);
});

describe("what is refused", () => {
  const tiers = (...list: object[]) => ({ ...SIMPLE, energyratestructure: [list] });
  const months = always(0);
  test.each([
    ["nothing", null, ': must be a rate, a list of rates or {"items": [...]}, and is null'],
    ["an empty envelope", { items: [] }, "items: holds no rate"],
    ["a list of names", { items: ["a"] }, 'items.0: must be a rate, and is "a"'],
    ["a rate without charges", { name: "x" }, "energyratestructure: is missing; the file has no energy, demand or fixed charge (the list of an API call without detail=full has none)"],
    ["a tier without a price", tiers({ max: 3 }), "energyratestructure.0.0.rate: is missing; the tier has no price"],
    ["a price in words", tiers({ rate: "cheap" }), 'energyratestructure.0.0.rate: "cheap" is not a price'],
    ["an absurd price", tiers({ rate: 12_000 }), "energyratestructure.0.0.rate: $12000 per unit is more than $1000; check the decimal point and the unit"],
    ["an unknown unit", tiers({ rate: 1, unit: "therm" }), 'energyratestructure.0.0.unit: "therm" is not a unit of energy tiers; use kWh, kWh/kW, kWh daily or kWh/kW daily'],
    ["a tier that never ends before another", tiers({ rate: 1 }, { rate: 2 }), "energyratestructure.0.0.max: is missing; only the last tier has no end, and usage beyond it would never reach the next"],
    ["tiers out of order", tiers({ rate: 1, max: 500 }, { rate: 2, max: 300 }, { rate: 3 }), "energyratestructure.0.1.max: 300 is less than 500, where the tier before ends"],
    ["a negative end", tiers({ rate: 1, max: -5 }, { rate: 3 }), "energyratestructure.0.0.max: -5 is negative"],
    ["more hours' use than hours", tiers({ rate: 1, max: 90_000, unit: "kWh/kW" }, { rate: 3, unit: "kWh/kW" }), "energyratestructure.0.0.max: 90000 kWh for each kW is more than any month has hours"],
    ["a schedule of eleven months", { ...SIMPLE, energyweekdayschedule: months.slice(1) }, "energyweekdayschedule: must have 12 months of 24 hours, and has 11"],
    ["a day of 23 hours", { ...SIMPLE, energyweekendschedule: months.map((hours, i) => (i === 3 ? hours.slice(1) : hours)) }, "energyweekendschedule.3: must have 24 hours, and has 23"],
    ["a period that is not there", { ...SIMPLE, energyweekdayschedule: months.map((hours, i) => (i === 2 ? hours.map(() => 4) : hours)) }, "energyweekdayschedule.2.0: period 4 is not in the rate structure, which has 1 (0 to 0)"],
    ["an hour without a period", { ...SIMPLE, energyweekdayschedule: months.map((hours) => hours.map(() => null)) }, "energyweekdayschedule.0.0: null is not the number of a period, counted from 0"],
    ["periods without a schedule", { energyratestructure: [[{ rate: 1 }], [{ rate: 2 }]] }, "energyweekdayschedule: is missing; energyratestructure needs to know which of its 2 periods is in force when"],
    ["a fixed charge per fortnight", { ...SIMPLE, fixedchargefirstmeter: 3, fixedchargeunits: "$/fortnight" }, 'fixedchargeunits: "$/fortnight" is not a unit of amounts; use $/day, $/month or $/year'],
    ["a negative fixed charge", { ...SIMPLE, fixedmonthlycharge: -3 }, "fixedmonthlycharge: $-3 is negative"],
    ["a demand of no month", { ...SIMPLE, flatdemandstructure: [[{ rate: 1 }], [{ rate: 2 }]] }, "flatdemandmonths: is missing; flatdemandstructure needs to know which of its 2 periods is in force in which month"],
    ["a month of a demand that is not there", { ...SIMPLE, flatdemandstructure: [[{ rate: 1 }]], flatdemandmonths: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] }, "flatdemandmonths.3: period 1 is not in the rate structure, which has 1 (0 to 0)"],
    ["a structure that is a number", { ...SIMPLE, energyratestructure: 7 }, "energyratestructure: must be a list of periods, each a list of tiers, and is 7"],
    ["a second rate of a list", { items: [SIMPLE, tiers({ rate: true })] }, "items.1.energyratestructure.0.0.rate: true is not a price"],
  ])("%s", (_, rate, message) => expect(issue(rate)).toBe(message));

  test("a broken period that never comes is only listed", () => {
    expect(left({ ...SIMPLE, energyratestructure: [[{ rate: 0.1 }], [{}]] })).toEqual({ "energyratestructure.1": "is never in force, and cannot be used: is missing; the tier has no price" });
  });
});
