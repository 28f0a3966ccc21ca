import type { Route } from "./+types/account-erase";
import { erasePerson, erasurePage } from "../../../worker/operations/erasure.ts";
import { Card } from "../../components/card.tsx";
import { CheckboxField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { accountForm } from "./account-form.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork, backToForm } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Erase personal data" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "erase:person:any");
  return { head, commandId, page: await answering(() => erasurePage(world, actor, accountId)) };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "erase:person:any");
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  if (!form.has("final")) return backToForm(form, [{ field: "final", message: "Tick the box: what is erased cannot be brought back." }]);
  return answerForm(form, () => erasePerson(world, actor, { commandId: textOf(form, "commandId"), accountId }), () => `${accountPath(accountId)}?did=erased`);
}

/** What the law may ask for: everything about the person goes, the books stay. */
export default function Erase({ loaderData: { head, commandId, page }, actionData }: Route.ComponentProps) {
  return (
    <Page title="Erase personal data" back={{ to: accountPath(head.accountId), label: head.name }}>
      <Columns aside={<AccountAside head={head} />}>
        <Card title="What goes, what stays">
          <ul>
            <li>Name, phone, e-mail, mailing address, and every note and request written about them go.</li>
            <li>{page.documents === 0 ? "No bill has been made as a file." : `${formatCount(page.documents)} bills that were made as files go; a file made later carries no name.`} Letters that were kept go.</li>
            <li>{page.people === 0 ? "Nobody sees this account in the portal." : page.people === 1 ? "The sign-in that sees this account in the portal ends." : `${page.people} sign-ins that see this account in the portal end.`}</li>
            <li>Bills, payments and reads stay, under the account’s number. The log stays whole: it never held a name.</li>
          </ul>
        </Card>
        {page.why ? <Notice tone="warn" title="Not yet">{page.why}</Notice> : (
          <FormFrame state={actionData} commandId={commandId}>
            <CheckboxField name="final" label="The customer asked for this, and I know that it cannot be brought back" />
            <Submit kind="danger">Erase personal data</Submit>
          </FormFrame>
        )}
      </Columns>
    </Page>
  );
}
