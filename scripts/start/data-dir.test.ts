import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isRunning, markProcess } from "../runtime/processes.ts";
import { openDataDir, StartError } from "./data-dir.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meterline-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that does nothing until it is ended. */
function idler() {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { pid: child.pid ?? 0, ended, end: () => (child.kill("SIGKILL"), ended) };
}

describe("the lock of a data folder", () => {
  test("is taken, kept while we run, and given back", async () => {
    const data = await openDataDir(join(folder, "data"));
    expect(JSON.parse(readFileSync(join(data.path, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
    await expect(openDataDir(data.path)).rejects.toThrow(/Another Meterline \(process \d+\) is running on .* Please stop it first/);
    data.release();
    (await openDataDir(data.path)).release();
    expect(readdirSync(data.path)).toEqual(["meterline.json"]);
  });

  test("of a process that is gone is taken over, even when its number was given to another", async () => {
    const data = await openDataDir(folder);
    const gone = idler();
    const mark = markProcess(gone.pid);
    await gone.end();
    writeFileSync(join(folder, "lock"), JSON.stringify({ ...mark, launchers: [] }));
    await openDataDir(folder);
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: process.pid, started: "another time", launchers: [] }));
    await openDataDir(folder);
    data.release();
  });

  test("that is damaged is taken over", async () => {
    (await openDataDir(folder)).release();
    writeFileSync(join(folder, "lock"), "{");
    (await openDataDir(folder)).release();
  });

  test("of a process whose launcher was killed is taken over, and that process is stopped", async () => {
    (await openDataDir(folder)).release();
    const orphan = idler();
    const launcher = idler();
    const lock = { ...markProcess(orphan.pid), launchers: [markProcess(launcher.pid)] };
    writeFileSync(join(folder, "lock"), JSON.stringify(lock));

    await expect(openDataDir(folder)).rejects.toThrow(StartError);
    expect(isRunning(lock)).toBe(true);

    await launcher.end();
    (await openDataDir(folder)).release();
    await orphan.ended;
    expect(isRunning(lock)).toBe(false);
  });
});

describe("a data folder", () => {
  test("that holds a stranger's files is left alone", async () => {
    writeFileSync(join(folder, "thesis.txt"), "ten years");
    await expect(openDataDir(folder)).rejects.toThrow(/was not made by Meterline/);
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });

  test("that cannot be made is named with the reason", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(openDataDir(join(folder, "file"))).rejects.toThrow(/cannot be used/);
  });

  test("is cleared of everything but its lock and marker", async () => {
    const data = await openDataDir(folder);
    writeFileSync(join(folder, "secrets.json"), "{}");
    data.clear();
    expect(readdirSync(folder).sort()).toEqual(["lock", "meterline.json"]);
    data.release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });
});
