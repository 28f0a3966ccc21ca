import type { Route } from "./+types/account-facts";
import { FACT_KINDS, FACTS, type ServiceFact } from "../../../domain/lifecycle/service-fact.ts";
import { milliText } from "../../../domain/metering/index.ts";
import { factsOfAccount, setServiceFact } from "../../../worker/operations/service-facts.ts";
import { servicesOfAccount } from "../../../worker/operations/accounts.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { DateField, SelectField, TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { answering } from "../../session.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "What bills rest on" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "edit:service-fact:any");
  const [services, facts] = await answering(() => Promise.all([servicesOfAccount(world, actor, accountId), factsOfAccount(world, actor, accountId)]));
  return { head, commandId, facts, services: services.filter(({ stopOn }) => stopOn === null || stopOn > head.today) };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  return answerForm(
    form,
    () => setServiceFact(world, actor, { commandId: text("commandId"), accountId, agreementId: text("agreementId"), kind: text("kind"), name: text("name"), value: text("value"), unit: text("unit"), from: text("from"), to: text("to"), reason: text("reason") }),
    (status) => didPath(accountPath(accountId, "/facts"), "saved", status),
  );
}

/** Units in which a rate may average use. */
const UNITS = ["kgal", "ccf", "gal", "ft3", "mcf", "m3"];

export default function Facts({ loaderData: { head, commandId, facts, services }, actionData }: Route.ComponentProps) {
  return (
    <Page title="What bills rest on" intro="Averages, counts, programs and exemptions of this account's services, each from its day on. A bill that is made keeps what it was made with." back={{ to: accountPath(head.accountId), label: head.name }}>
      <AnswerNotice />
      <Columns aside={<AccountAside head={head} />}>
        {services.map((service) => {
          const own = facts.filter(({ agreementId }) => agreementId === service.agreementId).toSorted((a, b) => (a.from < b.from ? 1 : -1));
          return (
            <Card key={service.agreementId} title={commodityName(service.commodity)} action={<span className="soft">{service.rateName ?? "no rate"}</span>}>
              {own.length === 0 ? <p className="soft">Nothing beside what its meter shows.</p> : <DescriptionList lines facts={own.map(factLine)} />}
            </Card>
          );
        })}
        {services.length === 0 ? null : (
          <Card title="Set a value">
            <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
              <SelectField name="agreementId" label="Service" options={services.map(({ agreementId, commodity, address }) => ({ value: agreementId, label: `${commodityName(commodity)}, ${address}` }))} />
              <SelectField name="kind" label="What it is" options={FACT_KINDS.map((kind) => ({ value: kind, label: FACTS[kind].name }))} />
              <TextField name="name" label="Name in the rate" hint="Such as eru, low-income, city or cityLimits. A winter average has none." optional autoComplete="off" maxLength={40} />
              <TextField name="value" label="Value" hint="A number, percent or word. A program has none." optional autoComplete="off" maxLength={60} />
              <SelectField name="unit" label="Unit" hint="Of a winter average." optional placeholder="None" options={UNITS.map((unit) => ({ value: unit, label: unit }))} />
              <DateField name="from" label="Counts from" defaultValue={head.today} />
              <DateField name="to" label="First day on which it no longer counts" optional />
              <TextField name="reason" label="Why" hint="Only staff read it, when the bill is questioned." autoComplete="off" maxLength={200} />
              <Submit>Set the value</Submit>
            </FormFrame>
          </Card>
        )}
      </Columns>
    </Page>
  );
}

function factLine({ kind, name, milli, unit, text, from, to, source, basis }: ServiceFact): Fact {
  const value = text ?? (milli === null ? "" : `${milliText(milli)}${unit ? ` ${unit}` : ""}`);
  return {
    term: [FACTS[kind].name, name].filter(Boolean).join(" "),
    value: (
      <>
        {value} <span className="soft">from <DateText date={from} form="day" />{to ? <> until <DateText date={to} form="day" /></> : null}</span>
        <br />
        <span className="soft">{basis ? `${milliText(basis.milli)} ${unit ?? ""} in ${basis.days} days, ${basis.segments.length} bills` : source === "run" ? "By the yearly run" : "Set by staff"}</span>
      </>
    ),
  };
}
