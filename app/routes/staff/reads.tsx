import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/reads";
import { listBatches, type BatchListed } from "../../../worker/operations/lists.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { withParams } from "./choices.tsx";
import { DayIntro, dayOf } from "./day-head.tsx";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Reads" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const { searchParams } = asked.url;
  const [day, before] = [dayOf(searchParams), searchParams.get("before")];
  return { day, before, page: await answering(() => listBatches(world, actor, { day, before })) };
}

const count = (row: BatchListed, kind: string) => formatCount(row.counts[kind] ?? 0);

/** What gateways posted, batch by batch, and what became of it. */
export default function Reads({ loaderData: { day, before, page } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  return (
    <Page title="Reads" intro={<DayIntro day={day} today={page.today} />} actions={<ButtonLink to="arrivals" icon="usage">What arrived, by hour</ButtonLink>}>
      <Card flush>
        <Table<BatchListed> caption="Batches, newest first" rows={page.rows} rowKey={(row) => row.id}
          empty={<EmptyState icon="meter" title={day === null ? "No reads have arrived yet" : "No reads arrived on this day"} action={<Link to="/staff/gateways">Gateways</Link>}>A gateway posts reads in batches; each is listed here with what became of it.</EmptyState>}
          columns={[
            { key: "at", head: "Received", main: true, cell: (row) => <TimeText at={row.receivedAt} form="full" /> },
            { key: "gateway", head: "Gateway", cell: (row) => row.gateway ?? row.gatewayId },
            { key: "reads", head: "Reads", numeric: true, cell: (row) => formatCount(row.reads) },
            { key: "accepted", head: "Accepted", numeric: true, cell: (row) => count(row, "accepted") },
            { key: "duplicate", head: "Known already", numeric: true, extra: true, cell: (row) => count(row, "duplicate") },
            { key: "exception", head: "In doubt", numeric: true, cell: (row) => ((row.counts["exception"] ?? 0) > 0 ? <Badge tone="warn">{count(row, "exception")}</Badge> : "0") },
            { key: "rejected", head: "Rejected", numeric: true, cell: (row) => ((row.counts["rejected"] ?? 0) > 0 ? <Badge tone="bad">{count(row, "rejected")}</Badge> : "0") },
          ]} />
        <Pagination label="Batches" newerLabel="Newest" olderLabel="Older" newer={before ? withParams(search, { before: null }) : undefined} older={page.older ? withParams(search, { before: page.older }) : undefined} />
      </Card>
    </Page>
  );
}
