import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { emptyDay, dayBytes } from "../../domain/metering/index.ts";
import { ForbiddenError } from "../../domain/lifecycle/permissions.ts";
import { customerOf, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { billingUtility, channelOf, customer, dialRead, meterDays, missingHours } from "../billing/billing.testing.ts";
import { dailyUsage, hourlyUsage, knownDays, meteredServices, usageByReads } from "./usage.ts";

const ANN = customerOf("1001");
const WATER = "1001-water";
const water = channelOf("1001", "water");

async function aHome(startOn = "2026-03-01", kinds: Parameters<typeof customer>[2] = ["water", "sewer", "electric"]): Promise<TestUtility> {
  const utility = await billingUtility("2026-11-23T15:00:00Z");
  await customer(utility, "1001", kinds, startOn);
  return utility;
}

describe("days", () => {
  test("each service has its own; sewer is measured by the water meter and has none", async () => {
    const { world, port } = await aHome();
    await meterDays(port, water, "2026-11-01", "2026-11-04", 5_000);
    await meterDays(port, channelOf("1001", "electric"), "2026-11-01", "2026-11-02", 750);
    expect((await meteredServices(world, ANN, "1001")).map(({ commodity, unit, source }) => [commodity, unit, source])).toEqual([["water", "gal", "intervals"], ["electric", "kWh", "intervals"]]);
    const [wet, power] = await dailyUsage(world, ANN, "1001", { from: "2026-11-01", to: "2026-11-05" });
    // The first of November has 25 hours.
    expect(wet!.days.map(({ value }) => value)).toEqual([125_000, 120_000, 120_000, null]);
    expect(power!.days.map(({ value }) => value)).toEqual([18_750, null, null, null]);
    expect(await knownDays(world, ANN, "1001", WATER)).toEqual({ from: "2026-11-01", to: "2026-11-04" });
  });

  test("behind each day stands the same weekday of the year before", async () => {
    const { world, port } = await aHome("2025-01-01");
    await meterDays(port, water, "2025-11-23", "2025-11-24", 2_000);
    await meterDays(port, water, "2026-11-22", "2026-11-23", 3_000);
    const [{ days } = { days: [] }] = await dailyUsage(world, ANN, "1001", { from: "2026-11-22", to: "2026-11-23" });
    expect(days).toEqual([{ day: "2026-11-22", value: 72_000, estimated: false, inDoubt: false, lastYear: 48_000 }]);
  });

  test("what somebody used who lived there before is nobody else's business", async () => {
    const { world, port } = await aHome("2026-11-02");
    await meterDays(port, water, "2025-11-01", "2025-11-09", 9_000);
    await meterDays(port, water, "2026-11-01", "2026-11-04", 5_000);
    const [{ days } = { days: [] }] = await dailyUsage(world, ANN, "1001", { from: "2026-11-01", to: "2026-11-04" });
    expect(days.map(({ value, lastYear }) => [value, lastYear])).toEqual([[null, null], [120_000, null], [120_000, null]]);
    expect(await knownDays(world, ANN, "1001", WATER)).toEqual({ from: "2026-11-02", to: "2026-11-04" });
    expect(await hourlyUsage(world, ANN, "1001", WATER, "2026-11-01")).toEqual([]);
  });

  test("a day in doubt is not shown until a person has looked at it; one with estimates says so", async () => {
    const { world, port } = await aHome();
    await meterDays(port, water, "2026-11-10", "2026-11-13", missingHours(20, 5_000));
    await port.write([{ sql: "UPDATE interval_day SET suspect = 1, version = version + 1 WHERE channel_id = ? AND day = '2026-11-10'", args: [water] }]);
    const layer = emptyDay(24).values.fill(4_000, 20);
    await writeRows(port, { intervalRevision: [{ channelId: water, day: "2026-11-11", revision: 1, values: Buffer.from(dayBytes(layer)), flags: "A".repeat(20) + "EEEE", rule: "estimate", actor: "system:billing", reason: "nothing had come", recordedAt: 0 }] });
    await port.write([{ sql: "UPDATE interval_day SET best_total = 116000, version = version + 1 WHERE channel_id = ? AND day = '2026-11-11'", args: [water] }]);
    const [{ days } = { days: [] }] = await dailyUsage(world, ANN, "1001", { from: "2026-11-10", to: "2026-11-13" });
    expect(days.map(({ value, estimated, inDoubt }) => ({ value, estimated, inDoubt }))).toEqual([
      { value: null, estimated: false, inDoubt: true },
      { value: 116_000, estimated: true, inDoubt: false },
      { value: 100_000, estimated: false, inDoubt: false },
    ]);
    expect((await hourlyUsage(world, ANN, "1001", WATER, "2026-11-11")).map(({ value, estimated }) => [value, estimated]).slice(18)).toEqual([[5_000, false], [5_000, false], [4_000, true], [4_000, true], [4_000, true], [4_000, true]]);
  });

  test("nobody sees the usage of an account that is not theirs; staff do", async () => {
    const { world, port } = await aHome();
    await meterDays(port, water, "2026-11-10", "2026-11-11", 5_000);
    const period = { from: "2026-11-10", to: "2026-11-11" };
    const stranger = customerOf("2002");
    for (const look of [() => dailyUsage(world, stranger, "1001", period), () => hourlyUsage(world, stranger, "1001", WATER, "2026-11-10"), () => usageByReads(world, stranger, "1001", WATER, "2026-01-01"), () => meteredServices(world, stranger, "1001")]) {
      await expect(look()).rejects.toThrow(ForbiddenError);
    }
    expect(await dailyUsage(world, supervisor, "1001", period)).toHaveLength(2);
    // An agreement of another account does not open it either.
    expect(await dailyUsage(world, ANN, "1001", period, "2002-water")).toEqual([]);
  });
});

describe("hours", () => {
  test("the day on which clocks go back has its hour twice, the one on which they go forward lacks one", async () => {
    const { world, port } = await aHome();
    await meterDays(port, water, "2026-11-01", "2026-11-02", 1_000);
    await meterDays(port, water, "2026-03-08", "2026-03-09", 1_000);
    const autumn = await hourlyUsage(world, ANN, "1001", WATER, "2026-11-01");
    expect(autumn.map(({ hour }) => hour).slice(0, 4)).toEqual([0, 1, 1, 2]);
    expect(autumn).toHaveLength(25);
    expect((await hourlyUsage(world, ANN, "1001", WATER, "2026-03-08")).map(({ hour }) => hour).slice(0, 4)).toEqual([0, 1, 3, 4]);
  });

  test("hours that have not come stay empty, and a day of which nothing is known has none", async () => {
    const { world, port } = await aHome();
    await meterDays(port, water, "2026-11-20", "2026-11-21", missingHours(6, 2_000));
    expect((await hourlyUsage(world, ANN, "1001", WATER, "2026-11-20")).map(({ value }) => value)).toEqual([...Array(6).fill(2_000), ...Array(18).fill(null)]);
    expect(await hourlyUsage(world, ANN, "1001", WATER, "2026-11-21")).toEqual([]);
    expect(await hourlyUsage(world, ANN, "1001", WATER, "yesterday")).toEqual([]);
  });
});

describe("a meter that is read by hand", () => {
  const dial = channelOf("1001", "dial");

  test("what went through from one reading to the next, over zero and past a correction", async () => {
    const { world, port } = await aHome("2026-03-01", ["dial"]);
    await dialRead(port, dial, "2026-03-01", 9_998_000);
    await dialRead(port, dial, "2026-04-01", 1_500);
    await dialRead(port, dial, "2026-05-01", 9_000);
    await dialRead(port, dial, "2026-05-01", 6_000, 2);
    expect(await meteredServices(world, ANN, "1001")).toMatchObject([{ source: "reads", unit: "gal" }]);
    expect(await usageByReads(world, ANN, "1001", "1001-dial", "2026-01-01")).toEqual([
      { from: "2026-03-01", to: "2026-04-01", value: 3_500_000, estimated: false },
      { from: "2026-04-01", to: "2026-05-01", value: 4_500_000, estimated: false },
    ]);
    expect(await dailyUsage(world, ANN, "1001", { from: "2026-04-01", to: "2026-05-01" })).toEqual([]);
  });
});
