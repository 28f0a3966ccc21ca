import { useSearchParams } from "react-router";
import type { Route } from "./+types/accounts";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { listAccounts, type AccountList, type AccountListed } from "../../../worker/operations/lists.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { Choices } from "./choices.tsx";
import { atWork } from "./staff.server.ts";
import { className } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Accounts" }];

const LISTS: Readonly<Record<AccountList, { readonly name: string; readonly none: string }>> = {
  all: { name: "All", none: "No account has been opened yet" },
  owing: { name: "Owe something", none: "Nobody owes anything" },
  credit: { name: "In credit", none: "No account is in credit" },
  holds: { name: "On hold", none: "No account is on hold" },
};

const isList = (text: string | null): text is AccountList => text !== null && Object.hasOwn(LISTS, text);

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const { searchParams } = asked.url;
  const asks = searchParams.get("list");
  const list = isList(asks) ? asks : "all";
  const page = await answering(() => listAccounts(world, actor, list, searchParams.get("after") ?? ""));
  return { list, page, first: !searchParams.get("after"), mayOpen: may(actor, "open:account:any") };
}

export default function Accounts({ loaderData: { list, page, first, mayOpen } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  const open = mayOpen ? <ButtonLink to="/staff/accounts/new" kind="primary" icon="plus">Open an account</ButtonLink> : null;
  return (
    <Page title="Accounts" actions={open}>
      <Choices label="Which accounts" name="list" chosen={list} choices={(Object.keys(LISTS) as AccountList[]).map((value) => ({ value, label: LISTS[value].name }))} search={search} />
      <Card flush>
        <Table<AccountListed> caption="Accounts by number" rows={page.rows} rowKey={(row) => row.accountId} rowTo={(row) => `/staff/accounts/${encodeURIComponent(row.accountId)}`}
          empty={<EmptyState icon="people" title={LISTS[list].none} action={list === "all" ? open : undefined}>{list === "all" ? "Accounts are listed here by their number." : undefined}</EmptyState>}
          columns={[
            { key: "name", head: "Name", main: true, cell: (row) => row.name },
            { key: "number", head: "Number", cell: (row) => <span className="num">{row.accountId}</span> },
            { key: "mail", head: "Mail goes to", cell: (row) => row.mailing },
            { key: "class", head: "Class", extra: true, cell: (row) => className(row.customerClass) },
            { key: "cycle", head: "Cycle", extra: true, cell: (row) => row.billCycle },
            { key: "state", head: "State", cell: (row) => (row.holds > 0 ? <Badge tone="warn">On hold</Badge> : "") },
            { key: "balance", head: "Balance", numeric: true, cell: (row) => <Money cents={row.balance} ledger /> },
          ]} />
        <Pagination label="Accounts" newerLabel="First page" olderLabel="Next" newer={first ? undefined : `?list=${list}`} older={page.older === null ? undefined : `?${new URLSearchParams({ list, after: page.older })}`} />
      </Card>
    </Page>
  );
}
