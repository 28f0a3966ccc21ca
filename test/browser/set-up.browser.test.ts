/** A utility from nothing: one page, and then the board. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
import { verifyLog } from "../../db/log.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import { checkBook } from "../simulation/checkers.ts";
import { useStage } from "./harness.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
const PICTURES = process.env.PICTURES;
const PASSWORD = "three quiet rivers run";

const stage = useStage();

test("before a utility is set up every address leads to the set-up page, which reads well for everybody", async () => {
  for (const [width, colorScheme] of [[1280, "light"], [360, "dark"]] as const) {
    const page = await stage.person({ viewport: { width, height: 800 }, colorScheme });
    for (const path of ["/", "/staff", "/portal", "/sign-in", "/staff/accounts"]) {
      await page.goto(path);
      expect(new URL(page.url()).pathname, path).toBe("/set-up");
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    await page.evaluate(AXE);
    expect(await page.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`))).toEqual([]);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/set-up-${width}-${colorScheme}.png`, fullPage: true });
  }
});

test("without a script: what is missing is said at its field, nothing is lost, and the administrator lands on the board", async () => {
  stage.expectComplaint(/\.js csp$/);
  stage.expectComplaint(/422/);
  const page = await stage.person({ javaScriptEnabled: false });
  await page.goto("/");
  await page.getByLabel("Your name").fill("Ada Lindqvist");
  await page.getByLabel("Name of the utility").fill("Alder Creek Utilities");
  await page.getByLabel("Closes on day, row 1").fill("31");
  await page.getByLabel("Code, row 2").first().fill("02");
  await page.getByRole("button", { name: "Set up the utility" }).click();

  const problems = page.getByRole("alert");
  expect(await problems.getByRole("link").allTextContents()).toEqual([
    "Enter your e-mail address.", "Choose a password.", "Enter a whole number.", "The time zone must be a time zone such as America/Chicago.", "Services: choose at least one.",
    "The closing day: 1 to 28: every month has that day.", "The name must not be empty.",
  ]);
  expect(await page.getByLabel("Your name").inputValue()).toBe("Ada Lindqvist");
  expect(await page.getByLabel("Name, row 1").nth(1).inputValue()).toContain("New Year");

  await page.getByLabel("Your e-mail").fill("ada@aldercreek.test");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Time zone").selectOption("America/Chicago");
  await page.getByLabel("Water", { exact: true }).check();
  await page.getByLabel("Electricity", { exact: true }).check();
  await page.getByLabel("Closes on day, row 1").fill("5");
  await page.getByLabel("Name, row 2").first().fill("Cycle 2");
  await page.getByLabel("Closes on day, row 2").fill("19");
  await page.getByRole("button", { name: "Set up the utility" }).click();
  await page.getByRole("heading", { name: "Board" }).waitFor();
  expect(await page.getByText("Ada Lindqvist").count()).toBeGreaterThan(0);

  const port = openLibsql({ url: stage.meterline.databaseUrl });
  expect(await port.query(`SELECT id, close_day AS "closeDay" FROM bill_cycle ORDER BY id`)).toEqual([{ id: "01", closeDay: 5 }, { id: "02", closeDay: 19 }]);
  const [holidays] = await port.query<{ value: string }>("SELECT value FROM setting WHERE topic = 'holidays'");
  expect((JSON.parse(holidays!.value) as unknown[]).length).toBeGreaterThanOrEqual(22);
  const [event] = await port.query<{ actor: string; type: string }>("SELECT type, actor FROM event WHERE stream = 'utility'");
  expect(event).toMatchObject({ type: "UtilitySetUp", actor: expect.stringMatching(/^user:/) });
});

test("it is done once: the page is over, and the settings are changed where they are kept", async () => {
  const page = await stage.person();
  await page.goto("/set-up");
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.getByLabel("E-mail").fill("ada@aldercreek.test");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Board" }).waitFor();

  await page.goto("/staff/settings/fees");
  await page.getByLabel("Amount, $, row 1").fill("12.50");
  await page.getByRole("button", { name: "Propose" }).click();
  await page.getByText("Proposed. It counts once another person has approved it.").waitFor();
  // Nobody is served yet and nobody else is there: the first administrator may agree with themselves.
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved. It counts from its day on.").waitFor();
  await page.getByText("Late payment fee, amount: $10.00 → $12.50").waitFor();

  await page.goto("/staff/settings/billing");
  await page.getByLabel("A bill is due after").fill("90");
  stage.expectComplaint(/422/);
  await page.getByRole("button", { name: "Propose" }).click();
  await page.getByRole("alert").getByText("Days until a bill is due must have at most 60 days.").waitFor();
  expect(await page.getByLabel("A bill is due after").inputValue()).toBe("90");
});

test("from nothing to money with pages alone: a rate, a place with its meter, a customer, a gateway, reads, a bill, a payment", async () => {
  const ada = await stage.person();
  await ada.goto("/sign-in?next=/staff/rates");
  await ada.getByLabel("E-mail").fill("ada@aldercreek.test");
  await ada.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await ada.getByRole("button", { name: "Sign in" }).click();

  // A rate, from a document that a utility has published: first spoilt, then looked at, then in force.
  await ada.getByRole("link", { name: "Put a rate in force" }).first().click();
  await ada.getByRole("link", { name: "Water, homes" }).click();
  const written = ada.getByLabel("JSON");
  await ada.waitForURL(/example=/);
  await ada.waitForFunction(() => (document.querySelector("textarea")?.value.length ?? 0) > 100);
  const text = await written.inputValue();
  stage.expectComplaint(/422/);
  await written.fill(text.replace('"20.94"', '"twenty"'));
  await ada.getByRole("button", { name: "Look at it" }).click();
  await ada.getByRole("alert").getByText(/^charges\.0\.rates\.0\.amount: /).waitFor();
  await written.fill(text);
  await ada.getByRole("button", { name: "Look at it" }).click();
  await ada.getByText("This is how it reads. Nothing has been published.").waitFor();
  await ada.getByRole("heading", { name: "Water use" }).waitFor();
  if (PICTURES) await ada.screenshot({ path: `${PICTURES}/rate-first.png`, fullPage: true });
  await ada.getByLabel("Counts from").fill("2020-01-01");
  await ada.getByRole("button", { name: "Put it in force" }).click();
  await ada.getByText("The rate is in force from its day on.").waitFor();

  // A place: without a script, as in the field.
  const today = localDateOf(Date.now(), "America/Chicago");
  const moveInOn = addDays(today, -40);
  const theo = await stage.person({ javaScriptEnabled: false, storageState: await ada.context().storageState() });
  stage.expectComplaint(/\.js csp$/);
  await theo.goto("/staff/premises/new");
  await theo.getByLabel("Number and street").fill("5 Station St");
  await theo.getByLabel("City", { exact: true }).fill("Cedar Falls");
  await theo.getByLabel("State", { exact: true }).fill("IO");
  await theo.getByLabel("ZIP code", { exact: true }).fill("50613");
  await theo.getByLabel("Water is delivered here").check();
  await theo.locator("[name='water.badge']").fill("W-1");
  await theo.getByLabel("Hung on").first().fill(addDays(today, -60));
  await theo.getByLabel("A register alone").first().check();
  await theo.locator("[name='water.size']").fill('5/8"');
  await theo.getByRole("button", { name: "Register the premise" }).click();
  await theo.getByRole("alert").getByText("Enter the state as two letters, such as IA.").waitFor();
  expect(await theo.locator("[name='water.badge']").inputValue()).toBe("W-1");
  await theo.getByLabel("State", { exact: true }).fill("IA");
  await theo.getByRole("button", { name: "Register the premise" }).click();
  await theo.getByText("The premise is registered.").waitFor();

  // A cycle that closes today, a customer in it.
  const closeDay = Math.min(28, Number(today.slice(8)));
  const closedOn = `${today.slice(0, 8)}${String(closeDay).padStart(2, "0")}`;
  await ada.goto("/staff/settings/cycles?cycle=02");
  await ada.getByLabel("Closes on day").fill(String(closeDay));
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByText("Saved.").waitFor();
  await ada.goto("/staff/accounts/new?premise-q=5+stat");
  await ada.getByRole("link", { name: /5 Station St/ }).click();
  await ada.getByLabel("Name", { exact: true }).fill("Nora Petersen");
  await ada.getByLabel("First day").fill(moveInOn);
  await ada.getByLabel("Bill cycle").selectOption("02");
  await ada.getByRole("button", { name: "Open the account" }).click();
  await ada.getByText("The account is open.").waitFor();
  const accountPath = new URL(ada.url()).pathname;

  // A gateway with its own credential posts the reads.
  await ada.goto("/staff/gateways");
  await ada.getByLabel("Name", { exact: true }).fill("Head-end");
  await ada.getByRole("button", { name: "Make a credential" }).click();
  await ada.getByText("The secret is shown once").waitFor();
  const key = /Bearer (\S+)/.exec(await ada.locator("main").innerText())![1];
  const read = (day: LocalDate, value: string) => ({ meter: "W-1", unit: "gal", kind: "register", at: new Date(startOfDay(day, "America/Chicago")).toISOString(), value });
  const posted = await fetch(`${stage.meterline.url}/api/v1/ami/reads`, {
    method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ reads: [read(moveInOn, "10000"), read(closedOn, "14488")] }),
  });
  expect([posted.status, (await posted.json() as { counts: unknown }).counts]).toMatchObject([200, { accepted: 2 }]);

  // The bill: 4,488 gallons are 6 ccf at $1.84, and the service charge.
  await ada.getByRole("link", { name: "Bill cycles" }).click();
  await ada.getByRole("link", { name: "Start a run" }).first().click();
  await ada.getByRole("button", { name: "Start the run" }).click();
  await ada.getByText("Finished").first().waitFor();
  if (PICTURES) await ada.screenshot({ path: `${PICTURES}/first-run.png`, fullPage: true });
  await ada.goto(accountPath);
  const port = openLibsql({ url: stage.meterline.databaseUrl });
  const [bill] = await port.query<{ charges: number }>("SELECT charges FROM bill");
  expect(bill).toBeDefined();
  await ada.getByRole("link", { name: "Take payment" }).click();
  expect(await ada.getByLabel("Amount").inputValue()).toBe((bill!.charges / 100).toFixed(2));
  await ada.getByRole("button", { name: "Take the payment" }).click();
  await ada.getByText("The payment is posted.").waitFor();
  expect(await port.query("SELECT balance FROM account_state")).toEqual([{ balance: 0 }]);
  expect((await verifyLog(port)).broken).toBeNull();
  expect(await checkBook(port)).toEqual([]);

  // Somebody is served now: from here on a rate takes two people.
  await ada.goto("/staff/rates/first");
  await ada.getByText("Two people publish a rate here").waitFor();
});
