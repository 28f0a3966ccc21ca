import { data, Form, Link, redirect } from "react-router";
import type { Route } from "./+types/usage";
import { addDays, addMonths, isLocalDate, type LocalDate, type Period } from "../../../domain/calendar/local-date.ts";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { acknowledgeAlert, alertsOf, type AccountAlert } from "../../../worker/operations/alerts.ts";
import { budgetsOf, setBudget, type Budget } from "../../../worker/operations/budgets.ts";
import { milliText } from "../../../domain/metering/units.ts";
import { todayOf } from "../../../worker/operations/place.ts";
import { dailyUsage, hourlyUsage, knownDays, meteredServices, usageByReads, type MeteredService, type UsageDay, type UsageHour, type UsageSpan } from "../../../worker/operations/usage.ts";
import { UsageBars } from "../../charts/usage-bars.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateField, TextField } from "../../components/fields.tsx";
import { formState, newCommandId, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Icon } from "../../components/icons.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { formatDate } from "../../format/dates.ts";
import { formatQuantity } from "../../format/quantities.ts";
import { usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { answering, localeOf, refused } from "../../session.server.ts";
import { formAccount, lookingAt } from "./account.server.ts";
import { AlertItem } from "./alert-item.tsx";
import { dayBars, hourBars, spanBars } from "./usage-chart.ts";
import { serviceIcon, serviceWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** As many readings as two years of monthly rounds bring. */
const READS_MONTHS = 25;

interface Daily {
  readonly kind: "intervals";
  readonly service: MeteredService;
  readonly month: Period;
  /** `2026-10`; null where nothing more is known. */
  readonly earlierMonth: string | null;
  readonly laterMonth: string | null;
  readonly days: readonly UsageDay[];
  readonly day: LocalDate | null;
  readonly hours: readonly UsageHour[];
  /** First and last day that are known; null when none is. */
  readonly known: Period | null;
}
interface Monthly {
  readonly kind: "reads";
  readonly service: MeteredService;
  readonly spans: readonly UsageSpan[];
}

const monthOf = (day: LocalDate): Period => {
  const from = `${day.slice(0, 7)}-01`;
  return { from, to: addMonths(from, 1) };
};

/** `?service=` chooses the service, `?month=2026-11` the month, `?day=2026-11-22` the day that is shown by the hour. */
export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const { searchParams } = asked.url;
  const title = t(localeOf(asked), "usage.title");
  return answering(async () => {
    const [services, today, alerts, budgets] = await Promise.all([meteredServices(world, actor, accountId), todayOf(world), alertsOf(world, actor, accountId), budgetsOf(world, actor, accountId)]);
    const always = { title, services, alerts, budgets, commandId: newCommandId(), saved: searchParams.has("saved") };
    const named = searchParams.get("service");
    const service = services.find(({ agreementId }) => agreementId === named) ?? (named === null ? services[0] : undefined);
    if (!service) {
      if (named !== null) throw refused(404, NOT_FOUND_MESSAGE);
      return { ...always, shown: null };
    }
    if (service.source === "reads") {
      const shown: Monthly = { kind: "reads", service, spans: await usageByReads(world, actor, accountId, service.agreementId, addMonths(today, -READS_MONTHS)) };
      return { ...always, shown };
    }
    const known = await knownDays(world, actor, accountId, service.agreementId);
    const last = known ? addDays(known.to, -1) : today;
    const dayAsked = searchParams.get("day");
    const day = dayAsked !== null && isLocalDate(dayAsked) ? dayAsked : null;
    const monthAsked = `${searchParams.get("month")}-01`;
    const month = monthOf(isLocalDate(monthAsked) ? monthAsked : (day ?? last));
    // The day by the hour is the one asked for, else the last one known of the month that is shown.
    const hoursOf = day ?? (last < month.from ? null : last < month.to ? last : addDays(month.to, -1));
    const [found, hours] = await Promise.all([
      dailyUsage(world, actor, accountId, month, service.agreementId),
      hoursOf === null ? [] : hourlyUsage(world, actor, accountId, service.agreementId, hoursOf),
    ]);
    const shown: Daily = {
      kind: "intervals", service, month, days: found[0]?.days ?? [], day: hoursOf, hours, known,
      earlierMonth: known && known.from < month.from ? addMonths(month.from, -1).slice(0, 7) : null,
      laterMonth: known && known.to > month.to ? month.to.slice(0, 7) : null,
    };
    return { ...always, shown };
  });
}

/** The customer sets a budget, or knows of an alert. Pressed twice, or on one that somebody else answered: it is known, which is what was wanted. */
export async function action(asked: Route.ActionArgs) {
  const looking = lookingAt(asked);
  const form = await asked.request.formData();
  const typed = (name: string) => String(form.get(name) ?? "");
  const accountId = formAccount(looking, form);
  const agreementId = typed("agreementId");
  if (typed("do") === "budget") {
    const answer = await answering(() => setBudget(looking.world, looking.session.actor, { commandId: typed("commandId"), accountId, agreementId, quantity: typed("quantity") }));
    if (answer.status === "done") return redirect(`/portal/usage?${new URLSearchParams({ account: accountId, service: agreementId, saved: "1" })}#budget`);
    return data<FormState>(formState(form, [{ field: "quantity", message: t(localeOf(asked), "usage.budgetWrong") }]), { status: 422 });
  }
  await answering(() => acknowledgeAlert(looking.world, looking.session.actor, { commandId: typed("commandId"), accountId, alertId: typed("alertId") }));
  return redirect(`/portal/usage?${new URLSearchParams({ account: accountId })}#alerts`);
}

export default function Usage({ loaderData: { services, alerts, budgets, commandId, saved, shown }, actionData }: Route.ComponentProps) {
  const t = useT();
  return (
    <Page title={t("usage.title")}>
      {services.length > 1 && shown ? (
        <nav className="tabs" aria-label={t("usage.services")}>
          {services.map(({ agreementId, commodity }) => (
            <Link key={agreementId} to={`?${new URLSearchParams({ service: agreementId })}`} aria-current={agreementId === shown.service.agreementId ? "page" : undefined} preventScrollReset>
              <Icon name={serviceIcon(commodity)} />{serviceWord(t, commodity)}
            </Link>
          ))}
        </nav>
      ) : null}
      {shown === null ? <Card><EmptyState icon="usage" title={t("usage.none")}>{t("usage.noneHint")}</EmptyState></Card>
      : shown.kind === "reads" ? <ByReads shown={shown} />
      : <ByDay shown={shown} />}
      <Alerts alerts={alerts} commandId={commandId} />
      {shown?.kind === "intervals" && shown.service.stopOn === null ? <BudgetOf key={shown.service.agreementId} service={shown.service} budget={budgets.find(({ agreementId }) => agreementId === shown.service.agreementId)} commandId={commandId} saved={saved && !actionData} state={actionData} /> : null}
    </Page>
  );
}

/** What the customer means to use at most in a month; only where single days are known. */
function BudgetOf({ service, budget, commandId, saved, state }: { service: MeteredService; budget: Budget | undefined; commandId: string; saved: boolean; state: FormState | undefined }) {
  const t = useT();
  const { view: { accountId } } = useLiveAccount();
  return (
    <Card id="budget" title={t("usage.budget")}>
      {saved ? <Notice tone="good" live>{t("usage.budgetSaved")}</Notice> : null}
      <FormFrame id="budget-form" state={state} commandId={`${commandId}:budget`}>
        <input type="hidden" name="accountId" value={accountId} readOnly />
        <input type="hidden" name="agreementId" value={service.agreementId} readOnly />
        <input type="hidden" name="do" value="budget" readOnly />
        <TextField name="quantity" label={t("usage.budgetLabel")} hint={t("usage.budgetHint")} width="short" suffix={service.unit} inputMode="decimal" autoComplete="off" maxLength={12} defaultValue={budget ? milliText(budget.quantity) : undefined} />
        <Submit kind="secondary">{t("form.save")}</Submit>
      </FormFrame>
    </Card>
  );
}

/** What runs, and what was: kept, so that a leak can be shown when its bill comes. */
function Alerts({ alerts, commandId }: { alerts: readonly AccountAlert[]; commandId: string }) {
  const t = useT();
  const { view: { accountId } } = useLiveAccount();
  return (
    <Card id="alerts" title={t("usage.alerts")}>
      {alerts.length === 0 ? <EmptyState icon="bell" title={t("usage.alertsNone")}>{t("usage.alertsHint")}</EmptyState>
      : <ul className="plain-list">{alerts.map((alert) => <AlertItem key={alert.id} alert={alert} commandId={`${commandId}:${alert.id}`} accountId={accountId} />)}</ul>}
    </Card>
  );
}

/** A month of days, last year behind, and one day of it by the hour. */
function ByDay({ shown: { service, month, earlierMonth, laterMonth, days, day, hours, known } }: { shown: Daily }) {
  const t = useT();
  const { locale, today } = usePlace();
  const word = serviceWord(t, service.commodity);
  const at = (params: Record<string, string>) => `?${new URLSearchParams({ service: service.agreementId, ...params })}`;
  const monthWord = formatDate(locale, month.from, "monthLong");
  const measured = days.filter(({ value }) => value !== null);
  const total = measured.reduce((sum, { value }) => sum + value!, 0);
  const before = measured.filter(({ lastYear }) => lastYear !== null);
  const title = t("usage.of", { service: word, month: monthWord });
  const bars = dayBars(locale, days, today, (each) => at({ month: month.from.slice(0, 7), day: each }));
  const last = known ? addDays(known.to, -1) : null;
  return (
    <>
      <Card title={monthWord} action={<Pager
        label={t("usage.title")}
        earlier={earlierMonth && at({ month: earlierMonth })} later={laterMonth && at({ month: laterMonth })} />}>
        {measured.length > 0 ? (
          <>
            <p><strong className="num">{t("usage.total", { quantity: formatQuantity(locale, total, service.unit), days: t("bill.days", { count: measured.length }) })}</strong>
              {before.length === measured.length ? <span className="soft num"> · {t("usage.sameDays", { quantity: formatQuantity(locale, before.reduce((sum, { lastYear }) => sum + lastYear!, 0), service.unit) })}</span> : null}</p>
            <UsageBars title={title} showTitle={false} unit={service.unit} bars={bars} />
          </>
        ) : <EmptyState icon="usage" title={t("usage.none")}>{t("usage.noneHint")}</EmptyState>}
      </Card>
      {day !== null && measured.length > 0 ? (
        <Card id="hours" title={t("usage.byHour")} action={<Pager
          label={t("usage.byHour")} hash="#hours"
          earlier={known && known.from < day ? at({ day: addDays(day, -1) }) : null}
          later={last !== null && day < last ? at({ day: addDays(day, 1) }) : null} />}>
          <p><strong>{formatDate(locale, day, "weekday", today)}</strong>{hours.length > 0 ? <span className="soft num"> · {formatQuantity(locale, hours.reduce((sum, { value }) => sum + (value ?? 0), 0), service.unit)}</span> : null}</p>
          {hours.length > 0
            ? <UsageBars title={t("usage.ofDay", { service: word, date: formatDate(locale, day, "weekday", today) })} showTitle={false} unit={service.unit} bars={hourBars(locale, hours)} each="hour" height="low" />
            : <p className="soft">{t("usage.noDay")}</p>}
          <Form method="get" className="day-picker" preventScrollReset>
            <input type="hidden" name="service" value={service.agreementId} readOnly />
            <DateField name="day" label={t("usage.pickDay")} defaultValue={day} key={day} min={known?.from} max={last ?? undefined} />
            <Button kind="secondary">{t("usage.show")}</Button>
          </Form>
        </Card>
      ) : null}
    </>
  );
}

function ByReads({ shown: { service, spans } }: { shown: Monthly }) {
  const t = useT();
  const { locale, today } = usePlace();
  return (
    <Card title={t("usage.betweenReads")} footer={t("usage.readsOnly")}>
      {spans.length > 0
        ? <UsageBars title={`${serviceWord(t, service.commodity)}: ${t("usage.betweenReads").toLowerCase()}`} showTitle={false} unit={service.unit} bars={spanBars(locale, spans, today)} each="month" />
        : <EmptyState icon="usage" title={t("usage.none")}>{t("usage.noneHint")}</EmptyState>}
    </Card>
  );
}

/** One step back and one forward; where there is nothing more, the place stays and the link goes. */
function Pager({ label, earlier, later, hash = "" }: { label: string; earlier: string | null; later: string | null; hash?: string }) {
  const t = useT();
  const step = (to: string | null, icon: "left" | "right", word: string, rel: string) =>
    to === null ? <span className="pager-step" aria-hidden="true" data-none><Icon name={icon} /></span>
    : <Link className="pager-step" to={to + hash} rel={rel} preventScrollReset><Icon name={icon} label={`${word}: ${label}`} /></Link>;
  return <span className="pager">{step(earlier, "left", t("usage.earlier"), "prev")}{step(later, "right", t("usage.later"), "next")}</span>;
}
