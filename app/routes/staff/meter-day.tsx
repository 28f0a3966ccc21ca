import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/meter-day";
import { addDays, isLocalDate } from "../../../domain/calendar/local-date.ts";
import { milliText } from "../../../domain/metering/units.ts";
import { valueSources, type TracedValue, type ValueSources, type ValueVersion } from "../../../worker/operations/value-sources.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatDate } from "../../format/dates.ts";
import { formatCount } from "../../format/quantities.ts";
import { usePlace } from "../../i18n/context.tsx";
import { answering, refused } from "../../session.server.ts";
import { DayForm, fileLinePath } from "./meter-day-parts.tsx";
import { atWork } from "./staff.server.ts";
import { plainWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Meter ${loaderData.found.badge}, ${loaderData.found.day}` : "Where values come from" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const day = asked.url.searchParams.get("day") ?? "";
  const channel = asked.url.searchParams.get("channel");
  if (!isLocalDate(day) || (channel !== null && !/^\d{1,9}$/.test(channel))) throw refused(404, "There is no such day.");
  const found = await answering(() => valueSources(world, actor, { meterId: asked.params.meterId, channelId: channel === null ? null : Number(channel), day }));
  if (found === null) throw refused(404, "There is no such meter.");
  return { found };
}

/** A day of a channel: from which file and line each value came, and what stood in its place before. */
export default function MeterDay({ loaderData: { found } }: Route.ComponentProps) {
  const { meterId, badge, channel, channels, day, values } = found;
  const { today } = usePlace();
  const [search] = useSearchParams();
  const on = (date: string): string => `?${new URLSearchParams({ ...Object.fromEntries(search), day: date }).toString()}`;
  const measured = values.filter(({ versions }) => versions.length > 0);
  const changed = measured.filter(({ versions }) => versions.length > 1);
  const unit = channel.unit;
  return (
    <Page title="Where the values come from" back={{ to: `/staff/meters/${encodeURIComponent(meterId)}`, label: `Meter ${badge}` }}
      intro={<>{formatDate("en", day, "long", today)}. Channel {channel.name}, {channel.kind === "interval" ? "intervals" : "register"}, {unit}.</>}
      actions={<Row><ButtonLink to={on(addDays(day, -1))} kind="secondary">Day before</ButtonLink><ButtonLink to={on(addDays(day, 1))} kind="secondary">Day after</ButtonLink></Row>}>
      <Card title="Sources" flush>
        <Table<Run> caption="Runs of values by where they came from" rows={runsOf(found)} rowKey={(row) => String(row.from)}
          empty={<EmptyState icon="meter" title="Nothing was measured">No value of this channel is of this day.</EmptyState>}
          columns={[
            { key: "when", head: channel.kind === "interval" ? "From" : "Read", main: true, cell: (row) => <TimeText at={row.from} form="time" /> },
            ...(channel.kind === "interval" ? [{ key: "to", head: "To", cell: (row: Run) => <TimeText at={row.to} form="time" /> }, { key: "count", head: "Intervals", numeric: true, cell: (row: Run) => formatCount(row.count) }] : []),
            { key: "total", head: unit, numeric: true, cell: (row) => milliText(row.total) },
            { key: "source", head: "Came from", cell: (row) => <SourceText version={row.version} lastLine={row.lastLine} /> },
            { key: "known", head: "Received", cell: (row) => (row.version.knownAt === null ? "–" : <TimeText at={row.version.knownAt} form="full" />) },
          ]} />
      </Card>
      {changed.length > 0 ? (
        <Card title="What was changed" flush>
          <Table<Change> caption="Versions of values, the latest first" rows={changesOf(changed)} rowKey={(row) => `${row.at} ${row.nth}`}
            columns={[
              { key: "at", head: channel.kind === "interval" ? "From" : "Read", main: true, cell: (row) => <TimeText at={row.at} form="time" /> },
              { key: "value", head: unit, numeric: true, cell: (row) => <>{milliText(row.version.value)} {row.counts ? <Badge tone="good">Counts</Badge> : null}</> },
              { key: "quality", head: "Quality", cell: (row) => plainWord(row.version.quality) },
              { key: "source", head: "Came from", cell: (row) => <SourceText version={row.version} /> },
              { key: "known", head: "Known since", cell: (row) => (row.version.knownAt === null ? "–" : <TimeText at={row.version.knownAt} form="full" />) },
            ]} />
        </Card>
      ) : null}
      {channel.kind === "interval" && measured.length > 0 ? (
        <Disclosure summary={`Every interval (${formatCount(measured.length)})`}>
          <Table<TracedValue> caption="Intervals of the day" rows={measured} rowKey={(row) => String(row.at)} narrow="keep"
            columns={[
              { key: "at", head: "From", main: true, cell: (row) => <TimeText at={row.at} form="time" /> },
              { key: "value", head: unit, numeric: true, cell: (row) => (row.value === null ? "–" : milliText(row.value)) },
              { key: "source", head: "Came from", cell: (row) => <SourceText version={countingOf(row)} /> },
            ]} />
        </Disclosure>
      ) : null}
      <Card title="Another day"><DayForm meterId={meterId} channels={channels} today={day} channelId={channel.channelId} /></Card>
    </Page>
  );
}

const HOW: Readonly<Record<ValueVersion["how"], string>> = { sent: "Sent without a file", edit: "Entered", estimate: "Estimated" };

/** The file and line, or who put it there and why. */
function SourceText({ version: { source, how, by, why }, lastLine }: { version: ValueVersion; lastLine?: number }) {
  if (source !== null) {
    return <Link to={fileLinePath(source.fileId, source.line)}><span className="break">{source.file}</span>, {lastLine === undefined || lastLine === source.line ? `line ${formatCount(source.line)}` : `lines ${formatCount(source.line)} to ${formatCount(lastLine)}`}</Link>;
  }
  return <>{HOW[how]}{by === null ? "" : ` by ${by}`}{why === null ? "" : <span className="row-more">{why}</span>}</>;
}

/** The version whose value counts. */
const countingOf = ({ value, quality, versions }: TracedValue): ValueVersion => versions.find((version) => version.value === value && version.quality === quality) ?? versions[0]!;

/** Values that follow each other and came from the same place: of one file, on one line or on lines in even steps. */
interface Run {
  readonly from: number;
  to: number;
  count: number;
  total: number;
  readonly version: ValueVersion;
  lastLine: number;
}

function runsOf({ values, channel }: ValueSources): Run[] {
  const stepMs = (channel.stepMinutes ?? 0) * 60_000;
  const runs: Run[] = [];
  let step: number | null = null;
  for (const each of values) {
    if (each.versions.length === 0) continue;
    const version = countingOf(each);
    const line = version.source?.line ?? 0;
    const last = runs.at(-1);
    if (last !== undefined && channel.kind === "interval" && last.to === each.at && isSame(last.version, version) && (step === null || line - last.lastLine === step)) {
      step ??= line - last.lastLine;
      last.to = each.at + stepMs;
      last.count++;
      last.total += each.value ?? 0;
      last.lastLine = line;
    } else {
      runs.push({ from: each.at, to: each.at + stepMs, count: 1, total: each.value ?? 0, version, lastLine: line });
      step = null;
    }
  }
  return runs;
}

const isSame = (a: ValueVersion, b: ValueVersion): boolean => a.how === b.how && a.by === b.by && a.why === b.why && a.source?.batchId === b.source?.batchId && a.knownAt === b.knownAt;

interface Change {
  readonly at: number;
  readonly nth: number;
  readonly version: ValueVersion;
  readonly counts: boolean;
}

function changesOf(values: readonly TracedValue[]): Change[] {
  return values.flatMap((each) => {
    const counting = countingOf(each);
    return each.versions.map((version, nth) => ({ at: each.at, nth, version, counts: version === counting }));
  });
}
