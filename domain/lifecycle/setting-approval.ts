/**
 * A change of a rule by which people are charged counts only once somebody else has agreed. Which topics need that is a
 * table, and so is what may be done with a proposal. The proposer never approves: with one exception, named below.
 */
import type { Refusal } from "./account/decide.ts";
import type { SettingTopic } from "./settings.ts";

/** Whether a topic's change waits for another person. The utility's name and address charge nobody anything. */
export const NEEDS_APPROVAL: Readonly<Record<SettingTopic, boolean>> = {
  utility: false, billing: true, windows: true, holds: true, estimation: true, corrections: true, budget: true, leaks: true, holidays: true, riders: true, systemPeaks: true, fees: true, validation: true, gl: true,
};

export type ProposalStatus = "open" | "approved" | "rejected" | "withdrawn";
export type ProposalAction = "approve" | "reject" | "withdraw";

/** Status × action → next status; what is not here cannot be done. */
export const PROPOSAL_MOVES: Readonly<Record<ProposalStatus, Readonly<Partial<Record<ProposalAction, ProposalStatus>>>>> = {
  open: { approve: "approved", reject: "rejected", withdraw: "withdrawn" },
  approved: {}, rejected: {}, withdrawn: {},
};

export interface ProposalDecision {
  readonly action: ProposalAction;
  readonly status: ProposalStatus;
  /** Who decides is who proposed. */
  readonly isProposer: boolean;
  /** The utility is being set up by its first administrator: no account is open yet, and nobody else could approve. */
  readonly aloneInSetUp: boolean;
  /** Why, in the person's words. */
  readonly reason: string;
}

/** The status after the action, or why it cannot be. */
export function decideProposal({ action, status, isProposer, aloneInSetUp, reason }: ProposalDecision): { readonly ok: true; readonly status: ProposalStatus } | { readonly ok: false; readonly refusal: Refusal } {
  const refuse = (code: string, message: string, field?: string) => ({ ok: false as const, refusal: field === undefined ? { code, message } : { code, message, field } });
  // A form may say anything: `constructor` is no move, though every object has one.
  const next = Object.hasOwn(PROPOSAL_MOVES[status], action) ? PROPOSAL_MOVES[status][action] : undefined;
  if (next === undefined && status === "open") return refuse("action", "Choose whether to approve, reject or withdraw it.");
  if (next === undefined) return refuse("decided", `This proposal has been ${status} already.`);
  if (action === "withdraw" && !isProposer) return refuse("proposer", "Only who proposed it can withdraw it. You can reject it.");
  if (action === "reject" && isProposer) return refuse("proposer", "You proposed this yourself: withdraw it instead.");
  if (action === "approve" && isProposer && !aloneInSetUp) return refuse("self-approval", "You proposed this yourself. Another person who may approve has to look at it.");
  if (action === "reject" && reason.trim() === "") return refuse("reason", "Say why, so that it can be proposed better.", "reason");
  return { ok: true, status: next };
}
