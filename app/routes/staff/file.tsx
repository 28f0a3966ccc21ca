import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/file";
import { FORMATS } from "../../../domain/metering/formats/index.ts";
import { fileLines, filePage } from "../../../worker/operations/files/staff.ts";
import type { FileLine, FileNote } from "../../../worker/operations/files/staff.ts";
import { placeIn } from "../../../worker/operations/cursor.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { requestContext } from "../../context.ts";
import { answering, refused } from "../../session.server.ts";
import { withParams } from "./choices.tsx";
import { FileState, NOTE_WORDS, SOURCE_WORDS } from "./file-words.tsx";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.page.file.name ?? "File of reads" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const from = placeIn(asked.url.searchParams.get("from")) ?? 0;
  const page = await answering(() => filePage(world, actor, asked.params.fileId, Number.isSafeInteger(from) && from > 0 ? from : 0));
  if (page === null) throw refused(404, "There is no such file.");
  const line = placeIn(asked.url.searchParams.get("line"));
  const { env } = asked.context.get(requestContext);
  const looked = line === null || !Number.isSafeInteger(line) || line < 1 ? null : { line, lines: await answering(() => fileLines(world, env.FILES, actor, page.file, line)) };
  return { page, looked, title: FORMATS.find(({ format }) => format === page.file.format)?.title ?? page.file.format };
}

/** One file of reads: where it came from, what became of it, and each line that did not simply become a read. */
export default function File({ loaderData: { page, looked, title } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const { file, sender, notes, total, from, next } = page;
  return (
    <Page title={<span className="break">{file.name}</span>} back={{ to: "/staff/files", label: "Files of reads" }}
      intro={<>Received <TimeText at={file.receivedAt} form="full" /> from {sender}. <FileState status={file.status} /></>}>
      {search.get("did") === "known" ? <Notice tone="info" live title="This file was here before">Nothing was stored again; this is what became of it.</Notice> : null}
      {file.status === "received" ? <Notice tone="info">The file is being read. What could not be stored yet is gone on with within minutes.</Notice> : null}
      {file.status === "unreadable" ? <Notice tone="bad" title="It could not be read to its end">What came before the line that is named below is stored; after it nothing is known.</Notice> : null}
      <Columns aside={<FileFacts page={page} title={title} />}>
        {looked ? <Card title={`Line ${formatCount(looked.line)}`}><LinesShown line={looked.line} lines={looked.lines} /></Card> : null}
        <Card title="Lines to look at" flush>
          <Table<FileNote> caption="Lines that did not simply become reads" rows={notes} rowKey={(row) => `${row.line} ${row.kind} ${row.reason}`}
            empty={<EmptyState icon="meter" title="Nothing to look at">Every line became a read.</EmptyState>}
            columns={[
              { key: "line", head: "Line", main: true, cell: (row) => <Link to={withParams(search, { line: String(row.line), did: null })}>{formatCount(row.line)}</Link> },
              { key: "what", head: "What became of it", cell: (row) => <Badge tone={NOTE_WORDS[row.kind].tone}>{NOTE_WORDS[row.kind].word}</Badge> },
              { key: "why", head: "Why", long: true, cell: (row) => (row.exceptionId === undefined ? <span className="break">{row.reason}</span> : <Link to={`/staff/exceptions/${encodeURIComponent(row.exceptionId)}`}>{row.reason}</Link>) },
            ]} />
          <Pagination label="Lines" newerLabel="First" olderLabel="Next" newer={from > 0 ? withParams(search, { from: null, did: null }) : undefined} older={next === null ? undefined : withParams(search, { from: String(next), did: null })}>
            {total > 0 ? `${formatCount(from + 1)}–${formatCount(from + notes.length)} of ${formatCount(total)}` : null}
          </Pagination>
        </Card>
      </Columns>
    </Page>
  );
}

/** The line as it was sent, between those around it. */
function LinesShown({ line, lines }: { line: number; lines: readonly FileLine[] | null }) {
  if (lines === null) return <p className="soft">The file is no longer in the store, or has no such line.</p>;
  return (
    <ol className="file-lines" start={lines[0]!.number}>
      {lines.map(({ number, text, cut }) => <li key={number} value={number} aria-current={number === line ? "true" : undefined}><code className="break">{text}{cut ? " …" : ""}</code></li>)}
    </ol>
  );
}

function FileFacts({ page: { file }, title }: Pick<Route.ComponentProps["loaderData"], "page" | "title">) {
  const { counts, options } = file;
  const outcome: Fact[] = counts === null ? [] : [
    { term: "Accepted", value: formatCount(counts.accepted) },
    { term: "Known already", value: formatCount(counts.duplicate) },
    { term: "In doubt", value: formatCount(counts.exception) },
    { term: "Cannot be stored", value: formatCount(counts.rejected) },
    { term: "Refused lines", value: formatCount(counts.refused) },
    { term: "Places without a value", value: formatCount(counts.noReads) },
  ];
  const facts: Fact[] = [
    { term: "Sent", value: SOURCE_WORDS[file.source] ?? file.source },
    { term: "Format", value: title ?? "Not known" },
    ...(options.mapping ? [{ term: "Mapping", value: <Link to={`/staff/files/mappings/${options.mapping.name}`}>{options.mapping.name}, version {options.mapping.version}</Link> }] : []),
    { term: "Time zone", value: options.zone },
    { term: "Size", value: `${formatCount(Math.ceil(file.bytes / 1024))} KB` },
    { term: "SHA-256", value: <code className="break">{file.hash}</code> },
  ];
  return (
    <>
      {outcome.length > 0 ? <Card title="What became of it"><DescriptionList lines facts={outcome} /><p className="soft">A read is a register's value, or a run of one channel's intervals.</p></Card> : null}
      <Card title="The file"><DescriptionList facts={facts} /></Card>
    </>
  );
}
