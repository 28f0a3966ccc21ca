/** What was answered to a gateway's batch, kept so that posting it again gets the same answer. */
import type { OutcomeKind } from "../../domain/metering/index.ts";
import type { SqlPort } from "../port.ts";

/** What became of one read, as the gateway is told. */
export interface ReadAnswer {
  /** Position in the batch. */
  readonly index: number;
  readonly outcome: OutcomeKind;
  /** Of a rejected read: which field. */
  readonly field?: string;
  readonly reason?: string;
  /** The exception that holds it, the first of several. */
  readonly exceptionId?: string;
  readonly exceptionIds?: readonly string[];
}

export interface BatchAnswer {
  readonly batchId: string;
  readonly counts: Readonly<Record<OutcomeKind, number>>;
  readonly outcomes: readonly ReadAnswer[];
}

const LETTERS: Readonly<Record<OutcomeKind, string>> = { accepted: "a", duplicate: "d", exception: "x", rejected: "r" };
const KINDS = Object.fromEntries(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind])) as Record<string, OutcomeKind>;

interface StoredOutcome {
  readonly counts: BatchAnswer["counts"];
  /** A letter a read. */
  readonly outcomes: string;
  /** By index, what there is to say of it. */
  readonly notes: Readonly<Record<string, Omit<ReadAnswer, "index" | "outcome">>>;
}

/** Ten thousand accepted reads are ten thousand letters. */
export function encodeAnswer({ counts, outcomes }: BatchAnswer): string {
  const notes: Record<string, Omit<ReadAnswer, "index" | "outcome">> = {};
  for (const { index, outcome: _, ...note } of outcomes) if (Object.keys(note).length > 0) notes[index] = note;
  return JSON.stringify({ counts, outcomes: outcomes.map(({ outcome }) => LETTERS[outcome]).join(""), notes } satisfies StoredOutcome);
}

export function decodeAnswer(batchId: string, text: string): BatchAnswer {
  const { counts, outcomes, notes } = JSON.parse(text) as StoredOutcome;
  return { batchId, counts, outcomes: Array.from(outcomes, (letter, index) => ({ index, outcome: KINDS[letter]!, ...notes[index] })) };
}

/** The answer of a batch that was taken before; null when it is new. */
export async function storedAnswer(port: SqlPort, batchId: string): Promise<BatchAnswer | null> {
  const [row] = await port.query<{ outcome: string }>("SELECT outcome FROM read_batch WHERE id = ?", [batchId]);
  return row ? decodeAnswer(batchId, row.outcome) : null;
}
