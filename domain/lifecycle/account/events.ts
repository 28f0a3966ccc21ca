/** What can happen to an account. Data shapes are versioned and never changed once written; add a version instead. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { EventDraft } from "../../compliance/chain.ts";
import type { Allocation } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import type { ServiceFact } from "../service-fact.ts";
import type { Why } from "../why.ts";
import type { PendingSegment } from "../bill.ts";
import type { CorrectionCause } from "../correction.ts";
import type { LeakNote } from "../leak-policy.ts";
import type { InstalmentOffer } from "../instalments.ts";
import type { BudgetMonth, BudgetOnBill, DueCharge } from "./budget-billing.ts";
import type { LastBill } from "./state.ts";

/** GL accounts an event posts to, resolved when it was decided so that it stays true when the chart changes. */
export interface Posting {
  readonly gl: string;
  readonly cents: Cents;
}

export interface SegmentBilled {
  readonly segmentId: string;
  readonly agreementId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly billedMilli: number;
  readonly unit: string;
  readonly estimated: boolean;
  readonly rank: number;
  readonly total: Cents;
  /** Revenue and tax by GL account; sums to `total`. */
  readonly postings: readonly Posting[];
  /** The segment of an earlier bill whose estimate this one corrects: the service is not billed further by it. */
  readonly corrects?: string;
}

/** What a payment put to an item. */
export interface PaymentShare extends Allocation {
  readonly paymentId: string;
}

export interface AccountEvents {
  AccountOpened: { accountId: string; personRef: string; mailingRef: string; customerClass: string; billCycle: string; openedOn: LocalDate };
  ServiceStarted: { agreementId: string; premiseId: string; servicePointId: string; commodity: string; rateScheduleId: string; startOn: LocalDate };
  ServiceStopped: { agreementId: string; stopOn: LocalDate };
  BillCompleted: {
    billId: string; number: string; runId: string | null; periodFrom: LocalDate; periodTo: LocalDate; issuedOn: LocalDate; dueOn: LocalDate;
    previousBalance: Cents; charges: Cents; balance: Cents; segments: readonly SegmentBilled[];
    creditApplied: readonly Allocation[]; receivableGl: string; snapshotHash: string;
    /** The canceled bill whose place it takes; absent on every other bill. */
    corrects?: string;
    /** Payments of the canceled bill that settle this one, out of `creditApplied`: one that bounces is owed on this bill again. */
    reallocated?: readonly PaymentShare[];
    /** By which the entries are posted; absent: the day it was issued. */
    accountingOn?: LocalDate;
    /** Under budget billing: what is due with it. */
    budget?: BudgetOnBill;
  };
  /** Mirrors the completion of the bill: every entry of it, the other way. What had been paid on it becomes credit. */
  BillCanceled: {
    correctionId: string; billId: string; number: string; cause: CorrectionCause; reasonRef: string | null; canceledOn: LocalDate; replacedBy: string | null;
    /** The event that is mirrored: the account's seq of the bill's completion. */
    corrects: number;
    periodFrom: LocalDate; periodTo: LocalDate; charges: Cents; segments: readonly SegmentBilled[]; receivableGl: string;
    released: readonly Allocation[]; payments: readonly PaymentShare[];
    /** A negative bill had given credit that is spent: it is owed again. */
    shortfall: Cents; shortfallItem: string | null;
    /** Where each agreement stood before the bill. */
    before: readonly { agreementId: string; estimatesInRow: number }[]; lastBill: LastBill | null;
  };
  /** A service had been given the wrong rate: from now on, and on the bills that are made again, it has this one. */
  ServiceCorrected: { correctionId: string; agreementId: string; rateScheduleId: string; before: string };
  /** A correction that needs a second person: its bills' segments are pending cancel until it is decided on. */
  CorrectionProposed: { correctionId: string; cause: CorrectionCause; billIds: readonly string[]; reopened: readonly string[]; net: Cents; branchHash: string; reasonRef: string | null };
  /** The proposal is not followed: the bills stand as they were. */
  CorrectionDropped: { correctionId: string; outcome: "rejected" | "withdrawn"; reasonRef: string | null };
  /** A catch-up may be paid in parts. */
  InstalmentsOffered: InstalmentOffer;
  /** Version 1 said only the reasons. */
  BillHeld: { runId: string; periodTo: LocalDate; reasons: readonly string[]; segments?: readonly PendingSegment[]; charges?: Cents | null };
  PaymentPosted: {
    paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedOn: LocalDate; receivedAt: number;
    allocations: readonly Allocation[]; credit: Cents; cashGl: string; receivableGl: string;
  };
  PaymentSuspended: { paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedOn: LocalDate; receivedAt: number; reason: string; cashGl: string; suspenseGl: string };
  PaymentReversed: Why & {
    paymentId: string; amount: Cents; reversedOn: LocalDate;
    restored: readonly Allocation[]; creditTaken: Cents; shortfallItem: string | null; shortfall: Cents; cashGl: string; receivableGl: string;
  };
  AdjustmentPosted: Why & {
    adjustmentId: string; kind: string; amount: Cents; postedOn: LocalDate; item: string | null; arrearsOn: LocalDate; rank: number;
    /** For a credit: what it settles; the rest becomes account credit. */
    allocations: readonly Allocation[]; credit: Cents; gl: string; receivableGl: string;
    /** Of a leak adjustment by the policy: how it was reckoned. */
    leak?: LeakNote;
  };
  HoldPlaced: { holdId: string; kind: string; curedByPayment: boolean; placedOn: LocalDate };
  /** `cause`: what cured it, or `staff`, who say why. Before `reasonRef` their words stood in it. */
  HoldReleased: { holdId: string; cause: string; reasonRef?: string };
  ServiceFactSet: ServiceFact & Why;
  BudgetEnrolled: Why & {
    budgetId: string; amount: Cents; source: "average" | "staff"; enrolledOn: LocalDate; settleOn: LocalDate; reviewOn: LocalDate;
    months: readonly BudgetMonth[];
    /** What was due already: it stays so. */
    before: readonly DueCharge[];
  };
  /** The amount was looked at with a bill. `proposed`: it is off; null: it still fits. */
  BudgetReviewed: { budgetId: string; billId: string; reviewedOn: LocalDate; amount: Cents; fitting: Cents | null; proposed: Cents | null; reviewOn: LocalDate };
  BudgetChanged: Why & { budgetId: string; changedOn: LocalDate; before: Cents; amount: Cents };
  /** A year is over. `difference` falls due (or is credited) on its day, or is carried on in the new amount. */
  BudgetSettled: { budgetId: string; billId: string; settledOn: LocalDate; difference: Cents; carriedOn: boolean; dueOn: LocalDate; before: Cents; amount: Cents; settleOn: LocalDate; reviewOn: LocalDate };
  /** What was carried falls due at once. */
  BudgetEnded: Why & { budgetId: string; endedOn: LocalDate; cause: "request" | "missed" | "finalBill"; difference: Cents; dueOn: LocalDate };
  PrepaidEnrolled: { prepaidId: string; enrolledOn: LocalDate; lowAt: Cents };
  PrepaidChanged: { prepaidId: string; changedOn: LocalDate; before: Cents; lowAt: Cents };
  PrepaidEnded: Why & { prepaidId: string; endedOn: LocalDate };
  RequestOpened: { requestId: string; kind: string; textRef: string };
  RequestAdvanced: { requestId: string; from: string; to: string; noteRef: string | null };
}

export type AccountEventType = keyof AccountEvents;
export type AccountEvent = { [T in AccountEventType]: EventDraft<T, AccountEvents[T]> }[AccountEventType];

/** Version of each type's data that is written today; 1 for a type that is not named. */
const ACCOUNT_EVENT_VERSIONS: Readonly<Partial<Record<AccountEventType, number>>> = { BillHeld: 2, BillCompleted: 2 };

export function accountEvent<T extends AccountEventType>(type: T, data: AccountEvents[T], effectiveAt?: number): AccountEvent {
  return { type, version: ACCOUNT_EVENT_VERSIONS[type] ?? 1, data, ...(effectiveAt === undefined ? {} : { effectiveAt }) } as AccountEvent;
}
