/** What must hold of every bill, whatever the tariff. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal } from "../money/decimal.ts";
import { addDays, daysBetween } from "../calendar/local-date.ts";
import { anyCustomer, anyIntervalCustomer, anyIntervalRate, anyRegisterRate, Gen } from "./arbitrary-rates.testing.ts";
import { compiled, usedWater, waterRate } from "./fixtures.testing.ts";
import { rateAcrossVersions, rateCents, rateSegment } from "./index.ts";

const RUNS = process.env["METERLINE_NIGHTLY"] === "1" ? 10_000 : 300;
const options = { numRuns: RUNS, endOnFailure: true };

test("a bill is the sum of its lines, and the bare amount is the bill", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const gen = new Gen(seed);
    const rate = compiled(anyRegisterRate(gen));
    const who = anyCustomer(gen);
    const bill = rateSegment(rate, who);
    expect(bill.lines.reduce((sum, { cents }) => sum + cents, 0)).toBe(bill.totalCents);
    expect(rateCents(rate, who)).toBe(bill.totalCents);
    expect(rateSegment(rate, who)).toEqual(bill);
  }), options);
});

test("the same of time-of-use and demand", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const gen = new Gen(seed);
    const rate = compiled(anyIntervalRate(gen));
    const who = anyIntervalCustomer(gen);
    const bill = rateSegment(rate, who);
    expect(bill.lines.reduce((sum, { cents }) => sum + cents, 0)).toBe(bill.totalCents);
    expect(rateCents(rate, who)).toBe(bill.totalCents);
  }), { ...options, numRuns: RUNS / 10 });
});

test("a line is the sum of its steps", () => {
  const added = new Set(["fixed", "flat", "tiered", "time-of-use", "demand", "percentage", "formula", "budget"]);
  fc.assert(fc.property(fc.integer(), (seed) => {
    const gen = new Gen(seed);
    for (const line of rateSegment(compiled(anyRegisterRate(gen)), anyCustomer(gen)).lines) {
      if (!added.has(line.kind)) continue;
      const sum = line.steps.reduce((total, { exact }) => total.plus(exact), new Decimal(0));
      // Steps that never end are written to twelve decimals.
      expect(sum.minus(line.exact).abs().toNumber()).toBeLessThan(1e-10);
    }
  }), options);
});

test("who uses more never pays less, where no price is negative", () => {
  const tiers = fc.array(fc.record({ width: fc.integer({ min: 1, max: 50 }), price: fc.integer({ min: 0, max: 9_999 }) }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(tiers, fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 20_000 }), (list, usage, more) => {
    let end = 0;
    const document = waterRate([{
      id: "use", kind: "tiered", name: { en: "Use" }, glKey: "use",
      rates: [{ tiers: list.map(({ width, price }, i) => ({ upTo: i === list.length - 1 ? null : String((end += width)), price: String(new Decimal(price).div(1000)) })) }],
    }]);
    const rate = compiled(document);
    expect(rateCents(rate, usedWater((usage + more) / 1000))).toBeGreaterThanOrEqual(rateCents(rate, usedWater(usage / 1000)));
  }), options);
});

test("a version that changes nothing changes the bill by no more than the rounding of its lines", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 29 }), (seed, day) => {
    const gen = new Gen(seed);
    const rate = compiled(waterRate([
      { id: "service", kind: "fixed", name: { en: "Service" }, glKey: "service", rates: [{ amount: "12.34" }] },
      { id: "use", kind: "flat", name: { en: "Use" }, glKey: "use", rates: [{ price: "3.217" }] },
    ]));
    const who = usedWater((gen.next() % 100_000) / 1000);
    const split = rateAcrossVersions([{ from: "2020-01-01", rate }, { from: addDays(who.from, day), rate }], who);
    expect(split.segments.map(({ days }) => days)).toEqual([day, daysBetween(who.from, who.to) - day]);
    expect(Math.abs(split.totalCents - rateCents(rate, who))).toBeLessThanOrEqual(2);
  }), options);
});
