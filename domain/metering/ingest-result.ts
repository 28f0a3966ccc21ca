/** What ingest must have loaded, and what it returns to be committed: the contract between the pure rules and the shell. */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Instant } from "../calendar/zone.ts";
import type { UsageAlert } from "./alerts.ts";
import type { RegisterRead } from "./channel.ts";
import type { DayCondition, LatestCondition } from "./conditions.ts";
import type { ChannelHistory } from "./history.ts";
import type { OutcomeKind, ReadOutcome } from "./match-reads.ts";
import type { DayRevision, DayStats, PackedDay, StoredDay } from "./packed-day.ts";
import type { Reading } from "./reads-request.ts";
import type { Finding } from "./vee.ts";

/** An exception that is in the database for one of the days or reads in question. */
export interface KnownException {
  readonly id: string;
  readonly channelId: number;
  readonly day: LocalDate;
  /** The instant of the register read it is about; null for a day of intervals. */
  readonly readAt: Instant | null;
  readonly ruleId: string;
  /** `decided`: a person or a later read closed it. */
  readonly status: "open" | "decided";
  readonly numbers: Readonly<Record<string, number>>;
}

/** What `ReadsNeeds` asked for. Absent entries mean: nothing stored. */
export interface ReadsLoaded {
  /** By `dayKey`. */
  readonly days: ReadonlyMap<string, StoredDay>;
  /** By channel, all versions, in any order. */
  readonly registerReads: ReadonlyMap<number, readonly RegisterRead[]>;
  readonly histories: ReadonlyMap<number, ChannelHistory>;
  /** Of the channels and days in question, open and decided. */
  readonly exceptions: readonly KnownException[];
  /** Of the channels in question: those that run, and those that ended on the days in question or later. None where it is absent. */
  readonly alerts?: readonly UsageAlert[];
  /** What was said on the days in question, and between the registers' reads. None where it is absent. */
  readonly conditions?: readonly DayCondition[];
}

export function dayKey(channelId: number, day: LocalDate): string {
  return `${channelId}:${day}`;
}

/** The head row of a day: the raw values after the merge and what is known of its best values. */
export interface DayWrite {
  readonly channelId: number;
  readonly meterId: string;
  readonly day: LocalDate;
  /** The version it was decided on, 0 when the day is new; if the stored one differs by then, the write must not happen. */
  readonly expectedVersion: number;
  readonly version: number;
  readonly raw: PackedDay;
  /** Of the best values. */
  readonly stats: DayStats;
  /** Intervals of flow without a pause up to the end of the day, below zero of no flow: the next day's checks go on from there. */
  readonly flowSlotsAtEnd: number;
}

/** A later truth about some slots of a day, kept beside its raw values. */
export interface RevisionWrite extends DayRevision {
  readonly channelId: number;
  readonly day: LocalDate;
  /** Version of the day that this revision makes. */
  readonly dayVersion: number;
}

export interface RegisterWrite extends RegisterRead {
  readonly meterId: string;
  readonly day: LocalDate;
}

/**
 * A finding that a person must look at. The id is made of what it is about: a held reading that is posted again comes with
 * the id it had before, so it is inserted only where that id is not yet there.
 */
export interface NewException extends Finding {
  readonly id: string;
  readonly channelId: number | null;
  readonly meterId: string | null;
  readonly servicePointId: string | null;
  readonly readAt: Instant | null;
  /** A reading kept until its cause is mended; null for stored values. */
  readonly held: Reading | null;
}

/** A finding with where it was found, info included (leaks are told to the customer, not queued). */
export interface PlacedFinding extends Finding {
  readonly channelId: number;
  readonly meterId: string;
  readonly servicePointId: string;
  readonly readAt: Instant | null;
}

/** A stretch of days whose usage is not what it was: bills so far, issued bills and charts may look again. */
export interface UsageChange {
  readonly channelId: number;
  readonly meterId: string;
  readonly servicePointId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export interface ReadsResult {
  /** One a reading, in the order of the batch. */
  readonly outcomes: readonly ReadOutcome[];
  readonly counts: Readonly<Record<OutcomeKind, number>>;
  readonly dayWrites: readonly DayWrite[];
  readonly revisionWrites: readonly RevisionWrite[];
  readonly registerWrites: readonly RegisterWrite[];
  readonly exceptions: readonly NewException[];
  /** Open exceptions that still hold, with new numbers. */
  readonly exceptionUpdates: readonly { readonly id: string; readonly finding: Finding }[];
  /** Open exceptions whose cause is gone. */
  readonly cured: readonly string[];
  readonly findings: readonly PlacedFinding[];
  readonly changes: readonly UsageChange[];
  /** What was said on days, joined with what was known; only where it is new. */
  readonly conditions: readonly DayCondition[];
  /** The last word on each kind of condition of each meter of the batch. */
  readonly latest: readonly LatestCondition[];
  /** Alerts that were raised, go on or are over, as they are now. */
  readonly alerts: readonly UsageAlert[];
}
