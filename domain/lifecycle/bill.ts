/**
 * The life cycles of a bill segment (the charges of one service for one period) and of a bill, as the trade draws them:
 * one table each. A segment makes money only when it is frozen, and from then on it is never edited: it is canceled by
 * entries that mirror its own, and another one takes its place.
 *
 * Where each state lies: a bill that is held is *pending* and its segments stand, with the reasons, in the account's state;
 * freezing and completing are the one commit of `BillCompleted`; *pending cancel* is a correction that waits for a second
 * person; *canceled* is the commit of `BillCanceled`. Customers see a bill from its completion on.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Cents } from "../money/cents.ts";

export const SEGMENT_STAGES = ["incomplete", "error", "freezable", "frozen", "pendingCancel", "canceled"] as const;
export type SegmentStage = (typeof SEGMENT_STAGES)[number];

export const SEGMENT_ACTIONS = ["price", "fail", "freeze", "startCancel", "undoCancel", "cancel"] as const;
export type SegmentAction = (typeof SEGMENT_ACTIONS)[number];

/** Stage × action → next stage; what is not here cannot be done. A segment that failed is tried again until it is right. */
export const SEGMENT_MOVES: Readonly<Record<SegmentStage, Readonly<Partial<Record<SegmentAction, SegmentStage>>>>> = {
  incomplete: { price: "freezable", fail: "error" },
  error: { price: "freezable", fail: "error" },
  freezable: { price: "freezable", fail: "error", freeze: "frozen" },
  frozen: { startCancel: "pendingCancel" },
  pendingCancel: { undoCancel: "frozen", cancel: "canceled" },
  canceled: {},
};

export const BILL_STAGES = ["pending", "complete", "reopened", "canceled"] as const;
export type BillStage = (typeof BILL_STAGES)[number];

export const BILL_ACTIONS = ["complete", "reopen", "cancel"] as const;
export type BillAction = (typeof BILL_ACTIONS)[number];

/**
 * Stage × action → next stage. A bill is *reopened* while a correction of it is being decided on: dropped, it is complete
 * as it was; done, it is canceled and its corrected bill is another bill with a number of its own.
 */
export const BILL_MOVES: Readonly<Record<BillStage, Readonly<Partial<Record<BillAction, BillStage>>>>> = {
  pending: { complete: "complete" },
  complete: { reopen: "reopened", cancel: "canceled" },
  reopened: { complete: "complete", cancel: "canceled" },
  canceled: {},
};

/** The stage after the action. Throws on a move that is not in the table: then the caller has not looked. */
export function moveSegment(stage: SegmentStage, action: SegmentAction): SegmentStage {
  const next = SEGMENT_MOVES[stage][action];
  if (next === undefined) throw new RangeError(`a segment that is ${stage} cannot ${action}`);
  return next;
}

/** The stage after the action, likewise for a bill. */
export function moveBill(stage: BillStage, action: BillAction): BillStage {
  const next = BILL_MOVES[stage][action];
  if (next === undefined) throw new RangeError(`a bill that is ${stage} cannot ${action}`);
  return next;
}

/**
 * Whether a bill of this date may be reopened: not once its accounting period (`YYYY-MM`) is closed. It can still be
 * canceled then, by entries that are dated in an open period.
 */
export function mayReopen(issuedOn: LocalDate, closedPeriods: ReadonlySet<string>): boolean {
  return !closedPeriods.has(issuedOn.slice(0, 7));
}

/** A service on a bill that is held. */
export interface PendingSegment {
  readonly agreementId: string;
  readonly commodity: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly stage: SegmentStage;
  /** What is wrong with it; none for one that is held for the bill as a whole. */
  readonly reasons: readonly string[];
  /** Null while it has no price. */
  readonly total: Cents | null;
}

/** A bill that is not made yet, for the reasons it carries. For staff alone: it may never be sent as it stands. */
export interface PendingBill {
  readonly runId: string;
  readonly periodTo: LocalDate;
  readonly reasons: readonly string[];
  readonly segments: readonly PendingSegment[];
  /** Null while a segment has no price. */
  readonly charges: Cents | null;
}
