/** `npm start` as a person runs it: a process of its own, watched by what it prints and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessMark } from "../../scripts/runtime/processes.ts";
import { ROOT } from "../../scripts/runtime/root.ts";

export interface StartCommand {
  /** What it has printed so far. */
  output(): string;
  /** Resolves when the Meterline answers; throws what was printed when it ends before. */
  ready(): Promise<void>;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** To the launcher, as a terminal or `kill` sends it. */
  signal(name: NodeJS.Signals): void;
}

export function runStart(args: readonly string[], through: "node" | "npm" = "node"): StartCommand {
  // Without what npm puts into the environment of its own children: the tests themselves were started by one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  const [command, first] = through === "npm" ? ["npm", ["start", "--"]] : [process.execPath, [join(ROOT, "scripts/start.mjs")]];
  const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const ended = whenEnded(child);
  return {
    output: () => output,
    ended,
    signal: (name) => void child.kill(name),
    ready: () =>
      Promise.race([
        until(() => output.includes("is ready at"), "ready"),
        ended.then((how) => {
          throw new Error(`npm start ended with ${how}:\n${output}`);
        }),
      ]),
  };
}

/** The command itself (the lock's holder), and the servers that it has written down. */
export function processesOf(dataDir: string): { command: ProcessMark | undefined; servers: ProcessMark[] } {
  const read = (name: string) => (existsSync(join(dataDir, name)) ? JSON.parse(readFileSync(join(dataDir, name), "utf8")) : undefined);
  return { command: read("lock"), servers: read("processes.json") ?? [] };
}

export async function untilGone(marks: readonly ProcessMark[]): Promise<void> {
  await until(() => !marks.some(isRunning), `the end of processes ${marks.map(({ pid }) => pid).join(", ")}`);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    if (condition()) return;
    await new Promise((wake) => setTimeout(wake, 25));
  }
  throw new Error(`waited a minute for: ${what}`);
}

function whenEnded(child: ChildProcess): StartCommand["ended"] {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // "close": after the last line was read.
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
}
