/**
 * The drop folder of one machine: files under `DATA/inbox/GATEWAY/` go into the Worker's store, which reads them within the
 * minute (worker/operations/files/inbox.ts), and then lie under `DATA/inbox/.taken/`.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { WorkerProcess } from "../runtime/worker.ts";

const TAKEN = ".taken";

/** A file that somebody is still writing has changed within this time. */
const QUIET_MS = 2_000;

/** As much as a file of reads may have; a larger one stays where it is. */
const BYTES_MAX = 100 * 1024 * 1024;

/** Makes the folder. */
export function openInbox(dataDir: string): string {
  const inbox = join(dataDir, "inbox");
  mkdirSync(inbox, { recursive: true });
  return inbox;
}

/** Hands over what lies there whole: the store has a file before it is moved away. */
export async function handOver(inbox: string, worker: Pick<WorkerProcess, "putFile">, now = Date.now()): Promise<void> {
  for (const path of filesUnder(inbox)) {
    const { size, mtimeMs } = statSync(path);
    if (size > BYTES_MAX || now - mtimeMs < QUIET_MS) continue;
    const name = relative(inbox, path);
    await worker.putFile(`inbox/${name.split(sep).join("/")}`, readFileSync(path));
    const taken = join(inbox, TAKEN, name);
    mkdirSync(dirname(taken), { recursive: true });
    renameSync(path, taken);
  }
}

/** Files in the gateways' folders; what begins with a dot is nobody's business, and so is what lies in no folder. */
function filesUnder(inbox: string): string[] {
  const visible = (folder: string) => readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  const within = (folder: string): string[] =>
    visible(folder).flatMap((entry) => (entry.isDirectory() ? within(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : [])).toSorted();
  return visible(inbox).flatMap((entry) => (entry.isDirectory() ? within(join(inbox, entry.name)) : []));
}
