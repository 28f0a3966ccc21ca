/** Reactive energy on a channel of its own: kept beside the active, and the power factor of the month follows from both. */
import { expect, test } from "vitest";
import { replayBill } from "../../db/billing/replay.ts";
import { writeRows } from "../../db/commit.ts";
import { MISSING } from "../../domain/metering/index.ts";
import { billingUtility, channelOf, checkBook, customer, meterDays, publish, runBills } from "./billing.testing.ts";

const RATE = {
  format: 1, commodity: "electric", name: { en: "Electricity by demand" }, unit: "kWh",
  charges: [
    { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric.use", rates: [{ price: "0.05" }] },
    { id: "demand", kind: "demand", name: { en: "Demand" }, glKey: "electric.use", unit: "kW", intervalMinutes: 60, powerFactor: { target: "90", adjust: "ratio" }, rates: [{ price: "10.00" }] },
  ],
};
const [LAGGING, LEADING] = [91_001, 91_002];

async function shop() {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", RATE, "2026-01-01", 2);
  await customer(utility, "1001", ["electric"]);
  const reactive = { meterId: "electric-1001", kind: "interval", unit: "kvarh", stepMinutes: 60, multiplier: "1", dials: null };
  await writeRows(utility.port, { channel: [{ ...reactive, id: LAGGING, name: "kvarh", direction: "delivered" }, { ...reactive, id: LEADING, name: "kvarh-rec", direction: "received" }] });
  await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-01", 4_000);
  return utility;
}

const lines = (utility: Awaited<ReturnType<typeof shop>>) => utility.port.query<{ id: string; amount: number }>("SELECT charge_id AS id, amount FROM bill_line ORDER BY charge_id");

test("4 kWh and 3 kvarh an hour are a factor of 80 percent: demand is raised by 90 to 80; what the load gave back does not count", async () => {
  const utility = await shop();
  await meterDays(utility.port, LAGGING, "2026-03-01", "2026-04-01", 3_000);
  await meterDays(utility.port, LEADING, "2026-03-01", "2026-04-01", 1_200);
  await runBills(utility, "2026-04-01");
  expect((await lines(utility)).map(({ id, amount }) => [id, amount])).toEqual([["demand", 4_500], ["energy", 743 * 4 * 5]]);
  expect((await replayBill(utility.port, "1001-20260401"))!.differences).toEqual([]);
  await checkBook(utility);
});

test("without the reactive energy the bill waits, and says for what", async () => {
  const utility = await shop();
  await meterDays(utility.port, LAGGING, "2026-03-01", "2026-04-01", (slot, day) => (day === "2026-03-10" && slot > 5 ? MISSING : 3_000));
  await meterDays(utility.port, LEADING, "2026-03-01", "2026-04-01", 0);
  await runBills(utility, "2026-04-01");
  expect(await lines(utility)).toEqual([]);
  expect((await utility.port.query<{ sentence: string }>("SELECT sentence FROM exception WHERE status = 'open'")).map(({ sentence }) => sentence).join()).toContain("18 of 743 intervals of meter ELECTRIC1001 are missing");
});
