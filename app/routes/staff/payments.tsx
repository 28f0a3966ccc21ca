import { useSearchParams } from "react-router";
import type { Route } from "./+types/payments";
import { listPayments, type PaymentListed } from "../../../worker/operations/lists.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { withParams } from "./choices.tsx";
import { DayIntro, dayOf } from "./day-head.tsx";
import { atWork } from "./staff.server.ts";
import { channelName, tenderName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Payments" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const { searchParams } = asked.url;
  const [day, before] = [dayOf(searchParams), searchParams.get("before")];
  return { day, before, page: await answering(() => listPayments(world, actor, { day, before })) };
}

export default function Payments({ loaderData: { day, before, page } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  return (
    <Page title="Payments" intro={<DayIntro day={day} today={page.today} />}>
      <Card flush>
        <Table<PaymentListed> caption="Payments, newest first" rows={page.rows} rowKey={(row) => row.id} rowTo={(row) => accountPath(row.accountId, `/payments/${encodeURIComponent(row.id)}`)}
          empty={<EmptyState icon="pay" title={day === null ? "No payments yet" : "No payments on this day"}>Payments from the counter and the portal are listed here as they are posted.</EmptyState>}
          columns={[
            { key: "who", head: "From", main: true, cell: (row) => row.name ?? row.accountId },
            { key: "account", head: "Account", extra: true, cell: (row) => <span className="num">{row.accountId}</span> },
            { key: "at", head: "Posted", cell: (row) => <TimeText at={row.recordedAt} /> },
            { key: "how", head: "How", cell: (row) => tenderName(row.tender) },
            { key: "door", head: "Through", cell: (row) => (row.channel === "suspense" ? <Badge tone="warn">In suspense</Badge> : channelName(row.channel)) },
            { key: "state", head: "State", cell: (row) => (row.reversed ? <Badge tone="bad">Taken back</Badge> : "") },
            { key: "amount", head: "Amount", numeric: true, cell: (row) => <Money cents={row.amount} ledger /> },
          ]} />
        <Pagination label="Payments" newerLabel="Newest" olderLabel="Older" newer={before ? withParams(search, { before: null }) : undefined} older={page.older ? withParams(search, { before: page.older }) : undefined} />
      </Card>
    </Page>
  );
}
