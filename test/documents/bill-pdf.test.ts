import { expect, test } from "vitest";
import { formatDollars } from "../../domain/money/cents.ts";
import { billPage } from "../../worker/operations/billing.ts";
import { billingUtility, channelOf, customer, meterDays, runBills } from "../../worker/billing/billing.testing.ts";
import { customerOf, UTILITY, ZONE } from "../support/utility.ts";
import { billContent } from "../../app/documents/bill-content.server.ts";
import { renderBill } from "../../app/documents/bill-pdf.server.ts";

const FACTS = { utility: UTILITY, service: "1001 Elm St, Cedar Falls", portalUrl: "utility.test" };

/** A household's March, and its April when the bill of March was not paid. */
async function aBill(month: "March" | "April" = "March") {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water", "sewer", "electric"]);
  await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", 10_000);
  await meterDays(utility.port, channelOf("1001", "electric"), "2026-03-01", "2026-04-01", 800);
  await runBills(utility, "2026-04-01");
  if (month === "April") {
    await meterDays(utility.port, channelOf("1001", "water"), "2026-04-01", "2026-05-01", 12_000);
    await meterDays(utility.port, channelOf("1001", "electric"), "2026-04-01", "2026-05-01", 700);
    utility.clock.now = Date.parse("2026-05-01T15:00:00Z");
    await runBills(utility, "2026-05-01");
  }
  const page = await billPage(utility.world, customerOf("1001"), month === "April" ? "1001-20260501" : "1001-20260401");
  if (!page) throw new Error("no bill was made");
  return page;
}

test("each line comes with its arithmetic in gallons and dollars, and is rounded once", async () => {
  const page = await aBill();
  const { groups } = billContent(page, "en", ZONE);
  const use = groups[0]!.lines.find(({ what }) => what === "Water use");
  expect(use?.how).toEqual(["First 4,000 gallons: 4,000 gallons × $3.10 per 1,000 gallons = $12.40", "Over 4,000 gallons: 3,430 gallons × $5.20 per 1,000 gallons = $17.836", "Together, rounded once to the cent: $30.24"]);
  expect(groups.map(({ title }) => title)).toEqual(["Water", "Sewer", "Electricity"]);
  expect(groups.flatMap(({ lines }) => lines).reduce((sum, { cents }) => sum + (cents ?? 0), 0)).toBe(page.bill.charges);
});

test("what is past due stands apart from what is not due yet", async () => {
  const [march, april] = [await aBill(), await aBill("April")];
  expect(billContent(march, "en", ZONE).due).toEqual([]);
  expect(billContent(april, "en", ZONE).due).toEqual([
    { what: "Past due since Apr 21", cents: march.bill.balance, pastDue: true },
    { what: "New charges, due May 21", cents: april.bill.charges, pastDue: false },
  ]);
  expect(billContent(april, "es", ZONE).due[0]!.what).toBe("Vencido desde el 21 abr");
});

test("under budget billing the bill asks for the budget amount and says what is carried, on paper as well", async () => {
  const march = await aBill();
  const { charges } = march.bill;
  const page = { ...march, budget: { budgetId: "b", instalment: 60_00, instalmentDueOn: march.bill.dueOn, due: 60_00, carried: charges - 60_00, settled: null, next: 60_00 } };
  const { budget, due } = billContent(page, "en", ZONE);
  expect(due).toEqual([]);
  expect(budget!.rows).toEqual([
    { what: "Budget amount, due by Apr 21", cents: 60_00 }, { what: "Budget balance, not due", cents: charges - 60_00 }, { what: "Owed in all", cents: charges },
  ]);
  expect(budget!.note).toBe(`You have used ${formatDollars(charges - 60_00)} more than you were asked to pay. It is not due now.`);
  expect(billContent(page, "es", ZONE).budget!.rows[0]!.what).toBe("Cuota nivelada, a pagar hasta el 21 abr");
  const settled = { ...page, budget: { ...page.budget, due: charges, carried: 0, settled: charges - 60_00, next: 75_00 } };
  expect(billContent(settled, "en", ZONE).budget).toMatchObject({ due: charges, note: "From the next bill on you pay $75.00 a month." });
  const pages = async (of: typeof march) => Buffer.from(await renderBill(of, FACTS, "en", ZONE)).toString("latin1").match(/\/Type \/Page\b/g)!.length;
  expect(await pages(page), "the slip stays on the first page").toBe(await pages(march));
});

test("the paper is tagged, names its language and title, and brings its fonts along", async () => {
  const page = await aBill();
  const file = Buffer.from(await renderBill(page, FACTS, "es", ZONE)).toString("latin1");
  expect(file).toMatch(/^%PDF-1\.7/);
  expect(file).toContain("/Marked true");
  expect(file).toContain("/StructTreeRoot");
  expect(file).toContain("/DisplayDocTitle true");
  expect(file).toContain("/Lang (es-US)");
  expect(file).toContain("pdfuaid:part>1<");
  expect(file.match(/\/FontFile3 /g)).toHaveLength(2);
  for (const tag of ["/S /H1", "/S /H2", "/S /Table", "/S /TH", "/S /TD", "/S /Figure"]) expect(file, tag).toContain(tag);
});

test("the same bill gives the same file", async () => {
  const page = await aBill();
  const [first, second] = [await renderBill(page, FACTS, "en", ZONE), await renderBill(page, FACTS, "en", ZONE)];
  expect(Buffer.from(second).equals(Buffer.from(first))).toBe(true);
});
