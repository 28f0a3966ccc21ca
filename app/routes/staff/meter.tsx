import { Link } from "react-router";
import type { Route } from "./+types/meter";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { meterShop, type EndpointShown, type MeterTestRow } from "../../../worker/operations/meter-stock.ts";
import type { MeterSaid } from "../../../worker/operations/conditions.ts";
import { meterPage, type ChannelRow, type MeterException, type MeterInstalled, type MeterPage, type MeterRead } from "../../../worker/operations/meters.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { localDateOf } from "../../../domain/calendar/zone.ts";
import { milliText } from "../../../domain/metering/units.ts";
import { usePlace } from "../../i18n/context.tsx";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { DayForm, fileLinePath, meterDayPath } from "./meter-day-parts.tsx";
import { stepWords, unitWords } from "./channel-words.ts";
import { SaidWhere, SaysText } from "./condition-words.tsx";
import { UsageStory } from "./meter-bars.tsx";
import { atWork } from "./staff.server.ts";
import { commodityName, conditionName, conditionTone, conditionWell, plainWord, ruleName, severityTone } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Meter ${loaderData.page.badge}` : "Meter" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const page = await answering(() => meterPage(world, actor, asked.params.meterId));
  if (!page) throw refused(404, "There is no such meter.");
  return { page, shop: await answering(() => meterShop(world, actor, page.meterId)), mayEdit: may(actor, "edit:meter:any") };
}

export default function Meter({ loaderData: { page, shop, mayEdit } }: Route.ComponentProps) {
  const open = page.exceptions.filter((row) => row.status !== "closed");
  const here = page.installations.find((each) => each.removedOn === null);
  const charted = chartsOf(page);
  const { zone, today } = usePlace();
  return (
    <Page title={`Meter ${page.badge}`} back={here ? { to: `/staff/premises/${encodeURIComponent(here.premiseId)}`, label: here.address } : { to: `/staff/meters?state=${page.status}`, label: "Meters" }}
      actions={<Row>{shop.endpoints.some((each) => each.toOn === null) && here ? <ButtonLink to="ask" icon="clock">Ask it now</ButtonLink> : null}{mayEdit ? <>{here ? <ButtonLink to="exchange" icon="cycle">Exchange</ButtonLink> : page.status === "inStock" ? <ButtonLink to={`/staff/meters/hang?${new URLSearchParams({ meter: page.meterId })}`} icon="place">Hang it</ButtonLink> : null}<ButtonLink to="shop" icon="check">Test, module, shop</ButtonLink></> : null}</Row>}
      intro={<Row>
        <span>{commodityName(page.commodity)}</span>
        {here ? <Badge tone="good">Installed</Badge> : <Badge>{plainWord(page.status)}</Badge>}
        {open.length > 0 ? <Badge tone="warn">{open.length === 1 ? "1 in doubt" : `${open.length} in doubt`}</Badge> : null}
        {page.said.filter((said) => said.isOn === 1 && conditionTone(said.kind) === "bad").map(({ kind }) => <Badge key={kind} tone={conditionTone(kind)}>{conditionName(kind)}</Badge>)}
        {page.accounts.map((account) => <Link key={account.accountId} to={accountPath(account.accountId)}>{account.name}, <span className="num">{account.accountId}</span></Link>)}
      </Row>}>
      <AnswerNotice />
      <Columns aside={<>
        <Card title="Meter"><DescriptionList lines facts={[
          { term: "Badge", value: page.badge },
          { term: "Size", value: page.size ?? <span className="soft">Not known</span> },
          { term: "Maker", value: page.manufacturer ?? <span className="soft">Not known</span> },
          { term: "State", value: plainWord(page.status) },
        ]} /></Card>
        {page.said.length > 0 ? <Card title="What it is said to be" flush>
          <Table<MeterSaid> caption="The last word of its head-ends on each, what is wrong first" narrow="keep" rows={page.said} rowKey={(row) => row.kind} empty={<EmptyState title="Nothing" />}
            columns={[
              { key: "what", head: "Said", main: true, cell: (row) => <>{row.isOn === 1 ? <Badge tone={conditionTone(row.kind)}>{conditionName(row.kind)}</Badge> : conditionWell(row.kind)} <SaysText said={row} /></> },
              { key: "since", head: "Since", cell: (row) => <><TimeText at={row.since} /> <SaidWhere said={row} /></> },
            ]} />
        </Card> : null}
        {shop.endpoints.length > 0 ? <Card title="Modules" flush>
          <Table<EndpointShown> caption="Modules of the head-end, newest first" narrow="keep" rows={shop.endpoints} rowKey={(row) => row.fromOn} empty={<EmptyState title="None" />}
            columns={[
              { key: "id", head: "Module", main: true, cell: (row) => <><code className="break">{row.endpointId}</code> <span className="soft">{row.gateway}</span></> },
              { key: "from", head: "From", cell: (row) => <DateText date={row.fromOn} form="day" /> },
              { key: "to", head: "To", cell: (row) => (row.toOn ? <DateText date={row.toOn} form="day" /> : "now") },
            ]} />
        </Card> : null}
        {shop.tests.length > 0 ? <Card title="Tests" flush>
          <Table<MeterTestRow> caption="Accuracy tests, newest first" narrow="keep" rows={shop.tests} rowKey={(row) => row.id} empty={<EmptyState title="None" />}
            columns={[
              { key: "on", head: "Tested", main: true, cell: (row) => <DateText date={row.testedOn} form="day" /> },
              { key: "found", head: "As found", numeric: true, cell: (row) => `${milliText(row.asFound)} %` },
              { key: "left", head: "As left", numeric: true, cell: (row) => (row.asLeft === null ? "" : `${milliText(row.asLeft)} %`) },
              { key: "passed", head: "", cell: (row) => <Badge tone={row.passed === 1 ? "good" : "bad"}>{row.passed === 1 ? "Passed" : "Failed"}</Badge> },
            ]} />
        </Card> : null}
        <Card title="Channels" flush>
          <Table<ChannelRow> caption="What it measures" narrow="keep" rows={page.channels} rowKey={(row) => String(row.channelId)} empty={<EmptyState title="No channel" />}
            columns={[
              { key: "name", head: "Channel", main: true, cell: (row) => row.name },
              { key: "kind", head: "How", cell: (row) => stepWords(row) },
              { key: "unit", head: "Unit", cell: (row) => unitWords(row) },
            ]} />
        </Card>
        <Card title="Where it hung" flush>
          <Table<MeterInstalled> caption="Installations, newest first" narrow="keep" rows={page.installations} rowKey={(row) => row.installedOn} rowTo={(row) => `/staff/premises/${encodeURIComponent(row.premiseId)}`} empty={<EmptyState title="Nowhere yet" />}
            columns={[
              { key: "where", head: "Premise", main: true, cell: (row) => row.address },
              { key: "from", head: "From", cell: (row) => <DateText date={row.installedOn} form="day" /> },
              { key: "to", head: "To", cell: (row) => (row.removedOn ? <DateText date={row.removedOn} form="day" /> : "now") },
            ]} />
        </Card>
        {page.channels.some((channel) => channel.kind === "register") ? <Card title="Latest register reads" flush>
          <Table<MeterRead> caption="Register reads, newest first" narrow="keep" rows={page.reads} rowKey={(row) => `${row.channelId} ${row.readAt} ${row.value}`} empty={<EmptyState title="No register has been read yet" />}
            columns={[
              { key: "at", head: "Read", main: true, cell: (row) => <Link to={meterDayPath(page.meterId, localDateOf(row.readAt, zone), row.channelId)}><TimeText at={row.readAt} /></Link> },
              { key: "value", head: "Dials", numeric: true, cell: (row) => milliText(row.value) },
              { key: "state", head: "State", cell: (row) => <>{row.suspect > 0 ? <Badge tone="warn">In doubt</Badge> : plainWord(row.quality)}{row.fileId !== null && row.line !== null ? <> <Link to={fileLinePath(row.fileId, row.line)}>file, line {row.line}</Link></> : null}</> },
            ]} />
        </Card> : null}
      </>}>
        <Card title="Usage">
          {charted.length === 0 ? <EmptyState icon="usage" title="Nothing has been measured yet">Usage shows here as soon as reads arrive.</EmptyState> : charted.map(({ key, usage, title, each }) => <UsageStory key={key} usage={usage} title={title} each={each} />)}
        </Card>
        {charted.length > 0 ? <Card title="Where values come from"><DayForm meterId={page.meterId} channels={page.channels} day={today} channelId={(page.channels.find((each) => each.kind === "interval") ?? page.channels[0])?.channelId} /></Card> : null}
        <Card title="In doubt, and what was decided" flush>
          <Table<MeterException> caption="Exceptions, open ones first" rows={page.exceptions} rowKey={(row) => row.id} rowTo={(row) => `/staff/exceptions/${encodeURIComponent(row.id)}`}
            empty={<EmptyState icon="good" title="Never in doubt">Every read of this meter has passed validation.</EmptyState>}
            columns={[
              { key: "rule", head: "Rule", main: true, cell: (row) => ruleName("reads", row.rule) },
              { key: "what", head: "What", cell: (row) => row.sentence },
              { key: "since", head: "Since", cell: (row) => <TimeText at={row.openedAt} /> },
              { key: "state", head: "State", cell: (row) => (row.status === "closed" ? (row.decision ? plainWord(row.decision) : "Closed") : <Badge tone={severityTone(row.severity)}>Open</Badge>) },
            ]} />
        </Card>
      </Columns>
    </Page>
  );
}

/** Intervals by day and by month; a register by month where there are no intervals. */
function chartsOf({ channels, usage }: MeterPage) {
  const measured = usage.filter((each) => each.months.some((span) => span.value !== null));
  const kindOf = (channelId: number) => channels.find((channel) => channel.channelId === channelId)!;
  const intervals = measured.filter((each) => kindOf(each.channelId).kind === "interval");
  const shown = intervals.length > 0 ? intervals : measured;
  const name = (channelId: number) => (shown.length > 1 ? `, channel ${kindOf(channelId).name}` : "");
  return shown.flatMap((each) => [
    ...(each.days.length > 0 ? [{ key: `${each.channelId} days`, usage: each, title: `Last days${name(each.channelId)}`, each: "day" as const }] : []),
    { key: `${each.channelId} months`, usage: each, title: `Thirteen months${name(each.channelId)}`, each: "month" as const },
  ]);
}
