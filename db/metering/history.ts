/** What channels did before the reads that are to be judged: summed by the database, so that no packed day is opened. */
import { addDays, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { Instant } from "../../domain/calendar/zone.ts";
import { bestReads, daysOf, historyWindows, windowOfReads, type Channel, type ChannelHistory, type HistoryWindow, type RegisterRead } from "../../domain/metering/index.ts";
import type { Row, Statement } from "../port.ts";
import { jsonArgs } from "../rows.ts";

export interface DayNeed {
  readonly channelId: number;
  readonly from: LocalDate;
}

export interface ReadNeed {
  readonly channelId: number;
  readonly from: Instant;
}

const DAY_MINUTES = 24 * 60;
const DAY_MS = 86_400_000;
/** As many days back as a register's usage is compared over: a month of monthly reads, four weeks of daily ones. */
const PERIOD_MS = 28 * DAY_MS;
const YEAR_MS = 364 * DAY_MS;
const SEASON_MS = 14 * DAY_MS;

// Suspect days and reads are no measure for others.
// All columns are in the index `interval_day_totals`: no packed day is touched.
const SUMS = `json_array(count(*), coalesce(sum(d.best_total), 0), coalesce(sum(d.missing), 0), coalesce(sum(d.estimated), 0), coalesce(max(d.best_peak), 0),
    max(CASE WHEN d.best_total <> 0 OR d.best_peak <> 0 OR d.missing > 0 THEN d.day END), coalesce(sum(d.best_total = 0 AND d.best_peak = 0 AND d.missing = 0), 0))`;
const INTERVALS = `SELECT json_group_array(json_array(w.value->>0, w.value->>2,
    json((SELECT ${SUMS} FROM interval_day AS d WHERE d.channel_id = w.value->>0 AND d.day >= w.value->>1 AND d.day < w.value->>2 AND d.suspect = 0)),
    json((SELECT ${SUMS} FROM interval_day AS d WHERE d.channel_id = w.value->>0 AND d.day >= w.value->>3 AND d.day < w.value->>4 AND d.suspect = 0)),
    (SELECT d.flow_at_end FROM interval_day AS d WHERE d.channel_id = w.value->>0 AND d.day >= w.value->>5 AND d.day < w.value->>2)
  )) AS histories FROM json_each(?) AS w`;

type Sums = [days: number, usage: number, missing: number, estimated: number, peak: number, lastUsed: LocalDate | null, zeroDays: number];
type IntervalRow = [channelId: number, from: LocalDate, previous: Sums, lastYear: Sums, flowAtEnd: number | null];

/** Reads the histories of interval channels as of the first day needed of each. */
export function intervalHistoryStatements(needs: readonly DayNeed[]): Statement[] {
  // Thousands of channels, few days.
  const windows = new Map([...new Set(needs.map(({ from }) => from))].map((from) => [from, windowColumns(from)]));
  return jsonArgs(needs.map(({ channelId, from }) => [channelId, ...windows.get(from)!])).map((arg) => ({ sql: INTERVALS, args: [arg] }));
}

function windowColumns(from: LocalDate): readonly LocalDate[] {
  const { previous, lastYear } = historyWindows(from);
  return [previous.from, from, lastYear.from, lastYear.to, addDays(from, -1)];
}

/** Adds what one of `intervalHistoryStatements` answered. */
export function addIntervalHistories([row]: readonly Row[], channelOf: (channelId: number) => Channel, into: Map<number, ChannelHistory>): void {
  for (const [channelId, from, previous, lastYear, flowAtEnd] of JSON.parse(row!["histories"] as string) as IntervalRow[]) {
    const [, , , , , lastUsed, zeroDays] = previous;
    const slotsADay = DAY_MINUTES / (channelOf(channelId).stepMinutes ?? DAY_MINUTES);
    into.set(channelId, {
      previous: windowOf(previous, slotsADay),
      lastYear: windowOf(lastYear, slotsADay),
      zeroDaysBefore: lastUsed === null ? zeroDays : Math.min(zeroDays, daysBetween(lastUsed, from) - 1),
      flowSlotsBefore: flowAtEnd ?? 0,
    });
  }
}

/** An hour of clock change more or less is of no account over weeks. */
function windowOf([days, usage, missing, estimated, maxSlot, , idleDays]: Sums, slotsADay: number): HistoryWindow | null {
  const slots = days * slotsADay;
  return days === 0 ? null : { days, usage, slots, present: slots - missing, estimated, maxSlot, idleDays };
}

/** The latest good read of a channel that is not after an instant (and not before another). */
const latest = (channel: string, notAfter: string, notBefore = "0"): string =>
  `(SELECT g.read_at FROM register_read AS g WHERE g.channel_id = ${channel} AND g.read_at <= ${notAfter} AND g.read_at >= ${notBefore}
    AND NOT EXISTS (SELECT 1 FROM register_read AS n WHERE n.channel_id = g.channel_id AND n.read_at = g.read_at AND n.suspect <> 0 AND n.version >= g.version) ORDER BY g.read_at DESC LIMIT 1)`;

/**
 * For each channel: the last read before, the one a period before that, the same two a year ago, and since when the
 * register has shown what it shows. Each may be missing.
 */
const REGISTERS = `WITH need AS MATERIALIZED (SELECT w.value->>0 AS channel, w.value->>1 AS at FROM json_each(?) AS w),
  ends AS MATERIALIZED (SELECT channel, ${latest("need.channel", "need.at - 1")} AS e1, ${latest("need.channel", `need.at - ${YEAR_MS - SEASON_MS}`, `need.at - ${YEAR_MS + SEASON_MS}`)} AS e2 FROM need),
  points AS MATERIALIZED (SELECT channel, e1, e2, ${latest("ends.channel", `ends.e1 - ${PERIOD_MS}`)} AS s1, ${latest("ends.channel", `ends.e2 - ${PERIOD_MS}`)} AS s2,
    (SELECT g.read_at FROM register_read AS g WHERE g.channel_id = ends.channel AND g.read_at < ends.e1
      AND g.value <> (SELECT l.value FROM register_read AS l WHERE l.channel_id = ends.channel AND l.read_at = ends.e1 ORDER BY l.version DESC LIMIT 1) ORDER BY g.read_at DESC LIMIT 1) AS moved FROM ends),
  still AS MATERIALIZED (SELECT *, (SELECT g.read_at FROM register_read AS g WHERE g.channel_id = points.channel AND g.read_at > coalesce(points.moved, 0) ORDER BY g.read_at LIMIT 1) AS z FROM points),
  wanted AS (SELECT channel, 'e1' AS name, e1 AS at FROM still UNION ALL SELECT channel, 's1', s1 FROM still UNION ALL SELECT channel, 'e2', e2 FROM still UNION ALL SELECT channel, 's2', s2 FROM still UNION ALL SELECT channel, 'z', z FROM still)
  SELECT json_group_array(json_array(wanted.channel, wanted.name, g.read_at, g.version, g.value, g.quality)) AS points FROM wanted CROSS JOIN register_read AS g ON g.channel_id = wanted.channel AND g.read_at = wanted.at`;

type PointRow = [channelId: number, name: "e1" | "s1" | "e2" | "s2" | "z", readAt: Instant, version: number, value: number, quality: RegisterRead["quality"]];

/** Reads what the histories of registers as of the first read needed of each rest on. */
export function registerHistoryStatements(needs: readonly ReadNeed[]): Statement[] {
  return jsonArgs(needs.map(({ channelId, from }) => [channelId, from])).map((arg) => ({ sql: REGISTERS, args: [arg] }));
}

/** Adds what one of `registerHistoryStatements` answered. */
export function addRegisterHistories([row]: readonly Row[], channelOf: (channelId: number) => Channel, into: Map<number, ChannelHistory>): void {
  const points = Map.groupBy(JSON.parse(row!["points"] as string) as PointRow[], ([channelId]) => channelId);
  for (const [channelId, ofChannel] of points) {
    const channel = channelOf(channelId);
    const read = (name: PointRow[1]): RegisterRead | null =>
      bestReads(ofChannel.filter((point) => point[1] === name).map(([, , readAt, version, value, quality]) => ({ channelId, readAt, version, value, quality })))[0] ?? null;
    const [end, still] = [read("e1"), read("z")];
    into.set(channelId, {
      previous: windowOfReads(read("s1"), end, channel),
      lastYear: windowOfReads(read("s2"), read("e2"), channel),
      zeroDaysBefore: end !== null && still !== null && still.readAt < end.readAt ? daysOf(still.readAt, end.readAt) : 0,
      flowSlotsBefore: 0,
    });
  }
}
