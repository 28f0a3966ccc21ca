/**
 * When a cycle's period ends, how long its billing may be tried, and when a bill is due. A cycle closes on one day of
 * each month; that day is the first one that the closing period does not contain.
 */
import { addDays, addMonths, daysBetween, isoWeekday, type LocalDate, type Period } from "../calendar/local-date.ts";
import { dueDate } from "../ledger/allocation.ts";
import type { Settings } from "../lifecycle/settings.ts";
import type { Agreement } from "../lifecycle/account/state.ts";

const SATURDAY = 6;

/** Days on which the counter is open: not a weekend, not a holiday of the utility. */
export function businessDays(holidays: Settings["holidays"]): (day: LocalDate) => boolean {
  const closed = new Set(holidays.map((holiday) => holiday.on));
  return (day) => isoWeekday(day) < SATURDAY && !closed.has(day);
}

/** The day by which a bill of this date is to be paid. */
export function dueOnOf(issuedOn: LocalDate, settings: Pick<Settings, "billing" | "holidays">): LocalDate {
  return dueDate(issuedOn, settings.billing.dueDays, businessDays(settings.holidays));
}

/** The latest day, not after `today`, on which a cycle with this close day has closed. */
export function lastClose(closeDay: number, today: LocalDate): LocalDate {
  const thisMonth = `${today.slice(0, 8)}${String(closeDay).padStart(2, "0")}`;
  return thisMonth <= today ? thisMonth : addMonths(thisMonth, -1);
}

/** The close after this one. */
export function nextClose(periodTo: LocalDate): LocalDate {
  return addMonths(periodTo, 1);
}

/** Whether the cycle closes on this day of the month. */
export function closesOn(closeDay: number, day: LocalDate): boolean {
  return Number(day.slice(8, 10)) === closeDay;
}

export interface BillWindow {
  /** The first day on which the closed period can be billed. */
  readonly opensOn: LocalDate;
  /** From this day on, what is still missing is estimated instead of waited for. */
  readonly estimateOn: LocalDate;
  /** The first day on which it is no longer tried by itself. */
  readonly closesOn: LocalDate;
}

/**
 * The days during which a cycle's closed period is tried again each day: reads that come late are still in time. A cycle
 * without a window of its own is tried for the utility's usual days, the last one of which is the day of estimates.
 */
export function billWindow(cycleId: string, periodTo: LocalDate, { billing: { windowDays }, windows }: Pick<Settings, "billing" | "windows">): BillWindow {
  const { estimateAfter, closeAfter } = windowOf(cycleId, windows) ?? { estimateAfter: windowDays - 1, closeAfter: windowDays };
  return { opensOn: periodTo, estimateOn: addDays(periodTo, estimateAfter), closesOn: addDays(periodTo, closeAfter) };
}

/**
 * The day by which a bill's entries belong to an accounting period. By the period's end, a bill made in the first days of
 * a month is revenue of the month in which it was used; bills of a service that ended earlier follow their cycle.
 */
export function accountingOnOf(cycleId: string, periodTo: LocalDate, issuedOn: LocalDate, { windows }: Pick<Settings, "windows">): LocalDate {
  return windowOf(cycleId, windows)?.accounting === "periodEnd" ? addDays(periodTo, -1) : issuedOn;
}

const windowOf = (cycleId: string, windows: Settings["windows"]): Settings["windows"][number] | undefined => windows.find((window) => window.cycleId === cycleId);

export interface DueSegment {
  readonly agreement: Agreement;
  readonly period: Period;
  /** Nothing of this agreement has been billed before. */
  readonly first: boolean;
  /** The service was stopped, and this bill reaches its last day. */
  readonly final: boolean;
}

/** What is due on an account when a period ends: each agreement from where it was last billed to that day, or to its last. */
export function dueSegments(agreements: readonly Agreement[], periodTo: LocalDate): DueSegment[] {
  return agreements.flatMap((agreement) => {
    const final = agreement.stopOn !== null && agreement.stopOn <= periodTo;
    const period = { from: agreement.billedTo, to: final ? agreement.stopOn : periodTo };
    if (daysBetween(period.from, period.to) <= 0) return [];
    return [{ agreement, period, first: agreement.billedTo === agreement.startOn, final }];
  });
}
