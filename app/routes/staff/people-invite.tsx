import { useSearchParams } from "react-router";
import type { Route } from "./+types/people-invite";
import { invite, peopleWorldOf } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField, RadioField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { requestContext } from "../../context.ts";
import { LOCALE_NAMES, LOCALES } from "../../i18n/translate.ts";
import { answering, requireStaff } from "../../session.server.ts";
import { refusedStaffForm, textOf } from "./forms.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Invite a customer" }];

export function loader(asked: Route.LoaderArgs) {
  requireStaff(asked, "invite:customer:any");
  return { commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor } = requireStaff(asked, "invite:customer:any");
  const form = await asked.request.formData();
  const [accountId, email] = [textOf(form, "accountId").trim(), textOf(form, "email")];
  const invited = await answering(() => invite(peopleWorldOf(asked.context.get(requestContext)), actor, { commandId: textOf(form, "commandId"), accountId, email, language: textOf(form, "language") }));
  return invited.ok ? { sentTo: email, accountId } : refusedStaffForm(form, invited.refusal);
}

export default function InviteCustomer({ loaderData: { commandId }, actionData }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const account = search.get("account");
  const back = account ? { to: `/staff/accounts/${account}`, label: `Account ${account}` } : { to: "/staff", label: "Board" };
  if (actionData && "sentTo" in actionData) {
    return <Page title="Invite a customer" back={back}><Notice tone="good" live>An invitation to account {actionData.accountId} is on its way to {actionData.sentTo}. It works once, within 7 days.</Notice></Page>;
  }
  return (
    <Page title="Invite a customer" intro="They get a link by e-mail, register or sign in with it, and see the account." back={back}>
      <Card>
        <FormFrame state={actionData} commandId={commandId}>
          <TextField name="accountId" label="Account number" width="medium" defaultValue={account ?? undefined} autoComplete="off" spellCheck={false} />
          <EmailField name="email" label="E-mail" autoComplete="off" />
          <RadioField name="language" label="Language of the e-mail" defaultValue="en" options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))} />
          <Submit>Send the invitation</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
