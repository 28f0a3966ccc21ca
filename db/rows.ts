/** Rows of the schema's tables as one JSON argument a table: the fastest way into libSQL (some 500,000 rows a second). */
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import * as tables from "./schema.ts";
import { searchEntry } from "./search.ts";
import type { SqlValue } from "./port.ts";

const schema = { ...tables, searchEntry };

type Tables = { [K in keyof typeof schema as (typeof schema)[K] extends SQLiteTable ? K : never]: (typeof schema)[K] };
export type TableName = keyof Tables;
export type InsertRow<K extends TableName> = Tables[K] extends { $inferInsert: infer R } ? R : never;

/** What a commit writes beside its events, by table. */
export type Writes = { [K in TableName]?: InsertRow<K>[] };

/** Tables whose rows may be replaced: projections and current records. Every other table only ever grows. */
const REPLACEABLE: ReadonlySet<TableName> = new Set<TableName>([
  "account", "accountState", "person", "serviceAgreement", "servicePoint", "meter", "meterInstallation", "meterEndpoint", "meterCommand", "premise",
  "intervalDay", "exception", "usageAlert", "usageBudget", "request", "billRun", "billRunAccount", "gateway", "headEnd", "readsFile", "paymentIntent", "billCycle", "rateSchedule", "rateVersion", "accountingPeriod", "personalData", "accountAccess", "alertChannel", "textNumber", "settingProposal", "rebillProposal", "rateDraft", "rateReplay", "rateReplayAccount",
]);

interface TableSpec {
  readonly sqlName: string;
  readonly columns: readonly { readonly key: string; readonly sqlName: string; readonly blob: boolean }[];
  /** `ON CONFLICT … DO UPDATE …` for a replaceable table, else nothing. */
  readonly conflict: string;
}

const specs = new Map<TableName, TableSpec>();

function specOf(name: TableName): TableSpec {
  const known = specs.get(name);
  if (known) return known;
  const table = schema[name] as SQLiteTable;
  const config = getTableConfig(table);
  // The database numbers rows of an integer primary key itself (outbox, event position).
  const columns = Object.entries(table as unknown as Record<string, { name: string; columnType: string; autoIncrement?: boolean }>)
    .filter(([, column]) => column && typeof column.name === "string" && typeof column.columnType === "string" && column.autoIncrement !== true)
    // Quoted, since a column may be named like a word of SQL (`values`).
    .map(([key, column]) => ({ key, sqlName: `"${column.name}"`, blob: column.columnType.includes("Blob") }));
  const keys = config.primaryKeys[0]?.columns.map((column) => `"${column.name}"`) ?? config.columns.filter((column) => column.primary).map((column) => `"${column.name}"`);
  const rest = columns.filter((column) => !keys.includes(column.sqlName));
  const conflict = REPLACEABLE.has(name)
    ? ` ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${rest.map((column) => `${column.sqlName} = excluded.${column.sqlName}`).join(", ")}`
    : "";
  const spec = { sqlName: config.name, columns, conflict };
  specs.set(name, spec);
  return spec;
}

/** One row as the array that its INSERT reads by position. Bytes travel as hex. */
export function rowValues(name: TableName, row: Record<string, unknown>): unknown[] {
  return specOf(name).columns.map(({ key, blob }) => {
    const value = row[key];
    if (value === undefined || value === null) return null;
    if (blob) return toHex(value as Uint8Array);
    return value instanceof Date ? value.getTime() : value;
  });
}

/** The INSERT that reads rows from one JSON argument aliased `r`; `from` may join it against what must hold. */
export function insertFromJson(name: TableName, from = "json_each(?) AS r", where = "true"): string {
  const { sqlName, columns, conflict } = specOf(name);
  const values = columns.map(({ blob }, i) => (blob ? `unhex(r.value->>${i})` : `r.value->>${i}`));
  return `INSERT INTO ${sqlName} (${columns.map((column) => column.sqlName).join(", ")}) SELECT ${values.join(", ")} FROM ${from} WHERE ${where}${conflict}`;
}

export function columnCount(name: TableName): number {
  return specOf(name).columns.length;
}

export function jsonArg(rows: readonly unknown[]): SqlValue {
  return JSON.stringify(rows);
}

/** Characters of one argument: libSQL refuses more than 5 MB, and a character may take three bytes. */
const ARG_CHARS_MAX = 1_500_000;

/** Rows as few JSON arguments as the server takes, in order; none without rows. For what may be many rows or long ones. */
export function jsonArgs(rows: readonly unknown[]): SqlValue[] {
  const args: SqlValue[] = [];
  let texts: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (texts.length > 0) args.push(`[${texts.join(",")}]`);
    texts = [];
    length = 0;
  };
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (length + text.length > ARG_CHARS_MAX) flush();
    texts.push(text);
    length += text.length + 1;
  }
  flush();
  return args;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}
