/** Prepaid, on the customer's first page: what is left, how long it lasts, and what each day cost. */
import { formatDollars } from "../../../domain/money/cents.ts";
import type { PrepaidAccount } from "../../../worker/operations/prepaid.ts";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { Icon } from "../../components/icons.tsx";
import { Row, Stack } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatQuantity } from "../../format/quantities.ts";
import { Message, usePlace, useT } from "../../i18n/context.tsx";
import { serviceIcon, serviceWord } from "./words.ts";

export function PrepaidCard({ prepaid: { standing, lowAt, days } }: { prepaid: PrepaidAccount }) {
  const t = useT();
  if (!standing) return <Card title={t("prepaid.title")}><p className="soft">{t("prepaid.unknown")}</p></Card>;
  const { left, daysLeft, state } = standing;
  const last = days.at(-1)?.day;
  return (
    <>
      {state === "ok" ? null : <Notice tone={state === "out" ? "bad" : "warn"} title={state === "out" ? t("prepaid.out") : t("prepaid.low", { amount: formatDollars(lowAt) })} action={<ButtonLink to="/portal/pay" kind="primary" icon="pay">{t("prepaid.pay")}</ButtonLink>} />}
      <Card hero title={t("prepaid.title")}>
        <Stack gap={1}>
          <span><Money cents={Math.abs(left)} size="display" /> <span className="soft">{t(left < 0 ? "prepaid.beyond" : "prepaid.left")}</span></span>
          {state === "out" || daysLeft === null ? null : <span>{daysLeft === 1 ? t("prepaid.oneDay") : t("prepaid.days", { count: daysLeft })}</span>}
          <span className="soft small">{last ? <Message k="prepaid.through" values={{ date: <DateText date={last} form="day" /> }} /> : t("prepaid.noDays")}</span>
        </Stack>
        {days.length > 0 ? <Disclosure summary={t("prepaid.dayByDay")}><Days days={days} /><p className="soft small">{t("prepaid.how")}</p></Disclosure> : null}
      </Card>
    </>
  );
}

function Days({ days }: Pick<PrepaidAccount, "days">) {
  const t = useT();
  const { locale } = usePlace();
  return (
    <Table caption={t("prepaid.dayByDay")} narrow="keep" rows={days.toReversed()} rowKey={({ day }) => day}
      columns={[
        { key: "day", head: t("prepaid.day"), main: true, cell: ({ day }) => <DateText date={day} form="day" /> },
        { key: "usage", head: t("prepaid.used"), numeric: true, cell: ({ usage }) => usage.map(({ agreementId, commodity, quantity, unit }) => <Row key={agreementId} justify="end"><Icon name={serviceIcon(commodity)} /><span className="unseen">{serviceWord(t, commodity)}</span><span>{formatQuantity(locale, quantity, unit, { form: "short" })}</span></Row>) },
        { key: "charge", head: t("prepaid.cost"), numeric: true, cell: ({ charge }) => <Money cents={charge} /> },
      ]} />
  );
}
