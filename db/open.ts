/** The Worker's port to libSQL, one for each isolate and address. */
import { openLibsql } from "./libsql.ts";
import type { SqlPort } from "./port.ts";

const ports = new Map<string, SqlPort>();

export function openPort(env: { readonly DATABASE_URL: string; readonly DATABASE_TOKEN?: string }): SqlPort {
  const known = ports.get(env.DATABASE_URL);
  if (known) return known;
  const port = openLibsql({ url: env.DATABASE_URL, ...(env.DATABASE_TOKEN ? { authToken: env.DATABASE_TOKEN } : {}) });
  ports.set(env.DATABASE_URL, port);
  return port;
}
