import { redirect } from "react-router";
import type { Route } from "./+types/search";
import { search, type Found } from "../../../worker/operations/accounts.ts";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { Icon, type IconName } from "../../components/icons.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";
import { plainWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.query ? `Search: ${loaderData.query}` : "Search" }];

/** A single hit needs no list: it is opened. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const query = (asked.url.searchParams.get("q") ?? "").trim();
  const found = query === "" ? [] : await answering(() => search(world, actor, query));
  const exact = found.filter(({ id, title }) => [id, title].some((text) => text.toLowerCase() === query.toLowerCase()));
  const only = found.length === 1 ? found[0] : exact.length === 1 ? exact[0] : undefined;
  if (only) throw redirect(pageOf(only));
  return { query, found };
}

const PAGES: Readonly<Record<string, { readonly icon: IconName; readonly path: string }>> = {
  account: { icon: "people", path: "/staff/accounts/" },
  premise: { icon: "place", path: "/staff/premises/" },
  meter: { icon: "meter", path: "/staff/meters/" },
  bill: { icon: "bill", path: "/staff/bills/" },
};

function pageOf({ kind, id, accountId }: Pick<Found, "kind" | "id" | "accountId">): string {
  const page = PAGES[kind];
  return page ? page.path + encodeURIComponent(id) : accountId ? `/staff/accounts/${encodeURIComponent(accountId)}` : "/staff";
}

/** What was found beyond its name and number: mostly where it is. */
function moreOf({ body, title, id, accountId }: Found): string {
  const said = new Set([id, accountId ?? "", title]);
  return body.replace(title, "").split(" ").filter((word) => word !== "" && !said.has(word) && !word.includes("@")).join(" ");
}

export default function Search({ loaderData: { query, found } }: Route.ComponentProps) {
  if (found.length === 0) {
    return (
      <Page title="Search">
        <Card>
          <EmptyState icon="search" title={query ? `Nothing was found for “${query}”` : "Search for anything"} action={<ButtonLink to="/staff/accounts">All accounts</ButtonLink>}>
            A name, an address, an account number, a meter's badge or a bill's number. The beginnings of words are enough.
          </EmptyState>
        </Card>
      </Page>
    );
  }
  return (
    <Page title={`Search: ${query}`} intro={found.length === 25 ? "The best 25. More words find fewer." : `${found.length} found`}>
      <Card flush>
        <Table caption={`Found for ${query}`} rows={found} rowKey={(row) => `${row.kind} ${row.id}`} rowTo={pageOf} columns={[
          { key: "title", head: "What", main: true, cell: (row) => <span className="keyed"><Icon name={PAGES[row.kind]?.icon ?? "document"} />{row.title}</span> },
          { key: "kind", head: "Kind", cell: (row) => plainWord(row.kind) },
          { key: "id", head: "Number", cell: (row) => <span className="num">{row.kind === "account" ? row.id : row.kind === "bill" ? row.accountId : ""}</span> },
          { key: "body", head: "More", cell: (row) => <span className="soft">{moreOf(row)}</span> },
        ]} />
      </Card>
    </Page>
  );
}
