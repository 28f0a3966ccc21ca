/**
 * Commands on streams other than an account's (a premise, a meter, an exception, the settings): the same fence and the same
 * idempotency, without an object in front, since few people ever race on them.
 */
import { inputHash, seal, type EventDraft, type Head, type Provenance } from "../domain/compliance/chain.ts";
import type { Refusal } from "../domain/lifecycle/account/decide.ts";
import { isTakenId, TAKEN_ID } from "../domain/lifecycle/command-id.ts";
import { CommandRepeatedError, commitUnits, FenceLostError, type CommitUnit, type InputStamp } from "./commit.ts";
import type { SqlPort, Statement } from "./port.ts";
import type { Writes } from "./rows.ts";

export interface StreamCommand {
  readonly commandId: string;
  /** The id is one of the product's own, though a person is behind it. */
  readonly own?: boolean;
  readonly stream: string;
  /** What was asked, for the input hash: the same id with another input is a conflict. */
  readonly input: unknown;
  readonly provenance: Omit<Provenance, "commandId" | "batchId">;
}

/** Another stream that the same command changes: fenced and committed together with the first. */
export interface OtherStream {
  readonly stream: string;
  readonly head: Head;
  readonly drafts: readonly EventDraft[];
  readonly writes: Writes;
}

export type StreamDecision<R> =
  | {
      readonly ok: true; readonly drafts: readonly EventDraft[]; readonly writes: Writes; readonly inputs?: readonly InputStamp[];
      readonly others?: readonly OtherStream[]; readonly further?: readonly Statement[]; readonly result: R;
    }
  | { readonly ok: false; readonly refusal: Refusal };

export type StreamAnswer<R> =
  | { readonly status: "done"; readonly result: R; readonly replayed: boolean }
  | { readonly status: "refused"; readonly refusal: Refusal }
  | { readonly status: "conflict" };

/** People rarely race on these streams; machines that do are told to come back. */
const RACES_MAX = 8;

/** The end of a stream. */
export async function loadHead(port: SqlPort, stream: string): Promise<Head> {
  const [row] = await port.query<Head>("SELECT seq, hash FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1", [stream]);
  return row ?? { seq: 0, hash: "" };
}

/**
 * Decides and commits one command on one stream. `decide` is called again after a lost race, so it must read what it needs
 * each time it is called.
 * @throws UnavailableError; FenceLostError after too many lost races
 */
export async function runStreamCommand<R>(port: SqlPort, command: StreamCommand, decide: (head: Head) => Promise<StreamDecision<R>> | StreamDecision<R>): Promise<StreamAnswer<R>> {
  if (command.own !== true && isTakenId(command.commandId, command.provenance)) return { status: "refused", refusal: TAKEN_ID };
  const hash = inputHash(command.input);
  for (let race = 0; ; race += 1) {
    const stored = await findCommand<R>(port, command.commandId, hash);
    if (stored) return stored;
    const head = await loadHead(port, command.stream);
    const decision = await decide(head);
    if (!decision.ok) return { status: "refused", refusal: decision.refusal };
    const { result, others = [] } = decision;
    const units = [unitOf(command, hash, head, decision), ...others.map((other) => unitOf({ ...command, stream: other.stream }, hash, other.head, { ...other, result }))];
    try {
      await commitUnits(port, units, {}, decision.further);
      return { status: "done", result: decision.result, replayed: false };
    } catch (error) {
      if (error instanceof CommandRepeatedError) continue;
      if (!(error instanceof FenceLostError) || race + 1 >= RACES_MAX) throw error;
    }
  }
}

/** The commit unit of a decision, for callers that commit several streams together. */
export function unitOf<R>(command: StreamCommand, hash: string, head: Head, decision: Omit<Extract<StreamDecision<R>, { ok: true }>, "ok">): CommitUnit {
  const { commandId, stream, provenance } = command;
  return {
    stream,
    baseSeq: head.seq,
    baseHash: head.hash,
    events: seal(stream, head, decision.drafts, { ...provenance, commandId, batchId: "" }),
    writes: decision.writes,
    inputs: decision.inputs ?? [],
    command: { id: commandId, inputHash: hash, result: JSON.stringify(decision.result) },
  };
}

async function findCommand<R>(port: SqlPort, commandId: string, hash: string): Promise<StreamAnswer<R> | null> {
  const [row] = await port.query<{ input_hash: string; result: string }>("SELECT input_hash, result FROM command WHERE id = ?", [commandId]);
  if (!row) return null;
  return row.input_hash === hash ? { status: "done", result: JSON.parse(row.result) as R, replayed: true } : { status: "conflict" };
}
