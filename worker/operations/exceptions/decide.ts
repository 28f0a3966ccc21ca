/** What people do with exceptions: take them, put them off, decide on them. Each is one command on the exception's stream. */
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../../db/command.ts";
import { loadExceptions, type ExceptionRecord, type ExceptionRow } from "../../../db/metering/exceptions.ts";
import type { ReadsSetting } from "../../../db/metering/ingest.ts";
import { usageNotices } from "../../../db/metering/watched.ts";
import { exceptionStream, decideException as decideMove, subjectOf, type ExceptionCommand, type ExceptionDecision, type ExceptionStage, type ExceptionState } from "../../../domain/lifecycle/exception.ts";
import { settingsOn, todayOf } from "../../../db/utility.ts";
import { actorText, requirePermission, type Permission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import type { Writes } from "../../../db/rows.ts";
import { BILLING_KIND } from "../../../domain/billing/work.ts";
import type { World } from "../context.ts";
import { noteOf } from "../notes.ts";
import { requireOnMeter } from "../own-meter.ts";
import { readsSetting } from "../reads.ts";
import { NOTHING, type Asked, type Deciding, type SlotInput, type ValueOutcome } from "./change.ts";
import { decideDay } from "./decide-day.ts";
import { decideRead } from "./decide-read.ts";
import { decideReading } from "./decide-reading.ts";
import { loadSubject } from "./subject.ts";

export interface ExceptionResult {
  readonly exceptionId: string;
  readonly stage: ExceptionStage;
  readonly owner: string | null;
}

export type ExceptionAnswer = StreamAnswer<ExceptionResult>;

export interface Decide {
  readonly commandId: string;
  readonly exceptionId: string;
  readonly decision: ExceptionDecision;
  /** Why, in the person's words. Needed for an edit and a dismissal. */
  readonly reason: string;
  /** Edit of a day: the intervals with their new values. Estimate of a day: which intervals, when not those that the rule doubts. */
  readonly slots?: readonly SlotInput[];
  /** Edit of a register read: what the meter showed, decimal text. */
  readonly value?: string;
}

/** As long as anybody's reason needs to be. */
const REASON_MAX = 1_000;

const NEEDS_REASON: ReadonlySet<ExceptionDecision> = new Set(["edit", "dismiss"]);

/** What stands beside changed values when the person gave no words. */
const UNSAID: Readonly<Record<ExceptionDecision, string>> = { accept: "Accepted.", edit: "Edited.", estimate: "Estimated.", reread: "A new read was ordered.", dismiss: "Dismissed." };

/**
 * Decides on an exception. The exception's event, the values that count from now on, other exceptions that this cures and
 * work for bills already issued are one commit, fenced on the exception and on the version of the values decided on.
 */
export async function decideException(world: World, actor: UserActor, input: Decide): Promise<ExceptionAnswer> {
  const reason = input.reason.trim();
  if (reason === "" && NEEDS_REASON.has(input.decision)) return invalid("reason", "Say why, in a sentence: it stands in the log beside the change.");
  if (reason.length > REASON_MAX) return invalid("reason", `At most ${REASON_MAX} characters.`);
  const asked: Asked = { decision: input.decision, slots: input.slots ?? [], value: input.value ?? null };
  // A field worker may send somebody to the meter; what counts is for others to decide.
  const permission = input.decision === "reread" ? "order:reread:any" : "decide:exception:any";
  return run(world, actor, permission, { ...input, reason, ask: { ...asked, reason } }, async (record, setting, reasonRef) => {
    const { row } = record;
    if (row.kind === BILLING_KIND && asked.decision === "reread" && reason === "") return { ok: false, refusal: { code: "reason", message: "Say what is to be looked at before the bill goes out.", field: "reason" } };
    const values = await decideValues(world, row, asked, {
      port: world.port, setting, holidays: await holidaysOf(world), reason: reasonRef ?? UNSAID[input.decision],
      by: { actor: actorText(actor), source: "staff", batchId: input.commandId, recordedAt: setting.now },
    });
    if (!values.ok) return values;
    return {
      command: { type: "decide", decision: asked.decision, before: values.before, after: values.after, method: values.method, reasonRef },
      row: values.finding ? { sentence: values.finding.sentence, numbers: JSON.stringify(values.finding.numbers) } : {},
      values,
    };
  });
}

async function decideValues(world: World, row: ExceptionRow, asked: Asked, deciding: Deciding): Promise<ValueOutcome> {
  const subject = subjectOfRow(row);
  if (row.status !== "open" || asked.decision === "reread" || asked.decision === "dismiss" || subject === "work") return NOTHING;
  if (subject === "reading") return decideReading(row, asked, deciding);
  const loaded = await loadSubject(world.port, row, deciding.setting);
  if (!loaded) return { ok: false, refusal: { code: "subject", message: "The meter was not at this place at that time any more. Correct its installation first." } };
  return subject === "day" ? decideDay(row, loaded, asked, deciding) : decideRead(row, loaded, asked, deciding);
}

export interface Assign {
  readonly commandId: string;
  readonly exceptionId: string;
  /** Whose work it is; the person who asks when left out. Null gives it back to the pile. */
  readonly owner?: string | null;
}

/** Gives an exception an owner, or gives it back. */
export async function assignException(world: World, actor: UserActor, { commandId, exceptionId, owner = actor.userId }: Assign): Promise<ExceptionAnswer> {
  return run(world, actor, "decide:exception:any", { commandId, exceptionId, reason: "", ask: { assign: owner } }, async () => {
    if (owner !== null && owner !== actor.userId && !(await isStaff(world, owner))) return { ok: false, refusal: { code: "owner", message: "This is nobody who works here.", field: "owner" } };
    return { command: owner === null ? { type: "release" } : { type: "assign", owner }, row: { owner } };
  });
}

async function isStaff(world: World, userId: string): Promise<boolean> {
  const rows = await world.port.query("SELECT 1 AS staff FROM auth_user WHERE id = ? AND role <> 'customer' AND deactivated_at IS NULL", [userId]);
  return rows.length > 0;
}

export interface Snooze {
  readonly commandId: string;
  readonly exceptionId: string;
  /** Shows again from then on; null: now. */
  readonly until: number | null;
  readonly reason: string;
}

/** Puts an exception off, or brings it back. It stays open: nothing that hangs on it is billed. */
export async function snoozeException(world: World, actor: UserActor, { commandId, exceptionId, until, reason }: Snooze): Promise<ExceptionAnswer> {
  return run(world, actor, "decide:exception:any", { commandId, exceptionId, reason: reason.trim(), ask: { snooze: until, reason: reason.trim() } }, async (_record, _setting, reasonRef) => ({
    command: until === null ? { type: "wake" } : { type: "snooze", until, reasonRef },
    row: { snoozedUntil: until },
  }));
}

// ---- the one way ----------------------------------------------------------------------------------------------

interface Prepared {
  readonly command: ExceptionCommand;
  readonly row: Partial<ExceptionRow>;
  readonly values?: Extract<ValueOutcome, { ok: true }>;
}

type Prepare = (record: ExceptionRecord, setting: ReadsSetting, reasonRef: string | null) => Promise<Prepared | { readonly ok: false; readonly refusal: { readonly code: string; readonly message: string; readonly field?: string } }>;

async function run(world: World, actor: UserActor, permission: Permission, { commandId, exceptionId, reason, ask }: { readonly commandId: string; readonly exceptionId: string; readonly reason: string; readonly ask: object }, prepare: Prepare): Promise<ExceptionAnswer> {
  requirePermission(actor, permission);
  const known = (await loadExceptions(world.port, [exceptionId])).get(exceptionId);
  if (!known) return invalid("exceptionId", "There is no such exception.");
  requirePermission(actor, permission, known.row.accountId ?? undefined);
  // One of a meter may be nobody's (between two customers) and still move what several accounts are billed by.
  if (known.row.meterId !== null) await requireOnMeter(world, actor, permission, known.row.meterId);
  const { ref: reasonRef, rows: personal } = noteOf(world, commandId, reason);
  const recordedAt = world.now();
  const answer = await runStreamCommand<ExceptionResult>(
    world.port,
    { commandId, stream: exceptionStream(exceptionId), input: { exceptionId, ...ask }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async (head) => {
      const record = (await loadExceptions(world.port, [exceptionId])).get(exceptionId)!;
      const setting = await readsSetting(world);
      const prepared = await prepare(record, setting, reasonRef);
      if ("refusal" in prepared) return prepared;
      return decided({ ...record, head }, prepared, personal, setting.now);
    },
  );
  if (answer.status === "done" && !answer.replayed) {
    world.poke();
    world.wakeOutbox();
  }
  return answer;
}

function decided(record: ExceptionRecord, { command, row: changed, values }: Prepared, personal: Writes, now: number): StreamDecision<ExceptionResult> {
  const state = stateOf(record.row, now);
  const outcome = decideMove(state, command, now, { meterId: record.row.meterId, servicePointId: record.row.servicePointId });
  if (!outcome.ok) return outcome;
  const { stage, owner } = outcome.state;
  const closed = stage === "closed";
  const row: ExceptionRow = {
    ...record.row, ...changed, owner, stage: closed || stage === "new" ? null : stage, snoozedUntil: stage === "snoozed" ? (changed.snoozedUntil ?? null) : null,
    ...(closed && command.type === "decide" ? { status: "closed", closedAt: now, decision: command.decision } : {}),
  };
  return {
    ok: true, drafts: outcome.events, result: { exceptionId: row.id, stage, owner },
    writes: { exception: [row], ...personal },
    inputs: values?.inputs ?? [],
    others: [...(values?.others ?? []).map((other) => ({ stream: exceptionStream(other.row.id), head: other.head, drafts: other.events, writes: { exception: [other.row] } })), ...(values?.alerts ?? [])],
    further: [...(values?.statements ?? []), ...(values && values.servicePointIds.length > 0 ? [usageNotices(values.servicePointIds, now)] : [])],
  };
}

function invalid(field: string, message: string): ExceptionAnswer {
  return { status: "refused", refusal: { code: field, message, field } };
}

/** Where an exception stands at an instant: what was put off is back when its time is over. */
export function stateOf(row: ExceptionRow, now: number): ExceptionState {
  const { id, kind, rule, status, owner } = row;
  const base: ExceptionStage = owner === null ? "new" : "assigned";
  const over = row.stage === "snoozed" && (row.snoozedUntil ?? 0) <= now;
  const stage = status !== "open" ? "closed" : over || row.stage === null ? base : (row.stage as ExceptionStage);
  return { id, kind, rule, subject: subjectOfRow(row), stage, owner };
}

export function subjectOfRow({ kind, channelId, readAt, detail }: ExceptionRow): ExceptionState["subject"] {
  return subjectOf({ kind, channelId, readAt, held: detail !== null && detail.includes('"reading":') });
}

/** Today's list of holidays. */
export async function holidaysOf(world: Pick<World, "port" | "now">): Promise<ReadonlySet<string>> {
  const now = world.now();
  const { holidays } = await settingsOn(world.port, await todayOf(world.port, now), now);
  return new Set(holidays.map(({ on }) => on));
}
