/**
 * Budget (levelised) billing: a customer pays the same amount every month, and bills go on charging what was used. The ledger
 * holds what is really owed (the *payoff balance*); what is due now (the *current balance*) is that less what the budget
 * carries: the charges of its bills beyond their instalments. Nothing is posted for it, so that entries stay what was billed,
 * paid and adjusted (Oracle's non-billed budget; docs/decisions/a-budget-is-not-posted.md).
 */
import { addMonths, type LocalDate } from "../../calendar/local-date.ts";
import type { OpenItem } from "../../ledger/allocation.ts";
import { cents, type Cents } from "../../money/cents.ts";
import type { BudgetRules } from "../budget-rules.ts";

/** A bill's actual charges, of which budget amounts are averages. */
export interface BudgetMonth {
  readonly billId: string;
  readonly periodTo: LocalDate;
  readonly charges: Cents;
}

/** Something that came due while the budget was there: what was open before it, an instalment, a fee, the settled difference. */
export interface DueCharge {
  readonly id: string;
  readonly kind: "before" | "instalment" | "charge" | "settlement";
  readonly dueOn: LocalDate;
  readonly amount: Cents;
  /** By how much the bill's charges exceed its instalment (or fall short of it), carried by the budget; null: nothing is. */
  readonly carried: Cents | null;
  /** The settlement that the difference went into, once nothing is carried any more; a correction of the bill changes it. */
  readonly settled?: { readonly id: string; readonly difference: Cents };
  /** The bill settled or ended the budget. */
  readonly settles?: true;
  /** Of what was open before: the bill, where it is known. */
  readonly billId?: string;
}

/** What a bill asked for under a budget. `settledIn`: the settlement that its difference went into; `settles`: the bill brought it about. */
export interface Instalment {
  readonly amount: Cents;
  readonly dueOn: LocalDate;
  readonly settledIn?: string;
  readonly settles?: true;
}

export interface BudgetBilling {
  readonly budgetId: string;
  /** One that has ended still says what came due when: bills it carried are older than the day they fell due. */
  readonly status: "on" | "ended";
  /** What is due with each bill. */
  readonly amount: Cents;
  readonly enrolledOn: LocalDate;
  /** From this day on the next bill settles the year. */
  readonly settleOn: LocalDate;
  /** From this day on the next bill looks whether the amount still fits. */
  readonly reviewOn: LocalDate;
  /** What a review found that the amount should be; null: nothing is to be decided. */
  readonly proposed: Cents | null;
  /** Charges billed beyond the instalments (positive) or instalments beyond the charges (negative): the budget balance. */
  readonly carried: Cents;
  /** The last bills, oldest first. */
  readonly months: readonly BudgetMonth[];
  readonly charges: readonly DueCharge[];
}

/** What a bill says of the budget. */
export interface BudgetOnBill {
  readonly budgetId: string;
  readonly instalment: Cents;
  readonly instalmentDueOn: LocalDate;
  /** What is due after the bill, older debts included; negative: paid ahead. */
  readonly due: Cents;
  /** The budget balance after the bill. */
  readonly carried: Cents;
  /** What fell due (or was credited) because the budget was settled or ended by this bill. */
  readonly settled: Cents | null;
  /** Of a corrected bill: the settlement that its difference goes into, where the first one's went. */
  readonly settledIn?: string;
  /** Amount of the bills to come; null once it has ended. */
  readonly next: Cents | null;
}

/** A year of monthly bills is what a budget levels. */
export const BUDGET_MONTHS = 12;
/** Charges kept: older ones are paid, or owed since so long that their day makes no difference. */
const CHARGES_KEPT = 48;

/** What of an account the budget needs. */
export interface Owing {
  readonly items: readonly OpenItem[];
  readonly credit: Cents;
  readonly budget: BudgetBilling | null;
}

/** Something that must be paid by its day. */
export interface Due {
  /** The bill, fee or settlement; null: what was due before, of which only the sum is known. */
  readonly id: string | null;
  readonly kind: DueCharge["kind"];
  readonly arrearsOn: LocalDate;
  readonly open: Cents;
}

/** What is due: the current balance. Negative: paid ahead. Without a budget it is the payoff balance. */
export function currentBalance({ items, credit, budget }: Owing): Cents {
  return cents(items.reduce((sum, { open }) => sum + open, 0) - credit - (budget?.carried ?? 0));
}

/**
 * What is due by its day, oldest first. Under a budget the ledger's items do not say it: payments cover what came due in the
 * order in which it did, so what is open is the latest of it.
 */
export function openDues(account: Owing): Due[] {
  const { items, budget } = account;
  if (!budget) return items.map(({ billId, arrearsOn, open }): Due => ({ id: billId, kind: "charge", arrearsOn, open }));
  const dues: Due[] = [];
  let left = currentBalance(account);
  for (const { id, kind, dueOn, amount } of budget.charges.toReversed().sort((a, b) => (a.dueOn < b.dueOn ? 1 : a.dueOn > b.dueOn ? -1 : 0))) {
    const open = Math.min(left, amount);
    if (open <= 0) continue;
    dues.unshift({ id, kind, arrearsOn: dueOn, open });
    left -= open;
  }
  // A payment from before the budget that bounced: as old as the oldest thing that is open.
  if (left > 0) dues.unshift({ id: null, kind: "before", arrearsOn: [budget.enrolledOn, ...items.map(({ arrearsOn }) => arrearsOn)].sort()[0]!, open: left });
  return dues;
}

/**
 * The average month, rounded up; null when there are fewer bills than the rules ask for. `carried` is spread over the year.
 */
export function budgetAmount(months: readonly BudgetMonth[], { billsLeast, roundUpTo }: Pick<BudgetRules, "billsLeast" | "roundUpTo">, carried: Cents = 0): Cents | null {
  const last = months.slice(-BUDGET_MONTHS);
  if (last.length < billsLeast || last.length === 0) return null;
  // Over one denominator: the only division is of whole numbers far below 2^53, and its ceiling is exact.
  const sum = cents(last.reduce((total, { charges }) => total + charges, 0)) * BUDGET_MONTHS + carried * last.length;
  return Math.max(roundUpTo, Math.ceil(sum / (last.length * BUDGET_MONTHS * roundUpTo)) * roundUpTo);
}

/** Whether an amount is off by more than the rules tolerate. */
export const isOff = (amount: Cents, fitting: Cents, { tolerancePercent }: Pick<BudgetRules, "tolerancePercent">): boolean =>
  Math.abs(fitting - amount) * 100 > amount * tolerancePercent;

/** Shorter than this, a first year would be settled before it has levelled anything. */
const FIRST_YEAR_MONTHS_LEAST = 6;

/** The first day of the next settlement: of the rules' month, or a year after `from`. */
export function nextSettlement(from: LocalDate, { settleMonth }: Pick<BudgetRules, "settleMonth">): LocalDate {
  if (settleMonth === 0) return addMonths(from, BUDGET_MONTHS);
  const month = String(settleMonth).padStart(2, "0");
  const least = addMonths(from, FIRST_YEAR_MONTHS_LEAST);
  const sameYear = `${least.slice(0, 4)}-${month}-01`;
  return sameYear >= least ? sameYear : `${Number(least.slice(0, 4)) + 1}-${month}-01`;
}

// ---- how events change it -------------------------------------------------------------------------------------

export function withCharge(budget: BudgetBilling, charge: DueCharge): BudgetBilling {
  return { ...budget, charges: [...budget.charges, charge].slice(-CHARGES_KEPT), carried: cents(budget.carried + (charge.carried ?? 0)) };
}

/** A bill: its instalment is due, or (with none) all of its charges. */
export function withBill(budget: BudgetBilling, { billId, periodTo, dueOn, charges, budget: on }: BudgetMonth & { readonly dueOn: LocalDate; readonly budget?: BudgetOnBill }): BudgetBilling {
  const months = [...budget.months, { billId, periodTo, charges }].toSorted((a, b) => (a.periodTo < b.periodTo ? -1 : a.periodTo > b.periodTo ? 1 : 0));
  return { ...withChargeOf(budget, { billId, dueOn, charges, budget: on }), months: months.slice(-BUDGET_MONTHS) };
}

function withChargeOf(budget: BudgetBilling, { billId, dueOn, charges, budget: on }: Omit<Parameters<typeof withBill>[1], "periodTo">): BudgetBilling {
  if (!on) return withCharge(budget, { id: billId, kind: "charge", dueOn, amount: Math.max(0, charges), carried: null });
  const difference = charges - on.instalment;
  const charge: DueCharge = { id: billId, kind: "instalment", dueOn: on.instalmentDueOn, amount: on.instalment, carried: difference, ...(on.settled === null ? {} : { settles: true as const }) };
  if (on.settledIn === undefined) return withCharge(budget, charge);
  // Before its settlement, as the first one stood: what falls due on one day is paid in this order.
  const at = budget.charges.findIndex(({ id }) => id === on.settledIn);
  const dues = budget.charges.toSpliced(at < 0 ? budget.charges.length : at, 0, { ...charge, carried: null, settled: { id: on.settledIn, difference } });
  return withSettlement({ ...budget, charges: dues.slice(-CHARGES_KEPT) }, on.settledIn, difference);
}

/** What a settlement comes to changes with a bill that it was made of. */
function withSettlement(budget: BudgetBilling, id: string, more: Cents): BudgetBilling {
  return { ...budget, charges: budget.charges.map((charge) => (charge.id === id ? { ...charge, amount: charge.amount + more } : charge)) };
}

/** A bill is taken back, and what the budget carried of it, or what it had settled. */
export function withoutBill(budget: BudgetBilling, billId: string): BudgetBilling {
  const charge = budget.charges.find(({ id }) => id === billId);
  const without = {
    ...budget, months: budget.months.filter((month) => month.billId !== billId),
    charges: budget.charges.filter(({ id, billId: of }) => id !== billId && of !== billId), carried: cents(budget.carried - (charge?.carried ?? 0)),
  };
  return charge?.settled ? withSettlement(without, charge.settled.id, -charge.settled.difference) : without;
}

/** What was carried falls due on a day (below zero it is a credit, and nothing is due); nothing is carried any more. */
export function settled(budget: BudgetBilling, id: string, difference: Cents, dueOn: LocalDate): BudgetBilling {
  const charges = budget.charges.map((charge) => (charge.carried === null ? charge : { ...charge, carried: null, settled: { id, difference: charge.carried } }));
  return { ...withCharge({ ...budget, charges, carried: 0 }, { id, kind: "settlement", dueOn, amount: difference, carried: null }) };
}

/** The instalment that a bill under the budget asked for, and where its difference is: carried, or in a settlement. */
export function instalmentOf(budget: BudgetBilling | null, billId: string): Instalment | null {
  const charge = budget?.charges.find(({ id, carried, settled: of }) => id === billId && (carried !== null || of !== undefined));
  return charge ? { amount: charge.amount, dueOn: charge.dueOn, ...(charge.settled ? { settledIn: charge.settled.id } : {}), ...(charge.settles ? { settles: true } : {}) } : null;
}
