/** What the run of winter averages reads: who has none yet for the year, and what their winter's bills were for. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { PastUse } from "../../domain/billing/winter-average.ts";
import type { Unit } from "../../domain/metering/index.ts";
import type { SqlPort } from "../port.ts";

/** Accounts with a service of the schedule that goes on and has no average from this day or later, in the order of their ids. */
export async function accountsWithoutAverage(port: SqlPort, scheduleId: string, countsFrom: LocalDate, after: string, limit: number): Promise<string[]> {
  const rows = await port.query<{ id: string }>(
    `SELECT DISTINCT sa.account_id AS id FROM service_agreement AS sa JOIN account_state AS s ON s.account_id = sa.account_id
     WHERE sa.rate_schedule_id = ?1 AND sa.account_id > ?3 AND (sa.stop_on IS NULL OR sa.stop_on > ?2)
       AND NOT EXISTS (SELECT 1 FROM json_each(s.state, '$.facts') AS f WHERE f.value->>'agreementId' = sa.id AND f.value->>'kind' = 'winter-average' AND f.value->>'from' >= ?2)
     ORDER BY sa.account_id LIMIT ?4`,
    [scheduleId, countsFrom, after, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * A leak is what validation called one, on a meter that the service is billed on. What trues up an estimate is a row of the
 * same days, by the difference: a period counts once, as it was used, under its first segment.
 */
const USES = `SELECT g.service_agreement_id AS "agreementId", min(g.id) AS "segmentId", g.period_from AS "from", g.period_to AS "to", sum(g.registered_milli) AS milli, g.unit,
    EXISTS (SELECT 1 FROM service_agreement AS a JOIN service_point AS p ON p.id = a.service_point_id JOIN meter_installation AS i ON i.service_point_id = coalesce(p.usage_from, p.id)
      JOIN channel AS c ON c.meter_id = i.meter_id JOIN exception AS x ON x.channel_id = c.id AND x.day >= g.period_from AND x.day < g.period_to
      WHERE a.id = g.service_agreement_id AND x.rule = 'leak') AS leak
  FROM json_each(?1) AS w CROSS JOIN bill_segment AS g ON g.service_agreement_id = w.value AND g.period_to > ?2 JOIN bill AS b ON b.id = g.bill_id
  WHERE b.status = 'complete' GROUP BY g.service_agreement_id, g.period_from, g.period_to, g.unit ORDER BY g.period_from`;

/** Billed use by agreement since a day, in the unit; what was billed in another one cannot be averaged with it. */
export async function pastUses(port: SqlPort, agreementIds: readonly string[], since: LocalDate, unit: Unit): Promise<Map<string, PastUse[]>> {
  if (agreementIds.length === 0) return new Map();
  const rows = await port.query<{ agreementId: string; segmentId: string; from: LocalDate; to: LocalDate; milli: number; unit: string; leak: number }>(USES, [JSON.stringify(agreementIds), since]);
  const uses = rows.filter((row) => row.unit === unit).map(({ agreementId, segmentId, from, to, milli, leak }) => ({ agreementId, use: { segmentId, from, to, milli, leak: leak === 1 } }));
  return new Map([...Map.groupBy(uses, ({ agreementId }) => agreementId)].map(([agreementId, own]) => [agreementId, own.map(({ use }) => use)]));
}
