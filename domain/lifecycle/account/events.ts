/** What can happen to an account. Data shapes are versioned and never changed once written; add a version instead. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { EventDraft } from "../../compliance/chain.ts";
import type { Allocation } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import type { PendingSegment } from "../bill.ts";

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
}

export interface AccountEvents {
  AccountOpened: { accountId: string; personRef: string; mailingRef: string; customerClass: string; billCycle: string; openedOn: LocalDate };
  ServiceStarted: { agreementId: string; premiseId: string; servicePointId: string; commodity: string; rateScheduleId: string; startOn: LocalDate };
  ServiceStopped: { agreementId: string; stopOn: LocalDate };
  BillCompleted: {
    billId: string; number: string; runId: string | null; periodFrom: LocalDate; periodTo: LocalDate; issuedOn: LocalDate; dueOn: LocalDate;
    previousBalance: Cents; charges: Cents; balance: Cents; segments: readonly SegmentBilled[];
    creditApplied: readonly Allocation[]; receivableGl: string; snapshotHash: string;
  };
  /** Version 1 said only the reasons. */
  BillHeld: { runId: string; periodTo: LocalDate; reasons: readonly string[]; segments?: readonly PendingSegment[]; charges?: Cents | null };
  PaymentPosted: {
    paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedOn: LocalDate; receivedAt: number;
    allocations: readonly Allocation[]; credit: Cents; cashGl: string; receivableGl: string;
  };
  PaymentSuspended: { paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedOn: LocalDate; receivedAt: number; reason: string; cashGl: string; suspenseGl: string };
  PaymentReversed: {
    paymentId: string; amount: Cents; reason: string; reversedOn: LocalDate;
    restored: readonly Allocation[]; creditTaken: Cents; shortfallItem: string | null; shortfall: Cents; cashGl: string; receivableGl: string;
  };
  AdjustmentPosted: {
    adjustmentId: string; kind: string; amount: Cents; postedOn: LocalDate; item: string | null; arrearsOn: LocalDate; rank: number;
    /** For a credit: what it settles; the rest becomes account credit. */
    allocations: readonly Allocation[]; credit: Cents; gl: string; receivableGl: string; reason: string;
  };
  HoldPlaced: { holdId: string; kind: string; curedByPayment: boolean; placedOn: LocalDate };
  HoldReleased: { holdId: string; cause: string };
  RequestOpened: { requestId: string; kind: string; textRef: string };
  RequestAdvanced: { requestId: string; from: string; to: string; noteRef: string | null };
}

export type AccountEventType = keyof AccountEvents;
export type AccountEvent = { [T in AccountEventType]: EventDraft<T, AccountEvents[T]> }[AccountEventType];

/** Version of each type's data that is written today; 1 for a type that is not named. */
const ACCOUNT_EVENT_VERSIONS: Readonly<Partial<Record<AccountEventType, number>>> = { BillHeld: 2 };

export function accountEvent<T extends AccountEventType>(type: T, data: AccountEvents[T], effectiveAt?: number): AccountEvent {
  return { type, version: ACCOUNT_EVENT_VERSIONS[type] ?? 1, data, ...(effectiveAt === undefined ? {} : { effectiveAt }) } as AccountEvent;
}
