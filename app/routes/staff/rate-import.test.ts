import { describe, expect, test } from "vitest";
import { PUBLISHED_RATES } from "../../../domain/rating/index.ts";
import { importedRate, RATE_FORMS } from "./rate-import.server.ts";

const OWRS = `
metadata:
  effective_date: 2024-07-01
  utility_name: "Test Water District"
  bill_frequency: monthly
  bill_unit: ccf
rate_structure:
  RESIDENTIAL_SINGLE:
    tier_starts: [0, 11]
    tier_prices: [2.50, 3.75]
    service_charge: 14.20
    commodity_charge: tiered
    bill: service_charge+commodity_charge
  COMMERCIAL:
    flat_rate: 3.10
    service_charge: 30.00
    commodity_charge: flat_rate*usage_ccf
    bill: service_charge+commodity_charge
`;
const URDB = { name: "Small power", utility: "Test Power", sector: "Commercial", energyratestructure: [[{ rate: 0.11, unit: "kWh" }]], energyweekdayschedule: Array(12).fill(Array(24).fill(0)), energyweekendschedule: Array(12).fill(Array(24).fill(0)), fixedchargefirstmeter: 12, fixedchargeunits: "$/month" };

describe("a rate that somebody brings", () => {
  test("is one of ours, of OpenEI's database, or of the water specification", () => {
    expect(RATE_FORMS.map(({ value }) => value)).toEqual(["meterline", "urdb", "owrs"]);
    expect(importedRate("meterline", JSON.stringify(PUBLISHED_RATES[0]!.document), "")).toMatchObject({ ok: true, origin: "written" });
    expect(importedRate("urdb", JSON.stringify(URDB), "")).toMatchObject({ ok: true, origin: "urdb", document: { commodity: "electric" } });
    expect(importedRate("owrs", OWRS, "2")).toMatchObject({ ok: true, origin: "owrs", document: { commodity: "water" } });
  });

  test("of a file of several, one must be named, and the refusal lists them", () => {
    expect(importedRate("owrs", OWRS, "")).toEqual({ ok: false, errors: [{ field: "which", message: "The file holds 2 rates. Choose one by its number: 1 RESIDENTIAL_SINGLE; 2 COMMERCIAL" }] });
    expect(importedRate("owrs", OWRS, "3")).toMatchObject({ ok: false, errors: [{ field: "which" }] });
  });

  test("what cannot be read is refused at its field, with the place in the file", () => {
    expect(importedRate("", "x", "")).toMatchObject({ ok: false, errors: [{ field: "form" }] });
    expect(importedRate("meterline", " ", "")).toMatchObject({ ok: false, errors: [{ field: "document" }] });
    expect(importedRate("urdb", "{", "")).toMatchObject({ ok: false, errors: [{ field: "document", message: expect.stringContaining("not JSON") }] });
    expect(importedRate("urdb", JSON.stringify({ ...URDB, energyweekdayschedule: [[0]] }), "")).toMatchObject({ ok: false, errors: [{ field: "document", message: expect.stringMatching(/energyweekdayschedule/) }] });
    expect(importedRate("urdb", JSON.stringify({ ...URDB, name: "Small \ud800" }), "")).toMatchObject({ ok: false, errors: [{ field: "document", message: expect.stringContaining("half a character") }] });
    expect(importedRate("owrs", "a: [", "")).toMatchObject({ ok: false, errors: [{ field: "document" }] });
  });
});

test("a file of any length and any depth is answered at its field", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  for (const form of ["meterline", "urdb", "owrs"]) {
    for (const text of [deep, `{"items":[{"energyratestructure":${deep}}]}`, " ".repeat(10_000_000) + "{}"]) expect(importedRate(form, text, ""), form).toMatchObject({ ok: false, errors: expect.arrayContaining([expect.objectContaining({ field: "document" })]) });
  }
});
