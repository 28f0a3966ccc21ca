/** Alerts, told by the people whom they are about: a clock that starts while Lena looks, and what a leak's bill gives back to Sam. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { createGateway } from "../../worker/operations/gateways.ts";
import { createFirstAdministrator, createUser, grantAccess, type PeopleWorld } from "../../worker/operations/people.ts";
import { openAccount, registerPremise, startService } from "../../worker/operations/registry.ts";
import { ZONE } from "../support/utility.ts";
import { useStage } from "./harness.ts";
import { channelOf, loadHousehold, PASSWORD, SAM, SAM_ACCOUNT, SAMS_LEAK, type Household } from "./household.ts";
import { worldOf } from "./utility.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
/** $PICTURES names a folder that gets a picture of every page. */
const PICTURES = process.env.PICTURES;

/** A form that is sent back says so to the browser, too. */
const SENT_BACK = /Failed to load resource: the server responded with a status of 422/;

const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 740 }, bypassCSP: true };
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, bypassCSP: true };
const DARK: BrowserContextOptions = { ...DESK, colorScheme: "dark" };

const LENA = { email: "lena@example.test", name: "Lena Brandt" };
const LENAS = { accountId: "40011225", badge: "W-60021", line: "12 Quarry Rd" };
const BEA = { email: "bea@staff.test", name: "Bea Moreno" };
/** Fifteen gallons an hour for twelve days: enough to be worth an adjustment, not enough to hold the bill. */
const LEAK = 15_000;

let household: Household;
let credential: string;
const stage = useStage({
  async prepare(meterline) {
    household = await loadHousehold(meterline, { samsLeak: LEAK });
    await prepareAlerts(meterline);
  },
});

/** Somebody at the counter, a head-end, Lena's new house, and what Sam's meter had raised and ended. */
async function prepareAlerts(meterline: Meterline): Promise<void> {
  const world = worldOf(meterline);
  const people: PeopleWorld = { ...world, env: { SECRET_KEY: meterline.secrets.secretKey, PUBLIC_URL: meterline.publicUrl } };
  const made = await createFirstAdministrator(people, { email: "ada@staff.test", name: "Ada Lindqvist", password: PASSWORD, language: "en" });
  if (!made.ok) throw new Error(made.refusal.code);
  const ada: UserActor = { kind: "user", userId: made.userId, role: "admin", accountIds: [] };
  const bea = await createUser(people, { ...BEA, password: PASSWORD, role: "billing", language: "en" });
  if (!bea.ok) throw new Error(bea.refusal.code);
  const gateway = await createGateway(world, ada, { commandId: "gateway-of-the-story", name: "North head-end" });
  if (gateway.status !== "done") throw new Error("no gateway");
  credential = `${gateway.result.keyId}.${gateway.secret}`;

  const address = { line: LENAS.line, city: "Cedar Falls", state: "IA", zip: "50613" };
  const startOn = addDays(household.today, -20);
  await registerPremise(world, ada, "premise-of-lena", {
    premiseId: "premise-lena", address, premiseClass: "home", dwellingUnits: 1,
    servicePoints: [{
      servicePointId: "water-lena", commodity: "water", usageFrom: null,
      meter: { meterId: "meter-lena", badge: LENAS.badge, commodity: "water", size: null, manufacturer: null, installedOn: "2020-01-01", channels: [{ id: 660_021, name: "1", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }] },
    }],
  });
  await openAccount(world, ada, "open-of-lena", { accountId: LENAS.accountId, person: { id: "person-lena", name: LENA.name, email: LENA.email, phone: null, language: "en" }, mailing: address, customerClass: "residential", billCycle: "01", delivery: "email", openedOn: startOn });
  await startService(world, ada, "start-of-lena", LENAS.accountId, { agreementId: "lena-water", premiseId: "premise-lena", servicePointId: "water-lena", commodity: "water", rateScheduleId: "water-res", startOn });
  const lena = await createUser(people, { ...LENA, password: PASSWORD, role: "customer", language: "en" });
  if (!lena.ok) throw new Error(lena.refusal.code);
  await grantAccess(people, { userId: lena.userId, accountId: LENAS.accountId });

  const [from, to] = [startOfDay(addDays(household.billedTo, -SAMS_LEAK.from), ZONE), startOfDay(addDays(household.billedTo, -SAMS_LEAK.to), ZONE)];
  await writeRows(household.port, {
    usageAlert: [{
      id: SAMS_ALERT, kind: "leak", channelId: channelOf(SAM_ACCOUNT, "water"), meterId: `meter-water-${SAM_ACCOUNT}`, servicePointId: `water-${SAM_ACCOUNT}`, accountId: SAM_ACCOUNT,
      startedAt: from, throughAt: to, endedAt: to, unit: "gal", stepMinutes: 60, least: LEAK, usage: LEAK * 24 * (SAMS_LEAK.from - SAMS_LEAK.to), raisedAt: from, clearedAt: to, acknowledgedAt: null,
    }],
  });
}

const SAMS_ALERT = "leak:of-sam";

async function at({ email }: { email: string }, to: string, options: BrowserContextOptions): Promise<Page> {
  const page = await stage.person(options);
  await page.goto(`/sign-in?next=${encodeURIComponent(to)}`);
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", PASSWORD);
  await page.click("form.form button[type=submit]");
  await page.waitForURL((url) => url.pathname === to.split("?")[0]);
  return page;
}

/** As a head-end posts: hours of Lena's meter from an hour of a day on, in gallons. */
async function post(day: LocalDate, fromHour: number, values: readonly number[]): Promise<void> {
  const response = await fetch(`${stage.meterline.publicUrl}/api/v1/ami/reads`, {
    method: "POST", headers: { authorization: `Bearer ${credential}` },
    body: JSON.stringify({ reads: [{ meter: LENAS.badge, kind: "interval", unit: "gal", start: new Date(startOfDay(day, ZONE) + fromHour * 3_600_000).toISOString(), stepMinutes: 60, values }] }),
  });
  expect(await response.json()).toMatchObject({ counts: { accepted: 1 } });
}

const hours = (gallons: number, count: number): number[] => Array.from({ length: count }, () => gallons);

/** On a phone and on a desk: no fault that axe finds, nothing wider than the page; a picture where somebody wants one. */
async function looksRight(page: Page, name: string): Promise<void> {
  const asItWas = page.viewportSize()!;
  await page.evaluate(() => document.querySelectorAll("main details").forEach((each) => void ((each as HTMLDetailsElement).open = true)));
  await page.evaluate(AXE);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const { violations } = await page.evaluate(() => axe.run(document));
    expect(violations.map(({ id, nodes }) => `${name}, ${width}: ${id}: ${nodes[0]!.html.slice(0, 120)}`)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} is no wider than ${width}`).toBe(true);
    if (PICTURES === undefined) continue;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize(asItWas);
}

describe("Lena's toilet runs", () => {
  test("and the clock starts on the page that she has open, goes on with every read, and stops when her meter stands still", async () => {
    const [before, yesterday] = [addDays(household.today, -2), addDays(household.today, -1)];
    const [lena, bea] = [await at(LENA, "/portal", PHONE), await at(BEA, "/staff/alerts", DESK)];
    await bea.getByText("Nothing runs").waitFor();
    await lena.waitForLoadState("networkidle");
    await lena.evaluate(() => void Object.assign(window, { kept: true }));

    await post(before, 0, hours(6, 24));
    const clock = lena.locator(".notice", { hasText: "Water: running without a pause" });
    await clock.waitFor();
    expect(await clock.textContent()).toContain("At least 6 gallons every hour, 144 gallons so far");
    expect(await clock.textContent()).toMatch(/About \$0\.\d\d an hour, \$0\.\d\d a day|About \$0\.\d\d a day/);
    await post(yesterday, 0, hours(6, 12));
    await clock.getByText("At least 6 gallons every hour, 216 gallons so far").waitFor();
    expect(await lena.evaluate(() => "kept" in window)).toBe(true);
    // Told by mail as well, once.
    const sent = await household.port.query<{ channel: string }>("SELECT payload->>'channel' AS channel FROM outbox WHERE kind = 'notice'");
    expect(sent).toEqual([{ channel: "email" }]);
    await looksRight(lena, "alert-home");

    await clock.getByRole("link", { name: "See alerts" }).click();
    await lena.getByRole("button", { name: "I know about it" }).click();
    await lena.getByText(/You told us that you know/).waitFor();
    await looksRight(lena, "alert-usage");

    await bea.reload();
    const row = bea.getByRole("row", { name: /Lena Brandt/ });
    expect(await row.textContent()).toContain("Continuous flow");
    expect(await row.textContent()).not.toContain("Not yet");
    await looksRight(bea, "staff-alerts");

    await post(yesterday, 12, [6, 0, 0, 4]);
    await lena.getByText("At least 6 gallons every hour, 222 gallons in all").waitFor();
    expect(await lena.getByRole("link", { name: "Ask whether part of its cost is forgiven" }).getAttribute("href")).toBe("/portal/requests/new?kind=leak");
    await bea.reload();
    await bea.getByText("Nothing runs").waitFor();
  }, 240_000);

  test("she chooses texts, and is asked for her yes", async () => {
    stage.expectComplaint(SENT_BACK);
    const lena = await at(LENA, "/portal/settings", PHONE);
    const leaks = lena.getByRole("group", { name: "Something runs without a pause" });
    expect(await leaks.getByLabel("E-mail").isChecked()).toBe(true);
    await leaks.getByLabel("Text").check();
    await leaks.getByLabel("E-mail").uncheck();
    const save = lena.getByRole("button", { name: "Save alerts" });
    await save.click();
    await lena.getByRole("alert").getByText("Texts need a number to go to.").waitFor();
    await lena.getByLabel("Mobile number for texts").fill("319-555-0142");
    await save.click();
    await lena.getByRole("alert").getByText("Tick that texts may be sent to this number.").waitFor();
    expect([await leaks.getByLabel("Text").isChecked(), await leaks.getByLabel("E-mail").isChecked()]).toEqual([true, false]);
    await lena.getByLabel("Send texts about my alerts to this number").check();
    await save.click();
    await lena.getByText("Saved.").waitFor();
    expect(await lena.getByLabel("Mobile number for texts").inputValue()).toBe("(319) 555-0142");
    await looksRight(lena, "settings");
  });
});

describe("Sam's leak is repaired", () => {
  test("Bea reckons the adjustment by the policy and posts it; Sam sees how it came about", async () => {
    stage.expectComplaint(SENT_BACK);
    const bea = await at(BEA, `/staff/accounts/${SAM_ACCOUNT}/adjust`, DESK);
    await looksRight(bea, "adjust");
    await bea.getByRole("link", { name: "Reckon the adjustment" }).click();
    await bea.getByRole("heading", { name: "Leak adjustment" }).waitFor();
    await looksRight(bea, "leak");
    const post = bea.getByRole("button", { name: /^Post \$\d+\.\d\d$/ });
    const amount = (await post.textContent())!.replace("Post ", "");
    await post.click();
    await bea.getByRole("alert").getByText("Say what shows that it was repaired").waitFor();
    await bea.getByLabel("What shows the repair").fill("Invoice 4711 of Oct 2.");
    await post.click();
    await bea.getByText("The leak adjustment is posted.").waitFor();
    const entry = bea.locator(".timeline li", { hasText: "Leak adjustment" }).first();
    expect(await entry.textContent()).toContain("50 % of what a bill cost beyond the normal use");

    const again = await at(BEA, `/staff/accounts/${SAM_ACCOUNT}/leaks/${encodeURIComponent(SAMS_ALERT)}`, { ...PHONE, colorScheme: "dark" });
    await again.getByText("This leak has been adjusted already.").waitFor();
    await looksRight(again, "leak-done-dark");

    const sam = await at(SAM, "/portal/usage", DARK);
    await sam.getByText(`${amount} was credited for this leak`).waitFor();
    await sam.getByText("How it was figured").click();
    await sam.getByText(/^Your bill for .* came to \$\d+\.\d\d for [\d,]+ gallons\. At your normal use of [\d,]+ gallons it would have been \$\d+\.\d\d\./).waitFor();
    await looksRight(sam, "leak-credit-dark");
  }, 240_000);

  test("the policy is a rule of charging: its page shows what counts, on a desk and on a phone", async () => {
    const ada = { email: "ada@staff.test" };
    for (const [options, name] of [[DESK, "leak-policy"], [DARK, "leak-policy-dark"]] as const) {
      const page = await at(ada, "/staff/settings/leaks", options);
      await page.getByLabel("Forgiven of the excess").waitFor();
      await looksRight(page, name);
    }
  });
});
