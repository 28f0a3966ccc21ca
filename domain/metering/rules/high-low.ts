import type { ChannelHistory, HistoryWindow } from "../history.ts";
import { averageDaily } from "../history.ts";
import { quantityText, type Milli } from "../units.ts";
import type { VeeParameters } from "../vee-parameters.ts";
import { usageOf, type IntervalRule, type IntervalSpan, type RegisterRule, type Verdict } from "./rule.ts";
import type { SpanScan } from "../span-scan.ts";

/** Too short, or too much of it missing or estimated, to judge by. */
export function poorHistory(window: HistoryWindow, { highLow }: VeeParameters): boolean {
  const unproven = window.slots - window.present + window.estimated;
  return window.days < highLow.minimumHistoryDays || unproven * 100 > window.slots * highLow.poorHistoryPercent;
}

/** Expected average daily usage from last year's season and from the days before; null where that history is poor. */
interface Expected {
  readonly lastYear: Milli | null;
  readonly previous: Milli | null;
}

function expectedDaily(history: ChannelHistory, parameters: VeeParameters): Expected {
  const of = (window: HistoryWindow | null) => (window === null || poorHistory(window, parameters) ? null : averageDaily(window));
  return { lastYear: of(history.lastYear), previous: of(history.previous) };
}

/** Out of bounds against every good history fails; against one of two it is only warned of (a changed season, a new occupant). A single day is only warned of. */
function judge(out: (expected: Milli) => boolean, { lastYear, previous }: Expected, wholePeriod: boolean): Verdict {
  const judged = [lastYear, previous].filter((daily) => daily !== null);
  const outside = judged.filter((daily) => out(daily)).length;
  if (outside === 0) return null;
  return outside === judged.length && wholePeriod ? "fail" : "warn";
}

function isHigh(daily: Milli, days: number, expected: Expected, excess: Milli, { highLow }: VeeParameters): Verdict {
  const wholePeriod = days >= highLow.periodDays;
  const percent = wholePeriod ? highLow.highPercent : highLow.highPercentDay;
  if (percent === 0) return null;
  const verdict = judge((usual) => daily * 100 > usual * percent && daily - usual > excess, expected, wholePeriod);
  // One day high against only one of two histories is a season or a holiday, not a finding.
  return !wholePeriod && verdict !== null && [expected.lastYear, expected.previous].some((usual) => usual !== null && !(daily * 100 > usual * percent && daily - usual > excess)) ? null : verdict;
}

/** A single day may be low for many reasons; only a period is judged. Zero is the zero rule's. */
function isLow(daily: Milli, days: number, expected: Expected, excess: Milli, { highLow }: VeeParameters): Verdict {
  if (highLow.lowPercent === 0 || days < highLow.periodDays || daily <= 0) return null;
  return judge((usual) => daily * 100 < usual * highLow.lowPercent && usual - daily > excess, expected, true);
}

function explain(word: "high" | "low", daily: Milli, { lastYear, previous }: Expected, unit: Parameters<typeof quantityText>[1]) {
  const against = [
    ...(lastYear === null ? [] : [`${quantityText(lastYear, unit)} in the same season last year`]),
    ...(previous === null ? [] : [`${quantityText(previous, unit)} in the weeks before`]),
  ].join(" and ");
  return {
    numbers: { daily, ...(lastYear === null ? {} : { lastYear }), ...(previous === null ? {} : { previous }) },
    sentence: `Usage is ${word}: ${quantityText(daily, unit)} a day against ${against}.`,
  };
}

/** Average daily usage of the intervals received, in stored units. */
function dailyOf(scan: SpanScan, span: IntervalSpan): Milli {
  return Math.round(((scan.sum / span.days) * scan.slots) / scan.present);
}

/** Judging half a day by its average would call every evening high. */
function enough(scan: SpanScan): boolean {
  return scan.present * 4 >= scan.slots * 3;
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

function afterMultiplier({ lastYear, previous }: Expected, span: IntervalSpan): Expected {
  return { lastYear: lastYear === null ? null : usageOf(lastYear, span.channel), previous: previous === null ? null : usageOf(previous, span.channel) };
}

export const highIntervals: IntervalRule = {
  ...HIGH,
  check: (scan, span, parameters, { countsUsage, excessPerDay }) => (countsUsage && enough(scan) ? isHigh(dailyOf(scan, span), span.days, expectedDaily(span.history, parameters), excessPerDay, parameters) : null),
  explain: (scan, span, parameters) => explain("high", usageOf(dailyOf(scan, span), span.channel), afterMultiplier(expectedDaily(span.history, parameters), span), span.channel.unit),
};

export const lowIntervals: IntervalRule = {
  ...LOW,
  check: (scan, span, parameters, { countsUsage, excessPerDay }) => (countsUsage && enough(scan) ? isLow(dailyOf(scan, span), span.days, expectedDaily(span.history, parameters), excessPerDay, parameters) : null),
  explain: (scan, span, parameters) => explain("low", usageOf(dailyOf(scan, span), span.channel), afterMultiplier(expectedDaily(span.history, parameters), span), span.channel.unit),
};

export const highRegister: RegisterRule = {
  ...HIGH,
  check: (span, parameters, { excessPerDay }) =>
    span.advance.kind !== "negative" && span.days > 0 ? isHigh(span.advance.usage / span.days, span.days, expectedDaily(span.history, parameters), usageOf(excessPerDay, span.channel), parameters) : null,
  explain: (span, parameters) => explain("high", Math.round(span.advance.usage / span.days), expectedDaily(span.history, parameters), span.channel.unit),
};

export const lowRegister: RegisterRule = {
  ...LOW,
  check: (span, parameters, { excessPerDay }) =>
    span.advance.kind !== "negative" && span.days > 0 ? isLow(span.advance.usage / span.days, span.days, expectedDaily(span.history, parameters), usageOf(excessPerDay, span.channel), parameters) : null,
  explain: (span, parameters) => explain("low", Math.round(span.advance.usage / span.days), expectedDaily(span.history, parameters), span.channel.unit),
};
