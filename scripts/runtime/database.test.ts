import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noteDatabase, notedDatabase } from "./meterline.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meterline-database-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a copy of a running Meterline's folder is looked at itself, and not the database that it was copied from", () => {
  const data = mkdtempSync(join(folder, "data-"));
  expect(notedDatabase(data)).toBeNull();
  noteDatabase(data, "http://127.0.0.1:4001");
  const copy = join(folder, "copy");
  cpSync(data, copy, { recursive: true });
  symlinkSync(data, join(folder, "same"));
  expect([data, join(folder, "same"), copy].map(notedDatabase)).toEqual(["http://127.0.0.1:4001", "http://127.0.0.1:4001", null]);
});
