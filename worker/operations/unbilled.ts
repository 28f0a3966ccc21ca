/** The list of who is not billed: services without a bill for too long, and accounts that a closed window left behind. */
import { settingsOn, todayOf } from "../../db/utility.ts";
import { UNBILLED_KIND } from "../../domain/billing/unbilled.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";

export interface UnbilledItem {
  readonly id: string;
  readonly rule: string;
  readonly sentence: string;
  readonly openedAt: number;
  readonly accountId: string;
  readonly name: string;
  readonly cycleId: string;
  readonly commodity: string | null;
  readonly address: string | null;
}

export interface UnbilledPage {
  readonly allowedDays: number;
  /** Services in use today, billed or not: what the alarm watches. */
  readonly inUse: number;
  readonly counts: { readonly services: number; readonly accounts: number };
  readonly items: readonly UnbilledItem[];
  /** For `after` of the next page; null on the last. */
  readonly next: string | null;
}

const PAGE = 50;

/** @throws ForbiddenError */
export async function unbilledPage(world: World, actor: UserActor, after: string): Promise<UnbilledPage> {
  requirePermission(actor, "read:billing:any");
  const { port } = world;
  const now = world.now();
  const today = await todayOf(port, now);
  const [{ billing }, items, [counts], [use]] = await Promise.all([
    settingsOn(port, today, now),
    port.query<UnbilledItem>(
      `SELECT x.id, x.rule, x.sentence, x.opened_at AS "openedAt", x.account_id AS "accountId", who.name, a.bill_cycle AS "cycleId", sp.commodity, p.line || ', ' || p.city AS address
       FROM exception AS x JOIN account AS a ON a.id = x.account_id JOIN person AS who ON who.id = a.person_id LEFT JOIN service_point AS sp ON sp.id = x.service_point_id LEFT JOIN premise AS p ON p.id = sp.premise_id
       WHERE x.status = 'open' AND x.kind = '${UNBILLED_KIND}' AND x.id > ? ORDER BY x.id LIMIT ${PAGE + 1}`, [after],
    ),
    port.query<UnbilledPage["counts"]>(`SELECT coalesce(sum(rule = 'unbilled'), 0) AS services, coalesce(sum(rule = 'window-closed'), 0) AS accounts FROM exception WHERE status = 'open' AND kind = '${UNBILLED_KIND}'`),
    port.query<{ inUse: number }>("SELECT count(*) AS \"inUse\" FROM service_agreement WHERE start_on <= ?1 AND (stop_on IS NULL OR stop_on > ?1)", [today]),
  ]);
  return { allowedDays: billing.unbilledDays, inUse: use!.inUse, counts: counts!, items: items.slice(0, PAGE), next: items.length > PAGE ? items[PAGE - 1]!.id : null };
}
