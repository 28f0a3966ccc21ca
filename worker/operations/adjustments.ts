/** Adjustments that staff post: by kind, with a reason, up to what the role may decide alone. */
import { settingsOn, todayOf } from "../../db/utility.ts";
import { ADJUSTMENT_MAX, ADJUSTMENTS, adjustmentTooLarge, isAdjustmentKind, type AdjustmentSide } from "../../domain/lifecycle/adjustment.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { glAccountOf } from "../../domain/lifecycle/settings.ts";
import { CENTS_MAX, type Cents } from "../../domain/money/cents.ts";
import { authorityOf } from "./authority.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

/** A sentence or two, for whoever asks next year. */
const REASON_MAX = 500;

export interface NewAdjustment {
  readonly commandId: string;
  readonly accountId: string;
  readonly kind: string;
  /** `credit` lowers what is owed, `charge` raises it. */
  readonly side: string;
  /** Positive; null when what was typed is no amount. */
  readonly amount: Cents | null;
  /** Commodity whose revenue changes; for kinds that ask for it. */
  readonly service: string;
  readonly reason: string;
}

/** What this person may still post alone today. @throws ForbiddenError */
export async function adjustableToday(world: World, actor: UserActor, accountId: string): Promise<Cents> {
  requirePermission(actor, "post:adjustment:any", accountId);
  const { used } = await authorityOf(world, actor, "adjustment", await todayOf(world.port, world.now()));
  return Math.max(0, (ADJUSTMENT_MAX[actor.role] ?? 0) - used);
}

/**
 * Posts an adjustment: one entry that says what it is for, and never a change of an entry that exists.
 * @throws ForbiddenError
 */
export async function postAdjustment(world: World, actor: UserActor, input: NewAdjustment): Promise<FormAnswer> {
  requirePermission(actor, "post:adjustment:any", input.accountId);
  const { commandId, accountId, kind, amount } = input;
  const reason = input.reason.trim();
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (!isAdjustmentKind(kind)) return invalid("kind", "Choose what this is.");
  const rule = ADJUSTMENTS[kind];
  const side = rule.sides.length === 1 ? rule.sides[0]! : (input.side as AdjustmentSide);
  if (!rule.sides.includes(side)) return invalid("side", "Choose whether this lowers or raises what is owed.");
  if (amount === null || amount <= 0 || amount > CENTS_MAX) return invalid("amount", "Enter an amount such as 84.20.");
  if (reason === "") return invalid("reason", "Say why: whoever looks at this later was not here today.");
  if (reason.length > REASON_MAX) return invalid("reason", `Keep the reason under ${REASON_MAX} characters.`);

  const now = world.now();
  const today = await todayOf(world.port, now);
  const [authority, { gl, utility }] = await Promise.all([authorityOf(world, actor, "adjustment", today, commandId), settingsOn(world.port, today, now)]);
  const tooLarge = adjustmentTooLarge(actor.role, amount, authority.used);
  if (tooLarge) return invalid("amount", tooLarge);
  const commodity = utility.commodities.find((each) => each === input.service);
  if (rule.revenue === "service" && commodity === undefined) return invalid("service", "Choose the service that this is about.");
  const revenueGl = glAccountOf(gl, rule.revenue === "fees" ? "fees" : commodity!);
  const signed = side === "credit" ? -amount : amount;
  const { why, rows } = noteOf(world, commandId, reason);
  const decided = authority.decided(commandId, amount);
  return world.execute({
    commandId,
    accountId,
    command: { type: "PostAdjustment", adjustmentId: commandId, kind, amount: signed, postedOn: today, arrearsOn: today, revenueGl, ...why },
    // Without the day: a form sent again after midnight asks the same question.
    asked: { type: "PostAdjustment", accountId, kind, amount: signed, revenueGl, ...why },
    attachments: { ...rows, ...decided.rows },
    inputs: decided.inputs,
    actor: actorText(actor),
    authority: "post:adjustment:any",
    source: "staff",
    acceptedAt: now,
  });
}
