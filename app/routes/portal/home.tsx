import { memo } from "react";
import { Link } from "react-router";
import type { Route } from "./+types/home";
import { addDays } from "../../../domain/calendar/local-date.ts";
import { formatDollars } from "../../../domain/money/cents.ts";
import type { SoFar } from "../../../domain/live/messages.ts";
import type { AccountView } from "../../../domain/lifecycle/account/view.ts";
import { alertsOf, type AccountAlert } from "../../../worker/operations/alerts.ts";
import { prepaidOf } from "../../../worker/operations/prepaid.ts";
import { paymentsOf, type OwnPayment } from "../../../worker/operations/portal.ts";
import { proposalsFor, type ProposalForAccount } from "../../../worker/operations/rate-draft-pages.ts";
import { dailyUsage } from "../../../worker/operations/usage.ts";
import { todayOf } from "../../../worker/operations/place.ts";
import { ProjectionBar } from "../../charts/small-charts.tsx";
import { UsageBars } from "../../charts/usage-bars.tsx";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { Why } from "../../components/disclosure.tsx";
import { Columns, Grid, Row, Stack } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { Notice } from "../../components/notice.tsx";
import { Money, moneyText } from "../../components/money.tsx";
import { formatDate } from "../../format/dates.ts";
import { formatQuantity, type Unit } from "../../format/quantities.ts";
import { Message, usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { answering, localeOf } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { AlertFacts, AlertTitle } from "./alert-item.tsx";
import { PrepaidCard } from "./prepaid-card.tsx";
import { RequestItem } from "./request-item.tsx";
import { serviceWord, tenderWord } from "./words.ts";
import { dayBars } from "./usage-chart.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** Two weeks: enough to see a habit, few enough to read on a phone. */
const DAYS = 14;

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const today = await answering(() => todayOf(world));
  // Today's own readings count once there are any.
  const period = { from: addDays(today, -DAYS), to: addDays(today, 1) };
  const [usage, payments, proposals, alerts, prepaid] = await answering(() => Promise.all([dailyUsage(world, actor, accountId, period), paymentsOf(world, actor, accountId, 1), proposalsFor(world, actor, accountId), alertsOf(world, actor, accountId), prepaidOf(world, actor, accountId)]));
  return {
    title: t(localeOf(asked), "home.title"),
    usage: usage.filter(({ service }) => service.stopOn === null).map(({ service, days }) => ({ service, days: days.at(-1)!.value === null ? days.slice(0, DAYS) : days.slice(1) })),
    lastPayment: payments[0] ?? null, proposals, prepaid, running: alerts.filter(({ endedAt }) => endedAt === null),
  };
}

/** In this order: what I owe, pay, the bill so far, usage, what is running, the last payment. */
export default function Home({ loaderData: { usage, lastPayment, proposals, prepaid, running } }: Route.ComponentProps) {
  const t = useT();
  const { view, soFar } = useLiveAccount();
  return (
    <div className="page">
      <h1 className="unseen">{t("home.title")}</h1>
      <Columns aside={<>
        <Requests view={view} />
        {proposals.map((proposal) => <RateChange key={proposal.draftId} proposal={proposal} />)}
        <LastPayment view={view} known={lastPayment} />
      </>}>
        {running.map((alert) => <Running key={alert.id} alert={alert} />)}
        {prepaid ? <PrepaidCard prepaid={prepaid} /> : null}
        <Balance view={view} behind={prepaid?.standing != null} />
        <BillSoFar soFar={soFar} last={view.lastBill?.charges} />
        <Usage usage={usage} />
      </Columns>
    </div>
  );
}

/** Loaded, never pushed: a new balance does not draw the charts again before it is painted. */
const Usage = memo(function Usage({ usage }: Pick<Route.ComponentProps["loaderData"], "usage">) {
  const t = useT();
  const { locale, today } = usePlace();
  const shown = usage.filter(({ days }) => days.some(({ value }) => value !== null));
  return (
    <Grid>
      {shown.map(({ service, days }) => {
        const title = `${serviceWord(t, service.commodity)}, ${t("usage.last14").toLowerCase()}`;
        return (
          <Card key={service.agreementId} title={title} action={<Link to={`/portal/usage?${new URLSearchParams({ service: service.agreementId })}`}>{t("list.details")}<span className="unseen">: {serviceWord(t, service.commodity)}</span></Link>}>
            <UsageBars title={title} showTitle={false} unit={service.unit} bars={dayBars(locale, days, today)} height="low" />
          </Card>
        );
      })}
    </Grid>
  );
});

/** Something that costs money while the customer reads this. */
function Running({ alert }: { alert: AccountAlert }) {
  const t = useT();
  return (
    <Notice tone="warn" icon="bell" title={<AlertTitle alert={alert} />} action={<Link to="/portal/usage#alerts">{t("alert.see")}</Link>}>
      <Stack gap={1}><AlertFacts alert={alert} /></Stack>
    </Notice>
  );
}

/** `behind`: what is left of the money paid ahead stands above it, and is the figure that counts. */
function Balance({ view, behind }: { view: AccountView; behind: boolean }) {
  const t = useT();
  const { locale } = usePlace();
  const { due, budget, pastDue, dueOn, lastBill } = view;
  const notDue = due - pastDue;
  return (
    <Card hero={!behind}>
      <Stack gap={1}>
        <span className="soft">{budget && due !== 0 ? t(due > 0 ? "budget.dueNow" : "budget.aheadNow") : due < 0 ? t("money.yourCredit") : due === 0 ? t("money.nothingOwed") : t("money.youOwe")}</span>
        <LiveValue value={due} announce={t("home.balance", { amount: moneyText(locale, due) })}>
          <span className={behind ? "large num" : "display num"}>{formatDollars(Math.abs(due))}</span>
        </LiveValue>
        {due < 0 ? <span>{t("home.creditNote")}</span> : null}
        {due > 0 && pastDue === 0 && dueOn ? <span><Message k="money.due" values={{ date: <DateText date={dueOn} /> }} /></span> : null}
        {pastDue > 0 && dueOn ? (
          <>
            <span><Badge tone="bad">{t("bill.pastDue")}</Badge> <Message k="home.pastDue" values={{ amount: <strong>{formatDollars(pastDue)}</strong>, date: <DateText date={dueOn} /> }} /></span>
            {notDue > 0 && lastBill ? <span className="soft"><Message k="home.restDue" values={{ amount: formatDollars(notDue), date: <DateText date={lastBill.dueOn} /> }} /></span> : null}
          </>
        ) : null}
      </Stack>
      {budget ? <Stack gap={1}><Budget view={view} budget={budget} /></Stack> : null}
      {due > 0 ? <ButtonLink to="/portal/pay" kind="primary" icon="pay" wide>{t("money.pay", { amount: formatDollars(due) })}</ButtonLink> : null}
      {lastBill ? <div className="small"><Link to={`/portal/bills/${lastBill.billId}`}>{t("home.seeBill")}</Link></div> : null}
    </Card>
  );
}

/** The level amount, and what has been used beyond it or short of it. */
function Budget({ view, budget: { amount, carried, settleOn } }: { view: AccountView; budget: NonNullable<AccountView["budget"]> }) {
  const t = useT();
  const balance = formatDollars(Math.abs(carried));
  return (
    <>
      <span>{t("budget.pays", { amount: formatDollars(amount) })} <LiveValue value={carried}>{t(carried > 0 ? "budget.balanceUsed" : carried < 0 ? "budget.balanceAhead" : "budget.balanceEven", { amount: balance })}</LiveValue></span>
      <span className="soft small"><Message k="budget.settles" values={{ date: <DateText date={settleOn} form="day" /> }} />{view.balance > 0 ? <> {t("budget.owedInAll", { amount: formatDollars(view.balance) })}</> : null}</span>
    </>
  );
}

/** What this period's use costs until now, where it is heading, and how that is figured. */
function BillSoFar({ soFar, last }: { soFar: SoFar | null; last: number | undefined }) {
  const t = useT();
  const { locale, today } = usePlace();
  if (!soFar) return <Card title={t("bill.soFar")}><p className="soft">{t("home.soFarNone")}</p></Card>;
  const { projection, closed } = soFar;
  const whole = (cents: number) => formatDollars(Math.round(cents / 100) * 100).replace(/\.00$/, "");
  // The period's end is the first day that is not in it.
  const projected = projection ? t("bill.projected", { low: whole(projection.low), high: whole(projection.high), date: formatDate(locale, addDays(projection.periodTo, -1), "day", today) }) : null;
  return (
    <Card title={t("bill.soFar")} action={<Link to="/portal/usage">{t("nav.usage")}</Link>}>
      <Row justify="between" align="baseline">
        <LiveValue value={soFar.total} announce={`${t("bill.soFar")}: ${formatDollars(soFar.total)}`}><Money cents={soFar.total} size="large" /></LiveValue>
        {projected ? <span className="soft">{projected}</span> : null}
      </Row>
      {projection && projected ? (
        <ProjectionBar soFar={soFar.total} low={projection.low} high={projection.high} likely={projection.total} {...(last === undefined ? {} : { last, lastWord: t("bill.lastBill") })}
          label={`${t("bill.soFar")} ${formatDollars(soFar.total)}. ${projected}.`} soFarWord={t("bill.soFar")} rangeWord={t("usage.range")} />
      ) : <p className="soft">{t("home.soFarEarly")}</p>}
      {closed ? <p className="soft">{t("home.soFarClosed", { from: formatDate(locale, closed.from, "day", today), to: formatDate(locale, addDays(closed.to, -1), "day", today) })}</p> : null}
      <Why question={t("home.soFarWhy")}>
        <p>{t("home.soFarHow", { date: formatDate(locale, soFar.periodFrom, "day", today) })}</p>
        <ul className="plain-lines">
          {soFar.services.map(({ agreementId, commodity, quantityMilli, unit, total, throughDay }) => (
            <li key={agreementId}>
              <span>{throughDay
                ? t("home.soFarThrough", { service: serviceWord(t, commodity), quantity: formatQuantity(locale, quantityMilli, unit as Unit), date: formatDate(locale, throughDay, "day", today) })
                : t("home.soFarFixed", { service: serviceWord(t, commodity) })}</span>
              <span className="num">{formatDollars(total)}</span>
            </li>
          ))}
        </ul>
      </Why>
    </Card>
  );
}

/** A price that will be or may be another one, with what the last year would have cost. */
function RateChange({ proposal: { draftId, commodity, effectiveOn, decided, before, after } }: { proposal: ProposalForAccount }) {
  const t = useT();
  const values = { paid: formatDollars(before), amount: formatDollars(Math.abs(after - before)) };
  return (
    <Card title={t(decided ? "rateChange.cardDecided" : "rateChange.card")}>
      <p><Message k={decided ? "rateChange.decided" : "rateChange.proposed"} values={{ service: serviceWord(t, commodity), date: <DateText date={effectiveOn} /> }} /></p>
      <p className="soft">{t("rateChange.year")}: {after === before ? t("rateChange.same", { paid: values.paid }) : t(after > before ? "rateChange.more" : "rateChange.less", values)}</p>
      <div><Link to={`/portal/rate-change/${encodeURIComponent(draftId)}`}>{t("rateChange.see")}</Link></div>
    </Card>
  );
}

function Requests({ view }: { view: AccountView }) {
  const t = useT();
  const running = view.requests.filter(({ status }) => status !== "closed");
  return (
    <Card title={t("nav.requests")} action={<Link to={running.length ? "/portal/requests" : "/portal/requests/new"}>{running.length ? t("list.all") : t("request.new")}</Link>}>
      {running.length ? (
        <ul className="plain-list">{running.toReversed().map((request) => <RequestItem key={request.requestId} {...request} />)}</ul>
      ) : <p className="soft">{t("home.nothingRunning")}</p>}
    </Card>
  );
}

function LastPayment({ view, known }: { view: AccountView; known: OwnPayment | null }) {
  const t = useT();
  const last = view.lastPayment;
  return (
    <Card title={t("money.lastPayment")} action={last ? <Link to="/portal/bills#payments">{t("list.all")}</Link> : undefined}>
      {last ? (
        <>
          <Row justify="between">
            <LiveValue value={last.paymentId}><Money cents={last.amount} />{known?.id === last.paymentId ? <span className="soft"> · {tenderWord(t, known)}</span> : null}</LiveValue>
            <Badge tone="good">{t("money.received")}</Badge>
          </Row>
          <p className="soft small"><TimeText at={last.receivedAt} /></p>
        </>
      ) : <p className="soft">{t("home.noPayment")}</p>}
    </Card>
  );
}
