import { convertMilli, quantityText } from "../units.ts";
import { shown, usageOf, type IntervalRule } from "./rule.ts";

export const reactiveIntervals: IntervalRule = {
  id: "reactive",
  title: "Reactive energy",
  what: "Reactive energy of the day (kvarh) where there was no active energy (kWh), or many times as much: a lost phase, a wrong multiplier, or two channels that were taken for each other. Only where the meter's kWh of the day are there.",
  source: "kVARh check of California's VEE rules: kVARh present while kWh is zero",
  check: (scan, { activeSum, days, channel }, { reactive }, { reactivePerDay }) => {
    if (activeSum === undefined || reactive.percentOfActive === 0 || scan.sum <= reactivePerDay * days) return null;
    return convertMilli(usageOf(scan.sum, channel), channel.unit, "kvarh") * 100 > activeSum * reactive.percentOfActive ? "warn" : null;
  },
  explain: (scan, { activeSum, channel }) => ({
    numbers: { reactive: usageOf(scan.sum, channel), activeKwh: Math.round(activeSum! / 1000) },
    sentence: `The meter counted ${shown(scan.sum, channel)} of reactive energy, and ${activeSum === 0 ? "nothing" : quantityText(activeSum!, "kWh")} of active energy.`,
  }),
};
