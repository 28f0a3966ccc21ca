/** Before the tests inside workerd: a real database server with the schema in it, behind a network that can fail. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrateDatabase } from "../../scripts/runtime/migrations.ts";
import { newSecrets } from "../../scripts/runtime/secrets.ts";
import { startSqld } from "../../scripts/runtime/sqld.ts";
import { startDatabaseProxy } from "./database-proxy.ts";

declare module "vitest" {
  interface ProvidedContext {
    databaseUrl: string;
    databaseControl: string;
    secretKey: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-workerd-"));
  const sqld = await startSqld({ path: join(folder, "db") });
  await migrateDatabase(sqld);
  const proxy = await startDatabaseProxy(sqld.url);
  project.provide("databaseUrl", proxy.url);
  project.provide("databaseControl", proxy.controlUrl);
  project.provide("secretKey", newSecrets().secretKey);
  return async () => {
    await proxy.close();
    await sqld.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
