/** What the forms about one account load: the account's head, and an id to send with. */
import type { Permission } from "../../../domain/lifecycle/permissions.ts";
import { accountHead } from "../../../worker/operations/account-page.ts";
import { newCommandId } from "../../components/form-state.ts";
import { answering, refused, type Asked } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";
import { requirePermission } from "../../../domain/lifecycle/permissions.ts";

/** 404 when there is no such account, 403 when this person may not do this with it. */
export async function accountForm(asked: Asked, accountId: string, permission: Permission) {
  const { actor, world } = atWork(asked);
  await answering(async () => requirePermission(actor, permission, accountId));
  const head = await answering(() => accountHead(world, actor, accountId));
  if (!head) throw refused(404, `There is no account ${accountId}.`);
  return { head, commandId: newCommandId(), actor, world };
}
