/** What a bill is decided on, as the shell loads it: the account, where its services are delivered, what it was billed before. */
import { daysBetween, type LocalDate } from "../calendar/local-date.ts";
import type { AccountState } from "../lifecycle/account/state.ts";
import type { ChannelLeg } from "../metering/index.ts";
import type { Cents } from "../money/cents.ts";

/** Where one service of the account is delivered, and what measures it. */
export interface PointFacts {
  readonly servicePointId: string;
  /** The point whose meter it is billed on: itself, or another one (sewer on water). */
  readonly measuredAt: string;
  readonly dwellingUnits: number;
  /** Every channel of every meter that ever hung where it is measured. */
  readonly legs: readonly ChannelLeg[];
  /** Size of the meter that hangs there last, e.g. `5/8"`. */
  readonly meterSize: string | null;
  /** Nothing is delivered there now: it was cut off, or is vacant. */
  readonly disconnected?: boolean;
}

/** A bill of before, for judging this one. */
export interface PastBill {
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly charges: Cents;
}

/** A work item that billing once opened on the account and that may still matter. */
export interface BillingWork {
  readonly id: string;
  readonly rule: string;
  readonly status: string;
  readonly runId: string | null;
  readonly decision: string | null;
}

export interface AccountFacts {
  readonly state: AccountState;
  readonly head: { readonly seq: number; readonly hash: string };
  /** By service point. */
  readonly points: ReadonlyMap<string, PointFacts>;
  /** Newest first. */
  readonly history: readonly PastBill[];
}

export const daysOfBill = (bill: PastBill): number => Math.max(1, daysBetween(bill.periodFrom, bill.periodTo));
