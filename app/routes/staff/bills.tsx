import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/bills";
import { billsOfRun, listBills, type BillListed } from "../../../worker/operations/lists.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { withParams } from "./choices.tsx";
import { DayIntro, dayOf } from "./day-head.tsx";
import { runPath } from "./runs.tsx";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Bills" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:bill:any");
  const { searchParams } = asked.url;
  const [runId, day, before] = [searchParams.get("run"), dayOf(searchParams), searchParams.get("before")];
  if (runId !== null) return { runId, day: null, before, page: await answering(() => billsOfRun(world, actor, runId, before ?? "")), today: "" };
  const { today, ...page } = await answering(() => listBills(world, actor, { day, before }));
  return { runId, day, before, page, today };
}

export default function Bills({ loaderData: { runId, day, before, page, today } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  return (
    <Page title="Bills" intro={runId ? <>Of the run <Link to={runPath(runId)}>{runId}</Link>, by account. <Link to="?">All bills</Link></> : <DayIntro day={day} today={today} />}>
      <Card flush>
        <Table<BillListed> caption="Bills" rows={page.rows} rowKey={(row) => row.id} rowTo={(row) => `/staff/bills/${encodeURIComponent(row.id)}`}
          empty={<EmptyState icon="bill" title={day === null ? "No bills yet" : "No bills of this day"}>A bill run makes them, the morning after a cycle closes.</EmptyState>}
          columns={[
            { key: "number", head: "Bill", main: true, cell: (row) => <span className="num">{row.number}</span> },
            { key: "who", head: "Customer", cell: (row) => row.name ?? row.accountId },
            { key: "account", head: "Account", extra: true, cell: (row) => <span className="num">{row.accountId}</span> },
            { key: "on", head: "Date", cell: (row) => <DateText date={row.issuedOn} form="day" /> },
            { key: "due", head: "Due", cell: (row) => <DateText date={row.dueOn} form="day" /> },
            { key: "charges", head: "Charges", numeric: true, cell: (row) => <Money cents={row.charges} ledger /> },
            { key: "balance", head: "Total due", numeric: true, cell: (row) => <Money cents={row.balance} ledger /> },
          ]} />
        <Pagination label="Bills" newerLabel={runId ? "First page" : "Newest"} olderLabel={runId ? "Next" : "Older"} newer={before ? withParams(search, { before: null }) : undefined} older={page.older ? withParams(search, { before: page.older }) : undefined} />
      </Card>
    </Page>
  );
}
