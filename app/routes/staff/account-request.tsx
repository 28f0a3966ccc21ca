import type { Route } from "./+types/account-request";
import { REQUEST_KINDS } from "../../../domain/lifecycle/request.ts";
import { openRequest } from "../../../worker/operations/requests.ts";
import { Card } from "../../components/card.tsx";
import { RadioField, TextArea } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { requestKindName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "New request" }];

export async function loader(asked: Route.LoaderArgs) {
  const { head, commandId } = await accountForm(asked, asked.params.accountId, "open:request:any");
  return { head, commandId };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const input = { commandId: textOf(form, "commandId"), accountId, kind: textOf(form, "kind"), text: textOf(form, "text") };
  return answerForm(form, () => openRequest(world, actor, input), (status) => didPath(accountPath(accountId), "requested", status));
}

export default function NewRequest({ loaderData: { head, commandId }, actionData }: Route.ComponentProps) {
  return (
    <Page title="New request" intro="The customer sees it in the portal, and every step of it." back={{ to: accountPath(head.accountId), label: head.name }}>
      <Columns aside={<AccountAside head={head} />}>
        <Card>
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <RadioField name="kind" label="What it is about" options={REQUEST_KINDS.map((value) => ({ value, label: requestKindName(value) }))} />
            <TextArea name="text" label="What the customer says" hint="In their words, as far as it goes." maxLength={4000} />
            <Submit>Open the request</Submit>
          </FormFrame>
        </Card>
      </Columns>
    </Page>
  );
}
