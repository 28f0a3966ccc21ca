/** What can be set, in the order in which a utility thinks of it. */
import type { IconName } from "../../components/icons.tsx";

export type TopicPath = "utility" | "cycles" | "billing" | "holidays" | "fees" | "gl";

export const TOPICS: Readonly<Record<TopicPath, { readonly name: string; readonly what: string; readonly icon: IconName }>> = {
  utility: { name: "Utility", what: "Name, address, what is delivered.", icon: "home" },
  cycles: { name: "Bill cycles", what: "On which day of the month each group of accounts is billed.", icon: "cycle" },
  billing: { name: "Billing rules", what: "When bills are due, when one is looked at first.", icon: "bill" },
  holidays: { name: "Holidays", what: "Days on which no bill is due.", icon: "clock" },
  fees: { name: "Fees", what: "For late and returned payments, and the like.", icon: "pay" },
  gl: { name: "GL accounts", what: "Where money is posted in the general ledger.", icon: "rates" },
};

export const isTopicPath = (text: string): text is TopicPath => Object.hasOwn(TOPICS, text);
