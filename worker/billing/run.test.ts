import { describe, expect, test } from "vitest";
import { unpackSnapshot } from "../../db/billing/stored-snapshot.ts";
import { thaw } from "../../domain/billing/freeze.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { loadAccount } from "../../db/account/store.ts";
import { payAtCounter } from "../operations/payments.ts";
import { clerk, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { billingUtility, channelOf, checkBook, customer, dialRead, meterDays, publish, runBills, WATER_RATE } from "./billing.testing.ts";
import { startBillRun } from "./start.ts";
import { drainRun } from "./drain.ts";

interface Bill {
  id: string;
  account: string;
  seq: number;
  from: string;
  to: string;
  issuedOn: string;
  dueOn: string;
  previous: number;
  charges: number;
  balance: number;
}

const billsOf = ({ port }: TestUtility) => port.query<Bill>(
  `SELECT id, account_id AS account, seq, period_from AS "from", period_to AS "to", issued_on AS "issuedOn", due_on AS "dueOn", previous_balance AS previous, charges, balance FROM bill ORDER BY id`,
);
const outcomes = async ({ port }: TestUtility) => Object.fromEntries((await port.query<{ account: string; outcome: string }>("SELECT account_id AS account, outcome FROM bill_run_account ORDER BY account_id")).map((row) => [row.account, row.outcome]));
const workOf = ({ port }: TestUtility) => port.query<{ rule: string; status: string; sentence: string; decision: string | null }>("SELECT rule, status, sentence, decision FROM exception WHERE kind = 'billing' ORDER BY id");

/** A household that uses 10 gallons an hour: 7.43 kgal in March 2026, which has an hour less. */
async function household(utility: TestUtility, accountId: string): Promise<void> {
  await customer(utility, accountId, ["water"]);
  await meterDays(utility.port, channelOf(accountId, "water"), "2026-03-01", "2026-06-01", 10_000);
}

describe("a household's bills", () => {
  test("the first bill: from the day service began to the cycle's close, tier by tier, due on a working day", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    expect(await runBills(utility, "2026-04-01")).toBe("finished");
    // $12.00, 4 kgal at $3.10, 3.43 kgal at $5.20.
    const charges = 12_00 + 12_40 + 17_84;
    expect(await billsOf(utility)).toEqual([
      { id: "1001-20260401", account: "1001", seq: 3, from: "2026-03-01", to: "2026-04-01", issuedOn: "2026-04-01", dueOn: "2026-04-21", previous: 0, charges, balance: charges },
    ]);
    const { state } = await loadAccount(utility.port, "1001");
    expect(state.agreements[0]).toMatchObject({ billedTo: "2026-04-01", estimatesInRow: 0 });
    expect(state.lastBill).toMatchObject({ number: "1001-20260401", charges });
    expect(await utility.port.query("SELECT name, quantity_milli AS q, amount FROM bill_line ORDER BY line")).toEqual([
      { name: "Water service charge", q: 1000, amount: 1_200 }, { name: "Water use", q: 7_430, amount: 30_24 },
    ]);
    await checkBook(utility);
  });

  test("a month of intervals that its register contradicts waits for a person, also where no day of it is looked at", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await household(utility, "1002");
    for (const [account, moved] of [["1001", 7_430], ["1002", 8_430]] as const) {
      const total = Number(account) + 50_000;
      await utility.port.write([{ sql: "INSERT INTO channel (id, meter_id, name, kind, unit, multiplier, dials, direction) VALUES (?, ?, 'total', 'register', 'gal', '1', 6, 'delivered')", args: [total, `water-${account}`] }]);
      await dialRead(utility.port, total, "2026-03-01", 5_000);
      await dialRead(utility.port, total, "2026-04-01", 5_000 + moved);
    }
    await runBills(utility, "2026-04-01");
    expect(await outcomes(utility)).toEqual({ 1001: "billed", 1002: "held" });
    expect(await workOf(utility)).toMatchObject([{ rule: "sum", status: "open", sentence: expect.stringMatching(/^Water: The intervals of meter WATER1002 add up to 7\.43 kgal, its register moved 8\.43 kgal; more than /) }]);
  });

  test("the second bill picks up where the first ended, and knows what was paid between", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await runBills(utility, "2026-04-01");
    utility.clock.now = Date.parse("2026-04-10T15:00:00Z");
    await payAtCounter(utility.world, clerk, { commandId: "counter-payment-1", accountId: "1001", amount: 40_00, tender: "cash", reference: "" });
    utility.clock.now = Date.parse("2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    const [, second] = await billsOf(utility);
    expect(second).toMatchObject({ id: "1001-20260501", from: "2026-04-01", to: "2026-05-01", previous: 2_24, charges: 12_00 + 12_40 + 16_64, balance: 2_24 + 41_04 });
    await checkBook(utility);
  });

  test("credit on the account pays the bill as it is made", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await payAtCounter(utility.world, clerk, { commandId: "counter-payment-1", accountId: "1001", amount: 100_00, tender: "cash", reference: "" });
    await runBills(utility, "2026-04-01");
    const { state } = await loadAccount(utility.port, "1001");
    expect([balanceOf(state), state.credit, state.items]).toEqual([42_24 - 100_00, 57_76, []]);
    await checkBook(utility);
  });

  test("sewer is billed on the water that was used, and time-of-use electricity by its hours, all on one bill", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water", "sewer", "electric"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
    await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-01", (slot) => (slot >= 16 && slot < 21 ? 1_000 : 500));
    await runBills(utility, "2026-04-01");
    const segments = await utility.port.query("SELECT commodity, registered_milli AS used, unit, total FROM bill_segment ORDER BY commodity");
    // Peak is read off the wall clock: on the day without a second hour its five hours are slots 15 to 19, of which the first used half.
    const peak = 30 * 5 + 4.5;
    const energy = peak * 40 + (449 - peak) * 20;
    const electric = Math.round((31 * 30 + energy) * 1.05);
    expect(segments).toEqual([
      { commodity: "electric", used: 449_000, unit: "kWh", total: electric }, { commodity: "sewer", used: 7_430, unit: "kgal", total: 29_72 }, { commodity: "water", used: 7_430, unit: "kgal", total: 42_24 },
    ]);
    await checkBook(utility);
  });

  test("a price that changes inside the period counts for its own days", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    const dearer = { ...WATER_RATE, charges: [{ ...WATER_RATE.charges[0], rates: [{ amount: "24.00" }] }, WATER_RATE.charges[1]] };
    await publish(utility, "water-res", "water", dearer, "2026-03-22", 2);
    await runBills(utility, "2026-04-01");
    const lines = await utility.port.query<{ chargeId: string; amount: number }>(`SELECT charge_id AS "chargeId", amount FROM bill_line ORDER BY line`);
    expect(lines.filter(({ chargeId }) => chargeId === "service").map(({ amount }) => amount)).toEqual([8_13, 7_74]);
    const [{ snapshot }] = (await utility.port.query<{ snapshot: string }>("SELECT snapshot FROM bill")) as [{ snapshot: string }];
    expect(thaw(unpackSnapshot(snapshot)).snapshot).toMatchObject({ segments: [{ rates: [{ version: 1 }, { version: 2, effectiveOn: "2026-03-22" }] }], messages: [{ code: "rateChange" }] });
    await checkBook(utility);
  });

  test("a dial that is read by hand is billed from read to read, the next bill from the very same one", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["dial"]);
    const dial = channelOf("1001", "dial");
    await dialRead(utility.port, dial, "2026-03-01", 100);
    await dialRead(utility.port, dial, "2026-04-02", 3_100);
    utility.clock.now = Date.parse("2026-04-02T15:00:00Z");
    await runBills(utility, "2026-04-01");
    // A read of the very day comes in later; what was billed to is still the read of the 2nd.
    await dialRead(utility.port, dial, "2026-04-01", 3_000);
    await dialRead(utility.port, dial, "2026-05-01", 6_100);
    utility.clock.now = Date.parse("2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    expect((await billsOf(utility)).map(({ charges }) => charges)).toEqual([21_30, 21_30]);
    await checkBook(utility);
  });
});

describe("a bill that waits for a person", () => {
  test("suspect reads hold it; once they are decided on, trying again bills it and closes the work item", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await household(utility, "1002");
    await openReadException(utility, "1001");
    await runBills(utility, "2026-04-01");
    expect(await outcomes(utility)).toEqual({ "1001": "held", "1002": "billed" });
    expect(await workOf(utility)).toEqual([{ rule: "suspect", status: "open", sentence: "Water: reads of 2026-03-12 failed validation and are still to be decided on.", decision: null }]);
    const [held] = await utility.port.query<{ type: string; data: string }>("SELECT type, data FROM event WHERE stream = 'account:1001' ORDER BY seq DESC LIMIT 1");
    expect([held!.type, JSON.parse(held!.data).reasons]).toEqual(["BillHeld", ["Water: reads of 2026-03-12 failed validation and are still to be decided on."]]);
    const pending = async () => (await loadAccount(utility.port, "1001")).state.pendingBill;
    expect((await pending())?.segments.map(({ commodity, stage, reasons }) => [commodity, stage, reasons.length])).toEqual([["water", "error", 1]]);

    await utility.port.write([{ sql: "UPDATE exception SET status = 'closed' WHERE id = 'spike-1'" }]);
    utility.clock.now = Date.parse("2026-04-02T15:00:00Z");
    await runBills(utility, "2026-04-01");
    expect(await outcomes(utility)).toEqual({ "1001": "billed", "1002": "billed" });
    expect((await billsOf(utility))[0]).toMatchObject({ id: "1001-20260401", issuedOn: "2026-04-02", charges: 42_24 });
    expect(await pending()).toBeNull();
    expect(await workOf(utility)).toMatchObject([{ rule: "suspect", status: "closed", decision: "cured" }]);
    expect(await utility.port.query("SELECT type FROM event WHERE stream LIKE 'exception:bill:%' ORDER BY seq")).toEqual([{ type: "ExceptionOpened" }, { type: "ExceptionClosed" }]);
    await checkBook(utility);
  });

  test("held again for the same reason says nothing new", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await openReadException(utility, "1001");
    await runBills(utility, "2026-04-01");
    await runBills(utility, "2026-04-01");
    expect(await utility.port.query("SELECT count(*) AS n FROM event WHERE type = 'BillHeld'")).toEqual([{ n: 1 }]);
    expect(await utility.port.query("SELECT type FROM event WHERE stream = 'run:01-2026-04-01' ORDER BY seq")).toEqual(["BillRunStarted", "BillRunFinished", "BillRunRetried", "BillRunFinished"].map((type) => ({ type })));
    expect(await outcomes(utility)).toEqual({ "1001": "held" });
  });

  test("a bill far above the usual is looked at, and goes out as it is when a person lets it pass", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-04-01", "2026-05-01", 60_000);
    await runBills(utility, "2026-04-01");
    utility.clock.now = Date.parse("2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    expect((await workOf(utility)).map(({ rule, sentence }) => [rule, sentence])).toEqual([["high-bill", "The charges are $228.24; $40.88 would be usual for 30 days. Bills above 250 % of the usual are looked at first."]]);
    await utility.port.write([{ sql: "UPDATE exception SET status = 'closed', decision = 'accept' WHERE rule = 'high-bill'" }]);
    await runBills(utility, "2026-05-01");
    expect((await billsOf(utility)).map(({ charges }) => charges)).toEqual([42_24, 228_24]);
    await checkBook(utility);
  });

  test("a service whose rate is not published waits, and says why", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await utility.port.write([{ sql: "UPDATE account_state SET state = replace(state, 'water-res', 'water-new')" }]);
    await runBills(utility, "2026-04-01");
    expect(await workOf(utility)).toMatchObject([{ rule: "rate", sentence: "Water: versions: no version of the rate counts on 2026-03-01" }]);
  });
});

/** An exception on a day of the account's water, as validation opens one. */
async function openReadException({ port }: TestUtility, accountId: string): Promise<void> {
  await port.write([{
    sql: "INSERT INTO exception (id, kind, rule, severity, status, channel_id, day, sentence, numbers, opened_at) VALUES ('spike-1', 'read', 'spike', 'fail', 'open', ?, '2026-03-12', 'A spike.', '{}', 1)",
    args: [channelOf(accountId, "water")],
  }]);
}

describe("usage that did not come", () => {
  test("it is waited for until the window's last day, then estimated, stored as such and billed", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    const channel = channelOf("1001", "water");
    await meterDays(utility.port, channel, "2026-02-01", "2026-03-20", 10_000);
    await meterDays(utility.port, channel, "2026-03-21", "2026-04-01", 10_000);
    await utility.port.write([{
      sql: "INSERT INTO exception (id, kind, rule, severity, status, channel_id, day, sentence, numbers, opened_at) VALUES ('gap', 'reads', 'missing', 'fail', 'open', ?, '2026-03-20', 'A day is missing.', '{}', 1)", args: [channel],
    }]);
    await runBills(utility, "2026-04-01");
    expect(await workOf(utility)).toMatchObject([{ rule: "missing", sentence: "Water: 24 of 743 intervals of meter WATER1001 are missing and no register reads stand in for them." }, { rule: "suspect" }]);

    utility.clock.now = Date.parse("2026-04-05T15:00:00Z");
    await runBills(utility, "2026-04-01");
    expect((await billsOf(utility)).map(({ charges }) => charges)).toEqual([42_24]);
    expect(await utility.port.query("SELECT day, rule FROM interval_revision")).toEqual([{ day: "2026-03-20", rule: "estimate" }]);
    expect(await utility.port.query("SELECT stream, type FROM event WHERE stream LIKE 'meter:%'")).toEqual([{ stream: "meter:water-1001", type: "IntervalsEstimated" }]);
    expect(await utility.port.query("SELECT status, decision FROM exception WHERE id = 'gap'")).toEqual([{ status: "closed", decision: "cured" }]);
    // One day of thirty is not an estimated bill.
    expect((await loadAccount(utility.port, "1001")).state.agreements[0]!.estimatesInRow).toBe(0);
    await checkBook(utility);
  });

  test("a dial nobody read is estimated, the next read trues it up; as many in a row as allowed, then somebody must go", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["dial"]);
    const dial = channelOf("1001", "dial");
    await dialRead(utility.port, dial, "2026-03-01", 0);
    await dialRead(utility.port, dial, "2026-04-01", 3_100);
    await runBills(utility, "2026-04-01");
    for (const [day, period] of [["2026-05-05", "2026-05-01"], ["2026-06-05", "2026-06-01"], ["2026-07-05", "2026-07-01"], ["2026-08-05", "2026-08-01"]] as const) {
      utility.clock.now = Date.parse(`${day}T15:00:00Z`);
      await runBills(utility, period);
    }
    const segments = await utility.port.query<{ to: string; estimated: number }>(`SELECT period_to AS "to", estimated FROM bill_segment ORDER BY period_to`);
    expect(segments).toEqual([{ to: "2026-04-01", estimated: 0 }, { to: "2026-05-01", estimated: 1 }, { to: "2026-06-01", estimated: 1 }, { to: "2026-07-01", estimated: 1 }]);
    expect(await workOf(utility)).toMatchObject([{ rule: "estimates", status: "open" }]);
    // 100 gallons a day were estimated; the read says 90.
    await dialRead(utility.port, dial, "2026-08-01", 14_500);
    await runBills(utility, "2026-08-01");
    const [row] = await utility.port.query<{ used: number }>("SELECT sum(registered_milli) AS used FROM bill_segment");
    expect(row!.used).toBe(14_500);
    expect(await workOf(utility)).toMatchObject([{ rule: "estimates", status: "closed", decision: "cured" }]);
    await checkBook(utility);
  });
});

describe("the run", () => {
  test("starting it twice finds the first, and a cycle is not billed before it has closed", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    const start = (commandId: string, periodTo: string) => startBillRun(utility.world, supervisor, { commandId, cycleId: "01", periodTo });
    expect(await start("a", "2026-04-01")).toMatchObject({ status: "done", result: { runId: "01-2026-04-01", due: 1 }, replayed: false });
    expect(await start("b", "2026-04-01")).toMatchObject({ status: "done", result: { runId: "01-2026-04-01" }, replayed: true });
    expect(await start("c", "2026-05-01")).toMatchObject({ status: "refused", refusal: { code: "period" } });
    expect(await start("d", "2026-03-15")).toMatchObject({ status: "refused", refusal: { message: "Cycle 01 closes on day 1 of the month; 2026-03-15 is another." } });
    await expect(startBillRun(utility.world, clerk, { commandId: "e", cycleId: "01", periodTo: "2026-04-01" })).rejects.toThrow("Your role (csr)");
  });

  test("finished twice bills nobody twice; accounts of another cycle and without service are left alone", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await customer(utility, "1002", []);
    await runBills(utility, "2026-04-01");
    expect(await runBills(utility, "2026-04-01")).toBe("idle");
    expect(await billsOf(utility)).toHaveLength(1);
    expect(await outcomes(utility)).toEqual({ "1001": "billed" });
  });

  test("progress is told as it goes, with what has become of everybody", async () => {
    const told: unknown[] = [];
    const utility = await billingUtility();
    for (const id of ["1001", "1002", "1003"]) await household(utility, id);
    await startBillRun(utility.world, supervisor, { commandId: "a", cycleId: "01", periodTo: "2026-04-01" });
    await drainRun({ ...utility.world, runProgress: (progress) => told.push(progress) }, "01-2026-04-01", { batchSize: 2 });
    expect(told).toEqual([
      { runId: "01-2026-04-01", cycleId: "01", status: "running", due: 3, billed: 2, held: 0, failed: 0, billsPerSecond: null },
      { runId: "01-2026-04-01", cycleId: "01", status: "running", due: 3, billed: 3, held: 0, failed: 0, billsPerSecond: null },
      { runId: "01-2026-04-01", cycleId: "01", status: "finished", due: 3, billed: 3, held: 0, failed: 0, billsPerSecond: null },
    ]);
  });
});
