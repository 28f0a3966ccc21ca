/**
 * Damaged files sent to the product: whatever a file is, it is answered and never half in the book. Two utilities take the
 * same files; at one of them the database goes away in the middle of every other file, which is then sent again. Both books
 * must come to the same.
 */
import { expect, test } from "vitest";
import { UnavailableError } from "../../db/port.ts";
import { FIXTURES, type Fixture } from "../../domain/metering/formats/fixtures.testing.ts";
import { mutated, random } from "../../domain/metering/formats/mutations.testing.ts";
import { failingAfter } from "../../test/support/failing-port.ts";
import { memoryFiles, streamOf, type MemoryFiles } from "../../test/support/file-store.ts";
import { admin } from "../../test/support/utility.ts";
import type { FileAnswer } from "../operations/files/answer.ts";
import { saveMapping } from "../operations/files/mappings.ts";
import { addHouse, interval, openStreet, register, type Street } from "../operations/reads.testing.ts";
import { postFile } from "./files.ts";

/** Damaged files of each format; a whole one comes before them and after them. */
const FILES = process.env["METERLINE_NIGHTLY"] ? 2_000 : 100;
const TIMEOUT_MS = process.env["METERLINE_NIGHTLY"] ? 3_600_000 : 300_000;

/** What a file that is no good is answered with; never a fault of ours. */
const ANSWERS = [200, 400, 413, 415, 422];

/** Writes of one file: registered, a batch and its part, and what the file came to. */
const WRITES_OF_FILE = 5;

/** Files of a gateway in a minute are limited; each of ours is sent up to twice. */
const BETWEEN_FILES_MS = 3_000;

interface Side {
  readonly street: Street;
  readonly files: MemoryFiles;
}

/** Meters that the fixtures speak of: their reads are stored, not only kept as those of meters that nobody knows. */
const ELECTRIC = ["77/E12", "E20069447", "E700", "4103036712", "E200017", "E-1", "12 MAPLE ST SPRINGFIELD"];
const WATER = ["W500", "W00123", "W100234", "63700001", "1470000001", "B7", "N-778"];
const HALF_HOURLY = "4103036712";

async function openSide(): Promise<Side> {
  const street = await openStreet("2026-06-10T15:00:00Z");
  for (const [i, badge] of ELECTRIC.entries()) {
    await addHouse(street, 2 + i, [
      { commodity: "electric", badge, channels: [interval(10 + i, badge === HALF_HOURLY ? 30 : 15)] },
      { commodity: "water", badge: WATER[i]!, channels: [register(30 + i, "gal", 7)] },
    ]);
  }
  for (const { format, options } of FIXTURES) {
    if (options?.mapping == null) continue;
    const saved = await saveMapping(street.world, admin, { commandId: `mapping-${mappingName(options.mapping)}`, name: mappingName(options.mapping), mapping: options.mapping, effectiveAt: 0 });
    expect({ format, status: saved.status }).toEqual({ format, status: "done" });
  }
  return { street, files: memoryFiles() };
}

const mappingName = (mapping: object): string => ("days" in mapping || JSON.stringify(mapping).includes('"columns"') ? "a-row-a-day" : "a-row-a-value");

async function send({ street, files }: Side, { format, options }: Fixture, text: string, writes: number | null = null): Promise<{ status: number; body: FileAnswer }> {
  const query = new URLSearchParams({ name: options?.name ?? "reads.txt", ...(options?.mapping ? { mapping: mappingName(options.mapping) } : { format }) });
  const request = new Request(`http://meterline.test/api/v1/ami/files?${query.toString()}`, {
    method: "POST", headers: { authorization: `Bearer ${street.gateway.keyId}.${street.gateway.secret}` }, body: streamOf(new TextEncoder().encode(text), 700), duplex: "half",
  } as RequestInit);
  const world = writes === null ? street.world : { ...street.world, port: failingAfter(street.port, writes) };
  const response = await postFile(world, files, request);
  return { status: response.status, body: (await response.json()) as FileAnswer };
}

/** Sends a file while the database goes away in the middle, and then once more. */
async function sendTwice(side: Side, fixture: Fixture, text: string, writes: number): Promise<{ status: number; body: FileAnswer }> {
  try {
    return await send(side, fixture, text, writes);
  } catch (error) {
    expect(error).toBeInstanceOf(UnavailableError);
    return send(side, fixture, text);
  }
}

/** All that the two books must have in common: everything but where a copy lies in the store. */
const BOOK = [
  "SELECT channel_id, day, version, hex(raw) AS raw, flags, best_total, missing, suspect, batch_id FROM interval_day ORDER BY 1, 2",
  "SELECT channel_id, read_at, version, value, quality, suspect, batch_id FROM register_read ORDER BY 1, 2, 3",
  "SELECT channel_id, at, batch_id, line, slots, line_step, lines FROM read_source ORDER BY 1, 2, 3, 4",
  "SELECT id, file_id, reads, outcome FROM read_batch ORDER BY 1",
  "SELECT id, name, hash, content_hash, bytes, format, status, counts FROM reads_file ORDER BY 1",
  "SELECT file_id, part, batch_id, counts, notes, notes_count FROM reads_file_part ORDER BY 1, 2",
  "SELECT id, kind, rule, status, channel_id, day, read_at, sentence, detail FROM exception ORDER BY 1",
  "SELECT stream, seq, type, data FROM event WHERE stream NOT LIKE 'gateway:%' ORDER BY 1, 2",
];

const book = async ({ street: { port } }: Side): Promise<unknown[]> => Promise.all(BOOK.map((sql) => port.query(sql)));

/** Lines of a text, however they end. */
const linesOf = (text: string): number => text.split(/\r\n|\n|\r/).length;

/** Every stored value's line is a line of its file, and every part and batch is that of a file that is over. */
async function standsWhole({ street: { port } }: Side, lines: ReadonlyMap<string, number>): Promise<void> {
  const sources = await port.query<{ fileId: string; line: number; step: number; slots: number }>(`SELECT b.file_id AS "fileId", s.line, s.line_step AS step, s.slots FROM read_source s JOIN read_batch b ON b.id = s.batch_id`);
  for (const { fileId, line } of sources) expect(line >= 1 && line <= lines.get(fileId)!, `line ${line} of ${lines.get(fileId)!}`).toBe(true);
  expect(await port.query("SELECT id FROM reads_file WHERE status = 'received'")).toEqual([]);
  expect(await port.query("SELECT b.id FROM read_batch b LEFT JOIN reads_file_part p ON p.batch_id = b.id WHERE b.file_id IS NOT NULL AND p.batch_id IS NULL")).toEqual([]);
}

test("damaged files of every format: answered, whole in the book or not at all, also when the database goes away in the middle", { timeout: TIMEOUT_MS }, async () => {
  const [whole, broken] = await Promise.all([openSide(), openSide()]);
  const lines = new Map<string, number>();
  const answered = new Map<number, number>();
  for (const fixture of FIXTURES) {
    for (let seed = 0; seed <= FILES + 1; seed++) {
      const next = random((seed + 1) * 2_246_822_519);
      const text = seed === 0 || seed > FILES ? fixture.text : mutated(fixture.text, next);
      const told = `${fixture.format}, seed ${seed}: ${JSON.stringify(text).slice(0, 500)}`;
      whole.street.clock.now += BETWEEN_FILES_MS;
      broken.street.clock.now += BETWEEN_FILES_MS;
      const good = await send(whole, fixture, text);
      const again = await (next(2) === 0 ? sendTwice(broken, fixture, text, next(WRITES_OF_FILE)) : send(broken, fixture, text));
      expect(ANSWERS, told).toContain(good.status);
      answered.set(good.status, (answered.get(good.status) ?? 0) + 1);
      const { counts } = good.body;
      if (counts === null || counts === undefined) expect({ status: again.status, body: again.body }, told).toEqual({ status: good.status, body: good.body });
      else {
        const { reads, accepted, duplicate, exception, rejected } = counts;
        expect(accepted + duplicate + exception + rejected, told).toBe(reads);
        expect({ status: again.status, counts: again.body.counts, refusals: again.body.refusals, file: again.body.file }, told).toEqual({ status: good.status, counts, refusals: good.body.refusals, file: good.body.file });
        expect(good.body.refusals.every(({ line }) => line >= 1 && line <= linesOf(text)), told).toBe(true);
        lines.set(good.body.file, linesOf(text));
      }
    }
  }
  for (const side of [whole, broken]) await standsWhole(side, lines);
  expect(await book(broken)).toEqual(await book(whole));
  // Most damage leaves a file that can be followed; some leaves one that is in no format or no text.
  expect(answered.get(200)! > 100 && (answered.get(422) ?? 0) > 10).toBe(true);
  expect((await whole.street.port.query<{ n: number }>("SELECT count(*) AS n FROM interval_day"))[0]!.n).toBeGreaterThan(5);
});
