/** What budget billing makes happen: enrolment, the instalment on each bill, the review, the yearly settlement, the end. */
import { addMonths } from "../../calendar/local-date.ts";
import { CENTS_MAX, type Cents } from "../../money/cents.ts";
import type { BudgetRules } from "../budget-rules.ts";
import { budgetAmount, BUDGET_MONTHS, isOff, nextSettlement, openDues, type BudgetBilling, type BudgetMonth, type BudgetOnBill, type DueCharge, type Instalment } from "./budget-billing.ts";
import type { CommandOf } from "./commands.ts";
import type { Decision } from "./decide.ts";
import { accountEvent, type AccountEvent } from "./events.ts";
import { balanceOf, type AccountState } from "./state.ts";
import { isSaid, whyOf } from "../why.ts";

const refuse = (code: string, message: string, field?: string): Decision => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });
const done = (...events: AccountEvent[]): Decision => ({ ok: true, events });

const NO_BUDGET = "This account is not on budget billing.";
const isOn = (budget: BudgetBilling | null): budget is BudgetBilling => budget?.status === "on";
const isAmount = (amount: number): boolean => Number.isSafeInteger(amount) && amount > 0 && amount <= CENTS_MAX;

export function enrolBudget(state: AccountState, { budgetId, enrolledOn, months, amount, ...why }: CommandOf<"EnrolBudget">, rules: BudgetRules): Decision {
  if (state.status !== "open") return refuse("no-account", `Account ${state.accountId} is not open.`);
  if (isOn(state.budget)) return refuse("budget-on", "This account is on budget billing already.");
  if (state.prepaid) return refuse("prepaid-on", "This account is prepaid. Budget billing begins once it has left that.");
  if (openDues(state).some(({ arrearsOn, open }) => open > 0 && arrearsOn < enrolledOn)) return refuse("past-due", "Something is past due. A budget begins when it is paid.");
  const average = budgetAmount(months, rules);
  if (amount === null && average === null) return refuse("few-bills", `There are ${months.length} bills, and ${rules.billsLeast} are needed for an average. Enter an amount and why.`, "amount");
  if (amount !== null && !isAmount(amount)) return refuse("amount", "The budget amount is more than $0.00.", "amount");
  if (amount !== null && !isSaid(why)) return refuse("reason", "Say where the amount comes from.", "reason");
  const before = openDues(state).map(({ id, arrearsOn, open }, i): DueCharge => ({ id: `before:${budgetId}:${i}`, kind: "before", dueOn: arrearsOn, amount: open, carried: null, ...(id === null ? {} : { billId: id }) }));
  return done(accountEvent("BudgetEnrolled", {
    budgetId, amount: amount ?? average!, source: amount === null ? "average" : "staff", ...whyOf(why), enrolledOn, months: months.slice(-BUDGET_MONTHS), before,
    settleOn: nextSettlement(enrolledOn, rules), reviewOn: addMonths(enrolledOn, rules.reviewMonths),
  }));
}

export function changeBudget({ budget }: AccountState, { changedOn, amount, ...why }: CommandOf<"ChangeBudget">): Decision {
  if (!isOn(budget)) return refuse("no-budget", NO_BUDGET);
  if (amount === null && budget.proposed === null) return refuse("no-proposal", "No other amount has been proposed. Look again.");
  if (amount !== null && !isAmount(amount)) return refuse("amount", "The budget amount is more than $0.00.", "amount");
  if (amount !== null && !isSaid(why)) return refuse("reason", "Say why it is changed.", "reason");
  return done(accountEvent("BudgetChanged", { budgetId: budget.budgetId, changedOn, before: budget.amount, amount: amount ?? budget.proposed!, ...whyOf(why) }));
}

export function leaveBudget({ budget }: AccountState, { leftOn, ...why }: CommandOf<"LeaveBudget">): Decision {
  if (!isOn(budget)) return refuse("no-budget", NO_BUDGET);
  return done(ended(budget, { endedOn: leftOn, cause: "request", dueOn: leftOn, difference: budget.carried, ...whyOf(why) }));
}

type Bill = CommandOf<"CompleteBill">;

/** What a bill under the budget asks for, and what follows from it; null when all of its charges are due. */
export function billUnderBudget(state: AccountState, bill: Bill, charges: Cents, rules: BudgetRules): { readonly onBill: BudgetOnBill; readonly events: readonly AccountEvent[] } | null {
  const { budget } = state;
  if (bill.instalment?.settledIn !== undefined) return { events: [], onBill: settledBefore(state, bill.instalment, charges) };
  if (!isOn(budget) || bill.instalment === null) return null;
  const { amount: instalment, dueOn: instalmentDueOn } = bill.instalment ?? { amount: budget.amount, dueOn: bill.dueOn };
  const carried = budget.carried + charges - instalment;
  const event = bill.instalment ? null : following(state, budget, bill, { carried, months: [...budget.months, { billId: bill.billId, periodTo: bill.periodTo, charges }] }, rules);
  const settled = event?.type === "BudgetEnded" || (event?.type === "BudgetSettled" && !event.data.carriedOn) ? event.data.difference : null;
  const left = settled === null ? carried : 0;
  return {
    events: event ? [event] : [],
    onBill: {
      budgetId: budget.budgetId, instalment, instalmentDueOn, settled, carried: left, due: balanceOf(state) + charges - left,
      next: event?.type === "BudgetEnded" ? null : event?.type === "BudgetSettled" ? event.data.amount : budget.amount,
    },
  };
}

/** A corrected bill of a year that is settled: it asks for its instalment, and what it differs by goes where the first one's did. */
function settledBefore(state: AccountState, { amount, dueOn, settledIn, settles }: Instalment, charges: Cents): BudgetOnBill {
  const budget = state.budget!;
  const { budgetId, carried } = budget;
  const settlement = budget.charges.find(({ id }) => id === settledIn);
  return {
    budgetId, instalment: amount, instalmentDueOn: dueOn, settledIn: settledIn!, settled: settles ? (settlement?.amount ?? 0) + charges - amount : null,
    carried, due: balanceOf(state) + charges - carried, next: isOn(budget) ? budget.amount : settles ? null : amount,
  };
}

interface After {
  readonly carried: Cents;
  readonly months: readonly BudgetMonth[];
}

/** What a bill brings about beside its instalment: the end, the year's settlement, or a look at the amount; the first that applies. */
function following(state: AccountState, budget: BudgetBilling, bill: Bill, { carried, months }: After, rules: BudgetRules) {
  const { billId, issuedOn, dueOn } = bill;
  const end = (cause: "missed" | "finalBill") => ended(budget, { endedOn: issuedOn, cause, dueOn, difference: carried, reason: "" });
  if (isFinal(state, bill)) return end("finalBill");
  const missed = openDues(state).filter(({ kind, arrearsOn }) => kind === "instalment" && arrearsOn < issuedOn).length;
  if (missed >= rules.missedMost) return end("missed");
  const { budgetId, amount } = budget;
  const reviewOn = addMonths(issuedOn, rules.reviewMonths);
  if (issuedOn >= budget.settleOn) {
    const carriedOn = rules.difference === "carry";
    const next = budgetAmount(months, rules, carriedOn ? carried : 0) ?? amount;
    return accountEvent("BudgetSettled", { budgetId, billId, settledOn: issuedOn, difference: carried, carriedOn, dueOn, before: amount, amount: next, settleOn: nextSettlement(issuedOn, rules), reviewOn }) as Extract<AccountEvent, { type: "BudgetSettled" }>;
  }
  if (issuedOn < budget.reviewOn) return null;
  const fitting = budgetAmount(months, rules);
  const proposed = fitting !== null && isOff(amount, fitting, rules) ? fitting : null;
  return accountEvent("BudgetReviewed", { budgetId, billId, reviewedOn: issuedOn, amount, fitting, proposed, reviewOn }) as Extract<AccountEvent, { type: "BudgetReviewed" }>;
}

/** After this bill there is nothing more to bill. */
function isFinal({ agreements }: AccountState, { segments }: Bill): boolean {
  const billedTo = new Map(segments.filter(({ corrects }) => corrects === undefined).map(({ agreementId, to }) => [agreementId, to]));
  return agreements.every(({ agreementId, stopOn, billedTo: before }) => stopOn !== null && (billedTo.get(agreementId) ?? before) >= stopOn);
}

const ended = ({ budgetId }: BudgetBilling, facts: Omit<Extract<AccountEvent, { type: "BudgetEnded" }>["data"], "budgetId">) =>
  accountEvent("BudgetEnded", { budgetId, ...facts }) as Extract<AccountEvent, { type: "BudgetEnded" }>;
