/** What several rates of a utility share, from its settings: rider tables by date, and the moments of system peaks. */
import type { LocalDate, Period } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, wallClockOf, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { Setting } from "../lifecycle/settings.ts";
import type { RiderTables } from "../rating/index.ts";

export interface SharedRateData {
  readonly riders: RiderTables;
  readonly systemPeaks: readonly Instant[];
}

/** Tables by rider from the settings' rows, oldest first: of one day the last row counts, and what a row leaves out goes on. */
export function riderTables(settings: readonly { readonly effectiveOn: LocalDate; readonly riders: Setting<"riders"> }[]): RiderTables {
  const tables = new Map<string, Map<LocalDate, string>>();
  for (const { effectiveOn, riders } of settings) {
    for (const { id, value } of riders) tables.set(id, (tables.get(id) ?? new Map<LocalDate, string>()).set(effectiveOn, value));
  }
  return Object.fromEntries([...tables].map(([id, values]) => [id, [...values].map(([from, value]) => ({ from, value })).sort((a, b) => (a.from < b.from ? -1 : 1))]));
}

/** The part of a table that a period rests on: what counts on its first day, and what begins inside it. */
export function tablesOf(tables: RiderTables, ids: readonly string[], { from, to }: Period): RiderTables {
  return Object.fromEntries(ids.flatMap((id) => {
    const table = tables[id];
    if (table === undefined) return [];
    const first = table.findLastIndex((row) => row.from <= from);
    return [[id, table.slice(Math.max(0, first)).filter((row) => row.from < to)]];
  }));
}

/** Moments of the peaks; a clock time that a change of clocks skips is the hour after it. */
export function systemPeakInstants(peaks: Setting<"systemPeaks">, zone: TimeZone): Instant[] {
  return peaks.map(({ on, at }) => {
    const minute = Number(at.slice(0, 2)) * 60 + Number(at.slice(3));
    const guess = startOfDay(on, zone) + minute * MINUTE_MS;
    const shown = wallClockOf(guess, zone).minute;
    return guess + (minute - shown) * MINUTE_MS;
  });
}
