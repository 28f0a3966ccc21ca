import { describe, expect, test } from "vitest";
import { compiled, customer, usedWater, waterRate } from "./fixtures.testing.ts";
import { rateAcrossVersions, rateCents, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

type Charge = RateDocumentInput["charges"][number];

const service: Charge = { id: "service", kind: "fixed", name: { en: "Water service", es: "Servicio de agua" }, glKey: "fixed", rates: [{ amount: "12.00" }] };
const use: Charge = { id: "use", kind: "tiered", name: { en: "Water use" }, glKey: "use", rates: [{ tiers: [{ upTo: "6", price: "3.10" }, { upTo: "12", price: "3.34" }, { upTo: null, price: "6.54" }] }] };
const tax: Charge = { id: "tax", kind: "percentage", name: { en: "City tax" }, glKey: "tax", of: ["service", "use"], tax: "city", rates: [{ percent: "6.5" }] };

function centsByLine(charges: RateDocumentInput["charges"], who: Determinants, more: Partial<RateDocumentInput> = {}): Record<string, number> {
  return Object.fromEntries(rateSegment(compiled(waterRate(charges, more)), who).lines.map(({ chargeId, cents }) => [chargeId, cents]));
}

describe("a month of water", () => {
  const bill = rateSegment(compiled(waterRate([service, use, tax])), usedWater(13.2));

  test("each line is whole cents, and the bill is their sum", () => {
    expect(bill.lines.map(({ chargeId, cents, exact }) => [chargeId, cents, exact])).toEqual([
      ["service", 1200, "12.00"],
      ["use", 4649, "46.488"],
      ["tax", 380, "3.80185"],
    ]);
    expect(bill.totalCents).toBe(1200 + 4649 + 380);
  });

  test("each step has its quantity, its price as published and what it comes to", () => {
    expect(bill.lines[1]!.steps).toEqual([
      { label: "First 6 ccf", labelEs: "Primeros 6 ccf", quantityMilli: 6_000, unit: "ccf", price: "3.10", exact: "18.60" },
      { label: "Next 6 ccf", labelEs: "Siguientes 6 ccf", quantityMilli: 6_000, unit: "ccf", price: "3.34", exact: "20.04" },
      { label: "Over 12 ccf", labelEs: "Más de 12 ccf", quantityMilli: 1_200, unit: "ccf", price: "6.54", exact: "7.848" },
    ]);
  });

  test("and a sentence in plain words", () => {
    expect(bill.lines.map(({ sentence }) => sentence)).toEqual([
      "$12.00 for this bill.",
      "6 ccf at $3.10, 6 ccf at $3.34 and 1.2 ccf at $6.54: $46.49.",
      "6.5 percent of $58.49: $3.80.",
    ]);
    expect(bill.lines[0]).toMatchObject({ nameEs: "Servicio de agua", sentenceEs: "$12.00 en esta factura." });
  });

  test("no use costs the service and its tax", () => {
    expect(centsByLine([service, use, tax], usedWater(0))).toEqual({ service: 1200, use: 0, tax: 78 });
  });

  test("estimated usage is said", () => {
    expect(rateSegment(compiled(waterRate([use])), usedWater(3, { estimated: true })).estimated).toBe(true);
  });
});

describe("where a tier ends", () => {
  const at = (boundary: "inclusive" | "exclusive" | "first-unit", assess: "marginal" | "whole", ccf: number) =>
    centsByLine([{ ...use, boundary, assess, rates: [{ tiers: [{ upTo: "6", price: "1.00" }, { upTo: null, price: "2.00" }] }] } as Charge], usedWater(ccf))["use"];

  test("by the part inside each tier, the end itself costs the same on either side", () => {
    expect(at("inclusive", "marginal", 6)).toBe(600);
    expect(at("exclusive", "marginal", 6)).toBe(600);
    expect(at("inclusive", "marginal", 7)).toBe(800);
  });

  test("where a number names the first unit of the next tier, the tier ends one unit before", () => {
    expect(at("first-unit", "marginal", 5)).toBe(500);
    expect(at("first-unit", "marginal", 6)).toBe(700);
  });

  test("where all usage has the price of the tier it reaches, the end decides", () => {
    expect(at("inclusive", "whole", 6)).toBe(600);
    expect(at("exclusive", "whole", 6)).toBe(1200);
  });

  test("each home behind the meter brings its own tiers", () => {
    const perHome: Charge = { ...use, times: "dwellingUnits" } as Charge;
    expect(centsByLine([perHome], usedWater(24, { dwellingUnits: 4 }))).toEqual({ use: 7440 });
    expect(centsByLine([perHome], usedWater(24))).toEqual({ use: 1860 + 2004 + 7848 });
  });
});

describe("fixed charges", () => {
  const bySize: Charge = { ...service, rates: [{ when: { meterSize: '5/8"' }, amount: "20.94" }, { when: { meterSize: '1"' }, amount: "31.75" }] };

  test("by the size of the meter", () => {
    expect(centsByLine([bySize], customer({ meterSize: '1"' }))).toEqual({ service: 3175 });
  });

  test("a size that the rate does not know, or no size, is a mistake with a name", () => {
    expect(() => centsByLine([bySize], customer({ meterSize: '10"' }))).toThrow('charges.0: service has no row for meterSize 10"');
    expect(() => centsByLine([bySize], customer())).toThrow("charges.0: service needs the customer's meterSize, which is not given");
  });

  test("by the day", () => {
    expect(centsByLine([{ ...service, per: "day", rates: [{ amount: "0.32854" }] }], customer())).toEqual({ service: 986 });
  });

  test("for each unit: two and a half equivalent residential units of stormwater", () => {
    const rate = compiled({ ...waterRate([{ ...service, times: "eru", rates: [{ amount: "5.15" }] }]), commodity: "stormwater" });
    const [line] = rateSegment(rate, customer({ counts: { eru: 2_500 } })).lines;
    expect(line).toMatchObject({ cents: 1288, quantityMilli: 2_500, unit: "eru", sentence: "$5.15 for each of 2.5 for this bill: $12.88." });
    expect(() => rateSegment(rate, customer())).toThrow("counts.eru: is needed by this rate and not given");
  });
});

describe("the three switches of proration", () => {
  const days = (from: string, to: string, more: Partial<Determinants> = {}) => usedWater(10, { from, to, ...more });

  test("a bill of 27 days is a month; one of 10 days pays ten thirtieths, and its tiers are as much narrower", () => {
    expect(centsByLine([service, use], days("2026-06-01", "2026-06-28"))).toEqual({ service: 1200, use: 1860 + 1336 });
    expect(centsByLine([service, use], days("2026-06-01", "2026-06-11"))).toEqual({ service: 400, use: 620 + 668 + 3924 });
  });

  test("a charge may be due in full whatever the days", () => {
    const always: Charge = { ...service, proration: { shortLong: false } };
    expect(centsByLine([always], days("2026-06-01", "2026-06-11"))).toEqual({ service: 1200 });
  });

  test("first and final bills have their own switch", () => {
    const onlyFinal: Charge = { ...service, proration: { shortLong: false, firstFinal: true } };
    expect(centsByLine([onlyFinal], days("2026-06-01", "2026-06-11", { occasion: "final" }))).toEqual({ service: 400 });
    const never: Charge = { ...service, proration: { shortLong: true, firstFinal: false } };
    expect(centsByLine([never], days("2026-06-01", "2026-06-11", { occasion: "first" }))).toEqual({ service: 1200 });
  });

  test("where bills come every two months, two months are the standard", () => {
    expect(centsByLine([service], days("2026-06-01", "2026-08-01", { standardDays: 61 }))).toEqual({ service: 1200 });
    expect(centsByLine([service], days("2026-06-01", "2026-08-01"))).toEqual({ service: 2440 });
  });

  test("days are said in the sentence", () => {
    const [line] = rateSegment(compiled(waterRate([service])), days("2026-06-01", "2026-06-11")).lines;
    expect(line).toMatchObject({ exact: "4.00", sentence: "$12.00 for a standard bill, here for 10 days: $4.00." });
  });
});

describe("a rate change inside the period", () => {
  const dearer: Charge = { ...use, rates: [{ tiers: [{ upTo: "6", price: "4.10" }, { upTo: "12", price: "4.34" }, { upTo: null, price: "7.54" }] }] } as Charge;
  const versions = [
    { from: "2020-01-01", rate: compiled(waterRate([service, use])) },
    { from: "2026-06-21", rate: compiled(waterRate([{ ...service, rates: [{ amount: "15.00" }] }, dearer])) },
  ];

  test("is split by days: twenty days at the old version, ten at the new", () => {
    const { segments, totalCents } = rateAcrossVersions(versions, usedWater(12));
    expect(segments.map(({ from, to, days }) => [from, to, days])).toEqual([["2026-06-01", "2026-06-21", 20], ["2026-06-21", "2026-07-01", 10]]);
    expect(segments.map(({ lines }) => lines.map(({ cents }) => cents))).toEqual([[800, 1240 + 1336], [500, 820 + 868]]);
    expect(totalCents).toBe(800 + 2576 + 500 + 1688);
  });

  test("the parts of the usage add up to the whole", () => {
    const { segments } = rateAcrossVersions(versions, usedWater(10.001));
    expect(segments.reduce((sum, { lines }) => sum + lines[1]!.quantityMilli, 0)).toBe(10_001);
  });

  test("a charge may be taken whole from the version at the start, or at the end", () => {
    const whole = (change: "start" | "end") => {
      const with_ = (amount: string) => compiled(waterRate([{ ...service, proration: { change }, rates: [{ amount }] }]));
      return rateAcrossVersions([{ from: "2020-01-01", rate: with_("12.00") }, { from: "2026-06-21", rate: with_("15.00") }], customer()).segments.map(({ totalCents }) => totalCents);
    };
    expect(whole("start")).toEqual([1200, 0]);
    expect(whole("end")).toEqual([0, 1500]);
  });

  test("a version that begins outside the period changes nothing", () => {
    const { segments } = rateAcrossVersions([...versions, { from: "2026-07-01", rate: versions[1]!.rate }], usedWater(12, { to: "2026-06-21" }));
    expect(segments).toHaveLength(1);
  });

  test("no version, or two from the same day, is refused", () => {
    expect(() => rateAcrossVersions([versions[1]!], usedWater(1))).toThrow("versions: no version of the rate counts on 2026-06-01");
    expect(() => rateAcrossVersions([...versions, versions[1]!], usedWater(1))).toThrow("versions: two versions begin on 2026-06-21");
  });
});

describe("seasons and dates inside a version", () => {
  const seasons: RateDocumentInput["seasons"] = [
    { id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-16", to: "09-30" }] },
    { id: "winter", name: { en: "Winter" }, ranges: [{ from: "10-01", to: "06-15" }] },
  ];

  test("a bill over the turn of the season has both prices, by days", () => {
    const seasonal: Charge = { ...use, rates: [{ season: "summer", tiers: [{ upTo: "6", price: "4" }, { upTo: null, price: "8" }] }, { season: "winter", tiers: [{ upTo: "6", price: "2" }, { upTo: null, price: "4" }] }] } as Charge;
    const bill = rateSegment(compiled(waterRate([seasonal], { seasons })), usedWater(10));
    expect(bill.seasons).toEqual([{ id: "winter", name: "Winter", days: 15 }, { id: "summer", name: "Summer", days: 15 }]);
    expect(bill.lines[0]!.steps.map(({ label, exact }) => [label, exact])).toEqual([["Winter: first 3 ccf", "6.00"], ["Winter: over 3 ccf", "8.00"], ["Summer: first 3 ccf", "12.00"], ["Summer: over 3 ccf", "16.00"]]);
  });

  test("a rider changes on its date: ten days at nothing, twenty at a cent", () => {
    const rider: Charge = { id: "rider", kind: "flat", name: { en: "Purchased water" }, glKey: "rider", rates: [{ price: "0" }, { from: "2026-06-11", price: "0.012" }] };
    expect(centsByLine([rider], usedWater(300))).toEqual({ rider: 240 });
  });

  test("a surcharge that ends during the bill is charged for its days", () => {
    const drought: Charge = { ...service, id: "drought", from: "2026-01-01", to: "2026-06-11" };
    expect(centsByLine([drought], customer())).toEqual({ drought: 400 });
    expect(centsByLine([drought], customer({ from: "2026-07-01", to: "2026-08-01" }))).toEqual({});
  });

  test("a tax that rises during the bill is by days of each", () => {
    const rising: Charge = { ...tax, of: ["service"], rates: [{ percent: "5" }, { from: "2026-06-16", percent: "10" }] };
    expect(centsByLine([service, rising], customer())).toEqual({ service: 1200, tax: 90 });
  });
});

describe("taxes, minimums and credits", () => {
  test("an exempt customer pays no tax, a half exempt one half of it", () => {
    expect(centsByLine([service, use, tax], usedWater(0, { exemptions: { city: 100 } }))).toMatchObject({ tax: 0 });
    expect(centsByLine([service, use, tax], usedWater(0, { exemptions: { city: 50 } }))).toMatchObject({ tax: 39 });
    expect(centsByLine([service, use, tax], usedWater(0, { exemptions: { state: 100 } }))).toMatchObject({ tax: 78 });
    expect(() => centsByLine([service, use, tax], usedWater(0, { exemptions: { city: 101 } }))).toThrow("exemptions.city: 101 is not a whole percent between 0 and 100");
  });

  test("a tax on a tax is reckoned on its cents", () => {
    const fee: Charge = { ...tax, id: "fee", of: ["tax"], rates: [{ percent: "100" }] };
    expect(centsByLine([service, { ...tax, of: ["service"] }, fee], customer())).toEqual({ service: 1200, tax: 78, fee: 78 });
  });

  test("a named base stands for its charges", () => {
    const named: Charge = { ...tax, of: ["water"] };
    expect(centsByLine([service, use, named], usedWater(0), { bases: [{ id: "water", of: ["service", "use"] }] })).toMatchObject({ tax: 78 });
  });

  test("a minimum bill adds what is missing, and is no line when nothing is", () => {
    const least: Charge = { id: "least", kind: "minimum", name: { en: "Minimum bill" }, glKey: "fixed", of: ["use"], rates: [{ amount: "10.00" }] };
    const bill = rateSegment(compiled(waterRate([use, least])), usedWater(2));
    expect(bill.lines[1]).toMatchObject({ cents: 380, quantityMilli: 1000, unit: "period", exact: "3.80", steps: [{ quantityMilli: 1000, price: "10.00", exact: "10.00" }], sentence: "The least to pay is $10.00 for this bill, so $3.80 is added." });
    expect(centsByLine([use, least], usedWater(6))).toEqual({ use: 1860 });
  });

  test("a cap takes away what is above it", () => {
    const most: Charge = { id: "most", kind: "maximum", name: { en: "Most to pay" }, glKey: "fixed", of: ["use"], rates: [{ amount: "10.00" }] };
    expect(centsByLine([use, most], usedWater(6))).toEqual({ use: 1860, most: -860 });
    const short = rateSegment(compiled(waterRate([use, most])), usedWater(6, { to: "2026-06-11" })).lines[1];
    expect(short).toMatchObject({ cents: -2263, steps: [{ price: "10.00", exact: "3.333333333333" }] });
  });

  test("a low-income credit is for those enrolled on the last day, and never more than the charges", () => {
    const credit: Charge = { id: "help", kind: "credit", name: { en: "Help with your bill" }, glKey: "credit", onlyFor: "low-income", of: ["service", "use"], rates: [{ amount: "15.00" }] };
    const enrolled = { programs: [{ program: "low-income", from: "2026-01-01", to: "2027-01-01" }] };
    expect(centsByLine([service, use, credit], usedWater(6, enrolled))).toMatchObject({ help: -1500 });
    expect(rateSegment(compiled(waterRate([service, use, credit])), usedWater(6, enrolled)).lines[2]!.steps).toMatchObject([{ price: "15.00", exact: "-15.00" }]);
    expect(centsByLine([service, use, credit], usedWater(0, enrolled))).toMatchObject({ help: -1200 });
    expect(centsByLine([service, use, credit], usedWater(6, { programs: [{ program: "low-income", to: "2026-06-15" }] }))).not.toHaveProperty("help");
    expect(centsByLine([service, use, credit], usedWater(6))).not.toHaveProperty("help");
  });

  test("a senior discount of a percentage, and a credit for each unit", () => {
    const senior: Charge = { id: "senior", kind: "credit", name: { en: "Senior discount" }, glKey: "credit", of: ["service"], rates: [{ percent: "20" }] };
    expect(centsByLine([service, senior], customer())).toEqual({ service: 1200, senior: -240 });
    const perUnit: Charge = { id: "rebate", kind: "credit", name: { en: "Rebate" }, glKey: "credit", rates: [{ price: "0.05" }] };
    const bill = rateSegment(compiled(waterRate([use, perUnit])), usedWater(6));
    expect(bill.lines[1]).toMatchObject({ cents: -30, exact: "-0.30", sentence: "A credit of $0.30 (6 ccf at $0.05) is taken off your bill." });
  });
});

describe("where cents are rounded", () => {
  const tiers: Charge = { ...use, rates: [{ tiers: [{ upTo: "1", price: "0.014" }, { upTo: null, price: "0.014" }] }] } as Charge;

  test("each line, each step, or only the sum", () => {
    expect(rateCents(compiled(waterRate([tiers])), usedWater(2))).toBe(3);
    expect(rateCents(compiled(waterRate([tiers], { rounding: { at: "step" } })), usedWater(2))).toBe(2);
    const lines = [tiers, { ...tiers, id: "again" }];
    expect(rateCents(compiled(waterRate(lines)), usedWater(1))).toBe(2);
    const bill = rateSegment(compiled(waterRate(lines, { rounding: { at: "total" } })), usedWater(1));
    expect(bill.totalCents).toBe(3);
    expect(bill.lines.map(({ cents }) => cents)).toEqual([1, 2]);
  });

  test("half a cent goes up, and for a credit as far down", () => {
    const half: Charge = { ...service, rates: [{ amount: "0.125" }] };
    const back: Charge = { id: "back", kind: "credit", name: { en: "Back" }, glKey: "credit", rates: [{ amount: "0.125" }] };
    expect(centsByLine([half, back], customer())).toEqual({ service: 13, back: -13 });
    expect(centsByLine([half, back], customer(), { rounding: { mode: "half-even" } })).toEqual({ service: 12, back: -12 });
  });

  test("whole units only, where the utility bills so", () => {
    expect(centsByLine([use], usedWater(6.9), { rounding: { usage: "down" } })).toEqual({ use: 1860 });
    expect(centsByLine([use], usedWater(5.5), { rounding: { usage: "nearest" } })).toEqual({ use: 1860 });
    expect(centsByLine([use], usedWater(5.1), { rounding: { usage: "up" } })).toEqual({ use: 1860 });
  });
});

describe("determinants that cannot be priced", () => {
  const rate = compiled(waterRate([use]));

  test.each([
    ["none", {}, "quantities.usage: is needed in ccf by this rate and not given"],
    ["of another dimension", { usage: { kWh: 5 } }, "quantities.usage: is needed in ccf by this rate and not given"],
    ["negative", { usage: { ccf: -1 } }, "quantities.usage.ccf: -0.001 ccf is negative; a credit never makes negative consumption"],
    ["a fraction of a thousandth", { usage: { ccf: 1.5 } }, "quantities.usage.ccf: 1.5 is not a whole number of thousandths"],
    ["no number", { usage: { ccf: NaN } }, "quantities.usage.ccf: NaN is not a whole number of thousandths"],
    ["absurd", { usage: { ccf: 2_000_000_000 } }, "quantities.usage.ccf: 2000000 ccf is more than the largest allowed by this rate (1000000)"],
  ])("usage that is %s", (_, quantities, message) => {
    expect(() => rateCents(rate, customer({ quantities }))).toThrow(message);
  });

  test("a period that is empty, or of years", () => {
    expect(() => rateCents(rate, usedWater(1, { to: "2026-06-01" }))).toThrow("to: 2026-06-01 is not after 2026-06-01");
    expect(() => rateCents(rate, usedWater(1, { to: "2028-06-01" }))).toThrow("longer than 400");
  });

  test("usage in gallons is turned into the rate's hundred cubic feet", () => {
    expect(rateCents(rate, customer({ quantities: { usage: { gal: 4_488_312 } } }))).toBe(1860);
  });
});
