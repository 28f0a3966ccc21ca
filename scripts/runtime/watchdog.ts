/**
 * No child outlives us. A process killed with -9 cannot stop its children, and neither sqld nor workerd notices.
 * So a small process of its own listens on a pipe from us: it is told which children there are, and when the pipe
 * closes (however we ended) it ends those that are left.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endProcess, markProcess, type ProcessMark } from "./processes.ts";

let watchdog: ChildProcess | undefined;

/** From now on `pid` ends when this process ends. */
export function guard(pid: number): void {
  tell(`+${pid}`);
}

/** `pid` has ended, or may live on. */
export function release(pid: number): void {
  tell(`-${pid}`);
}

function tell(line: string): void {
  if (watchdog === undefined || watchdog.exitCode !== null || watchdog.signalCode !== null) {
    // Its own process group: what is sent to all of ours at once must not reach it.
    watchdog = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(import.meta.url), "--watch"], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      // Options for this process (a test runner's loaders, say) are none for that one.
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    watchdog.unref();
    // A broken pipe means that it was killed; the next line starts another.
    watchdog.stdin?.on("error", () => {});
    (watchdog.stdin as { unref?: () => void } | null)?.unref?.();
  }
  watchdog.stdin?.write(`${line}\n`);
}

/** The watchdog's own life: read lines until the pipe closes, then end what is left. */
async function watch(): Promise<void> {
  const guarded = new Map<number, ProcessMark>();
  for await (const line of createInterface({ input: process.stdin })) {
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) guarded.set(pid, markProcess(pid));
    else guarded.delete(pid);
  }
  await Promise.all([...guarded.values()].map((mark) => endProcess(mark, 2_000)));
}

if (process.argv[2] === "--watch" && process.argv[1] === fileURLToPath(import.meta.url)) await watch();
