/** Usage alerts as customers and staff see them: what runs and since when, what it costs, what it lost; and the customer's word that they know. */
import { loadAccount } from "../../db/account/store.ts";
import { loadOpenPeriod, type OpenPeriod } from "../../db/billing/so-far.ts";
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { ALERT_COLUMNS, type AlertRow } from "../../db/metering/alerts.ts";
import type { SqlPort } from "../../db/port.ts";
import { costOfMore } from "../../domain/billing/marginal.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { alertAcknowledged, alertStream } from "../../domain/lifecycle/alert.ts";
import { actorText, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { convertMilli, type AlertKind, type Milli, type Unit } from "../../domain/metering/index.ts";
import type { LeakNote } from "../../domain/lifecycle/leak-policy.ts";
import { sumCents, type Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";
import { shownUnitOf } from "./usage.ts";

export interface AlertItem {
  readonly id: string;
  readonly kind: AlertKind;
  readonly commodity: string;
  readonly startedAt: number;
  readonly throughAt: number;
  readonly endedAt: number | null;
  readonly unit: Unit;
  /** Flow: what runs in an hour, at least. */
  readonly perHour: Milli;
  /** Flow: what it lost until now, at least. High: of a day. A month: what was used. */
  readonly usage: Milli;
  /** High, freeze: the usual day. A month: the budget. */
  readonly usual: Milli;
  readonly acknowledgedAt: number | null;
}

export interface AccountAlert extends AlertItem {
  /** Flow that runs, by the billing engine at the price of the next unit; null where there is no price. */
  readonly cost: { readonly soFar: Cents; readonly perDay: Cents } | null;
  /** What was forgiven for it, by the utility's policy. */
  readonly adjusted: LeakCredit | null;
}

/** The credits for one leak, by service. */
export interface LeakCredit {
  readonly amount: Cents;
  readonly postedOn: LocalDate;
  readonly parts: readonly (LeakNote & { readonly amount: Cents })[];
}

type Row = AlertRow & { commodity: string; unit: Unit; kind: AlertKind };

const HOUR_MINUTES = 60;
const DAY_HOURS = 24;
/** Alerts of a customer that are shown: a year of them is more than anybody had. */
const SHOWN_MAX = 50;

const FLOWS: ReadonlySet<AlertKind> = new Set<AlertKind>(["leak", "burst"]);

/** The alerts of an account, those that run first, then the newest. @throws ForbiddenError */
export async function alertsOf(world: World, actor: UserActor, accountId: string): Promise<AccountAlert[]> {
  requireOnAccount(actor, "read:usage", accountId);
  const { port } = world;
  const rows = await port.query<Row>(
    `SELECT ${ALERT_COLUMNS}, m.commodity FROM usage_alert AS a JOIN meter AS m ON m.id = a.meter_id WHERE a.account_id = ? ORDER BY a.ended_at IS NOT NULL, a.started_at DESC LIMIT ${SHOWN_MAX}`, [accountId],
  );
  if (rows.length === 0) return [];
  const credits = await leakCredits(port, accountId);
  const flows = rows.some(({ kind, endedAt }) => endedAt === null && FLOWS.has(kind));
  const open = flows ? await loadOpenPeriod(port, accountId, (await loadAccount(port, accountId)).state, world.now()) : null;
  return rows.map((row) => ({ ...itemOf(row), cost: row.endedAt === null && FLOWS.has(row.kind) ? costOf(row, open) : null, adjusted: credits.get(row.id) ?? null }));
}

/** Of one service one credit, whatever accounts of the ledger it went to. */
function byService<T extends LeakNote & { readonly amount: Cents }>(parts: readonly T[]): T[] {
  return [...Map.groupBy(parts, ({ commodity }) => commodity).values()].map((of) => ({ ...of[0]!, amount: sumCents(of.map(({ amount }) => amount)) }));
}

async function leakCredits(port: SqlPort, accountId: string): Promise<ReadonlyMap<string, LeakCredit>> {
  const rows = await port.query<{ amount: Cents; postedOn: LocalDate; leak: string }>(
    `SELECT -(data->>'amount') AS amount, data->>'postedOn' AS "postedOn", data->'leak' AS leak FROM event WHERE stream = 'account:' || ? AND type = 'AdjustmentPosted' AND data->'leak' IS NOT NULL ORDER BY seq`, [accountId],
  );
  const parts = rows.map(({ amount, postedOn, leak }) => ({ ...(JSON.parse(leak) as LeakNote), amount, postedOn }));
  return new Map([...Map.groupBy(parts, ({ alertId }) => alertId)].map(([alertId, of]) => [alertId, { amount: sumCents(of.map(({ amount }) => amount)), postedOn: of[0]!.postedOn, parts: byService(of) }]));
}

function itemOf({ id, kind, commodity, startedAt, throughAt, endedAt, unit, stepMinutes, least, usage, acknowledgedAt }: Row): AlertItem {
  const shown = shownUnitOf(unit);
  const inShown = (value: Milli): Milli => convertMilli(value, unit, shown);
  return { id, kind, commodity, startedAt, throughAt, endedAt, unit: shown, perHour: FLOWS.has(kind) ? inShown(perHourOf({ least, stepMinutes })) : 0, usage: inShown(usage), usual: inShown(least), acknowledgedAt };
}

export const perHourOf = ({ least, stepMinutes }: Pick<AlertRow, "least" | "stepMinutes">): Milli => Math.round((least * HOUR_MINUTES) / stepMinutes);

/** What the flow costs: a further day of it, and what it took of the open period. What ran before is on a bill already. */
function costOf({ servicePointId, startedAt, throughAt, least, stepMinutes, ...row }: AlertRow, open: OpenPeriod | null): AccountAlert["cost"] {
  if (open === null) return null;
  const unit = row.unit as Unit;
  const { services, customerClass, zone } = open;
  const input = { services, servicePointId, customerClass, zone };
  const perHour = perHourOf({ least, stepMinutes });
  const from = services.filter(({ segment: { point } }) => point.measuredAt === servicePointId).map(({ segment: { due } }) => startOfDay(due.period.from, zone)).sort((a, b) => a - b)[0];
  if (from === undefined) return null;
  const hours = Math.max(0, throughAt - Math.max(startedAt, from)) / 3_600_000;
  const perDay = costOfMore(input, perHour * DAY_HOURS, unit);
  const less = costOfMore(input, -Math.round(perHour * hours), unit);
  return perDay === null || less === null ? null : { soFar: -less, perDay };
}

/** What a flow that runs costs now, for a notice that leaves by itself; null where it has no price or is over. @throws UnavailableError */
export async function flowCost(port: SqlPort, accountId: string, alertId: string, now: number): Promise<AccountAlert["cost"]> {
  const row = await alertRow(port, alertId);
  if (row === null || row.endedAt !== null || !FLOWS.has(row.kind as AlertKind)) return null;
  return costOf(row, await loadOpenPeriod(port, accountId, (await loadAccount(port, accountId)).state, now));
}

/** The customer says that they know: the alert stays, and stops asking. @throws ForbiddenError */
export async function acknowledgeAlert(world: World, actor: UserActor, { commandId, accountId, alertId }: { readonly commandId: string; readonly accountId: string; readonly alertId: string }): Promise<StreamAnswer<{ alertId: string }>> {
  const authority = requireOnAccount(actor, "edit:alerts", accountId);
  const { port } = world;
  const recordedAt = world.now();
  const answer = await runStreamCommand(
    port,
    { commandId, stream: alertStream(alertId), input: { acknowledge: alertId, accountId }, provenance: { actor: actorText(actor), source: authority.endsWith(":own") ? "portal" : "staff", recordedAt } },
    async () => {
      const row = await alertRow(port, alertId);
      if (row?.accountId !== accountId) return { ok: false, refusal: { code: "no-alert", message: "There is no such alert on this account." } } as const;
      if (row.acknowledgedAt !== null) return { ok: false, refusal: { code: "known", message: "It has been acknowledged already." } } as const;
      return { ok: true, drafts: [alertAcknowledged({ id: alertId, kind: row.kind as AlertKind }, accountId)], writes: { usageAlert: [{ ...row, acknowledgedAt: recordedAt }] }, result: { alertId } } as const;
    },
  );
  if (answer.status === "done") world.poke();
  return answer;
}

async function alertRow(port: SqlPort, alertId: string): Promise<AlertRow | null> {
  return (await port.query<AlertRow>(`SELECT ${ALERT_COLUMNS} FROM usage_alert AS a WHERE a.id = ?`, [alertId]))[0] ?? null;
}

export interface RunningAlert extends AlertItem {
  readonly meterId: string;
  readonly badge: string;
  readonly accountId: string | null;
  readonly name: string | null;
  readonly address: string;
}

export interface RunningAlerts {
  readonly items: readonly RunningAlert[];
  readonly counts: Readonly<Record<AlertKind, number>>;
  /** For `after` of the next page; null on the last. */
  readonly next: string | null;
}

const PAGE = 50;

/** What runs now in the whole utility, the longest first. `after`: id of the last one on the page before. @throws ForbiddenError */
export async function runningAlerts(world: World, actor: UserActor, kind: AlertKind | null, after: string | null): Promise<RunningAlerts> {
  requirePermission(actor, "read:usage:any");
  const { port } = world;
  const [rows, counted] = await Promise.all([
    port.query<Row & Pick<RunningAlert, "badge" | "name" | "address">>(
      `SELECT ${ALERT_COLUMNS}, m.commodity, m.badge, who.name, p.line || ', ' || p.city AS address
       FROM usage_alert AS a JOIN meter AS m ON m.id = a.meter_id JOIN service_point AS sp ON sp.id = a.service_point_id JOIN premise AS p ON p.id = sp.premise_id
       LEFT JOIN account AS o ON o.id = a.account_id LEFT JOIN person AS who ON who.id = o.person_id
       WHERE a.ended_at IS NULL AND (?1 IS NULL OR a.kind = ?1) AND (?2 IS NULL OR (a.started_at, a.id) > (SELECT b.started_at, b.id FROM usage_alert AS b WHERE b.id = ?2))
       ORDER BY a.started_at, a.id LIMIT ${PAGE + 1}`, [kind, after],
    ),
    port.query<{ kind: AlertKind; count: number }>("SELECT kind, count(*) AS count FROM usage_alert WHERE ended_at IS NULL GROUP BY kind"),
  ]);
  const items = rows.slice(0, PAGE).map((row): RunningAlert => ({ ...itemOf(row), meterId: row.meterId, badge: row.badge, accountId: row.accountId, name: row.name, address: row.address }));
  const counts = { leak: 0, burst: 0, high: 0, budget: 0, freeze: 0, ...Object.fromEntries(counted.map((row) => [row.kind, row.count])) };
  return { items, counts, next: rows.length > PAGE ? items.at(-1)!.id : null };
}
