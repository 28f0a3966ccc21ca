/** Starting a run, and trying its held accounts again. One run for each cycle and period: whoever starts it second finds the first. */
import { countDue, runCounts } from "../../db/billing/due.ts";
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { SqlPort } from "../../db/port.ts";
import { todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { closesOn } from "../../domain/billing/cycle.ts";
import { runEvent, runIdOf, runStream } from "../../domain/billing/run.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, requirePermission, type Actor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "../operations/context.ts";
import { findRun, type BillRunRow } from "./lease.ts";

export interface RunToStart {
  readonly commandId: string;
  readonly cycleId: string;
  /** The day on which the cycle closed: the first one that is not billed. */
  readonly periodTo: LocalDate;
}

export interface StartedRun {
  readonly runId: string;
  /** Accounts still to be billed. */
  readonly due: number;
}

const refuse = (code: string, message: string, field?: string): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

/** People need the permission; the clock starts what has been agreed. */
function requireRun(actor: Actor): void {
  if (actor.kind === "user") requirePermission(actor, "run:billing:any");
  else if (actor.kind !== "system") throw new Error(`${actorText(actor)} does not run bills`);
}

/**
 * Starts the run of a cycle for the period that ended on `periodTo`, or tries again what it held. The same command, and a
 * run that is under way or has nothing left to do, answer with the run as it is.
 * @throws ForbiddenError, UnavailableError
 */
export async function startBillRun(world: World, actor: Actor, { commandId, cycleId, periodTo }: RunToStart): Promise<StreamAnswer<StartedRun>> {
  requireRun(actor);
  const { port } = world;
  const runId = runIdOf(cycleId, periodTo);
  const known = await findRun(port, runId);
  if (known && (known.status === "running" || !(await hasHeld(port, runId)))) return { status: "done", result: { runId, due: known.due }, replayed: true };
  const now = world.now();
  const billOn = await todayOf(port, now);
  const answer = await runStreamCommand(
    port,
    { commandId, stream: runStream(runId), input: { cycleId, periodTo }, provenance: { actor: actorText(actor), source: "billing", recordedAt: now } },
    async () => {
      const refusal = await refusalOf(port, cycleId, periodTo, billOn);
      if (refusal) return refusal;
      const run = await findRun(port, runId);
      return run ? retried(port, run, billOn) : started(port, { runId, cycleId, periodTo, billOn, startedBy: actorText(actor), now });
    },
  );
  if (answer.status === "done") world.wakeRun(runId);
  return answer;
}

async function hasHeld(port: SqlPort, runId: string): Promise<boolean> {
  const { held, failed } = await runCounts(port, runId);
  return held + failed > 0;
}

async function refusalOf(port: SqlPort, cycleId: string, periodTo: LocalDate, today: LocalDate): Promise<ReturnType<typeof refuse> | null> {
  if (!isLocalDate(periodTo)) return refuse("period", "The day on which the period ended must be a date such as 2026-03-15.", "periodTo");
  const [cycle] = await port.query<{ closeDay: number }>(`SELECT close_day AS "closeDay" FROM bill_cycle WHERE id = ?`, [cycleId]);
  if (!cycle) return refuse("cycle", `There is no bill cycle ${cycleId}.`, "cycleId");
  if (!closesOn(cycle.closeDay, periodTo)) return refuse("period", `Cycle ${cycleId} closes on day ${cycle.closeDay} of the month; ${periodTo} is another.`, "periodTo");
  if (periodTo > today) return refuse("period", `The period ends on ${periodTo}: it can be billed from that day on.`, "periodTo");
  const [closed] = await port.query("SELECT 1 FROM accounting_period WHERE period = ? AND status = 'closed'", [today.slice(0, 7)]);
  if (closed) return refuse("accounting", `The accounting period ${today.slice(0, 7)} is closed: bills of today cannot be posted. Bill in the next one.`);
  const [later] = await port.query<{ id: string }>("SELECT id FROM bill_run WHERE cycle_id = ? AND period_to > ?", [cycleId, periodTo]);
  if (later) return refuse("later-run", `A later period of this cycle has been billed already (${later.id}); what was held then is part of that run.`, "periodTo");
  return null;
}

async function started(port: SqlPort, run: { runId: string; cycleId: string; periodTo: LocalDate; billOn: LocalDate; startedBy: string; now: number }) {
  const { runId, cycleId, periodTo, billOn, startedBy, now } = run;
  const due = await countDue(port, run);
  const row: InsertRow<"billRun"> = { id: runId, cycleId, periodTo, billOn, status: "running", startedAt: now, finishedAt: null, startedBy, due, leaseUntil: 0 };
  return { ok: true as const, drafts: [runEvent("BillRunStarted", { runId, cycleId, periodTo, billOn, due })], writes: { billRun: [row] }, result: { runId, due } };
}

/** What was held or failed becomes due again; bills of this pass carry today's date. */
async function retried(port: SqlPort, run: BillRunRow, billOn: LocalDate) {
  const again = await port.query<{ accountId: string; reason: string | null }>(
    `SELECT account_id AS "accountId", reason FROM bill_run_account WHERE run_id = ? AND outcome IN ('held', 'failed')`, [run.id],
  );
  const rows = again.map(({ accountId, reason }): InsertRow<"billRunAccount"> => ({ runId: run.id, accountId, outcome: "retry", reason }));
  const row: InsertRow<"billRun"> = { ...run, billOn, status: "running", finishedAt: null, leaseUntil: 0 };
  return {
    ok: true as const, drafts: [runEvent("BillRunRetried", { runId: run.id, billOn, due: rows.length })], writes: { billRun: [row], billRunAccount: rows }, result: { runId: run.id, due: rows.length },
  };
}
