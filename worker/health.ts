import type { Context } from "hono";
import { type AppliedMigration, migrationState } from "../db/migrate.ts";
import { openPort } from "../db/open.ts";
import type { Env } from "../durable/env.ts";
import journal from "../migrations/meta/_journal.json";

/** How many migrations this version's schema has. */
const MIGRATIONS = journal.entries.length;

export interface Health {
  readonly ok: boolean;
  /** When not ok: what is wrong and what to do, in a sentence. */
  readonly message?: string;
  readonly version: string;
  readonly database: {
    readonly reachable: boolean;
    /** How many migrations the database has applied. */
    readonly migrations?: number;
    readonly schema?: "current" | "older" | "newer";
  };
}

/** GET /healthz: 200 once this Worker can serve, 503 with a sentence while it cannot. */
export async function health(c: Context<{ Bindings: Env }>): Promise<Response> {
  const found = await examine(c.env);
  return c.json(found, found.ok ? 200 : 503, { "cache-control": "no-store" });
}

async function examine(env: Env): Promise<Health> {
  const version = env.VERSION;
  let applied: AppliedMigration[];
  try {
    applied = await migrationState(openPort(env));
  } catch (error) {
    console.warn("health:", error);
    return { ok: false, message: "The database cannot be reached, or does not answer as Meterline's does.", version, database: { reachable: false } };
  }
  const migrations = applied.length;
  if (migrations === MIGRATIONS) return { ok: true, version, database: { reachable: true, migrations, schema: "current" } };
  return migrations < MIGRATIONS
    ? {
        ok: false,
        message: `The database has ${migrations} of this version's ${MIGRATIONS} migrations. Please run: npm run migrate`,
        version,
        database: { reachable: true, migrations, schema: "older" },
      }
    : {
        ok: false,
        message: `The database was written by a newer Meterline: it has ${migrations} migrations, and this version knows ${MIGRATIONS}. Please deploy the newer version.`,
        version,
        database: { reachable: true, migrations, schema: "newer" },
      };
}
