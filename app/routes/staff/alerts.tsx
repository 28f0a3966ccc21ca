import type { Route } from "./+types/alerts";
import { ALERT_KINDS, type AlertKind } from "../../../domain/metering/index.ts";
import { runningAlerts, type RunningAlert } from "../../../worker/operations/alerts.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Grid, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Stat } from "../../components/stat.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount, formatQuantity } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";
import { alertName, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Usage alerts" }];

/** `?kind=` shows one kind, `?after=` the next page. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:usage:any");
  const { searchParams } = asked.url;
  const kind = ALERT_KINDS.find((each) => each === searchParams.get("kind")) ?? null;
  const after = searchParams.get("after");
  return { kind, first: after === null, page: await answering(() => runningAlerts(world, actor, kind, after)) };
}

const search = (kind: AlertKind | null, after?: string): string => `?${new URLSearchParams({ ...(kind && { kind }), ...(after && { after }) })}`;

/** What runs at customers' places and has been told to them, the longest first. */
export default function Alerts({ loaderData: { kind, first, page: { items, counts, next } } }: Route.ComponentProps) {
  return (
    <Page title="Usage alerts" back={{ to: "/staff", label: "Board" }} intro="What runs now at customers' places. It is told to them when their meter shows it, and is over by itself when the meter shows that too.">
      <Grid min="figure">
        {ALERT_KINDS.map((each) => <Stat key={each} to={search(each === kind ? null : each)} label={alertName(each)} value={formatCount(counts[each])} tone={counts[each] > 0 ? "warn" : "plain"} />)}
      </Grid>
      <Card flush title={kind === null ? undefined : alertName(kind)}>
        <Table<RunningAlert> caption="Alerts that run" rows={items} rowKey={(row) => row.id} rowTo={(row) => (row.accountId === null ? `/staff/meters/${encodeURIComponent(row.meterId)}` : `/staff/accounts/${encodeURIComponent(row.accountId)}`)}
          empty={<EmptyState icon="good" title="Nothing runs">No meter shows flow without a pause, and nobody is far above what they usually use.</EmptyState>}
          columns={[
            { key: "name", head: "Customer", main: true, cell: (row) => <>{row.name ?? "Nobody's"}{row.accountId === null ? null : <> <span className="soft num">{row.accountId}</span></>}<span className="row-more">{row.address}</span></> },
            { key: "what", head: "What", cell: (row) => <><Badge tone="warn">{alertName(row.kind)}</Badge><div className="small soft">{commodityName(row.commodity)}, meter {row.badge}</div></> },
            { key: "since", head: "Since", cell: (row) => <TimeText at={row.startedAt} form="full" /> },
            { key: "hour", head: "An hour, at least", numeric: true, cell: (row) => (row.kind === "leak" || row.kind === "burst" ? formatQuantity("en", row.perHour, row.unit) : "–") },
            { key: "usage", head: "So far", numeric: true, cell: (row) => (row.kind === "freeze" ? "Nothing" : row.kind === "high" ? `${formatQuantity("en", row.usage, row.unit)} a day` : formatQuantity("en", row.usage, row.unit)) },
            { key: "known", head: "Answered", cell: (row) => (row.acknowledgedAt === null ? <span className="soft">Not yet</span> : <TimeText at={row.acknowledgedAt} />) },
          ]} />
        <Pagination label="Alerts" newerLabel="First page" olderLabel="Next" newer={first ? undefined : search(kind)} older={next === null ? undefined : search(kind, next)} />
      </Card>
    </Page>
  );
}
