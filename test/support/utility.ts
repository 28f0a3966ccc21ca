/** A small utility on a fresh database, for tests that tell stories. */
import { migrate } from "../../db/migrate.ts";
import { loadMigrations } from "../../db/migrations-folder.ts";
import type { SqlPort } from "../../db/port.ts";
import { openMemory } from "../../db/memory.ts";
import { SETTING_DEFAULTS, type Setting } from "../../domain/lifecycle/settings.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import { openAccount, startService, type NewAccount } from "../../worker/operations/registry.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";

export const ZONE = "America/Chicago";
export const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
export const UTILITY: Setting<"utility"> = {
  name: "Cedar Falls Utilities Test", timeZone: ZONE, phone: "555-0100", email: "help@utility.test", addressLines: ["1 Main St"],
  commodities: ["water", "sewer", "electric", "gas"],
};

export const clerk: UserActor = { kind: "user", userId: "clerk", role: "csr", accountIds: [] };
export const supervisor: UserActor = { kind: "user", userId: "supervisor", role: "supervisor", accountIds: [] };
export const admin: UserActor = { kind: "user", userId: "admin", role: "admin", accountIds: [] };
export const customerOf = (...accountIds: string[]): UserActor => ({ kind: "user", userId: `customer-${accountIds[0] ?? "none"}`, role: "customer", accountIds });

export interface TestUtility {
  readonly world: InProcessWorld;
  readonly port: SqlPort;
  /** The clock; move it as the story goes on. */
  readonly clock: { now: number };
}

/** Opens a utility that has been set up, at the given moment of its clock. */
export async function openUtility(at: string, port: SqlPort = openMemory()): Promise<TestUtility> {
  const clock = { now: Date.parse(at) };
  await migrate(port, { migrations: loadMigrations(), now: () => clock.now });
  let ids = 0;
  const world = inProcessWorld({ port, now: () => clock.now, newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`, secretKey: SECRET_KEY });
  await setUpUtility(world, "system:test", {
    utility: UTILITY,
    cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }],
    holidays: [{ on: "2026-12-25", name: "Christmas Day" }],
    fees: SETTING_DEFAULTS.fees,
    gl: SETTING_DEFAULTS.gl,
  });
  return { world, port, clock };
}

export function newAccount(accountId: string, name = "Ann Lee"): NewAccount {
  return {
    accountId,
    person: { id: `person-${accountId}`, name, email: `${accountId}@example.test`, phone: null, language: "en" },
    mailing: { line: "12 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" },
    customerClass: "residential",
    billCycle: "01",
    delivery: "email",
    openedOn: "2026-01-01",
  };
}

/** Opens an account with one water service that starts on the given day. */
export async function openWaterAccount({ world }: TestUtility, accountId: string, startOn = "2026-01-01"): Promise<void> {
  await openAccount(world, clerk, `open-${accountId}`, newAccount(accountId));
  await startService(world, clerk, `start-${accountId}`, accountId, {
    agreementId: `${accountId}-water`, premiseId: `premise-${accountId}`, servicePointId: `point-${accountId}`, commodity: "water", rateScheduleId: "water-res", startOn,
  });
}
