import type { Route } from "./+types/people-new";
import { createStaff, peopleWorldOf } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField, RadioField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { answering, requireStaff } from "../../session.server.ts";
import { refusedStaffForm, textOf } from "./forms.server.ts";
import { PasswordLink } from "./password-link.tsx";
import { ROLE_OPTIONS } from "./role-names.ts";

export const meta: Route.MetaFunction = () => [{ title: "Add a person" }];

export function loader(asked: Route.LoaderArgs) {
  requireStaff(asked, "edit:staff:any");
  return { commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor } = requireStaff(asked, "edit:staff:any");
  const form = await asked.request.formData();
  const person = { commandId: textOf(form, "commandId"), name: textOf(form, "name"), email: textOf(form, "email"), role: textOf(form, "role") };
  const created = await answering(() => createStaff(peopleWorldOf(asked.context.get(requestContext)), actor, person));
  return created.ok ? { name: person.name, email: person.email, url: created.url } : refusedStaffForm(form, created.refusal);
}

const BACK = { to: "/staff/people", label: "People" };

export default function AddPerson({ loaderData: { commandId }, actionData }: Route.ComponentProps) {
  if (actionData && "url" in actionData) {
    return <Page title={`${actionData.name} is in`} back={BACK}><PasswordLink email={actionData.email} url={actionData.url} /></Page>;
  }
  return (
    <Page title="Add a person" intro="They choose their own password with a link that we send them." back={BACK}>
      <Card>
        <FormFrame state={actionData} commandId={commandId}>
          <TextField name="name" label="Name" autoComplete="off" />
          <EmailField name="email" label="E-mail" autoComplete="off" />
          <RadioField name="role" label="Role" options={ROLE_OPTIONS} />
          <Submit>Add</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
