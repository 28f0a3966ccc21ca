import { plural, shown, usageOf, type IntervalRule, type RegisterRule } from "./rule.ts";
import { quantityText } from "../units.ts";

export const negativeIntervals: IntervalRule = {
  id: "negative",
  title: "Negative interval",
  what: "No interval of a one-way channel is below zero; on a water or gas meter that is backflow or a reversed meter.",
  source: "Negative consumption check",
  check: (scan, { channel }) => (scan.negatives > 0 && channel.direction !== "net" ? "fail" : null),
  explain: (scan, { channel, values }) => ({
    slot: scan.firstNegative,
    numbers: { negatives: scan.negatives, first: usageOf(values[scan.firstNegative]!, channel) },
    sentence: `${plural(scan.negatives, "interval")} below zero, the first ${shown(values[scan.firstNegative]!, channel)}; usage cannot run backwards.`,
  }),
};

export const negativeRegister: RegisterRule = {
  id: "negative",
  title: "Register went back",
  what: "End read − start read is below zero, and a rollover would imply more than is plausible.",
  source: "Rollover rule: negative difference + 10^dials ≤ largest plausible, else fail",
  check: ({ advance }) => (advance.kind === "negative" ? "fail" : null),
  explain: ({ advance, previous, read, channel }) => ({
    numbers: { previous: previous.value, read: read.value, usage: advance.usage },
    sentence: `The register went back from ${quantityText(previous.value, channel.unit)} to ${quantityText(read.value, channel.unit)}; a rollover does not explain it.`,
  }),
};

export const registerRollover: RegisterRule = {
  id: "rollover",
  title: "Register rolled over",
  what: "The register passed its highest number and began again at zero; the usage through zero is plausible.",
  source: "Rollover rule: negative difference + 10^dials ≤ largest plausible",
  check: ({ advance }) => (advance.kind === "rollover" ? "info" : null),
  explain: ({ advance, previous, read, channel }) => ({
    numbers: { previous: previous.value, read: read.value, usage: advance.usage },
    sentence: `The register rolled over from ${quantityText(previous.value, channel.unit)} through zero to ${quantityText(read.value, channel.unit)}: ${quantityText(advance.usage, channel.unit)}.`,
  }),
};
