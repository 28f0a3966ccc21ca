/** What a reads exception is about, loaded: the channel with its meter and place, the stored values around it. */
import { placesOf, type ReadsSetting } from "../../../db/metering/ingest.ts";
import { loadMetersById, type LoadedMeters } from "../../../db/metering/meters.ts";
import { loadStored, type LoadedReads } from "../../../db/metering/stored.ts";
import type { ExceptionRow } from "../../../db/metering/exceptions.ts";
import type { SqlPort } from "../../../db/port.ts";
import { addDays, type LocalDate } from "../../../domain/calendar/local-date.ts";
import { startOfDay } from "../../../domain/calendar/zone.ts";
import { registersBeside, type DayPlace, type ReadsNeeds } from "../../../domain/metering/index.ts";

export interface Subject {
  readonly place: DayPlace;
  readonly meters: LoadedMeters;
  readonly places: ReturnType<typeof placesOf>;
  readonly loaded: LoadedReads;
  readonly day: LocalDate;
}

/** Null when the channel or its place is not there any more. */
export async function loadSubject(port: SqlPort, row: ExceptionRow, setting: ReadsSetting): Promise<Subject | null> {
  const { meterId, channelId, day, readAt } = row;
  if (meterId === null || channelId === null || day === null) return null;
  const meters = await loadMetersById(port, [meterId], setting.zone);
  const places = placesOf(meters.byBadge.values());
  const found = places.get(channelId);
  const from = readAt ?? startOfDay(day, setting.zone);
  const to = readAt ?? startOfDay(addDays(day, 1), setting.zone);
  const installation = found?.meter.installations.find((at) => at.from <= from && (at.to === null || to <= at.to));
  if (!found || !installation) return null;
  const needs: ReadsNeeds = readAt === null
    ? { days: [{ channelId, from: day, to: addDays(day, 1) }], registers: registersBeside(found.channel, found.meter).map((beside) => ({ channelId: beside.channelId, from, to })) }
    : { days: [], registers: [{ channelId, from: readAt, to: readAt }] };
  return { place: { ...found, installation }, meters, places, loaded: await loadStored(port, needs, setting.zone, (id) => places.get(id)!.channel), day };
}
