/**
 * What goes through a meter, and what the meter says of it: a day's usage follows weather, weekday, household and what
 * happens there (holidays away, an empty house, a leak); its intervals follow the hours and add up to it exactly. What the
 * meter or its radio gets wrong (a spike, a stuck value, a gap) changes the intervals that are sent and never the register.
 *
 * Pure, and without memory: any day of any meter can be made alone. Quantities are thousandths of the channel's unit.
 */
import { MISSING, type Milli } from "../../domain/metering/index.ts";
import { dayNumber } from "../../domain/calendar/local-date.ts";
import type { GeneratedDay, Step } from "./generator-weather.ts";
import { noise } from "./random.ts";

/** How a day is spread over its hours. */
export type Pattern = "home" | "shop" | "office" | "plant" | "taps" | "businessTaps" | "heater";

/** Days on which something is otherwise: `from` counts, `to` does not (numbers of days since 1970). */
interface Span {
  readonly from: number;
  readonly to: number;
}

export type UseEvent =
  /** Nobody is at home: the house idles. */
  | (Span & { readonly kind: "away" })
  /** Nobody lives there. */
  | (Span & { readonly kind: "empty" })
  /** Water runs all the time; thousandths an hour. */
  | (Span & { readonly kind: "leak"; readonly perHour: Milli });

export type MeterFault =
  /** One interval of a height that was never used. */
  | { readonly kind: "spike"; readonly day: number; readonly hour: number; readonly perHour: Milli }
  /** The same value over and over. */
  | (Span & { readonly kind: "stuck"; readonly perHour: Milli })
  /** Intervals that never arrive, from an hour of the first day to an hour of the last one. */
  | { readonly kind: "gap"; readonly from: number; readonly fromHour: number; readonly to: number; readonly toHour: number };

export interface MeterUse {
  readonly seed: number;
  readonly pattern: Pattern;
  readonly step: Step;
  /** Usage of a mild working day. */
  readonly base: Milli;
  /** A weekend or holiday in parts of a working day. */
  readonly freeFactor: number;
  /** More for each degree above and below what is comfortable. */
  readonly perWarmDegree: Milli;
  readonly perColdDegree: Milli;
  /** What the garden gets every other morning while it is warm. */
  readonly watering: Milli;
  /** The smallest step in which the meter counts. */
  readonly quantum: Milli;
  readonly events: readonly UseEvent[];
  readonly faults: readonly MeterFault[];
}

const WARM_ABOVE_F = 68;
const COLD_BELOW_F = 60;
const WATERING_ABOVE_F = 66;
const WATERING_HOUR = 5;

/** Days differ by up to this share, whatever the weather. */
const WHIM: Readonly<Record<Pattern, number>> = { home: 0.3, shop: 0.1, office: 0.1, plant: 0.12, taps: 0.5, businessTaps: 0.25, heater: 0.2 };
/** What is left of usual, warm and cold usage while nobody is at home. */
const AWAY = { base: 0.35, warm: 0.3, cold: 0.7 };
/** A house without a customer: a tenth of a kilowatt-hour here and there, and no water. */
const EMPTY = { base: 0.02, warm: 0, cold: 0 };
const LIVED_IN = { base: 1, warm: 1, cold: 1 };

interface Parts {
  readonly base: number;
  readonly warm: number;
  readonly cold: number;
  readonly watering: number;
}

function partsOf(use: MeterUse, day: GeneratedDay): Parts {
  const { seed, pattern, events } = use;
  let factor = LIVED_IN;
  for (const event of events) {
    if (event.kind === "leak" || day.number < event.from || day.number >= event.to) continue;
    if (factor !== EMPTY) factor = event.kind === "empty" ? EMPTY : AWAY;
  }
  const sparse = SPARSE[pattern] !== undefined;
  // A tap that nobody opens gives nothing; a house that idles still draws power.
  const idle = sparse && factor !== LIVED_IN ? 0 : factor.base;
  const whim = 1 + WHIM[pattern] * (noise(seed, day.number) - 0.5);
  const waters = use.watering > 0 && factor === LIVED_IN && day.temperature > WATERING_ABOVE_F && (day.number + seed) % 2 === 0;
  return {
    base: use.base * whim * idle * (day.free ? use.freeFactor : 1),
    warm: use.perWarmDegree * Math.max(0, day.temperature - WARM_ABOVE_F) * factor.warm,
    cold: use.perColdDegree * Math.max(0, COLD_BELOW_F - day.temperature) * factor.cold,
    watering: waters ? use.watering : 0,
  };
}

/** What a leak lets through in each interval of the day. */
function leakOf({ events, step, quantum }: MeterUse, { number }: GeneratedDay): Milli {
  let leak = 0;
  for (const event of events) {
    if (event.kind === "leak" && number >= event.from && number < event.to) leak += quantum * Math.ceil((event.perHour * step) / 60 / quantum);
  }
  return leak;
}

/** Steps of the meter in which the day's usage is counted, without a leak. */
function countedOf(parts: Parts, { quantum }: MeterUse): number {
  return Math.round((parts.base + parts.warm + parts.cold + parts.watering) / quantum);
}

/** Panels on a roof: what they send back in the middle of the day, more in summer and under a clear sky. */
export interface Panels {
  readonly seed: number;
  /** At noon of a clear day in June, an hour. */
  readonly most: Milli;
}

const SUN_RISES = 8;
const SUN_SETS = 17;
/** The longest day, as a number of days into the year; in winter a third is left. */
const MIDSUMMER = 172;
const WINTER_SHARE = 0.33;

/** What the panels send back in each interval of the day. */
export function sentBack({ seed, most }: Panels, day: GeneratedDay, step: Step): Int32Array {
  const season = WINTER_SHARE + ((1 - WINTER_SHARE) * (1 + Math.cos((2 * Math.PI * (dayOfYear(day) - MIDSUMMER)) / 365))) / 2;
  const sky = 0.35 + 0.65 * noise(seed, day.number);
  return Int32Array.from(day.hourOf[step], (hour) => {
    if (hour < SUN_RISES || hour >= SUN_SETS) return 0;
    return Math.round((most * season * sky * Math.sin((Math.PI * (hour + 0.5 - SUN_RISES)) / (SUN_SETS - SUN_RISES)) * step) / 60);
  });
}

function dayOfYear({ date }: GeneratedDay): number {
  return dayNumber(date) - dayNumber(`${date.slice(0, 4)}-01-01`);
}

/** What went through the meter on a day. */
export function usageOfDay(use: MeterUse, day: GeneratedDay): Milli {
  return countedOf(partsOf(use, day), use) * use.quantum + leakOf(use, day) * day.hourOf[use.step].length;
}

// ---- hours ----------------------------------------------------------------------------------------------------

const shares = (...hours: number[]): Float64Array => {
  const sum = hours.reduce((total, hour) => total + hour, 0);
  return Float64Array.from(hours, (hour) => hour / sum);
};

const WARM_HOURS = shares(2, 2, 1, 1, 1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 13, 12, 10, 8, 6, 4, 3);
const COLD_HOURS = shares(5, 5, 5, 6, 7, 8, 8, 7, 5, 4, 3, 3, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 5, 5);

const BASE_HOURS: Readonly<Record<Pattern, { readonly working: Float64Array; readonly free: Float64Array }>> = {
  home: {
    working: shares(3, 2, 2, 2, 2, 3, 6, 8, 5, 3, 3, 3, 3, 3, 3, 4, 6, 9, 11, 11, 10, 9, 7, 4),
    free: shares(4, 3, 2, 2, 2, 2, 3, 5, 7, 8, 8, 7, 7, 7, 6, 6, 7, 9, 10, 10, 9, 9, 7, 5),
  },
  shop: {
    working: shares(2, 2, 2, 2, 2, 3, 4, 6, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 9, 8, 6, 4, 3, 2),
    free: shares(2, 2, 2, 2, 2, 2, 3, 4, 6, 9, 10, 10, 10, 10, 10, 10, 9, 8, 6, 4, 3, 2, 2, 2),
  },
  office: {
    working: shares(2, 2, 2, 2, 2, 3, 5, 8, 10, 10, 10, 10, 9, 10, 10, 10, 9, 7, 4, 3, 2, 2, 2, 2),
    free: shares(2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2),
  },
  plant: {
    working: shares(5, 5, 5, 5, 5, 7, 9, 10, 10, 10, 10, 10, 9, 10, 10, 10, 9, 9, 9, 9, 8, 8, 6, 5),
    free: shares(3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3),
  },
  taps: {
    working: shares(1, 1, 0, 0, 1, 3, 9, 10, 7, 4, 3, 3, 4, 3, 2, 3, 4, 7, 8, 8, 6, 5, 4, 2),
    free: shares(1, 1, 1, 0, 0, 1, 3, 6, 9, 10, 8, 6, 5, 5, 4, 4, 4, 6, 7, 7, 6, 5, 4, 2),
  },
  businessTaps: {
    working: shares(1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 10, 10, 9, 9, 8, 7, 5, 4, 3, 2, 1, 1, 1),
    free: shares(1, 1, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 7, 7, 6, 5, 4, 3, 2, 1, 1, 1, 1, 1),
  },
  heater: {
    working: shares(2, 2, 2, 2, 3, 6, 9, 8, 5, 3, 3, 3, 3, 3, 3, 3, 4, 6, 7, 7, 6, 5, 4, 3),
    free: shares(2, 2, 2, 2, 2, 3, 5, 7, 8, 7, 5, 4, 4, 4, 4, 4, 4, 6, 7, 7, 6, 5, 4, 3),
  },
};

/** Patterns in which an hour has either something or nothing, and how likely something is where the curve is highest. */
const SPARSE: Readonly<Partial<Record<Pattern, number>>> = { taps: 0.95, businessTaps: 1 };
/** An interval differs from its hour's share by up to this part, to either side. */
const ROUGH: Readonly<Record<Pattern, number>> = { home: 0.55, shop: 0.1, office: 0.1, plant: 0.15, taps: 0.7, businessTaps: 0.4, heater: 0.4 };
/** More intervals than any day has; keeps the noise of neighbouring days apart. */
const SLOTS_A_DAY = 128;
const LONGEST_DAY = 100;

const weights = new Float64Array(LONGEST_DAY);

/** What went through the meter in each interval of a day. The sum is `usageOfDay`. */
export function intervalsOfDay(use: MeterUse, day: GeneratedDay): Int32Array {
  const hourOf = day.hourOf[use.step];
  const parts = partsOf(use, day);
  const whole = weigh(use, day, parts, hourOf);
  const values = new Int32Array(hourOf.length);
  const counted = countedOf(parts, use);
  const leak = leakOf(use, day);
  let sum = 0;
  let given = 0;
  for (let slot = 0; slot < values.length; slot += 1) {
    sum += weights[slot]!;
    // Cut off at each interval's end, so that what is rounded here is made good in the next one.
    const upTo = slot === values.length - 1 ? counted : Math.min(counted, Math.round((counted * sum) / whole));
    values[slot] = (upTo - given) * use.quantum + leak;
    given = upTo;
  }
  return values;
}

/** Fills the weights of the intervals and returns their sum, which is never zero. */
function weigh({ seed, pattern, step }: MeterUse, day: GeneratedDay, parts: Parts, hourOf: Uint8Array): number {
  const base = BASE_HOURS[pattern][day.free ? "free" : "working"];
  const rough = ROUGH[pattern];
  const sparse = SPARSE[pattern];
  const perHour = 60 / step;
  const first = Math.imul(day.number, SLOTS_A_DAY);
  let sum = 0;
  for (let slot = 0; slot < hourOf.length; slot += 1) {
    const hour = hourOf[slot]!;
    const chance = noise(seed, first + slot);
    let weight = parts.base * base[hour]! + parts.warm * WARM_HOURS[hour]! + parts.cold * COLD_HOURS[hour]!;
    if (sparse === undefined) weight *= 1 + rough * (chance - 0.5) * 2;
    else if (chance > Math.min(sparse, base[hour]! * HOURS_FULL)) weight = 0;
    else weight *= 1 + rough * (noise(seed + 1, first + slot) - 0.5) * 2;
    if (hour === WATERING_HOUR) weight += parts.watering;
    weights[slot] = weight / perHour;
    sum += weights[slot]!;
  }
  if (sum > 0) return sum;
  weights[Math.floor(hourOf.length / 3)] = 1;
  return 1;
}

/** An hour with a twelfth of the day's usage hardly ever passes without any. */
const HOURS_FULL = 12;

// ---- what is sent -----------------------------------------------------------------------------------------------

/** The day's intervals as the meter sends them. `values` is changed where the meter is wrong. */
export function asSent(use: MeterUse, day: GeneratedDay, values: Int32Array): Int32Array {
  for (const fault of use.faults) {
    if (fault.kind === "spike") {
      if (day.number === fault.day) values[slotOfHour(use, day, fault.hour)] = Math.round((fault.perHour * use.step) / 60);
    } else if (day.number >= fault.from && day.number <= fault.to) {
      if (fault.kind === "gap") values.fill(MISSING, day.number === fault.from ? slotOfHour(use, day, fault.fromHour) : 0, day.number === fault.to ? slotOfHour(use, day, fault.toHour) : values.length);
      else if (day.number < fault.to) values.fill(Math.round((fault.perHour * use.step) / 60));
    }
  }
  return values;
}

/** The first interval of an hour; on the day without it, of the hour after it. */
function slotOfHour({ step }: MeterUse, day: GeneratedDay, hour: number): number {
  const slot = day.hourOf[step].findIndex((each) => each >= hour);
  return slot < 0 ? day.hourOf[step].length : slot;
}

// ---- registers --------------------------------------------------------------------------------------------------

/** What the dials show when so much has gone through: whole units, from zero again after the last digit. */
export function dialsShow(counted: Milli, dials: number): Milli {
  const whole = Math.floor(counted / 1000);
  return (whole % 10 ** dials) * 1000;
}
