/**
 * Seasons and time-of-use schedules of a document as lookup tables: which season a day is in, what kind of day it is, and
 * which period each minute of its wall clock belongs to. Gaps and overlaps are found here, with their path.
 */
import { dayNumber, fromDayNumber, isoWeekday, type LocalDate } from "../calendar/local-date.ts";
import { WEEKDAY_NAMES, type Holiday, type RateDocument, type Schedule, type Season } from "./schema.ts";
import { holidaysOf } from "./holidays.ts";

export interface Issue {
  readonly path: string;
  readonly message: string;
}

export const MINUTES_OF_DAY = 1440;

/** Kinds of day: Monday … Sunday, then holidays, which are none of them. */
export const HOLIDAY = 7;
const DAY_KINDS = 8;

/** No season or no period yet. */
const NONE = 255;

/** A leap year stands for all years: every month and day must be in a season. */
const LEAP_YEAR = "2024";

/** Index of a month and day in the season table. */
function monthDayIndex(day: LocalDate): number {
  return +day.slice(5, 7) * 32 + +day.slice(8, 10);
}

/**
 * Season of every month and day. Without seasons there is one, index 0.
 * Problems: a day in two seasons, or in none.
 */
export function seasonTable(seasons: readonly Season[], issues: Issue[]): Uint8Array {
  const table = new Uint8Array(13 * 32).fill(seasons.length === 0 ? 0 : NONE);
  const year = yearDays();
  seasons.forEach((season, index) => {
    season.ranges.forEach((range, rangeIndex) => {
      const path = `seasons.${index}.ranges.${rangeIndex}`;
      const from = year.findIndex((day) => day.endsWith(range.from));
      const to = year.findIndex((day) => day.endsWith(range.to));
      if (from < 0 || to < 0) {
        issues.push({ path, message: `${from < 0 ? range.from : range.to} is not a day of the year` });
        return;
      }
      const length = to >= from ? to - from + 1 : year.length - from + to + 1;
      for (let i = 0; i < length; i++) {
        const day = year[(from + i) % year.length]!;
        const known = table[monthDayIndex(day)]!;
        if (known !== NONE) {
          issues.push({ path, message: `${day.slice(5)} is already in season ${seasons[known]!.id}; every day must be in exactly one season` });
          return;
        }
        table[monthDayIndex(day)] = index;
      }
    });
  });
  const missing = year.find((day) => table[monthDayIndex(day)] === NONE);
  if (seasons.length > 0 && missing !== undefined) {
    issues.push({ path: "seasons", message: `${missing.slice(5)} is in no season; every day of the year, February 29 too, must be in one` });
  }
  return table;
}

function yearDays(): LocalDate[] {
  const first = dayNumber(`${LEAP_YEAR}-01-01`);
  return Array.from({ length: 366 }, (_, i) => fromDayNumber(first + i));
}

/** Period of every minute, by season and kind of day: index (season × DAY_KINDS + kind) × 1440 + minute. */
export function scheduleTable(schedule: Schedule, at: string, document: Pick<RateDocument, "seasons" | "holidays">, issues: Issue[]): Uint8Array {
  const seasons = Math.max(1, document.seasons.length);
  const table = new Uint8Array(seasons * DAY_KINDS * MINUTES_OF_DAY).fill(NONE);
  const before = issues.length;
  schedule.rules.forEach((rule, index) => {
    const path = `${at}.rules.${index}`;
    const inSeasons = seasonsOfRule(rule.seasons, document.seasons, path, issues);
    const kinds = new Set(rule.days.flatMap(dayKindsOf));
    rule.hours.forEach((span, spanIndex) => paint(table, schedule, span, `${path}.hours.${spanIndex}`, inSeasons, kinds, document.seasons, issues));
  });
  if (issues.length === before) findMissedHours(table, at, document, issues);
  return table;
}

function seasonsOfRule(named: readonly string[] | undefined, seasons: readonly Season[], path: string, issues: Issue[]): number[] {
  if (named === undefined) return Array.from({ length: Math.max(1, seasons.length) }, (_, i) => i);
  return named.flatMap((name, i) => {
    const index = seasons.findIndex(({ id }) => id === name);
    if (index < 0) issues.push({ path: `${path}.seasons.${i}`, message: `there is no season ${name}` });
    return index < 0 ? [] : [index];
  });
}

function dayKindsOf(day: Schedule["rules"][number]["days"][number]): number[] {
  if (day === "every-day") return [0, 1, 2, 3, 4, 5, 6, HOLIDAY];
  if (day === "weekdays") return [0, 1, 2, 3, 4];
  if (day === "weekends") return [5, 6];
  if (day === "holidays") return [HOLIDAY];
  return [WEEKDAY_NAMES.indexOf(day)];
}

function minuteOf(clock: string): number {
  return +clock.slice(0, 2) * 60 + +clock.slice(3);
}

export function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function paint(table: Uint8Array, schedule: Schedule, span: Schedule["rules"][number]["hours"][number], path: string, inSeasons: readonly number[], kinds: ReadonlySet<number>, seasons: readonly Season[], issues: Issue[]): void {
  const period = schedule.periods.findIndex(({ id }) => id === span.period);
  if (period < 0) issues.push({ path: `${path}.period`, message: `the schedule has no period ${span.period}` });
  const [from, to] = [minuteOf(span.from), minuteOf(span.to)];
  if (to <= from) issues.push({ path, message: `ends at ${span.to}, not after its start ${span.from}; give hours over midnight as two spans` });
  if (period < 0 || to <= from) return;
  for (const season of inSeasons) {
    for (const kind of kinds) {
      const day = (season * DAY_KINDS + kind) * MINUTES_OF_DAY;
      const taken = table.subarray(day + from, day + to).findIndex((known) => known !== NONE);
      if (taken >= 0) {
        issues.push({ path, message: `${clockText(from + taken)} on ${describeDay(season, kind, seasons)} is already in period ${schedule.periods[table[day + from + taken]!]!.id}` });
        return;
      }
      table.fill(period, day + from, day + to);
    }
  }
}

function findMissedHours(table: Uint8Array, at: string, { seasons, holidays }: Pick<RateDocument, "seasons" | "holidays">, issues: Issue[]): void {
  for (let season = 0; season < Math.max(1, seasons.length); season++) {
    for (let kind = 0; kind < DAY_KINDS; kind++) {
      if (kind === HOLIDAY && holidays.length === 0) continue;
      const day = (season * DAY_KINDS + kind) * MINUTES_OF_DAY;
      const minute = table.subarray(day, day + MINUTES_OF_DAY).indexOf(NONE);
      if (minute < 0) continue;
      issues.push({ path: `${at}.rules`, message: `no period is given for ${clockText(minute)} on ${describeDay(season, kind, seasons)}; every hour of every kind of day must be in one` });
      return;
    }
  }
}

function describeDay(season: number, kind: number, seasons: readonly Season[]): string {
  const day = kind === HOLIDAY ? "holidays" : WEEKDAY_NAMES[kind]!;
  return seasons.length === 0 ? day : `${day} in season ${seasons[season]!.id}`;
}

/** Answers for local days. Holidays of a year are worked out once. */
export interface TouCalendar {
  readonly seasonOf: (day: LocalDate) => number;
  /** Start of the day's 1440 minutes in a schedule table. */
  readonly dayOffset: (day: LocalDate) => number;
}

export function touCalendar(seasons: Uint8Array, holidays: readonly Holiday[]): TouCalendar {
  const years = new Map<number, ReadonlySet<number>>();
  const isHoliday = (day: LocalDate): boolean => {
    if (holidays.length === 0) return false;
    const year = +day.slice(0, 4);
    let known = years.get(year);
    if (known === undefined) years.set(year, (known = holidaysOf(year, holidays)));
    return known.has(dayNumber(day));
  };
  const seasonOf = (day: LocalDate): number => seasons[monthDayIndex(day)]!;
  const dayOffset = (day: LocalDate): number => (seasonOf(day) * DAY_KINDS + (isHoliday(day) ? HOLIDAY : isoWeekday(day) - 1)) * MINUTES_OF_DAY;
  return { seasonOf, dayOffset };
}
