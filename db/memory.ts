/** The book of record in memory, for tests. For Node only: the Worker never imports it. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { ConstraintError, UnavailableError, type Result, type Row, type SqlPort, type SqlValue, type Statement } from "./port.ts";
import { constraintOf } from "./sqlite-errors.ts";
import { assertReads, bindAll, type BoundStatement } from "./statements.ts";

/** Enough for every statement of the product; sets of another size are other texts only where a list is spelled out. */
const PREPARED_STATEMENTS = 500;

const SQLITE_CONSTRAINT = 19;

/** An empty database with the semantics of sqld: foreign keys enforced, a write all or nothing. */
export function openMemory(): SqlPort & { close(): void } {
  const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
  const prepared = new Map<string, Prepared>();

  function prepare(sql: string): Prepared {
    let known = prepared.get(sql);
    if (!known) {
      if (prepared.size >= PREPARED_STATEMENTS) prepared.clear();
      known = { statement: prepareOne(database, sql), parameters: countParameters(sql) };
      prepared.set(sql, known);
    }
    return known;
  }

  function run({ sql, args }: BoundStatement): Result {
    const { statement, parameters } = prepare(sql);
    if (parameters !== args.length) throw new Error(`the statement has ${parameters} parameters and ${args.length} arguments: ${sql}`);
    const before = count("SELECT total_changes() AS n");
    const rows = statement.all(...args).map((row) => ({ ...row }) as Row);
    return { rows, rowsAffected: count("SELECT total_changes() AS n") === before ? 0 : count("SELECT changes() AS n") };
  }

  function count(sql: string): number {
    return prepare(sql).statement.get()?.["n"] as number;
  }

  function transaction(begin: string, statements: readonly Statement[]): Result[] {
    if (!database.isOpen) throw new UnavailableError("none", "the database is closed");
    const bound = bindAll(statements);
    database.exec(begin);
    try {
      const results = bound.map(run);
      database.exec("COMMIT");
      return results;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw explained(error);
    }
  }

  async function read(statements: readonly Statement[]): Promise<Result[]> {
    await later();
    assertReads(statements);
    return transaction("BEGIN", statements);
  }

  return {
    query: async <R extends object = Row>(sql: string, args: readonly SqlValue[] = []) => (await read([{ sql, args }]))[0]!.rows as R[],
    read,
    write: async (statements) => {
      await later();
      return transaction("BEGIN IMMEDIATE", statements);
    },
    close: () => database.close(),
  };
}

interface Prepared {
  readonly statement: StatementSync;
  readonly parameters: number;
}

/** An answer never comes in the same turn: what relies on that breaks here as it would over the network. */
function later(): Promise<void> {
  return Promise.resolve();
}

/** node:sqlite runs the first statement of a text and drops the rest without a word; sqld refuses the text. */
function prepareOne(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  const rest = sql.slice(statement.sourceSQL.length).replace(/--.*$/gm, "").replace(/\/\*.*?\*\//gs, "");
  if (/[^\s;]/.test(rest)) throw new Error(`more than one statement in a text: ${sql}`);
  return statement;
}

/** node:sqlite takes NULL for an argument that was not given; sqld refuses. Counts `?` and `?N` outside of literals and comments. */
function countParameters(sql: string): number {
  const bare = sql.replace(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|\/\*.*?\*\//gs, " ");
  let highest = 0;
  for (const [, number] of bare.matchAll(/\?(\d*)/g)) highest = number ? Math.max(highest, Number(number)) : highest + 1;
  return highest;
}

function explained(error: unknown): unknown {
  const { errcode, message } = error as { errcode?: number; message: string };
  return errcode !== undefined && (errcode & 0xff) === SQLITE_CONSTRAINT ? new ConstraintError(constraintOf(message), { cause: error }) : error;
}
