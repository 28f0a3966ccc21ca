/** A home with panels through a year: netted by the month, banked, settled; the same by time of use; and buy-all, sell-all. */
import { describe, expect, test } from "vitest";
import { addMonths } from "../calendar/local-date.ts";
import { compiled, customer, electricRate, series, ZONE } from "./fixtures.testing.ts";
import { bankAfter, energyByPeriod, parseRateDocument, rateSegment, type Determinants, type RateDocumentInput } from "./index.ts";

const kWh = (value: number) => ({ kWh: Math.round(value * 1000) });
const month = (first: string, taken: number, sent: number, bank?: Record<string, number>): Determinants => customer({
  from: first, to: addMonths(first, 1), quantities: { usage: kWh(taken), received: kWh(sent) }, ...(bank ? { bank } : {}),
});

/** Energy at 14.35 cents, settled each April at Palo Alto's net surplus price of 5.841 cents. */
const solar: RateDocumentInput = electricRate(
  [
    { id: "service", kind: "fixed", name: { en: "Service" }, glKey: "electric", rates: [{ amount: "9.50" }] },
    { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric", determinant: "netUse", rates: [{ price: "0.1435" }] },
    { id: "surplus", kind: "credit", name: { en: "Net surplus" }, glKey: "electric", determinant: "netUse.settled", rates: [{ price: "0.05841" }] },
  ],
  { derived: [{ id: "netUse", kind: "net-metering", settle: { month: 4 } }] },
);

describe("net metering with a bank", () => {
  const rate = compiled(solar);

  test("a sunny month: nothing is billed for energy, and the rest is kept", () => {
    const june = month("2026-06-01", 310, 702.4, { all: 50_000 });
    const bill = rateSegment(rate, june);
    expect(bill.lines.map(({ chargeId, quantityMilli, cents }) => [chargeId, quantityMilli, cents])).toEqual([["service", 1_000, 950], ["energy", 0, 0]]);
    expect(bankAfter(rate, june)).toEqual({ all: 442_400 });
    expect(bill.lines[1]!.note).toEqual({
      en: "You took 310 kWh and sent back 702.4 kWh. 392.4 kWh went into your bank. Your bank holds 442.4 kWh.",
      es: "Usted tomó 310 kWh y devolvió 702.4 kWh. 392.4 kWh entraron en su banco. Su banco tiene 442.4 kWh.",
    });
  });

  test("a dark month draws from the bank first", () => {
    const december = month("2026-12-01", 900, 120, { all: 442_400 });
    expect(rateSegment(rate, december).lines[1]).toMatchObject({ quantityMilli: 337_600, cents: 4_845 });
    expect(bankAfter(rate, december)).toEqual({ all: 0 });
  });

  test("a year of bills: what came in and went out of the bank is what was sent, taken and billed", () => {
    const year = [[620, 180], [560, 260], [480, 510], [390, 640], [350, 720], [420, 730], [610, 690], [590, 640], [430, 560], [450, 380], [590, 210], [640, 150]] as const;
    let bank: Record<string, number> = {};
    let [taken, sent, billed, settled] = [0, 0, 0, 0];
    year.forEach(([t, s], i) => {
      const bill = month(addMonths("2026-05-01", i), t, s, bank);
      const lines = rateSegment(rate, bill).lines;
      billed += lines.find(({ chargeId }) => chargeId === "energy")!.quantityMilli;
      settled += lines.find(({ chargeId }) => chargeId === "surplus")?.quantityMilli ?? 0;
      [taken, sent, bank] = [taken + t * 1000, sent + s * 1000, { ...bankAfter(rate, bill)! }];
    });
    expect(taken - sent).toBe(billed - settled - bank["all"]!);
  });

  test("the bill that reaches April settles the bank at avoided cost, once", () => {
    const march = month("2027-03-01", 300, 420, { all: 80_000 });
    const bill = rateSegment(rate, march);
    expect(bill.lines.map(({ chargeId, cents }) => [chargeId, cents])).toEqual([["service", 950], ["energy", 0], ["surplus", -1_168]]);
    expect(bankAfter(rate, march)).toEqual({ all: 0 });
    expect(bill.lines[1]!.note!.en).toBe("You took 300 kWh and sent back 420 kWh. 120 kWh went into your bank. Your bank of 200 kWh is settled with this bill and begins anew.");
    expect(rateSegment(rate, month("2027-04-01", 300, 420, { all: 0 })).lines.map(({ chargeId }) => chargeId)).toEqual(["service", "energy"]);
  });

  test("Kansas: what is left on March 31 expires; month by month: nothing is carried on", () => {
    const expiring = compiled({ ...solar, charges: solar.charges.slice(0, 2) });
    const march = month("2027-03-01", 300, 420, { all: 80_000 });
    expect([rateSegment(expiring, march).totalCents, bankAfter(expiring, march)]).toEqual([950, { all: 0 }]);
    const monthly = compiled({ ...solar, derived: [{ id: "netUse", kind: "net-metering", settle: "every-bill" }] });
    expect(rateSegment(monthly, month("2026-06-01", 300, 420)).lines.at(-1)).toMatchObject({ chargeId: "surplus", cents: -701 });
  });

  test("what is missing or wrong is named; a credit never makes negative consumption", () => {
    expect(() => rateSegment(rate, customer({ quantities: { usage: kWh(1) } }))).toThrow("quantities.received: is needed in kWh by this rate and not given");
    expect(() => rateSegment(rate, month("2026-06-01", 1, 1, { all: -5 }))).toThrow("bank.all: -5 is not a whole number of thousandths, zero or more");
    const parsed = parseRateDocument({ ...solar, derived: [{ id: "netUse", kind: "net-metering", schedule: "tod", settle: "every-bill" }] });
    expect(parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`)).toContain("derived.0.schedule: there is no schedule tod");
  });
});

describe("a bank for each time-of-use period", () => {
  const byTime: RateDocumentInput = electricRate(
    [{ id: "energy", kind: "time-of-use", name: { en: "Energy" }, glKey: "electric", determinant: "netUse", schedule: "tod", rates: [{ prices: { peak: "0.40", off: "0.20" } }] }],
    {
      schedules: [{
        id: "tod", periods: [{ id: "peak", name: { en: "Peak hours" } }, { id: "off", name: { en: "Other hours" } }],
        rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "16:00", to: "21:00", period: "peak" }, { from: "21:00", to: "24:00", period: "off" }] }],
      }],
      derived: [{ id: "netUse", kind: "net-metering", schedule: "tod", settle: { month: 4 } }],
    },
  );
  const rate = compiled(byTime);

  test("the sun of noon does not pay for the evening", () => {
    const june = customer({ quantities: { "usage.peak": kWh(200), "received.peak": kWh(40), "usage.off": kWh(150), "received.off": kWh(600) }, bank: { peak: 30_000, off: 0 } });
    const [line] = rateSegment(rate, june).lines;
    expect(line).toMatchObject({ quantityMilli: 130_000, cents: 5_200, sentence: "130 kWh in peak hours at $0.40 and 0 kWh in other hours at $0.20: $52.00." });
    expect(bankAfter(rate, june)).toEqual({ peak: 0, off: 450_000 });
    expect(line!.note!.en).toContain("Peak hours: You took 200 kWh and sent back 40 kWh. 30 kWh came out of your bank. Your bank holds 0 kWh.");
  });

  test("registers by period from the intervals of both directions, on a day of 23 hours too", () => {
    const days = { from: "2026-03-07", to: "2026-03-09", zone: ZONE };
    const taken = series(days.from, days.to, 60, () => 1_000);
    expect(energyByPeriod(rate, "tod", taken, days)).toEqual({ peak: 10_000, off: 37_000 });
  });

  test("prices must follow the periods of the banks", () => {
    const parsed = parseRateDocument({ ...byTime, derived: [{ id: "netUse", kind: "net-metering", settle: { month: 4 } }] });
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual(["charges.0.schedule"]);
  });
});

test("buy all, sell all: everything taken is billed, everything made is bought; United Electric's 5.718 and 3.734 cents", () => {
  const rate = compiled(electricRate([
    { id: "customer", kind: "fixed", name: { en: "Customer charge" }, glKey: "electric", rates: [{ amount: "30.95" }] },
    { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric", rates: [{ price: "0.05718" }] },
    { id: "generation", kind: "credit", name: { en: "Generation credit" }, glKey: "electric", determinant: "received", rates: [{ price: "0.03734" }] },
  ]));
  const bill = rateSegment(rate, month("2026-06-01", 812, 1_934));
  expect(bill.lines.map(({ cents }) => cents)).toEqual([3_095, 4_643, -7_222]);
  expect(bill.totalCents).toBe(516);
});
