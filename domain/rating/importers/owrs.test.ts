/** Tariffs of the Open Water Rate Specification as our documents; the figures are of real utilities. */
import { describe, expect, test } from "vitest";
import { compileRate, rateSegment, type Determinants } from "../index.ts";
import { importOwrs, meterSizeOf, type OwrsClass, type OwrsImport } from "./owrs.ts";

const HEADER = `metadata:
  effective_date: 07/01/2017
  utility_name: City of Example
  bill_frequency: Monthly
  bill_unit: ccf
rate_structure:
  RESIDENTIAL_SINGLE:
`;

/** A file of one class, its fields written from the left. */
function file(fields: string, header = HEADER): string {
  return header + fields.split("\n").map((line) => `    ${line}`).join("\n");
}

type Imported = Extract<OwrsImport, { ok: true }>;

function imported(text: string): Imported {
  const result = importOwrs(text);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result;
}

function only(text: string): OwrsClass {
  const { documents, notCarriedOver } = imported(text);
  if (documents.length !== 1) throw new Error(JSON.stringify(notCarriedOver));
  return documents[0]!;
}

function bill(text: string, usage: number, more: Partial<Determinants> = {}) {
  const { document } = only(text);
  return rateSegment(compileRate(document), { from: "2017-08-01", to: "2017-09-01", zone: "UTC", quantities: { usage: { [document.unit]: Math.round(usage * 1000) } }, ...more });
}

const SERVICE = `service_charge:
  depends_on:
    - meter_size
  values:
    5/8": 9.9
    3/4": 12.97
    1|1/2": 24.26
`;

test("a service charge by meter size and one price: Anaheim", () => {
  const text = file(`${SERVICE}commodity_charge: flat_rate_commodity*usage_ccf
flat_rate_commodity: 0.5
bill: service_charge+commodity_charge`);
  const { document, inputs, service, commodity } = only(text);
  expect(document.charges.map(({ id, kind }) => [id, kind])).toEqual([["service-charge", "fixed"], ["commodity-charge", "flat"]]);
  expect(inputs).toEqual([{ name: "meter_size", as: "meterSize", key: "meterSize", allowed: ['5/8"', '3/4"', '1 1/2"'] }]);
  expect([service, commodity]).toEqual([["service-charge"], ["commodity-charge"]]);
  expect(bill(text, 10.379, { meterSize: '3/4"' }).totalCents).toBe(1816);
});

test("tier_starts name the first unit of each tier: Arcata", () => {
  const text = file(`service_charge: 12.16
tier_starts:
  - 0
  - 3
  - 5
tier_prices:
  - 3.10
  - 3.34
  - 6.54
commodity_charge: Tiered
bill: service_charge+commodity_charge`);
  const { lines, totalCents } = bill(text, 4.185);
  expect(lines[1]!.steps.map(({ label }) => label)).toEqual(["First 2 ccf", "Next 2 ccf", "Over 4 ccf"]);
  expect(totalCents).toBe(2625);
});

test("tiers by season, lot and zone, and prices by another property, are one table of rows", () => {
  const text = file(`tier_starts:
  depends_on:
    - season
    - lot_size_group
  values:
    Winter|1:
      - 0
      - 17
    Summer|1:
      - 0
      - 29
tier_prices:
  depends_on: city_limits
  values:
    inside_city:
      - 4
      - 5
    outside_city:
      - 8
      - 10
commodity_charge: Tiered
bill: commodity_charge`);
  expect(only(text).inputs.map(({ name, allowed }) => [name, allowed])).toEqual([["season", ["Winter", "Summer"]], ["lot_size_group", ["1"]], ["city_limits", ["inside_city", "outside_city"]]]);
  expect(bill(text, 20, { attributes: { season: "Winter", lotSizeGroup: "1", cityLimits: "outside_city" } }).totalCents).toBe(16 * 800 + 4 * 1000);
  expect(bill(text, 20, { attributes: { season: "Summer", lotSizeGroup: "1", cityLimits: "inside_city" } }).totalCents).toBe(20 * 400);
});

const BUDGET = `gpcd: 60
landscape_factor: 0.7
days_in_period: 30.4
indoor: gpcd*hhsize*days_in_period*(1/748)
outdoor: landscape_factor*et_amount*irr_area*0.62*(1/748)
budget: indoor+outdoor
tier_starts:
  - 0
  - indoor
  - 101%
  - 126%
tier_prices:
  - 2.87
  - 4.29
  - 6.44
  - 10.07
commodity_charge: Budget
bill: commodity_charge`;

test("a water budget is rounded to whole units, and tiers end at percents of it", () => {
  const { document, inputs } = only(file(BUDGET));
  expect(inputs.map(({ name, as }) => [name, as])).toEqual([["hhsize", "count"], ["et_amount", "count"], ["irr_area", "count"]]);
  expect(document.charges[0]).toMatchObject({ kind: "budget", allocations: [{ name: "indoor" }, { name: "outdoor" }, { name: "budget", formula: "indoor + outdoor" }] });
  const { totalCents } = bill(file(BUDGET), 27.3, { counts: { hhsize: 3000, etAmount: 4800, irrArea: 1_300_000 } });
  expect(totalCents).toBe(19050);
});

test("the fields of the web form carry the name of their charge: gpcd_commodity is what indoor_commodity means by gpcd", () => {
  const text = file(BUDGET.replaceAll(/^(gpcd|landscape_factor|indoor|outdoor|budget|tier_starts|tier_prices):/gm, "$1_commodity:"));
  expect(bill(text, 27.3, { counts: { hhsize: 3000, etAmount: 4800, irrArea: 1_300_000 } }).totalCents).toBe(19050);
});

test("a landscape factor by ranges of the area is a condition of the formula: Rancho California", () => {
  const text = file(BUDGET.replace("landscape_factor: 0.7", `landscape_factor:
  depends_on:
    - irrigated_area
  area_starts:
    - 1
    - 30000
  values:
    - 0.75
    - 0.6`));
  const cents = (area: number) => bill(text, 20, { counts: { hhsize: 3000, etAmount: 4800, irrArea: 1_300_000, irrigatedArea: area } }).lines[0]!.sentence;
  expect(cents(2_000_000)).toContain("outdoor 4");
  expect(cents(30_000_000)).toContain("outdoor 3");
});

test("a sewer charge has tiers and a budget of its own", () => {
  const text = file(`${SERVICE}commodity_charge: 2*usage_ccf
sewer_budget: 10
sewer_tier_starts:
  - 0
  - 101%
sewer_tier_prices:
  - 2
  - 0
sewer_charge: Budget
bill: commodity_charge + service_charge + sewer_charge`);
  const { lines } = bill(text, 388, { meterSize: '5/8"' });
  expect(lines.map(({ chargeId, cents }) => [chargeId, cents])).toEqual([["commodity-charge", 77600], ["service-charge", 990], ["sewer-charge", 2000]]);
});

test("surcharges by zone, a fee on the whole bill, and a price outside the city: each its own line", () => {
  const text = file(`service_charge: 20.15
flat_rate: 1.15
commodity_charge: flat_rate*usage_ccf+elevation_charge
elevation_rate:
  depends_on: pressure_zone
  values:
    1: 0
    2: 0.30
elevation_charge: elevation_rate * usage_ccf
utility_surcharge: 0.11 *usage_ccf
bill: 1.0204*(service_charge+commodity_charge)+utility_surcharge`);
  const { lines, totalCents } = bill(text, 14.54, { attributes: { pressureZone: "2" } });
  expect(lines.map(({ name, exact }) => [name, exact])).toEqual([["Service charge", "20.15"], ["Water use", "16.721"], ["Elevation charge", "4.362"], ["Surcharge", "0.841092"], ["Utility surcharge", "1.5994"]]);
  expect(totalCents).toBe(4367);
});

test("the fields of a class as a list, as the first files had them: Santa Monica", () => {
  const text = file(`- tier_starts: [0, 15, 41, 149]
- tier_prices: [2.87, 4.29, 6.44, 10.07]
- commodity_charge: Tiered
- bill: commodity_charge`);
  expect(bill(text, 20).totalCents).toBe(14 * 287 + 6 * 429);
});

test("each further home pays 55 percent: Sweetwater Springs", () => {
  const text = file(`service_charge: ((number_dwelling_units-1)*61.50*0.55)+61.5
tier_starts:
  - 0
  - ((number_dwelling_units-1)*8*0.55)+8
tier_prices:
  - 1
  - 3
commodity_charge: Tiered
bill: service_charge+commodity_charge`);
  expect(bill(text, 21, { dwellingUnits: 4 }).lines.map(({ exact }) => exact)).toEqual(["101.475", "61.50", "22.60"]);
});

test("a bill for each home multiplies what was already charged: Fortuna", () => {
  const text = file(`service_charge: 10
tier_starts:
  - 0
  - 3
tier_prices:
  - 1
  - 2
commodity_charge: Tiered
bill: (service_charge+commodity_charge)*number_dwelling_units`);
  expect(bill(text, 5, { dwellingUnits: 3 }).totalCents).toBe(3 * 1800);
});

test("formulas in a table: they differ in a number, or in kind", () => {
  const text = file(`service_charge:
  depends_on:
    - city_limits
    - lot_area
  values:
    inside_city: 0.0076*lot_area
    outside_city: 0.00836*lot_area
commodity_charge:
  depends_on: season
  values:
    Summer: own_price*usage_ccf
    Winter: 5
bill: service_charge+commodity_charge`);
  const given = { counts: { lotArea: 5_000_000, ownPrice: 2_000 } };
  expect(bill(text, 10, { ...given, attributes: { cityLimits: "outside_city", season: "Summer" } }).totalCents).toBe(4180 + 2000);
  expect(bill(text, 10, { ...given, attributes: { cityLimits: "inside_city", season: "Winter" } }).totalCents).toBe(3800 + 500);
});

test("two months in thousand gallons", () => {
  const { document } = only(file("service_charge: 10\nbill: service_charge", HEADER.replace("Monthly", "Bi-Monthly").replace("ccf", "kgal")));
  expect(document).toMatchObject({ unit: "kgal", proration: { standardDays: "60.83" } });
});

test.each([['1_1/2"', '1 1/2"'], ['1|1/2"', '1 1/2"'], ["1-1/2 in", '1 1/2"'], ['1.5"', '1 1/2"'], ["0.75", '3/4"'], ["5/8", '5/8"'], ['5/8" by 3/4"', '5/8" by 3/4"'], ["Larger", "Larger"]])("a meter of %s is one of %s", (said, size) => {
  expect(meterSizeOf(said)).toBe(size);
});

test("what did not come over is listed with its path, and a class comes over whole or not at all", () => {
  const { documents, notCarriedOver } = imported(`author_info:
  author: Somebody
capacity_charge: 1200
${file(`service_charge: 10
commodity_charge: 2*usage_ccf
fixed_drought_surcharge: 0
variable_drought_surcharge: 0.5*usage_ccf
bill: service_charge+commodity_charge`)}
  COMMERCIAL:
    service_charge: NA
    bill: service_charge
`);
  expect(documents.map(({ customerClass }) => customerClass)).toEqual(["RESIDENTIAL_SINGLE"]);
  expect(notCarriedOver.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
    "author_info names who wrote the file, which is no part of a rate",
    "capacity_charge is no part of a bill's rate",
    "rate_structure.RESIDENTIAL_SINGLE.variable_drought_surcharge is not in the bill formula of its class, so it is not charged",
    "rate_structure.COMMERCIAL.service_charge is NA, so there is no value",
  ]);
});

test("a tier that begins no later than the one before it holds no water: Manteca's largest meters", () => {
  const { documents, notCarriedOver } = imported(file(`tier_starts:
  - 0
  - 340
  - 300
tier_prices:
  - 1
  - 2
  - 3
commodity_charge: Tiered
bill: commodity_charge`));
  expect(documents[0]!.document.charges[0]).toMatchObject({ rates: [{ tiers: [{ upTo: "340", price: "1" }, { upTo: null, price: "3" }] }] });
  expect(notCarriedOver).toEqual([{ path: "rate_structure.RESIDENTIAL_SINGLE.tier_starts", reason: "begins tier 3 at 300, not after tier 2, so tier 2 holds no water and is left out" }]);
});

test("formulas that name formulas many times over end the class before they fill the memory", () => {
  const sums = Array.from({ length: 8 }, (_, i) => `f${i}: ${Array(20).fill(`f${i + 1}`).join("+")}`).join("\n");
  const { documents, notCarriedOver } = imported(file(`${sums}\nf8: 1\nservice_charge: f0\nbill: service_charge`));
  expect(documents).toEqual([]);
  expect(notCarriedOver).toContainEqual({ path: "rate_structure.RESIDENTIAL_SINGLE", reason: "names its fields more than 500 times over in its formulas" });
});

describe("a file that cannot be read", () => {
  test.each([
    ["", "", "is not a rate: a file has metadata and rate_structure at its top"],
    ["- a\n- b", "", "is not a rate: a file has metadata and rate_structure at its top"],
    ["metadata:\n\tutility_name: X", "line 2", "is indented with a tab; YAML needs spaces"],
    ["rate_structure:\n  A:\n    bill: 1", "metadata", "is missing; it gives the utility, the effective date and how often bills are made"],
    ["metadata:\n  bill_frequency: Monthly", "rate_structure", "is missing; it gives the rates of each customer class"],
    [HEADER.replace("Monthly", "Fortnightly") + "    bill: 1", "metadata.bill_frequency", "is Fortnightly, which is not known; say Monthly, Bi-Monthly, Quarterly or Annually"],
    [HEADER.replace("ccf", "barrels") + "    bill: 1", "metadata.bill_unit", "is barrels, which is not a unit of water here; use ccf, kgal, gal or kilolitre"],
    [`${HEADER}    bill: 1\nrate_structure:\n  B:\n    bill: 2`, "rate_structure", "is given twice, on lines 6 and 9, with different values"],
    ["a: &a [x]\nb: *c", "", "cannot be read: Unresolved alias"],
    ["a: 1\n---\nb: 2", "", "holds several documents; one file gives one rate"],
    ["metadata:\n  x: [1", "line 2", "is not YAML: "],
  ])("%j", (text, path, reason) => {
    const result = importOwrs(text);
    expect(result.ok ? [] : result.issues.map((issue) => [issue.path, issue.reason.slice(0, reason.length)])).toContainEqual([path, reason]);
  });
});

describe("a class that cannot be carried over says where and why", () => {
  test.each([
    ["commodity_charge: 1", "bill", "is missing; it says which charges make the bill"],
    ["bill: service_charge", "service_charge", "is missing, and bill adds it"],
    ["commodity_charge: Tiered\nbill: commodity_charge", "tier_starts", "is missing, and commodity_charge has tiers"],
    ["tier_starts: [0, 101%]\ntier_prices: [1, 2]\ncommodity_charge: Tiered\nbill: commodity_charge", "tier_starts", "begins a tier at 101%, as a water budget does, but commodity_charge is Tiered; it should be Budget"],
    ["tier_starts: [0, 5]\ntier_prices: [1]\ncommodity_charge: Tiered\nbill: commodity_charge", "tier_starts", "has 2 tiers and tier_prices has 1 prices"],
    ["tier_starts: [0, 5]\ntier_prices: [1, NA]\ncommodity_charge: Tiered\nbill: commodity_charge", "tier_prices", "has no value in place 2 of its list"],
    ["tier_starts: [0, 5]\ntier_prices: [1, dear]\ncommodity_charge: Tiered\nbill: commodity_charge", "tier_prices", "has dear where a price is needed"],
    ["a_charge: b_charge*2\nb_charge: a_charge\nbill: 2*a_charge", "a_charge", "is reckoned from itself: a_charge from b_charge from a_charge"],
    ["service_charge: commodity_charge\ncommodity_charge: service_charge\nbill: service_charge", "service_charge", "is reckoned from itself: service_charge from commodity_charge from service_charge"],
    ["commodity_charge: 2**usage_ccf\nbill: commodity_charge", "commodity_charge", 'is "2**usage_ccf", a formula that has * at character 3 where a number or a name is expected'],
    ["service_charge: 1\ncommodity_charge: 2\nbill: service_charge*commodity_charge", "bill", "multiplies service_charge by commodity_charge; a bill adds its charges"],
    ["service_charge:\n  depends_on: [meter_size, zone]\n  values:\n    1\": 3\nbill: service_charge", "service_charge", 'has the value 1", which does not name meter_size, zone with | between them'],
    ["service_charge:\n  values:\n    1\": 3\nbill: service_charge", "service_charge", "has parts under it, but not both depends_on and values"],
    ["service_charge:\n  depends_on: meter_size\n  values:\n    1\": NA\nbill: service_charge", "service_charge", 'has a value for 1" that is NA, so there is no value'],
    ["service_charge: 1\nservice_charge: 2\nbill: service_charge", "service_charge", "is given twice, on lines 8 and 9, with different values"],
    ["service_charge: 12000000\nbill: service_charge", "service_charge", "cannot be rated: $12000000.00 is more than $1000000; check the decimal point (rates.0.amount)"],
    ["budget: Tiered\ntier_starts: [0, 100%]\ntier_prices: [1, 2]\ncommodity_charge: Budget\nbill: commodity_charge", "budget", "is Tiered, where the amount of water that is allowed is needed"],
  ])("%j", (fields, path, reason) => {
    const { documents, notCarriedOver } = imported(file(fields));
    expect(documents).toEqual([]);
    expect(notCarriedOver).toContainEqual({ path: `rate_structure.RESIDENTIAL_SINGLE.${path}`, reason });
  });
});
