/**
 * The whole story, with a customer and the utility at their screens: a meter is read, a bill is made, paid online, paid at
 * the counter, and whoever looks sees it at that moment. Nobody reloads anything.
 */
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
import { verifyLog } from "../../db/log.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { MINUTE_MS, startOfDay } from "../../domain/calendar/zone.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { GATEWAY_KEY_ID, GATEWAY_SECRET } from "../../scripts/demo/gateway.ts";
import { loadDemo, SIGN_INS } from "../../scripts/demo/load.ts";
import { ZONE } from "../../scripts/demo/world.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { checkBook } from "../simulation/checkers.ts";
import { useStage } from "./harness.ts";

const METERS = 24;

const stage = useStage({
  demo: true,
  prepare: async ({ url, databaseUrl, secrets, dataDir }: Meterline) => void (await loadDemo({ url, databaseUrl, secrets, dataDir, meters: METERS, onProgress: () => undefined })),
});

const [customer, supervisor] = SIGN_INS;
const clerk = SIGN_INS.find(({ role }) => role === "csr");

/** A person at a screen of their own, on the page they begin with, marked so that a reload would show. */
async function atTheScreen({ email, password, path }: { email: string; password: string; path: string }): Promise<Page> {
  const page = await stage.person();
  const live = page.waitForEvent("websocket");
  await page.goto(`/sign-in?next=${path}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${path}**`);
  await (await live).waitForEvent("framereceived");
  await mark(page);
  return page;
}

interface Marked extends Window {
  notReloaded?: true;
}

const mark = (page: Page): Promise<void> => page.evaluate(() => void ((window as Marked).notReloaded = true));
const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => (window as Marked).notReloaded === true);

/** The amount that a place shows, in cents; null when there is none. */
async function centsAt(place: Locator): Promise<number | null> {
  const text = (await place.textContent()) ?? "";
  const found = /(Credit )?\$([\d,]+)\.(\d\d)/.exec(text);
  if (!found) return null;
  const cents = Number(found[2]!.replaceAll(",", "")) * 100 + Number(found[3]);
  return found[1] ? -cents : cents;
}

const homeBalance = (page: Page): Promise<number | null> => centsAt(page.locator(".display").first());
const billSoFar = (page: Page): Promise<number | null> => centsAt(page.locator("section, article, div").filter({ has: page.getByRole("heading", { name: "Bill so far" }) }).last().locator(".live"));

/** A figure of the staff's board. */
const boardCount = async (page: Page, label: string): Promise<number> => Number(((await page.getByRole("link", { name: new RegExp(`^${label}`) }).locator(".live").textContent()) ?? "").replaceAll(",", ""));

/** The quarter hours after the last stored day that have passed: what the head-end would send next. */
async function nextRead(accountId: string): Promise<{ reads: readonly [{ meter: string; unit: string; kind: "interval"; start: string; stepMinutes: number; values: number[] }]; slots: number }> {
  const [channel] = await openLibsql({ url: stage.meterline.databaseUrl }).query<{ badge: string; stepMinutes: number; lastDay: LocalDate }>(
    `SELECT m.badge, c.step_minutes AS "stepMinutes", (SELECT max(d.day) FROM interval_day AS d WHERE d.channel_id = c.id) AS "lastDay"
     FROM service_agreement AS a JOIN meter_installation AS i ON i.service_point_id = a.service_point_id AND i.removed_on IS NULL JOIN meter AS m ON m.id = i.meter_id JOIN channel AS c ON c.meter_id = m.id
     WHERE a.account_id = ? AND a.commodity = 'electric' AND c.kind = 'interval' AND c.direction = 'delivered'`,
    [accountId],
  );
  const { badge, stepMinutes, lastDay } = channel!;
  const day = addDays(lastDay, 1);
  const start = startOfDay(day, ZONE);
  const end = Math.min(Date.now(), startOfDay(addDays(day, 1), ZONE));
  const slots = Math.floor((end - start) / (stepMinutes * MINUTE_MS));
  return { reads: [{ meter: badge, unit: "kWh", kind: "interval", start: new Date(start).toISOString(), stepMinutes, values: Array.from({ length: slots }, (_, slot) => 0.4 + (slot % 3) / 10) }], slots };
}

async function post(body: unknown): Promise<{ status: number; answer: { counts: Record<string, number> } }> {
  const response = await fetch(`${stage.meterline.url}/api/v1/ami/reads`, {
    method: "POST", headers: { authorization: `Bearer ${GATEWAY_KEY_ID}.${GATEWAY_SECRET}`, "content-type": "application/json" }, body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as { counts: Record<string, number> } };
}

test("from a read to the money, seen by everybody at once", async () => {
  const nora = await atTheScreen(customer!);
  const ingrid = await atTheScreen(supervisor!);
  const accountId = /Account (\d+)/.exec((await nora.getByRole("banner").textContent()) ?? "")![1]!;

  // A meter is read: the bill so far moves on the customer's page, the count of reads on the board.
  const soFar = await billSoFar(nora);
  const reads = await boardCount(ingrid, "Reads");
  expect(soFar).toBeGreaterThan(0);
  const { slots: _, ...batch } = await nextRead(accountId);
  expect(await post(batch)).toMatchObject({ status: 200, answer: { counts: { accepted: 1 } } });
  // It moves, mostly up: just after midnight the new day's share of the low tier is worth more than its first quarter hours cost.
  await expect.poll(() => billSoFar(nora)).not.toBe(soFar);
  await expect.poll(() => boardCount(ingrid, "Reads")).toBe(reads + 1);

  // The same batch again: its stored answer, and nothing moves.
  const moved = await billSoFar(nora);
  expect(await post(batch)).toMatchObject({ status: 200, answer: { counts: { accepted: 1 }, replayed: true } });

  // The supervisor bills the cycle that has closed: the bill appears in the customer's window.
  expect(await homeBalance(nora)).toBe(0);
  await ingrid.getByRole("link", { name: "Bill cycles" }).click();
  await ingrid.getByRole("link", { name: "Start a run" }).first().click();
  await ingrid.getByRole("button", { name: "Start the run" }).click();
  await ingrid.getByText("Finished").first().waitFor();
  await expect.poll(() => homeBalance(nora)).toBeGreaterThan(0);
  const owed = (await homeBalance(nora))!;
  expect(await billSoFar(nora)).toBe(moved);
  expect(await isMarked(nora)).toBe(true);

  // The customer pays at the provider, in a second tab; the first tab, the clerk's page and the board change by themselves.
  const marcus = await atTheScreen({ ...clerk!, path: `/staff/accounts/${accountId}` });
  expect(await homeBalance(marcus)).toBe(owed);
  await ingrid.getByRole("link", { name: "Board" }).click();
  const payments = await boardCount(ingrid, "Payments");
  const tab = await nora.context().newPage();
  await tab.goto("/portal");
  await tab.getByRole("link", { name: `Pay ${formatDollars(owed)}` }).click();
  await tab.getByRole("button", { name: "Continue to payment" }).click();
  await tab.getByRole("button", { name: "Pay with test card 4242" }).click();
  await tab.getByRole("heading", { name: "Thank you" }).waitFor();
  await expect.poll(() => homeBalance(nora)).toBe(0);
  await expect.poll(() => homeBalance(marcus)).toBe(0);
  await expect.poll(() => boardCount(ingrid, "Payments")).toBe(payments + 1);

  // Money at the counter: the customer's screen changes.
  await marcus.getByRole("link", { name: "Take payment" }).click();
  await marcus.getByLabel("Amount").fill("25.00");
  await marcus.getByRole("button", { name: "Take the payment" }).click();
  await expect.poll(() => nora.getByText("Your credit").count()).toBe(1);
  expect(await homeBalance(nora)).toBe(25_00);
  await expect.poll(() => boardCount(ingrid, "Payments")).toBe(payments + 2);

  // Nobody has reloaded; the log and the book hold.
  for (const page of [nora, ingrid, marcus]) expect(await isMarked(page)).toBe(true);
  const port = openLibsql({ url: stage.meterline.databaseUrl });
  const { broken, events } = await verifyLog(port);
  expect(broken).toBeNull();
  expect(events).toBeGreaterThan(100);
  expect(await checkBook(port)).toEqual([]);
});
