/** From a decision about an account to what its commit writes: the command, and the rows that hang on it. */
import type { Attachments } from "../../db/account/writes.ts";
import type { InsertRow } from "../../db/rows.ts";
import { seal, type Provenance, type SealedEvent } from "../../domain/compliance/chain.ts";
import { workStream, type WorkChange } from "../../domain/billing/work.ts";

export interface WorkOf {
  readonly accountId: string;
  readonly runId: string;
  readonly provenance: Provenance;
}

/** Work items with their events as rows that stand or fall with the account's own commit. */
export function workAttachments(changes: readonly WorkChange[], { accountId, runId, provenance }: WorkOf): Attachments {
  if (changes.length === 0) return {};
  return {
    event: changes.flatMap((change) => seal(workStream(change.id), change.head, [change.event], provenance).map(eventRow)),
    exception: changes.map((change) => exceptionRow(change, accountId, runId, provenance.recordedAt)),
  };
}

function eventRow(event: SealedEvent): InsertRow<"event"> {
  return { ...event };
}

function exceptionRow({ id, status, reason, known, event }: WorkChange, accountId: string, runId: string, now: number): InsertRow<"exception"> {
  const decision = event.type === "ExceptionClosed" ? event.data.decision : null;
  return {
    id, kind: "billing", rule: reason?.rule ?? known!.rule, severity: "fail", status, meterId: null, channelId: null, day: null, readAt: null,
    servicePointId: reason ? reason.servicePointId : known!.servicePointId, accountId, runId: known?.runId ?? runId,
    sentence: reason?.sentence ?? known!.sentence, numbers: reason ? JSON.stringify(reason.numbers) : known!.numbers, owner: known?.owner ?? null,
    openedAt: reason ? now : known!.openedAt, closedAt: status === "open" ? null : now, decision,
  };
}

/** Attachments of several sources as one. */
export function joined(...all: readonly Attachments[]): Attachments {
  const merged: Record<string, object[]> = {};
  for (const attachments of all) for (const [name, rows] of Object.entries(attachments) as [string, object[]][]) (merged[name] ??= []).push(...rows);
  return merged as Attachments;
}
