import type { DayCondition } from "../conditions.ts";
import type { Severity, IntervalRule, RegisterRule } from "./rule.ts";
import { isMeasured, saidOf, saying } from "./tamper.ts";

const CLOCK = {
  id: "clock",
  title: "Clock",
  what: "How far the meter's clock is from the gateway's, as told or as its stamps show: |meter − reference| within tolerance. A clock that is said to be wrong, without how far, is warned of.",
  source: "Time check of revenue-meter VEE: three minutes either way is usual for interval meters, a larger drift fails",
};

function verdict({ seconds }: DayCondition, { warnSeconds, failSeconds }: { readonly warnSeconds: number; readonly failSeconds: number }): Severity | null {
  if (warnSeconds === 0 && failSeconds === 0) return null;
  if (seconds === null) return "warn";
  const off = Math.abs(seconds);
  return failSeconds > 0 && off > failSeconds ? "fail" : warnSeconds > 0 && off > warnSeconds ? "warn" : null;
}

function sentence(clock: DayCondition): string {
  const { seconds } = clock;
  if (seconds === null) return `The meter's clock is said to be wrong${saying(clock)}; by how much is not known.`;
  return `The meter's clock is ${durationText(Math.abs(seconds))} ${seconds > 0 ? "fast" : "slow"}${saying(clock)}: what was used may stand in the wrong interval.`;
}

/** "4 min 10 s", "2 h 5 min". */
function durationText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const parts = hours > 0 ? [`${hours} h`, ...(minutes > 0 ? [`${minutes} min`] : [])] : [...(minutes > 0 ? [`${minutes} min`] : []), ...(rest > 0 ? [`${rest} s`] : [])];
  return parts.join(" ");
}

const numbers = ({ seconds }: DayCondition, secondsAllowed: number) => ({ ...(seconds !== null && { secondsOff: seconds }), secondsAllowed });

export const clockIntervals: IntervalRule = {
  ...CLOCK,
  check: (scan, { conditions }, parameters) => {
    const clock = saidOf("clock", conditions);
    return clock === undefined || !isMeasured(scan) ? null : verdict(clock, parameters.clock);
  },
  explain: (_scan, { conditions }, parameters) => {
    const clock = saidOf("clock", conditions)!;
    return { numbers: numbers(clock, parameters.clock.warnSeconds), sentence: sentence(clock) };
  },
};

/** A dial read a few minutes early or late bills the same: a read is only warned of. */
export const clockRegister: RegisterRule = {
  ...CLOCK,
  check: ({ conditions }, parameters) => {
    const clock = saidOf("clock", conditions);
    return clock === undefined || verdict(clock, parameters.clock) === null ? null : "warn";
  },
  explain: ({ conditions }, parameters) => {
    const clock = saidOf("clock", conditions)!;
    return { numbers: numbers(clock, parameters.clock.warnSeconds), sentence: clock.seconds === null ? sentence(clock) : sentence(clock).replace(": what was used may stand in the wrong interval", ": the read was taken at another time than it says") };
  },
};
