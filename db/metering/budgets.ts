/** Budgets of customers against the month so far, in the commit of the reads that pass them. */
import { addDays, addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import { convertMilli, dayKey, followBudget, sameDimension, timesMultiplier, type Channel, type DayWrite, type ReadsResult, type Unit, type UsageAlert } from "../../domain/metering/index.ts";
import type { SqlPort } from "../port.ts";
import { ALERT_COLUMNS, ALERT_HEAD, alertOf, type StoredAlert } from "./alerts.ts";

/** Days of this month of every channel at points with a budget; of a meter taken off within a day, that day too. Nobody's budget: nothing is looked at. */
const BUDGETS = `SELECT b.service_point_id AS "servicePointId", b.account_id AS "accountId", b.quantity, b.unit, c.id AS "channelId", c.unit AS "channelUnit", c.multiplier, d.day, d.best_total AS total
  FROM json_each(?1) AS p CROSS JOIN usage_budget AS b ON b.service_point_id = p.value AND b.quantity > 0
  JOIN meter_installation AS i ON i.service_point_id = b.service_point_id JOIN channel AS c ON c.meter_id = i.meter_id AND c.kind = 'interval' AND c.direction = 'delivered'
  LEFT JOIN interval_day AS d ON d.channel_id = c.id AND d.day >= max(?2, i.installed_on) AND d.day < ?3 AND (i.removed_on IS NULL OR d.day < i.removed_on OR (i.removed_at IS NOT NULL AND d.day = i.removed_on)) AND d.suspect = 0`;

const OF_ACCOUNTS = `SELECT ${ALERT_COLUMNS}, e.seq, e.hash FROM json_each(?1) AS w CROSS JOIN usage_alert AS a ON a.account_id = w.value AND a.kind = 'budget' AND (a.ended_at IS NULL OR a.started_at >= ?2) ${ALERT_HEAD}`;

interface BudgetRow {
  readonly servicePointId: string;
  readonly accountId: string;
  readonly quantity: number;
  readonly unit: Unit;
  readonly channelId: number;
  readonly channelUnit: Unit;
  readonly multiplier: string;
  readonly day: LocalDate | null;
  readonly total: number | null;
}

export interface BudgetsToFollow {
  readonly result: Pick<ReadsResult, "changes" | "dayWrites">;
  readonly channelOf: (channelId: number) => Channel;
  readonly customerOf: (servicePointId: string, day: LocalDate) => string | null;
  /** Days and reads that are in doubt after this batch, by `dayKey`. */
  readonly suspect: ReadonlySet<string>;
  readonly now: number;
  readonly zone: TimeZone;
}

export interface FollowedBudgets {
  readonly alerts: readonly UsageAlert[];
  readonly known: readonly StoredAlert[];
}

const NONE: FollowedBudgets = { alerts: [], known: [] };

/** The alerts of budgets that a batch's days raise, prolong or end. @throws UnavailableError */
export async function followBudgets(port: SqlPort, { result: { changes, dayWrites }, channelOf, customerOf, suspect, now, zone }: BudgetsToFollow): Promise<FollowedBudgets> {
  const today = localDateOf(now, zone);
  const from = `${today.slice(0, 7)}-01`;
  const to = addMonths(from, 1);
  const pointOf = new Map(changes.map(({ channelId, servicePointId }) => [channelId, servicePointId]));
  const written = dayWrites.filter(({ channelId, day }) => day >= from && day < to && pointOf.has(channelId));
  if (written.length === 0) return NONE;
  const points = [...new Set(written.map(({ channelId }) => pointOf.get(channelId)!))];
  const rows = (await port.query<BudgetRow>(BUDGETS, [JSON.stringify(points), from, to])).filter(({ servicePointId, accountId, unit, channelUnit }) => customerOf(servicePointId, today) === accountId && sameDimension(unit, channelUnit));
  if (rows.length === 0) return NONE;
  const start = startOfDay(from, zone);
  const known = (await port.query(OF_ACCOUNTS, [JSON.stringify([...new Set(rows.map(({ accountId }) => accountId))]), start])).map(alertOf);
  const alerts = [...Map.groupBy(rows, ({ servicePointId }) => servicePointId)].flatMap(([servicePointId, ofPoint]) => {
    const channels = new Map(ofPoint.map((row) => [row.channelId, row]));
    const here = written.filter(({ channelId }) => channels.has(channelId));
    const [first] = here;
    if (first === undefined) return [];
    const channel = channelOf(first.channelId);
    const [{ quantity, unit }] = ofPoint as [BudgetRow];
    return followBudget({
      channelId: channel.channelId, meterId: channel.meterId, servicePointId, start, budget: convertMilli(quantity, unit, channel.unit), used: usedOf(ofPoint, here, suspect, channel.unit),
      throughAt: Math.max(...here.map(({ day }) => Math.min(startOfDay(addDays(day, 1), zone), now))),
    }, known.filter((alert) => alert.servicePointId === servicePointId));
  });
  return { alerts, known };
}

/** The month so far: what is stored, and in its place what this batch writes. */
function usedOf(rows: readonly BudgetRow[], written: readonly DayWrite[], suspect: ReadonlySet<string>, unit: Unit): number {
  const totals = new Map(rows.flatMap(({ channelId, day, total }) => (day === null ? [] : [[dayKey(channelId, day), { channelId, total: total! }] as const])));
  for (const { channelId, day, stats } of written) {
    const key = dayKey(channelId, day);
    if (suspect.has(key)) totals.delete(key);
    else totals.set(key, { channelId, total: stats.sum });
  }
  const channels = new Map(rows.map((row) => [row.channelId, row]));
  return [...totals.values()].reduce((sum, { channelId, total }) => {
    const { channelUnit, multiplier } = channels.get(channelId)!;
    return sum + convertMilli(timesMultiplier(total, multiplier), channelUnit, unit);
  }, 0);
}
