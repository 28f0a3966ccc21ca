/** Paying: at the counter, in the portal through a provider, and what the provider says afterwards. */
import type { CommandResult } from "../../db/account/store.ts";
import { writeRows } from "../../db/commit.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { COMMAND_ID } from "../../domain/lifecycle/command-id.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { COUNTER_TENDERS, type CounterTender } from "../../domain/lifecycle/tender.ts";
import { CENTS_MAX, type Cents } from "../../domain/money/cents.ts";
import type { Answer } from "../../durable/desk.ts";
import type { PaymentProvider, ProviderEvent } from "../payments/provider.ts";
import { portalProvider } from "../payments/providers.ts";
import type { RequestContext, World } from "./context.ts";
import { noteOf } from "./notes.ts";

/** The number printed on a check or money order. It stands in the log for good, so it is a number and no note. */
const REFERENCE = /^(?=.*\d)[A-Za-z0-9#./ -]{1,30}$/;
const REASON_MAX = 200;

export type PayAnswer = Answer | { readonly status: "invalid"; readonly refusal: Refusal };

const invalid = (field: string, message: string): PayAnswer => ({ status: "invalid", refusal: { code: field, message, field } });

/** A clerk takes money at the counter. The command id is the form's: sending it twice posts once. */
export async function payAtCounter(
  world: World,
  actor: UserActor,
  input: { readonly commandId: string; readonly accountId: string; readonly amount: Cents | null; readonly tender: string; readonly reference: string },
): Promise<PayAnswer> {
  requirePermission(actor, "post:payment:any", input.accountId);
  const { commandId, accountId, amount, tender } = input;
  if (!COMMAND_ID.test(commandId)) return invalid("commandId", "Open the payment form again: its number is missing.");
  if (amount === null || amount <= 0 || amount > CENTS_MAX) return invalid("amount", "Enter an amount such as 84.20.");
  if (!COUNTER_TENDERS.includes(tender as CounterTender)) return invalid("tender", "Choose cash, check or money order.");
  const now = world.now();
  const reference = input.reference.trim() || null;
  if (reference !== null && !REFERENCE.test(reference)) return invalid("reference", "Enter the number that is printed on it, such as 1187, or leave it empty.");
  return world.execute({
    commandId,
    accountId,
    command: { type: "PostPayment", paymentId: commandId, amount, tender, channel: "counter", reference, receivedAt: now },
    // Without the clock: a form sent twice asks the same question twice.
    asked: { type: "PostPayment", accountId, amount, tender, reference },
    actor: actorText(actor),
    authority: "post:payment:any",
    source: "counter",
    acceptedAt: now,
  });
}

/** Begins a payment in the portal: notes the intent and says where to send the customer. */
export async function startPortalPayment(
  world: World,
  actor: UserActor,
  provider: PaymentProvider,
  input: { readonly commandId: string; readonly accountId: string; readonly amount: Cents | null; readonly returnUrl: string },
): Promise<{ readonly status: "redirect"; readonly url: string } | { readonly status: "invalid"; readonly refusal: Refusal }> {
  requirePermission(actor, "pay:account:own", input.accountId);
  const { commandId, accountId, amount } = input;
  const no = (field: string, message: string) => ({ status: "invalid", refusal: { code: field, message, field } }) as const;
  if (!COMMAND_ID.test(commandId)) return no("commandId", "Open the payment page again: its number is missing.");
  if (amount === null || amount <= 0 || amount > CENTS_MAX) return no("amount", "Enter an amount such as 84.20.");
  const [known] = await world.port.query<{ account_id: string; amount: number }>("SELECT account_id, amount FROM payment_intent WHERE id = ?", [commandId]);
  if (known && (known.account_id !== accountId || known.amount !== amount)) return no("amount", "This payment was begun with another amount. Open the payment page again.");
  if (!known) await writeRows(world.port, { paymentIntent: [{ id: commandId, accountId, amount, status: "created", createdBy: actorText(actor), createdAt: world.now() }] });
  return { status: "redirect", url: provider.checkoutUrl({ intentId: commandId, accountId, amount, returnUrl: input.returnUrl }) };
}

/** The provider to whose page the portal sends people; null when none is switched on. */
export function onlineProvider({ env }: RequestContext): PaymentProvider | null {
  return portalProvider(env);
}

export interface PortalPayment {
  readonly amount: Cents;
  /** The provider's signed word has arrived and the payment counts. */
  readonly posted: boolean;
  readonly receivedAt: number | null;
  readonly tender: string | null;
  readonly reference: string | null;
}

/** How a begun payment stands, for the page the customer comes back to. */
export async function portalPayment(world: World, actor: UserActor, accountId: string, intentId: string): Promise<PortalPayment | null> {
  requirePermission(actor, "pay:account:own", accountId);
  const [row] = await world.port.query<Omit<PortalPayment, "posted">>(
    `SELECT i.amount, p.received_at AS "receivedAt", p.tender, p.reference FROM payment_intent i LEFT JOIN payment p ON p.id = i.id WHERE i.id = ? AND i.account_id = ?`,
    [intentId, accountId],
  );
  return row ? { ...row, posted: row.receivedAt !== null } : null;
}

/** What a provider says, its signature checked. Answers as the provider must be answered: anything but done or pending asks it to call again. */
export async function takeProviderEvent(world: World, provider: PaymentProvider, event: ProviderEvent): Promise<Answer> {
  const base = { commandId: `${provider.name}:${event.eventId}`, accountId: event.accountId, actor: `provider:${provider.name}`, authority: "webhook signature", source: "webhook", acceptedAt: world.now() };
  if (event.kind === "succeeded") {
    return world.execute({
      ...base,
      command: { type: "PostPayment", paymentId: event.intentId, amount: event.amount, tender: event.tender, channel: "portal", reference: event.reference, receivedAt: event.at },
      // A provider that calls again says the same of the same payment; its clock may have moved on.
      asked: { type: "PostPayment", intentId: event.intentId, accountId: event.accountId, amount: event.amount },
      mustNotBeLost: true,
    });
  }
  return world.execute({ ...base, command: { type: "ReversePayment", paymentId: event.intentId, reason: event.reason, reversedOn: await todayOf(world.port, world.now()) } });
}

/** A clerk takes a payment back (a bounced check), with the utility's fee for it. */
export async function reversePayment(
  world: World,
  actor: UserActor,
  input: { readonly commandId: string; readonly accountId: string; readonly paymentId: string; readonly reason: string; readonly withFee: boolean },
): Promise<PayAnswer> {
  requirePermission(actor, "reverse:payment:any", input.accountId);
  if (!COMMAND_ID.test(input.commandId)) return invalid("commandId", "Open the form again: its number is missing.");
  if (input.reason.trim() === "") return invalid("reason", "Say why the payment is taken back.");
  const now = world.now();
  const today = await todayOf(world.port, now);
  const base = { accountId: input.accountId, actor: actorText(actor), authority: "reverse:payment:any", source: "staff", acceptedAt: now };
  const { why, rows } = noteOf(world, input.commandId, input.reason.trim().slice(0, REASON_MAX).toWellFormed());
  const answer = await world.execute({ ...base, commandId: input.commandId, command: { type: "ReversePayment", paymentId: input.paymentId, ...why, reversedOn: today }, attachments: rows });
  if (answer.status !== "done" || !input.withFee) return answer;
  const fee = (await settingsOn(world.port, today, now)).fees.find((each) => each.code === "returned");
  if (!fee || fee.amount === 0) return answer;
  return world.execute({
    ...base,
    commandId: `${input.commandId}-fee`,
    command: { type: "PostAdjustment", adjustmentId: `${input.commandId}-fee`, kind: "returnedPaymentFee", amount: fee.amount, postedOn: today, arrearsOn: today, revenueGl: fee.gl, ...why },
  });
}

/** The result of an answer that took effect, for callers that show it. */
export function resultOf(answer: PayAnswer): CommandResult | null {
  return answer.status === "done" ? answer.result : null;
}
