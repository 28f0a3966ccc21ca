/**
 * The days of the demonstration with what moves consumption: the weather of a northern inland town, weekends and holidays,
 * and how long the day is (23 and 25 hours when clocks change).
 */
import { dayNumber, eachDay, isoWeekday, type LocalDate } from "../../domain/calendar/local-date.ts";
import { minutesOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import { wallMinutes } from "../../domain/metering/index.ts";
import { noise, seedOf } from "./random.ts";

export interface GeneratedDay {
  readonly date: LocalDate;
  /** Days since 1970-01-01. */
  readonly number: number;
  /** A weekend or a holiday. */
  readonly free: boolean;
  /** Mean of the day, degrees Fahrenheit. */
  readonly temperature: number;
  /** 23, 24 or 25. */
  readonly hours: number;
  /** Hour of the wall clock at which each interval begins, by its length in minutes. */
  readonly hourOf: Readonly<Record<Step, Uint8Array>>;
}

export type Step = 15 | 60;

/** Yearly mean and half the difference of the hottest and the coldest week, as in the upper Midwest. */
const MEAN_F = 49;
const SWING_F = 27;
const HOTTEST_DAY = 201;
const YEAR_DAYS = 365.25;
/** Warm and cold spells last about a week and are off the season by up to so much. */
const SPELL_DAYS = 6;
const SPELL_F = 22;
const DAILY_F = 7;

/** The mean temperature of a day, degrees Fahrenheit. */
export function temperatureOf(seed: number, day: number): number {
  const season = MEAN_F + SWING_F * Math.cos((2 * Math.PI * (dayOfYear(day) - HOTTEST_DAY)) / YEAR_DAYS);
  const spells = seedOf(seed, "spell");
  const at = day / SPELL_DAYS;
  const before = noise(spells, Math.floor(at));
  const after = noise(spells, Math.floor(at) + 1);
  const spell = before + (after - before) * (at - Math.floor(at));
  return season + (spell - 0.5) * SPELL_F + (noise(seedOf(seed, "daily"), day) - 0.5) * DAILY_F;
}

function dayOfYear(day: number): number {
  return day % YEAR_DAYS;
}

const plain = (slots: number): Uint8Array => Uint8Array.from({ length: slots }, (_, slot) => Math.floor((slot * 24) / slots));
const PLAIN_DAY: GeneratedDay["hourOf"] = { 15: plain(96), 60: plain(24) };

/** The days of a span. */
export function generatedDays(seed: number, period: { readonly from: LocalDate; readonly to: LocalDate }, zone: TimeZone, holidays: ReadonlySet<LocalDate>): GeneratedDay[] {
  return eachDay(period).map((date) => {
    const number = dayNumber(date);
    const hours = minutesOfDay(date, zone) / 60;
    const hourOf = (step: Step) => Uint8Array.from(wallMinutes(date, zone, step), (minute) => Math.floor(minute / 60));
    return {
      date, number, hours,
      free: isoWeekday(date) > 5 || holidays.has(date),
      temperature: temperatureOf(seed, number),
      hourOf: hours === 24 ? PLAIN_DAY : { 15: hourOf(15), 60: hourOf(60) },
    };
  });
}
