/** Services in use without a bill: asked of the bills themselves and not of the state that the runs go by, so that an error of the one shows in the other. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { UnbilledService } from "../../domain/billing/unbilled.ts";
import { CORRECTION_MARK } from "../../domain/billing/true-up.ts";
import type { SqlPort } from "../port.ts";
import type { RunOf } from "./due.ts";

/** Segments of a service (`a`) by which it is billed further: of complete bills, and not what corrects an earlier period. */
const SEGMENTS = `FROM bill_segment AS s JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' WHERE s.service_agreement_id = a.id AND instr(s.id, '${CORRECTION_MARK}') = 0`;
const BILLED_TO = `(SELECT max(s.period_to) ${SEGMENTS})`;
/** In use after the day (`?1`), and nothing billed after it: one look into the index for each service, the rest only for the few. */
const UNBILLED = `a.start_on <= ?1 AND NOT EXISTS (SELECT 1 ${SEGMENTS} AND s.period_to > ?1) AND (a.stop_on IS NULL OR a.stop_on > coalesce(${BILLED_TO}, a.start_on))`;

type Row = Omit<UnbilledService, "everBilled" | "hasCycle"> & { readonly everBilled: number; readonly hasCycle: number };

/** Services that no bill covers after the day, without an open alarm; at most `limit`. */
export async function newlyUnbilled(port: SqlPort, cutoff: LocalDate, limit: number): Promise<UnbilledService[]> {
  const rows = await port.query<Row>(
    `SELECT a.id AS "agreementId", a.account_id AS "accountId", a.service_point_id AS "servicePointId", a.commodity, coalesce(${BILLED_TO}, a.start_on) AS "billedTo", ${BILLED_TO} IS NOT NULL AS "everBilled",
       c.bill_cycle AS "cycleId", EXISTS (SELECT 1 FROM bill_cycle AS y WHERE y.id = c.bill_cycle) AS "hasCycle",
       (SELECT h.sentence FROM exception AS h WHERE h.account_id = a.account_id AND h.kind = 'billing' AND h.status = 'open' ORDER BY h.opened_at DESC LIMIT 1) AS held
     FROM service_agreement AS a JOIN account AS c ON c.id = a.account_id
     WHERE ${UNBILLED} AND NOT EXISTS (SELECT 1 FROM exception AS x WHERE x.id = 'unbilled:' || a.id AND x.status = 'open') ORDER BY a.id LIMIT ?2`,
    [cutoff, limit],
  );
  return rows.map((row) => ({ ...row, everBilled: row.everBilled !== 0, hasCycle: row.hasCycle !== 0 }));
}

/** Open alarms whose service has been billed, or has stopped being in use, since. */
export async function billedSince(port: SqlPort, cutoff: LocalDate): Promise<string[]> {
  const rows = await port.query<{ id: string }>(
    `SELECT x.id FROM exception AS x WHERE x.status = 'open' AND x.kind = 'unbilled' AND x.rule = 'unbilled'
       AND NOT EXISTS (SELECT 1 FROM service_agreement AS a WHERE a.id = substr(x.id, length('unbilled:') + 1) AND ${UNBILLED})`,
    [cutoff],
  );
  return rows.map(({ id }) => id);
}

/** Accounts of a cycle that its run left without a bill, with what the run said last, and without an open item; at most `limit`. */
export async function leftUnbilled(port: SqlPort, { runId, cycleId, periodTo }: RunOf, limit: number): Promise<{ accountId: string; reason: string | null }[]> {
  return port.query(
    `SELECT a.id AS "accountId", r.reason FROM account AS a JOIN account_state AS s ON s.account_id = a.id LEFT JOIN bill_run_account AS r ON r.run_id = ?2 AND r.account_id = a.id
     WHERE a.bill_cycle = ?1 AND EXISTS (SELECT 1 FROM json_each(s.state, '$.agreements') AS g WHERE g.value->>'billedTo' < min(coalesce(g.value->>'stopOn', ?3), ?3))
       AND NOT EXISTS (SELECT 1 FROM exception AS x WHERE x.id = 'window:' || ?2 || ':' || a.id AND x.status = 'open') ORDER BY a.id LIMIT ?4`,
    [cycleId, runId, periodTo, limit],
  );
}
