/**
 * What every door to the database checks and translates before a statement leaves, so that a mistake fails the same
 * way on the in-memory database of a test as on a real server.
 */
import type { SqlValue, Statement } from "./port.ts";

/** sqld refuses a longer text or blob (its SQLITE_LIMIT_LENGTH), as an argument and as a stored value. */
export const MAX_VALUE_BYTES = 5_000_000;

/** A value as SQLite is to have it: whole numbers as INTEGER. JavaScript's number alone would arrive as REAL, `5` as `5.0`. */
export type BoundValue = string | number | bigint | null | Uint8Array;

export interface BoundStatement {
  readonly sql: string;
  readonly args: BoundValue[];
}

/** @throws Error naming statement and argument when a value cannot be stored as it is */
export function bindAll(statements: readonly Statement[]): BoundStatement[] {
  return statements.map(({ sql, args = [] }, s) => ({
    sql,
    args: args.map((value, a) => bind(value, () => `argument ${a + 1} of statement ${s + 1} (${excerpt(sql)})`)),
  }));
}

/** A server executes whatever is sent as a read, and commits it: so a write is stopped here. */
export function assertReads(statements: readonly Statement[]): void {
  for (const { sql } of statements) {
    if (!/^(\s|--.*\n)*(select|with|values|pragma|explain)\b/i.test(sql)) throw new Error(`not a read: ${excerpt(sql)}; use write()`);
  }
}

function bind(value: SqlValue, where: () => string): BoundValue {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new Error(`${where()} holds half a character (a lone surrogate); it cannot be stored as text`);
      if (exceedsLimit(value)) throw tooLarge(where(), byteLength(value));
      return value;
    case "number":
      if (Number.isSafeInteger(value)) return BigInt(value);
      if (Number.isFinite(value) && !Number.isInteger(value)) return value;
      throw new Error(`${where()} is ${value}; numbers must be finite and within 2^53`);
    default:
      if (value === null) return null;
      if (!(value instanceof Uint8Array)) throw new Error(`${where()} is ${value === undefined ? "undefined" : `of type ${typeof value}`}; use text, number, null or bytes`);
      if (value.byteLength > MAX_VALUE_BYTES) throw tooLarge(where(), value.byteLength);
      return value;
  }
}

/** Whether the text is longer than a value may be. A UTF-16 unit is at most 3 bytes, so short texts are not measured. */
function exceedsLimit(text: string): boolean {
  return text.length * 3 > MAX_VALUE_BYTES && (text.length > MAX_VALUE_BYTES || byteLength(text) > MAX_VALUE_BYTES);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function tooLarge(where: string, bytes: number): Error {
  return new Error(`${where} has ${bytes} bytes; the database takes ${MAX_VALUE_BYTES}. Send fewer rows at a time`);
}

/** The beginning of a statement, for a message; its arguments may be personal and stay out. */
function excerpt(sql: string): string {
  const line = sql.trim().replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
