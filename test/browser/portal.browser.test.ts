/** The customer's portal, told by the people who use it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { deriveKey } from "../../db/keys.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { advanceRequest } from "../../worker/operations/requests.ts";
import { saveCycle } from "../../worker/operations/settings.ts";
import { TestProvider, SIGNATURE_HEADER } from "../../worker/payments/test-provider.ts";
import type { ProviderEvent } from "../../worker/payments/provider.ts";
import { clerk, supervisor } from "../support/utility.ts";
import { useStage } from "./harness.ts";
import { channelOf, electricShape, HOME_ACCOUNT, loadHousehold, PASSWORD, ROSA, SAM, SAM_ACCOUNT, SECOND_ACCOUNT, waterShape, type Household } from "./household.ts";

declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** $PORTAL names a folder that gets a picture of every page. */
const PICTURES = process.env.PORTAL;

const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 } };
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const NOT_FOUND = /Failed to load resource: the server responded with a status of 404/;

let household: Household;
const stage = useStage({ prepare: async (meterline) => { household = await loadHousehold(meterline); } });

async function signIn(page: Page, { email }: { email: string }, to = "/portal"): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(to)}`);
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", PASSWORD);
  await page.click("form.form button[type=submit]");
  await page.locator(".portal-account").waitFor();
}

/** Loaded, alive, and connected: what comes from now on comes by push. */
async function alive(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
}

/** A mark that only a reload would wipe away. */
const mark = (page: Page) => page.evaluate(() => void Object.assign(window, { kept: true }));
const kept = (page: Page) => page.evaluate(() => "kept" in window);

async function owed(accountId: string): Promise<string> {
  const [row] = await household.port.query<{ balance: number }>("SELECT balance FROM account_state WHERE account_id = ?", [accountId]);
  return formatDollars(Math.abs(row!.balance));
}

async function lastBill(accountId: string): Promise<{ id: string; charges: number; dueOn: string }> {
  const [row] = await household.port.query<{ id: string; charges: number; dueOn: string }>(`SELECT id, charges, due_on AS "dueOn" FROM bill WHERE account_id = ? ORDER BY period_to DESC LIMIT 1`, [accountId]);
  return row!;
}

describe("Rosa at the bus stop", () => {
  test("sees what she owes and by when, can pay, and sees where the new bill is heading, without scrolling", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, ROSA);
    const balance = page.locator(".display").first();
    expect(await balance.textContent()).toBe(await owed(HOME_ACCOUNT));
    expect(await page.getByText(/^Due \w{3}, \w{3} \d{1,2}/).isVisible()).toBe(true);
    expect(await page.getByText(/^Likely \$\d+ to \$\d+ by \w{3} \d{1,2}$/).isVisible()).toBe(true);

    // In the order in which they matter.
    const text = (await page.locator("main").textContent())!;
    const places = ["You owe", "Pay $", "Bill so far", "Water, last 14 days", "Requests", "Last payment"].map((word) => text.indexOf(word));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    const projection = await page.locator(".projection").boundingBox();
    expect(projection!.y + projection!.height).toBeLessThan(740);
  });

  test("looks at her mother's account, which is past due, and back", async () => {
    const page = await stage.person(DESK);
    await signIn(page, ROSA);
    await page.click(".portal-menu-button");
    await page.getByRole("link", { name: /902 Mill Rd/ }).click();
    await page.waitForURL(/account=10430551/);
    await page.getByText("Past due").waitFor();
    expect(await page.locator(".portal-account").textContent()).toContain("902 Mill Rd");
    // Remembered for the pages after, until she chooses another.
    await page.getByRole("link", { name: "Bills" }).click();
    await page.waitForURL(/portal\/bills$/);
    expect(await page.locator(".portal-account").textContent()).toContain(SECOND_ACCOUNT);
  });
});

describe("a bill", () => {
  test("says what changed and why, and every line shows its arithmetic", async () => {
    const page = await stage.person(PHONE);
    const bill = await lastBill(HOME_ACCOUNT);
    await signIn(page, ROSA, "/portal/bills");
    await page.locator("tbody a").first().click();
    await page.getByRole("heading", { level: 1, name: /^Bill of/ }).waitFor();
    expect(await page.locator(".display").textContent()).toBe(formatDollars(bill.charges));
    expect(await page.locator(".notice .notice-title").first().textContent()).toMatch(/Your charges are|first bill/);
    const use = page.locator(".lines-more", { hasText: /^Water use/ });
    await use.locator("summary").click();
    expect(await use.locator(".lines-how").textContent()).toContain("First 3,000 gallons: 3,000 gallons × $2.41 per 1,000 gallons = $7.23");
    // A dial that is read by hand shows both readings.
    await page.goto(`/portal/bills/${(await lastBill(SECOND_ACCOUNT)).id}`);
    await page.waitForURL(new RegExp(`account=${SECOND_ACCOUNT}`));
    const gas = page.locator(".lines > section", { hasText: /^Natural gas/ }).locator("details").first();
    await gas.locator("summary").click();
    expect(await gas.locator(".lines-how").textContent()).toMatch(/^Meter G10430551: [\d,]+ on \w{3} \d+, [\d,]+ on \w{3} \d+$/);
  });

  test("is worked out again on demand in her own browser, to the same cent, every line with its arithmetic", async () => {
    const page = await stage.person(PHONE);
    const bill = await lastBill(HOME_ACCOUNT);
    await signIn(page, ROSA, `/portal/bills/${bill.id}?account=${HOME_ACCOUNT}`);
    await page.getByRole("link", { name: "Work it out again" }).click();
    await page.getByText(`The same again: ${formatDollars(bill.charges)}`).waitFor();
    await page.getByText("This was worked out in your own browser.").waitFor();
    await page.getByText("Each line as your browser worked it out").click();
    const line = page.locator("#check .lines-more", { hasText: /^Water use/ });
    await line.locator("summary").click();
    expect(await line.locator(".lines-how").textContent()).toContain("First 3,000 gallons: 3,000 gallons × $2.41 per 1,000 gallons = $7.23");
    expect(await page.locator("#check .lines-total").textContent()).toContain(formatDollars(bill.charges));
  });

  test("shows in her browser a reading or a price that is not the one it was billed on", async () => {
    const page = await stage.person();
    const bill = await lastBill(HOME_ACCOUNT);
    await page.route("**/manifest", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll("2.41", "2.40") });
    });
    await signIn(page, ROSA, `/portal/bills/${bill.id}?account=${HOME_ACCOUNT}`);
    await page.getByRole("link", { name: "Work it out again" }).click();
    await page.getByText("It comes out differently now").waitFor();
  });

  test("is worked out by the server where its manifest does not come; nobody else gets the manifest", async () => {
    const page = await stage.person();
    const bill = await lastBill(HOME_ACCOUNT);
    stage.expectComplaint(/manifest|Failed to load resource/);
    await page.route("**/manifest", (route) => route.abort());
    await signIn(page, ROSA, `/portal/bills/${bill.id}?account=${HOME_ACCOUNT}`);
    await page.getByRole("link", { name: "Work it out again" }).click();
    await page.getByText(`The same again: ${formatDollars(bill.charges)}`).waitFor();
    const stranger = await stage.person();
    await signIn(stranger, SAM);
    expect((await stranger.request.get(`/portal/bills/${bill.id}/manifest`)).status()).toBe(404);
  });

  test("is a PDF that is made once and served from the store after that, in her language", async () => {
    const page = await stage.person();
    await signIn(page, ROSA);
    const { id } = await lastBill(HOME_ACCOUNT);
    const get = async (language: string) => page.request.get(`/portal/bills/${id}/pdf`, { headers: { cookie: `${(await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")}; lang=${language}` } });
    const first = await get("en");
    const second = await get("en");
    expect([first.status(), first.headers()["content-type"]]).toEqual([200, "application/pdf"]);
    expect((await first.body()).subarray(0, 8).toString()).toBe("%PDF-1.7");
    expect(await second.body()).toEqual(await first.body());
    await get("es");
    // The template's version counts up; what is kept names it and the language.
    expect(await household.port.query("SELECT template, length(hash) AS hash FROM bill_document WHERE bill_id = ? ORDER BY template", [id])).toEqual(["en", "es"].map((language) => ({ template: expect.stringMatching(new RegExp(`^bill-\\d+-${language}$`)), hash: 64 })));
  });
});

describe("usage", () => {
  test("goes month by month and day by day, and every picture has its figures", async () => {
    const page = await stage.person(DESK);
    await signIn(page, ROSA, `/portal/usage?account=${HOME_ACCOUNT}`);
    await alive(page);
    const month = () => page.locator("main .card h2").first().textContent();
    const thisMonth = await month();
    await page.getByRole("link", { name: "Earlier: Usage" }).click();
    await page.waitForURL(/month=/);
    await page.waitForFunction((was) => document.querySelector("main .card h2")?.textContent !== was, thisMonth);
    await page.locator("main .card").first().locator(".chart-figures summary").click();
    const rows = page.locator("main .card").first().locator("tbody tr");
    expect(await rows.count()).toBeGreaterThanOrEqual(28);
    await rows.first().locator("a").click();
    await page.waitForURL(/day=/);
    const hours = page.locator("#hours");
    await hours.locator(".chart-figures summary").click();
    expect(await hours.locator("tbody tr").count()).toBeGreaterThanOrEqual(23);
    await page.getByRole("link", { name: "Electricity" }).click();
    await page.waitForURL(/service=10422817-electric/);
    await page.getByText(/kWh in \d+ days?/).waitFor();
  });

  test("of a dial goes from reading to reading", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, ROSA, `/portal/usage?account=${SECOND_ACCOUNT}&service=${SECOND_ACCOUNT}-gas`);
    await page.getByText("This meter is read about once a month").waitFor();
    expect(await page.locator(".chart-bar").count()).toBeGreaterThanOrEqual(13);
  });
});

describe("what is pushed", () => {
  test("readings move the bill so far on the open page", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    await alive(page);
    await mark(page);
    const soFar = page.locator(".card", { hasText: "Bill so far" }).locator(".live");
    const before = await soFar.textContent();
    const days = { from: household.today, to: addDays(household.today, 1) };
    await household.meter(channelOf(HOME_ACCOUNT, "water"), days, waterShape, 12);
    await household.meter(channelOf(HOME_ACCOUNT, "electric"), days, electricShape, 12);
    await household.tell("usageChanged", HOME_ACCOUNT);
    await page.waitForFunction((was) => document.querySelector(".card .live .large")?.textContent !== was, before);
    expect(await page.locator("[role=status]").first().textContent()).toBeDefined();
    expect(await kept(page)).toBe(true);
  });

  test("a payment turns to paid in every open window; the receipt can be printed", async () => {
    const home = await stage.person(DESK);
    await signIn(home, SAM);
    await alive(home);
    await mark(home);
    const due = await owed(SAM_ACCOUNT);
    expect(await home.locator(".display").first().textContent()).toBe(due);

    const page = await home.context().newPage();
    await page.goto("/portal/pay");
    expect(await page.inputValue("[name=amount]")).toBe(due.slice(1));
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.waitForURL(/provider\/test\/checkout/);
    expect(await page.locator("h1").textContent()).toBe(due);
    await page.getByRole("button", { name: /Pay with test card/ }).click();
    await page.waitForURL(/portal\/pay\/done/);
    await page.getByRole("heading", { level: 1, name: "Thank you" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("Card ending 4242");

    await home.getByText("You owe nothing right now").waitFor();
    expect(await home.locator(".display").first().textContent()).toBe("$0.00");
    expect(await home.locator(".card", { hasText: "Last payment" }).textContent()).toContain(due);
    expect(await kept(home)).toBe(true);

    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".portal-nav").isVisible()).toBe(false);
    expect(await page.getByText("Confirmation").isVisible()).toBe(true);
    if (PICTURES) await page.pdf({ path: `${PICTURES}/receipt.pdf` });
  });

  test("who comes back before the provider's word sees that it is on its way, and then the receipt", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, SAM, "/portal/pay");
    await page.fill("[name=amount]", "12.50");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.waitForURL(/provider\/test\/checkout/);
    await page.getByRole("button", { name: "Cancel and go back" }).click();
    await page.getByRole("heading", { name: "Your payment is on its way" }).waitFor();
    await alive(page);
    await mark(page);

    const intentId = new URL(page.url()).searchParams.get("intent")!;
    const { url, publicUrl, secrets } = stage.meterline;
    const now = Date.now();
    const event: ProviderEvent = { kind: "succeeded", eventId: `evt_${intentId}`, intentId, accountId: SAM_ACCOUNT, amount: 12_50, tender: "card", reference: "Test card ending 4242", at: now };
    const body = JSON.stringify(event);
    const provider = new TestProvider(deriveKey(secrets.secretKey, "provider:test"), publicUrl);
    const told = await fetch(`${url}/api/v1/webhooks/payments/test`, { method: "POST", headers: { "content-type": "application/json", [SIGNATURE_HEADER]: provider.sign(body, now) }, body });
    expect(told.status).toBe(200);

    await page.getByRole("heading", { level: 1, name: "Thank you" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("Credit $12.50");
    expect(await kept(page)).toBe(true);
  });

  test("a request is followed step by step as the utility works on it", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, ROSA, `/portal/requests/new?account=${HOME_ACCOUNT}`);
    await page.getByRole("radio", { name: /A leak/ }).check();
    await page.getByLabel("What should we know?").fill("Water on the sidewalk since this morning.\nIt runs to the drain.");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("We have your request.").waitFor();
    expect(await page.locator(".words").textContent()).toContain("It runs to the drain.");
    await alive(page);
    await mark(page);

    const requestId = new URL(page.url()).pathname.split("/").at(-1)!;
    const step = await advanceRequest(household.world, clerk, { commandId: crypto.randomUUID(), accountId: HOME_ACCOUNT, requestId, to: "inProgress", note: "A crew comes this afternoon." });
    expect(step.status).toBe("done");
    await household.tell("accountChanged", HOME_ACCOUNT);
    await page.getByText("A crew comes this afternoon.").waitFor();
    expect(await page.locator(".badge", { hasText: "Being worked on" }).isVisible()).toBe(true);
    expect(await kept(page)).toBe(true);

    await page.goto("/portal");
    expect(await page.locator(".card", { hasText: "Requests" }).textContent()).toContain("A leakBeing worked on");
  });
});

describe("without a script", () => {
  test("everything works: sign in, look, pay, ask, choose a language", async () => {
    // Scripts that are not run are reported as refused, and a form that comes back as a page that failed.
    stage.expectComplaint(/request failed: .* csp$|status of 422/);
    const page = await stage.person({ ...PHONE, javaScriptEnabled: false });
    await signIn(page, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    expect(await page.locator(".display").first().textContent()).toBe(await owed(HOME_ACCOUNT));

    await page.getByRole("link", { name: /^Pay \$/ }).click();
    await page.fill("[name=amount]", "ten dollars");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    expect(await page.locator(".error-summary").textContent()).toContain("Write dollars and cents, like 84.27");
    expect(await page.inputValue("[name=amount]")).toBe("ten dollars");
    await page.fill("[name=amount]", "10.00");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("button", { name: /Pay with test card/ }).click();
    await page.getByRole("heading", { level: 1, name: "Thank you" }).waitFor();

    await page.goto("/portal/requests/new");
    await page.getByRole("button", { name: "Send" }).click();
    expect(await page.locator(".error-summary li").allTextContents()).toEqual(["Choose what it is about", "Tell us in a sentence or two"]);
    await page.getByRole("radio", { name: "A payment" }).check();
    await page.getByLabel("What should we know?").fill("I paid twice.");
    await page.getByRole("button", { name: "Send" }).click();
    expect(await page.getByText("We have your request.").isVisible()).toBe(true);

    await page.goto("/portal/usage");
    await page.getByLabel("Pick a day").fill(addDays(household.today, -3));
    await page.getByRole("button", { name: "Show" }).click();
    expect(await page.locator("#hours .chart-bar").count()).toBeGreaterThan(10);

    await page.goto("/portal/settings");
    await page.getByRole("radio", { name: "Español" }).check();
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await page.getByText("Guardado.").isVisible()).toBe(true);
    expect(await household.port.query("SELECT language FROM auth_user WHERE email = ?", [ROSA.email])).toEqual([{ language: "es" }]);
    await page.getByRole("radio", { name: "English" }).check();
    await page.getByRole("button", { name: "Guardar", exact: true }).click();
    expect(await page.getByText("Saved.").isVisible()).toBe(true);
  });
});

describe("en español", () => {
  test("each page speaks Spanish, figures and dates included", async () => {
    const page = await stage.person({ ...PHONE, locale: "es-US" });
    await page.goto("/language/es?next=%2Fsign-in");
    await signIn(page, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    expect(await page.locator("main").textContent()).toMatch(/Factura hasta hoy.*Probablemente de \$\d+ a \$\d+ para el \d+ \w{3}/s);
    await page.getByRole("link", { name: "Facturas" }).click();
    await page.locator("tbody a").first().click();
    await page.getByRole("heading", { level: 1, name: /^Factura del \d+ \w{3}/ }).waitFor();
    expect(await page.locator("main").textContent()).toMatch(/Consumo: [\d,]+ galones/);
    for (const [path, title] of [["/portal/usage", "Consumo"], ["/portal/pay", "Pagar"], ["/portal/requests", "Solicitudes"], ["/portal/settings", "Configuración"]] as const) {
      await page.goto(path);
      expect(await page.title()).toContain(title);
      expect(await page.locator("main").textContent(), path).not.toMatch(/\b(You|Your|Choose|Usage|Bill so far)\b/);
    }
  });
});

describe("what is not theirs", () => {
  test("is not there: another's account, bill, PDF, payment, request and usage answer as if they did not exist", async () => {
    stage.expectComplaint(NOT_FOUND);
    const rosa = await stage.person();
    await signIn(rosa, ROSA);
    const sams = await lastBill(SAM_ACCOUNT);
    const [payment] = await household.port.query<{ id: string }>("SELECT id FROM payment WHERE account_id = ? AND channel = 'portal' LIMIT 1", [SAM_ACCOUNT]);
    const paths = [
      `/portal?account=${SAM_ACCOUNT}`, `/portal/bills/${sams.id}`, `/portal/bills/${sams.id}/pdf`, "/portal/bills/nothing", `/portal/pay/done?intent=${payment?.id ?? "x"}`,
      `/portal/usage?service=${SAM_ACCOUNT}-water`, `/portal/requests/${crypto.randomUUID()}`, "/portal/nowhere",
    ];
    for (const path of paths) expect((await rosa.goto(path))?.status(), path).toBe(404);
    // The plain frame of an unknown address looks like the others.
    expect(await rosa.locator(".portal-name").evaluate((name) => getComputedStyle(name).textDecorationLine)).toBe("none");
    await rosa.goto(`/portal/bills/${sams.id}`);
    // Said inside the frame, with the way on still there.
    expect(await rosa.getByRole("heading", { level: 1 }).textContent()).toBe("There is nothing here");
    expect(await rosa.getByRole("navigation", { name: "Main" }).isVisible()).toBe(true);

    // A form that names another's account is refused as well.
    const { cookies } = await rosa.context().storageState();
    const answer = await fetch(`${stage.meterline.publicUrl}/portal/pay`, {
      method: "POST", redirect: "manual", body: new URLSearchParams({ accountId: SAM_ACCOUNT, amount: "5.00", commandId: crypto.randomUUID() }),
      headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "), origin: stage.meterline.publicUrl },
    });
    expect(answer.status).toBe(404);
  });

  test("without a sign-in every page asks for one and comes back to it", async () => {
    const page = await stage.person();
    await page.goto("/portal/usage");
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(new URL(page.url()).searchParams.get("next")).toBe("/portal/usage");
    const pdf = await fetch(`${stage.meterline.url}/portal/bills/${(await lastBill(HOME_ACCOUNT)).id}/pdf`, { redirect: "manual" });
    expect(pdf.status).toBe(302);
  });
});

describe("the database away", () => {
  test("pages say so in the person's words and language, an open page says that it may be old, and all is back by itself", async () => {
    stage.expectComplaint(/503|WebSocket|worker: /);
    const open = await stage.person(DESK);
    await signIn(open, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    await alive(open);
    const page = await stage.person({ ...PHONE, locale: "es" });
    await page.goto("/language/es?next=%2Fsign-in");
    await signIn(page, ROSA);
    await stage.meterline.killDatabase();
    try {
      expect((await page.goto("/portal/bills"))?.status()).toBe(503);
      expect(await page.locator("html").getAttribute("lang")).toBe("es");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Volvemos enseguida");
      expect(await page.locator("main").textContent()).toContain("No se pierde nada");
      expect(await page.locator(".portal-name").textContent()).toBe("Alder Creek Utilities");
    } finally {
      await stage.meterline.startDatabase();
    }
    await page.getByRole("link", { name: "Intentar de nuevo" }).click();
    await page.getByRole("heading", { level: 1, name: "Facturas" }).waitFor();
    expect(await open.locator(".display").first().textContent()).toBe(await owed(HOME_ACCOUNT));
  });
});

describe("light and quiet", () => {
  test("the first visit stays under its budget, comes from one origin, and nothing moves while it loads", async () => {
    const page = await stage.person(PHONE);
    await signIn(page, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    const cookies = await page.context().cookies();
    // A phone that was never here: nothing in its cache, slow 4G, a slow processor.
    const fresh = await stage.person(PHONE);
    await fresh.context().addCookies(cookies);
    const line = await fresh.context().newCDPSession(fresh);
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 });
    await line.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    let bytes = 0;
    const hosts = new Set<string>();
    line.on("Network.loadingFinished", ({ encodedDataLength }) => void (bytes += encodedDataLength));
    fresh.on("request", (request) => hosts.add(new URL(request.url()).host));
    await fresh.addInitScript(() => {
      const seen = { shift: 0, paint: 0 };
      Object.assign(window, { seen });
      new PerformanceObserver((list) => { for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) if (!entry.hadRecentInput) seen.shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
      new PerformanceObserver((list) => { seen.paint = list.getEntries().at(-1)!.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
    });
    await fresh.goto("/portal");
    await fresh.waitForLoadState("networkidle");
    const { shift, paint } = await fresh.evaluate(() => (window as unknown as { seen: { shift: number; paint: number } }).seen);
    process.stdout.write(`portal, first visit: ${(bytes / 1024).toFixed(1)} KB transferred, largest paint ${Math.round(paint)} ms on slow 4G with a fourth of the processor, layout shift ${shift.toFixed(3)}\n`);
    expect(bytes).toBeLessThanOrEqual(150 * 1024);
    expect(shift).toBe(0);
    expect([...hosts]).toEqual([new URL(stage.meterline.publicUrl).host]);
  });

  const PAGES = (bill: string) => ({
    home: `/portal?account=${HOME_ACCOUNT}`, bills: "/portal/bills", bill: `/portal/bills/${bill}`, checked: `/portal/bills/${bill}?check`, usage: "/portal/usage", pay: "/portal/pay",
    requests: "/portal/requests", "request-new": "/portal/requests/new?kind=leak", settings: "/portal/settings", problem: "/portal/nowhere", "second-home": `/portal?account=${SECOND_ACCOUNT}`, "second-usage": `/portal/usage?service=${SECOND_ACCOUNT}-gas`,
  });
  test.each([
    { width: 320, theme: "light", language: "es" },
    { width: 360, theme: "light", language: "en" },
    { width: 360, theme: "dark", language: "es" },
    { width: 1280, theme: "light", language: "en" },
    { width: 1280, theme: "dark", language: "en" },
  ] as const)("nothing is found by axe and nothing is wider than the screen: $width px, $theme, $language", async ({ width, theme, language }) => {
    stage.expectComplaint(NOT_FOUND);
    const page = await stage.person({ viewport: { width, height: 740 }, colorScheme: theme, reducedMotion: "reduce", bypassCSP: true });
    await page.goto(`/language/${language}?next=%2Fsign-in`);
    await signIn(page, ROSA);
    const { id } = await lastBill(HOME_ACCOUNT);
    for (const [name, path] of Object.entries(PAGES(id))) {
      await page.goto(path);
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => void (each.open = true)));
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${name} is wider than the screen`).toBeLessThanOrEqual(0);
      // Cards clip what sticks out: nothing may.
      expect(await page.evaluate(() => [...document.querySelectorAll(".card-body")].filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent?.slice(0, 60))), `${name} is cut off`).toEqual([]);
      await page.evaluate(AXE);
      const findings = await page.evaluate(async () => (await axe.run(document)).violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html.slice(0, 160)}`));
      expect(findings, name).toEqual([]);
      if (PICTURES) {
        await page.evaluate(() => document.querySelectorAll("details").forEach((each) => void (each.open = false)));
        await page.screenshot({ path: `${PICTURES}/${name}-${width}-${theme}-${language}.png`, fullPage: true });
      }
    }
  }, 240_000);
});

describe("at the end", () => {
  test("a period that has closed and is not billed yet is said to be on its way, in both languages", async () => {
    await saveCycle(household.world, supervisor, "close-rosas-cycle-today", { id: "01", name: "Cycle 1", closeDay: Math.min(28, Number(household.today.slice(8))) });
    const page = await stage.person(PHONE);
    await signIn(page, ROSA, `/portal?account=${HOME_ACCOUNT}`);
    await page.getByText(/^Your bill for \w{3} \d+ to \w{3} \d+ is being prepared; it is not in this figure\.$/).waitFor();
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/home-closed-360.png`, fullPage: true });
    await page.goto("/language/es?next=%2Fportal");
    await page.getByText(/^Su factura del .+ al .+ se está preparando/).waitFor();
  });

  test("signing out in one tab ends what the other one shows, without anybody touching it", async () => {
    const page = await stage.person(DESK);
    await signIn(page, ROSA);
    const other = await page.context().newPage();
    await other.goto("/portal");
    await alive(other);
    await page.click(".portal-menu-button");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(/sign-in\?after=out/);
    await other.waitForURL(/sign-in\?next=/);
  });
});
