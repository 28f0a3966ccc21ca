/**
 * Dates and times as people read them. The names are our own tables, not the browser's: server and
 * browser may know different versions of a language, and a page that says two things flickers.
 */
import { addDays, dayNumber, isoWeekday, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import type { Instant } from "../../domain/calendar/zone.ts";
import type { Locale } from "../i18n/translate.ts";

/**
 * `weekday` "Tue, Dec 8" · `day` "Dec 8" · `long` "Tuesday, December 8, 2026" · `month` "Dec 2026" ·
 * `monthLong` "December 2026" · `monthShort` "Dec" · `numeric` "12/08/2026" (ledgers).
 * The year is added to `weekday` and `day` when it is not this year.
 */
export type DateForm = "weekday" | "day" | "long" | "month" | "monthLong" | "monthShort" | "numeric";

interface Names {
  readonly weekdays: readonly string[];
  readonly weekdaysShort: readonly string[];
  readonly months: readonly string[];
  readonly monthsShort: readonly string[];
}

const NAMES: Readonly<Record<Locale, Names>> = {
  en: {
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    weekdaysShort: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    monthsShort: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  },
  es: {
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    weekdaysShort: ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    monthsShort: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
  },
};

/** Short names of the days, Monday first. */
export function weekdayNames(locale: Locale): readonly string[] {
  return NAMES[locale].weekdaysShort;
}

/** A local day in words. With `today`, the year is left out when it is this year's. */
export function formatDate(locale: Locale, date: LocalDate, form: DateForm = "weekday", today?: LocalDate): string {
  const names = NAMES[locale];
  const year = date.slice(0, 4);
  const month = +date.slice(5, 7) - 1;
  const day = +date.slice(8, 10);
  const weekday = isoWeekday(date) - 1;
  const thisYear = today !== undefined && today.slice(0, 4) === year;
  const english = locale === "en";
  switch (form) {
    case "weekday":
    case "day": {
      const bare = english ? `${names.monthsShort[month]} ${day}` : `${day} ${names.monthsShort[month]}`;
      const dated = thisYear ? bare : english ? `${bare}, ${year}` : `${bare} ${year}`;
      return form === "day" ? dated : `${names.weekdaysShort[weekday]}, ${dated}`;
    }
    case "long":
      return english
        ? `${names.weekdays[weekday]}, ${names.months[month]} ${day}, ${year}`
        : `${names.weekdays[weekday]}, ${day} de ${names.months[month]} de ${year}`;
    case "month":
      return `${names.monthsShort[month]} ${year}`;
    case "monthLong":
      return english ? `${names.months[month]} ${year}` : `${names.months[month]} de ${year}`;
    case "monthShort":
      return names.monthsShort[month]!;
    case "numeric":
      return english ? `${date.slice(5, 7)}/${date.slice(8, 10)}/${year}` : `${date.slice(8, 10)}/${date.slice(5, 7)}/${year}`;
  }
}

/** First and last day of a period as people say it ("Nov 6 to Dec 5"): the last day is in it. */
export function periodEnds(locale: Locale, period: Period, today?: LocalDate): { from: string; to: string } {
  const last = addDays(period.to, -1);
  const sameYear = period.from.slice(0, 4) === last.slice(0, 4);
  return {
    from: formatDate(locale, period.from, "day", sameYear ? last : today),
    to: formatDate(locale, last, "day", today),
  };
}

/** "Nov 6 – Dec 5": a period where room is short. */
export function formatPeriod(locale: Locale, period: Period, today?: LocalDate): string {
  const { from, to } = periodEnds(locale, period, today);
  return `${from} – ${to}`;
}

/** Days from `today` to the date; negative when it has passed. */
export function daysUntil(date: LocalDate, today: LocalDate): number {
  return dayNumber(date) - dayNumber(today);
}

const wallClocks = new Map<string, Intl.DateTimeFormat>();

/** The utility's wall clock at an instant. Only numbers are asked of the runtime: those it never words differently. */
function wallClock(at: Instant, zone: string): { date: LocalDate; hour: number; minute: number; second: number } {
  let clock = wallClocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    wallClocks.set(zone, clock);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of clock.formatToParts(at)) part[type] = value;
  return {
    date: `${part["year"]}-${part["month"]}-${part["day"]}`,
    hour: Number(part["hour"]),
    minute: Number(part["minute"]),
    second: Number(part["second"]),
  };
}

/** The utility's local day of an instant. */
export function dateOf(at: Instant, zone: string): LocalDate {
  return wallClock(at, zone).date;
}

/** "3:05 PM", "15:05" is nobody's habit here; `exact` adds the seconds (logs). */
export function formatTime(locale: Locale, at: Instant, zone: string, exact = false): string {
  const { hour, minute, second } = wallClock(at, zone);
  const half = locale === "en" ? (hour < 12 ? "AM" : "PM") : hour < 12 ? "a. m." : "p. m.";
  const seconds = exact ? `:${String(second).padStart(2, "0")}` : "";
  return `${hour % 12 || 12}:${String(minute).padStart(2, "0")}${seconds} ${half}`;
}

/** "Tue, Dec 8, 3:05 PM". */
export function formatInstant(locale: Locale, at: Instant, zone: string, today?: LocalDate, exact = false): string {
  return `${formatDate(locale, dateOf(at, zone), "weekday", today)}, ${formatTime(locale, at, zone, exact)}`;
}

/** The hour of a day on an axis: "12 AM", "6 AM", "12 PM". */
export function formatHour(locale: Locale, hour: number): string {
  const half = locale === "en" ? (hour % 24 < 12 ? "AM" : "PM") : hour % 24 < 12 ? "a. m." : "p. m.";
  return `${hour % 12 || 12} ${half}`;
}

/** How long something still takes: "under a minute", "4 min", "1 h 20 min". */
export function formatDuration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}
