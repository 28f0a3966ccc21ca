/** A meter from stock is hung where none hangs, and the next bill counts from its first read. */
import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { supervisor, clerk, type TestUtility } from "../../test/support/utility.ts";
import { billingUtility, channelOf, checkBook, customer, dialRead, runBills } from "../billing/billing.testing.ts";
import { exchangeMeter } from "./meter-exchange.ts";
import { hangForm, hangMeter, type HangAsked } from "./meter-hang.ts";
import { pairEndpoint } from "./meter-stock.ts";
import { inStock } from "./meter-stock.testing.ts";

const DIAL = channelOf("1001", "dial");
const POINT = "dial-point-1001";

interface Empty extends TestUtility {
  readonly fresh: { readonly meterId: string; readonly channelId: number };
}

/** A house whose meter was taken off on March 10, and a meter in stock. */
async function emptyPlace(at = "2026-04-01T14:00:00Z"): Promise<Empty> {
  const utility = await billingUtility(at);
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 10_000);
  const off = await exchangeMeter(utility.world, supervisor, { commandId: "taken-off-0000001", meterId: "dial-1001", newMeterId: "none", on: "2026-03-10", time: "09:00", lastReads: { [DIAL]: "10900" }, firstReads: {}, reason: "damaged" });
  if (off.status !== "done") throw new Error(JSON.stringify(off));
  return { ...utility, fresh: await inStock(utility) };
}

const asked = ({ fresh }: Empty, more: Partial<HangAsked> = {}): HangAsked => ({ commandId: "hang-000000000001", meterId: fresh.meterId, servicePointId: POINT, on: "2026-03-12", time: "10:20", firstReads: { [fresh.channelId]: "7" }, endpointId: "", gatewayId: "", ...more });

const refusedAt = async (utility: Empty, more: Partial<HangAsked>): Promise<string | undefined> => {
  const answer = await hangMeter(utility.world, supervisor, asked(utility, { commandId: "hang-refused-00001", ...more }));
  return answer.status === "refused" ? answer.refusal.field : answer.status;
};

describe("a meter from stock", () => {
  test("is hung where one was taken off: the bill sums both, and nothing for the days between", async () => {
    const utility = await emptyPlace();
    const { world, port, fresh } = utility;
    expect(await hangMeter(world, supervisor, asked(utility))).toEqual({ status: "done", replayed: false, result: { premiseId: "premise-1001", meterId: fresh.meterId } });
    await dialRead(port, fresh.channelId, "2026-04-01", 2_007);
    await runBills(utility, "2026-04-01");
    expect(await port.query("SELECT registered_milli AS used FROM bill_segment")).toEqual([{ used: 900 + 2_000 }]);
    expect(await port.query("SELECT badge, status FROM meter ORDER BY badge")).toEqual([{ badge: "DIAL1001", status: "removed" }, { badge: "NEW-1", status: "installed" }]);
    expect(await port.query("SELECT stream, type FROM event WHERE command_id = 'hang-000000000001' ORDER BY position")).toEqual([{ stream: "premise:premise-1001", type: "MeterHung" }, { stream: `meter:${fresh.meterId}`, type: "MeterInstalled" }]);
    expect(await port.query("SELECT body FROM search_entry WHERE search_entry MATCH '\"NEW-1\"'")).toEqual([{ body: "NEW-1 1001 Elm St" }]);
    await checkBook(utility);
  });

  test("is hung once, however often its form is sent", async () => {
    const utility = await emptyPlace();
    await hangMeter(utility.world, supervisor, asked(utility));
    expect(await hangMeter(utility.world, supervisor, asked(utility))).toMatchObject({ status: "done", replayed: true });
    expect(await hangMeter(utility.world, supervisor, asked(utility, { time: "11:00" }))).toEqual({ status: "conflict" });
    expect(await refusedAt(utility, {})).toBe("point");
    const another = await inStock(utility, "NEW-2");
    expect(await refusedAt(utility, { meterId: another.meterId })).toBe("point");
    expect(await utility.port.query("SELECT count(*) AS n FROM register_read WHERE channel_id = ?", [utility.fresh.channelId])).toEqual([{ n: 1 }]);
  });

  test("hung by two desks at once is hung by one", async () => {
    const utility = await emptyPlace();
    const another = await inStock(utility, "NEW-2");
    const answers = await Promise.all([
      hangMeter(utility.world, supervisor, asked(utility)),
      hangMeter(utility.world, supervisor, asked(utility, { commandId: "hang-000000000002", meterId: another.meterId, firstReads: { [another.channelId]: "7" } })),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["done", "refused"]);
    expect(await utility.port.query("SELECT count(*) AS n FROM meter_installation WHERE service_point_id = ? AND removed_on IS NULL", [POINT])).toEqual([{ n: 1 }]);
  });

  test("that is hung for a day whose bill was issued is work for whoever makes bills again", async () => {
    const utility = await emptyPlace();
    await runBills(utility, "2026-04-01");
    await hangMeter(utility.world, supervisor, asked(utility));
    const [work] = await utility.port.query<{ sentence: string }>("SELECT sentence FROM exception WHERE kind = 'rebill' AND rule = 'exchange'");
    expect(work!.sentence).toContain("Meter NEW-1 was hung on 2026-03-12, which was entered after bill");
  });

  test("is refused in words at the field, and nothing is stored", async () => {
    const utility = await emptyPlace();
    const { fresh, port } = utility;
    const electric = await inStock(utility, "E-NEW", { kind: "interval", unit: "kWh", stepMinutes: "60", dials: "" }, "electric");
    const before = await port.query("SELECT count(*) AS n FROM event");
    expect(await refusedAt(utility, { on: "2026-03-10", time: "08:59" })).toBe("on");
    expect(await refusedAt(utility, { on: "2026-04-02" })).toBe("on");
    expect(await refusedAt(utility, { on: "" })).toBe("on");
    expect(await refusedAt(utility, { time: "25:00" })).toBe("time");
    expect(await refusedAt(utility, { on: "2026-03-29", time: "" })).toBe("time");
    expect(await refusedAt(utility, { firstReads: {} })).toBe(`first.${fresh.channelId}`);
    expect(await refusedAt(utility, { firstReads: { [fresh.channelId]: "10000000" } })).toBe(`first.${fresh.channelId}`);
    expect(await refusedAt(utility, { meterId: "dial-1001" })).toBe("newMeterId");
    expect(await refusedAt(utility, { meterId: electric.meterId })).toBe("newMeterId");
    expect(await refusedAt(utility, { meterId: "no-such" })).toBe("newMeterId");
    expect(await refusedAt(utility, { servicePointId: "no-such" })).toBe("point");
    expect(await refusedAt(utility, { commandId: "x" })).toBe("commandId");
    expect(await port.query("SELECT count(*) AS n FROM event")).toEqual(before);
  });

  test("is not hung at one's own place, nor by whoever does not work on meters", async () => {
    const utility = await emptyPlace();
    await expect(hangMeter(utility.world, clerk, asked(utility))).rejects.toThrow("role");
    await expect(hangMeter(utility.world, { ...supervisor, accountIds: ["1001"] }, asked(utility))).rejects.toThrow("linked to you");
    await expect(hangForm(utility.world, clerk, { pointId: POINT, meterId: null, where: "" })).rejects.toThrow("role");
  });

  test("is paired with the module on the wall in the same form, or neither is done", async () => {
    const utility = await emptyPlace();
    const { world, port, fresh } = utility;
    await writeRows(port, {
      gateway: [{ id: "north", name: "North", keyId: "k", secret: "s", status: "active", lastSeenAt: null, previousSecret: null, previousUntil: null }],
      meterEndpoint: [{ meterId: "dial-1001", fromOn: "2026-01-01", toOn: null, endpointId: "MTU-9", gatewayId: "north", recordedAt: 0 }],
    });
    expect(await refusedAt(utility, { endpointId: "MTU 9", gatewayId: "north" })).toBe("endpointId");
    expect(await refusedAt(utility, { endpointId: "MTU-9", gatewayId: "south" })).toBe("gatewayId");
    expect(await port.query("SELECT count(*) AS n FROM meter_installation WHERE meter_id = ?", [fresh.meterId])).toEqual([{ n: 0 }]);
    expect(await hangMeter(world, supervisor, asked(utility, { endpointId: " MTU-9 ", gatewayId: "north" }))).toMatchObject({ status: "done" });
    expect(await port.query("SELECT meter_id AS meter, from_on AS since, to_on AS until FROM meter_endpoint ORDER BY from_on")).toEqual([
      { meter: "dial-1001", since: "2026-01-01", until: "2026-03-12" }, { meter: fresh.meterId, since: "2026-03-12", until: null },
    ]);
    expect(await port.query("SELECT stream, type FROM event WHERE command_id = 'hang-000000000001' ORDER BY position")).toEqual([
      { stream: "premise:premise-1001", type: "MeterHung" }, { stream: `meter:${fresh.meterId}`, type: "MeterInstalled" }, { stream: `meter:${fresh.meterId}`, type: "EndpointPaired" }, { stream: "meter:dial-1001", type: "EndpointReleased" },
    ]);
  });

  test("is chosen for a place, or a place for it; what it measures and its module are shown", async () => {
    const utility = await emptyPlace();
    const { world, fresh, port } = utility;
    await writeRows(port, { servicePoint: [{ id: "sewer-alone", premiseId: "premise-1001", commodity: "sewer", usageFrom: POINT, status: "connected" }] });
    await writeRows(port, { gateway: [{ id: "north", name: "North", keyId: "k", secret: "s", status: "active", lastSeenAt: null, previousSecret: null, previousUntil: null }] });
    expect((await pairEndpoint(world, supervisor, { commandId: "pair-000000000001", meterId: fresh.meterId, endpointId: "MTU-9", gatewayId: "north", fromOn: "2026-03-12" })).status).toBe("done");
    const forPlace = await hangForm(world, supervisor, { pointId: POINT, meterId: null, where: "" });
    expect([forPlace.point?.freeSince, forPlace.stock.map(({ badge }) => badge)]).toEqual(["2026-03-10", ["NEW-1"]]);
    const look = async (where: string) => (await hangForm(world, supervisor, { pointId: null, meterId: fresh.meterId, where })).points.map(({ servicePointId }) => servicePointId);
    expect([await look(""), await look("ELM st, cedar"), await look("Oak")]).toEqual([[POINT], [POINT], []]);
    const both = await hangForm(world, supervisor, { pointId: POINT, meterId: fresh.meterId, where: "" });
    expect(both.meter).toMatchObject({ badge: "NEW-1", endpoint: "MTU-9", gateway: "North", channels: [{ unit: "gal", dials: 7, multiplier: "1" }] });
    expect((await hangForm(world, supervisor, { pointId: "sewer-alone", meterId: "dial-1001", where: "" }))).toMatchObject({ point: null, meter: null });
  });
});
