/** What a demand charge bills beside the highest of the customer's own intervals: the system's peak, and a low power factor. */
import { startOfDay, MINUTE_MS } from "../calendar/zone.ts";
import { MISSING } from "../metering/packed-day.ts";
import { milliText, sameDimension, convertMilli, type Milli, type Unit } from "../metering/units.ts";
import type { CompiledCharge, CompiledPowerFactor } from "./compile.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { demandOf, seriesFor } from "./intervals.ts";
import { ENERGY_OF, type PeriodRate } from "./period.ts";

/** The determinant of a measured power factor: a count, in thousandths of one. */
export const POWER_FACTOR = "powerFactor";
/** The determinant of a demand register that a meter was told to keep at the system's peak. */
export const COINCIDENT = "coincident";

// ---- at the system's peak -------------------------------------------------------------------------------------

/**
 * Demand of the window that contains the system's peak, the highest of several in the bill's period; thousandths of kW.
 * Windows begin with the local day. Errors: no peak is known in the period, or there are no intervals for it.
 */
export function coincidentDemand({ index, id, charge, unit }: CompiledCharge, period: PeriodRate, determinants: Determinants): Milli {
  if (charge.kind !== "demand") return 0;
  const registered = determinants.quantities[COINCIDENT];
  if (registered !== undefined) {
    const from = (Object.keys(registered) as Unit[]).find((each) => sameDimension(each, unit));
    if (from !== undefined) return convertMilli(registered[from]!, from, unit);
  }
  const [start, end] = [startOfDay(period.whole.from, period.zone), startOfDay(period.whole.to, period.zone)];
  const peaks = (determinants.systemPeaks ?? []).filter((at) => at >= start && at < end);
  if (peaks.length === 0) throw new RatingError(`charges.${index}`, `${id} needs the hour of the system's peak between ${period.whole.from} and ${period.whole.to}, which is not given`);
  const pass = { unit: ENERGY_OF[unit] ?? unit, window: charge.intervalMinutes };
  const series = seriesFor(determinants, pass);
  if (series === null) throw new RatingError(`charges.${index}`, `${id} needs intervals, or the register ${COINCIDENT} in ${unit}`);
  const steps = charge.intervalMinutes / series.stepMinutes;
  if (!Number.isInteger(steps)) throw new RatingError("series", `intervals of ${series.stepMinutes} minutes cannot give a demand of ${charge.intervalMinutes} minutes`);
  const windowOf = (at: number): Milli => {
    const first = Math.floor((at - start) / (charge.intervalMinutes * MINUTE_MS)) * steps + (start - series.start) / (series.stepMinutes * MINUTE_MS);
    let sum = 0;
    for (let i = first; i < first + steps; i++) {
      const value = series.values[i];
      if (value === undefined || value === MISSING) throw new RatingError("series", `has no value at the system's peak, ${new Date(at).toISOString()}; estimate it first`);
      sum += value;
    }
    return sum;
  };
  return demandOf(Math.max(...peaks.map(windowOf)), pass, series);
}

// ---- power factor ---------------------------------------------------------------------------------------------

/** A percentage of a percent in 10^-4, of 100. */
const PARTS = 1_000_000n;

/** The demand raised for a power factor below the target, rounded half up to a thousandth. */
export function adjustedDemand(measured: Milli, powerFactor: CompiledPowerFactor, determinants: Determinants): Milli {
  const { target, perPoint, decimals } = powerFactor;
  const factor = powerFactorOf(powerFactor, determinants);
  if (factor >= target || measured === 0) return measured;
  if (perPoint === null) {
    if (factor === 0) throw new RatingError(`counts.${POWER_FACTOR}`, "is 0: kW × target ÷ 0 is no demand; correct the reads of kWh and kvarh");
    return rounded(BigInt(measured) * BigInt(target), BigInt(factor));
  }
  const scale = 10n ** BigInt(decimals);
  return rounded(BigInt(measured) * (PARTS * scale + BigInt(target - factor) * BigInt(perPoint)), PARTS * scale);
}

function rounded(numerator: bigint, denominator: bigint): Milli {
  return Number((2n * numerator + denominator) / (2n * denominator));
}

/** In 10^-decimals percent: as measured, or kWh ÷ √(kWh² + kvarh²), or kWh ÷ kVAh; rounded half up. */
export function powerFactorOf({ decimals }: CompiledPowerFactor, { counts, quantities }: Determinants): number {
  const full = 100n * 10n ** BigInt(decimals);
  const measured = counts?.[POWER_FACTOR];
  if (measured !== undefined) {
    if (!Number.isInteger(measured) || measured < 0 || measured > 1000) throw new RatingError(`counts.${POWER_FACTOR}`, `${milliText(measured)} is not a power factor between 0 and 1`);
    return rounded(BigInt(measured) * full, 1000n);
  }
  const [active, reactive, apparent] = [quantities["usage"]?.kWh, quantities["kvarh"]?.kvarh, quantities["kVAh"]?.kVAh];
  if (active !== undefined && reactive === undefined && apparent !== undefined) return apparent <= active ? Number(full) : rounded(BigInt(active) * BigInt(full), BigInt(apparent));
  if (active === undefined || reactive === undefined) throw new RatingError(`counts.${POWER_FACTOR}`, "is needed by this rate and not given; nor are kWh and kvarh or kVAh, from which it would follow");
  if (active === 0) return reactive === 0 ? Number(full) : 0;
  return nearestRoot(full, BigInt(active), BigInt(reactive));
}

/** full × a ÷ √(a² + r²), rounded half up with integers alone: the largest p with (2p − 1)² × (a² + r²) ≤ (2 × full × a)². */
function nearestRoot(full: bigint, a: bigint, r: bigint): number {
  const size = a * a + r * r;
  const most = (2n * full * a) ** 2n;
  let [low, high] = [0n, full];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if ((2n * middle - 1n) ** 2n * size <= most) low = middle;
    else high = middle - 1n;
  }
  return Number(low);
}
