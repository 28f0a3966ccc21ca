import { describe, expect, test } from "vitest";
import { billingUtility, channelOf, customer, meterDays, runBills } from "../billing/billing.testing.ts";
import { drainRun } from "../billing/drain.ts";
import { clerk, customerOf, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { billPage, billsOf, checkBill, cyclesPage, letBillPass, runPage, startBillRun } from "./billing.ts";
import { payAtCounter } from "./payments.ts";

/** Two months of a household: the second with half as much again of water. */
async function twoBills(): Promise<TestUtility> {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water", "sewer"]);
  await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
  await meterDays(utility.port, channelOf("1001", "water"), "2026-04-01", "2026-05-01", 15_000);
  await runBills(utility, "2026-04-01");
  utility.clock.now = Date.parse("2026-04-10T15:00:00Z");
  await payAtCounter(utility.world, clerk, { commandId: "counter-payment-1", accountId: "1001", amount: 60_00, tender: "cash", reference: "" });
  utility.clock.now = Date.parse("2026-05-01T15:00:00Z");
  await runBills(utility, "2026-05-01");
  return utility;
}

describe("bills as pages show them", () => {
  test("an account's bills, newest first, from one page to the next", async () => {
    const { world } = await twoBills();
    const ann = customerOf("1001");
    expect(await billsOf(world, ann, "1001")).toMatchObject({ bills: [{ id: "1001-20260501" }, { id: "1001-20260401" }], older: null });
    expect(await billsOf(world, ann, "1001", "1001-20260501")).toMatchObject({ bills: [{ id: "1001-20260401" }] });
    await expect(billsOf(world, customerOf("1002"), "1001")).rejects.toMatchObject({ status: 404 });
  });

  test("one bill says what was used, what changed and why, and what was paid between", async () => {
    const { world } = await twoBills();
    const page = (await billPage(world, customerOf("1001"), "1001-20260501"))!;
    const [water, sewer] = page.segments;
    expect(page.bill).toMatchObject({ previousBalance: 11_96, charges: 59_76 + 43_20, balance: 114_92 });
    expect(page.previous!.balance + page.between.reduce((sum, { summary }) => sum - (summary["amount"] as number), 0)).toBe(page.bill.previousBalance);
    expect(water!.lines.map(({ name, cents, sentence }) => [name, cents, sentence])).toEqual([
      ["Water service charge", 12_00, "$12.00 for this bill."], ["Water use", 47_76, "4 thousand gallons at $3.10 and 6.8 thousand gallons at $5.20: $47.76."],
    ]);
    expect(sewer!.usage!.quantities["usage"]).toBe(10_800);
    expect(page.changes.map(({ en }) => en)).toEqual(["Your charges are $102.96, $31.00 more than on your last bill.", "Water costs $17.52 more: 10.8 kgal were used, 7.4 kgal the last time, in 30 days instead of 31."]);
    expect(page.changes[1]!.es).toBe("El agua cuesta $17.52 más: se usaron 10.8 kgal, la última vez 7.4 kgal, en 30 días en vez de 31.");
    expect(page.usage.map(({ commodity, periodTo, usedMilli }) => [commodity, periodTo, usedMilli])).toEqual([
      ["sewer", "2026-04-01", 7_430], ["water", "2026-04-01", 7_430], ["sewer", "2026-05-01", 10_800], ["water", "2026-05-01", 10_800],
    ]);
  });

  test("the first bill has nothing to be compared with", async () => {
    const { world } = await twoBills();
    expect((await billPage(world, clerk, "1001-20260401"))!).toMatchObject({ changes: [{ en: "This is your first bill." }], previous: null, between: [] });
  });

  test("what is not there and what is not yours look alike", async () => {
    const { world } = await twoBills();
    const mine = await billPage(world, customerOf("1002"), "1001-20260401").catch((error: unknown) => error);
    const none = await billPage(world, customerOf("1002"), "9999-20260401").catch((error: unknown) => error);
    expect(mine).toEqual(none);
    expect(await billPage(world, supervisor, "9999-20260401")).toBeNull();
  });

  test("a customer can have the bill computed again", async () => {
    const { world } = await twoBills();
    expect(await checkBill(world, customerOf("1001"), "1001-20260501")).toEqual({ billId: "1001-20260501", charges: 102_96, replayed: 102_96, differences: [] });
    await expect(checkBill(world, customerOf("1002"), "1001-20260501")).rejects.toMatchObject({ status: 404 });
  });
});

describe("cycles and runs", () => {
  async function heldRun(): Promise<TestUtility> {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    await customer(utility, "1002", ["water"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 100_000);
    await meterDays(utility.port, channelOf("1002", "water"), "2026-03-01", "2026-03-20", 10_000);
    await runBills(utility, "2026-04-01");
    return utility;
  }

  test("each cycle with its last close, its window and its run", async () => {
    const utility = await billingUtility("2026-04-01T14:00:00Z");
    await customer(utility, "1001", ["water"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
    expect((await cyclesPage(utility.world, supervisor)).cycles).toEqual([
      { cycleId: "01", name: "Cycle 1", closeDay: 1, accounts: 1, lastClose: "2026-04-01", nextClose: "2026-05-01", windowClosesOn: "2026-04-06", estimateOn: "2026-04-05", due: 1, run: null },
    ]);
    await runBills(utility, "2026-04-01");
    expect((await cyclesPage(utility.world, supervisor)).cycles).toMatchObject([{ due: 0, run: { runId: "01-2026-04-01", status: "finished", due: 1, billed: 1, held: 0 } }]);
    await expect(cyclesPage(utility.world, clerk)).rejects.toMatchObject({ status: 403 });
  });

  test("a run with what it could not bill, by reason and by account", async () => {
    const { world } = await heldRun();
    const page = (await runPage(world, supervisor, "01-2026-04-01"))!;
    expect(page).toMatchObject({ run: { due: 2, billed: 0, held: 2 }, billed: 0, more: null, canRetry: true, byRule: [{ rule: "first-bill", accounts: 1 }, { rule: "missing", title: "Usage is missing", accounts: 1 }] });
    expect(page.held.map(({ accountId, exceptions }) => [accountId, exceptions.map(({ rule, canPass }) => [rule, canPass])])).toEqual([["1001", [["first-bill", true]]], ["1002", [["missing", false]]]]);
    expect(await runPage(world, supervisor, "none")).toBeNull();
  });

  test("a bill that was looked at goes out as it is; one that lacks its usage cannot", async () => {
    const utility = await heldRun();
    const { world, port } = utility;
    const pass = (exceptionId: string, commandId = "form-1", reason = "Filled the pool, called the customer.") => letBillPass(world, supervisor, { commandId, exceptionId, reason });
    const first = "bill:01-2026-04-01:1001:first-bill";
    expect(await pass("bill:01-2026-04-01:1002:missing:water-point-1002")).toMatchObject({ status: "refused", refusal: { code: "decision" } });
    expect(await pass(first, "form-2", " ")).toMatchObject({ status: "refused", refusal: { field: "reason" } });
    expect(await pass(first)).toMatchObject({ status: "done", result: { runId: "01-2026-04-01" }, replayed: false });
    expect(await pass(first)).toMatchObject({ status: "done", replayed: true });
    expect(await pass(first, "form-3")).toMatchObject({ status: "refused", refusal: { code: "stage" } });
    await expect(letBillPass(world, clerk, { commandId: "form-4", exceptionId: first, reason: "x" })).rejects.toMatchObject({ status: 403 });
    expect(await drainRun(world, "01-2026-04-01")).toBe("finished");
    expect(await port.query("SELECT account_id AS account, charges FROM bill")).toEqual([{ account: "1001", charges: 12_00 + 12_40 + 365_56 }]);
    expect(await runPage(world, supervisor, "01-2026-04-01")).toMatchObject({ run: { billed: 1, held: 1 } });
  });

  test("the same form starts one run", async () => {
    const { world } = await billingUtility();
    const form = { commandId: "form-1", cycleId: "01", periodTo: "2026-04-01" };
    expect(await startBillRun(world, supervisor, form)).toMatchObject({ status: "done", replayed: false });
    expect(await startBillRun(world, supervisor, form)).toMatchObject({ status: "done", replayed: true });
  });
});
