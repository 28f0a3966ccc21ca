/** Estimated bills and the read after them, told as stories: how an estimate is reckoned, when it ends, and what the read then costs. */
import { describe, expect, test } from "vitest";
import { unpackSnapshot } from "../../db/billing/stored-snapshot.ts";
import { loadAccount } from "../../db/account/store.ts";
import { writeRows } from "../../db/commit.ts";
import { thaw } from "../../domain/billing/freeze.ts";
import type { BillSnapshot } from "../../domain/billing/snapshot.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { admin, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { billPage, checkBill, letBillPass } from "../operations/billing.ts";
import { listExceptions } from "../operations/exceptions.ts";
import { NO_METER } from "../../domain/lifecycle/meter.ts";
import { exchangeMeter } from "../operations/meter-exchange.ts";
import { enterStock } from "../operations/meter-stock.ts";
import { decideSetting, proposeSetting } from "../operations/setting-approval.ts";
import { billingUtility, channelOf, checkBook, customer, dialRead, meterDays, publish, runBills, WATER_RATE, type ServiceKind } from "./billing.testing.ts";
import { drainRun } from "./drain.ts";

const DIAL = channelOf("1001", "dial");

/** A customer whose dial was read on the first of March and of April: 100 gallons a day, and March has an hour less. */
async function readOnce(kinds: readonly ServiceKind[] = ["dial"], around: readonly Neighbour[] = []): Promise<TestUtility> {
  const utility = await billingUtility();
  await customer(utility, "1001", kinds);
  for (const { id, gallons } of around) {
    await customer(utility, id, ["dial"]);
    await dialRead(utility.port, channelOf(id, "dial"), "2026-03-01", 0);
    await dialRead(utility.port, channelOf(id, "dial"), "2026-04-01", gallons);
  }
  await dialRead(utility.port, DIAL, "2026-03-01", 4);
  await dialRead(utility.port, DIAL, "2026-04-01", 3_100);
  await runBills(utility, "2026-04-01");
  return utility;
}

/** A customer of the same rate, and what March's read shows of their use. */
interface Neighbour {
  readonly id: string;
  readonly gallons: number;
}

/** Each uses as much as the first customer. */
const neighbours = (count: number): Neighbour[] => Array.from({ length: count }, (_, i) => ({ id: String(2001 + i), gallons: 3_096 }));

/** Bills a month whose close was so many days ago; on the fifth day missing reads are estimated. */
async function bill(utility: TestUtility, periodTo: string, day = "05"): Promise<void> {
  utility.clock.now = Date.parse(`${periodTo.slice(0, 8)}${day}T15:00:00Z`);
  await runBills(utility, periodTo);
}

/** Three months in which nobody reached the meter. */
async function threeEstimates(kinds?: readonly ServiceKind[]): Promise<TestUtility> {
  const utility = await readOnce(kinds);
  for (const month of ["2026-05-01", "2026-06-01", "2026-07-01"]) await bill(utility, month);
  return utility;
}

/** A person looks at what holds the bill and lets it go out. */
async function letPass(utility: TestUtility, rule: string): Promise<void> {
  const [held] = await utility.port.query<{ id: string }>("SELECT id FROM exception WHERE kind = 'billing' AND status = 'open' AND rule = ?", [rule]);
  const answer = await letBillPass(utility.world, supervisor, { commandId: `let-${held!.id.replaceAll(":", "-")}`, exceptionId: held!.id, reason: "The meter was read, and read again." });
  if (answer.status === "done") await drainRun(utility.world, answer.result.runId);
}

const snapshotOf = async ({ port }: TestUtility, billId: string): Promise<BillSnapshot> => thaw(unpackSnapshot((await port.query<{ snapshot: string }>("SELECT snapshot FROM bill WHERE id = ?", [billId]))[0]!.snapshot)).snapshot;
const segmentsOf = ({ port }: TestUtility, billId: string) => port.query<{ from: string; used: number; total: number; estimated: number }>(
  `SELECT period_from AS "from", registered_milli AS used, total, estimated FROM bill_segment WHERE bill_id = ? ORDER BY commodity DESC, period_to DESC`, [billId],
);
const workOf = ({ port }: TestUtility) => port.query<Record<string, unknown>>(`SELECT rule, status, stage, meter_id AS "meterId", decision FROM exception WHERE kind = 'billing' ORDER BY id`);

/** What the water rate asks for so many thousandths of a kgal in a month. */
const water = (used: number): number => 12_00 + Math.round((Math.min(used, 4_000) * 310 + Math.max(0, used - 4_000) * 520) / 1000);

describe("an estimated bill", () => {
  test("says so: on the service, on each line that rests on it, in words, with how it was reckoned", async () => {
    const utility = await readOnce();
    await bill(utility, "2026-05-01");
    const { segments: [segment], messages } = await snapshotOf(utility, "1001-20260501");
    expect(segment).toMatchObject({ estimate: { methods: ["previous"] }, usage: { quantities: { usage: 3_000 } } });
    expect(segment!.lines.map(({ chargeId, estimated }) => [chargeId, estimated ?? false])).toEqual([["service", false], ["use", true]]);
    expect(messages.map(({ code }) => code)).toEqual(["estimated"]);
    expect(await segmentsOf(utility, "1001-20260501")).toMatchObject([{ estimated: 1 }]);
  });

  test("is reckoned from what the utility put first", async () => {
    const utility = await readOnce();
    await dialRead(utility.port, DIAL, "2026-02-01", 0, 1);
    await proposeSetting(utility.world, admin, { commandId: "class-first", topic: "estimation", effectiveOn: "2026-05-01", value: { methods: [{ method: "averageOf3" }, { method: "previous" }], planFrom: 50_00, planMonthsPerEstimate: 1 }, note: "" });
    await decideSetting(utility.world, supervisor, { commandId: "agreed", proposalId: "class-first", action: "approve", reason: "" });
    await dialRead(utility.port, DIAL, "2026-05-01", 9_100);
    await bill(utility, "2026-05-01");
    // 200 gallons a day in April, 100 in March, none in February; March has an hour less.
    await bill(utility, "2026-06-01");
    const { segments: [segment] } = await snapshotOf(utility, "1001-20260601");
    expect(segment).toMatchObject({ estimate: { methods: ["averageOf3"] }, usage: { quantities: { usage: Math.round((9_100 / (89 - 1 / 24)) * 31) } } });
  });

  test("of hours that have prices of their own adds up to what the register beside them says", async () => {
    const utility = await billingUtility("2026-04-02T15:00:00Z");
    await customer(utility, "1001", ["electric"]);
    const [hours, total] = [channelOf("1001", "electric"), 999];
    await utility.port.write([{ sql: "INSERT INTO channel (id, meter_id, name, kind, unit, multiplier, dials, direction) VALUES (?, 'electric-1001', 'total', 'register', 'kWh', '1', 6, 'delivered')", args: [total] }]);
    await meterDays(utility.port, hours, "2026-03-01", "2026-03-16", 500);
    await meterDays(utility.port, hours, "2026-03-18", "2026-04-01", 500);
    // Two days did not come, in which more was used than on others: 20 kWh beyond their 24.
    await dialRead(utility.port, total, "2026-03-01", 5_000);
    await dialRead(utility.port, total, "2026-04-01", 5_000 + 743 / 2 + 20);
    await runBills(utility, "2026-04-01");
    expect(await segmentsOf(utility, "1001-20260401")).toEqual([]);
    await bill(utility, "2026-04-01");
    expect(await segmentsOf(utility, "1001-20260401")).toMatchObject([{ used: 391_500, estimated: 0 }]);
    const days = await utility.port.query<{ total: number; estimated: number }>("SELECT best_total AS total, estimated FROM interval_day WHERE channel_id = ? AND estimated > 0 ORDER BY day", [hours]);
    expect(days).toEqual([{ total: 22_000, estimated: 24 }, { total: 22_000, estimated: 24 }]);
    await checkBook(utility);
  });

  test("of somebody new is what customers of the same class use; of a point that is cut off, none", async () => {
    const utility = await readOnce(["dial"], neighbours(14));
    await customer(utility, "1002", ["dial"], "2026-04-01");
    await customer(utility, "1003", ["dial"], "2026-04-01");
    for (const id of ["1002", "1003"]) await dialRead(utility.port, channelOf(id, "dial"), "2026-04-01", 500);
    await dialRead(utility.port, DIAL, "2026-05-01", 3_100 + 6_000);
    await utility.port.write([{ sql: "UPDATE service_point SET status = 'disconnected' WHERE id = 'dial-point-1003'", args: [] }]);
    await utility.port.write([{ sql: "UPDATE bill_run_account SET outcome = 'retry'", args: [] }]);
    await bill(utility, "2026-05-01");
    // The neighbours' last bills are those of March: 100 gallons a day.
    const used = await utility.port.query<{ account: string; used: number }>("SELECT substr(bill_id, 1, 4) AS account, registered_milli AS used FROM bill_segment WHERE period_to = '2026-05-01' AND bill_id LIKE '10%' ORDER BY 1");
    expect(used).toEqual([{ account: "1001", used: 6_000 }, { account: "1002", used: 3_000 }, { account: "1003", used: 0 }]);
    const [, second, third] = await Promise.all(["1001", "1002", "1003"].map((id) => snapshotOf(utility, `${id}-20260501`)));
    expect([second!.segments[0]!.estimate, third!.segments[0]!.estimate]).toEqual([{ methods: ["classAverage"] }, { methods: ["vacant"] }]);
  });

  test("of a new meter that sends nothing is what the class used hour by hour, from fifteen neighbours on", async () => {
    // 31 days of 24 hours, but for the last hour of the day on which clocks went forward.
    for (const { around, used } of [{ around: 15, used: 31 * (24 * 500 + 276 * 10) - 730 }, { around: 14, used: null }]) {
      const utility = await billingUtility();
      await customer(utility, "1001", ["electric"]);
      for (let n = 0; n < around; n += 1) {
        const id = String(2001 + n);
        await customer(utility, id, ["electric"]);
        // More in the evening than in the morning, and no two of them alike; together 500 and ten for each hour of the day.
        await meterDays(utility.port, channelOf(id, "electric"), "2026-03-01", "2026-04-01", (slot) => 500 + slot * 10 + (n - (around - 1) / 2) * 10);
      }
      await bill(utility, "2026-04-01");
      const segments = await segmentsOf(utility, "1001-20260401");
      expect(segments.map((segment) => segment.used), `${around} neighbours`).toEqual(used === null ? [] : [used]);
      if (used !== null) expect((await snapshotOf(utility, "1001-20260401")).segments[0]!.estimate).toEqual({ methods: ["classAverage"] });
    }
  });

  test("does not tell a new customer what a neighbour uses: with too few of them, or one that uses most, there is none", async () => {
    for (const around of [neighbours(13), [...neighbours(14).slice(1), { id: "2001", gallons: 20_000 }]]) {
      const utility = await readOnce(["dial"], around);
      await customer(utility, "1002", ["dial"], "2026-04-01");
      await dialRead(utility.port, channelOf("1002", "dial"), "2026-04-01", 500);
      await bill(utility, "2026-05-01");
      expect(await segmentsOf(utility, "1002-20260501"), `${around.length} neighbours`).toEqual([]);
      expect(await utility.port.query("SELECT rule FROM exception WHERE kind = 'billing' AND status = 'open' AND account_id = '1002'")).toEqual([{ rule: "missing" }]);
    }
  });

  test("is never made across a meter exchange: the new meter's part waits for a read of its own", async () => {
    const utility = await readOnce();
    await exchange(utility, "2026-04-16", 4_600);
    await bill(utility, "2026-05-01");
    expect(await segmentsOf(utility, "1001-20260501")).toEqual([]);
    expect(await workOf(utility)).toMatchObject([{ rule: "missing", status: "open" }]);
    await dialRead(utility.port, NEW_DIAL, "2026-05-01", 1_700);
    await bill(utility, "2026-05-01", "06");
    expect(await segmentsOf(utility, "1001-20260501")).toMatchObject([{ used: 1_500 + 1_700, estimated: 0 }]);
  });

  test("is not made of a meter that is exchanged in that very moment", async () => {
    const utility = await readOnce();
    const { port, world } = utility;
    // Between what the estimate rests on and the place at which it is written.
    let swapped = false;
    const query: typeof port.query = async (sql, args) => {
      if (!swapped && args?.[0] === "meter:dial-1001") {
        swapped = true;
        await exchange(utility, "2026-04-16", 4_600);
      }
      return port.query(sql, args);
    };
    await bill({ ...utility, world: { ...world, port: { ...port, query } } }, "2026-05-01");
    expect(swapped).toBe(true);
    expect(await port.query("SELECT count(*) AS n FROM register_read WHERE channel_id = ? AND quality = 'estimated'", [DIAL])).toEqual([{ n: 0 }]);
    expect(await segmentsOf(utility, "1001-20260501")).toEqual([]);
    await dialRead(port, NEW_DIAL, "2026-05-01", 1_700);
    await bill(utility, "2026-05-01", "06");
    expect(await segmentsOf(utility, "1001-20260501")).toMatchObject([{ used: 1_500 + 1_700, estimated: 0 }]);
  });
});

describe("as many estimates in a row as are allowed", () => {
  test("then no more: a read of the meter is ordered, waits on its list, and closes with the bill", async () => {
    const utility = await threeEstimates();
    await bill(utility, "2026-08-01");
    expect(await segmentsOf(utility, "1001-20260801")).toEqual([]);
    expect(await workOf(utility)).toEqual([{ rule: "estimates", status: "open", stage: "waiting", meterId: "dial-1001", decision: null }]);
    const waiting = await listExceptions(utility.world, supervisor, { view: "waiting" });
    expect(waiting.items.map(({ sentence, badge }) => [badge, sentence])).toEqual([["DIAL1001", "Water: this would be estimated bill number 4 in a row; 3 are allowed. A field read is ordered, and the bill waits for it."]]);
    const [ordered] = await utility.port.query("SELECT type, data->>'meterId' AS meter FROM event WHERE stream LIKE 'exception:%' AND type = 'RereadOrdered'");
    expect(ordered).toEqual({ type: "RereadOrdered", meter: "dial-1001" });

    // Tried again each night: nothing new is ordered.
    await bill(utility, "2026-08-01", "06");
    expect(await utility.port.query("SELECT count(*) AS n FROM event WHERE type = 'RereadOrdered'")).toEqual([{ n: 1 }]);
    await dialRead(utility.port, DIAL, "2026-08-01", 14_500);
    await bill(utility, "2026-08-01", "07");
    expect(await workOf(utility)).toMatchObject([{ rule: "estimates", status: "closed", decision: "cured" }]);
    expect((await loadAccount(utility.port, "1001")).state.agreements[0]!.estimatesInRow).toBe(0);
  });
});

describe("the read after estimates", () => {
  test("is spread by days over the months it was used in: each at its own tiers, and only the difference is billed", async () => {
    const utility = await threeEstimates();
    // 200 gallons a day since the first of April, 100 had been estimated.
    await dialRead(utility.port, DIAL, "2026-08-01", 3_100 + 122 * 200);
    await bill(utility, "2026-08-01", "01");
    expect(await segmentsOf(utility, "1001-20260801")).toEqual([
      { from: "2026-07-01", used: 6_200, total: water(6_200), estimated: 0 },
      { from: "2026-06-01", used: 3_000, total: water(6_000) - water(3_000), estimated: 0 },
      { from: "2026-05-01", used: 3_100, total: water(6_200) - water(3_100), estimated: 0 },
      { from: "2026-04-01", used: 3_000, total: water(6_000) - water(3_000), estimated: 0 },
    ]);
    // All at once, July alone would have taken 15,300 gallons, most of them in the dear tier.
    const charges = water(6_200) * 2 - water(3_100) + (water(6_000) - water(3_000)) * 2;
    expect(charges).toBeLessThan(water(15_300));
    expect((await snapshotOf(utility, "1001-20260801")).charges).toBe(charges);
    expect(await utility.port.query("SELECT sum(registered_milli) AS used FROM bill_segment")).toEqual([{ used: 3_096 + 122 * 200 }]);
    await checkBook(utility);
  });

  test("the bill's lines explain it, it computes again to the cent, and the bill's own period is not the span", async () => {
    const utility = await threeEstimates();
    await dialRead(utility.port, DIAL, "2026-08-01", 3_100 + 122 * 200);
    await bill(utility, "2026-08-01", "01");
    const page = (await billPage(utility.world, supervisor, "1001-20260801"))!;
    expect(page.bill).toMatchObject({ periodFrom: "2026-07-01", periodTo: "2026-08-01" });
    expect(page.segments.map(({ periodFrom, lines }) => [periodFrom, lines.map(({ sentence }) => sentence).join(" ")])).toEqual([
      ["2026-07-01", expect.stringContaining("2.2 thousand gallons at $5.20")], ["2026-04-01", expect.stringContaining("2 thousand gallons at $5.20")], ["2026-05-01", expect.stringContaining("2.2 thousand gallons at $5.20")], ["2026-06-01", expect.stringContaining("2 thousand gallons at $5.20")],
    ]);
    expect(page.segments[0]).toMatchObject({ trueUp: { from: "2026-04-01", usedMilli: 24_400 } });
    expect(page.segments[1]!.corrects).toMatchObject({ billId: "1001-20260501", usedMilli: 3_000, total: water(3_000) });
    expect(await checkBill(utility.world, supervisor, "1001-20260801")).toMatchObject({ differences: [], replayed: page.bill.charges });
    // The months are shown as they were used; the estimated bill itself still says that it was one.
    expect(page.usage.map(({ periodFrom, usedMilli, estimated }) => [periodFrom, usedMilli, estimated])).toEqual([["2026-03-01", 3_096, false], ["2026-04-01", 6_000, false], ["2026-05-01", 6_200, false], ["2026-06-01", 6_000, false], ["2026-07-01", 6_200, false]]);
    expect((await billPage(utility.world, supervisor, "1001-20260501"))!.usage.at(-1)).toMatchObject({ usedMilli: 3_000, estimated: true });
  });

  test("offers a plan over as many months as were estimated when the catch-up is large", async () => {
    const utility = await threeEstimates();
    await dialRead(utility.port, DIAL, "2026-08-01", 3_100 + 122 * 250);
    await bill(utility, "2026-08-01", "01");
    // So much at once is looked at first.
    await letPass(utility, "high-bill");
    const { messages, segments } = await snapshotOf(utility, "1001-20260801");
    const due = segments.slice(1).reduce((sum, { total }) => sum + total, 0);
    expect(due).toBe(2 * (water(7_500) - water(3_000)) + water(7_750) - water(3_100));
    expect(messages.map(({ code }) => code)).toEqual(["trueUp", "instalments"]);
    expect(messages[1]!.en).toBe("You can pay $64.89 of this in 3 monthly parts of $21.63, the first one due 2026-08-21. Tell us by 2026-08-21.");
    expect((await loadAccount(utility.port, "1001")).state.offers).toMatchObject([{ cause: "trueUp", total: 64_89, billIds: ["1001-20260801"], instalments: [{ amount: 21_63 }, { amount: 21_63 }, { amount: 21_63 }] }]);
  });

  test("gives back what the estimates had overshot, though the dial stands below the last estimate", async () => {
    const utility = await threeEstimates();
    await dialRead(utility.port, DIAL, "2026-08-01", 3_100 + 122 * 50);
    await bill(utility, "2026-08-01", "01");
    const segments = await segmentsOf(utility, "1001-20260801");
    expect(segments.map(({ used, total }) => [used, total])).toEqual([
      [1_550, water(1_550)], [-1_500, water(1_500) - water(3_000)], [-1_550, water(1_550) - water(3_100)], [-1_500, water(1_500) - water(3_000)],
    ]);
    expect(await checkBill(utility.world, supervisor, "1001-20260801")).toMatchObject({ differences: [] });
    const { state } = await loadAccount(utility.port, "1001");
    // Four bills were owed; the credit of the corrections pays the oldest of it at once.
    expect([balanceOf(state), state.credit]).toEqual([water(3_096) + 2 * water(1_500) + 2 * water(1_550), 0]);
    await checkBook(utility);
  });

  test("sewer on the same meter is trued up with the water", async () => {
    const utility = await threeEstimates(["dial", "sewer"]);
    await dialRead(utility.port, DIAL, "2026-08-01", 3_100 + 122 * 200);
    await bill(utility, "2026-08-01", "01");
    await letPass(utility, "high-bill");
    const segments = await segmentsOf(utility, "1001-20260801");
    expect(segments.slice(4).map(({ total }) => total)).toEqual([6_200 * 4 / 10, 3_000 * 4 / 10, 3_100 * 4 / 10, 3_000 * 4 / 10]);
    await checkBook(utility);
  });

  test("a month is corrected at the prices that it was billed at, whatever has been published since", async () => {
    const utility = await readOnce();
    await bill(utility, "2026-05-01");
    const dearer = { ...WATER_RATE, charges: [{ ...WATER_RATE.charges[0], rates: [{ amount: "24.00" }] }, WATER_RATE.charges[1]] };
    await publish(utility, "water-res", "water", dearer, "2026-05-01", 2);
    await dialRead(utility.port, DIAL, "2026-06-01", 3_100 + 61 * 200);
    await bill(utility, "2026-06-01", "01");
    expect(await segmentsOf(utility, "1001-20260601")).toMatchObject([{ total: water(6_200) + 12_00 }, { total: water(6_000) - water(3_000) }]);
    expect(await checkBill(utility.world, supervisor, "1001-20260601")).toMatchObject({ differences: [] });
  });

  test("goes on over a meter exchange inside the span: what both meters counted is spread", async () => {
    const utility = await readOnce();
    await bill(utility, "2026-05-01");
    await exchange(utility, "2026-05-16", 3_100 + 45 * 200);
    await dialRead(utility.port, NEW_DIAL, "2026-06-01", 16 * 200);
    await bill(utility, "2026-06-01", "01");
    expect((await segmentsOf(utility, "1001-20260601")).map(({ used }) => used)).toEqual([6_200, 3_000]);
    await checkBook(utility);
  });
});

describe("an exchange that is entered after bills on estimates", () => {
  /** Entered in May through the desk: the old dial showed so much on a day, and the new one begins at 7 gallons. */
  async function entered(on: string, shown: number): Promise<{ readonly utility: TestUtility; readonly channelId: number }> {
    const utility = await readOnce();
    await bill(utility, "2026-05-01");
    const stock = await enterStock(utility.world, supervisor, {
      commandId: "stock-new-0000001", commodity: "water", state: "inStock", meter: { badge: "NEW-1", size: '5/8"', manufacturer: "Neptune", kind: "register", unit: "gal", dials: "7", stepMinutes: "", multiplier: "1" },
    });
    if (stock.status !== "done") throw new Error(JSON.stringify(stock));
    const [channel] = await utility.port.query<{ id: number }>("SELECT id FROM channel WHERE meter_id = ?", [stock.result.meterId]);
    utility.clock.now = Date.parse("2026-05-20T15:00:00Z");
    const answer = await exchangeMeter(utility.world, supervisor, {
      commandId: "exchange-00000000001", meterId: "dial-1001", newMeterId: stock.result.meterId, on, time: "00:00", lastReads: { [DIAL]: String(shown) }, firstReads: { [channel!.id]: "7" }, reason: "age",
    });
    expect(answer).toMatchObject({ status: "done" });
    return { utility, channelId: channel!.id };
  }
  const workKinds = ({ port }: TestUtility) => port.query<{ rule: string }>("SELECT rule FROM exception WHERE kind <> 'billing' AND status = 'open'");

  test("inside the estimated month, with a last read above the estimate: it is taken, and the next bill spreads what both meters counted", async () => {
    // 130 gallons a day to the 26th of April, where 100 had been estimated to its end; 100 a day on the new meter.
    const { utility, channelId } = await entered("2026-04-26", 3_100 + 25 * 130);
    expect(await workKinds(utility)).toEqual([]);
    await dialRead(utility.port, channelId, "2026-06-01", 7 + 36 * 100);
    await bill(utility, "2026-06-01", "01");
    const all = 25 * 130 + 36 * 100;
    const april = Math.round((all * 30) / 61);
    expect((await segmentsOf(utility, "1001-20260601")).map(({ used }) => used)).toEqual([all - april, april - 3_000]);
    expect(await checkBill(utility.world, supervisor, "1001-20260601")).toMatchObject({ differences: [] });
    await checkBook(utility);
  });

  test("after it, with a last read below the estimate: what was billed too much is given back", async () => {
    const { utility, channelId } = await entered("2026-05-16", 3_100 + 45 * 50);
    expect(await workKinds(utility)).toEqual([]);
    await dialRead(utility.port, channelId, "2026-06-01", 7 + 16 * 50);
    await bill(utility, "2026-06-01", "01");
    expect((await segmentsOf(utility, "1001-20260601")).map(({ used }) => used)).toEqual([1_550, -1_500]);
    await checkBook(utility);
  });

  test("a last read below one that somebody took is a wrong one, whatever was estimated since", async () => {
    const utility = await readOnce();
    await bill(utility, "2026-05-01");
    const answer = await exchangeMeter(utility.world, supervisor, { commandId: "exchange-00000000001", meterId: "dial-1001", newMeterId: NO_METER, on: "2026-04-16", time: "00:00", lastReads: { [DIAL]: "2990" }, firstReads: {}, reason: "age" });
    expect(answer).toMatchObject({ status: "refused", refusal: { field: `last.${DIAL}`, message: expect.stringContaining("went back from 3,100 gal to 2,990 gal") } });
  });

  test("on the last bill of somebody who has left there is no next one: it is work for whoever makes bills again", async () => {
    const utility = await readOnce();
    await utility.world.execute({ commandId: "stop-1001", accountId: "1001", actor: "user:clerk", authority: "test", source: "staff", acceptedAt: utility.clock.now, command: { type: "StopService", agreementId: "1001-dial", stopOn: "2026-05-01" } });
    await bill(utility, "2026-05-01");
    utility.clock.now = Date.parse("2026-05-20T15:00:00Z");
    await exchangeMeter(utility.world, supervisor, { commandId: "exchange-00000000001", meterId: "dial-1001", newMeterId: NO_METER, on: "2026-04-26", time: "00:00", lastReads: { [DIAL]: "6350" }, firstReads: {}, reason: "age" });
    expect(await workKinds(utility)).toEqual([{ rule: "exchange" }]);
  });
});

const NEW_DIAL = 990_001;

/** The dial comes down, read, and another one that shows nothing yet is hung in its place. */
async function exchange({ port }: TestUtility, on: string, lastRead: number): Promise<void> {
  await dialRead(port, DIAL, on, lastRead);
  await writeRows(port, {
    meter: [{ id: "new-dial", badge: "NEW1001", commodity: "water", size: '5/8"', manufacturer: null, status: "installed" }],
    meterInstallation: [{ meterId: "dial-1001", servicePointId: "dial-point-1001", installedOn: "2020-01-01", removedOn: on }, { meterId: "new-dial", servicePointId: "dial-point-1001", installedOn: on, removedOn: null }],
    channel: [{ id: NEW_DIAL, meterId: "new-dial", name: "1", kind: "register", unit: "gal", stepMinutes: null, multiplier: "1", dials: 7, direction: "delivered" }],
  });
  await dialRead(port, NEW_DIAL, on, 0);
}
