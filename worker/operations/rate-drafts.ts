/**
 * Drafts of rate versions: written or imported, tried, proposed, and published by a second person. Each step is an event of
 * the schedule's stream with the hash of the document, so the log tells who wrote, proposed and published which text.
 */
import { createHash } from "node:crypto";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow, Writes } from "../../db/rows.ts";
import { todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { canonicalJson } from "../../domain/compliance/canonical.ts";
import type { EventDraft } from "../../domain/compliance/chain.ts";
import { CUSTOMER_CLASSES } from "../../domain/lifecycle/customer-class.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, requirePermission, type Permission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { rateDraftAfter, whyNotDecide, type RateDraftEvent, type RateDraftState } from "../../domain/lifecycle/rate-draft.ts";
import { COMMODITIES } from "../../domain/lifecycle/settings.ts";
import { parseRateDocument, type RateDocument } from "../../domain/rating/index.ts";
import type { World } from "./context.ts";
import { noteOf } from "./notes.ts";
import { publicationOf } from "./rates.ts";

export type DraftRow = Required<InsertRow<"rateDraft">> & { readonly status: RateDraftState };

/** What an import could not carry over, for the person who finishes the draft. */
export interface NotCarriedOver {
  readonly path: string;
  readonly reason: string;
}

export interface DraftToSave {
  readonly commandId: string;
  /** Absent: a new draft. */
  readonly draftId?: string;
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
  readonly customerClass: string;
  readonly effectiveOn: LocalDate;
  readonly document: unknown;
  readonly origin?: string;
  readonly notCarriedOver?: readonly NotCarriedOver[];
}

const COLUMNS = `id, schedule_id AS "scheduleId", name, commodity, customer_class AS "customerClass", effective_on AS "effectiveOn", document, document_hash AS "documentHash", status, origin,
  not_carried_over AS "notCarriedOver", saved_by AS "savedBy", saved_at AS "savedAt", proposed_by AS "proposedBy", proposed_at AS "proposedAt", note_ref AS "noteRef", decided_by AS "decidedBy",
  decided_at AS "decidedAt", decision_ref AS "decisionRef", shown_to_customers AS "shownToCustomers", published_version AS "publishedVersion"`;

const SCHEDULE_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
const NOTE_MAX = 1_000;

const refuse = (code: string, message: string, field?: string): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

export async function findDraft(port: SqlPort, draftId: string): Promise<DraftRow | null> {
  const [row] = await port.query<DraftRow>(`SELECT ${COLUMNS} FROM rate_draft WHERE id = ?`, [draftId]);
  return row ?? null;
}

/** Everybody who has written a text of the draft, by the log. */
export async function writersOf(port: SqlPort, { id, scheduleId }: Pick<DraftRow, "id" | "scheduleId">): Promise<string[]> {
  const rows = await port.query<{ actor: string }>("SELECT DISTINCT actor FROM event WHERE stream = ? AND type = 'RateDraftSaved' AND data->>'draftId' = ?", [rateStream(scheduleId), id]);
  return rows.map(({ actor }) => actor);
}

/** The stored text of a draft as a document. */
export function documentOfDraft({ id, document }: Pick<DraftRow, "id" | "document">): RateDocument {
  const parsed = parseRateDocument(JSON.parse(document));
  if (!parsed.ok) throw new Error(`draft ${id} cannot be read any more: ${parsed.issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`);
  return parsed.document;
}

/**
 * Writes a draft, new or again. A document that could not be billed by is refused with the paths of what is wrong, all of them.
 * @throws ForbiddenError, UnavailableError
 */
export async function saveDraft(world: World, actor: UserActor, input: DraftToSave): Promise<StreamAnswer<{ draftId: string }>> {
  requirePermission(actor, "draft:rates:any");
  const { port } = world;
  const { commandId, scheduleId } = input;
  const by = actorText(actor);
  const recordedAt = world.now();
  const draftId = input.draftId ?? `draft-${commandId}`;
  return runStreamCommand<{ draftId: string }>(
    port,
    { commandId, stream: rateStream(scheduleId), input: { ...input, document: JSON.stringify(input.document), notCarriedOver: JSON.stringify(input.notCarriedOver ?? []) }, provenance: { actor: by, source: "staff", recordedAt } },
    async () => {
      const known = await findDraft(port, draftId);
      if (known && rateDraftAfter(known.status, "save") === null) return refuse("state", `This draft is ${known.status} and cannot be changed.`);
      const wrong = await wrongWith(world, input, known);
      if (wrong) return wrong;
      const parsed = parseRateDocument(input.document);
      if (!parsed.ok) return refuse("document", parsed.issues.map(({ path, message }) => `${path || "document"}: ${message}`).join("\n"), "document");
      if (parsed.document.commodity !== input.commodity) return refuse("commodity", `The document is for ${parsed.document.commodity}, the rate for ${input.commodity}.`, "document");
      const document = canonicalJson(parsed.document);
      const documentHash = createHash("sha256").update(document).digest("hex");
      const { name, commodity, customerClass, effectiveOn } = input;
      return {
        ok: true, result: { draftId },
        drafts: [event("RateDraftSaved", { scheduleId, draftId, effectiveOn, documentHash })],
        writes: { rateDraft: [{
          ...EMPTY, id: draftId, scheduleId, name, commodity, customerClass, effectiveOn, document, documentHash, status: "draft",
          origin: input.origin ?? known?.origin ?? "written", notCarriedOver: input.notCarriedOver ? JSON.stringify(input.notCarriedOver) : (known?.notCarriedOver ?? "[]"), savedBy: by, savedAt: recordedAt,
        }] },
      };
    },
  );
}

/** What a draft has not yet, or not any more once it is written anew. */
const EMPTY = { proposedBy: null, proposedAt: null, noteRef: null, decidedBy: null, decidedAt: null, decisionRef: null, shownToCustomers: 0, publishedVersion: null } as const;

async function wrongWith({ port, now }: World, { scheduleId, name, commodity, customerClass, effectiveOn }: DraftToSave, known: DraftRow | null): Promise<ReturnType<typeof refuse> | null> {
  if (!SCHEDULE_ID.test(scheduleId)) return refuse("scheduleId", "Give the rate a short code of lower-case letters, digits and hyphens, such as water-residential.", "scheduleId");
  if (known && known.scheduleId !== scheduleId) return refuse("scheduleId", "A draft belongs to its rate and cannot be moved to another.", "scheduleId");
  if (name.trim() === "" || name.length > 120) return refuse("name", "Give the rate a name of at most 120 characters.", "name");
  if (!(COMMODITIES as readonly string[]).includes(commodity)) return refuse("commodity", "Choose the service that the rate is for.", "commodity");
  if (!(CUSTOMER_CLASSES as readonly string[]).includes(customerClass)) return refuse("customerClass", "Choose the class of customers that the rate is for.", "customerClass");
  if (!isLocalDate(effectiveOn)) return refuse("effectiveOn", "Choose the day from which it counts.", "effectiveOn");
  const [schedule] = await port.query<{ commodity: string; customerClass: string }>(`SELECT commodity, customer_class AS "customerClass" FROM rate_schedule WHERE id = ?`, [scheduleId]);
  if (schedule && (schedule.commodity !== commodity || schedule.customerClass !== customerClass)) return refuse("scheduleId", `The rate ${scheduleId} is for ${schedule.commodity}, ${schedule.customerClass}.`, "scheduleId");
  return dayTaken(port, scheduleId, effectiveOn, await todayOf(port, now()));
}

/** Bills have been made on what counted before today, and one version counts from one day. */
async function dayTaken(port: SqlPort, scheduleId: string, effectiveOn: LocalDate, today: LocalDate): Promise<ReturnType<typeof refuse> | null> {
  const versions = await port.query<{ version: number; effectiveOn: LocalDate }>(`SELECT version, effective_on AS "effectiveOn" FROM rate_version WHERE schedule_id = ? AND status = 'published'`, [scheduleId]);
  const same = versions.find((version) => version.effectiveOn === effectiveOn);
  if (same) return refuse("effectiveOn", `Version ${same.version} counts from that day already. Choose another day.`, "effectiveOn");
  if (versions.length > 0 && effectiveOn < today) return refuse("effectiveOn", `Choose today (${today}) or a later day: bills have been made on what counted before. What was billed at a wrong rate is put right by rebilling.`, "effectiveOn");
  return null;
}

interface Step {
  readonly commandId: string;
  readonly draftId: string;
  readonly note?: string;
}

/** Asks a second person to publish it; `shown`: customers see what they would have paid. @throws ForbiddenError, UnavailableError */
export async function proposeDraft(world: World, actor: UserActor, { shown, ...step }: Step & { readonly shown: boolean }): Promise<StreamAnswer<{ draftId: string }>> {
  return move(world, actor, "draft:rates:any", "propose", step, { shown }, async (draft, { by, now, noteRef }) => {
    const taken = await dayTaken(world.port, draft.scheduleId, draft.effectiveOn, await todayOf(world.port, now));
    if (taken) return taken;
    if (shown && !(await hasReplay(world.port, draft))) return refuse("shown", "Customers can be shown what they would have paid once this draft, as it is now, has been run over the past year.", "shown");
    return changed(draft, "RateDraftProposed", { proposedBy: by, proposedAt: now, noteRef, shownToCustomers: shown ? 1 : 0 }, noteRef);
  });
}

async function hasReplay(port: SqlPort, { id, documentHash }: DraftRow): Promise<boolean> {
  const rows = await port.query("SELECT 1 FROM rate_replay WHERE draft_id = ? AND document_hash = ? AND status = 'finished' LIMIT 1", [id, documentHash]);
  return rows.length > 0;
}

/** The proposer takes it back to go on writing. @throws ForbiddenError, UnavailableError */
export async function withdrawDraft(world: World, actor: UserActor, step: Step): Promise<StreamAnswer<{ draftId: string }>> {
  return move(world, actor, "draft:rates:any", "withdraw", step, {}, async (draft, { by }) =>
    draft.proposedBy === by ? changed(draft, "RateDraftWithdrawn", EMPTY, null) : refuse("proposer", "Only the person who proposed it can take it back; send it back instead."));
}

/** A second person does not agree, and says why. @throws ForbiddenError, UnavailableError */
export async function sendBackDraft(world: World, actor: UserActor, step: Step): Promise<StreamAnswer<{ draftId: string }>> {
  return move(world, actor, "approve:rates:any", "sendBack", step, {}, async (draft, { by, now, noteRef }) => {
    const why = whyNotDecide({ ...draft, writers: await writersOf(world.port, draft) }, by);
    if (why !== null) return refuse("second-person", why);
    if (noteRef === null) return refuse("note", "Say what should be changed.", "note");
    return changed(draft, "RateDraftSentBack", { ...EMPTY, decidedBy: by, decidedAt: now, decisionRef: noteRef }, noteRef);
  });
}

/** It is not wanted any more. @throws ForbiddenError, UnavailableError */
export async function discardDraft(world: World, actor: UserActor, step: Step): Promise<StreamAnswer<{ draftId: string }>> {
  return move(world, actor, "draft:rates:any", "discard", step, {}, async (draft) => changed(draft, "RateDraftDiscarded", {}, null));
}

/**
 * Publishes what was proposed as the schedule's next version; a second person does, who has `seen` the document of this hash.
 * From its day on it counts, and it never changes after. @throws ForbiddenError, UnavailableError
 */
export async function publishDraft(world: World, actor: UserActor, { seen, ...step }: Step & { readonly seen: string }): Promise<StreamAnswer<{ draftId: string }>> {
  const { port } = world;
  return move(world, actor, "approve:rates:any", "publish", step, { seen }, async (draft, { by, now, noteRef }) => {
    const why = whyNotDecide({ ...draft, writers: await writersOf(port, draft) }, by);
    if (why !== null) return refuse("second-person", why);
    if (seen !== draft.documentHash) return refuse("seen", "This draft was changed after you opened its page. Look at it again before you publish it.");
    const { scheduleId, name, commodity, customerClass, effectiveOn } = draft;
    const taken = await dayTaken(port, scheduleId, effectiveOn, await todayOf(port, now));
    if (taken) return taken;
    const [{ latest }] = await port.query<{ latest: number }>("SELECT coalesce(max(version), 0) AS latest FROM rate_version WHERE schedule_id = ?", [scheduleId]) as [{ latest: number }];
    const version = latest + 1;
    const published = publicationOf({ scheduleId, name, commodity, customerClass, version, effectiveOn, document: JSON.parse(draft.document) }, now);
    if (!published.ok) return published;
    const { drafts, writes } = changed(draft, "RateDraftPublished", { decidedBy: by, decidedAt: now, decisionRef: noteRef, publishedVersion: version }, noteRef);
    return { ok: true, drafts: [...drafts, ...published.drafts], writes: { ...writes, ...published.writes }, result: { draftId: draft.id } };
  });
}

interface Moving {
  readonly by: string;
  readonly now: number;
  /** Where the note lies; null when none was written. */
  readonly noteRef: string | null;
}

/** The event names the hash, so that the log tells what was proposed and what was published. */
function changed(draft: DraftRow, type: string, change: Partial<DraftRow>, noteRef: string | null): { readonly ok: true; readonly drafts: readonly EventDraft[]; readonly writes: Writes; readonly result: { draftId: string } } {
  const { id: draftId, scheduleId, effectiveOn, documentHash } = draft;
  return {
    ok: true, result: { draftId },
    drafts: [event(type, { scheduleId, draftId, effectiveOn, documentHash, ...(noteRef === null ? {} : { noteRef }) })],
    writes: { rateDraft: [{ ...draft, ...change }] },
  };
}

async function move(
  world: World, actor: UserActor, permission: Permission, what: RateDraftEvent, { commandId, draftId, note = "" }: Step, more: Readonly<Record<string, boolean | string>>,
  decide: (draft: DraftRow, moving: Moving) => Promise<StreamDecision<{ draftId: string }>>,
): Promise<StreamAnswer<{ draftId: string }>> {
  requirePermission(actor, permission);
  const { port } = world;
  const found = await findDraft(port, draftId);
  if (!found) return { status: "refused", refusal: { code: "draft", message: "There is no such draft." } };
  const by = actorText(actor);
  const now = world.now();
  const words = note.trim();
  const { ref: noteRef, rows } = noteOf(world, commandId, words);
  return runStreamCommand(port, { commandId, stream: rateStream(found.scheduleId), input: { what, draftId, note: words, ...more }, provenance: { actor: by, source: "staff", recordedAt: now } }, async () => {
    const draft = (await findDraft(port, draftId))!;
    const after = rateDraftAfter(draft.status, what);
    if (after === null) return refuse("state", `This draft is ${draft.status}: somebody has decided about it meanwhile.`);
    if (words.length > NOTE_MAX) return refuse("note", `Write at most ${NOTE_MAX} characters.`, "note");
    const decided = await decide(draft, { by, now, noteRef });
    if (!decided.ok) return decided;
    return {
      ...decided,
      writes: {
        ...decided.writes, rateDraft: decided.writes.rateDraft!.map((row) => ({ ...row, status: after })), ...rows,
      },
    };
  });
}

const rateStream = (scheduleId: string): string => `rate:${scheduleId}`;
const event = (type: string, data: object): EventDraft => ({ type, version: 1, data }) as EventDraft;
