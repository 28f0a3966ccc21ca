/** One look at a customer's intervals: sums and maxima by time-of-use code, in typed arrays. */
import { MINUTE_MS } from "../calendar/zone.ts";
import { MISSING } from "../metering/packed-day.ts";
import { timesRatio, UNITS, type Dimension, type Milli, type Ratio, type Unit } from "../metering/units.ts";
import { RatingError, type Determinants, type DeterminantSeries } from "./determinants.ts";
import { codesOf, type Pass, type PeriodRate } from "./period.ts";

/** What a pass found, by code. */
export interface PassTotals {
  /** Thousandths of the series' unit. */
  readonly sums: Float64Array;
  /** Highest sum of a window, thousandths of the series' unit; `NEVER` where the code did not occur. */
  readonly highest: Float64Array;
  series: DeterminantSeries;
}

export const NEVER = Number.NEGATIVE_INFINITY;

/** A series of power is as good as one of the energy it becomes in an hour. */
const POWER_OF: Readonly<Partial<Record<Dimension, Dimension>>> = { energy: "power", "apparent-energy": "apparent-power", "reactive-energy": "reactive-power" };

/** The series that a pass sums, of energy or of power; null without one. Errors: two series of the same. */
export function seriesFor({ series }: Determinants, { unit }: Pick<Pass, "unit">): DeterminantSeries | null {
  if (series === undefined) return null;
  const { dimension } = UNITS[unit];
  let found: DeterminantSeries | null = null;
  for (const candidate of series) {
    const other = UNITS[candidate.unit].dimension;
    if (other !== dimension && other !== POWER_OF[dimension]) continue;
    if (found !== null) throw new RatingError("series", `there are two series of ${dimension}; add them up first`);
    found = candidate;
  }
  return found;
}

/** Sums and maxima of the series. Errors: the series does not cover the pass, has holes, or has too long steps. */
export function runPass(pass: Pass, series: DeterminantSeries, period: PeriodRate, totals: PassTotals): void {
  totals.series = series;
  const { stepMinutes } = series;
  const step = stepMinutes * MINUTE_MS;
  const first = (pass.start - series.start) / step;
  const count = (pass.end - pass.start) / step;
  const { values } = series;
  if (!Number.isInteger(first) || !Number.isInteger(count)) throw new RatingError("series", `steps of ${stepMinutes} minutes do not begin with the local day ${pass.fromDay}`);
  if (first < 0 || first + count > values.length) throw new RatingError("series", `does not cover ${pass.fromDay} to ${pass.toDay}: it has ${values.length} values from ${new Date(series.start).toISOString()}`);
  const windowSteps = pass.window === 0 ? 1 : pass.window / stepMinutes;
  if (!Number.isInteger(windowSteps)) throw new RatingError("series", `intervals of ${stepMinutes} minutes cannot give a demand of ${pass.window} minutes`);

  totals.sums.fill(0);
  totals.highest.fill(NEVER);
  const codes = codesOf(pass, stepMinutes * windowSteps, period);
  const typed = values instanceof Int32Array ? values : int32(values);
  const missing = windowSteps === 1 ? scan(typed, first, codes, totals.sums, totals.highest) : scanWindows(typed, first, windowSteps, codes, totals.sums, totals.highest);
  if (missing >= 0) throw new RatingError("series", `has no value at ${new Date(series.start + (first + missing) * step).toISOString()}; estimate it first`);
}

function int32(values: readonly Milli[]): Int32Array {
  const typed = Int32Array.from(values);
  const wrong = values.findIndex((value, i) => typed[i] !== value);
  if (wrong >= 0) throw new RatingError(`series.values.${wrong}`, `${values[wrong]} is not a whole number of thousandths within range`);
  return typed;
}

/** One value a code; returns the position of a missing value, or -1. */
function scan(values: Int32Array, first: number, codes: Uint8Array, sums: Float64Array, highest: Float64Array): number {
  for (let i = 0; i < codes.length; i++) {
    const value = values[first + i]!;
    if (value === MISSING) return i;
    const code = codes[i]!;
    sums[code]! += value;
    if (value > highest[code]!) highest[code] = value;
  }
  return -1;
}

/** `width` values a code. */
function scanWindows(values: Int32Array, first: number, width: number, codes: Uint8Array, sums: Float64Array, highest: Float64Array): number {
  let at = first;
  for (let i = 0; i < codes.length; i++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) {
      const value = values[at]!;
      if (value === MISSING) return at - first;
      sum += value;
    }
    const code = codes[i]!;
    sums[code]! += sum;
    if (sum > highest[code]!) highest[code] = sum;
  }
  return -1;
}

const MINUTES_OF_HOUR = 60;

/** Demand of a window in the pass's unit per hour: energy by the hour, or the mean of power; rounded half up to a thousandth. */
export function demandOf(highest: Milli, { unit, window }: Pick<Pass, "unit" | "window">, series: DeterminantSeries): Milli {
  const { num, den } = perHour(unit, series);
  return timesRatio(highest, { num: num * MINUTES_OF_HOUR, den: den * window });
}

/** Energy of a sum of intervals in the pass's unit; a reading of power lasts one step. Rounded half up to a thousandth. */
export function energyOf(sum: Milli, { unit }: Pass, series: DeterminantSeries): Milli {
  return unit === series.unit ? sum : timesRatio(sum, perHour(unit, series));
}

/** How much energy in `unit` one of the series' values is. */
function perHour(unit: Unit, { unit: from, stepMinutes }: DeterminantSeries): Ratio {
  const [size, of] = [UNITS[from].size, UNITS[unit].size];
  return UNITS[from].dimension === UNITS[unit].dimension ? { num: size, den: of } : { num: size * stepMinutes, den: of * MINUTES_OF_HOUR };
}
