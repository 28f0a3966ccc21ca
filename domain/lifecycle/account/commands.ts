/** What one may ask of an account. Beside the facts of the utility they carry everything `decide` needs. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { TimeZone } from "../../calendar/zone.ts";
import type { Cents } from "../../money/cents.ts";
import type { PendingSegment } from "../bill.ts";
import type { BudgetRules } from "../budget-rules.ts";
import type { CorrectionCause } from "../correction.ts";
import type { LeakNote } from "../leak-policy.ts";
import type { InstalmentOffer } from "../instalments.ts";
import type { BudgetMonth, Instalment } from "./budget-billing.ts";
import type { LastBill } from "./state.ts";
import type { ServiceFact } from "../service-fact.ts";
import type { Why } from "../why.ts";
import type { SegmentBilled } from "./events.ts";

/** What every decision may need to know of the utility, looked up when it is decided: a command may have waited. */
export interface Facts {
  /** GL accounts by role, from the utility's chart. */
  readonly gl: { readonly receivable: string; readonly cash: string; readonly suspense: string };
  readonly timeZone: TimeZone;
  /** First day of the books that is open; null: no month has been closed. */
  readonly booksOpenFrom: LocalDate | null;
  readonly budget: BudgetRules;
}

/** A bill as the log has it, and what the account would be without it. */
export interface BillToCancel {
  readonly seq: number;
  readonly billId: string;
  readonly number: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly charges: Cents;
  readonly segments: readonly SegmentBilled[];
  readonly receivableGl: string;
  /** By agreement: bills in a row that rested on estimates before this one. */
  readonly estimatesBefore: Readonly<Record<string, number>>;
  readonly billBefore: LastBill | null;
}

export type CorrectedBill = Omit<Commands["CompleteBill"], "runId" | "instalment"> & { readonly corrects: string };

/** What goes with a correction beside its bills: a fee that falls away, what the law does not let us charge. */
export interface CorrectionAdjustment {
  readonly adjustmentId: string;
  readonly kind: string;
  readonly amount: Cents;
  readonly revenueGl: string;
  readonly reason: string;
}

interface Commands {
  OpenAccount: { accountId: string; personRef: string; mailingRef: string; customerClass: string; billCycle: string; openedOn: LocalDate };
  StartService: { agreementId: string; premiseId: string; servicePointId: string; commodity: string; rateScheduleId: string; startOn: LocalDate };
  StopService: { agreementId: string; stopOn: LocalDate };
  CompleteBill: {
    billId: string; number: string; runId: string | null; periodFrom: LocalDate; periodTo: LocalDate; issuedOn: LocalDate; dueOn: LocalDate;
    segments: readonly SegmentBilled[]; snapshotHash: string; accountingOn?: LocalDate;
    /** A catch-up on it may be paid in parts. */
    offer?: InstalmentOffer;
    /** Of a corrected bill: what the bill before asked for under a budget, null when that was none. Absent: by the account's budget. */
    instalment?: Instalment | null;
  };
  HoldBill: { runId: string; periodTo: LocalDate; reasons: readonly string[]; segments: readonly PendingSegment[]; charges: Cents | null };
  CorrectBills: {
    correctionId: string; cause: CorrectionCause; reasonRef: string | null;
    /** In an open accounting period: what is closed is not touched. */
    correctedOn: LocalDate;
    /** The proposal that a second person has approved; null when none was needed. */
    proposalId: string | null;
    /** Every bill from the first touched one on, oldest first, as it was completed. */
    cancel: readonly BillToCancel[];
    services: readonly { agreementId: string; rateScheduleId: string }[];
    /** In their place, oldest first; none when they are only taken back. */
    bills: readonly CorrectedBill[];
    adjustments: readonly CorrectionAdjustment[];
    offer: InstalmentOffer | null;
  };
  ProposeCorrection: { correctionId: string; cause: CorrectionCause; billIds: readonly string[]; reopened: readonly string[]; net: Cents; branchHash: string; reasonRef: string | null };
  DropCorrection: { correctionId: string; outcome: "rejected" | "withdrawn"; reasonRef: string | null };
  PostPayment: { paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedAt: number };
  ReversePayment: Why & { paymentId: string; reversedOn: LocalDate };
  PostAdjustment: Why & { adjustmentId: string; kind: string; amount: Cents; postedOn: LocalDate; arrearsOn: LocalDate; revenueGl: string; leak?: LeakNote };
  /** What the policy forgives of a leak, a credit for each account of the ledger. `everyMonths`: how often the policy allows one. */
  AdjustLeak: Why & {
    alertId: string; postedOn: LocalDate; everyMonths: number; billIds: readonly string[];
    parts: readonly { adjustmentId: string; amount: Cents; revenueGl: string; leak: Omit<LeakNote, "alertId"> }[];
  };
  PlaceHold: { holdId: string; kind: string; curedByPayment: boolean; placedOn: LocalDate };
  ReleaseHold: { holdId: string; cause: string; reasonRef?: string };
  SetServiceFact: Why & { fact: ServiceFact };
  /** `months`: the bills behind the account, oldest first. `amount` null: their average; else staff's figure, with the reason. */
  EnrolBudget: Why & { budgetId: string; enrolledOn: LocalDate; months: readonly BudgetMonth[]; amount: Cents | null };
  /** Takes the proposed amount (null) or another one, with the reason. */
  ChangeBudget: Why & { changedOn: LocalDate; amount: Cents | null };
  LeaveBudget: Why & { leftOn: LocalDate };
  /** `lowAt`: cents at which the customer is told that the money runs low. */
  EnrolPrepaid: { prepaidId: string; enrolledOn: LocalDate; lowAt: Cents };
  ChangePrepaid: { changedOn: LocalDate; lowAt: Cents };
  LeavePrepaid: Why & { leftOn: LocalDate };
  OpenRequest: { requestId: string; kind: string; textRef: string };
  AdvanceRequest: { requestId: string; to: string; noteRef: string | null };
}

export type CommandType = keyof Commands;
export type CommandOf<T extends CommandType> = { readonly type: T } & Readonly<Commands[T]>;
export type AccountCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
