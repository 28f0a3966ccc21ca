import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openMemory } from "./memory.ts";
import { describeMigrations } from "./migrate.contract.testing.ts";
import { loadMigrations } from "./migrations-folder.ts";

describeMigrations("migrations in memory", () => {
  const port = openMemory();
  return { port, close: () => port.close() };
});

const folder = mkdtempSync(join(tmpdir(), "meterline-migrations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the folder and its journal must say the same", () => {
  expect(() => loadMigrations(folder)).toThrow("holds no migrations");
  mkdirSync(join(folder, "meta"));
  writeFileSync(join(folder, "meta", "_journal.json"), JSON.stringify({ entries: [{ idx: 0, tag: "0000_init" }] }));
  expect(() => loadMigrations(folder)).toThrow("0000_init.sql is missing");
  writeFileSync(join(folder, "0000_init.sql"), "CREATE TABLE a (b)");
  expect(loadMigrations(folder)).toEqual([{ idx: 0, tag: "0000_init", sql: "CREATE TABLE a (b)" }]);
  writeFileSync(join(folder, "0001_forgotten.sql"), "CREATE TABLE c (d)");
  expect(() => loadMigrations(folder)).toThrow("0001_forgotten.sql is not in the journal");
});
