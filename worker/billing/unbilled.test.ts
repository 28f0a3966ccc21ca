/** Nobody is forgotten: services that no run comes to, accounts that a window leaves behind, held bills that are let go or sent back. */
import { describe, expect, test } from "vitest";
import { loadExceptions } from "../../db/metering/exceptions.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { admin, clerk, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { letBillPass } from "../operations/billing.ts";
import { decideException } from "../operations/exceptions.ts";
import { decideSetting, proposeSetting } from "../operations/setting-approval.ts";
import { checkSetting } from "../operations/settings.ts";
import { unbilledPage } from "../operations/unbilled.ts";
import { billingUtility, channelOf, checkBook, customer, meterDays, runBills } from "./billing.testing.ts";
import { billingByClock } from "./cron.ts";
import { drainRun } from "./drain.ts";
import { watchUnbilled } from "./unbilled.ts";

const at = (utility: TestUtility, time: string): void => void (utility.clock.now = Date.parse(time));
const alarms = ({ port }: TestUtility) => port.query<{ id: string; status: string; sentence: string; decision: string | null }>("SELECT id, status, sentence, decision FROM exception WHERE kind = 'unbilled' ORDER BY id");

/** A household that uses 10 gallons an hour. */
async function household(utility: TestUtility, accountId: string): Promise<void> {
  await customer(utility, accountId, ["water"]);
  await meterDays(utility.port, channelOf(accountId, "water"), "2026-03-01", "2026-08-01", 10_000);
}

describe("a service that nobody bills", () => {
  test("raises one alarm, found again and not raised twice, and the bill closes it in its own commit", async () => {
    const utility = await billingUtility();
    await household(utility, "1001");
    await household(utility, "1002");
    await runBills(utility, "2026-04-01");
    // The cycle was changed to one that is not there: the run of May passes this account by.
    await utility.port.write([{ sql: "UPDATE account SET bill_cycle = '99' WHERE id = '1002'", args: [] }]);
    at(utility, "2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    at(utility, "2026-05-15T15:00:00Z");
    expect(await watchUnbilled(utility.world)).toMatchObject({ raised: 0 });
    at(utility, "2026-05-16T15:00:00Z");
    expect(await watchUnbilled(utility.world)).toMatchObject({ raised: 1 });
    expect(await watchUnbilled(utility.world)).toMatchObject({ raised: 0, closed: 0 });
    expect(await alarms(utility)).toEqual([{
      id: "unbilled:1002-water", status: "open", decision: null,
      sentence: "Water is billed up to 2026-04-01 only, 45 days ago; 45 days are allowed. Its account is in bill cycle “99”, which does not exist: no run ever comes to it.",
    }]);

    await utility.port.write([{ sql: "UPDATE account SET bill_cycle = '01' WHERE id = '1002'", args: [] }]);
    at(utility, "2026-06-01T15:00:00Z");
    await runBills(utility, "2026-06-01");
    expect(await alarms(utility)).toMatchObject([{ status: "closed", decision: "cured" }]);
    expect(await watchUnbilled(utility.world)).toMatchObject({ raised: 0, closed: 0 });
    await checkBook(utility);
  });

  test("says what holds the bill, stays while it is held, and never asks for a service that was stopped", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    await customer(utility, "1002", ["water"], "2026-03-01");
    await utility.port.write([{ sql: "UPDATE service_agreement SET stop_on = '2026-03-01' WHERE account_id = '1002'", args: [] }]);
    await runBills(utility, "2026-04-01");
    at(utility, "2026-04-20T15:00:00Z");
    await watchUnbilled(utility.world);
    expect((await alarms(utility)).filter(({ id }) => id.startsWith("unbilled:"))).toMatchObject([{ id: "unbilled:1001-water", sentence: expect.stringContaining("Water has never been billed since it began on 2026-03-01, 50 days ago; 45 days are allowed. What holds it: Water: 743 of 743 intervals") }]);
    await runBills(utility, "2026-04-01");
    expect((await alarms(utility))[0]).toMatchObject({ status: "open" });

    // The limit is widened: the alarm goes by itself.
    await proposeSetting(utility.world, admin, { commandId: "wider", topic: "billing", effectiveOn: "2026-04-20", value: { ...SETTING_DEFAULTS.billing, unbilledDays: 90 }, note: "" });
    await decideSetting(utility.world, supervisor, { commandId: "agreed", proposalId: "wider", action: "approve", reason: "" });
    expect(await watchUnbilled(utility.world)).toMatchObject({ closed: 1 });
  });

  test("is on a list that counts every service in use, for those who bill", async () => {
    const utility = await billingUtility();
    for (const id of ["1001", "1002"]) await customer(utility, id, ["water"]);
    at(utility, "2026-04-20T15:00:00Z");
    await watchUnbilled(utility.world);
    expect(await unbilledPage(utility.world, supervisor, "")).toMatchObject({ inUse: 2, allowedDays: 45, counts: { services: 2, accounts: 2 }, next: null });
    await expect(unbilledPage(utility.world, clerk, "")).rejects.toThrow("Your role (csr)");
  });
});

describe("a bill window", () => {
  test("tries what is held each night, and when it closes leaves work with the reason, once", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    await household(utility, "1002");
    for (const day of ["01", "02", "03", "04", "05", "06"]) {
      at(utility, `2026-04-${day}T15:00:00Z`);
      for (const runId of await billingByClock(utility.world)) await drainRun(utility.world, runId);
      await watchUnbilled(utility.world);
    }
    expect(await utility.port.query("SELECT count(*) AS n FROM event WHERE type = 'BillRunRetried'")).toEqual([{ n: 4 }]);
    expect(await alarms(utility)).toMatchObject([{
      id: "window:01-2026-04-01:1001", status: "open",
      sentence: expect.stringMatching(/^The bill up to 2026-04-01 of cycle 01 was not made by 2026-04-06, when its window closed\. Water: 743 of 743 intervals .* It is part of the cycle's next bill, or can be tried again by hand\.$/),
    }]);
    await watchUnbilled(utility.world);
    expect(await utility.port.query("SELECT type, data->>'left' AS \"left\" FROM event WHERE type = 'BillWindowClosed'")).toEqual([{ type: "BillWindowClosed", left: 1 }]);

    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-05-01", 10_000);
    at(utility, "2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    expect(await alarms(utility)).toMatchObject([{ status: "closed", decision: "cured" }]);
  });

  test("of a cycle's own: estimates on its day, entries in the month that was billed", async () => {
    const utility = await billingUtility("2026-03-20T14:00:00Z");
    await household(utility, "1001");
    await proposeSetting(utility.world, admin, { commandId: "window", topic: "windows", effectiveOn: "2026-03-20", value: [{ cycleId: "01", estimateAfter: 0, closeAfter: 2, accounting: "periodEnd" }], note: "" });
    await decideSetting(utility.world, supervisor, { commandId: "agreed", proposalId: "window", action: "approve", reason: "" });
    at(utility, "2026-04-01T15:00:00Z");
    await runBills(utility, "2026-04-01");
    expect(await utility.port.query("SELECT DISTINCT accounting_on AS day FROM ledger_entry")).toEqual([{ day: "2026-03-31" }]);
    expect(await utility.port.query("SELECT issued_on AS day FROM bill")).toEqual([{ day: "2026-04-01" }]);
    // A month that is closed takes no more entries: what comes late is posted by its own date.
    await utility.port.write([{ sql: "INSERT INTO accounting_period (period, status, changed_at) VALUES ('2026-04', 'closed', 1)", args: [] }]);
    at(utility, "2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    expect(await utility.port.query("SELECT DISTINCT accounting_on AS day FROM ledger_entry ORDER BY 1")).toEqual([{ day: "2026-03-31" }, { day: "2026-05-01" }]);
    await checkBook(utility);
  });

  test("is refused when it has no room for estimates, or names a cycle that is not there", async () => {
    const utility = await billingUtility();
    const window = (value: object) => proposeSetting(utility.world, admin, { commandId: "no-such-window-01", topic: "windows", effectiveOn: "2026-04-01", value: [{ cycleId: "01", estimateAfter: 1, closeAfter: 5, accounting: "bill", ...value }], note: "" });
    expect(await window({ cycleId: "77" })).toMatchObject({ status: "refused", refusal: { message: "There is no bill cycle 77." } });
    expect(checkSetting("windows", [{ cycleId: "01", estimateAfter: 5, closeAfter: 5, accounting: "bill" }])).toEqual({ ok: false, issues: [{ path: "0.estimateAfter", message: "must come before the window closes" }] });
  });
});

describe("a held bill that a person looks at", () => {
  /** April's usage is six times March's. */
  async function heldHigh(): Promise<{ utility: TestUtility; exceptionId: string }> {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-04-01", "2026-05-01", 60_000);
    await runBills(utility, "2026-04-01");
    at(utility, "2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
    const [held] = await utility.port.query<{ id: string }>("SELECT id FROM exception WHERE kind = 'billing' AND status = 'open'");
    return { utility, exceptionId: held!.id };
  }

  test("is sent back with a reason, waits for a read, and can still pass; each step is in the log with who said why", async () => {
    const { utility, exceptionId } = await heldHigh();
    const sendBack = (reason: string) => decideException(utility.world, supervisor, { commandId: `send-back-${reason.length}`, exceptionId, decision: "reread", reason });
    expect(await sendBack("")).toMatchObject({ status: "refused", refusal: { field: "reason" } });
    expect(await sendBack("The dial may have been misread.")).toMatchObject({ status: "done" });
    expect((await loadExceptions(utility.port, [exceptionId])).get(exceptionId)!.row).toMatchObject({ status: "open", stage: "waiting" });
    // Tried again: still held, still waiting, nothing ordered twice.
    await runBills(utility, "2026-05-01");
    expect((await loadExceptions(utility.port, [exceptionId])).get(exceptionId)!.row.stage).toBe("waiting");

    const passed = await letBillPass(utility.world, supervisor, { commandId: "let-it-pass-1", exceptionId, reason: "A pool was filled." });
    expect(passed).toMatchObject({ status: "done" });
    await drainRun(utility.world, "01-2026-05-01");
    expect(await utility.port.query("SELECT count(*) AS n FROM bill")).toEqual([{ n: 2 }]);
    expect(await utility.port.query("SELECT type, actor FROM event WHERE stream = ? ORDER BY seq", [`exception:${exceptionId}`])).toEqual([
      { type: "ExceptionOpened", actor: "user:supervisor" }, { type: "RereadOrdered", actor: "user:supervisor" }, { type: "ExceptionDecided", actor: "user:supervisor" },
    ]);
  });

  test("which ones wait is the utility's to say, by class", async () => {
    const { utility } = await heldHigh();
    await proposeSetting(utility.world, admin, { commandId: "holds", topic: "holds", effectiveOn: "2026-05-01", value: [{ rule: "high-bill", customerClass: null, action: "hold" }, { rule: "high-bill", customerClass: "residential", action: "pass" }], note: "" });
    await decideSetting(utility.world, supervisor, { commandId: "agreed", proposalId: "holds", action: "approve", reason: "" });
    await runBills(utility, "2026-05-01");
    expect(await utility.port.query("SELECT count(*) AS n FROM bill")).toEqual([{ n: 2 }]);
  });
});
