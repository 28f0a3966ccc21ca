/** A database server of its own for one row, durable, migrated, and gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLibsql } from "../../db/libsql.ts";
import { migrate } from "../../db/migrate.ts";
import { loadMigrations } from "../../db/migrations-folder.ts";
import type { SqlPort } from "../../db/port.ts";
import { startSqld } from "../../scripts/runtime/sqld.ts";

export interface BenchDatabase {
  readonly url: string;
  readonly port: SqlPort;
  stop(): Promise<void>;
}

export async function benchDatabase(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-bench-"));
  const sqld = await startSqld({ path: join(folder, "db") });
  const port = openLibsql({ url: sqld.url });
  await migrate(port, { migrations: loadMigrations() });
  return {
    url: sqld.url,
    port,
    async stop() {
      await sqld.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
