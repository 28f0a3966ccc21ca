import type { Route } from "./+types/account-leak";
import type { LeakLine, LeakReckoning } from "../../../domain/billing/leak-adjustment.ts";
import type { LeakPolicy } from "../../../domain/lifecycle/leak-policy.ts";
import { formatDollars } from "../../../domain/money/cents.ts";
import { adjustLeak, leakPage } from "../../../worker/operations/leak-adjustments.ts";
import type { AccountAlert } from "../../../worker/operations/alerts.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { PeriodText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { TextArea } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatQuantity } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { accountForm } from "./account-form.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { labelOf, NORMAL_CHOICES } from "./setting-options.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { alertName, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Leak adjustment" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId, alertId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "post:adjustment:any");
  const page = await answering(() => leakPage(world, actor, accountId, alertId));
  if (page === null) throw refused(404, "There is no such alert on this account.");
  return { head, commandId, page };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId, alertId } = asked.params;
  const form = await asked.request.formData();
  const total = /^\d{1,9}$/.test(textOf(form, "total")) ? Number(textOf(form, "total")) : null;
  return answerForm(
    form, () => adjustLeak(world, actor, { commandId: textOf(form, "commandId"), accountId, alertId, total, reason: textOf(form, "reason") }),
    (status) => didPath(accountPath(accountId), "leakAdjusted", status),
  );
}

/** What the policy forgives of one leak, bill by bill, and the one button that posts it. */
export default function Leak({ loaderData: { head, commandId, page }, actionData }: Route.ComponentProps) {
  const { alert, policy, reckoning, against } = page;
  return (
    <Page title="Leak adjustment" intro="Reckoned by the policy from the bills that were issued. Nothing that was billed is changed: a credit is posted." back={{ to: accountPath(head.accountId, "/adjust"), label: "Adjustments" }}>
      <Columns aside={<><AccountAside head={head} /><Evidence alert={alert} /><Policy policy={policy} /></>}>
        {against.length > 0 ? (
          <Notice tone="warn" title="It cannot be posted now">
            {against.length === 1 ? against[0] : <ul>{against.map((each) => <li key={each}>{each}</li>)}</ul>}
          </Notice>
        ) : null}
        <Bills reckoning={reckoning} />
        {against.length === 0 ? (
          <Card title={`${formatDollars(reckoning.total)} to be credited`}>
            <DescriptionList lines facts={reckoning.parts.map(({ commodity, glAccount, amount }) => ({ term: `${commodityName(commodity)}, GL ${glAccount}`, value: <Money cents={amount} /> }))}
              total={{ term: "In all", value: <Money cents={reckoning.total} /> }} />
            <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
              <input type="hidden" name="total" value={reckoning.total} readOnly />
              <TextArea name="reason" label={policy.proof ? "What shows the repair" : "Why"} optional={!policy.proof} rows={3} maxLength={500}
                hint={policy.proof ? "An invoice and its number, a photo, who looked at it. Only staff read it." : "For whoever asks next year. Only staff read it."} />
              <Submit>Post {formatDollars(reckoning.total)}</Submit>
            </FormFrame>
          </Card>
        ) : null}
      </Columns>
    </Page>
  );
}

const WAYS: Readonly<Record<string, string>> = { sameMonths: "same months", previous: "before the leak", later: "after the repair" };

function Bills({ reckoning: { lines, total } }: { reckoning: LeakReckoning }) {
  return (
    <Card title="Bills with days of the leak" flush>
      <Table<LeakLine> caption="Bills with days of the leak" rows={lines} rowKey={(line) => `${line.billId} ${line.commodity} ${line.from}`} rowTo={(line) => `/staff/bills/${encodeURIComponent(line.billId)}`}
        empty={<EmptyState icon="bill" title="No bill yet">The first one with days of this leak has not been issued.</EmptyState>}
        columns={[
          { key: "bill", head: "Bill", main: true, foot: "In all", cell: (line) => <>{commodityName(line.commodity)}, <PeriodText period={{ from: line.from, to: line.to }} /><span className="row-more">{line.number}</span></> },
          { key: "used", head: "Used", numeric: true, cell: (line) => formatQuantity("en", line.used, line.unit) },
          { key: "normal", head: "Normal", numeric: true, cell: (line) => (line.normal === null ? "–" : <>{formatQuantity("en", line.normal.usage, line.unit)}<div className="small soft">{line.normal.bills === 1 ? "1 bill" : `${line.normal.bills} bills`}, {WAYS[line.normal.way]}</div></>) },
          { key: "charged", head: "Charged", numeric: true, cell: (line) => <Money cents={line.charged} ledger /> },
          { key: "at", head: "At normal use", numeric: true, cell: (line) => <Money cents={line.atNormal} ledger /> },
          { key: "credit", head: "Forgiven", numeric: true, foot: <Money cents={total} ledger />, cell: (line) => (
            line.problem !== null ? <span className="small soft">{line.problem}</span>
            : line.credit === 0 ? <span className="soft">Nothing</span>
            : <><Money cents={line.credit} ledger /><div className="small soft">{line.counted ? `${line.sharePercent} % of ${formatDollars(line.charged - line.atNormal)}` : "More bills than one adjustment covers"}</div></>
          ) },
        ]} />
    </Card>
  );
}

/** What the meter itself has shown. */
function Evidence({ alert: { kind, commodity, startedAt, endedAt, unit, perHour, usage, usual } }: { alert: AccountAlert }) {
  const flow = kind !== "high";
  return (
    <Card title="What the meter showed" action={endedAt === null ? <Badge tone="warn">Running</Badge> : <Badge tone="good">Over</Badge>}>
      <DescriptionList lines facts={[
        { term: "What", value: `${commodityName(commodity)}, ${alertName(kind).toLowerCase()}` },
        { term: "Since", value: <TimeText at={startedAt} form="full" /> },
        { term: "Until", value: endedAt === null ? "It still runs" : <TimeText at={endedAt} form="full" /> },
        ...(flow
          ? [{ term: "An hour, at least", value: formatQuantity("en", perHour, unit) }, { term: "In all, at least", value: formatQuantity("en", usage, unit) }]
          : [{ term: "A day", value: formatQuantity("en", usage, unit) }, { term: "Usually", value: formatQuantity("en", usual, unit) }]),
      ]} />
    </Card>
  );
}

function Policy({ policy }: { policy: LeakPolicy }) {
  const { sharePercent, sewerSharePercent, excessPercent, billsMost, everyMonths, withinDays, normal, normalBills } = policy;
  return (
    <Card title="The policy">
      <DescriptionList lines facts={[
        { term: "Forgiven of the excess", value: `${sharePercent} %, sewer ${sewerSharePercent} %` },
        { term: "A bill counts from", value: excessPercent === 100 ? "any excess" : `${excessPercent} % of normal` },
        { term: "Bills in a row", value: `${billsMost} at most` },
        { term: "How often", value: everyMonths === 0 ? "No limit" : `once in ${everyMonths} months` },
        { term: "Asked for", value: `within ${withinDays} days` },
        { term: "Normal use", value: `${labelOf(NORMAL_CHOICES, normal)}, up to ${normalBills}` },
      ]} />
    </Card>
  );
}
