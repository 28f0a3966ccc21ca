/**
 * Open items and how a payment settles them. The shipped order is the common one of US municipal codes: the oldest debt
 * first (by arrears date), and within one date by service rank, the services that cannot be cut first, so that what
 * remains owed stays on the service that keeps the bill honest.
 */
import { addDays, daysBetween, type LocalDate } from "../calendar/local-date.ts";
import { cents, type Cents } from "../money/cents.ts";

/** Something owed: a bill segment, a fee, a returned payment. `open` shrinks as it is settled; it is never negative. */
export interface OpenItem {
  readonly item: string;
  readonly billId: string | null;
  readonly agreementId: string | null;
  /** The day from which the debt ages: the due date of its bill. */
  readonly arrearsOn: LocalDate;
  /** Lower is settled first among items of one arrears date. */
  readonly rank: number;
  readonly open: Cents;
}

export interface Allocation {
  readonly item: string;
  readonly cents: Cents;
}

export interface Allocated {
  readonly allocations: Allocation[];
  /** What no open item could take: it stays on the account as a credit. */
  readonly credit: Cents;
}

/** Item that holds an account's unapplied credit in the receivable. */
export const CREDIT_ITEM = "credit";

/** Rank of a service in settlement; a service that is not named comes after all of them. */
export const SERVICE_RANK: Readonly<Record<string, number>> = { fee: 10, stormwater: 20, refuse: 30, sewer: 40, gas: 50, water: 60, electric: 70 };
export const LAST_RANK = 90;

const byAge = (a: OpenItem, b: OpenItem): number =>
  a.arrearsOn.localeCompare(b.arrearsOn) || a.rank - b.rank || a.item.localeCompare(b.item);

/** Oldest first. Sum of allocations plus credit is the amount, always. */
export function allocate(items: readonly OpenItem[], amount: Cents): Allocated {
  let left = cents(amount);
  if (left <= 0) throw new RangeError(`an allocation needs a positive amount, not ${amount}`);
  const allocations: Allocation[] = [];
  for (const item of [...items].sort(byAge)) {
    if (left === 0) break;
    const share = Math.min(left, item.open);
    if (share <= 0) continue;
    allocations.push({ item: item.item, cents: share });
    left -= share;
  }
  return { allocations, credit: left };
}

/** The items after a settlement; settled ones are gone. Throws when an item would be settled beyond what is open. */
export function settle(items: readonly OpenItem[], allocations: readonly Allocation[]): OpenItem[] {
  const taken = new Map<string, Cents>();
  for (const { item, cents: share } of allocations) taken.set(item, (taken.get(item) ?? 0) + share);
  const left: OpenItem[] = [];
  for (const item of items) {
    const open = cents(item.open - (taken.get(item.item) ?? 0));
    taken.delete(item.item);
    if (open < 0) throw new RangeError(`item ${item.item} would be settled beyond what is open`);
    if (open > 0) left.push({ ...item, open });
  }
  if (taken.size > 0) throw new RangeError(`no such open item: ${[...taken.keys()].join(", ")}`);
  return left;
}

/** Upper ends of the aging buckets in days past the arrears date; the last bucket has no end. */
export const AGING_BUCKETS = ["notDue", "days1to30", "days31to60", "days61to90", "over90"] as const;
export type AgingBucket = (typeof AGING_BUCKETS)[number];
export type Aging = Readonly<Record<AgingBucket, Cents>>;

/** What is owed by age as of a day. What falls due today is not yet past due. */
export function ageItems(items: readonly Pick<OpenItem, "arrearsOn" | "open">[], asOf: LocalDate): Aging {
  const aging: Record<AgingBucket, Cents> = { notDue: 0, days1to30: 0, days31to60: 0, days61to90: 0, over90: 0 };
  for (const item of items) {
    const days = daysBetween(item.arrearsOn, asOf);
    const bucket = days <= 0 ? "notDue" : days <= 30 ? "days1to30" : days <= 60 ? "days31to60" : days <= 90 ? "days61to90" : "over90";
    aging[bucket] += item.open;
  }
  return aging;
}

export function pastDue(items: readonly Pick<OpenItem, "arrearsOn" | "open">[], asOf: LocalDate): Cents {
  return items.reduce((sum, item) => (item.arrearsOn < asOf ? sum + item.open : sum), 0);
}

/**
 * The day a bill is due: `days` after its date, moved forward off weekends and holidays, since a person must be able to
 * pay at the counter on the last day.
 */
export function dueDate(issuedOn: LocalDate, days: number, isBusinessDay: (date: LocalDate) => boolean): LocalDate {
  let due = addDays(issuedOn, days);
  for (let rolled = 0; rolled < DUE_DATE_ROLL_MAX && !isBusinessDay(due); rolled += 1) due = addDays(due, 1);
  return due;
}

/** No holiday season is longer than this; a calendar of only holidays must not hang a bill run. */
const DUE_DATE_ROLL_MAX = 14;
