import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
import { freePort } from "../../scripts/runtime/ports.ts";
import { childrenOf, findProcess, isRunning, markProcess } from "../../scripts/runtime/processes.ts";
import { startSqld } from "../../scripts/runtime/sqld.ts";
import { processesOf, runStart, type StartCommand, untilGone } from "./start-command.ts";

let folder: string;
let data: string;
let port: number;
const commands: StartCommand[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "meterline-start-"));
  data = join(folder, "data");
  port = await freePort();
});

afterEach(async () => {
  for (const command of commands.splice(0)) {
    command.signal("SIGTERM");
    await command.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(...more: string[]): StartCommand {
  const command = runStart(["--port", String(port), "--data", data, "--no-demo", ...more]);
  commands.push(command);
  return command;
}

async function health(): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/healthz`)).json();
}

/** Something in the database that has to be there again after the next start. */
async function leaveTrace(): Promise<void> {
  await withDatabase((port) => port.write([{ sql: "CREATE TABLE trace (word TEXT)" }, { sql: "INSERT INTO trace VALUES ('kept')" }]));
}

/** Works on the database while no Meterline runs on it. */
async function withDatabase<T>(work: (port: ReturnType<typeof openLibsql>) => Promise<T>): Promise<T> {
  const sqld = await startSqld({ path: join(data, "db") });
  try {
    return await work(openLibsql({ url: sqld.url }));
  } finally {
    await sqld.stop();
  }
}

describe("npm start", () => {
  test("serves, stops every process on Ctrl-C, and finds its data again", async () => {
    const first = start();
    await first.ready();
    expect(await health()).toMatchObject({ ok: true });
    const { command, servers } = processesOf(data);
    expect(servers).toHaveLength(2);

    // Twice, as it comes through npm: once from the terminal, once passed on.
    first.signal("SIGINT");
    first.signal("SIGINT");
    expect(await first.ended).toBe(0);
    expect([command!, ...servers].filter(isRunning)).toEqual([]);
    expect(processesOf(data)).toEqual({ command: undefined, servers: [] });

    await leaveTrace();
    const second = start();
    await second.ready();
    second.signal("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(await withDatabase((database) => database.query("SELECT word FROM trace"))).toEqual([{ word: "kept" }]);
  });

  test("with --fresh starts over", async () => {
    const first = start();
    await first.ready();
    first.signal("SIGTERM");
    await first.ended;
    await leaveTrace();
    const second = start("--fresh");
    await second.ready();
    second.signal("SIGTERM");
    await second.ended;
    expect(await withDatabase((database) => database.query("SELECT name FROM sqlite_schema WHERE name = 'trace'"))).toEqual([]);
  });

  test("asked to stop while it starts, stops", async () => {
    const command = start();
    await expect.poll(() => command.output(), { timeout: 30_000, interval: 5 }).toMatch(/^Meterline/);
    command.signal("SIGINT");
    expect(await command.ended).toBe(0);
    const next = start();
    await next.ready();
  });
});

describe("after kill -9 nothing stands in the way of the next start", () => {
  test("of the command: its servers end with it", async () => {
    const first = start();
    await first.ready();
    const { command, servers } = processesOf(data);
    process.kill(command!.pid, "SIGKILL");
    expect(await first.ended).toBe(137);
    await untilGone(servers);
    await start().ready();
    expect(await health()).toMatchObject({ ok: true });
  });

  test("of the launcher: everything it launched stops", async () => {
    const first = start();
    await first.ready();
    const { command, servers } = processesOf(data);
    first.signal("SIGKILL");
    expect(await first.ended).toBe("SIGKILL");
    // At once: the next start waits for what is still stopping.
    await start().ready();
    expect([command!, ...servers].filter(isRunning)).toEqual([]);
    expect(await health()).toMatchObject({ ok: true });
  });

  test("of npm itself: everything below it stops", async () => {
    const first = runStart(["--port", String(port), "--data", data, "--no-demo"], "npm");
    await first.ready();
    const { command, servers } = processesOf(data);
    first.signal("SIGKILL");
    await start().ready();
    expect([command!, ...servers].filter(isRunning)).toEqual([]);
    expect(await health()).toMatchObject({ ok: true });
    await first.ended;
  });

  test("of the command and the watchdog beside it: the next start ends the servers that were left", async () => {
    const first = start();
    await first.ready();
    const { command, servers } = processesOf(data);
    const watchdog = childrenOf(command!.pid).find((child) => child.command.includes("watchdog"));
    expect(watchdog).toBeDefined();
    process.kill(watchdog!.pid, "SIGKILL");
    process.kill(command!.pid, "SIGKILL");
    await first.ended;
    expect(servers.filter(isRunning)).toEqual(servers);

    await start().ready();
    expect(servers.filter(isRunning)).toEqual([]);
    expect(await health()).toMatchObject({ ok: true });
  });

  test("of the database server or of workerd: each is started again, on the same data and the same port", async () => {
    const command = start();
    await command.ready();
    for (const server of processesOf(data).servers) {
      process.kill(server.pid, "SIGKILL");
      await expect.poll(health, { timeout: 30_000 }).toMatchObject({ ok: true });
    }
    // The minute's cron and the next start still find everything in order.
    expect(processesOf(data).servers.every(isRunning)).toBe(true);
    command.signal("SIGINT");
    expect(await command.ended).toBe(0);
  });
});

describe("npm start says in a sentence what is in the way, and exits with 1", () => {
  const refused = async (command: StartCommand, sentence: RegExp): Promise<void> => {
    expect(await command.ended).toBe(1);
    expect(command.output()).toMatch(sentence);
    expect(command.output()).not.toMatch(/^\s+at /m);
  };

  test("another Meterline on the same data", async () => {
    const first = start();
    await first.ready();
    await refused(start(), /Another Meterline \(process \d+\) is running on .*Please stop it first/);
    expect(await health()).toMatchObject({ ok: true });
  });

  test("a port that is taken", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    await refused(start(), /Port \d+ is taken by another program/);
    await new Promise((resolve) => other.close(resolve));
  });

  test("a database of a newer version, or one that is not whole", async () => {
    const first = start();
    await first.ready();
    first.signal("SIGTERM");
    await first.ended;

    await withDatabase((database) => database.write([{ sql: "INSERT INTO migration (idx, tag, hash, applied_at) SELECT max(idx) + 1, 'from_the_future', '', 0 FROM migration" }]));
    await refused(start(), /The database cannot be used: this database was written by a newer Meterline/);

    await withDatabase((database) => database.write([{ sql: "DELETE FROM migration WHERE idx = 0 OR tag = 'from_the_future'" }]));
    await refused(start(), /The database cannot be used: .* lacks number 0/);
  });

  test("an option that does not exist ends with 2", async () => {
    const command = runStart(["--prot", "1"]);
    expect(await command.ended).toBe(2);
    expect(command.output()).toMatch(/--prot/);
  });
});

test("a process is told apart from another one with the same number", () => {
  const me = markProcess(process.pid);
  expect(isRunning(me)).toBe(true);
  expect(isRunning({ ...me, started: "1" })).toBe(false);
  expect(findProcess(process.pid)?.parent).toBe(process.ppid);
});
