import { lengthText, plural, type IntervalRule } from "./rule.ts";

export const missingIntervals: IntervalRule = {
  id: "missing",
  title: "Missing intervals",
  what: "Intervals found against intervals expected. A short gap is warned of (linear estimation fills it), a long one fails.",
  source: "Interval count check of revenue-meter VEE; two hours is the limit of linear interpolation in US practice",
  check: (scan, _span, _parameters, { failGapSlots }) => (scan.missing === 0 ? null : scan.longestGap > failGapSlots ? "fail" : "warn"),
  explain: (scan, { channel, expected }) => ({
    slot: scan.longestGapStart,
    numbers: { missing: scan.missing, expected, longestGap: scan.longestGap },
    sentence: `${scan.missing} of ${plural(expected, "interval")} did not arrive; the longest gap is ${lengthText(scan.longestGap, channel)}.`,
  }),
};
