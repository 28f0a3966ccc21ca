import { useEffect, useMemo } from "react";
import { useRevalidator } from "react-router";
import type { Route } from "./+types/board";
import { formatDollars } from "../../../domain/money/cents.ts";
import { boardPage } from "../../../worker/operations/board.ts";
import { actorNames } from "../../../worker/operations/actors.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Grid, Columns, Page } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Stat } from "../../components/stat.tsx";
import { requestContext } from "../../context.ts";
import { formatCount } from "../../format/quantities.ts";
import type { BoardLive } from "../../live/state.ts";
import { useBoardLive } from "../../live/use-live.ts";
import { answering } from "../../session.server.ts";
import { EventTimeline } from "./feed.tsx";
import { useFrame } from "./frame.ts";
import { isRunning, RunBar } from "./runs.tsx";
import { atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Board" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:board:any");
  const page = await answering(() => boardPage(asked.context.get(requestContext), actor));
  return { ...page, feed: page.feed.toReversed(), names: await answering(() => actorNames(world.port, page.feed.map((item) => item.actor))) };
}

/** As many as are read at a glance; older ones are in the log. */
const FEED_SHOWN = 20;

/** What needs a person, what flows, what runs, what happened: counted on the server, kept current by the socket. */
export default function Board({ loaderData }: Route.ComponentProps) {
  const { waiting, names } = loaderData;
  const from = useMemo((): BoardLive => ({ position: loaderData.position, board: loaderData.board, feed: loaderData.feed, runs: loaderData.runs }), [loaderData]);
  const { board, feed, runs, connection } = useBoardLive(from);
  useFrame({ connection });
  useCountedAgain(feed, loaderData.position);
  const day = `day=${board.day}`;
  const running = runs.filter(isRunning);
  const rest = runs.filter((run) => !isRunning(run)).slice(0, 3);
  return (
    <Page title="Board" intro={<DateText date={board.day} />}>
      <section className="board-part" aria-labelledby="needs">
        <h2 id="needs">Needs a person</h2>
        <Grid min="figure">
          <Needs to="/staff/exceptions" label="Exceptions" value={board.exceptionsOpen} />
          <Needs to="/staff/exceptions?kind=billing" label="Held bills" value={waiting.heldBills} />
          <Needs to="/staff/billing/unbilled" label="Not billed" value={waiting.unbilled} tone="bad" />
          <Needs to="/staff/requests" label="Requests" value={board.requests} tone="info" />
          <Needs to="/staff/messages" label="Messages not sent" value={waiting.parkedMessages} tone="bad" />
          <Needs to="/staff/alerts" label="Leaks and high usage" value={waiting.alerts} tone="info" />
          {waiting.proposals > 0 ? <Needs to="/staff/settings" label="Changes to approve" value={waiting.proposals} tone="info" /> : null}
          <Needs to="/staff/gateways" label="Silent gateways" value={waiting.silentGateways} tone="bad" />
        </Grid>
      </section>
      <section className="board-part" aria-labelledby="flows">
        <h2 id="flows">Today</h2>
        <Grid min="small">
          <Stat to={`/staff/reads?${day}`} label="Reads" value={<LiveValue value={board.reads}>{formatCount(board.reads)}</LiveValue>}
            note={`${formatCount(board.readBatches)} ${board.readBatches === 1 ? "batch" : "batches"}${board.readExceptions > 0 ? `, ${formatCount(board.readExceptions)} in doubt` : ""}`} />
          <Stat to={`/staff/bills?${day}`} label="Bills" value={<LiveValue value={board.bills}>{formatCount(board.bills)}</LiveValue>} note={formatDollars(board.billed)} />
          <Stat to={`/staff/payments?${day}`} label="Payments" value={<LiveValue value={board.payments} announce={`Payments today: ${board.payments}`}>{formatCount(board.payments)}</LiveValue>} note={formatDollars(board.paid)} />
        </Grid>
      </section>
      <Columns aside={
        <Card title="Bill runs" action={<a href="/staff/billing">All cycles</a>}>
          {runs.length === 0 ? <EmptyState icon="cycle" title="No runs yet">A run starts by itself when a bill cycle closes.</EmptyState> : [...running, ...rest].map((run) => <RunBar key={run.runId} run={run} />)}
        </Card>
      }>
        <Card title="As it happens">
          {feed.length === 0
            ? <EmptyState icon="log" title="Nothing has happened yet">Reads, bills, payments and everything that people do appear here at the moment they happen.</EmptyState>
            : <EventTimeline label="Events" names={names} where events={feed.slice(0, FEED_SHOWN).map((item) => ({ ...item, key: String(item.position), fresh: item.position > loaderData.position }))} />}
        </Card>
      </Columns>
    </Page>
  );
}

/** Events after which something else waits for a person: what the push does not count is loaded again. */
const CHANGES_WAITING: ReadonlySet<string> = new Set(["BillRunFinished", "ExceptionOpened", "ExceptionDecided", "ExceptionClosed", "SettingProposed", "SettingApproved", "SettingRejected", "SettingWithdrawn", "GatewayCreated", "GatewayRevoked", "RequestOpened", "RequestAdvanced", "UsageAlertRaised", "UsageAlertEnded"]);

function useCountedAgain(feed: BoardLive["feed"], loaded: number): void {
  const { revalidate } = useRevalidator();
  const changed = feed.find((item) => item.position > loaded && CHANGES_WAITING.has(item.type))?.position;
  useEffect(() => {
    if (changed !== undefined) void revalidate();
  }, [changed, revalidate]);
}

function Needs({ to, label, value, tone = "warn" }: { to: string; label: string; value: number; tone?: "info" | "warn" | "bad" }) {
  return <Stat to={to} label={label} value={<LiveValue value={value} announce={`${label}: ${value}`}>{formatCount(value)}</LiveValue>} tone={value > 0 ? tone : "plain"} />;
}
