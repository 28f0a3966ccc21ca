/** Typed queries with drizzle over the one door to the book of record, whichever database is behind it. */
import { drizzle, type SqliteRemoteDatabase } from "drizzle-orm/sqlite-proxy";
import type { Row, SqlPort, SqlValue } from "./port.ts";
import * as schema from "./schema.ts";

export type Drizzle = SqliteRemoteDatabase<typeof schema>;

const opened = new WeakMap<SqlPort, Drizzle>();

/**
 * Drizzle on a port. Each statement is a read or a write batch of its own; there are no transactions (`db.transaction`
 * throws), and what must be stored together goes through `commitUnits`.
 */
export function drizzleOf(port: SqlPort): Drizzle {
  let db = opened.get(port);
  if (!db) {
    db = drizzle(async (sql, params, method) => answer(await run(port, sql, params as SqlValue[]), sql, method), { schema });
    opened.set(port, db);
  }
  return db;
}

const READS = /^\s*(select|with|values)\b/i;
const TRANSACTION = /^\s*(begin|commit|rollback|savepoint|release)\b/i;

async function run(port: SqlPort, sql: string, args: SqlValue[]): Promise<{ rows: Row[]; rowsAffected: number }> {
  if (TRANSACTION.test(sql)) throw new Error("there are no interactive transactions: write one batch through the port");
  if (READS.test(sql)) return { rows: await port.query(sql, args), rowsAffected: 0 };
  const [result] = await port.write([{ sql, args }]);
  return result!;
}

/** Drizzle reads columns by position, the port answers them by name. */
function answer({ rows, rowsAffected }: { rows: Row[]; rowsAffected: number }, sql: string, method: string) {
  if (method === "run") return { rows: [], rowsAffected };
  const [first] = rows;
  if (first) assertEveryColumnHasItsName(sql, Object.keys(first).length);
  const values = rows.map((row) => Object.values(row));
  // For `get` drizzle wants the row itself; none is undefined.
  return { rows: (method === "get" ? values[0] : values) as SqlValue[][] };
}

/** Two columns of one name (a join that selects both ids) would silently shift all that follow. */
function assertEveryColumnHasItsName(sql: string, columns: number): void {
  const wanted = selectedColumns(sql);
  if (wanted !== null && wanted !== columns) throw new Error(`a query selects ${wanted} columns under ${columns} names; give columns of the same name an alias: sql\`...\`.as("...")`);
}

/** How many columns drizzle's `select a, b from …` or `… returning a, b` names; null when the list cannot be told (`select *`). */
function selectedColumns(sql: string): number | null {
  const start = /^select (?:distinct )?/.exec(sql)?.[0].length ?? (sql.lastIndexOf(" returning ") < 0 ? -1 : sql.lastIndexOf(" returning ") + " returning ".length);
  if (start < 0) return null;
  let [depth, columns, quote] = [0, 1, ""];
  for (let at = start; at < sql.length; at += 1) {
    const char = sql[at]!;
    if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (depth > 0) continue;
    else if (char === ",") columns += 1;
    else if (char === "*") return null;
    else if (sql.startsWith(" from ", at)) break;
  }
  return columns;
}
