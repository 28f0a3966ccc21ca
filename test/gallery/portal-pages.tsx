import { Badge } from "../../app/components/badge.tsx";
import { ButtonLink, Button } from "../../app/components/button.tsx";
import { Card } from "../../app/components/card.tsx";
import { DateText, PeriodText } from "../../app/components/date-text.tsx";
import { DescriptionList } from "../../app/components/description-list.tsx";
import { Why } from "../../app/components/disclosure.tsx";
import { CheckboxField, DateField, EmailField, MoneyField, PasswordField, RadioField, SelectField, TextArea, TextField } from "../../app/components/fields.tsx";
import { ExplainedLines, type LineGroup } from "../../app/components/explained-lines.tsx";
import { FormFrame, Submit } from "../../app/components/form.tsx";
import { Columns, Page, Row, Stack } from "../../app/components/layout.tsx";
import { LiveValue } from "../../app/components/live.tsx";
import { Money } from "../../app/components/money.tsx";
import { EmptyState, Notice } from "../../app/components/notice.tsx";
import { PortalShell, type PortalShellProps } from "../../app/components/portal-shell.tsx";
import { Timeline } from "../../app/components/timeline.tsx";
import { ProjectionBar } from "../../app/charts/small-charts.tsx";
import { TierSteps } from "../../app/charts/tier-steps.tsx";
import { UsageBars } from "../../app/charts/usage-bars.tsx";
import { formatDate } from "../../app/format/dates.ts";
import { Message, usePlace, useT } from "../../app/i18n/context.tsx";
import { electricDays, electricHours, NOW, waterDays, waterMonths } from "./samples.ts";

function Shell({ children, ...rest }: Partial<PortalShellProps>) {
  const t = useT();
  const { locale } = usePlace();
  const account = { id: "a1", label: "1418 Juniper Ave, Apt 2", number: "104-22817", to: "?a=1" };
  return (
    <PortalShell
      utility={{ name: "Alder Creek Utilities", phone: "555-0142", hours: locale === "es" ? "lun a vie, 8 a 5" : "Mon to Fri, 8 to 5", emergencyPhone: "555-0199" }}
      nav={[
        { to: "/", label: t("nav.home"), icon: "home", end: true },
        { to: "/bills", label: t("nav.bills"), icon: "bill" },
        { to: "/usage", label: t("nav.usage"), icon: "usage" },
        { to: "/requests", label: t("nav.requests"), icon: "request" },
      ]}
      account={account} accounts={[account, { id: "a2", label: "902 Mill Rd", number: "104-30551", to: "?a=2" }]}
      addAccountTo="/accounts/add" person={{ name: "Rosa Delgado" }} settingsTo="/settings" signOutAction="/sign-out"
      otherLocale={{ locale: locale === "en" ? "es" : "en", to: "?lang" }} {...rest}
    >{children}</PortalShell>
  );
}

export function PortalHome() {
  const t = useT();
  const { locale, today } = usePlace();
  const day = (date: string) => formatDate(locale, date, "weekday", today);
  return (
    <Shell connection="fine">
      <div className="page">
        <h1 className="unseen">{t("nav.home")}</h1>
        <Columns aside={<>
          <Card title={t("nav.requests")} action={<a href="/requests">{t("list.all")}</a>}>
            <Timeline label={t("nav.requests")} items={[
              { id: "1", at: NOW - 5_000_000, icon: "truck", tone: "info", title: locale === "es" ? "Técnico: viernes por la mañana" : "Technician Friday, 8 to noon", by: locale === "es" ? "Fuga reportada" : "Leak you reported", to: "/requests/1" },
            ]} />
          </Card>
          <Card title={t("money.lastPayment")}>
            <Row justify="between"><span><Money cents={7912} /> <span className="soft">· Visa 4242</span></span><Badge tone="good">{t("money.received")}</Badge></Row>
            <p className="soft small"><DateText date="2026-11-03" /></p>
          </Card>
        </>}>
          <Card hero>
            <Stack gap={1}>
              <span className="soft">{t("money.youOwe")}</span>
              <LiveValue value={8427} announce="Balance $84.27"><Money cents={8427} size="display" /></LiveValue>
              <span><Message k="money.due" values={{ date: <DateText date="2026-12-08" /> }} /></span>
            </Stack>
            <ButtonLink to="/pay" kind="primary" icon="pay" wide>{t("money.pay", { amount: "$84.27" })}</ButtonLink>
          </Card>
          <Card title={t("bill.soFar")} action={<a href="/usage">{t("nav.usage")}</a>}>
            <Row justify="between" align="baseline"><LiveValue value={6418}><Money cents={6418} size="large" /></LiveValue><span className="soft">{t("bill.projected", { low: "$92", high: "$108", date: day("2026-12-05") })}</span></Row>
            <ProjectionBar soFar={6418} low={9200} high={10800} likely={9900} last={8427} label={t("bill.projected", { low: "$92", high: "$108", date: day("2026-12-05") })} soFarWord={t("bill.soFar")} rangeWord={t("usage.range")} lastWord={t("bill.lastBill")} />
            <Why question={t("bill.why")}>
              <p>{locale === "es" ? "Hasta el 22 de noviembre: 3,840 galones de agua y 412.6 kWh." : "Through Nov 22: 3,840 gallons of water and 412.6 kWh, at today's prices. The likely range is your usual week, carried to the end of the period."}</p>
            </Why>
          </Card>
          <Card title={<>{t("service.water")}: {t("usage.last14").toLowerCase()}</>} action={<a href="/usage">{t("list.details")}</a>}>
            <UsageBars title={`${t("service.water")}, ${t("usage.last14")}`} showTitle={false} unit="gal" bars={waterDays(locale)} height="low" />
          </Card>
        </Columns>
      </div>
    </Shell>
  );
}

const CHARGES: LineGroup[] = [
  { id: "water", title: "Water", icon: "water", amount: "$29.49", lines: [
    { id: "1", what: "Monthly service, 5/8-inch meter", amount: "$14.60", how: "31 of 31 days × $14.60 a month" },
    { id: "2", what: "First 6,000 gallons", amount: "$14.46", how: "6,000 gallons × $2.41 per 1,000 gallons = $14.46" },
    { id: "3", what: "6,001 to 12,000 gallons", amount: "$0.43", how: "120 gallons × $3.62 per 1,000 gallons = $0.43" },
  ] },
  { id: "sewer", title: "Sewer", icon: "sewer", amount: "$17.85", lines: [
    { id: "4", what: "On your winter average", amount: "$17.85", how: "3,500 gallons × $5.10 per 1,000 gallons = $17.85" },
  ] },
  { id: "electric", title: "Electricity", icon: "electric", amount: "$36.93", lines: [{ id: "5", what: "State tax", amount: "$1.12" }] },
];

export function PortalBill() {
  const t = useT();
  const { locale } = usePlace();
  return (
    <Shell>
      <Page title="Bill of Fri, Nov 13" back={{ to: "/bills", label: t("nav.bills") }} actions={<><ButtonLink to="/bills/1.pdf" icon="download">{t("bill.download")}</ButtonLink></>}>
        <Columns aside={<>
          <Card title="Messages"><p>Your meter was read every day of this period. <a href="/usage">See each day</a>.</p></Card>
          <Card title="Check my bill"><p className="soft">Compare each charge with the published prices, or ask a person to look at it.</p><Row><ButtonLink to="/check">Check my bill</ButtonLink></Row></Card>
        </>}>
          <Card hero>
            <Row justify="between" align="start">
              <Stack gap={1}><span className="soft">{t("money.total")}</span><Money cents={8427} size="display" /><span><Message k="money.due" values={{ date: <DateText date="2026-12-08" /> }} /></span></Stack>
              <Badge tone="info">{t("bill.open")}</Badge>
            </Row>
            <ButtonLink to="/pay" kind="primary" icon="pay" wide>{t("money.pay", { amount: "$84.27" })}</ButtonLink>
          </Card>
          <Notice tone="info" title="$5.15 more than last month">You used 420 gallons more water, mostly on Nov 9. Prices did not change.</Notice>
          <Card title="13 months of water">
            <UsageBars title="13 months of water" showTitle={false} unit="kgal" bars={waterMonths(locale)} each="month" />
          </Card>
          <Card title="Charges" flush>
            <ExplainedLines groups={CHARGES} total={{ label: t("money.total"), amount: <Money cents={8427} /> }} />
          </Card>
          <Card title="Water, step by step">
            <TierSteps title="Water prices" showTitle={false} unit="kgal" per="1,000 gallons" steps={[
              { from: 0, to: 6_000, price: 241, priceText: "$2.41", used: 6_000, charge: 1446 },
              { from: 6_000, to: 12_000, price: 362, priceText: "$3.62", used: 120, charge: 43 },
              { from: 12_000, to: null, price: 518, priceText: "$5.18", used: 0, charge: 0 },
            ]} />
          </Card>
          <Card title="Summary">
            <DescriptionList lines facts={[
              { term: "Bill before", value: <Money cents={7912} /> },
              { term: <>Paid <DateText date="2026-11-03" />, thank you</>, value: <Money cents={-7912} /> },
              { term: <>New charges, <PeriodText period={{ from: "2026-10-13", to: "2026-11-13" }} /></>, value: <Money cents={8427} />, more: <Why question={t("bill.why")}><p>Water, sewer and electricity for {t("bill.days", { count: 31 })}.</p></Why> },
            ]} total={{ term: "You owe", value: <Money cents={8427} /> }} />
          </Card>
        </Columns>
      </Page>
    </Shell>
  );
}

export function PortalUsage() {
  const t = useT();
  const { locale } = usePlace();
  return (
    <Shell connection="connecting">
      <Page title={t("usage.title")}>
        <Card title={t("service.electric")}>
          <UsageBars title="November" note="Oct 31 – Nov 29" unit="kWh" bars={electricDays(locale)} />
        </Card>
        <Card title="Yesterday by the hour">
          <UsageBars title="Sun, Nov 22" unit="kWh" bars={electricHours(locale)} each="hour" height="low" />
        </Card>
        <Card title={t("service.gas")}><EmptyState icon="usage" title={t("usage.none")}>{t("usage.noneHint")}</EmptyState></Card>
      </Page>
    </Shell>
  );
}

export function PortalForms() {
  return (
    <Shell account={undefined}>
      <Page title="Report a leak" intro="A person looks at it within the hour, day and night." back={{ to: "/requests", label: "Requests" }}>
        <FormFrame commandId="6f9c" state={{
          values: { where: ["street"], email: ["rosa@example"], amount: ["12.345"], more: ["Water on the sidewalk since this morning"] },
          errors: [{ field: "email", message: "Write the whole address, like name@example.com" }, { field: "amount", message: "Write dollars and cents, like 12.34" }],
        }}>
          <RadioField name="where" label="Where is the water?" options={[
            { value: "inside", label: "Inside my home" },
            { value: "street", label: "In the street", hint: "We come at once" },
            { value: "meter", label: "At the meter" },
          ]} />
          <EmailField name="email" label="E-mail" hint="We write to you when somebody is on the way" />
          <TextArea name="more" label="What do you see?" />
          <SelectField name="service" label="Service" options={[{ value: "w", label: "Water" }, { value: "s", label: "Sewer" }]} width="medium" />
          <MoneyField name="amount" label="Amount" />
          <DateField name="day" label="Since when?" optional />
          <TextField name="read" label="What the meter shows" suffix="gal" width="short" inputMode="numeric" />
          <PasswordField name="password" label="Password" />
          <CheckboxField name="enter" label="You may enter the yard when I am not home" />
          <Row><Submit>Send report</Submit><Button kind="quiet" type="button">Cancel</Button></Row>
        </FormFrame>
      </Page>
    </Shell>
  );
}
