import { redirect, useSearchParams } from "react-router";
import type { Route } from "./+types/people-person";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { changeRole, deactivate, makePasswordLink, peopleWorldOf, reactivate, staffPerson } from "../../../worker/operations/people.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { RadioField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { ErrorSummary, FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { requestContext } from "../../context.ts";
import { answering, refused, requireStaff } from "../../session.server.ts";
import { refusedStaffForm, textOf } from "./forms.server.ts";
import { PasswordLink } from "./password-link.tsx";
import { ROLE_OPTIONS, roleName } from "./role-names.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.person.name }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor } = requireStaff(asked, "read:staff:any");
  const person = await answering(() => staffPerson(peopleWorldOf(asked.context.get(requestContext)), actor, asked.params.userId));
  if (!person) throw refused(404, "There is no such person.");
  // One id for each form: two different decisions are two commands.
  const commandIds = { role: newCommandId(), link: newCommandId(), active: newCommandId() };
  return { person, commandIds, mayEdit: may(actor, "edit:staff:any") && person.userId !== actor.userId, yourself: person.userId === actor.userId };
}

export async function action(asked: Route.ActionArgs) {
  const { actor } = requireStaff(asked, "edit:staff:any");
  const form = await asked.request.formData();
  const world = peopleWorldOf(asked.context.get(requestContext));
  const on = { commandId: textOf(form, "commandId"), userId: asked.params.userId };
  const here = (done: string) => redirect(`/staff/people/${on.userId}?done=${done}`);
  switch (textOf(form, "do")) {
    case "role": {
      const changed = await answering(() => changeRole(world, actor, { ...on, role: textOf(form, "role") }));
      return changed.ok ? here("role") : refusedStaffForm(form, changed.refusal);
    }
    case "link": {
      const made = await answering(() => makePasswordLink(world, actor, on));
      return made.ok ? { url: made.url } : refusedStaffForm(form, made.refusal);
    }
    case "deactivate": {
      const ended = await answering(() => deactivate(world, actor, on));
      return ended.ok ? here("left") : refusedStaffForm(form, ended.refusal);
    }
    case "reactivate": {
      const back = await answering(() => reactivate(world, actor, on));
      return back.ok ? here("back") : refusedStaffForm(form, back.refusal);
    }
    default:
      throw refused(400, "There is no such thing to do here.");
  }
}

const DONE: Readonly<Record<string, string>> = {
  role: "The role is changed. It counts from their next click.",
  left: "They are out: every session has ended and no link works.",
  back: "They can sign in again.",
};

export default function Person({ loaderData: { person, commandIds, mayEdit, yourself }, actionData }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const done = DONE[search.get("done") ?? ""];
  const state = actionData && "errors" in actionData ? actionData : null;
  return (
    <Page title={person.name} back={{ to: "/staff/people", label: "People" }}>
      {done && !actionData ? <Notice tone="good" live>{done}</Notice> : null}
      {actionData && "url" in actionData ? <PasswordLink email={person.email} url={actionData.url} /> : null}
      {state && !state.values["role"] ? <ErrorSummary state={state} /> : null}
      <Card title="Sign-in">
        <DescriptionList facts={[
          { term: "E-mail", value: person.email },
          { term: "Role", value: roleName(person.role) },
          { term: "State", value: person.active ? <Badge tone="good">Active</Badge> : <Badge>Left</Badge> },
          { term: "Password", value: person.hasPassword ? "Set" : "Not set yet" },
          { term: "Last sign-in", value: person.lastSignInAt === null ? "No session is open" : <TimeText at={person.lastSignInAt} form="full" /> },
        ]} />
      </Card>
      {yourself ? <Notice tone="info">This is you. Another administrator changes your role.</Notice> : null}
      {mayEdit && person.active ? (
        <>
          <Card title="Role">
            <FormFrame state={state?.values["role"] ? state : null} commandId={commandIds.role}>
              <input type="hidden" name="do" value="role" readOnly />
              <RadioField name="role" label="Role" options={ROLE_OPTIONS} defaultValue={person.role} />
              <Submit kind="secondary">Change the role</Submit>
            </FormFrame>
          </Card>
          <Card title="Password">
            <FormFrame id="link" commandId={commandIds.link}>
              <p>A new link to choose a password, for somebody who lost the first one or forgot the password.</p>
              <Submit kind="secondary" name="do" value="link">Make a link</Submit>
            </FormFrame>
          </Card>
        </>
      ) : null}
      {mayEdit ? (
        <Card title={person.active ? "Leaving" : "Coming back"}>
          <FormFrame id="active" commandId={commandIds.active}>
            <p>{person.active ? "Every session of this person ends at once. What they did stays in the log." : "They sign in again with the password they had."}</p>
            {person.active ? <Submit kind="danger" name="do" value="deactivate">Deactivate</Submit> : <Submit kind="secondary" name="do" value="reactivate">Reactivate</Submit>}
          </FormFrame>
        </Card>
      ) : null}
    </Page>
  );
}
