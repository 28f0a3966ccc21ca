import { Link } from "react-router";
import type { Route } from "./+types/rate";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { openDrafts } from "../../../worker/operations/rate-draft-pages.ts";
import { ratePage } from "../../../worker/operations/rate-pages.ts";
import { placeIn } from "../../../worker/operations/cursor.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering, refused } from "../../session.server.ts";
import { Drafts } from "./rate-drafts-table.tsx";
import { RateShown, shownOf } from "./rate-shown.tsx";
import { atWork } from "./staff.server.ts";
import { className, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.page.name ?? "Rate" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:rates:any");
  const { scheduleId } = asked.params;
  const found = await answering(() => ratePage(world, actor, scheduleId, placeIn(asked.url.searchParams.get("version"))));
  if (!found) throw refused(404, "There is no such rate.");
  const drafts = await answering(() => openDrafts(world, actor, scheduleId));
  const { shown, ...page } = found;
  const more = { drafts, mayWrite: may(actor, "draft:rates:any") };
  if (!shown) return { page, shown: null, ...more };
  const { document, ...version } = shown;
  return {
    page, ...more,
    shown: {
      ...version, source: document.source ?? null, rounding: document.rounding, ...shownOf(document),
      seasons: document.seasons.map(({ name, ranges }) => ({ name: name.en, ranges })),
    },
  };
}

/** A version as a picture, with the sentence of each charge. */
export default function Rate({ loaderData: { page, shown, drafts, mayWrite } }: Route.ComponentProps) {
  const inForce = page.versions.find((version) => version.status === "published" && version.effectiveOn <= page.today)?.version;
  return (
    <Page title={page.name} intro={<Row><span>{commodityName(page.commodity)}</span><span>{className(page.customerClass)}</span>{shown ? <span>Version {shown.version}, from <DateText date={shown.effectiveOn} /></span> : null}{shown && shown.version === inForce ? <Badge tone="good">Counts today</Badge> : null}</Row>}
      back={{ to: "/staff/rates", label: "Rates" }} actions={mayWrite ? <ButtonLink to={`/staff/rates/drafts/new?of=${encodeURIComponent(page.scheduleId)}`} icon="plus">New version</ButtonLink> : null}>
      {drafts.length > 0 ? <Card title="In the making" flush><Drafts drafts={drafts} /></Card> : null}
      <Columns aside={<>
        <Card title="Versions" flush>
          <Table caption="Versions, newest first" narrow="keep" rows={page.versions} rowKey={(row) => String(row.version)} rowTo={(row) => `?version=${row.version}`} rowCurrent={(row) => row.version === shown?.version}
            columns={[
              { key: "version", head: "Version", main: true, cell: (row) => row.version },
              { key: "from", head: "Counts from", cell: (row) => <DateText date={row.effectiveOn} form="day" /> },
              { key: "state", head: <span className="unseen">State</span>, cell: (row) => (row.version === inForce ? <Badge tone="good">Today</Badge> : row.effectiveOn > page.today ? <Badge tone="info">To come</Badge> : "") },
            ]} />
        </Card>
        {shown ? (
          <Card title="About">
            <DescriptionList lines facts={[
              ...shown.seasons.map((season) => ({ term: season.name, value: season.ranges.map((range) => `${range.from} to ${range.to}`).join(", ") })),
              { term: "Rounded", value: shown.rounding.at === "total" ? "Once, at the total" : shown.rounding.at === "step" ? "Each step of a line" : "Each line" },
              ...(shown.source ? [{ term: "Published in", value: shown.source }] : []),
            ]} />
            <p className="small soft">Document <code className="break">{shown.documentHash.slice(0, 16)}</code></p>
          </Card>
        ) : null}
      </>}>
        {shown ? (
          <RateShown charges={shown.charges} steps={shown.steps} weeks={shown.weeks} />
        ) : <Card><EmptyState icon="rates" title="No version has been published">Services on this rate cannot be billed until one is.</EmptyState></Card>}
      </Columns>
      <p className="small soft">Amounts are exact: a bill shows each line with its arithmetic. <Link to="/staff/bills">Bills</Link></p>
    </Page>
  );
}
