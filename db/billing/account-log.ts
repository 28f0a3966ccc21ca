/** What an account's log says of its bills, and what those bills were computed from. */
import { thaw } from "../../domain/billing/freeze.ts";
import type { BillSnapshot } from "../../domain/billing/snapshot.ts";
import type { LoggedEvent } from "../../domain/lifecycle/account/standing-bills.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { SqlPort } from "../port.ts";
import { unpackSnapshot } from "./stored-snapshot.ts";

const MONEY = ["BillCompleted", "BillCanceled", "AdjustmentPosted", "PaymentPosted", "PaymentReversed", "BudgetSettled", "BudgetEnded"];

/** Everything that moved the account's money or said when it is due, in the order of its log. */
export async function moneyLog(port: SqlPort, accountId: string): Promise<LoggedEvent[]> {
  const rows = await port.query<{ seq: number; type: string; data: string }>(
    "SELECT seq, type, data FROM event WHERE stream = 'account:' || ? AND type IN (SELECT value FROM json_each(?)) ORDER BY seq", [accountId, JSON.stringify(MONEY)],
  );
  return rows.map(({ seq, type, data }) => ({ seq, type, data: JSON.parse(data) as object }));
}

/** Bills a read: a snapshot is some kilobytes, an answer at most ten megabytes. */
const SNAPSHOTS_A_READ = 60;

/** Snapshots by bill. */
export async function snapshotsOf(port: SqlPort, billIds: readonly string[]): Promise<Map<string, BillSnapshot>> {
  const found = new Map<string, BillSnapshot>();
  for (let at = 0; at < billIds.length; at += SNAPSHOTS_A_READ) {
    const rows = await port.query<{ id: string; snapshot: string }>("SELECT b.id, b.snapshot FROM json_each(?) AS i CROSS JOIN bill AS b ON b.id = i.value", [JSON.stringify(billIds.slice(at, at + SNAPSHOTS_A_READ))]);
    for (const { id, snapshot } of rows) found.set(id, thaw(unpackSnapshot(snapshot)).snapshot);
  }
  return found;
}

/** Accounting periods in which nothing is posted any more. */
export async function closedPeriods(port: SqlPort): Promise<ReadonlySet<string>> {
  return new Set((await port.query<{ period: string }>("SELECT period FROM accounting_period WHERE status = 'closed'")).map(({ period }) => period));
}

/** The state in which the account is served (where its mail goes, when it is served nowhere): whose law counts. */
export async function stateOfLaw(port: SqlPort, accountId: string): Promise<string> {
  const [row] = await port.query<{ state: string }>(
    `SELECT coalesce((SELECT p.state FROM service_agreement AS s JOIN service_point AS sp ON sp.id = s.service_point_id JOIN premise AS p ON p.id = sp.premise_id
       WHERE s.account_id = a.id ORDER BY s.start_on DESC LIMIT 1), a.mailing_state) AS state FROM account AS a WHERE a.id = ?`, [accountId],
  );
  return row?.state ?? "";
}

export interface OtherRate {
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
}

/** Schedules under which services of these kinds can be billed on a day. */
export async function ratesFor(port: SqlPort, commodities: readonly string[], day: LocalDate): Promise<OtherRate[]> {
  return port.query<OtherRate>(
    `SELECT r.id AS "scheduleId", r.name, r.commodity FROM rate_schedule AS r WHERE r.commodity IN (SELECT value FROM json_each(?))
       AND EXISTS (SELECT 1 FROM rate_version AS v WHERE v.schedule_id = r.id AND v.status = 'published' AND v.effective_on <= ?) ORDER BY r.name`,
    [JSON.stringify(commodities), day],
  );
}
