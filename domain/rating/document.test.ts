import { describe, expect, test } from "vitest";
import { electricRate, waterRate } from "./fixtures.testing.ts";
import { compileRate, parseRateDocument, PUBLISHED_RATES, type RateDocumentInput } from "./index.ts";

type Charge = RateDocumentInput["charges"][number];

const service: Charge = { id: "service", kind: "fixed", name: { en: "Service" }, glKey: "fixed", rates: [{ amount: "10.00" }] };
const use: Charge = { id: "use", kind: "tiered", name: { en: "Use" }, glKey: "use", rates: [{ tiers: [{ upTo: "6", price: "3.10" }, { upTo: null, price: "4.00" }] }] };

const SUMMER_WINTER: RateDocumentInput["seasons"] = [
  { id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-01", to: "09-30" }] },
  { id: "winter", name: { en: "Winter" }, ranges: [{ from: "10-01", to: "05-31" }] },
];

function issuesOf(input: unknown): string[] {
  const parsed = parseRateDocument(input);
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
}

function withTiers(...tiers: { upTo: string | null; price: string }[]): unknown {
  return waterRate([{ ...use, rates: [{ tiers }] } as Charge]);
}

test("a right document is read back with its defaults", () => {
  const parsed = parseRateDocument(waterRate([service, use]));
  expect(parsed).toMatchObject({ ok: true, document: { rounding: { at: "line", mode: "half-up" }, proration: { standardDays: "30" }, charges: [{ per: "period" }, { boundary: "inclusive", widths: "period" }] } });
});

test("a document survives being stored: what is read from its JSON rates the same", () => {
  for (const { document } of PUBLISHED_RATES) {
    const once = parseRateDocument(document);
    const again = parseRateDocument(JSON.parse(JSON.stringify(once.ok ? once.document : null)));
    expect(again).toEqual(once);
  }
});

describe("what is refused, with its path", () => {
  test.each([
    ["a unit nobody sells", waterRate([service], { unit: "bushel" as never }), "unit: \"bushel\" is not a unit; use one of gal, kgal"],
    ["a unit of something else", waterRate([service], { unit: "kWh" }), "unit: kWh measures energy, which is not sold as water"],
    ["half a character", waterRate([{ ...service, name: { en: "Serv\ud800ce" } }]), "charges.0.name.en: holds half a character: type it again"],
    ["a price that is a number", waterRate([{ ...service, rates: [{ amount: 10 }] } as never]), "charges.0.rates.0.amount: must be a decimal number in quotes"],
    ["a price that is no number", waterRate([{ ...service, rates: [{ amount: "1,5" }] } as never]), "charges.0.rates.0.amount: must be a decimal number in quotes"],
    ["an unknown field", waterRate([{ ...service, tarif: "A" } as never]), "charges.0.tarif"],
    ["an unknown kind", waterRate([{ ...service, kind: "magic" } as never]), "charges.0.kind"],
    ["the same id twice", waterRate([service, { ...use, id: "service" }]), "charges.1.id: service is already used by charges.0"],
    ["an absurd amount", waterRate([{ ...service, rates: [{ amount: "9000000" }] }]), "charges.0.rates.0.amount: $9000000 is more than $1000000"],
    ["an absurd price", withTiers({ upTo: null, price: "31000" }), "charges.0.rates.0.tiers.0.price: $31000 per unit is more than $1000"],
    ["a charge that takes away", waterRate([{ ...service, rates: [{ amount: "-5" }] }]), "charges.0.rates.0.amount: must not be negative; use a charge of kind credit"],
    ["tiers that go back", withTiers({ upTo: "6", price: "1" }, { upTo: "4", price: "2" }, { upTo: null, price: "3" }), "charges.0.rates.0.tiers.1.upTo: must be more than 6"],
    ["tiers with an end", withTiers({ upTo: "6", price: "1" }), "charges.0.rates.0.tiers.0.upTo: usage above 6 is in no tier"],
    ["tiers after the last", withTiers({ upTo: null, price: "1" }, { upTo: null, price: "2" }), "charges.0.rates.0.tiers.0.upTo: only the last tier has no end"],
    ["a tier finer than a meter", withTiers({ upTo: "6.0005", price: "1" }, { upTo: null, price: "2" }), "charges.0.rates.0.tiers.0.upTo: is finer than a thousandth"],
    ["a tax of nothing", waterRate([service, { id: "tax", kind: "percentage", name: { en: "Tax" }, glKey: "tax", of: ["servce"], rates: [{ percent: "5" }] }]), "charges.1.of.0: there is no charge or base servce"],
    ["a tax of what comes after it", waterRate([{ id: "tax", kind: "percentage", name: { en: "Tax" }, glKey: "tax", of: ["service"], rates: [{ percent: "5" }] }, service]), "charges.0.of.0: charge service stands after this one"],
    ["a tax of 650 percent", waterRate([service, { id: "tax", kind: "percentage", name: { en: "Tax" }, glKey: "tax", of: ["service"], rates: [{ percent: "650" }] }]), "charges.1.rates.0.percent: 650 percent is not between 0 and 100"],
    ["a season without a row", waterRate([{ ...service, rates: [{ season: "summer", amount: "1" }] }], { seasons: SUMMER_WINTER }), "charges.0.rates.0: there is no row for season winter"],
    ["a row for a season that is none", waterRate([{ ...service, rates: [{ season: "fall", amount: "1" }] }], { seasons: SUMMER_WINTER }), "charges.0.rates.0.season: there is no season fall"],
    ["the same row twice", waterRate([{ ...service, rates: [{ amount: "1" }, { amount: "2" }] }]), "charges.0.rates.1: the same season, customer and date as rates.0"],
    ["only dated rows", waterRate([{ ...service, rates: [{ from: "2026-01-01", amount: "1" }] }]), "charges.0.rates.0: the rows have only dates"],
    ["seasons with a gap", waterRate([service], { seasons: [{ id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-01", to: "09-30" }] }] }), "seasons: 01-01 is in no season"],
    ["seasons that forget leap years", waterRate([service], { seasons: [{ id: "a", name: { en: "A" }, ranges: [{ from: "03-01", to: "02-28" }] }] }), "seasons: 02-29 is in no season"],
    ["a day in two seasons", waterRate([service], { seasons: [...SUMMER_WINTER!, { id: "may", name: { en: "May" }, ranges: [{ from: "05-01", to: "05-31" }] }] }), "seasons.2.ranges.0: 05-01 is already in season winter"],
    ["a product that could not be counted", waterRate([{ id: "use", kind: "flat", name: { en: "Use" }, glKey: "use", rates: [{ price: "12.12345678" }] }]), "charges.0.rates.0.price: 12.12345678 with 8 decimals times the largest allowed usage (1000000) cannot be counted exactly"],
  ])("%s", (_, input, issue) => {
    expect(issuesOf(input).join("\n")).toContain(issue);
  });

  test("all of it at once", () => {
    expect(issuesOf(withTiers({ upTo: "6", price: "5000" }, { upTo: "4", price: "1" }))).toHaveLength(3);
    expect(issuesOf("a rate")).toHaveLength(1);
    expect(issuesOf(null)).toHaveLength(1);
  });
});

describe("schedules that miss hours", () => {
  const energy: Charge = { id: "energy", kind: "time-of-use", name: { en: "Energy" }, glKey: "energy", schedule: "tou", rates: [{ prices: { peak: "0.40", off: "0.20" } }] };
  type Rules = NonNullable<RateDocumentInput["schedules"]>[number]["rules"];
  const withRules = (rules: Rules, more: Partial<RateDocumentInput> = {}) =>
    issuesOf(electricRate([energy], { schedules: [{ id: "tou", periods: [{ id: "peak", name: { en: "Peak" } }, { id: "off", name: { en: "Off" } }], rules }], ...more }));
  const allDay = { from: "00:00", to: "24:00", period: "off" };

  test("an hour that is in no period", () => {
    expect(withRules([{ days: ["every-day"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "17:00", to: "24:00", period: "peak" }] }])).toEqual([
      "schedules.0.rules: no period is given for 16:00 on monday; every hour of every kind of day must be in one",
    ]);
  });

  test("an hour that is in two periods", () => {
    expect(withRules([{ days: ["every-day"], hours: [allDay, { from: "16:00", to: "21:00", period: "peak" }] }])).toEqual(["schedules.0.rules.0.hours.1: 16:00 on monday is already in period off"]);
  });

  test("weekends and holidays that nobody thought of", () => {
    expect(withRules([{ days: ["weekdays"], hours: [allDay] }])[0]).toContain("00:00 on saturday");
    const holidays: RateDocumentInput["holidays"] = [{ name: "Christmas Day", on: "12-25" }];
    expect(withRules([{ days: ["weekdays", "weekends"], hours: [allDay] }], { holidays })[0]).toContain("00:00 on holidays");
  });

  test("hours over midnight, and periods that are none", () => {
    expect(withRules([{ days: ["every-day"], hours: [{ from: "22:00", to: "06:00", period: "off" }] }])[0]).toContain("ends at 06:00, not after its start 22:00; give hours over midnight as two spans");
    expect(withRules([{ days: ["every-day"], hours: [{ ...allDay, period: "peek" }] }])[0]).toContain("schedules.0.rules.0.hours.0.period: the schedule has no period peek");
  });

  test("a period without a price", () => {
    const rules: Rules = [{ days: ["every-day"], hours: [{ from: "00:00", to: "12:00", period: "off" }, { from: "12:00", to: "24:00", period: "peak" }] }];
    const issues = issuesOf(electricRate([{ ...energy, rates: [{ prices: { off: "0.20" } }] } as Charge], { schedules: [{ id: "tou", periods: [{ id: "peak", name: { en: "Peak" } }, { id: "off", name: { en: "Off" } }], rules }] }));
    expect(issues).toEqual(["charges.0.rates.0.prices: period peak occurs and has no price"]);
  });
});

test("compiling a document that does not fit together names the first problem", () => {
  const parsed = parseRateDocument(waterRate([service, use]));
  if (!parsed.ok) throw new Error("refused");
  const broken = { ...parsed.document, charges: [...parsed.document.charges, parsed.document.charges[0]!] };
  expect(() => compileRate(broken)).toThrow("charges.2.id: service is already used by charges.0");
});
