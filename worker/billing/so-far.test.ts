import { describe, expect, test } from "vitest";
import { billingUtility, channelOf, customer, dialRead, meterDays, missingHours, publish, runBills, SEWER_RATE } from "./billing.testing.ts";
import { ZONE, type TestUtility } from "../../test/support/utility.ts";
import { loadAccount } from "../../db/account/store.ts";
import { loadSoFar } from "../../db/billing/so-far.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { writeRows } from "../../db/commit.ts";
import { alertsOf } from "../operations/alerts.ts";

const soFar = async ({ port, clock }: TestUtility, accountId = "1001") => loadSoFar(port, accountId, (await loadAccount(port, accountId)).state, clock.now);

describe("the bill so far", () => {
  test("moves with every read that arrives, and its number grows", async () => {
    const utility = await billingUtility("2026-03-11T15:00:00Z");
    await customer(utility, "1001", ["water", "sewer"]);
    const channel = channelOf("1001", "water");
    const before = await soFar(utility);
    expect(before.soFar).toMatchObject({ periodFrom: "2026-03-01", asOf: "2026-03-11", services: [{ commodity: "water", quantityMilli: 0, throughDay: null }, { commodity: "sewer", total: 0 }], projection: null });
    await meterDays(utility.port, channel, "2026-03-01", "2026-03-11", 20_000);
    const after = await soFar(utility);
    // Ten days, one of 23 hours: 4.78 kgal. Tiers and the service charge for ten days of thirty.
    expect(after.soFar).toMatchObject({ total: 4_00 + 4_13 + 17_93 + 19_12, services: [{ commodity: "water", quantityMilli: 4_780, total: 26_06, throughDay: "2026-03-10" }, { commodity: "sewer", quantityMilli: 4_780, total: 19_12 }] });
    expect(after.version).toBeGreaterThan(before.version);
  });

  test("is, on the last day, what the bill will be; and the straight line leads there", async () => {
    const utility = await billingUtility("2026-03-21T15:00:00Z");
    await customer(utility, "1001", ["water", "electric"]);
    for (const [kind, each] of [["water", 10_000], ["electric", 500]] as const) await meterDays(utility.port, channelOf("1001", kind), "2026-03-01", "2026-03-21", each);
    const { soFar: midway } = await soFar(utility);
    for (const [kind, each] of [["water", 10_000], ["electric", 500]] as const) await meterDays(utility.port, channelOf("1001", kind), "2026-03-21", "2026-04-01", each);
    utility.clock.now = Date.parse("2026-04-01T04:59:00Z");
    const { soFar: last, version } = await soFar(utility);
    utility.clock.now = Date.parse("2026-04-01T15:00:00Z");
    await runBills(utility, "2026-04-01");
    const [bill] = await utility.port.query<{ charges: number }>("SELECT charges FROM bill");
    expect(last!.total).toBe(bill!.charges);
    expect(Math.abs(midway!.projection!.total - bill!.charges)).toBeLessThan(bill!.charges / 100);
    expect(midway!.projection).toMatchObject({ periodTo: "2026-04-01" });
    expect(midway!.projection!.low).toBeLessThan(midway!.projection!.total);
    expect(midway!.projection!.high).toBeGreaterThan(midway!.projection!.total);
    const next = await soFar(utility);
    expect(next.version).toBeGreaterThan(version);
    expect(next.soFar).toMatchObject({ periodFrom: "2026-04-01" });
  });

  test("a month that has closed is a bill of its own, whether it is made yet or not", async () => {
    const utility = await billingUtility("2026-04-03T15:00:00Z");
    await customer(utility, "1001", ["electric"]);
    await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-03", 1_000);
    const before = await soFar(utility);
    expect(before.soFar).toMatchObject({ periodFrom: "2026-04-01", closed: { from: "2026-03-01", to: "2026-04-01" }, services: [{ quantityMilli: 48_000, throughDay: "2026-04-02" }] });
    await runBills(utility, "2026-04-01");
    const after = await soFar(utility);
    expect(after.soFar).toEqual({ ...before.soFar, closed: null });
    expect(after.version).toBeGreaterThan(before.version);
  });

  test("an hour that has not come yet is not guessed, and a day in doubt is left out", async () => {
    const utility = await billingUtility("2026-03-06T18:00:00Z");
    await customer(utility, "1001", ["electric"]);
    const channel = channelOf("1001", "electric");
    await meterDays(utility.port, channel, "2026-03-01", "2026-03-06", 1_000);
    await meterDays(utility.port, channel, "2026-03-06", "2026-03-07", missingHours(12, 1_000));
    expect((await soFar(utility)).soFar).toMatchObject({ services: [{ quantityMilli: 132_000, throughDay: "2026-03-06" }] });
    await utility.port.write([{
      sql: "INSERT INTO exception (id, kind, rule, severity, status, channel_id, day, sentence, numbers, opened_at) VALUES ('x', 'read', 'spike', 'fail', 'open', ?, '2026-03-02', 'A spike.', '{}', 1)", args: [channel],
    }]);
    expect((await soFar(utility)).soFar).toMatchObject({ services: [{ quantityMilli: 108_000 }] });
  });

  test("a dial counts to its last read", async () => {
    const utility = await billingUtility("2026-03-25T18:00:00Z");
    await customer(utility, "1001", ["dial"]);
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-03-01", 0);
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-03-16", 2_000);
    expect((await soFar(utility)).soFar).toMatchObject({ services: [{ quantityMilli: 2_000, throughDay: "2026-03-15" }], projection: { total: 25_09, low: 23_16, high: 27_02 } });
  });

  test("where a price is missing there is none, and for nobody there is nothing", async () => {
    const utility = await billingUtility("2026-03-25T18:00:00Z");
    await customer(utility, "1001", []);
    expect((await soFar(utility)).soFar).toBeNull();
    expect((await soFar(utility, "9999")).soFar).toBeNull();
    await customer(utility, "1002", ["sewer"]);
    await publish(utility, "other", "sewer", SEWER_RATE);
    expect((await soFar(utility, "1002")).soFar?.total).toBe(0);
    await utility.port.write([{ sql: "UPDATE account_state SET state = replace(state, 'sewer-res', 'sewer-new')" }]);
    expect((await soFar(utility, "1002")).soFar).toBeNull();
  });
});

describe("a leak that runs costs", () => {
  test("what a further day of it, and what it took so far, make of the bill: water at its tier and the sewer that follows it", async () => {
    const leaking = async (lastDay: number) => {
      const utility = await billingUtility("2026-03-11T15:00:00Z");
      await customer(utility, "1001", ["water", "sewer"]);
      const channel = channelOf("1001", "water");
      await meterDays(utility.port, channel, "2026-03-01", "2026-03-10", 20_000);
      await meterDays(utility.port, channel, "2026-03-10", "2026-03-11", lastDay);
      return { utility, channel, total: (await soFar(utility)).soFar!.total };
    };
    const { utility, channel, total } = await leaking(20_000);
    const [point] = await utility.port.query<{ meterId: string; servicePointId: string }>(`SELECT c.meter_id AS "meterId", i.service_point_id AS "servicePointId" FROM channel AS c JOIN meter_installation AS i ON i.meter_id = c.meter_id WHERE c.id = ?`, [channel]);
    await writeRows(utility.port, { usageAlert: [{
      id: "leak", kind: "leak", channelId: channel, ...point!, accountId: "1001", startedAt: startOfDay("2026-03-10", ZONE), throughAt: startOfDay("2026-03-11", ZONE), endedAt: null,
      unit: "gal", stepMinutes: 60, least: 10_000, usage: 240_000, raisedAt: 1, clearedAt: null, acknowledgedAt: null,
    }] });
    const [alert] = await alertsOf(utility.world, { kind: "user", userId: "U", role: "customer", accountIds: ["1001"] }, "1001");
    expect(alert!.cost).toEqual({ perDay: (await leaking(30_000)).total - total, soFar: total - (await leaking(10_000)).total });
    expect(alert!.cost!.perDay).toBeGreaterThan(100);
  });
});
