/** The few facts of an event that a feed or a timeline shows. Amounts are cents; nothing personal is in an event. */
import type { AccountEvents, AccountEventType } from "./events.ts";

type Fact = string | number | boolean | null;
export type EventSummary = Record<string, Fact>;

const SUMMARY: { [T in AccountEventType]: (data: AccountEvents[T]) => EventSummary } = {
  AccountOpened: (data) => ({ class: data.customerClass, cycle: data.billCycle, on: data.openedOn }),
  ServiceStarted: (data) => ({ commodity: data.commodity, on: data.startOn }),
  ServiceStopped: (data) => ({ agreementId: data.agreementId, on: data.stopOn }),
  BillCompleted: (data) => ({ billId: data.billId, number: data.number, amount: data.charges, balance: data.balance, dueOn: data.dueOn, periodFrom: data.periodFrom, periodTo: data.periodTo, ...(data.corrects === undefined ? {} : { corrects: data.corrects }) }),
  BillCanceled: (data) => ({ billId: data.billId, number: data.number, amount: -data.charges, cause: data.cause, replacedBy: data.replacedBy, periodFrom: data.periodFrom, periodTo: data.periodTo }),
  ServiceCorrected: (data) => ({ agreementId: data.agreementId, from: data.before, to: data.rateScheduleId }),
  CorrectionProposed: (data) => ({ correctionId: data.correctionId, cause: data.cause, bills: data.billIds.length, amount: data.net }),
  CorrectionDropped: (data) => ({ correctionId: data.correctionId, outcome: data.outcome }),
  InstalmentsOffered: (data) => ({ offerId: data.offerId, amount: data.total, parts: data.instalments.length, answerBy: data.answerBy }),
  BillHeld: (data) => ({ runId: data.runId, reasons: data.reasons.join(" ") }),
  PaymentPosted: (data) => ({ paymentId: data.paymentId, amount: data.amount, tender: data.tender, channel: data.channel, credit: data.credit }),
  PaymentSuspended: (data) => ({ paymentId: data.paymentId, amount: data.amount, reason: data.reason }),
  PaymentReversed: (data) => ({ paymentId: data.paymentId, amount: data.amount, reason: data.reason }),
  AdjustmentPosted: (data) => ({ adjustmentId: data.adjustmentId, kind: data.kind, amount: data.amount, reason: data.reason, ...(data.leak ? { commodity: data.leak.commodity, share: data.leak.sharePercent, bills: data.leak.bills.length } : {}) }),
  HoldPlaced: (data) => ({ holdId: data.holdId, kind: data.kind }),
  HoldReleased: (data) => ({ holdId: data.holdId, cause: data.cause }),
  ServiceFactSet: (data) => ({ agreementId: data.agreementId, kind: data.kind, name: data.name, milli: data.milli, unit: data.unit, text: data.text, on: data.from, to: data.to, reason: data.reason }),
  BudgetEnrolled: (data) => ({ budgetId: data.budgetId, amount: data.amount, on: data.enrolledOn, settleOn: data.settleOn, reason: data.reason }),
  BudgetReviewed: (data) => ({ budgetId: data.budgetId, amount: data.amount, fitting: data.fitting, proposed: data.proposed }),
  BudgetChanged: (data) => ({ budgetId: data.budgetId, before: data.before, amount: data.amount, reason: data.reason }),
  BudgetSettled: (data) => ({ budgetId: data.budgetId, difference: data.difference, carriedOn: data.carriedOn, dueOn: data.dueOn, amount: data.amount }),
  BudgetEnded: (data) => ({ budgetId: data.budgetId, cause: data.cause, difference: data.difference, dueOn: data.dueOn, reason: data.reason }),
  PrepaidEnrolled: (data) => ({ prepaidId: data.prepaidId, on: data.enrolledOn, lowAt: data.lowAt }),
  PrepaidChanged: (data) => ({ prepaidId: data.prepaidId, before: data.before, lowAt: data.lowAt }),
  PrepaidEnded: (data) => ({ prepaidId: data.prepaidId, on: data.endedOn, reason: data.reason }),
  RequestOpened: (data) => ({ requestId: data.requestId, kind: data.kind }),
  RequestAdvanced: (data) => ({ requestId: data.requestId, from: data.from, to: data.to }),
};

/** What only staff may see (a bill that is held, a correction that nobody has agreed to): that something happened, and nothing more. */
const FOR_STAFF: ReadonlySet<string> = new Set<AccountEventType>(["BillHeld", "CorrectionProposed", "CorrectionDropped"]);

/** Facts with what staff wrote for one another; under a hold's `cause` in old events. */
const WORDS_FOR_STAFF: Readonly<Partial<Record<AccountEventType, string>>> = { HoldReleased: "cause" };

/** Summary of an account's event for what customers see as well: its live pages, their bills. Why staff did it is not in it. */
export function pushedSummary(type: string, data: object): EventSummary {
  if (FOR_STAFF.has(type)) return {};
  const kept = WORDS_FOR_STAFF[type as AccountEventType] ?? "reason";
  return Object.fromEntries(Object.entries(summaryOf(type, data)).filter(([name]) => name !== kept));
}

/** Summary of any event: account events by the table above, others by their top-level facts. */
export function summaryOf(type: string, data: object): EventSummary {
  const summarize = SUMMARY[type as AccountEventType] as ((data: object) => EventSummary) | undefined;
  if (summarize) return summarize(data);
  return Object.fromEntries(Object.entries(data).filter((entry): entry is [string, Fact] => entry[1] === null || typeof entry[1] !== "object"));
}
