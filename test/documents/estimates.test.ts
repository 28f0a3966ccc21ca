/** An estimated bill and the one that corrects it, as the customer reads them on the page and on paper. */
import { expect, test } from "vitest";
import { billContent } from "../../app/documents/bill-content.server.ts";
import { renderBill } from "../../app/documents/bill-pdf.server.ts";
import { billPage } from "../../worker/operations/billing.ts";
import { billingUtility, channelOf, customer, dialRead, runBills } from "../../worker/billing/billing.testing.ts";
import { customerOf, UTILITY, ZONE, type TestUtility } from "../support/utility.ts";

const DIAL = channelOf("1001", "dial");

/** Two months without a read, at 100 gallons a day, and then one that says 200. */
async function readAtLast(): Promise<TestUtility> {
  const utility = await billingUtility();
  await customer(utility, "1001", ["dial"]);
  await dialRead(utility.port, DIAL, "2026-03-01", 4);
  await dialRead(utility.port, DIAL, "2026-04-01", 3_100);
  await runBills(utility, "2026-04-01");
  for (const month of ["2026-05", "2026-06"]) {
    utility.clock.now = Date.parse(`${month}-05T15:00:00Z`);
    await runBills(utility, `${month}-01`);
  }
  await dialRead(utility.port, DIAL, "2026-07-01", 3_100 + 91 * 200);
  utility.clock.now = Date.parse("2026-07-01T15:00:00Z");
  await runBills(utility, "2026-07-01");
  return utility;
}

const pageOf = async ({ world }: TestUtility, billId: string) => (await billPage(world, customerOf("1001"), billId))!;

test("an estimated bill says that it is one, why, and how it was reckoned: at the service, at the usage, at each line", async () => {
  const page = await pageOf(await readAtLast(), "1001-20260501");
  const { groups: [water] } = billContent(page, "en", ZONE);
  expect(water).toMatchObject({ title: "Water", estimated: true, corrects: false });
  expect(water!.lines.map(({ what }) => what)).toEqual(["Used: 3,000 gallons (estimated)", "Water service charge", "Water use (estimated)"]);
  expect(water!.lines[0]!.how.slice(-2)).toEqual(["No reading had come by the day on which it had to be estimated. The next real reading sets it right.", "Reckoned from: your period before."]);
  expect(billContent(page, "es", ZONE).groups[0]!.lines[0]!.how.at(-1)).toBe("Calculado a partir de: su período anterior.");
});

test("the bill after the read shows each corrected month as it was used, and takes back what was billed", async () => {
  const page = await pageOf(await readAtLast(), "1001-20260701");
  const { groups, changes } = billContent(page, "en", ZONE);
  expect(groups.map(({ title, estimated, corrects }) => [title, estimated, corrects])).toEqual([["Water", false, false], ["Water: correction of an estimate", false, true], ["Water: correction of an estimate", false, true]]);
  expect(groups[0]!.lines[0]!.how.at(-1)).toBe("18,200 gallons went through the meter since Apr 1; by days, 6,000 gallons of it belong to this period.");
  expect(groups[1]!.lines.map(({ what, cents }) => [what, cents])).toEqual([["Used: 6,000 gallons, estimated at 3,000 gallons", null], ["Water service charge", 12_00], ["Water use", 22_80], ["Billed before, on the estimate", -21_30]]);
  expect(groups.flatMap(({ lines }) => lines).reduce((sum, { cents }) => sum + (cents ?? 0), 0)).toBe(page.bill.charges);
  expect(changes.at(-1)).toBe("$27.73 of it corrects 2 bills that were estimated too low.");
});

test("both are on paper, whole", async () => {
  const utility = await readAtLast();
  for (const billId of ["1001-20260501", "1001-20260701"]) {
    const file = await renderBill(await pageOf(utility, billId), { utility: UTILITY, service: "1001 Elm St, Cedar Falls", portalUrl: "utility.test" }, "en", ZONE);
    expect(Buffer.from(file).toString("latin1")).toMatch(/^%PDF-1\.7/);
  }
});
