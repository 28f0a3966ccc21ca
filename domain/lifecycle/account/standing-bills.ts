/** The bills of an account that stand, from its log: what may be canceled, and what the account would be without it. */
import type { BillToCancel } from "./commands.ts";
import type { AccountEvents } from "./events.ts";
import type { LastBill } from "./state.ts";

/** Events of an account in the order of its log; others than completions and cancellations are passed over. */
export interface LoggedEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: object;
}

type Completed = AccountEvents["BillCompleted"] & { readonly seq: number };

/** Oldest first. Bills were made in the order of their periods, and corrected ones take the places of the last. */
export function standingBills(log: Iterable<LoggedEvent>): BillToCancel[] {
  const standing: Completed[] = [];
  for (const { seq, type, data } of log) {
    if (type === "BillCompleted") standing.push({ ...(data as AccountEvents["BillCompleted"]), seq });
    if (type === "BillCanceled") standing.splice(standing.findIndex(({ billId }) => billId === (data as AccountEvents["BillCanceled"]).billId), 1);
  }
  const inRow = new Map<string, number>();
  let before: LastBill | null = null;
  return standing.map(({ seq, billId, number, issuedOn, dueOn, periodFrom, periodTo, charges, balance, segments, receivableGl }) => {
    const bill: BillToCancel = {
      seq, billId, number, periodFrom, periodTo, charges, segments, receivableGl, billBefore: before,
      estimatesBefore: Object.fromEntries(segments.map(({ agreementId }) => [agreementId, inRow.get(agreementId) ?? 0])),
    };
    for (const { agreementId, estimated } of segments.filter(({ corrects }) => corrects === undefined)) inRow.set(agreementId, estimated ? (inRow.get(agreementId) ?? 0) + 1 : 0);
    before = { billId, number, issuedOn, dueOn, charges, balance };
    return bill;
  });
}

/** The bill and every one after it: usage, tiers, ratchets and closing reads are carried from bill to bill. Empty when it does not stand. */
export function billsFrom(standing: readonly BillToCancel[], billId: string): readonly BillToCancel[] {
  const at = standing.findIndex((bill) => bill.billId === billId);
  return at < 0 ? [] : standing.slice(at);
}
