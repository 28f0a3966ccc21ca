/** A sewer customer through a winter: the average is reckoned when the winter is billed, counts from the day the rate says, and a person may set another. */
import { expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { explainBill } from "../../db/billing/replay.ts";
import { replayBill } from "../../db/billing/replay.ts";
import { clerk, supervisor } from "../../test/support/utility.ts";
import { correctBills } from "../operations/corrections.ts";
import { setServiceFact } from "../operations/service-facts.ts";
import { branchOf, type CorrectionAsked } from "./branch.ts";
import { billingUtility, channelOf, customer, dialRead, meterDays, publish, runBills } from "./billing.testing.ts";
import { winterAveragesByClock } from "./winter-averages.ts";

const SEWER = {
  format: 1, commodity: "sewer", name: { en: "Sewer, homes" }, unit: "kgal",
  derived: [{ id: "sewerUse", kind: "winter-average", months: [12, 1, 2], effectiveMonth: 3, averageDays: "30.42", without: "actual" }],
  charges: [{ id: "sewer-use", kind: "flat", name: { en: "Sewer, by winter average" }, glKey: "sewer", determinant: "sewerUse", rates: [{ price: "7.11" }] }],
} as const;

const linesOf = async (utility: Awaited<ReturnType<typeof billingUtility>>, billId: string) =>
  (await explainBill(utility.port, billId))!.segments.find(({ commodity }) => commodity === "sewer")!.lines.map(({ quantityMilli, cents, note }) => [quantityMilli, cents, note?.en]);

test("winter's bills, then the average, then a summer's lawn that is no sewage, then an appeal", async () => {
  const utility = await billingUtility("2025-12-01T14:00:00Z");
  await publish(utility, "sewer-res", "sewer", SEWER, "2025-11-01", 2);
  await customer(utility, "1001", ["water", "sewer"], "2025-12-01");
  // 5.71 gallons an hour: 12,333 gallons in 90 days as billed. From March on the lawn drinks.
  await meterDays(utility.port, channelOf("1001", "water"), "2025-12-01", "2026-03-01", 5_710);
  await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-06-01", 20_000);
  for (const close of ["2026-01-01", "2026-02-01", "2026-03-01"]) {
    utility.clock.now = Date.parse(`${close}T14:00:00Z`);
    expect(await winterAveragesByClock(utility.world, close)).toBe(0);
    await runBills(utility, close);
  }
  expect(await linesOf(utility, "1001-20260101")).toEqual([[4_248, 3020, "You have no winter average yet, so what you used counts."]]);

  // The winter is billed: on the next morning the average is there, once.
  expect(await winterAveragesByClock(utility.world, "2026-03-02")).toBe(1);
  expect(await winterAveragesByClock(utility.world, "2026-03-03")).toBe(0);
  const { state } = await loadAccount(utility.port, "1001");
  expect(state.facts).toMatchObject([{ agreementId: "1001-sewer", kind: "winter-average", milli: 4_169, unit: "kgal", from: "2026-03-01", source: "run", basis: { milli: 12_333, days: 90 } }]);

  utility.clock.now = Date.parse("2026-04-01T14:00:00Z");
  await runBills(utility, "2026-04-01");
  expect(await linesOf(utility, "1001-20260401")).toEqual([
    [4_169, 2964, "Your winter average is 4.169 thousand gallons. It is what you used from 2025-12-01 to 2026-03-01: 12.333 kgal in 90 days."],
  ]);

  const asked = { commandId: "appeal-1001-0001", accountId: "1001", agreementId: "1001-sewer", kind: "winter-average", name: "", value: "3.5", unit: "kgal", from: "2026-04-01", to: "", reason: "A toilet ran in January; plumber's bill seen" };
  expect(await setServiceFact(utility.world, clerk, asked)).toMatchObject({ status: "done" });
  expect(await setServiceFact(utility.world, clerk, { ...asked, commandId: "appeal-1001-0002", value: "-1" })).toMatchObject({ status: "invalid" });
  utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
  await runBills(utility, "2026-05-01");
  expect(await linesOf(utility, "1001-20260501")).toEqual([[3_500, 2489, "Your winter average is 3.5 thousand gallons. It was set for you by our staff."]]);
  for (const bill of ["1001-20260101", "1001-20260401", "1001-20260501"]) expect((await replayBill(utility.port, bill))!.differences).toEqual([]);
});

test("a winter month that was estimated and trued up is averaged once, as it was used", async () => {
  const utility = await billingUtility("2025-12-01T14:00:00Z");
  await publish(utility, "sewer-res", "sewer", SEWER, "2025-11-01", 2);
  await customer(utility, "1001", ["dial", "sewer"], "2025-12-01");
  // Nobody read the dial on the first of February: January is estimated, and 9,000 gallons went through in its two months.
  for (const [on, gallons] of [["2025-12-01", 0], ["2026-01-01", 3_100], ["2026-03-01", 12_100]] as const) await dialRead(utility.port, channelOf("1001", "dial"), on, gallons);
  for (const day of ["2026-01-01", "2026-02-05", "2026-03-01"]) {
    utility.clock.now = Date.parse(`${day}T15:00:00Z`);
    await runBills(utility, `${day.slice(0, 8)}01`);
  }
  expect(await winterAveragesByClock(utility.world, "2026-03-02")).toBe(1);
  const { facts: [average] } = (await loadAccount(utility.port, "1001")).state;
  expect(average).toMatchObject({ milli: Math.round((12_100 * 30.42) / 90), basis: { milli: 12_100, days: 90, segments: ["1001-20260101:1001-sewer", "1001-20260201:1001-sewer", "1001-20260301:1001-sewer"] } });
});

test("a winter's bill that is corrected leaves the average as it is, and says that it has to be looked at", async () => {
  const utility = await billingUtility("2025-12-01T14:00:00Z");
  await publish(utility, "sewer-res", "sewer", SEWER, "2025-11-01", 2);
  await customer(utility, "1001", ["dial", "sewer"], "2025-12-01");
  const dial = channelOf("1001", "dial");
  for (const [on, gallons] of [["2025-12-01", 0], ["2026-01-01", 3_100], ["2026-02-01", 6_200], ["2026-03-01", 9_000], ["2026-04-01", 12_100]] as const) await dialRead(utility.port, dial, on, gallons);
  for (const close of ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]) {
    utility.clock.now = Date.parse(`${close}T15:00:00Z`);
    await winterAveragesByClock(utility.world, close);
    await runBills(utility, close);
  }
  const [average] = (await loadAccount(utility.port, "1001")).state.facts;
  const work = () => utility.port.query<{ id: string; status: string; sentence: string }>("SELECT id, status, sentence FROM exception WHERE rule = 'winter-average'");
  const correct = async (fromBill: string, commandId: string) => {
    const asked: CorrectionAsked = { fromBill, cause: "wrongRead", again: true, services: [], feesBack: null };
    const answer = await branchOf(utility.world, "1001", asked);
    if (!answer.ok) throw new Error(answer.refusal.message);
    expect(await correctBills(utility.world, supervisor, { commandId, accountId: "1001", asked, reason: "Misread.", branchHash: answer.branch.hash })).toMatchObject({ status: "done" });
  };
  // A spring bill is none of the winter's.
  await dialRead(utility.port, dial, "2026-04-01", 12_500, 2);
  await correct("1001-20260401", "correct-spring-0001");
  expect(await work()).toEqual([]);

  await dialRead(utility.port, dial, "2026-02-01", 7_200, 2);
  await correct("1001-20260201", "correct-winter-0001");
  expect(await work()).toEqual([{ id: "rebill:average:1001-sewer:2026-03-01", status: "open", sentence: expect.stringContaining("The winter average of the sewer service, 3.042 kgal from 2026-03-01 on, rests on bill 1001-20260201, which was corrected.") }]);
  expect((await loadAccount(utility.port, "1001")).state.facts).toEqual([average]);
});
