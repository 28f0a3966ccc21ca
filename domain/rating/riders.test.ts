/** Factors that several rates share and that change by the month, without a new version of any of them. */
import { describe, expect, test } from "vitest";
import { compiled, customer, electricRate } from "./fixtures.testing.ts";
import { parseRateDocument, rateCents, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

/** $0.0933 a kWh and the power cost adjustment of the month. */
const rate = (rider: { id: string; largest?: string; decimals?: number } = { id: "pca", largest: "0.1" }): RateDocumentInput => electricRate([
  { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric", rates: [{ price: "0.0933" }] },
  { id: "pca", kind: "flat", name: { en: "Power cost adjustment", es: "Ajuste por costo de energía" }, glKey: "electric.pca", rider, rates: [{ price: "0" }] },
]);
const TABLE = [{ from: "2026-05-01", value: "0.014211" }, { from: "2026-06-16", value: "-0.0021" }];
const home = (riders: Determinants["riders"], more: Partial<Determinants> = {}) => customer({ quantities: { usage: { kWh: 900_000 } }, ...(riders === undefined ? {} : { riders }), ...more });

describe("a rider", () => {
  test("each day has the factor of its date: one rate, two months' factors", () => {
    const [, line] = rateSegment(compiled(rate()), home({ pca: TABLE })).lines;
    expect(line).toMatchObject({ cents: 545, sentence: "450 kWh at $0.014211 and 450 kWh at a credit of $0.0021: $5.45." });
    expect(rateSegment(compiled(rate()), home({ pca: TABLE }, { from: "2026-05-01", to: "2026-06-01" })).lines[1]!.cents).toBe(1_279);
  });

  test("before the table begins, the charge's own price counts", () => {
    expect(rateSegment(compiled(rate()), home({ pca: [{ from: "2026-07-01", value: "0.05" }] })).lines[1]!.cents).toBe(0);
  });

  test("a table that is missing, too large or too fine holds the bill and says what to do", () => {
    expect(() => rateCents(compiled(rate()), home(undefined))).toThrow("riders.pca: is needed by this rate and has no table; enter its factor in the settings, under riders");
    expect(() => rateCents(compiled(rate()), home({ pca: [{ from: "2026-01-01", value: "0.2" }] }))).toThrow("0.2 from 2026-01-01 is more than 0.1, the largest that pca allows");
    expect(() => rateCents(compiled(rate({ id: "pca", decimals: 4 })), home({ pca: TABLE }))).toThrow("0.014211 from 2026-05-01 has more than 4 decimals, which pca does not allow");
  });

  test("gas: the heat content of the month", () => {
    const gas: RateDocumentInput = {
      format: 1, commodity: "gas", name: { en: "Gas" }, unit: "ccf",
      derived: [{ id: "therms", kind: "heat", unit: "therm", heatContent: [{ factor: "1.02" }], heatContentRider: "btu" }],
      charges: [{ id: "use", kind: "flat", name: { en: "Gas use" }, glKey: "gas", determinant: "therms", unit: "therm", rates: [{ price: "0.8945" }] }],
    };
    const [line] = rateSegment(compiled(gas), customer({ quantities: { usage: { ccf: 64_000 } }, riders: { btu: [{ from: "2026-06-01", value: "1.0377" }] } })).lines;
    expect(line).toMatchObject({ quantityMilli: 66_413, note: { en: "64 ccf × 1.0377 therms in each ccf make 66.413 therms." } });
  });

  test("what could pass exact cents is refused when the rate is published", () => {
    const parsed = parseRateDocument(rate({ id: "pca", largest: "500", decimals: 8 }));
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toContain("charges.1.rider.largest");
    const seasonal = rate();
    const two = parseRateDocument({ ...seasonal, charges: [{ ...seasonal.charges[1]!, rates: [{ price: "0", when: { cityLimits: "inside" } }] }] });
    expect(two.ok ? "" : two.issues[0]!.message).toContain("a charge with a rider has one row");
  });
});
