/** What a held bill says of each of its services: which could be frozen, which is in error, and why. */
import type { PendingSegment } from "../lifecycle/bill.ts";
import { moveSegment } from "../lifecycle/bill.ts";
import type { DueSegment } from "./cycle.ts";
import { holdRule, type HoldReason, type JudgedSegment } from "./hold-rules.ts";

/** A reason of the whole bill (it is high, it is nothing) leaves its segments freezable: a person lets the bill pass as it is. */
export function pendingSegments(judged: readonly JudgedSegment[], reasons: readonly HoldReason[]): PendingSegment[] {
  return judged.map(({ agreementId, commodity, servicePointId, period, total }) => {
    const own = reasons.filter((reason) => reason.servicePointId === servicePointId);
    const failed = total === null || own.some(({ rule }) => holdRule(rule)?.cure !== "review");
    return { agreementId, commodity, ...period, stage: moveSegment("incomplete", failed ? "fail" : "price"), reasons: own.map(({ sentence }) => sentence), total };
  });
}

/** Services of a bill that could not even be reckoned. */
export function incompleteSegments(due: readonly DueSegment[]): PendingSegment[] {
  return due.map(({ agreement: { agreementId, commodity }, period }) => ({ agreementId, commodity, ...period, stage: "incomplete", reasons: [], total: null }));
}
