/**
 * The one door to the book of record. Everything that reads or writes libSQL goes through this port, so
 * that the same code runs on Turso, on a local sqld and on an in-memory database in tests; all of them obey
 * `db/port.contract.testing.ts`.
 *
 * There are no interactive transactions: a write is one batch that commits whole or not at all.
 */

/** What a column can hold. Integers come back as JavaScript numbers and must be within 2^53. */
export type SqlValue = string | number | null | Uint8Array;

export interface Statement {
  readonly sql: string;
  readonly args?: readonly SqlValue[];
}

export type Row = Record<string, SqlValue>;

export interface Result {
  readonly rows: Row[];
  readonly rowsAffected: number;
}

export interface SqlPort {
  /** One read. */
  query<R extends object = Row>(sql: string, args?: readonly SqlValue[]): Promise<R[]>;
  /** Several reads of one and the same state, in one round trip. */
  read(statements: readonly Statement[]): Promise<Result[]>;
  /** All of them or none, durably: the only way to write. Retries BUSY by itself (with jitter, bounded). */
  write(statements: readonly Statement[]): Promise<Result[]>;
  /** Checks and encodes what is going to be written (the same array), so that nothing but sending is left when its turn comes. A port may have no use for it. */
  makeReady?(statements: readonly Statement[]): void;
}

/** The database refused a row: a lost fence, a repeated id, a trigger's veto. Nothing of the batch was stored. */
export class ConstraintError extends Error {
  override readonly name = "ConstraintError";
  /** What SQLite names, e.g. `event.stream, event.seq`, or the text of a trigger's RAISE. */
  readonly constraint: string;
  constructor(constraint: string, options?: ErrorOptions) {
    super(`the database refused a row: ${constraint}`, options);
    this.constraint = constraint;
  }
}

/**
 * The database could not be reached, or did not answer in time. `outcome` says what is known of a write:
 * "none" = it was certainly not stored; "unknown" = it may have been: ask for the command id.
 */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  readonly outcome: "none" | "unknown";
  constructor(outcome: "none" | "unknown", message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}
