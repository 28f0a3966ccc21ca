import { dateOf, formatDate, formatInstant, formatPeriod, formatTime, type DateForm } from "../format/dates.ts";
import type { LocalDate, Period } from "../../domain/calendar/local-date.ts";
import type { Instant } from "../../domain/calendar/zone.ts";
import { usePlace } from "../i18n/context.tsx";

/** A local day: "Tue, Dec 8", with its year when it is not this one. */
export function DateText({ date, form }: { date: LocalDate; form?: DateForm }) {
  const { locale, today } = usePlace();
  return <time className="nowrap num" dateTime={date}>{formatDate(locale, date, form, today)}</time>;
}

/** A period with its last day: "Nov 6 – Dec 5". */
export function PeriodText({ period }: { period: Period }) {
  const { locale, today } = usePlace();
  return <span className="num">{formatPeriod(locale, period, today)}</span>;
}

/**
 * An instant on the utility's clock. `time` "3:05 PM" · `full` "Tue, Dec 8, 3:05 PM" · `exact` with seconds ·
 * `near` (default) the time when it was today, else the day.
 */
export function TimeText({ at, form = "near" }: { at: Instant; form?: "near" | "time" | "full" | "exact" }) {
  const { locale, zone, today } = usePlace();
  const day = dateOf(at, zone);
  const words =
    form === "time" || (form === "near" && day === today) ? formatTime(locale, at, zone)
    : form === "near" ? formatDate(locale, day, "weekday", today)
    : formatInstant(locale, at, zone, today, form === "exact");
  return <time className="nowrap num" dateTime={new Date(at).toISOString()}>{words}</time>;
}
