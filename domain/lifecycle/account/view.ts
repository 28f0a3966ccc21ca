/** What a person sees of an account at a glance. The portal, the clerk's page and every live message show this one view. */
import type { LocalDate } from "../../calendar/local-date.ts";
import { ageItems, pastDue, type Aging } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import { balanceOf, type AccountState, type LastBill } from "./state.ts";

export interface AccountView {
  readonly accountId: string;
  readonly status: AccountState["status"];
  /** Owed, or in credit when negative. */
  readonly balance: Cents;
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
  const due = state.items.map((item) => item.arrearsOn).sort()[0] ?? null;
  return {
    accountId: state.accountId,
    status: state.status,
    balance: balanceOf(state),
    pastDue: pastDue(state.items, today),
    dueOn: due,
    aging: ageItems(state.items, today),
    lastBill: state.lastBill,
    lastPayment: paid ? { paymentId: paid.paymentId, amount: paid.amount, receivedAt: paid.receivedAt } : null,
    holds: state.holds.map(({ holdId, kind, placedOn }) => ({ holdId, kind, placedOn })),
    requests: state.requests,
  };
}
