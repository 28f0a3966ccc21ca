/**
 * Nobody is forgotten: a service in use that has had no bill for too long, and an account whose bill window closed without a
 * bill, are work for a person. (A city lost 853 customers because their bill cycle was not set; nobody missed their bills.)
 */
import { daysBetween, type LocalDate } from "../calendar/local-date.ts";
import type { HoldReason } from "./hold-rules.ts";

/** Kind of these work items. They close by themselves when a bill is made, and in no other way. */
export const UNBILLED_KIND = "unbilled";

export interface UnbilledRule {
  readonly id: "unbilled" | "window-closed";
  readonly title: string;
  readonly what: string;
}

export const UNBILLED_RULES: readonly UnbilledRule[] = [
  { id: "unbilled", title: "Not billed", what: "A service in use has had no bill for longer than the billing rules allow." },
  { id: "window-closed", title: "Window closed without a bill", what: "The cycle's bill window closed, and this account's bill was not made: it is no longer tried by itself." },
];

export const unbilledRule = (id: string): UnbilledRule | undefined => UNBILLED_RULES.find((rule) => rule.id === id);

/** A service in use, and up to when it has been billed. */
export interface UnbilledService {
  readonly agreementId: string;
  readonly accountId: string;
  readonly servicePointId: string;
  readonly commodity: string;
  /** First day that no bill covers; the day on which service began where there is no bill at all. */
  readonly billedTo: LocalDate;
  readonly everBilled: boolean;
  readonly cycleId: string;
  /** The account's cycle is one of the utility's. */
  readonly hasCycle: boolean;
  /** What holds its bill, where something does. */
  readonly held: string | null;
}

/** One alarm a service: raising it again finds the first. */
export const alarmId = (agreementId: string): string => `unbilled:${agreementId}`;

export function alarmOf({ commodity, billedTo, everBilled, cycleId, hasCycle, held, servicePointId }: UnbilledService, today: LocalDate, allowed: number): HoldReason {
  const days = daysBetween(billedTo, today);
  const since = everBilled ? `is billed up to ${billedTo} only, ${days} days ago` : `has never been billed since it began on ${billedTo}, ${days} days ago`;
  const why = !hasCycle ? ` Its account is in bill cycle “${cycleId}”, which does not exist: no run ever comes to it.` : held === null ? ` Nothing holds its bill: look whether cycle ${cycleId} is run.` : ` What holds it: ${held}`;
  return { rule: "unbilled", sentence: `${commodity.charAt(0).toUpperCase()}${commodity.slice(1)} ${since}; ${allowed} days are allowed.${why}`, numbers: { days, allowed }, servicePointId };
}

export const windowClosedId = (runId: string, accountId: string): string => `window:${runId}:${accountId}`;

/** `reason`: what the run said last; null where no run came to the account. */
export function windowClosedOf(cycleId: string, periodTo: LocalDate, closesOn: LocalDate, reason: string | null): HoldReason {
  return {
    rule: "window-closed", numbers: {}, servicePointId: null,
    sentence: `The bill up to ${periodTo} of cycle ${cycleId} was not made by ${closesOn}, when its window closed. ${reason ?? "No run has come to this account."} It is part of the cycle's next bill, or can be tried again by hand.`,
  };
}
