import { Link } from "react-router";
import type { Route } from "./+types/bill";
import { may, owns } from "../../../domain/lifecycle/permissions.ts";
import { billPage, checkBill } from "../../../worker/operations/billing.ts";
import { waitingCorrection } from "../../../worker/operations/corrections.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { CheckMyBill } from "../../check/check-my-bill.tsx";
import { UsageBars } from "../../charts/usage-bars.tsx";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { ExplainedLines } from "../../components/explained-lines.tsx";
import { Columns, Page, Row, Stack } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import { billContent } from "../../documents/bill-content.server.ts";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { atWork } from "./staff.server.ts";
import { causeName, commodityIcon, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Bill ${loaderData.bill.number}` : "Bill" }];

/** `?check` works the bill out again from its own readings and prices. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:bill:any");
  const { billId } = asked.params;
  return answering(async () => {
    const page = await billPage(world, actor, billId);
    if (!page) throw refused(404, "There is no such bill.");
    const [place, checked] = await Promise.all([loadPlace(asked.context.get(requestContext)), asked.url.searchParams.has("check") ? checkBill(world, actor, billId) : null]);
    const segments = page.segments.map(({ segmentId, commodity, periodFrom, periodTo, usage, rates, corrects }) => ({
      id: segmentId, commodity, period: { from: periodFrom, to: periodTo }, rates: rates.map(({ scheduleId, version }) => ({ scheduleId, version })),
      estimated: usage !== null && usage.estimatedPerMille > 0 ? usage.estimatedPerMille : 0, reads: usage?.legs.length ?? 0, corrects: corrects?.billId ?? null,
    }));
    return {
      canCorrect: page.canceled === null && may(actor, "correct:bill:any", owns(actor, page.accountId)), waiting: await waitingCorrection(world, actor, page.accountId, billId), corrects: page.corrects, canceled: page.canceled, replacedBy: page.replacedBy,
      accountId: page.accountId, name: page.name, mailing: page.mailing, bill: page.bill, previous: page.previous, snapshotHash: page.snapshotHash, segments,
      content: billContent(page, "en", place.zone), checked: checked && { same: checked.differences.length === 0, replayed: checked.replayed },
    };
  });
}

/** The bill as the customer has it, and what it was computed from. */
export default function Bill({ loaderData: { canCorrect, waiting, corrects, canceled, replacedBy, accountId, name, mailing, bill, previous, snapshotHash, segments, content, checked } }: Route.ComponentProps) {
  const { groups, summary, due, charts, changes, messages } = content;
  const [change, ...why] = changes;
  return (
    <Page title={`Bill ${bill.number}`} back={{ to: accountPath(accountId), label: name }}
      intro={<Row><PeriodText period={{ from: bill.periodFrom, to: bill.periodTo }} /><span>made <DateText date={bill.issuedOn} /></span><span>due <DateText date={bill.dueOn} /></span></Row>}
      actions={<>
        {canCorrect ? <ButtonLink to={accountPath(accountId, `/correct?from=${encodeURIComponent(bill.id)}`)} icon="bill">Correct</ButtonLink> : null}
        <ButtonLink to={`/staff/bills/${encodeURIComponent(bill.id)}/pdf`} reloadDocument icon="download">PDF</ButtonLink>
      </>}>
      <Columns aside={<>
        <Card title={content.budget ? "Owed in all" : bill.balance < 0 ? "In credit" : "Total due"}>
          <Money cents={bill.balance} size="display" />
          <DescriptionList lines facts={summary.map(({ what, cents }) => ({ term: what, value: <Money cents={cents} ledger /> }))} total={{ term: content.budget ? "Owed in all" : "Total due", value: <Money cents={bill.balance} ledger /> }} />
          {due.length > 0 ? <DescriptionList lines facts={due.map(({ what, cents, pastDue }) => ({ term: pastDue ? <Badge tone="bad">{what}</Badge> : what, value: <Money cents={cents} ledger /> }))} /> : null}
        </Card>
        {content.budget ? (
          <Card title="Budget billing" footer={content.budget.note}>
            <DescriptionList lines facts={content.budget.rows.map(({ what, cents }) => ({ term: what, value: <Money cents={cents} ledger /> }))} />
          </Card>
        ) : null}
        <CheckMyBill manifestUrl={`/staff/bills/${encodeURIComponent(bill.id)}/manifest`} byServer={checked} />
        <Card title="Made from" flush>
          <Table caption="What each service was computed from" narrow="keep" rows={segments} rowKey={(row) => row.id} columns={[
            { key: "service", head: "Service", main: true, cell: (row) => <>{commodityName(row.commodity)}{row.corrects ? <div className="small soft"><PeriodText period={row.period} /></div> : null}</> },
            { key: "rate", head: "Rate", cell: (row) => row.rates.map(({ scheduleId, version }) => <Link key={`${scheduleId} ${version}`} to={`/staff/rates/${encodeURIComponent(scheduleId)}?version=${version}`}>version {version}</Link>) },
            { key: "reads", head: "Usage", cell: (row) => (row.corrects ? <Link to={`/staff/bills/${encodeURIComponent(row.corrects)}`}>Corrects an estimate</Link> : row.reads === 0 ? <span className="soft">Not metered</span> : row.estimated > 0 ? <Badge tone="warn">Partly estimated</Badge> : "Measured") },
          ]} />
        </Card>
        <Card>
          <DescriptionList lines facts={[
            { term: "Sent to", value: [name, ...mailing].join(", ") },
            { term: "Bill before", value: previous ? <Link to={`/staff/bills/${encodeURIComponent(previous.id)}`}>{previous.number}</Link> : <span className="soft">None</span> },
            ...(corrects ? [{ term: "In place of", value: <Link to={`/staff/bills/${encodeURIComponent(corrects.id)}`}>{corrects.number}</Link> }] : []),
            { term: "Frozen as", value: <code>{snapshotHash.slice(0, 16)}</code> },
          ]} />
        </Card>
      </>}>
        {waiting ? (
          <Notice tone="info" icon="pending" title={waiting.reopened ? "Reopened: a correction is being decided on" : "A correction is being decided on"} action={<Link to={accountPath(accountId, `/correct?proposal=${encodeURIComponent(waiting.proposalId)}`)}>Look at it</Link>}>
            {waiting.reopened ? "Its services are to be canceled once another person agrees." : "Its accounting period is closed, so that it stays complete; its services are to be canceled once another person agrees, by entries of that day."}
          </Notice>
        ) : null}
        {canceled ? <Notice tone="warn" title={<>Canceled on <DateText date={canceled.on} />: {causeName(canceled.cause).toLowerCase()}</>} action={replacedBy ? <Link to={`/staff/bills/${encodeURIComponent(replacedBy.id)}`}>{replacedBy.number}</Link> : null}>{replacedBy ? "Another bill took its place." : "No bill took its place."} It stays as it was sent.</Notice> : null}
        {change ? <Notice tone="info" title={change}>{why.map((sentence) => <p key={sentence}>{sentence}</p>)}</Notice> : null}
        {messages.map((message) => <Notice key={message} tone="warn">{message}</Notice>)}
        <Card title="Charges" footer="Open a line to see its arithmetic." flush>
          <ExplainedLines total={{ label: "New charges", amount: <Money cents={bill.charges} ledger /> }} groups={groups.map(({ id, commodity, title, cents, lines, period, corrects, estimated }) => ({
            id, title: <>{title} {corrects ? <span className="soft"><PeriodText period={period} /></span> : null}{estimated ? <Badge tone="warn">Estimated</Badge> : null}</>, icon: commodityIcon(commodity), amount: <Money cents={cents} ledger />,
            lines: lines.map((line) => ({
              id: line.id, what: line.cents === null ? <span className="soft">{line.what}</span> : line.what, amount: line.cents === null ? "" : <Money cents={line.cents} ledger />,
              how: line.how.length > 0 ? <Stack gap={1}>{line.how.map((sentence) => <p key={sentence}>{sentence}</p>)}</Stack> : undefined,
            })),
          }))} />
        </Card>
        {charts.map(({ id, commodity, unit, bars }) => <Card key={id} title={`${commodityName(commodity)}, thirteen months`}><UsageBars title={commodityName(commodity)} showTitle={false} unit={unit} bars={bars} each="month" height="low" /></Card>)}
      </Columns>
    </Page>
  );
}
