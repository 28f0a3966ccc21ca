/** The budget that a customer sets for a calendar month: told of once when the measured usage passes it. */
import type { Instant } from "../calendar/zone.ts";
import type { UsageAlert } from "./alerts.ts";
import type { Milli } from "./units.ts";

/** A month against its budget; quantities in thousandths of the alert's channel's unit, after the multiplier. */
export interface BudgetMonth extends Pick<UsageAlert, "channelId" | "meterId" | "servicePointId"> {
  /** First moment of the month. */
  readonly start: Instant;
  readonly budget: Milli;
  readonly used: Milli;
  /** How far the month is known. */
  readonly throughAt: Instant;
}

/**
 * What a month does to the budget's alerts: raised when it is passed, over when the month is, or when corrected values are
 * below it again. The same budget is told of once a month.
 * @param known those of this point that run, and those of the month
 */
export function followBudget(month: BudgetMonth, known: readonly UsageAlert[]): UsageAlert[] {
  const { channelId, meterId, servicePointId, start, budget, used, throughAt } = month;
  const past = known.filter(({ endedAt, startedAt }) => endedAt === null && startedAt < start).map((alert): UsageAlert => ({ ...alert, endedAt: start }));
  const id = `budget:${servicePointId}:${start}:${budget}`;
  const same = known.find((alert) => alert.id === id);
  if (used <= budget) return same === undefined || same.endedAt !== null ? past : [...past, { ...same, endedAt: Math.max(throughAt, same.throughAt) }];
  if (same !== undefined && same.endedAt !== null) return past;
  return [...past, { ...(same ?? { id, kind: "budget", channelId, meterId, servicePointId, startedAt: start, endedAt: null }), throughAt: Math.max(throughAt, same?.throughAt ?? throughAt), least: budget, usage: used }];
}
