/**
 * Life cycle of an exception: something that a person must look at before what it stands on can reach a bill. Which moves
 * there are and what may be decided on what are tables; events are named the same whoever raises them (reads, billing).
 */
import { holdRule } from "../billing/hold-rules.ts";
import { UNBILLED_KIND } from "../billing/unbilled.ts";
import type { EventDraft } from "../compliance/chain.ts";
import type { Refusal } from "./account/decide.ts";

/** Where an exception stands. All but `closed` are open: what it is about stays out of bills. */
export type ExceptionStage = "new" | "assigned" | "snoozed" | "waiting" | "closed";

export type ExceptionAction = "assign" | "release" | "snooze" | "wake" | "reread" | "close" | "reopen";

/** Stage × action → next stage; what is not here cannot be done. `waiting` waits for a new read that was ordered. */
export const EXCEPTION_MOVES: Readonly<Record<ExceptionStage, Readonly<Partial<Record<ExceptionAction, ExceptionStage>>>>> = {
  new: { assign: "assigned", snooze: "snoozed", reread: "waiting", close: "closed" },
  assigned: { assign: "assigned", release: "new", snooze: "snoozed", reread: "waiting", close: "closed" },
  snoozed: { assign: "assigned", wake: "new", snooze: "snoozed", reread: "waiting", close: "closed" },
  waiting: { assign: "waiting", release: "waiting", close: "closed" },
  closed: { reopen: "new" },
};

/**
 * What it is about: the values of a day, one register read, a reading that could not be stored with any channel,
 * or work of another kind (a held bill, a payment without an account).
 */
export type ExceptionSubject = "day" | "read" | "reading" | "work";

export type ExceptionDecision = "accept" | "edit" | "estimate" | "reread" | "dismiss";

/**
 * What may be decided. `accept`: it is right as it is (a held reading: its cause is mended, take it in). `edit`: other values
 * count. `estimate`: as if it had not come. `reread`: somebody looks at the meter first. `dismiss`: nothing needs to be done.
 */
export const DECISIONS: Readonly<Record<ExceptionSubject, readonly ExceptionDecision[]>> = {
  day: ["accept", "edit", "estimate", "reread"],
  read: ["accept", "edit", "estimate", "reread"],
  reading: ["accept", "dismiss"],
  work: ["dismiss"],
};

/** How an exception is closed when its cause is gone. */
export const CURED = "cured";

/** Kinds: reads that failed validation, and a change of what an issued bill rests on. Others belong to those who raise them. */
export const READS_KIND = "reads";
export const REBILL_KIND = "rebill";
/** Kind of what waits for a second person; it is decided on where it was proposed. */
export const APPROVAL_KIND = "approval";
/** How a change under an issued bill is closed when the bill was made again. */
export const REBILLED = "rebilled";

/** As long as anybody puts work off; after that it is on the list again. */
export const SNOOZE_MAX_DAYS = 60;
const DAY_MS = 86_400_000;

export interface ExceptionState {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly subject: ExceptionSubject;
  readonly stage: ExceptionStage;
  readonly owner: string | null;
}

/** What was there and what counts now, for the log: totals and values in thousandths of the channel's unit. */
export interface ChangeNoted {
  readonly total?: number;
  readonly value?: number;
  readonly missing?: number;
  readonly suspect: boolean;
  /** Of the slots that were changed, in order; `null` where there was no value. */
  readonly slots?: readonly { readonly slot: number; readonly value: number | null }[];
}

export interface ExceptionEvents {
  ExceptionOpened: {
    exceptionId: string; kind: string; rule: string; severity: string; meterId: string | null; channelId: number | null; day: string | null; readAt: number | null;
    servicePointId: string | null; accountId: string | null; sentence: string; numbers: Readonly<Record<string, number>>; detail: string | null;
  };
  ExceptionReopened: { exceptionId: string; sentence: string; numbers: Readonly<Record<string, number>> };
  /** It still holds, with other numbers. */
  ExceptionUpdated: { exceptionId: string; severity: string; sentence: string; numbers: Readonly<Record<string, number>> };
  ExceptionAssigned: { exceptionId: string; owner: string; before: string | null };
  ExceptionReleased: { exceptionId: string; before: string | null };
  ExceptionSnoozed: { exceptionId: string; until: number; reasonRef: string | null };
  ExceptionWoken: { exceptionId: string };
  RereadOrdered: { exceptionId: string; meterId: string | null; servicePointId: string | null; reasonRef: string | null };
  ExceptionDecided: { exceptionId: string; decision: ExceptionDecision; rule: string; before: ChangeNoted | null; after: ChangeNoted | null; method: string | null; reasonRef: string | null };
  ExceptionClosed: { exceptionId: string; decision: string };
}

export type ExceptionEventType = keyof ExceptionEvents;
export type ExceptionEvent = { [T in ExceptionEventType]: EventDraft<T, ExceptionEvents[T]> }[ExceptionEventType];

export function exceptionEvent<T extends ExceptionEventType>(type: T, data: ExceptionEvents[T]): EventDraft<T, ExceptionEvents[T]> {
  return { type, version: 1, data };
}

/** Name of an exception's stream in the log. */
export const exceptionStream = (exceptionId: string): string => `exception:${exceptionId}`;

export type ExceptionCommand =
  | { readonly type: "assign"; readonly owner: string }
  | { readonly type: "release" }
  | { readonly type: "snooze"; readonly until: number; readonly reasonRef: string | null }
  | { readonly type: "wake" }
  | { readonly type: "decide"; readonly decision: ExceptionDecision; readonly before: ChangeNoted | null; readonly after: ChangeNoted | null; readonly method: string | null; readonly reasonRef: string | null };

export type ExceptionOutcome = { readonly ok: true; readonly events: readonly ExceptionEvent[]; readonly state: ExceptionState } | { readonly ok: false; readonly refusal: Refusal };

const refuse = (code: string, message: string, field?: string): ExceptionOutcome => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

/** What may be decided on this exception. A held bill may pass, or go back to whoever reads the meter, only where its rule asks for a review. */
export function decisionsFor({ subject, kind, rule }: Pick<ExceptionState, "subject" | "kind" | "rule">): readonly ExceptionDecision[] {
  if (kind === "billing") return holdRule(rule)?.cure === "review" ? ["accept", "reread"] : [];
  // Nobody decides a service billed: it is.
  return kind === APPROVAL_KIND || kind === UNBILLED_KIND ? [] : DECISIONS[subject];
}

/** What a command makes happen to an exception, or why it cannot be. `meter` is what a re-read would be of. */
export function decideException(state: ExceptionState, command: ExceptionCommand, now: number, meter: { readonly meterId: string | null; readonly servicePointId: string | null }): ExceptionOutcome {
  const { id: exceptionId } = state;
  const move = (action: ExceptionAction, event: ExceptionEvent, owner: string | null = state.owner): ExceptionOutcome => {
    const next = EXCEPTION_MOVES[state.stage][action];
    // What somebody owns goes back to them, not to the pile.
    const stage = next === "new" && owner !== null ? "assigned" : next;
    if (stage === undefined) return refuse("stage", state.stage === "closed" ? "Somebody has decided on this already." : `This cannot be done while it is ${state.stage}.`);
    return { ok: true, events: [event], state: { ...state, stage, owner } };
  };
  switch (command.type) {
    case "assign":
      return move("assign", exceptionEvent("ExceptionAssigned", { exceptionId, owner: command.owner, before: state.owner }), command.owner);
    case "release":
      return move("release", exceptionEvent("ExceptionReleased", { exceptionId, before: state.owner }), null);
    case "snooze":
      if (command.until <= now) return refuse("until", "Choose a day that is still to come.", "until");
      if (command.until > now + SNOOZE_MAX_DAYS * DAY_MS) return refuse("until", `It can be put off for at most ${SNOOZE_MAX_DAYS} days.`, "until");
      return move("snooze", exceptionEvent("ExceptionSnoozed", { exceptionId, until: command.until, reasonRef: command.reasonRef }));
    case "wake":
      return move("wake", exceptionEvent("ExceptionWoken", { exceptionId }));
    case "decide":
      return decide(state, command, move, meter);
  }
}

function decide(
  state: ExceptionState,
  { decision, before, after, method, reasonRef }: Extract<ExceptionCommand, { type: "decide" }>,
  move: (action: ExceptionAction, event: ExceptionEvent) => ExceptionOutcome,
  meter: { readonly meterId: string | null; readonly servicePointId: string | null },
): ExceptionOutcome {
  const allowed = decisionsFor(state);
  if (!allowed.includes(decision)) {
    return refuse("decision", allowed.length === 0 ? "This closes by itself once its cause is mended." : `This can be decided by: ${allowed.join(", ")}.`, "decision");
  }
  if (decision === "reread") return move("reread", exceptionEvent("RereadOrdered", { exceptionId: state.id, ...meter, reasonRef }));
  return move("close", exceptionEvent("ExceptionDecided", { exceptionId: state.id, decision, rule: state.rule, before, after, method, reasonRef }));
}

/** Which kind of thing an exception is about, from how it is stored. */
export function subjectOf({ kind, channelId, readAt, held }: { readonly kind: string; readonly channelId: number | null; readonly readAt: number | null; readonly held: boolean }): ExceptionSubject {
  if (kind !== READS_KIND) return "work";
  if (held) return "reading";
  if (channelId === null) return "work";
  return readAt === null ? "day" : "read";
}
