/**
 * The second half of ingest: what a batch of readings changes. A pure function from matched readings and what is stored
 * of their channels to outcomes, writes and exceptions; the shell commits exactly what it returns, in one batch.
 * Posting a batch again finds everything stored and returns no writes.
 */
import { classifyIntervals } from "./classify-days.ts";
import { classifyRegisters } from "./classify-registers.ts";
import type { ReadsLoaded, ReadsResult } from "./ingest-result.ts";
import { heldException, startWork } from "./ingest-work.ts";
import { tellDays } from "./tell-days.ts";
import type { MatchedReads, OutcomeKind, ReadsContext } from "./match-reads.ts";
import { finishOutcome, type OutcomeDraft } from "./outcome-draft.ts";

/** Classifies a matched batch. `loaded` holds what `matched.needs` named. */
export function classifyReads(matched: MatchedReads, loaded: ReadsLoaded, context: ReadsContext): ReadsResult {
  const work = startWork(loaded, context);
  for (const held of matched.held) work.exceptions.set(held.id, heldException(held));

  const drafts: OutcomeDraft[] = [];
  const told = tellDays(matched.told, work);
  const sequences = classifyRegisters(matched.registers, told, work, drafts);
  classifyIntervals(matched.intervals, told, sequences, work, drafts);

  const outcomes = [...matched.settled, ...drafts.map(finishOutcome)].toSorted((a, b) => a.index - b.index);
  const counts: Record<OutcomeKind, number> = { accepted: 0, duplicate: 0, exception: 0, rejected: 0 };
  for (const { outcome } of outcomes) counts[outcome]++;
  const { dayWrites, revisionWrites, registerWrites, exceptionUpdates, cured, findings, changes } = work;
  return { outcomes, counts, dayWrites, revisionWrites, registerWrites, exceptions: [...work.exceptions.values()], exceptionUpdates, cured, findings, changes, alerts: [...work.alerts.values()], conditions: [...work.conditions.values()], latest: matched.latest };
}
