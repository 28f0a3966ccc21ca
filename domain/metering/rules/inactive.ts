import { quantityText } from "../units.ts";
import { shown, usageOf, type IntervalRule, type RegisterRule } from "./rule.ts";

const INACTIVE = {
  id: "inactive",
  title: "Usage without a customer",
  what: "Something was used at a point where nobody is the customer, above a small floor.",
  source: "Inactive measurement check",
};

export const inactiveIntervals: IntervalRule = {
  ...INACTIVE,
  check: (scan, span, _parameters, { inactivePerDay, countsUsage }) => (countsUsage && !span.serviceActive && scan.sum > inactivePerDay * span.days ? "warn" : null),
  explain: (scan, { channel }) => ({ numbers: { usage: usageOf(scan.sum, channel) }, sentence: `${shown(scan.sum, channel)} were used although nobody is the customer here.` }),
};

export const inactiveRegister: RegisterRule = {
  ...INACTIVE,
  check: (span, _parameters, { inactivePerDay }) => (!span.serviceActive && span.advance.kind !== "negative" && span.advance.usage > usageOf(inactivePerDay, span.channel) * span.days ? "warn" : null),
  explain: ({ advance, channel }) => ({ numbers: { usage: advance.usage }, sentence: `${quantityText(advance.usage, channel.unit)} were used although nobody is the customer here.` }),
};
