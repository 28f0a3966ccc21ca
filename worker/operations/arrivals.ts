/** What arrived of what meters were to send: by hour of the last whole days, the meters of which nothing came, and what is said of the others. */
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { addDays, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import { MINUTE_MS, minutesOfDay, startOfDay, wallClockOf, type TimeZone } from "../../domain/calendar/zone.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { saidOfMeters, type SaidOfMeters } from "./conditions.ts";
import type { World } from "./context.ts";

/** Intervals of an hour of a day. */
export interface HourArrived {
  readonly expected: number;
  readonly received: number;
}

export interface DayArrived {
  readonly day: LocalDate;
  /** By hour on the wall clock, 24; nothing is expected in the hour that clocks skip, twice as much in the one that comes twice. */
  readonly hours: readonly HourArrived[];
}

export interface SilentMeter {
  readonly meterId: string;
  readonly badge: string;
  readonly address: string;
  readonly endpoint: string | null;
  /** Newest day of which anything is known; null: none ever was. */
  readonly last: LocalDate | null;
}

export interface ArrivalsPage {
  /** Head-ends that modules are paired with; the page can be narrowed to the meters of one. */
  readonly gateways: readonly { readonly id: string; readonly name: string; readonly meters: number }[];
  readonly days: readonly DayArrived[];
  /** Longest silent first. */
  readonly silent: readonly SilentMeter[];
  readonly silentCount: number;
  readonly silentAfterDays: number;
  /** Low batteries, weak signals, tamper and the like, as sources say them. */
  readonly said: SaidOfMeters;
}

const DAYS = 7;
/** A head-end that sends once a day, late, is not silent; one that skipped a day is. */
const SILENT_AFTER_DAYS = 2;
const SILENT_SHOWN = 100;

/** Channels that hung through the whole of a day, so that an exchange is nobody's gap. */
const HANGING = `json_each(?1) AS w CROSS JOIN meter_installation AS i JOIN channel AS c ON c.meter_id = i.meter_id AND c.kind = 'interval'`;
/** ?2: only meters that are paired with a module of this gateway; null: all. */
const OF_GATEWAY = "(?2 IS NULL OR i.meter_id IN (SELECT e.meter_id FROM meter_endpoint AS e WHERE e.gateway_id = ?2 AND e.to_on IS NULL))";
const WHOLE_DAY = `i.installed_on < w.value AND (i.removed_on IS NULL OR i.removed_on > w.value) AND ${OF_GATEWAY}`;

const STORED = `SELECT w.value AS day, c.step_minutes AS step, count(*) AS channels, count(d.day) AS stored
  FROM ${HANGING} LEFT JOIN interval_day AS d ON d.channel_id = c.id AND d.day = w.value WHERE ${WHOLE_DAY} GROUP BY 1, 2`;

/** Only days with a gap are opened. Missing is INT32_MIN, little-endian; a day has at most 300 slots of five minutes. */
const GAPS = `WITH RECURSIVE slot(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM slot WHERE n < 299)
  SELECT w.value AS day, s.n * c.step_minutes / 60 AS hour, count(*) AS missing
  FROM ${HANGING} JOIN interval_day AS d ON d.channel_id = c.id AND d.day = w.value AND (d.missing > 0 OR coalesce(d.estimated, 0) > 0) CROSS JOIN slot AS s
  WHERE ${WHOLE_DAY} AND s.n * 4 < length(d.raw) AND substr(d.raw, s.n * 4 + 1, 4) = x'00000080' GROUP BY 1, 2`;

/** Installed long enough to have been heard, and nothing since. */
const SILENT = `SELECT m.id AS "meterId", m.badge, p.line || ', ' || p.city AS address, max(heard.last) AS last,
    (SELECT e.endpoint_id FROM meter_endpoint AS e WHERE e.meter_id = m.id AND e.to_on IS NULL) AS endpoint
  FROM meter_installation AS i JOIN meter AS m ON m.id = i.meter_id JOIN service_point AS sp ON sp.id = i.service_point_id JOIN premise AS p ON p.id = sp.premise_id
  JOIN (SELECT c.meter_id, (SELECT max(d.day) FROM interval_day AS d WHERE d.channel_id = c.id) AS last FROM channel AS c WHERE c.kind = 'interval') AS heard ON heard.meter_id = m.id
  WHERE i.removed_on IS NULL AND i.installed_on < ?1 AND ${OF_GATEWAY} GROUP BY m.id HAVING coalesce(max(heard.last), '') < ?1`;

const GATEWAYS = `SELECT g.id, g.name, count(*) AS meters FROM meter_endpoint AS e JOIN gateway AS g ON g.id = e.gateway_id WHERE e.to_on IS NULL GROUP BY g.id ORDER BY g.name, g.id`;

/** Of every meter, or of those of one gateway; `kind` is the condition whose meters are listed. @throws ForbiddenError */
export async function arrivalsPage(world: World, actor: UserActor, gatewayId: string | null = null, kind: string | null = null): Promise<ArrivalsPage> {
  requirePermission(actor, "read:meter:any");
  const { port } = world;
  const [zone, today] = await Promise.all([timeZoneOf(port, world.now()), todayOf(port, world.now())]);
  const days = eachDay({ from: addDays(today, -DAYS), to: today });
  const asked = [JSON.stringify(days), gatewayId];
  const heardSince = [addDays(today, -SILENT_AFTER_DAYS), gatewayId];
  const [stored, gaps, silent, counted, gateways] = await port.read([
    { sql: STORED, args: asked }, { sql: GAPS, args: asked },
    { sql: `${SILENT} ORDER BY last, m.badge LIMIT ${SILENT_SHOWN}`, args: heardSince }, { sql: `SELECT count(*) AS n FROM (${SILENT})`, args: heardSince },
    { sql: GATEWAYS, args: [] },
  ]);
  const storedOf = Map.groupBy(stored!.rows as unknown as StoredRow[], ({ day }) => day);
  const gapsOf = Map.groupBy(gaps!.rows as unknown as GapRow[], ({ day }) => day);
  return {
    gateways: gateways!.rows as unknown as ArrivalsPage["gateways"],
    days: days.map((day) => ({ day, hours: hoursOf(day, zone, storedOf.get(day) ?? [], gapsOf.get(day) ?? []) })),
    silent: silent!.rows as unknown as SilentMeter[], silentCount: counted!.rows[0]!["n"] as number, silentAfterDays: SILENT_AFTER_DAYS,
    said: await saidOfMeters(port, { now: world.now(), gatewayId, kind }),
  };
}

interface StoredRow { readonly day: LocalDate; readonly step: number; readonly channels: number; readonly stored: number }
interface GapRow { readonly day: LocalDate; readonly hour: number; readonly missing: number }

const HOUR_MS = 60 * MINUTE_MS;

function hoursOf(day: LocalDate, zone: TimeZone, stored: readonly StoredRow[], gaps: readonly GapRow[]): HourArrived[] {
  const perHour = (count: (row: StoredRow) => number): number => stored.reduce((sum, row) => sum + count(row) * (60 / row.step), 0);
  const [expected, whole] = [perHour((row) => row.channels), perHour((row) => row.stored)];
  const missing = new Map(gaps.map((row) => [row.hour, row.missing]));
  const hours = Array.from({ length: 24 }, () => ({ expected: 0, received: 0 }));
  const start = startOfDay(day, zone);
  for (let elapsed = 0; elapsed * 60 < minutesOfDay(day, zone); elapsed += 1) {
    const here = hours[Math.floor(wallClockOf(start + elapsed * HOUR_MS, zone).minute / 60)]!;
    here.expected += expected;
    here.received += whole - (missing.get(elapsed) ?? 0);
  }
  return hours;
}
