/**
 * Posting the customers' payments: the product's own command for each, recorded on its day, committed in sets. The days
 * since the last run go in together: nothing else happens to an account in between.
 */
import { loadAccounts } from "../../db/account/store.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { actorText } from "../../domain/lifecycle/permissions.ts";
import type { PlannedPayment } from "./payers.ts";
import { chunks, prepareSet, SET_SIZE, type SetBy, type SetCommand } from "./registry.ts";
import { ZONE, type Demo } from "./world.ts";

/** Late in the morning, before the desk gets to anything else. */
const PAID_AT_MS = 11 * 3_600_000;

/** Posts them. What one account pays goes one after the other. */
export async function postPayments(demo: Demo, payments: readonly PlannedPayment[]): Promise<void> {
  let rest = payments;
  while (rest.length > 0) {
    const first = new Map<string, PlannedPayment>();
    const later: PlannedPayment[] = [];
    for (const payment of rest) {
      if (first.has(payment.accountId)) later.push(payment);
      else first.set(payment.accountId, payment);
    }
    // While one set is being written, the next is read and decided: they have no account in common.
    let written: Promise<unknown> = Promise.resolve();
    for (const some of chunks([...first.values()], SET_SIZE)) {
      const accounts = await loadAccounts(demo.port, some.map(({ accountId }) => accountId));
      const set = await prepareSet(demo, some.map((payment) => [accounts.get(payment.accountId)!, ...commandOf(demo, payment)]));
      await written;
      written = set.commit();
    }
    await written;
    rest = later;
  }
}

/** As the counter and the provider's webhook ask it of the account. */
function commandOf({ world, staff }: Demo, { accountId, on, amount, door, reference }: PlannedPayment): [SetCommand, SetBy] {
  const paymentId = world.newId();
  const receivedAt = Math.min(world.now(), startOfDay(on, ZONE) + PAID_AT_MS);
  const { channel, tender } = door;
  const command = { type: "PostPayment", paymentId, amount, tender, channel, reference: reference || null, receivedAt } as const;
  if (channel === "counter") return [{ id: paymentId, command, asked: { type: "PostPayment", accountId, amount, tender, reference: reference || null } }, { actor: actorText(staff.clerk), source: "counter", recordedAt: receivedAt }];
  return [{ id: `test:${paymentId}`, command, asked: { type: "PostPayment", intentId: paymentId, accountId, amount } }, { actor: "provider:test", source: "webhook", recordedAt: receivedAt }];
}
