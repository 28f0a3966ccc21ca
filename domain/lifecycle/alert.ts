/** What the log says of usage alerts (stream `alert:ID`) and of the budgets that customers set (stream `budget:POINT:ACCOUNT`). */
import type { EventDraft } from "../compliance/chain.ts";
import type { AlertKind, UsageAlert } from "../metering/alerts.ts";
import type { Unit } from "../metering/units.ts";

export interface AlertEvents {
  UsageAlertRaised: { alertId: string; kind: AlertKind; channelId: number; meterId: string; servicePointId: string; accountId: string | null; startedAt: number; throughAt: number; least: number; usage: number; unit: Unit };
  /** The meter has shown that it is over; what it lost by then is evidence. */
  UsageAlertEnded: { alertId: string; kind: AlertKind; accountId: string | null; startedAt: number; endedAt: number; least: number; usage: number; unit: Unit };
  UsageAlertAcknowledged: { alertId: string; kind: AlertKind; accountId: string };
  /** For a calendar month, in thousandths of the unit; 0: none any more. */
  UsageBudgetSet: { accountId: string; servicePointId: string; quantity: number; unit: Unit; before: number | null };
}

export type AlertEvent = { [T in keyof AlertEvents]: EventDraft<T, AlertEvents[T]> }[keyof AlertEvents];

export const alertStream = (alertId: string): string => `alert:${alertId}`;
export const budgetStream = (servicePointId: string, accountId: string): string => `budget:${servicePointId}:${accountId}`;

function alertEvent<T extends keyof AlertEvents>(type: T, data: AlertEvents[T]): EventDraft<T, AlertEvents[T]> {
  return { type, version: 1, data };
}

export interface AlertOwner {
  readonly accountId: string | null;
  readonly unit: Unit;
}

export function alertRaised({ id, kind, channelId, meterId, servicePointId, startedAt, throughAt, least, usage }: UsageAlert, { accountId, unit }: AlertOwner): AlertEvent {
  return alertEvent("UsageAlertRaised", { alertId: id, kind, channelId, meterId, servicePointId, accountId, startedAt, throughAt, least, usage, unit });
}

/** @throws RangeError when it is not over */
export function alertEnded({ id, kind, startedAt, endedAt, least, usage }: UsageAlert, { accountId, unit }: AlertOwner): AlertEvent {
  if (endedAt === null) throw new RangeError(`alert ${id} still runs`);
  return alertEvent("UsageAlertEnded", { alertId: id, kind, accountId, startedAt, endedAt, least, usage, unit });
}

export function alertAcknowledged({ id, kind }: Pick<UsageAlert, "id" | "kind">, accountId: string): AlertEvent {
  return alertEvent("UsageAlertAcknowledged", { alertId: id, kind, accountId });
}

export function budgetSet(data: AlertEvents["UsageBudgetSet"]): AlertEvent {
  return alertEvent("UsageBudgetSet", data);
}
