/** A home with panels: what each bill leaves in the bank is what the next one begins with, as it is billed and as it replays. */
import { expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { replayBill } from "../../db/billing/replay.ts";
import { loadSoFar } from "../../db/billing/so-far.ts";
import { billedOnSchedule } from "../../db/billing/what-if.ts";
import { writeRows } from "../../db/commit.ts";
import { accountUnder, segmentsUnder } from "../../domain/billing/what-if.ts";
import { compileRate, parseRateDocument } from "../../domain/rating/index.ts";
import { ZONE, type TestUtility } from "../../test/support/utility.ts";
import { billingUtility, channelOf, checkBook, customer, dialRead, meterDays, publish, runBills } from "./billing.testing.ts";

const net = (more: object) => ({
  format: 1, commodity: "electric", name: { en: "Electricity, net metered" }, unit: "kWh",
  charges: [
    { id: "service", kind: "fixed", name: { en: "Service" }, glKey: "electric.fixed", rates: [{ amount: "19.50" }] },
    { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric.use", determinant: "netUse", rates: [{ price: "0.1435" }] },
    { id: "surplus", kind: "credit", name: { en: "Net surplus" }, glKey: "electric.surplus", determinant: "netUse.settled", rates: [{ price: "0.05841" }] },
  ],
  ...more,
});
const MONTHLY = net({ derived: [{ id: "netUse", kind: "net-metering", settle: { month: 6 } }] });
const BY_TIME = net({
  derived: [{ id: "netUse", kind: "net-metering", schedule: "tod", settle: { month: 6 } }],
  schedules: [{ id: "tod", periods: [{ id: "peak", name: { en: "Peak hours" } }, { id: "off", name: { en: "Other hours" } }], rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "16:00", to: "21:00", period: "peak" }, { from: "21:00", to: "24:00", period: "off" }] }] }],
  charges: [{ id: "energy", kind: "time-of-use", name: { en: "Energy" }, glKey: "electric.use", determinant: "netUse", schedule: "tod", rates: [{ prices: { peak: "0.40", off: "0.20" } }] }],
});

/** 1 kWh taken in each hour; so much sent back in each hour from 9 to 15. */
async function withPanels(utility: TestUtility, accountId: string, sent: (month: string) => number): Promise<void> {
  await customer(utility, accountId, ["electric"]);
  const back = channelOf(accountId, "electric") + 5;
  await writeRows(utility.port, { channel: [{ id: back, meterId: `electric-${accountId}`, name: "2", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "1", dials: null, direction: "received" }] });
  await meterDays(utility.port, channelOf(accountId, "electric"), "2026-03-01", "2026-06-01", 1_000);
  await meterDays(utility.port, back, "2026-03-01", "2026-06-01", (slot, day) => (slot >= 9 && slot < 15 ? sent(day.slice(0, 7)) : 0));
}

const linesOf = ({ port }: TestUtility) => port.query<{ bill: string; charge: string; q: number; amount: number }>("SELECT s.bill_id AS bill, l.charge_id AS charge, l.quantity_milli AS q, l.amount FROM bill_line AS l JOIN bill_segment AS s ON s.id = l.segment_id WHERE l.charge_id <> 'service' ORDER BY s.bill_id, l.line");
const months = async (utility: TestUtility) => {
  for (const close of ["2026-04-01", "2026-05-01", "2026-06-01"]) {
    utility.clock.now = Date.parse(`${close}T14:00:00Z`);
    await runBills(utility, close);
  }
};

test("March saves, April draws, the bill that reaches June settles; registered and billed stay apart", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", MONTHLY, "2026-01-01", 2);
  // 743 hours taken in March and 31 × 6 × 5 = 930 sent; April 720 and 180 × 3.6 = 648; May 744 and 186 × 4.5 = 837.
  await withPanels(utility, "1001", (month) => ({ "2026-03": 5_000, "2026-04": 3_600, "2026-05": 4_500 })[month]!);
  await months(utility);
  expect(await linesOf(utility)).toEqual([
    { bill: "1001-20260401", charge: "energy", q: 0, amount: 0 },
    { bill: "1001-20260501", charge: "energy", q: 0, amount: 0 },
    { bill: "1001-20260601", charge: "energy", q: 0, amount: 0 },
    { bill: "1001-20260601", charge: "surplus", q: 208_000, amount: -1_215 },
  ]);
  expect(await utility.port.query("SELECT registered_milli AS registered, billed_milli AS billed FROM bill_segment ORDER BY period_to")).toEqual([{ registered: 743_000, billed: 0 }, { registered: 720_000, billed: 0 }, { registered: 744_000, billed: 0 }]);
  const banks = await utility.port.query<{ bank: string }>("SELECT json_extract(snapshot, '$.bank') AS bank FROM bill ORDER BY id");
  expect(banks.map(({ bank }) => JSON.parse(bank)["1001-electric"].all)).toEqual([187_000, 115_000, 0]);
  for (const bill of ["1001-20260401", "1001-20260501", "1001-20260601"]) expect((await replayBill(utility.port, bill))!.differences).toEqual([]);
});

test("by time of use: noon's sun fills the bank of other hours and leaves the evening to be paid", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", BY_TIME, "2026-01-01", 2);
  await withPanels(utility, "1001", () => 4_000);
  await months(utility);
  // 155 peak hours in March at $0.40; 588 other hours against 744 kWh sent.
  expect((await linesOf(utility)).map(({ q, amount }) => [q, amount])).toEqual([[155_000, 6_200], [150_000, 6_000], [155_000, 6_200]]);
  const [first] = await utility.port.query<{ bank: string }>("SELECT json_extract(snapshot, '$.bank') AS bank FROM bill ORDER BY id LIMIT 1");
  expect(JSON.parse(first!.bank)).toEqual({ "1001-electric": { peak: 0, off: 156_000 } });
  expect((await replayBill(utility.port, "1001-20260501"))!.differences).toEqual([]);
});

/** Registers each way: 100 kWh a day taken; so much sent back in the month that was read, and in the three to come together. */
async function registersEachWay(utility: TestUtility, sentInMarch: number, sentAfter: number): Promise<void> {
  await customer(utility, "1001", ["electric"]);
  const [taken, back] = [channelOf("1001", "electric"), channelOf("1001", "electric") + 5];
  await utility.port.write([{ sql: "UPDATE channel SET kind = 'register', step_minutes = NULL, dials = 7 WHERE id = ?", args: [taken] }]);
  await writeRows(utility.port, { channel: [{ id: back, meterId: "electric-1001", name: "2", kind: "register", unit: "kWh", stepMinutes: null, multiplier: "1", dials: 7, direction: "received" }] });
  for (const [on, kWh, sent] of [["2026-03-01", 0, 0], ["2026-04-01", 3_100, sentInMarch], ["2026-06-01", 9_200, sentInMarch + sentAfter]] as const) {
    await dialRead(utility.port, taken, on, kWh);
    await dialRead(utility.port, back, on, sent);
  }
}

test("a read after an estimate trues up the bank too: in all, what is billed and what is left are what the registers say", async () => {
  // 3,100 kWh are in the bank after March; the estimate of April saves 3,104 more. 6,100 are taken until June.
  for (const { sent, billed, left } of [{ sent: 6_100, billed: 0, left: 3_100 }, { sent: 9_150, billed: 0, left: 6_150 }, { sent: 2_900, billed: 14_35, left: 0 }]) {
    const utility = await billingUtility();
    await publish(utility, "electric-res", "electric", net({ derived: [{ id: "netUse", kind: "net-metering", settle: { month: 12 } }] }), "2026-01-01", 2);
    await registersEachWay(utility, 6_200, sent);
    for (const day of ["2026-04-01", "2026-05-05", "2026-06-01"]) {
      utility.clock.now = Date.parse(`${day}T15:00:00Z`);
      await runBills(utility, `${day.slice(0, 8)}01`);
    }
    const [sum] = await utility.port.query<{ charges: number; bills: number }>("SELECT sum(charges) AS charges, count(*) AS bills FROM bill");
    expect(sum).toEqual({ charges: 3 * 19_50 + billed, bills: 3 });
    const [last] = await utility.port.query<{ bank: string }>("SELECT json_extract(snapshot, '$.bank') AS bank FROM bill ORDER BY id DESC LIMIT 1");
    expect(JSON.parse(last!.bank)).toEqual({ "1001-electric": { all: left * 1000 } });
    expect((await replayBill(utility.port, "1001-20260601"))!.differences).toEqual([]);
    await checkBook(utility);
  }
});

test("what is so far knows the bank: April's days draw on what March saved", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", MONTHLY, "2026-01-01", 2);
  await withPanels(utility, "1001", (month) => (month === "2026-03" ? 5_000 : 0));
  await runBills(utility, "2026-04-01");
  utility.clock.now = Date.parse("2026-04-11T15:00:00Z");
  const { state } = await loadAccount(utility.port, "1001");
  // 187 kWh were saved, 264 of eleven days are taken: 77 are to be paid, beside eleven days of the service.
  expect((await loadSoFar(utility.port, "1001", state, utility.clock.now)).soFar!.total).toBe(7_15 + 11_05);
});

test("a draft over the past year keeps a bank of its own: what it pays out each month is not drawn from again", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", MONTHLY, "2026-01-01", 2);
  await withPanels(utility, "1001", (month) => ({ "2026-03": 5_000, "2026-04": 3_600, "2026-05": 4_500 })[month]!);
  await months(utility);
  const asked = { scheduleId: "electric-res", from: "2026-03-01", to: "2026-06-01", zone: ZONE, intervals: false };
  const billed = (await billedOnSchedule(utility.port, ["1001"], asked)).get("1001")!;
  const compiled = (document: object) => {
    const parsed = parseRateDocument(document);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    return compileRate(parsed.document);
  };
  const under = (document: object) => accountUnder(billed, ZONE, compiled(document));
  const same = under(MONTHLY);
  expect(same).toMatchObject({ segments: 3, before: same.after, unpriced: 0 });
  // 187 and 93 kWh over are paid out in March and May; April takes 72 more than it sends, and nothing is left to draw from.
  const paidOut = net({ derived: [{ id: "netUse", kind: "net-metering", settle: "every-bill" }] });
  expect(under(paidOut)).toMatchObject({ segments: 3, after: 3 * 19_50 - 10_92 + 10_33 - 5_43 });
  expect(segmentsUnder(billed, ZONE, compiled(paidOut)).map((each) => each.ok && each.cents)).toEqual([19_50 - 10_92, 19_50 + 10_33, 19_50 - 5_43]);
});
