import { data, Link, redirect, useSearchParams } from "react-router";
import type { Route } from "./+types/files";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { FORMATS } from "../../../domain/metering/formats/index.ts";
import { listMappings } from "../../../worker/operations/files/mappings.ts";
import { cyclesOf } from "../../../worker/operations/settings.ts";
import { filesPage, HAND_BYTES_MAX, sendFile } from "../../../worker/operations/files/staff.ts";
import type { FileListed } from "../../../worker/operations/files/staff.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { FileField, SelectField, TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { withParams } from "./choices.tsx";
import { FileState } from "./file-words.tsx";
import { textOf } from "./forms.server.ts";
import { atWork, backToForm, unavailableForm, whileThere, type StaffForm } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Files of reads" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const before = asked.url.searchParams.get("before");
  const mayWalk = may(actor, "post:read:any");
  const [page, mappings, cycles] = await answering(() => Promise.all([filesPage(world, actor, before), listMappings(world, actor), mayWalk ? cyclesOf(world.port) : []]));
  return { page, cycles: cycles.map(({ id, name }) => ({ value: id, label: name })), before, mappings: mappings.map(({ name }) => name), maySend: may(actor, "post:file:any"), mayMap: may(actor, "edit:mapping:any"), formats: FORMATS.filter(({ format }) => format !== "csv"), largest: HAND_BYTES_MAX / 1024 / 1024 };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "post:file:any");
  const { env } = asked.context.get(requestContext);
  // A form is read whole: one that says it is too large is not read at all.
  if (Number(asked.request.headers.get("content-length") ?? "0") > HAND_BYTES_MAX) return data<StaffForm>({ values: {}, errors: [{ field: "file", message: TOO_LARGE }] }, { status: 413 });
  const form = await asked.request.formData();
  const file = form.get("file");
  if (!(file instanceof File) || file.size === 0) return backToForm(form, [{ field: "file", message: "Choose a file that is not empty." }]);
  if (file.size > HAND_BYTES_MAX) return backToForm(form, [{ field: "file", message: TOO_LARGE }], 413);
  const sent = { name: file.name, bytes: file.stream(), format: textOf(form, "format"), timezone: textOf(form, "timezone"), interval: textOf(form, "interval"), mapping: textOf(form, "mapping") };
  const answer = await answering(() => whileThere(() => sendFile(world, env.FILES, actor, sent)));
  if (answer.status === "unavailable") return unavailableForm(form);
  if (answer.status === "refused") return backToForm(form, [answer]);
  return redirect(`/staff/files/${answer.fileId}${answer.known ? "?did=known" : ""}`, 303);
}

const TOO_LARGE = `By hand a file may have ${HAND_BYTES_MAX / 1024 / 1024} MB. Pack it with gzip, or send it through the API or the drop folder.`;

const countOf = (file: FileListed, kind: "accepted" | "exception" | "duplicate"): string => (file.counts === null ? "–" : formatCount(file.counts[kind]));

/** Files of reads that arrived, whoever sent them, and a form to send one by hand. */
export default function Files({ loaderData, actionData }: Route.ComponentProps) {
  const { page, before, maySend, cycles } = loaderData;
  const [search] = useSearchParams();
  const table = (
    <Card flush>
      <Table<FileListed> caption="Files of reads, newest first" rows={page.files} rowKey={(row) => row.id} rowTo={(row) => `/staff/files/${row.id}`}
        rowTone={(row) => (row.status === "unreadable" ? "bad" : undefined)}
        empty={<EmptyState icon="meter" title="No file has arrived yet" action={<Link to="/staff/gateways">Gateways</Link>}>Gateways send files through the API or the drop folder; each is listed here with what became of it.</EmptyState>}
        columns={[
          { key: "name", head: "File", main: true, cell: (row) => <span className="break">{row.name}</span> },
          { key: "from", head: "From", cell: (row) => row.gateway ?? page.names[row.actor] ?? row.gatewayId },
          { key: "at", head: "Received", cell: (row) => <TimeText at={row.receivedAt} form="full" /> },
          { key: "format", head: "Format", extra: true, cell: (row) => row.format ?? "–" },
          { key: "state", head: "State", cell: (row) => <FileState status={row.status} /> },
          { key: "accepted", head: "Accepted", numeric: true, cell: (row) => countOf(row, "accepted") },
          { key: "exception", head: "In doubt", numeric: true, extra: true, cell: (row) => countOf(row, "exception") },
          { key: "refused", head: "Refused", numeric: true, cell: (row) => (row.counts === null || row.counts.refused + row.counts.rejected === 0 ? (row.counts === null ? "–" : "0") : <Badge tone="bad">{formatCount(row.counts.refused + row.counts.rejected)}</Badge>) },
        ]} />
      <Pagination label="Files" newerLabel="Newest" olderLabel="Older" newer={before ? withParams(search, { before: null }) : undefined} older={page.older ? withParams(search, { before: page.older }) : undefined} />
    </Card>
  );
  return (
    <Page title="Files of reads" intro="What head-ends and colleagues sent as files, and what became of each line."
      actions={<Row><ButtonLink to="/staff/reads" icon="meter">Batches</ButtonLink><ButtonLink to="/staff/files/mappings" icon="settings">Mappings</ButtonLink></Row>}>
      {maySend || cycles.length > 0 ? (
        <Columns aside={<>{maySend ? <SendCard {...loaderData} state={actionData ?? null} /> : null}{cycles.length > 0 ? <RouteCard cycles={cycles} /> : null}</>}>{table}</Columns>
      ) : table}
    </Page>
  );
}

function SendCard({ mappings, mayMap, formats, largest, state }: Route.ComponentProps["loaderData"] & { state: StaffForm | null }) {
  return (
    <Card title="Send a file">
      <FormFrame id="send" state={state} encType="multipart/form-data">
        <FileField name="file" label="File" hint={`Plain or gzip, up to ${largest} MB. The format shows from its content.`} />
        {mappings.length > 0 ? <SelectField name="mapping" label="Mapping" optional hint="For a table of no known head-end" defaultValue="" options={[{ value: "", label: "None" }, ...mappings.map((name) => ({ value: name, label: name }))]} /> : null}
        <Disclosure summary="How it is to be read" open={state?.errors.some(({ field }) => field !== "file" && field !== "mapping")}>
          <SelectField name="format" label="Format" optional defaultValue="" options={[{ value: "", label: "As its content says" }, ...formats.map(({ format, title }) => ({ value: format, label: title }))]} />
          <TextField name="timezone" label="Time zone" optional width="medium" hint="Of times without an offset; the utility's when left out" autoComplete="off" spellCheck={false} />
          <TextField name="interval" label="Length of an interval" optional width="short" suffix="min" inputMode="numeric" autoComplete="off" />
        </Disclosure>
        <Submit>Send</Submit>
      </FormFrame>
      {mayMap ? <p className="soft">A table that is not recognised needs a <Link to="/staff/files/mappings">mapping</Link>, made once.</p> : null}
    </Card>
  );
}

/** A plain form: what it gets is a file, and no page. */
function RouteCard({ cycles }: Pick<Route.ComponentProps["loaderData"], "cycles">) {
  return (
    <Card title="A handheld's route">
      <FormFrame id="route" method="get" action="/staff/files/route" reloadDocument>
        <SelectField name="cycle" label="Bill cycle" options={cycles} defaultValue={cycles[0]!.value} hint="Its meters as MVRS takes them; what comes back is sent as a file" />
        <Submit kind="secondary">Download</Submit>
      </FormFrame>
    </Card>
  );
}
