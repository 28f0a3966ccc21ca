/** The outcome of one reading while the batch is worked through: a reading may reach into many days. */
import { outcomeHead, type ReadOutcome } from "./match-reads.ts";
import type { Reading } from "./reads-request.ts";

export interface OutcomeDraft {
  readonly index: number;
  readonly meter: string;
  stored: number;
  duplicates: number;
  corrected: number;
  refused: number;
  readonly exceptionIds: Set<string>;
}

export function draftOf(reading: Reading): OutcomeDraft {
  return { ...outcomeHead(reading), refused: 0, exceptionIds: new Set() };
}

export function finishOutcome({ index, meter, stored, duplicates, corrected, refused, exceptionIds }: OutcomeDraft): ReadOutcome {
  const head = { index, meter, stored, duplicates, corrected };
  if (exceptionIds.size > 0) return { ...head, outcome: "exception", exceptionIds: [...exceptionIds] };
  if (stored + corrected > 0) return { ...head, outcome: "accepted" };
  if (refused > 0 && duplicates === 0) return { ...head, outcome: "rejected", field: "quality", reason: "an estimate does not replace a value that was measured" };
  return { ...head, outcome: "duplicate" };
}
