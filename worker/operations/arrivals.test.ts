/** Expected against received: gaps stand in their hour, clocks that change ask for what there is, and a silent meter is found. */
import { expect, test } from "vitest";
import { ForbiddenError } from "../../domain/lifecycle/permissions.ts";
import { writeRows } from "../../db/commit.ts";
import { slotCount } from "../../domain/metering/index.ts";
import { clerk, customerOf, ZONE } from "../../test/support/utility.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { billingUtility, channelOf, customer, meterDays, missingHours } from "../billing/billing.testing.ts";
import { arrivalsPage } from "./arrivals.ts";

async function town() {
  const utility = await billingUtility("2026-03-12T15:00:00Z");
  await customer(utility, "1001", ["water"]);
  await customer(utility, "1002", ["water"]);
  const [first, second] = [channelOf("1001", "water"), channelOf("1002", "water")];
  await meterDays(utility.port, first, "2026-03-05", "2026-03-12", 1_000);
  return { ...utility, first, second };
}

const ofDay = async (utility: Awaited<ReturnType<typeof town>>, day: string) => (await arrivalsPage(utility.world, clerk)).days.find((each) => each.day === day)!.hours.map(({ expected, received }) => [expected, received]);

test("a meter that sent nothing is missing in every hour; one that sent half a day from its hour on", async () => {
  const utility = await town();
  await meterDays(utility.port, utility.second, "2026-03-10", "2026-03-11", missingHours(10, 1_000));
  expect(await ofDay(utility, "2026-03-09")).toEqual(Array.from({ length: 24 }, () => [2, 1]));
  expect(await ofDay(utility, "2026-03-10")).toEqual(Array.from({ length: 24 }, (_, hour) => [2, hour < 10 ? 2 : 1]));
});

test("where more days have gaps than are opened, a part of them stands for all", async () => {
  const utility = await town();
  const channels = Array.from({ length: 20 }, (_, i) => 1003 + i);
  for (const account of channels) {
    await customer(utility, String(account), ["water"]);
    await meterDays(utility.port, channelOf(String(account), "water"), "2026-03-10", "2026-03-11", missingHours(10, 1_000));
  }
  const whole = await arrivalsPage(utility.world, clerk, null);
  const part = await arrivalsPage(utility.world, clerk, null, null, 10);
  const hours = (page: typeof whole) => page.days.find((each) => each.day === "2026-03-10")!.hours;
  expect([whole.about, hours(whole)[9]!.received, hours(whole)[10]!.received]).toEqual([false, 21, 1]);
  expect([part.about, hours(part)[9]!.received, hours(part)[10]!.received]).toEqual([true, 21, 1]);
});

test("the hour that clocks skip is not expected", async () => {
  const utility = await town();
  const hours = await ofDay(utility, "2026-03-08");
  expect(slotCount("2026-03-08", ZONE, 60)).toBe(23);
  expect(hours[2]).toEqual([0, 0]);
  expect(hours.filter(([expected]) => expected === 2)).toHaveLength(23);
});

test("silent are meters of which nothing of two days is known, with what was last; by the head-end that speaks for them", async () => {
  const utility = await town();
  const silent = async () => (await arrivalsPage(utility.world, clerk)).silent.map(({ badge, last }) => [badge, last]);
  expect(await silent()).toEqual([["WATER1002", null]]);
  await meterDays(utility.port, utility.second, "2026-03-06", "2026-03-07", 1_000);
  expect(await silent()).toEqual([["WATER1002", "2026-03-06"]]);
  await meterDays(utility.port, utility.second, addDays("2026-03-12", -2), "2026-03-12", 1_000);
  expect(await silent()).toEqual([]);
  await writeRows(utility.port, {
    gateway: [{ id: "north", name: "North", keyId: "gk_north", secret: "", status: "active" }], meterEndpoint: [{ meterId: "water-1002", fromOn: "2026-01-01", toOn: null, endpointId: "MTU-2", gatewayId: "north", recordedAt: 0 }],
  });
  const north = await arrivalsPage(utility.world, clerk, "north");
  expect(north.gateways).toEqual([{ id: "north", name: "North", meters: 1 }]);
  expect(north.days.at(-1)!.hours[0]).toEqual({ expected: 1, received: 1 });
  await expect(arrivalsPage(utility.world, customerOf("1001"))).rejects.toThrow(ForbiddenError);
});
