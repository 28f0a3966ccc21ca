/** Life cycle of a customer's request, as a table: state × allowed next states. */
export const REQUEST_MOVES: Readonly<Record<string, readonly string[]>> = {
  open: ["inProgress", "closed"],
  inProgress: ["waiting", "closed"],
  waiting: ["inProgress", "closed"],
  closed: [],
};

/** What a customer may ask for in the portal. Staff see the same kinds. */
export const REQUEST_KINDS = ["highBill", "leak", "meterProblem", "outage", "moveOut", "payment", "other"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** A request's words are as long as a letter; anything longer belongs into an attachment. */
export const REQUEST_WORDS_MAX = 4_000;
