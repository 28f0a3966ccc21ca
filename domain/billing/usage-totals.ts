/**
 * Usage of a period from day totals alone. Nine bills of ten rest on intervals that are all there, never revised and
 * priced without a clock: for them the totals stored beside the packed days give the same usage as the days themselves,
 * and a run need not fetch a month of quarter hours for each account. Whatever is not that plain is left to `usageForPeriod`.
 */
import { daysBetween, type LocalDate, type Period } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, type TimeZone } from "../calendar/zone.ts";
import { isUse, multiplierRatio, quantityName, sameDimension, timesRatio, unitRatio, type Channel, type ChannelLeg, type Milli, type Unit, type UsageLeg, type UsageOfPeriod } from "../metering/index.ts";

/** What the stored days of an interval channel sum to over a period. */
export interface ChannelTotals {
  readonly channelId: number;
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Days that are stored. */
  readonly days: number;
  /** Of the best values, before the multiplier. */
  readonly total: Milli;
  /** Slots without a value. */
  readonly missing: number;
  /** Days that are suspect, carry a quality flag or were revised. */
  readonly marked: number;
  /** Sum of the days' versions. */
  readonly stamp: number;
}

export interface TotalsInput {
  readonly period: Period;
  readonly zone: TimeZone;
  readonly unit: Unit;
  /** Every channel of every meter that hung at the point during the period. */
  readonly legs: readonly ChannelLeg[];
  /** By channel. */
  readonly totals: ReadonlyMap<number, ChannelTotals>;
}

/** The usage where totals are enough to know it, exactly as `usageForPeriod` would say; null where they are not. */
export function usageFromTotals({ period, zone, unit, legs, totals }: TotalsInput): UsageOfPeriod | null {
  const bounds = { from: startOfDay(period.from, zone), to: startOfDay(period.to, zone) };
  const here = legs.filter(({ channel, from, to }) => channel.use !== "check" && from < bounds.to && (to === null || to > bounds.from));
  const intervals = here.filter(({ channel }) => channel.kind === "interval");
  if (intervals.length === 0) return null;
  const measured = new Set(intervals.map(({ channel }) => `${channel.meterId} ${quantityName(channel)}`));
  const quantities: Record<string, Milli> = {};
  const used: UsageLeg[] = [];
  let expected = 0;
  for (const { channel, badge, from, to } of here) {
    const quantity = quantityName(channel);
    if (channel.kind === "register") {
      // A register beside whole intervals of the same quantity is not billed on.
      if (measured.has(`${channel.meterId} ${quantity}`)) continue;
      return null;
    }
    const whole = from <= bounds.from && (to === null || to >= bounds.to);
    const sum = totals.get(channel.channelId);
    // Power has a highest value and no sum; what is not usage is left to the days themselves.
    if (!whole || !sum || !isPlain(sum, period) || !isUse(channel.unit)) return null;
    const usage = timesRatio(sum.total, ratioOf(channel, unit));
    quantities[quantity] = (quantities[quantity] ?? 0) + usage;
    expected += (bounds.to - bounds.from) / (channel.stepMinutes! * MINUTE_MS);
    used.push({
      channelId: channel.channelId, meterId: channel.meterId, badge, quantity, source: "intervals", usage, from: bounds.from, to: bounds.to,
      startRead: null, endRead: null, rolledOver: false, multiplier: channel.multiplier,
    });
  }
  return {
    from: period.from, to: period.to, zone, unit, quantities, source: "intervals", series: [], peak: null, legs: used, crossChecks: [],
    slots: { expected, missing: 0, estimated: 0, edited: 0 }, estimatedPerMille: 0, suspectDays: [],
    inputs: { days: intervals.map(({ channel: { channelId } }) => ({ channelId, from: period.from, to: period.to, stamp: totals.get(channelId)!.stamp })), reads: [] },
    problems: [], complete: true,
  };
}

function isPlain(sum: ChannelTotals, { from, to }: Period): boolean {
  return sum.from === from && sum.to === to && sum.days === daysBetween(from, to) && sum.missing === 0 && sum.marked === 0;
}

/** Multiplier and unit at once, rounded once. */
function ratioOf(channel: Channel, unit: Unit): { num: number; den: number } {
  const multiplier = multiplierRatio(channel.multiplier);
  const conversion = unitRatio(channel.unit, sameDimension(channel.unit, unit) ? unit : channel.unit);
  const num = (channel.use === "subtract" ? -1 : 1) * multiplier.num * conversion.num;
  return { num, den: multiplier.den * conversion.den };
}
