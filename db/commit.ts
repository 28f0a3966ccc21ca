/**
 * The commit: events and what follows from them, in one libSQL write batch. Two ways in, one encoding:
 *
 * - `commitUnits` is the interactive way: plain INSERTs. A lost race, a repeated command or a changed input fails the
 *   whole batch, and nothing is stored.
 * - `commitSet` is the bulk way: units whose head or inputs have changed are left out with everything that hangs on
 *   them, the others commit, and the winners are read back.
 */
import type { SealedEvent } from "../domain/compliance/chain.ts";
import { ConstraintError, type Row, type SqlPort, type SqlValue, type Statement } from "./port.ts";
import { columnCount, insertFromJson, jsonArg, jsonArgs, rowValues, type InsertRow, type TableName, type Writes } from "./rows.ts";

/**
 * A version of something a decision was based on; the commit compares it again. Intervals: sum of the days' versions;
 * registers: count of read versions in the window; rates: count of published versions of the schedule.
 */
export type InputStamp =
  | { readonly kind: "interval"; readonly channelId: number; readonly from: string; readonly to: string; readonly stamp: number }
  | { readonly kind: "register"; readonly channelId: number; readonly from: number; readonly to: number; readonly stamp: number }
  | { readonly kind: "rate"; readonly scheduleId: string; readonly stamp: number }
  /** Tables of factors that rates share. */
  | { readonly kind: "shared"; readonly stamp: number }
  /** What a member of staff has decided on alone, on a day: the sum. */
  | { readonly kind: "authority"; readonly actor: string; readonly day: string; readonly what: string; readonly stamp: number }
  /** Whom a point has served and until when: each start and each stop counts one. */
  | { readonly kind: "served"; readonly servicePointId: string; readonly stamp: number }
  /** Which meters hung at a point and when: each that was hung and each that was taken off counts one. */
  | { readonly kind: "hung"; readonly servicePointId: string; readonly stamp: number };

/** What one command does to one stream. `events` follow `baseSeq`/`baseHash` directly. */
export interface CommitUnit {
  readonly stream: string;
  readonly baseSeq: number;
  readonly baseHash: string;
  readonly events: readonly SealedEvent[];
  readonly writes: Writes;
  readonly inputs: readonly InputStamp[];
  readonly command: { readonly id: string; readonly inputHash: string; readonly result: string };
}

/** Somebody else has the next seq of a stream, or an input changed: load again, decide again. */
export class FenceLostError extends Error {
  override readonly name = "FenceLostError";
}

/** An input is no longer what the decision was based on: deciding again on the same inputs cannot help, they must be loaded again. */
export class InputsChangedError extends FenceLostError {}

/** This command id has taken effect already: read what it answered then. */
export class CommandRepeatedError extends Error {
  override readonly name = "CommandRepeatedError";
}

/** What the stamp of a point's installations (aliased `mi`) is: it grows whenever a meter is hung there or taken off. */
export const HUNG_STAMP = "count(*) + count(mi.removed_on)";

/** What the stamp of a point's agreements (aliased `sa`) is: it grows whenever a service starts or stops there. */
export const SERVED_STAMP = "count(*) + count(sa.stop_on)";

/** True for an input (aliased `i`, a JSON array) that is no longer what the decision was based on. */
const STALE = `CASE i.value->>0
  WHEN 'interval' THEN (SELECT coalesce(sum(d.version), 0) FROM interval_day d WHERE d.channel_id = i.value->>1 AND d.day >= i.value->>2 AND d.day < i.value->>3)
  WHEN 'register' THEN (SELECT count(*) FROM register_read g WHERE g.channel_id = i.value->>1 AND g.read_at >= i.value->>2 AND g.read_at <= i.value->>3)
  WHEN 'rate' THEN (SELECT count(*) FROM rate_version v WHERE v.schedule_id = i.value->>1 AND v.status = 'published')
  WHEN 'hung' THEN (SELECT ${HUNG_STAMP} FROM meter_installation mi WHERE mi.service_point_id = i.value->>1)
  WHEN 'served' THEN (SELECT ${SERVED_STAMP} FROM service_agreement sa WHERE sa.service_point_id = i.value->>1)
  WHEN 'authority' THEN (SELECT coalesce(sum(u.amount), 0) FROM authority_use u WHERE u.actor = i.value->>1 AND u.day = i.value->>2 AND u.kind = i.value->>3)
  WHEN 'shared' THEN (SELECT count(*) FROM setting s WHERE s.topic IN ('riders', 'systemPeaks'))
END IS NOT i.value->>4`;

function stampRow(input: InputStamp): unknown[] {
  switch (input.kind) {
    case "shared": return ["shared", null, null, null, input.stamp];
    case "rate": return ["rate", input.scheduleId, null, null, input.stamp];
    case "authority": return ["authority", input.actor, input.day, input.what, input.stamp];
    case "served":
    case "hung": return [input.kind, input.servicePointId, null, null, input.stamp];
    default: return [input.kind, input.channelId, input.from, input.to, input.stamp];
  }
}

/** Tells inputs apart: those of one key are one input, however many parts of a decision rest on it. */
export const inputKey = (input: InputStamp): string => JSON.stringify(stampRow(input).slice(0, -1));

/**
 * Commits units (one for most commands; several when a command spans streams) and further writes, all or nothing. `further`
 * statements run last, in the same batch: for what is no new row (an invitation used up, sessions ended), see `mustHold`.
 * @throws FenceLostError, CommandRepeatedError, UnavailableError (outcome "unknown": ask for the command), ConstraintError (a rule of the database)
 */
export async function commitUnits(port: SqlPort, units: readonly CommitUnit[], also: Writes = {}, further: readonly Statement[] = []): Promise<void> {
  const statements: Statement[] = [];
  // A command over several streams is one row, on the first of them.
  const commands = new Map(units.toReversed().map((unit) => [unit.command.id, commandRow(unit)]));
  statements.push(...inserts({ command: [...commands.values()] }));
  statements.push(...inserts({ event: units.flatMap((unit) => [...unit.events]) }));
  const inputs = units.flatMap((unit) => unit.inputs.map(stampRow));
  if (inputs.length > 0) statements.push(guard(inputs));
  for (const unit of units) assertFollows(unit);
  statements.push(...inserts(merge([...units.map((unit) => unit.writes), also])), ...further);
  try {
    await port.write(statements);
  } catch (error) {
    throw explained(error);
  }
}

/** A statement that lets the batch through only if the SQL condition is true: else nothing is stored, and it is decided again. */
export function mustHold(condition: string, args: readonly SqlValue[]): Statement {
  return { sql: `INSERT INTO commit_guard (holds, reason) SELECT (${condition}), 'condition'`, args };
}

/** True for an error that says: the entries belong to a month that has been closed. */
export const isMonthClosed = (error: unknown): boolean => error instanceof ConstraintError && error.constraint.includes("accounting period is closed");

/** Writes without an event of their own (a first load, a projection's repair), all or nothing. */
export async function writeRows(port: SqlPort, writes: Writes, further: readonly Statement[] = []): Promise<void> {
  const statements = [...inserts(writes), ...further];
  if (statements.length > 0) await port.write(statements);
}

/** A set as the statements that commit it. Built apart from being sent, so that a run builds the next one while one is being written. */
export interface PreparedSet {
  readonly statements: readonly Statement[];
}

/**
 * Many units in one batch; those that lose are left out whole. `batchId` must be new and is in every event's `batchId`.
 * Accounts that somebody watches get an outbox notice in the same batch.
 */
export function prepareSet(batchId: string, units: readonly CommitUnit[], recordedAt: number): PreparedSet {
  for (const unit of units) {
    assertFollows(unit);
    if (unit.events.some((event) => event.batchId !== batchId)) throw new Error(`an event of ${unit.stream} is not of batch ${batchId}`);
  }
  const unitRows = jsonArg(units.map((unit) => [unit.stream, unit.baseSeq, unit.baseHash, unit.inputs.map(stampRow)]));
  const firstEvents = jsonArg(units.map((unit) => [unit.stream, unit.baseSeq + 1]));
  const statements: Statement[] = [
    { sql: "INSERT INTO batch (id, recorded_at) VALUES (?, ?)", args: [batchId, recordedAt] },
    {
      sql: `WITH fit AS MATERIALIZED (
        SELECT u.value->>0 AS stream FROM json_each(?) AS u
        WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = u.value->>0 AND e.seq = (u.value->>1) + 1)
          AND (u.value->>1 = 0 OR EXISTS (SELECT 1 FROM event e WHERE e.stream = u.value->>0 AND e.seq = u.value->>1 AND e.hash = u.value->>2))
          AND NOT EXISTS (SELECT 1 FROM json_each(u.value, '$[3]') AS i WHERE ${STALE})
      ) ${insertFromJson("event", "json_each(?) AS r", "r.value->>0 IN (SELECT stream FROM fit)")}`,
      args: [unitRows, jsonArg(units.flatMap((unit) => unit.events.map((event) => rowValues("event", event as never))))],
    },
  ];
  const tables = new Map<TableName, unknown[]>();
  for (const unit of units) {
    const key = [unit.stream, unit.baseSeq + 1];
    for (const [name, rows] of entriesOf({ ...unit.writes, command: [commandRow(unit)] })) {
      const all = tables.get(name) ?? [];
      for (const row of rows) all.push([...rowValues(name, row as never), ...key]);
      tables.set(name, all);
    }
  }
  for (const [name, rows] of tables) {
    const at = columnCount(name);
    const won = `json_each(?) AS r CROSS JOIN event AS won`;
    statements.push({ sql: insertFromJson(name, won, `won.stream = r.value->>${at} AND won.seq = r.value->>${at + 1} AND won.batch_id = ?`), args: [jsonArg(rows), batchId] });
  }
  statements.push({
    sql: `INSERT INTO outbox (kind, key, payload, created_at, available_at, attempts)
      SELECT 'accountChanged', w.account_id, json_object('accountId', w.account_id), ?, ?, 0
      FROM json_each(?) AS u CROSS JOIN watched AS w ON w.account_id = substr(u.value->>0, 9)
      JOIN event e ON e.stream = u.value->>0 AND e.seq = u.value->>1 AND e.batch_id = ?
      WHERE u.value->>0 LIKE 'account:%'`,
    args: [recordedAt, recordedAt, firstEvents, batchId],
  });
  statements.push({
    sql: "SELECT e.stream FROM json_each(?) AS u JOIN event e ON e.stream = u.value->>0 AND e.seq = u.value->>1 AND e.batch_id = ?",
    args: [firstEvents, batchId],
  });
  return { statements };
}

/**
 * @returns the streams that won
 * @throws UnavailableError, ConstraintError when the batch id was used before (a replay) or a rule of the database was broken
 */
export async function commitPrepared(port: SqlPort, { statements }: PreparedSet): Promise<Set<string>> {
  const results = await port.write(statements);
  return new Set(results.at(-1)!.rows.map((row: Row) => row["stream"] as string));
}

/** Prepares a set and commits it, see there. */
export function commitSet(port: SqlPort, batchId: string, units: readonly CommitUnit[], recordedAt: number): Promise<Set<string>> {
  return commitPrepared(port, prepareSet(batchId, units, recordedAt));
}

function commandRow(unit: CommitUnit): InsertRow<"command"> {
  return { id: unit.command.id, stream: unit.stream, inputHash: unit.command.inputHash, result: unit.command.result, recordedAt: unit.events[0]?.recordedAt ?? 0 };
}

function entriesOf(writes: Writes): [TableName, object[]][] {
  return (Object.entries(writes) as [TableName, object[]][]).filter(([, rows]) => rows.length > 0);
}

function inserts(writes: Writes): Statement[] {
  return entriesOf(writes).flatMap(([name, rows]) => jsonArgs(rows.map((row) => rowValues(name, row as never))).map((arg) => ({ sql: insertFromJson(name), args: [arg] })));
}

function merge(all: readonly Writes[]): Writes {
  const merged: Record<string, object[]> = {};
  for (const writes of all) for (const [name, rows] of entriesOf(writes)) (merged[name] ??= []).push(...rows);
  return merged as Writes;
}

function guard(inputs: readonly unknown[][]): Statement {
  return { sql: `INSERT INTO commit_guard (holds, reason) SELECT NOT EXISTS (SELECT 1 FROM json_each(?) AS i WHERE ${STALE}), 'inputs'`, args: [jsonArg(inputs)] };
}

/** One half of a pair: the trigger `event_follows_its_head` checks the same in the database. */
function assertFollows(unit: CommitUnit): void {
  let { baseSeq: seq, baseHash: hash } = unit;
  for (const event of unit.events) {
    if (event.stream !== unit.stream || event.seq !== seq + 1 || event.prevHash !== hash) throw new Error(`events of ${unit.stream} do not follow seq ${seq}`);
    ({ seq, hash } = event);
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof ConstraintError)) return error;
  if (/\bcommand\.id\b/.test(error.constraint)) return new CommandRepeatedError(error.message, { cause: error });
  if (/guard: inputs changed/.test(error.constraint)) return new InputsChangedError(error.message, { cause: error });
  if (/event\.stream|event does not follow|day has changed|register_read\.|interval_revision\./.test(error.constraint)) {
    return new FenceLostError(error.message, { cause: error });
  }
  return error;
}
