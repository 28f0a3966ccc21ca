import { expect, test } from "vitest";
import { compileRate, parseRateDocument, rateSegment } from "../index.ts";
import { startOfDay } from "../../calendar/zone.ts";
import { electricTimeOfUse, PUBLISHED_RATES, waterBudget, waterByHomes, waterResidential } from "./index.ts";

const document = (input: unknown) => {
  const parsed = parseRateDocument(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.document;
};

test.each(PUBLISHED_RATES.map((rate) => [rate.scheduleId, rate] as const))("%s is a rate that can be billed", (_, rate) => {
  const compiled = compileRate(document(rate.document));
  expect(compiled.charges.length).toBeGreaterThan(0);
  expect(rate.document.source).toMatch(/\w/);
});

test("the water of a home in Banning costs what the city's own bill says", () => {
  const rate = compileRate(document(waterResidential.document));
  const bill = rateSegment(rate, { from: "2017-08-01", to: "2017-09-01", zone: "America/Los_Angeles", quantities: { usage: { ccf: 12_264 } }, meterSize: '3/4"' });
  expect(bill.lines.map(({ chargeId, cents }) => [chargeId, cents])).toEqual([["water-service", 2094], ["water-use", 2320]]);
  expect(bill.totalCents).toBe(4414);
  expect(bill.lines[1]!.sentence).toBe("11 ccf at $1.84 and 1.264 ccf at $2.34: $23.20.");
});

test("a family of three with a garden at Moulton Niguel: its budget, and what is above it", () => {
  const rate = compileRate(document(waterBudget.document));
  const bill = rateSegment(rate, { from: "2016-07-01", to: "2016-08-01", zone: "America/Los_Angeles", quantities: { usage: { ccf: 15_500 } }, meterSize: '3/4"', counts: { people: 3_000, evapotranspiration: 6_200, irrigatedArea: 1_300_000 } });
  expect(bill.lines.map(({ sentence }) => sentence)).toEqual([
    "$11.39 for this bill.",
    "Your water budget is 12 ccf (indoor 7, outdoor 5); 7 ccf at $1.49, 5 ccf at $1.70, 3 ccf at $2.62 and 0.5 ccf at $4.38: $28.98.",
  ]);
  expect(bill.lines[1]!.sentenceEs).toBe("Su presupuesto de agua es 12 ccf (interior 7, exterior 5); 7 ccf a $1.49, 5 ccf a $1.70, 3 ccf a $2.62 y 0.5 ccf a $4.38: $28.98.");
  expect(bill.totalCents).toBe(4037);
});

test("four homes behind one meter at Sweetwater Springs", () => {
  const rate = compileRate(document(waterByHomes.document));
  const bill = rateSegment(rate, { from: "2017-07-01", to: "2017-08-31", zone: "America/Los_Angeles", quantities: { usage: { ccf: 30_000 } }, dwellingUnits: 4 });
  expect(bill.lines.map(({ sentence }) => sentence)).toEqual([
    "Reckoned as first home 61.50 + (dwelling units 4 − 1) × first home 61.50 × further homes 0.55: $162.98.",
    "Reckoned as first home 11.25 + (dwelling units 4 − 1) × first home 11.25 × further homes 0.55: $29.81.",
    "20.2 ccf at $1.40 and 9.8 ccf at $2.85: $56.21.",
  ]);
});

test("a home by time of day: the sentences of a summer month", () => {
  const rate = compileRate(document(electricTimeOfUse.document));
  const start = startOfDay("2026-07-01", "America/Los_Angeles");
  const values = new Int32Array(31 * 96).fill(200);
  const bill = rateSegment(rate, { from: "2026-07-01", to: "2026-08-01", zone: "America/Los_Angeles", quantities: { usage: { kWh: 595_200 } }, series: [{ unit: "kWh", stepMinutes: 15, start, values }] });
  expect(bill.lines.map(({ sentence }) => sentence)).toEqual([
    "$0.32854 a day for 31 days: $10.18.",
    "124 kWh in peak hours at $0.41333 and 471.2 kWh in other hours at $0.34989: $216.12.",
    "440.2 kWh at a credit of $0.08633: credit $38.00.",
    "5 percent of $188.30: $9.42.",
  ]);
  expect(bill.lines[2]!.sentenceEs).toBe("440.2 kWh a un crédito de $0.08633: crédito $38.00.");
  expect(bill.totalCents).toBe(19_772);
});
