/** The folder in which one Meterline keeps everything, and the lock that keeps a second one out of it. */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { endProcess, isRunning, markProcess, type ProcessMark } from "../runtime/processes.ts";

/** What went wrong, in a sentence for the person at the terminal. */
export class StartError extends Error {
  override readonly name = "StartError";
}

export interface DataDir {
  readonly path: string;
  /** Forgets everything in it (except the lock). */
  clear(): void;
  /** Gives the lock back. */
  release(): void;
}

/** Says that a folder is ours, so that nothing of a stranger's is ever taken over or cleared. */
const MARKER = "meterline.json";
const LOCK = "lock";
/** How long a Meterline whose launcher was killed may take to stop by itself. */
const ORPHAN_PATIENCE_MS = 10_000;

interface Lock extends ProcessMark {
  /** The processes that launched it: when one of them is gone, it is about to stop. */
  readonly launchers: readonly ProcessMark[];
}

/**
 * Makes the folder when it is absent and takes its lock; a lock whose holder is gone is taken over. Throws
 * StartError when the folder holds something else, or another Meterline runs on it.
 */
export async function openDataDir(folder: string, launchers: readonly number[] = []): Promise<DataDir> {
  const path = resolve(folder);
  claim(path);
  await takeLock(join(path, LOCK), path, launchers);
  return {
    path,
    clear: () => {
      for (const name of readdirSync(path)) {
        if (name !== LOCK && name !== MARKER) rmSync(join(path, name), { recursive: true, force: true });
      }
    },
    release: () => rmSync(join(path, LOCK), { force: true }),
  };
}

function claim(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    if (existsSync(join(path, MARKER))) return;
    if (readdirSync(path).length > 0) {
      throw new StartError(`${path} is not empty and was not made by Meterline. Please name a new or an empty folder with --data.`);
    }
    writeFileSync(join(path, MARKER), `${JSON.stringify({ product: "meterline", layout: 1 })}\n`, { mode: 0o600 });
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The data folder ${path} cannot be used: ${(error as Error).message}.`);
  }
}

async function takeLock(file: string, path: string, launchers: readonly number[]): Promise<void> {
  const mine: Lock = { ...markProcess(process.pid), launchers: launchers.map(markProcess) };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (;;) {
      try {
        linkSync(draft, file); // Fails when it is there: of two that try, one succeeds.
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readLock(file);
      if (holder && isRunning(holder)) await dislodge(holder, path);
      rmSync(file, { force: true });
    }
  } finally {
    unlinkSync(draft);
  }
}

/** A holder that was launched properly stays. One whose launcher was killed is stopping, or is stopped now. */
async function dislodge(holder: Lock, path: string): Promise<void> {
  if (holder.launchers.every(isRunning)) {
    throw new StartError(
      `Another Meterline (process ${holder.pid}) is running on ${path}. ` +
        "Please stop it first, or name another folder with --data and another port with --port.",
    );
  }
  await endProcess(holder, ORPHAN_PATIENCE_MS);
}

function readLock(file: string): Lock | undefined {
  try {
    const { pid, started, launchers } = JSON.parse(readFileSync(file, "utf8")) as Partial<Lock>;
    if (typeof pid !== "number" || typeof started !== "string" || !Array.isArray(launchers)) return undefined;
    return { pid, started, launchers };
  } catch {
    return undefined; // Damaged: nobody can be holding it who wrote it whole.
  }
}
