/**
 * A commercial month of quarter hours priced by time of use and demand (AL-TOU: 3 seasons, 3 periods, 2 demands), from
 * the compiled tariff to the exact cent. Against a plain typed-array loop that sums by period and finds the two peaks of
 * the same intervals and does nothing else. For comparison: NREL's utilityrate5 (C++) does 2.7 M intervals/s on this
 * shape of tariff, and computes each month twice; the floor is five times its doubled rate.
 */
import { addMonths, type LocalDate } from "../domain/calendar/local-date.ts";
import { startOfDay } from "../domain/calendar/zone.ts";
import { compileRate, parseRateDocument, rateCents, rateSegment, type CompiledRate, type Determinants } from "../domain/rating/index.ts";
import { electricCommercialDemand } from "../domain/rating/published/index.ts";
import { perSecond, type BenchRow } from "./harness.ts";

const ZONE = "America/Los_Angeles";
const FROM: LocalDate = "2026-07-01";
const TO = addMonths(FROM, 1);
const STEP_MS = 15 * 60_000;
const START = startOfDay(FROM, ZONE);
const SLOTS = (startOfDay(TO, ZONE) - START) / STEP_MS;
const CUSTOMERS = 400;
/** Runs over all customers in one measurement. */
const RUNS = 20;

const UTILITYRATE5_PER_S = 2_700_000;
const FLOOR = 5 * 2 * UTILITYRATE5_PER_S;

const rate = compiled();

function compiled(): CompiledRate {
  const parsed = parseRateDocument(electricCommercialDemand.document);
  if (!parsed.ok) throw new Error(`the published rate is refused: ${JSON.stringify(parsed.issues)}`);
  return compileRate(parsed.document);
}

/** A shop's month without a random number: by hour and weekday, another size for every customer. */
function valuesOf(customer: number): Int32Array {
  let state = 977 * (customer + 1);
  return Int32Array.from({ length: SLOTS }, (_, slot) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const quarter = slot % 96;
    const open = quarter > 30 && quarter < 84;
    return 2_000 + 13 * customer + (open ? 9_000 : 0) + ((state >>> 16) % 2_500);
  });
}

const months = Array.from({ length: CUSTOMERS }, (_, customer) => valuesOf(customer));
const determinants = months.map((values): Determinants => ({ from: FROM, to: TO, zone: ZONE, quantities: {}, series: [{ unit: "kWh", stepMinutes: 15, start: START, values }] }));

/** Period of each interval by the tariff's own words, for the plain loop. The holiday of this July is a Saturday. */
const PEAK = 0;
const OFF_PEAK = 1;
const NIGHT = 2;
const codes = Uint8Array.from({ length: SLOTS }, (_, slot) => {
  const hour = Math.floor((slot % 96) / 4);
  if (hour >= 16 && hour < 21) return PEAK;
  const weekday = new Date(`${FROM.slice(0, 8)}${String(Math.floor(slot / 96) + 1).padStart(2, "0")}T12:00:00Z`).getUTCDay();
  const weekend = weekday === 0 || weekday === 6;
  return hour < (weekend ? 14 : 6) ? NIGHT : OFF_PEAK;
});

interface Plain {
  readonly sums: Float64Array;
  readonly highest: Float64Array;
}

function plainLoop(values: Int32Array, into: Plain): void {
  const { sums, highest } = into;
  sums.fill(0);
  highest.fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const code = codes[i]!;
    sums[code]! += value;
    if (value > highest[code]!) highest[code] = value;
  }
}

const plain: Plain = { sums: new Float64Array(3), highest: new Float64Array(3) };
let sink = 0;

export const row: BenchRow = {
  name: "tou-demand",
  unit: "intervals/s",
  better: "more",
  goal: 0.5,
  floor: FLOOR,
  against: `a plain loop of sums and maxima by period (utilityrate5, published: ${(2 * UTILITYRATE5_PER_S / 1e6).toFixed(1)} M/s doubled)`,
  ours: () => perSecond(() => {
    for (let run = 0; run < RUNS; run++) for (const month of determinants) sink += rateCents(rate, month);
    return RUNS * CUSTOMERS * SLOTS;
  }),
  reference: () => perSecond(() => {
    for (let run = 0; run < RUNS; run++) {
      for (const values of months) {
        plainLoop(values, plain);
        sink += plain.sums[PEAK]! + plain.highest[PEAK]!;
      }
    }
    return RUNS * CUSTOMERS * SLOTS;
  }),
  check() {
    if (!Number.isSafeInteger(sink)) throw new Error("the sums are not whole");
    for (const [customer, month] of determinants.entries()) {
      const ours = rateCents(rate, month);
      if (ours !== rateSegment(rate, month).totalCents) throw new Error(`customer ${customer}: the amount and the explained bill differ`);
      const theirs = billByHand(months[customer]!);
      if (Math.abs(ours - theirs) > 1) throw new Error(`customer ${customer}: ${ours} cents, by hand ${theirs}`);
    }
  },
};

/** The published figures on the plain loop's sums, each charge rounded to the cent: an independent way to the same bill. */
function billByHand(values: Int32Array): number {
  plainLoop(values, plain);
  const kwh = Array.from(plain.sums, (sum) => sum / 1000);
  const kw = Array.from(plain.highest, (highest) => (highest / 1000) * 4);
  const cent = (dollars: number) => Math.round(dollars * 100);
  const service = cent(766.91);
  const demand = cent(Math.max(...kw) * 30.63) + cent(kw[PEAK]! * 45.61);
  const energy = cent(kwh[PEAK]! * 0.22842 + kwh[OFF_PEAK]! * 0.14825 + kwh[NIGHT]! * 0.12431);
  const subtotal = service + demand + energy;
  return subtotal + Math.round(subtotal * 0.0578);
}
