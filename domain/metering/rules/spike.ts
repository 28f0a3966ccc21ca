import { poorHistory } from "./high-low.ts";
import { shown, usageOf, type IntervalRule, type IntervalSpan } from "./rule.ts";
import type { VeeParameters } from "../vee-parameters.ts";

export const spike: IntervalRule = {
  id: "spike",
  title: "Spike",
  what: "(max − 3rd max) ÷ 3rd max is above the threshold, the max is large in itself, and larger than anything in a good history.",
  source: "Spike check (highest against third highest) of MDM systems and of the California VEE standard, which publishes 180 %",
  check: (scan, span, parameters, { spikeMinimum }) => {
    const { percent, minimumIntervals } = parameters.spike;
    if (percent === 0 || scan.present < minimumIntervals || scan.max1 < spikeMinimum || scan.max1 <= 0) return null;
    const third = Math.max(scan.max3, 0);
    if ((scan.max1 - third) * 100 <= third * percent) return null;
    const usual = usualMax(span, parameters);
    return usual === null || scan.max1 * 100 > usual * parameters.spike.historyPercent ? "fail" : null;
  },
  explain: (scan, span, parameters) => {
    const third = Math.max(scan.max3, 0);
    const usual = usualMax(span, parameters);
    const percent = third === 0 ? 0 : Math.round(((scan.max1 - third) * 100) / third);
    return {
      slot: scan.maxSlot,
      numbers: { max: usageOf(scan.max1, span.channel), thirdMax: usageOf(third, span.channel), percent, ...(usual === null ? {} : { usualMax: usageOf(usual, span.channel) }) },
      sentence:
        `One interval of ${shown(scan.max1, span.channel)} where the third highest is ${shown(third, span.channel)}` +
        `${third === 0 ? "" : ` (${percent} % more)`}${usual === null ? "" : `; the highest of the weeks before was ${shown(usual, span.channel)}`}.`,
    };
  },
};

/** The largest interval of the good history, or null. */
function usualMax({ history }: IntervalSpan, parameters: VeeParameters): number | null {
  const good = [history.previous, history.lastYear].filter((window) => window !== null && !poorHistory(window, parameters));
  return good.length === 0 ? null : Math.max(...good.map((window) => window!.maxSlot));
}
