import { poorHistory } from "./high-low.ts";
import { shown, usageOf, type IntervalRule, type IntervalSpan } from "./rule.ts";
import { thirdLargest } from "../span-scan.ts";
import type { VeeParameters } from "../vee-parameters.ts";

export const spike: IntervalRule = {
  id: "spike",
  title: "Spike",
  what: "(max − 3rd max) ÷ 3rd max is above the threshold, the max is large in itself, and larger than anything in a good history.",
  source: "Spike check (highest against third highest) of MDM systems and of the California VEE standard, which publishes 180 %",
  check: (scan, span, parameters, { spikeMinimum }) => {
    const { percent, minimumIntervals, historyPercent } = parameters.spike;
    if (percent === 0 || scan.present < minimumIntervals || scan.max < spikeMinimum || scan.max <= 0) return null;
    const usual = usualMax(span, parameters);
    if (usual !== null && scan.max * 100 <= usual * historyPercent) return null;
    const third = Math.max(0, thirdLargest(span.values));
    return (scan.max - third) * 100 > third * percent ? "fail" : null;
  },
  explain: (scan, span, parameters) => {
    const third = Math.max(0, thirdLargest(span.values));
    const usual = usualMax(span, parameters);
    const percent = third === 0 ? 0 : Math.round(((scan.max - third) * 100) / third);
    return {
      slot: span.values.indexOf(scan.max),
      numbers: { max: usageOf(scan.max, span.channel), thirdMax: usageOf(third, span.channel), percent, ...(usual === null ? {} : { usualMax: usageOf(usual, span.channel) }) },
      sentence:
        `One interval of ${shown(scan.max, span.channel)} where the third highest is ${shown(third, span.channel)}` +
        `${third === 0 ? "" : ` (${percent} % more)`}${usual === null ? "" : `; the highest of the weeks before was ${shown(usual, span.channel)}`}.`,
    };
  },
};

/** The largest interval of the good history, or null. */
function usualMax({ history }: IntervalSpan, parameters: VeeParameters): number | null {
  const good = [history.previous, history.lastYear].filter((window) => window !== null && !poorHistory(window, parameters));
  return good.length === 0 ? null : Math.max(...good.map((window) => window!.maxSlot));
}
