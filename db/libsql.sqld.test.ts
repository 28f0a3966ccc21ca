import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSqld } from "../scripts/runtime/sqld.ts";
import { describeCommitSet } from "./commit.contract.testing.ts";
import { openLibsql } from "./libsql.ts";
import { describeMigrations } from "./migrate.contract.testing.ts";
import { describePort, type OpenPort } from "./port.contract.testing.ts";

async function open(): Promise<OpenPort> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-db-"));
  const sqld = await startSqld({ path: join(folder, "db") });
  return {
    port: openLibsql({ url: sqld.url }),
    close: async () => {
      await sqld.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describePort("the book of record on a libSQL server", open);
describeMigrations("migrations on a libSQL server", open);
describeCommitSet("the bulk commit on a libSQL server", open);
