import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/payment";
import { formatDollars } from "../../../domain/money/cents.ts";
import { actorNames } from "../../../worker/operations/actors.ts";
import { paymentPage } from "../../../worker/operations/payment-page.ts";
import { reversePayment } from "../../../worker/operations/payments.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { CheckboxField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { channelName, tenderName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Payment" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const { accountId, paymentId } = asked.params;
  const page = await answering(() => paymentPage(world, actor, accountId, paymentId));
  if (!page) throw refused(404, "There is no such payment on this account.");
  const names = page.reversal ? await answering(() => actorNames(world.port, [page.reversal!.actor])) : {};
  return { page, commandId: newCommandId(), by: page.reversal ? names[page.reversal.actor] : undefined };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId, paymentId } = asked.params;
  const form = await asked.request.formData();
  const input = { commandId: textOf(form, "commandId"), accountId, paymentId, reason: textOf(form, "reason"), withFee: form.get("fee") === "yes" };
  return answerForm(form, () => reversePayment(world, actor, input), (status) => didPath(accountPath(accountId), "reversed", status));
}

export default function Payment({ loaderData: { page, commandId, by }, actionData }: Route.ComponentProps) {
  const { payment, reversal, mayReverse, fee } = page;
  const [search] = useSearchParams();
  const facts: Fact[] = [
    { term: "Account", value: <Link to={accountPath(payment.accountId)}>{payment.name ?? payment.accountId}</Link> },
    { term: "Received", value: <TimeText at={payment.receivedAt} form="full" /> },
    { term: "How", value: `${tenderName(payment.tender)}, ${channelName(payment.channel).toLowerCase()}` },
    { term: "Reference", value: payment.reference ?? <span className="soft">None</span> },
    { term: "State", value: reversal ? <Badge tone="bad">Taken back</Badge> : <Badge tone="good">Posted</Badge> },
  ];
  if (reversal) facts.push({ term: "Taken back", value: <TimeText at={reversal.at} form="full" /> }, { term: "Why", value: reversal.reason }, { term: "By", value: by });
  return (
    <Page title={`Payment of ${formatDollars(payment.amount)}`} back={{ to: accountPath(payment.accountId), label: payment.name ?? payment.accountId }}>
      {search.get("did") ? <AnswerNotice /> : null}
      <Columns aside={mayReverse ? (
        <Card title="Take it back">
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <p className="soft">For a payment that did not go through. What it had paid is owed again, as old as it was.</p>
            <TextField name="reason" label="Why" hint="For example: check returned, not enough funds" maxLength={200} autoComplete="off" />
            {fee ? <CheckboxField name="fee" label={<>Charge the fee: {fee.name.toLowerCase()}, <Money cents={fee.amount} /></>} /> : null}
            <Submit kind="danger">Take the payment back</Submit>
          </FormFrame>
        </Card>
      ) : null}>
        <Card><DescriptionList lines facts={facts} /></Card>
      </Columns>
    </Page>
  );
}
