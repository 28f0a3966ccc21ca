import { useSearchParams } from "react-router";
import type { Route } from "./+types/requests";
import { listRequests, type RequestListed } from "../../../worker/operations/requests.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { Choices } from "./choices.tsx";
import { atWork } from "./staff.server.ts";
import { requestKindName, requestState } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Requests" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:request:any");
  const closed = asked.url.searchParams.get("show") === "closed";
  return { closed, requests: await answering(() => listRequests(world, actor, closed)) };
}

const WORDS_SHOWN = 90;
const shortened = (text: string): string => (text.length > WORDS_SHOWN ? `${text.slice(0, WORDS_SHOWN).trimEnd()}…` : text);

export default function Requests({ loaderData: { closed, requests } }: Route.ComponentProps) {
  const [search] = useSearchParams();
  return (
    <Page title="Requests" intro={closed ? "Closed lately, newest first." : "Open ones, oldest first: whoever waits longest is on top."}>
      <Choices label="Which requests" name="show" chosen={closed ? "closed" : "open"} search={search} choices={[{ value: "open", label: "Open" }, { value: "closed", label: "Closed" }]} />
      <Card flush>
        <Table<RequestListed> caption="Requests" rows={requests} rowKey={(row) => row.id} rowTo={(row) => `/staff/requests/${encodeURIComponent(row.id)}`}
          empty={<EmptyState icon="request" title={closed ? "None has been closed yet" : "No request is open"}>Requests come from the portal, and from the account's page when somebody calls.</EmptyState>}
          columns={[
            { key: "kind", head: "About", main: true, cell: (row) => requestKindName(row.kind) },
            { key: "who", head: "Customer", cell: (row) => <>{row.name} <span className="soft num">{row.accountId}</span></> },
            { key: "words", head: "In their words", long: true, cell: (row) => <span className="soft">{shortened(row.text)}</span> },
            { key: "since", head: closed ? "Closed" : "Since", cell: (row) => <TimeText at={closed ? row.changedAt : row.openedAt} /> },
            { key: "state", head: "State", cell: (row) => <Badge tone={requestState(row.status).tone}>{requestState(row.status).name}</Badge> },
          ]} />
      </Card>
    </Page>
  );
}
