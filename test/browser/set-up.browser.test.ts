/** A utility from nothing: one page, and then the board. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
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
