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
