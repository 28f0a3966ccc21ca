/** Who is due in a run. Derived each time: an account is due while a service of it is billed to a day before the period's end, and the run has not dealt with it. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { runStream, type RunCounts } from "../../domain/billing/run.ts";
import type { SqlPort } from "../port.ts";

const DUE = `FROM account AS a JOIN account_state AS s ON s.account_id = a.id
  WHERE a.bill_cycle = ?1 AND a.id > ?4
    AND NOT EXISTS (SELECT 1 FROM bill_run_account AS r WHERE r.run_id = ?2 AND r.account_id = a.id AND r.outcome <> 'retry')
    AND EXISTS (SELECT 1 FROM json_each(s.state, '$.agreements') AS g WHERE g.value->>'billedTo' < min(coalesce(g.value->>'stopOn', ?3), ?3))`;

export interface RunOf {
  readonly runId: string;
  readonly cycleId: string;
  readonly periodTo: LocalDate;
}

/** The next due accounts after an id, in the order of their ids. */
export async function dueAccounts(port: SqlPort, { runId, cycleId, periodTo }: RunOf, after: string, limit: number): Promise<string[]> {
  const rows = await port.query<{ id: string }>(`SELECT a.id ${DUE} ORDER BY a.id LIMIT ?5`, [cycleId, runId, periodTo, after, limit]);
  return rows.map((row) => row.id);
}

export async function countDue(port: SqlPort, { runId, cycleId, periodTo }: RunOf): Promise<number> {
  const [row] = await port.query<{ due: number }>(`SELECT count(*) AS due ${DUE}`, [cycleId, runId, periodTo, ""]);
  return row!.due;
}

/** What a finished run (aliased `r`) said of its accounts when it ended, and what has become of them so far in one under way. Listing runs must not count every bill of every one. */
const countOf = (outcome: keyof RunCounts): string => `CASE r.status
    WHEN 'finished' THEN (SELECT e.data->>'${outcome}' FROM event AS e WHERE e.stream = '${runStream("")}' || r.id AND e.type = 'BillRunFinished' ORDER BY e.seq DESC LIMIT 1)
    ELSE (SELECT count(*) FROM bill_run_account AS a WHERE a.run_id = r.id AND a.outcome = '${outcome}') END AS ${outcome}`;

/** The columns `billed`, `held` and `failed` of runs that a query calls `r`. */
export const RUN_COUNTS = (["billed", "held", "failed"] as const).map(countOf).join(", ");

/** What has become of the accounts of a run so far. */
export async function runCounts(port: SqlPort, runId: string): Promise<RunCounts> {
  const rows = await port.query<{ outcome: string; n: number }>("SELECT outcome, count(*) AS n FROM bill_run_account WHERE run_id = ? GROUP BY outcome", [runId]);
  const of = (outcome: string) => rows.find((row) => row.outcome === outcome)?.n ?? 0;
  return { billed: of("billed"), held: of("held"), failed: of("failed") };
}
