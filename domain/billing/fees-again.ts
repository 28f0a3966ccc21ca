/**
 * Fees that a wrong bill brought about: a fee for paying late was right only if something was past due on its day. That is
 * looked at again with the charges as they are now and the payments as they came.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { AccountEvents } from "../lifecycle/account/events.ts";
import type { LoggedEvent } from "../lifecycle/account/standing-bills.ts";
import { whyOf, type Why } from "../lifecycle/why.ts";
import type { Cents } from "../money/cents.ts";

/** Kinds of adjustments that charge for lateness. */
const FEE_KINDS: ReadonlySet<string> = new Set(["fee", "late", "lateFee"]);

export interface FeeAgain extends Why {
  readonly adjustmentId: string;
  readonly on: LocalDate;
  readonly amount: Cents;
  readonly gl: string;
  /** What was past due on its day by the corrected bills. */
  readonly pastDue: Cents;
  /** With the corrected bills nothing would have been past due: it falls away. */
  readonly fallsAway: boolean;
}

/** Adjustments that a correction has given back, so that none is given back twice. */
export const feeBackId = (correctionId: string, adjustmentId: string): string => `${correctionId}:fee:${adjustmentId}`;

/** Fees from `since` on. `corrected`: what the touched bills charge now, by the id of the bill before. */
export function feesAgain(log: readonly LoggedEvent[], corrected: ReadonlyMap<string, Cents>, since: LocalDate): FeeAgain[] {
  const given = log.flatMap((event) => (event.type === "AdjustmentPosted" ? [(event.data as AccountEvents["AdjustmentPosted"]).adjustmentId] : []));
  return log.flatMap((event): FeeAgain[] => {
    if (event.type !== "AdjustmentPosted") return [];
    const { adjustmentId, kind, amount, postedOn, gl, ...why } = event.data as AccountEvents["AdjustmentPosted"];
    if (!FEE_KINDS.has(kind) || amount <= 0 || postedOn < since || given.some((id) => id.endsWith(`:fee:${adjustmentId}`))) return [];
    const pastDue = pastDueOn(log, corrected, postedOn, event.seq);
    return [{ adjustmentId, on: postedOn, amount, gl, ...whyOf(why), pastDue, fallsAway: pastDue <= 0 }];
  });
}

/** What was past due on a day, by the log before an event of that day; never less than nothing. */
function pastDueOn(log: readonly LoggedEvent[], corrected: ReadonlyMap<string, Cents>, day: LocalDate, before: number): Cents {
  const earlier = log.filter(({ seq }) => seq < before);
  const at: At = { day, chargesOf: chargesNow(log, corrected), settledUpTo: settledUpTo(earlier, day) };
  let owed = 0;
  for (const { seq, type, data } of earlier) owed += OWED[type as keyof typeof OWED]?.(data as never, at, seq) ?? 0;
  return Math.max(0, owed);
}

interface At {
  readonly day: LocalDate;
  /** What a bill charges by everything that is known now; null: it was taken back. */
  readonly chargesOf: (billId: string) => Cents | null;
  /** The place in the log up to which all that a budget carried had fallen due by the day. */
  readonly settledUpTo: number;
}

function settledUpTo(log: readonly LoggedEvent[], day: LocalDate): number {
  const last = log.findLast(({ type, data }) => (type === "BudgetEnded" || (type === "BudgetSettled" && !(data as AccountEvents["BudgetSettled"]).carriedOn)) && (data as AccountEvents["BudgetEnded"]).dueOn < day);
  return last?.seq ?? 0;
}

function chargesNow(log: readonly LoggedEvent[], corrected: ReadonlyMap<string, Cents>): At["chargesOf"] {
  const charges = new Map<string, Cents>();
  const replacedBy = new Map<string, string | null>();
  for (const { type, data } of log) {
    if (type === "BillCompleted") charges.set((data as AccountEvents["BillCompleted"]).billId, (data as AccountEvents["BillCompleted"]).charges);
    if (type === "BillCanceled") replacedBy.set((data as AccountEvents["BillCanceled"]).billId, (data as AccountEvents["BillCanceled"]).replacedBy);
  }
  return (billId) => {
    let standing: string | null | undefined = billId;
    while (standing && replacedBy.has(standing)) standing = replacedBy.get(standing);
    return standing ? (corrected.get(standing) ?? charges.get(standing) ?? 0) : null;
  };
}

/** What an event adds to what is due before a day, or takes from it. A corrected bill counts from the due date of the first one in its place. */
const OWED: { readonly [T in "BillCompleted" | "AdjustmentPosted" | "PaymentPosted" | "PaymentReversed"]: (data: AccountEvents[T], at: At, seq: number) => Cents } = {
  BillCompleted: (data, { day, chargesOf, settledUpTo: settled }, seq) => {
    const charges = chargesOf(data.billId);
    if (data.corrects !== undefined || charges === null) return 0;
    // Under a budget its instalment falls due; what is carried, when the budget is settled.
    const budget = seq > settled ? data.budget : undefined;
    return (budget?.instalmentDueOn ?? data.dueOn) >= day ? 0 : (budget?.instalment ?? charges);
  },
  AdjustmentPosted: (data, { day }) => (data.amount > 0 && data.arrearsOn >= day ? 0 : data.amount),
  PaymentPosted: (data, { day }) => (data.receivedOn > day ? 0 : -data.amount),
  PaymentReversed: (data, { day }) => (data.reversedOn > day ? 0 : data.amount),
};
