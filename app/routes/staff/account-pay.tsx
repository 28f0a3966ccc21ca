import type { Route } from "./+types/account-pay";
import { COUNTER_TENDERS } from "../../../domain/lifecycle/tender.ts";
import type { AccountView } from "../../../domain/lifecycle/account/view.ts";
import { formatDollars, parseDollars } from "../../../domain/money/cents.ts";
import { payAtCounter } from "../../../worker/operations/payments.ts";
import { Card } from "../../components/card.tsx";
import { MoneyField, RadioField, TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { dollarsText } from "./dollars.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { tenderName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Take a payment" }];

export async function loader(asked: Route.LoaderArgs) {
  const { head, commandId } = await accountForm(asked, asked.params.accountId, "post:payment:any");
  return { head, commandId };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const input = { commandId: textOf(form, "commandId"), accountId, amount: parseDollars(textOf(form, "amount")), tender: textOf(form, "tender"), reference: textOf(form, "reference") };
  return answerForm(form, () => payAtCounter(world, actor, input), (status) => didPath(accountPath(accountId), "paid", status));
}

export default function TakePayment({ loaderData: { head, commandId }, actionData }: Route.ComponentProps) {
  const { view } = head;
  return (
    <Page title="Take a payment" back={{ to: accountPath(head.accountId), label: head.name }}>
      <Columns aside={<AccountAside head={head} />}>
        <Card>
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <MoneyField name="amount" label="Amount" defaultValue={view.due > 0 ? dollarsText(view.due) : undefined} autoFocus={!actionData} hint={amountHint(view)} />
            <RadioField name="tender" label="How" options={COUNTER_TENDERS.map((value) => ({ value, label: tenderName(value) }))} defaultValue="cash" />
            <TextField name="reference" label="Number on it" hint="Of the check or money order, such as 1187." optional width="medium" maxLength={30} autoComplete="off" />
            <Submit icon="pay">Take the payment</Submit>
          </FormFrame>
        </Card>
      </Columns>
    </Page>
  );
}

function amountHint({ due, balance, budget }: AccountView): string {
  if (budget && balance > 0) return `What is due. With the budget balance ${formatDollars(balance)} is owed in all.`;
  return due > 0 ? "What is owed in all. The oldest is paid first; what is left over stays as a credit." : "Nothing is owed: the payment stays as a credit.";
}
