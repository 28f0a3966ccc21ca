import { lengthText, shown, usageOf, type IntervalRule } from "./rule.ts";

export const continuousFlow: IntervalRule = {
  id: "leak",
  title: "Continuous flow",
  what: "No interval in a row of hours falls below the leak rate. Estimated intervals neither raise it nor end it.",
  source: "Consecutive-interval check; 3 gallons an hour for 24 hours is published by AMI water utilities, commercial 10 for 168",
  check: (scan, _span, _parameters, { leakSlots }) => (leakSlots > 0 && scan.leakRun >= leakSlots ? "info" : null),
  explain: (scan, { channel }, _parameters, { slotsPerHour }) => ({
    numbers: { hours: Math.floor(scan.leakRun / slotsPerHour), leastPerHour: usageOf(scan.leakLeast, channel) * slotsPerHour },
    sentence: `Flow has not stopped for ${lengthText(scan.leakRun, channel)}; the lowest interval was ${shown(scan.leakLeast, channel)}. This looks like a leak.`,
  }),
};

export const burst: IntervalRule = {
  id: "burst",
  title: "Burst",
  what: "High flow without a pause for hours.",
  source: "Burst alert published by AMI water utilities: 30 gallons an hour for 8 hours",
  check: (scan, _span, _parameters, { burstSlots }) => (burstSlots > 0 && scan.burstRun >= burstSlots ? "warn" : null),
  explain: (scan, { channel }, _parameters, { slotsPerHour, burstMinimum }) => ({
    slot: scan.burstStart,
    numbers: { hours: Math.floor(scan.burstRun / slotsPerHour), perHour: usageOf(burstMinimum, channel) * slotsPerHour },
    sentence: `At least ${shown(burstMinimum * slotsPerHour, channel)} an hour for ${lengthText(scan.burstRun, channel)} without a pause. A pipe may have burst.`,
  }),
};

export const stuck: IntervalRule = {
  id: "stuck",
  title: "Stuck value",
  what: "The same value over and over: the meter or its radio repeats itself.",
  source: "Stuck-meter check: run of equal values longer than any steady load",
  check: (scan, _span, _parameters, { stuckSlots }) => (stuckSlots > 0 && scan.stuckRun >= stuckSlots ? "fail" : null),
  explain: (scan, { channel }, _parameters, { slotsPerHour }) => ({
    slot: scan.stuckStart,
    numbers: { hours: Math.floor(scan.stuckRun / slotsPerHour), value: usageOf(scan.stuckValue, channel) },
    sentence: `Every interval was exactly ${shown(scan.stuckValue, channel)} for ${lengthText(scan.stuckRun, channel)}.`,
  }),
};
