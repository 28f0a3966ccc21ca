import { Link, redirect } from "react-router";
import type { Route } from "./+types/bill";
import { formatDollars } from "../../../domain/money/cents.ts";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { billPage, checkBill } from "../../../worker/operations/billing.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { offerOn, openByBill } from "../../../worker/operations/portal.ts";
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
import type { BillGroup } from "../../documents/bill-lines.ts";
import { formatDate } from "../../format/dates.ts";
import { Message, usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { answering, localeOf, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { BillState } from "./bill-state.tsx";
import { serviceIcon, serviceWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** `?check` works the bill out again from its own readings and prices. */
export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const { billId } = asked.params;
  const locale = localeOf(asked);
  return answering(async () => {
    const page = await billPage(world, actor, billId);
    if (!page) throw refused(404, NOT_FOUND_MESSAGE);
    // A link in a letter may lead to another account of the same person.
    if (page.accountId !== accountId) throw redirect(`/portal/bills/${billId}?${new URLSearchParams({ account: page.accountId })}`);
    const [open, offer, place, checked] = await Promise.all([
      openByBill(world, actor, accountId), offerOn(world, actor, accountId, billId),
      loadPlace(asked.context.get(requestContext)),
      asked.url.searchParams.has("check") ? checkBill(world, actor, billId) : null,
    ]);
    const { id, number, issuedOn, dueOn, periodFrom, periodTo, balance, charges } = page.bill;
    return {
      title: t(locale, "bill.title", { date: formatDate(locale, issuedOn, "day", place.today) }),
      bill: { id, number, issuedOn, dueOn, period: { from: periodFrom, to: periodTo }, balance, charges, open: open.get(id) ?? 0 },
      offer, canceled: page.canceled, replacedBy: page.replacedBy,
      content: billContent(page, locale, place.zone),
      checked: checked && { same: checked.differences.length === 0, replayed: checked.replayed },
    };
  });
}

/** Total, due date, pay; what changed and why; thirteen months; each line with its arithmetic; how the total came about. */
export default function Bill({ loaderData: { title, bill, offer, canceled, replacedBy, content, checked } }: Route.ComponentProps) {
  const t = useT();
  const { groups, summary, charts, changes, messages } = content;
  const [change, ...why] = changes;
  return (
    <Page title={title} back={{ to: "/portal/bills", label: t("bills.title") }}
      actions={<ButtonLink to={`/portal/bills/${bill.id}/pdf`} reloadDocument icon="download">{t("bill.download")}</ButtonLink>}>
      <Columns aside={<>
        <Card title={t("bill.summary")}>
          <DescriptionList lines facts={summary.map(({ what, cents }) => ({ term: what, value: <Money cents={cents} /> }))}
            total={{ term: content.budget ? t("budget.payoff") : bill.balance < 0 ? t("bill.totalCredit") : t("bill.totalDue"), value: <Money cents={Math.abs(bill.balance)} /> }} />
        </Card>
        <CheckMyBill manifestUrl={`/portal/bills/${bill.id}/manifest`} byServer={checked}
          ask={<Link to={`/portal/requests/new?${new URLSearchParams({ kind: "highBill", bill: bill.number })}`}>{t("bill.checkAsk")}</Link>} />
        <Card>
          <DescriptionList lines facts={[
            { term: t("bill.number"), value: <span className="num">{bill.number}</span> },
            { term: t("bill.issued"), value: <DateText date={bill.issuedOn} form="day" /> },
            { term: t("bill.servicePeriod"), value: <PeriodText period={bill.period} /> },
          ]} />
        </Card>
      </>}>
        {canceled ? <Replaced canceled={canceled} by={replacedBy} /> : null}
        <Total bill={bill} due={canceled ? [] : content.due} budget={canceled ? null : content.budget} canceled={canceled !== null} />
        {content.budget ? (
          <Card title={t("budget.title")} footer={content.budget.note}>
            <DescriptionList lines facts={content.budget.rows.map(({ what, cents }) => ({ term: what, value: <Money cents={cents} /> }))} />
          </Card>
        ) : null}
        {offer ? <InParts offer={offer} /> : null}
        {change ? <Notice tone="info" title={change}>{why.map((sentence) => <p key={sentence}>{sentence}</p>)}</Notice> : null}
        {messages.map((message) => <Notice key={message} tone="warn">{message}</Notice>)}
        {charts.map(({ id, commodity, unit, bars }) => {
          const name = t("bill.thirteenMonths", { service: serviceWord(t, commodity).toLowerCase() });
          return <Card key={id} title={name}><UsageBars title={name} showTitle={false} unit={unit} bars={bars} each="month" height="low" /></Card>;
        })}
        <Card title={t("bill.charges")} footer={t("bill.tapHint")} flush>
          <ExplainedLines groups={groups.map((group) => chargesOf(group, t))} total={{ label: t("bill.newCharges"), amount: <Money cents={bill.charges} /> }} />
        </Card>
      </Columns>
    </Page>
  );
}

function chargesOf({ id, commodity, title, cents, lines, period, corrects, estimated }: BillGroup, t: ReturnType<typeof useT>) {
  return {
    id, title: estimated ? <>{title} <Badge tone="warn">{t("bill.estimated")}</Badge></> : corrects ? <>{title} <span className="soft"><PeriodText period={period} /></span></> : title, icon: serviceIcon(commodity), amount: <Money cents={cents} />,
    lines: lines.map((line) => ({
      id: line.id, what: line.cents === null ? <span className="soft">{line.what}</span> : line.what,
      amount: line.cents === null ? "" : <Money cents={line.cents} />,
      ...(line.how.length > 0 ? { how: <Stack gap={1}>{line.how.map((sentence) => <p key={sentence}>{sentence}</p>)}</Stack> } : {}),
    })),
  };
}

type Shown = Route.ComponentProps["loaderData"];

/** A bill that was corrected: it stays to be looked at, and nothing is owed on it. */
function Replaced({ canceled, by }: { canceled: NonNullable<Shown["canceled"]>; by: Shown["replacedBy"] }) {
  const t = useT();
  return (
    <Notice tone="warn" title={t("bill.replaced")} action={by ? <Link to={`/portal/bills/${by.id}`}>{t("bill.seeNew")}</Link> : null}>
      {by ? t("bill.replacedBy") : <Message k="bill.takenBack" values={{ date: <DateText date={canceled.on} /> }} />}
    </Notice>
  );
}

/** An offer to pay a catch-up over some months. */
function InParts({ offer: { total, answerBy, instalments } }: { offer: NonNullable<Shown["offer"]> }) {
  const t = useT();
  return (
    <Card title={t("bill.inParts")} flush footer={<Message k="bill.partCall" values={{ amount: formatDollars(total), count: instalments.length, date: <DateText date={answerBy} /> }} />}>
      <Table caption={t("bill.inParts")} narrow="keep" rows={instalments} rowKey={({ dueOn }) => dueOn} columns={[
        { key: "due", head: t("bill.part"), main: true, cell: ({ dueOn }) => <DateText date={dueOn} /> },
        { key: "amount", head: t("money.amount"), numeric: true, cell: ({ amount }) => <Money cents={amount} /> },
      ]} />
    </Card>
  );
}

function Total({ bill, due, budget, canceled }: { bill: Shown["bill"]; due: Shown["content"]["due"]; budget: Shown["content"]["budget"]; canceled: boolean }) {
  const t = useT();
  const { today } = usePlace();
  const { view } = useLiveAccount();
  const { open, dueOn } = bill;
  const asked = budget?.due ?? bill.balance;
  // Under a budget nothing more is asked for once what is due is paid, whatever is carried.
  const balance = view.due;
  return (
    <Card hero>
      <Row justify="between" align="start">
        <Stack gap={1}>
          <span className="soft">{asked >= 0 ? t("bill.totalDue") : t(budget ? "budget.aheadNow" : "bill.totalCredit")}</span>
          <span className="display num">{formatDollars(Math.abs(asked))}</span>
          {canceled ? null : asked < 0 ? <span>{t("bill.creditKept")}</span> : <span><Message k="money.due" values={{ date: <DateText date={dueOn} /> }} /></span>}
          {!budget && open > 0 && (open < bill.charges || bill.balance !== bill.charges) ? <span className="soft">{t("bill.stillOpen", { amount: formatDollars(open) })}</span> : null}
        </Stack>
        <BillState open={open} dueOn={dueOn} canceled={canceled} />
      </Row>
      {due.length > 0 ? <DescriptionList lines facts={due.map(({ what, cents, pastDue }) => ({ term: pastDue ? <Badge tone="bad">{what}</Badge> : what, value: <Money cents={cents} /> }))} /> : null}
      {open > 0 && balance > 0 ? <ButtonLink to="/portal/pay" kind="primary" icon="pay" wide>{balance === open || dueOn >= today ? t("money.pay", { amount: formatDollars(balance) }) : t("money.payBill")}</ButtonLink> : null}
    </Card>
  );
}
