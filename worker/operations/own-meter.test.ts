/** Whoever works here is a customer as well: nothing that moves their own bill is theirs to do, whichever way it comes in. */
import { beforeEach, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { memoryFiles, streamOf } from "../../test/support/file-store.ts";
import { supervisor } from "../../test/support/utility.ts";
import { decideException } from "./exceptions.ts";
import { sendFile } from "./files/staff.ts";
import { enterMeter, enterService } from "./premise-forms.ts";
import { addHouse, day, fillDays, household, openStreet, read, register, type Street } from "./reads.testing.ts";
import { enterReads } from "./reads.ts";

const mine: UserActor = { kind: "user", userId: "nora", role: "supervisor", accountIds: ["A-1"] };
const METER = { badge: "W-100", size: '5/8"', manufacturer: "", installedOn: "2026-03-01", kind: "register", unit: "gal", dials: "7", stepMinutes: "60", multiplier: "1" };
let street: Street;

/** Nora lives in the first house of the street; somebody else in the second. */
beforeEach(async () => {
  street = await openStreet("2026-06-10T15:00:00Z");
  await addHouse(street, 2, [{ commodity: "water", badge: "W2", channels: [register(3, "gal", 6)] }]);
  await writeRows(street.port, { accountAccess: [{ userId: "nora", accountId: "A-1", grantedAt: 0, grantedBy: "system:test", endedAt: null }] });
});

const stop = (stopOn: string) => street.world.execute({
  commandId: "stop-nora", accountId: "A-1", actor: "user:clerk", authority: "test", source: "staff", acceptedAt: street.clock.now, command: { type: "StopService", agreementId: "A-1-water", stopOn },
});
const readsOf = (channelId: number) => street.port.query<{ value: number }>("SELECT value FROM register_read WHERE channel_id = ?", [channelId]);

test("reads are typed in for others, and none of the form where one is of one's own meter", async () => {
  const enter = (n: number, meters: readonly string[], actor = mine) => enterReads(street.world, actor, { commandId: `typed-reads-00000${n}`, reads: meters.map((meter) => read("2026-06-09", 5_000, meter)) });
  await expect(enter(1, ["W2", "W1"])).rejects.toThrow("linked to you");
  expect([await readsOf(2), await readsOf(3)]).toEqual([[], []]);
  expect(await enter(2, ["W2"])).toMatchObject({ status: "done", answer: { counts: { accepted: 1 } } });
  expect(await enter(3, ["W1"], supervisor)).toMatchObject({ status: "done", answer: { counts: { accepted: 1 } } });
});

test("whoever has moved out is still billed by the reads of before", async () => {
  await stop("2026-06-01");
  const late = () => enterReads(street.world, mine, { commandId: "typed-reads-000009", reads: [read("2026-05-31", 5_000)] });
  await expect(late()).rejects.toThrow("linked to you");
  // Once no read of that time is taken any more, it is somebody else's meter.
  street.clock.now = Date.parse("2027-08-01T15:00:00Z");
  expect(await late()).toMatchObject({ status: "done", answer: { counts: { rejected: 1 } } });
});

test("of a file that somebody sends, the lines of their own meters are refused, and a colleague's same file brings them in", async () => {
  const line = (meter: string) => `MEPMD01,19970819,H,T,R,${meter},202606101200,${meter},OK,W,GALREG,1,,1,202606090700,R0,5000`;
  const files = memoryFiles();
  const send = async (actor: UserActor) => {
    const sent = await sendFile(street.world, files, actor, { name: "day.cmep", bytes: streamOf(new TextEncoder().encode([line("W2"), line("W1")].join("\n"))), format: "", timezone: "", interval: "", mapping: "" });
    if (sent.status !== "done") throw new Error(sent.message);
    const [file] = await street.port.query<{ counts: string }>("SELECT counts FROM reads_file WHERE id = ?", [sent.fileId]);
    return JSON.parse(file!.counts) as Record<string, number>;
  };
  expect(await send(mine)).toMatchObject({ reads: 2, accepted: 1, rejected: 1 });
  expect([(await readsOf(2)).length, (await readsOf(3)).length]).toEqual([0, 1]);
  const [part] = await street.port.query<{ notes: string }>("SELECT notes FROM reads_file_part");
  expect(part!.notes).toContain("meter W1: This account is linked to you.");
  expect(await send(supervisor)).toMatchObject({ reads: 2, accepted: 1, duplicate: 1 });
  expect((await readsOf(2)).length).toBe(1);
});

test("a service or a meter is added to one's own place by a colleague", async () => {
  const service = { commodity: "gas", byWater: false, meter: null };
  await expect(enterService(street.world, mine, { commandId: "own-service-0001", premiseId: "P-1", service })).rejects.toThrow("linked to you");
  expect(await enterService(street.world, supervisor, { commandId: "own-service-0002", premiseId: "P-1", service })).toMatchObject({ status: "done" });
  const hang = { premiseId: "P-1", servicePointId: "P-1-gas", meter: { ...METER, badge: "G-1", unit: "ccf" } };
  await expect(enterMeter(street.world, mine, { commandId: "own-meter-000001", ...hang })).rejects.toThrow("linked to you");
  expect(await enterService(street.world, mine, { commandId: "own-service-0003", premiseId: "P-2", service })).toMatchObject({ status: "done" });
});

test("a doubt about one's own meter is a colleague's to decide, also where it names no account", async () => {
  await fillDays(street, "2026-06-09", 28);
  await street.post([day("2026-06-09", household("2026-06-09").with(40, 30))]);
  await street.port.write([{ sql: "UPDATE exception SET account_id = NULL", args: [] }]);
  const decide = (actor: UserActor, n: number) => decideException(street.world, actor, { commandId: `decide-own-00000${n}`, exceptionId: "1:2026-06-09:spike:1", decision: "accept", reason: "Seen." });
  await expect(decide(mine, 1)).rejects.toThrow("linked to you");
  expect(await decide(supervisor, 2)).toMatchObject({ status: "done" });
});
