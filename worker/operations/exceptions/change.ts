/** What a decision does to values and to other exceptions, to be committed together with its own event. */
import type { OtherStream } from "../../../db/command.ts";
import type { InputStamp } from "../../../db/commit.ts";
import type { ExceptionChange } from "../../../db/metering/exceptions.ts";
import type { ReadsSetting } from "../../../db/metering/ingest.ts";
import type { WrittenBy } from "../../../db/metering/values.ts";
import type { SqlPort, Statement } from "../../../db/port.ts";
import type { Refusal } from "../../../domain/lifecycle/account/decide.ts";
import type { ChangeNoted, ExceptionDecision } from "../../../domain/lifecycle/exception.ts";

/** A slot of a day and, for an edit, the value that is to count: decimal text in the channel's unit, as the meter shows it. */
export interface SlotInput {
  readonly slot: number;
  readonly value?: string;
}

export interface Asked {
  readonly decision: ExceptionDecision;
  readonly slots: readonly SlotInput[];
  readonly value: string | null;
}

export interface Deciding {
  readonly port: SqlPort;
  readonly setting: ReadsSetting;
  readonly holidays: ReadonlySet<string>;
  readonly by: WrittenBy;
  /** Stands beside changed values: the reference to the person's words. */
  readonly reason: string;
}

export interface ValueChange {
  readonly ok: true;
  readonly before: ChangeNoted | null;
  readonly after: ChangeNoted | null;
  /** How an estimate was made. */
  readonly method: string | null;
  /** The exception's own numbers and sentence, where the values that it speaks of are others now. */
  readonly finding: { readonly numbers: Readonly<Record<string, number>>; readonly sentence: string } | null;
  readonly others: readonly ExceptionChange[];
  /** Alerts that the values had raised and that are over by those that count now. */
  readonly alerts: readonly OtherStream[];
  readonly statements: readonly Statement[];
  readonly inputs: readonly InputStamp[];
  readonly servicePointIds: readonly string[];
}

export type ValueOutcome = ValueChange | { readonly ok: false; readonly refusal: Refusal };

export const NOTHING: ValueChange = { ok: true, before: null, after: null, method: null, finding: null, others: [], alerts: [], statements: [], inputs: [], servicePointIds: [] };

export function refuse(field: string, message: string): ValueOutcome {
  return { ok: false, refusal: { code: field, message, field } };
}
