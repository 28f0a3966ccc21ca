import type { Route } from "./+types/unbilled";
import { unbilledPage, type UnbilledItem } from "../../../worker/operations/unbilled.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Grid, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Stat } from "../../components/stat.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";
import { commodityName, ruleName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Who is not billed" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:billing:any");
  const after = asked.url.searchParams.get("after") ?? "";
  return { page: await answering(() => unbilledPage(world, actor, after)), first: after === "" };
}

/** Everybody that runs have not come to. An alarm is raised within the hour, and closes itself with the bill. */
export default function Unbilled({ loaderData: { page, first } }: Route.ComponentProps) {
  const { counts, inUse, allowedDays, items, next } = page;
  return (
    <Page title="Who is not billed" back={{ to: "/staff/billing", label: "Bill cycles" }}
      intro={`Each hour every service in use is held against its bills. One without a bill for ${allowedDays} days is listed here until it has one.`}>
      <Grid min="small">
        <Stat to="/staff/accounts" label="Services in use" value={formatCount(inUse)} />
        <Stat to="#list" label={`Not billed for ${allowedDays} days`} value={formatCount(counts.services)} tone={counts.services > 0 ? "bad" : "plain"} />
        <Stat to="#list" label="Left when a window closed" value={formatCount(counts.accounts)} tone={counts.accounts > 0 ? "warn" : "plain"} />
      </Grid>
      <Card flush id="list">
        <Table<UnbilledItem> caption="Services and accounts without a bill" rows={items} rowKey={(row) => row.id} rowTo={(row) => `/staff/exceptions/${encodeURIComponent(row.id)}?kind=unbilled`}
          empty={<EmptyState icon="good" title="Everybody is billed">No service in use has gone without a bill for {allowedDays} days, and no window closed on an account without one.</EmptyState>}
          columns={[
            { key: "name", head: "Account", main: true, cell: (row) => <>{row.name} <span className="soft num">{row.accountId}</span></> },
            { key: "what", head: "What", cell: (row) => <><Badge tone={row.rule === "unbilled" ? "bad" : "warn"}>{ruleName("unbilled", row.rule)}</Badge>{row.commodity ? <div className="small soft">{commodityName(row.commodity)}{row.address ? `, ${row.address}` : ""}</div> : null}</> },
            { key: "why", head: "Why", long: true, cell: (row) => <span className="soft">{row.sentence}</span> },
            { key: "cycle", head: "Cycle", cell: (row) => row.cycleId },
            { key: "since", head: "Found", cell: (row) => <TimeText at={row.openedAt} form="full" /> },
          ]} />
        <Pagination label="Not billed" newerLabel="First page" olderLabel="Next" newer={first ? undefined : "?"} older={next === null ? undefined : `?after=${encodeURIComponent(next)}`} />
      </Card>
    </Page>
  );
}
