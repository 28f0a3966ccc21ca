/** What meters and their modules are said to be: batteries that are low, signals that are weak, meters that were tampered with. */
import type { SqlPort } from "../../db/port.ts";
import type { ConditionKind } from "../../domain/metering/conditions.ts";

/** The last word on one kind of condition of a meter. */
export interface MeterSaid {
  readonly kind: ConditionKind;
  /** 1: it is so; 0: the source says that it is not, or no longer. */
  readonly isOn: number;
  readonly since: number;
  readonly toldAt: number;
  /** The source's own word. */
  readonly says: string;
  /** Of a clock: by how many seconds it is ahead. */
  readonly seconds: number | null;
  /** The file that said it first, and the line of it; null where it came otherwise. */
  readonly fileId: string | null;
  readonly line: number | null;
}

export interface MeterListed extends MeterSaid {
  readonly meterId: string;
  readonly badge: string;
  readonly address: string;
  readonly endpoint: string | null;
}

export interface SaidOfMeters {
  /** How many installed meters each kind is said of; kinds that are said of none are left out. */
  readonly counts: readonly { readonly kind: ConditionKind; readonly meters: number }[];
  /** The kind that is listed; null: there is none. */
  readonly kind: ConditionKind | null;
  /** Longest first, as many as are shown. */
  readonly rows: readonly MeterListed[];
}

/** What gets a crew out first. */
const ORDER: readonly ConditionKind[] = ["tamper", "reverse-flow", "empty-pipe", "fault", "clock", "low-battery", "weak-signal", "power-outage", "leak", "no-flow"];

const SHOWN = 100;

/** A condition that nobody has said again for so long is told of no more: also a meter read once a month has had its turn. */
const TOLD_WITHIN_MS = 40 * 86_400_000;

const FIRST_SAID = `(SELECT b.file_id FROM read_batch AS b WHERE b.id = s.batch_id) AS "fileId", CASE WHEN s.line > 0 THEN s.line END AS line`;
const COLUMNS = `s.kind, s.is_on AS "isOn", s.since, s.told_at AS "toldAt", s.says, s.seconds, ${FIRST_SAID}`;

/** What was said of a module is not said of the one that took its place. */
const OF_THIS_MODULE = `NOT (s.kind IN ('low-battery', 'weak-signal') AND EXISTS (SELECT 1 FROM meter_endpoint AS n WHERE n.meter_id = s.meter_id AND n.to_on IS NULL AND n.from_on > date(s.told_at / 1000, 'unixepoch')))`;

/** ?1: told since; ?2: only meters that are paired with a module of this gateway, null: all. */
const SAID = `meter_condition AS s CROSS JOIN meter_installation AS i ON i.meter_id = s.meter_id AND i.removed_on IS NULL
  WHERE s.is_on = 1 AND s.told_at >= ?1 AND ${OF_THIS_MODULE} AND (?2 IS NULL OR s.meter_id IN (SELECT e.meter_id FROM meter_endpoint AS e WHERE e.gateway_id = ?2 AND e.to_on IS NULL))`;

const COUNTS = `SELECT s.kind, count(DISTINCT s.meter_id) AS meters FROM ${SAID} GROUP BY s.kind`;

const LISTED = `SELECT ${COLUMNS}, m.id AS "meterId", m.badge, p.line || ', ' || p.city AS address, (SELECT e.endpoint_id FROM meter_endpoint AS e WHERE e.meter_id = m.id AND e.to_on IS NULL) AS endpoint
  FROM (SELECT s.*, i.service_point_id FROM ${SAID} AND s.kind = ?3 ORDER BY s.since, s.meter_id LIMIT ${SHOWN}) AS s
  JOIN meter AS m ON m.id = s.meter_id JOIN service_point AS sp ON sp.id = s.service_point_id JOIN premise AS p ON p.id = sp.premise_id ORDER BY s.since, m.badge`;

/** Meters of which something is said, by kind. The caller has seen to who may look. */
export async function saidOfMeters(port: SqlPort, { now, gatewayId, kind }: { readonly now: number; readonly gatewayId: string | null; readonly kind: string | null }): Promise<SaidOfMeters> {
  const since = now - TOLD_WITHIN_MS;
  const found = await port.query<SaidOfMeters["counts"][number]>(COUNTS, [since, gatewayId]);
  const counts = ORDER.flatMap((each) => found.find((row) => row.kind === each) ?? []);
  const chosen = counts.find((row) => row.kind === kind)?.kind ?? counts[0]?.kind ?? null;
  return { counts, kind: chosen, rows: chosen === null ? [] : await port.query<MeterListed>(LISTED, [since, gatewayId, chosen]) };
}

/** The last word on everything that was ever said of a meter, what is so first. */
export const CONDITIONS_OF_METER = `SELECT ${COLUMNS} FROM meter_condition AS s WHERE s.meter_id = ? AND ${OF_THIS_MODULE} ORDER BY s.is_on DESC, s.since DESC`;
