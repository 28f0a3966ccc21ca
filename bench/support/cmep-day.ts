/**
 * A town of electric and water meters with some weeks of history, and its days of quarter hours as a head-end sends them: CMEP,
 * a line a channel, packed with gzip. Shared by the rows that measure files of reads.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { slotCount } from "../../domain/metering/index.ts";
import type { SqlPort } from "../../db/port.ts";
import { postFile } from "../../worker/api/files.ts";
import type { FileAnswer } from "../../worker/operations/files/answer.ts";
import type { FileStore } from "../../worker/operations/files/receive.ts";
import { createGateway } from "../../worker/operations/gateways.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import { foundUtility, loadDays, loadHomes, usageOf, type Home } from "../../test/support/town.ts";
import { admin, SECRET_KEY, ZONE } from "../../test/support/utility.ts";
import { benchDatabase, type BenchDatabase } from "./database.ts";

const STEP_MINUTES = 15;
const STEP_MS = STEP_MINUTES * 60_000;
/** The first day that is sent: no clock changes in the weeks around it. */
export const FIRST_DAY: LocalDate = "2026-09-14";
/** When everything is sent; every day of the row lies before it. */
const NOW = Date.parse("2026-09-30T15:00:00Z");

interface BenchMeter {
  readonly badge: string;
  readonly units: string;
  readonly channel: number;
}

export interface MeterTown {
  readonly database: BenchDatabase;
  readonly meters: readonly BenchMeter[];
  /** Writes the file of a day, outside of what is measured. */
  writeDay(day: LocalDate): Promise<DayFile>;
  /** Where files of the row lie, and what a gateway shows to send them. */
  readonly folder: string;
  readonly token: string;
  stop(): Promise<void>;
}

export interface DayFile {
  readonly path: string;
  readonly day: LocalDate;
}

/** `meters`: two a home. `historyDays`: days before the first that are stored as ingest leaves them. */
export async function meterTown({ meters: count, historyDays }: { readonly meters: number; readonly historyDays: number }): Promise<MeterTown> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-files-"));
  const database = await benchDatabase();
  const world = worldOn(database.port);
  await foundUtility(world, ["01"], "2026-01-01");
  const homes = await loadHomes(world, { homes: Math.ceil(count / 2), cycles: ["01"], stepMinutes: STEP_MINUTES, startOn: "2026-01-01" });
  const meters = homes.flatMap(metersOf);
  await loadDays(world, meters.map(({ channel }) => channel), { from: addDays(FIRST_DAY, -historyDays), to: FIRST_DAY }, STEP_MINUTES);
  const token = await gatewayToken(world);
  return {
    database, meters, folder, token,
    async writeDay(day) {
      const path = join(folder, `${day}.cmep.gz`);
      await pipeline(Readable.from(linesOf(meters, day)), createGzip({ level: 1 }), createWriteStream(path));
      return { path, day };
    },
    async stop() {
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const metersOf = ({ badge, channel }: Home): BenchMeter[] => [
  { badge: badge.water, units: "GAL", channel: channel.water },
  { badge: badge.electric, units: "KWH", channel: channel.electric },
];

async function gatewayToken(world: InProcessWorld): Promise<string> {
  const gateway = await createGateway(world, admin, { commandId: "bench-gateway", name: "Bench" });
  if (gateway.status !== "done" || gateway.secret === null) throw new Error("there is no gateway");
  return `${gateway.result.keyId}.${gateway.secret}`;
}

export const slotsOf = (day: LocalDate): number => slotCount(day, ZONE, STEP_MINUTES);

/** Start and thousandths of every interval of a channel's day. */
export function* intervalsOf(channel: number, day: LocalDate): Generator<[at: number, value: number]> {
  const slots = slotsOf(day);
  const start = startOfDay(day, ZONE);
  for (let slot = 0; slot < slots; slot++) yield [start + slot * STEP_MS, usageOf(channel, slot, slots)];
}

const LINES_A_PIECE = 100;

/** A record a channel; each interval with the stamp of its end, an empty flag and its value. */
function* linesOf(meters: readonly BenchMeter[], day: LocalDate): Generator<string> {
  const slots = slotsOf(day);
  // On the wall clock: no day of these rows has a change of clocks.
  const stamps = Array.from({ length: slots }, (_, slot) => new Date(Date.parse(day) + (slot + 1) * STEP_MS).toISOString().replace(/[-T:]/g, "").slice(0, 12));
  let piece = "";
  for (const [n, { badge, units, channel }] of meters.entries()) {
    const values = stamps.map((stamp, slot) => `${stamp},R,${usageOf(channel, slot, slots) / 1000}`);
    piece += `MEPMD01,19970819,HEADEND,T,METERLINE,${badge},${stamps.at(-1)},${badge},OK,${units === "GAL" ? "W" : "E"},${units},1,00000015,${slots},${values.join(",")}\n`;
    if ((n + 1) % LINES_A_PIECE > 0 && n + 1 < meters.length) continue;
    yield piece;
    piece = "";
  }
}

const worldOn = (port: SqlPort): InProcessWorld => inProcessWorld({ port, now: () => NOW, newId: () => crypto.randomUUID(), secretKey: SECRET_KEY });

export interface FileToSend extends DayFile {
  readonly token: string;
  /** Where the store keeps it. */
  readonly folder: string;
}

/**
 * Sends a file as a gateway does; resolves when all of it is stored. Throws unless every read was accepted.
 * `onRead` hears which share of it has been asked for since it was received.
 */
export async function sendFile(port: SqlPort, { path, day, token, folder }: FileToSend, onRead: (share: number) => void = () => undefined): Promise<void> {
  const request = new Request(`http://meterline.test/api/v1/ami/files?name=${day}.cmep`, {
    method: "POST", headers: { authorization: `Bearer ${token}`, "content-encoding": "gzip", "content-length": String(statSync(path).size) }, body: Readable.toWeb(createReadStream(path)), duplex: "half",
  } as unknown as RequestInit);
  const response = await postFile(worldOn(port), folderStore(folder, onRead), request);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the file was answered ${response.status}: ${text.slice(0, 300)}`);
  const answer = JSON.parse(text) as FileAnswer;
  const { reads, accepted } = answer.counts!;
  if (accepted !== reads || answer.counts!.refused > 0) throw new Error(`a file of sound reads was answered ${JSON.stringify(answer.counts)}, the first lines: ${JSON.stringify(answer.refusals)}`);
}

/** Objects as files of a folder, so that a large one takes no memory of the process that is measured. */
function folderStore(folder: string, onRead: (share: number) => void): FileStore {
  const pathOf = (key: string): string => join(folder, createHash("sha256").update(key).digest("hex"));
  const store = {
    put: (key: string, bytes: Uint8Array) => writeFile(pathOf(key), bytes),
    head: async (key: string) => ({ key, size: statSync(pathOf(key)).size }),
    get: async (key: string) => ({ key, body: Readable.toWeb(Readable.from(piecesOf(pathOf(key), onRead))) }),
    delete: async (key: string) => rmSync(pathOf(key), { force: true }),
    createMultipartUpload: async (key: string) => ({
      uploadPart: async (partNumber: number, bytes: Uint8Array) => {
        await appendFile(pathOf(key), bytes);
        return { partNumber, etag: String(partNumber) };
      },
      complete: async () => undefined,
      abort: async () => rmSync(pathOf(key), { force: true }),
    }),
  };
  return store as unknown as FileStore;
}

/** The file piece by piece; `onRead` hears which share of it has been asked for. */
async function* piecesOf(path: string, onRead: (share: number) => void): AsyncGenerator<Uint8Array> {
  const { size } = statSync(path);
  let read = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) {
    yield piece;
    read += piece.byteLength;
    onRead(read / size);
  }
}

/** The day is stored whole and usable, with the file and the line of each channel's values. Throws otherwise. @returns the sum of its values */
export async function checkDay({ database: { port }, meters }: MeterTown, day: LocalDate): Promise<number> {
  const [stored] = await port.query<Record<"days" | "total" | "missing" | "suspect" | "exceptions" | "sources", number>>(
    `SELECT count(*) AS days, sum(best_total) AS total, sum(missing) AS missing, sum(suspect) AS suspect, (SELECT count(*) FROM exception) AS exceptions,
       (SELECT count(*) FROM read_source WHERE at = ? AND slots = ?) AS sources FROM interval_day WHERE day = ?`,
    [startOfDay(day, ZONE), slotsOf(day), day],
  );
  const { days, total, missing, suspect, exceptions, sources } = stored!;
  if (days !== meters.length) throw new Error(`${meters.length} channel days were acknowledged, ${days} are stored`);
  if (missing !== 0 || suspect !== 0 || exceptions !== 0) throw new Error(`${missing} intervals are missing, ${suspect} days suspect, ${exceptions} exceptions open`);
  if (sources !== meters.length) throw new Error(`${sources} of ${meters.length} channel days know their file and line`);
  const expected = meters.reduce((sum, { channel }) => sum + [...intervalsOf(channel, day)].reduce((of, [, value]) => of + value, 0), 0);
  if (total !== expected) throw new Error(`the file's values sum to ${expected}, what is stored to ${total}`);
  return total;
}
