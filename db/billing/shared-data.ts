/** What the utility's rates share: tables of factors by date, hours of system peaks. Small; read once for a set of accounts. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { riderTables, systemPeakInstants, type SharedRateData } from "../../domain/billing/shared-data.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import type { SqlPort } from "../port.ts";

export interface LoadedShared extends SharedRateData {
  /** Changes that were stored, for the fence of a bill. */
  readonly stamp: number;
}

export async function loadSharedData(port: SqlPort, zone: TimeZone): Promise<LoadedShared> {
  const rows = await port.query<{ topic: string; effectiveOn: LocalDate; value: string }>(
    `SELECT topic, effective_on AS "effectiveOn", value FROM setting WHERE topic IN ('riders', 'systemPeaks') ORDER BY effective_on, version`,
  );
  const riders = rows.filter(({ topic }) => topic === "riders").map(({ effectiveOn, value }) => ({ effectiveOn, riders: JSON.parse(value) as Setting<"riders"> }));
  const peaks = rows.findLast(({ topic }) => topic === "systemPeaks");
  return { riders: riderTables(riders), systemPeaks: systemPeakInstants(peaks ? (JSON.parse(peaks.value) as Setting<"systemPeaks">) : [], zone), stamp: rows.length };
}
