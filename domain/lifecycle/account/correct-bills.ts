/**
 * Canceling bills and making them again, as one decision: all of it becomes events of one commit, or none. Bills are taken
 * back newest first, each by the mirror of its own entries; what had been paid on them becomes credit, and the corrected
 * bills, made oldest first, take that credit again.
 */
import { pastDue, type Allocation } from "../../ledger/allocation.ts";
import { cents, type Cents } from "../../money/cents.ts";
import { moveSegment } from "../bill.ts";
import type { BillToCancel, CommandOf, CorrectionAdjustment, CorrectedBill } from "./commands.ts";
import { instalmentOf, openDues } from "./budget-billing.ts";
import type { Decision } from "./decide.ts";
import { accountEvent, type AccountEvent, type PaymentShare, type SegmentBilled } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { AccountState } from "./state.ts";

/** Most bills that one correction touches: twenty years of months. */
const BILLS_MAX = 240;
/** The item of what a canceled negative bill had given and is spent. */
const shortfallItemOf = (billId: string): string => `canceled:${billId}`;

const refuse = (code: string, message: string, field?: string): { readonly ok: false; readonly refusal: { code: string; message: string; field?: string } } =>
  ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

/** What the decisions of other commands are, handed in so that a corrected bill is decided like any other. */
export interface OtherDecisions {
  readonly completeBill: (state: AccountState, command: CommandOf<"CompleteBill">) => Decision;
  readonly postAdjustment: (state: AccountState, command: CommandOf<"PostAdjustment">) => Decision;
}

export function correctBills(state: AccountState, command: CommandOf<"CorrectBills">, decideOther: OtherDecisions): Decision {
  const refusal = cancelRefused(state, command);
  if (refusal) return refusal;
  const made = new Made(state);
  const pool: PaymentShare[] = [];
  for (const bill of command.cancel.toReversed()) {
    const canceled = billCanceled(made.state, bill, command);
    pool.unshift(...canceled.data.payments);
    made.add(canceled);
  }
  for (const { agreementId, rateScheduleId } of command.services) {
    const agreement = made.state.agreements.find((each) => each.agreementId === agreementId);
    if (!agreement) return refuse("no-agreement", "There is no such service on this account.", "services");
    made.add(accountEvent("ServiceCorrected", { correctionId: command.correctionId, agreementId, rateScheduleId, before: agreement.rateScheduleId }));
  }
  for (const bill of command.bills) {
    // A corrected bill under a budget asks for what the first one asked for: only what is carried changes.
    const decision = completed(made.state, { ...bill, instalment: instalmentOf(state.budget, bill.corrects) }, pool, decideOther);
    if (!decision.ok) return decision;
    decision.events.forEach((event) => made.add(event));
  }
  for (const adjustment of command.adjustments) {
    const decision = decideOther.postAdjustment(made.state, adjustmentOf(adjustment, command.correctedOn));
    if (!decision.ok) return decision;
    decision.events.forEach((event) => made.add(event));
  }
  if (command.offer) made.add(accountEvent("InstalmentsOffered", command.offer));
  // A correction may leave nothing past due; then what only waited for that is over, as after a payment.
  if (pastDue(openDues(made.state), command.correctedOn) === 0) {
    for (const { holdId, curedByPayment } of state.holds) if (curedByPayment) made.add(accountEvent("HoldReleased", { holdId, cause: `correction ${command.correctionId}` }));
  }
  return { ok: true, events: made.events };
}

/** Events so far, and the state after them. */
class Made {
  state: AccountState;
  readonly events: AccountEvent[] = [];

  constructor(state: AccountState) {
    this.state = state;
  }

  add(event: AccountEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, event);
  }
}

/** The bills must be all those that the account has from the first one on, and nobody else may be deciding on them. */
function cancelRefused(state: AccountState, { cancel, proposalId }: CommandOf<"CorrectBills">): Decision | null {
  if (state.status !== "open") return refuse("no-account", `Account ${state.accountId} is not open.`);
  if (cancel.length === 0 || cancel.length > BILLS_MAX) return refuse("bills", "Name the bills that are corrected.", "bills");
  const again = cancel.find(({ billId }) => state.canceledBills.includes(billId));
  if (again) return refuse("canceled", `Bill ${again.number} is canceled already. Look again.`);
  const waiting = state.corrections.find(({ correctionId, billIds }) => correctionId !== proposalId && cancel.some(({ billId }) => billIds.includes(billId)));
  if (waiting) return refuse("proposed", "Another correction of these bills waits for a second person. Decide on that one first.");
  if (proposalId !== null && !state.corrections.some(({ correctionId }) => correctionId === proposalId)) return refuse("proposal", "This correction has been decided on already.");
  const ends = new Map<string, string>();
  for (const { segments } of cancel) {
    // A read's corrections of estimates go back; what a service is billed up to does not.
    for (const { agreementId, from, to } of segments.filter(isOwn)) {
      const before = ends.get(agreementId);
      if (before !== undefined && before !== from) return refuse("gap", "A bill between these was left out: all of them are made again together.");
      ends.set(agreementId, to);
    }
  }
  const later = [...ends].find(([agreementId, to]) => state.agreements.find((each) => each.agreementId === agreementId)?.billedTo !== to);
  return later ? refuse("later", "A later bill of the account has come meanwhile. Look again: it is made again with the others.") : null;
}

function billCanceled(state: AccountState, bill: BillToCancel, { correctionId, cause, reasonRef, correctedOn, bills }: CommandOf<"CorrectBills">) {
  const { billId, number, seq, periodFrom, periodTo, charges, segments, receivableGl, estimatesBefore, billBefore } = bill;
  for (const _ of segments) moveSegment(moveSegment("frozen", "startCancel"), "cancel");
  const open = new Map(state.items.map((item) => [item.item, item.open]));
  const released = segments.flatMap(({ segmentId, total }): Allocation[] => {
    const paid = total > 0 ? total - (open.get(segmentId) ?? 0) : 0;
    return paid > 0 ? [{ item: segmentId, cents: paid }] : [];
  });
  const given = segments.reduce((sum, { total }) => sum - Math.min(0, total), 0);
  const shortfall = Math.max(0, given - state.credit - sumOf(released));
  return accountEvent("BillCanceled", {
    correctionId, billId, number, cause, reasonRef, canceledOn: correctedOn, replacedBy: bills.find(({ corrects }) => corrects === billId)?.billId ?? null,
    corrects: seq, periodFrom, periodTo, charges, segments, receivableGl, released, payments: paymentsOn(state, new Set(segments.map(({ segmentId }) => segmentId))),
    shortfall: cents(shortfall), shortfallItem: shortfall > 0 ? shortfallItemOf(billId) : null,
    before: segments.filter(isOwn).map(({ agreementId }) => ({ agreementId, estimatesInRow: estimatesBefore[agreementId] ?? 0 })), lastBill: billBefore,
  }) as Extract<AccountEvent, { type: "BillCanceled" }>;
}

const isOwn = ({ corrects }: SegmentBilled): boolean => corrects === undefined;

/** Shares of payments that stand on these items, the oldest payment first. */
function paymentsOn(state: AccountState, items: ReadonlySet<string>): PaymentShare[] {
  return state.payments.filter(({ reversed }) => !reversed).flatMap(({ paymentId, allocations }) =>
    allocations.flatMap(([item, share]): PaymentShare[] => (items.has(item) ? [{ paymentId, item, cents: share }] : [])));
}

/** The corrected bill, with the shares of payments that the credit it takes came from. */
function completed(state: AccountState, bill: CorrectedBill & Required<Pick<CommandOf<"CompleteBill">, "instalment">>, pool: PaymentShare[], { completeBill }: OtherDecisions): Decision {
  const { corrects, ...command } = bill;
  if (!state.canceledBills.includes(corrects)) return refuse("corrects", "A corrected bill takes the place of one that is canceled.", "bills");
  const decision = completeBill(state, { ...command, type: "CompleteBill", runId: null });
  if (!decision.ok) return decision;
  const [event, ...more] = decision.events as [Extract<AccountEvent, { type: "BillCompleted" }>, ...AccountEvent[]];
  return { ok: true, events: [accountEvent("BillCompleted", { ...event.data, corrects, reallocated: reallocated(event.data.creditApplied, pool) }), ...more] };
}

/** Takes from the pool, oldest payment first, what the bill's credit settles; the pool shrinks. */
function reallocated(applied: readonly Allocation[], pool: PaymentShare[]): PaymentShare[] {
  const shares: PaymentShare[] = [];
  for (const { item, cents: asked } of applied) {
    let left = asked;
    while (left > 0 && pool.length > 0) {
      const from = pool[0]!;
      const share = Math.min(left, from.cents);
      shares.push({ paymentId: from.paymentId, item, cents: share });
      left -= share;
      if (share === from.cents) pool.shift();
      else pool[0] = { ...from, cents: from.cents - share };
    }
  }
  return shares;
}

const adjustmentOf = ({ adjustmentId, kind, amount, revenueGl, reason }: CorrectionAdjustment, on: string): CommandOf<"PostAdjustment"> =>
  ({ type: "PostAdjustment", adjustmentId, kind, amount, postedOn: on, arrearsOn: on, revenueGl, reason });

const sumOf = (allocations: readonly Allocation[]): Cents => allocations.reduce((sum, each) => sum + each.cents, 0);

/** A correction that waits for a second person. */
export function proposeCorrection(state: AccountState, { type: _, ...data }: CommandOf<"ProposeCorrection">): Decision {
  if (state.status !== "open") return refuse("no-account", `Account ${state.accountId} is not open.`);
  if (data.billIds.length === 0) return refuse("bills", "Name the bills that are corrected.", "bills");
  if (data.billIds.some((id) => state.canceledBills.includes(id))) return refuse("canceled", "One of these bills is canceled already. Look again.");
  if (state.corrections.some(({ billIds }) => billIds.some((id) => data.billIds.includes(id)))) return refuse("proposed", "A correction of these bills waits for a second person already.");
  return { ok: true, events: [accountEvent("CorrectionProposed", data)] };
}

export function dropCorrection(state: AccountState, { type: _, ...data }: CommandOf<"DropCorrection">): Decision {
  if (!state.corrections.some(({ correctionId }) => correctionId === data.correctionId)) return refuse("proposal", "This correction has been decided on already.");
  return { ok: true, events: [accountEvent("CorrectionDropped", data)] };
}

