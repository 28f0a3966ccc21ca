/** Work on a meter, or at a place, is work on the accounts that are billed by it: nobody does it to their own. */
import { todayOf } from "../../db/utility.ts";
import type { SqlPort } from "../../db/port.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { READS_LIMITS } from "../../domain/metering/match-reads.ts";
import { requirePermission, type Permission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";

type Here = Pick<World, "port" | "now">;

/** Since when whoever was served counts: a read may still come of that day, and change their bill. */
const since = async ({ port, now }: Here): Promise<LocalDate> => addDays(await todayOf(port, now()), -READS_LIMITS.maxAgeDays);

/** Accounts that were served where a meter hung, while it did, and those billed by the same usage, as sewer by the water's. */
const BILLED_BY = `SELECT DISTINCT m.badge, s.account_id AS "accountId" FROM json_each(?1) AS w JOIN meter AS m ON m.id = w.value OR m.badge = w.value JOIN meter_installation AS i ON i.meter_id = m.id
  JOIN service_point AS sp ON sp.id = i.service_point_id OR sp.usage_from = i.service_point_id JOIN service_agreement AS s ON s.service_point_id = sp.id
    AND (s.stop_on IS NULL OR s.stop_on > max(?2, i.installed_on)) AND (i.removed_on IS NULL OR i.removed_on > s.start_on)`;

const SERVED_AT = `SELECT DISTINCT s.account_id AS "accountId" FROM service_point AS sp JOIN service_agreement AS s ON s.service_point_id = sp.id AND (s.stop_on IS NULL OR s.stop_on > ?2) WHERE sp.premise_id = ?1`;

/**
 * Throws unless the person may do it with these meters, by id or badge; on the meter of an account linked to them a colleague does.
 * @throws ForbiddenError
 */
export async function requireOnMeters(here: Here, actor: UserActor, permission: Permission, meters: readonly string[]): Promise<void> {
  requirePermission(actor, permission);
  if (actor.accountIds.length === 0) return;
  const billed = await here.port.query<{ accountId: string }>(BILLED_BY, [JSON.stringify(meters), await since(here)]);
  for (const { accountId } of billed) requirePermission(actor, permission, accountId);
}

/** The same of one meter. @throws ForbiddenError */
export const requireOnMeter = (here: Here, actor: UserActor, permission: Permission, meterId: string): Promise<void> => requireOnMeters(here, actor, permission, [meterId]);

/** Throws unless the person may do it at this premise: not where an account linked to them is served. @throws ForbiddenError */
export async function requireAtPremise(here: Here, actor: UserActor, permission: Permission, premiseId: string): Promise<void> {
  requirePermission(actor, permission);
  if (actor.accountIds.length === 0) return;
  const served = await here.port.query<{ accountId: string }>(SERVED_AT, [premiseId, await todayOf(here.port, here.now())]);
  for (const { accountId } of served) requirePermission(actor, permission, accountId);
}

/** Of these badges, those by which accounts of the person are billed, whoever looks: the person may be gone when a file is read. */
export async function ownBadges(here: Here, userId: string, badges: readonly string[]): Promise<ReadonlySet<string>> {
  const linked = await linkedTo(here.port, userId);
  if (linked.size === 0) return new Set();
  const billed = await here.port.query<{ badge: string; accountId: string }>(BILLED_BY, [JSON.stringify(badges), await since(here)]);
  return new Set(billed.filter(({ accountId }) => linked.has(accountId)).map(({ badge }) => badge));
}

async function linkedTo(port: SqlPort, userId: string): Promise<ReadonlySet<string>> {
  const rows = await port.query<{ accountId: string }>(`SELECT account_id AS "accountId" FROM account_access WHERE user_id = ? AND ended_at IS NULL`, [userId]);
  return new Set(rows.map(({ accountId }) => accountId));
}
