import { Form, Link } from "react-router";
import { formatDollars } from "../../../domain/money/cents.ts";
import type { AccountAlert, LeakCredit } from "../../../worker/operations/alerts.ts";
import { Badge } from "../../components/badge.tsx";
import { Button } from "../../components/button.tsx";
import { DateText, PeriodText, TimeText } from "../../components/date-text.tsx";
import { Why } from "../../components/disclosure.tsx";
import { CommandIdField } from "../../components/form.tsx";
import { Stack } from "../../components/layout.tsx";
import { formatQuantity } from "../../format/quantities.ts";
import { Message, usePlace, useT } from "../../i18n/context.tsx";
import { serviceWord } from "./words.ts";

/** What an alert is about, in a line: "Water: running without a pause". */
export function AlertTitle({ alert: { kind, commodity } }: { alert: AccountAlert }) {
  const t = useT();
  return t(`alert.${kind}`, { service: serviceWord(t, commodity) });
}

/** Since when, how much, and what it costs. */
export function AlertFacts({ alert }: { alert: AccountAlert }) {
  const t = useT();
  const { locale } = usePlace();
  const { kind, startedAt, endedAt, unit, perHour, usage, usual, cost } = alert;
  const quantity = (value: number): string => formatQuantity(locale, value, unit);
  const flow = kind === "leak" || kind === "burst";
  const hour = cost === null ? 0 : Math.round(cost.perDay / 24);
  return (
    <>
      <span>{endedAt === null
        ? <Message k="alert.since" values={{ at: <TimeText at={startedAt} form="full" /> }} />
        : <Message k="alert.ended" values={{ from: <TimeText at={startedAt} form="full" />, to: <TimeText at={endedAt} form="full" /> }} />}</span>
      <span className="num">{flow ? t(endedAt === null ? "alert.flow" : "alert.lost", { hour: quantity(perHour), lost: quantity(usage) })
        : kind === "high" ? t("alert.usual", { usage: quantity(usage), usual: quantity(usual) })
        : kind === "freeze" ? t("alert.none", { usual: quantity(usual) })
        : t("alert.overBudget", { usage: quantity(usage), budget: quantity(usual) })}</span>
      {cost === null ? null : <span className="num">{hour > 0
        ? t("alert.costHour", { hour: formatDollars(hour), day: formatDollars(cost.perDay), soFar: formatDollars(cost.soFar) })
        : t("alert.costDay", { day: formatDollars(cost.perDay), soFar: formatDollars(cost.soFar) })}</span>}
    </>
  );
}

/** An alert in the list of them; one that runs asks whether the customer knows. */
export function AlertItem({ alert, commandId, accountId }: { alert: AccountAlert; commandId: string; accountId: string }) {
  const t = useT();
  const runs = alert.endedAt === null;
  return (
    <li className="plain-item">
      <Stack gap={1}>
        <span><strong><AlertTitle alert={alert} /></strong> <Badge tone={runs ? "warn" : "good"}>{t(runs ? "alert.runs" : "alert.over")}</Badge></span>
        <AlertFacts alert={alert} />
        {runs && (alert.kind === "leak" || alert.kind === "burst") ? <span className="soft">{t("alert.hint")}</span> : null}
        {alert.adjusted !== null ? <Adjusted credit={alert.adjusted} /> : !runs && (alert.kind === "leak" || alert.kind === "burst") ? <Link to="/portal/requests/new?kind=leak">{t("alert.askCredit")}</Link> : null}
        {runs && alert.kind === "freeze" ? <span className="soft">{t("alert.freezeHint")}</span> : null}
        {alert.acknowledgedAt !== null ? <span className="soft"><Message k="alert.known" values={{ at: <TimeText at={alert.acknowledgedAt} /> }} /></span>
        : runs ? (
          <Form method="post">
            <CommandIdField value={commandId} />
            <input type="hidden" name="accountId" value={accountId} readOnly />
            <input type="hidden" name="alertId" value={alert.id} readOnly />
            <Button kind="secondary" name="do" value="know">{t("alert.know")}</Button>
          </Form>
        ) : null}
      </Stack>
    </li>
  );
}

/** What was forgiven, and from which bills that comes. */
function Adjusted({ credit: { amount, postedOn, parts } }: { credit: LeakCredit }) {
  const t = useT();
  const { locale } = usePlace();
  return (
    <>
      <span><Message k="alert.adjusted" values={{ amount: <strong>{formatDollars(amount)}</strong>, date: <DateText date={postedOn} /> }} /></span>
      <Why question={t("alert.adjustedWhy")}>
        {parts.map(({ commodity, sharePercent, amount: part, bills, way }) => (
          <div key={commodity}>
            {bills.map(({ billId, from, to, unit, used, normal, charged, atNormal }) => (
              <p key={billId}><Message k="alert.adjustedBill" values={{
                period: <PeriodText period={{ from, to }} />, charged: formatDollars(charged), used: formatQuantity(locale, used, unit), normal: formatQuantity(locale, normal, unit), atNormal: formatDollars(atNormal),
              }} /> {t(`alert.adjustedWay.${way}`)}</p>
            ))}
            <p>{t("alert.adjustedShare", { service: serviceWord(t, commodity), share: sharePercent, amount: formatDollars(part) })}</p>
          </div>
        ))}
      </Why>
    </>
  );
}
