/** Usage as the operations tell it, as bars of a chart. */
import type { LocalDate } from "../../../domain/calendar/local-date.ts";
import type { UsageDay, UsageHour, UsageSpan } from "../../../worker/operations/usage.ts";
import { dayLabels, hourLabels, type UsageBar } from "../../charts/usage-bars.tsx";
import { formatDate, formatPeriod } from "../../format/dates.ts";
import { t, type Locale } from "../../i18n/translate.ts";

/** `to`: where a day's own hours are. */
export function dayBars(locale: Locale, days: readonly UsageDay[], today: LocalDate, to?: (day: LocalDate) => string): UsageBar[] {
  return days.map(({ day, value, estimated, inDoubt, lastYear }) => ({
    ...dayLabels(locale, day, today), value, lastYear,
    quality: estimated ? "estimated" : "actual",
    ...(inDoubt ? { gap: t(locale, "usage.checking") } : day >= today ? { gap: "" } : {}),
    ...(to && value !== null ? { to: to(day) } : {}),
  }));
}

export function hourBars(locale: Locale, hours: readonly UsageHour[]): UsageBar[] {
  return hours.map(({ at, hour, value, estimated }) => ({ ...hourLabels(locale, hour, String(at)), value, quality: estimated ? "estimated" : "actual" }));
}

export function spanBars(locale: Locale, spans: readonly UsageSpan[], today: LocalDate): UsageBar[] {
  return spans.map(({ from, to, value, estimated }) => ({
    key: from, label: formatPeriod(locale, { from, to }, today), tick: formatDate(locale, to, "monthShort"), value, quality: estimated ? "estimated" : "actual",
  }));
}
