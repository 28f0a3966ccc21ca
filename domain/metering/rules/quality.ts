import { plural, type IntervalRule } from "./rule.ts";

export const questionableIntervals: IntervalRule = {
  id: "questionable",
  title: "Questionable at the source",
  what: "The head-end itself marked values as questionable.",
  source: "Source quality flags",
  check: (scan) => (scan.questionable > 0 ? "warn" : null),
  explain: (scan) => ({ numbers: { questionable: scan.questionable }, sentence: `The head-end marked ${plural(scan.questionable, "interval")} as questionable.` }),
};
