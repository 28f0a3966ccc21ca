/** What a person sees of an account at a glance. The portal, the clerk's page and every live message show this one view. */
import type { LocalDate } from "../../calendar/local-date.ts";
import { ageItems, pastDue, type Aging } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import { currentBalance, openDues } from "./budget-billing.ts";
import { balanceOf, type AccountState, type LastBill } from "./state.ts";

export interface AccountView {
  readonly accountId: string;
  readonly status: AccountState["status"];
  /** The payoff balance: owed, or in credit when negative. */
  readonly balance: Cents;
  /** The current balance, what is due of it by now or by the next due date: less than the payoff balance under a budget. */
  readonly due: Cents;
  /** Budget billing, while it is on. `carried`: the budget balance, what was used beyond what was asked for. */
  readonly budget: { readonly amount: Cents; readonly carried: Cents; readonly settleOn: LocalDate; readonly proposed: Cents | null } | null;
  readonly pastDue: Cents;
  /** The earliest day by which something open must be paid; null when nothing is owed. */
  readonly dueOn: LocalDate | null;
  readonly aging: Aging;
  readonly lastBill: LastBill | null;
  readonly lastPayment: { readonly paymentId: string; readonly amount: Cents; readonly receivedAt: number } | null;
  readonly holds: readonly { readonly holdId: string; readonly kind: string; readonly placedOn: LocalDate }[];
  readonly requests: AccountState["requests"];
}

export function viewOf(state: AccountState, today: LocalDate): AccountView {
  const paid = state.payments.findLast((payment) => !payment.reversed);
  const dues = openDues(state);
  const { budget } = state;
  return {
    accountId: state.accountId,
    status: state.status,
    balance: balanceOf(state),
    due: currentBalance(state),
    budget: budget?.status === "on" ? { amount: budget.amount, carried: budget.carried, settleOn: budget.settleOn, proposed: budget.proposed } : null,
    pastDue: pastDue(dues, today),
    dueOn: dues.map(({ arrearsOn }) => arrearsOn).sort()[0] ?? null,
    aging: ageItems(dues, today),
    lastBill: state.lastBill,
    lastPayment: paid ? { paymentId: paid.paymentId, amount: paid.amount, receivedAt: paid.receivedAt } : null,
    holds: state.holds.map(({ holdId, kind, placedOn }) => ({ holdId, kind, placedOn })),
    requests: state.requests,
  };
}
