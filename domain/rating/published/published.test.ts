import { expect, test } from "vitest";
import { compileRate, parseRateDocument, rateSegment } from "../index.ts";
import { PUBLISHED_RATES, waterResidential } from "./index.ts";

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
