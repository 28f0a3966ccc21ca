/** The budget that a customer sets for a month of a service, in the unit in which they are shown its usage. */
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { ALERT_COLUMNS, ALERT_HEAD, alertOf, endedByHand } from "../../db/metering/alerts.ts";
import type { SqlPort } from "../../db/port.ts";
import { budgetSet, budgetStream } from "../../domain/lifecycle/alert.ts";
import { actorText, requireOnAccount, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { convertMilli, typedMilli, type Milli, type Unit } from "../../domain/metering/index.ts";
import type { World } from "./context.ts";
import { meteredServices } from "./usage.ts";

export interface Budget {
  readonly agreementId: string;
  /** Thousandths of `unit` in a calendar month. */
  readonly quantity: Milli;
  readonly unit: Unit;
}

/** The budgets of an account, by agreement; none where none is set. @throws ForbiddenError */
export async function budgetsOf(world: World, actor: UserActor, accountId: string): Promise<Budget[]> {
  requireOnAccount(actor, "read:usage", accountId);
  return world.port.query<Budget>(
    `SELECT a.id AS "agreementId", b.quantity, b.unit FROM service_agreement AS a JOIN service_point AS sp ON sp.id = a.service_point_id AND sp.usage_from IS NULL
     JOIN usage_budget AS b ON b.service_point_id = sp.id AND b.account_id = a.account_id AND b.quantity > 0 WHERE a.account_id = ?`, [accountId],
  );
}

/** More than any customer of a small utility uses in a month, in any unit. */
const BUDGET_MAX: Milli = 100_000_000_000;

export interface NewBudget {
  readonly commandId: string;
  readonly accountId: string;
  readonly agreementId: string;
  /** As it was typed; empty or 0: no budget any more. */
  readonly quantity: string;
}

/** Sets, changes or ends a budget. An alert of the one before is over with it; the new one is judged with the next reads. @throws ForbiddenError */
export async function setBudget(world: World, actor: UserActor, { commandId, accountId, agreementId, quantity: typed }: NewBudget): Promise<StreamAnswer<{ quantity: Milli }>> {
  const authority = requireOnAccount(actor, "edit:alerts", accountId);
  const { port } = world;
  const recordedAt = world.now();
  const text = typed.trim().replaceAll(",", "");
  const quantity = text === "" ? 0 : typedMilli(text);
  if (quantity === null || quantity < 0 || quantity > BUDGET_MAX) return { status: "refused", refusal: { code: "quantity", message: "Enter an amount such as 3000, or nothing for no budget.", field: "quantity" } };
  const service = (await meteredServices(world, actor, accountId)).find((each) => each.agreementId === agreementId && each.source === "intervals");
  const servicePointId = service ? await pointOf(port, agreementId) : null;
  if (!service || servicePointId === null) return { status: "refused", refusal: { code: "no-service", message: "There is no such service on this account." } };
  const { unit } = service;
  const provenance = { actor: actorText(actor), source: authority.endsWith(":own") ? "portal" : "staff", recordedAt };
  const answer = await runStreamCommand(port, { commandId, stream: budgetStream(servicePointId, accountId), input: { budget: agreementId, quantity }, provenance }, async () => {
    const [before] = await port.query<{ quantity: Milli; unit: Unit }>("SELECT quantity, unit FROM usage_budget WHERE service_point_id = ? AND account_id = ?", [servicePointId, accountId]);
    const running = (await port.query(`SELECT ${ALERT_COLUMNS}, e.seq, e.hash FROM usage_alert AS a ${ALERT_HEAD} WHERE a.account_id = ? AND a.kind = 'budget' AND a.ended_at IS NULL AND a.service_point_id = ?`, [accountId, servicePointId])).map(alertOf);
    const over = running.filter((alert) => convertMilli(quantity, unit, alert.unit) !== alert.least).map((alert) => ({ ...alert, endedAt: Math.max(recordedAt, alert.throughAt) }));
    return {
      ok: true, drafts: [budgetSet({ accountId, servicePointId, quantity, unit, before: before ? convertMilli(before.quantity, before.unit, unit) : null })],
      writes: { usageBudget: [{ accountId, servicePointId, quantity, unit, setAt: recordedAt }] }, others: endedByHand(over, running, recordedAt), result: { quantity },
    } as const;
  });
  if (answer.status === "done") world.poke();
  return answer;
}

async function pointOf(port: SqlPort, agreementId: string): Promise<string | null> {
  return (await port.query<{ id: string }>("SELECT service_point_id AS id FROM service_agreement WHERE id = ?", [agreementId]))[0]?.id ?? null;
}
