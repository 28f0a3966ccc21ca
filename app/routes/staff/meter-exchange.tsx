import { Form, Link } from "react-router";
import type { Route } from "./+types/meter-exchange";
import { EXCHANGE_REASONS, NO_METER } from "../../../domain/lifecycle/meter.ts";
import { exchangeForm, exchangeMeter, type ExchangeForm } from "../../../worker/operations/meter-exchange.ts";
import { Button, ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { answering, refused } from "../../session.server.ts";
import { didPath } from "./answer-notice.tsx";
import { DialField, dialsTyped } from "./dial-field.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork, type StaffForm } from "./staff.server.ts";
import { commodityName, plainWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Exchange meter ${loaderData.form.old.badge}` : "Exchange" }];

/** `?new=`: the meter that is to hang there. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await answering(() => exchangeForm(world, actor, asked.params.meterId, asked.url.searchParams.get("new")));
  if (!form) throw refused(404, "This meter hangs nowhere, so that it cannot be exchanged.");
  return { form, none: asked.url.searchParams.get("new") === NO_METER, commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const newMeterId = text("newMeterId");
  return answerForm(
    form,
    () => exchangeMeter(world, actor, { commandId: text("commandId"), meterId: asked.params.meterId, newMeterId, on: text("on"), time: text("time"), lastReads: dialsTyped(form, "last"), firstReads: dialsTyped(form, "first"), reason: text("reason") }),
    (status) => (newMeterId === NO_METER ? didPath(`/staff/meters/${encodeURIComponent(asked.params.meterId)}`, "takenOff", status) : didPath(`/staff/meters/${encodeURIComponent(newMeterId)}`, "exchanged", status)),
  );
}

export default function Exchange({ loaderData: { form, none, commandId }, actionData, params }: Route.ComponentProps) {
  const { old, stock, fresh } = form;
  return (
    <Page title={`Exchange meter ${old.badge}`} intro={old.address} back={{ to: `/staff/meters/${encodeURIComponent(params.meterId)}`, label: `Meter ${old.badge}` }}>
      {stock.length === 0 ? (
        <Card title="The new meter"><EmptyState icon="meter" title={`No ${commodityName(old.commodity).toLowerCase()} meter in stock`} action={<ButtonLink to={`/staff/meters/new?service=${old.commodity}`} kind="primary">Enter a new meter</ButtonLink>}>A meter that is hung comes from stock.</EmptyState></Card>
      ) : (
        <Card title="The new meter">
          <Form method="get" className="form">
            <SelectField name="new" label="From stock" width="medium" defaultValue={fresh?.meterId} options={stock.map(({ meterId, badge, size }) => ({ value: meterId, label: size ? `${badge}, ${size}` : badge }))} />
            <Button kind={fresh || none ? "secondary" : "primary"}>{fresh ? "Take this one instead" : "Go on"}</Button>
          </Form>
        </Card>
      )}
      {none ? null : <p><Link to={`?new=${NO_METER}`}>It is only taken off; none is hung in its place</Link></p>}
      {fresh || none ? <Reads form={form} fresh={fresh} state={actionData} commandId={actionData?.commandId ?? commandId} /> : null}
    </Page>
  );
}

function Reads({ form: { old, today }, fresh, state, commandId }: { form: ExchangeForm; fresh: ExchangeForm["fresh"]; state: StaffForm | undefined; commandId: string }) {
  return (
    <FormFrame state={state} commandId={commandId} className="form form-wide">
      <Card title={fresh ? `${old.badge} is taken off, ${fresh.badge} is hung` : `${old.badge} is taken off`}>
        <input type="hidden" name="newMeterId" value={fresh?.meterId ?? NO_METER} readOnly />
        <Row align="start">
          <DateField name="on" label="Day" defaultValue={today} />
          <TextField name="time" label="Time there" type="time" width="short" />
          <SelectField name="reason" label="Why" width="medium" placeholder="Choose" options={EXCHANGE_REASONS.map((value) => ({ value, label: plainWord(value) }))} />
        </Row>
        {old.registers.length + (fresh?.registers.length ?? 0) > 0 ? <Row align="start">
          {old.registers.map((register) => <DialField key={register.channelId} name={`last.${register.channelId}`} label={`Last read of ${old.badge}`} register={register} several={old.registers.length > 1} />)}
          {fresh?.registers.map((register) => <DialField key={register.channelId} name={`first.${register.channelId}`} label={`First read of ${fresh.badge}`} register={register} several={fresh.registers.length > 1} />)}
        </Row> : <p className="soft">By intervals alone: what was counted before and after that time is summed.</p>}
      </Card>
      <Submit icon="check">{fresh ? "Exchange the meters" : "Take the meter off"}</Submit>
    </FormFrame>
  );
}
