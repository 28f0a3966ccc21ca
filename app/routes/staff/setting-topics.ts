/** What can be set, in the order in which a utility thinks of it. */
import type { IconName } from "../../components/icons.tsx";

export type TopicPath = "utility" | "cycles" | "windows" | "billing" | "holds" | "estimation" | "corrections" | "budget" | "leaks" | "holidays" | "riders" | "systemPeaks" | "fees" | "validation" | "gl";

export const TOPICS: Readonly<Record<TopicPath, { readonly name: string; readonly what: string; readonly icon: IconName }>> = {
  utility: { name: "Utility", what: "Name, address, what is delivered.", icon: "home" },
  cycles: { name: "Bill cycles", what: "On which day of the month each group of accounts is billed.", icon: "cycle" },
  windows: { name: "Bill windows", what: "How long each cycle is tried, when estimates begin, in which month bills are posted.", icon: "clock" },
  billing: { name: "Billing rules", what: "When bills are due, and the limits beyond which something is looked at.", icon: "bill" },
  holds: { name: "Reasons to hold a bill", what: "Which unusual bills wait for a person, by class of customer.", icon: "flag" },
  estimation: { name: "Estimates", what: "From what a missing read is reckoned, and what is offered when the next one asks for much.", icon: "meter" },
  corrections: { name: "Corrections of bills", what: "Who decides on how much alone, when a catch-up is offered in parts, how far back the law goes.", icon: "bill" },
  budget: { name: "Budget billing", what: "How level amounts are found, looked at and settled, and when a budget ends.", icon: "pay" },
  leaks: { name: "Leak adjustments", what: "How much of a repaired leak is forgiven, for how many bills, how often, and what counts as normal use.", icon: "usage" },
  holidays: { name: "Holidays", what: "Days on which no bill is due.", icon: "clock" },
  riders: { name: "Riders", what: "Factors that several rates follow by date: power cost, gas cost, fuel, heat content.", icon: "rates" },
  systemPeaks: { name: "System peaks", what: "The hours in which the whole system peaked, for demand charges by them.", icon: "clock" },
  fees: { name: "Fees", what: "For late and returned payments, and the like.", icon: "pay" },
  validation: { name: "Validation of reads", what: "From when a read is too high, too low, stuck, or late.", icon: "flag" },
  gl: { name: "GL accounts", what: "Where money is posted in the general ledger.", icon: "rates" },
};

export const isTopicPath = (text: string): text is TopicPath => Object.hasOwn(TOPICS, text);
