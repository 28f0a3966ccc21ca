/** The drop folder: files that were put there are read once and moved, whatever happens in between. */
import { beforeEach, expect, test } from "vitest";
import { admin } from "../../../test/support/utility.ts";
import { memoryFiles, type MemoryFiles } from "../../../test/support/file-store.ts";
import { revokeGateway } from "../gateways.ts";
import { openStreet, type Street } from "../reads.testing.ts";
import { filesByClock } from "./inbox.ts";

const READ = `MEPMD01,19970819,H,T,R,W1,202606101200,W1,OK,W,GALREG,1,,1,202606090700,R0,5000`;
let street: Street;
let files: MemoryFiles;

beforeEach(async () => {
  street = await openStreet("2026-06-10T15:00:00Z");
  files = memoryFiles();
});

const drop = (key: string, text: string) => files.put(key, text);
const keys = () => [...files.objects.keys()].toSorted();
const report = (key: string) => JSON.parse(new TextDecoder().decode(files.objects.get(key)!)) as Record<string, unknown>;
const reads = async () => (await street.port.query<{ value: number; at: number }>("SELECT value, read_at AS at FROM register_read")).map(({ value, at }) => [value, new Date(at).toISOString()]);

test("a file in the folder of a gateway is read once and moved, with a report", async () => {
  await drop("inbox/north-head-end/day.cmep", READ);
  expect(await filesByClock(street.world, files)).toEqual([{ key: "inbox/north-head-end/day.cmep", to: "processed/north-head-end/19700101T000000-day.cmep" }]);
  expect(keys()).toEqual(["processed/north-head-end/19700101T000000-day.cmep", "processed/north-head-end/19700101T000000-day.cmep.report.json"]);
  expect(report(keys()[1]!)).toMatchObject({ name: "day.cmep", status: "done", format: "cmep", counts: { accepted: 1 } });
  expect(await reads()).toEqual([[5_000_000, "2026-06-09T12:00:00.000Z"]]);
  expect(await street.port.query("SELECT source, gateway_id AS gateway, key FROM reads_file")).toEqual([{ source: "inbox", gateway: "gateway-north", key: keys()[0] }]);
  expect(await filesByClock(street.world, files)).toEqual([]);
});

test("folders say how it is to be read; the gateway's id and key are its folders as well", async () => {
  await drop(`inbox/${street.gateway.keyId}/timezone=America~Denver/format=cmep/day.txt`, READ);
  await filesByClock(street.world, files);
  expect(await reads()).toEqual([[5_000_000, "2026-06-09T13:00:00.000Z"]]);
  await drop("inbox/gateway-north/colour=red/day.txt", READ);
  const [refused] = await filesByClock(street.world, files);
  expect(report(`${refused!.to}.report.json`)).toMatchObject({ status: "refused", reason: expect.stringContaining("colour=red") });
});

test("files of one name in two folders, put there in the same second, are kept both", async () => {
  await drop("inbox/gateway-north/timezone=America~Denver/day.cmep", READ);
  await drop("inbox/gateway-north/timezone=UTC/day.cmep", READ);
  const round = await filesByClock(street.world, files);
  expect(round.map(({ to }) => to)).toEqual(["processed/gateway-north/timezone=America~Denver/19700101T000000-day.cmep", "processed/gateway-north/timezone=UTC/19700101T000000-day.cmep"]);
  expect(await street.port.query("SELECT key FROM reads_file ORDER BY key")).toEqual(round.map(({ to }) => ({ key: to })));
});

test("what cannot be read goes to refused, with why, and is kept", async () => {
  await drop("inbox/gateway-north/fruit.csv", "apples,pears\n1,2\n");
  await drop("inbox/gateway-north/picture.png", "\0\0\0");
  await drop("inbox/south/day.cmep", READ);
  const round = await filesByClock(street.world, files);
  expect(round.map(({ to }) => to)).toEqual(["refused/gateway-north/19700101T000000-fruit.csv", "refused/gateway-north/19700101T000000-picture.png", "refused/south/19700101T000000-day.cmep"]);
  expect(round.map(({ to }) => report(`${to}.report.json`)["reason"] ?? report(`${to}.report.json`)["status"])).toEqual([
    "unreadable", expect.stringContaining("is not text"), expect.stringContaining("no active gateway south"),
  ]);
  expect(keys().filter((key) => !key.startsWith("refused/"))).toEqual([]);
  expect(await street.port.query("SELECT key, status FROM reads_file")).toEqual([{ key: "refused/gateway-north/19700101T000000-fruit.csv", status: "unreadable" }]);
});

test("a revoked gateway's folder is nobody's", async () => {
  await revokeGateway(street.world, admin, { commandId: "r", gatewayId: "gateway-north" });
  await drop("inbox/gateway-north/day.cmep", READ);
  expect((await filesByClock(street.world, files))[0]!.to).toMatch(/^refused\//);
  expect(await reads()).toEqual([]);
});

test("it dies between any two steps: the next round brings it home, and nothing is there twice", { timeout: 60_000 }, async () => {
  for (let steps = 0; ; steps++) {
    street = await openStreet("2026-06-10T15:00:00Z");
    files = memoryFiles();
    await drop("inbox/gateway-north/day.cmep", READ);
    await drop("inbox/gateway-north/fruit.csv", "apples,pears\n1,2\n");
    let left = steps;
    const dying = <A extends unknown[], R>(work: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
      if (left-- <= 0) throw new Error("it dies here");
      return work(...args);
    };
    const broken = { ...files, put: dying(files.put as never), delete: dying(files.delete) } as MemoryFiles;
    const world = { ...street.world, port: { ...street.port, query: street.port.query.bind(street.port), read: street.port.read.bind(street.port), write: dying(street.port.write.bind(street.port)) } };
    const died = await filesByClock(world, broken).then(() => false, () => true);
    street.clock.now += 120_000;
    await filesByClock(street.world, files);
    expect(keys()).toEqual([
      "processed/gateway-north/19700101T000000-day.cmep", "processed/gateway-north/19700101T000000-day.cmep.report.json",
      "refused/gateway-north/19700101T000000-fruit.csv", "refused/gateway-north/19700101T000000-fruit.csv.report.json",
    ]);
    expect(await reads()).toEqual([[5_000_000, "2026-06-09T12:00:00.000Z"]]);
    expect(await street.port.query("SELECT status FROM reads_file ORDER BY status")).toEqual([{ status: "done" }, { status: "unreadable" }]);
    if (!died) break;
  }
});

test("a file that was received and left alone is read by the clock", async () => {
  await files.put("reads/1", READ);
  await street.port.write([{
    sql: "INSERT INTO reads_file (id, gateway_id, actor, source, name, key, hash, content_hash, bytes, content_bytes, options, status, received_at, claimed_until) VALUES ('f1', 'gateway-north', 'gateway:gateway-north', 'api', 'day', 'reads/1', '', '', 1, 1, ?, 'received', 1, ?)",
    args: [JSON.stringify({ format: null, zone: "UTC", intervalMinutes: null, charset: null, mapping: null }), street.clock.now + 60_000],
  }]);
  await filesByClock(street.world, files);
  expect(await reads()).toEqual([]);
  street.clock.now += 61_000;
  await filesByClock(street.world, files);
  expect(await reads()).toEqual([[5_000_000, "2026-06-09T07:00:00.000Z"]]);
});
