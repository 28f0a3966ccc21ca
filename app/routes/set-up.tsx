import { redirect } from "react-router";
import type { Route } from "./+types/set-up";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { federalHolidays } from "../../domain/lifecycle/federal-holidays.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "../../domain/lifecycle/password-rule.ts";
import { worldOf } from "../../worker/operations/context.ts";
import { createFirstAdministrator, fromOf, peopleWorldOf, signIn, type PeopleWorld } from "../../worker/operations/people.ts";
import { checkSetUp, needsSetUp, setUpUtility } from "../../worker/operations/settings.ts";
import { Card } from "../components/card.tsx";
import { EmailField, PasswordField, TextField } from "../components/fields.tsx";
import type { FieldError } from "../components/form-state.ts";
import { FormFrame, Submit } from "../components/form.tsx";
import { Mark } from "../components/icons.tsx";
import { Page } from "../components/layout.tsx";
import { requestContext } from "../context.ts";
import { answering } from "../session.server.ts";
import staffStyles from "../styles/staff.css?url";
import { CycleRows, FeeRows, GlFields, HolidayRows, UtilityFields } from "./staff/setting-fields.tsx";
import { errorsOf, readTopics } from "./staff/setting-form.ts";
import { textOf } from "./staff/forms.server.ts";
import { backToForm, unavailableForm, whileThere } from "./staff/staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Set up the utility" }];

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: staffStyles }];

export const handle = { locale: "en" as const };

export async function loader({ context }: Route.LoaderArgs) {
  const world = worldOf(context.get(requestContext));
  if (!(await answering(() => needsSetUp(world)))) throw redirect("/");
  const year = new Date(world.now()).getUTCFullYear();
  return { holidays: [...federalHolidays(year), ...federalHolidays(year + 1)] };
}

/** Everything is checked before anything is done: then the administrator, the utility, the sign-in. */
export async function action({ request, context }: Route.ActionArgs) {
  const platform = context.get(requestContext);
  const people = peopleWorldOf(platform);
  const world = worldOf(platform);
  const form = await request.formData();
  const admin = { name: textOf(form, "admin.name"), email: textOf(form, "admin.email"), password: textOf(form, "admin.password"), language: "en" };
  const read = readTopics(form, ["utility", "cycles", "holidays", "fees", "gl"]);
  const checked = checkSetUp(read.value);
  const errors = [...missingOf(admin), ...errorsOf(read, checked.ok ? [] : checked.issues)];
  if (!checked.ok || errors.length > 0) return backToForm(form, errors);
  const done = await answering(() => whileThere(async () => {
    const from = fromOf(request, platform);
    const who = await administrator(people, admin, from);
    if ("errors" in who) return { status: "refused", errors: who.errors } as const;
    const answer = await setUpUtility(world, `user:${who.userId}`, checked.value);
    // Somebody else was faster: there is a utility now, and this page is over.
    if (answer.status === "refused") return { status: "over" } as const;
    const signedIn = await signIn(people, admin, from);
    return signedIn.ok ? ({ status: "done", headers: signedIn.headers } as const) : ({ status: "over" } as const);
  }));
  switch (done.status) {
    case "done": return redirect("/staff", { headers: done.headers });
    case "over": return redirect("/");
    case "refused": return backToForm(form, done.errors);
    case "unavailable": return unavailableForm(form);
  }
}

interface Admin { readonly name: string; readonly email: string; readonly password: string; readonly language: string }

function missingOf({ name, email, password }: Admin): FieldError[] {
  const fields: readonly (readonly [string, string, string])[] = [["admin.name", name, "Enter your name."], ["admin.email", email, "Enter your e-mail address."], ["admin.password", password, "Choose a password."]];
  return fields.filter(([, typed]) => typed.trim() === "").map(([field, , message]) => ({ field, message }));
}

const ADMIN_WORDS: Readonly<Record<string, readonly [field: string, message: string]>> = {
  name: ["admin.name", "Enter your name."],
  email: ["admin.email", "Enter an e-mail address such as ana@example.com."],
  emailTaken: ["admin.email", "This address has a sign-in already. Use its password, or another address."],
  passwordShort: ["admin.password", `Use at least ${PASSWORD_MIN} characters.`],
  passwordLong: ["admin.password", `Use at most ${PASSWORD_MAX} characters.`],
  passwordSimple: ["admin.password", "Choose a password that is harder to guess."],
};

/** The first administrator. A set-up that was cut off after making them goes on for whoever knows their password. */
async function administrator(people: PeopleWorld, admin: Admin, from: ReturnType<typeof fromOf>): Promise<{ userId: string } | { errors: FieldError[] }> {
  const made = await createFirstAdministrator(people, admin);
  if (made.ok) return { userId: made.userId };
  if (made.refusal.code === "staffExists" || made.refusal.code === "emailTaken") {
    const signedIn = await signIn(people, admin, from);
    if (signedIn.ok && signedIn.role === "admin") return { userId: signedIn.userId };
    return { errors: [{ field: "admin.email", message: "Somebody began to set this utility up. Sign in here with their e-mail address and password to go on." }] };
  }
  const [field, message] = ADMIN_WORDS[made.refusal.code] ?? ["", "The administrator could not be made. Try again."];
  return { errors: [{ field, message }] };
}

const FIRST_CYCLES = [{ id: "01", name: "Cycle 1", closeDay: 1 }];

/** One long form, once: what can be changed later has a page of its own under Settings. */
export default function SetUp({ loaderData: { holidays }, actionData }: Route.ComponentProps) {
  return (
    <main className="set-up" data-density="staff">
      <div className="set-up-mark"><Mark /><span>Meterline</span></div>
      <Page title="Set up the utility" intro="This is done once. Everything but the time zone can be changed later under Settings, from a day on.">
        <FormFrame state={actionData} className="form form-wide">
          <Card title="First administrator">
            <p className="soft">You. You let everybody else in.</p>
            <TextField name="admin.name" label="Your name" autoComplete="name" />
            <EmailField name="admin.email" label="Your e-mail" autoComplete="username" />
            <PasswordField name="admin.password" label="Password" hint={`At least ${PASSWORD_MIN} characters. Three or four words make a good one.`} autoComplete="new-password" />
          </Card>
          <Card title="Utility"><UtilityFields /></Card>
          <Card title="Bill cycles"><CycleRows value={FIRST_CYCLES} spare={5} /></Card>
          <Card title="Holidays">
            <p className="soft">The federal holidays of this and the next year, on the days on which offices close. Take away those on which you are open, and add your own.</p>
            <HolidayRows titled value={holidays} />
          </Card>
          <Card title="Fees"><FeeRows titled value={SETTING_DEFAULTS.fees} /></Card>
          <Card title="GL accounts"><GlFields value={SETTING_DEFAULTS.gl} /></Card>
          <Submit icon="check">Set up the utility</Submit>
        </FormFrame>
      </Page>
    </main>
  );
}
