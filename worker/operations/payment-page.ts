/** One payment as staff see it: what it was, what became of it, and what taking it back would cost. */
import { withSummaries } from "../../db/notes.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { may, owns, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";
import { paymentOf, type PaymentListed } from "./lists.ts";

export interface PaymentPage {
  readonly payment: PaymentListed;
  /** Why and when it was taken back; null when it stands. */
  readonly reversal: { readonly reason: string; readonly at: number; readonly actor: string } | null;
  /** Whether this person may take it back, and it can be. */
  readonly mayReverse: boolean;
  /** The utility's fee for a returned payment; null when it has none. */
  readonly fee: { readonly name: string; readonly amount: Cents } | null;
}

/** Null when the account has no such payment. @throws ForbiddenError */
export async function paymentPage(world: World, actor: UserActor, accountId: string, paymentId: string): Promise<PaymentPage | null> {
  requirePermission(actor, "read:account:any", accountId);
  const { port } = world;
  const now = world.now();
  const [payment, [reversal], settings] = await Promise.all([
    paymentOf(world, actor, accountId, paymentId),
    port.query<{ type: string; data: string; at: number; actor: string }>(
      `SELECT type, data, recorded_at AS "at", actor FROM event WHERE stream = 'account:' || ? AND type = 'PaymentReversed' AND data->>'paymentId' = ?`,
      [accountId, paymentId],
    ).then((events) => withSummaries(port, events)),
    settingsOn(port, await todayOf(port, now), now),
  ]);
  if (!payment) return null;
  const fee = settings.fees.find((each) => each.code === "returned" && each.amount > 0);
  return {
    payment,
    reversal: reversal ? { reason: String(reversal.summary["reason"]), at: reversal.at, actor: reversal.actor } : null,
    mayReverse: !reversal && payment.channel !== "suspense" && may(actor, "reverse:payment:any", owns(actor, accountId)),
    fee: fee ? { name: fee.name, amount: fee.amount } : null,
  };
}
