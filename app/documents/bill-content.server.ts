/** A bill in a customer's words and language, from what was frozen with it: the same for the page and for paper. */
import { addMonths, daysBetween } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import type { BillPage } from "../../worker/operations/billing.ts";
import { monthLabels, type UsageBar } from "../charts/usage-bars.tsx";
import { dateOf, formatDate, formatPeriod } from "../format/dates.ts";
import { inGallons, type Unit } from "../format/quantities.ts";
import { t, type Locale } from "../i18n/translate.ts";
import { adjustmentWord } from "../routes/portal/words.ts";
import { billGroup, type BillGroup } from "./bill-lines.ts";

export interface BillChart {
  readonly id: string;
  readonly commodity: string;
  readonly unit: Unit;
  readonly bars: readonly UsageBar[];
}

/** A part of the total with a due date of its own. */
export interface DuePart {
  readonly what: string;
  readonly cents: Cents;
  /** Its day had passed when the bill was made. */
  readonly pastDue: boolean;
}

/** What a bill under budget billing asks for: less than its balance, or more. */
export interface BudgetContent {
  readonly due: Cents;
  /** What makes up what is due, which is the last of them. */
  readonly parts: readonly { readonly what: string; readonly cents: Cents }[];
  /** What is owed and not due. */
  readonly carried: { readonly what: string; readonly cents: Cents };
  /** All of it: what is due, what is not, what is owed. */
  readonly rows: readonly { readonly what: string; readonly cents: Cents }[];
  readonly note: string;
}

export interface BillContent {
  readonly groups: readonly BillGroup[];
  readonly summary: readonly { readonly what: string; readonly cents: Cents }[];
  /** What is past due apart from what is not due yet; none when all of the total is due on the bill's day. */
  readonly due: readonly DuePart[];
  /** Null: all of the balance is due. */
  readonly budget: BudgetContent | null;
  readonly charts: readonly BillChart[];
  readonly changes: readonly string[];
  readonly messages: readonly string[];
}

/** A year and the month it is compared with. */
const MONTHS_SHOWN = 13;

export function billContent(page: BillPage, locale: Locale, zone: TimeZone): BillContent {
  return {
    groups: page.segments.map((segment) => billGroup(segment, page.usage, locale, zone)),
    summary: summaryOf(page, locale, zone),
    due: page.budget ? [] : dueParts(page, locale),
    budget: budgetOf(page, locale),
    charts: chartsOf(page, locale),
    changes: page.changes.map((sentence) => inGallons(sentence[locale], locale)),
    messages: page.messages.map((message) => message[locale]),
  };
}

// ---- summary --------------------------------------------------------------------------------------------------

/** From the balance of the bill before, over what was paid and adjusted since, to what is to be paid. */
function summaryOf({ bill, previous, between }: BillPage, locale: Locale, zone: TimeZone): BillContent["summary"] {
  const moves = between.flatMap(({ type, effectiveAt, summary }) => {
    const amount = Number(summary["amount"] ?? 0);
    const date = formatDate(locale, dateOf(effectiveAt, zone), "day", bill.issuedOn);
    if (type === "PaymentPosted") return [{ what: t(locale, "bill.paidOn", { date }), cents: -amount }];
    if (type === "PaymentReversed") return [{ what: t(locale, "bill.returnedOn", { date }), cents: amount }];
    return [{ what: adjustmentWord((key, ...params) => t(locale, key, ...params), String(summary["kind"])), cents: amount }];
  });
  return [
    ...(previous ? [{ what: t(locale, "bill.previous"), cents: previous.balance }] : bill.previousBalance !== 0 ? [{ what: t(locale, "bill.before"), cents: bill.previousBalance }] : []),
    ...(previous ? moves : []),
    { what: t(locale, "bill.newChargesOf", { period: formatPeriod(locale, { from: bill.periodFrom, to: bill.periodTo }, bill.issuedOn) }), cents: bill.charges },
  ];
}

/** What was carried over from bills before, and the new charges: each has its own day. */
function dueParts({ bill, previous }: BillPage, locale: Locale): DuePart[] {
  const carried = bill.balance - bill.charges;
  if (!previous || carried <= 0 || bill.charges <= 0) return [];
  const pastDue = previous.dueOn < bill.issuedOn;
  const day = (date: string) => formatDate(locale, date, "day", bill.issuedOn);
  return [
    { what: t(locale, pastDue ? "bill.partPastDue" : "bill.partBefore", { date: day(previous.dueOn) }), cents: carried, pastDue },
    { what: t(locale, "bill.partNew", { date: day(bill.dueOn) }), cents: bill.charges, pastDue: false },
  ];
}

/** The instalment and what is due beside it, and the difference that is carried. */
function budgetOf({ bill, budget }: BillPage, locale: Locale): BudgetContent | null {
  if (!budget) return null;
  const { instalment, due, carried, settled, next } = budget;
  const before = due - instalment - (settled ?? 0);
  const date = { date: formatDate(locale, bill.dueOn, "day", bill.issuedOn) };
  const amount = (value: Cents) => formatDollars(Math.abs(value));
  const notDue = { what: t(locale, "budget.carried"), cents: carried };
  const parts = before === 0 && settled === null ? [{ what: t(locale, "budget.instalmentDue", date), cents: due }] : [
    ...(before === 0 ? [] : [{ what: t(locale, before > 0 ? "budget.before" : "budget.ahead"), cents: before }]),
    { what: t(locale, "budget.instalment"), cents: instalment },
    ...(settled === null ? [] : [{ what: t(locale, next === null ? "budget.ended" : "budget.settled"), cents: settled }]),
    { what: t(locale, "budget.due", date), cents: due },
  ];
  return {
    due,
    parts, carried: notDue, rows: [...parts, notDue, { what: t(locale, "budget.payoff"), cents: bill.balance }],
    note: next === null ? t(locale, "budget.noteEnded") : next !== instalment ? t(locale, "budget.noteNext", { amount: amount(next) })
      : carried === 0 ? t(locale, "budget.noteEven") : t(locale, carried > 0 ? "budget.noteUsed" : "budget.noteAhead", { amount: amount(carried) }),
  };
}

// ---- usage ----------------------------------------------------------------------------------------------------

/** A chart for each service with a meter of its own, thirteen months with the year before behind. */
function chartsOf({ segments, usage }: BillPage, locale: Locale): BillChart[] {
  return segments.filter(({ commodity, corrects }) => commodity !== "sewer" && !corrects).flatMap(({ agreementId, commodity }): BillChart[] => {
    const periods = usage.filter((each) => each.agreementId === agreementId);
    const unit = periods.at(-1)?.unit;
    if (!unit || periods.every(({ usedMilli }) => usedMilli === 0)) return [];
    const bars = periods.slice(-MONTHS_SHOWN).map((each): UsageBar => {
      const yearBefore = addMonths(each.periodTo, -12);
      const last = periods.find(({ periodTo }) => Math.abs(daysBetween(periodTo, yearBefore)) <= NEAR_DAYS && periodTo < each.periodTo);
      return {
        ...monthLabels(locale, addMonths(each.periodTo, -1)), key: each.periodTo, label: formatPeriod(locale, { from: each.periodFrom, to: each.periodTo }),
        value: each.usedMilli, quality: each.estimated ? "estimated" : "actual", lastYear: last?.usedMilli ?? null,
      };
    });
    return [{ id: agreementId, commodity, unit: unit as Unit, bars }];
  });
}

/** Closing days move a little around weekends and from year to year. */
const NEAR_DAYS = 10;
