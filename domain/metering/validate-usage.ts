/**
 * The last validation before billing: a period's usage as a whole. What fails here holds the bill, with a reason that a
 * person can act on, until somebody decides.
 */
import { daysBetween } from "../calendar/local-date.ts";
import type { Commodity } from "./channel.ts";
import type { ChannelHistory, HistoryWindow } from "./history.ts";
import { judgeDaily } from "./rules/high-low.ts";
import { plural } from "./rules/rule.ts";
import { sumTolerance } from "./rules/sum-check.ts";
import { quantityText, type Milli, type Unit } from "./units.ts";
import type { UsageOfPeriod } from "./usage.ts";
import { amountFor, type VeeParameters } from "./vee-parameters.ts";
import type { Finding } from "./vee.ts";

export interface UsageFacts {
  readonly commodity: Commodity;
  readonly parameters: VeeParameters;
  /** Earlier periods of the same service, in the unit of the usage; see `windowOfUsage`. */
  readonly history: ChannelHistory;
  /** How many bills in a row before this one rested on an estimated read. */
  readonly estimatedPeriodsBefore: number;
  /** The customer is served on these days (not vacant, not disconnected). */
  readonly serviceActive: boolean;
}

/** An earlier billed period as history: its share of estimates decides whether it may be judged by. */
export function windowOfUsage(period: { readonly days: number; readonly usage: Milli; readonly estimatedPerMille: number }): HistoryWindow {
  return { days: period.days, usage: period.usage, slots: 1_000, present: 1_000, estimated: period.estimatedPerMille, maxSlot: 0 };
}

/** Everything about the period's usage that is not a pass, worst first in meaning: what is missing, undecided, contradictory, unusual. */
export function validateUsage(usage: UsageOfPeriod, facts: UsageFacts): Finding[] {
  return [...incomplete(usage), ...undecided(usage), ...contradictory(usage, facts.parameters), ...poorQuality(usage, facts), ...unusual(usage, facts)].map((finding) => ({ ...finding, day: usage.from }));
}

type Found = Omit<Finding, "day">;

function incomplete({ problems }: UsageOfPeriod): Found[] {
  return problems.map(({ code, sentence }) => ({ ruleId: code, severity: "fail", numbers: {}, sentence }));
}

function undecided({ suspectDays }: UsageOfPeriod): Found[] {
  if (suspectDays.length === 0) return [];
  return [{ ruleId: "undecided", severity: "fail", numbers: { days: suspectDays.length }, sentence: `Exceptions on ${plural(suspectDays.length, "day")} wait for a decision, the first on ${suspectDays[0]}.` }];
}

/** The sum check over the whole period: |Σ intervals × multiplier − register difference × multiplier|. */
export function contradictory({ crossChecks, unit }: Pick<UsageOfPeriod, "crossChecks" | "unit">, parameters: VeeParameters): Found[] {
  return crossChecks.flatMap(({ badge, intervals, registers, dialUnit }) => {
    const tolerance = sumTolerance(registers, Math.round(dialUnit * parameters.sumCheck.dialUnits), parameters);
    const difference = intervals - registers;
    if (Math.abs(difference) <= tolerance) return [];
    return [{
      ruleId: "sum", severity: "fail" as const, numbers: { intervals, register: registers, difference, tolerance },
      sentence: `The intervals of meter ${badge} add up to ${quantityText(intervals, unit)}, its register moved ${quantityText(registers, unit)}; more than ${quantityText(tolerance, unit)} apart.`,
    }];
  });
}

/** The quality gate on intervals; null where enough of them were measured, or others are billed by. */
export function unproven({ slots, source }: Pick<UsageOfPeriod, "slots" | "source">, { quality }: VeeParameters): Found | null {
  const count = slots.missing + slots.estimated + slots.edited;
  if (source === "registers" || quality.percent === 0 || count * 100 <= slots.expected * quality.percent) return null;
  const percent = Math.round((count * 100) / slots.expected);
  return {
    ruleId: "quality", severity: "fail", numbers: { unproven: count, expected: slots.expected, percent, limit: quality.percent },
    sentence: `${percent} % of the intervals were not measured (${slots.missing} missing, ${slots.estimated} estimated, ${slots.edited} edited); the limit is ${quality.percent} %.`,
  };
}

/** The quality gate on intervals, and the limit on estimated bills in a row. */
function poorQuality(usage: UsageOfPeriod, { parameters, estimatedPeriodsBefore }: UsageFacts): Found[] {
  const { estimatedPerMille, legs } = usage;
  const gate = unproven(usage, parameters);
  const found: Found[] = gate === null ? [] : [gate];
  const estimatedRead = legs.some(({ startRead, endRead }) => startRead !== null && endRead?.quality === "estimated");
  const inARow = estimatedPeriodsBefore + 1;
  const { estimatedPeriods } = parameters.quality;
  if (estimatedPerMille > 0 && estimatedRead && estimatedPeriods > 0 && inARow >= estimatedPeriods) {
    found.push({ ruleId: "prolonged-estimate", severity: "warn", numbers: { periods: inARow }, sentence: `This is estimated bill number ${inARow} in a row; the meter must be read.` });
  }
  return found;
}

function unusual(usage: UsageOfPeriod, facts: UsageFacts): Found[] {
  const total = usage.quantities["usage"];
  const days = daysBetween(usage.from, usage.to);
  if (total === undefined || days <= 0) return [];
  if (total === 0) return noUsage(days, facts);
  if (!facts.serviceActive) return total > excessPerDay(facts, usage.unit, facts.parameters.inactive.perDay) * days ? [inactive(total, usage.unit)] : [];
  const found = judgeDaily(Math.round(total / days), days, facts.history, excessPerDay(facts, usage.unit, facts.parameters.highLow.minimumExcessPerDay), facts.parameters, usage.unit);
  return found === null ? [] : [{ ruleId: found.ruleId, severity: found.severity, ...found.explanation }];
}

function excessPerDay({ commodity }: UsageFacts, unit: Unit, amount: number): Milli {
  return amountFor(amount, { commodity, unit, multiplier: "1" });
}

/** One period of zero on an occupied point is told, the second in a row is queued. */
function noUsage(days: number, { serviceActive, history }: UsageFacts): Found[] {
  if (!serviceActive) return [];
  const again = history.previous !== null && history.previous.usage === 0;
  return [{ ruleId: "zero", severity: again ? "warn" : "info", numbers: { days }, sentence: `No usage in ${plural(days, "day")} although the service is active${again ? ", and none in the period before" : ""}.` }];
}

function inactive(total: Milli, unit: Unit): Found {
  return { ruleId: "inactive", severity: "warn", numbers: { usage: total }, sentence: `${quantityText(total, unit)} were used although nobody is the customer here.` };
}
