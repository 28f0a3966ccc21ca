import { data } from "react-router";
import type { Route } from "./+types/mapping";
import { isLocalDate } from "../../../domain/calendar/local-date.ts";
import { startOfDay } from "../../../domain/calendar/zone.ts";
import type { FileRead, Refusal } from "../../../domain/metering/formats/index.ts";
import { UNIT_NAMES } from "../../../domain/metering/index.ts";
import { mappingForPage, saveMapping } from "../../../worker/operations/files/mappings.ts";
import { previewMapping, SAMPLE_MAX, type MappingPreview } from "../../../worker/operations/files/staff.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { CheckboxField, DateField, FileField, RadioField, SelectField, TextArea, TextField } from "../../components/fields.tsx";
import { newCommandId, typedValues } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Grid, Page, Row, Stack } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { NOTE_WORDS } from "./file-words.tsx";
import { textOf } from "./forms.server.ts";
import { checkedMapping, fieldOfPath, fieldsOf } from "./mapping-form.server.ts";
import { VALUE_ROWS } from "./mapping-rows.ts";
import { answerForm, atWork, backToForm, type StaffForm } from "./staff.server.ts";

export const meta: Route.MetaFunction = ({ params }) => [{ title: params.name === "new" ? "New mapping" : `Mapping ${params.name}` }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "edit:mapping:any");
  const { saved, today } = await answering(() => mappingForPage(world, actor, asked.params.name));
  if (saved === null && asked.params.name !== "new") throw refused(404, "There is no such mapping.");
  return { name: saved?.name ?? null, version: saved?.version ?? 0, fields: saved === null ? {} : fieldsOf(saved.mapping), today, commandId: newCommandId(), units: UNIT_NAMES };
}

interface Answer extends StaffForm {
  readonly preview?: MappingPreview;
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:mapping:any");
  const form = await asked.request.formData();
  const sample = await sampleOf(form);
  form.set("sample", sample);
  const checked = checkedMapping(form);
  if (!checked.ok) return backToForm(form, checked.errors.map(({ path, message }) => ({ field: fieldOfPath(path), message: sentence(path, message) })));
  if (textOf(form, "do") === "preview") {
    const preview = await answering(() => previewMapping(world, actor, sample, checked.mapping));
    return data<Answer>({ values: typedValues(form), errors: [], preview });
  }
  const name = asked.params.name === "new" ? textOf(form, "name").trim() : asked.params.name;
  const { zone } = await answering(() => mappingForPage(world, actor, name));
  const on = textOf(form, "effectiveOn");
  if (!isLocalDate(on)) return backToForm(form, [{ field: "effectiveOn", message: "Say from which day on it counts." }]);
  return answerForm(form, () => saveMapping(world, actor, { commandId: textOf(form, "commandId"), name, mapping: checked.mapping, effectiveAt: startOfDay(on, zone) }), () => "/staff/files/mappings?did=saved");
}

/** The sample that was chosen now, or the one that the page has. */
async function sampleOf(form: FormData): Promise<string> {
  const file = form.get("sampleFile");
  if (!(file instanceof File) || file.size === 0) return textOf(form, "sample").slice(0, SAMPLE_MAX);
  const text = new TextDecoder().decode(await file.slice(0, SAMPLE_MAX).arrayBuffer());
  // A line that is cut off would be refused, and is no fault of the mapping.
  return file.size > SAMPLE_MAX ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
}

const WHAT: Readonly<Record<string, string>> = { meter: "Meter column", kind: "Kind", "time.column": "Time column", values: "Columns of values", document: "In the document:" };

const sentence = (path: string, message: string): string => `${WHAT[path] ?? "This"} ${message}.`;

/** Makes a mapping from a sample: choose the columns, see what becomes of the rows, save it under a name. */
export default function Mapping({ loaderData: { name, version, fields, today, commandId, units }, actionData }: Route.ComponentProps) {
  const state = actionData ?? null;
  const preview = (actionData as Answer | undefined)?.preview;
  const columns = headerOf(state?.values["sample"]?.[0] ?? "", fields["headerless"] === "yes" || state?.values["headerless"]?.[0] === "yes");
  return (
    <Page title={name === null ? "New mapping" : `Mapping ${name}`} back={{ to: "/staff/files/mappings", label: "Mappings" }}
      intro={name === null ? "Choose a sample of the file, say what its columns are, look at the reads that come of it, and save it." : `Version ${version} is the last. Saving makes version ${version + 1}; files that came before keep theirs.`}>
      {preview ? <Preview preview={preview} /> : null}
      <FormFrame state={state} commandId={(state as StaffForm | null)?.commandId ?? commandId} encType="multipart/form-data">
        <Card title="A sample">
          <FileField name="sampleFile" label="File" optional hint="Its first rows are enough." />
          <TextArea name="sample" label="Rows" rows={5} optional hint="As they stand in the file, with the header. A file that is chosen above takes their place." spellCheck={false} wrap="off" />
          <Row><Submit kind="secondary" name="do" value="preview">Show what becomes of it</Submit></Row>
        </Card>
        <Card title="The columns">
          {columns.length > 0 ? <datalist id="columns">{columns.map((column) => <option key={column} value={column}>{column}</option>)}</datalist> : null}
          <p className="soft">By the name in the header, or by number, as #3. {columns.length > 0 ? `The sample has ${shownColumns(columns)}.` : ""}</p>
          <Grid min="small">
            <ColumnField name="meter" label="Meter number" typed={fields} />
            <TextField name="meterText" label="Or one meter for the whole file" optional defaultValue={fields["meterText"]} autoComplete="off" />
            <ColumnField name="channel" label="Channel" optional typed={fields} />
          </Grid>
          <RadioField name="kind" label="The values are" defaultValue={fields["kind"] ?? "interval"} options={[{ value: "interval", label: "Usage of intervals" }, { value: "register", label: "What the dials showed" }]} />
          <Grid min="small">
            <ColumnField name="time" label="Date, or date and time" typed={fields} />
            <ColumnField name="clock" label="Time of day, where it is apart" optional typed={fields} />
            <ColumnField name="end" label="End of the interval, where both are there" optional typed={fields} />
            <TextField name="minutes" label="Length of an interval" optional suffix="min" width="short" inputMode="numeric" defaultValue={fields["minutes"]} autoComplete="off" hint="Left out: as the times show" />
            <SelectField name="stamp" label="The time is" defaultValue={fields["stamp"] ?? "end"} options={[{ value: "end", label: "the end of the interval" }, { value: "start", label: "its start" }]} />
            <SelectField name="order" label="Dates with slashes" defaultValue={fields["order"] ?? "month-first"} options={[{ value: "month-first", label: "month first" }, { value: "day-first", label: "day first" }]} />
            <SelectField name="days" label="A day's columns are" defaultValue={fields["days"] ?? ""} options={[{ value: "", label: "as titled" }, { value: "clock", label: "clock times" }, { value: "elapsed", label: "in order" }]} />
            <TextField name="zone" label="Time zone" optional defaultValue={fields["zone"]} hint="Left out: the utility's" autoComplete="off" spellCheck={false} />
          </Grid>
          {Array.from({ length: VALUE_ROWS }, (_, i) => (i === 0 || state?.values[`value${i}`]?.[0] || fields[`value${i}`] ? <ValueRow key={i} at={i} fields={fields} units={units} /> : null))}
          <Disclosure summary="More columns with values">
            <Stack>{Array.from({ length: VALUE_ROWS }, (_, i) => (i === 0 || state?.values[`value${i}`]?.[0] || fields[`value${i}`] ? null : <ValueRow key={i} at={i} fields={fields} units={units} />))}</Stack>
          </Disclosure>
          <Disclosure summary="Flags, failures and the table itself" open={state?.errors.some(({ field }) => ["quality", "flags", "failed", "said"].includes(field))}>
            <ColumnField name="quality" label="Quality flag" optional typed={fields} />
            <TextField name="flags" label="What flags mean" optional defaultValue={fields["flags"]} hint="For example E=estimated, M=no-read; others are actual" autoComplete="off" spellCheck={false} />
            <TextField name="said" label="What the meter is said to be" optional defaultValue={fields["said"]} hint="Columns with what they tell of: Battery=low-battery, RSSI=weak-signal, Cut=tamper, Drift=clock (seconds fast), Alarms=status" autoComplete="off" spellCheck={false} />
            <TextField name="failed" label="Values that stand for a failed reading" optional defaultValue={fields["failed"]} hint="For example ERROR, -999" autoComplete="off" spellCheck={false} />
            <CheckboxField name="comma" label="Decimals are written with a comma" defaultChecked={fields["comma"] === "yes"} />
            <CheckboxField name="headerless" label="There is no header: the first row is data" defaultChecked={fields["headerless"] === "yes"} />
          </Disclosure>
          <Disclosure summary="As a document" open={fields["document"] !== undefined || (state?.values["document"]?.[0] ?? "") !== ""}>
            <TextArea name="document" label="Document" rows={12} optional defaultValue={fields["document"]} spellCheck={false} wrap="off"
              hint={fields["document"] === undefined ? "As the reads command takes it with --mapping. What stands here counts in place of the fields." : "This mapping says more than the fields can, so its document counts in their place."} />
          </Disclosure>
        </Card>
        <Card title="Save">
          {name === null ? <TextField name="name" label="Name" hint="Small letters, digits and hyphens; senders use it: mapping=town-export" maxLength={50} autoComplete="off" spellCheck={false} /> : null}
          <DateField name="effectiveOn" label="In effect from" hint="For files that come from then on" defaultValue={today} />
          <Row><Submit name="do" value="save">Save the mapping</Submit></Row>
        </Card>
      </FormFrame>
    </Page>
  );
}

function ColumnField({ name, label, optional, typed }: { name: string; label: string; optional?: boolean; typed: Readonly<Record<string, string>> }) {
  return <TextField name={name} label={label} optional={optional} defaultValue={typed[name]} list="columns" autoComplete="off" spellCheck={false} />;
}

function ValueRow({ at, fields, units }: { at: number; fields: Readonly<Record<string, string>>; units: readonly string[] }) {
  return (
    <Grid min="small">
      <ColumnField name={`value${at}`} label={at === 0 ? "Value" : `Value ${at + 1}`} optional={at > 0} typed={fields} />
      <ColumnField name={`to${at}`} label="Last column, where a row is a day" optional typed={fields} />
      <TextField name={`unit${at}`} label="Unit" optional={at > 0} defaultValue={fields[`unit${at}`]} list={`units${at}`} autoComplete="off" spellCheck={false} />
      <TextField name={`channel${at}`} label="Channel" optional defaultValue={fields[`channel${at}`]} autoComplete="off" />
      <TextField name={`multiplier${at}`} label="Times" optional defaultValue={fields[`multiplier${at}`]} inputMode="decimal" autoComplete="off" />
      <datalist id={`units${at}`}>{units.map((unit) => <option key={unit} value={unit}>{unit}</option>)}</datalist>
    </Grid>
  );
}

/** Titles that are listed: a day of quarter hours has a hundred. */
const COLUMNS_SHOWN = 16;

const shownColumns = (columns: readonly string[]): string =>
  columns.length <= COLUMNS_SHOWN ? columns.join(", ") : `${columns.slice(0, COLUMNS_SHOWN - 1).join(", ")}, … ${columns.at(-1)!}: ${formatCount(columns.length)} columns`;

/** Titles of the first line, to choose from. */
function headerOf(sample: string, headerless: boolean): string[] {
  const line = sample.split(/\r?\n/).find((each) => /[,;\t|]/.test(each)) ?? "";
  const delimiter = [",", ";", "\t", "|"].toSorted((a, b) => line.split(b).length - line.split(a).length)[0]!;
  const cells = line === "" ? [] : line.split(delimiter).map((cell) => cell.replace(/^\uFEFF|^"|"$/g, "").trim());
  return headerless ? cells.map((_, i) => `#${i + 1}`) : cells.filter(Boolean);
}

function Preview({ preview: { result, reads, refusals } }: { preview: MappingPreview }) {
  const good = result.reads > 0 && result.refused === 0 && result.readable;
  return (
    <>
      <Card title="What becomes of the sample" flush>
        <Notice banner live tone={good ? "good" : result.reads > 0 ? "warn" : "bad"} title={`Reads: ${formatCount(result.reads)}. Refused: ${formatCount(result.refused)}. Without a value: ${formatCount(result.noReads)}.`} />
        {reads.length > 0 ? (
          <Table<FileRead> caption="The first reads" rows={reads} rowKey={(row) => `${row.line} ${row.meter} ${row.channel ?? ""} ${row.start}`} narrow="scroll"
            columns={[
              { key: "line", head: "Line", numeric: true, cell: (row) => row.line },
              { key: "meter", head: "Meter", main: true, cell: (row) => row.meter },
              { key: "channel", head: "Channel", cell: (row) => row.channel ?? "–" },
              { key: "start", head: "From, UTC", cell: (row) => (row.kind === "register" ? "–" : <span className="nowrap">{utc(row.start)}</span>) },
              { key: "end", head: "To, UTC", cell: (row) => <span className="nowrap">{utc(row.end)}</span> },
              { key: "value", head: "Value", numeric: true, cell: (row) => `${row.value} ${row.unit}` },
              { key: "quality", head: "Quality", cell: (row) => row.quality },
            ]} />
        ) : null}
      </Card>
      {refusals.length > 0 ? (
        <Card title="Lines that are refused" flush>
          <Table<Refusal> caption="Lines that are refused" rows={refusals} rowKey={(row) => `${row.line} ${row.reason}`}
            columns={[
              { key: "line", head: "Line", main: true, cell: (row) => row.line },
              { key: "what", head: "What", cell: (row) => <Badge tone={NOTE_WORDS[row.kind].tone}>{NOTE_WORDS[row.kind].word}</Badge> },
              { key: "why", head: "Why", cell: (row) => row.reason },
            ]} />
        </Card>
      ) : null}
    </>
  );
}

const utc = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
