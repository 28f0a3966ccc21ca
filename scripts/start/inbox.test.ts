import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { everyMinute } from "./cron.ts";
import { handOver, openInbox, takeBack } from "./inbox.ts";

let folder: string;
let inbox: string;
/** What the store has; `uploaded` is when it got the last. */
let stored: Map<string, string>;
let told: string[];
const AT = new Date("2026-06-10T15:00:00Z");
const worker = {
  putFile: async (key: string, bytes: Uint8Array) => {
    stored.set(key, new TextDecoder().decode(bytes));
    return AT;
  },
  getText: async (key: string) => stored.get(key) ?? null,
};
const tell = (sentence: string): void => void told.push(sentence);
/** Some seconds from now: what was written is whole by then. */
const later = (): number => Date.now() + 5_000;
const drop = (text: string, ...path: string[]): string => {
  const file = join(inbox, ...path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meterline-inbox-"));
  inbox = openInbox(folder);
  stored = new Map();
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file in a gateway's folder is handed over once and put aside; others stay", async () => {
  drop("MEPMD01", "north", "day.cmep");
  drop("MEPMD02", "north", "format=cmep", "night.txt");
  drop("x", "north", ".half-written");
  drop("x", "readme.txt");

  await handOver(inbox, worker, tell);
  expect([...stored], "what was written a moment ago may not be whole").toEqual([]);
  await handOver(inbox, worker, tell, later());
  expect(Object.fromEntries(stored)).toEqual({ "inbox/north/day.cmep": "MEPMD01", "inbox/north/format=cmep/night.txt": "MEPMD02" });
  expect(readFileSync(join(inbox, ".taken", "north", "20260610T150000-day.cmep"), "utf8")).toBe("MEPMD01");
  expect(existsSync(join(inbox, "north", "day.cmep"))).toBe(false);
  expect(existsSync(join(inbox, "readme.txt"))).toBe(true);

  stored.clear();
  await handOver(inbox, worker, tell, later());
  expect(stored.size).toBe(0);
  expect(told).toEqual([]);
});

test("what the store has read lies under processed or refused then, with the report; what was refused is told", async () => {
  drop("MEPMD01", "north", "day.cmep");
  drop("MEPMD02", "north", "format=cmep", "night.txt");
  drop("apples", "north", "fruit.csv");
  await handOver(inbox, worker, tell, later());
  stored.set("processed/north/20260610T150000-day.cmep.report.json", '{"status":"done"}');
  stored.set("refused/north/20260610T150000-fruit.csv.report.json", '{"status":"unreadable","refusals":[{"line":1,"reason":"none of the formats"}]}');
  await takeBack(inbox, worker, tell);
  expect(readdirSync(join(folder, "processed", "north")).toSorted()).toEqual(["20260610T150000-day.cmep", "20260610T150000-day.cmep.report.json"]);
  expect(readFileSync(join(folder, "refused", "north", "20260610T150000-fruit.csv"), "utf8")).toBe("apples");
  expect(told).toEqual(["inbox/north/20260610T150000-fruit.csv was refused: line 1: none of the formats"]);
  expect(existsSync(join(inbox, ".taken", "north", "format=cmep", "20260610T150000-night.txt")), "the next minute's is not read yet").toBe(true);
  await takeBack(inbox, worker, tell);
  expect(told).toHaveLength(1);
});

test("a file that is too large is refused at once, and told", async () => {
  truncateSync(drop("", "north", "big.csv"), 101 * 1024 * 1024);
  const now = later();
  await handOver(inbox, worker, tell, now);
  expect(stored.size).toBe(0);
  expect(told).toEqual(["inbox/north/big.csv was refused: The file is larger than 100 MB; send it in parts."]);
  expect(readdirSync(join(folder, "refused", "north"))).toHaveLength(2);
});

test("a file that cannot be taken is told, stays, and keeps no other waiting", async () => {
  drop("MEPMD01", "north", "a.cmep");
  drop("MEPMD02", "north", "b.cmep");
  const failing = { putFile: async (key: string, bytes: Uint8Array) => (key.endsWith("a.cmep") ? Promise.reject(new Error("the disk is full")) : worker.putFile(key, bytes)) };
  await handOver(inbox, failing, tell, later());
  expect(told).toEqual(["inbox/north/a.cmep could not be taken: the disk is full"]);
  expect(existsSync(join(inbox, "north", "a.cmep"))).toBe(true);
  expect([...stored.keys()]).toEqual(["inbox/north/b.cmep"]);
});

test("a folder that may not be looked into is passed over", async () => {
  drop("MEPMD01", "north", "a.cmep");
  mkdirSync(join(inbox, "south"));
  chmodSync(join(inbox, "south"), 0o000);
  await handOver(inbox, worker, tell, later());
  expect([...stored.keys()]).toEqual(["inbox/north/a.cmep"]);
  chmodSync(join(inbox, "south"), 0o700);
});

test("a minute whose drop folder fails has its other work done all the same", async () => {
  const done: string[] = [];
  const errors: string[] = [];
  const stop = await new Promise<() => void>((resolve) => {
    const minute = everyMinute({ scheduled: async () => void done.push("scheduled") }, ({ message }) => void errors.push(message), {
      before: async () => Promise.reject(new Error("before")),
      after: async () => {
        done.push("after");
        resolve(minute);
      },
    }, 10);
  });
  stop();
  expect({ done, errors }).toEqual({ done: ["scheduled", "after"], errors: ["before"] });
});
