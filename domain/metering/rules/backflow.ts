import { quantityText } from "../units.ts";
import { shown, usageOf, type IntervalRule, type RegisterRule } from "./rule.ts";

const BACKFLOW = {
  id: "backflow",
  title: "Backflow",
  what: "A water or gas meter's reverse channel counted more than a floor: what the customer has may have come back into the main. Electricity that is sent back is not meant.",
  source: "Backflow alert of AMI water utilities, from the meter's reverse register",
};

/** A reverse channel of something that must only flow one way. */
const mustNotFlow = ({ commodity, direction }: { readonly commodity: string; readonly direction: string }): boolean => direction === "received" && commodity !== "electric";

export const backflowIntervals: IntervalRule = {
  ...BACKFLOW,
  check: (scan, { channel, days }, _parameters, { backflowPerDay }) => (mustNotFlow(channel) && scan.sum > backflowPerDay * days ? "warn" : null),
  explain: (scan, { channel }) => ({ numbers: { usage: usageOf(scan.sum, channel) }, sentence: `${shown(scan.sum, channel)} ran backwards through the meter. The main may be in danger: look at the backflow preventer.` }),
};

export const backflowRegister: RegisterRule = {
  ...BACKFLOW,
  check: ({ channel, advance, days }, _parameters, { backflowPerDay }) => (mustNotFlow(channel) && advance.kind !== "negative" && advance.usage > usageOf(backflowPerDay, channel) * Math.max(1, days) ? "warn" : null),
  explain: ({ advance, channel }) => ({ numbers: { usage: advance.usage }, sentence: `The reverse register moved by ${quantityText(advance.usage, channel.unit)}. The main may be in danger: look at the backflow preventer.` }),
};
