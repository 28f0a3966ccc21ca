/** The staff's stories at the real pages: a payment at the counter, reads in doubt, a bill run, an auditor, and no pages that anybody is kept out of. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { HOME_ACCOUNT, loadHousehold, PASSWORD, ROSA, SECOND_ACCOUNT, type Household } from "./household.ts";
import { useStage } from "./harness.ts";
import { DOUBTED, DUE_ACCOUNTS, DUE_CYCLE, EMPTY_PREMISE, loadStaff, STAFF } from "./staff-world.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
/** $PICTURES names a folder that gets a picture of every page. */
const PICTURES = process.env.PICTURES;

let household: Household;
const stage = useStage({
  async prepare(meterline) {
    household = await loadHousehold(meterline);
    await loadStaff(meterline, household);
  },
});

type Role = keyof typeof STAFF;
type Options = Parameters<typeof stage.person>[0];

/** A member of staff at a desk of their own, signed in. */
async function at(role: Role, options?: Options): Promise<Page> {
  const page = await stage.person(options);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(STAFF[role].email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Board" }).waitFor();
  return page;
}

/** The page's scripts run: keys work from here on. */
const alive = (page: Page) => page.waitForFunction(() => "__reactRouterDataRouter" in window);

const owes = (page: Page) => page.locator("main .display").first();

test("a clerk finds an account by its meter's badge and takes a payment; a colleague's open page and the board show it at once", async () => {
  const [clerk, colleague, board] = [await at("csr"), await at("supervisor"), await at("billing")];
  await colleague.goto(`/staff/accounts/${HOME_ACCOUNT}`);
  const before = (await owes(colleague).textContent())!;
  const owed = Number(before.replace(/[$,]/g, ""));
  await alive(colleague);

  await alive(clerk);
  await clerk.keyboard.press("/");
  await clerk.keyboard.type(`W${HOME_ACCOUNT}`);
  await clerk.keyboard.press("Enter");
  await clerk.getByRole("heading", { name: `Meter W${HOME_ACCOUNT}` }).waitFor();
  await clerk.getByRole("link", { name: /Rosa Delgado/ }).click();
  await clerk.getByRole("heading", { name: "Rosa Delgado" }).waitFor();
  await clerk.keyboard.press("t");
  await clerk.getByLabel("Amount").fill("10.50");
  await clerk.getByLabel("Check", { exact: true }).check();
  await clerk.getByLabel("Number on it").fill("1044");
  await clerk.getByRole("button", { name: "Take the payment" }).click();
  await clerk.getByText("The payment is posted.").waitFor();

  const after = `$${(owed - 10.5).toFixed(2)}`;
  expect(await owes(clerk).textContent()).toBe(after);
  await colleague.getByText(after).first().waitFor();
  await colleague.getByRole("link", { name: "Payment, check" }).first().waitFor();
  expect(colleague.url()).toContain(`/staff/accounts/${HOME_ACCOUNT}`);
  await board.getByText("$10.50").first().waitFor();

  // A supervisor takes it back, with the fee.
  await colleague.getByRole("link", { name: "Payment, check" }).first().click();
  await colleague.getByLabel("Why").fill("check returned, not enough funds");
  await colleague.getByLabel(/Charge the fee/).check();
  await colleague.getByRole("button", { name: "Take the payment back" }).click();
  await colleague.getByText("The payment is taken back.").waitFor();
  await clerk.getByText(`$${(owed + 30).toFixed(2)}`).first().waitFor();
});

test("without a script: a mistyped payment comes back with what was typed, a request is moved on, an adjustment is posted", async () => {
  stage.expectComplaint(/\.js csp$/);
  stage.expectComplaint(/422/);
  const page = await at("billing", { javaScriptEnabled: false });
  await page.goto(`/staff/accounts/${SECOND_ACCOUNT}/pay`);
  await page.getByLabel("Amount").fill("twelve");
  await page.getByLabel("Number on it").fill("in an envelope");
  await page.getByRole("button", { name: "Take the payment" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("Enter an amount such as 84.20.");
  expect(await page.getByLabel("Number on it").inputValue()).toBe("in an envelope");

  await page.goto("/staff/requests");
  await page.getByRole("link", { name: "High bill" }).click();
  await page.getByLabel("Note").fill("A colleague looks at the meter on Tuesday.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The request is moved on.").waitFor();
  expect(await page.getByText("In progress").count()).toBeGreaterThan(0);

  await page.goto(`/staff/accounts/${SECOND_ACCOUNT}/adjust`);
  await page.getByLabel("Billing correction").check();
  await page.getByLabel("Amount").fill("600");
  await page.getByLabel("Why").fill("Gas was billed for an empty house.");
  await page.getByRole("button", { name: "Post the adjustment" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("A supervisor can post it.");
  await page.getByLabel("Amount").fill("21.00");
  await page.getByRole("button", { name: "Post the adjustment" }).click();
  await page.getByText("The adjustment is posted.").waitFor();
});

test("a customer moves in: premise, person, service and rate on one form", async () => {
  const page = await at("csr");
  await page.getByRole("link", { name: "Accounts" }).click();
  await page.getByRole("link", { name: "Open an account" }).click();
  await page.getByLabel("Premise").fill("5 station");
  await page.getByRole("button", { name: "Find the premise" }).click();
  await page.getByRole("link", { name: EMPTY_PREMISE.line }).click();
  await page.getByLabel("Name", { exact: true }).fill("Marta Silva");
  await page.getByRole("button", { name: "Open the account" }).click();
  await page.getByText("The account is open.").waitFor();
  await page.getByRole("heading", { name: "Marta Silva" }).waitFor();
  await page.getByRole("link", { name: "E-10001" }).waitFor();
});

test("reads in doubt are decided on by key, one after the other", async () => {
  const page = await at("billing");
  await alive(page);
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await page.getByRole("heading", { name: "Exceptions" }).waitFor();
  const rows = page.locator(".split-list tbody tr");
  const open = await rows.count();
  expect(open).toBeGreaterThan(2);

  const first = await page.locator(".split-list tr[aria-current] .badge").textContent();
  await page.keyboard.press("s");
  await page.getByText("Decided. This is the next one.").waitFor();
  await expect.poll(() => rows.count()).toBeLessThan(open);
  expect(first).not.toBe("");

  const left = await rows.count();
  await page.keyboard.press("a");
  await expect.poll(() => rows.count()).toBeLessThan(left);

  // An edit needs words: without them it comes back, with what was typed.
  stage.expectComplaint(/422/);
  await page.keyboard.press("e");
  await page.keyboard.type("0.4");
  const edit = page.getByRole("region", { name: "Edit" });
  await edit.getByRole("button", { name: "Save the edit" }).click();
  await edit.getByText("Say why, in a sentence").first().waitFor();
  await edit.getByLabel("Why").fill("The head-end sent a test value.");
  await edit.getByRole("button", { name: "Save the edit" }).click();
  await expect.poll(() => page.url()).toContain("did=decided");

  await page.goto("/staff/exceptions?view=closed");
  expect(await page.locator(".split-list tbody tr").count()).toBeGreaterThan(0);
});

test("a run is confirmed, started and watched; its bills are there, and the board counts them", async () => {
  const [page, board] = [await at("supervisor"), await at("csr")];
  await page.goto("/staff/billing");
  await page.getByRole("row", { name: /Cycle 2/ }).getByRole("link", { name: "Start a run" }).click();
  await page.getByRole("heading", { name: "Bill Cycle 2" }).waitFor();
  expect(await page.getByText("Accounts to bill").locator("..").textContent()).toContain(String(DUE_ACCOUNTS));
  await page.getByRole("button", { name: "Start the run" }).click();
  await page.getByRole("heading", { name: `Run of cycle ${DUE_CYCLE}` }).waitFor();
  await page.getByText("Finished").waitFor();
  await page.getByText(`${DUE_ACCOUNTS} of ${DUE_ACCOUNTS}`).waitFor();
  await board.locator("a.stat", { hasText: "Bills" }).getByText(String(DUE_ACCOUNTS), { exact: true }).waitFor();

  await page.getByRole("link", { name: /^Billed/ }).click();
  await page.getByRole("link", { name: /^400/ }).first().click();
  await page.getByText("Refuse cart").waitFor();
  await page.getByRole("link", { name: "Work it out again" }).click();
  await page.getByText("This was worked out in your own browser").waitFor();
  const pdf = await page.request.get((await page.getByRole("link", { name: "PDF" }).getAttribute("href"))!);
  expect([pdf.status(), pdf.headers()["content-type"], (await pdf.body()).subarray(0, 5).toString()]).toEqual([200, "application/pdf", "%PDF-"]);
});

test("an auditor sees everything and changes nothing: no button, and no way around it", async () => {
  const page = await at("auditor");
  for (const path of [`/staff/accounts/${HOME_ACCOUNT}`, "/staff/exceptions", "/staff/billing", "/staff/settings/fees", "/staff/gateways", "/staff/rates", "/staff/log", "/staff/requests", "/staff/people"]) {
    expect((await page.goto(path))?.status(), path).toBe(200);
    const doing = page.locator("main").getByRole("button", { name: /take|post|save|start|accept|estimate|revoke|make|open|edit|adjust/i });
    expect(await doing.count(), path).toBe(0);
  }
  stage.expectComplaint(/403/);
  for (const path of [`/staff/accounts/${HOME_ACCOUNT}/pay`, `/staff/accounts/${HOME_ACCOUNT}/adjust`, "/staff/accounts/new", `/staff/billing/runs/new?cycle=${DUE_CYCLE}`]) {
    expect((await page.goto(path))?.status(), path).toBe(403);
    await page.getByText("Your role (auditor) does not include this.").waitFor();
  }
  const posts: readonly (readonly [string, Record<string, string>])[] = [
    [`/staff/accounts/${HOME_ACCOUNT}/pay`, { commandId: "auditor-pays-00000001", amount: "10.00", tender: "cash" }],
    [`/staff/accounts/${HOME_ACCOUNT}/adjust`, { commandId: "auditor-adjusts-00001", kind: "goodwill", side: "credit", amount: "10.00", service: "water", reason: "why not" }],
    ["/staff/settings/fees", { commandId: "auditor-sets-00000001", effectiveOn: household.today, "fees.0.code": "late", "fees.0.name": "Late", "fees.0.amount": "1.00", "fees.0.gl": "4900" }],
    ["/staff/settings/cycles", { commandId: "auditor-cycles-000001", id: "09", name: "Nine", closeDay: "9" }],
    ["/staff/gateways", { commandId: "auditor-gateway-00001", do: "make", name: "Mine" }],
    [`/staff/billing/runs/new?cycle=${DUE_CYCLE}`, { commandId: "auditor-bills-0000001", cycleId: DUE_CYCLE, periodTo: household.today }],
  ];
  const { port } = household;
  const [{ n: events }] = (await port.query<{ n: number }>("SELECT count(*) AS n FROM event")) as [{ n: number }];
  for (const [path, form] of posts) {
    const response = await page.request.post(path, { form, headers: { origin: stage.meterline.publicUrl } });
    expect(response.status(), path).toBe(403);
  }
  expect(await port.query("SELECT count(*) AS n FROM event")).toEqual([{ n: events }]);
});

test("while the database is away a form keeps what was typed, and pages say that they will be back", async () => {
  stage.expectComplaint(/503|worker:|WebSocket|ERR_CONNECTION/);
  const page = await at("csr");
  await page.goto(`/staff/accounts/${HOME_ACCOUNT}`);
  await stage.meterline.killDatabase();
  try {
    expect((await page.goto("/staff/accounts"))?.status()).toBe(503);
    await page.getByRole("heading", { name: "We will be right back" }).waitFor();
  } finally {
    await stage.meterline.startDatabase();
  }
  await expect.poll(async () => (await page.goto("/staff/accounts"))?.status()).toBe(200);
});

test("somebody who is not staff finds nothing here", async () => {
  stage.expectComplaint(/404/);
  const page = await stage.person();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("rosa@example.test");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/portal");
  for (const path of ["/staff", `/staff/accounts/${SECOND_ACCOUNT}`, "/staff/log"]) expect((await page.goto(path))?.status(), path).toBe(404);
});

test("a change of the billing rules is proposed by one person, looked at and approved by another; the proposer cannot", async () => {
  const admin = await at("admin");
  await admin.goto("/staff/settings/billing");
  await admin.getByLabel("A bill is due after").fill("25");
  await admin.getByLabel("Why").fill("Customers asked for five more days.");
  await admin.getByRole("button", { name: "Propose" }).click();
  await admin.getByText("Proposed. It counts once another person has approved it.").waitFor();
  expect(await admin.getByRole("button", { name: "Approve" }).count()).toBe(0);
  if (PICTURES) await admin.screenshot({ path: `${PICTURES}/proposed-admin.png`, fullPage: true });

  const supervisor = await at("supervisor", { viewport: { width: 360, height: 800 } });
  await supervisor.goto("/staff/settings");
  await supervisor.getByText("A change waits for approval").waitFor();
  await supervisor.goto("/staff/settings/billing");
  await supervisor.getByText("Due after, days: 20 → 25").waitFor();
  await supervisor.getByText("Customers asked for five more days.").waitFor();
  if (PICTURES) await supervisor.screenshot({ path: `${PICTURES}/proposed-supervisor-360.png`, fullPage: true });
  await supervisor.getByRole("button", { name: "Approve" }).click();
  await supervisor.getByText("Approved. It counts from its day on.").waitFor();
  await supervisor.getByText("; proposed by Ada Lindqvist").waitFor();
});

test("a rate is drafted, tried on a house, run over everybody, proposed by one person and published by another; the customer sees what it would have cost", async () => {
  const [biller, supervisor] = [await at("billing"), await at("supervisor")];
  await biller.goto("/staff/rates/water-res");
  await biller.getByRole("link", { name: "New version" }).click();
  await biller.getByRole("button", { name: "Make the draft" }).click();
  await biller.getByText("Nothing yet: every charge reads as it does today.").waitFor();
  const figures = biller.locator("#prices");
  stage.expectComplaint(/status of 422/);
  await figures.getByLabel("Step 1, price").fill("three");
  await figures.getByRole("button", { name: "Save the figures" }).click();
  await biller.locator(".error-summary").getByText("must be a decimal number").waitFor();
  await figures.getByLabel("Step 1, price").fill("3.41");
  await figures.getByRole("button", { name: "Save the figures" }).click();
  await biller.getByRole("heading", { name: "What changes against version 1" }).waitFor();
  await biller.getByText("Today: first", { exact: false }).waitFor();
  const draft = new URL(biller.url()).pathname;

  await biller.getByLabel("Account number").fill(HOME_ACCOUNT);
  await biller.getByRole("button", { name: "Show its last bills" }).click();
  await biller.getByRole("heading", { name: `Account ${HOME_ACCOUNT}, as billed and under this draft` }).waitFor();
  await biller.getByRole("row", { name: /^Together/ }).first().waitFor();

  await biller.getByRole("button", { name: "Run it over the past year" }).click();
  await biller.getByText("The draft as it is now").waitFor();
  await biller.getByRole("heading", { name: "Who by how much" }).waitFor();
  await biller.goto(draft);
  await biller.getByLabel("Show customers what they would have paid").check();
  await biller.getByRole("button", { name: "Propose it" }).click();
  await biller.getByText("Another person publishes it.").waitFor();

  const customer = await stage.person({ viewport: { width: 360, height: 740 } });
  await customer.goto("/sign-in");
  await customer.getByLabel("E-mail").fill(ROSA.email);
  await customer.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await customer.getByRole("button", { name: "Sign in" }).click();
  await customer.getByText("A new price is proposed").waitFor();
  await customer.goto(`/portal?account=${HOME_ACCOUNT}`);
  await customer.getByRole("link", { name: "What you would have paid" }).click();
  await customer.getByText("It is not decided yet.").waitFor();
  await customer.evaluate(AXE);
  expect(await customer.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`))).toEqual([]);

  await supervisor.goto(draft);
  await supervisor.getByRole("button", { name: "Publish it" }).click();
  await supervisor.getByText("The rate is in force from its day on.").waitFor();
  await supervisor.getByRole("link", { name: "Version 2 of this rate" }).click();
  await supervisor.getByText("To come").first().waitFor();
});

const PAGES: readonly string[] = [
  "/staff", "/staff/search?q=delgado", "/staff/search?q=nobody", "/staff/accounts", `/staff/accounts/${SECOND_ACCOUNT}`, `/staff/accounts/${SECOND_ACCOUNT}/pay`, `/staff/accounts/${SECOND_ACCOUNT}/adjust`,
  `/staff/accounts/${SECOND_ACCOUNT}/request`, `/staff/accounts/${SECOND_ACCOUNT}/holds`, `/staff/accounts/${SECOND_ACCOUNT}/services`, `/staff/accounts/${SECOND_ACCOUNT}/facts`, "/staff/accounts/new", "/staff/accounts/new?premise-q=mill", `/staff/accounts/new?premise=premise-${SECOND_ACCOUNT}`,
  `/staff/premises/premise-${SECOND_ACCOUNT}`, `/staff/meters/${DOUBTED.meterId}`, `/staff/meters/meter-gas-${SECOND_ACCOUNT}`, "/staff/exceptions", "/staff/exceptions?view=closed", "/staff/requests", "/staff/requests/request-of-elena",
  "/staff/billing", `/staff/billing/runs/new?cycle=${DUE_CYCLE}`, "/staff/bills", "/staff/payments", "/staff/reads", "/staff/messages", "/staff/gateways", "/staff/premises/new", `/staff/premises/premise-${SECOND_ACCOUNT}/service?service=electric`, `/staff/premises/premise-${SECOND_ACCOUNT}/service?service=sewer`, "/staff/rates", "/staff/rates/drafts/new", "/staff/rates/drafts/new?of=electric-res", "/staff/rates/water-res", "/staff/rates/electric-res",
  "/staff/periods", `/staff/accounts/${SECOND_ACCOUNT}/erase`, "/staff/settings", "/staff/settings/utility", "/staff/settings/billing", "/staff/settings/windows", "/staff/settings/holds", "/staff/settings/estimation", "/staff/settings/holidays", "/staff/settings/fees", "/staff/settings/validation", "/staff/settings/gl", "/staff/settings/cycles", `/staff/log?stream=account:${SECOND_ACCOUNT}`, "/staff/people",
  "/staff/billing/unbilled", "/staff/meters", "/staff/meters/new", "/staff/meters/new?service=gas", `/staff/meters/${DOUBTED.meterId}/exchange`, `/staff/meters/${DOUBTED.meterId}/exchange?new=none`, `/staff/meters/${DOUBTED.meterId}/shop`,
  `/staff/meters/${DOUBTED.meterId}/ask`, "/staff/reads/arrivals",
];

describe("every page reads well for everybody", () => {
  for (const [width, theme] of [[1280, "light"], [360, "dark"]] as const) {
    test(`${width} px, ${theme}`, async () => {
      const page = await at("admin", { viewport: { width, height: 800 }, colorScheme: theme, reducedMotion: "reduce" });
      const bill = (await household.port.query<{ id: string }>("SELECT id FROM bill WHERE account_id = ? ORDER BY issued_on DESC LIMIT 1", [SECOND_ACCOUNT]))[0]!;
      const run = (await household.port.query<{ id: string }>("SELECT id FROM bill_run LIMIT 1"))[0]!;
      const payment = (await household.port.query<{ id: string }>("SELECT id FROM payment WHERE account_id = ? LIMIT 1", [SECOND_ACCOUNT]))[0]!;
      const event = (await household.port.query<{ position: number }>("SELECT max(position) AS position FROM event"))[0]!;
      const draft = (await household.port.query<{ id: string; replay: string }>("SELECT d.id, r.id AS replay FROM rate_draft AS d JOIN rate_replay AS r ON r.draft_id = d.id LIMIT 1"))[0]!;
      const more = [`/staff/rates/drafts/${draft.id}`, `/staff/rates/replays/${draft.replay}`, `/staff/bills/${bill.id}`, `/staff/billing/runs/${run.id}`, `/staff/accounts/${SECOND_ACCOUNT}/payments/${payment.id}`, `/staff/log?event=${event.position}`];
      for (const path of [...PAGES, ...more]) {
        expect((await page.goto(path))?.status(), path).toBe(200);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${path} is wider than the screen`).toBeLessThanOrEqual(0);
        await page.evaluate(AXE);
        const findings = await page.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`));
        expect(findings, path).toEqual([]);
        if (PICTURES) await page.screenshot({ path: `${PICTURES}/${path.replace(/[^a-z0-9]+/gi, "-")}-${width}-${theme}.png`, fullPage: true });
      }
    }, 180_000);
  }
});
