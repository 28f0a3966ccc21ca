/** How each event changes an account's state. Replaying a log from `emptyAccount` gives the state, always. */
import { settle, type Allocation, type OpenItem } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import { withFact } from "../service-fact.ts";
import { settled, withBill, withCharge, withoutBill } from "./budget-billing.ts";
import type { AccountEvent, AccountEvents, AccountEventType, PaymentShare } from "./events.ts";
import { LEAKS_KEPT, OFFERS_KEPT, PAYMENTS_KEPT, REQUESTS_KEPT, type AccountState, type PaymentOnAccount } from "./state.ts";

type Evolve = { [T in AccountEventType]: (state: AccountState, data: AccountEvents[T]) => AccountState };

const EVOLVE: Evolve = {
  AccountOpened: (state, data) => ({ ...state, status: "open", customerClass: data.customerClass, billCycle: data.billCycle }),

  ServiceStarted: (state, data) => ({
    ...state,
    agreements: [...state.agreements, { ...data, stopOn: null, billedTo: data.startOn, estimatesInRow: 0 }],
  }),

  ServiceStopped: (state, data) => ({
    ...state,
    agreements: state.agreements.map((agreement) => (agreement.agreementId === data.agreementId ? { ...agreement, stopOn: data.stopOn } : agreement)),
  }),

  BillCompleted: (state, data) => {
    const billed = new Map(data.segments.filter(({ corrects }) => corrects === undefined).map((segment) => [segment.agreementId, segment]));
    const opened: OpenItem[] = data.segments
      .filter((segment) => segment.total > 0)
      .map((segment) => ({ item: segment.segmentId, billId: data.billId, agreementId: segment.agreementId, arrearsOn: data.dueOn, rank: segment.rank, open: segment.total }));
    const credited = data.segments.reduce((sum, segment) => (segment.total < 0 ? sum - segment.total : sum), 0);
    return {
      ...state,
      agreements: state.agreements.map((agreement) => {
        const segment = billed.get(agreement.agreementId);
        if (!segment) return agreement;
        return { ...agreement, billedTo: segment.to, estimatesInRow: segment.estimated ? agreement.estimatesInRow + 1 : 0 };
      }),
      items: settle([...state.items, ...opened], data.creditApplied),
      credit: state.credit + credited - sum(data.creditApplied),
      pendingBill: null,
      payments: data.reallocated ? putTo(state.payments, data.reallocated, opened) : state.payments,
      budget: state.budget && withBill(state.budget, data),
      lastBill: { billId: data.billId, number: data.number, issuedOn: data.issuedOn, dueOn: data.dueOn, charges: data.charges, balance: data.balance },
    };
  },

  BillCanceled: (state, data) => {
    const segments = new Map(data.segments.filter(({ corrects }) => corrects === undefined).map((segment) => [segment.agreementId, segment]));
    const items = new Set(data.segments.map(({ segmentId }) => segmentId));
    const estimates = new Map(data.before.map(({ agreementId, estimatesInRow }) => [agreementId, estimatesInRow]));
    const given = data.segments.reduce((total, segment) => total - Math.min(0, segment.total), 0);
    const shortfall: OpenItem[] = data.shortfallItem === null ? [] : [{ item: data.shortfallItem, billId: null, agreementId: null, arrearsOn: data.canceledOn, rank: 0, open: data.shortfall }];
    return {
      ...state,
      agreements: state.agreements.map((agreement) => {
        const segment = segments.get(agreement.agreementId);
        return segment ? { ...agreement, billedTo: segment.from, estimatesInRow: estimates.get(agreement.agreementId)! } : agreement;
      }),
      items: [...state.items.filter(({ item }) => !items.has(item)), ...shortfall],
      credit: state.credit + sum(data.released) - given + data.shortfall,
      lastBill: data.lastBill,
      budget: state.budget && withoutBill(state.budget, data.billId),
      canceledBills: [...state.canceledBills, data.billId],
      corrections: state.corrections.filter(({ billIds }) => !billIds.includes(data.billId)),
      offers: state.offers.filter(({ billIds }) => !billIds.includes(data.billId)),
      payments: released(state.payments, data.payments),
    };
  },

  ServiceCorrected: (state, data) => ({
    ...state,
    agreements: state.agreements.map((agreement) => (agreement.agreementId === data.agreementId ? { ...agreement, rateScheduleId: data.rateScheduleId } : agreement)),
  }),
  CorrectionProposed: (state, { correctionId, billIds, reopened }) => ({ ...state, corrections: [...state.corrections, { correctionId, billIds, reopened }] }),
  CorrectionDropped: (state, data) => ({ ...state, corrections: state.corrections.filter(({ correctionId }) => correctionId !== data.correctionId) }),
  InstalmentsOffered: (state, data) => ({ ...state, offers: [...state.offers, data].slice(-OFFERS_KEPT) }),

  BillHeld: (state, { runId, periodTo, reasons, segments = [], charges = null }) => ({ ...state, pendingBill: { runId, periodTo, reasons, segments, charges } }),

  PaymentPosted: (state, data) => ({
    ...state,
    items: settle(state.items, data.allocations),
    credit: state.credit + data.credit,
    payments: [...state.payments, rememberPayment(state, data)].slice(-PAYMENTS_KEPT),
  }),

  PaymentSuspended: (state, data) => ({ ...state, suspended: [...state.suspended, data.paymentId] }),

  PaymentReversed: (state, data) => {
    const payment = state.payments.find((each) => each.paymentId === data.paymentId);
    const items = [...state.items];
    for (const back of data.restored) {
      const at = items.findIndex((item) => item.item === back.item);
      if (at >= 0) items[at] = { ...items[at]!, open: items[at]!.open + back.cents };
      else items.push(restoredItem(payment, back));
    }
    if (data.shortfallItem !== null && data.shortfall > 0) {
      items.push({ item: data.shortfallItem, billId: null, agreementId: null, arrearsOn: data.reversedOn, rank: 0, open: data.shortfall });
    }
    return {
      ...state,
      items,
      credit: state.credit - data.creditTaken,
      payments: state.payments.map((each) => (each.paymentId === data.paymentId ? { ...each, reversed: true } : each)),
    };
  },

  AdjustmentPosted: (state, data) => {
    if (data.amount > 0 && data.item !== null) {
      const item: OpenItem = { item: data.item, billId: null, agreementId: null, arrearsOn: data.arrearsOn, rank: data.rank, open: data.amount };
      const budget = state.budget && withCharge(state.budget, { id: data.item, kind: "charge", dueOn: data.arrearsOn, amount: data.amount, carried: null });
      return { ...state, items: settle([...state.items, item], data.allocations), credit: state.credit - sum(data.allocations), budget };
    }
    return { ...state, items: settle(state.items, data.allocations), credit: state.credit + data.credit, ...(data.kind === "leak" ? { leakAdjustments: withLeak(state.leakAdjustments, data) } : {}) };
  },

  HoldPlaced: (state, data) => ({ ...state, holds: [...state.holds, data] }),
  HoldReleased: (state, data) => ({ ...state, holds: state.holds.filter((hold) => hold.holdId !== data.holdId) }),

  ServiceFactSet: (state, { reason: _, reasonRef: __, ...fact }) => ({ ...state, facts: withFact(state.facts, fact) }),

  BudgetEnrolled: (state, { budgetId, amount, enrolledOn, settleOn, reviewOn, months, before }) => ({
    ...state, budget: { budgetId, status: "on", amount, enrolledOn, settleOn, reviewOn, proposed: null, carried: 0, months, charges: before },
  }),
  BudgetReviewed: (state, { proposed, reviewOn }) => ({ ...state, budget: { ...state.budget!, proposed, reviewOn } }),
  BudgetChanged: (state, { amount }) => ({ ...state, budget: { ...state.budget!, amount, proposed: null } }),
  BudgetSettled: (state, { billId, difference, carriedOn, dueOn, amount, settleOn, reviewOn }) => {
    const budget = carriedOn ? state.budget! : settled(state.budget!, `settled:${billId}`, difference, dueOn);
    return { ...state, budget: { ...budget, amount, settleOn, reviewOn, proposed: null } };
  },
  BudgetEnded: (state, { budgetId, difference, dueOn }) => ({
    ...state, budget: { ...settled(state.budget!, `ended:${budgetId}`, difference, dueOn), status: "ended", proposed: null },
  }),

  PrepaidEnrolled: (state, { prepaidId, enrolledOn, lowAt }) => ({ ...state, prepaid: { prepaidId, enrolledOn, lowAt } }),
  PrepaidChanged: (state, { lowAt }) => ({ ...state, prepaid: { ...state.prepaid!, lowAt } }),
  PrepaidEnded: (state) => ({ ...state, prepaid: null }),

  RequestOpened: (state, data) => ({
    ...state,
    requests: [...state.requests, { requestId: data.requestId, kind: data.kind, status: "open" }].slice(-REQUESTS_KEPT),
  }),
  RequestAdvanced: (state, data) => ({
    ...state,
    requests: state.requests.map((each) => (each.requestId === data.requestId ? { ...each, status: data.to } : each)),
  }),
};

/** The state after the event. Throws on an event that cannot follow: then the log and the code disagree, and nothing may go on. */
export function evolve(state: AccountState, event: { readonly type: string; readonly data: object }): AccountState {
  const apply = EVOLVE[event.type as AccountEventType] as ((state: AccountState, data: object) => AccountState) | undefined;
  if (!apply) throw new Error(`unknown account event: ${event.type}`);
  return apply(state, event.data);
}

export function replay(state: AccountState, events: Iterable<AccountEvent>): AccountState {
  for (const event of events) state = evolve(state, event);
  return state;
}

function withLeak(before: AccountState["leakAdjustments"], { adjustmentId, postedOn, leak }: AccountEvents["AdjustmentPosted"]): AccountState["leakAdjustments"] {
  return [...before, { adjustmentId, alertId: leak?.alertId ?? null, postedOn }].slice(-LEAKS_KEPT);
}

function sum(allocations: readonly Allocation[]): Cents {
  return allocations.reduce((total, each) => total + each.cents, 0);
}

/** Payments whose shares on canceled items have become credit. */
function released(payments: readonly PaymentOnAccount[], shares: readonly PaymentShare[]): PaymentOnAccount[] {
  return payments.map((payment) => {
    const own = shares.filter(({ paymentId }) => paymentId === payment.paymentId);
    if (own.length === 0) return payment;
    return { ...payment, allocations: payment.allocations.filter(([item]) => !own.some((share) => share.item === item)), credit: payment.credit + sum(own) };
  });
}

/** Payments whose credit has settled items of a corrected bill. */
function putTo(payments: readonly PaymentOnAccount[], shares: readonly PaymentShare[], items: readonly OpenItem[]): PaymentOnAccount[] {
  return payments.map((payment) => {
    // A share of an older debt stays credit of the payment: only the corrected bill's own items are told apart.
    const own = shares.flatMap(({ paymentId, item, cents }) => {
      const of = items.find((each) => each.item === item);
      return paymentId === payment.paymentId && of ? [{ of, cents }] : [];
    });
    if (own.length === 0) return payment;
    return {
      ...payment,
      allocations: [...payment.allocations, ...own.map(({ of, cents }) => [of.item, cents, of.billId, of.agreementId, of.arrearsOn, of.rank] as const)],
      credit: payment.credit - own.reduce((total, { cents }) => total + cents, 0),
    };
  });
}

function rememberPayment(state: AccountState, data: AccountEvents["PaymentPosted"]): PaymentOnAccount {
  return {
    paymentId: data.paymentId,
    amount: data.amount,
    receivedAt: data.receivedAt,
    credit: data.credit,
    reversed: false,
    allocations: data.allocations.map(({ item, cents }) => {
      const of = state.items.find((each) => each.item === item)!;
      return [item, cents, of.billId, of.agreementId, of.arrearsOn, of.rank] as const;
    }),
  };
}

/** A bounced payment brings its items back with the age they had: the debt was never paid. */
function restoredItem(payment: PaymentOnAccount | undefined, back: Allocation): OpenItem {
  const [item, , billId, agreementId, arrearsOn, rank] = payment?.allocations.find(([name]) => name === back.item) ?? fail(back.item);
  return { item, billId, agreementId, arrearsOn, rank, open: back.cents };
}

function fail(item: string): never {
  throw new Error(`a reversal restores ${item}, which its payment had not settled`);
}
