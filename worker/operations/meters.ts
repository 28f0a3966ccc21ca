/** Meters as staff see them: where each hung, what it measures, what it registered month by month and day by day, what is open on it. */
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import type { SqlPort } from "../../db/port.ts";
import { addDays, addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { bestReads, isUse, registerAdvance, timesMultiplier, type Channel, type Milli, type RegisterRead, type Unit } from "../../domain/metering/index.ts";
import { CONDITIONS_OF_METER, type MeterSaid } from "./conditions.ts";
import type { World } from "./context.ts";

export interface ChannelRow {
  readonly channelId: number;
  readonly meterId: string;
  readonly name: string;
  readonly kind: "register" | "interval";
  readonly unit: Unit;
  readonly stepMinutes: number | null;
  readonly multiplier: string;
  readonly dials: number | null;
  readonly direction: Channel["direction"];
}

/** What a channel measured in a month or on a day, after the multiplier; null when nothing was read. */
export interface UsageSpan {
  /** `YYYY-MM` or `YYYY-MM-DD`. */
  readonly key: string;
  readonly value: Milli | null;
  readonly estimated: boolean;
  /** An exception that holds bills is open on a part of it. */
  readonly suspect: boolean;
  /** Intervals that did not arrive. */
  readonly missing: number;
}

export interface ChannelUsage {
  readonly channelId: number;
  readonly unit: Unit;
  /** Oldest first, the running one last. */
  readonly months: readonly UsageSpan[];
  /** Interval channels only. */
  readonly days: readonly UsageSpan[];
}

/** A year back, so that each month stands beside the same one of last year. */
const MONTHS = 13;
const DAYS = 31;
const DAY_MS = 86_400_000;

/** What channels measured, by month and, for intervals, by day. */
export async function usageOfChannels(port: SqlPort, channels: readonly ChannelRow[], today: LocalDate, zone: TimeZone): Promise<ChannelUsage[]> {
  if (channels.length === 0) return [];
  const firstMonth = `${addMonths(`${today.slice(0, 7)}-01`, 1 - MONTHS)}`;
  const firstDay = addDays(today, 1 - DAYS);
  const ids = (kind: ChannelRow["kind"]) => JSON.stringify(channels.filter((channel) => channel.kind === kind).map((channel) => channel.channelId));
  const spans = (key: string) => `SELECT d.channel_id AS "channelId", ${key} AS "key", sum(d.best_total) AS value, sum(d.missing) AS missing, max(d.suspect) AS suspect, sum(coalesce(d.estimated, 0)) AS estimated
    FROM json_each(?1) AS c CROSS JOIN interval_day AS d ON d.channel_id = c.value AND d.day >= ?2 AND d.day <= ?3 GROUP BY 1, 2 ORDER BY 2`;
  const [months, days, reads] = await port.read([
    { sql: spans("substr(d.day, 1, 7)"), args: [ids("interval"), firstMonth, today] },
    { sql: spans("d.day"), args: [ids("interval"), firstDay, today] },
    {
      sql: `SELECT g.channel_id AS "channelId", g.read_at AS "readAt", g.version, g.value, g.quality, g.suspect FROM json_each(?1) AS c CROSS JOIN register_read AS g
        ON g.channel_id = c.value AND g.read_at >= ?2 ORDER BY g.read_at, g.version`,
      // The read before the first month is where that month begins.
      args: [ids("register"), startOfDay(firstMonth, zone) - 40 * DAY_MS],
    },
  ]);
  const keysOfMonths = Array.from({ length: MONTHS }, (_, i) => addMonths(firstMonth, i).slice(0, 7));
  const keysOfDays = Array.from({ length: DAYS }, (_, i) => addDays(firstDay, i));
  return channels.map((channel) => {
    const { channelId, unit } = channel;
    const mine = <R>(rows: readonly unknown[]) => (rows as (R & { channelId: number })[]).filter((row) => row.channelId === channelId);
    if (channel.kind === "register") return { channelId, unit, months: monthsOfReads(channel, mine<ReadRow>(reads!.rows), keysOfMonths, zone), days: [] };
    return {
      channelId, unit,
      months: spansOf(channel, mine<SpanRow>(months!.rows), keysOfMonths),
      days: spansOf(channel, mine<SpanRow>(days!.rows), keysOfDays),
    };
  });
}

interface SpanRow {
  readonly key: string;
  readonly value: number;
  readonly missing: number;
  readonly suspect: number;
  readonly estimated: number;
}

type ReadRow = RegisterRead & { readonly suspect: number };

function spansOf(channel: ChannelRow, rows: readonly SpanRow[], keys: readonly string[]): UsageSpan[] {
  const found = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => {
    const row = found.get(key);
    if (!row) return { key, value: null, estimated: false, suspect: false, missing: 0 };
    return { key, value: timesMultiplier(row.value, channel.multiplier), estimated: row.estimated > 0, suspect: row.suspect > 0, missing: row.missing };
  });
}

/** From the last read of the month before to the last read of the month: what a register tells of months without intervals. */
function monthsOfReads(channel: ChannelRow, rows: readonly ReadRow[], keys: readonly string[], zone: TimeZone): UsageSpan[] {
  const suspects = new Set(rows.filter((row) => row.suspect > 0).map((row) => row.readAt));
  const best = bestReads(rows);
  // A read at midnight ends the day before.
  const monthOf = (read: RegisterRead) => localDateOf(read.readAt - 1, zone).slice(0, 7);
  const last = new Map(best.map((read) => [monthOf(read), read]));
  let before: RegisterRead | undefined = best.findLast((read) => monthOf(read) < keys[0]!);
  return keys.map((key) => {
    const read = last.get(key);
    const start = before;
    if (read) before = read;
    if (!read || !start) return { key, value: null, estimated: false, suspect: false, missing: 0 };
    const { kind, usage } = registerAdvance(start.value, read.value, channel);
    return { key, value: kind === "negative" ? null : usage, estimated: read.quality === "estimated", suspect: best.some((each) => monthOf(each) === key && suspects.has(each.readAt)), missing: 0 };
  });
}

export interface MeterInstalled {
  readonly servicePointId: string;
  readonly premiseId: string;
  readonly address: string;
  readonly installedOn: LocalDate;
  readonly removedOn: LocalDate | null;
}

export interface MeterException {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly status: string;
  readonly sentence: string;
  readonly openedAt: number;
  readonly decision: string | null;
}

export interface MeterRead {
  readonly channelId: number;
  readonly readAt: number;
  readonly value: Milli;
  readonly quality: string;
  readonly suspect: number;
  readonly source: string;
  /** The file that it came in, and its line there; null for reads that came otherwise. */
  readonly fileId: string | null;
  readonly line: number | null;
}

export interface MeterPage {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly status: string;
  readonly channels: readonly ChannelRow[];
  readonly installations: readonly MeterInstalled[];
  /** Accounts that are billed on it now. */
  readonly accounts: readonly { readonly accountId: string; readonly name: string; readonly commodity: string }[];
  readonly usage: readonly ChannelUsage[];
  /** Latest register reads, newest first. */
  readonly reads: readonly MeterRead[];
  /** Open ones first. */
  readonly exceptions: readonly MeterException[];
  /** What its sources said last of each kind of condition. */
  readonly said: readonly MeterSaid[];
}

export const CHANNEL_COLUMNS = `id AS "channelId", meter_id AS "meterId", name, kind, unit, step_minutes AS "stepMinutes", multiplier, dials, direction`;

/** One meter; null when there is none. @throws ForbiddenError */
export async function meterPage(world: World, actor: UserActor, meterId: string): Promise<MeterPage | null> {
  requirePermission(actor, "read:meter:any");
  const { port } = world;
  const now = world.now();
  const [zone, today] = [await timeZoneOf(port, now), await todayOf(port, now)];
  const args = [meterId];
  const [meters, channels, installations, accounts, exceptions, reads, said] = await port.read([
    { sql: `SELECT id AS "meterId", badge, commodity, size, manufacturer, status FROM meter WHERE id = ?`, args },
    { sql: `SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id = ? ORDER BY kind DESC, id`, args },
    {
      sql: `SELECT mi.service_point_id AS "servicePointId", p.id AS "premiseId", p.line || ', ' || p.city AS address, mi.installed_on AS "installedOn", mi.removed_on AS "removedOn"
        FROM meter_installation mi JOIN service_point sp ON sp.id = mi.service_point_id JOIN premise p ON p.id = sp.premise_id WHERE mi.meter_id = ? ORDER BY mi.installed_on DESC`,
      args,
    },
    {
      sql: `SELECT s.account_id AS "accountId", o.name, group_concat(s.commodity, ', ') AS commodity FROM meter_installation mi
        JOIN service_point here ON here.id = mi.service_point_id JOIN service_point sp ON sp.premise_id = here.premise_id AND coalesce(sp.usage_from, sp.id) = here.id
        JOIN service_agreement s ON s.service_point_id = sp.id AND s.start_on <= ?2 AND (s.stop_on IS NULL OR s.stop_on > ?2)
        JOIN account a ON a.id = s.account_id JOIN person o ON o.id = a.person_id WHERE mi.meter_id = ?1 AND mi.removed_on IS NULL GROUP BY s.account_id, o.name`,
      args: [meterId, today],
    },
    {
      sql: `SELECT id, rule, severity, status, sentence, opened_at AS "openedAt", decision FROM exception
        WHERE channel_id IN (SELECT id FROM channel WHERE meter_id = ?1) ORDER BY status = 'closed', opened_at DESC LIMIT 30`,
      args,
    },
    {
      sql: `SELECT g.channel_id AS "channelId", g.read_at AS "readAt", g.value, g.quality, g.suspect, g.source,
        (SELECT b.file_id FROM read_batch b WHERE b.id = g.batch_id) AS "fileId",
        (SELECT s.line FROM read_source s WHERE s.channel_id = g.channel_id AND s.at = g.read_at AND s.batch_id = g.batch_id) AS line FROM register_read g
        WHERE g.channel_id IN (SELECT id FROM channel WHERE meter_id = ?) ORDER BY g.read_at DESC, g.version DESC LIMIT 12`,
      args,
    },
    { sql: CONDITIONS_OF_METER, args },
  ]);
  const meter = meters!.rows[0] as unknown as Pick<MeterPage, "meterId" | "badge" | "commodity" | "size" | "manufacturer" | "status"> | undefined;
  if (!meter) return null;
  const found = channels!.rows as unknown as ChannelRow[];
  return {
    ...meter,
    channels: found,
    installations: installations!.rows as unknown as MeterInstalled[],
    accounts: accounts!.rows as unknown as MeterPage["accounts"],
    exceptions: exceptions!.rows as unknown as MeterException[],
    reads: reads!.rows as unknown as MeterRead[],
    said: said!.rows as unknown as MeterSaid[],
    usage: await usageOfChannels(port, found, today, zone),
  };
}

/** What the meters of an account's services measured: for its page. @throws ForbiddenError */
export async function usageOfMeters(world: World, actor: UserActor, meterIds: readonly string[]): Promise<(ChannelUsage & { readonly meterId: string })[]> {
  requirePermission(actor, "read:usage:any");
  const { port } = world;
  const now = world.now();
  const channels = await port.query<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id IN (SELECT value FROM json_each(?)) AND direction <> 'received' ORDER BY kind, id`, [JSON.stringify(meterIds)]);
  // One channel a meter tells its story: its intervals where it has them, else its register.
  const shown = meterIds.flatMap((meterId) => channels.find((channel) => channel.meterId === meterId && isUse(channel.unit)) ?? []);
  const usage = await usageOfChannels(port, shown, await todayOf(port, now), await timeZoneOf(port, now));
  return usage.map((each) => ({ ...each, meterId: shown.find((channel) => channel.channelId === each.channelId)!.meterId }));
}
