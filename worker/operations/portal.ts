/** What the customer's frame and its small pages need: which accounts, where the live socket goes on from, how else to pay. */
import { loadAccount } from "../../db/account/store.ts";
import { loadSoFar } from "../../db/billing/so-far.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { openDues } from "../../domain/lifecycle/account/budget-billing.ts";
import { viewOf, type AccountView } from "../../domain/lifecycle/account/view.ts";
import { requireOnAccount, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { SoFar } from "../../domain/live/messages.ts";
import type { InstalmentOffer } from "../../domain/lifecycle/instalments.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";

export interface OwnAccount {
  readonly accountId: string;
  /** Where it is served now, or was last; where its mail goes before it was served anywhere. */
  readonly address: string;
}

export interface PortalFrame {
  /** In the order in which they were linked. */
  readonly accounts: readonly OwnAccount[];
  /** What the page knows of the chosen account before anything is pushed. */
  readonly live: { readonly seq: number; readonly view: AccountView; readonly soFar: SoFar | null; readonly usageVersion: number };
}

const OWN_ACCOUNTS = `SELECT a.id AS "accountId", coalesce(
    (SELECT p.line FROM service_agreement AS s JOIN service_point AS sp ON sp.id = s.service_point_id JOIN premise AS p ON p.id = sp.premise_id
      WHERE s.account_id = a.id ORDER BY s.stop_on IS NOT NULL, s.start_on DESC LIMIT 1), a.mailing_line) AS address
  FROM json_each(?) AS i CROSS JOIN account AS a ON a.id = i.value ORDER BY i.key`;

/** The accounts of the person, and one of them as it is now. @throws ForbiddenError, UnavailableError */
export async function portalFrame(world: World, actor: UserActor, accountId: string): Promise<PortalFrame> {
  requireOnAccount(actor, "read:account", accountId);
  const { port } = world;
  const now = world.now();
  const [accounts, { state, head }, today] = await Promise.all([
    port.query<OwnAccount>(OWN_ACCOUNTS, [JSON.stringify(actor.accountIds)]), loadAccount(port, accountId), todayOf(port, now),
  ]);
  const { soFar, version } = await loadSoFar(port, accountId, state, now);
  return { accounts, live: { seq: head.seq, view: viewOf(state, today), soFar, usageVersion: version } };
}

export interface OwnPayment {
  readonly id: string;
  readonly amount: Cents;
  readonly tender: string;
  readonly channel: string;
  readonly reference: string | null;
  readonly receivedAt: number;
  readonly returned: boolean;
}

/** The latest payments of an account, newest first, with those that were taken back marked. @throws ForbiddenError */
export async function paymentsOf(world: World, actor: UserActor, accountId: string, limit: number): Promise<OwnPayment[]> {
  requireOnAccount(actor, "read:account", accountId);
  const rows = await world.port.query<Omit<OwnPayment, "returned"> & { returned: number }>(
    `SELECT p.id, p.amount, p.tender, p.channel, p.reference, p.received_at AS "receivedAt",
       EXISTS (SELECT 1 FROM event AS e WHERE e.stream = 'account:' || p.account_id AND e.seq > p.seq AND e.type = 'PaymentReversed' AND e.data->>'paymentId' = p.id) AS returned
     FROM payment AS p WHERE p.account_id = ? AND p.channel <> 'suspense' ORDER BY p.received_at DESC, p.seq DESC LIMIT ?`,
    [accountId, limit],
  );
  return rows.map((row) => ({ ...row, returned: row.returned !== 0 }));
}

/** Where a customer can pay without a payment provider. */
export interface WaysToPay {
  readonly name: string;
  readonly phone: string;
  readonly addressLines: readonly string[];
}

export async function waysToPay(world: World): Promise<WaysToPay> {
  const now = world.now();
  const { name, phone, addressLines } = (await settingsOn(world.port, await todayOf(world.port, now), now)).utility;
  return { name, phone, addressLines };
}

/** The language in which pages and letters speak to the person. */
export async function setLanguage(world: World, actor: UserActor, language: "en" | "es"): Promise<void> {
  await world.port.write([{ sql: "UPDATE auth_user SET language = ?, updated_at = ? WHERE id = ?", args: [language, world.now(), actor.userId] }]);
}

/** How much of what each bill asked for is not paid at this moment, by bill; what is paid in full is not named. @throws ForbiddenError */
export async function openByBill(world: World, actor: UserActor, accountId: string): Promise<ReadonlyMap<string, Cents>> {
  requireOnAccount(actor, "read:bill", accountId);
  const { state } = await loadAccount(world.port, accountId);
  const open = new Map<string, Cents>();
  const add = (billId: string, cents: Cents) => open.set(billId, (open.get(billId) ?? 0) + cents);
  // Under a budget a bill asks for its instalment, and its item in the ledger stays open longer.
  const asked = new Set(state.budget?.charges.map(({ id }) => id));
  for (const { billId, open: cents } of state.items) if (billId !== null && !asked.has(billId)) add(billId, cents);
  for (const { id, open: cents } of openDues(state)) if (id !== null && asked.has(id)) add(id, cents);
  return open;
}

/** The plan by which a bill's catch-up may be paid in parts; null when none is offered (any more). @throws ForbiddenError */
export async function offerOn(world: World, actor: UserActor, accountId: string, billId: string): Promise<InstalmentOffer | null> {
  requireOnAccount(actor, "read:bill", accountId);
  const [{ state }, today] = await Promise.all([loadAccount(world.port, accountId), todayOf(world.port, world.now())]);
  return state.offers.findLast(({ billIds, answerBy }) => billIds.includes(billId) && answerBy >= today) ?? null;
}
