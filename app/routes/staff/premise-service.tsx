import { Form, redirect } from "react-router";
import type { Route } from "./+types/premise-service";
import type { Commodity } from "../../../domain/metering/channel.ts";
import { isMetered } from "../../../domain/metering/new-meter.ts";
import { enterMeter, enterService, newServiceForm, type NewServiceForm } from "../../../worker/operations/premise-forms.ts";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { SelectField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { answering, refused } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";
import { meterEntered, serviceEntered } from "./premise-entered.server.ts";
import { MeterFields, UnmeteredFields } from "./premise-fields.tsx";
import { answerPlace, atWork, whileThere, type StaffForm } from "./staff.server.ts";
import { commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title ?? "Premise" }];

/** `?service=` one more service; `?point=` a meter for a service that has none. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await answering(() => newServiceForm(world, actor, asked.params.premiseId));
  if (!form) throw refused(404, "There is no such premise.");
  const { searchParams } = asked.url;
  const asks = searchParams.get("point");
  const point = asks === null ? null : form.points.find(({ servicePointId, metered }) => servicePointId === asks && metered === 0);
  if (point === undefined || (point && !isMetered(point.commodity))) throw refused(404, "A meter hangs there already, or none can.");
  const commodity = point?.commodity ?? form.delivered.find((each) => each === searchParams.get("service")) ?? null;
  return { form, point, commodity, title: point ? "Hang a meter" : "Add a service", commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const { premiseId } = asked.params;
  const form = await asked.request.formData();
  const [commandId, commodity, servicePointId] = [textOf(form, "commandId"), textOf(form, "commodity"), textOf(form, "point")];
  const answer = await answering(() => whileThere(() => (servicePointId
    ? enterMeter(world, actor, { commandId, premiseId, servicePointId, meter: meterEntered(form, commodity) })
    : enterService(world, actor, { commandId, premiseId, service: serviceEntered(form, commodity) }))));
  return answer.status === "done" ? redirect(`/staff/premises/${encodeURIComponent(premiseId)}?did=${servicePointId ? "hung" : "added"}`, 303) : answerPlace(form, answer);
}

export default function PremiseService({ loaderData: { form, point, commodity, title, commandId }, actionData, params }: Route.ComponentProps) {
  return (
    <Page title={title} intro={form.line} back={{ to: `/staff/premises/${encodeURIComponent(params.premiseId)}`, label: form.line }}>
      {commodity === null ? (
        <Card title="Which service?">
          <Form method="get" className="form">
            <SelectField name="service" label="Service" width="medium" options={form.delivered.map((value) => ({ value, label: commodityName(value) }))} />
            <Button kind="primary">Go on</Button>
          </Form>
        </Card>
      ) : <ServiceForm form={form} point={point} commodity={commodity} state={actionData} commandId={actionData?.commandId ?? commandId} />}
    </Page>
  );
}

function ServiceForm({ form, point, commodity, state, commandId }: { form: NewServiceForm; point: NewServiceForm["points"][number] | null; commodity: string; state: StaffForm | undefined; commandId: string }) {
  return (
    <FormFrame state={state} commandId={commandId} className="form form-wide">
      <Card title={commodityName(commodity)}>
        <input type="hidden" name="commodity" value={commodity} readOnly />
        {point ? <input type="hidden" name="point" value={point.servicePointId} readOnly /> : null}
        {isMetered(commodity) ? <MeterFields commodity={commodity as Commodity} today={form.today} optional={!point} /> : <UnmeteredFields commodity={commodity} water={form.points.some((each) => each.commodity === "water")} />}
      </Card>
      <Submit icon="check">{point ? "Hang the meter" : "Add the service"}</Submit>
    </FormFrame>
  );
}
