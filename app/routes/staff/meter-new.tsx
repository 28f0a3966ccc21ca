import { Form } from "react-router";
import type { Route } from "./+types/meter-new";
import { COMMODITIES } from "../../../domain/metering/channel.ts";
import { isMetered } from "../../../domain/metering/new-meter.ts";
import { enterStock } from "../../../worker/operations/meter-stock.ts";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { RadioField, SelectField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { textOf } from "./forms.server.ts";
import { meterEntered } from "./premise-entered.server.ts";
import { MeterFields } from "./premise-fields.tsx";
import { answerForm, atWork } from "./staff.server.ts";
import { commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "New meter" }];

export async function loader(asked: Route.LoaderArgs) {
  atWork(asked, "edit:meter:any");
  const service = asked.url.searchParams.get("service") ?? "";
  return { commodity: isMetered(service) ? service : null, commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await asked.request.formData();
  const commodity = textOf(form, "commodity");
  const state = textOf(form, "state");
  const { installedOn: _, ...meter } = meterEntered(form, commodity);
  return answerForm(form, () => enterStock(world, actor, { commandId: textOf(form, "commandId"), commodity, meter, state }), () => `/staff/meters?${new URLSearchParams({ state, did: "stocked" })}`);
}

export default function NewMeter({ loaderData: { commodity, commandId }, actionData }: Route.ComponentProps) {
  return (
    <Page title="New meter" intro="A meter that was bought. It is hung at a service, or in place of another one, later." back={{ to: "/staff/meters", label: "Meters" }}>
      {commodity === null ? (
        <Card title="What does it measure?">
          <Form method="get" className="form">
            <SelectField name="service" label="Service" width="medium" options={COMMODITIES.map((value) => ({ value, label: commodityName(value) }))} />
            <Button kind="primary">Go on</Button>
          </Form>
        </Card>
      ) : (
        <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId} className="form form-wide">
          <Card title={commodityName(commodity)}>
            <input type="hidden" name="commodity" value={commodity} readOnly />
            <MeterFields commodity={commodity} today={null} />
            <RadioField name="state" label="Where it is" defaultValue="inStock" options={[{ value: "inStock", label: "In stock" }, { value: "ordered", label: "Ordered, on its way" }]} />
          </Card>
          <Submit icon="check">Enter the meter</Submit>
        </FormFrame>
      )}
    </Page>
  );
}
