import type { Route } from "./+types/rates";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { mayPublishAlone } from "../../../worker/operations/first-rate.ts";
import { openDrafts } from "../../../worker/operations/rate-draft-pages.ts";
import { listRates, type ScheduleListed } from "../../../worker/operations/rate-pages.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Icon } from "../../components/icons.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { Drafts } from "./rate-drafts-table.tsx";
import { atWork } from "./staff.server.ts";
import { className, commodityIcon, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Rates" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:rates:any");
  const [rates, drafts, mayBegin] = await answering(() => Promise.all([listRates(world, actor), openDrafts(world, actor), may(actor, "edit:rates:any") && mayPublishAlone(world, actor)]));
  return { rates, drafts, mayBegin, mayWrite: may(actor, "draft:rates:any") };
}

export default function Rates({ loaderData: { rates, drafts, mayBegin, mayWrite } }: Route.ComponentProps) {
  const first = mayBegin ? <ButtonLink to="/staff/rates/first" kind="primary" icon="plus">Put a rate in force</ButtonLink> : null;
  return (
    <Page title="Rates" intro="What is charged today. A version counts from its day on and never changes after."
      actions={<>{mayWrite ? <ButtonLink to="/staff/rates/drafts/new" icon="plus">New draft</ButtonLink> : null}{first}</>}>
      <AnswerNotice />
      {drafts.length > 0 ? <Card title="In the making" flush><Drafts drafts={drafts} /></Card> : null}
      <Card flush>
        <Table<ScheduleListed> caption="Rate schedules" rows={rates} rowKey={(row) => row.scheduleId} rowTo={(row) => `/staff/rates/${encodeURIComponent(row.scheduleId)}`}
          empty={<EmptyState icon="rates" title="No rate has been published yet">A rate is a document: charges, tiers, times of use, seasons. Until one is published, its services cannot be billed.</EmptyState>}
          columns={[
            { key: "name", head: "Rate", main: true, cell: (row) => row.name },
            { key: "service", head: "Service", cell: (row) => <span className="keyed"><Icon name={commodityIcon(row.commodity)} />{commodityName(row.commodity)}</span> },
            { key: "class", head: "Class", cell: (row) => className(row.customerClass) },
            { key: "version", head: "Version", cell: (row) => (row.version === null ? <Badge tone="warn">Not yet in force</Badge> : `${row.version} of ${row.versions}`) },
            { key: "since", head: "Since", cell: (row) => (row.effectiveOn ? <DateText date={row.effectiveOn} form="day" /> : "") },
            { key: "services", head: "Services", numeric: true, cell: (row) => formatCount(row.services) },
          ]} />
      </Card>
    </Page>
  );
}
