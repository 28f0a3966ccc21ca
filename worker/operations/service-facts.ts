/** What staff set about a service beside its meter: an average after an appeal, counts, programs, exemptions. */
import { loadAccount } from "../../db/account/store.ts";
import type { SqlPort } from "../../db/port.ts";
import { typedMilli, unitOf } from "../../domain/metering/index.ts";
import { FACT_KINDS, FACTS, type FactKind, type ServiceFact } from "../../domain/lifecycle/service-fact.ts";
import { actorText, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

/** Every fact of the account's services, of former days too. @throws ForbiddenError */
export async function factsOfAccount(world: World, actor: UserActor, accountId: string): Promise<readonly ServiceFact[]> {
  requireOnAccount(actor, "read:account", accountId);
  return (await loadAccount(world.port, accountId)).state.facts;
}

/** As a form sends it. */
export interface AskedFact {
  readonly commandId: string;
  readonly accountId: string;
  readonly agreementId: string;
  readonly kind: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

const REASON_MAX = 200;

const isFactKind = (text: string): text is FactKind => (FACT_KINDS as readonly string[]).includes(text);

/** @throws ForbiddenError */
export async function setServiceFact(world: World, actor: UserActor, asked: AskedFact): Promise<FormAnswer> {
  requirePermission(actor, "edit:service-fact:any", asked.accountId);
  const { commandId, accountId, agreementId, kind, from, to } = asked;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (!isFactKind(kind)) return invalid("kind", "Choose what it is.");
  const rule = FACTS[kind];
  const value = asked.value.trim();
  const milli = rule.value === "word" || rule.value === "none" ? null : typedMilli(value);
  if (milli === null && rule.value !== "word" && rule.value !== "none") return invalid("value", "Write a number with at most three decimals, such as 4.2.");
  if (milli !== null && milli < 0) return invalid("value", "Must not be negative.");
  const unit = rule.value === "quantity" ? unitOf(asked.unit) : null;
  if (rule.value === "quantity" && unit === null) return invalid("unit", "Choose the unit of the rate.");
  const fact: ServiceFact = {
    agreementId, kind, name: rule.named ? asked.name.trim() : "", milli, unit, text: rule.value === "word" ? value : null,
    from, to: to === "" ? null : to, source: "staff", basis: null,
  };
  if (kind === "deduct-meter" && !(await canDeduct(world.port, accountId, agreementId, value))) return invalid("value", "Enter the service point of a submeter at the same premise, one that nobody else is billed by.");
  const { why, rows } = noteOf(world, commandId, asked.reason.trim().slice(0, REASON_MAX).toWellFormed());
  return world.execute({
    commandId, accountId,
    command: { type: "SetServiceFact", fact, ...why },
    attachments: rows,
    actor: actorText(actor), authority: "edit:service-fact:any", source: "staff", acceptedAt: world.now(),
  });
}

/** What another customer uses is neither taken off nor shown on this one's bill. */
async function canDeduct(port: SqlPort, accountId: string, agreementId: string, servicePointId: string): Promise<boolean> {
  const rows = await port.query(
    `SELECT 1 FROM service_agreement AS a JOIN service_point AS sp ON sp.id = a.service_point_id JOIN service_point AS d ON d.premise_id = sp.premise_id AND d.id <> coalesce(sp.usage_from, sp.id)
     WHERE a.id = ?1 AND a.account_id = ?2 AND d.id = ?3 AND NOT EXISTS (SELECT 1 FROM service_agreement AS o WHERE o.service_point_id = d.id AND o.account_id <> ?2)`,
    [agreementId, accountId, servicePointId],
  );
  return rows.length > 0;
}
