import { useEffect, useMemo } from "react";
import { Link, useRevalidator, useSearchParams } from "react-router";
import type { Route } from "./+types/run";
import { may } from "../../../domain/lifecycle/permissions.ts";
import type { RunProgress } from "../../../domain/live/messages.ts";
import { actorNames } from "../../../worker/operations/actors.ts";
import { runPage, startBillRun, type HeldAccount } from "../../../worker/operations/billing.ts";
import { feedPlace } from "../../../worker/operations/board.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Grid, Page, Row, Stack } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Stat } from "../../components/stat.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import { formatCount } from "../../format/quantities.ts";
import type { BoardLive } from "../../live/state.ts";
import { useBoardLive } from "../../live/use-live.ts";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { useFrame } from "./frame.ts";
import { isRunning, RunBar, runPath } from "./runs.tsx";
import { answerForm, atWork } from "./staff.server.ts";
import { runState } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Run of cycle ${loaderData.page.run.cycleId}` : "Bill run" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:billing:any");
  const after = asked.url.searchParams.get("after") ?? "";
  // The place in the feed first: a run that ends after it is told to the page, one that ended before shows in what is read next.
  const live = await answering(() => feedPlace(asked.context.get(requestContext), actor));
  const page = await answering(() => runPage(world, actor, asked.params.runId, after));
  if (!page) throw refused(404, "There is no such run.");
  const names = await answering(() => actorNames(world.port, [page.run.startedBy]));
  return { page, first: after === "", live, by: names[page.run.startedBy], mayRun: may(actor, "run:billing:any"), commandId: newCommandId() };
}

/** Tries again what was held. */
export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "run:billing:any");
  const form = await asked.request.formData();
  const page = await answering(() => runPage(world, actor, asked.params.runId));
  if (!page) throw refused(404, "There is no such run.");
  const { cycleId, periodTo, runId } = page.run;
  return answerForm(form, () => startBillRun(world, actor, { commandId: textOf(form, "commandId"), cycleId, periodTo }), () => `${runPath(runId)}?did=run`);
}

/** A run as it goes: progress is pushed, and the lists are loaded again when it is done. */
export default function Run({ loaderData, actionData }: Route.ComponentProps) {
  const { page, by, first, mayRun, commandId } = loaderData;
  const run = useRunLive(loaderData);
  const [search] = useSearchParams();
  const { run: stored } = page;
  const running = isRunning(run);
  return (
    <Page title={`Run of cycle ${stored.cycleId}`} back={{ to: "/staff/billing", label: "Bill cycles" }}
      intro={<Row><Badge tone={runState(run.status).tone} icon={running ? "pending" : undefined}>{runState(run.status).name}</Badge><span>Up to <DateText date={stored.periodTo} /></span><span>Started <TimeText at={stored.startedAt} form="full" /> by {by}</span></Row>}
      actions={mayRun && page.canRetry && !running ? (
        <FormFrame className="action" state={null} commandId={commandId}><Submit kind="secondary" icon="cycle">Try the held ones again</Submit></FormFrame>
      ) : null}>
      {search.get("did") && running ? <AnswerNotice /> : null}
      {actionData?.errors.length ? <FormFrame state={actionData}>{null}</FormFrame> : null}
      <Card><RunBar run={run} link={false} /></Card>
      <Grid min="small">
        <Stat to={`/staff/bills?run=${encodeURIComponent(stored.runId)}`} label="Billed" value={<LiveValue value={run.billed}>{formatCount(run.billed)}</LiveValue>} note={running ? undefined : <Money cents={page.billed} />} />
        <Stat to="#held" label="Held for review" value={<LiveValue value={run.held}>{formatCount(run.held)}</LiveValue>} tone={run.held > 0 ? "warn" : "plain"} />
        <Stat to="#held" label="Failed" value={<LiveValue value={run.failed}>{formatCount(run.failed)}</LiveValue>} tone={run.failed > 0 ? "bad" : "plain"} />
      </Grid>
      {page.byRule.length > 0 ? (
        <Card title="Why bills were held" flush>
          <Table caption="Reasons, the most frequent first" rows={page.byRule} rowKey={(row) => row.rule} columns={[
            { key: "title", head: "Reason", main: true, cell: (row) => row.title },
            { key: "what", head: "What it means", long: true, cell: (row) => <span className="soft">{row.what}</span> },
            { key: "accounts", head: "Accounts", numeric: true, cell: (row) => formatCount(row.accounts) },
          ]} />
        </Card>
      ) : null}
      <Card title="Held accounts" flush id="held">
        <Table<HeldAccount> caption="Held accounts with their reasons" rows={page.held} rowKey={(row) => row.accountId} rowTo={(row) => accountPath(row.accountId)}
          empty={running ? <EmptyState icon="pending" title="The run is under way">What it holds is listed here when it is done.</EmptyState> : <EmptyState icon="good" title="Nothing was held" action={<ButtonLink to={`/staff/bills?run=${encodeURIComponent(stored.runId)}`}>See the bills</ButtonLink>}>Every account that was due is billed.</EmptyState>}
          columns={[
            { key: "name", head: "Account", main: true, cell: (row) => <>{row.name} <span className="soft num">{row.accountId}</span></> },
            { key: "why", head: "Why", long: true, cell: (row) => <Reasons row={row} /> },
          ]} />
        <Pagination label="Held accounts" newerLabel="First page" olderLabel="Next" newer={first ? undefined : "?"} older={page.more === null ? undefined : `?after=${encodeURIComponent(page.more)}`} />
      </Card>
    </Page>
  );
}

function Reasons({ row }: { row: HeldAccount }) {
  if (row.exceptions.length === 0) return <span className="soft">{row.reason ?? "It is tried again by itself."}</span>;
  return <Stack gap={1}>{row.exceptions.map((each) => <span key={each.id}><Link className="over-row" to={`/staff/exceptions/${encodeURIComponent(each.id)}`}>{each.title}</Link> <span className="soft">{each.sentence}</span></span>)}</Stack>;
}

/** The run's figures: those of the page, moved by what the board's socket says of this run. */
function useRunLive({ page, live }: Pick<Route.ComponentProps["loaderData"], "page" | "live">): RunProgress {
  const { runId, cycleId, status, due, billed, held, failed } = page.run;
  const stored = useMemo((): RunProgress => ({ runId, cycleId, status, due, billed, held, failed, billsPerSecond: null }), [runId, cycleId, status, due, billed, held, failed]);
  const from = useMemo((): BoardLive => ({ ...live, feed: [], runs: [stored] }), [live, stored]);
  const { runs, feed, connection } = useBoardLive(from);
  useFrame({ connection });
  const pushed = runs.find((run) => run.runId === runId) ?? stored;
  // A signal may be lost or late: nothing that was dealt with is undone by it.
  const ahead = pushed.billed + pushed.held + pushed.failed >= billed + held + failed || isRunning(pushed);
  const run = ahead ? pushed : stored;
  const { revalidate } = useRevalidator();
  // Its end is an event: it is told again to a page that connects after it, and the page loads what it missed.
  const ended = feed.find((item) => item.stream === `run:${runId}` && item.type === "BillRunFinished")?.position;
  useEffect(() => {
    if (ended !== undefined) void revalidate();
  }, [ended, revalidate]);
  return run;
}
