import type { Route } from "./+types/bills";
import { billsOf } from "../../../worker/operations/billing.ts";
import { openByBill, paymentsOf } from "../../../worker/operations/portal.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { dateOf, formatDate } from "../../format/dates.ts";
import { usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { answering, localeOf } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { BillState } from "./bill-state.tsx";
import { tenderWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** A year of monthly payments and then some. */
const PAYMENTS_SHOWN = 15;

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const before = asked.url.searchParams.get("before");
  const [{ bills, older }, open, payments] = await answering(() => Promise.all([
    billsOf(world, actor, accountId, before), openByBill(world, actor, accountId), paymentsOf(world, actor, accountId, PAYMENTS_SHOWN),
  ]));
  return { title: t(localeOf(asked), "bills.title"), bills: bills.map((bill) => ({ ...bill, open: open.get(bill.id) ?? 0 })), older, isFirst: before === null, payments };
}

export default function Bills({ loaderData: { bills, older, isFirst, payments } }: Route.ComponentProps) {
  const t = useT();
  const { locale, zone, today } = usePlace();
  return (
    <Page title={t("bills.title")}>
      <Card flush>
        <Table
          caption={t("bills.list")}
          rows={bills} rowKey={({ id }) => id} rowTo={({ id }) => `/portal/bills/${id}`}
          narrow="keep"
          columns={[
            { key: "date", head: t("bills.date"), main: true, cell: ({ issuedOn }) => formatDate(locale, issuedOn, "day", today) },
            { key: "period", head: t("bills.period"), extra: true, cell: ({ periodFrom, periodTo }) => <PeriodText period={{ from: periodFrom, to: periodTo }} /> },
            { key: "due", head: t("bills.due"), extra: true, cell: ({ dueOn }) => <DateText date={dueOn} form="day" /> },
            { key: "state", head: t("request.state"), cell: ({ open, dueOn, status }) => <BillState open={open} dueOn={dueOn} canceled={status === "canceled"} /> },
            { key: "amount", head: t("bills.amount"), numeric: true, cell: ({ charges }) => <Money cents={charges} /> },
          ]}
          empty={<EmptyState icon="bill" title={t("bill.none")}>{t("bills.first")}</EmptyState>}
        />
        <Pagination label={t("list.pages")} newerLabel={t("list.newer")} olderLabel={t("list.older")}
          newer={isFirst ? undefined : "/portal/bills"} older={older === null ? undefined : `?${new URLSearchParams({ before: older })}`} />
      </Card>
      {payments.length ? (
        <Card title={t("bills.payments")} id="payments" flush>
          <Table
            caption={t("bills.paymentsList")}
            rows={payments} rowKey={({ id }) => id}
            narrow="keep"
            columns={[
              { key: "on", head: t("bills.received"), main: true, cell: ({ receivedAt }) => formatDate(locale, dateOf(receivedAt, zone), "day", today) },
              { key: "how", head: t("bills.how"), cell: (payment) => payment.returned ? <Badge tone="bad">{t("money.returned")}</Badge> : tenderWord(t, payment) },
              { key: "amount", head: t("money.amount"), numeric: true, cell: ({ amount }) => <Money cents={amount} /> },
            ]}
          />
        </Card>
      ) : null}
    </Page>
  );
}
