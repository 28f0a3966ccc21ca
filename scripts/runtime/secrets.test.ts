import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSecrets } from "./secrets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meterline-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("secrets are made once and readable by their owner alone", () => {
  const file = join(folder, "secrets.json");
  const first = loadSecrets(file);
  expect(Buffer.from(first.secretKey, "base64")).toHaveLength(32);
  expect(loadSecrets(file)).toEqual(first);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["", "{", '{"secretKey":"c2hvcnQ="}', '{"secretKey":7}'])("a damaged file (%s) is refused and kept", (content) => {
  const file = join(folder, "secrets.json");
  writeFileSync(file, content);
  expect(() => loadSecrets(file)).toThrow(/does not hold a key of 32 bytes.*restore it from a backup/);
});
