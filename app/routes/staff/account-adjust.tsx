import { Link } from "react-router";
import type { Route } from "./+types/account-adjust";
import { ADJUSTMENT_KINDS, ADJUSTMENTS } from "../../../domain/lifecycle/adjustment.ts";
import { formatDollars, parseDollars } from "../../../domain/money/cents.ts";
import { alertsOf, type AccountAlert } from "../../../worker/operations/alerts.ts";
import { LEAK_KINDS } from "../../../worker/operations/leak-adjustments.ts";
import { adjustableToday, postAdjustment } from "../../../worker/operations/adjustments.ts";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { MoneyField, RadioField, SelectField, TextArea } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { formatQuantity } from "../../format/quantities.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answering } from "../../session.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { alertName, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Post an adjustment" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "post:adjustment:any");
  const leaks = (await answering(() => alertsOf(world, actor, accountId))).filter(({ kind }) => LEAK_KINDS.has(kind));
  return { head, commandId, leaks, most: await answering(() => adjustableToday(world, actor, accountId)) };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const input = { commandId: text("commandId"), accountId, kind: text("kind"), side: text("side"), amount: parseDollars(text("amount")), service: text("service"), reason: text("reason") };
  return answerForm(form, () => postAdjustment(world, actor, input), (status) => didPath(accountPath(accountId), "adjusted", status));
}

export default function Adjust({ loaderData: { head, commandId, leaks, most }, actionData }: Route.ComponentProps) {
  return (
    <Page title="Post an adjustment" intro="A new entry with a reason. Nothing that was billed is changed." back={{ to: accountPath(head.accountId), label: head.name }}>
      <Columns aside={<><AccountAside head={head} /><Leaks leaks={leaks} accountId={head.accountId} /></>}>
        <Card>
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <RadioField name="kind" label="What it is" options={ADJUSTMENT_KINDS.map((value) => ({ value, label: ADJUSTMENTS[value].name, hint: ADJUSTMENTS[value].what }))} />
            <RadioField name="side" label="Which way" hint="A kind that goes only one way goes that way." defaultValue="credit" options={[{ value: "credit", label: "Lowers what is owed" }, { value: "charge", label: "Raises what is owed" }]} />
            <MoneyField name="amount" label="Amount" hint={`Written without a sign. You may post up to ${formatDollars(most)} more today.`} />
            <SelectField name="service" label="For the service" width="medium" optional hint="Whose revenue it changes; a fee needs none." options={head.commodities.map((value) => ({ value, label: commodityName(value) }))} defaultValue={head.commodities[0]} />
            <TextArea name="reason" label="Why" hint="For whoever asks next year. Only staff read it." rows={3} maxLength={500} />
            <Submit>Post the adjustment</Submit>
          </FormFrame>
        </Card>
      </Columns>
    </Page>
  );
}

/** What the meter itself has shown: each can be reckoned by the policy. */
function Leaks({ leaks, accountId }: { leaks: readonly AccountAlert[]; accountId: string }) {
  return (
    <Card title="Leaks that the meter showed">
      {leaks.length === 0 ? <p className="soft">None. One that a meter shows is reckoned by the policy; one that none shows can be posted here by hand.</p> : (
        <ul className="plain-list">
          {leaks.map(({ id, kind, commodity, startedAt, endedAt, unit, perHour, usage, usual, adjusted }) => (
            <li key={id}>
              <p><strong>{commodityName(commodity)}, {alertName(kind).toLowerCase()}</strong></p>
              <p><TimeText at={startedAt} form="full" /> {endedAt === null ? "until now: it still runs" : <>to <TimeText at={endedAt} form="full" /></>}</p>
              <p className="small soft">{kind === "high" ? <>{formatQuantity("en", usage, unit)} a day, usually {formatQuantity("en", usual, unit)}</> : <>At least {formatQuantity("en", perHour, unit)} an hour, {formatQuantity("en", usage, unit)} in all</>}</p>
              <p>{adjusted === null ? <Link to={accountPath(accountId, `/leaks/${encodeURIComponent(id)}`)}>Reckon the adjustment</Link> : <>Adjusted by {formatDollars(adjusted.amount)}, <DateText date={adjusted.postedOn} /></>}</p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
