/** What an account is at a moment: the fold of its events. Everything `decide` needs is here, and nothing personal. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { OpenItem } from "../../ledger/allocation.ts";
import type { Cents } from "../../money/cents.ts";
import type { ServiceFact } from "../service-fact.ts";
import type { PendingBill } from "../bill.ts";
import type { LeakAdjusted } from "../leak-policy.ts";
import type { InstalmentOffer } from "../instalments.ts";
import type { BudgetBilling } from "./budget-billing.ts";
import type { Prepaid } from "./decide-prepaid.ts";

export interface Agreement {
  readonly agreementId: string;
  readonly premiseId: string;
  readonly servicePointId: string;
  readonly commodity: string;
  readonly rateScheduleId: string;
  readonly startOn: LocalDate;
  readonly stopOn: LocalDate | null;
  /** First day that no bill has covered yet. A day is billed once: the next segment must begin here. */
  readonly billedTo: LocalDate;
  readonly estimatesInRow: number;
}

export interface Hold {
  readonly holdId: string;
  readonly kind: string;
  /** A hold that ends by itself when nothing is past due any more. */
  readonly curedByPayment: boolean;
  readonly placedOn: LocalDate;
}

export interface LastBill {
  readonly billId: string;
  readonly number: string;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly charges: Cents;
  readonly balance: Cents;
}

export interface PaymentOnAccount {
  readonly paymentId: string;
  readonly amount: Cents;
  readonly receivedAt: number;
  readonly allocations: readonly (readonly [item: string, cents: Cents, billId: string | null, agreementId: string | null, arrearsOn: LocalDate, rank: number])[];
  readonly credit: Cents;
  readonly reversed: boolean;
}

export interface AccountState {
  readonly accountId: string;
  readonly status: "none" | "open" | "closed";
  readonly customerClass: string;
  readonly billCycle: string;
  readonly agreements: readonly Agreement[];
  readonly items: readonly OpenItem[];
  /** Paid but not applied; shown to customers as a credit. Never negative. */
  readonly credit: Cents;
  /** Payments that could not be posted here and wait in suspense. */
  readonly suspended: readonly string[];
  readonly holds: readonly Hold[];
  /** What is known of its services, of former days too. */
  readonly facts: readonly ServiceFact[];
  readonly lastBill: LastBill | null;
  /** The bill that is held at this moment; never shown to customers. */
  readonly pendingBill: PendingBill | null;
  /** Bills that were canceled: none is canceled twice, and none of their ids is used again. */
  readonly canceledBills: readonly string[];
  /** Corrections that wait for a second person; segments of these bills are pending cancel. */
  readonly corrections: readonly { readonly correctionId: string; readonly billIds: readonly string[]; readonly reopened: readonly string[] }[];
  /** Leak adjustments that the account has had, the latest last. */
  readonly leakAdjustments: readonly LeakAdjusted[];
  /** Instalment plans that were offered, for bills that still stand; the latest last. */
  readonly offers: readonly InstalmentOffer[];
  /** Budget billing that is on, or the last one that was; null: never. */
  readonly budget: BudgetBilling | null;
  /** The prepaid programme while the account is on it. `lowAt`: cents at which the customer is told. */
  readonly prepaid: Prepaid | null;
  /** The latest payments with how they were applied, so that one that bounces can be taken back exactly. */
  readonly payments: readonly PaymentOnAccount[];
  readonly requests: readonly { readonly requestId: string; readonly kind: string; readonly status: string }[];
}

/**
 * Payments kept in the state. Returns arrive within 60 days (Nacha: consumers have 60 days to dispute a debit), and few
 * accounts pay more than weekly.
 */
export const PAYMENTS_KEPT = 24;
/** Instalment offers kept; an offer is good for weeks. */
export const OFFERS_KEPT = 6;
/** Credits of leak adjustments kept: each has some, and the latest decides when there may be another. */
export const LEAKS_KEPT = 24;
/** Requests kept in the state, newest last; older ones live in the log and the request table. */
export const REQUESTS_KEPT = 20;

export function emptyAccount(accountId: string): AccountState {
  return {
    accountId, status: "none", customerClass: "", billCycle: "", agreements: [], items: [], credit: 0, suspended: [],
    holds: [], facts: [], lastBill: null, pendingBill: null, canceledBills: [], corrections: [], leakAdjustments: [], offers: [], budget: null, prepaid: null, payments: [], requests: [],
  };
}

/** A state as it was stored. What the product has learnt to remember since then is as on a new account. */
export function storedState(accountId: string, text: string): AccountState {
  return { ...emptyAccount(accountId), ...(JSON.parse(text) as AccountState) };
}

/** The payoff balance: owed (positive) or in credit (negative), always the sum of the account's receivable entries. */
export function balanceOf(state: AccountState): Cents {
  return state.items.reduce((sum, item) => sum + item.open, 0) - state.credit;
}
