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
  /** More days have gaps than are opened: what is missing is reckoned from a part of them. */
  readonly about: boolean;
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

/**
 * Interval channels where they hung, of all meters or of those of one gateway's modules; `gateway` is the parameter with its id. The joins are crossed, which
 * in SQLite fixes their order: each channel is looked up once, and its days are one range of the index that has the totals.
 */
const hanging = (gateway: string | null): string => `${gateway ? `meter_endpoint AS e CROSS JOIN meter_installation AS i ON i.meter_id = e.meter_id AND e.gateway_id = ${gateway} AND e.to_on IS NULL` : "meter_installation AS i"}
  CROSS JOIN channel AS c ON c.meter_id = i.meter_id AND c.kind = 'interval'`;

/** A channel's days from ?1 to before ?2, those through the whole of which it hung: an exchange is nobody's gap. */
const wholeDays = (gateway: string | null): string => `${hanging(gateway)} CROSS JOIN interval_day AS d INDEXED BY interval_day_totals ON d.channel_id = c.id AND d.day >= ?1 AND d.day < ?2
    AND i.installed_on < d.day AND (i.removed_on IS NULL OR i.removed_on > d.day)`;

/** Channels by the first and last day inside the span on which they hung for a part; null: they hung before, or do after. */
const expectedFrom = (gateway: string | null): string => `SELECT c.step_minutes AS step, CASE WHEN i.installed_on >= ?1 THEN i.installed_on END AS installed, CASE WHEN i.removed_on < ?2 THEN i.removed_on END AS removed, count(*) AS channels
  FROM ${hanging(gateway)} WHERE i.installed_on < ?2 AND (i.removed_on IS NULL OR i.removed_on > ?1) GROUP BY 1, 2, 3`;

const HAS_GAP = "(d.missing > 0 OR coalesce(d.estimated, 0) > 0)";

const stored = (gateway: string | null): string => `SELECT d.day, c.step_minutes AS step, count(*) AS stored, sum(${HAS_GAP}) AS gaps FROM ${wholeDays(gateway)} GROUP BY 1, 2`;

/** Only days with a gap are opened, about every ?3rd of them. Missing is INT32_MIN, little-endian; a day has at most 300 slots of five minutes. */
const missing = (gateway: string | null): string => `WITH RECURSIVE slot(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM slot WHERE n < 299),
  gap AS MATERIALIZED (SELECT d.channel_id AS channel, d.day, c.step_minutes AS step FROM ${wholeDays(gateway)} AND ${HAS_GAP} AND d.channel_id * 7919 % 10007 % ?3 = 0)
  SELECT g.day, s.n * g.step / 60 AS hour, count(*) AS missing, (SELECT count(*) FROM gap AS o WHERE o.day = g.day) AS opened FROM gap AS g CROSS JOIN interval_day AS d ON d.channel_id = g.channel AND d.day = g.day CROSS JOIN slot AS s
  WHERE s.n * 4 < length(d.raw) AND substr(d.raw, s.n * 4 + 1, 4) = x'00000080' GROUP BY 1, 2`;

/** Days with a gap that are opened for one page, about a second's work: where there are more, every so many stand for all. */
export const GAPS_OPENED = 20_000;

/** Installed before ?1, and nothing heard since. Places are looked up for the silent alone. */
const silentFrom = (gateway: string | null): string => `WITH heard AS MATERIALIZED (
    SELECT i.meter_id AS id, i.service_point_id AS point, max((SELECT max(d.day) FROM interval_day AS d WHERE d.channel_id = c.id)) AS last
    FROM ${hanging(gateway)} WHERE i.removed_on IS NULL AND i.installed_on < ?1 GROUP BY i.meter_id HAVING coalesce(last, '') < ?1)
  SELECT h.id AS "meterId", m.badge, p.line || ', ' || p.city AS address, h.last, (SELECT e.endpoint_id FROM meter_endpoint AS e WHERE e.meter_id = h.id AND e.to_on IS NULL) AS endpoint, count(*) OVER () AS of
  FROM heard AS h JOIN meter AS m ON m.id = h.id JOIN service_point AS sp ON sp.id = h.point JOIN premise AS p ON p.id = sp.premise_id ORDER BY h.last, m.badge LIMIT ${SILENT_SHOWN}`;

const GATEWAYS = `SELECT g.id, g.name, count(*) AS meters FROM meter_endpoint AS e JOIN gateway AS g ON g.id = e.gateway_id WHERE e.to_on IS NULL GROUP BY g.id ORDER BY g.name, g.id`;

/** Of every meter, or of those of one gateway; `kind` is the condition whose meters are listed. `gapsOpened`: as many days with gaps are opened. @throws ForbiddenError */
export async function arrivalsPage(world: World, actor: UserActor, gatewayId: string | null = null, kind: string | null = null, gapsOpened = GAPS_OPENED): Promise<ArrivalsPage> {
  requirePermission(actor, "read:meter:any");
  const { port } = world;
  const [zone, today] = await Promise.all([timeZoneOf(port, world.now()), todayOf(port, world.now())]);
  const [first, after] = [addDays(today, -DAYS), today];
  const days = eachDay({ from: first, to: after });
  const ofGateway = gatewayId === null ? [] : [gatewayId];
  /** The gateway is the last parameter of each. */
  const parameter = (at: number): string | null => (gatewayId === null ? null : `?${at}`);
  const [expected, arrived, silent, gateways] = await port.read([
    { sql: expectedFrom(parameter(3)), args: [first, after, ...ofGateway] }, { sql: stored(parameter(3)), args: [first, after, ...ofGateway] },
    { sql: silentFrom(parameter(2)), args: [addDays(today, -SILENT_AFTER_DAYS), ...ofGateway] }, { sql: GATEWAYS, args: [] },
  ]);
  const rows = arrived!.rows as unknown as StoredRow[];
  const gapDays = rows.reduce((sum, row) => sum + row.gaps, 0);
  const every = Math.max(1, Math.ceil(gapDays / gapsOpened));
  const gaps = gapDays === 0 ? [] : await port.query<GapRow>(missing(parameter(4)), [first, after, every, ...ofGateway]);
  const storedOf = Map.groupBy(rows, ({ day }) => day);
  const gapsOf = Map.groupBy(gaps, ({ day }) => day);
  return {
    gateways: gateways!.rows as unknown as ArrivalsPage["gateways"],
    days: days.map((day) => ({ day, hours: hoursOf(day, zone, { expected: hangingOn(day, expected!.rows as unknown as ExpectedRow[]), stored: storedOf.get(day) ?? [], gaps: gapsOf.get(day) ?? [] }) })),
    about: every > 1, silent: silent!.rows as unknown as SilentMeter[], silentCount: (silent!.rows[0]?.["of"] as number | undefined) ?? 0, silentAfterDays: SILENT_AFTER_DAYS,
    said: await saidOfMeters(port, { now: world.now(), gatewayId, kind }),
  };
}

interface ExpectedRow { readonly step: number; readonly installed: LocalDate | null; readonly removed: LocalDate | null; readonly channels: number }
interface StoredRow { readonly day: LocalDate; readonly step: number; readonly stored: number; readonly gaps: number }
/** `opened`: days with gaps that were looked into for it. */
interface GapRow { readonly day: LocalDate; readonly hour: number; readonly missing: number; readonly opened: number }

/** Channels that hung through the whole of the day. */
const hangingOn = (day: LocalDate, rows: readonly ExpectedRow[]): ExpectedRow[] => rows.filter(({ installed, removed }) => (installed === null || installed < day) && (removed === null || removed > day));

const HOUR_MS = 60 * MINUTE_MS;

interface DayKnown {
  readonly expected: readonly ExpectedRow[];
  readonly stored: readonly StoredRow[];
  readonly gaps: readonly GapRow[];
}

function hoursOf(day: LocalDate, zone: TimeZone, { expected, stored: arrived, gaps }: DayKnown): HourArrived[] {
  const perHour = <R extends { readonly step: number }>(rows: readonly R[], count: (row: R) => number): number => rows.reduce((sum, row) => sum + count(row) * (60 / row.step), 0);
  const [all, whole] = [perHour(expected, (row) => row.channels), perHour(arrived, (row) => row.stored)];
  const withGaps = arrived.reduce((sum, row) => sum + row.gaps, 0);
  const missed = new Map(gaps.map((row) => [row.hour, Math.round((row.missing * withGaps) / row.opened)]));
  const hours = Array.from({ length: 24 }, () => ({ expected: 0, received: 0 }));
  const start = startOfDay(day, zone);
  for (let elapsed = 0; elapsed * 60 < minutesOfDay(day, zone); elapsed += 1) {
    const here = hours[Math.floor(wallClockOf(start + elapsed * HOUR_MS, zone).minute / 60)]!;
    here.expected += all;
    here.received += Math.max(0, whole - (missed.get(elapsed) ?? 0));
  }
  return hours;
}
