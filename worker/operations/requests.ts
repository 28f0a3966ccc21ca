/** A customer's requests: opened in the portal or by a clerk, advanced by staff, seen by both at once. */
import { personalRef } from "../../domain/compliance/chain.ts";
import { actorText, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { REQUEST_KINDS, REQUEST_WORDS_MAX, type RequestKind } from "../../domain/lifecycle/request.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import type { Answer } from "../../durable/desk.ts";
import type { World } from "./context.ts";
import { noteOf } from "./notes.ts";
import { LOG_KEY } from "./registry.ts";

export type RequestAnswer = Answer | { readonly status: "invalid"; readonly refusal: Refusal };

const invalid = (field: string, message: string): RequestAnswer => ({ status: "invalid", refusal: { code: field, message, field } });

export async function openRequest(world: World, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly kind: string; readonly text: string }): Promise<RequestAnswer> {
  const authority = requireOnAccount(actor, "open:request", input.accountId);
  const text = input.text.trim();
  if (!REQUEST_KINDS.includes(input.kind as RequestKind)) return invalid("kind", "Choose what this is about.");
  if (text === "") return invalid("text", "Tell us in a sentence or two what happened.");
  if (text.length > REQUEST_WORDS_MAX) return invalid("text", `Please keep it under ${REQUEST_WORDS_MAX.toLocaleString("en-US")} characters.`);
  const now = world.now();
  const textRef = personalRef(world.key(LOG_KEY), "request", { commandId: input.commandId, text });
  return world.execute({
    commandId: input.commandId,
    accountId: input.accountId,
    command: { type: "OpenRequest", requestId: input.commandId, kind: input.kind, textRef },
    attachments: { personalData: [{ ref: textRef, kind: "request", value: JSON.stringify(text), recordedAt: now }] },
    actor: actorText(actor),
    authority,
    source: authority.endsWith(":own") ? "portal" : "staff",
    acceptedAt: now,
  });
}

export async function advanceRequest(world: World, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly requestId: string; readonly to: string; readonly note: string }): Promise<RequestAnswer> {
  requirePermission(actor, "advance:request:any", input.accountId);
  const note = input.note.trim().slice(0, REQUEST_WORDS_MAX);
  const now = world.now();
  const [row] = await world.port.query<{ kind: string; textRef: string; openedAt: number }>(
    `SELECT kind, text_ref AS "textRef", opened_at AS "openedAt" FROM request WHERE id = ? AND account_id = ?`,
    [input.requestId, input.accountId],
  );
  if (!row) return invalid("requestId", "There is no such request on this account.");
  const { ref: noteRef, rows } = noteOf(world, input.commandId, note);
  return world.execute({
    commandId: input.commandId,
    accountId: input.accountId,
    command: { type: "AdvanceRequest", requestId: input.requestId, to: input.to, noteRef },
    attachments: {
      request: [{ id: input.requestId, accountId: input.accountId, status: input.to, changedAt: now, ...row }],
      ...rows,
    },
    actor: actorText(actor),
    authority: "advance:request:any",
    source: "staff",
    acceptedAt: now,
  });
}

export interface RequestRow {
  readonly id: string;
  readonly accountId: string;
  readonly kind: string;
  readonly status: string;
  readonly text: string;
  readonly openedAt: number;
  readonly changedAt: number;
}

const REQUEST = `SELECT r.id, r.account_id AS "accountId", r.kind, r.status, r.opened_at AS "openedAt", r.changed_at AS "changedAt", d.value AS text
  FROM request r LEFT JOIN personal_data d ON d.ref = r.text_ref`;

/** The words are gone when they were erased; the request itself stays. */
const withWords = (row: RequestRow & { text: string | null }): RequestRow => ({ ...row, text: row.text === null ? "" : (JSON.parse(row.text) as string) });

export async function requestsOf(world: World, actor: UserActor, accountId: string): Promise<RequestRow[]> {
  requireOnAccount(actor, "read:request", accountId);
  return (await world.port.query<RequestRow>(`${REQUEST} WHERE r.account_id = ? ORDER BY r.opened_at DESC LIMIT 100`, [accountId])).map(withWords);
}

/** One request with what became of it, oldest step first; null when it is not this account's. */
export async function requestPage(world: World, actor: UserActor, accountId: string, requestId: string): Promise<(RequestRow & { steps: { to: string; at: number; note: string | null }[] }) | null> {
  requireOnAccount(actor, "read:request", accountId);
  const [row] = await world.port.query<RequestRow>(`${REQUEST} WHERE r.id = ? AND r.account_id = ?`, [requestId, accountId]);
  if (!row) return null;
  const steps = await world.port.query<{ to: string; at: number; note: string | null }>(
    `SELECT json_extract(e.data, '$.to') AS "to", e.recorded_at AS "at", d.value AS note FROM event e
     LEFT JOIN personal_data d ON d.ref = json_extract(e.data, '$.noteRef')
     WHERE e.stream = ? AND e.type = 'RequestAdvanced' AND json_extract(e.data, '$.requestId') = ? ORDER BY e.seq`,
    [`account:${accountId}`, requestId],
  );
  return { ...withWords(row), steps: steps.map((step) => ({ ...step, note: step.note === null ? null : (JSON.parse(step.note) as string) })) };
}

export type RequestListed = RequestRow & { readonly name: string };

/** As long as a day's work of a large office; older ones have been closed or are being looked at. */
const LISTED_MAX = 200;

/** Requests of all accounts for the staff's list: open ones oldest first, or those closed lately. @throws ForbiddenError */
export async function listRequests(world: World, actor: UserActor, closed = false): Promise<RequestListed[]> {
  requirePermission(actor, "read:request:any");
  const rows = await world.port.query<RequestListed>(
    `SELECT r.id, r.account_id AS "accountId", r.kind, r.status, r.opened_at AS "openedAt", r.changed_at AS "changedAt", d.value AS text, p.name
     FROM request r JOIN account a ON a.id = r.account_id JOIN person p ON p.id = a.person_id LEFT JOIN personal_data d ON d.ref = r.text_ref
     WHERE ${closed ? "r.status = 'closed' ORDER BY r.changed_at DESC" : "r.status <> 'closed' ORDER BY r.opened_at"} LIMIT ${LISTED_MAX}`,
  );
  return rows.map((row) => ({ ...withWords(row), name: row.name }));
}

/** Whose request it is; null when there is none. @throws ForbiddenError */
export async function accountOfRequest(world: World, actor: UserActor, requestId: string): Promise<string | null> {
  requirePermission(actor, "read:request:any");
  const [row] = await world.port.query<{ accountId: string }>(`SELECT account_id AS "accountId" FROM request WHERE id = ?`, [requestId]);
  return row?.accountId ?? null;
}
