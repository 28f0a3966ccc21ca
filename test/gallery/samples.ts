/** Made-up figures for looking at components. Nothing here is read by the product. */
import { addDays, addMonths, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import { dayLabels, hourLabels, monthLabels, type UsageBar } from "../../app/charts/usage-bars.tsx";
import type { StoryPeriod } from "../../app/charts/meter-story.tsx";
import type { Locale } from "../../app/i18n/translate.ts";

export const TODAY: LocalDate = "2026-11-23";
export const ZONE = "America/Chicago";
/** 9:42 in the morning of the sample day. */
export const NOW = Date.UTC(2026, 10, 23, 15, 42);

/** The same numbers every time. */
function rolls(seed: number): () => number {
  let state = seed;
  return () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648);
}

export function waterDays(locale: Locale, days = 14): UsageBar[] {
  const roll = rolls(7);
  return eachDay({ from: addDays(TODAY, -days), to: TODAY }).map((date, i) => ({
    ...dayLabels(locale, date, TODAY),
    value: i === 9 ? null : Math.round((120 + roll() * 90 + (i === 4 ? 160 : 0)) * 1000),
    quality: i === 10 ? "estimated" : "actual",
    lastYear: Math.round((130 + roll() * 70) * 1000),
  }));
}

export function electricDays(locale: Locale): UsageBar[] {
  const roll = rolls(11);
  return eachDay({ from: addDays(TODAY, -21), to: addDays(TODAY, 7) }).map((date, i) => {
    const temperature = Math.round(48 - i * 0.5 + roll() * 14);
    const value = Math.round((19 + (55 - temperature) * 0.28 + roll() * 5) * 1000);
    return i < 22
      ? { ...dayLabels(locale, date, TODAY), value, temperature, lastYear: Math.round(value * (0.8 + roll() * 0.35)) }
      : { ...dayLabels(locale, date, TODAY), value, quality: "projected" as const, low: Math.round(value * 0.86), high: Math.round(value * 1.16), temperature };
  });
}

export function electricHours(locale: Locale): UsageBar[] {
  const roll = rolls(3);
  const shape = [4, 3, 3, 3, 3, 4, 7, 11, 9, 7, 6, 6, 7, 6, 6, 7, 10, 15, 18, 17, 14, 11, 8, 5];
  return shape.map((base, hour) => ({ ...hourLabels(locale, hour, String(hour)), value: Math.round((base * 0.11 + roll() * 0.25) * 1000) }));
}

export function waterMonths(locale: Locale): UsageBar[] {
  const season = [3.6, 3.4, 3.5, 4.1, 5.2, 6.8, 7.9, 8.2, 6.4, 4.6, 3.8, 3.6, 6.12];
  return season.map((kgal, i) => ({
    ...monthLabels(locale, addMonths("2025-11-01", i)),
    value: Math.round(kgal * 1_000),
    lastYear: Math.round(kgal * (0.9 + ((i * 7) % 5) / 20) * 1_000),
    quality: i === 3 ? "estimated" : "actual",
  }));
}

export const STORY: StoryPeriod[] = [412, 398, 405, 460, 570, 720, 810, 845, 640, 480, 402, 395, 2104].map((value, i) => {
  const labels = monthLabels("en", addMonths("2025-11-01", i));
  return {
    ...labels,
    value: value * 10,
    low: Math.round(value * (i === 12 ? 0.17 : 0.7)) * 10,
    high: Math.round(value * (i === 12 ? 0.3 : 1.5)) * 10,
    neighbors: Math.round((i === 12 ? 430 : value * 1.06)) * 10,
    quality: i === 2 ? "estimated" : i === 7 ? "edited" : "actual",
    suspect: i === 12 ? "High: 5.1 × expected" : undefined,
    mark: i === 9 ? "Meter exchanged" : undefined,
  };
});

const off = Array.from({ length: 24 }, (_, hour) => (hour < 6 || hour >= 22 ? "night" : "off"));
const work = off.map((id, hour) => (hour >= 15 && hour < 20 ? "on" : hour >= 12 && hour < 15 ? "mid" : id));
export const WEEK = [work, work, work, work, work, off, off];
