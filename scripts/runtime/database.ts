/** The database that a command-line tool looks at: that of a running Meterline, one started for this look alone, or one elsewhere. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openLibsql } from "../../db/libsql.ts";
import type { SqlPort } from "../../db/port.ts";
import { notedDatabase } from "./meterline.ts";
import { startSqld } from "./sqld.ts";

export interface OpenedDatabase {
  readonly port: SqlPort;
  readonly close: () => Promise<void>;
}

/** How the tools say where it is. */
export const DATABASE_HELP = `  --data DIR     the data folder, .data by default; Meterline may be running on it or not
  --url URL      a database elsewhere: libsql://NAME.turso.io
  --token TOKEN  its token; better given as DATABASE_TOKEN in the environment`;

export const DATABASE_OPTIONS = { data: { type: "string" }, url: { type: "string" }, token: { type: "string" }, help: { type: "boolean", short: "h" } } as const;

export interface WhichDatabase {
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

/** Null when there is no database in the folder. @throws UnavailableError */
export async function openDatabase({ data = ".data", url, token = process.env["DATABASE_TOKEN"] }: WhichDatabase): Promise<OpenedDatabase | null> {
  if (url) return { port: openLibsql({ url, ...(token ? { authToken: token } : {}) }), close: async () => {} };
  const running = notedDatabase(data);
  if (running) {
    const port = openLibsql({ url: running });
    const alive = await port.query("SELECT 1").then(() => true, () => false);
    if (alive) return { port, close: async () => {} };
  }
  if (!existsSync(join(data, "db"))) return null;
  const sqld = await startSqld({ path: join(data, "db") });
  return { port: openLibsql({ url: sqld.url }), close: () => sqld.stop() };
}

export const noDatabaseIn = (data = ".data"): string => `There is no database in ${data}. Start Meterline once, or name another folder with --data.`;
