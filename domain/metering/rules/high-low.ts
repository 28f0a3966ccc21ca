import { averageDaily, type ChannelHistory, type HistoryWindow } from "../history.ts";
import type { SpanScan } from "../span-scan.ts";
import { quantityText, type Milli, type Unit } from "../units.ts";
import type { VeeParameters } from "../vee-parameters.ts";
import { usageOf, type Explanation, type IntervalRule, type IntervalSpan, type RegisterRule, type RegisterSpan, type Verdict } from "./rule.ts";

/** Too short, or too much of it missing or estimated, to judge by. */
export function poorHistory(window: HistoryWindow, { highLow }: VeeParameters): boolean {
  const unproven = window.slots - window.present + window.estimated;
  return window.days < highLow.minimumHistoryDays || unproven * 100 > window.slots * highLow.poorHistoryPercent;
}

/** Expected average daily usage by a window; null where there is none or its history is poor. */
function usualDaily(window: HistoryWindow | null, parameters: VeeParameters): Milli | null {
  return window === null || poorHistory(window, parameters) ? null : averageDaily(window);
}

/**
 * A period out of bounds against every good history fails; against one of two it is only warned of (a changed season, a
 * new occupant). Where it cannot hold a bill, it is only warned of, and only when it is out of bounds against every good history.
 */
function judge(history: ChannelHistory, parameters: VeeParameters, canFail: boolean, isOut: (usual: Milli) => boolean): Verdict {
  const lastYear = usualDaily(history.lastYear, parameters);
  const previous = usualDaily(history.previous, parameters);
  const outOfYear = lastYear !== null && isOut(lastYear);
  const outOfPrevious = previous !== null && isOut(previous);
  if (!outOfYear && !outOfPrevious) return null;
  const outOfAll = (outOfYear || lastYear === null) && (outOfPrevious || previous === null);
  if (!canFail) return outOfAll ? "warn" : null;
  return outOfAll ? "fail" : "warn";
}

function judgeHigh(daily: Milli, days: number, history: ChannelHistory, excess: Milli, parameters: VeeParameters): Verdict {
  const { periodDays, highPercent, highPercentDay } = parameters.highLow;
  const wholePeriod = days >= periodDays;
  const percent = wholePeriod ? highPercent : highPercentDay;
  if (percent === 0) return null;
  return judge(history, parameters, wholePeriod, (usual) => daily * 100 > usual * percent && daily - usual > excess);
}

/**
 * A single day may be low for many reasons; only a period is judged, and it is queued but never holds the bill: on two years
 * of a California city's water bills one in twenty-five is this low, nearly all of them rightly. Zero is the zero rule's.
 */
function judgeLow(daily: Milli, days: number, history: ChannelHistory, excess: Milli, parameters: VeeParameters): Verdict {
  const { periodDays, lowPercent } = parameters.highLow;
  if (lowPercent === 0 || days < periodDays || daily <= 0) return null;
  return judge(history, parameters, false, (usual) => daily * 100 < usual * lowPercent && usual - daily > excess);
}

/** High and low of a billing period's daily usage, for the check before billing; history in the same unit. */
export function judgeDaily(daily: Milli, days: number, history: ChannelHistory, excess: Milli, parameters: VeeParameters, unit: Unit): { readonly ruleId: "high" | "low"; readonly severity: Exclude<Verdict, null>; readonly explanation: Explanation } | null {
  const high = judgeHigh(daily, days, history, excess, parameters);
  const severity = high ?? judgeLow(daily, days, history, excess, parameters);
  if (severity === null) return null;
  const ruleId = high === null ? "low" : "high";
  return { ruleId, severity, explanation: explain(ruleId, daily, usualDaily(history.lastYear, parameters), usualDaily(history.previous, parameters), unit) };
}

function explain(word: "high" | "low", daily: Milli, lastYear: Milli | null, previous: Milli | null, unit: Unit): Explanation {
  const against = [
    ...(lastYear === null ? [] : [`${quantityText(lastYear, unit)} in the same season last year`]),
    ...(previous === null ? [] : [`${quantityText(previous, unit)} in the weeks before`]),
  ].join(" and ");
  return {
    numbers: { daily, ...(lastYear === null ? {} : { lastYear }), ...(previous === null ? {} : { previous }) },
    sentence: `Usage is ${word}: ${quantityText(daily, unit)} a day against ${against}.`,
  };
}

const HIGH = {
  id: "high",
  title: "High usage",
  what: "Average daily usage is above the threshold, in percent of and by a least amount over, the same season last year and the weeks before.",
  source: "High/low check on average daily usage with a seasonal window; poor history is left out",
};
const LOW = {
  id: "low",
  title: "Low usage",
  what: "Average daily usage of a period is below the threshold in percent of the same season last year and the weeks before.",
  source: HIGH.source,
};

// Intervals: history and values are both before the multiplier.

/** Average daily usage of the intervals received. */
function dailyOf(scan: SpanScan, span: IntervalSpan): Milli {
  return Math.round(((scan.sum / span.days) * scan.slots) / scan.present);
}

/** Judging part of a day by its average would call every evening high. */
function enough(scan: SpanScan): boolean {
  return scan.present * 4 >= scan.slots * 3;
}

function explainIntervals(word: "high" | "low", scan: SpanScan, span: IntervalSpan, parameters: VeeParameters): Explanation {
  const usage = (value: Milli | null) => (value === null ? null : usageOf(value, span.channel));
  const { lastYear, previous } = span.history;
  return explain(word, usageOf(dailyOf(scan, span), span.channel), usage(usualDaily(lastYear, parameters)), usage(usualDaily(previous, parameters)), span.channel.unit);
}

export const highIntervals: IntervalRule = {
  ...HIGH,
  check: (scan, span, parameters, { countsUsage, excessPerDay }) => (countsUsage && enough(scan) ? judgeHigh(dailyOf(scan, span), span.days, span.history, excessPerDay, parameters) : null),
  explain: (scan, span, parameters) => explainIntervals("high", scan, span, parameters),
};

export const lowIntervals: IntervalRule = {
  ...LOW,
  check: (scan, span, parameters, { countsUsage, excessPerDay }) => (countsUsage && enough(scan) ? judgeLow(dailyOf(scan, span), span.days, span.history, excessPerDay, parameters) : null),
  explain: (scan, span, parameters) => explainIntervals("low", scan, span, parameters),
};

// Registers: history and usage are both after the multiplier.

function explainRegister(word: "high" | "low", span: RegisterSpan, parameters: VeeParameters): Explanation {
  const { lastYear, previous } = span.history;
  return explain(word, Math.round(span.advance.usage / span.days), usualDaily(lastYear, parameters), usualDaily(previous, parameters), span.channel.unit);
}

function judgeable({ advance, days }: RegisterSpan): boolean {
  return advance.kind !== "negative" && days > 0;
}

export const highRegister: RegisterRule = {
  ...HIGH,
  check: (span, parameters, { countsUsage, excessPerDay }) =>
    countsUsage && judgeable(span) ? judgeHigh(span.advance.usage / span.days, span.days, span.history, usageOf(excessPerDay, span.channel), parameters) : null,
  explain: (span, parameters) => explainRegister("high", span, parameters),
};

export const lowRegister: RegisterRule = {
  ...LOW,
  check: (span, parameters, { countsUsage, excessPerDay }) =>
    countsUsage && judgeable(span) ? judgeLow(span.advance.usage / span.days, span.days, span.history, usageOf(excessPerDay, span.channel), parameters) : null,
  explain: (span, parameters) => explainRegister("low", span, parameters),
};
