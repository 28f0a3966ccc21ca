/**
 * The last way to fill an interval: what customers of the same rate used in that very interval, so with the weather and the
 * hour of the day in it. Looked at only where a meter's own past says nothing.
 */
import { bestOfDay, MISSING, multiplierRatio, QUALITY_ESTIMATED, tellsOfNobody, type Channel, type ClassShape } from "../../domain/metering/index.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { SqlPort } from "../port.ts";
import { loadDays, type UsageNeed } from "./usage.ts";

/** Four times as many as an average needs: enough that some may lack a day, few enough to be read at once. */
const CLASS_CHANNELS = 60;

interface Peer {
  readonly channelId: number;
  readonly multiplier: string;
}

/** Sum, count and largest of a slot, after the multipliers. */
type Slots = { readonly totals: Float64Array; readonly largest: Float64Array; readonly customers: Uint16Array };

/**
 * The mean of the class for each slot of the period's days; null for a slot that too few of them measured, or in which one of
 * them could be told from the mean. One channel a customer, of the same unit, length and direction.
 */
export async function classShape(port: SqlPort, { agreementId, period }: UsageNeed, channel: Channel): Promise<ClassShape> {
  const peers = await port.query<Peer>(
    `SELECT min(c.id) AS "channelId", c.multiplier
     FROM service_agreement AS me JOIN service_agreement AS a ON a.rate_schedule_id = me.rate_schedule_id AND a.account_id <> me.account_id AND a.stop_on IS NULL
       CROSS JOIN meter_installation AS i ON i.service_point_id = a.service_point_id AND i.removed_on IS NULL
       CROSS JOIN channel AS c ON c.meter_id = i.meter_id AND c.kind = 'interval' AND c.unit = ?2 AND c.step_minutes = ?3 AND c.direction = ?4
     WHERE me.id = ?1 GROUP BY a.account_id LIMIT ${CLASS_CHANNELS}`,
    [agreementId, channel.unit, channel.stepMinutes!, channel.direction],
  );
  const step = new Map(peers.map(({ channelId }) => [channelId, channel.stepMinutes!]));
  const stored = await loadDays(port, peers.map(({ channelId }) => [channelId, period.from, period.to]), step);
  const byDay = new Map<LocalDate, Slots>();
  for (const { channelId, multiplier } of peers) {
    const { num, den } = multiplierRatio(multiplier);
    for (const day of stored.get(channelId) ?? []) {
      const { values, quality } = bestOfDay(day);
      const slots = byDay.get(day.day) ?? { totals: new Float64Array(values.length), largest: new Float64Array(values.length), customers: new Uint16Array(values.length) };
      byDay.set(day.day, slots);
      for (let slot = 0; slot < values.length; slot += 1) {
        if (values[slot] === MISSING || quality?.[slot] === QUALITY_ESTIMATED) continue;
        const used = (values[slot]! * num) / den;
        slots.totals[slot]! += used;
        slots.largest[slot] = Math.max(slots.largest[slot]!, used);
        slots.customers[slot]! += 1;
      }
    }
  }
  return (day, slot) => {
    const of = byDay.get(day);
    if (of === undefined || slot >= of.totals.length) return null;
    const [total, customers] = [of.totals[slot]!, of.customers[slot]!];
    return tellsOfNobody({ customers, largest: of.largest[slot]!, total }) ? total / customers : null;
  };
}
