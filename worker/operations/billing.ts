/** Bills, cycles and runs as pages show them, and what staff may do about them. */
import { findRun } from "../billing/lease.ts";
import { countDue, RUN_COUNTS } from "../../db/billing/due.ts";
import { explainBill, manifestOfBill, replayBill } from "../../db/billing/replay.ts";
import { unpackSnapshot } from "../../db/billing/stored-snapshot.ts";
import { loadHead, runStreamCommand, type OtherStream, type StreamAnswer } from "../../db/command.ts";
import { loadExceptions } from "../../db/metering/exceptions.ts";
import type { SqlPort } from "../../db/port.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { changesSince, type Sentence } from "../../domain/billing/changes.ts";
import { billWindow, lastClose, nextClose } from "../../domain/billing/cycle.ts";
import { HOLD_RULES, holdRule } from "../../domain/billing/hold-rules.ts";
import type { Replay } from "../../domain/billing/replay.ts";
import { runEvent, runIdOf, runStream, type RunCounts } from "../../domain/billing/run.ts";
import { thaw } from "../../domain/billing/freeze.ts";
import type { BillManifest } from "../../domain/billing/manifest.ts";
import type { BillMessage, SegmentSnapshot } from "../../domain/billing/snapshot.ts";
import { ACCEPTED, BILLING_KIND } from "../../domain/billing/work.ts";
import { decideException, exceptionStream } from "../../domain/lifecycle/exception.ts";
import type { AccountEvents } from "../../domain/lifecycle/account/events.ts";
import type { BudgetOnBill } from "../../domain/lifecycle/account/budget-billing.ts";
import { pushedSummary, type EventSummary } from "../../domain/lifecycle/account/summary.ts";
import { actorText, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Milli } from "../../domain/metering/index.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";
import { stateOf } from "./exceptions/decide.ts";
import { noteOf } from "./notes.ts";

export { startBillRun, type RunToStart, type StartedRun } from "../billing/start.ts";

// ---- bills ----------------------------------------------------------------------------------------------------

export interface BillRow {
  readonly id: string;
  readonly number: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly previousBalance: Cents;
  readonly charges: Cents;
  readonly balance: Cents;
  readonly status: string;
}

const BILL_COLUMNS = `b.id, b.number, b.period_from AS "periodFrom", b.period_to AS "periodTo", b.issued_on AS "issuedOn", b.due_on AS "dueOn",
  b.previous_balance AS "previousBalance", b.charges, b.balance, b.status`;

/** Bills of one page. */
const BILLS_A_PAGE = 24;

/** An account's bills, newest first. `before`: the id of the last one already shown. @throws ForbiddenError */
export async function billsOf(world: World, actor: UserActor, accountId: string, before: string | null = null): Promise<{ readonly bills: readonly BillRow[]; readonly older: string | null }> {
  requireOnAccount(actor, "read:bill", accountId);
  const bills = await world.port.query<BillRow>(
    `SELECT ${BILL_COLUMNS} FROM bill AS b LEFT JOIN bill AS last ON last.id = ?2 AND last.account_id = b.account_id
     WHERE b.account_id = ?1 AND (?2 IS NULL OR (b.issued_on, b.id) < (last.issued_on, last.id)) ORDER BY b.issued_on DESC, b.id DESC LIMIT ?3`,
    [accountId, before, BILLS_A_PAGE + 1],
  );
  return { bills: bills.slice(0, BILLS_A_PAGE), older: bills.length > BILLS_A_PAGE ? bills[BILLS_A_PAGE - 1]!.id : null };
}

/** What an account used and was charged in one period of one service. */
export interface UsageBar {
  readonly agreementId: string;
  readonly commodity: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly usedMilli: Milli;
  readonly unit: string;
  readonly estimated: boolean;
  readonly total: Cents;
}

/** What moved the balance between two bills. */
export interface Between {
  readonly type: string;
  readonly effectiveAt: number;
  readonly summary: EventSummary;
}

export interface BillPage {
  readonly accountId: string;
  readonly bill: BillRow;
  readonly name: string;
  /** Where the bill goes. */
  readonly mailing: readonly string[];
  /** What the bill was computed from, as frozen with it, and how each line came about. */
  readonly segments: readonly SegmentSnapshot[];
  readonly messages: readonly BillMessage[];
  /** By how much and why it differs from the one before. */
  readonly changes: readonly Sentence[];
  /** What it asks for under budget billing; null: all of its balance. */
  readonly budget: BudgetOnBill | null;
  readonly previous: { readonly id: string; readonly number: string; readonly charges: Cents; readonly balance: Cents; readonly dueOn: LocalDate } | null;
  /** Payments and adjustments since the bill before: with its balance they make the previous balance of this one. */
  readonly between: readonly Between[];
  /** Thirteen months and the year before them, oldest first. */
  readonly usage: readonly UsageBar[];
  readonly snapshotHash: string;
  /** The bill whose place it took. */
  readonly corrects: BillName | null;
  /** When and why it was canceled; null while it stands. */
  readonly canceled: { readonly on: LocalDate; readonly cause: string } | null;
  /** What took its place when it was canceled; null when nothing did. */
  readonly replacedBy: BillName | null;
}

export interface BillName {
  readonly id: string;
  readonly number: string;
}

const HISTORY_MONTHS = 25;
const MOVES_MONEY = ["PaymentPosted", "PaymentReversed", "AdjustmentPosted"];

/** One bill with everything that explains it; null when there is none of this id. @throws ForbiddenError */
export async function billPage(world: World, actor: UserActor, billId: string): Promise<BillPage | null> {
  const { port } = world;
  const [row] = await port.query<BillRow & { accountId: string; seq: number; snapshotHash: string; name: string; line: string; city: string }>(
    `SELECT ${BILL_COLUMNS}, b.account_id AS "accountId", b.seq, b.snapshot_hash AS "snapshotHash", p.name, a.mailing_line AS line, a.mailing_city || ', ' || a.mailing_state || ' ' || a.mailing_zip AS city
     FROM bill AS b JOIN account AS a ON a.id = b.account_id JOIN person AS p ON p.id = a.person_id WHERE b.id = ?`,
    [billId],
  );
  // Whether it exists is told only to those who may see it.
  requireOnAccount(actor, "read:bill", row?.accountId ?? "");
  if (!row) return null;
  const { accountId, seq, snapshotHash, name, line, city, ...bill } = row;
  const [previous] = await port.query<{ id: string; number: string; charges: Cents; balance: Cents; dueOn: LocalDate; seq: number; snapshot: string }>(
    'SELECT id, number, charges, balance, due_on AS "dueOn", seq, snapshot FROM bill WHERE account_id = ?1 AND seq < ?2 AND NOT EXISTS (SELECT 1 FROM bill_cancellation AS c WHERE c.bill_id = bill.id AND c.seq < ?2) ORDER BY seq DESC LIMIT 1', [accountId, seq],
  );
  const [explained, correction, between, usage, budget] = await Promise.all([explainBill(port, billId), correctionOf(port, billId), movesBetween(port, accountId, previous?.seq ?? 0, seq), usageOf(port, accountId, bill.periodTo, seq), budgetOn(port, accountId, seq)]);
  const { snapshot, segments } = explained!;
  return {
    accountId, bill, name, mailing: [line, city], segments, messages: snapshot.messages,
    changes: changesSince(snapshot, previous ? thaw(unpackSnapshot(previous.snapshot)).snapshot : null),
    previous: previous ? { id: previous.id, number: previous.number, charges: previous.charges, balance: previous.balance, dueOn: previous.dueOn } : null,
    budget, between, usage, snapshotHash, ...correction,
  };
}

/** What the event that completed the bill says of a budget. */
async function budgetOn(port: SqlPort, accountId: string, seq: number): Promise<BudgetOnBill | null> {
  const [row] = await port.query<{ budget: string | null }>("SELECT data->'budget' AS budget FROM event WHERE stream = ? AND seq = ?", [`account:${accountId}`, seq]);
  return row?.budget ? (JSON.parse(row.budget) as AccountEvents["BillCompleted"]["budget"])! : null;
}

/** How a bill stands among corrections. */
async function correctionOf(port: SqlPort, billId: string): Promise<Pick<BillPage, "corrects" | "canceled" | "replacedBy">> {
  const [before, own] = await port.read([
    { sql: "SELECT b.id, b.number FROM bill_cancellation AS c JOIN bill AS b ON b.id = c.bill_id WHERE c.replaced_by = ?", args: [billId] },
    { sql: 'SELECT c.canceled_on AS "on", c.cause, b.id, b.number FROM bill_cancellation AS c LEFT JOIN bill AS b ON b.id = c.replaced_by WHERE c.bill_id = ?', args: [billId] },
  ]);
  const canceled = own!.rows[0] as { on: LocalDate; cause: string; id: string | null; number: string | null } | undefined;
  return {
    corrects: (before!.rows[0] as unknown as BillName | undefined) ?? null,
    canceled: canceled ? { on: canceled.on, cause: canceled.cause } : null,
    replacedBy: canceled?.id ? { id: canceled.id, number: canceled.number! } : null,
  };
}

async function movesBetween(port: SqlPort, accountId: string, after: number, before: number): Promise<Between[]> {
  const rows = await port.query<{ type: string; effectiveAt: number; data: string }>(
    `SELECT type, effective_at AS "effectiveAt", data FROM event WHERE stream = ? AND seq > ? AND seq < ? AND type IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    [`account:${accountId}`, after, before, JSON.stringify(MOVES_MONEY)],
  );
  return rows.map(({ type, effectiveAt, data }) => ({ type, effectiveAt, summary: pushedSummary(type, JSON.parse(data) as object) }));
}

/** By period, as it was known with the bill `seq`: what was billed on an estimate together with what had corrected it. */
async function usageOf(port: SqlPort, accountId: string, periodTo: LocalDate, seq: number): Promise<UsageBar[]> {
  const rows = await port.query<Omit<UsageBar, "estimated"> & { estimated: number }>(
    `SELECT s.service_agreement_id AS "agreementId", s.commodity, s.period_from AS "periodFrom", s.period_to AS "periodTo", sum(s.registered_milli) AS "usedMilli", s.unit, min(s.estimated) AS estimated, sum(s.total) AS total
     FROM bill AS b JOIN bill_segment AS s ON s.bill_id = b.id WHERE b.account_id = ? AND b.status = 'complete' AND s.period_to <= ? AND s.period_to > ? AND b.seq <= ? GROUP BY s.service_agreement_id, s.period_from, s.period_to ORDER BY s.period_to, s.commodity`,
    [accountId, periodTo, addMonths(periodTo, -HISTORY_MONTHS), seq],
  );
  return rows.map((row) => ({ ...row, estimated: row.estimated !== 0 }));
}

/** Computes a bill again from what it was computed from; null when there is none of this id. @throws ForbiddenError */
export async function checkBill(world: World, actor: UserActor, billId: string): Promise<Replay | null> {
  await requireBill(world, actor, billId);
  return replayBill(world.port, billId);
}

/** All that a bill rests on, to be computed again by who asks; null when there is none of this id. @throws ForbiddenError */
export async function billManifest(world: World, actor: UserActor, billId: string): Promise<BillManifest | null> {
  await requireBill(world, actor, billId);
  return manifestOfBill(world.port, billId);
}

/** Whether a bill exists is told only to those who may see it. @throws ForbiddenError */
async function requireBill({ port }: World, actor: UserActor, billId: string): Promise<void> {
  const [row] = await port.query<{ accountId: string }>(`SELECT account_id AS "accountId" FROM bill WHERE id = ?`, [billId]);
  requireOnAccount(actor, "read:bill", row?.accountId ?? "");
}

// ---- cycles and runs ------------------------------------------------------------------------------------------

export interface RunSummary extends RunCounts {
  readonly runId: string;
  readonly cycleId: string;
  readonly periodTo: LocalDate;
  readonly billOn: LocalDate;
  readonly status: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly startedBy: string;
  readonly due: number;
}

const RUN = `SELECT r.id AS "runId", r.cycle_id AS "cycleId", r.period_to AS "periodTo", r.bill_on AS "billOn", r.status, r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.started_by AS "startedBy", r.due, ${RUN_COUNTS} FROM bill_run AS r`;

export interface CycleRow {
  readonly cycleId: string;
  readonly name: string;
  readonly closeDay: number;
  readonly accounts: number;
  /** The day on which it last closed: a run for it can be started. */
  readonly lastClose: LocalDate;
  readonly nextClose: LocalDate;
  /** The first day on which held bills of the last close are no longer tried by themselves. */
  readonly windowClosesOn: LocalDate;
  /** From this day on, missing usage of the last close is estimated. */
  readonly estimateOn: LocalDate;
  /** Accounts of the last close that no run has dealt with yet. */
  readonly due: number;
  /** The run of the last close, if it has been started. */
  readonly run: RunSummary | null;
}

export interface CyclesPage {
  readonly today: LocalDate;
  readonly cycles: readonly CycleRow[];
  /** The latest runs of all cycles, newest first. */
  readonly runs: readonly RunSummary[];
}

const RUNS_SHOWN = 40;

/** @throws ForbiddenError */
export async function cyclesPage(world: World, actor: UserActor): Promise<CyclesPage> {
  requirePermission(actor, "read:billing:any");
  const { port } = world;
  const now = world.now();
  const today = await todayOf(port, now);
  const settings = await settingsOn(port, today, now);
  const cycles = await port.query<{ cycleId: string; name: string; closeDay: number; accounts: number }>(
    `SELECT c.id AS "cycleId", c.name, c.close_day AS "closeDay", (SELECT count(*) FROM account AS a WHERE a.bill_cycle = c.id) AS accounts FROM bill_cycle AS c ORDER BY c.id`,
  );
  const runs = await port.query<RunSummary>(`${RUN} ORDER BY r.started_at DESC LIMIT ${RUNS_SHOWN}`);
  const rows = await Promise.all(cycles.map(async (cycle): Promise<CycleRow> => {
    const closed = lastClose(cycle.closeDay, today);
    const runId = runIdOf(cycle.cycleId, closed);
    const window = billWindow(cycle.cycleId, closed, settings);
    return {
      ...cycle, lastClose: closed, nextClose: nextClose(closed), windowClosesOn: window.closesOn, estimateOn: window.estimateOn,
      due: await countDue(port, { runId, cycleId: cycle.cycleId, periodTo: closed }), run: runs.find((run) => run.runId === runId) ?? null,
    };
  }));
  return { today, cycles: rows, runs };
}

export interface HeldAccount {
  readonly accountId: string;
  readonly name: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly exceptions: readonly { readonly id: string; readonly rule: string; readonly title: string; readonly sentence: string; readonly canPass: boolean; readonly numbers: Readonly<Record<string, number>> }[];
}

export interface RunPage {
  readonly run: RunSummary;
  /** Everything that the run's bills charge. */
  readonly billed: Cents;
  readonly byRule: readonly { readonly rule: string; readonly title: string; readonly what: string; readonly accounts: number }[];
  readonly held: readonly HeldAccount[];
  /** The id of the last held account shown, when there are more. */
  readonly more: string | null;
  /** Held accounts can be tried again: no later period of the cycle has been billed. */
  readonly canRetry: boolean;
}

const HELD_A_PAGE = 100;

/** One run with what it could not bill and why; null when there is none of this id. `after`: the last held account already shown. @throws ForbiddenError */
export async function runPage(world: World, actor: UserActor, runId: string, after = ""): Promise<RunPage | null> {
  requirePermission(actor, "read:billing:any");
  const { port } = world;
  const [run] = await port.query<RunSummary>(`${RUN} WHERE r.id = ?`, [runId]);
  if (!run) return null;
  const [money, rules, held, [later]] = await Promise.all([
    port.query<{ billed: Cents }>("SELECT coalesce(sum(b.charges), 0) AS billed FROM bill_run_account AS a JOIN bill AS b ON b.account_id = a.account_id AND b.run_id = a.run_id WHERE a.run_id = ?", [runId]),
    port.query<{ rule: string; accounts: number }>(
      "SELECT x.rule, count(DISTINCT x.account_id) AS accounts FROM bill_run_account AS a JOIN exception AS x ON x.account_id = a.account_id AND x.kind = 'billing' AND x.status = 'open' WHERE a.run_id = ? AND a.outcome IN ('held', 'failed') GROUP BY x.rule ORDER BY accounts DESC, x.rule", [runId],
    ),
    heldAccounts(port, runId, after),
    port.query("SELECT 1 FROM bill_run WHERE cycle_id = ? AND period_to > ? LIMIT 1", [run.cycleId, run.periodTo]),
  ]);
  return {
    run, billed: money[0]!.billed,
    byRule: rules.map(({ rule, accounts }) => ({ rule, accounts, title: titleOf(rule), what: HOLD_RULES.find(({ id }) => id === rule)?.what ?? "" })),
    held: held.slice(0, HELD_A_PAGE), more: held.length > HELD_A_PAGE ? held[HELD_A_PAGE - 1]!.accountId : null,
    canRetry: later === undefined && run.status === "finished" && run.held + run.failed > 0,
  };
}

const titleOf = (rule: string): string => holdRule(rule)?.title ?? "The bill could not be made";

async function heldAccounts(port: SqlPort, runId: string, after: string): Promise<HeldAccount[]> {
  const rows = await port.query<{ accountId: string; name: string; outcome: string; reason: string | null }>(
    `SELECT a.account_id AS "accountId", p.name, a.outcome, a.reason FROM bill_run_account AS a JOIN account AS c ON c.id = a.account_id JOIN person AS p ON p.id = c.person_id
     WHERE a.run_id = ? AND a.outcome IN ('held', 'failed') AND a.account_id > ? ORDER BY a.account_id LIMIT ${HELD_A_PAGE + 1}`,
    [runId, after],
  );
  const exceptions = await port.query<{ accountId: string; id: string; rule: string; sentence: string; numbers: string }>(
    `SELECT x.account_id AS "accountId", x.id, x.rule, x.sentence, x.numbers FROM json_each(?) AS w CROSS JOIN exception AS x ON x.account_id = w.value WHERE x.kind = 'billing' AND x.status = 'open' ORDER BY x.id`,
    [JSON.stringify(rows.map(({ accountId }) => accountId))],
  );
  const of = Map.groupBy(exceptions, ({ accountId }) => accountId);
  return rows.map((row) => ({
    ...row,
    exceptions: (of.get(row.accountId) ?? []).map(({ id, rule, sentence, numbers }) => ({ id, rule, title: titleOf(rule), sentence, canPass: holdRule(rule)?.cure === "review", numbers: JSON.parse(numbers) as Record<string, number> })),
  }));
}

// ---- letting a bill pass --------------------------------------------------------------------------------------

/**
 * A person has looked at a bill that was held because it seemed unusual, and lets it go out as it is. The account is tried
 * again at once; what else holds it still does.
 * @throws ForbiddenError, UnavailableError
 */
export async function letBillPass(world: World, actor: UserActor, input: { readonly commandId: string; readonly exceptionId: string; readonly reason: string }): Promise<StreamAnswer<{ runId: string }>> {
  const { port } = world;
  const { commandId, exceptionId } = input;
  const reason = input.reason.trim();
  const find = async () => (await loadExceptions(port, [exceptionId])).get(exceptionId);
  requirePermission(actor, "decide:exception:any", (await find())?.row.accountId ?? undefined);
  const now = world.now();
  const billOn = await todayOf(port, now);
  const { ref: reasonRef, rows } = noteOf(world, commandId, reason);
  const answer = await runStreamCommand<{ runId: string }>(
    port,
    { commandId, stream: exceptionStream(exceptionId), input: { exceptionId, reason }, provenance: { actor: actorText(actor), source: "staff", recordedAt: now } },
    async () => {
      const item = await find();
      if (!item || item.row.kind !== BILLING_KIND) return { ok: false, refusal: { code: "no-item", message: "There is no such work item." } };
      if (reason === "") return { ok: false, refusal: { code: "reason", message: "Say why the bill is right as it is.", field: "reason" } };
      const { row } = item;
      const decided = decideException(stateOf(row, now), { type: "decide", decision: ACCEPTED, before: null, after: null, method: null, reasonRef }, now, { meterId: null, servicePointId: row.servicePointId });
      if (!decided.ok) return decided;
      const runId = row.runId!;
      return {
        ok: true, result: { runId }, drafts: decided.events,
        writes: {
          exception: [{ ...row, status: "closed", stage: null, snoozedUntil: null, closedAt: now, decision: ACCEPTED }],
          ...rows,
        },
        others: [await retryOf(port, runId, row.accountId!, billOn)],
      };
    },
  );
  if (answer.status === "done") world.wakeRun(answer.result.runId);
  return answer;
}

/** One account of a run made due again, and the run opened for it. */
async function retryOf(port: SqlPort, runId: string, accountId: string, billOn: LocalDate): Promise<OtherStream> {
  const run = (await findRun(port, runId))!;
  const stream = runStream(runId);
  return {
    stream, head: await loadHead(port, stream), drafts: [runEvent("BillRunRetried", { runId, billOn, due: 1 })],
    writes: { billRun: [{ ...run, billOn, status: "running", finishedAt: null }], billRunAccount: [{ runId, accountId, outcome: "retry", reason: null }] },
  };
}
