/**
 * Work items that a held bill opens, one a reason. Their ids are made of what they are about, so that a run that is tried
 * again finds the item of the first time instead of opening another. An item has a stream of its own, `exception:ID`.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { EventDraft } from "../compliance/chain.ts";
import type { BillingWork } from "./facts.ts";
import { holdRule, type HoldReason } from "./hold-rules.ts";

/** The decision by which a person lets a bill pass as it is. */
export const ACCEPTED = "accept";
/** What closes an item by itself: its cause is gone. */
export const CURED = "cured";

interface WorkEvents {
  ExceptionOpened: { exceptionId: string; kind: "billing"; rule: string; accountId: string; runId: string; periodTo: LocalDate; sentence: string; numbers: Readonly<Record<string, number>> };
  ExceptionReopened: { exceptionId: string; runId: string; sentence: string; numbers: Readonly<Record<string, number>> };
  ExceptionClosed: { exceptionId: string; decision: string };
}
export type WorkEvent = { [T in keyof WorkEvents]: EventDraft<T, WorkEvents[T]> }[keyof WorkEvents];

export const workStream = (exceptionId: string): string => `exception:${exceptionId}`;

export function workId(runId: string, accountId: string, reason: Pick<HoldReason, "rule" | "servicePointId">): string {
  return `bill:${runId}:${accountId}:${reason.rule}${reason.servicePointId === null ? "" : `:${reason.servicePointId}`}`;
}

/** Rules that a person has let pass for this account in this run. */
export function releasedRules(work: readonly BillingWork[], runId: string): ReadonlySet<string> {
  return new Set(work.filter((item) => item.runId === runId && item.status !== "open" && item.decision === ACCEPTED && holdRule(item.rule)?.cure === "review").map((item) => item.rule));
}

/** One item's change: the event on its stream and how its row looks afterwards. */
export interface WorkChange {
  readonly id: string;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly event: WorkEvent;
  readonly status: "open" | "closed";
  /** Null: it is the item of before and only its status changes. */
  readonly reason: HoldReason | null;
  readonly known: BillingWork | null;
}

const EMPTY = { seq: 0, hash: "" };

/** What a hold does to the account's items: new reasons open one, old ones that came back reopen theirs, those that are gone are closed. */
export function workOfHold(work: readonly BillingWork[], at: { readonly runId: string; readonly accountId: string; readonly periodTo: LocalDate }, reasons: readonly HoldReason[]): WorkChange[] {
  const { runId, accountId, periodTo } = at;
  const known = new Map(work.map((item) => [item.id, item]));
  const held = new Set<string>();
  const changes: WorkChange[] = [];
  for (const reason of reasons) {
    const id = workId(runId, accountId, reason);
    if (held.has(id)) continue;
    held.add(id);
    const item = known.get(id) ?? null;
    if (item?.status === "open") continue;
    const { rule, sentence, numbers } = reason;
    const event: WorkEvent = item
      ? { type: "ExceptionReopened", version: 1, data: { exceptionId: id, runId, sentence, numbers } }
      : { type: "ExceptionOpened", version: 1, data: { exceptionId: id, kind: "billing", rule, accountId, runId, periodTo, sentence, numbers } };
    changes.push({ id, head: item?.head ?? EMPTY, event, status: "open", reason, known: item });
  }
  return [...changes, ...workOfBill(work.filter((item) => !held.has(item.id)))];
}

/** A bill closes every item that is open: its cause is gone, or was let pass. */
export function workOfBill(work: readonly BillingWork[]): WorkChange[] {
  return work.filter((item) => item.status === "open").map((item) => ({
    id: item.id, head: item.head, event: { type: "ExceptionClosed", version: 1, data: { exceptionId: item.id, decision: CURED } }, status: "closed", reason: null, known: item,
  }));
}
