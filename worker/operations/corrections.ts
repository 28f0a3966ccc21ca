/**
 * Bills canceled and made again: looked at as a branch that is stored nowhere, committed as a whole with a reason, or
 * proposed to a second person where it changes more than one may decide on alone.
 */
import { joined, changeAttachments } from "../billing/units.ts";
import { branchOf, correctionOf, type Branch, type CorrectionAsked } from "../billing/branch.ts";
import { billAttachments } from "../../db/billing/bill-rows.ts";
import { wordsOf } from "../../db/notes.ts";
import { loadExceptions, cureWork, openWork, type ExceptionChange, type NewWork } from "../../db/metering/exceptions.ts";
import { loadAccount } from "../../db/account/store.ts";
import type { Attachments } from "../../db/account/writes.ts";
import { moneyLog, ratesFor } from "../../db/billing/account-log.ts";
import type { SqlPort } from "../../db/port.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import type { Provenance } from "../../domain/compliance/chain.ts";
import { standingBills } from "../../domain/lifecycle/account/standing-bills.ts";
import { CAUSES, isCorrectionCause, type CorrectionCause } from "../../domain/lifecycle/correction.ts";
import { APPROVAL_KIND, REBILL_KIND, REBILLED } from "../../domain/lifecycle/exception.ts";
import { actorText, may, owns, requirePermission, type Role, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { decideProposal, type ProposalAction, type ProposalStatus } from "../../domain/lifecycle/setting-approval.ts";
import { quantityText } from "../../domain/metering/index.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { answered } from "./answered.ts";
import { authorityOf, type Authority } from "./authority.ts";
import { noteOf, type Note } from "./notes.ts";

export type { Branch, CorrectionAsked, Limit } from "../billing/branch.ts";

/** A sentence or two, for whoever asks next year. */
const REASON_MAX = 1_000;

/** What a correction changes, as it is held against the limits: the charges or the debt, whichever changes more. */
export const amountOf = ({ before, now, net }: Pick<Branch, "before" | "now" | "net">): Cents => Math.max(Math.abs(now - before), Math.abs(net));

/** The most that a role decides on alone in a day; nothing when no line names it. */
export function mostAlone({ approvals }: Pick<Setting<"corrections">, "approvals">, role: Role): Cents {
  return approvals.find((line) => line.role === role)?.most ?? 0;
}

export interface Correct {
  readonly commandId: string;
  readonly accountId: string;
  readonly asked: CorrectionAsked;
  readonly reason: string;
  /** Of the branch that was looked at: when the facts have changed since, it is looked at again. */
  readonly branchHash: string;
}

/**
 * Makes the bills again, or proposes it where the amount asks for a second person. Nothing is stored unless all of it is.
 * @throws ForbiddenError, UnavailableError
 */
export async function correctBills(world: World, actor: UserActor, input: Correct): Promise<FormAnswer> {
  const { commandId, accountId, asked, branchHash } = input;
  requirePermission(actor, "correct:bill:any", accountId);
  const reason = input.reason.trim();
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (!isCorrectionCause(asked.cause)) return invalid("cause", "Choose what was wrong.");
  if (reason === "") return invalid("reason", "Say why, in a sentence: it stands in the log beside the correction.");
  if (reason.length > REASON_MAX) return invalid("reason", `Keep the reason under ${REASON_MAX} characters.`);
  // A form that is sent again asks the same question, whatever the bills are by now.
  const question = { accountId, asked, reason, branchHash };
  const repeated = await answered(world.port, commandId, question);
  if (repeated) return repeated;
  const answer = await branchOf(world, accountId, asked);
  if (!answer.ok) return { status: "invalid", refusal: answer.refusal };
  const { branch } = answer;
  const stopped = stopping(branch, branchHash);
  if (stopped) return stopped;
  const { corrections } = await settingsOn(world.port, branch.today, world.now());
  const noted = noteOf(world, commandId, reason);
  const alone = await authorityOf(world, actor, "correction", branch.today, commandId);
  return amountOf(branch) + alone.used > mostAlone(corrections, actor.role)
    ? propose(world, actor, { commandId, accountId, asked, branch, noted, question })
    : commit(world, actor, { commandId, accountId, asked, branch, noted, question, correctionId: commandId, proposal: null, authority: "correct:bill:any", alone });
}

/** What keeps a branch from being committed. */
function stopping(branch: Branch, seen: string): FormAnswer | null {
  if (branch.closed !== null) return invalid("form", `The accounting period ${branch.closed} is closed: nothing of today can be posted.`);
  if (branch.blocked.length > 0) return invalid("form", `Bill ${branch.blocked[0]!.number} cannot be made again yet: ${branch.blocked[0]!.reasons.map(({ sentence }) => sentence).join(" ")}`);
  return branch.hash === seen ? null : invalid("form", "The figures have changed since you looked: reads, rates or bills have come. Look at them again.");
}

const provenanceOf = (world: World, actor: UserActor, commandId: string): Provenance => ({ actor: actorText(actor), source: "staff", batchId: "", recordedAt: world.now(), commandId });

// ---- alone, or as somebody has proposed -----------------------------------------------------------------------

interface Committing {
  readonly commandId: string;
  readonly accountId: string;
  readonly asked: CorrectionAsked;
  readonly branch: Branch;
  readonly noted: Note;
  readonly question: object;
  readonly correctionId: string;
  readonly proposal: ProposalRow | null;
  readonly authority: string;
  /** The day of the person who decides on it alone. */
  readonly alone?: Authority;
}

async function commit(world: World, actor: UserActor, { commandId, accountId, asked, branch, noted, question, correctionId, proposal, authority, alone }: Committing): Promise<FormAnswer> {
  const provenance = provenanceOf(world, actor, commandId);
  const { cause, services } = asked;
  const done = [...(await openRebillWork(world.port, branch)), ...(proposal ? [approvalId(proposal.id)] : [])];
  const known = await loadExceptions(world.port, done);
  const closed = [...known.values()].filter(({ row }) => row.status === "open").map((record) => cureWork(record, provenance.recordedAt, record.row.kind === REBILL_KIND ? REBILLED : "approved"));
  const decided = alone?.decided(commandId, amountOf(branch));
  const work = [...closed, ...(await averagesToLookAt(world.port, branch, provenance.recordedAt))];
  return executed(world, world.execute({
    commandId, accountId, command: correctionOf(branch, { correctionId, cause, services, reasonRef: proposal?.reasonRef ?? noted.ref, proposalId: proposal?.id ?? null }), asked: question,
    actor: provenance.actor, authority, source: provenance.source, acceptedAt: provenance.recordedAt, inputs: [...branch.inputs, ...(decided?.inputs ?? [])],
    attachments: joined(...branch.bills.map(billAttachments), noted.rows, changeAttachments(work, provenance), proposal ? decidedRow(proposal, "approved", provenance, noted.ref) : {}, decided?.rows ?? {}),
  }));
}

/** Work items that say that something changed under one of these bills. */
async function openRebillWork(port: SqlPort, { accountId, canceled }: Branch): Promise<string[]> {
  const rows = await port.query<{ id: string }>("SELECT id FROM exception WHERE account_id = ? AND kind = ? AND status = 'open'", [accountId, REBILL_KIND]);
  return rows.map(({ id }) => id).filter((id) => canceled.some(({ billId }) => id.startsWith(`${REBILL_KIND}:${billId}:`)));
}

/** Work for whoever sets averages: one that rests on a canceled bill is neither right any more nor reckoned again by itself. */
async function averagesToLookAt(port: SqlPort, { accountId, averages }: Branch, now: number): Promise<ExceptionChange[]> {
  const work = averages.map(({ agreementId, commodity, from, milli, unit, number }): NewWork => ({
    id: `${REBILL_KIND}:average:${agreementId}:${from}`, kind: REBILL_KIND, rule: "winter-average", severity: "warn", meterId: null, channelId: null, day: from, readAt: null, servicePointId: null, accountId, detail: null, numbers: {},
    sentence: `The winter average of the ${commodity} service, ${quantityText(milli, unit)} from ${from} on, rests on bill ${number}, which was corrected. Set it anew, and correct the bills since then.`,
  }));
  const known = await loadExceptions(port, work.map(({ id }) => id));
  return work.map((each) => openWork(each, known.get(each.id), now));
}

async function executed(world: World, answer: Promise<FormAnswer>): Promise<FormAnswer> {
  const settled = await answer;
  if (settled.status === "done" && !settled.replayed) {
    world.poke();
    world.wakeOutbox();
  }
  return settled;
}

// ---- proposals ------------------------------------------------------------------------------------------------

interface ProposalRow {
  readonly id: string;
  readonly accountId: string;
  readonly asked: string;
  readonly branchHash: string;
  readonly net: Cents;
  readonly reasonRef: string;
  readonly status: ProposalStatus;
  readonly proposedBy: string;
  readonly proposedAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly decisionRef: string | null;
}

const COLUMNS = `id, account_id AS "accountId", asked, branch_hash AS "branchHash", net, reason_ref AS "reasonRef", status, proposed_by AS "proposedBy", proposed_at AS "proposedAt",
  decided_by AS "decidedBy", decided_at AS "decidedAt", decision_ref AS "decisionRef"`;

const approvalId = (proposalId: string): string => `${APPROVAL_KIND}:${proposalId}`;

function decidedRow(proposal: ProposalRow, status: ProposalStatus, { actor, recordedAt }: Provenance, decisionRef: string | null): Attachments {
  return { rebillProposal: [{ ...proposal, status, decidedBy: actor, decidedAt: recordedAt, decisionRef }] };
}

async function propose(world: World, actor: UserActor, { commandId, accountId, asked, branch, noted, question }: Omit<Committing, "correctionId" | "proposal" | "authority">): Promise<FormAnswer> {
  const provenance = provenanceOf(world, actor, commandId);
  const { net, hash, canceled, reopened } = branch;
  const amount = formatDollars(amountOf(branch));
  const change: ExceptionChange = openWork({
    id: approvalId(commandId), kind: APPROVAL_KIND, rule: "correction", severity: "warn", meterId: null, channelId: null, day: null, readAt: null, servicePointId: null, accountId, detail: null,
    numbers: { amount: amountOf(branch), bills: canceled.length },
    sentence: `${canceled.length} ${canceled.length === 1 ? "bill" : "bills"} of account ${accountId} from ${canceled[0]!.number} on would be corrected (${CAUSES[asked.cause].name.toLowerCase()}): ${amount} change. Somebody else has to agree.`,
  }, undefined, provenance.recordedAt);
  const row: ProposalRow = { id: commandId, accountId, asked: JSON.stringify(asked), branchHash: hash, net, reasonRef: noted.ref!, status: "open", proposedBy: provenance.actor, proposedAt: provenance.recordedAt, decidedBy: null, decidedAt: null, decisionRef: null };
  return executed(world, world.execute({
    commandId, accountId, asked: question, actor: provenance.actor, authority: "correct:bill:any", source: provenance.source, acceptedAt: provenance.recordedAt,
    command: { type: "ProposeCorrection", correctionId: commandId, cause: asked.cause, billIds: canceled.map(({ billId }) => billId), reopened, net, branchHash: hash, reasonRef: noted.ref },
    attachments: joined({ rebillProposal: [row] }, noted.rows, changeAttachments([change], provenance)),
  }));
}

export interface DecideCorrection {
  readonly commandId: string;
  readonly accountId: string;
  readonly proposalId: string;
  readonly action: ProposalAction;
  readonly reason: string;
}

/** A second person's word on a proposed correction, or the proposer's to take it back. @throws ForbiddenError, UnavailableError */
export async function decideCorrection(world: World, actor: UserActor, input: DecideCorrection): Promise<FormAnswer> {
  const { commandId, accountId, proposalId, action } = input;
  requirePermission(actor, action === "withdraw" ? "correct:bill:any" : "approve:correction:any", accountId);
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  const reason = input.reason.trim().slice(0, REASON_MAX).toWellFormed();
  const question = { accountId, proposalId, action, reason };
  const repeated = await answered(world.port, commandId, question);
  if (repeated) return repeated;
  const proposal = await findProposal(world.port, proposalId);
  if (!proposal || proposal.accountId !== accountId) return invalid("form", "There is no such proposal.");
  const decided = decideProposal({ action, status: proposal.status, isProposer: proposal.proposedBy === actorText(actor), aloneInSetUp: false, reason });
  if (!decided.ok) return { status: "invalid", refusal: decided.refusal };
  const noted = noteOf(world, commandId, reason);
  if (action !== "approve") return drop(world, actor, { commandId, proposal, status: decided.status, noted, question });
  const asked = JSON.parse(proposal.asked) as CorrectionAsked;
  const answer = await branchOf(world, accountId, asked);
  if (!answer.ok) return { status: "invalid", refusal: answer.refusal };
  const stopped = stopping(answer.branch, proposal.branchHash);
  if (stopped) return stopped;
  return commit(world, actor, { commandId, accountId, asked, branch: answer.branch, noted, question, correctionId: proposalId, proposal, authority: "approve:correction:any" });
}

async function drop(world: World, actor: UserActor, { commandId, proposal, status, noted, question }: { readonly commandId: string; readonly proposal: ProposalRow; readonly status: ProposalStatus; readonly noted: Note; readonly question: object }): Promise<FormAnswer> {
  const provenance = provenanceOf(world, actor, commandId);
  const record = (await loadExceptions(world.port, [approvalId(proposal.id)])).get(approvalId(proposal.id));
  const closed = record?.row.status === "open" ? [cureWork(record, provenance.recordedAt, status)] : [];
  return executed(world, world.execute({
    commandId, accountId: proposal.accountId, asked: question, actor: provenance.actor, authority: "approve:correction:any", source: provenance.source, acceptedAt: provenance.recordedAt,
    command: { type: "DropCorrection", correctionId: proposal.id, outcome: status === "withdrawn" ? "withdrawn" : "rejected", reasonRef: noted.ref },
    attachments: joined(noted.rows, decidedRow(proposal, status, provenance, noted.ref), changeAttachments(closed, provenance)),
  }));
}

async function findProposal(port: SqlPort, id: string): Promise<ProposalRow | null> {
  const [row] = await port.query<ProposalRow>(`SELECT ${COLUMNS} FROM rebill_proposal WHERE id = ?`, [id]);
  return row ?? null;
}

export interface CorrectionProposal {
  readonly id: string;
  readonly asked: CorrectionAsked;
  readonly net: Cents;
  readonly reason: string | null;
  readonly status: ProposalStatus;
  readonly proposedBy: string;
  readonly proposedAt: number;
  /** The figures are still those that were proposed. */
  readonly current: boolean;
  /** What who asks may do about it. */
  readonly actions: readonly ProposalAction[];
}

async function proposalPage(world: World, actor: UserActor, row: ProposalRow, branch: Branch | null): Promise<CorrectionProposal> {
  const [words] = await world.port.query<{ value: string }>("SELECT value FROM personal_data WHERE ref = ?", [row.reasonRef]);
  const mine = owns(actor, row.accountId);
  const isProposer = row.proposedBy === actorText(actor);
  const able: ProposalAction[] = isProposer ? ["withdraw"] : may(actor, "approve:correction:any", mine) ? ["approve", "reject"] : [];
  return {
    id: row.id, asked: JSON.parse(row.asked) as CorrectionAsked, net: row.net, reason: words ? (JSON.parse(words.value) as string) : null, status: row.status, proposedBy: row.proposedBy, proposedAt: row.proposedAt,
    current: branch?.hash === row.branchHash, actions: row.status === "open" ? able : [],
  };
}

/** The correction that is being decided on for a bill, and whether the bill is reopened meanwhile. Null when there is none. @throws ForbiddenError */
export async function waitingCorrection(world: World, actor: UserActor, accountId: string, billId: string): Promise<{ readonly proposalId: string; readonly reopened: boolean } | null> {
  requirePermission(actor, "read:bill:any");
  const { state } = await loadAccount(world.port, accountId);
  const waiting = state.corrections.find(({ billIds }) => billIds.includes(billId));
  return waiting ? { proposalId: waiting.correctionId, reopened: waiting.reopened.includes(billId) } : null;
}

// ---- the page -------------------------------------------------------------------------------------------------

export interface BillChoice {
  readonly billId: string;
  readonly number: string;
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly charges: Cents;
}

/** A branch as a page shows it. */
export type BranchPage = Omit<Branch, "bills" | "inputs" | "canceled" | "accountId">;

export interface CorrectionPage {
  /** Bills that stand, newest first. */
  readonly bills: readonly BillChoice[];
  readonly services: readonly { readonly agreementId: string; readonly commodity: string; readonly rateScheduleId: string }[];
  readonly rates: readonly { readonly scheduleId: string; readonly name: string; readonly commodity: string }[];
  readonly asked: CorrectionAsked | null;
  readonly branch: BranchPage | null;
  /** Why there is no branch of what was asked. */
  readonly refusal: string | null;
  /** What this person may still decide on alone today. */
  readonly most: Cents;
  readonly amount: Cents;
  readonly proposal: CorrectionProposal | null;
  /** Another proposal for bills of this account that is still open. */
  readonly waiting: string | null;
}

/**
 * The page of a correction: what can be chosen, and for what is chosen the branch. With a proposal, what was proposed.
 * @throws ForbiddenError, UnavailableError
 */
export async function correctionPage(world: World, actor: UserActor, accountId: string, asked: CorrectionAsked | null, proposalId: string | null): Promise<CorrectionPage> {
  requirePermission(actor, "read:billing:any");
  const { port } = world;
  const today = await todayOf(port, world.now());
  const { corrections } = await settingsOn(port, today, world.now());
  const row = proposalId === null ? null : await findProposal(port, proposalId);
  const proposed = row?.accountId === accountId ? row : null;
  const chosen = proposed ? (JSON.parse(proposed.asked) as CorrectionAsked) : asked;
  const [{ state }, log] = await Promise.all([loadAccount(port, accountId), moneyLog(port, accountId)]);
  const services = state.agreements.map(({ agreementId, commodity, rateScheduleId }) => ({ agreementId, commodity, rateScheduleId }));
  const rates = await ratesFor(port, [...new Set(services.map(({ commodity }) => commodity))], today);
  const answer = chosen && (proposed === null || proposed.status === "open") ? await branchOf(world, accountId, chosen) : null;
  const branch = answer?.ok ? answer.branch : null;
  const { used } = await authorityOf(world, actor, "correction", today);
  const bills = standingBills(log).toReversed().map(({ billId, number, periodFrom, periodTo, charges }) => ({ billId, number, periodFrom, periodTo, charges }));
  return {
    bills, services, rates, asked: chosen, branch: branch && (await shown(port, branch)), refusal: answer?.ok === false ? answer.refusal.message : null,
    most: Math.max(0, mostAlone(corrections, actor.role) - used), amount: branch ? amountOf(branch) : 0,
    proposal: proposed && (await proposalPage(world, actor, proposed, branch)), waiting: state.corrections.find(({ correctionId }) => correctionId !== proposed?.id)?.correctionId ?? null,
  };
}

async function shown(port: SqlPort, { bills: _, inputs: __, canceled: ___, accountId: ____, ...branch }: Branch): Promise<BranchPage> {
  const words = await wordsOf(port, branch.fees.map(({ reasonRef }) => reasonRef ?? null));
  return { ...branch, fees: branch.fees.map((fee) => ({ ...fee, reason: words.get(fee.reasonRef ?? "") ?? fee.reason })) };
}

/** What the form asks, from its text fields; null when it names no bill or no cause. */
export function askedOf(read: { readonly from: string; readonly cause: string; readonly again: boolean; readonly services: readonly { readonly agreementId: string; readonly rateScheduleId: string }[]; readonly feesBack: readonly string[] | null }): CorrectionAsked | null {
  const { from, cause, again, services, feesBack } = read;
  return from !== "" && isCorrectionCause(cause) ? { fromBill: from, cause: cause as CorrectionCause, again, services, feesBack } : null;
}
