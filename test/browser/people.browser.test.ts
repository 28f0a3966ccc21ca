/** Getting in: customers and staff at the real pages, with and without scripts, in both languages. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { deriveKey } from "../../db/keys.ts";
import { openLibsql } from "../../db/libsql.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { createFirstAdministrator, createUser } from "../../worker/operations/people.ts";
import { useStage } from "./harness.ts";
import { prepareUtility } from "./utility.ts";

const PASSWORD = "correct horse battery";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

const stage = useStage({ prepare });

async function prepare(meterline: Meterline): Promise<void> {
  await prepareUtility(meterline);
  const port = openLibsql({ url: meterline.databaseUrl });
  const world = { port, now: () => Date.now(), newId: () => crypto.randomUUID(), key: (use: string) => deriveKey(meterline.secrets.secretKey, use), wakeOutbox: () => undefined };
  await createFirstAdministrator(world, { email: "ada@utility.example", password: PASSWORD, name: "Ada Admin", language: "en" });
  await createUser(world, { email: "carl@utility.example", password: PASSWORD, name: "Carl Clerk", role: "csr", language: "en" });
  await writeRows(port, {
    account: [{ id: "10010017", personId: "p", customerClass: "residential", billCycle: "1", mailingLine: "1 Main St", mailingCity: "Ames", mailingState: "IA", mailingZip: "50010", delivery: "portal", openedOn: "2025-01-01" }],
    bill: [{
      id: "bill", accountId: "10010017", seq: 2, number: "B-77", periodFrom: "2026-09-01", periodTo: "2026-10-01", issuedOn: "2026-10-02", dueOn: "2026-10-22",
      previousBalance: 0, charges: 9635, balance: 9635, status: "complete", runId: null, snapshotHash: "", snapshot: "{}",
    }],
  });
}

async function signIn(page: Page, email: string, path = "/sign-in"): Promise<void> {
  await page.goto(path);
  await page.getByLabel(/^(E-mail|Correo)/).fill(email);
  await page.getByLabel(/^(Password|Contraseña)$/).fill(PASSWORD);
  await page.getByRole("button", { name: /^(Sign in|Iniciar sesión)$/ }).click();
}

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`));
}

test("without a script a customer registers in Spanish, mistypes, and links the account", async () => {
  const page = await stage.person({ javaScriptEnabled: false, locale: "es-MX" });
  // Without scripts the browser does not load them.
  stage.expectComplaint(/\.js csp$/);
  await page.goto("/");
  await page.getByRole("link", { name: "Regístrese" }).click();
  await page.getByLabel("Su nombre").fill("Ana Díaz");
  await page.getByLabel("Correo electrónico").fill("ana@example.com");
  await page.getByLabel("Contraseña", { exact: true }).fill("corta");
  stage.expectComplaint(/422/);
  await page.getByRole("button", { name: "Registrarse" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("Use al menos 12 caracteres");
  expect(await page.getByLabel("Su nombre").inputValue()).toBe("Ana Díaz");

  await page.getByLabel("Contraseña", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Registrarse" }).click();
  await page.waitForURL((url) => url.pathname === "/link-account");
  await page.getByLabel("Número de cuenta").fill("1001 0017");
  await page.getByLabel("Total a pagar, o el número de la factura").fill("96.36");
  await page.getByRole("button", { name: "Vincular la cuenta" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("No podemos vincular una cuenta con estos datos");
  expect(await page.getByLabel("Número de cuenta").inputValue()).toBe("1001 0017");

  // The right amount, sent by the same browser; what comes after is the portal's own story.
  const sent = await page.request.post("/link-account", { form: { accountNumber: "1001 0017", fact: "96.35" }, headers: { origin: stage.meterline.publicUrl }, maxRedirects: 0 });
  expect([sent.status(), sent.headers()["location"]]).toEqual([302, "/portal?account=10010017"]);
});

describe("staff", () => {
  test("an administrator lets a person in, who chooses a password and finds what the role allows", async () => {
    const ada = await stage.person();
    await signIn(ada, "ada@utility.example", "/staff/people");
    await ada.waitForURL((url) => url.pathname === "/staff/people");
    await ada.getByRole("link", { name: "Add a person" }).click();
    await ada.getByLabel("Name", { exact: true }).fill("Bea Billing");
    await ada.getByLabel("E-mail").fill("bea@utility.example");
    await ada.getByLabel("Billing", { exact: false }).first().check();
    await ada.getByRole("button", { name: "Add", exact: true }).click();
    const link = await ada.locator("code").textContent();

    const bea = await stage.person();
    await bea.goto(link!);
    await bea.getByLabel("New password", { exact: true }).fill(PASSWORD);
    await bea.getByRole("button", { name: "Set the password" }).click();
    await bea.waitForURL("**/sign-in?after=password**");
    expect(await bea.getByLabel("E-mail").inputValue()).toBe("bea@utility.example");
    stage.expectComplaint(/403/);
    await signIn(bea, "bea@utility.example", "/sign-in?next=/staff/people");
    await bea.getByRole("heading", { name: "This is not part of your work" }).waitFor();
    stage.expectComplaint(/422/);
    await bea.goto(link!);
    expect(await bea.getByRole("heading", { level: 1 }).textContent()).toBe("This link is over");
  });

  test("letting somebody go ends their session at once", async () => {
    const carl = await stage.person();
    await signIn(carl, "carl@utility.example", "/sign-in?next=/staff/people/invite");
    await carl.getByRole("heading", { name: "Invite a customer" }).waitFor();

    const ada = await stage.person();
    await signIn(ada, "ada@utility.example", "/sign-in?next=/staff/people");
    await ada.getByRole("link", { name: "Carl Clerk" }).click();
    await ada.getByRole("button", { name: "Deactivate" }).click();
    await ada.getByText("They are out").waitFor();

    await carl.reload();
    await carl.waitForURL("**/sign-in?next=**");
  });
});

test("no page about people has an accessibility finding, on a phone and on a desk", async () => {
  const visitor = await stage.person({ viewport: { width: 320, height: 740 } });
  for (const path of ["/sign-in", "/sign-in?after=out", "/sign-up", "/forgot-password", "/set-password/made.up", "/invitation/made.up"]) {
    await visitor.goto(path);
    expect(await findings(visitor), path).toEqual([]);
    expect(await visitor.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  }
  stage.expectComplaint(/404/);
  await visitor.goto("/nothing-here");
  expect(await findings(visitor), "an address that does not exist").toEqual([]);

  const ada = await stage.person({ colorScheme: "dark" });
  await signIn(ada, "ada@utility.example", "/sign-in?next=/link-account");
  // By its path: the sign-in's own address ends the same.
  await ada.waitForURL((url) => url.pathname === "/link-account");
  expect(await findings(ada), "/link-account").toEqual([]);
  for (const path of ["/staff/people", "/staff/people?left=1", "/staff/people/new", "/staff/people/invite"]) {
    await ada.goto(path);
    expect(await findings(ada), path).toEqual([]);
  }
  await ada.goto("/staff/people");
  await ada.getByRole("link", { name: "Ada Admin" }).click();
  await ada.getByText("This is you").waitFor();
  expect(await findings(ada), "a person").toEqual([]);
});

test("what is no form, or a broken one, is refused before any page reads it; a wrong place in a list is its beginning", async () => {
  const ada = await stage.person();
  await signIn(ada, "ada@utility.example", "/sign-in?next=/staff");
  await ada.getByRole("heading", { name: "Board" }).waitFor();
  const send = async (path: string, data: string, type: string) => (await ada.request.post(path, { data, headers: { "content-type": type, origin: stage.meterline.publicUrl }, maxRedirects: 0 })).status();
  for (const path of ["/sign-in", "/staff/people/new", "/staff/settings/fees", "/portal/pay"]) {
    expect(await send(path, "{}", "application/json"), path).toBe(415);
    expect(await send(path, "x", "text/plain"), path).toBe(415);
    expect(await send(path, "--x\r\nbroken", "multipart/form-data; boundary=x"), path).toBe(400);
  }
  for (const path of ["/staff/payments?before=-1e99", "/staff/bills?before=1e30", "/staff/reads?before=x", "/staff/files?before=z", "/staff/log?before=1e99&event=x"]) expect((await ada.request.get(path)).status(), path).toBe(200);
});
