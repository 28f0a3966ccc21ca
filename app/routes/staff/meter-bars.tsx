/** A meter's usage as pictures: bars for an account's card, and the story with what is in doubt for the meter's own page. */
import { MeterStory, type StoryPeriod } from "../../charts/meter-story.tsx";
import { dayLabels, monthLabels, UsageBars } from "../../charts/usage-bars.tsx";
import type { Unit } from "../../format/quantities.ts";
import type { Locale } from "../../i18n/translate.ts";
import { usePlace } from "../../i18n/context.tsx";

interface Span {
  readonly key: string;
  readonly value: number | null;
  readonly estimated: boolean;
  readonly suspect: boolean;
}

export interface MeterUsage {
  readonly unit: string;
  readonly months: readonly Span[];
  readonly days: readonly Span[];
}

type Each = "month" | "day";

const labels = (each: Each, locale: Locale, key: string, today: string) => (each === "month" ? monthLabels(locale, `${key}-01`) : dayLabels(locale, key, today));
const qualityOf = (span: Span) => (span.estimated ? ("estimated" as const) : ("actual" as const));

/** Thirteen months, so that this one stands beside the same one of last year. */
export function MeterBars({ usage, title, height }: { usage: MeterUsage; title: string; height?: "low" | "normal" }) {
  const { locale, today } = usePlace();
  const bars = usage.months.map((span) => ({ ...labels("month", locale, span.key, today), value: span.value, quality: qualityOf(span) }));
  return <UsageBars unit={usage.unit as Unit} each="month" height={height} title={title} note="by month" bars={bars} />;
}

/** The same with what is in doubt marked; a run of doubtful days says so once. */
export function UsageStory({ usage, title, each }: { usage: MeterUsage; title: string; each: Each }) {
  const { locale, today } = usePlace();
  const spans = each === "month" ? usage.months : usage.days;
  const periods = spans.map((span, i): StoryPeriod => ({
    ...labels(each, locale, span.key, today), value: span.value, quality: qualityOf(span), suspect: span.suspect ? "In doubt" : undefined, quiet: spans[i - 1]?.suspect === true,
  }));
  return <MeterStory unit={usage.unit as Unit} title={title} note={each === "month" ? "by month" : "by day"} periods={periods} labels={each === "month" ? 13 : 9} height="low" />;
}
