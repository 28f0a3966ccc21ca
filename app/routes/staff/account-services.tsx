import { Form, Link, useSearchParams } from "react-router";
import type { Route } from "./+types/account-services";
import { addService, moveInForm, stopService } from "../../../worker/operations/move-in.ts";
import { searchPremises } from "../../../worker/operations/premises.ts";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DateField, SelectField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { answering } from "../../session.server.ts";
import { servicesOfAccount } from "../../../worker/operations/accounts.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { PremiseResults } from "./premise-results.tsx";
import { answerForm, atWork } from "./staff.server.ts";
import { commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Services" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "start:service:any");
  const { searchParams } = asked.url;
  const query = searchParams.get("premise-q") ?? "";
  const [services, form, found] = await answering(() => Promise.all([
    servicesOfAccount(world, actor, accountId), moveInForm(world, actor, searchParams.get("premise")), searchPremises(world, actor, query),
  ]));
  const active = services.filter((service) => service.stopOn === null || service.stopOn > head.today);
  return { head, commandId, active, stopIds: active.map(() => newCommandId()), form, query, found };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const to = (did: string) => (status: "done" | "pending") => didPath(accountPath(accountId), did, status);
  const commandId = text("commandId");
  if (text("agreementId") !== "") return answerForm(form, () => stopService(world, actor, { commandId, accountId, agreementId: text("agreementId"), stopOn: text("stopOn") }), to("stopped"));
  const [servicePointId = "", rateScheduleId = ""] = text("servicePointId").split(" ");
  return answerForm(form, () => addService(world, actor, { commandId, accountId, premiseId: text("premiseId"), servicePointId, rateScheduleId, startOn: text("startOn") }), to("started"));
}

export default function Services({ loaderData: { head, commandId, active, stopIds, form, query, found }, actionData }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const stopped = actionData?.values["agreementId"]?.[0];
  const { place, rates, today } = form;
  const options = place?.points.flatMap((point) => rates.filter((rate) => rate.commodity === point.commodity).map((rate) => ({
    value: `${point.servicePointId} ${rate.id}`, label: `${commodityName(point.commodity)}, ${rate.name}${point.badge ? ` (meter ${point.badge})` : ""}`,
  }))) ?? [];
  return (
    <Page title="Services" back={{ to: accountPath(head.accountId), label: head.name }}>
      <AnswerNotice />
      <Columns aside={<AccountAside head={head} />}>
        <p><Link to={accountPath(head.accountId, "/facts")}>Averages, counts, programs and exemptions</Link></p>
        {active.map((service, i) => (
          <Card key={service.agreementId} title={commodityName(service.commodity)} action={<span className="soft">since <DateText date={service.startOn} form="day" /></span>}>
            <p className="soft">{service.address}{service.badge ? `, meter ${service.badge}` : ""}, {service.rateName ?? "no rate"}</p>
            {service.stopOn ? <p>Stops on <DateText date={service.stopOn} />.</p> : (
              <FormFrame id={`stop-${i}`} state={stopped === service.agreementId ? actionData : null} commandId={stopIds[i]}>
                <input type="hidden" name="agreementId" value={service.agreementId} readOnly />
                <DateField name="stopOn" label="First day that is not theirs any more" defaultValue={today} />
                <Submit kind="secondary">Stop the service</Submit>
              </FormFrame>
            )}
          </Card>
        ))}
        <Card title="Start a service">
          {place === null ? (
            <>
              <Form method="get" className="form" role="search">
                <TextField name="premise-q" label="Where" hint="A street and number. The beginnings of words are enough." optional defaultValue={query} autoComplete="off" />
                <Button icon="search">Find the premise</Button>
              </Form>
              <PremiseResults query={query} found={found} to={(premiseId) => `?${new URLSearchParams({ premise: premiseId })}`} />
            </>
          ) : options.length === 0 ? (
            <EmptyState icon="place" title="Nothing can be started here">There is no service at {place.address.line}, or no price for it has been published.</EmptyState>
          ) : (
            <FormFrame state={stopped === undefined ? actionData : null} commandId={actionData?.commandId ?? commandId}>
              <Row justify="between"><span>{place.address.line}, {place.address.city}</span><Link to="?" preventScrollReset>Another premise</Link></Row>
              <input type="hidden" name="premiseId" value={search.get("premise") ?? ""} readOnly />
              <SelectField name="servicePointId" label="Service and rate" options={options} />
              <DateField name="startOn" label="First day" defaultValue={today} />
              <Submit>Start the service</Submit>
            </FormFrame>
          )}
        </Card>
      </Columns>
    </Page>
  );
}
