/** What the staff's pages read: lists by the page, an account's timeline, a meter's months, the log with its chains, settings with their history. */
import { describe, expect, test } from "vitest";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { admin, clerk, customerOf, openUtility, openWaterAccount, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { writeRows } from "../../db/commit.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { addMonths } from "../../domain/calendar/local-date.ts";
import { accountHead, accountTimeline } from "./account-page.ts";
import { listAccounts, listBills, listPayments } from "./lists.ts";
import { logEvent, logPage } from "./log.ts";
import { usageOfChannels, type ChannelRow } from "./meters.ts";
import { paymentPage } from "./payment-page.ts";
import { payAtCounter, reversePayment } from "./payments.ts";
import { openRequest, listRequests, accountOfRequest } from "./requests.ts";
import { settingPage } from "./setting-pages.ts";
import { decideSetting, proposeSetting } from "./setting-approval.ts";
import { waitingCounts } from "./waiting.ts";

const ZONE = "America/Chicago";
const auditor: UserActor = { kind: "user", userId: "auditor", role: "auditor", accountIds: [] };
const ALL = { types: null, before: null };

async function town(accounts = 1): Promise<TestUtility> {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  for (let i = 1; i <= accounts; i += 1) await openWaterAccount(utility, String(1000 + i));
  return utility;
}

const pay = ({ world }: TestUtility, accountId: string, n: number, amount = 10_00) => payAtCounter(world, clerk, { commandId: `payment-${accountId}-${String(n).padStart(8, "0")}`, accountId, amount, tender: "cash", reference: "" });

describe("lists", () => {
  test("accounts come by number, a page at a time, without a gap and without a repetition", async () => {
    const { world } = await town(60);
    const first = await listAccounts(world, clerk, "all", "");
    expect([first.rows.length, first.older]).toEqual([50, "1050"]);
    const second = await listAccounts(world, clerk, "all", first.older!);
    expect([second.rows.map((row) => row.accountId)[0], second.rows.length, second.older]).toEqual(["1051", 10, null]);
  });

  test("accounts in credit are those that paid more than they owed", async () => {
    const utility = await town(3);
    await pay(utility, "1002", 1);
    expect((await listAccounts(utility.world, clerk, "credit", "")).rows).toMatchObject([{ accountId: "1002", balance: -10_00 }]);
    expect((await listAccounts(utility.world, clerk, "owing", "")).rows).toEqual([]);
  });

  test("payments of a day end at its midnight, in the utility's own time", async () => {
    const utility = await town();
    utility.clock.now = startOfDay("2026-03-11", ZONE) - 60_000;
    await pay(utility, "1001", 1);
    utility.clock.now += 120_000;
    await pay(utility, "1001", 2, 20_00);
    const of = async (day: string | null) => (await listPayments(utility.world, clerk, { day, before: null })).rows.map((row) => row.amount);
    expect(await of("2026-03-10")).toEqual([10_00]);
    expect(await of("2026-03-11")).toEqual([20_00]);
    expect(await of(null)).toEqual([20_00, 10_00]);
  });

  test("pages of payments of one instant do not lose any", async () => {
    const utility = await town();
    for (let i = 0; i < 55; i += 1) await pay(utility, "1001", i);
    const first = await listPayments(utility.world, clerk, { day: null, before: null });
    const second = await listPayments(utility.world, clerk, { day: null, before: first.older });
    expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(55);
    expect(second.older).toBeNull();
  });

  test("customers see no list", async () => {
    const { world } = await town();
    const customer = customerOf("1001");
    for (const look of [() => listAccounts(world, customer, "all", ""), () => listBills(world, customer, { day: null, before: null }), () => listPayments(world, customer, { day: null, before: null }), () => logPage(world, customer, { stream: "", type: "", before: null })]) {
      await expect(look()).rejects.toThrow(ForbiddenError);
    }
  });
});

describe("an account's page", () => {
  test("the timeline has everything, newest first, and narrows to what somebody looks for", async () => {
    const utility = await town();
    const { world } = utility;
    await pay(utility, "1001", 1);
    await openRequest(world, clerk, { commandId: "request-000000001", accountId: "1001", kind: "leak", text: "Water in the yard" });
    const all = await accountTimeline(world, clerk, "1001", ALL);
    expect(all.events.map((event) => event.type)).toEqual(["RequestOpened", "PaymentPosted", "ServiceStarted", "AccountOpened"]);
    const money = await accountTimeline(world, clerk, "1001", { types: ["PaymentPosted"], before: null });
    expect(money.events.map((event) => event.summary["amount"])).toEqual([10_00]);
    expect((await accountTimeline(world, clerk, "1001", { types: null, before: all.events[1]!.position })).events).toHaveLength(2);
    expect(all.older).toBeNull();
  });

  test("a payment that was taken back says why, and cannot be taken back again", async () => {
    const utility = await town();
    const { world } = utility;
    await pay(utility, "1001", 1);
    const paymentId = "payment-1001-00000001";
    expect(await paymentPage(world, supervisor, "1001", paymentId)).toMatchObject({ mayReverse: true, reversal: null, fee: { amount: 30_00 } });
    expect(await paymentPage(world, clerk, "1001", paymentId)).toMatchObject({ mayReverse: false });
    await reversePayment(world, supervisor, { commandId: "reverse-000000001", accountId: "1001", paymentId, reason: "check returned", withFee: true });
    expect(await paymentPage(world, supervisor, "1001", paymentId)).toMatchObject({ mayReverse: false, reversal: { reason: "check returned" }, payment: { reversed: 1 } });
    expect((await accountHead(world, clerk, "1001"))?.view.balance).toBe(30_00);
    expect(await accountHead(world, clerk, "9999")).toBeNull();
  });

  test("a request is found by its own id, and moves from the open list to the closed one", async () => {
    const { world } = await town();
    await openRequest(world, clerk, { commandId: "request-000000001", accountId: "1001", kind: "leak", text: "Water in the yard" });
    expect(await accountOfRequest(world, clerk, "request-000000001")).toBe("1001");
    expect(await accountOfRequest(world, clerk, "no-such-request")).toBeNull();
    expect(await listRequests(world, clerk)).toMatchObject([{ text: "Water in the yard", name: "Ann Lee" }]);
    expect(await listRequests(world, clerk, true)).toEqual([]);
    expect(await waitingCounts(world, clerk)).toEqual({ exceptions: 0, requests: 1 });
    expect(await waitingCounts(world, customerOf("1001"))).toEqual({ exceptions: 0, requests: 0 });
  });
});

describe("a meter's months", () => {
  const interval: ChannelRow = { channelId: 1, meterId: "m", name: "1", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "40", dials: null, direction: "delivered" };
  const register: ChannelRow = { ...interval, channelId: 2, kind: "register", unit: "ccf", multiplier: "1", stepMinutes: null, dials: 4 };

  test("intervals are summed by month and by day, after the multiplier; what is in doubt is said", async () => {
    const { port } = await town();
    const day = (on: string, total: number, more: object = {}) => ({ channelId: 1, day: on, version: 1, raw: Buffer.alloc(0), flags: null, bestTotal: total, bestPeak: 0, missing: 0, suspect: 0, batchId: "b", recordedAt: 0, ...more });
    await writeRows(port, { intervalDay: [day("2026-02-27", 1_000), day("2026-03-01", 2_000), day("2026-03-02", 500, { suspect: 1, missing: 3 })] });
    const [usage] = await usageOfChannels(port, [interval], "2026-03-10", ZONE);
    expect(usage!.months).toHaveLength(13);
    expect(usage!.months.slice(-2)).toEqual([
      { key: "2026-02", value: 40_000, estimated: false, suspect: false, missing: 0 },
      { key: "2026-03", value: 100_000, estimated: false, suspect: true, missing: 3 },
    ]);
    expect(usage!.days.find((span) => span.key === "2026-03-02")).toMatchObject({ value: 20_000, suspect: true });
    expect(usage!.days.at(-1)).toMatchObject({ key: "2026-03-10", value: null });
  });

  test("a register read at midnight of the first ends the month before; a rollover counts through zero; without a read there is no figure", async () => {
    const { port } = await town();
    const read = (on: string, value: number, quality = "actual") => ({ channelId: 2, readAt: startOfDay(on, ZONE), version: 1, value: value * 1000, quality, suspect: 0, source: "handheld", actor: "x", reason: null, batchId: "b", recordedAt: 0 });
    await writeRows(port, { registerRead: [read("2025-12-01", 9_900), read("2026-01-01", 9_990), read("2026-02-01", 70, "estimated")] });
    const [usage] = await usageOfChannels(port, [register], "2026-03-10", ZONE);
    const of = (key: string) => usage!.months.find((span) => span.key === key);
    expect(of("2025-12")).toMatchObject({ value: 90_000, estimated: false });
    expect(of("2026-01")).toMatchObject({ value: 80_000, estimated: true });
    expect(of("2026-02")).toMatchObject({ value: null });
    expect(usage!.days).toEqual([]);
  });
});

describe("the log", () => {
  test("a whole stream comes with the state of its chain; a changed event is named", async () => {
    const utility = await town();
    await pay(utility, "1001", 1);
    const { world } = utility;
    const page = await logPage(world, auditor, { stream: "account:1001", type: "", before: null });
    expect(page.chain).toEqual({ events: 3, broken: null });
    expect(page.entries.map((entry) => entry.seq)).toEqual([3, 2, 1]);
    expect(page.names).toEqual({ "user:clerk": "Somebody who left" });
    const event = await logEvent(world, auditor, page.entries[0]!.position);
    expect(event).toMatchObject({ type: "PaymentPosted", stream: "account:1001", seq: 3 });

    // Somebody with the database in their hands.
    const { port } = utility;
    await port.write([{ sql: "DROP TRIGGER event_never_updated" }, { sql: "UPDATE event SET data = replace(data, '1000', '9000') WHERE stream = 'account:1001' AND seq = 3" }]);
    expect((await logPage(world, auditor, { stream: "account:1001", type: "", before: null })).chain).toMatchObject({ broken: { seq: 3, reason: "its content does not match its hash" } });
  });

  test("it narrows to a kind of event and to a kind of stream, and pages back", async () => {
    const utility = await town(2);
    for (let i = 0; i < 60; i += 1) await pay(utility, "1001", i);
    const { world } = utility;
    const kind = { stream: "account:", type: "PaymentPosted", before: null };
    const first = await logPage(world, auditor, kind);
    expect([first.entries.length, first.chain]).toEqual([50, null]);
    const second = await logPage(world, auditor, { ...kind, before: first.older });
    expect([second.entries.length, second.older]).toEqual([10, null]);
    expect((await logPage(world, auditor, { stream: "utility", type: "", before: null })).entries.map((entry) => entry.type)).toEqual(["UtilitySetUp"]);
  });
});

test("a change that is still to come is what the form begins with, and today's value stays today's", async () => {
  const { world } = await town();
  const { current } = await settingPage(world, admin, "billing");
  await proposeSetting(world, admin, { commandId: "change-000000001", topic: "billing", effectiveOn: addMonths("2026-03-10", 1), value: { ...current, dueDays: 25 }, note: "" });
  await decideSetting(world, supervisor, { commandId: "agree-0000000001", proposalId: "change-000000001", action: "approve", reason: "" });
  const page = await settingPage(world, auditor, "billing");
  expect([page.current.dueDays, page.latest.dueDays]).toEqual([20, 25]);
  expect(page.changes).toMatchObject([{ effectiveOn: "2026-04-10", before: { dueDays: 20 }, after: { dueDays: 25 } }]);
  await expect(settingPage(world, clerk, "billing")).rejects.toThrow(ForbiddenError);
});
