/** What hangs on an account's commit beside its own events: work items with theirs, the outcome in the run. */
import type { Attachments } from "../../db/account/writes.ts";
import { cureWork, openWork, type ExceptionChange, type ExceptionRecord } from "../../db/metering/exceptions.ts";
import { seal, type Provenance } from "../../domain/compliance/chain.ts";
import { exceptionEvent, exceptionStream } from "../../domain/lifecycle/exception.ts";
import type { HoldReason } from "../../domain/billing/hold-rules.ts";
import { BILLING_KIND, type WorkPlan } from "../../domain/billing/work.ts";

export interface WorkOf {
  readonly accountId: string;
  readonly runId: string;
  readonly provenance: Provenance;
}

/** A plan as rows that stand or fall with the account's own commit. */
export function workAttachments({ open, cure }: WorkPlan, known: readonly ExceptionRecord[], of: WorkOf): Attachments {
  const { runId, provenance: { recordedAt } } = of;
  const recordOf = (id: string) => known.find(({ row }) => row.id === id);
  const changes = [
    ...open.map(({ id, reason }): ExceptionChange => {
      const change = openWork(workRow(id, reason, of.accountId), recordOf(id), recordedAt);
      return readOrdered({ ...change, row: { ...change.row, runId } }, reason);
    }),
    ...cure.map((id) => cureWork(recordOf(id)!, recordedAt)),
  ];
  return changeAttachments(changes, of.provenance);
}

/** Changes of exceptions with their events, sealed. */
export function changeAttachments(changes: readonly ExceptionChange[], provenance: Provenance): Attachments {
  if (changes.length === 0) return {};
  return {
    event: changes.flatMap(({ row, head, events }) => seal(exceptionStream(row.id), head, events, provenance).map((event) => ({ ...event }))),
    exception: changes.map(({ row }) => row),
  };
}

/** A reason that asks for a read orders it: the item waits on the list of reads to be taken, and closes with the bill. */
function readOrdered(change: ExceptionChange, { readOf, servicePointId }: HoldReason): ExceptionChange {
  if (readOf === undefined) return change;
  const ordered = exceptionEvent("RereadOrdered", { exceptionId: change.row.id, meterId: readOf, servicePointId, reasonRef: null });
  return { ...change, events: [...change.events, ordered], row: { ...change.row, stage: "waiting" } };
}

/** A reason as a work item of billing. */
export function workRow(id: string, { rule, sentence, numbers, servicePointId, readOf }: HoldReason, accountId: string) {
  return { id, kind: BILLING_KIND, rule, severity: "fail", meterId: readOf ?? null, channelId: null, day: null, readAt: null, servicePointId, accountId, sentence, numbers, detail: null };
}

/** Attachments of several sources as one. */
export function joined(...all: readonly Attachments[]): Attachments {
  const merged: Record<string, object[]> = {};
  for (const attachments of all) for (const [name, rows] of Object.entries(attachments) as [string, object[]][]) (merged[name] ??= []).push(...rows);
  return merged as Attachments;
}
