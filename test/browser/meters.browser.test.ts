/** Meters at the real pages: a head-end is connected and asked, its answer comes by itself; a meter is exchanged, taken off, and another one hung from stock. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enterStock, pairEndpoint } from "../../worker/operations/meter-stock.ts";
import { registerPremise } from "../../worker/operations/registry.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import { notification, openHeadEnd, type TestHeadEnd } from "../support/multispeak-head-end.ts";
import { admin, supervisor, ZONE } from "../support/utility.ts";
import { useStage } from "./harness.ts";
import { looked } from "./looked.ts";
import { administratorAtWork, prepareOneHouse } from "./one-house.ts";
import { worldOf } from "./utility.ts";

/** The day of everything in this story that lies behind. */
const YESTERDAY = addDays(localDateOf(Date.now(), ZONE), -1);

let headEnd: TestHeadEnd;
beforeAll(async () => void (headEnd = await openHeadEnd()));
afterAll(() => headEnd.close());

const stage = useStage({
  async prepare(meterline) {
    const world = await prepareOneHouse(meterline);
    for (const badge of ["W2", "W3"]) {
      await enterStock(world, supervisor, { commandId: `stock-${badge}-00000001`, commodity: "water", state: "inStock", meter: { badge, size: '5/8"', manufacturer: "Neptune", kind: "register", unit: "gal", dials: "7", stepMinutes: "", multiplier: "1" } });
    }
  },
});

const atWork = (options?: Parameters<typeof stage.person>[0]): Promise<Page> => administratorAtWork(stage, options);

interface Connected {
  readonly gatewayId: string;
  readonly keyId: string;
  readonly secret: string;
}
let connected: Connected;

test("an administrator connects a head-end that is called, and sees that it answers", async () => {
  stage.expectComplaint(/status of 422/);
  const page = await atWork();
  await page.goto("/staff/gateways");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("North head-end");
  await page.getByRole("button", { name: "Make a credential" }).click();
  const shown = (await page.getByText("Authorization: Bearer").textContent())!;
  const [, keyId, secret] = /Bearer ([\w-]+)\.([\w-]+)/.exec(shown)!;
  await page.getByRole("link", { name: "North head-end" }).click();
  await page.getByRole("link", { name: "How its meters are asked" }).click();
  await page.getByLabel("It is called by MultiSpeak").check();
  await page.getByLabel(/MR_Server/).fill("http://headend.example/MR_Server");
  await page.getByLabel(/User name/).fill("meterline");
  await page.getByLabel(/^Secret/).fill("its own secret");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("Only addresses that begin with https:// are called.").waitFor();
  await looked(page, "head-end-refused");
  await page.getByLabel(/MR_Server/).fill(headEnd.url);
  await page.getByLabel(/^Secret/).fill("its own secret");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  expect(await page.getByLabel(/^Secret/).inputValue()).toBe("");
  await page.getByRole("button", { name: "Check connection" }).click();
  await page.getByText("The head-end answers.", { exact: true }).waitFor();
  await looked(page, "head-end-answers");
  headEnd.behaviour = "html";
  await page.getByRole("button", { name: "Check connection" }).click();
  await page.getByText("What it answered is not a MultiSpeak answer. Look at the address.").waitFor();
  headEnd.behaviour = "takes";
  const [, gatewayId] = /gateways\/([^/]+)\/head-end/.exec(page.url())!;
  connected = { gatewayId: gatewayId!, keyId: keyId!, secret: secret! };
});

/** The head-end tells what the meter showed, as it was asked to. */
async function answered(id: string, gallons: number): Promise<void> {
  const read = `<changedMeterReads><meterRead><meterNo>W1</meterNo><readingDate>${new Date().toISOString()}</readingDate><readingValues><readingValue><units>gal</units><value>${gallons}</value></readingValue></readingValues></meterRead></changedMeterReads><transactionID>${id}</transactionID>`;
  const { body } = headEnd.asked.at(-1)!;
  const [, url] = /<responseURL>([^<]+)<\/responseURL>/.exec(body)!;
  const response = await fetch(url!, { method: "POST", headers: { "content-type": "text/xml" }, body: notification("ReadingChangedNotification", read, connected) });
  expect([response.status, (await response.text()).includes("errorObject")]).toEqual([200, false]);
}

const lastAsked = (): string => /<transactionID>([^<]+)<\/transactionID>/.exec(headEnd.asked.at(-1)!.body)![1]!;

test.each([true, false])("a meter is asked, and its answer shows (script: %s)", async (script) => {
  if (!script) stage.expectComplaint(/\.js csp$/);
  const world = worldOf(stage.meterline);
  if (script) await pairEndpoint(world, supervisor, { commandId: "pair-000000000001", meterId: "M-W1", endpointId: "MTU-W1", gatewayId: connected.gatewayId, fromOn: "2026-01-01" });
  const page = await atWork({ javaScriptEnabled: script });
  await page.goto("/staff/meters/M-W1");
  await page.getByRole("link", { name: "Ask it now" }).click();
  const before = headEnd.asked.length;
  await page.getByRole("button", { name: "Ask the meter" }).click();
  await page.getByText("The meter is being asked.").waitFor();
  await expect.poll(() => headEnd.asked.length).toBe(before + 1);
  if (script) {
    // It shows by itself that the head-end has it.
    await page.getByRole("row").getByText("Sent", { exact: true }).first().waitFor();
    await looked(page, "ask-sent");
  }
  await answered(lastAsked(), script ? 4_210 : 4_211);
  if (!script) await page.getByRole("link", { name: "Look again" }).click();
  await page.getByRole("row").getByText("Confirmed").nth(script ? 0 : 1).waitFor();
  await looked(page, `ask-confirmed-${script}`, script);
  await page.goto("/staff/meters/M-W1");
  await page.getByRole("cell", { name: script ? "4,210" : "4,211" }).waitFor();
});

test("a meter is exchanged, and the new one taken off: what cannot be is told at its field", async () => {
  stage.expectComplaint(/status of 422/);
  const page = await atWork();
  await page.goto("/staff/meters/M-W1");
  await page.getByRole("link", { name: "Exchange" }).click();
  await page.getByLabel("From stock").selectOption({ label: 'W2, 5/8"' });
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("Why").selectOption("age");
  await page.getByLabel("Day").fill(addDays(YESTERDAY, -1));
  await page.getByLabel("Time there").fill("10:20");
  await page.getByLabel("Last read of W1").fill("4000");
  await page.getByLabel("First read of W2").fill("seven");
  await page.getByRole("button", { name: "Exchange the meters" }).click();
  await page.getByRole("alert").getByText("Enter what the dials show").waitFor();
  await looked(page, "exchange-refused");
  await page.getByLabel("First read of W2").fill("7");
  await page.getByRole("button", { name: "Exchange the meters" }).click();
  await page.getByText("The meters are exchanged.").waitFor();

  await page.getByRole("link", { name: "Exchange", exact: true }).click();
  await page.getByRole("link", { name: "It is only taken off" }).click();
  await page.getByLabel("Why").selectOption("damaged");
  await page.getByLabel("Day").fill(YESTERDAY);
  await page.getByLabel("Time there").fill("09:00");
  await page.getByLabel("Last read of W2").fill("20");
  await page.getByRole("button", { name: "Take the meter off" }).click();
  await page.getByText("The meter is taken off.").waitFor();
});

test("a meter from stock is hung in the empty place, and paired with its module", async () => {
  stage.expectComplaint(/status of 422/);
  const page = await atWork();
  await page.goto("/staff/premises/P-1");
  await page.getByRole("link", { name: "from stock" }).waitFor();
  await looked(page, "premise-without-meter");
  await page.getByRole("link", { name: "from stock" }).click();
  await looked(page, "hang-choose");
  await page.getByLabel("From stock").selectOption({ label: 'W3, 5/8"' });
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("Day").fill(YESTERDAY);
  await page.getByLabel("Time there").fill("08:00");
  await page.getByLabel("First read").fill("3");
  await page.getByLabel(/^Module that speaks for it/).fill("MTU-W3");
  await page.getByRole("button", { name: "Hang the meter" }).click();
  await page.getByRole("alert").getByText("Meter W2 hung there until").waitFor();
  await looked(page, "hang-refused");
  await page.getByLabel("Time there").fill("09:30");
  await page.getByRole("button", { name: "Hang the meter" }).click();
  await page.getByText("The meter hangs.").waitFor();
  await page.getByRole("heading", { name: "Meter W3" }).waitFor();
  await page.getByText("MTU-W3").waitFor();
  await looked(page, "hung");
});

test("a meter in stock is hung from its own page without a script; where every service has one, it says so", async () => {
  stage.expectComplaint(/\.js csp$/);
  const world = worldOf(stage.meterline);
  await registerPremise(world, admin, "premise-2", {
    premiseId: "P-2", address: { line: "2 Oak St", city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: [{ servicePointId: "SP-2", commodity: "water", usageFrom: null, meter: null }],
  });
  const stock = await enterStock(world, supervisor, { commandId: "stock-W4-00000001", commodity: "water", state: "inStock", meter: { badge: "W4", size: "", manufacturer: "", kind: "register", unit: "gal", dials: "6", stepMinutes: "", multiplier: "10" } });
  if (stock.status !== "done") throw new Error(stock.status);
  const page = await atWork({ javaScriptEnabled: false });
  await page.goto(`/staff/meters/${stock.result.meterId}`);
  await page.getByRole("link", { name: "Hang it" }).click();
  await page.getByLabel(/Address/).fill("elm");
  await page.getByRole("button", { name: "Look for it" }).click();
  await page.getByText("No such address without a meter").waitFor();
  await page.getByLabel(/Address/).fill("oak");
  await page.getByRole("button", { name: "Look for it" }).click();
  await looked(page, "hang-where", false);
  await page.getByRole("link", { name: "2 Oak St, Cedar Falls" }).click();
  await page.getByRole("row").filter({ hasText: "Register, 6 dials" }).filter({ hasText: "10" }).waitFor();
  await page.getByLabel("Day").fill(YESTERDAY);
  await page.getByLabel("Time there").fill("11:00");
  await page.getByLabel("First read").fill("0");
  await looked(page, "hang", false);
  await page.getByRole("button", { name: "Hang the meter" }).click();
  await page.getByText("The meter hangs.").waitFor();
});
