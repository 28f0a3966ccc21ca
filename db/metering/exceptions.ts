/** Exceptions as they are stored: the row that is read by many, and the end of the stream that its next event must follow. */
import { seal, type Head, type Provenance } from "../../domain/compliance/chain.ts";
import { CURED, exceptionEvent, exceptionStream, READS_KIND, type ExceptionEvent } from "../../domain/lifecycle/exception.ts";
import type { Finding, NewException, Reading } from "../../domain/metering/index.ts";
import type { CommitUnit } from "../commit.ts";
import type { SqlPort, Statement } from "../port.ts";
import type { InsertRow } from "../rows.ts";
import type { HeldSource } from "./sources.ts";

export type ExceptionRow = Required<InsertRow<"exception">>;

export interface ExceptionRecord {
  readonly row: ExceptionRow;
  readonly head: Head;
}

/** What an exception points at beside its numbers. */
export interface ExceptionDetail {
  readonly slot?: number;
  /** A reading that could not be stored with any channel. */
  readonly reading?: HeldReadingText;
  /** Where in its file it stands; left out where it came in none. */
  readonly source?: HeldSource;
}

/** A held reading as JSON: values as a list, `MISSING` as it is. */
export type HeldReadingText = Omit<Reading, "values"> & { readonly values?: readonly number[] };

/** One exception's change: its events, and how its row looks afterwards. */
export interface ExceptionChange {
  readonly head: Head;
  readonly events: readonly ExceptionEvent[];
  readonly row: ExceptionRow;
}

const EMPTY: Head = { seq: 0, hash: "" };

const EXCEPTIONS = `SELECT x.id, x.kind, x.rule, x.severity, x.status, x.meter_id AS "meterId", x.channel_id AS "channelId", x.day, x.read_at AS "readAt", x.service_point_id AS "servicePointId",
    x.account_id AS "accountId", x.run_id AS "runId", x.sentence, x.numbers, x.owner, x.opened_at AS "openedAt", x.closed_at AS "closedAt", x.decision, x.stage, x.snoozed_until AS "snoozedUntil", x.detail,
    coalesce(e.seq, 0) AS seq, coalesce(e.hash, '') AS hash
  FROM json_each(?) AS i CROSS JOIN exception AS x ON x.id = i.value
  LEFT JOIN event AS e ON e.stream = 'exception:' || x.id AND NOT EXISTS (SELECT 1 FROM event AS later WHERE later.stream = e.stream AND later.seq = e.seq + 1)`;

export function exceptionsStatement(ids: readonly string[]): Statement {
  return { sql: EXCEPTIONS, args: [JSON.stringify(ids)] };
}

export function recordsOf(rows: readonly object[]): Map<string, ExceptionRecord> {
  return new Map(rows.map((each) => {
    const { seq, hash, ...row } = each as ExceptionRow & Head;
    return [row.id, { row, head: { seq, hash } }];
  }));
}

/** Exceptions with the ends of their streams, as many of the ids as there are. */
export async function loadExceptions(port: SqlPort, ids: readonly string[]): Promise<Map<string, ExceptionRecord>> {
  if (ids.length === 0) return new Map();
  const { sql, args } = exceptionsStatement(ids);
  return recordsOf(await port.query(sql, args));
}

export interface NewWork {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly severity: string;
  readonly meterId: string | null;
  readonly channelId: number | null;
  readonly day: string | null;
  readonly readAt: number | null;
  readonly servicePointId: string | null;
  readonly accountId: string | null;
  readonly sentence: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly detail: ExceptionDetail | null;
}

/** What was found by validation, as work for a person. */
export function workOf(found: NewException, accountId: string | null, source?: HeldSource): NewWork {
  const { id, ruleId, severity, meterId, channelId, day, readAt, servicePointId, sentence, numbers, slot, held } = found;
  const detail = held !== null ? { reading: heldText(held), ...(source && { source }) } : slot === undefined ? null : { slot };
  return { id, kind: READS_KIND, rule: ruleId, severity, meterId, channelId, day, readAt, servicePointId, accountId, sentence, numbers, detail };
}

/** Opens work; where the same was open before it gets the new numbers, where it was closed it is opened again. */
export function openWork(work: NewWork, known: ExceptionRecord | undefined, now: number): ExceptionChange {
  const { id, kind, rule, severity, sentence } = work;
  const numbers = wholeNumbers(work.numbers);
  const detail = work.detail === null ? null : JSON.stringify(work.detail);
  if (known?.row.status === "open") return updateWork(known, { severity, sentence, numbers: work.numbers });
  const event: ExceptionEvent = known
    ? exceptionEvent("ExceptionReopened", { exceptionId: id, sentence, numbers })
    : exceptionEvent("ExceptionOpened", {
      exceptionId: id, kind, rule, severity, meterId: work.meterId, channelId: work.channelId, day: work.day, readAt: work.readAt, servicePointId: work.servicePointId, accountId: work.accountId, sentence, numbers,
      // The values of a held reading stay in the row: an event says what happened, and a year of values is not that.
      detail: work.detail?.reading === undefined ? detail : null,
    });
  const { meterId, channelId, day, readAt, servicePointId, accountId } = work;
  return {
    head: known?.head ?? EMPTY,
    events: [event],
    row: {
      id, kind, rule, severity, status: "open", meterId, channelId, day, readAt, servicePointId, accountId, runId: null, sentence, numbers: JSON.stringify(work.numbers), owner: null,
      openedAt: now, closedAt: null, decision: null, stage: null, snoozedUntil: null, detail,
    },
  };
}

/** Work that is still there, with other numbers. */
export function updateWork({ row, head }: ExceptionRecord, { severity, sentence, numbers }: Pick<Finding, "sentence" | "numbers"> & { readonly severity: string }): ExceptionChange {
  return {
    head,
    events: [exceptionEvent("ExceptionUpdated", { exceptionId: row.id, severity, sentence, numbers: wholeNumbers(numbers) })],
    row: { ...row, severity, sentence, numbers: JSON.stringify(numbers) },
  };
}

/** Work whose cause is gone. */
export function cureWork({ row, head }: ExceptionRecord, now: number, decision: string = CURED): ExceptionChange {
  return {
    head,
    events: [exceptionEvent("ExceptionClosed", { exceptionId: row.id, decision })],
    row: { ...row, status: "closed", stage: null, snoozedUntil: null, closedAt: now, decision },
  };
}

/** A change as a unit of the commit of `command`. */
export function exceptionUnit({ head, events, row }: ExceptionChange, provenance: Provenance, command: CommitUnit["command"]): CommitUnit {
  const stream = exceptionStream(row.id);
  return { stream, baseSeq: head.seq, baseHash: head.hash, events: seal(stream, head, events, provenance), writes: { exception: [row] }, inputs: [], command };
}

/** The log holds whole numbers only. */
function wholeNumbers(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Math.round(value)]));
}

function heldText(reading: Reading): HeldReadingText {
  return reading.kind === "register" ? reading : { ...reading, values: [...reading.values] };
}

/** The inverse of how a held reading is kept. */
export function heldReading(text: HeldReadingText): Reading {
  return (text.values === undefined ? text : { ...text, values: Int32Array.from(text.values) }) as Reading;
}
