/** The command as it is called: what is on which stream, and how it ends. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CMEP, ESPI, MAPPED } from "../domain/metering/formats/fixtures.testing.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "meterline-reads-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function reads(name: string, content: string | Uint8Array, ...options: string[]): { status: number | null; out: Record<string, unknown>[]; err: Record<string, unknown>[]; text: string } {
  const file = join(folder, name);
  writeFileSync(file, content);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/reads.ts", file, "--json", ...options], { encoding: "utf8" });
  const lines = (text: string): Record<string, unknown>[] => text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { status, out: lines(stdout), err: lines(stderr), text: stderr };
}

test("reads on standard output, gaps on standard error, and 0 when all were usable", () => {
  const { status, out, err } = reads("town.cmep", CMEP, "--timezone", "America/Chicago");
  expect(status).toBe(0);
  expect(out).toHaveLength(7);
  expect(out[0]).toEqual({ meter: "W500", channel: "CFREG", unit: "ft3", kind: "register", start: "2026-06-01T12:00:00Z", end: "2026-06-01T12:00:00Z", value: "41201", quality: "actual", flag: "R0", file: "town.cmep", line: 1 });
  expect(err).toEqual([{ file: "town.cmep", line: 2, kind: "no-read", reason: "reading 2: no read (N32)" }]);
});

test("2 when some were refused, with line and reason; gzip is unpacked", () => {
  const { status, out, err } = reads("town.cmep.gz", gzipSync(CMEP.replace("41230", "ERR")));
  expect(status).toBe(2);
  expect(out).toHaveLength(6);
  expect(err[0]).toEqual({ file: "town.cmep", line: 1, kind: "refused", reason: 'reading 2: "ERR" is not a number' });
});

test("1 when the file cannot be read, with the line where it breaks", () => {
  const { status, out, err } = reads("feed.xml", ESPI.replace("<feed", "<x/>\n<feed"));
  expect(status).toBe(1);
  expect(out).toEqual([]);
  expect(err).toMatchObject([{ file: "feed.xml", line: 3, kind: "unreadable" }]);
});

test("what is said beside a value is on its line; what is said of a meter alone is on standard error and refuses nothing", () => {
  const batch = { reads: [{ meter: "W1", kind: "register", unit: "gal", at: "2026-06-02T00:00:00Z", value: 2, conditions: [{ kind: "low-battery", says: "3.1 V" }] }], events: [{ meter: "W1", at: "2026-06-02T02:11:00-05:00", conditions: [{ kind: "tamper" }] }] };
  const { status, out, err } = reads("town.json", JSON.stringify(batch));
  expect(status).toBe(0);
  expect(out).toMatchObject([{ meter: "W1", value: "2", line: 1, conditions: [{ kind: "low-battery", on: true, says: "3.1 V", seconds: null }] }]);
  expect(err).toEqual([{ file: "town.json", line: 1, kind: "event", meter: "W1", at: "2026-06-02T07:11:00Z", conditions: [{ kind: "tamper", on: true, says: "", seconds: null }] }]);
});

test("a mapping that is wrong is told field by field, and one that is right is followed", () => {
  const mapping = { meter: "Meter No", kind: "interval", intervalMinutes: 15, decimalComma: true, time: { column: "Read Date", clock: "Read Time" }, values: [{ column: "kWh Delivered", unit: "kWh" }] };
  const file = join(folder, "map.json");
  writeFileSync(file, JSON.stringify({ ...mapping, kind: "dial" }));
  expect(reads("town.csv", MAPPED, "--mapping", file)).toMatchObject({ status: 1, out: [], text: expect.stringContaining('kind: must be "register" or "interval"') });
  writeFileSync(file, JSON.stringify(mapping));
  expect(reads("town.csv", MAPPED, "--mapping", file).out.map(({ value }) => value)).toEqual(["1250.5", "0.75"]);
});

test("options that are wrong are said in a sentence", () => {
  expect(reads("town.cmep", CMEP, "--timezone", "Mars")).toMatchObject({ status: 1, text: expect.stringContaining("Mars is not a time zone") });
  expect(reads("town.cmep", CMEP, "--format", "fax")).toMatchObject({ status: 1, text: expect.stringContaining("fax is not a format") });
});
