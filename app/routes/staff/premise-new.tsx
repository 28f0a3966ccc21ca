import { redirect } from "react-router";
import type { Route } from "./+types/premise-new";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { isMetered } from "../../../domain/metering/new-meter.ts";
import { enterPremise, newPremiseForm } from "../../../worker/operations/premise-forms.ts";
import { Card } from "../../components/card.tsx";
import { CheckboxField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { answering } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";
import { serviceEntered } from "./premise-entered.server.ts";
import { MeterFields, UnmeteredFields } from "./premise-fields.tsx";
import { answerPlace, atWork, whileThere } from "./staff.server.ts";
import { className, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Register a premise" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  return { form: await answering(() => newPremiseForm(world, actor)), commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:meter:any");
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const { delivered } = await answering(() => newPremiseForm(world, actor));
  const services = delivered.filter((commodity) => form.has(chosen(commodity))).map((commodity) => serviceEntered(form, commodity));
  const answer = await answering(() => whileThere(() => enterPremise(world, actor, {
    commandId: text("commandId"), address: { line: text("line"), city: text("city"), state: text("state"), zip: text("zip") }, premiseClass: text("premiseClass"), dwellingUnits: text("dwellingUnits"), services,
  })));
  return answer.status === "done" ? redirect(`/staff/premises/${encodeURIComponent(answer.premiseId)}?did=registered`, 303) : answerPlace(form, answer, (field) => (field === "services" ? chosen(delivered[0]!) : field));
}

const chosen = (commodity: string): string => `${commodity}.on`;

/** A place as it is found: the address, what is delivered there, the meters that hang. */
export default function NewPremise({ loaderData: { form: { delivered, today, near }, commandId }, actionData }: Route.ComponentProps) {
  return (
    <Page title="Register a premise" intro="A place stays when people move: it is registered once, with what is delivered there and the meters that measure it." back={{ to: "/staff/accounts/new", label: "Open an account" }}>
      <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId} className="form form-wide">
        <Card title="Where">
          <TextField name="line" label="Number and street" hint="With the apartment, if there is one." width="long" maxLength={120} autoComplete="off" autoFocus />
          <Row align="start">
            <TextField name="city" label="City" width="medium" defaultValue={near?.city} maxLength={120} autoComplete="off" />
            <TextField name="state" label="State" width="short" defaultValue={near?.state} maxLength={2} autoComplete="off" />
            <TextField name="zip" label="ZIP code" width="short" inputMode="numeric" defaultValue={near?.zip} maxLength={10} autoComplete="off" />
          </Row>
          <Row align="start">
            <SelectField name="premiseClass" label="Class" width="medium" options={CUSTOMER_CLASSES.map((value) => ({ value, label: className(value) }))} defaultValue="residential" />
            <TextField name="dwellingUnits" label="Dwelling units" width="short" inputMode="numeric" defaultValue="1" autoComplete="off" />
          </Row>
        </Card>
        {delivered.map((commodity) => (
          <Card key={commodity} title={commodityName(commodity)}>
            <CheckboxField name={chosen(commodity)} label={`${commodityName(commodity)} is delivered here`} />
            <div className="under-box stack">
              {isMetered(commodity) ? <MeterFields commodity={commodity} today={today} optional /> : <UnmeteredFields commodity={commodity} water={delivered.includes("water")} />}
            </div>
          </Card>
        ))}
        <Submit icon="check">Register the premise</Submit>
      </FormFrame>
    </Page>
  );
}
