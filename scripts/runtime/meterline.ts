/**
 * A whole Meterline on one machine: the database server, its schema, the Worker. The start script, the browser and
 * crash tests and the benchmarks all start the same real processes here, each on a folder and ports of its own.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { MigrateResult } from "../../db/migrate.ts";
import { type Build, ensureBuild } from "./build.ts";
import { migrateDatabase } from "./migrations.ts";
import { freePort } from "./ports.ts";
import { endProcess, findProcess, markProcess, type ProcessMark } from "./processes.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import { type Sqld, startSqld } from "./sqld.ts";
import { startWorker, type WorkerOptions, type WorkerProcess } from "./worker.ts";

export interface MeterlineOptions {
  /** Everything is kept here; made when absent. */
  readonly dataDir: string;
  /** A free port by default. */
  readonly port?: number;
  readonly host?: string;
  readonly publicUrl?: string;
  /** Shows demonstration sign-ins; may depend on what the migrated database holds. No by default. */
  readonly demo?: boolean | ((databaseUrl: string) => Promise<boolean>);
  /** Takes play money; by default where the demonstration is served. */
  readonly testProvider?: boolean;
  /** More bindings for the Worker. */
  readonly bindings?: WorkerOptions["bindings"];
  /** The build to serve; by default that of the sources as they are. */
  readonly build?: Build;
  /** Called as each step begins. */
  readonly onStep?: (step: Step) => void;
  readonly onLine?: WorkerOptions["onLine"];
  /** Something ended unasked and was started again. */
  readonly onRestart?: (what: "database" | "worker", how: string) => void;
}

export type Step = "database" | "migrations" | "build" | "worker";

export interface Meterline {
  /** Where the pages and the APIs answer. */
  readonly url: string;
  /** The origin that links, cookies and callbacks carry; what a browser has to use. */
  readonly publicUrl: string;
  /** Whether it serves as a demonstration. */
  readonly demo: boolean;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly migrations: MigrateResult;
  readonly worker: WorkerProcess;
  /** The database server at this moment; it keeps its address when it is started again. */
  database(): Sqld;
  /** Ends the database server as a crash would, and leaves it away until `startDatabase`. */
  killDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  /** Ends workerd as a crash would; resolves when its successor answers. */
  crashWorker(): Promise<void>;
  /** Resolves when GET /healthz says 200. Throws what it says otherwise when that takes too long. */
  healthy(limitMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** From a cold disk on a slow machine. */
const HEALTHY_LIMIT_MS = 60_000;
/** A database server that keeps ending is started again, but not in a tight loop. */
const RESTART_PAUSE_MS = 500;
/** Logs are for looking at the last few days; the one before is kept beside. */
const MOST_LOG_BYTES = 10_000_000;

/** Starts everything and resolves when GET /healthz says 200. Whatever was started is stopped again when a step fails. */
export async function startMeterline(options: MeterlineOptions): Promise<Meterline> {
  const dataDir = resolve(options.dataDir);
  const logs = join(dataDir, "logs");
  mkdirSync(logs, { recursive: true });
  await endLeftovers(dataDir);
  for (const name of ["sqld.log", "worker.log"]) turnLog(join(logs, name));
  const secrets = loadSecrets(join(dataDir, "secrets.json"));

  const started: { stop(): Promise<void> }[] = [];
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    // The Worker first: it still writes.
    for (const part of started.splice(0).reverse()) await part.stop();
    rmSync(join(dataDir, PROCESSES), { force: true });
    rmSync(join(dataDir, DATABASE_ADDRESS), { force: true });
  };

  try {
    options.onStep?.("database");
    const databasePort = await freePort();
    let sqld: Sqld;
    let away = false;
    const launchDatabase = async (): Promise<void> => {
      sqld = await startSqld({
        path: join(dataDir, "db"),
        port: databasePort,
        logFile: join(logs, "sqld.log"),
        onExit: (how) => void restartDatabase(how),
      });
      noteDatabase(dataDir, sqld.url);
      remember();
    };
    const restartDatabase = async (how: string): Promise<void> => {
      for (;;) {
        if (stopping || away) return;
        try {
          await launchDatabase();
          options.onRestart?.("database", how);
          return;
        } catch (error) {
          how = (error as Error).message;
          options.onLine?.(`The database server cannot be started again: ${how}`, true);
          await new Promise((wake) => setTimeout(wake, RESTART_PAUSE_MS));
        }
      }
    };
    let worker: WorkerProcess | undefined = undefined;
    const remember = (): void => {
      const pids = [sqld.pid, worker?.pid()].filter((pid) => pid !== undefined);
      writeProcesses(dataDir, pids.map(markProcess));
    };
    await launchDatabase();
    started.push({ stop: () => sqld.stop() });
    const databaseUrl = sqld!.url;

    options.onStep?.("migrations");
    const migrations = await migrateDatabase({ url: databaseUrl });

    const demo = typeof options.demo === "function" ? await options.demo(databaseUrl) : (options.demo ?? false);

    const build = options.build ?? (await ensureBuild(() => options.onStep?.("build")));

    options.onStep?.("worker");
    const port = options.port ?? (await freePort());
    const publicUrl = options.publicUrl ?? `http://localhost:${port}`;
    worker = await startWorker({
      build,
      dataDir,
      port,
      host: options.host,
      databaseUrl,
      secrets,
      publicUrl,
      demo,
      testProvider: options.testProvider ?? demo,
      bindings: options.bindings,
      onLine: options.onLine,
      onRestart: () => {
        remember();
        options.onRestart?.("worker", "it ended unexpectedly");
      },
    });
    started.push(worker);
    remember();

    const running = worker;
    const healthy = (limitMs = HEALTHY_LIMIT_MS): Promise<void> => untilHealthy(running.url, limitMs);
    await healthy();
    return {
      url: running.url,
      demo,
      publicUrl,
      dataDir,
      databaseUrl,
      secrets,
      migrations,
      worker: running,
      database: () => sqld,
      async killDatabase() {
        away = true;
        await sqld.kill();
      },
      async startDatabase() {
        away = false;
        await launchDatabase();
      },
      async crashWorker() {
        running.crash();
        await healthy();
      },
      healthy,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the database of a running Meterline answers, for the commands that look into it, and of which folder it is. */
const DATABASE_ADDRESS = "database.url";

export function noteDatabase(dataDir: string, url: string): void {
  writeFileSync(join(dataDir, DATABASE_ADDRESS), `${url}\n${realpathSync(dataDir)}\n`);
}

/** Null where no Meterline runs on the folder. A copy of one that does holds its address too, and is another database. */
export function notedDatabase(dataDir: string): string | null {
  const file = join(dataDir, DATABASE_ADDRESS);
  const [url, folder] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return url && folder === realpathSync(dataDir) ? url : null;
}

/** The processes that run on a data folder, by their numbers and start times. */
const PROCESSES = "processes.json";

function writeProcesses(dataDir: string, marks: readonly ProcessMark[]): void {
  const file = join(dataDir, PROCESSES);
  writeFileSync(`${file}.new`, JSON.stringify(marks));
  renameSync(`${file}.new`, file);
}

/**
 * Ends what an earlier start on this folder left running: possible when it was killed together with its watchdog.
 * A process that was given the number of one of ours in the meantime is told apart by its start time and command.
 */
export async function endLeftovers(dataDir: string): Promise<void> {
  const file = join(dataDir, PROCESSES);
  if (!existsSync(file)) return;
  let marks: ProcessMark[] = [];
  try {
    marks = JSON.parse(readFileSync(file, "utf8")) as ProcessMark[];
  } catch {
    // Damaged: a process that still runs will be found by its port.
  }
  for (const mark of marks) {
    const found = findProcess(mark.pid);
    if (found?.started === mark.started && /sqld|workerd/.test(found.command)) await endProcess(mark);
  }
  rmSync(file, { force: true });
}

async function untilHealthy(url: string, limitMs: number): Promise<void> {
  let last = "it did not answer";
  for (const end = performance.now() + limitMs; performance.now() < end; ) {
    try {
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (response.ok) return;
      last = `it answered ${response.status}: ${text}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`Meterline was not ready within ${limitMs / 1000} seconds: ${last}`);
}

function turnLog(file: string): void {
  if (existsSync(file) && statSync(file).size > MOST_LOG_BYTES) renameSync(file, `${file}.1`);
}
