/** A meter is exchanged in the middle of a period: the next bill sums what both counted, and nobody gains or loses by it. */
import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { explainBill, replayBill } from "../../db/billing/replay.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { supervisor, clerk, ZONE, type TestUtility } from "../../test/support/utility.ts";
import { beforeFirst, billingUtility, channelOf, checkBook, customer, dialRead, meterDays, missingHours, runBills } from "../billing/billing.testing.ts";
import { MISSING } from "../../domain/metering/index.ts";
import { exchangeForm, exchangeMeter, type ExchangeAsked } from "./meter-exchange.ts";
import { moveMeter, pairEndpoint, recordTest, stockPage } from "./meter-stock.ts";
import { inStock } from "./meter-stock.testing.ts";
import { enterReads } from "./reads.ts";

const DIAL = channelOf("1001", "dial");

async function readByHand(at = "2026-04-01T14:00:00Z"): Promise<TestUtility & { fresh: { meterId: string; channelId: number } }> {
  const utility = await billingUtility(at);
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 10_000);
  return { ...utility, fresh: await inStock(utility) };
}

function asked(fresh: { meterId: string; channelId: number }, more: Partial<ExchangeAsked> = {}): ExchangeAsked {
  return {
    commandId: "exchange-00000000001", meterId: "dial-1001", newMeterId: fresh.meterId, on: "2026-03-16", time: "10:20", lastReads: { [DIAL]: "13100" }, firstReads: { [fresh.channelId]: "7" }, reason: "age", ...more,
  };
}

const used = async ({ port }: TestUtility) => (await port.query<{ q: number }>("SELECT registered_milli AS q FROM bill_segment ORDER BY id")).map(({ q }) => q);

describe("an exchange", () => {
  test("in the middle of the month: the bill sums both dials, each from its own read, and replays", async () => {
    const utility = await readByHand();
    const { world, port, fresh } = utility;
    expect((await exchangeForm(world, supervisor, "dial-1001", fresh.meterId))?.fresh?.registers).toMatchObject([{ channelId: fresh.channelId }]);
    expect(await exchangeMeter(world, supervisor, asked(fresh))).toMatchObject({ status: "done", result: { premiseId: "premise-1001" } });
    await dialRead(port, fresh.channelId, "2026-04-01", 2_907);
    await runBills(utility, "2026-04-01");
    expect(await used(utility)).toEqual([3_100 + 2_900]);
    const [water] = (await explainBill(port, "1001-20260401"))!.segments;
    expect(water!.usage?.legs.map(({ badge, usage }) => [badge, usage])).toEqual([["DIAL1001", 3_100], ["NEW-1", 2_900]]);
    expect((await replayBill(port, "1001-20260401"))!.differences).toEqual([]);
    await checkBook(utility);
  });

  test("is done once, however often its form is sent; the old meter is off, the new one hangs", async () => {
    const { world, port, fresh } = await readByHand();
    await exchangeMeter(world, supervisor, asked(fresh));
    expect(await exchangeMeter(world, supervisor, asked(fresh))).toMatchObject({ status: "done", replayed: true });
    expect(await exchangeMeter(world, supervisor, asked(fresh, { time: "11:00" }))).toEqual({ status: "conflict" });
    expect(await exchangeMeter(world, supervisor, asked(fresh, { commandId: "exchange-00000000002" }))).toMatchObject({ status: "refused", refusal: { field: "meterId" } });
    expect(await port.query("SELECT badge, status FROM meter ORDER BY badge")).toEqual([{ badge: "DIAL1001", status: "removed" }, { badge: "NEW-1", status: "installed" }]);
    expect(await port.query("SELECT stream, type FROM event WHERE command_id = 'exchange-00000000001' ORDER BY position")).toEqual([
      { stream: "premise:premise-1001", type: "MeterExchanged" }, { stream: "meter:dial-1001", type: "MeterRemoved" }, { stream: `meter:${fresh.meterId}`, type: "MeterInstalled" },
    ]);
    expect(await port.query("SELECT title FROM search_entry WHERE search_entry MATCH '\"NEW-1\"'")).toEqual([{ title: "NEW-1" }]);
  });

  test("of a meter with intervals: the day of the exchange is whole, from both meters", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    const { port, world } = utility;
    const old = channelOf("1001", "water");
    const fresh = await inStock(utility, "NEW-1", { kind: "interval", stepMinutes: "60", dials: "" });
    expect(await exchangeMeter(world, supervisor, asked(fresh, { meterId: "water-1001", time: "10:00", lastReads: {}, firstReads: {} }))).toMatchObject({ status: "done" });
    await meterDays(port, old, "2026-03-01", "2026-03-16", 1_000);
    await meterDays(port, old, "2026-03-16", "2026-03-17", missingHours(10, 1_000));
    await meterDays(port, fresh.channelId, "2026-03-16", "2026-03-17", (slot) => (slot < 10 ? MISSING : 2_000));
    await meterDays(port, fresh.channelId, "2026-03-17", "2026-04-01", 2_000);
    await runBills(utility, "2026-04-01");
    const hours = (from: string, to: string) => (startOfDay(to, ZONE) - startOfDay(from, ZONE)) / 3_600_000;
    expect(await used(utility)).toEqual([hours("2026-03-01", "2026-03-16") + 10 + 2 * (14 + hours("2026-03-17", "2026-04-01"))]);
  });

  test("reads of the exchange's day are taken for the meter that hung at that hour, and for no other", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    const fresh = await inStock(utility, "NEW-1", { kind: "interval", stepMinutes: "60", dials: "" });
    await exchangeMeter(utility.world, supervisor, asked(fresh, { meterId: "water-1001", lastReads: {}, firstReads: {} }));
    const day = (meter: string, has: (hour: number) => boolean) => ({ meter, kind: "interval", unit: "gal", start: "2026-03-16T00:00:00-05:00", stepMinutes: 60, values: Array.from({ length: 24 }, (_, hour) => (has(hour) ? 12 : null)) });
    const post = async (n: number, read: object) => {
      const answer = await enterReads(utility.world, supervisor, { commandId: `reads-0000000000${n}`, reads: [read] });
      return answer.status === "done" ? answer.answer.outcomes[0]!.reason ?? answer.answer.outcomes[0]!.outcome : "invalid";
    };
    expect(await post(1, day("WATER1001", (hour) => hour <= 10))).not.toContain("not installed");
    expect(await post(2, day("NEW-1", (hour) => hour >= 10))).not.toContain("not installed");
    expect(await post(3, day("WATER1001", (hour) => hour === 11))).toContain("not installed");
    expect(await post(4, day("NEW-1", (hour) => hour === 9))).toContain("not installed");
  });

  test("entered late, when days of the old meter are stored that it no longer hung there: the bill is made without them", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    const { port, world } = utility;
    const fresh = await inStock(utility, "NEW-1", { kind: "interval", stepMinutes: "60", dials: "" });
    await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 1_000);
    await meterDays(port, fresh.channelId, "2026-03-16", "2026-04-01", 1_000);
    await exchangeMeter(world, supervisor, asked(fresh, { meterId: "water-1001", time: "00:00", lastReads: {}, firstReads: {} }));
    await runBills(utility, "2026-04-01");
    expect(await used(utility)).toEqual([(startOfDay("2026-04-01", ZONE) - startOfDay("2026-03-01", ZONE)) / 3_600_000]);
  });

  test("entered after the bill of its day was issued, it is work for whoever makes bills again", async () => {
    const utility = await readByHand();
    await dialRead(utility.port, DIAL, "2026-04-01", 16_000);
    await runBills(utility, "2026-04-01");
    await exchangeMeter(utility.world, supervisor, asked(utility.fresh));
    const [work] = await utility.port.query<{ rule: string; status: string; account: string; sentence: string }>("SELECT rule, status, account_id AS account, sentence FROM exception WHERE kind = 'rebill'");
    expect(work).toMatchObject({ rule: "exchange", status: "open", account: "1001" });
    expect(work!.sentence).toContain("Meter DIAL1001 was exchanged for NEW-1 on 2026-03-16");
  });

  test("in the moment between loading a bill and committing it: the bill is of both meters", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    const { port, world } = utility;
    const fresh = await inStock(utility, "NEW-1", { kind: "interval", stepMinutes: "60", dials: "" });
    await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 1_000);
    await meterDays(port, fresh.channelId, "2026-03-16", "2026-04-01", 5_000);
    const swap = () => exchangeMeter(world, supervisor, asked(fresh, { meterId: "water-1001", time: "00:00", lastReads: {}, firstReads: {} }));
    await runBills({ ...utility, world: { ...world, port: beforeFirst("INSERT INTO batch", port, swap) } }, "2026-04-01");
    const hours = (from: string, to: string) => (startOfDay(to, ZONE) - startOfDay(from, ZONE)) / 3_600_000;
    expect(await used(utility)).toEqual([hours("2026-03-01", "2026-03-16") + 5 * hours("2026-03-16", "2026-04-01")]);
  });

  test("while its bill is being issued, loaded before and committed after: somebody is told to look", async () => {
    const utility = await readByHand();
    const { port, world } = utility;
    await dialRead(port, DIAL, "2026-04-01", 16_000);
    const answer = await exchangeMeter({ ...world, port: beforeFirst("INSERT INTO command", port, () => runBills(utility, "2026-04-01")) }, supervisor, asked(utility.fresh));
    expect(answer).toMatchObject({ status: "done" });
    expect(await port.query("SELECT rule, account_id AS account FROM exception WHERE kind = 'rebill'")).toEqual([{ rule: "exchange", account: "1001" }]);
  });

  test("that hangs no other: the bill ends with the last read, and the meter lies in the shop", async () => {
    const utility = await readByHand();
    const { world, port } = utility;
    expect(await exchangeMeter(world, supervisor, asked(utility.fresh, { newMeterId: "none", firstReads: {}, reason: "damaged" }))).toMatchObject({ status: "done", result: { meterId: "dial-1001" } });
    expect(await port.query("SELECT badge, status FROM meter ORDER BY badge")).toEqual([{ badge: "DIAL1001", status: "removed" }, { badge: "NEW-1", status: "inStock" }]);
    await runBills(utility, "2026-04-01");
    expect(await used(utility)).toEqual([3_100]);
  });

  test("with dials that cannot be is refused at the field, and nothing is stored", async () => {
    const { world, port, fresh } = await readByHand();
    const field = async (more: Partial<ExchangeAsked>) => {
      const answer = await exchangeMeter(world, supervisor, asked(fresh, { commandId: `exchange-${Object.keys(more).join("-")}-00000001`, ...more }));
      return answer.status === "refused" ? answer.refusal.field : answer.status;
    };
    const before = await port.query("SELECT count(*) AS n FROM event");
    expect(await field({ lastReads: { [DIAL]: "9000" } })).toBe(`last.${DIAL}`);
    expect(await field({ lastReads: {} })).toBe(`last.${DIAL}`);
    expect(await field({ firstReads: { [fresh.channelId]: "10000000" } })).toBe(`first.${fresh.channelId}`);
    expect(await field({ time: "25:00" })).toBe("time");
    expect(await field({ on: "2026-03-08", time: "02:30" })).toBe("time");
    expect(await field({ on: "2026-04-02" })).toBe("on");
    expect(await field({ on: "2019-12-31" })).toBe("on");
    expect(await field({ newMeterId: "dial-1001" })).toBe("newMeterId");
    expect(await field({ reason: "" })).toBe("reason");
    expect(await port.query("SELECT count(*) AS n FROM event")).toEqual(before);
    await expect(exchangeMeter(world, clerk, asked(fresh))).rejects.toThrow("role");
  });
});

describe("a meter in the shop", () => {
  test("gives its module to the meter that hangs in its place, and not before it is taken off", async () => {
    const { world, port, fresh } = await readByHand();
    await writeRows(port, { gateway: [{ id: "north", name: "North", keyId: "gk_north", secret: "", status: "active" }] });
    let forms = 0;
    const pair = async (meterId: string, fromOn: string) => {
      const answer = await pairEndpoint(world, supervisor, { commandId: `pair-0000000000000${(forms += 1)}`, meterId, endpointId: "MTU-7", gatewayId: "north", fromOn });
      return answer.status === "refused" ? answer.refusal.field : answer.status;
    };
    expect(await pair("dial-1001", "2026-01-01")).toBe("done");
    expect(await pair(fresh.meterId, "2026-03-16")).toBe("endpointId");
    await exchangeMeter(world, supervisor, asked(fresh));
    expect([await pair(fresh.meterId, "2025-12-31"), await pair(fresh.meterId, "2026-03-16")]).toEqual(["fromOn", "done"]);
    expect(await port.query("SELECT meter_id AS meter, from_on AS \"from\", to_on AS \"to\" FROM meter_endpoint ORDER BY from_on")).toEqual([
      { meter: "dial-1001", from: "2026-01-01", to: "2026-03-16" }, { meter: fresh.meterId, from: "2026-03-16", to: null },
    ]);
  });

  test("is tested before it goes back into stock, and hangs again elsewhere; a failed one is retired", async () => {
    const utility = await readByHand();
    const { world, fresh } = utility;
    await exchangeMeter(world, supervisor, asked(fresh));
    let forms = 0;
    const move = async (to: string) => (await moveMeter(world, supervisor, { commandId: `move-0000000000000${(forms += 1)}`, meterId: "dial-1001", move: to })).status;
    const test = async (passed: string, asFound = "98.6") => (await recordTest(world, supervisor, { commandId: `test-0000000000000${(forms += 1)}`, meterId: "dial-1001", testedOn: "2026-03-20", asFound, asLeft: "", passed, note: "" })).status;
    expect(await move("restock")).toBe("refused");
    expect([await move("test"), await move("restock")]).toEqual(["done", "refused"]);
    expect([await test("no", "91.25"), await move("restock"), await test("yes"), await move("restock")]).toEqual(["done", "refused", "done", "done"]);
    const { counts, rows } = await stockPage(world, clerk, "inStock", "");
    expect(counts).toMatchObject({ inStock: 1, installed: 1, removed: 0 });
    expect(rows).toMatchObject([{ badge: "DIAL1001", kinds: "register", lastTest: "2026-03-20", passed: 1 }]);
    expect(await test("yes", "201")).toBe("refused");
  });
});
