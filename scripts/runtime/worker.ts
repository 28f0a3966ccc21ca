/** The built Worker on workerd, with its objects, files and queue on this machine's disk. */
import { createWriteStream, globSync, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import type { Build } from "./build.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./compatibility.ts";
import { freePort } from "./ports.ts";
import { childrenOf, markProcess } from "./processes.ts";
import { VERSION } from "./root.ts";
import type { Secrets } from "./secrets.ts";
import { guard, release } from "./watchdog.ts";

export interface WorkerOptions {
  readonly build: Build;
  /** Folder for what the objects, the file store and the log keep. */
  readonly dataDir: string;
  readonly port: number;
  /** Interface to listen on; loopback by default. */
  readonly host?: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  /** The origin people use. */
  readonly publicUrl: string;
  /** Shows the demonstration sign-ins. */
  readonly demo?: boolean;
  /** Switches the built-in test payment provider on. */
  readonly testProvider?: boolean;
  /** More bindings, for tests. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Each line that the Worker or its runtime writes. `error`: it went to the error stream. */
  readonly onLine?: (line: string, error: boolean) => void;
  /** workerd ended unasked and is there again. */
  readonly onRestart?: () => void;
}

export interface WorkerProcess {
  readonly url: string;
  readonly port: number;
  /** Of workerd at this moment; undefined while it is being restarted. */
  pid(): number | undefined;
  /** Calls the Worker's scheduled handler, as Cloudflare's cron would. */
  scheduled(cron: string, time?: Date): Promise<void>;
  /** Puts a file into the Worker's store; answers when that was, by the store's clock. */
  putFile(key: string, bytes: Uint8Array): Promise<Date>;
  /** A text of the Worker's store; null when there is none. */
  getText(key: string): Promise<string | null>;
  /** Ends workerd as a crash would (SIGKILL). It is restarted on the same port and data by itself. */
  crash(): void;
  stop(): Promise<void>;
}

/** Names of the Durable Object classes by binding; `wrangler.toml` says the same for Cloudflare. */
const OBJECTS = { ACCOUNT: "AccountObject", OPERATIONS: "OperationsObject" };

const NAME = "meterline";
const QUEUE = "meterline-outbox";

/** Starts workerd on `port` and resolves when it accepts requests. Throws with what it said when it does not. */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const host = options.host ?? "127.0.0.1";
  const { dataDir, port } = options;
  mkdirSync(join(dataDir, "logs"), { recursive: true });
  const logFile = createWriteStream(join(dataDir, "logs", "worker.log"), { flags: "a" });
  const sink = lineSink(logFile, options.onLine);

  let pid: number | undefined;
  const entryPort = await freePort();
  const adopt = (): void => {
    // Miniflare keeps the process to itself; it is the child of ours that listens on its entry's port.
    pid = childrenOf(process.pid).find(({ command }) => command.includes(`entry=127.0.0.1:${entryPort}`))?.pid;
    if (pid !== undefined) guard(pid);
  };

  const configuration: MiniflareOptions = {
    ...describeWorker(options),
    // The Worker itself listens on the port. Miniflare's own entry in front of it would halve the requests a second
    // and compress again what the build has compressed; it keeps a port of its own, for calling the cron handler.
    unsafeDirectSockets: [{ host, port }],
    host: "127.0.0.1",
    port: entryPort,

    // Nothing is asked of the network.
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    log: new SinkLog(sink),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      readLines(stdout, (line) => sink(line, false));
      readLines(stderr, (line) => sink(line, true));
    },
    unsafeHandleRuntimeRestart: () => {
      adopt();
      options.onRestart?.();
    },
  };
  const miniflare = withoutSignalHandlers(() => new Miniflare(configuration));

  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    logFile.end();
    throw error;
  }
  adopt();

  return {
    url: `http://${host}:${port}`,
    port,
    pid: () => pid,
    async scheduled(cron, time = new Date()) {
      const worker = await miniflare.getWorker(NAME);
      const { outcome } = await worker.scheduled({ cron, scheduledTime: time });
      if (outcome !== "ok") throw new Error(`the scheduled handler ended with "${outcome}"; see ${join(dataDir, "logs", "worker.log")}`);
    },
    async putFile(key, bytes) {
      const bucket = await miniflare.getR2Bucket("FILES", NAME);
      return (await bucket.put(key, bytes)).uploaded;
    },
    async getText(key) {
      const bucket = await miniflare.getR2Bucket("FILES", NAME);
      const object = await bucket.get(key);
      return object === null ? null : await object.text();
    },
    crash() {
      if (pid === undefined) return;
      const mark = markProcess(pid);
      pid = undefined;
      release(mark.pid);
      process.kill(mark.pid, "SIGKILL");
    },
    async stop() {
      await miniflare.dispose();
      if (pid !== undefined) release(pid);
      await new Promise((resolve) => logFile.end(resolve));
    },
  };
}

/** What wrangler.toml describes for Cloudflare, for this machine. */
export function describeWorker({ build, dataDir, databaseUrl, secrets, publicUrl, demo, testProvider, bindings }: WorkerOptions) {
  return {
    name: NAME,
    rootPath: build.server,
    modulesRoot: build.server,
    modules: globSync("**/*.js", { cwd: build.server })
      // The entry stands first.
      .sort((a, b) => Number(b === "index.js") - Number(a === "index.js"))
      .map((path) => ({ type: "ESModule" as const, path: join(build.server, path) })),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: COMPATIBILITY_FLAGS,
    bindings: {
      DATABASE_URL: databaseUrl,
      SECRET_KEY: secrets.secretKey,
      PUBLIC_URL: publicUrl,
      VERSION,
      DEMO: demo ? "1" : "0",
      TEST_PROVIDER: testProvider ? "1" : "0",
      ...bindings,
    },
    durableObjects: Object.fromEntries(
      Object.entries(OBJECTS).map(([binding, className]) => [binding, { className, useSQLite: true }]),
    ),
    durableObjectsPersist: join(dataDir, "durable"),
    r2Buckets: { FILES: "meterline-files" },
    r2Persist: join(dataDir, "files"),
    queueProducers: { OUTBOX: { queueName: QUEUE } },
    queueConsumers: { [QUEUE]: { maxBatchSize: 100, maxBatchTimeout: 0 } },
    serviceBindings: { CLIENT: { disk: { path: build.client, writable: false } } },
  };
}

/**
 * Miniflare ends the whole process at once on a Ctrl-C (with 130). We stop in order, and nothing else may end us first:
 * takes away the handlers that `make` adds.
 */
function withoutSignalHandlers<T>(make: () => T): T {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = signals.map((signal) => process.listeners(signal));
  const made = make();
  signals.forEach((signal, index) => {
    for (const listener of process.listeners(signal)) if (!before[index]?.includes(listener)) process.off(signal, listener);
  });
  return made;
}

type Sink = (line: string, error: boolean) => void;

function lineSink(file: WriteStream, onLine: WorkerOptions["onLine"]): Sink {
  return (line, error) => {
    if (!file.writableEnded) file.write(`${new Date().toISOString()} ${line}\n`);
    onLine?.(line, error);
  };
}

function readLines(stream: Readable, use: (line: string) => void): void {
  createInterface({ input: stream }).on("line", use);
}

/** Miniflare's own warnings and errors go where the Worker's go. */
class SinkLog extends Log {
  readonly #sink: Sink;
  constructor(sink: Sink) {
    super(LogLevel.WARN);
    this.#sink = sink;
  }
  override log(message: string): void {
    this.#sink(message, true);
  }
}
