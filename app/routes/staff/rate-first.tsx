import { data, Link } from "react-router";
import type { Route } from "./+types/rate-first";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { PUBLISHED_RATES } from "../../../domain/rating/published/index.ts";
import { mayPublishAlone, publishFirst, readRateText } from "../../../worker/operations/first-rate.ts";
import { todayOf } from "../../../worker/operations/place.ts";
import { Card } from "../../components/card.tsx";
import { DateField, SelectField, TextArea } from "../../components/fields.tsx";
import { formState, newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { answering } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";
import { RateShown, shownOf } from "./rate-shown.tsx";
import { answerForm, atWork, backToForm } from "./staff.server.ts";
import { className } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "A first rate" }];

/** `?example=` begins with the document of a published tariff. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:rates:any");
  const [alone, today] = await answering(() => Promise.all([mayPublishAlone(world, actor), todayOf(world)]));
  const example = PUBLISHED_RATES.find(({ scheduleId }) => scheduleId === asked.url.searchParams.get("example"));
  return {
    alone, today, commandId: newCommandId(),
    examples: PUBLISHED_RATES.map(({ scheduleId, document }) => ({ scheduleId, name: document.name.en, source: document.source ?? "" })),
    example: example ? { scheduleId: example.scheduleId, customerClass: example.customerClass, text: JSON.stringify(example.document, null, 2) } : null,
  };
}

/** A file counts before what was pasted. `look` shows the document; `publish` puts it in force. */
export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:rates:any");
  const form = await asked.request.formData();
  const file = form.get("file");
  if (file instanceof File && file.size > 0) form.set("document", await file.text());
  const read = readRateText(textOf(form, "document"));
  if (!read.ok) return backToForm(form, read.problems.map(({ path, message }) => ({ field: "document", message: path ? `${path}: ${message}` : message })));
  if (textOf(form, "do") !== "publish") return data({ ...formState(form, []), shown: { name: read.document.name.en, ...shownOf(read.document) } });
  return answerForm(
    form, () => publishFirst(world, actor, { commandId: textOf(form, "commandId"), customerClass: textOf(form, "customerClass"), effectiveOn: textOf(form, "effectiveOn"), document: read.document }),
    () => "/staff/rates?did=published",
  );
}

/** While a utility is set up: its tariff as a document, looked at, and put in force. */
export default function FirstRate({ loaderData: { alone, today, commandId, examples, example }, actionData }: Route.ComponentProps) {
  const shown = actionData && "shown" in actionData ? actionData.shown : null;
  return (
    <Page title="A first rate" intro="While the utility is set up: its tariff as a document, looked at and put in force." back={{ to: "/staff/rates", label: "Rates" }}>
      {alone ? (
        <FormFrame key={example?.scheduleId} state={actionData} commandId={commandId} className="form form-wide" encType="multipart/form-data">
          <Card title="Document">
            <p className="soft">Begin with one that a utility has published: {examples.map(({ scheduleId, name, source }, i) => <span key={scheduleId}>{i > 0 ? ", " : ""}<Link to={`?${new URLSearchParams({ example: scheduleId })}`} title={source}>{name}</Link></span>)}.</p>
            <TextArea name="document" label="JSON" hint="Charges, tiers, times of use and seasons." rows={14} defaultValue={example?.text} className="input code-input" spellCheck={false} optional />
            <div className="field">
              <label htmlFor="file">Or its file</label>
              <input type="file" id="file" name="file" accept=".json,application/json" />
            </div>
          </Card>
          <Card title="In force">
            <Row align="start">
              <SelectField name="customerClass" label="For" width="medium" options={CUSTOMER_CLASSES.map((value) => ({ value, label: className(value) }))} defaultValue={example?.customerClass ?? "residential"} />
              <DateField name="effectiveOn" label="Counts from" hint="The first day on which anybody is billed by it, or before." defaultValue={`${today.slice(0, 4)}-01-01`} />
            </Row>
          </Card>
          <Row>
            <Submit name="do" value="look" kind="secondary">Look at it</Submit>
            <Submit name="do" value="publish" icon="check">Put it in force</Submit>
          </Row>
        </FormFrame>
      ) : <Card><EmptyState icon="rates" title="Two people publish a rate here" action={<Link to="/staff/rates">Rates</Link>}>Somebody is served already, or a colleague can look at it: one person writes a rate, another publishes it.</EmptyState></Card>}
      {shown ? <><Notice tone="info" title={shown.name} live>This is how it reads. Nothing has been published.</Notice><RateShown charges={shown.charges} steps={shown.steps} weeks={shown.weeks} /></> : null}
    </Page>
  );
}
