import { quantityText, type Milli } from "../units.ts";
import type { VeeParameters } from "../vee-parameters.ts";
import { usageOf, type IntervalRule } from "./rule.ts";

/** Allowed difference: the larger of the cut-off digits of two reads and a share of what the register says. */
export function sumTolerance(registerUsage: Milli, dialTolerance: Milli, { sumCheck }: VeeParameters): Milli {
  return Math.max(dialTolerance, Math.ceil((Math.abs(registerUsage) * sumCheck.perMille) / 1000));
}

export const sumCheck: IntervalRule = {
  id: "sum",
  title: "Intervals against register",
  what: "|Σ intervals × multiplier − register difference × multiplier| over the same span is within tolerance; only where no interval is missing.",
  source: "Sum check; tolerance one to two dial units × multiplier, or a percent",
  check: (scan, { registerUsage, channel }, parameters, thresholds) => {
    if (registerUsage === null || scan.present < scan.slots) return null;
    return Math.abs(usageOf(scan.sum, channel) - registerUsage) > sumTolerance(registerUsage, thresholds.sumTolerance, parameters) ? "fail" : null;
  },
  explain: (scan, { registerUsage, channel }, parameters, thresholds) => {
    const intervals = usageOf(scan.sum, channel);
    const register = registerUsage ?? 0;
    const tolerance = sumTolerance(register, thresholds.sumTolerance, parameters);
    return {
      numbers: { intervals, register, difference: intervals - register, tolerance },
      sentence: `The intervals add up to ${quantityText(intervals, channel.unit)}, the register moved ${quantityText(register, channel.unit)}; more than ${quantityText(tolerance, channel.unit)} apart.`,
    };
  },
};
