import { expect, test } from "vitest";
import { openMemory } from "../db/memory.ts";
import { withFaults } from "../db/faults.ts";
import { clerk, openUtility, openWaterAccount, type TestUtility } from "./support/utility.ts";
import { payAtCounter } from "../worker/operations/payments.ts";
import type { Envelope } from "../durable/desk.ts";

const JUNE = "2026-06-01T15:00:00Z";
const pay = (utility: TestUtility, commandId: string, amount: number, accountId = "1001") =>
  payAtCounter(utility.world, clerk, { commandId: commandId.padEnd(16, "-"), accountId, amount, tender: "check", reference: "#77" });

const webhook = (commandId: string, amount: number, accountId = "1001"): Envelope => ({
  commandId, accountId, actor: "provider:test", authority: "webhook signature", source: "webhook", acceptedAt: Date.parse(JUNE), mustNotBeLost: true,
  command: { type: "PostPayment", paymentId: commandId, amount, tender: "card", channel: "portal", reference: null, receivedAt: Date.parse(JUNE) },
});

const countOf = async (utility: TestUtility, table: string) => (await utility.port.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n;
const balanceOf = async (utility: TestUtility, accountId = "1001") => {
  const [row] = await utility.port.query<{ state: number; entries: number }>(
    `SELECT (SELECT balance FROM account_state WHERE account_id = ?1) AS state, (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE stream = 'account:' || ?1 AND gl_account = '1200') AS entries`.replaceAll("?1", `'${accountId}'`),
  );
  expect(row!.state).toBe(row!.entries);
  return row!.state;
};

async function utilityWithAccount(port = openMemory()) {
  const utility = await openUtility(JUNE, port);
  await openWaterAccount(utility, "1001");
  return utility;
}

test("a clerk who clicks twice posts once and gets the same answer twice", async () => {
  const utility = await utilityWithAccount();
  const first = await pay(utility, "form-1", 5_000);
  utility.clock.now += 60_000;
  const second = await pay(utility, "form-1", 5_000);
  expect(first).toMatchObject({ status: "done", replayed: false, result: { balance: -5_000 } });
  expect(second).toMatchObject({ status: "done", replayed: true, result: { balance: -5_000 } });
  expect(await countOf(utility, "payment")).toBe(1);
  expect(await balanceOf(utility)).toBe(-5_000);
});

test("the same form number with another amount is a conflict, not a second payment", async () => {
  const utility = await utilityWithAccount();
  await pay(utility, "form-1", 5_000);
  expect(await pay(utility, "form-1", 6_000)).toEqual({ status: "conflict" });
  expect(await balanceOf(utility)).toBe(-5_000);
});

test("a charge that is sent again when the account has changed so that it could not be made twice gets its first answer", async () => {
  const utility = await utilityWithAccount();
  const charge: Envelope = {
    commandId: "charge", accountId: "1001", actor: "user:clerk", authority: "post:adjustment:any", source: "staff", acceptedAt: Date.parse(JUNE),
    command: { type: "PostAdjustment", adjustmentId: "x", kind: "fee", amount: 1_000, postedOn: "2026-06-01", arrearsOn: "2026-06-01", revenueGl: "4900", reason: "A fee." },
  };
  await utility.world.execute(charge);
  for (const [id, amount] of [["most-of-it", 900], ["the-rest", 100], ["too-much", 500]] as const) await utility.world.execute(webhook(id, amount));
  await utility.world.execute({ ...charge, commandId: "bounced", command: { type: "ReversePayment", paymentId: "the-rest", reason: "R01", reversedOn: "2026-06-02" } });
  // A tenth of the charge is open again, beside a credit of half of it: what would be applied to it is more than is open.
  expect(await utility.world.execute(charge)).toMatchObject({ status: "done", replayed: true });
  expect(await balanceOf(utility)).toBe(1_000 - 900 - 500);
});

test("two clicks at the same moment post once", async () => {
  const utility = await utilityWithAccount();
  const answers = await Promise.all([pay(utility, "form-1", 5_000), pay(utility, "form-1", 5_000), pay(utility, "form-1", 5_000)]);
  expect(answers.map((answer) => answer.status)).toEqual(["done", "done", "done"]);
  expect(await countOf(utility, "payment")).toBe(1);
});

test("writers without a common desk race under the fence: nothing is lost, nothing doubled", async () => {
  const utility = await utilityWithAccount();
  const worlds = await Promise.all(Array.from({ length: 8 }, () => openUtility(JUNE, utility.port)));
  const answers = await Promise.all(worlds.flatMap(({ world }, w) => Array.from({ length: 4 }, (_, n) => world.execute(webhook(`w${w}-${n}`, 100)))));
  expect(answers.every((answer) => answer.status === "done")).toBe(true);
  expect(await countOf(utility, "payment")).toBe(32);
  expect(await balanceOf(utility)).toBe(-3_200);
});

test("while the database is away a clerk is told so, and a provider's money is kept until it is back", async () => {
  const faulty = withFaults(openMemory(), { seed: 1 });
  const utility = await utilityWithAccount(faulty as never);
  faulty.away();
  expect(await pay(utility, "form-1", 100)).toEqual({ status: "unavailable" });
  expect(await utility.world.execute(webhook("evt-1", 2_500))).toEqual({ status: "pending" });
  expect(await utility.world.pendingAccounts()).toEqual(["1001"]);
  expect(await utility.world.drainAccount("1001")).toBe(false);
  faulty.back();
  expect(await utility.world.drainAccount("1001")).toBe(true);
  expect(await utility.world.pendingAccounts()).toEqual([]);
  expect(await balanceOf(utility)).toBe(-2_500);
  expect(await utility.world.execute(webhook("evt-1", 2_500))).toMatchObject({ status: "done", replayed: true });
});

test("money for an account that nobody knows goes to suspense with a work item", async () => {
  const utility = await utilityWithAccount();
  expect(await utility.world.execute(webhook("evt-9", 700, "9999"))).toMatchObject({ status: "done", result: { events: ["PaymentSuspended"] } });
  const [row] = await utility.port.query<{ sentence: string }>("SELECT sentence FROM exception WHERE account_id = '9999'");
  expect(row!.sentence).toContain("9999");
  expect((await utility.port.query<{ total: number }>("SELECT sum(amount) AS total FROM ledger_entry"))[0]!.total).toBe(0);
});

test("after an eviction the desk knows from the book what it had done", async () => {
  const utility = await utilityWithAccount();
  await pay(utility, "form-1", 5_000);
  utility.world.evict();
  expect(await pay(utility, "form-1", 5_000)).toMatchObject({ status: "done", replayed: true });
  expect(await pay(utility, "form-2", 1_000)).toMatchObject({ status: "done", replayed: false, result: { balance: -6_000 } });
});
