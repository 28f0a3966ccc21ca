/** What one may ask of an account. Commands carry everything `decide` needs: it asks nobody, so it can be run again. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { Cents } from "../../money/cents.ts";
import type { SegmentBilled } from "./events.ts";

/** GL accounts by role, resolved from the utility's chart by the caller. */
export interface Gl {
  readonly receivable: string;
  readonly cash: string;
  readonly suspense: string;
}

interface Commands {
  OpenAccount: { accountId: string; personRef: string; mailingRef: string; customerClass: string; billCycle: string; openedOn: LocalDate };
  StartService: { agreementId: string; premiseId: string; servicePointId: string; commodity: string; rateScheduleId: string; startOn: LocalDate };
  StopService: { agreementId: string; stopOn: LocalDate };
  CompleteBill: {
    billId: string; number: string; runId: string | null; periodFrom: LocalDate; periodTo: LocalDate; issuedOn: LocalDate; dueOn: LocalDate;
    segments: readonly SegmentBilled[]; snapshotHash: string; gl: Gl;
  };
  HoldBill: { runId: string; periodTo: LocalDate; reasons: readonly string[] };
  PostPayment: {
    paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedOn: LocalDate; receivedAt: number; gl: Gl;
  };
  ReversePayment: { paymentId: string; reason: string; reversedOn: LocalDate; gl: Gl };
  PostAdjustment: { adjustmentId: string; kind: string; amount: Cents; postedOn: LocalDate; arrearsOn: LocalDate; revenueGl: string; reason: string; gl: Gl };
  PlaceHold: { holdId: string; kind: string; curedByPayment: boolean; placedOn: LocalDate };
  ReleaseHold: { holdId: string; cause: string };
  OpenRequest: { requestId: string; kind: string; textRef: string };
  AdvanceRequest: { requestId: string; to: string; noteRef: string | null };
}

export type CommandType = keyof Commands;
export type CommandOf<T extends CommandType> = { readonly type: T } & Readonly<Commands[T]>;
export type AccountCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
