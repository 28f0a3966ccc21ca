/** Deciding on many accounts: what is loaded goes through the pure decision, and comes out as a command with its rows. */
import type { CommandToPrepare, LoadedAccount } from "../../db/account/store.ts";
import { billAttachments } from "../../db/billing/bill-rows.ts";
import { storeEstimates } from "../../db/billing/estimates.ts";
import { loadToBill, type AccountToBill } from "../../db/billing/load.ts";
import { CommandRepeatedError, FenceLostError } from "../../db/commit.ts";
import { factsOn, settingsOn, todayOf } from "../../db/utility.ts";
import { addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { accountingOnOf, billWindow, dueSegments } from "../../domain/billing/cycle.ts";
import { decideBill, type BillContext, type BillDecision } from "../../domain/billing/decide-bill.ts";
import type { HoldReason } from "../../domain/billing/hold-rules.ts";
import { incompleteSegments } from "../../domain/billing/pending.ts";
import { releasedRules, workPlan } from "../../domain/billing/work.ts";
import type { Facts } from "../../domain/lifecycle/account/commands.ts";
import type { Settings } from "../../domain/lifecycle/settings.ts";
import type { World } from "../operations/context.ts";
import { paced } from "./ahead.ts";
import type { BillRunRow } from "./lease.ts";
import { joined, workAttachments } from "./units.ts";

export interface RunContext extends BillContext {
  readonly runId: string;
  readonly cycleId: string;
  readonly facts: Facts;
  readonly actor: string;
  /** The window's last day has come: what is missing is estimated. */
  readonly mayEstimate: boolean;
}

/** Held for the same reasons as before: nothing new to say. */
export interface DecidedUnchanged {
  readonly kind: "unchanged";
  readonly accountId: string;
  readonly outcome: "held";
  readonly reason: string;
}

export interface DecidedCommand {
  readonly kind: "command";
  readonly accountId: string;
  readonly outcome: "billed" | "held";
  readonly account: LoadedAccount;
  readonly command: CommandToPrepare;
}

export type Decided = { readonly kind: "notDue"; readonly accountId: string } | DecidedUnchanged | DecidedCommand;

/** Bills that ended this long ago are still compared with: the same season of last year. */
const HISTORY_MONTHS = 14;

/** What every decision of a run rests on beside the account: the settings of the bills' date. */
export async function runContext(world: World, run: BillRunRow): Promise<RunContext> {
  const now = world.now();
  const settings = await settingsOn(world.port, run.billOn, now);
  const { estimateOn } = billWindow(run.cycleId, run.periodTo, settings);
  return {
    runId: run.id, cycleId: run.cycleId, periodTo: run.periodTo, issuedOn: run.billOn, accountingOn: await accountingOn(world, run, settings), settings, facts: await factsOn(world.port, now),
    actor: run.startedBy, mayEstimate: (await todayOf(world.port, now)) >= estimateOn,
  };
}

/** A month that has been closed meanwhile takes no more bills: those that were late for it are posted by their own date. */
async function accountingOn({ port }: World, { cycleId, periodTo, billOn }: BillRunRow, settings: Settings): Promise<LocalDate> {
  const day = accountingOnOf(cycleId, periodTo, billOn, settings);
  const [closed] = day === billOn ? [] : await port.query("SELECT 1 FROM accounting_period WHERE period = ? AND status = 'closed'", [day.slice(0, 7)]);
  return closed ? billOn : day;
}

/** Decides on the accounts, in their order. @throws UnavailableError */
export async function decideAccounts(world: World, context: RunContext, accountIds: readonly string[]): Promise<Decided[]> {
  const loaded = await load(world, context, accountIds);
  const decided: Decided[] = [];
  for await (const account of paced(loaded)) decided.push(await decideOne(world, context, account));
  return decided;
}

function load(world: World, { periodTo, runId, settings }: RunContext, accountIds: readonly string[]): Promise<AccountToBill[]> {
  return loadToBill(world.port, accountIds, {
    zone: settings.utility.timeZone, historyFrom: addMonths(periodTo, -HISTORY_MONTHS), runId, due: (state) => dueSegments(state.agreements, periodTo),
  });
}

async function decideOne(world: World, context: RunContext, loaded: AccountToBill): Promise<Decided> {
  const { accountId } = loaded.facts.state;
  if (loaded.segments.length === 0) return { kind: "notDue", accountId };
  const decision = decide(context, loaded);
  if (decision.kind === "hold" && context.mayEstimate && decision.reasons.some(({ rule }) => rule === "missing") && (await estimated(world, context, loaded))) {
    const [again] = await load(world, context, [accountId]);
    return commandOf(world, context, again!, decide(context, again!));
  }
  return commandOf(world, context, loaded, decision);
}

/** A fault of ours holds one account and not the run; its words go to the work item. */
function decide(context: RunContext, { facts: { state, history }, work, segments, demandHistory }: AccountToBill): BillDecision {
  try {
    return decideBill({ accountId: state.accountId, customerClass: state.customerClass, segments, history, demandHistory, canceled: state.canceledBills, released: releasedRules(work.map(({ row }) => row), context.runId) }, context);
  } catch (error) {
    const sentence = `The bill could not be reckoned: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: "hold", reasons: [{ rule: "fault", sentence, numbers: {}, servicePointId: null }], segments: incompleteSegments(segments.map(({ due }) => due)), charges: null };
  }
}

/** Fills what is missing where it may be filled. False when nothing was. */
async function estimated(world: World, { settings, actor, runId }: RunContext, { facts, segments, needs, inputs }: AccountToBill): Promise<boolean> {
  const { estimatesInRowMax } = settings.billing;
  const asked = segments.flatMap(({ due: { agreement }, usage }) => {
    const need = needs.find(({ agreementId }) => agreementId === agreement.agreementId);
    return need && usage && agreement.estimatesInRow < estimatesInRowMax ? [{ need, usage }] : [];
  });
  const holidays = new Set<LocalDate>(settings.holidays.map(({ on }) => on));
  try {
    const by = { actor, source: "billing", now: world.now(), commandId: `estimate:${runId}:${facts.state.accountId}` };
    return (await storeEstimates(world.port, asked, { zone: settings.utility.timeZone, holidays, order: settings.estimation.methods.map(({ method }) => method) }, by, inputs.filter(({ kind }) => kind === "hung"))) > 0;
  } catch (error) {
    // Reads arrived in this very moment, a meter was exchanged, or it was done before: in each case what is stored now tells.
    if (error instanceof FenceLostError || error instanceof CommandRepeatedError) return true;
    throw error;
  }
}

function commandOf(world: World, context: RunContext, { facts, work, inputs }: AccountToBill, decision: BillDecision): Decided {
  const { runId, periodTo, actor } = context;
  const { state, head } = facts;
  const { accountId } = state;
  const account: LoadedAccount = { state, head };
  const recordedAt = world.now();
  const provenance = { actor, source: "billing", batchId: "", recordedAt };
  const plan = workPlan(work.map(({ row }) => row), { runId, accountId }, decision.kind === "hold" ? decision.reasons : []);
  const workOf = (id: string) => workAttachments(plan, work, { accountId, runId, provenance: { ...provenance, commandId: id } });
  if (decision.kind === "bill") {
    const id = `bill:${runId}:${accountId}`;
    return {
      kind: "command", accountId, outcome: "billed", account,
      command: { id, command: decision.bill.command, inputs, provenance, attachments: joined(billAttachments(decision.bill), outcomeRow(runId, accountId, "billed", null), workOf(id)) },
    };
  }
  const reason = sentences(decision.reasons);
  if (plan.open.length + plan.cure.length === 0) return { kind: "unchanged", accountId, outcome: "held", reason };
  const id = `hold:${runId}:${accountId}:${head.seq}`;
  return {
    kind: "command", accountId, outcome: "held", account,
    command: {
      id, provenance,
      command: { type: "HoldBill", runId, periodTo, reasons: decision.reasons.map(({ sentence }) => sentence), segments: decision.segments, charges: decision.charges },
      attachments: joined(outcomeRow(runId, accountId, "held", reason), workOf(id)),
    },
  };
}

const outcomeRow = (runId: string, accountId: string, outcome: string, reason: string | null) => ({ billRunAccount: [{ runId, accountId, outcome, reason }] });

const sentences = (reasons: readonly HoldReason[]): string => reasons.map(({ sentence }) => sentence).join(" ");
