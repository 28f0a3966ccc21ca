/** From which file and line a value came, in all its versions. */
import { beforeEach, expect, test } from "vitest";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { memoryFiles, streamOf, type MemoryFiles } from "../../test/support/file-store.ts";
import { admin, ZONE } from "../../test/support/utility.ts";
import { loadFile } from "../../db/metering/files.ts";
import { postFile } from "../api/files.ts";
import { decideException, exceptionPage } from "./exceptions.ts";
import { fileLines } from "./files/staff.ts";
import { meterPage } from "./meters.ts";
import { takeHeldReads } from "./exceptions/held.ts";
import { addHouse, day as dayOf, household, interval, openStreet, register, type Street } from "./reads.testing.ts";
import { valueSources, type TracedValue } from "./value-sources.ts";

const DATE = "2026-06-09";
const START = startOfDay(DATE, ZONE);
const QUARTER = 900_000;
let street: Street;
let files: MemoryFiles;

beforeEach(async () => {
  street = await openStreet("2026-06-10T15:00:00Z");
  files = memoryFiles();
});

/** Quarter hours of E1 from one slot to another, ten a line, in Chicago's summer. */
const stamp = (at: number): string => new Date(at - 5 * 3_600_000).toISOString().replace(/[-T:]/g, "").slice(0, 12);
const record = (meter: string, units: string, step: string, data: readonly string[]): string => `MEPMD01,19970819,H,T,R,${meter},202606101200,${meter},OK,E,${units},1,${step},${data.length},${data.join(",")}`;
const quarters = (from: number, to: number, more: Readonly<Record<number, string>> = {}, meter = "E1"): string => {
  const values = household(DATE);
  const data = values.slice(from, to).map((value, i) => `${stamp(START + (from + i + 1) * QUARTER)},${more[from + i] ?? `R0,${value}`}`);
  return Array.from({ length: Math.ceil(data.length / 10) }, (_, line) => record(meter, "KWH", "00000015", data.slice(line * 10, line * 10 + 10))).join("\r\n");
};

async function send(name: string, text: string): Promise<string> {
  street.clock.now += 60_000;
  const request = new Request(`http://meterline.test/api/v1/ami/files?name=${name}`, { method: "POST", headers: { authorization: `Bearer ${street.gateway.keyId}.${street.gateway.secret}` }, body: streamOf(new TextEncoder().encode(text)), duplex: "half" } as RequestInit);
  const response = await postFile(street.world, files, request);
  expect(response.status).toBe(200);
  return ((await response.json()) as { file: string }).file;
}

const at = ({ values }: { values: readonly TracedValue[] }, slot: number): TracedValue => values.find((each) => each.at === START + slot * QUARTER)!;
const said = ({ versions }: TracedValue): string[] => versions.map(({ value, how, source, by, why }) => [value, how, ...(source ? [`${source.file}:${source.line}`] : []), ...(by ? [by] : []), ...(why ? [why] : [])].join(" "));
const sources = async (channelId: number | null = null, meterId = "M-E1") => (await valueSources(street.world, admin, { meterId, channelId, day: DATE }))!;

test("a day of two files: each value names the file and line that it came from first", async () => {
  await send("night.cmep", quarters(0, 40, { 7: "N32,0" }));
  await send("day.cmep", `${quarters(7, 8)}\r\n${quarters(30, 96)}`);
  const found = await sources();
  expect(said(at(found, 6))).toEqual([`${Math.round(household(DATE)[6]! * 1000)} sent night.cmep:1`]);
  expect(said(at(found, 7)), "the night's file says that there was no read").toEqual([`${Math.round(household(DATE)[7]! * 1000)} sent day.cmep:1`]);
  expect(said(at(found, 35)), "sent again in the day's file, it is still the night's").toEqual([`${Math.round(household(DATE)[35]! * 1000)} sent night.cmep:4`]);
  expect(said(at(found, 41))).toEqual([`${Math.round(household(DATE)[41]! * 1000)} sent day.cmep:3`]);
  expect(found.values.every(({ versions }) => versions.length === 1)).toBe(true);
});

test("a value that came again as another one, and one that a person changed, show all their versions", async () => {
  await send("first.cmep", quarters(0, 96));
  await send("second.cmep", quarters(4, 6, { 4: "R0,0.9" }));
  const changed = (await street.port.query<{ id: string }>("SELECT id FROM exception WHERE rule = 'changed'"))[0]!.id;
  const edited = await decideException(street.world, admin, { commandId: "edit", exceptionId: changed, decision: "edit", reason: "Read at the meter.", slots: [{ slot: 4, value: "0.5" }] });
  expect(edited.status).toBe("done");
  const found = await sources();
  const value = at(found, 4);
  expect(value).toMatchObject({ value: 500, quality: "edited" });
  expect(said(value)).toEqual([expect.stringMatching(/^500 edit .*Read at the meter\.$/), "900 sent second.cmep:1", `${Math.round(household(DATE)[4]! * 1000)} sent first.cmep:1`]);
  expect(said(at(found, 5))).toEqual([`${Math.round(household(DATE)[5]! * 1000)} sent first.cmep:1`]);
});

test("values that were posted without a file say so, also when a file brings them again beside others", async () => {
  await street.post([dayOf(DATE, household(DATE).map((value, slot) => (slot === 60 ? null : value)))]);
  await send("again.cmep", quarters(50, 70, { 55: "R0,0.9" }));
  const found = await sources();
  const milli = (slot: number): number => Math.round(household(DATE)[slot]! * 1000);
  expect(said(at(found, 0))).toEqual([`${milli(0)} sent`]);
  expect(said(at(found, 54))).toEqual([`${milli(54)} sent`]);
  expect(said(at(found, 55))).toEqual(["900 sent again.cmep:1", `${milli(55)} sent`]);
  expect(said(at(found, 60)), "the file filled the gap").toEqual([`${milli(60)} sent again.cmep:2`]);
});

test.each(["by a person", "by themselves"])("reads that were held until their meter was registered keep their file and line when they are taken in %s", async (how) => {
  const text = `${record("W7", "GALREG", "", [`${stamp(START)},R0,4000`])}\r\n${quarters(0, 96, { 50: "N32,0" }, "E7")}`;
  const file = await send("early.cmep", text);
  const held = (await street.port.query<{ id: string }>("SELECT id FROM exception WHERE rule = 'unknown-meter' ORDER BY id")).map(({ id }) => id);
  expect(held).toHaveLength(2);
  expect((await exceptionPage(street.world, admin, held[0]!))!.source).toMatchObject({ file: "early.cmep", fileId: file, line: 2 });
  await addHouse(street, 7, [{ commodity: "electric", badge: "E7", channels: [interval(70, 15)] }, { commodity: "water", badge: "W7", channels: [register(71, "gal", 6)] }]);
  if (how === "by themselves") expect(await takeHeldReads(street.world)).toBe(2);
  else for (const id of held) expect(await decideException(street.world, admin, { commandId: `accept-${id}`, exceptionId: id, decision: "accept", reason: "" })).toMatchObject({ status: "done" });

  const intervals = await sources(70, "M-E7");
  expect(at(intervals, 0).versions[0]!.source).toMatchObject({ file: "early.cmep", fileId: file, line: 2 });
  expect(at(intervals, 95).versions[0]!.source).toMatchObject({ line: 11 });
  expect(at(intervals, 50)).toMatchObject({ value: null, versions: [] });
  expect((await meterPage(street.world, admin, "M-W7"))!.reads).toMatchObject([{ value: 4_000_000, fileId: file, line: 1 }]);
  expect((await sources(71, "M-W7")).values.map(said)).toEqual([["4000000 sent early.cmep:1"]]);
  expect((await exceptionPage(street.world, admin, held[0]!))!.source).toMatchObject({ file: "early.cmep" });
});

test("a line of a file is shown between those around it, whatever its length and however it is packed", async () => {
  const lines = Array.from({ length: 50 }, (_, i) => (i === 20 ? `NOISE,${"x".repeat(5_000)}` : `NOISE,${i + 1}`));
  const file = (await loadFile(street.port, await send("noise.cmep", [quarters(0, 10), ...lines].join("\r\n"))))!;
  const shown = (line: number) => fileLines(street.world, files, admin, file, line);
  expect((await shown(1))!.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect((await shown(22))!.map(({ number, text, cut }) => [number, text.length, cut])).toEqual([[20, 8, false], [21, 8, false], [22, 2_000, true], [23, 8, false], [24, 8, false]]);
  expect((await shown(51))!.map(({ text }) => text)).toEqual(["NOISE,48", "NOISE,49", "NOISE,50"]);
  expect(await shown(52)).toBeNull();
  files.objects.clear();
  expect(await shown(1)).toBeNull();
});
