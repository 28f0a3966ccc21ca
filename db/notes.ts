/** What people wrote beside the log: events have only a reference to it, so that it can be erased and the chain holds. */
import { summaryOf, type EventSummary } from "../domain/lifecycle/account/summary.ts";
import type { SqlPort } from "./port.ts";

/** Streams that speak of an account (?1): its own, its exceptions' and alerts', what its customer was told of its prepaid money, and the access of people who may see it. */
export const STREAMS_OF_ACCOUNT = `SELECT 'account:' || ?1 UNION ALL SELECT 'exception:' || id FROM exception WHERE account_id = ?1 UNION ALL SELECT 'alert:' || id FROM usage_alert WHERE account_id = ?1
  UNION ALL SELECT 'prepaid-notice:' || ?1 UNION ALL SELECT DISTINCT 'access:' || user_id FROM account_access WHERE account_id = ?1`;

/** The words by reference; those that were erased are absent. */
export async function wordsOf(port: SqlPort, refs: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
  const known = refs.filter((ref) => ref !== null);
  if (known.length === 0) return new Map();
  const rows = await port.query<{ ref: string; value: string }>("SELECT p.ref, p.value FROM json_each(?) AS w CROSS JOIN personal_data AS p ON p.ref = w.value", [JSON.stringify(known)]);
  return new Map(rows.map(({ ref, value }) => [ref, JSON.parse(value) as string]));
}

/** Events as staff read them: each with its summary, in it the words of whoever did it. */
export async function withSummaries<Row extends { readonly type: string; readonly data: string }>(port: SqlPort, rows: readonly Row[]): Promise<(Omit<Row, "data"> & { readonly summary: EventSummary })[]> {
  const events = rows.map(({ data, ...row }) => ({ row, facts: JSON.parse(data) as { reasonRef?: string | null } }));
  const words = await wordsOf(port, events.map(({ facts }) => facts.reasonRef ?? null));
  return events.map(({ row, facts }) => {
    const reason = words.get(facts.reasonRef ?? "");
    return { ...row, summary: { ...summaryOf(row.type, facts), ...(reason === undefined ? {} : { reason }) } };
  });
}
