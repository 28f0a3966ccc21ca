/** A power cost adjustment that two rates share: a new factor each month, set once, without a new version of either. */
import { expect, test } from "vitest";
import { replayBill } from "../../db/billing/replay.ts";
import { writeRows } from "../../db/commit.ts";
import { dueSegments } from "../../domain/billing/cycle.ts";
import type { TestUtility } from "../../test/support/utility.ts";
import { loadToBill } from "../../db/billing/load.ts";
import { loadSharedData } from "../../db/billing/shared-data.ts";
import { billingUtility, channelOf, customer, meterDays, publish, runBills } from "./billing.testing.ts";

const electric = (price: string, more: object = {}) => ({
  format: 1, commodity: "electric", name: { en: "Electricity" }, unit: "kWh",
  charges: [
    { id: "energy", kind: "flat", name: { en: "Energy" }, glKey: "electric.use", rates: [{ price }] },
    { id: "pca", kind: "flat", name: { en: "Power cost adjustment" }, glKey: "electric.pca", rider: { id: "pca", largest: "0.1" }, rates: [{ price: "0" }], ...more },
  ],
});

const factor = (utility: TestUtility, effectiveOn: string, value: string, version = 1) =>
  writeRows(utility.port, { setting: [{ topic: "riders", effectiveOn, version, value: JSON.stringify([{ id: "pca", name: "Power cost adjustment", value }]), recordedAt: utility.clock.now }] });
const adjustments = ({ port }: TestUtility) => port.query<{ id: string; amount: number }>("SELECT l.segment_id AS id, sum(l.amount) AS amount FROM bill_line AS l WHERE l.charge_id = 'pca' GROUP BY l.segment_id ORDER BY l.segment_id");

test("each bill has its month's factor, and replays to the cent after the next ones are set", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", electric("0.0933"), "2026-01-01", 2);
  await customer(utility, "1001", ["electric"]);
  await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-06-01", 1_000);
  await factor(utility, "2026-02-01", "0.05");
  await factor(utility, "2026-03-01", "0.012");
  // Corrected before anybody was billed by it: the later of one day counts.
  await factor(utility, "2026-03-01", "0.014211", 2);
  await runBills(utility, "2026-04-01");

  // 743 hours in March.
  expect(await adjustments(utility)).toEqual([{ id: "1001-20260401:1001-electric", amount: 1_056 }]);
  await factor(utility, "2026-04-16", "-0.0021");
  utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
  await runBills(utility, "2026-05-01");
  // Half of April at each: 360 × 0.014211 − 360 × 0.0021.
  expect((await adjustments(utility))[1]).toEqual({ id: "1001-20260501:1001-electric", amount: 436 });
  for (const bill of ["1001-20260401", "1001-20260501"]) expect((await replayBill(utility.port, bill))!.differences).toEqual([]);
  expect((await loadSharedData(utility.port, "America/Chicago")).riders["pca"]).toEqual([{ from: "2026-02-01", value: "0.05" }, { from: "2026-03-01", value: "0.014211" }, { from: "2026-04-16", value: "-0.0021" }]);
});

test("a rider without a table holds the bill and says what to do", async () => {
  const utility = await billingUtility();
  await publish(utility, "electric-res", "electric", electric("0.0933"), "2026-01-01", 2);
  await customer(utility, "1001", ["electric"]);
  await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-01", 1_000);
  const held = async () => (await utility.port.query<{ sentence: string }>("SELECT sentence FROM exception WHERE kind = 'billing' AND status = 'open'")).map(({ sentence }) => sentence).join();
  await runBills(utility, "2026-04-01");
  expect(await held()).toContain("enter its factor in the settings, under riders");
  await factor(utility, "2026-03-01", "0.05");
  await runBills(utility, "2026-04-01");
  expect(await held()).toBe("");
  expect(await adjustments(utility)).toEqual([{ id: "1001-20260401:1001-electric", amount: 3_715 }]);
});

test("a bill by the system's peak is fenced by the peaks that it was priced with, as one by a rider is", async () => {
  const utility = await billingUtility();
  const atPeak = { ...electric("0.0933"), charges: [{ id: "peak", kind: "demand", name: { en: "Demand at the system's peak" }, glKey: "electric.use", coincident: true, rates: [{ price: "4.00" }] }] };
  await publish(utility, "electric-res", "electric", atPeak, "2026-01-01", 2);
  await customer(utility, "1001", ["electric", "water"]);
  const inputsOf = async (commodity: string) =>
    (await loadToBill(utility.port, ["1001"], { zone: "America/Chicago", historyFrom: "2026-03-01", runId: null, due: ({ agreements }) => dueSegments(agreements.filter((each) => each.commodity === commodity), "2026-04-01") }))[0]!.inputs.filter(({ kind }) => kind === "shared");
  expect([await inputsOf("electric"), await inputsOf("water")]).toEqual([[{ kind: "shared", stamp: 0 }], []]);
  await writeRows(utility.port, { setting: [{ topic: "systemPeaks", effectiveOn: "2026-03-01", version: 1, value: JSON.stringify([{ on: "2026-03-24", at: "17:00" }]), recordedAt: utility.clock.now }] });
  expect(await inputsOf("electric")).toEqual([{ kind: "shared", stamp: 1 }]);
});
