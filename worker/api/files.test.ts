/** Files of reads as gateways send them: what is kept, what is answered, and what happens when it goes wrong in the middle. */
import { createHash, createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { CONTENT_HASH_HEADER, KEY_HEADER, SIGNATURE_HEADER, signedText, TIMESTAMP_HEADER } from "../../domain/lifecycle/gateway.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { decodeDay } from "../../domain/metering/index.ts";
import { sourcesOf } from "../../db/metering/sources.ts";
import { UnavailableError } from "../../db/port.ts";
import { failingAfter } from "../../test/support/failing-port.ts";
import { memoryFiles, streamOf, type MemoryFiles } from "../../test/support/file-store.ts";
import { admin, ZONE } from "../../test/support/utility.ts";
import type { FileAnswer } from "../operations/files/answer.ts";
import { FILE_BYTES_MAX, receiveFile } from "../operations/files/receive.ts";
import { FILE_LIMIT, withinLimit } from "../operations/gateways.ts";
import { meterPage } from "../operations/meters.ts";
import { household, openStreet, type Street } from "../operations/reads.testing.ts";
import { getFile, postFile } from "./files.ts";

const PATH = "/api/v1/ami/files";
/** Megabytes, on a machine that may have other work. */
const SLOW = { timeout: 60_000 };
let street: Street;
let files: MemoryFiles;

beforeEach(async () => {
  street = await openStreet("2026-06-10T15:00:00Z");
  files = memoryFiles();
});

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${street.gateway.keyId}.${street.gateway.secret}` });

async function send(content: string | Uint8Array, query = "", headers: Record<string, string> = {}, world = street.world): Promise<{ status: number; body: FileAnswer & { error?: { code: string; message: string } } }> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const request = new Request(`http://meterline.test${PATH}${query}`, { method: "POST", headers: { ...bearer(), ...headers }, body: streamOf(bytes), duplex: "half" } as RequestInit);
  const response = await postFile(world, files, request);
  return { status: response.status, body: (await response.json()) as FileAnswer };
}

/** A day of E1 in quarter hours and two reads of W1, as CMEP. */
const DATE = "2026-06-09";
/** On the wall clock of Chicago in summer. */
const stamp = (at: number): string => new Date(at - 5 * 3_600_000).toISOString().replace(/[-T:]/g, "").slice(0, 12);
const start = startOfDay(DATE, ZONE);
const quarters = household(DATE).map((value, i) => `${stamp(start + (i + 1) * 900_000)},R0,${value}`);
const cmep = (meter: string, units: string, interval: string, data: readonly string[]): string => `MEPMD01,19970819,H,T,R,${meter},202606101200,${meter},OK,E,${units},1,${interval},${data.length},${data.join(",")}`;
const FILE = [
  cmep("E1", "KWH", "00000015", quarters.slice(0, 48)),
  cmep("E1", "KWH", "00000015", quarters.slice(48)),
  cmep("W1", "GALREG", "", [`${stamp(start)},R0,5000`, `${stamp(start + 86_400_000)},R0,oops`, `${stamp(start + 86_400_000)},N32,0`]),
  cmep("X9", "GALREG", "", [`${stamp(start)},R0,7`]),
].join("\r\n");

const storedSum = async (): Promise<number> => {
  const [row] = await street.port.query<{ raw: Uint8Array; flags: string | null }>("SELECT raw, flags FROM interval_day WHERE channel_id = 1 AND day = ?", [DATE]);
  return row ? decodeDay(row.raw, row.flags).values.reduce((sum, value) => sum + value, 0) : 0;
};
const total = Math.round(household(DATE).reduce((sum, value) => sum + value, 0) * 1000);
const count = async (table: string): Promise<number> => (await street.port.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n;

describe("a file of a head-end", () => {
  test("that tells of meters without a value holds their day, and is named where it is told; sent again it tells nothing new", async () => {
    await send(FILE);
    const event = (meter: string, type: string) => `<EndDeviceEvent><createdDateTime>2026-06-09T02:11:00-05:00</createdDateTime><Assets><mRID>${meter}</mRID></Assets><EndDeviceEventType ref="${type}"/></EndDeviceEvent>`;
    const events = `<EndDeviceEvents xmlns="http://iec.ch/TC57/2011/EndDeviceEvents#">\n${event("E1", "3.12.141.212")}\n${event("E1", "3.2.22.150")}\n${event("X7", "3.12.43.257")}\n</EndDeviceEvents>`;
    const { status, body } = await send(events, "?name=events.xml");
    expect([status, body.status, body.format, body.counts!.reads]).toEqual([200, "done", "iec61968", 0]);
    const notes = (await (await getFile(street.world, new Request(`http://meterline.test${PATH}/${body.file}`, { headers: bearer() }), body.file)).json()) as { notes: readonly object[] };
    expect(notes.notes).toEqual([{ line: 4, kind: "rejected", reason: "meter X7: no meter has this number; what is said of it is passed over" }]);
    expect((await meterPage(street.world, admin, "M-E1"))!.said.map(({ kind, isOn, says, fileId, line }) => [kind, isOn, says, fileId === body.file, line])).toEqual([["low-battery", 1, "3.2.22.150", true, 3], ["tamper", 1, "3.12.141.212", true, 2]]);
    const open = () => street.port.query("SELECT rule, severity, day, status FROM exception WHERE rule = 'tamper'");
    expect(await open()).toEqual([{ rule: "tamper", severity: "warn", day: DATE, status: "open" }]);
    await send(`${events}\n<!-- once more -->`);
    expect(await open()).toHaveLength(1);
    expect(await storedSum()).toBe(total);
  });

  test("is stored when it is answered: counts, refusals with their lines, the file itself with its hash", async () => {
    const { status, body } = await send(FILE, "?name=STAHO_202606100815.txt");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "STAHO_202606100815.txt", status: "done", format: "cmep", replayed: false, hash: createHash("sha256").update(FILE).digest("hex"), bytes: FILE.length,
      counts: { reads: 3, accepted: 2, duplicate: 0, exception: 1, rejected: 0, refused: 1, noReads: 1 },
      refusals: [{ line: 3, kind: "refused", reason: 'reading 2: "oops" is not a number' }], furtherRefusals: 0, lines: `${PATH}/${body.file}`,
    });
    expect(await storedSum()).toBe(total);
    const [kept] = [...files.objects.entries()];
    expect(new TextDecoder().decode(kept![1])).toBe(FILE);
    expect(await street.port.query("SELECT key, hash, source FROM reads_file")).toEqual([{ key: kept![0], hash: body.hash, source: "api" }]);
    expect((await street.port.query<{ type: string }>("SELECT type FROM event WHERE stream LIKE 'reads-file:%' ORDER BY seq")).map(({ type }) => type)).toEqual(["ReadsFileReceived", "ReadsFileRead"]);
  });

  test("every stored value knows its file and line", async () => {
    const { body } = await send(FILE, "?name=town.cmep");
    const of = async (channelId: number, at: number, stepMinutes: number | null) => (await sourcesOf(street.port, { channelId, at, stepMinutes })).map(({ file, fileId, line }) => [file, fileId === body.file, line]);
    expect(await of(1, start, 15)).toEqual([["town.cmep", true, 1]]);
    expect(await of(1, start + 47 * 900_000, 15)).toEqual([["town.cmep", true, 1]]);
    expect(await of(1, start + 48 * 900_000, 15)).toEqual([["town.cmep", true, 2]]);
    expect(await of(1, start + 96 * 900_000, 15)).toEqual([]);
    expect(await of(2, start, null)).toEqual([["town.cmep", true, 3]]);
    expect((await meterPage(street.world, admin, "M-W1"))!.reads).toMatchObject([{ value: 5_000_000, fileId: body.file, line: 3 }]);
  });

  test("lists all lines that did not simply become reads on a page of its own, for its sender alone", async () => {
    const { body } = await send(FILE);
    const ask = async (path: string, headers = bearer()) => {
      const response = await getFile(street.world, new Request(`http://meterline.test${path}`, { headers }), path.split("/").at(-1)!.split("?")[0]!);
      return { status: response.status, body: (await response.json()) as { notes: object[]; notesTotal: number; next: string | null } };
    };
    const page = await ask(body.lines);
    expect(page).toMatchObject({
      status: 200,
      body: { notesTotal: 3, next: null, notes: [{ line: 3, kind: "refused" }, { line: 3, kind: "no-read" }, { line: 4, kind: "exception", reason: "No meter has the number X9.", exceptionId: expect.stringContaining("unknown-meter") }] },
    });
    expect((await ask(`${body.lines}?from=2`)).body.notes).toHaveLength(1);
    expect(await ask(`${PATH}/nothing`)).toMatchObject({ status: 404 });
    expect(await ask(body.lines, { authorization: "Bearer a.b" })).toMatchObject({ status: 401 });
  });

  test("may be packed: told, found out, or both", async () => {
    const first = await send(gzipSync(FILE), "?name=a.gz");
    expect(first.body).toMatchObject({ status: "done", replayed: false, counts: { accepted: 2 } });
    for (const [content, headers] of [[gzipSync(FILE), { "content-encoding": "gzip" }], [gzipSync(gzipSync(FILE)), { "content-encoding": "gzip" }], [new TextEncoder().encode(FILE), {}]] as const) {
      expect((await send(content, "?name=b", headers as Record<string, string>)).body).toMatchObject({ file: first.body.file, replayed: true });
    }
    expect(files.objects.size).toBe(1);
  });

  test("is signed like every request, over what was sent", async () => {
    const bytes = gzipSync(FILE);
    const timestamp = String(street.clock.now / 1000);
    const sign = (path: string): string => createHmac("sha256", street.gateway.secret).update(signedText("POST", path, timestamp, createHash("sha256").update(bytes).digest("hex"))).digest("hex");
    const headers = (path: string) => ({ authorization: "", [KEY_HEADER]: street.gateway.keyId, [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: sign(path) });
    const post = async (query: string, signature: Record<string, string>) => {
      const request = new Request(`http://meterline.test${PATH}${query}`, { method: "POST", body: streamOf(bytes), duplex: "half" } as RequestInit);
      for (const [name, value] of Object.entries(signature)) if (value) request.headers.set(name, value);
      return postFile(street.world, files, request);
    };
    expect((await post("?format=cmep", headers(PATH))).status).toBe(401);
    expect(files.objects.size).toBe(0);
    expect((await post("?format=cmep", headers(`${PATH}?format=cmep`))).status).toBe(200);
  });
});

describe("a signed file", () => {
  const sign = (bodyHash: string, secret = street.gateway.secret): Record<string, string> => {
    const timestamp = String(street.clock.now / 1000);
    return { [KEY_HEADER]: street.gateway.keyId, [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: createHmac("sha256", secret).update(signedText("POST", PATH, timestamp, bodyHash)).digest("hex") };
  };
  const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const stores = (): { asked: string[]; files: MemoryFiles } => {
    const asked: string[] = [];
    const noted = (name: "put" | "createMultipartUpload") => (...args: unknown[]) => {
      asked.push(name);
      return (files[name] as (...args: unknown[]) => unknown)(...args);
    };
    return { asked, files: { ...files, put: noted("put"), createMultipartUpload: noted("createMultipartUpload") } as unknown as MemoryFiles };
  };
  const post = async (store: MemoryFiles, bytes: Uint8Array, headers: Record<string, string>) => {
    const response = await postFile(street.world, store, new Request(`http://meterline.test${PATH}`, { method: "POST", headers, body: streamOf(bytes), duplex: "half" } as RequestInit));
    return { status: response.status, code: ((await response.json()) as { error?: { code: string } }).error?.code };
  };
  const LARGE = new TextEncoder().encode(`${FILE}\r\n${"NOISE,1\r\n".repeat(1_000_000)}`);

  test("of somebody else never reaches the store, small or large", SLOW, async () => {
    const { asked, files: store } = stores();
    const small = new TextEncoder().encode(FILE);
    expect(await post(store, small, sign(hashOf(small), "guessed"))).toEqual({ status: 401, code: "signature" });
    expect(await post(store, LARGE, sign(hashOf(LARGE), "guessed"))).toEqual({ status: 413, code: "content_hash" });
    expect(await post(store, LARGE, { ...sign(hashOf(LARGE), "guessed"), [CONTENT_HASH_HEADER]: hashOf(LARGE) })).toEqual({ status: 401, code: "signature" });
    expect(asked).toEqual([]);
  });

  test("that is large tells its hash, is let in by it, and kept when it is what it told", SLOW, async () => {
    const { asked, files: store } = stores();
    const told = { ...sign(hashOf(LARGE)), [CONTENT_HASH_HEADER]: hashOf(LARGE).toUpperCase() };
    expect(await post(store, LARGE, sign(hashOf(LARGE)))).toEqual({ status: 413, code: "content_hash" });
    expect(asked).toEqual([]);
    expect(await post(store, LARGE.slice(0, -9), told)).toEqual({ status: 400, code: "content_hash" });
    expect([files.objects.size, files.open.size]).toEqual([0, 0]);
    expect(asked).toEqual(["createMultipartUpload"]);
    const small = new TextEncoder().encode(FILE);
    expect((await post(store, small, { ...sign(hashOf(small)), [CONTENT_HASH_HEADER]: hashOf(small) })).status).toBe(200);
  });

  test("too many of a gateway in a minute are refused before they are read", async () => {
    for (let sent = 0; sent < FILE_LIMIT.max; sent++) await withinLimit(street.world, street.gateway.gatewayId, FILE_LIMIT);
    const { asked, files: store } = stores();
    expect(await post(store, new TextEncoder().encode(FILE), bearer())).toMatchObject({ status: 429 });
    expect(asked).toEqual([]);
  });
});

describe("the same file again", () => {
  test("is answered with what became of it, and nothing is stored twice", async () => {
    const first = await send(FILE);
    const before = [await count("event"), await count("read_batch"), await count("read_source"), await count("reads_file_part")];
    const again = await send(FILE, "?name=copy.txt");
    expect(again.body).toEqual({ ...first.body, replayed: true });
    expect([await count("event"), await count("read_batch"), await count("read_source"), await count("reads_file_part")]).toEqual(before);
    expect(files.objects.size).toBe(1);
  });

  test("is another file when it is to be read in another way", async () => {
    const csv = "MeterId,Date,kWh\n";
    const first = await send(csv, "?timezone=America/Denver");
    const second = await send(csv, "?timezone=America/New_York");
    expect(second.body.file).not.toBe(first.body.file);
  });

  test("with reads that are there already stores none of them again, and leaves them their source", async () => {
    await send(FILE, "?name=first");
    const { body } = await send(`${FILE}\r\n`, "?name=second");
    expect(body).toMatchObject({ replayed: false, counts: { accepted: 0, duplicate: 2 } });
    expect((await sourcesOf(street.port, { channelId: 1, at: start, stepMinutes: 15 })).map(({ file }) => file)).toEqual(["first"]);
  });
});

describe("what dies in the middle", () => {
  test("is taken up where it was left, and comes to what it would have come to", SLOW, async () => {
    const whole = (await send(FILE)).body;
    for (let writes = 0; ; writes++) {
      street = await openStreet("2026-06-10T15:00:00Z");
      files = memoryFiles();
      const broken = { ...street.world, port: failingAfter(street.port, writes) };
      const first = await send(FILE, "", {}, broken).catch((error: unknown) => error);
      if (!(first instanceof Error)) break;
      expect(first).toBeInstanceOf(UnavailableError);
      const again = await send(FILE);
      expect(again).toMatchObject({ status: 200, body: { counts: whole.counts, refusals: whole.refusals } });
      expect(await storedSum()).toBe(total);
      expect(await count("read_batch")).toBe(1);
    }
  });

  test("of several parts, of which one is read while the other is stored: none is there before the one before it", SLOW, async () => {
    const noise = (lines: number): string[] => Array.from({ length: lines }, (_, i) => `NOISE,${i}`);
    const several = [...noise(1_200), FILE, ...noise(2_100)].join("\n");
    const inPieces = () => memoryFiles(4_096);
    files = inPieces();
    const whole = (await send(several, "?format=cmep")).body;
    expect(whole.counts).toMatchObject({ refused: 3_301, exception: 1 });
    const parts = async (): Promise<number[]> => (await street.port.query<{ part: number }>("SELECT part FROM reads_file_part ORDER BY part")).map(({ part }) => part);
    expect(await parts()).toEqual([0, 1, 2, 3]);
    for (let writes = 0; ; writes++) {
      street = await openStreet("2026-06-10T15:00:00Z");
      files = inPieces();
      const first = await send(several, "?format=cmep", {}, { ...street.world, port: failingAfter(street.port, writes) }).catch((error: unknown) => error);
      if (!(first instanceof Error)) break;
      expect(first).toBeInstanceOf(UnavailableError);
      const stored = await parts();
      expect(stored).toEqual(stored.map((_, part) => part));
      expect((await send(several, "?format=cmep")).body).toMatchObject({ counts: whole.counts, refusals: whole.refusals });
      expect([await storedSum(), await count("read_batch")]).toEqual([total, 1]);
    }
  });
});

describe("what cannot be taken", () => {
  const nothing = async () => {
    expect(files.objects.size + files.open.size).toBe(0);
    expect(await count("reads_file") + (await count("read_batch"))).toBe(0);
  };

  test.each([
    ["told to be packed and is not", FILE, { "content-encoding": "gzip" }, 400, "is not packed"],
    ["packed and cut off", gzipSync(FILE.repeat(50)).subarray(0, 400), {}, 400, "cut off"],
    ["packed with something behind it", Buffer.concat([gzipSync(FILE), Buffer.from("tail")]), {}, 400, "something after its end"],
    ["packed in another way", FILE, { "content-encoding": "br" }, 415, "send gzip or plain"],
    ["cut off on its way", FILE, { "content-length": String(FILE.length + 10) }, 400, "ended after"],
    ["of another charset", Buffer.from(`${FILE.slice(0, 300)}\xe9\xff`, "latin1"), {}, 400, "is not UTF-8 text"],
    ["binary", Buffer.from("MEPMD01\0\0\0\x01\x02"), {}, 400, "is not text"],
    ["an archive", Buffer.from("PK\u0003\u0004rest", "latin1"), {}, 415, "a ZIP archive"],
    ["empty", "", {}, 400, "is empty"],
    ["too long by its own account", FILE, { "content-length": String(FILE_BYTES_MAX + 1) }, 413, "larger than 100 MB"],
  ] as const)("%s", async (_, content, headers, status, sentence) => {
    const { status: answered, body } = await send(content as string, "", headers as Record<string, string>);
    expect({ answered, message: body.error?.message }).toEqual({ answered: status, message: expect.stringContaining(sentence) });
    await nothing();
  });

  test("a bomb: little that unpacks to more than is taken, found out before it is unpacked", SLOW, async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024, 10), { level: 9 });
    await expect(receiveFile(files, streamOf(bomb), { key: "bomb", contentMax: 1024 * 1024 })).rejects.toMatchObject({ status: 413, message: expect.stringContaining("when it is unpacked") });
    await nothing();
  });

  test.each([["?format=fax", "is not a format"], ["?timezone=Mars", "is not a time zone"], ["?interval=0", "number of minutes"], ["?charset=klingon", "charset is one of"], ["?mapping=none", "There is no mapping none"]])("asked for wrongly: %s", async (query, sentence) => {
    const { status, body } = await send(FILE, query);
    expect({ status, message: body.error?.message }).toEqual({ status: 400, message: expect.stringContaining(sentence) });
    await nothing();
  });

  test("a file in no known format is kept, and answered with why", async () => {
    const { status, body } = await send("apples,pears\n1,2\n", "?name=fruit.csv");
    expect(status).toBe(422);
    expect(body).toMatchObject({ status: "unreadable", format: null, counts: { reads: 0, refused: 1 }, refusals: [{ line: 1, kind: "unreadable", reason: expect.stringContaining("none of the formats") }] });
    expect((await send("apples,pears\n1,2\n")).status).toBe(422);
  });

  test("nobody unknown has a file read", async () => {
    expect((await send(FILE, "", { authorization: "Bearer gk_x.y" })).status).toBe(401);
    await nothing();
  });
});

test("a file of another charset is read when it is named", async () => {
  const { body } = await send(Buffer.from(`${FILE}\r\nMEPMD01,19970819,H,Añasco,R,W1,x`, "latin1"), "?charset=windows-1252");
  expect(body).toMatchObject({ status: "done", counts: { accepted: 2 } });
});

test("a file larger than one part of an upload goes up in parts and is the same when it is read", SLOW, async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => cmep(`Z${i}`, "GALREG", "", Array.from({ length: 12 }, (_, k) => `${stamp(start - k * 3_600_000)},N32,0`)));
  const text = [FILE, ...lines].join("\n");
  expect(text.length).toBeGreaterThan(8 * 1024 * 1024);
  const { body } = await send(text);
  expect(body).toMatchObject({ status: "done", counts: { accepted: 2, noReads: 360_001 } });
  expect([...files.objects.values()][0]!.byteLength).toBe(Buffer.byteLength(text));
  const response = await getFile(street.world, new Request(`http://meterline.test${body.lines}?from=359000`, { headers: bearer() }), body.file);
  expect(await response.json()).toMatchObject({ notesTotal: 360_003, next: `${body.lines}?from=360000` });
});
