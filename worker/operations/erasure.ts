/**
 * Erasing a customer's personal data when they ask for it: name, contact, mailing address, everything written about them,
 * their sign-in and the documents that carry their name. The log stays whole, since it only refers to these by keyed hash;
 * amounts, reads and bills stay, since the books and the regulator need them.
 */
import { loadAccount, accountStream } from "../../db/account/store.ts";
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import { STREAMS_OF_ACCOUNT } from "../../db/notes.ts";
import { NOTICE } from "../../db/notices.ts";
import type { Statement } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { balanceOf, type AccountState } from "../../domain/lifecycle/account/state.ts";
import { personalRef } from "../../domain/compliance/chain.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";
import { TEXTS_AGREED } from "./notices.ts";
import { accessEndedMessage } from "./people/open-pages.ts";
import { LOG_KEY, type Address } from "./registry.ts";

/** What stands where a name was. */
export const ERASED = "Erased customer";
/** Keys named in one message to the file store. */
const KEYS_PER_MESSAGE = 500;

/** Why a customer's data cannot be erased yet; null: it can. */
export function whyNotErase(state: AccountState): Refusal | null {
  if (state.agreements.some(({ stopOn }) => stopOn === null)) return { code: "served", message: "A service of this account still runs. Stop it and let its last bill be made first." };
  if (state.agreements.some(({ stopOn, billedTo }) => billedTo < stopOn!)) return { code: "unbilled", message: "The last bill has not been made yet." };
  if (balanceOf(state) !== 0) return { code: "balance", message: "The account is not settled: what is owed is paid, or what is in credit is paid back, first." };
  if (state.suspended.length > 0 || state.corrections.length > 0) return { code: "open", message: "A payment in suspense or a correction waits for a decision. Decide it first." };
  if (state.requests.some(({ status }) => status !== "closed")) return { code: "requests", message: "A request of this customer is open. Close it first." };
  return null;
}

export interface ErasurePage {
  readonly why: string | null;
  /** People who see the account in the portal. */
  readonly people: number;
  readonly documents: number;
}

/** What would be erased, and whether it can be. @throws ForbiddenError */
export async function erasurePage(world: World, actor: UserActor, accountId: string): Promise<ErasurePage> {
  requirePermission(actor, "erase:person:any", accountId);
  const [{ state }, [counts]] = await Promise.all([
    loadAccount(world.port, accountId),
    world.port.query<Omit<ErasurePage, "why">>(
      `SELECT (SELECT count(*) FROM account_access WHERE account_id = ?1 AND ended_at IS NULL) AS people,
         (SELECT count(*) FROM bill_document AS d JOIN bill AS b ON b.id = d.bill_id WHERE b.account_id = ?1) AS documents`,
      [accountId],
    ),
  ]);
  return { why: whyNotErase(state)?.message ?? null, ...counts! };
}

/** Erases, in one batch. Files with the name on them go by a message of the same batch. @throws ForbiddenError, UnavailableError */
export async function erasePerson(world: World, actor: UserActor, { commandId, accountId }: { readonly commandId: string; readonly accountId: string }): Promise<StreamAnswer<{ accountId: string }>> {
  requirePermission(actor, "erase:person:any", accountId);
  const { port } = world;
  const recordedAt = world.now();
  const answer = await runStreamCommand(
    port,
    { commandId, stream: `privacy:${accountId}`, input: { accountId }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async () => {
      const { state, head } = await loadAccount(port, accountId);
      if (head.seq === 0) return { ok: false, refusal: { code: "account", message: `There is no account ${accountId}.` } } as const;
      const why = whyNotErase(state);
      if (why) return { ok: false, refusal: why } as const;
      const found = await personalOf(world, accountId);
      return {
        ok: true,
        drafts: [{ type: "PersonalDataErased", version: 1, data: { accountId, personalData: found.refs.length, documents: found.keys.length, people: found.users.length } }],
        writes: {
          outbox: [...fileMessages(found.keys, accountId, recordedAt), ...found.users.map(({ userId }) => accessEndedMessage(recordedAt, { userId }, accountId))],
          searchEntry: [{ kind: "account", id: accountId, accountId, title: ERASED, body: accountId }],
        },
        further: [
          // Somebody who came back to this account meanwhile is not erased.
          mustHold("(SELECT max(seq) FROM event WHERE stream = ?) = ?", [accountStream(accountId), head.seq]),
          ...erasing(accountId, found, recordedAt),
        ],
        result: { accountId },
      } as const;
    },
  );
  world.wakeOutbox();
  return answer;
}

interface Found {
  /** References of what was logged about the account to personal data that is nobody else's. */
  readonly refs: readonly string[];
  readonly users: readonly { readonly userId: string; readonly only: number }[];
  /** Files that carry the name. */
  readonly keys: readonly string[];
  /** Letters in the outbox that name the person. */
  readonly letters: readonly number[];
}

async function personalOf({ port, key }: World, accountId: string): Promise<Found> {
  const [events, users, documents, mail, letters, places, shared, decisions] = await port.read([
    { sql: `SELECT data FROM event WHERE stream IN (${STREAMS_OF_ACCOUNT} UNION ALL SELECT 'privacy:' || ?1) AND (stream NOT LIKE 'access:%' OR data->>'accountId' = ?1)`, args: [accountId] },
    {
      sql: `SELECT x.user_id AS "userId", NOT EXISTS (SELECT 1 FROM account_access o WHERE o.user_id = x.user_id AND o.account_id <> x.account_id AND o.ended_at IS NULL) AND u.role = 'customer' AS only
        FROM account_access x JOIN auth_user u ON u.id = x.user_id WHERE x.account_id = ? AND x.ended_at IS NULL`,
      args: [accountId],
    },
    { sql: "SELECT d.key FROM bill_document d JOIN bill b ON b.id = d.bill_id WHERE b.account_id = ?", args: [accountId] },
    {
      sql: `SELECT id, created_at AS "createdAt" FROM outbox WHERE (kind IN ('billReady', 'receipt')
        AND key IN (SELECT id FROM bill WHERE account_id = ?1 UNION ALL SELECT id FROM payment WHERE account_id = ?1)) OR (kind = '${NOTICE}' AND payload->>'accountId' = ?1)
        OR (kind = '${TEXTS_AGREED}' AND key IN (SELECT user_id FROM account_access WHERE account_id = ?1))`,
      args: [accountId],
    },
    { sql: "SELECT o.id FROM outbox o WHERE o.kind = 'email' AND o.payload->>'to' IN (SELECT p.email FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = ?1 UNION SELECT email FROM invitation WHERE account_id = ?1)", args: [accountId] },
    { sql: "SELECT DISTINCT p.line, p.city, p.state, p.zip FROM service_agreement s JOIN service_point sp ON sp.id = s.service_point_id JOIN premise p ON p.id = sp.premise_id WHERE s.account_id = ?", args: [accountId] },
    { sql: "SELECT q.ref FROM account a JOIN person p ON p.id = a.person_id JOIN person q ON q.ref = p.ref AND q.id <> p.id WHERE a.id = ?", args: [accountId] },
    { sql: `SELECT decision_ref AS "decisionRef" FROM rebill_proposal WHERE account_id = ?`, args: [accountId] },
  ]);
  // The address of a place stays: it is the premise's, and the next customer's.
  const kept = new Set([...places!.rows.map((row) => personalRef(key(LOG_KEY), "address", row as unknown as Address)), ...shared!.rows.map((row) => row["ref"] as string)]);
  const refs = [...events!.rows.map((row) => JSON.parse(row["data"] as string) as object), ...decisions!.rows].flatMap(refsIn).filter((ref) => !kept.has(ref));
  return {
    refs: [...new Set(refs)],
    users: users!.rows as unknown as Found["users"],
    keys: [...documents!.rows.map((row) => row["key"] as string), ...(mail!.rows as { id: number; createdAt: number }[]).flatMap(mailKeys)],
    letters: letters!.rows.map((row) => row["id"] as number),
  };
}

/** Values of fields named `…Ref`. */
function refsIn(data: object): string[] {
  return Object.entries(data).flatMap(([name, value]) => (name.endsWith("Ref") && typeof value === "string" ? [value] : []));
}

/** Where a letter of the outbox lies in the file store, whichever way it went. */
function mailKeys({ id, createdAt }: { readonly id: number; readonly createdAt: number }): string[] {
  const day = new Date(createdAt).toISOString().slice(0, 10);
  return ["email", "paper", "text"].map((channel) => `mail/${channel}/${day}/${id}.json`);
}

function fileMessages(keys: readonly string[], accountId: string, now: number): InsertRow<"outbox">[] {
  const count = Math.ceil(keys.length / KEYS_PER_MESSAGE);
  return Array.from({ length: count }, (_, i) => ({
    kind: "eraseFiles", key: accountId, payload: JSON.stringify({ keys: keys.slice(i * KEYS_PER_MESSAGE, (i + 1) * KEYS_PER_MESSAGE) }), createdAt: now, availableAt: now, attempts: 0,
  }));
}

/** Why a meter was switched says something of whoever was served by it then; the command itself is the meter's, and stays. */
const REASONS_OF_COMMANDS = `UPDATE meter_command SET reason = NULL WHERE reason IS NOT NULL AND EXISTS (
  SELECT 1 FROM service_agreement AS s JOIN service_point AS sp ON sp.id = s.service_point_id JOIN meter_installation AS i ON i.service_point_id = coalesce(sp.usage_from, sp.id)
  WHERE s.account_id = ?1 AND i.meter_id = meter_command.meter_id AND date(requested_at / 1000, 'unixepoch') BETWEEN s.start_on AND coalesce(s.stop_on, '9999-12-31'))`;

function erasing(accountId: string, { refs, users, letters }: Found, now: number): Statement[] {
  const only = JSON.stringify(users.filter((user) => user.only !== 0).map(({ userId }) => userId));
  return [
    { sql: "DELETE FROM personal_data WHERE ref IN (SELECT value FROM json_each(?))", args: [JSON.stringify(refs)] },
    { sql: "UPDATE person SET name = ?, email = NULL, phone = NULL WHERE id = (SELECT person_id FROM account WHERE id = ?)", args: [ERASED, accountId] },
    { sql: "UPDATE account SET mailing_line = 'Address erased', mailing_city = 'as asked for', mailing_state = '', mailing_zip = '', delivery = 'paper' WHERE id = ?", args: [accountId] },
    { sql: REASONS_OF_COMMANDS, args: [accountId] },
    { sql: "DELETE FROM bill_document WHERE bill_id IN (SELECT id FROM bill WHERE account_id = ?)", args: [accountId] },
    { sql: "UPDATE invitation SET email = '' WHERE account_id = ?", args: [accountId] },
    { sql: "UPDATE outbox SET payload = json_set(payload, '$.to', '') WHERE id IN (SELECT value FROM json_each(?))", args: [JSON.stringify(letters)] },
    // The row that was written just now is the newest: every one before it has the name.
    { sql: "DELETE FROM search_entry WHERE search_entry MATCH ?1 AND kind = 'account' AND id = ?2 AND title <> ?3", args: [`"${accountId.replaceAll('"', "")}"`, accountId, ERASED] },
    { sql: "UPDATE account_access SET ended_at = ? WHERE account_id = ? AND ended_at IS NULL", args: [now, accountId] },
    { sql: "UPDATE auth_user SET name = ?, email = 'erased-' || id || '@erased.invalid', deactivated_at = ?, updated_at = ? WHERE id IN (SELECT value FROM json_each(?))", args: [ERASED, now, now, only] },
    { sql: "DELETE FROM auth_session WHERE user_id IN (SELECT value FROM json_each(?))", args: [only] },
    { sql: "DELETE FROM auth_credential WHERE user_id IN (SELECT value FROM json_each(?))", args: [only] },
    { sql: "DELETE FROM alert_channel WHERE user_id IN (SELECT value FROM json_each(?))", args: [only] },
    { sql: "DELETE FROM text_number WHERE user_id IN (SELECT value FROM json_each(?))", args: [only] },
    { sql: "DELETE FROM auth_verification WHERE value IN (SELECT value FROM json_each(?))", args: [only] },
  ];
}
