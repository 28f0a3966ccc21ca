/**
 * The double entry of each account event: debit positive, credit negative, summing to zero. The receivable is the
 * control account: over all accounts it equals the sum of their balances.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import { cents, type Cents } from "../money/cents.ts";
import type { AccountEvents, AccountEventType } from "../lifecycle/account/events.ts";
import { CREDIT_ITEM, type Allocation } from "./allocation.ts";

export interface Entry {
  readonly gl: string;
  readonly amount: Cents;
  /** The open item a receivable line opens or settles; null elsewhere. */
  readonly item: string | null;
  readonly agreementId: string | null;
}

interface Posted {
  readonly accountingOn: LocalDate;
  readonly entries: Entry[];
}

type Post = { [T in AccountEventType]?: (data: AccountEvents[T]) => Posted };

const line = (gl: string, amount: Cents, item: string | null = null, agreementId: string | null = null): Entry => ({ gl, amount, item, agreementId });
const settled = (gl: string, allocations: readonly Allocation[], sign: 1 | -1): Entry[] => allocations.map((each) => line(gl, sign * each.cents, each.item));

const POST: Post = {
  BillCompleted: (data) => ({
    accountingOn: data.accountingOn ?? data.issuedOn,
    entries: [
      ...data.segments.flatMap((segment) => [
        line(data.receivableGl, segment.total, segment.total < 0 ? CREDIT_ITEM : segment.segmentId, segment.agreementId),
        ...segment.postings.map((posting) => line(posting.gl, -posting.cents, null, segment.agreementId)),
      ]),
      ...creditMoved(data.receivableGl, data.creditApplied),
    ],
  }),
  BillCanceled: (data) => ({
    accountingOn: data.canceledOn,
    entries: [
      ...data.segments.flatMap((segment) => [
        line(data.receivableGl, -segment.total, segment.total < 0 ? CREDIT_ITEM : segment.segmentId, segment.agreementId),
        ...segment.postings.map((posting) => line(posting.gl, posting.cents, null, segment.agreementId)),
      ]),
      ...settled(data.receivableGl, data.released, 1),
      line(data.receivableGl, -data.released.reduce((sum, each) => sum + each.cents, 0), CREDIT_ITEM),
      line(data.receivableGl, data.shortfall, data.shortfallItem),
      line(data.receivableGl, -data.shortfall, CREDIT_ITEM),
    ],
  }),
  PaymentPosted: (data) => ({
    accountingOn: data.receivedOn,
    entries: [line(data.cashGl, data.amount), ...settled(data.receivableGl, data.allocations, -1), line(data.receivableGl, -data.credit, CREDIT_ITEM)],
  }),
  PaymentSuspended: (data) => ({ accountingOn: data.receivedOn, entries: [line(data.cashGl, data.amount), line(data.suspenseGl, -data.amount)] }),
  PaymentReversed: (data) => ({
    accountingOn: data.reversedOn,
    entries: [
      line(data.cashGl, -data.amount),
      ...settled(data.receivableGl, data.restored, 1),
      line(data.receivableGl, data.creditTaken, CREDIT_ITEM),
      line(data.receivableGl, data.shortfall, data.shortfallItem),
    ],
  }),
  AdjustmentPosted: (data) => ({
    accountingOn: data.postedOn,
    entries:
      data.amount > 0
        ? [line(data.receivableGl, data.amount, data.item), line(data.gl, -data.amount), ...creditMoved(data.receivableGl, data.allocations)]
        : [line(data.gl, -data.amount), ...settled(data.receivableGl, data.allocations, -1), line(data.receivableGl, -data.credit, CREDIT_ITEM)],
  }),
};

/** Applying an account's credit moves it inside the receivable: the item shrinks, the credit is used up. */
function creditMoved(receivableGl: string, applied: readonly Allocation[]): Entry[] {
  const total = applied.reduce((sum, each) => sum + each.cents, 0);
  return [line(receivableGl, total, CREDIT_ITEM), ...settled(receivableGl, applied, -1)];
}

/** The entries of an event, or null when it moves no money. Throws when they do not balance: a bug must never reach the book. */
export function entriesOf(event: { readonly type: string; readonly data: object }): Posted | null {
  const post = POST[event.type as AccountEventType] as ((data: object) => Posted) | undefined;
  if (!post) return null;
  const { accountingOn, entries } = post(event.data);
  const lines = entries.filter((entry) => entry.amount !== 0);
  let total = 0;
  for (const entry of lines) total += cents(entry.amount);
  if (total !== 0) throw new Error(`${event.type} does not balance: its entries sum to ${total} cents`);
  return { accountingOn, entries: lines };
}
