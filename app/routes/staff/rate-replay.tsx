import { useEffect } from "react";
import { useRevalidator } from "react-router";
import type { Route } from "./+types/rate-replay";
import { perMilleChange } from "../../../domain/billing/what-if.ts";
import { replayPage, type AccountEffect, type ClassEffect, type ZipEffect } from "../../../worker/operations/rate-draft-pages.ts";
import { ChangeBands } from "../../charts/change-bands.tsx";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { Columns, Grid, Page, Row } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { ProgressBar } from "../../components/progress.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { atWork } from "./staff.server.ts";
import { className } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `${loaderData.page.draft.name}, over the past year` : "Run of a draft" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:rates:any");
  const page = await answering(() => replayPage(world, actor, asked.params.replayId));
  if (!page) throw refused(404, "There is no such run.");
  return { page };
}

/** How often a page looks while the run goes on; a page without scripts is loaded again by its reader. */
const LOOK_MS = 1_500;

function useFollow(running: boolean): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    if (!running || state !== "idle") return;
    const timer = setTimeout(() => void revalidate(), LOOK_MS);
    return () => clearTimeout(timer);
  }, [running, state, revalidate]);
}

/** "+3.4%"; a dash where there was nothing before. */
function changeText(before: number, after: number): string {
  const change = perMilleChange(before, after);
  if (change === null) return "–";
  const tenths = Math.abs(change);
  return `${change > 0 ? "+" : change < 0 ? "−" : ""}${Math.floor(tenths / 10)}.${tenths % 10}%`;
}

/** What a draft would have done to everybody: revenue by class, how many by how much, and who most. */
export default function RateReplay({ loaderData: { page } }: Route.ComponentProps) {
  const { draft, replay, classes, zips, bands, losers, unpriced } = page;
  const running = replay.status === "running";
  useFollow(running);
  const [before, after] = classes.reduce(([was, is], each) => [was + each.before, is + each.after], [0, 0]);
  return (
    <Page title={`${draft.name}, over the past year`} back={{ to: `/staff/rates/drafts/${encodeURIComponent(draft.id)}`, label: "The draft" }}
      intro={<Row>{running ? <Badge tone="info" icon="pending">Running</Badge> : replay.current ? <Badge tone="good">The draft as it is now</Badge> : <Badge tone="warn">The draft has changed since</Badge>}<span>Bills that ended after <DateText date={replay.fromOn} /> and up to <DateText date={replay.toOn} /></span>{replay.finishedAt ? <span>done <TimeText at={replay.finishedAt} form="full" /></span> : null}</Row>}>
      {running ? <Card><ProgressBar label="Accounts" done={replay.done} total={replay.accounts} note="The figures below are of the accounts that are done." /></Card> : null}
      {unpriced.segments > 0 ? (
        <Notice tone="warn" title={`${formatCount(unpriced.segments)} services of bills cannot be priced by this draft`}>
          <p>They are in none of the sums. The reasons, the most frequent first:</p>
          <ul>{unpriced.reasons.map(({ reason, accounts }) => <li key={reason}>{reason} <span className="soft">{formatCount(accounts)} accounts</span></li>)}</ul>
        </Notice>
      ) : null}
      {classes.length === 0 ? (running ? null : <Card><EmptyState icon="rates" title="No bill of the past year is on this rate">There is nothing to compare.</EmptyState></Card>) : (
        <>
          <Grid>
            <Card title="A year of revenue"><Money cents={after} size="display" /><p className="soft"><Money cents={before} /> as billed, {changeText(before, after)}</p></Card>
            <Card title="Pay more"><p className="display num">{formatCount(zips.reduce((sum, { more }) => sum + more, 0))}</p><p className="soft">of {formatCount(classes.reduce((sum, { accounts }) => sum + accounts, 0))} accounts</p></Card>
          </Grid>
          <Columns aside={<Card title="By ZIP code" flush>
            <Table<ZipEffect> caption="Places, those that pay most more first" narrow="keep" rows={zips} rowKey={(row) => row.zip} columns={[
              { key: "zip", head: "ZIP", main: true, cell: (row) => <span className="num">{row.zip}</span> },
              { key: "more", head: "Pay more", numeric: true, cell: (row) => `${formatCount(row.more)} of ${formatCount(row.accounts)}` },
              { key: "change", head: "Change", numeric: true, cell: (row) => changeText(row.before, row.after) },
            ]} />
          </Card>}>
            <Card title="Revenue by class" flush>
              <Table<ClassEffect> caption="Revenue of a year by class" rows={classes} rowKey={(row) => row.customerClass} columns={[
                { key: "class", head: "Class", main: true, cell: (row) => className(row.customerClass) },
                { key: "accounts", head: "Accounts", numeric: true, cell: (row) => formatCount(row.accounts) },
                { key: "before", head: "As billed", numeric: true, cell: (row) => <Money cents={row.before} ledger /> },
                { key: "after", head: "Under the draft", numeric: true, cell: (row) => <Money cents={row.after} ledger /> },
                { key: "change", head: "Change", numeric: true, cell: (row) => changeText(row.before, row.after) },
              ]} />
            </Card>
            <Card title="Who by how much" flush><ChangeBands bands={bands} caption="Accounts by the change of a year's bills" /></Card>
            {losers.map(({ customerClass, accounts }) => (
              <Card key={customerClass} title={`${className(customerClass)}: who pays most more`} flush>
                <Table<AccountEffect> caption={`Accounts of the class ${className(customerClass)} that would have paid most more`} rows={accounts} rowKey={(row) => row.accountId} rowTo={(row) => accountPath(row.accountId)} columns={[
                  { key: "name", head: "Account", main: true, cell: (row) => <>{row.name} <span className="soft num">{row.accountId}</span></> },
                  { key: "zip", head: "ZIP", extra: true, cell: (row) => <span className="num">{row.zip}</span> },
                  { key: "before", head: "As billed", numeric: true, cell: (row) => <Money cents={row.before} ledger /> },
                  { key: "after", head: "Under the draft", numeric: true, cell: (row) => <Money cents={row.after} ledger /> },
                  { key: "more", head: "More", numeric: true, cell: (row) => <Money cents={row.after - row.before} ledger /> },
                ]} />
              </Card>
            ))}
          </Columns>
        </>
      )}
    </Page>
  );
}
