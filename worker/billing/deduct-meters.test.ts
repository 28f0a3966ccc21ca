/** A garden with a submeter of its own: its water is water, and never sewage. */
import { expect, test } from "vitest";
import { explainBill, replayBill } from "../../db/billing/replay.ts";
import { writeRows } from "../../db/commit.ts";
import { clerk, type TestUtility } from "../../test/support/utility.ts";
import { setServiceFact } from "../operations/service-facts.ts";
import { billingUtility, channelOf, customer, dialRead, meterDays, runBills } from "./billing.testing.ts";

const GARDEN = 77_001;

async function withGardenMeter({ port }: TestUtility): Promise<void> {
  await writeRows(port, {
    servicePoint: [{ id: "garden-point", premiseId: "premise-1001", commodity: "water", usageFrom: null, status: "active" }],
    meter: [{ id: "garden-meter", badge: "G1001", commodity: "water", size: '5/8"', manufacturer: null, status: "installed" }],
    meterInstallation: [{ meterId: "garden-meter", servicePointId: "garden-point", installedOn: "2026-02-01", removedOn: null }],
    channel: [{ id: GARDEN, meterId: "garden-meter", name: "total", kind: "register", unit: "gal", stepMinutes: null, multiplier: "1", dials: 7, direction: "delivered" }],
  });
}

const deduct = (utility: TestUtility, n: number, value = "garden-point") => setServiceFact(utility.world, clerk, {
  commandId: `deduct-1001-000${n}`, accountId: "1001", agreementId: "1001-sewer", kind: "deduct-meter", name: "", value, unit: "", from: "2026-03-01", to: "", reason: "Irrigation submeter inspected on March 1",
});
const used = async ({ port }: TestUtility) => Object.fromEntries((await port.query<{ commodity: string; q: number }>("SELECT commodity, registered_milli AS q FROM bill_segment ORDER BY commodity")).map(({ commodity, q }) => [commodity, q]));

test("sewer is billed on the water less the garden's, water on all of it, and the bill says so", async () => {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water", "sewer"]);
  await withGardenMeter(utility);
  expect(await deduct(utility, 1)).toMatchObject({ status: "done" });
  await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
  await dialRead(utility.port, GARDEN, "2026-03-01", 1_200);
  await dialRead(utility.port, GARDEN, "2026-04-01", 4_200);
  await runBills(utility, "2026-04-01");
  expect(await used(utility)).toEqual({ water: 7_430, sewer: 4_430 });
  const sewer = (await explainBill(utility.port, "1001-20260401"))!.segments.find(({ commodity }) => commodity === "sewer")!;
  expect(sewer.lines[0]).toMatchObject({ cents: 1_772, note: { en: "3 kgal that went through meter G1001 did not reach this service and are taken off." } });
  expect((await replayBill(utility.port, "1001-20260401"))!.differences).toEqual([]);
});

test("a garden that took more than came in holds the bill: a credit never makes negative consumption", async () => {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water", "sewer"]);
  await withGardenMeter(utility);
  await deduct(utility, 1);
  await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 1_000);
  await dialRead(utility.port, GARDEN, "2026-03-01", 0);
  await dialRead(utility.port, GARDEN, "2026-04-01", 9_000);
  await runBills(utility, "2026-04-01");
  const [work] = await utility.port.query<{ sentence: string }>("SELECT sentence FROM exception WHERE kind = 'billing'");
  expect(work!.sentence).toContain("is negative");
});

test("the meter of a neighbor, the service's own, and one that is nowhere are not taken off", async () => {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water", "sewer"]);
  await customer(utility, "1002", ["water"]);
  const points = await utility.port.query<{ id: string }>("SELECT service_point_id AS id FROM service_agreement WHERE commodity = 'water' ORDER BY account_id");
  for (const value of [...points.map(({ id }) => id), "nowhere", "' OR 1 = 1 --"]) expect(await deduct(utility, 1, value), value).toMatchObject({ status: "invalid", refusal: { field: "value" } });
});
