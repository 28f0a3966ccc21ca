/** Budget billing on the clerk's page: what the amount would be, enrolling, taking a proposed amount, leaving. */
import { loadAccount } from "../../db/account/store.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { budgetAmount, BUDGET_MONTHS, currentBalance, openDues, type BudgetMonth, type Due } from "../../domain/lifecycle/account/budget-billing.ts";
import type { AccountCommand } from "../../domain/lifecycle/account/commands.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import type { Why } from "../../domain/lifecycle/why.ts";
import { CENTS_MAX, type Cents } from "../../domain/money/cents.ts";
import type { SqlPort } from "../../db/port.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

const PERMISSION = "edit:budget-billing:any";
/** A sentence, for whoever asks next year. */
const REASON_MAX = 200;

export interface BudgetPage {
  readonly today: LocalDate;
  readonly rules: Setting<"budget">;
  readonly payoff: Cents;
  readonly current: Cents;
  /** What is due by its day, oldest first. */
  readonly dues: readonly Due[];
  /** The budget while it is on. */
  readonly budget: { readonly amount: Cents; readonly carried: Cents; readonly enrolledOn: LocalDate; readonly settleOn: LocalDate; readonly reviewOn: LocalDate; readonly proposed: Cents | null } | null;
  /** The bills that the average is taken from, oldest first. */
  readonly months: readonly BudgetMonth[];
  /** Their average by the rules; null when they are too few. */
  readonly fitting: Cents | null;
}

/** @throws ForbiddenError */
export async function budgetPage(world: World, actor: UserActor, accountId: string): Promise<BudgetPage> {
  requirePermission(actor, PERMISSION, accountId);
  const { port } = world;
  const now = world.now();
  const today = await todayOf(port, now);
  const [{ state }, { budget: rules }, months] = await Promise.all([loadAccount(port, accountId), settingsOn(port, today, now), lastBills(port, accountId)]);
  const { budget } = state;
  return {
    today, rules, months, payoff: balanceOf(state), current: currentBalance(state), dues: openDues(state), fitting: budgetAmount(months, rules),
    budget: budget?.status === "on" ? { amount: budget.amount, carried: budget.carried, enrolledOn: budget.enrolledOn, settleOn: budget.settleOn, reviewOn: budget.reviewOn, proposed: budget.proposed } : null,
  };
}

/** Bills that stand, the last year's, oldest first. */
async function lastBills(port: SqlPort, accountId: string): Promise<BudgetMonth[]> {
  const rows = await port.query<{ billId: string; periodTo: LocalDate; charges: Cents }>(
    `SELECT b.id AS "billId", b.period_to AS "periodTo", b.charges FROM bill AS b
     WHERE b.account_id = ?1 AND NOT EXISTS (SELECT 1 FROM bill_cancellation AS c WHERE c.bill_id = b.id) ORDER BY b.period_to DESC, b.seq DESC LIMIT ?2`,
    [accountId, BUDGET_MONTHS],
  );
  return rows.reverse();
}

export interface AskedBudget {
  readonly commandId: string;
  readonly accountId: string;
  /** `enrol`, `change` or `leave`. */
  readonly what: string;
  /** Null: the average, or the proposed amount; undefined: what was typed is no amount. */
  readonly amount: Cents | null | undefined;
  readonly reason: string;
}

/** @throws ForbiddenError */
export async function setBudget(world: World, actor: UserActor, asked: AskedBudget): Promise<FormAnswer> {
  requirePermission(actor, PERMISSION, asked.accountId);
  const { commandId, accountId, what, amount } = asked;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (amount === undefined || (amount !== null && (amount <= 0 || amount > CENTS_MAX))) return invalid("amount", "Enter an amount such as 84.00.");
  const reason = asked.reason.trim();
  if (reason.length > REASON_MAX) return invalid("reason", `Keep the reason under ${REASON_MAX} characters.`);
  const now = world.now();
  const today = await todayOf(world.port, now);
  const { why, rows } = noteOf(world, commandId, reason);
  const command = await commandOf(world.port, { accountId, commandId, what, amount, why }, today);
  if (!command) return invalid("what", "Choose what is to be done.");
  return world.execute({
    commandId, accountId, command,
    // Without the day and the bills: a form sent again after midnight, or after a bill, asks the same question.
    asked: { type: command.type, accountId, amount, ...why },
    attachments: rows,
    actor: actorText(actor), authority: PERMISSION, source: "staff", acceptedAt: now,
  });
}

async function commandOf(port: SqlPort, { accountId, commandId, what, amount, why }: Omit<AskedBudget, "amount" | "reason"> & { readonly amount: Cents | null; readonly why: Why }, today: LocalDate): Promise<AccountCommand | null> {
  switch (what) {
    case "enrol": return { type: "EnrolBudget", budgetId: commandId, enrolledOn: today, months: await lastBills(port, accountId), amount, ...why };
    case "change": return { type: "ChangeBudget", changedOn: today, amount, ...why };
    case "leave": return { type: "LeaveBudget", leftOn: today, ...why };
    default: return null;
  }
}
