import type { Route } from "./+types/meters";
import { METER_STATES, isMeterState } from "../../../domain/lifecycle/meter.ts";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { stockPage, type StockMeter } from "../../../worker/operations/meter-stock.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Grid, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Stat } from "../../components/stat.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { atWork } from "./staff.server.ts";
import { commodityName, plainWord } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Meters" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const { searchParams } = asked.url;
  const wanted = searchParams.get("state") ?? "";
  const state = isMeterState(wanted) ? wanted : "inStock";
  const after = searchParams.get("after") ?? "";
  return { page: await answering(() => stockPage(world, actor, state, after)), state, first: after === "", mayEdit: may(actor, "edit:meter:any") };
}

const HOW: Readonly<Record<string, string>> = { register: "Register", interval: "Intervals" };

/** Every meter that the utility owns, by where it is. */
export default function Meters({ loaderData: { page, state, first, mayEdit } }: Route.ComponentProps) {
  const { counts, rows, after } = page;
  return (
    <Page title="Meters" intro="Ordered, in stock, installed, taken off, on the test bench, retired."
      actions={mayEdit ? <ButtonLink to="/staff/meters/new" kind="primary" icon="plus">Enter a new meter</ButtonLink> : null}>
      <AnswerNotice />
      <Grid min="small">
        {METER_STATES.map((each) => <Stat key={each} to={`?state=${each}`} label={plainWord(each)} value={formatCount(counts[each])} tone={each === state ? "info" : "plain"} />)}
      </Grid>
      <Card title={plainWord(state)} flush>
        <Table<StockMeter> caption={`Meters: ${plainWord(state).toLowerCase()}`} rows={rows} rowKey={(row) => row.meterId} rowTo={(row) => `/staff/meters/${encodeURIComponent(row.meterId)}`}
          empty={<EmptyState icon="meter" title="None">No meter is there now.</EmptyState>}
          columns={[
            { key: "badge", head: "Meter", main: true, cell: (row) => row.badge },
            { key: "commodity", head: "Measures", cell: (row) => commodityName(row.commodity) },
            { key: "how", head: "By", cell: (row) => (row.kinds ?? "").split(",").map((kind) => HOW[kind] ?? kind).join(", ") },
            { key: "size", head: "Size", cell: (row) => row.size ?? "" },
            { key: "maker", head: "Maker", extra: true, cell: (row) => row.manufacturer ?? "" },
            { key: "test", head: "Last test", cell: (row) => (row.lastTest ? <><DateText date={row.lastTest} form="day" /> <Badge tone={row.passed === 1 ? "good" : "bad"}>{row.passed === 1 ? "Passed" : "Failed"}</Badge></> : <span className="soft">None</span>) },
          ]} />
        <Pagination label="Meters" newerLabel="First page" olderLabel="Next" newer={first ? undefined : `?state=${state}`} older={after === null ? undefined : `?${new URLSearchParams({ state, after })}`} />
      </Card>
    </Page>
  );
}
