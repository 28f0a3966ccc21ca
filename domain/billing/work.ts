/**
 * Work items that a held bill opens, one a reason. Their ids are made of what they are about, so that a run that is tried
 * again finds the item of the first time instead of opening another.
 */
import type { BillingWork } from "./facts.ts";
import { unbilledRule } from "./unbilled.ts";
import { holdRule, type HoldReason } from "./hold-rules.ts";

/** Kind of the work items that billing opens. */
export const BILLING_KIND = "billing";

/** The decision by which a person lets a bill pass as it is. */
export const ACCEPTED = "accept";

export function workId(runId: string, accountId: string, reason: Pick<HoldReason, "rule" | "servicePointId">): string {
  return `bill:${runId}:${accountId}:${reason.rule}${reason.servicePointId === null ? "" : `:${reason.servicePointId}`}`;
}

/** Rules that a person has let pass for this account in this run. */
export function releasedRules(work: readonly BillingWork[], runId: string): ReadonlySet<string> {
  return new Set(work.filter((item) => item.runId === runId && item.status !== "open" && item.decision === ACCEPTED && holdRule(item.rule)?.cure === "review").map((item) => item.rule));
}

export interface WorkPlan {
  /** Reasons that have no open item yet, with the ids of their items. */
  readonly open: readonly { readonly id: string; readonly reason: HoldReason }[];
  /** Open items whose reason is gone. */
  readonly cure: readonly string[];
}

/** What a hold does to the account's items; a bill is a hold without reasons: it closes all of them, that there was none as well. */
export function workPlan(work: readonly BillingWork[], at: { readonly runId: string; readonly accountId: string }, reasons: readonly HoldReason[]): WorkPlan {
  const byId = new Map(reasons.map((reason) => [workId(at.runId, at.accountId, reason), reason]));
  const open = new Set(work.filter((item) => item.status === "open").map((item) => item.id));
  return {
    open: [...byId].filter(([id]) => !open.has(id)).map(([id, reason]) => ({ id, reason })),
    cure: work.filter((item) => open.has(item.id) && !byId.has(item.id) && (reasons.length === 0 || unbilledRule(item.rule) === undefined)).map((item) => item.id),
  };
}
