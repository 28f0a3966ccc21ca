import { Link } from "react-router";
import type { Route } from "./+types/premise";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { isMetered } from "../../../domain/metering/new-meter.ts";
import { premisePage, type Occupancy, type PastMeter, type PremisePoint } from "../../../worker/operations/premises.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Icon } from "../../components/icons.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { atWork } from "./staff.server.ts";
import { className, commodityIcon, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.page.line ?? "Premise" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const page = await answering(() => premisePage(world, actor, asked.params.premiseId));
  if (!page) throw refused(404, "There is no such premise.");
  return { page, mayOpen: may(actor, "open:account:any"), mayEdit: may(actor, "edit:meter:any") };
}

const meterPath = (meterId: string): string => `/staff/meters/${encodeURIComponent(meterId)}`;

/** The place stays; people come and go. */
export default function Premise({ loaderData: { page, mayOpen, mayEdit } }: Route.ComponentProps) {
  const free = page.points.some((point) => point.accountId === null);
  const servicePath = `/staff/premises/${encodeURIComponent(page.premiseId)}/service`;
  return (
    <Page title={page.line} intro={`${page.city}, ${page.state} ${page.zip}`} back={{ to: "/staff/accounts", label: "Accounts" }}
      actions={mayOpen && free ? <ButtonLink to={`/staff/accounts/new?${new URLSearchParams({ premise: page.premiseId })}`} kind="primary" icon="plus">Somebody moves in</ButtonLink> : null}>
      <AnswerNotice />
      <Columns aside={<>
        <Card title="Premise"><DescriptionList lines facts={[
          { term: "Class", value: className(page.premiseClass) },
          { term: "Dwelling units", value: page.dwellingUnits },
          { term: "Number", value: <span className="num">{page.premiseId}</span> },
        ]} /></Card>
        <Card title="Meters" flush>
          <Table<PastMeter> caption="Meters that hung here" narrow="keep" rows={page.meters} rowKey={(row) => `${row.meterId} ${row.installedOn}`} rowTo={(row) => meterPath(row.meterId)}
            empty={<EmptyState icon="meter" title="No meter" />}
            columns={[
              { key: "badge", head: "Meter", main: true, cell: (row) => row.badge },
              { key: "from", head: "From", cell: (row) => <DateText date={row.installedOn} form="day" /> },
              { key: "to", head: "To", cell: (row) => (row.removedOn ? <DateText date={row.removedOn} form="day" /> : "now") },
            ]} />
        </Card>
      </>}>
        <Card title="What is delivered here" action={mayEdit ? <Link to={servicePath}>Add a service</Link> : null} flush>
          <Table<PremisePoint> caption="Services at this premise" rows={page.points} rowKey={(row) => row.servicePointId} empty={<EmptyState icon="place" title="Nothing is delivered here yet" />}
            columns={[
              { key: "service", head: "Service", main: true, cell: (row) => <span className="keyed"><Icon name={commodityIcon(row.commodity)} />{commodityName(row.commodity)}</span> },
              { key: "meter", head: "Meter", cell: (row) => (row.meterId ? <><Link to={meterPath(row.meterId)}>{row.badge}</Link>{row.usageFrom ? <span className="soft"> (shared)</span> : row.size ? <span className="soft"> {row.size}</span> : null}</> : mayEdit && isMetered(row.commodity) && row.usageFrom === null ? <>Hang one <Link to={`/staff/meters/hang?${new URLSearchParams({ point: row.servicePointId })}`}>from stock</Link> or <Link to={`${servicePath}?${new URLSearchParams({ point: row.servicePointId })}`}>a new one</Link></> : <span className="soft">None</span>) },
              { key: "who", head: "Served for", cell: (row) => (row.accountId ? <Link to={accountPath(row.accountId)}>{row.name}</Link> : <Badge tone="good">Free</Badge>) },
              { key: "since", head: "Since", cell: (row) => (row.startOn ? <DateText date={row.startOn} form="day" /> : "") },
              { key: "state", head: "State", extra: true, cell: (row) => (row.status === "connected" ? "Connected" : <Badge tone="warn">{row.status}</Badge>) },
            ]} />
        </Card>
        <Card title="Who has been here" flush>
          <Table<Occupancy> caption="Services of the past and now, newest first" rows={page.occupancies} rowKey={(row) => row.agreementId} rowTo={(row) => accountPath(row.accountId)}
            empty={<EmptyState icon="people" title="Nobody yet">Whoever moves in is listed here, and stays listed when they leave.</EmptyState>}
            columns={[
              { key: "name", head: "Customer", main: true, cell: (row) => row.name },
              { key: "service", head: "Service", cell: (row) => commodityName(row.commodity) },
              { key: "rate", head: "Rate", extra: true, cell: (row) => row.rateName ?? "" },
              { key: "from", head: "From", cell: (row) => <DateText date={row.startOn} form="day" /> },
              { key: "to", head: "To", cell: (row) => (row.stopOn ? <DateText date={row.stopOn} form="day" /> : "now") },
            ]} />
        </Card>
      </Columns>
    </Page>
  );
}
