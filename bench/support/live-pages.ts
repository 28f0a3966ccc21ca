/**
 * Two open pages in one Chromium: a customer's home in the portal, which a signed payment changes, and a minimal page on
 * a bare object. Each change is timed from just before it is sent until its message is in the page, and until it is painted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { writeRows } from "../../db/commit.ts";
import { deriveKey } from "../../db/keys.ts";
import { openLibsql } from "../../db/libsql.ts";
import type { SqlPort } from "../../db/port.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { launchOptions } from "../../scripts/runtime/chromium.ts";
import { startMeterline, type Meterline } from "../../scripts/runtime/meterline.ts";
import { inProcessWorld } from "../../worker/operations/in-process.ts";
import { createUser } from "../../worker/operations/people.ts";
import { SIGNATURE_HEADER, TestProvider } from "../../worker/payments/test-provider.ts";
import { startBareObject, type BareObject } from "./bare-object.ts";
import { foundUtility, loadDays, loadHomes } from "../../test/support/town.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import { ZONE } from "../../test/support/utility.ts";

/** One change, in milliseconds from just before it was sent. */
export interface Seen {
  readonly message: number;
  readonly painted: number;
}

export interface LivePages {
  /** So many payments, one after the other, as the customer's page saw them. */
  pay(times: number): Promise<Seen[]>;
  /** As many changes of the minimal page. */
  change(times: number): Promise<Seen[]>;
  /** Throws unless every change that was acknowledged is stored, once, and the last one is shown. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

const AMOUNT = 1_234;
const PASSWORD = "correct horse battery";
const STEP_MINUTES = 60;
const OPEN_DAYS = 12;
/** Long enough for a page to load again what it shows beside the push; at every moment of a 16.7 ms frame, not always just after the last. */
const PAUSES_MS = [103, 111, 107, 119, 101, 114, 105, 116, 109];

interface Watched extends Window {
  /** Resolves with the moments (epoch ms, with fractions) at which a message with `inMessage` came and `text` was painted. */
  seeing(inMessage: string, selector: string, text: string): Promise<{ message: number; painted: number }>;
}

/** Runs in the page before its own scripts. */
function watch(): void {
  // The page's clock against the machine's, at a tick: finer than Date.now() and without the drift of a time origin.
  const before = Date.now();
  while (Date.now() === before);
  const offset = Date.now() - performance.now();
  const now = () => performance.now() + offset;
  const messages: { at: number; text: string }[] = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", (event) => messages.push({ at: now(), text: String(event.data) }));
    }
  };
  (window as unknown as Watched).seeing = (inMessage, selector, text) =>
    new Promise((resolve) => {
      const look = () => {
        if (document.querySelector(selector)?.textContent !== text) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          // The first task after a frame's work: the frame has been handed to the screen.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            const painted = now();
            resolve({ message: messages.find((each) => each.text.includes(inMessage))!.at, painted });
            messages.length = 0;
          };
          port2.postMessage(null);
        });
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true });
    });
}

export async function openLivePages(): Promise<LivePages> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-bench-"));
  const opened: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of opened.toReversed()) await close();
  };
  try {
    const meterline = await startMeterline({ dataDir: folder, testProvider: true });
    opened.push(() => meterline.stop());
    const port = openLibsql({ url: meterline.databaseUrl });
    const { accountId, email } = await moveIn(meterline, port);
    const bare = await startBareObject();
    opened.push(() => bare.stop());
    const browser = await chromium.launch(launchOptions());
    opened.push(() => browser.close());
    return { ...(await pages({ meterline, port, bare, browser, accountId, email })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A customer with three services and some days of use, so that the page shows what pages show. */
async function moveIn(meterline: Meterline, port: SqlPort): Promise<{ accountId: string; email: string }> {
  const world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
  const today = localDateOf(Date.now(), ZONE);
  const from = addDays(today, -OPEN_DAYS);
  await foundUtility(world, ["01"], "2026-01-01");
  const [home] = await loadHomes(world, { homes: 1, cycles: ["01"], stepMinutes: STEP_MINUTES, startOn: from });
  await loadDays(world, [home!.channel.water, home!.channel.electric], { from, to: today }, STEP_MINUTES);
  const email = "ann@example.com";
  const user = await createUser({ ...world }, { email, password: PASSWORD, name: "Ann Lee", role: "customer", language: "en" });
  if (!user.ok) throw new Error("the customer has no sign-in");
  await writeRows(port, { accountAccess: [{ userId: user.userId, accountId: home!.accountId, grantedAt: Date.now(), grantedBy: "system:bench", endedAt: null }] });
  return { accountId: home!.accountId, email };
}

interface Opened {
  readonly meterline: Meterline;
  readonly port: SqlPort;
  readonly bare: BareObject;
  readonly browser: Browser;
  readonly accountId: string;
  readonly email: string;
}

async function pages({ meterline, port, bare, browser, accountId, email }: Opened): Promise<Omit<LivePages, "stop">> {
  const portal = await newPage(browser);
  await portal.goto(`${meterline.publicUrl}/sign-in`);
  await portal.getByLabel("E-mail").fill(email);
  await portal.getByLabel("Password", { exact: true }).fill(PASSWORD);
  const live = portal.waitForEvent("websocket");
  await portal.getByRole("button", { name: "Sign in" }).click();
  // The page is live from the first message on.
  await (await live).waitForEvent("framereceived");
  const minimal = await newPage(browser);
  const opened = minimal.waitForEvent("websocket");
  await minimal.goto(bare.url);
  await opened;

  const provider = new TestProvider(deriveKey(meterline.secrets.secretKey, "provider:test"), meterline.publicUrl);
  let paid = 0;
  let changed = 0;

  async function payOnce(): Promise<void> {
    const id = crypto.randomUUID();
    const at = Date.now();
    const body = JSON.stringify({ kind: "succeeded", eventId: id, intentId: id, accountId, amount: AMOUNT, tender: "card", reference: "bench", at });
    const response = await fetch(`${meterline.url}/api/v1/webhooks/payments/test`, { method: "POST", headers: { "content-type": "application/json", [SIGNATURE_HEADER]: provider.sign(body, at) }, body });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`a payment was answered ${response.status}: ${answer}`);
  }

  return {
    pay: (times) => portal.bringToFront().then(() => series(times, (n) => {
      paid += 1;
      const cents = paid * AMOUNT;
      return time(portal, n, { inMessage: `"balance":-${cents},`, selector: ".display", text: formatDollars(cents) }, payOnce);
    })),
    change: (times) => minimal.bringToFront().then(() => series(times, (n) => {
      changed += 1;
      const value = `$${changed}`;
      return time(minimal, n, { inMessage: `"${value}"`, selector: "#value", text: value }, async () => {
        const stored = await bare.put(value);
        if (stored !== changed) throw new Error(`${changed} values were sent, ${stored} are stored`);
      });
    })),
    async check() {
      const [book] = await port.query<{ payments: number; balance: number; trial: number }>(
        "SELECT (SELECT count(*) FROM payment WHERE account_id = ?1) AS payments, (SELECT balance FROM account_state WHERE account_id = ?1) AS balance, (SELECT sum(amount) FROM ledger_entry) AS trial", [accountId],
      );
      if (book!.payments !== paid || book!.balance !== -paid * AMOUNT || book!.trial !== 0) throw new Error(`${paid} payments were made; the book says ${JSON.stringify(book)}`);
      const shown = await portal.locator(".display").textContent();
      if (shown !== formatDollars(paid * AMOUNT)) throw new Error(`the page shows ${shown} after ${paid} payments`);
    },
  };
}

async function newPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(watch);
  return page;
}

async function series(times: number, once: (n: number) => Promise<Seen>): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let n = 0; n < times; n += 1) seen.push(await once(n));
  return seen;
}

/** Node's clock as the pages read theirs. */
function epochNow(): number {
  return performance.now() + OFFSET;
}

const OFFSET = (() => {
  const before = Date.now();
  while (Date.now() === before);
  return Date.now() - performance.now();
})();

async function time(page: Page, n: number, expected: { inMessage: string; selector: string; text: string }, send: () => Promise<void>): Promise<Seen> {
  const seeing = page.evaluate(({ inMessage, selector, text }) => (window as unknown as Watched).seeing(inMessage, selector, text), expected);
  // Playwright's call is on its way; the page listens before anything is sent.
  await page.evaluate(() => undefined);
  await new Promise((wake) => setTimeout(wake, PAUSES_MS[n % PAUSES_MS.length]));
  const sent = epochNow();
  const [{ message, painted }] = await Promise.all([seeing, send()]);
  return { message: message - sent, painted: painted - sent };
}
