/** Work on a meter is work on the accounts that are billed by it: nobody does it to their own. */
import { todayOf } from "../../db/utility.ts";
import { requirePermission, type Permission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";

/** Accounts served today where the meter hangs, and those billed by the same usage, as sewer by the water's. */
const BILLED_BY = `SELECT DISTINCT s.account_id AS "accountId" FROM meter_installation AS i JOIN service_point AS sp ON sp.id = i.service_point_id OR sp.usage_from = i.service_point_id
  JOIN service_agreement AS s ON s.service_point_id = sp.id AND (s.stop_on IS NULL OR s.stop_on > ?2) WHERE i.meter_id = ?1 AND i.removed_on IS NULL`;

/**
 * Throws unless the person may do it with this meter; on the meter of an account linked to them a colleague does.
 * @throws ForbiddenError
 */
export async function requireOnMeter({ port, now }: Pick<World, "port" | "now">, actor: UserActor, permission: Permission, meterId: string): Promise<void> {
  requirePermission(actor, permission);
  if (actor.accountIds.length === 0) return;
  const billed = await port.query<{ accountId: string }>(BILLED_BY, [meterId, await todayOf(port, now())]);
  for (const { accountId } of billed) requirePermission(actor, permission, accountId);
}
