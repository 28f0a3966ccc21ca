/** Holds on an account: placed by hand, released by hand or by the payment that cures them. */
import { todayOf } from "../../db/utility.ts";
import { HOLDS, isHoldKind } from "../../domain/lifecycle/hold.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

const CAUSE_MAX = 200;

/** @throws ForbiddenError */
export async function placeHold(world: World, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly kind: string }): Promise<FormAnswer> {
  requirePermission(actor, "place:hold:any", input.accountId);
  const { commandId, accountId, kind } = input;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (!isHoldKind(kind)) return invalid("kind", "Choose a kind of hold.");
  const now = world.now();
  const { curedByPayment } = HOLDS[kind];
  return world.execute({
    commandId,
    accountId,
    command: { type: "PlaceHold", holdId: commandId, kind, curedByPayment, placedOn: await todayOf(world.port, now) },
    asked: { type: "PlaceHold", accountId, kind },
    actor: actorText(actor),
    authority: "place:hold:any",
    source: "staff",
    acceptedAt: now,
  });
}

/** @throws ForbiddenError */
export async function releaseHold(world: World, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly holdId: string; readonly cause: string }): Promise<FormAnswer> {
  requirePermission(actor, "release:hold:any", input.accountId);
  const { commandId, accountId, holdId } = input;
  const cause = input.cause.trim().slice(0, CAUSE_MAX);
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (cause === "") return invalid("cause", "Say why the hold ends.");
  const { why, rows } = noteOf(world, commandId, cause);
  return world.execute({
    commandId,
    accountId,
    command: { type: "ReleaseHold", holdId, cause: "staff", reasonRef: why.reasonRef },
    attachments: rows,
    actor: actorText(actor),
    authority: "release:hold:any",
    source: "staff",
    acceptedAt: world.now(),
  });
}
