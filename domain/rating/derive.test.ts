/** Quantities that a tariff derives: gas by heat, sewer by the winter, street lights by the lamp. Rules and prices are of published tariffs, not always of the same one. */
import { describe, expect, test } from "vitest";
import { compiled, customer } from "./fixtures.testing.ts";
import { parseRateDocument, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

const issuesOf = (input: RateDocumentInput): string[] => {
  const parsed = parseRateDocument(input);
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
};

describe("gas by the therm", () => {
  const gas = (more: Partial<Extract<NonNullable<RateDocumentInput["derived"]>[number], { kind: "heat" }>> = {}): RateDocumentInput => ({
    format: 1, commodity: "gas", name: { en: "Gas" }, unit: "ccf",
    derived: [{ id: "therms", kind: "heat", unit: "therm", pressure: [{ factor: "1.0625" }], heatContent: [{ factor: "1.037" }], ...more }],
    charges: [{ id: "use", kind: "flat", name: { en: "Gas use" }, glKey: "gas", determinant: "therms", unit: "therm", rates: [{ price: "0.8945" }] }],
  });
  const burned = (ccf: number, more: Partial<Determinants> = {}) => customer({ quantities: { usage: { ccf: Math.round(ccf * 1000) } }, ...more });

  test("hundred cubic feet × pressure factor × heat content, rounded once, and said", () => {
    const [line] = rateSegment(compiled(gas()), burned(64)).lines;
    expect(line).toMatchObject({
      quantityMilli: 70_516, unit: "therm", cents: 6308, sentence: "70.516 therms at $0.8945: $63.08.",
      note: { en: "64 ccf × pressure factor 1.0625 × 1.037 therms in each ccf make 70.516 therms.", es: "64 ccf × factor de presión 1.0625 × 1.037 termias por ccf son 70.516 termias." },
    });
  });

  test.each([[0, "half-up", 71_000], [0, "down", 70_000], [1, "up", 70_600], [2, "half-up", 70_520]] as const)("rounded to %i decimals, %s: %i", (decimals, mode, therms) => {
    expect(rateSegment(compiled(gas({ round: { decimals, mode } })), burned(64)).lines[0]!.quantityMilli).toBe(therms);
  });

  test("a heat content that changes inside the period counts from its day", () => {
    const document = gas({ pressure: undefined, heatContent: [{ factor: "1.02" }, { from: "2026-06-16", factor: "1.05" }] });
    const [line] = rateSegment(compiled(document), burned(30)).lines;
    expect(line!.quantityMilli).toBe(15 * 1020 + 15 * 1050);
    expect(line!.note!.en).toBe("15 ccf × 1.02 therms in each ccf and 15 ccf × 1.05 therms in each ccf make 31.05 therms.");
  });

  test("what does not fit is refused with its path", () => {
    expect(issuesOf({ ...gas(), commodity: "water" })).toContain("derived.0.kind: water is not sold by heat");
    expect(issuesOf(gas({ heatContent: [{ from: "2026-01-01", factor: "1" }] }))).toContain("derived.0.heatContent: must have exactly one row without a date, for the time before the others");
    expect(issuesOf(gas({ heatContent: [{ factor: "0" }] }))).toContain("derived.0.heatContent.0.factor: must be more than 0 and at most 10000");
    expect(issuesOf(gas({ id: "usage" }))).toContain("derived.0.id: usage is the name of a determinant that is given; choose another");
    const inVolume: RateDocumentInput = { ...gas(), charges: [{ ...gas().charges[0]!, unit: "ccf" } as RateDocumentInput["charges"][number]] };
    expect(issuesOf(inVolume)).toEqual(["charges.0.unit: ccf does not measure what therms is, which is in therm"]);
  });
});

describe("sewer by the winter's average", () => {
  type Winter = Extract<NonNullable<RateDocumentInput["derived"]>[number], { kind: "winter-average" }>;
  /** Rio Rancho, New Mexico: December to February, days to months of 30.42, new each March; the new customer pays for the lesser of their use and 5,000 gallons. The price is ours. */
  const rioRancho = (more: Partial<Winter> = {}): RateDocumentInput => ({
    format: 1, commodity: "sewer", name: { en: "Sewer" }, unit: "kgal",
    derived: [{ id: "sewerUse", kind: "winter-average", months: [12, 1, 2], effectiveMonth: 3, averageDays: "30.42", without: "lesser-of-actual-and-class", classAverages: { residential: "5" }, ...more }],
    charges: [{ id: "use", kind: "flat", name: { en: "Sewer use" }, glKey: "sewer", determinant: "sewerUse", rates: [{ price: "7.11" }] }],
  });
  const summer = (kgal: number, average: number | null, more: Partial<Determinants> = {}) => customer({
    quantities: { usage: { kgal: kgal * 1000 }, ...(average === null ? {} : { winterAverage: { kgal: average * 1000 } }) },
    attributes: { customerClass: "residential" }, ...more,
  });
  const lineOf = (input: RateDocumentInput, of: Determinants) => rateSegment(compiled(input), of).lines[0]!;

  test("a summer's lawn is not sewage: 14,000 gallons used, the winter's 4,200 charged", () => {
    const basis = { en: "12.6 thousand gallons in 90 days.", es: "12.6 mil galones en 90 días." };
    expect(lineOf(rioRancho(), { ...summer(14, 4.2), notes: { winterAverage: basis } })).toMatchObject({
      quantityMilli: 4_200, cents: 2986, sentence: "4.2 thousand gallons at $7.11: $29.86.",
      note: { en: "Your winter average is 4.2 thousand gallons. 12.6 thousand gallons in 90 days.", es: "Su promedio de invierno es 4.2 mil galones. 12.6 mil galones en 90 días." },
    });
  });

  test("who is new pays for the lesser of actual use and the class's average", () => {
    expect(lineOf(rioRancho(), summer(14, null)).quantityMilli).toBe(5_000);
    expect(lineOf(rioRancho(), summer(3, null))).toMatchObject({ quantityMilli: 3_000, note: { en: "You have no winter average yet: that of customers like you, 5 thousand gallons, counts. You used 3 thousand gallons, which is less and is what counts." } });
  });

  test("West St. Paul: the lesser of actual and winter; Bowling Green: six units by default; Luling: never more than a cap", () => {
    expect(lineOf(rioRancho({ bill: "lesser" }), summer(2, 4)).quantityMilli).toBe(2_000);
    expect(lineOf(rioRancho({ bill: "lesser" }), summer(9, 4)).quantityMilli).toBe(4_000);
    expect(lineOf(rioRancho({ without: "default", default: "6" }), summer(11, null)).quantityMilli).toBe(6_000);
    const capped = lineOf(rioRancho({ floor: "2", cap: "10" }), summer(14, 12));
    expect([capped.quantityMilli, capped.note!.en]).toEqual([10_000, "Your winter average is 12 thousand gallons. At most 10 thousand gallons is charged."]);
    expect(lineOf(rioRancho({ floor: "2", cap: "10" }), summer(14, 0)).quantityMilli).toBe(2_000);
    expect(lineOf(rioRancho({ without: "actual" }), summer(14, null)).quantityMilli).toBe(14_000);
  });

  test("a first bill of fifteen days has fifteen days of the average", () => {
    expect(lineOf(rioRancho(), summer(7, 6.084, { from: "2026-06-16", occasion: "first" }))).toMatchObject({ quantityMilli: 3_000, note: { en: "Your winter average is 6.084 thousand gallons. For 15 days that is 3 thousand gallons." } });
  });

  test("what is missing or does not fit is named", () => {
    expect(issuesOf(rioRancho({ effectiveMonth: 2 }))).toEqual(["derived.0.effectiveMonth: is one of the months that are averaged; the average can count only after them"]);
    expect(issuesOf(rioRancho({ floor: "9", cap: "3" }))).toEqual(["derived.0.floor: is more than cap, 3"]);
    expect(issuesOf(rioRancho({ without: "default" }))).toEqual(["derived.0.default: is needed: it counts for customers without an average"]);
    expect(() => lineOf(rioRancho(), summer(3, null, { attributes: { customerClass: "church" } }))).toThrow('there is no average for the class "church"');
  });
});

describe("what has no meter", () => {
  /** Street lights of a city, by the kind of lamp and its agreed use; the figures are ours. */
  const lights = (per: "period" | "day"): RateDocumentInput => ({
    format: 1, commodity: "electric", name: { en: "Street lights" }, unit: "kWh",
    derived: [{
      id: "lamps", kind: "unmetered", unit: "kWh", per,
      items: [{ count: "hps100", each: "40.5", name: { en: "100-watt sodium lamp", es: "lámpara de sodio de 100 vatios" } }, { count: "led39", each: "13", name: { en: "39-watt LED", es: "LED de 39 vatios" } }],
    }],
    charges: [{ id: "use", kind: "flat", name: { en: "Energy" }, glKey: "electric", determinant: "lamps", rates: [{ price: "0.08123" }] }],
  });

  test("so many lamps at their agreed use", () => {
    const [line] = rateSegment(compiled(lights("period")), customer({ counts: { hps100: 12_000, led39: 30_000 } })).lines;
    expect(line).toMatchObject({ quantityMilli: 876_000, cents: 7116, note: { en: "12 × 100-watt sodium lamp at 40.5 kWh and 30 × 39-watt LED at 13 kWh: 876 kWh." } });
  });

  test("by the day, and for part of a month", () => {
    const counts = { hps100: 1_000, led39: 0 };
    expect(rateSegment(compiled(lights("day")), customer({ counts })).lines[0]!.quantityMilli).toBe(30 * 40_500);
    expect(rateSegment(compiled(lights("period")), customer({ counts, from: "2026-06-21", occasion: "first" })).lines[0]!.quantityMilli).toBe(13_500);
    expect(() => rateSegment(compiled(lights("day")), customer({ counts: { hps100: 1_000 } }))).toThrow("counts.led39: is needed by this rate and not given");
  });
});
