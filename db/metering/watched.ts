import type { Statement } from "../port.ts";

/** Tells the pages that somebody looks at: a row of the outbox for each watched account whose usage these service points measure. */
export function usageNotices(servicePointIds: Iterable<string>, now: number): Statement {
  return {
    sql: `INSERT INTO outbox (kind, key, payload, created_at, available_at, attempts)
      SELECT DISTINCT 'usageChanged', w.account_id, json_object('accountId', w.account_id), ?1, ?1, 0
      FROM watched AS w CROSS JOIN service_agreement AS a ON a.account_id = w.account_id JOIN service_point AS sp ON sp.id = a.service_point_id
      WHERE coalesce(sp.usage_from, sp.id) IN (SELECT value FROM json_each(?2))`,
    args: [now, JSON.stringify([...new Set(servicePointIds)])],
  };
}
