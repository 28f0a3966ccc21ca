/**
 * A household's month of electricity, to the exact cent: three blocks by kilowatt-hours a day, a least amount, a city tax
 * (Pacific Gas and Electric E-1 with San José's tax). Against the same tariff as the loop over floats that billing code
 * usually is, tier tables and all.
 */
import { daysBetween, type LocalDate } from "../domain/calendar/local-date.ts";
import { compileRate, parseRateDocument, rateCents, rateSegment, type CompiledRate, type Determinants } from "../domain/rating/index.ts";
import { electricTiered } from "../domain/rating/published/index.ts";
import { perSecond, type BenchRow } from "./harness.ts";

const FROM: LocalDate = "2026-07-03";
const TO: LocalDate = "2026-08-02";
const DAYS = daysBetween(FROM, TO);
const CUSTOMERS = 20_000;
/** Runs over all customers in one measurement. */
const RUNS = 40;
/** Bills that are explained line by line in the check as well. */
const EXPLAINED_EVERY = 100;

const rate = compiled();

function compiled(): CompiledRate {
  const parsed = parseRateDocument(electricTiered.document);
  if (!parsed.ok) throw new Error(`the published rate is refused: ${JSON.stringify(parsed.issues)}`);
  return compileRate(parsed.document);
}

/** Thousandths of a kilowatt-hour: from an empty house to a large one, no two alike, in no order. */
const usage = Array.from({ length: CUSTOMERS }, (_, customer) => ((customer * 7_919) % CUSTOMERS) * 83 + (customer % 7));
const determinants = usage.map((kwh): Determinants => ({ from: FROM, to: TO, zone: "America/Los_Angeles", quantities: { usage: { kWh: kwh } } }));

/** The tariff as floats: dollars, kilowatt-hours. */
const FLOAT_TIERS = [{ upTo: 6.8 * DAYS, price: 0.25902 }, { upTo: 27.2 * DAYS, price: 0.32596 }, { upTo: Infinity, price: 0.40745 }];
const FLOAT_MINIMUM = 10;
const FLOAT_TAX = 0.05;

function floatBill(kwh: number): number {
  let energy = 0;
  let from = 0;
  for (const { upTo, price } of FLOAT_TIERS) {
    if (kwh <= from) break;
    energy += (Math.min(kwh, upTo) - from) * price;
    from = upTo;
  }
  energy = Math.round(energy * 100) / 100;
  const subtotal = Math.max(energy, FLOAT_MINIMUM);
  return Math.round((subtotal + Math.round(subtotal * FLOAT_TAX * 100) / 100) * 100);
}

/** Both sides find the usage where a bill run has it: in the customer's determinants. */
function kWhOf({ quantities }: Determinants): number {
  return quantities["usage"]!.kWh! / 1000;
}

let sink = 0;

export const row: BenchRow = {
  name: "monthly-bill",
  unit: "bills/s",
  better: "more",
  goal: 0.8,
  against: "the same tariff as a naive float loop",
  ours: () => perSecond(() => {
    for (let run = 0; run < RUNS; run++) for (let i = 0; i < CUSTOMERS; i++) sink += rateCents(rate, determinants[i]!);
    return RUNS * CUSTOMERS;
  }),
  reference: () => perSecond(() => {
    for (let run = 0; run < RUNS; run++) for (let i = 0; i < CUSTOMERS; i++) sink += floatBill(kWhOf(determinants[i]!));
    return RUNS * CUSTOMERS;
  }),
  check() {
    if (!Number.isSafeInteger(sink)) throw new Error("the sums are not whole cents");
    let floatWrong = 0;
    for (const [customer, kwh] of usage.entries()) {
      const exact = exactBill(kwh);
      const ours = rateCents(rate, determinants[customer]!);
      if (ours !== exact) throw new Error(`${kwh / 1000} kWh cost ${exact} cents, and ours says ${ours}`);
      if (customer % EXPLAINED_EVERY === 0 && rateSegment(rate, determinants[customer]!).totalCents !== exact) throw new Error(`the explained bill of ${kwh / 1000} kWh differs`);
      if (floatBill(kWhOf(determinants[customer]!)) !== exact) floatWrong += 1;
    }
    console.log(`monthly-bill: 0 of ${CUSTOMERS.toLocaleString("en-US")} bills wrong by a cent; the float loop: ${floatWrong}`);
  },
};

/** The same bill in whole 10^-8 dollars (price 10^-5 × usage 10^-3), in BigInt, by nobody's code but the tariff's words. */
function exactBill(kwhMilli: number): number {
  const kwh = BigInt(kwhMilli);
  const first = BigInt(6_800 * DAYS);
  const second = BigInt(27_200 * DAYS);
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  const over = (a: bigint) => (a > 0n ? a : 0n);
  const energy = halfUp(least(kwh, first) * 25_902n + over(least(kwh, second) - first) * 32_596n + over(kwh - second) * 40_745n, 1_000_000n);
  const subtotal = energy > 1_000n ? energy : 1_000n;
  return Number(subtotal + halfUp(subtotal * 5n, 100n));
}

/** A positive quotient, ties up. */
function halfUp(value: bigint, by: bigint): bigint {
  return (value * 2n + by) / (by * 2n);
}
