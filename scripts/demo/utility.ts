/** The demonstration utility itself: its name, its settings, its people with their sign-ins. */
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { federalHolidays } from "../../domain/lifecycle/federal-holidays.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { SETTING_DEFAULTS, type Setting } from "../../domain/lifecycle/settings.ts";
import { createUser } from "../../worker/operations/people/users.ts";
import { publishRateVersion } from "../../worker/operations/rates.ts";
import { decideSetting, proposeSetting } from "../../worker/operations/setting-approval.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import type { SignIn } from "./contract.ts";
import { rateVersions } from "./rates.ts";
import { SEVERAL_ACCOUNTS, SPANISH_CUSTOMER, TOUR_CUSTOMER } from "./stories.ts";
import { CITY, type Town } from "./town.ts";
import { ZONE, type Begun, type Staff } from "./world.ts";

export const UTILITY: Setting<"utility"> = {
  name: "Alder Creek Utilities",
  timeZone: ZONE,
  phone: "(319) 555-0100",
  email: "service@aldercreek.example",
  addressLines: ["40 Market St", `${CITY.city}, ${CITY.state} ${CITY.zip}`],
  commodities: ["water", "sewer", "electric", "gas"],
};

/** One for everybody: it is printed at each start, and opens nothing but play data. */
const PASSWORD = "alder-creek-demo";

interface StaffSignIn extends SignIn {
  readonly role: Exclude<UserActor["role"], "customer">;
}

const staff = (role: StaffSignIn["role"], name: string): StaffSignIn => ({ role, name, email: `${role}@aldercreek.example`, password: PASSWORD, path: "/staff" });
const customer = ({ name, email }: { readonly name: string; readonly email: string | null }): SignIn => ({ role: "customer", name, email: email!, password: PASSWORD, path: "/portal" });

const STAFF: readonly StaffSignIn[] = [
  staff("supervisor", "Ingrid Halvorsen"), staff("csr", "Marcus Bell"), staff("billing", "Priya Raman"), staff("field", "Theo Lambert"), staff("admin", "Wanda Kessler"), staff("auditor", "Felix Norwood"),
];
export const CUSTOMERS: readonly SignIn[] = [customer(TOUR_CUSTOMER), customer(SEVERAL_ACCOUNTS), customer(SPANISH_CUSTOMER)];

/** Whom one can be: the two of the tour first. */
export const SIGN_INS: readonly SignIn[] = [CUSTOMERS[0]!, STAFF[0]!, CUSTOMERS[1]!, CUSTOMERS[2]!, ...STAFF.slice(1)];

/** Days on which offices are closed, in all years that the demonstration touches. */
export function holidaysOf(from: LocalDate, today: LocalDate): Setting<"holidays"> {
  const years = new Set([from, today, addDays(today, 366)].map((day) => Number(day.slice(0, 4))));
  return [...years].flatMap(federalHolidays);
}

/** Sets the utility up and lets its people in. */
export async function foundUtility({ world, people }: Begun, town: Town): Promise<Staff> {
  const answer = await setUpUtility(world, "system:setup", {
    utility: UTILITY,
    cycles: town.cycles.map(({ id, name, closeDay }) => ({ id, name, closeDay })),
    holidays: holidaysOf(town.from, town.plan.today),
    fees: SETTING_DEFAULTS.fees,
    gl: SETTING_DEFAULTS.gl,
  });
  if (answer.status !== "done") throw new Error("this database holds a utility already");
  const actors = new Map<string, UserActor>();
  // One after the other, so that each gets the same id in every load.
  for (const { role, name, email, password } of STAFF) {
    const made = await createUser(people, { role, name, email, password, language: "en" });
    if (!made.ok) throw new Error(`the sign-in of ${role} was refused: ${made.refusal.code}`);
    actors.set(role, { kind: "user", userId: made.userId, role, accountIds: [] });
  }
  const actor = (role: StaffSignIn["role"]): UserActor => actors.get(role)!;
  return { clerk: actor("csr"), billing: actor("billing"), field: actor("field"), supervisor: actor("supervisor"), admin: actor("admin") };
}

/** Four services on one bill come to more than the product's own bounds for a first look allow. */
const LOOK_AT_FROM = 160_00;

export async function publishRates({ world, staff: { admin, supervisor } }: Begun & { readonly staff: Staff }, town: Town): Promise<void> {
  await proposeSetting(world, admin, { commandId: "billing-bounds", topic: "billing", effectiveOn: town.from, value: { ...SETTING_DEFAULTS.billing, highBillMin: LOOK_AT_FROM }, note: "Four services stand on one bill here." });
  const bounds = await decideSetting(world, supervisor, { commandId: "billing-bounds-agreed", proposalId: "billing-bounds", action: "approve", reason: "" });
  if (bounds.status !== "done") throw new Error("the bounds of bills could not be set");
  for (const version of rateVersions(town.from, town.clockRatesFrom)) {
    const answer = await publishRateVersion(world, admin, `publish-${version.scheduleId}-${version.version}`, version);
    if (answer.status !== "done") throw new Error(`rate ${version.scheduleId} was not published: ${answer.status === "refused" ? answer.refusal.message : answer.status}`);
  }
}
