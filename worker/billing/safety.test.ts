import { describe, expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { replayBill } from "../../db/billing/replay.ts";
import { withFaults, type FaultyPort } from "../../db/faults.ts";
import { openMemory } from "../../db/memory.ts";
import { verifyLog } from "../../db/log.ts";
import { addMonths } from "../../domain/calendar/local-date.ts";
import { supervisor, clerk, type TestUtility } from "../../test/support/utility.ts";
import { payAtCounter } from "../operations/payments.ts";
import { beforeFirst, billingUtility, channelOf, customer, dialRead, ELECTRIC_RATE, meterDays, missingHours, publish, runBills, WATER_RATE } from "./billing.testing.ts";
import { billingByClock } from "./cron.ts";
import { drainRun } from "./drain.ts";
import { LEASE_MS } from "./lease.ts";
import { startBillRun } from "./start.ts";

const RUN = "01-2026-04-01";
const IDS = ["1001", "1002", "1003", "1004", "1005", "1006", "1007"];

async function street(port?: FaultyPort): Promise<TestUtility> {
  const utility = await billingUtility("2026-04-01T14:00:00Z", port);
  for (const id of IDS) {
    await customer(utility, id, ["water", "sewer"]);
    await meterDays(utility.port, channelOf(id, "water"), "2026-03-01", "2026-06-01", 10_000);
  }
  return utility;
}

const start = (utility: TestUtility, commandId = "form-1") => startBillRun(utility.world, supervisor, { commandId, cycleId: "01", periodTo: "2026-04-01" });
const count = async ({ port }: TestUtility, what: string) => (await port.query<{ n: number }>(`SELECT count(*) AS n FROM ${what}`))[0]!.n;

/** Each account has one bill, and the book balances. */
async function billedOnce(utility: TestUtility, accounts = IDS.length): Promise<void> {
  const [book] = await utility.port.query(
    `SELECT (SELECT count(*) FROM bill) AS bills, (SELECT count(DISTINCT account_id) FROM bill) AS accounts, (SELECT count(*) FROM event WHERE type = 'BillCompleted') AS events,
       (SELECT sum(amount) FROM ledger_entry) AS trial, (SELECT count(*) FROM bill_run_account WHERE outcome = 'billed') AS outcomes, (SELECT count(*) FROM outbox WHERE kind = 'billReady') AS letters`,
  );
  expect(book).toEqual({ bills: accounts, accounts, events: accounts, trial: 0, outcomes: accounts, letters: accounts });
}

describe("killed half-way", () => {
  test("between two batches: the next drain bills the others and nobody twice", async () => {
    const port = withFaults(openMemory());
    const utility = await street(port);
    await start(utility);
    // The lease, one batch of two, and then the database is gone.
    port.nextWrites(undefined, undefined, "refused", "refused");
    await expect(drainRun(utility.world, RUN, { batchSize: 2 })).rejects.toThrow("refused");
    expect(await count(utility, "bill")).toBe(2);
    utility.clock.now += LEASE_MS + 1;
    expect(await drainRun(utility.world, RUN, { batchSize: 2 })).toBe("finished");
    await billedOnce(utility);
  });

  test("after a batch was stored and before its answer came", async () => {
    const port = withFaults(openMemory());
    const utility = await street(port);
    await start(utility);
    port.nextWrites(undefined, "lost", "refused");
    await expect(drainRun(utility.world, RUN, { batchSize: 3 })).rejects.toThrow("lost");
    utility.clock.now += LEASE_MS + 1;
    expect(await drainRun(utility.world, RUN, { batchSize: 3 })).toBe("finished");
    await billedOnce(utility);
  });

  test("whenever it happens: at every write in turn", async () => {
    for (let at = 0; at < 8; at += 1) {
      const port = withFaults(openMemory());
      const utility = await street(port);
      await start(utility);
      port.nextWrites(...Array.from({ length: at }, () => undefined), at % 2 === 0 ? "lost" : "refused");
      // As often as the cron does: a fault that the first drain did not meet may meet a later one.
      for (let minute = 0; minute < 4; minute += 1) {
        await drainRun(utility.world, RUN, { batchSize: 3 }).catch(() => undefined);
        utility.clock.now += LEASE_MS + 1;
      }
      await billedOnce(utility);
      expect(await utility.port.query("SELECT status FROM bill_run")).toEqual([{ status: "finished" }]);
    }
  });

  test("two drains at once: the second leaves the run to the first", async () => {
    const utility = await street();
    await start(utility);
    const results = await Promise.all([drainRun(utility.world, RUN, { batchSize: 2 }), drainRun(utility.world, RUN, { batchSize: 2 })]);
    expect(results.sort()).toEqual(["finished", "idle"]);
    await billedOnce(utility);
  });

  test("two that both believe the run is theirs bill nobody twice either", async () => {
    const utility = await street();
    await start(utility);
    const first = drainRun(utility.world, RUN, { batchSize: 2 });
    await utility.port.write([{ sql: "UPDATE bill_run SET lease_until = 0" }]);
    await Promise.allSettled([first, drainRun(utility.world, RUN, { batchSize: 3 })]);
    utility.clock.now += LEASE_MS + 1;
    await drainRun(utility.world, RUN);
    await billedOnce(utility);
  });

  test("a slice that is out of time leaves the rest to the next", async () => {
    const utility = await street();
    await start(utility);
    const slow: TestUtility["world"] = { ...utility.world, now: () => (utility.clock.now += 40) };
    expect(await drainRun(slow, RUN, { batchSize: 2, budgetMs: 100 })).toBe("more");
    expect(await count(utility, "bill")).toBeLessThan(IDS.length);
    while ((await drainRun(slow, RUN, { batchSize: 2, budgetMs: 100 })) === "more");
    await billedOnce(utility);
  });
});

describe("beside other work", () => {
  test("a payment that slips in between loading and committing wins, and the bill knows it", async () => {
    const utility = await street();
    await start(utility);
    const port = beforeFirst("INSERT INTO batch", utility.port, () => payAtCounter(utility.world, clerk, { commandId: "counter-payment-1", accountId: "1003", amount: 10_00, tender: "cash", reference: "" }));
    expect(await drainRun({ ...utility.world, port }, RUN)).toBe("finished");
    await billedOnce(utility);
    expect(await utility.port.query("SELECT previous_balance AS previous, balance - charges AS between_them FROM bill WHERE account_id = '1003'")).toEqual([{ previous: -10_00, between_them: -10_00 }]);
  });

  test("a read that is corrected in that moment is in the bill", async () => {
    const utility = await street();
    await start(utility);
    const port = beforeFirst("INSERT INTO batch", utility.port, () => utility.port.write([{ sql: "UPDATE interval_day SET version = 2, best_total = best_total + 1000000 WHERE channel_id = ? AND day = '2026-03-10'", args: [channelOf("1005", "water")] }]));
    await drainRun({ ...utility.world, port }, RUN);
    await billedOnce(utility);
    expect(await utility.port.query("SELECT registered_milli AS used FROM bill_segment WHERE service_agreement_id = '1005-water'")).toEqual([{ used: 8_430 }]);
  });

  test("an account whose accepted commands wait is billed after them, through its own object", async () => {
    const utility = await street();
    await start(utility);
    const order: string[] = [];
    let waiting = ["1002"];
    const world: TestUtility["world"] = {
      ...utility.world,
      pendingAccounts: async () => waiting,
      drainAccount: async (accountId) => {
        order.push(`drained ${accountId}`);
        waiting = [];
        return true;
      },
      execute: async (envelope) => {
        order.push(envelope.commandId);
        return utility.world.execute(envelope);
      },
    };
    expect(await drainRun(world, RUN)).toBe("finished");
    expect(order).toEqual(["drained 1002", `bill:${RUN}:1002`]);
    await billedOnce(utility);
  });

  test("one that cannot be reached is waited for: the run stays open", async () => {
    const utility = await street();
    await start(utility);
    const world: TestUtility["world"] = { ...utility.world, pendingAccounts: async () => ["1002"], drainAccount: async () => false };
    expect(await drainRun(world, RUN)).toBe("waiting");
    expect(await count(utility, "bill")).toBe(IDS.length - 1);
    expect(await drainRun(utility.world, RUN)).toBe("finished");
    await billedOnce(utility);
  });

  test("who is being looked at is told", async () => {
    const utility = await street();
    await utility.port.write([{ sql: "INSERT INTO watched (account_id, since) VALUES ('1004', 1)" }]);
    await start(utility);
    await drainRun(utility.world, RUN);
    expect(await utility.port.query("SELECT key FROM outbox WHERE kind = 'accountChanged'")).toEqual([{ key: "1004" }]);
  });
});

describe("replay", () => {
  test("every bill of half a year replays to the cent, and the log holds", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["water", "sewer", "electric"]);
    await customer(utility, "1002", ["dial"]);
    await publish(utility, "electric-res", "electric", { ...ELECTRIC_RATE, charges: [ELECTRIC_RATE.charges[0], { ...ELECTRIC_RATE.charges[1], rates: [{ prices: { peak: "0.45", off: "0.21" } }] }, ELECTRIC_RATE.charges[2]] }, "2026-05-11", 2);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-10-01", (slot) => 5_000 + slot * 311);
    await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-10-01", (slot) => 100 + slot * 17);
    for (let i = 0; i < 7; i += 1) await dialRead(utility.port, channelOf("1002", "dial"), addMonths("2026-03-01", i), i * 3_333);
    for (let i = 1; i < 7; i += 1) {
      const close = addMonths("2026-03-01", i);
      utility.clock.now = Date.parse(`${close}T15:00:00Z`);
      await runBills(utility, close);
    }
    const bills = await utility.port.query<{ id: string; charges: number }>("SELECT id, charges FROM bill ORDER BY id");
    expect(bills).toHaveLength(12);
    for (const { id, charges } of bills) expect(await replayBill(utility.port, id)).toEqual({ billId: id, charges, replayed: charges, differences: [] });
    expect(await replayBill(utility.port, "none")).toBeNull();
    expect((await verifyLog(utility.port)).broken).toBeNull();
  });

  test("an estimate that was billed replays as it was, although the reads came later", async () => {
    const utility = await billingUtility("2026-04-05T14:00:00Z");
    await customer(utility, "1001", ["electric"]);
    const channel = channelOf("1001", "electric");
    await meterDays(utility.port, channel, "2026-02-01", "2026-03-20", (slot) => 100 + slot);
    await meterDays(utility.port, channel, "2026-03-20", "2026-03-21", missingHours(0, 0));
    await meterDays(utility.port, channel, "2026-03-21", "2026-04-01", (slot) => 100 + slot);
    await runBills(utility, "2026-04-01");
    const [bill] = await utility.port.query<{ id: string; charges: number }>("SELECT id, charges FROM bill");
    utility.clock.now += 86_400_000;
    await utility.port.write([{ sql: "UPDATE interval_day SET version = version + 1, raw = zeroblob(96) WHERE channel_id = ? AND day = '2026-03-20'", args: [channel] }]);
    expect(await replayBill(utility.port, bill!.id)).toEqual({ billId: bill!.id, charges: bill!.charges, replayed: bill!.charges, differences: [] });
  });

  test("whoever changes what a bill rests on is found", async () => {
    const utility = await billingUtility();
    await customer(utility, "1001", ["electric"]);
    await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-01", 300);
    await runBills(utility, "2026-04-01");
    await utility.port.write([{ sql: "UPDATE interval_day SET version = 2, raw = zeroblob(96) WHERE day = '2026-03-12'" }]);
    const replay = await replayBill(utility.port, "1001-20260401");
    expect(replay!.replayed).toBeLessThan(replay!.charges);
    expect(replay!.differences[0]).toBe("electric: its intervals are not the ones that were billed.");
    await utility.port.write([{ sql: "DROP TRIGGER rate_version_frozen" }, { sql: "UPDATE rate_version SET document_hash = 'other' WHERE schedule_id = 'electric-res'" }]);
    expect((await replayBill(utility.port, "1001-20260401"))!.differences[0]).toBe("electric: a rate version that priced it is not there any more, or is another.");
  });
});

describe("by the clock", () => {
  const woken: string[] = [];
  const withWakes = (utility: TestUtility): TestUtility["world"] => ({ ...utility.world, wakeRun: (runId) => void woken.push(runId) });

  test("a closed cycle starts by itself in the morning, once; what it held is tried again the next day", async () => {
    const utility = await street();
    await utility.port.write([{ sql: "INSERT INTO exception (id, kind, rule, severity, status, channel_id, day, sentence, numbers, opened_at) VALUES ('x', 'read', 'spike', 'fail', 'open', ?, '2026-03-02', 'A spike.', '{}', 1)", args: [channelOf("1001", "water")] }]);
    utility.clock.now = Date.parse("2026-04-01T08:00:00Z");
    expect(await billingByClock(withWakes(utility))).toEqual([]);
    utility.clock.now = Date.parse("2026-04-01T10:01:00Z");
    expect(await billingByClock(withWakes(utility))).toEqual([RUN]);
    expect(woken).toEqual([RUN]);
    await drainRun(utility.world, RUN);
    expect(await billingByClock(withWakes(utility))).toEqual([]);
    utility.clock.now = Date.parse("2026-04-02T10:01:00Z");
    await utility.port.write([{ sql: "UPDATE exception SET status = 'closed' WHERE id = 'x'" }]);
    expect(await billingByClock(withWakes(utility))).toEqual([RUN]);
    await drainRun(utility.world, RUN);
    await billedOnce(utility);
    expect(await utility.port.query("SELECT actor FROM event WHERE stream = ? AND type LIKE 'BillRun%ed' ORDER BY seq", [`run:${RUN}`])).toEqual([{ actor: "system:clock" }, { actor: "system:clock" }, { actor: "system:clock" }, { actor: "system:clock" }]);
  });

  test("a run whose drain died is woken again", async () => {
    const utility = await street();
    await start(utility);
    await utility.port.write([{ sql: "UPDATE bill_run SET lease_until = ?", args: [utility.clock.now + LEASE_MS] }]);
    expect(await billingByClock(utility.world)).toEqual([]);
    utility.clock.now += LEASE_MS + 1;
    expect(await billingByClock(utility.world)).toEqual([RUN]);
  });

  test("where nobody is due, no run is made; before the utility is set up, nothing happens", async () => {
    const utility = await billingUtility();
    expect(await billingByClock(utility.world)).toEqual([]);
    expect(await count(utility, "bill_run")).toBe(0);
  });
});

test("a rate that is withdrawn from under a run holds the bill instead of guessing", async () => {
  const utility = await street();
  await publish(utility, "water-res", "water", WATER_RATE, "2026-03-10", 2);
  await utility.port.write([{ sql: "UPDATE rate_version SET status = 'withdrawn' WHERE schedule_id = 'water-res' AND version = 1" }]);
  await start(utility);
  await drainRun(utility.world, RUN);
  expect(await count(utility, "bill")).toBe(0);
  expect((await loadAccount(utility.port, "1001")).state.agreements[0]!.billedTo).toBe("2026-03-01");
});
