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
import { Table, type Column } from "../../components/table.tsx";
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
  const counting = countingRows(runsOf({ channel, values: values.map(countingAlone) }));
  const changed = changedRows(runsOf({ channel, values }));
  const changes = (
    <Table<Shown> caption="Versions of values, the latest first" rows={changed} rowKey={(row) => `${row.run.from} ${row.nth}`} narrow="keep"
      columns={columnsOf(channel, "known since", true)} />
  );
  const unit = channel.unit;
  return (
    <Page title="Where the values come from" back={{ to: `/staff/meters/${encodeURIComponent(meterId)}`, label: `Meter ${badge}` }}
      intro={<>{formatDate("en", day, "long", today)}. Channel {channel.name}, {channel.kind === "interval" ? "intervals" : "register"}, {unit}.</>}
      actions={<Row><ButtonLink to={on(addDays(day, -1))} kind="secondary">Day before</ButtonLink><ButtonLink to={on(addDays(day, 1))} kind="secondary">Day after</ButtonLink></Row>}>
      <Card title="Sources" flush>
        <Table<Shown> caption="Values that count, by where they came from" rows={counting} rowKey={(row) => String(row.run.from)} narrow="keep"
          empty={<EmptyState icon="meter" title="Nothing was measured">No value of this channel is of this day.</EmptyState>}
          columns={columnsOf(channel, "received", false)} />
      </Card>
      {changed.length > CHANGES_OPEN ? <Disclosure summary={`What was changed (${formatCount(changed.length)} versions)`}>{changes}</Disclosure> : changed.length > 0 ? <Card title="What was changed" flush>{changes}</Card> : null}
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
      <Card title="Another day"><DayForm meterId={meterId} channels={channels} day={day} channelId={channel.channelId} /></Card>
    </Page>
  );
}

/** Versions that are shown without being asked for; more are a day that was sent again and again. */
const CHANGES_OPEN = 30;

const isInterval = ({ kind }: ValueSources["channel"]): boolean => kind === "interval";

/** When, how much, and from where; three columns, so that they stand beside each other on a phone as well. */
const columnsOf = (channel: ValueSources["channel"], known: string, changed: boolean): Column<Shown>[] => [
  {
    key: "when", head: isInterval(channel) ? "Intervals" : "Read", main: true,
    cell: ({ run }) => (isInterval(channel) ? <><TimeText at={run.from} form="time" />–<TimeText at={run.to} form="time" /><span className="row-more">{run.count === 1 ? "1 interval" : `${formatCount(run.count)} intervals`}</span></> : <TimeText at={run.from} form="time" />),
  },
  { key: "value", head: channel.unit, numeric: true, cell: ({ run, nth, total, version }) => <>{milliText(total)}{changed ? <span className="row-more">{nth === run.counting ? <Badge tone="good">Counts</Badge> : plainWord(version.quality)}</span> : null}</> },
  { key: "source", head: "Came from", cell: ({ version, lastLine }) => <><SourceText version={version} lastLine={lastLine} />{version.knownAt === null ? null : <span className="row-more">{known} <TimeText at={version.knownAt} form="full" /></span>}</> },
];

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

/** A value as if nothing had stood in its place before: what counts is not told apart by what it replaced. */
const countingAlone = (value: TracedValue): TracedValue => (value.versions.length > 1 ? { ...value, versions: [countingOf(value)] } : value);

/** One version of the values of a run. */
interface RunVersion {
  readonly version: ValueVersion;
  total: number;
  lastLine: number;
}

/** Values that follow each other and came the same ways: of one file each, on one line or on lines in even steps. */
interface Run {
  readonly from: number;
  to: number;
  count: number;
  /** The latest first. */
  readonly versions: readonly RunVersion[];
  /** Which of them counts. */
  readonly counting: number;
  /** From one value to the next, how many lines further; null: not known yet. */
  steps: readonly number[] | null;
}

function runsOf({ values, channel }: Pick<ValueSources, "values" | "channel">): Run[] {
  const stepMs = (channel.stepMinutes ?? 0) * 60_000;
  const runs: Run[] = [];
  for (const each of values) {
    if (each.versions.length === 0) continue;
    const counting = each.versions.indexOf(countingOf(each));
    const last = runs.at(-1);
    const steps = last === undefined || channel.kind === "register" || last.to !== each.at || last.counting !== counting ? null : stepsTo(last, each.versions);
    if (last !== undefined && steps !== null) {
      last.steps = steps;
      last.to = each.at + stepMs;
      last.count++;
      last.versions.forEach((version, i) => {
        version.total += each.versions[i]!.value;
        version.lastLine = each.versions[i]!.source?.line ?? 0;
      });
    } else runs.push({ from: each.at, to: each.at + stepMs, count: 1, counting, steps: null, versions: each.versions.map((version) => ({ version, total: version.value, lastLine: version.source?.line ?? 0 })) });
  }
  return runs;
}

/** How many lines further each version is, where the value goes on with the run; else null. */
function stepsTo({ versions, steps }: Run, next: readonly ValueVersion[]): readonly number[] | null {
  if (next.length !== versions.length || !next.every((version, i) => isSame(versions[i]!.version, version))) return null;
  const now = next.map((version, i) => (version.source?.line ?? 0) - versions[i]!.lastLine);
  return steps === null || now.every((step, i) => step === steps[i]) ? now : null;
}

const isSame = (a: ValueVersion, b: ValueVersion): boolean => a.how === b.how && a.by === b.by && a.why === b.why && a.quality === b.quality && a.source?.batchId === b.source?.batchId && a.knownAt === b.knownAt;

interface Shown extends RunVersion {
  readonly run: Run;
  readonly nth: number;
}

const countingRows = (runs: readonly Run[]): Shown[] => runs.map((run) => ({ ...run.versions[run.counting]!, run, nth: run.counting }));
const changedRows = (runs: readonly Run[]): Shown[] => runs.filter(({ versions }) => versions.length > 1).flatMap((run) => run.versions.map((version, nth) => ({ ...version, run, nth })));
