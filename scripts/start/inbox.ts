/**
 * The drop folder of one machine: files under `DATA/inbox/GATEWAY/` go into the Worker's store, which reads them within the
 * minute (worker/operations/files/inbox.ts). Until it has, they lie under `DATA/inbox/.taken/`; then, as in the store, under
 * `DATA/processed/` or `DATA/refused/`, with the report beside them.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { WorkerProcess } from "../runtime/worker.ts";

const TAKEN = ".taken";

/** A file that somebody is still writing has changed within this time. */
const QUIET_MS = 2_000;

/** As much as a file of reads may have. */
const BYTES_MAX = 100 * 1024 * 1024;

/** Where the store, and this folder, put what was read and what was not. */
const OUTCOMES = ["processed", "refused"] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Somebody should look at it: a file that was refused, or that cannot be taken. */
export type Tell = (sentence: string) => void;

/** Makes the folder. */
export function openInbox(dataDir: string): string {
  const inbox = join(dataDir, "inbox");
  mkdirSync(inbox, { recursive: true });
  return inbox;
}

/**
 * Hands over what lies there whole: the store has a file before it is moved away. One that cannot be taken is told of, and
 * keeps no other waiting.
 */
export async function handOver(inbox: string, worker: Pick<WorkerProcess, "putFile">, tell: Tell, now = Date.now()): Promise<void> {
  for (const path of filesUnder(inbox)) {
    const name = relative(inbox, path).split(sep).join("/");
    try {
      await take(inbox, worker, { path, name, now, tell });
    } catch (error) {
      tell(`inbox/${name} could not be taken: ${(error as Error).message}`);
    }
  }
}

async function take(inbox: string, worker: Pick<WorkerProcess, "putFile">, { path, name, now, tell }: { path: string; name: string; now: number; tell: Tell }): Promise<void> {
  const { size, mtimeMs } = statSync(path);
  if (now - mtimeMs < QUIET_MS) return;
  if (size > BYTES_MAX) {
    const reason = "The file is larger than 100 MB; send it in parts.";
    settle(inbox, path, { outcome: "refused", place: placeOf(name, new Date(now)), report: JSON.stringify({ status: "refused", reason }, null, 2) });
    return tell(`inbox/${name} was refused: ${reason}`);
  }
  const uploaded = await worker.putFile(`inbox/${name}`, readFileSync(path));
  move(path, join(inbox, TAKEN, placeOf(name, uploaded)));
}

/** Moves what the store has read to where the store has it, with the report; what it has not read yet waits. */
export async function takeBack(inbox: string, worker: Pick<WorkerProcess, "getText">, tell: Tell): Promise<void> {
  for (const path of within(join(inbox, TAKEN))) {
    const place = relative(join(inbox, TAKEN), path).split(sep).join("/");
    for (const outcome of OUTCOMES) {
      const report = await worker.getText(`${outcome}/${place}.report.json`);
      if (report === null) continue;
      settle(inbox, path, { outcome, place, report });
      if (outcome === "refused") tell(`inbox/${place} was refused: ${whyOf(report)}`);
      break;
    }
  }
}

function settle(inbox: string, path: string, { outcome, place, report }: { outcome: Outcome; place: string; report: string }): void {
  const to = join(dirname(inbox), outcome, ...place.split("/"));
  move(path, to);
  writeFileSync(`${to}.report.json`, report);
}

/** As the store calls it (worker/operations/files/inbox.ts): before the name, when the store had it. */
function placeOf(name: string, uploaded: Date): string {
  const folders = name.split("/");
  return [...folders.slice(0, -1), `${uploaded.toISOString().replace(/[-:]/g, "").slice(0, 15)}-${folders.at(-1) ?? ""}`].join("/");
}

function whyOf(report: string): string {
  const { reason, refusals } = JSON.parse(report) as { reason?: string; refusals?: readonly { line: number; reason: string }[] };
  const [first] = refusals ?? [];
  return reason ?? (first === undefined ? "see its report" : `line ${first.line}: ${first.reason}`);
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

/** Files in the gateways' folders; what begins with a dot is nobody's business, and so is what lies in no folder. */
function filesUnder(inbox: string): string[] {
  return visible(inbox).flatMap((entry) => (entry.isDirectory() ? within(join(inbox, entry.name)) : []));
}

const within = (folder: string): string[] =>
  visible(folder).flatMap((entry) => (entry.isDirectory() ? within(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : [])).toSorted();

/** A folder that is not there, or was taken away a moment ago, has nothing in it. */
function visible(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    if (["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
