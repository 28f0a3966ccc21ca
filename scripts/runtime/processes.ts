/** Which processes there are, and how to end them: for finding what an earlier start left behind. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process that can be recognised later: `started` tells it from another one that was given the same pid. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

export interface ProcessInfo extends ProcessMark {
  readonly parent: number;
  readonly command: string;
}

/** The running process `pid`, or undefined. A process that has ended and waits to be collected counts as ended. */
export function findProcess(pid: number): ProcessInfo | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(["-p", String(pid)])[0];
}

/** The direct children of `parent`. */
export function childrenOf(parent: number): ProcessInfo[] {
  const all =
    process.platform === "linux"
      ? readdirSync("/proc")
          .filter((name) => /^\d+$/.test(name))
          .map((name) => fromProc(Number(name)))
          .filter((info) => info !== undefined)
      : fromPs(["-ax"]);
  return all.filter((info) => info.parent === parent);
}

/** `pid` with its start time, to be written down. */
export function markProcess(pid: number): ProcessMark {
  return { pid, started: findProcess(pid)?.started ?? "" };
}

/** Whether the very process that was written down still runs. */
export function isRunning(mark: ProcessMark): boolean {
  return findProcess(mark.pid)?.started === mark.started;
}

/** Asks a process to end, and after `patienceMs` makes it. Resolves when it is gone. */
export async function endProcess(mark: ProcessMark, patienceMs = 5_000): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (isRunning(mark)) process.kill(mark.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  signal("SIGTERM");
  if (await untilGone(mark, patienceMs)) return;
  signal("SIGKILL");
  if (!(await untilGone(mark, 5_000))) throw new Error(`process ${mark.pid} could not be stopped`);
}

async function untilGone(mark: ProcessMark, limitMs: number): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; ) {
    if (!isRunning(mark)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return !isRunning(mark);
}

function fromProc(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in parentheses and may hold anything, so the fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(fields[1]), started: fields[19] ?? "", command };
  } catch {
    return undefined; // It ended while we looked.
  }
}

function fromPs(which: string[]): ProcessInfo[] {
  const { stdout } = spawnSync("ps", [...which, "-o", "pid=,ppid=,stat=,lstart=,args="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (!match || match[3]?.startsWith("Z")) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), started: match[4] ?? "", command: match[5] ?? "" }];
  });
}
