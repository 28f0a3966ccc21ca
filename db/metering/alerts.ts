/** Usage alerts as they are stored: the row that pages read, and the end of the stream that its next event must follow. */
import { EMPTY_HEAD, seal, type Head, type Provenance } from "../../domain/compliance/chain.ts";
import { MINUTE_MS, startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import { alertEnded, alertRaised, alertStream, type AlertEvent } from "../../domain/lifecycle/alert.ts";
import type { AlertKind, Channel, ReadsNeeds, Unit, UsageAlert } from "../../domain/metering/index.ts";
import type { OtherStream } from "../command.ts";
import type { CommitUnit } from "../commit.ts";
import type { Row, Statement } from "../port.ts";
import { jsonArgs, type InsertRow } from "../rows.ts";

export type AlertRow = Required<InsertRow<"usageAlert">>;

/** An alert with the rest of its row and the end of its stream. */
export type StoredAlert = UsageAlert & Pick<AlertRow, "accountId" | "stepMinutes" | "raisedAt" | "clearedAt" | "acknowledgedAt"> & { readonly unit: Unit; readonly head: Head };

/** Runs that reach this far back may have been told of and ended already. */
const TOLD_MS = 8 * 86_400_000;

export const ALERT_COLUMNS = `a.id, a.kind, a.channel_id AS "channelId", a.meter_id AS "meterId", a.service_point_id AS "servicePointId", a.account_id AS "accountId", a.started_at AS "startedAt", a.through_at AS "throughAt",
    a.ended_at AS "endedAt", a.unit, a.step_minutes AS "stepMinutes", a.least, a.usage, a.raised_at AS "raisedAt", a.cleared_at AS "clearedAt", a.acknowledged_at AS "acknowledgedAt"`;

export const ALERT_HEAD = "LEFT JOIN event AS e ON e.stream = 'alert:' || a.id AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.stream = e.stream AND later.seq = e.seq + 1)";

const KNOWN = `SELECT ${ALERT_COLUMNS}, e.seq, e.hash FROM json_each(?) AS w CROSS JOIN usage_alert AS a ON a.channel_id = w.value->>0 AND (a.ended_at IS NULL OR a.through_at >= w.value->>1) ${ALERT_HEAD}`;

/** Asks for the alerts of the channels needed that run or ended lately. */
export function alertStatements({ days, registers }: ReadsNeeds, zone: TimeZone): Statement[] {
  const since = [...days.map(({ channelId, from }) => [channelId, startOfDay(from, zone)] as const), ...registers.map(({ channelId, from }) => [channelId, from] as const)];
  return jsonArgs(since.map(([channelId, from]) => [channelId, from - TOLD_MS])).map((arg) => ({ sql: KNOWN, args: [arg] }));
}

export function alertOf(row: Row): StoredAlert {
  const { seq, hash, ...alert } = row as unknown as Omit<StoredAlert, "head"> & Head;
  return { ...alert, head: { seq, hash } };
}

export interface AlertChanges {
  /** Alerts that were raised or are over, with their events. */
  readonly units: readonly CommitUnit[];
  /** What is merely measured further has no event of its own: the reads that say so are in the log. */
  readonly further: readonly Statement[];
}

export interface AlertsDecided {
  readonly alerts: readonly UsageAlert[];
  readonly known: readonly StoredAlert[];
  readonly channelOf: (channelId: number) => Channel;
  readonly customerOf: (alert: UsageAlert) => string | null;
}

/** Flow that goes on is the next customer's from when it became theirs; what is measured against a habit is not. */
const GOES_ON: ReadonlySet<AlertKind> = new Set<AlertKind>(["leak", "burst"]);

/** Where the customer has changed under an alert that runs: it is over for the one who left, who is shown nothing of the next one's, and begins for the other. */
export function handedOver(alerts: readonly UsageAlert[], known: readonly StoredAlert[], customerOf: AlertsDecided["customerOf"]): UsageAlert[] {
  const stored = new Map(known.map((alert) => [alert.id, alert]));
  return alerts.flatMap((alert) => {
    const before = stored.get(alert.id);
    const accountId = customerOf(alert);
    if (before === undefined || before.endedAt !== null || alert.throughAt <= before.throughAt || before.accountId === accountId) return [alert];
    const { throughAt: since, stepMinutes } = before;
    const over = { ...alert, throughAt: since, least: before.least, usage: before.usage, endedAt: since };
    if (alert.endedAt !== null || !GOES_ON.has(alert.kind)) return [over];
    // Field by field: what runs carries the row that it was stored as, and its customer with it.
    const { kind, channelId, meterId, servicePointId, throughAt, least } = alert;
    const next: UsageAlert = { id: `${kind}:${channelId}:${since}:${accountId ?? "nobody"}`, kind, channelId, meterId, servicePointId, startedAt: since, throughAt, endedAt: null, least, usage: least * Math.round((throughAt - since) / (stepMinutes * MINUTE_MS)) };
    return [over, next];
  });
}

/** The commit of what days did to alerts. */
export function alertChanges({ alerts, known, channelOf, customerOf }: AlertsDecided, provenance: Provenance, command: CommitUnit["command"]): AlertChanges {
  const stored = new Map(known.map((alert) => [alert.id, alert]));
  const units: CommitUnit[] = [];
  const goingOn: UsageAlert[] = [];
  for (const alert of alerts) {
    const before = stored.get(alert.id);
    const full: StoredAlert = { ...(before ?? unheard(alert, channelOf(alert.channelId), customerOf(alert), provenance.recordedAt)), ...alert, clearedAt: alert.endedAt === null ? null : provenance.recordedAt };
    const events = [...(before ? [] : [alertRaised(alert, full)]), ...(alert.endedAt === null ? [] : [alertEnded(alert, full)])];
    if (events.length === 0) goingOn.push(alert);
    else units.push(alertUnit(full, before?.head ?? EMPTY_HEAD, events, provenance, command));
  }
  return { units, further: goingOn.length === 0 ? [] : [measuredFurther(goingOn)] };
}

function unheard(alert: UsageAlert, { unit, stepMinutes }: Channel, accountId: string | null, raisedAt: number): StoredAlert {
  return { ...alert, unit, stepMinutes: stepMinutes ?? 0, accountId, raisedAt, clearedAt: null, acknowledgedAt: null, head: EMPTY_HEAD };
}

/** A change as a unit of the commit of `command`. */
export function alertUnit({ head: _, ...row }: StoredAlert, head: Head, events: readonly AlertEvent[], provenance: Provenance, command: CommitUnit["command"]): CommitUnit {
  const stream = alertStream(row.id);
  return { stream, baseSeq: head.seq, baseHash: head.hash, events: seal(stream, head, events, provenance), writes: { usageAlert: [row] }, inputs: [], command };
}

/** Alerts that somebody's decision ends, as further streams of their command. One that it would begin is for the meter to show. */
export function endedByHand(alerts: readonly UsageAlert[], known: readonly StoredAlert[], clearedAt: number): OtherStream[] {
  const over = new Map(alerts.map(({ id, endedAt }) => [id, endedAt]));
  return known.filter(({ id, endedAt }) => endedAt === null && (over.get(id) ?? null) !== null).map(({ head, ...before }) => {
    const row = { ...before, endedAt: over.get(before.id)!, clearedAt };
    return { stream: alertStream(row.id), head, drafts: [alertEnded(row, row)], writes: { usageAlert: [row] } };
  });
}

function measuredFurther(alerts: readonly UsageAlert[]): Statement {
  return {
    sql: `UPDATE usage_alert SET through_at = w.value->>1, least = w.value->>2, usage = w.value->>3 FROM json_each(?) AS w WHERE usage_alert.id = w.value->>0 AND usage_alert.ended_at IS NULL`,
    args: [JSON.stringify(alerts.map(({ id, throughAt, least, usage }) => [id, throughAt, least, usage]))],
  };
}
