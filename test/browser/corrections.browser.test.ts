/** A wrong reading under issued bills: from the work item to the corrected bill on the customer's open page, and a second person above the limit. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { addMonths } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { nextEdition } from "../../domain/lifecycle/correction.ts";
import { createUser, type PeopleWorld } from "../../worker/operations/people.ts";
import { ZONE } from "../support/utility.ts";
import { useStage } from "./harness.ts";
import { channelOf, loadHousehold, PASSWORD, ROSA, SECOND_ACCOUNT, type Household } from "./household.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
/** $PICTURES names a folder that gets a picture of every page. */
const PICTURES = process.env.PICTURES;

const BILLING = { email: "bea@staff.test", name: "Bea Novak" };
const ADMIN = { email: "ada@staff.test", name: "Ada Lindqvist" };
const SUPERVISOR = { email: "sol@staff.test", name: "Sol Reyes" };
const GAS = channelOf(SECOND_ACCOUNT, "gas");
const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 740 } };

let household: Household;
const stage = useStage({
  async prepare(meterline) {
    household = await loadHousehold(meterline);
    const people: PeopleWorld = { ...household.world, env: { SECRET_KEY: meterline.secrets.secretKey, PUBLIC_URL: meterline.publicUrl } };
    for (const [person, role] of [[BILLING, "billing"], [SUPERVISOR, "supervisor"], [ADMIN, "admin"]] as const) {
      const user = await createUser(people, { ...person, password: PASSWORD, role, language: "en" });
      if (!user.ok) throw new Error(user.refusal.code);
    }
  },
});

async function signIn(page: Page, { email }: { email: string }, to: string): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(to)}`);
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", PASSWORD);
  await page.click("form.form button[type=submit]");
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** No fault that axe finds, nothing wider than the page; a picture where somebody wants one. */
async function looksRight(page: Page, name: string): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document));
  expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]!.html.slice(0, 120)}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} is no wider than its window`).toBe(true);
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** The dial of so many closes ago showed another value; answers the bill that ended with it. */
async function misread(closesAgo: number, more: number, version: number): Promise<string> {
  const on = addMonths(household.billedTo, -closesAgo);
  const { port } = household;
  const [read] = await port.query<{ value: number }>("SELECT value FROM register_read WHERE channel_id = ? AND read_at = ? ORDER BY version DESC LIMIT 1", [GAS, startOfDay(on, ZONE)]);
  await writeRows(port, { registerRead: [{ channelId: GAS, readAt: startOfDay(on, ZONE), version, value: read!.value + more * 1000, quality: "actual", suspect: 0, source: "handheld", actor: "gateway:test", reason: null, batchId: "late", recordedAt: Date.now() }] });
  const [bill] = await port.query<{ id: string }>("SELECT id FROM bill WHERE account_id = ? AND period_to = ? AND status = 'complete'", [SECOND_ACCOUNT, on]);
  return bill!.id;
}

test("from the work item in one click to what it changes; committed, Rosa's open page shows the corrected bill", async () => {
  const billId = await misread(1, -12, 2);
  await writeRows(household.port, { exception: [{ id: `rebill:${billId}:${GAS}`, kind: "rebill", rule: "billed-change", severity: "warn", status: "open", meterId: `meter-gas-${SECOND_ACCOUNT}`, accountId: SECOND_ACCOUNT, sentence: "The read changed after the bill was issued. Look whether to bill again.", numbers: "{}", openedAt: Date.now() }] });
  const rosa = await stage.person(PHONE);
  await signIn(rosa, ROSA, `/portal/bills/${billId}?account=${SECOND_ACCOUNT}`);
  await rosa.getByText("Gas use").first().waitFor();
  await rosa.waitForLoadState("networkidle");

  const bea = await stage.person({ viewport: { width: 1280, height: 900 } });
  await signIn(bea, BILLING, `/staff/exceptions/${encodeURIComponent(`rebill:${billId}:${GAS}`)}`);
  await bea.getByRole("link", { name: "See what it changes" }).click();
  await bea.getByText("Line by line").first().waitFor();
  expect(await bea.getByRole("combobox", { name: "From which bill on" }).inputValue()).toBe(billId);
  await looksRight(bea, "correct-desk");

  await bea.getByLabel("Why").fill("The reader took a 3 for a 4.");
  await bea.getByRole("button", { name: "Correct 2 bills" }).click();
  await bea.getByText("The bills are corrected.").waitFor();
  expect(await household.port.query("SELECT status, decision FROM exception WHERE kind = 'rebill'")).toEqual([{ status: "closed", decision: "rebilled" }]);

  await rosa.getByText("This bill does not count any more").waitFor();
  await looksRight(rosa, "bill-replaced-phone");
  await rosa.getByRole("link", { name: "See the new bill" }).click();
  await rosa.getByText(`This bill replaces bill ${billId}, because a meter reading was wrong and has been corrected.`, { exact: false }).waitFor();
  await looksRight(rosa, "bill-corrected-phone");

  await bea.goto(`/staff/bills/${billId}`);
  await bea.getByText("Another bill took its place.", { exact: false }).waitFor();
  await looksRight(bea, "bill-canceled-desk");
});

test("more than one person may decide on waits for another, who agrees", async () => {
  const billId = await misread(0, 1_400, 2);
  const bea = await stage.person(PHONE);
  await signIn(bea, BILLING, `/staff/accounts/${SECOND_ACCOUNT}/correct?from=${billId}&cause=slowMeter`);
  await bea.getByText("This needs a second person").waitFor();
  await looksRight(bea, "correct-phone");
  await bea.getByLabel("Why").fill("The shop tested it.");
  await bea.getByRole("button", { name: "Propose to a second person" }).click();
  await bea.getByText("Proposed.", { exact: false }).first().waitFor();

  await bea.goto(`/staff/bills/${billId}`);
  await bea.getByText("Reopened: a correction is being decided on").waitFor();

  const sol = await stage.person({ viewport: { width: 1280, height: 900 }, colorScheme: "dark" });
  await signIn(sol, SUPERVISOR, "/staff/exceptions?kind=approval");
  await sol.getByRole("link", { name: "Look at it" }).click();
  await sol.getByRole("button", { name: "Agree and correct" }).waitFor();
  await looksRight(sol, "correct-proposal-dark");
  await sol.getByRole("button", { name: "Agree and correct" }).click();
  await sol.getByText("The bills are corrected.").waitFor();
  await looksRight(sol, "account-corrected-dark");

  const rosa = await stage.person({ viewport: { width: 360, height: 740 } });
  await signIn(rosa, ROSA, `/portal/bills/${nextEdition(billId)}?account=${SECOND_ACCOUNT}`);
  await rosa.getByText("Pay in parts").first().waitFor();
  await looksRight(rosa, "bill-in-parts-phone");
});

test("the limits of corrections are read and changed on their page", async () => {
  const ada = await stage.person({ viewport: { width: 1280, height: 900 } });
  await signIn(ada, ADMIN, "/staff/settings/corrections");
  await ada.getByText("Oak Harbor", { exact: false }).first().waitFor();
  await looksRight(ada, "settings-corrections-desk");
  await ada.setViewportSize({ width: 320, height: 740 });
  await looksRight(ada, "settings-corrections-phone");
});
