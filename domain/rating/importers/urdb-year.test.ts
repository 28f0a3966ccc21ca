/**
 * A year of bills against a plain model of utilityrate5's conventions, written from its documentation and nothing of ours: hour by
 * hour, in binary fractions, without documents, seasons or schedules. Random rates and loads; a tenth of a cent apart at most.
 */
import * as fc from "fast-check";
import { test } from "vitest";
import { importUrdb } from "./urdb.ts";
import { rateYear, type RatedYear } from "./urdb-year.ts";

interface Tier { readonly rate: number; readonly adj?: number; readonly max?: number; readonly unit?: string }
interface Rate {
  readonly energyratestructure: readonly (readonly Tier[])[];
  readonly energyweekdayschedule: readonly (readonly number[])[];
  readonly energyweekendschedule: readonly (readonly number[])[];
  readonly demandratestructure: readonly (readonly Tier[])[];
  readonly demandweekdayschedule: readonly (readonly number[])[];
  readonly demandweekendschedule: readonly (readonly number[])[];
  readonly flatdemandstructure: readonly (readonly Tier[])[];
  readonly flatdemandmonths: readonly number[];
  readonly fixedmonthlycharge: number;
  readonly mincharge: number;
  readonly minchargeunits: "$/month";
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Each tier's price for what is inside it. */
function tiered(quantity: number, tiers: readonly Tier[], limit: (tier: Tier) => number): number {
  let lower = 0;
  let amount = 0;
  for (const tier of tiers) {
    const upper = tier.max === undefined ? Infinity : limit(tier);
    amount += Math.max(0, Math.min(quantity, upper) - lower) * (tier.rate + (tier.adj ?? 0));
    lower = Math.max(lower, upper);
  }
  return amount;
}

function limitOf({ max, unit = "kWh" }: Tier, days: number, peak: number): number {
  return max! * (unit.includes("daily") ? days : 1) * (unit.includes("/kW") ? peak : 1);
}

/** Energy, flat demand, time-of-use demand, fixed, top-up of each month. January 1 is a Monday. */
function model(rate: Rate, kw: readonly number[], split: "share" | "period"): number[][] {
  let hour = 0;
  return DAYS.map((days, month) => {
    const energy = new Map<number, number>();
    const peaks = new Map<number, number>();
    let peak = 0;
    for (let i = 0; i < days * 24; i++, hour++) {
      const isWeekday = Math.floor(hour / 24) % 7 < 5;
      const value = kw[hour]!;
      const [e, d] = isWeekday ? [rate.energyweekdayschedule, rate.demandweekdayschedule] : [rate.energyweekendschedule, rate.demandweekendschedule];
      const [energyPeriod, demandPeriod] = [e[month]![hour % 24]!, d[month]![hour % 24]!];
      energy.set(energyPeriod, (energy.get(energyPeriod) ?? 0) + value);
      peaks.set(demandPeriod, Math.max(peaks.get(demandPeriod) ?? 0, value));
      peak = Math.max(peak, value);
    }
    const total = [...energy.values()].reduce((sum, kwh) => sum + kwh, 0);
    const limit = (tier: Tier): number => limitOf(tier, days, peak);
    const energyCharge = [...energy].reduce((sum, [period, kwh]) => {
      const tiers = rate.energyratestructure[period]!;
      return sum + (split === "period" ? tiered(kwh, tiers, limit) : total === 0 ? 0 : (tiered(total, tiers, limit) * kwh) / total);
    }, 0);
    const flat = tiered(peak, rate.flatdemandstructure[rate.flatdemandmonths[month]!]!, ({ max }) => max!);
    const tou = [...peaks].reduce((sum, [period, most]) => sum + tiered(most, rate.demandratestructure[period]!, ({ max }) => max!), 0);
    const bill = energyCharge + flat + tou + rate.fixedmonthlycharge;
    return [energyCharge, flat, tou, rate.fixedmonthlycharge, Math.max(0, rate.mincharge - bill)];
  });
}

const price = (max: number) => fc.integer({ min: 0, max: max * 100_000 }).map((units) => units / 100_000);
const limits = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 3 }).map((list) => list.toSorted((a, b) => a - b));
const tiersWith = (ends: readonly number[], most: number, unit?: string) =>
  fc.tuple(...[...ends, undefined].map((max) => fc.tuple(price(most), fc.option(price(0.05), { nil: undefined })).map(([rate, adj]): Tier => ({ rate, ...(adj === undefined ? {} : { adj }), ...(max === undefined ? {} : { max }), ...(unit === undefined ? {} : { unit }) }))));
/** Two or three kinds of month, each with hours of two or three periods. */
const schedule = (periods: number) => fc.tuple(
  fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }),
  fc.array(fc.tuple(fc.nat(periods - 1), fc.nat(periods - 1), fc.integer({ min: 1, max: 23 })), { minLength: 3, maxLength: 3 }),
).map(([kinds, hours]) => kinds.map((kind) => Array.from({ length: 24 }, (_, hour) => (hour < hours[kind]![2] ? hours[kind]![0] : hours[kind]![1]))));

const rates: fc.Arbitrary<Rate> = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom("kWh", "kWh daily", "kWh/kW", "kWh/kW daily"), limits(2_000))
  .chain(([periods, demandPeriods, flatPeriods, unit, kwh]) => {
    // Hours' use and days make the same limits far apart; all must be reached now and then.
    const scale = unit === "kWh" ? 1 : unit === "kWh daily" ? 30 : unit === "kWh/kW" ? 4 : 100;
    const ends = [...new Set(kwh.map((end) => Math.ceil(end / scale)))];
    return fc.record({
      energyratestructure: fc.array(tiersWith(ends, 0.6, unit), { minLength: periods, maxLength: periods }),
      energyweekdayschedule: schedule(periods), energyweekendschedule: schedule(periods),
      demandratestructure: fc.array(limits(9).chain((list) => tiersWith(list, 30)), { minLength: demandPeriods, maxLength: demandPeriods }),
      demandweekdayschedule: schedule(demandPeriods), demandweekendschedule: schedule(demandPeriods),
      flatdemandstructure: fc.array(limits(9).chain((list) => tiersWith(list, 30)), { minLength: flatPeriods, maxLength: flatPeriods }),
      flatdemandmonths: fc.array(fc.nat(flatPeriods - 1), { minLength: 12, maxLength: 12 }),
      fixedmonthlycharge: fc.constantFrom(0, 9.62, 120), mincharge: fc.constantFrom(0, 25, 400), minchargeunits: fc.constant("$/month" as const),
    });
  });

/** Kilowatts of a house that are finer than a watt; sometimes it stands empty for a month. */
function loadFrom(seed: number): number[] {
  let state = seed;
  return Array.from({ length: 8_760 }, (_, hour) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return seed % 4 === 0 && hour < 31 * 24 ? 0 : ((state >>> 7) % 9_000_000) / 1_000_000;
  });
}

/** A busy machine needs more than the usual five seconds. */
const TIMEOUT_MS = 120_000;

test.each(["share", "period"] as const)("random rates agree with the plain model, tiers by %s", (split) => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 1_000_000 }), (rate, seed) => {
      const kw = loadFrom(seed);
      const imported = importUrdb(rate, { tierSplit: split });
      if (!imported.ok) throw new Error(JSON.stringify(imported.issues));
      const rated: RatedYear = rateYear(imported.documents[0]!, imported.about[0]!, { stepMinutes: 60, microKwh: kw.map((value) => Math.round(value * 1_000_000)) }, 2018, "UTC");
      model(rate, kw, split).forEach((expected, month) => {
        const { energy, flatDemand, touDemand, fixed, minimumTopUp } = rated.months[month]!;
        [energy, flatDemand, touDemand, fixed, minimumTopUp].forEach(({ exact }, part) => {
          if (Math.abs(Number(exact) - expected[part]!) > 0.001) throw new Error(`month ${month + 1}, part ${part}: ${exact}, the model ${expected[part]}`);
        });
      });
    }),
    { numRuns: 40 },
  );
}, TIMEOUT_MS);
