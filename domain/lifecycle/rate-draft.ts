/**
 * Life cycle of a rate version before it counts: written by one person, proposed, published by another. What is published is
 * to the letter what was proposed.
 */
export type RateDraftState = "draft" | "proposed" | "published" | "discarded";
export type RateDraftEvent = "save" | "propose" | "withdraw" | "sendBack" | "publish" | "discard";

/** State × event → state; what is not here is refused. */
const MOVES: Readonly<Record<RateDraftState, Partial<Record<RateDraftEvent, RateDraftState>>>> = {
  draft: { save: "draft", propose: "proposed", discard: "discarded" },
  proposed: { withdraw: "draft", sendBack: "draft", publish: "published" },
  published: {},
  discarded: {},
};

/** The state after the event; null when the event cannot happen in this state. */
export function rateDraftAfter(state: RateDraftState, event: RateDraftEvent): RateDraftState | null {
  return MOVES[state][event] ?? null;
}

export interface ProposedRate {
  readonly proposedBy: string | null;
  /** Everybody who has written a text of the draft. */
  readonly writers: readonly string[];
}

/** Whoever wrote any of its texts, or proposed it, does not decide about it. Null: this person may. */
export function whyNotDecide({ proposedBy, writers }: ProposedRate, actor: string): string | null {
  if (actor === proposedBy) return "You proposed this rate. Another person publishes it or sends it back.";
  if (writers.includes(actor)) return "You wrote this rate. Another person publishes it or sends it back.";
  return null;
}
