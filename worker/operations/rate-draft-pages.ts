/** Drafts of rates as staff work on them, what they would do to every account, and what customers see of a proposal. */
import { wordsOf } from "../../db/notes.ts";
import type { SqlPort } from "../../db/port.ts";
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { billedOnSchedule, type BilledOnSchedule } from "../../db/billing/what-if.ts";
import { addMonths, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import { looksAtIntervals } from "../../domain/billing/price.ts";
import { segmentsUnder, type SegmentUnder } from "../../domain/billing/what-if.ts";
import { actorText, may, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { whyNotDecide } from "../../domain/lifecycle/rate-draft.ts";
import type { Cents } from "../../domain/money/cents.ts";
import { compileRate, parseRateDocument, type RateDocument } from "../../domain/rating/index.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";
import { documentOfDraft, findDraft, writersOf, type DraftRow, type NotCarriedOver } from "./rate-drafts.ts";
import { findReplay, replaysOf, type ReplayRow } from "./rate-replays.ts";

export interface DraftListed {
  readonly draftId: string;
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
  readonly effectiveOn: LocalDate;
  readonly status: string;
  readonly savedAt: number;
}

const OPEN = "status IN ('draft', 'proposed')";

/** Drafts that are not decided yet, what waits for a decision first; of one schedule when it is named. @throws ForbiddenError */
export async function openDrafts(world: World, actor: UserActor, scheduleId: string | null = null): Promise<DraftListed[]> {
  requirePermission(actor, "read:rates:any");
  return world.port.query<DraftListed>(
    `SELECT id AS "draftId", schedule_id AS "scheduleId", name, commodity, effective_on AS "effectiveOn", status, saved_at AS "savedAt" FROM rate_draft
     WHERE ${OPEN} AND schedule_id = coalesce(?, schedule_id) ORDER BY status DESC, effective_on, id`,
    [scheduleId],
  );
}

export interface ReplaySummary extends Pick<ReplayRow, "id" | "status" | "fromOn" | "toOn" | "accounts" | "startedAt" | "finishedAt"> {
  /** Accounts that have been dealt with. */
  readonly done: number;
  /** The draft has not been changed since. */
  readonly current: boolean;
}

export interface DraftPage {
  readonly draft: Omit<DraftRow, "document" | "notCarriedOver">;
  readonly document: RateDocument;
  readonly notCarriedOver: readonly NotCarriedOver[];
  /** The version that counts today, to compare with. */
  readonly counting: { readonly version: number; readonly document: RateDocument } | null;
  readonly today: LocalDate;
  readonly names: Readonly<Record<string, string>>;
  readonly note: string | null;
  readonly decision: string | null;
  readonly replays: readonly ReplaySummary[];
  readonly mayWrite: boolean;
  /** Null: this person may publish it or send it back. */
  readonly whyNotDecide: string | null;
  readonly mine: boolean;
}

/** One draft; null when there is none. @throws ForbiddenError */
export async function draftPage(world: World, actor: UserActor, draftId: string): Promise<DraftPage | null> {
  requirePermission(actor, "read:rates:any");
  const { port } = world;
  const draft = await findDraft(port, draftId);
  if (!draft) return null;
  const { document: _, notCarriedOver, ...facts } = draft;
  const today = await todayOf(port, world.now());
  const actors = [draft.savedBy, draft.proposedBy, draft.decidedBy].filter((who) => who !== null);
  const [counting, names, notes, replays] = await Promise.all([
    countingVersion(port, draft.scheduleId, today), actorNames(port, actors), wordsOf(port, [draft.noteRef, draft.decisionRef]), replaysOf(port, draftId),
  ]);
  return {
    draft: facts, document: documentOfDraft(draft), notCarriedOver: JSON.parse(notCarriedOver) as NotCarriedOver[], counting, today, names,
    note: notes.get(draft.noteRef ?? "") ?? null, decision: notes.get(draft.decisionRef ?? "") ?? null,
    replays: await Promise.all(replays.map((replay) => summaryOfReplay(port, replay, draft.documentHash))),
    mayWrite: may(actor, "draft:rates:any"), mine: draft.proposedBy === actorText(actor),
    whyNotDecide: may(actor, "approve:rates:any") ? whyNotDecide({ ...draft, writers: await writersOf(port, draft) }, actorText(actor)) : "A supervisor or an administrator publishes it.",
  };
}

async function countingVersion(port: SqlPort, scheduleId: string, today: LocalDate): Promise<DraftPage["counting"]> {
  const [row] = await port.query<{ version: number; document: string }>(
    "SELECT version, document FROM rate_version WHERE schedule_id = ? AND status = 'published' AND effective_on <= ? ORDER BY effective_on DESC LIMIT 1", [scheduleId, today],
  );
  const parsed = row ? parseRateDocument(JSON.parse(row.document)) : null;
  return row && parsed?.ok ? { version: row.version, document: parsed.document } : null;
}

async function summaryOfReplay(port: SqlPort, { id, status, fromOn, toOn, accounts, startedAt, finishedAt, documentHash }: ReplayRow, now: string): Promise<ReplaySummary> {
  const [row] = await port.query<{ done: number }>("SELECT count(*) AS done FROM rate_replay_account WHERE replay_id = ?", [id]);
  return { id, status, fromOn, toOn, accounts, startedAt, finishedAt, done: row!.done, current: documentHash === now };
}

// ---- what it does to everybody --------------------------------------------------------------------------------

export interface ClassEffect {
  readonly customerClass: string;
  readonly accounts: number;
  readonly before: Cents;
  readonly after: Cents;
}

export interface ZipEffect extends Omit<ClassEffect, "customerClass"> {
  readonly zip: string;
  /** Accounts that would have paid more. */
  readonly more: number;
}

export interface AccountEffect {
  readonly accountId: string;
  readonly name: string;
  readonly customerClass: string;
  readonly zip: string;
  readonly before: Cents;
  readonly after: Cents;
}

/** Accounts whose year would have changed by so many percent: `from` to below `to`; open ends are null. */
export interface ChangeBand {
  readonly from: number | null;
  readonly to: number | null;
  readonly accounts: number;
}

export interface ReplayPage {
  readonly draft: Pick<DraftRow, "id" | "scheduleId" | "name" | "commodity" | "effectiveOn" | "status">;
  readonly replay: ReplaySummary;
  readonly classes: readonly ClassEffect[];
  readonly zips: readonly ZipEffect[];
  readonly bands: readonly ChangeBand[];
  /** Who would have paid most more, by class. */
  readonly losers: readonly { readonly customerClass: string; readonly accounts: readonly AccountEffect[] }[];
  readonly unpriced: { readonly segments: number; readonly reasons: readonly { readonly reason: string; readonly accounts: number }[] };
}

/** Edges of the bands in percent. */
const BANDS: readonly number[] = [-50, -25, -10, -5, -1, 1, 5, 10, 25, 50];
const LOSERS_A_CLASS = 10;
const ZIPS_SHOWN = 50;
const REASONS_SHOWN = 5;
const PRICED = "replay_id = ? AND segments > 0";

/** A replay with what it found so far; null when there is none. @throws ForbiddenError */
export async function replayPage(world: World, actor: UserActor, replayId: string): Promise<ReplayPage | null> {
  requirePermission(actor, "read:rates:any");
  const { port } = world;
  const row = await findReplay(port, replayId);
  const draft = row && (await findDraft(port, row.draftId));
  if (!row || !draft) return null;
  const { id, scheduleId, name, commodity, effectiveOn, status } = draft;
  const [replay, classes, zips, bands, losers, unpriced] = await Promise.all([
    summaryOfReplay(port, row, draft.documentHash),
    port.query<ClassEffect>(`SELECT customer_class AS "customerClass", count(*) AS accounts, sum(before) AS before, sum(after) AS after FROM rate_replay_account WHERE ${PRICED} GROUP BY customer_class ORDER BY before DESC`, [replayId]),
    port.query<ZipEffect>(`SELECT zip, count(*) AS accounts, sum(before) AS before, sum(after) AS after, sum(after > before) AS more FROM rate_replay_account WHERE ${PRICED} GROUP BY zip ORDER BY sum(after) - sum(before) DESC LIMIT ${ZIPS_SHOWN}`, [replayId]),
    bandsOf(port, replayId), losersOf(port, replayId), unpricedOf(port, replayId),
  ]);
  return { draft: { id, scheduleId, name, commodity, effectiveOn, status }, replay, classes, zips, bands, losers, unpriced };
}

async function bandsOf(port: SqlPort, replayId: string): Promise<ChangeBand[]> {
  const cases = BANDS.map((edge, i) => `WHEN (after - before) * 100 < ${edge} * before THEN ${i}`).join(" ");
  const rows = await port.query<{ band: number; accounts: number }>(
    `SELECT CASE ${cases} ELSE ${BANDS.length} END AS band, count(*) AS accounts FROM rate_replay_account WHERE ${PRICED} AND before > 0 GROUP BY band`, [replayId],
  );
  return Array.from({ length: BANDS.length + 1 }, (_, band) => ({ from: BANDS[band - 1] ?? null, to: BANDS[band] ?? null, accounts: rows.find((row) => row.band === band)?.accounts ?? 0 }));
}

async function losersOf(port: SqlPort, replayId: string): Promise<ReplayPage["losers"]> {
  const rows = await port.query<AccountEffect>(
    `SELECT r.account_id AS "accountId", p.name, r.customer_class AS "customerClass", r.zip, r.before, r.after FROM (
       SELECT *, row_number() OVER (PARTITION BY customer_class ORDER BY after - before DESC, account_id) AS place FROM rate_replay_account WHERE ${PRICED} AND after > before
     ) AS r JOIN account AS a ON a.id = r.account_id JOIN person AS p ON p.id = a.person_id WHERE r.place <= ${LOSERS_A_CLASS} ORDER BY r.customer_class, r.place`, [replayId],
  );
  return [...Map.groupBy(rows, ({ customerClass }) => customerClass)].map(([customerClass, accounts]) => ({ customerClass, accounts }));
}

async function unpricedOf(port: SqlPort, replayId: string): Promise<ReplayPage["unpriced"]> {
  const [[sum], reasons] = await Promise.all([
    port.query<{ segments: number }>("SELECT coalesce(sum(unpriced), 0) AS segments FROM rate_replay_account WHERE replay_id = ?", [replayId]),
    port.query<{ reason: string; accounts: number }>(`SELECT reason, count(*) AS accounts FROM rate_replay_account WHERE replay_id = ? AND unpriced > 0 GROUP BY reason ORDER BY accounts DESC LIMIT ${REASONS_SHOWN}`, [replayId]),
  ]);
  return { segments: sum!.segments, reasons };
}

// ---- what it does to one account ------------------------------------------------------------------------------

export interface LineUnder {
  readonly name: string;
  readonly nameEs: string;
  /** Null: it is not on that side. */
  readonly before: Cents | null;
  readonly after: Cents | null;
}

export interface BillUnder {
  readonly billId: string;
  readonly number: string;
  readonly period: Period;
  readonly before: Cents;
  /** Null: the draft cannot price it. */
  readonly after: Cents | null;
  readonly reason: string | null;
  readonly lines: readonly LineUnder[];
}

const YEAR_MONTHS = 12;

/** The account's bills of the last year on the schedule, as billed and under the document, newest first. */
async function billsUnder(port: SqlPort, now: number, scheduleId: string, document: RateDocument, accountId: string): Promise<BillUnder[]> {
  const [zone, today] = await Promise.all([timeZoneOf(port, now), todayOf(port, now)]);
  const asked = { scheduleId, from: addMonths(today, -YEAR_MONTHS), to: today, zone, intervals: looksAtIntervals(document) };
  const billed = (await billedOnSchedule(port, [accountId], asked)).get(accountId) ?? [];
  const rate = compileRate(document);
  return segmentsUnder(billed, zone, rate).map((under, i) => billUnder(billed[i]!, under)).reverse();
}

function billUnder({ billId, number, segment }: BilledOnSchedule, under: SegmentUnder): BillUnder {
  const { periodFrom: from, periodTo: to, total: before } = segment;
  const shared = { billId, number, period: { from, to }, before };
  if (!under.ok) return { ...shared, after: null, reason: under.reason, lines: segment.lines.map(({ name, nameEs, cents }) => ({ name, nameEs, before: cents, after: null })) };
  // Charges keep their ids from version to version; what is new stands at the end.
  const lines = segment.lines.map(({ chargeId, name, nameEs, cents }): LineUnder => ({ name, nameEs, before: cents, after: under.lines.find((line) => line.chargeId === chargeId)?.cents ?? null }));
  const added = under.lines.filter(({ chargeId }) => !segment.lines.some((line) => line.chargeId === chargeId)).map(({ name, nameEs, cents }): LineUnder => ({ name, nameEs, before: null, after: cents }));
  return { ...shared, after: under.cents, reason: null, lines: [...lines, ...added] };
}

/** The draft tried on an account's last bills; null when there is no such draft. @throws ForbiddenError */
export async function tryDraft(world: World, actor: UserActor, draftId: string, accountId: string): Promise<{ readonly bills: readonly BillUnder[] } | null> {
  requirePermission(actor, "read:rates:any");
  requireOnAccount(actor, "read:bill", accountId);
  const draft = await findDraft(world.port, draftId);
  if (!draft) return null;
  return { bills: await billsUnder(world.port, world.now(), draft.scheduleId, documentOfDraft(draft), accountId) };
}

// ---- what customers see ---------------------------------------------------------------------------------------

export interface ProposalForAccount {
  readonly draftId: string;
  readonly commodity: string;
  readonly effectiveOn: LocalDate;
  /** It has been decided and will count; until then it is a proposal. */
  readonly decided: boolean;
  /** Of the account's bills of the past year on this service. */
  readonly before: Cents;
  readonly after: Cents;
}

/** Proposals that are shown to customers and concern the account, with what its last year would have cost. @throws ForbiddenError */
export async function proposalsFor(world: World, actor: UserActor, accountId: string): Promise<ProposalForAccount[]> {
  requireOnAccount(actor, "read:bill", accountId);
  const { port } = world;
  const today = await todayOf(port, world.now());
  const rows = await port.query<ProposalForAccount & { decided: boolean | number }>(
    `SELECT d.id AS "draftId", d.commodity, d.effective_on AS "effectiveOn", d.status = 'published' AS decided, a.before, a.after
     FROM rate_draft AS d JOIN rate_replay AS r ON r.draft_id = d.id AND r.document_hash = d.document_hash AND r.status = 'finished' JOIN rate_replay_account AS a ON a.replay_id = r.id AND a.account_id = ?
     WHERE d.shown_to_customers = 1 AND d.status IN ('proposed', 'published') AND d.effective_on > ? AND a.segments > 0 AND r.started_at = (SELECT max(started_at) FROM rate_replay WHERE draft_id = d.id AND document_hash = d.document_hash AND status = 'finished')
       AND EXISTS (SELECT 1 FROM service_agreement AS s WHERE s.account_id = a.account_id AND s.rate_schedule_id = d.schedule_id AND (s.stop_on IS NULL OR s.stop_on > d.effective_on))
     ORDER BY d.effective_on, d.id`,
    [accountId, today],
  );
  return rows.map((row) => ({ ...row, decided: Boolean(row.decided) }));
}

/** One of them, bill by bill; null when it is not shown or not the account's. @throws ForbiddenError */
export async function proposalForAccount(world: World, actor: UserActor, accountId: string, draftId: string): Promise<(ProposalForAccount & { readonly bills: readonly BillUnder[] }) | null> {
  const proposal = (await proposalsFor(world, actor, accountId)).find((each) => each.draftId === draftId);
  const draft = proposal && (await findDraft(world.port, draftId));
  if (!proposal || !draft) return null;
  return { ...proposal, bills: await billsUnder(world.port, world.now(), draft.scheduleId, documentOfDraft(draft), accountId) };
}
