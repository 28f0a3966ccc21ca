/** Changes of settings that two people make: one proposes, another approves or rejects. Until then nothing counts. */
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import type { SqlPort, SqlValue, Statement } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { forgetSettings } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { actorText, may, PERMISSIONS, requirePermission, STAFF_ROLES, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { decideProposal, NEEDS_APPROVAL, type ProposalAction, type ProposalStatus } from "../../domain/lifecycle/setting-approval.ts";
import type { Setting, SettingTopic } from "../../domain/lifecycle/settings.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";
import { noteOf } from "./notes.ts";
import { settingWritten, UTILITY_STREAM, type SettingToWrite } from "./settings.ts";

type Row = Required<InsertRow<"settingProposal">>;

const COLUMNS = `id, topic, effective_on AS "effectiveOn", before, value, status, note_ref AS "noteRef", proposed_by AS "proposedBy", proposed_at AS "proposedAt", decided_by AS "decidedBy", decided_at AS "decidedAt", decision_ref AS "decisionRef"`;

const NOTE_MAX = 500;

/** Proposes a topic's value from a day on. The command's id names the proposal. @throws ForbiddenError */
export async function proposeSetting<T extends SettingTopic>(world: World, actor: UserActor, input: { readonly commandId: string; readonly note: string } & SettingToWrite<T>): Promise<StreamAnswer<{ proposalId: string }>> {
  requirePermission(actor, "edit:settings:any");
  const { commandId, topic, effectiveOn, value } = input;
  // A cut may go through the middle of a character: half of one cannot be stored.
  const note = input.note.trim().slice(0, NOTE_MAX).toWellFormed();
  const proposedAt = world.now();
  const proposedBy = actorText(actor);
  const noted = noteOf(world, commandId, note);
  return runStreamCommand(
    world.port,
    { commandId, stream: UTILITY_STREAM, input: { propose: topic, effectiveOn, value: JSON.stringify(value), note }, provenance: { actor: proposedBy, source: "staff", recordedAt: proposedAt } },
    async () => {
      if (!NEEDS_APPROVAL[topic]) return { ok: false, refusal: { code: "approval", message: "Nobody needs to agree to this: change it." } } as const;
      const written = await settingWritten(world, { topic, effectiveOn, value }, proposedAt);
      if (!written.ok) return written;
      const { before, after } = written;
      if (before === after) return { ok: false, refusal: { code: "unchanged", message: "This is what counts on that day already." } } as const;
      const row: Row = { id: commandId, topic, effectiveOn, before, value: after, status: "open", noteRef: noted.ref, proposedBy, proposedAt, decidedBy: null, decidedAt: null, decisionRef: null };
      return {
        ok: true, drafts: [{ type: "SettingProposed", version: 1, data: { proposalId: commandId, topic, effectiveOn, before, after, noteRef: noted.ref } }],
        writes: { settingProposal: [row], ...noted.rows }, result: { proposalId: commandId },
      } as const;
    },
  );
}

const EVENT_OF: Readonly<Record<ProposalAction, string>> = { approve: "SettingApproved", reject: "SettingRejected", withdraw: "SettingWithdrawn" };

/** Approves (then it counts from its day on), rejects or withdraws a proposal. The proposer never approves, but alone while a utility is set up. @throws ForbiddenError */
export async function decideSetting(world: World, actor: UserActor, input: { readonly commandId: string; readonly proposalId: string; readonly action: ProposalAction; readonly reason: string }): Promise<StreamAnswer<{ topic: string; status: ProposalStatus }>> {
  const { commandId, proposalId, action } = input;
  requirePermission(actor, action === "withdraw" ? "edit:settings:any" : "approve:settings:any");
  const { port } = world;
  const reason = input.reason.trim().slice(0, NOTE_MAX).toWellFormed();
  const decidedAt = world.now();
  const decidedBy = actorText(actor);
  const noted = noteOf(world, commandId, reason);
  const answer = await runStreamCommand(
    port,
    { commandId, stream: UTILITY_STREAM, input: { proposalId, action, reason }, provenance: { actor: decidedBy, source: "staff", recordedAt: decidedAt } },
    async () => {
      const [row] = await port.query<Row>(`SELECT ${COLUMNS} FROM setting_proposal WHERE id = ?`, [proposalId]);
      if (!row) return { ok: false, refusal: { code: "no-proposal", message: "There is no such proposal." } } as const;
      const isProposer = row.proposedBy === decidedBy;
      const alone = action === "approve" && isProposer && (await isAloneInSetUp(port, actor));
      const decided = decideProposal({ action, status: row.status as ProposalStatus, isProposer, aloneInSetUp: alone, reason });
      if (!decided.ok) return decided;
      const topic = row.topic as SettingTopic;
      const written = action === "approve" ? await settingWritten(world, { topic, effectiveOn: row.effectiveOn, value: JSON.parse(row.value) as Setting<SettingTopic> }, decidedAt) : null;
      if (written?.ok === false) return { ok: false, refusal: { code: "late", message: `${written.refusal.message} Withdraw this proposal and propose it anew.` } } as const;
      if (written && written.before !== row.before) return { ok: false, refusal: { code: "stale", message: "Something else has come to count on that day since this was proposed. Withdraw it and propose it anew on what counts now." } } as const;
      return {
        ok: true,
        drafts: [{ type: EVENT_OF[action], version: 1, data: { proposalId, topic, effectiveOn: row.effectiveOn, proposedBy: row.proposedBy, alone, reasonRef: noted.ref } }, ...(written?.drafts ?? [])],
        writes: { ...written?.writes, settingProposal: [{ ...row, status: decided.status, decidedBy, decidedAt, decisionRef: noted.ref }], ...noted.rows },
        further: alone ? [mustBeAlone(actor)] : [],
        result: { topic, status: decided.status },
      } as const;
    },
  );
  forgetSettings(port);
  return answer;
}

const APPROVERS = STAFF_ROLES.filter((role) => PERMISSIONS[role].has("approve:settings:any"));

const ALONE = "NOT EXISTS (SELECT 1 FROM account) AND NOT EXISTS (SELECT 1 FROM auth_user WHERE role IN (SELECT value FROM json_each(?)) AND deactivated_at IS NULL AND id <> ?)";
const aloneArgs = ({ userId }: UserActor): SqlValue[] => [JSON.stringify(APPROVERS), userId];

/** The first administrator of a utility that serves nobody yet, and nobody else who could approve. */
export async function isAloneInSetUp(port: SqlPort, actor: UserActor): Promise<boolean> {
  const [row] = await port.query<{ alone: number }>(`SELECT ${ALONE} AS alone`, aloneArgs(actor));
  return row!.alone === 1;
}

/** Lets a commit through only if that is still so. */
export const mustBeAlone = (actor: UserActor): Statement => mustHold(ALONE, aloneArgs(actor));

export interface Proposal<T extends SettingTopic = SettingTopic> {
  readonly id: string;
  readonly topic: T;
  readonly effectiveOn: LocalDate;
  readonly before: Setting<T>;
  readonly after: Setting<T>;
  readonly status: ProposalStatus;
  readonly proposedBy: string;
  readonly proposedAt: number;
  readonly note: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly reason: string | null;
  /** What who asks may do about it. */
  readonly actions: readonly ProposalAction[];
}

const PROPOSALS_SHOWN = 30;

/** Proposals of a topic (null: of all), the open ones first, then the latest. @throws ForbiddenError */
export async function settingProposals(world: World, actor: UserActor, topic: SettingTopic | null): Promise<{ readonly proposals: readonly Proposal[]; readonly names: Readonly<Record<string, string>> }> {
  requirePermission(actor, "read:settings:any");
  const { port } = world;
  const rows = await port.query<Row & { note: string | null; reason: string | null }>(
    `SELECT ${COLUMNS}, (SELECT value FROM personal_data WHERE ref = note_ref) AS note, (SELECT value FROM personal_data WHERE ref = decision_ref) AS reason
     FROM setting_proposal WHERE ?1 IS NULL OR topic = ?1 ORDER BY status <> 'open', proposed_at DESC LIMIT ${PROPOSALS_SHOWN}`, [topic],
  );
  const alone = rows.some(({ status, proposedBy }) => status === "open" && proposedBy === actorText(actor)) && (await isAloneInSetUp(port, actor));
  const words = (text: string | null) => (text === null ? null : (JSON.parse(text) as string));
  const proposals = rows.map((row): Proposal => ({
    id: row.id, topic: row.topic as SettingTopic, effectiveOn: row.effectiveOn, before: JSON.parse(row.before) as Setting<SettingTopic>, after: JSON.parse(row.value) as Setting<SettingTopic>,
    status: row.status as ProposalStatus, proposedBy: row.proposedBy, proposedAt: row.proposedAt, note: words(row.note), decidedBy: row.decidedBy, decidedAt: row.decidedAt, reason: words(row.reason),
    actions: actionsOf(actor, row, alone),
  }));
  return { proposals, names: await actorNames(port, rows.flatMap(({ proposedBy, decidedBy }) => (decidedBy ? [proposedBy, decidedBy] : [proposedBy]))) };
}

function actionsOf(actor: UserActor, { status, proposedBy }: Row, alone: boolean): ProposalAction[] {
  if (status !== "open") return [];
  if (proposedBy === actorText(actor)) return [...(alone && may(actor, "approve:settings:any") ? (["approve"] as const) : []), "withdraw"];
  return may(actor, "approve:settings:any") ? ["approve", "reject"] : [];
}

/** Words a person wrote, kept where they can be erased; the log holds only the reference. */
