/** The engine against the slow evaluator, over random tariffs and customers: not a cent of difference. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Gen, anyCustomer, anyIntervalCustomer, anyIntervalRate, anyPeriod, anyRegisterRate } from "./arbitrary-rates.testing.ts";
import { compileRate } from "./compile.ts";
import type { Determinants } from "./determinants.ts";
import { parseRateDocument, type RateDocument } from "./document.ts";
import { oracleBill } from "./oracle.testing.ts";
import { rateCents, rateSegment } from "./rate.ts";

const NIGHTLY = process.env["METERLINE_NIGHTLY"] === "1";

/** Together at least 100,000 pairs, a million in the nightly run. */
const REGISTER_RATES = NIGHTLY ? 25_000 : 2_500;
const PERIODS_OF_RATE = 8;
const CUSTOMERS_OF_PERIOD = 5;
const INTERVAL_RATES = NIGHTLY ? 1_500 : 120;
const INTERVAL_CUSTOMERS_OF_RATE = 3;
const TIMEOUT_MS = NIGHTLY ? 2_400_000 : 300_000;

function parsed(input: unknown): RateDocument {
  const result = parseRateDocument(input);
  if (!result.ok) throw new Error(`${JSON.stringify(result.issues)} ${JSON.stringify(input)}`);
  return result.document;
}

function expectSame(document: RateDocument, rate: ReturnType<typeof compileRate>, customer: Determinants): void {
  const oracle = oracleBill(document, customer);
  const total = rateCents(rate, customer);
  if (total !== oracle.total || document.rounding.at !== "total") {
    const engine = new Map(rateSegment(rate, customer).lines.map(({ chargeId, cents }) => [chargeId, cents]));
    for (const { id, cents } of oracle.lines) {
      if ((engine.get(id) ?? 0) !== cents && document.rounding.at !== "total") throw new Error(`${id}: engine ${engine.get(id)}, evaluator ${cents}\n${JSON.stringify({ document, customer: { ...customer, series: undefined } })}`);
    }
  }
  if (total !== oracle.total) throw new Error(`total: engine ${total}, evaluator ${oracle.total}\n${JSON.stringify({ document, customer: { ...customer, series: undefined } })}`);
}

test("random tariffs of registers agree with the slow evaluator to the cent", () => {
  let pairs = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const gen = new Gen(seed);
      const document = parsed(anyRegisterRate(gen));
      const rate = compileRate(document);
      for (let period = 0; period < PERIODS_OF_RATE; period++) {
        const days = anyPeriod(gen);
        for (let i = 0; i < CUSTOMERS_OF_PERIOD; i++, pairs++) expectSame(document, rate, anyCustomer(gen, days));
      }
    }),
    { numRuns: REGISTER_RATES, endOnFailure: true },
  );
  expect(pairs).toBeGreaterThanOrEqual(NIGHTLY ? 1_000_000 : 100_000);
}, TIMEOUT_MS);

test("random time-of-use and demand tariffs agree with the slow evaluator to the cent, clock changes included", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const gen = new Gen(seed);
      const document = parsed(anyIntervalRate(gen));
      const rate = compileRate(document);
      for (let i = 0; i < INTERVAL_CUSTOMERS_OF_RATE; i++) expectSame(document, rate, anyIntervalCustomer(gen));
    }),
    { numRuns: INTERVAL_RATES, endOnFailure: true },
  );
}, TIMEOUT_MS);
