/**
 * The drop folder: whoever can put a file under `inbox/GATEWAY/` in the store has it read. `GATEWAY` is the gateway's id, key
 * or name (`north-head-end`); folders between it and the file say how it is to be read: `inbox/north/timezone=America~Denver/day.csv`
 * (a zone's slash is a tilde there).
 * A file leaves the inbox when all of it is stored, to `processed/` or `refused/`, with a report beside it.
 */
import { UnavailableError } from "../../../db/port.ts";
import { abandonedFiles, claimAbandoned, movedStatement, type FileRow } from "../../../db/metering/files.ts";
import { BodyError } from "../body.ts";
import type { Charset } from "../../../domain/metering/formats/index.ts";
import type { World } from "../context.ts";
import { activeGateways, type GatewayName } from "../gateways.ts";
import { askedOptions, fileAnswer, type AskedOptions } from "./answer.ts";
import { receiveFile, type FileStore, type ReceivedFile } from "./receive.ts";
import { registerFile, takeFile } from "./take.ts";

const INBOX = "inbox/";

/** Files of one round. The next minute's goes on. */
const ROUND_MAX = 50;

/** A round that has taken longer begins no further file: the next would run beside it. */
const ROUND_MS = 45_000;

const OPTION = /^(format|timezone|interval|charset|mapping)=(.+)$/;

/** What one round did, by file: where each went. */
export type InboxRound = readonly { readonly key: string; readonly to: string }[];

/** Called every minute: goes on with files that were left in the middle, then takes what lies in the inbox. */
export async function filesByClock(world: World, files: FileStore): Promise<InboxRound> {
  const began = world.now();
  const late = (): boolean => world.now() - began > ROUND_MS;
  for (const file of await abandonedFiles(world.port, began, ROUND_MAX)) {
    if (late()) return [];
    if (await claimAbandoned(world.port, file.id, world.now())) await takeFile(world, files, file);
  }
  const { objects } = await files.list({ prefix: INBOX, limit: ROUND_MAX });
  const round: { key: string; to: string }[] = [];
  const faults: unknown[] = [];
  for (const { key } of objects) {
    if (late()) break;
    try {
      const to = await takeFromInbox(world, files, key);
      if (to !== null) round.push({ key, to });
    } catch (error) {
      // While the database is away nothing goes on; a fault of one file must not keep the others waiting behind it.
      if (error instanceof UnavailableError) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return round;
}

/** Takes one file, and answers where it lies then; null when somebody else has taken it, or it is a folder's own mark. */
async function takeFromInbox(world: World, files: FileStore, key: string): Promise<string | null> {
  const [folder = "", ...rest] = key.slice(INBOX.length).split("/");
  const name = rest.pop() ?? "";
  const object = name === "" ? null : await files.get(key);
  if (object === null) return null;
  // A file of the same name that comes tomorrow, or from another folder in the same second, must not lie where this one lies.
  const place = [folder, ...rest, `${new Date(object.uploaded?.getTime() ?? 0).toISOString().replace(/[-:]/g, "").slice(0, 15)}-${name}`].join("/");
  const gateway = await gatewayOf(world, folder);
  const asked = await optionsOf(world, name, rest);
  const refuse = async (reason: string): Promise<string> => {
    await copy(files, key, `refused/${place}`);
    return leaveInbox(files, key, `refused/${place}`, { status: "refused", reason });
  };
  if (gateway === null) return refuse(`There is no active gateway ${folder}; make one, and put the file into its folder again.`);
  if (!asked.ok) return refuse(asked.message);
  const processed = `processed/${place}`;
  let received: ReceivedFile;
  try {
    received = await receiveFile(files, object.body as ReadableStream<Uint8Array>, { key: processed, charset: asked.options.charset as Charset | null });
  } catch (error) {
    if (error instanceof BodyError) return refuse(error.message);
    throw error;
  }
  const { file, known } = await registerFile(world, files, { actor: { kind: "gateway", gatewayId: gateway.id }, source: "inbox", name: asked.name, options: asked.options, received });
  const taken = await takeFile(world, files, file);
  return settle(world, files, { key, place, processed, taken, known: known && file.status !== "received" });
}

/** The file lies under `processed/` already; what could not be read goes on to `refused/`. */
async function settle(world: World, files: FileStore, { key, place, processed, taken, known }: { readonly key: string; readonly place: string; readonly processed: string; readonly taken: FileRow; readonly known: boolean }): Promise<string> {
  const report = await fileAnswer(world, taken, known);
  if (taken.status === "done") return leaveInbox(files, key, processed, report);
  const refused = `refused/${place}`;
  await copy(files, processed, refused);
  if (taken.key === processed) await world.port.write([movedStatement(taken.id, refused)]);
  await files.delete(processed);
  return leaveInbox(files, key, refused, report);
}

/** Report first, and only then out of the inbox: whatever dies between finds the file again. */
async function leaveInbox(files: FileStore, key: string, to: string, report: object): Promise<string> {
  await files.put(`${to}.report.json`, JSON.stringify(report, null, 2), { httpMetadata: { contentType: "application/json" } });
  await files.delete(key);
  return to;
}

async function copy(files: FileStore, from: string, to: string): Promise<void> {
  const object = await files.get(from);
  if (object !== null) await files.put(to, object.body);
}

async function gatewayOf({ port }: World, folder: string): Promise<GatewayName | null> {
  const wanted = slug(folder);
  const active = await activeGateways(port);
  return active.find(({ id, keyId }) => id === folder || keyId === folder) ?? active.find(({ name }) => slug(name) === wanted) ?? null;
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

async function optionsOf(world: World, name: string, folders: readonly string[]): Promise<AskedOptions> {
  const asked: Record<string, string> = { name };
  for (const folder of folders) {
    const [, field, value] = OPTION.exec(folder) ?? [];
    if (field === undefined) return { ok: false, field: "folder", message: `The folder ${folder.slice(0, 60)} says nothing that is understood. Folders between the gateway and the file are such as format=cmep, timezone=UTC, mapping=town-export.` };
    // A zone's own slash cannot stand in a folder's name.
    asked[field] = field === "timezone" ? value!.replaceAll("~", "/") : value!;
  }
  return askedOptions(world, asked);
}
