import type { Route } from "./+types/account-prepaid";
import { formatDollars, parseDollars } from "../../../domain/money/cents.ts";
import type { PrepaidDay } from "../../../domain/billing/prepaid.ts";
import { prepaidOf, setPrepaid, type PrepaidAccount } from "../../../worker/operations/prepaid.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { MoneyField, TextField } from "../../components/fields.tsx";
import { newCommandId, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Icon } from "../../components/icons.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatQuantity } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm, answerArrangement } from "./account-form.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { commodityIcon, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Prepaid" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "edit:prepaid:any");
  return { head, commandId, leaveId: newCommandId(), prepaid: await answering(() => prepaidOf(world, actor, accountId)) };
}

const DID: Readonly<Record<string, string>> = { enrol: "prepaid", change: "saved", leave: "prepaidLeft" };

export async function action(asked: Route.ActionArgs) {
  return answerArrangement(asked, "/prepaid", DID, (world, actor, sent, text) => setPrepaid(world, actor, { ...sent, lowAt: parseDollars(text("lowAt")) ?? undefined }));
}

export default function Prepaid({ loaderData: { head, commandId, leaveId, prepaid }, actionData }: Route.ComponentProps) {
  const asked = actionData?.values["what"]?.[0];
  const formOf = (what: string, id: string): Form => (asked === what && actionData ? { state: actionData, commandId: actionData.commandId ?? id } : { state: null, commandId: id });
  return (
    <Page title="Prepaid" intro="Money is paid ahead, and each day shows what it cost. The monthly bill is made as always and takes its charges from what was paid." back={{ to: accountPath(head.accountId), label: head.name }}>
      <AnswerNotice />
      <Columns aside={<AccountAside head={head} />}>
        {prepaid ? (
          <>
            <Standing prepaid={prepaid} />
            <Threshold title="Change when it is low" what="change" submit="Change" lowAt={prepaid.lowAt} form={formOf("change", commandId)} />
            <Leave form={formOf("leave", leaveId)} />
            <Days days={prepaid.days} />
          </>
        ) : <Threshold title="Enroll" what="enrol" submit="Enroll" form={formOf("enrol", commandId)} />}
      </Columns>
    </Page>
  );
}

interface Form { readonly state: FormState | null; readonly commandId: string }

function Standing({ prepaid: { standing, lowAt, enrolledOn, days } }: { prepaid: PrepaidAccount }) {
  const last = days.at(-1)?.day;
  if (!standing) return <Notice tone="warn" title="There is no figure">A service of this account cannot be priced: look at its rate.</Notice>;
  const { left, used, daysLeft, state } = standing;
  return (
    <>
      {state === "ok" ? null : <Notice tone={state === "out" ? "bad" : "warn"} title={state === "out" ? "Nothing is left" : `${formatDollars(lowAt)} or less is left`}>The customer sees it in the portal. A payment counts at once.</Notice>}
      <Card title="What is left" action={<span className="soft">since <DateText date={enrolledOn} form="day" /></span>}>
        <Money cents={left} size="display" ledger />
        <DescriptionList lines facts={[
          { term: "Paid ahead", value: <Money cents={left + used} ledger /> },
          { term: "Days that are not billed", value: <Money cents={used} ledger />, more: last ? <>through <DateText date={last} form="day" /></> : "no whole day yet" },
          { term: "Lasts at the last days' average", value: daysLeft === null ? <span className="soft">Not known yet</span> : daysLeft === 1 ? "1 day" : `${daysLeft} days` },
          { term: "Low at", value: <Money cents={lowAt} /> },
        ]} />
      </Card>
    </>
  );
}

function Days({ days }: { days: readonly PrepaidDay[] }) {
  return (
    <Card title="Day by day" flush>
      <Table caption="Days that are not billed yet, the latest first" narrow="keep" rows={days.toReversed()} rowKey={({ day }) => day} empty={<EmptyState title="No whole day yet" />}
        columns={[
          { key: "day", head: "Day", main: true, cell: ({ day }) => <DateText date={day} form="day" /> },
          { key: "usage", head: "Used", numeric: true, cell: ({ usage }) => usage.map(({ agreementId, commodity, quantity, unit }) => <Row key={agreementId} justify="end"><Icon name={commodityIcon(commodity)} /><span className="unseen">{commodityName(commodity)}</span><span>{formatQuantity("en", quantity, unit, { form: "short" })}</span></Row>) },
          { key: "charge", head: "Cost", numeric: true, cell: ({ charge }) => <Money cents={charge} ledger /> },
        ]} />
    </Card>
  );
}

function Threshold({ title, what, submit, lowAt, form: { state, commandId } }: { title: string; what: string; submit: string; lowAt?: number; form: Form }) {
  return (
    <Card title={title}>
      <FormFrame state={state} commandId={commandId}>
        <input type="hidden" name="what" value={what} readOnly />
        <MoneyField name="lowAt" label="Low at" hint="The customer is told when this or less is left." {...(lowAt === undefined ? {} : { defaultValue: formatDollars(lowAt).slice(1) })} />
        <Submit>{submit}</Submit>
      </FormFrame>
    </Card>
  );
}

function Leave({ form: { state, commandId } }: { form: Form }) {
  return (
    <Card title="Leave">
      <p>What was paid ahead stays on the account, and the next bill takes its charges from it.</p>
      <FormFrame state={state} commandId={commandId}>
        <input type="hidden" name="what" value="leave" readOnly />
        <TextField name="reason" label="Why" optional autoComplete="off" maxLength={200} />
        <Submit kind="secondary">End prepaid</Submit>
      </FormFrame>
    </Card>
  );
}
