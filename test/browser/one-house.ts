/** The smallest utility with something to do: one administrator, and one house with a water meter and a customer. */
import type { Page } from "playwright-core";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import type { InProcessWorld } from "../../worker/operations/in-process.ts";
import { createFirstAdministrator, type PeopleWorld } from "../../worker/operations/people.ts";
import { openAccount, registerPremise, startService } from "../../worker/operations/registry.ts";
import { admin, newAccount } from "../support/utility.ts";
import type { Stage } from "./harness.ts";
import { prepareUtility, worldOf } from "./utility.ts";

const EMAIL = "ada@staff.test";
const PASSWORD = "a long enough password 7";

export async function prepareOneHouse(meterline: Meterline): Promise<InProcessWorld> {
  await prepareUtility(meterline);
  const world = worldOf(meterline);
  const peopleWorld: PeopleWorld = { ...world, env: { SECRET_KEY: meterline.secrets.secretKey, PUBLIC_URL: meterline.publicUrl } };
  const made = await createFirstAdministrator(peopleWorld, { email: EMAIL, name: "Ada Lindqvist", password: PASSWORD, language: "en" });
  if (!made.ok) throw new Error(made.refusal.code);
  await registerPremise(world, admin, "premise", {
    premiseId: "P-1", address: { line: "1 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: [{ servicePointId: "SP-1", commodity: "water", usageFrom: null, meter: { meterId: "M-W1", badge: "W1", commodity: "water", size: '5/8"', manufacturer: "Neptune", installedOn: "2024-01-01", channels: [{ id: 1, name: "1", kind: "register", unit: "gal", stepMinutes: null, multiplier: "1", dials: 7, direction: "delivered" }] } }],
  });
  await openAccount(world, admin, "open", { ...newAccount("A-1"), openedOn: "2024-01-01" });
  await startService(world, admin, "start", "A-1", { agreementId: "SA-1", premiseId: "P-1", servicePointId: "SP-1", commodity: "water", rateScheduleId: "water-res", startOn: "2024-01-01" });
  return world;
}

/** The administrator, signed in and at the board. */
export async function administratorAtWork(stage: Stage, options?: Parameters<Stage["person"]>[0]): Promise<Page> {
  const page = await stage.person(options);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Board" }).waitFor();
  return page;
}
