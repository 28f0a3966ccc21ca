import { useSearchParams } from "react-router";
import type { Route } from "./+types/arrivals";
import { arrivalsPage, type SilentMeter } from "../../../worker/operations/arrivals.ts";
import type { MeterListed, SaidOfMeters } from "../../../worker/operations/conditions.ts";
import { ArrivalsMap } from "../../charts/arrivals-map.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { Choices } from "./choices.tsx";
import { SaidWhere, SaysText } from "./condition-words.tsx";
import { atWork } from "./staff.server.ts";
import { conditionName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "What arrived" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const gateway = asked.url.searchParams.get("gateway") || null;
  return { page: await answering(() => arrivalsPage(world, actor, gateway, asked.url.searchParams.get("said"))), gateway };
}

/** Whether the meters are heard: expected against received by hour, who is silent, and what the others are said to be. */
export default function Arrivals({ loaderData: { page: { gateways, days, about, silent, silentCount, silentAfterDays, said }, gateway } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const any = days.some((day) => day.hours.some(({ expected }) => expected > 0));
  return (
    <Page title="What arrived" intro="Intervals of the last seven whole days, as the meters sent them: estimates do not count." back={{ to: "/staff/reads", label: "Reads" }} actions={<ButtonLink to="/staff/gateways" icon="globe">Gateways</ButtonLink>}>
      {gateways.length > 0 ? (
        <Choices label="By gateway" name="gateway" chosen={gateway ?? ""} search={search} choices={[{ value: "", label: "All meters" }, ...gateways.map(({ id, name, meters }) => ({ value: id, label: name, count: meters }))]} />
      ) : null}
      <Card title="Expected against received">
        {any ? <ArrivalsMap title="By hour; the stronger the color, the more is missing" days={days} /> : <EmptyState icon="meter" title="Nothing is expected">No meter with intervals has hung for a whole day.</EmptyState>}
        {about ? <p className="soft">So much is missing that it is reckoned from a part of the meters.</p> : null}
      </Card>
      <Card title={silentCount === 0 ? "Silent meters" : `Silent meters: ${formatCount(silentCount)}`} flush>
        <Table<SilentMeter> caption={`Installed meters with intervals of which nothing of the last ${silentAfterDays} days is known, longest silent first`} rows={silent} rowKey={(row) => row.meterId} rowTo={(row) => `/staff/meters/${encodeURIComponent(row.meterId)}`}
          empty={<EmptyState icon="good" title="None is silent">Every meter with intervals was heard within {silentAfterDays} days.</EmptyState>}
          columns={[
            { key: "badge", head: "Meter", main: true, cell: (row) => row.badge },
            { key: "where", head: "Where", cell: (row) => row.address },
            { key: "module", head: "Module", cell: (row) => (row.endpoint ? <code className="break">{row.endpoint}</code> : <span className="soft">Not paired</span>) },
            { key: "last", head: "Last heard of", cell: (row) => (row.last ? <DateText date={row.last} form="day" /> : <span className="soft">Never</span>) },
          ]} />
      </Card>
      <Said said={said} />
    </Page>
  );
}

/** Meters of which head-ends say that something is wrong, one kind at a time. */
function Said({ said: { counts, kind, rows } }: { said: SaidOfMeters }) {
  const [search] = useSearchParams();
  if (kind === null) return <Card title="What meters are said to be"><EmptyState icon="good" title="All is well">No head-end tells of tamper, low batteries or weak signals.</EmptyState></Card>;
  const { meters } = counts.find((each) => each.kind === kind)!;
  return (
    <>
      <Choices label="What is said of meters" name="said" chosen={kind} search={search} choices={counts.map((each) => ({ value: each.kind, label: conditionName(each.kind), count: each.meters }))} />
      <Card title={`Said to be: ${conditionName(kind).toLowerCase()}`} flush>
        <Table<MeterListed> caption={`${conditionName(kind)}: ${meters > rows.length ? `the first ${formatCount(rows.length)} of ${formatCount(meters)} meters` : formatCount(meters)}, longest first`} rows={rows} rowKey={(row) => row.meterId} rowTo={(row) => `/staff/meters/${encodeURIComponent(row.meterId)}`}
          columns={[
            { key: "badge", head: "Meter", main: true, cell: (row) => row.badge },
            { key: "where", head: "Where", cell: (row) => row.address },
            { key: "module", head: "Module", cell: (row) => (row.endpoint ? <code className="break">{row.endpoint}</code> : <span className="soft">Not paired</span>) },
            { key: "says", head: "As it is said", cell: (row) => <SaysText said={row} /> },
            { key: "since", head: "Since", cell: (row) => <><TimeText at={row.since} /> <SaidWhere said={row} /></> },
            { key: "told", head: "Said last", cell: (row) => <TimeText at={row.toldAt} /> },
          ]} />
      </Card>
    </>
  );
}
