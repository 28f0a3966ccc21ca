/** What one may ask of an account. Beside the facts of the utility they carry everything `decide` needs. */
import type { LocalDate } from "../../calendar/local-date.ts";
import type { TimeZone } from "../../calendar/zone.ts";
import type { Cents } from "../../money/cents.ts";
import type { PendingSegment } from "../bill.ts";
import type { SegmentBilled } from "./events.ts";

/** What every decision may need to know of the utility, looked up when it is decided: a command may have waited. */
export interface Facts {
  /** GL accounts by role, from the utility's chart. */
  readonly gl: { readonly receivable: string; readonly cash: string; readonly suspense: string };
  readonly timeZone: TimeZone;
}

interface Commands {
  OpenAccount: { accountId: string; personRef: string; mailingRef: string; customerClass: string; billCycle: string; openedOn: LocalDate };
  StartService: { agreementId: string; premiseId: string; servicePointId: string; commodity: string; rateScheduleId: string; startOn: LocalDate };
  StopService: { agreementId: string; stopOn: LocalDate };
  CompleteBill: {
    billId: string; number: string; runId: string | null; periodFrom: LocalDate; periodTo: LocalDate; issuedOn: LocalDate; dueOn: LocalDate;
    segments: readonly SegmentBilled[]; snapshotHash: string;
  };
  HoldBill: { runId: string; periodTo: LocalDate; reasons: readonly string[]; segments: readonly PendingSegment[]; charges: Cents | null };
  PostPayment: { paymentId: string; amount: Cents; tender: string; channel: string; reference: string | null; receivedAt: number };
  ReversePayment: { paymentId: string; reason: string; reversedOn: LocalDate };
  PostAdjustment: { adjustmentId: string; kind: string; amount: Cents; postedOn: LocalDate; arrearsOn: LocalDate; revenueGl: string; reason: string };
  PlaceHold: { holdId: string; kind: string; curedByPayment: boolean; placedOn: LocalDate };
  ReleaseHold: { holdId: string; cause: string };
  OpenRequest: { requestId: string; kind: string; textRef: string };
  AdvanceRequest: { requestId: string; to: string; noteRef: string | null };
}

export type CommandType = keyof Commands;
export type CommandOf<T extends CommandType> = { readonly type: T } & Readonly<Commands[T]>;
export type AccountCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
