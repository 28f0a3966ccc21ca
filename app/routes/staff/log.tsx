import { Form, Link, useSearchParams } from "react-router";
import type { Route } from "./+types/log";
import { logEvent, logPage, type LogEntry } from "../../../worker/operations/log.ts";
import { placeIn } from "../../../worker/operations/cursor.ts";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { SelectField, TextField } from "../../components/fields.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { withParams } from "./choices.tsx";
import { EVENT_TYPES, eventWords, streamPage } from "./event-words.ts";
import { atWork } from "./staff.server.ts";
import { isSaidByName, plainWord, sourceName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Log" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:log:any");
  const { searchParams } = asked.url;
  const filter = { stream: (searchParams.get("stream") ?? "").trim(), type: searchParams.get("type") ?? "", before: placeIn(searchParams.get("before")) };
  const at = placeIn(searchParams.get("event"));
  const [page, event] = await answering(() => Promise.all([logPage(world, actor, filter), at === null ? null : logEvent(world, actor, at)]));
  return { page, event, filter };
}

/** The book of everything that happened, as it was hashed. */
export default function Log({ loaderData: { page, event, filter } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const { chain } = page;
  return (
    <Page title="Log" intro="Every event with who, through which door, and when. Each one is hashed over the one before it: whatever is changed or left out shows.">
      <Card>
        <Form method="get" className="filter-row" role="search">
          <TextField name="stream" label="Stream" optional defaultValue={filter.stream} placeholder="account:10422817" width="medium" autoComplete="off" spellCheck={false} />
          <SelectField name="type" label="Kind" optional width="medium" defaultValue={filter.type} options={[{ value: "", label: "All kinds" }, ...EVENT_TYPES.map((value) => ({ value, label: plainWord(value) }))]} />
          <Button icon="search">Show</Button>
        </Form>
        {chain ? (chain.broken
          ? <Notice tone="bad" title={`The chain breaks at event ${chain.broken.seq}`}>{chain.broken.reason}</Notice>
          : <Notice tone="good">The chain of {filter.stream} holds: {formatCount(chain.events)} {chain.events === 1 ? "event" : "events"}, each with the hash of the one before it.</Notice>) : null}
      </Card>
      {event ? (
        <Card title={`Event ${event.seq} of ${event.stream}`} action={<Link to={withParams(search, { event: null })} preventScrollReset>Close</Link>}>
          <DescriptionList lines facts={[
            { term: "Kind", value: `${event.type}, version ${event.version}` },
            { term: "Recorded", value: <TimeText at={event.recordedAt} form="exact" /> },
            { term: "Counts from", value: <TimeText at={event.effectiveAt} form="exact" /> },
            { term: "Who", value: <code>{event.actor}</code> },
            { term: "Command", value: <code className="break">{event.commandId}</code> },
            { term: "Hash", value: <code className="break">{event.hash}</code> },
            { term: "Hash before", value: <code className="break">{event.prevHash || "none: the first of its stream"}</code> },
          ]} />
          <pre className="log-data">{JSON.stringify(JSON.parse(event.data), null, 2)}</pre>
        </Card>
      ) : null}
      <Card flush>
        <Table<LogEntry> caption="Events, newest first" rows={page.entries} rowKey={(row) => String(row.position)} rowTo={(row) => withParams(search, { event: String(row.position) })} rowCurrent={(row) => row.position === event?.position}
          empty={<EmptyState icon="log" title="No such event">{page.older === null ? "Nothing in the log fits." : "None among the newest; older ones follow."}</EmptyState>}
          columns={[
            { key: "what", head: "What", main: true, cell: (row) => eventWords(row).title },
            { key: "at", head: "Recorded", cell: (row) => <TimeText at={row.at} form="exact" /> },
            { key: "who", head: "Who", cell: (row) => <>{page.names[row.actor] ?? row.actor}{isSaidByName(page.names[row.actor], row.source) ? null : <> <span className="soft">{sourceName(row.source)}</span></>}</> },
            { key: "stream", head: "Stream", cell: (row) => <StreamLink stream={row.stream} /> },
            { key: "seq", head: "No.", numeric: true, cell: (row) => row.seq },
            { key: "hash", head: "Hash", extra: true, cell: (row) => <code>{row.hash.slice(0, 8)}</code> },
          ]} />
        <Pagination label="Log" newerLabel="Newest" olderLabel="Older" newer={filter.before === null ? undefined : withParams(search, { before: null, event: null })} older={page.older === null ? undefined : withParams(search, { before: String(page.older), event: null })} />
      </Card>
    </Page>
  );
}

const STREAM_SHOWN = 28;

function StreamLink({ stream }: { stream: string }) {
  const shown = stream.length > STREAM_SHOWN ? `${stream.slice(0, STREAM_SHOWN)}…` : stream;
  const to = streamPage(stream);
  return <Row><Link to={`/staff/log?${new URLSearchParams({ stream })}`}><code>{shown}</code></Link>{to ? <Link className="small" to={to}>Open</Link> : null}</Row>;
}
