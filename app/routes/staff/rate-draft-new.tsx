import { useSearchParams } from "react-router";
import type { Route } from "./+types/rate-draft-new";
import { addMonths, type LocalDate } from "../../../domain/calendar/local-date.ts";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { ratePage } from "../../../worker/operations/rate-pages.ts";
import { saveDraft } from "../../../worker/operations/rate-drafts.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { Card } from "../../components/card.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { DateField, SelectField, TextArea, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Grid, Page, Stack } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { answering, refused } from "../../session.server.ts";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { importedRate, RATE_FORMS } from "./rate-import.server.ts";
import { answerForm, atWork, backToForm } from "./staff.server.ts";
import { className } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "New draft of a rate" }];

/** `?of=SCHEDULE` begins with what that rate charges today. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "draft:rates:any");
  const { today } = await loadPlace(asked.context.get(requestContext));
  const scheduleId = asked.url.searchParams.get("of");
  const of = scheduleId === null ? null : await answering(() => ratePage(world, actor, scheduleId, null));
  if (scheduleId !== null && !of) throw refused(404, "There is no such rate.");
  return {
    today, from: firstOfNextMonth(today), commandId: newCommandId(), forms: RATE_FORMS,
    of: of && { scheduleId: of.scheduleId, name: of.name, customerClass: of.customerClass, document: of.shown ? JSON.stringify(of.shown.document, null, 2) : "" },
  };
}

const firstOfNextMonth = (today: LocalDate): LocalDate => `${addMonths(`${today.slice(0, 7)}-01`, 1)}`;

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "draft:rates:any");
  const form = await asked.request.formData();
  const file = form.get("file");
  const text = file instanceof File && file.size > 0 ? await file.text() : textOf(form, "document");
  const read = importedRate(textOf(form, "form"), text, textOf(form, "which"));
  if (!read.ok) return backToForm(form, read.errors);
  const commandId = textOf(form, "commandId");
  const { document, origin, notCarriedOver } = read;
  return answerForm(form, () => saveDraft(world, actor, {
    commandId, scheduleId: textOf(form, "scheduleId").trim(), name: textOf(form, "name").trim() || document.name.en, commodity: document.commodity, customerClass: textOf(form, "customerClass"),
    effectiveOn: textOf(form, "effectiveOn"), document, origin, notCarriedOver,
  }), (status) => didPath(`/staff/rates/drafts/${encodeURIComponent(`draft-${commandId}`)}`, "saved", status));
}

/** A draft from what counts today, from a document, or from a published form of tariffs. */
export default function RateDraftNew({ loaderData: { of, from, today, commandId, forms }, actionData }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const source = (
    <Stack>
      <SelectField name="form" label="Written as" defaultValue={forms[0]!.value} options={forms} />
      <TextField name="file" type="file" label="File" optional hint="Or put its text below." />
      <TextField name="which" label="Which rate of the file" optional width="short" inputMode="numeric" hint="Where it holds several: the number." />
      <TextArea name="document" label="Document" rows={12} defaultValue={of?.document ?? ""} spellCheck={false} optional />
    </Stack>
  );
  return (
    <Page narrow title={of ? `A new version of ${of.name}` : "New rate"} back={of ? { to: `/staff/rates/${encodeURIComponent(search.get("of")!)}`, label: of.name } : { to: "/staff/rates", label: "Rates" }}
      intro={of ? "It begins with what the rate charges today. Nothing counts until a second person has published it." : "From a document, or from a file in which tariffs are published. Nothing counts until a second person has published it."}>
      <Card>
        <FormFrame state={actionData} commandId={commandId} encType="multipart/form-data">
          {of ? (
            <>
              <input type="hidden" name="scheduleId" value={of.scheduleId} readOnly /><input type="hidden" name="customerClass" value={of.customerClass} readOnly />
              <TextField name="name" label="Name" defaultValue={of.name} maxLength={120} />
            </>
          ) : (
            <>
              <Grid>
                <TextField name="scheduleId" label="Code" hint="Short, for staff: water-residential" maxLength={40} autoComplete="off" autoCapitalize="none" spellCheck={false} />
                <TextField name="name" label="Name" maxLength={120} optional hint="Empty: as the document is called" />
                  <SelectField name="customerClass" label="Class" options={CUSTOMER_CLASSES.map((value) => ({ value, label: className(value) }))} />
              </Grid>
            </>
          )}
          <DateField name="effectiveOn" label="Counts from" defaultValue={from} min={today} />
          {of && !actionData ? <Disclosure summary="Begin with another document">{source}</Disclosure> : source}
          <Submit>Make the draft</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
