/** What the staff's stories need beside the household: people who work here, a head-end, reads in doubt, a street that is due. */
import { commitUnits } from "../../db/commit.ts";
import { unitOf } from "../../db/command.ts";
import { addDays, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import type { StaffRole, UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { createGateway } from "../../worker/operations/gateways.ts";
import { placeHold } from "../../worker/operations/holds.ts";
import { inProcessWorld } from "../../worker/operations/in-process.ts";
import { createFirstAdministrator, createUser, type PeopleWorld } from "../../worker/operations/people.ts";
import { publicationOf } from "../../worker/operations/rates.ts";
import { ingestReads } from "../../worker/operations/reads.ts";
import { openAccount, registerPremise, startService, type NewPremise } from "../../worker/operations/registry.ts";
import { openRequest } from "../../worker/operations/requests.ts";
import { saveCycle } from "../../worker/operations/settings.ts";
import { parseReadsRequest, slotCount } from "../../domain/metering/index.ts";
import { admin, clerk, ZONE } from "../support/utility.ts";
import { PASSWORD, SECOND_ACCOUNT, type Household } from "./household.ts";

/** What the meter in doubt says beside its values; a page lists it. */
const SAID = [{ kind: "low-battery", says: "low" }, { kind: "weak-signal", on: false, says: "good" }];

/** Who works here; all have the same password. */
export const STAFF = {
  admin: { email: "ada@staff.test", name: "Ada Lindqvist" },
  csr: { email: "carl@staff.test", name: "Carl Whitfield" },
  billing: { email: "bea@staff.test", name: "Bea Moreno" },
  supervisor: { email: "sue@staff.test", name: "Sue Park" },
  field: { email: "lee@staff.test", name: "Lee Okafor" },
  auditor: { email: "odin@staff.test", name: "Odin Reyes" },
} as const satisfies Record<StaffRole, { email: string; name: string }>;

/** A house with an electric meter of hours, three days of which came strange. */
export const DOUBTED = { accountId: "30055124", badge: "E-77120", meterId: "meter-e77120", name: "Nora Petersen", line: "27 Orchard Ln" };
/** A house where nobody lives. */
export const EMPTY_PREMISE = { premiseId: "premise-empty", line: "5 Station St" };
/** The cycle of a street that pays a flat fee and is due today. */
export const DUE_CYCLE = "02";
export const DUE_ACCOUNTS = 24;

const HOUR_MS = 3_600_000;
const CHANNEL = 770_001;

export async function loadStaff(meterline: Meterline, { port, today }: Pick<Household, "port" | "today">): Promise<void> {
  const secretKey = meterline.secrets.secretKey;
  const world = inProcessWorld({ port, now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey });
  const people: PeopleWorld = { ...world, env: { SECRET_KEY: secretKey, PUBLIC_URL: meterline.publicUrl } };

  const made = await createFirstAdministrator(people, { ...STAFF.admin, password: PASSWORD, language: "en" });
  if (!made.ok) throw new Error(made.refusal.code);
  for (const role of ["csr", "billing", "supervisor", "field", "auditor"] as const) {
    const user = await createUser(people, { ...STAFF[role], password: PASSWORD, role, language: "en" });
    if (!user.ok) throw new Error(user.refusal.code);
  }
  const by: UserActor = { kind: "user", userId: made.userId, role: "admin", accountIds: [] };

  // First what was long ago: the log is in the order of time.
  await dueStreet(meterline, port, by, today);

  const street = { city: "Cedar Falls", state: "IA", zip: "50613" };
  await registerPremise(world, by, "premise-doubted", premise("premise-doubted", { line: DOUBTED.line, ...street }, "electric", { meterId: DOUBTED.meterId, badge: DOUBTED.badge, channelId: CHANNEL }));
  await openAccount(world, by, "open-doubted", {
    accountId: DOUBTED.accountId, person: { id: "person-doubted", name: DOUBTED.name, email: null, phone: "555-0177", language: "en" }, mailing: { line: DOUBTED.line, ...street },
    customerClass: "residential", billCycle: "01", delivery: "paper", openedOn: addDays(today, -60),
  });
  await startService(world, by, "start-doubted", DOUBTED.accountId, { agreementId: "doubted-electric", premiseId: "premise-doubted", servicePointId: "premise-doubted-electric", commodity: "electric", rateScheduleId: "electric-res", startOn: addDays(today, -60) });
  await registerPremise(world, by, "premise-empty", premise(EMPTY_PREMISE.premiseId, { line: EMPTY_PREMISE.line, ...street }, "electric", { meterId: "meter-empty", badge: "E-10001", channelId: CHANNEL + 1 }));

  const gateway = await createGateway(world, admin, { commandId: "gateway-north-head-end", name: "North head-end" });
  if (gateway.status !== "done") throw new Error("no gateway");
  const actor = { kind: "gateway", gatewayId: gateway.result.gatewayId } as const;
  const post = async (name: string, days: readonly LocalDate[], value: (day: LocalDate, hour: number) => number | null) => {
    const reads = days.map((day) => ({ meter: DOUBTED.badge, kind: "interval", unit: "kWh", start: new Date(startOfDay(day, ZONE)).toISOString(), stepMinutes: 60, values: Array.from({ length: slotCount(day, ZONE, 60) }, (_, hour) => value(day, hour)), conditions: SAID }));
    const parsed = parseReadsRequest({ reads });
    if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
    await ingestReads(world, { actor, batchId: name, bodyHash: name, readings: parsed.reads });
  };
  const usual = (day: LocalDate, hour: number): number => (300 + (hour > 6 && hour < 22 ? 520 : 0) + ((hour * 37 + Number(day.slice(8)) * 13) % 120)) / 1000;
  await post("usual", eachDay({ from: addDays(today, -45), to: addDays(today, -3) }), usual);
  await post("strange", [addDays(today, -3), addDays(today, -2), addDays(today, -1)], (day, hour) => {
    if (day === addDays(today, -3)) return hour === 14 ? 61.5 : usual(day, hour);
    if (day === addDays(today, -2)) return hour > 8 && hour < 15 ? null : usual(day, hour);
    return usual(day, hour) * 6;
  });

  await openRequest(world, clerk, { commandId: "request-of-elena", accountId: SECOND_ACCOUNT, kind: "highBill", text: "My gas bill doubled since the fall and nobody was home for two weeks. Can somebody look at the meter?" });
  await placeHold(world, by, { commandId: "hold-for-elena-00", accountId: SECOND_ACCOUNT, kind: "promise" });
}

/** Accounts with a flat fee whose cycle closed today and was not run yet. */
async function dueStreet(meterline: Meterline, port: Household["port"], by: UserActor, today: LocalDate): Promise<void> {
  const world = inProcessWorld({ port, now: () => Date.now() - 40 * 24 * HOUR_MS, newId: () => crypto.randomUUID(), secretKey: meterline.secrets.secretKey });
  const decision = publicationOf({
    scheduleId: "refuse-res", name: "Refuse, homes", commodity: "refuse", customerClass: "residential", version: 1, effectiveOn: "2020-01-01",
    document: { format: 1, commodity: "refuse", name: { en: "Refuse, homes" }, unit: "kgal", charges: [{ id: "cart", kind: "fixed", name: { en: "Refuse cart" }, glKey: "refuse", rates: [{ amount: "21.40" }] }] },
  }, world.now());
  if (!decision.ok) throw new Error(decision.refusal.message);
  await commitUnits(port, [unitOf({ commandId: "publish-refuse", stream: "rate:refuse-res", input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt: world.now() } }, "hash", { seq: 0, hash: "" }, decision)]);
  const closed = Number(today.slice(8)) > 28 ? 28 : Number(today.slice(8));
  await saveCycle(world, by, "cycle-of-the-street", { id: DUE_CYCLE, name: "Cycle 2", closeDay: closed });
  const startOn = addDays(localDateOf(Date.now(), ZONE), -33);
  for (let house = 1; house <= DUE_ACCOUNTS; house += 1) {
    const accountId = `400${String(10_000 + house)}`;
    const address = { line: `${house} Cooper St`, city: "Cedar Falls", state: "IA", zip: "50613" };
    const premiseId = `premise-${accountId}`;
    await registerPremise(world, by, `register-${accountId}`, { premiseId, address, premiseClass: "residential", dwellingUnits: 1, servicePoints: [{ servicePointId: `refuse-${accountId}`, commodity: "refuse", usageFrom: null, meter: null }] });
    await openAccount(world, by, `open-${accountId}`, {
      accountId, person: { id: `person-${accountId}`, name: `${FIRST[house % FIRST.length]} ${LAST[house % LAST.length]}`, email: null, phone: null, language: "en" }, mailing: address,
      customerClass: "residential", billCycle: DUE_CYCLE, delivery: "paper", openedOn: startOn,
    });
    await startService(world, by, `start-${accountId}`, accountId, { agreementId: `${accountId}-refuse`, premiseId, servicePointId: `refuse-${accountId}`, commodity: "refuse", rateScheduleId: "refuse-res", startOn });
  }
}

const FIRST = ["Ines", "Otis", "Wanda", "Priya", "Hugo"];
const LAST = ["Abbott", "Byrd", "Castillo", "Dunn", "Eklund", "Farah", "Gupta"];

function premise(premiseId: string, address: NewPremise["address"], commodity: string, meter: { meterId: string; badge: string; channelId: number }): NewPremise {
  return {
    premiseId, address, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: [{
      servicePointId: `${premiseId}-${commodity}`, commodity, usageFrom: null,
      meter: {
        meterId: meter.meterId, badge: meter.badge, commodity, size: null, manufacturer: "Itron", installedOn: "2022-03-01",
        channels: [{ id: meter.channelId, name: "kWh", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }],
      },
    }],
  };
}
