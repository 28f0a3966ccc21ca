/** A meter's usage by month, as bars. */
import { monthLabels, UsageBars, type UsageBar } from "../../charts/usage-bars.tsx";
import { dayLabels } from "../../charts/usage-bars.tsx";
import type { Unit } from "../../format/quantities.ts";
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

const barOf = (span: Span): Pick<UsageBar, "value" | "quality"> => ({ value: span.value, quality: span.estimated ? "estimated" : "actual" });

/** Thirteen months, so that this one stands beside the same one of last year; or the last days. */
export function MeterBars({ usage, title, each = "month", height }: { usage: MeterUsage; title: string; each?: "month" | "day"; height?: "low" | "normal" }) {
  const { locale, today } = usePlace();
  const bars: UsageBar[] = each === "month"
    ? usage.months.map((span) => ({ ...monthLabels(locale, `${span.key}-01`), ...barOf(span) }))
    : usage.days.map((span) => ({ ...dayLabels(locale, span.key, today), ...barOf(span) }));
  return <UsageBars unit={usage.unit as Unit} each={each} height={height} title={title} note={each === "month" ? "by month" : "by day"} bars={bars} />;
}
