/** Time-of-use registers of a meter that runs both ways, from its intervals: what net metering by period needs where the meter keeps none. */
import { startOfDay } from "../calendar/zone.ts";
import type { Milli } from "../metering/units.ts";
import type { CompiledRate } from "./compile.ts";
import type { Determinants, DeterminantSeries } from "./determinants.ts";
import { energyOf, NEVER, runPass, type PassTotals } from "./intervals.ts";
import { ratePeriod, type Pass } from "./period.ts";

/** The schedule by which the rate keeps banks, or null. */
export function bankSchedule(rate: CompiledRate): string | null {
  const rule = rate.document.derived?.find(({ kind }) => kind === "net-metering");
  return rule?.kind === "net-metering" ? (rule.schedule ?? null) : null;
}

/**
 * The series' energy in each period of the schedule, thousandths of kWh; periods that did not occur have none.
 * Errors: a `RatingError` when the series does not cover the days or has holes.
 */
export function energyByPeriod(rate: CompiledRate, scheduleId: string, series: DeterminantSeries, days: Pick<Determinants, "from" | "to" | "zone">): Record<string, Milli> {
  const period = ratePeriod(rate, { ...days });
  const schedule = rate.schedules.findIndex(({ id }) => id === scheduleId);
  const codes = rate.schedules[schedule]!.periods;
  const pass: Pass = { schedule, seasonal: false, unit: "kWh", codes, window: 0, fromDay: days.from, toDay: days.to, start: startOfDay(days.from, days.zone), end: startOfDay(days.to, days.zone), index: new Map() };
  const totals: PassTotals = { sums: new Float64Array(codes), highest: new Float64Array(codes).fill(NEVER), series };
  runPass(pass, series, period, totals);
  return Object.fromEntries(rate.document.schedules[schedule]!.periods.map(({ id }, code) => [id, energyOf(totals.sums[code]!, pass, series)]));
}
