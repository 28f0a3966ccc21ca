/** What staff decide in the demonstration's year: findings of validation in the morning after, bills that only look unusual the day after a run. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { HOLD_RULES } from "../../domain/billing/hold-rules.ts";
import type { ExceptionDecision } from "../../domain/lifecycle/exception.ts";
import { letBillPass } from "../../worker/operations/billing.ts";
import { decideException } from "../../worker/operations/exceptions.ts";
import type { Demo } from "./world.ts";

/** By rule: what the meter got wrong is estimated, what is only unusual is right. The first ones first: they cure others of their day. */
const DECISIONS: Readonly<Record<string, { readonly decision: ExceptionDecision; readonly reason: string }>> = {
  spike: { decision: "estimate", reason: "A false value: the register does not know of it." },
  stuck: { decision: "estimate", reason: "The radio repeated itself. It was restarted." },
  negative: { decision: "estimate", reason: "A meter does not run backwards." },
  sum: { decision: "estimate", reason: "The register is right." },
  missing: { decision: "estimate", reason: "The radio was out of reach." },
};
const UNUSUAL: { readonly decision: ExceptionDecision; readonly reason: string } = { decision: "accept", reason: "Unusual, but so it was." };

interface Finding {
  readonly id: string;
  readonly rule: string;
}

/** Decides what validation found on days before one. Returns how many decisions that took. */
export async function decideFindings({ world, port, staff }: Demo, undecidedFrom: LocalDate): Promise<number> {
  const open = await port.query<Finding>("SELECT id, rule FROM exception WHERE status = 'open' AND kind = 'reads' AND day < ? ORDER BY day, id", [undecidedFrom]);
  const rank = ({ rule }: Finding) => (DECISIONS[rule] ? Object.keys(DECISIONS).indexOf(rule) : Infinity);
  let decided = 0;
  for (const { id, rule } of open.toSorted((a, b) => rank(a) - rank(b))) {
    const { decision, reason } = DECISIONS[rule] ?? UNUSUAL;
    const decide = (what: ExceptionDecision, why: string) => decideException(world, staff.billing, { commandId: world.newId(), exceptionId: id, decision: what, reason: why });
    let answer = await decide(decision, reason);
    // Where nothing is there to estimate from, it stays as it came; where another decision has cured it, nothing is left to do.
    if (answer.status === "refused" && answer.refusal.code === "decision") answer = await decide(UNUSUAL.decision, "There is nothing to estimate from.");
    if (answer.status === "done") decided += 1;
  }
  return decided;
}

const REVIEWED = HOLD_RULES.filter(({ cure }) => cure === "review").map(({ id }) => id);

/** Lets the bills of a run pass that were held for a look. Returns how many reasons were looked at. */
export async function reviewHeldBills({ world, port, staff }: Demo, runId: string): Promise<number> {
  const held = await port.query<{ id: string }>(
    "SELECT id FROM exception WHERE kind = 'billing' AND status = 'open' AND run_id = ? AND rule IN (SELECT value FROM json_each(?)) ORDER BY id",
    [runId, JSON.stringify(REVIEWED)],
  );
  for (const { id } of held) {
    const answer = await letBillPass(world, staff.billing, { commandId: world.newId(), exceptionId: id, reason: "Looked at the meter's days: the bill is right." });
    if (answer.status !== "done") throw new Error(`held bill ${id} was not let pass: ${answer.status === "refused" ? answer.refusal.message : answer.status}`);
  }
  return held.length;
}
