import { Form, Link } from "react-router";
import type { Route } from "./+types/account-new";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { moveIn, moveInForm, type MoveInForm, type PointToStart } from "../../../worker/operations/move-in.ts";
import { searchPremises } from "../../../worker/operations/premises.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { CheckboxField, DateField, EmailField, Fieldset, RadioField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { LOCALE_NAMES, LOCALES } from "../../i18n/translate.ts";
import { answering } from "../../session.server.ts";
import { redirect } from "react-router";
import { accountPath } from "./account-head.tsx";
import { textOf } from "./forms.server.ts";
import { PremiseResults } from "./premise-results.tsx";
import { atWork, backToForm, conflictForm, unavailableForm, whileThere, type StaffForm } from "./staff.server.ts";
import { className, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Open an account" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "open:account:any");
  const { searchParams } = asked.url;
  const query = searchParams.get("premise-q") ?? "";
  const [form, found] = await answering(() => Promise.all([moveInForm(world, actor, searchParams.get("premise")), searchPremises(world, actor, query)]));
  return { form, found, query, commandId: newCommandId(), mayRegister: may(actor, "edit:meter:any") };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "open:account:any");
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const mailing = text("mailTo") === "other" ? { line: text("mailing.line"), city: text("mailing.city"), state: text("mailing.state"), zip: text("mailing.zip") } : null;
  const services = form.getAll("services").flatMap((value) => (typeof value === "string" ? [{ servicePointId: value, rateScheduleId: text(`rate-${value}`) }] : []));
  const answer = await answering(() => whileThere(() => moveIn(world, actor, {
    commandId: text("commandId"), name: text("name"), email: text("email"), phone: text("phone"), language: text("language"), premiseId: text("premiseId"), mailing,
    customerClass: text("customerClass"), billCycle: text("billCycle"), delivery: text("delivery"), startOn: text("startOn"), services,
  })));
  switch (answer.status) {
    case "done":
    case "pending":
      throw redirect(`${accountPath(answer.accountId)}?did=opened${answer.status === "pending" ? "&as=pending" : ""}${answer.notStarted.length > 0 ? "&left=1" : ""}`, 303);
    case "invalid": return backToForm(form, answer.problems.map(({ field, message }) => ({ field: field ?? "", message })));
    case "conflict": return conflictForm(form);
    case "unavailable": return unavailableForm(form);
  }
}

/** First where, then everything else on one form: whoever stands at the counter says the address first. */
export default function OpenAccount({ loaderData: { form, found, query, commandId, mayRegister }, actionData }: Route.ComponentProps) {
  const { place } = form;
  return (
    <Page title="Open an account" back={{ to: "/staff/accounts", label: "Accounts" }}>
      {place ? <MoveInFields form={form} place={place} state={actionData} commandId={actionData?.commandId ?? commandId} /> : (
        <Card title="Where do they move in?" action={mayRegister ? <Link to="/staff/premises/new">Register a premise</Link> : null} flush={false}>
          <Form method="get" className="form" role="search">
            <TextField name="premise-q" label="Premise" hint="A street and number. The beginnings of words are enough." defaultValue={query} autoComplete="off" autoFocus />
            <Button kind="primary" icon="search">Find the premise</Button>
          </Form>
          <PremiseResults query={query} found={found} to={(premiseId) => `?${new URLSearchParams({ premise: premiseId })}`} />
        </Card>
      )}
    </Page>
  );
}

function MoveInFields({ form, place, state, commandId }: { form: MoveInForm; place: NonNullable<MoveInForm["place"]>; state: StaffForm | undefined; commandId: string }) {
  const { rates, cycles, today } = form;
  const free = place.points.filter((point) => point.accountId === null || point.servedUntil !== null);
  const { line, city, state: stateCode, zip } = place.address;
  return (
    <FormFrame state={state} commandId={commandId}>
      <Card title="Where" action={<Link to="?">Another premise</Link>}>
        <p>{line}, {city}, {stateCode} {zip}</p>
        <input type="hidden" name="premiseId" value={place.premiseId} readOnly />
        {free.length < place.points.length ? <Served points={place.points} /> : null}
      </Card>
      <Card title="Who">
        <TextField name="name" label="Name" autoComplete="off" width="long" />
        <TextField name="phone" label="Phone" type="tel" optional width="medium" autoComplete="off" />
        <EmailField name="email" label="E-mail" optional autoComplete="off" width="long" />
        <RadioField name="language" label="Language" defaultValue="en" options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))} />
      </Card>
      <Card title="Services">
        {free.length === 0 ? <EmptyState icon="meter" title="Every service here is taken">Stop the services of the customer who moves out first.</EmptyState> : (
          <>
            <DateField name="startOn" label="First day" defaultValue={today} />
            <Fieldset name="services" legend="Which services, at which rate">
              {free.map((point) => <ServiceFields key={point.servicePointId} point={point} rates={rates} premiseClass={place.premiseClass} />)}
            </Fieldset>
          </>
        )}
      </Card>
      <Card title="Bills">
        <SelectField name="billCycle" label="Bill cycle" width="medium" options={cycles.map(({ id, name }) => ({ value: id, label: name }))} defaultValue={cycles[0]?.id} />
        <SelectField name="customerClass" label="Class" width="medium" options={CUSTOMER_CLASSES.map((value) => ({ value, label: className(value) }))} defaultValue={CUSTOMER_CLASSES.find((value) => value === place.premiseClass) ?? "residential"} />
        <RadioField name="delivery" label="Bills go by" defaultValue="paper" options={[{ value: "email", label: "E-mail" }, { value: "paper", label: "Paper" }]} />
        <RadioField name="mailTo" label="Mail goes to" defaultValue="premise" options={[{ value: "premise", label: "The premise" }, { value: "other", label: "Another address" }]} />
        <Fieldset legend="The other address" hint="Only if mail goes elsewhere.">
          <TextField name="mailing.line" label="Street" optional autoComplete="off" />
          <Row align="start">
            <TextField name="mailing.city" label="City" optional width="medium" autoComplete="off" />
            <TextField name="mailing.state" label="State" optional width="short" maxLength={2} autoComplete="off" />
            <TextField name="mailing.zip" label="ZIP code" optional width="short" inputMode="numeric" autoComplete="off" />
          </Row>
        </Fieldset>
      </Card>
      <Submit icon="check">Open the account</Submit>
    </FormFrame>
  );
}

function ServiceFields({ point, rates, premiseClass }: { point: PointToStart; rates: MoveInForm["rates"]; premiseClass: string }) {
  const mine = rates.filter((rate) => rate.commodity === point.commodity);
  const usual = mine.find((rate) => rate.customerClass === premiseClass) ?? mine[0];
  return (
    <div className="service-choice">
      <CheckboxField name="services" value={point.servicePointId} defaultChecked label={<>{commodityName(point.commodity)}{point.badge ? <span className="soft"> meter {point.badge}</span> : null}</>} hint={point.servedUntil ? <>Served for {point.servedFor} until <DateText date={point.servedUntil} /></> : undefined} />
      {usual ? <SelectField name={`rate-${point.servicePointId}`} label={`Rate for ${commodityName(point.commodity).toLowerCase()}`} options={mine.map(({ id, name }) => ({ value: id, label: name }))} defaultValue={usual.id} />
        : <p className="soft small">No rate for {commodityName(point.commodity).toLowerCase()} has been published yet.</p>}
    </div>
  );
}

function Served({ points }: { points: readonly PointToStart[] }) {
  return (
    <ul className="plain-list">
      {points.filter((point) => point.accountId !== null && point.servedUntil === null).map((point) => (
        <li key={point.servicePointId}><Row><Badge tone="warn">{commodityName(point.commodity)} is taken</Badge><Link to={accountPath(point.accountId!)}>{point.servedFor}</Link></Row></li>
      ))}
    </ul>
  );
}
