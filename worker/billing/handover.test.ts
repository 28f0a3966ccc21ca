/** Reads that two bills share: where one ends, the next begins, be it another month's, another customer's or another service's. */
import { expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { newAccount, clerk, type TestUtility } from "../../test/support/utility.ts";
import { stopService } from "../operations/move-in.ts";
import { openAccount, startService } from "../operations/registry.ts";
import { billingUtility, channelOf, checkBook, customer, dialRead, runBills, type ServiceKind } from "./billing.testing.ts";

const DIAL = channelOf("1001", "dial");

async function stop({ world }: TestUtility, kind: ServiceKind, stopOn: string): Promise<void> {
  expect(await stopService(world, clerk, { commandId: `stop-service-${kind}`.padEnd(36, "0"), accountId: "1001", agreementId: `1001-${kind}`, stopOn })).toMatchObject({ status: "done" });
}

/** Somebody else is served where 1001 was. */
async function nextCustomer({ world }: TestUtility, startOn: string): Promise<void> {
  await openAccount(world, clerk, "open-1002", newAccount("1002"));
  await startService(world, clerk, "start-1002", "1002", { agreementId: "1002-dial", premiseId: "premise-1001", servicePointId: "dial-point-1001", commodity: "water", rateScheduleId: "water-res", startOn });
}

const usedBy = ({ port }: TestUtility) => port.query<{ service: string; from: string; to: string; used: number }>(
  `SELECT service_agreement_id AS service, period_from AS "from", period_to AS "to", registered_milli AS used FROM bill_segment ORDER BY period_to, service_agreement_id`,
);

test("who moves in begins with the read with which whoever moved out ended, though a nearer one came since: no gallon is billed twice, or never", async () => {
  const utility = await billingUtility("2026-03-20T15:00:00Z");
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 0);
  await dialRead(utility.port, DIAL, "2026-03-12", 1_100);
  await stop(utility, "dial", "2026-03-15");
  await nextCustomer(utility, "2026-03-15");
  utility.clock.now = Date.parse("2026-04-01T14:00:00Z");
  await runBills(utility, "2026-04-01");
  expect(await usedBy(utility)).toEqual([{ service: "1001-dial", from: "2026-03-01", to: "2026-03-15", used: 1_100 }]);

  // A read of the very day, found in a handheld, and the one of the month's end.
  await dialRead(utility.port, DIAL, "2026-03-15", 1_500);
  await dialRead(utility.port, DIAL, "2026-04-01", 3_000);
  await runBills(utility, "2026-04-01");
  expect((await usedBy(utility)).map(({ service, used }) => [service, used])).toEqual([["1001-dial", 1_100], ["1002-dial", 3_000 - 1_100]]);
  await checkBook(utility);
});

test("who moved out ends with the read with which whoever moved in was billed first, though a nearer one came since", async () => {
  const utility = await billingUtility("2026-03-20T15:00:00Z");
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 0);
  await dialRead(utility.port, DIAL, "2026-03-18", 1_800);
  await stop(utility, "dial", "2026-03-15");
  await nextCustomer(utility, "2026-03-15");
  await dialRead(utility.port, DIAL, "2026-04-01", 3_000);
  // The one who moved out waits for something else.
  await utility.port.write([{ sql: "UPDATE account SET bill_cycle = '02' WHERE id = '1001'", args: [] }]);
  utility.clock.now = Date.parse("2026-04-01T14:00:00Z");
  await runBills(utility, "2026-04-01");
  await dialRead(utility.port, DIAL, "2026-03-15", 1_500);
  await utility.port.write([{ sql: "UPDATE account SET bill_cycle = '01' WHERE id = '1001'", args: [] }]);
  await dialRead(utility.port, DIAL, "2026-05-01", 5_000);
  utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
  await runBills(utility, "2026-05-01");
  expect((await usedBy(utility)).map(({ service, used }) => [service, used])).toEqual([["1001-dial", 1_800], ["1002-dial", 3_000 - 1_800], ["1002-dial", 2_000]]);
  await checkBook(utility);
});

test("a service that ends before another of the same meter does not take the other's last read with it", async () => {
  const utility = await billingUtility("2026-04-01T14:00:00Z");
  await customer(utility, "1001", ["sewer", "dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 0);
  await dialRead(utility.port, DIAL, "2026-03-15", 1_500);
  await dialRead(utility.port, DIAL, "2026-04-01", 3_000);
  await dialRead(utility.port, DIAL, "2026-05-01", 7_000);
  await stop(utility, "dial", "2026-03-15");
  await runBills(utility, "2026-04-01");
  utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
  await runBills(utility, "2026-05-01");
  expect((await usedBy(utility)).map(({ service, from, used }) => [service, from, used])).toEqual([["1001-dial", "2026-03-01", 1_500], ["1001-sewer", "2026-03-01", 3_000], ["1001-sewer", "2026-04-01", 4_000]]);
});

test("who stops some days after a close that was billed to a later read owes nothing more, and the bill does not wait for a read", async () => {
  const utility = await billingUtility("2026-04-04T14:00:00Z");
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 0);
  await dialRead(utility.port, DIAL, "2026-04-04", 3_400);
  await runBills(utility, "2026-04-01");
  await stop(utility, "dial", "2026-04-02");
  await nextCustomer(utility, "2026-04-02");
  await dialRead(utility.port, DIAL, "2026-05-01", 6_000);
  utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
  await runBills(utility, "2026-05-01");
  expect((await usedBy(utility)).map(({ service, used }) => [service, used])).toEqual([["1001-dial", 3_400], ["1001-dial", 0], ["1002-dial", 2_600]]);
});

test("a read of some days after the close that is in doubt holds the bill until somebody decides", async () => {
  const utility = await billingUtility("2026-04-03T14:00:00Z");
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 0);
  await dialRead(utility.port, DIAL, "2026-04-03", 3_400);
  await writeRows(utility.port, {
    exception: [{ id: "high", kind: "reads", rule: "high", severity: "fail", status: "open", meterId: "dial-1001", channelId: DIAL, day: "2026-04-03", readAt: Date.parse("2026-04-03T05:00:00Z"), sentence: "High.", numbers: "{}", openedAt: 1 }],
  });
  await runBills(utility, "2026-04-01");
  expect(await usedBy(utility)).toEqual([]);
  expect(await utility.port.query("SELECT rule FROM exception WHERE kind = 'billing' AND status = 'open'")).toEqual([{ rule: "suspect" }]);
});
