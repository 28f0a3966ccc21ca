import { Form } from "react-router";
import type { Route } from "./+types/meter-hang";
import { hangForm, hangMeter, type HangForm, type HangingPoint } from "../../../worker/operations/meter-hang.ts";
import type { ChannelRow } from "../../../worker/operations/meters.ts";
import { Button, ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { DateField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering, refused } from "../../session.server.ts";
import { didPath } from "./answer-notice.tsx";
import { stepWords } from "./channel-words.ts";
import { DialField, dialsTyped } from "./dial-field.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork, type StaffForm } from "./staff.server.ts";
import { commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Hang a meter" }];

/** `?point=` where, `?meter=` which of those in stock; whichever is missing is chosen first. `?where=` looks for an address. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const { searchParams } = asked.url;
  const [pointId, meterId, where] = [searchParams.get("point"), searchParams.get("meter"), searchParams.get("where") ?? ""];
  const form = await answering(() => hangForm(world, actor, { pointId, meterId, where }));
  if (pointId !== null && !form.point) throw refused(404, "A meter hangs there already, or none can.");
  if (meterId !== null && !form.meter) throw refused(404, "This meter is not in stock, so that it cannot be hung.");
  if (!form.point && !form.meter) throw refused(404, "Open this form from a premise or from a meter in stock.");
  return { form, where, commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  return answerForm(
    form,
    () => hangMeter(world, actor, { commandId: text("commandId"), meterId: text("newMeterId"), servicePointId: text("point"), on: text("on"), time: text("time"), firstReads: dialsTyped(form, "first"), endpointId: text("endpointId"), gatewayId: text("gatewayId") }),
    (status) => didPath(`/staff/meters/${encodeURIComponent(text("newMeterId"))}`, "hung", status),
  );
}

const hangPath = (point: string, meter: string): string => `/staff/meters/hang?${new URLSearchParams({ point, meter })}`;

export default function Hang({ loaderData: { form, where, commandId }, actionData }: Route.ComponentProps) {
  const { point, meter } = form;
  const back = point ? { to: `/staff/premises/${encodeURIComponent(point.premiseId)}`, label: point.address } : { to: `/staff/meters/${encodeURIComponent(meter!.meterId)}`, label: `Meter ${meter!.badge}` };
  return (
    <Page title={meter ? `Hang meter ${meter.badge}` : "Hang a meter"} intro={point ? `${commodityName(point.commodity)}, ${point.address}` : "A meter from stock, where none hangs."} back={back}>
      {point && meter ? <Reads form={form} state={actionData} commandId={actionData?.commandId ?? commandId} /> : point ? <FromStock form={form} /> : <Where form={form} where={where} />}
    </Page>
  );
}

function FromStock({ form: { point, stock } }: { form: HangForm }) {
  const { commodity, servicePointId } = point!;
  return (
    <Card title="The meter">
      {stock.length === 0 ? (
        <EmptyState icon="meter" title={`No ${commodityName(commodity).toLowerCase()} meter in stock`} action={<ButtonLink to={`/staff/meters/new?service=${commodity}`} kind="primary">Enter a new meter</ButtonLink>}>A meter that is hung comes from stock.</EmptyState>
      ) : (
        <Form method="get" className="form">
          <input type="hidden" name="point" value={servicePointId} readOnly />
          <SelectField name="meter" label="From stock" width="medium" options={stock.map(({ meterId, badge, size }) => ({ value: meterId, label: size ? `${badge}, ${size}` : badge }))} />
          <Button kind="primary">Go on</Button>
        </Form>
      )}
    </Card>
  );
}

function Where({ form: { meter, points, more }, where }: { form: HangForm; where: string }) {
  const { meterId, commodity } = meter!;
  return (
    <>
      <Card title="Where?">
        <Form method="get" className="form">
          <input type="hidden" name="meter" value={meterId} readOnly />
          <TextField name="where" label="Address" hint="A part of street or town is enough" optional defaultValue={where} maxLength={80} autoComplete="off" />
          <Button>Look for it</Button>
        </Form>
      </Card>
      <Card title={`${commodityName(commodity)} services without a meter`} flush>
        <Table<HangingPoint> caption="Services without a meter, by address" rows={points} rowKey={(row) => row.servicePointId} rowTo={(row) => hangPath(row.servicePointId, meterId)}
          empty={<EmptyState icon="place" title={where === "" ? "Every service has its meter" : "No such address without a meter"}>A service that has a meter gets another one by an exchange, on that meter's page.</EmptyState>}
          columns={[
            { key: "where", head: "Premise", main: true, cell: (row) => row.address },
            { key: "since", head: "Without a meter since", cell: (row) => (row.freeSince ? <DateText date={row.freeSince} form="day" /> : <span className="soft">It never had one</span>) },
          ]} />
      </Card>
      {more ? <p className="soft">There are more. Enter more of the address.</p> : null}
    </>
  );
}

function Reads({ form, state, commandId }: { form: HangForm; state: StaffForm | undefined; commandId: string }) {
  const [point, meter] = [form.point!, form.meter!];
  const registers = meter.channels.filter(({ kind }) => kind === "register");
  return (
    <Columns aside={(
      <Card title={`Meter ${meter.badge}`} flush>
        <Table<ChannelRow> caption="What it measures" narrow="keep" rows={meter.channels} rowKey={(row) => String(row.channelId)} empty={<EmptyState title="No channel" />}
          columns={[
            { key: "name", head: "Channel", main: true, cell: (row) => row.name },
            { key: "kind", head: "How", cell: (row) => stepWords(row) },
            { key: "unit", head: "Unit", cell: (row) => row.unit },
            { key: "times", head: "Times", numeric: true, cell: (row) => row.multiplier },
          ]} />
      </Card>
    )}>
      <FormFrame state={state} commandId={commandId} className="form form-wide">
        <Card title={`${meter.badge} is hung`}>
          <input type="hidden" name="point" value={point.servicePointId} readOnly />
          <input type="hidden" name="newMeterId" value={meter.meterId} readOnly />
          <Row align="start">
            <DateField name="on" label="Day" defaultValue={form.today} />
            <TextField name="time" label="Time there" type="time" width="short" />
            {registers.map((register) => <DialField key={register.channelId} name={`first.${register.channelId}`} label="First read" register={register} several={registers.length > 1} />)}
          </Row>
          {form.gateways.length > 0 ? (
            <Row align="start">
              <TextField name="endpointId" label="Module that speaks for it" hint={meter.endpoint ? "Where it is another one from that day on" : "Of the head-end, from that day on"} optional width="medium" maxLength={64} autoComplete="off" spellCheck={false} />
              <SelectField name="gatewayId" label="Head-end" hint="To which the module belongs" optional width="medium" defaultValue={form.gateways.length === 1 ? form.gateways[0]!.id : undefined} options={form.gateways.map(({ id, name }) => ({ value: id, label: name }))} />
            </Row>
          ) : null}
          {registers.length === 0 ? <p className="soft">By intervals alone: what is counted from that time on is summed.</p> : null}
          <DescriptionList lines facts={[
            { term: "Size", value: meter.size ?? <span className="soft">Not known</span> },
            { term: "Module now", value: meter.endpoint ? <><code className="break">{meter.endpoint}</code> of {meter.gateway}</> : <span className="soft">None</span> },
            { term: "Without a meter", value: point.freeSince ? <>Since <DateText date={point.freeSince} form="day" /></> : <span className="soft">It never had one</span> },
          ]} />
        </Card>
        <Submit icon="check">Hang the meter</Submit>
      </FormFrame>
    </Columns>
  );
}
