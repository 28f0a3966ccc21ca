/** Names for whom the log only knows by id. They are looked up when somebody looks, so that the log itself names no person. */
import type { SqlPort } from "../../db/port.ts";

/** What the product and its counterparts are called. */
const FIXED: Readonly<Record<string, string>> = { system: "Meterline", provider: "Payment provider" };

/**
 * What to call each actor of the log (`user:ID`, `gateway:ID`, `provider:NAME`, `system:NAME`), by its text. A user who is
 * gone is "Somebody who left"; nothing is left out.
 */
export async function actorNames(port: SqlPort, actors: readonly string[]): Promise<Record<string, string>> {
  const asked = [...new Set(actors)];
  const idsOf = (kind: string) => JSON.stringify(asked.filter((actor) => actor.startsWith(`${kind}:`)).map((actor) => actor.slice(kind.length + 1)));
  const [users, gateways] = await port.read([
    { sql: "SELECT 'user:' || id AS actor, name, role FROM auth_user WHERE id IN (SELECT value FROM json_each(?))", args: [idsOf("user")] },
    { sql: "SELECT 'gateway:' || id AS actor, name FROM gateway WHERE id IN (SELECT value FROM json_each(?))", args: [idsOf("gateway")] },
  ]);
  const known = new Map([...users!.rows, ...gateways!.rows].map((row) => [row["actor"] as string, row["name"] as string]));
  return Object.fromEntries(asked.map((actor) => [actor, known.get(actor) ?? nameOfKind(actor)]));
}

function nameOfKind(actor: string): string {
  const kind = actor.slice(0, actor.indexOf(":"));
  return FIXED[kind] ?? (kind === "user" ? "Somebody who left" : actor);
}
