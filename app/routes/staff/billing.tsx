import { Link } from "react-router";
import type { Route } from "./+types/billing";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { cyclesPage, type CycleRow, type RunSummary } from "../../../worker/operations/billing.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { runPath } from "./runs.tsx";
import { atWork } from "./staff.server.ts";
import { runState } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Bill cycles" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:billing:any");
  return { page: await answering(() => cyclesPage(world, actor)), mayRun: may(actor, "run:billing:any") };
}

/** Which cycle is billed when, and how the runs went. */
export default function Billing({ loaderData: { page, mayRun } }: Route.ComponentProps) {
  return (
    <Page title="Bill cycles" intro={<>A run starts by itself on the morning after a cycle closes. Today is <DateText date={page.today} />. <Link to="/staff/billing/unbilled">Who is not billed</Link></>}>
      <Card title="Cycles" flush>
        <Table<CycleRow> caption="Bill cycles" rows={page.cycles} rowKey={(row) => row.cycleId} rowTo={(row) => (row.run ? runPath(row.run.runId) : mayRun ? newRunPath(row) : "/staff/settings/cycles")}
          empty={<EmptyState icon="cycle" title="No bill cycle yet" action={<ButtonLink to="/staff/settings/cycles">Add a cycle</ButtonLink>}>Without one nobody can be billed.</EmptyState>}
          columns={[
            { key: "name", head: "Cycle", main: true, cell: (row) => row.name },
            { key: "accounts", head: "Accounts", numeric: true, cell: (row) => formatCount(row.accounts) },
            { key: "closed", head: "Closed", cell: (row) => <DateText date={row.lastClose} /> },
            { key: "state", head: "Its run", cell: (row) => <CycleState row={row} /> },
            { key: "due", head: "Not billed yet", numeric: true, cell: (row) => formatCount(row.due) },
            { key: "next", head: "Next close", cell: (row) => <DateText date={row.nextClose} /> },
            ...(mayRun ? [{ key: "start", head: <span className="unseen">Start</span>, cell: (row: CycleRow) => (row.due > 0 && row.run === null ? <Link className="over-row" to={newRunPath(row)}>Start a run</Link> : "") }] : []),
          ]} />
      </Card>
      <Card title="Runs" flush>
        <Table<RunSummary> caption="Bill runs, newest first" rows={page.runs} rowKey={(row) => row.runId} rowTo={(row) => runPath(row.runId)} rowTone={(row) => (row.failed > 0 ? "bad" : undefined)}
          empty={<EmptyState icon="cycle" title="No runs yet">Each run is listed here with what it billed and what it held.</EmptyState>}
          columns={[
            { key: "cycle", head: "Cycle", main: true, cell: (row) => <>{row.cycleId}, to <DateText date={row.periodTo} form="day" /></> },
            { key: "state", head: "State", cell: (row) => <Badge tone={runState(row.status).tone}>{runState(row.status).name}</Badge> },
            { key: "started", head: "Started", cell: (row) => <TimeText at={row.startedAt} form="full" /> },
            { key: "billed", head: "Billed", numeric: true, cell: (row) => formatCount(row.billed) },
            { key: "held", head: "Held", numeric: true, cell: (row) => formatCount(row.held) },
            { key: "failed", head: "Failed", numeric: true, cell: (row) => (row.failed > 0 ? <Badge tone="bad">{formatCount(row.failed)}</Badge> : "0") },
          ]} />
      </Card>
    </Page>
  );
}

const newRunPath = (row: CycleRow): string => `/staff/billing/runs/new?${new URLSearchParams({ cycle: row.cycleId })}`;

function CycleState({ row: { run, due } }: { row: CycleRow }) {
  if (!run) return due > 0 ? <Badge tone="info">Not started</Badge> : <span className="soft">Nothing to bill</span>;
  if (run.status === "running") return <Badge tone="info" icon="pending">Running</Badge>;
  return run.held + run.failed > 0 ? <Badge tone="warn">{formatCount(run.held + run.failed)} held</Badge> : <Badge tone="good">Finished</Badge>;
}
