import type { DayCondition, JudgedKind } from "../conditions.ts";
import type { SpanScan } from "../span-scan.ts";
import { lengthText, plural, type IntervalRule, type IntervalSpan, type RegisterRule } from "./rule.ts";

const TAMPER = {
  id: "tamper",
  title: "Tamper",
  what: "The head-end or the meter flags tampering: a cover opened, a wire cut, a module taken off, a magnet. Some flagged intervals are looked at; a day under the flag is not billed before somebody has.",
  source: "Tamper flags of meters and modules, as head-ends send them; a read taken under a tamper is not taken for valid",
};

const MINUTE_MS = 60_000;

/** What was said of one kind; undefined where nothing was, as nearly always. */
export function saidOf(kind: JudgedKind, conditions: readonly DayCondition[] | undefined): DayCondition | undefined {
  return conditions === undefined ? undefined : conditions.find((each) => each.kind === kind);
}

/** Something that was measured is left on the day: what a person or an estimate put in its place does not come of the meter. */
export const isMeasured = ({ present, estimated, edited }: SpanScan): boolean => present > estimated + edited;

/** Intervals under the flag; one that was raised at an instant marks its interval. */
function flagged({ from, to }: DayCondition, { channel, values }: IntervalSpan): number {
  return Math.max(1, Math.min(values.length, Math.ceil((to - from) / ((channel.stepMinutes ?? 60) * MINUTE_MS))));
}

export const tamperIntervals: IntervalRule = {
  ...TAMPER,
  check: (scan, span, { tamper }, { tamperFailSlots }) => {
    const flag = saidOf("tamper", span.conditions);
    if (flag === undefined || tamper.flags === 0 || !isMeasured(scan)) return null;
    const count = flagged(flag, span);
    return tamperFailSlots > 0 && count >= tamperFailSlots ? "fail" : count >= tamper.flags ? "warn" : null;
  },
  explain: (_scan, span) => {
    const flag = saidOf("tamper", span.conditions)!;
    const count = flagged(flag, span);
    const slot = span.start === undefined ? undefined : Math.max(0, Math.min(span.values.length - 1, Math.floor((flag.from - span.start) / ((span.channel.stepMinutes ?? 60) * MINUTE_MS))));
    return {
      ...(slot !== undefined && { slot }),
      numbers: { flagged: count },
      sentence: `The meter flags tampering${saying(flag)} for ${lengthText(count, span.channel)}. Somebody should look at the meter before this is billed.`,
    };
  },
};

export const tamperRegister: RegisterRule = {
  ...TAMPER,
  check: ({ conditions }, { tamper }) => (saidOf("tamper", conditions) === undefined || tamper.flags === 0 ? null : "warn"),
  explain: ({ conditions }) => {
    const flags = conditions!.filter(({ kind }) => kind === "tamper");
    return { numbers: { days: flags.length }, sentence: `The meter flags tampering${saying(flags[0]!)} on ${plural(flags.length, "day")} since the read before. Somebody should look at the meter before this is billed.` };
  },
};

/** The source's own word, where it has one that is more than a yes. */
export function saying({ says }: DayCondition): string {
  return says.length > 1 ? ` (${says})` : "";
}
