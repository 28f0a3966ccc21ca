/**
 * Validation: the rules run in order over a span of one channel (a day, a month) or one register read; each says
 * pass, info, warn or fail with its numbers, and the worst counts. Rules never change a value.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import { averageDaily } from "./history.ts";
import { backflowIntervals, backflowRegister } from "./rules/backflow.ts";
import { freeze } from "./rules/freeze.ts";
import { clockIntervals, clockRegister } from "./rules/clock.ts";
import { burst, continuousFlow, stuck } from "./rules/flow.ts";
import { highIntervals, highRegister, lowIntervals, lowRegister, poorHistory } from "./rules/high-low.ts";
import { inactiveIntervals, inactiveRegister } from "./rules/inactive.ts";
import { missingIntervals } from "./rules/missing.ts";
import { negativeIntervals, negativeRegister, registerRollover } from "./rules/negative.ts";
import { questionableIntervals } from "./rules/quality.ts";
import { reactiveIntervals } from "./rules/reactive.ts";
import type { Explanation, IntervalRule, IntervalSpan, RegisterRule, RegisterSpan, RuleFacts, Severity, Verdict } from "./rules/rule.ts";
import { spike } from "./rules/spike.ts";
import { sumCheck } from "./rules/sum-check.ts";
import { tamperIntervals, tamperRegister } from "./rules/tamper.ts";
import { zeroIntervals, zeroRegister } from "./rules/zero.ts";
import { scanSpan, type SpanScan } from "./span-scan.ts";
import type { Milli } from "./units.ts";
import type { VeeParameters } from "./vee-parameters.ts";
import { thresholdsFor, type ChannelThresholds } from "./vee-thresholds.ts";
import type { ChannelHistory } from "./history.ts";

export type { IntervalSpan, RegisterSpan, Severity };

/** What a rule found. */
export interface Finding extends Explanation {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly day: LocalDate;
}

/** A rule's answer in full, a pass included, as a person who looks at a span sees it. */
export interface RuleReport extends RuleFacts {
  readonly verdict: Verdict;
  readonly explanation: Explanation | null;
}

/** In the order in which they run: what is there, what cannot be, what is unlike the rest, what is unlike before, what it tells. */
export const INTERVAL_RULES: readonly IntervalRule[] = [
  missingIntervals, questionableIntervals, clockIntervals, tamperIntervals, negativeIntervals, reactiveIntervals, sumCheck, spike, stuck,
  highIntervals, lowIntervals, zeroIntervals, inactiveIntervals, backflowIntervals, burst, continuousFlow, freeze,
];

export const REGISTER_RULES: readonly RegisterRule[] = [clockRegister, tamperRegister, negativeRegister, registerRollover, highRegister, lowRegister, zeroRegister, inactiveRegister, backflowRegister];

const NOTHING_FOUND: readonly Finding[] = [];

/** Validates a span of intervals. Only what is not a pass is returned, in the order of the rules. */
export function validateIntervals(span: IntervalSpan, parameters: VeeParameters): readonly Finding[] {
  const thresholds = thresholdsFor(parameters, span.channel);
  const scan = scanSpan(span.values, span.quality, span.expected, span.history.flowSlotsBefore, thresholds);
  return judgeScan(scan, span, parameters, thresholds);
}

/** As `validateIntervals`, for a caller that has the scan already. */
export function judgeScan(scan: SpanScan, span: IntervalSpan, parameters: VeeParameters, thresholds: ChannelThresholds): readonly Finding[] {
  let findings: Finding[] | null = null;
  for (let i = 0; i < INTERVAL_RULES.length; i++) {
    const rule = INTERVAL_RULES[i]!;
    const severity = rule.check(scan, span, parameters, thresholds);
    if (severity === null) continue;
    (findings ??= []).push({ ruleId: rule.id, severity, day: span.day, ...rule.explain(scan, span, parameters, thresholds) });
  }
  return findings ?? NOTHING_FOUND;
}

/** Validates a register read against the one before it. */
export function validateRegister(span: RegisterSpan, parameters: VeeParameters): readonly Finding[] {
  const thresholds = thresholdsFor(parameters, span.channel);
  const findings: Finding[] = [];
  for (const rule of REGISTER_RULES) {
    const severity = rule.check(span, parameters, thresholds);
    if (severity !== null) findings.push({ ruleId: rule.id, severity, day: span.day, ...rule.explain(span, parameters, thresholds) });
  }
  return findings;
}

/** Every interval rule with its verdict, for a page that shows how a span was judged. */
export function reportIntervals(span: IntervalSpan, parameters: VeeParameters): RuleReport[] {
  const thresholds = thresholdsFor(parameters, span.channel);
  const scan = scanSpan(span.values, span.quality, span.expected, span.history.flowSlotsBefore, thresholds);
  return INTERVAL_RULES.map((rule) => {
    const verdict = rule.check(scan, span, parameters, thresholds);
    return { id: rule.id, title: rule.title, what: rule.what, source: rule.source, verdict, explanation: verdict === null ? null : rule.explain(scan, span, parameters, thresholds) };
  });
}

const RANK: Readonly<Record<Severity, number>> = { info: 1, warn: 2, fail: 3 };

/** The worst of the findings; null when all passed. */
export function worstOf(findings: readonly { readonly severity: Severity }[]): Severity | null {
  return findings.reduce<Severity | null>((worst, { severity }) => (worst === null || RANK[severity] > RANK[worst] ? severity : worst), null);
}

/**
 * The largest usage that a rollover may imply over that many days: the usual daily usage times the days times
 * `rollover.usualMultiple`. Null without a good history.
 */
export function maxPlausible(history: ChannelHistory, days: number, parameters: VeeParameters): Milli | null {
  const usual = [history.previous, history.lastYear].filter((window) => window !== null && !poorHistory(window, parameters)).map((window) => averageDaily(window) ?? 0);
  return usual.length === 0 ? null : Math.ceil(Math.max(...usual) * Math.max(1, days) * parameters.rollover.usualMultiple);
}
