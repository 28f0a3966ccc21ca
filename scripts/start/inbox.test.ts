import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { handOver, openInbox } from "./inbox.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "meterline-inbox-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file in a gateway's folder is handed over once and put aside; others stay", async () => {
  const inbox = openInbox(folder);
  mkdirSync(join(inbox, "north", "format=cmep"), { recursive: true });
  writeFileSync(join(inbox, "north", "day.cmep"), "MEPMD01");
  writeFileSync(join(inbox, "north", "format=cmep", "night.txt"), "MEPMD02");
  writeFileSync(join(inbox, "north", ".half-written"), "x");
  writeFileSync(join(inbox, "readme.txt"), "x");
  const stored = new Map<string, string>();
  const worker = { putFile: async (key: string, bytes: Uint8Array) => void stored.set(key, new TextDecoder().decode(bytes)) };

  await handOver(inbox, worker);
  expect([...stored], "what was written a moment ago may not be whole").toEqual([]);
  await handOver(inbox, worker, Date.now() + 5_000);
  expect(Object.fromEntries(stored)).toEqual({ "inbox/north/day.cmep": "MEPMD01", "inbox/north/format=cmep/night.txt": "MEPMD02" });
  expect(readFileSync(join(inbox, ".taken", "north", "day.cmep"), "utf8")).toBe("MEPMD01");
  expect(existsSync(join(inbox, "north", "day.cmep"))).toBe(false);
  expect(existsSync(join(inbox, "readme.txt"))).toBe(true);

  stored.clear();
  await handOver(inbox, worker, Date.now() + 5_000);
  expect(stored.size).toBe(0);
});

test("a store that fails leaves the file where it is", async () => {
  const inbox = openInbox(folder);
  mkdirSync(join(inbox, "north"));
  writeFileSync(join(inbox, "north", "day.cmep"), "MEPMD01");
  const worker = { putFile: () => Promise.reject(new Error("the disk is full")) };
  await expect(handOver(inbox, worker, Date.now() + 5_000)).rejects.toThrow("the disk is full");
  expect(existsSync(join(inbox, "north", "day.cmep"))).toBe(true);
});
