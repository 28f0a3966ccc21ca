import { averageDaily } from "../history.ts";
import { plural, type IntervalRule, type RegisterRule } from "./rule.ts";

const ZERO = {
  id: "zero",
  title: "No usage on an active point",
  what: "Nothing at all was used although somebody is the customer; a meter that had usage and stays at zero may be dead.",
  source: "Zero consumption check: one occurrence is told, repeated ones are queued",
};

export const zeroIntervals: IntervalRule = {
  ...ZERO,
  check: (scan, span, { zero }, { isUse }) => {
    if (!isUse || scan.present === 0 || scan.zeros < scan.present || !span.serviceActive || scan.present < scan.slots || span.channel.direction !== "delivered") return null;
    const longEnough = zero.warnDays > 0 && span.history.zeroDaysBefore + span.days >= zero.warnDays;
    return longEnough && hadUsage(span.history.lastYear, span.history.previous) ? "warn" : "info";
  },
  explain: (_scan, span) => {
    const zeroDays = span.history.zeroDaysBefore + span.days;
    return { numbers: { zeroDays }, sentence: `No usage for ${plural(zeroDays, "day")} although the service is active.` };
  },
};

export const zeroRegister: RegisterRule = {
  ...ZERO,
  check: (span, { zero }, { isUse }) => {
    if (!isUse || !span.serviceActive || span.advance.usage !== 0 || span.days <= 0 || span.channel.direction !== "delivered") return null;
    const longEnough = zero.warnDays > 0 && span.history.zeroDaysBefore + span.days >= zero.warnDays;
    return longEnough && hadUsage(span.history.lastYear, span.history.previous) ? "warn" : "info";
  },
  explain: (span) => {
    const zeroDays = Math.round(span.history.zeroDaysBefore + span.days);
    return { numbers: { zeroDays }, sentence: `The register has not moved for ${plural(zeroDays, "day")} although the service is active.` };
  },
};

function hadUsage(...windows: Parameters<typeof averageDaily>[0][]): boolean {
  return windows.some((window) => (averageDaily(window) ?? 0) > 0);
}
