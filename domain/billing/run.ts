/** A bill run as a stream of its own, `run:ID`: when it was started, tried again, finished, and with what. */
import type { LocalDate } from "../calendar/local-date.ts";
import type { EventDraft } from "../compliance/chain.ts";

/** What became of an account in a run. `retry`: it was held, and is to be tried again. */
export type RunOutcome = "billed" | "held" | "failed" | "retry";

export interface RunCounts {
  readonly billed: number;
  readonly held: number;
  readonly failed: number;
}

interface RunEvents {
  BillRunStarted: { runId: string; cycleId: string; periodTo: LocalDate; billOn: LocalDate; due: number };
  /** Accounts that were held are tried again: reads may have come, work items may be decided. */
  BillRunRetried: { runId: string; billOn: LocalDate; due: number };
  /** Its window has closed: what it left without a bill is work for a person. */
  BillWindowClosed: { runId: string; cycleId: string; periodTo: LocalDate; closesOn: LocalDate; left: number };
  BillRunFinished: { runId: string; cycleId: string; periodTo: LocalDate } & RunCounts;
}
export type RunEvent = { [T in keyof RunEvents]: EventDraft<T, RunEvents[T]> }[keyof RunEvents];

export const runStream = (runId: string): string => `run:${runId}`;

/** One run for each cycle and period, so that starting it twice finds the first. */
export const runIdOf = (cycleId: string, periodTo: LocalDate): string => `${cycleId}-${periodTo}`;

/** A bill's id and number say whose and up to when; an account has one bill for a period's end that stands. */
export const billIdOf = (accountId: string, periodTo: LocalDate): string => `${accountId}-${periodTo.replaceAll("-", "")}`;

export function runEvent<T extends keyof RunEvents>(type: T, data: RunEvents[T]): RunEvent {
  return { type, version: 1, data } as RunEvent;
}
