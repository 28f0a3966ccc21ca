/** Schedules of 12 months × 24 hours, for weekdays and weekends, and the months that are alike as seasons of a document. */
import type { RateDocumentInput } from "../schema.ts";
import { clockText } from "../tou-calendar.ts";
import { shown, type UrdbFields } from "./urdb-fields.ts";

export const MONTHS = 12;
const HOURS = 24;

/** Index of the period in force, by month and hour. */
export interface HourSchedule {
  readonly weekday: readonly (readonly number[])[];
  readonly weekend: readonly (readonly number[])[];
}

/**
 * The schedule of a structure with so many periods; without one, its only period is in force always.
 * Problems: months or hours are missing, or name a period that the structure does not have.
 */
export function readSchedule(fields: UrdbFields, kind: "energy" | "demand", periods: number): HourSchedule | undefined {
  const [weekdayName, weekendName] = [`${kind}weekdayschedule`, `${kind}weekendschedule`];
  const weekday = readMonths(fields, weekdayName, periods);
  const weekend = readMonths(fields, weekendName, periods);
  if (weekday !== null && weekend !== null) return weekday && weekend && { weekday, weekend };
  if (weekday === null && weekend === null && periods === 1) {
    const always = Array.from({ length: MONTHS }, () => Array.from({ length: HOURS }, () => 0));
    return { weekday: always, weekend: always };
  }
  return fields.refuse(fields.path(weekday === null ? weekdayName : weekendName), `is missing; ${kind}ratestructure needs to know which of its ${periods} periods is in force when`);
}

/** null: there is none; undefined: there is one that cannot be used. */
function readMonths(fields: UrdbFields, name: string, periods: number): readonly (readonly number[])[] | null | undefined {
  const months = fields.take(name);
  if (months === undefined) return null;
  if (!Array.isArray(months) || months.length !== MONTHS) return fields.refuse(fields.path(name), `must have ${MONTHS} months of ${HOURS} hours, and has ${Array.isArray(months) ? months.length : shown(months)}`);
  const before = fields.issues.length;
  const read = months.map((hours: unknown, month) => readHours(fields, hours, periods, fields.path(name, month), (hour) => fields.path(name, month, hour)));
  return fields.issues.length > before ? undefined : read;
}

function readHours(fields: UrdbFields, hours: unknown, periods: number, path: string, pathOf: (hour: number) => string): number[] {
  if (!Array.isArray(hours) || hours.length !== HOURS) {
    fields.refuse(path, `must have ${HOURS} hours, and has ${Array.isArray(hours) ? hours.length : shown(hours)}`);
    return [];
  }
  return hours.map((period: unknown, hour) => readPeriod(fields, period, periods, pathOf(hour)));
}

/** An index of a period. Older versions write 1.0 or "1". */
export function readPeriod(fields: UrdbFields, value: unknown, periods: number, path: string): number {
  const period = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof period !== "number" || !Number.isInteger(period) || period < 0) fields.refuse(path, `${shown(value)} is not the number of a period, counted from 0`);
  else if (period >= periods) fields.refuse(path, `period ${period} is not in the rate structure, which has ${periods} (0 to ${periods - 1})`);
  else return period;
  return 0;
}

/** Periods that are ever in force. */
export function periodsInForce({ weekday, weekend }: HourSchedule): Set<number> {
  return new Set([...weekday.flat(), ...weekend.flat()]);
}

/** The only period of a month, or null when hours differ. */
export function onlyPeriodOf({ weekday, weekend }: HourSchedule, month: number): number | null {
  const periods = new Set([...weekday[month]!, ...weekend[month]!]);
  return periods.size === 1 ? [...periods][0]! : null;
}

// ---- seasons --------------------------------------------------------------------------------------------------

type Season = NonNullable<RateDocumentInput["seasons"]>[number];

/** Months that are alike, as seasons. */
export interface Seasons {
  /** First month of each season stands for all of its months. */
  readonly months: readonly number[];
  /** Empty when all months are alike. */
  readonly seasons: Season[];
}

/** Groups the months by what `of` says about each. */
export function seasonsOf(of: (month: number) => string): Seasons {
  const groups = new Map<string, number[]>();
  for (let month = 0; month < MONTHS; month++) {
    const key = of(month);
    groups.set(key, [...(groups.get(key) ?? []), month]);
  }
  const months = [...groups.values()];
  return { months: months.map(([first]) => first!), seasons: months.length === 1 ? [] : months.map((group, i) => ({ id: `season-${i + 1}`, name: nameOf(runsOf(group)), ranges: runsOf(group).map(rangeOf) })) };
}

/** Months one after the other, over the new year too. */
function runsOf(months: readonly number[]): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const month of months) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === month - 1) last[1] = month;
    else runs.push([month, month]);
  }
  const [first, last] = [runs[0]!, runs.at(-1)!];
  if (runs.length > 1 && first[0] === 0 && last[1] === MONTHS - 1) return [...runs.slice(1, -1), [last[0], first[1]]];
  return runs;
}

/** February has 29 days in a season, whatever the year. */
const LAST_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function rangeOf([first, last]: [number, number]): Season["ranges"][number] {
  return { from: `${twoDigits(first + 1)}-01`, to: `${twoDigits(last + 1)}-${LAST_DAYS[last]!}` };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

const MONTH_NAMES = {
  en: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
  es: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
};

/** "June to September", "May, October". */
function nameOf(runs: readonly (readonly [number, number])[]): Season["name"] {
  const say = (names: readonly string[], to: string): string => runs.map(([first, last]) => (first === last ? names[first]! : `${names[first]!} ${to} ${names[last]!}`)).join(", ");
  return { en: say(MONTH_NAMES.en, "to"), es: say(MONTH_NAMES.es, "a") };
}

// ---- rules ----------------------------------------------------------------------------------------------------

type Rule = NonNullable<RateDocumentInput["schedules"]>[number]["rules"][number];

export function periodId(period: number): string {
  return `period-${period + 1}`;
}

/** Rules of a document's schedule: for each season its weekdays and weekends, or every day when they are alike. */
export function scheduleRules({ weekday, weekend }: HourSchedule, { months, seasons }: Seasons): Rule[] {
  return months.flatMap((month, i): Rule[] => {
    const season = seasons[i] === undefined ? {} : { seasons: [seasons[i].id] };
    const [week, end] = [spansOf(weekday[month]!), spansOf(weekend[month]!)];
    if (JSON.stringify(week) === JSON.stringify(end)) return [{ ...season, days: ["every-day"], hours: week }];
    return [{ ...season, days: ["weekdays"], hours: week }, { ...season, days: ["weekends"], hours: end }];
  });
}

function spansOf(hours: readonly number[]): Rule["hours"] {
  const starts = hours.flatMap((period, hour) => (hour === 0 || period !== hours[hour - 1] ? [hour] : []));
  return starts.map((from, i) => ({ from: clockText(from * 60), to: clockText((starts[i + 1] ?? HOURS) * 60), period: periodId(hours[from]!) }));
}
