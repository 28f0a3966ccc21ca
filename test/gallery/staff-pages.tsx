import type { ReactNode } from "react";
import { Badge } from "../../app/components/badge.tsx";
import { Button, ButtonLink } from "../../app/components/button.tsx";
import { Card } from "../../app/components/card.tsx";
import { DateText, TimeText } from "../../app/components/date-text.tsx";
import { DescriptionList } from "../../app/components/description-list.tsx";
import { ActionButton, FormFrame, Submit } from "../../app/components/form.tsx";
import { MoneyField, RadioField, SelectField, TextField } from "../../app/components/fields.tsx";
import { ICON_NAMES, Icon } from "../../app/components/icons.tsx";
import { Columns, Grid, Page, Row, Split, Stack } from "../../app/components/layout.tsx";
import { Money } from "../../app/components/money.tsx";
import { EmptyState, Notice } from "../../app/components/notice.tsx";
import { ProgressBar } from "../../app/components/progress.tsx";
import { StaffShell } from "../../app/components/staff-shell.tsx";
import { Stat } from "../../app/components/stat.tsx";
import { Pagination, Table } from "../../app/components/table.tsx";
import { Tabs } from "../../app/components/tabs.tsx";
import { Timeline } from "../../app/components/timeline.tsx";
import { Disclosure } from "../../app/components/disclosure.tsx";
import { AgingBar, Sparkline } from "../../app/charts/small-charts.tsx";
import { MeterStory } from "../../app/charts/meter-story.tsx";
import { TouMap } from "../../app/charts/tou-map.tsx";
import { NOW, STORY, WEEK } from "./samples.ts";

function Shell({ children }: { children: ReactNode }) {
  return (
    <StaffShell utility={{ name: "Alder Creek" }} home="/staff" searchAction="/staff/search" person={{ name: "Dana Whitfield", role: "Billing" }} settingsTo="/staff/settings" signOutAction="/sign-out"
      nav={[
        { items: [
          { to: "/staff", end: true, label: "Board", icon: "board", key: "b" },
          { to: "/staff/accounts", label: "Accounts", icon: "people", key: "a" },
          { to: "/staff/exceptions", label: "Exceptions", icon: "flag", count: 12, countLabel: "open", tone: "warn", key: "e" },
          { to: "/staff/cycles", label: "Bill cycles", icon: "cycle", key: "c" },
          { to: "/staff/orders", label: "Field orders", icon: "truck", count: 3 },
          { to: "/staff/requests", label: "Requests", icon: "request", count: 5 },
        ] },
        { label: "Set up", items: [
          { to: "/staff/rates", label: "Rates", icon: "rates" },
          { to: "/staff/log", label: "Log", icon: "log" },
        ] },
      ]}>{children}</StaffShell>
  );
}

const RUNS = [
  { id: "C07-2026-11", cycle: "Cycle 07", state: "Running", due: 1204, made: 861, held: 9, amount: 7_412_208 },
  { id: "C06-2026-11", cycle: "Cycle 06", state: "Complete", due: 1188, made: 1181, held: 7, amount: 10_933_410 },
  { id: "C05-2026-11", cycle: "Cycle 05", state: "Failed", due: 1240, made: 0, held: 0, amount: 0 },
];

export function StaffBoard() {
  return (
    <Shell>
      <Page title="Board" intro={<>Mon, Nov 23 · as of 9:42 AM</>}>
        <Grid min="small">
          <Stat to="/staff/exceptions" label="Exceptions" value="12" tone="warn" note="oldest 3 days" />
          <Stat to="/staff/runs?state=failed" label="Failed runs" value="1" tone="bad" note="Cycle 05, 6:10 AM" />
          <Stat to="/staff/payments?state=returned" label="Returned payments" value="2" tone="warn" note="$214.60" />
          <Stat to="/staff/orders?late" label="Overdue orders" value="0" note="3 open" />
          <Stat to="/staff/gateways" label="Silent gateways" value="0" note="14 of 14 heard" />
        </Grid>
        <Grid min="small">
          <Stat to="/staff/reads" label="Reads today" value="28,412" note="61 per second" chart={<Sparkline label="Rising since 6 AM" values={[2, 3, 8, 14, 22, 31, 44, 52, 61]} />} />
          <Stat to="/staff/bills" label="Bills today" value="861" note="of 1,204 due" chart={<Sparkline label="Rising" values={[0, 0, 0, 0, 12, 200, 430, 640, 861]} />} />
          <Stat to="/staff/payments" label="Payments today" value="$18,204" note="212 payments" chart={<Sparkline label="Level" values={[6, 9, 8, 11, 7, 9, 12, 8, 10]} />} />
        </Grid>
        <Columns aside={
          <Card title="As it happens">
            <Timeline label="Events" items={[
              { id: "1", at: NOW, icon: "pay", tone: "good", title: "Payment", to: "#1", value: "$84.27", by: "Rosa Delgado, portal", fresh: true },
              { id: "2", at: NOW - 40_000, icon: "bill", title: "Bill 2026-118204", to: "#2", value: "$112.90", by: "Cycle 07" },
              { id: "3", at: NOW - 70_000, icon: "flag", tone: "warn", title: "High read, meter W-30418", to: "#3", by: "Route 14" },
              { id: "4", at: NOW - 86_400_000, icon: "truck", title: "Order done: re-read", to: "#4", by: "Lee Okafor, field", detail: "Read 04182, photo attached." },
            ]} />
          </Card>
        }>
          <Card title="Runs" action={<a href="/staff/cycles">All cycles</a>}>
            <ProgressBar label="Cycle 07, November" done={861} total={1204} note="9 held for review · about 20 s left" />
          </Card>
          <Card title="This month" flush>
            <Table caption="Bill runs" rows={RUNS} rowKey={(run) => run.id} rowTo={(run) => `/staff/runs/${run.id}`} rowTone={(run) => (run.state === "Failed" ? "bad" : undefined)} columns={[
              { key: "cycle", head: "Cycle", sortTo: "?sort=cycle", sorted: "descending", main: true, cell: (run) => run.cycle, foot: "Total" },
              { key: "state", head: "State", cell: (run) => <Badge tone={run.state === "Failed" ? "bad" : run.state === "Running" ? "info" : "good"} icon={run.state === "Running" ? "pending" : undefined}>{run.state}</Badge> },
              { key: "due", head: "Due", numeric: true, cell: (run) => run.due.toLocaleString("en-US"), foot: "3,632" },
              { key: "made", head: "Billed", numeric: true, cell: (run) => run.made.toLocaleString("en-US"), foot: "2,042" },
              { key: "held", head: "Held", numeric: true, extra: true, cell: (run) => run.held, foot: "16" },
              { key: "amount", head: "Amount", numeric: true, cell: (run) => <Money cents={run.amount} ledger />, foot: <Money cents={18_345_618} ledger /> },
            ]} />
            <Pagination label="Runs" newerLabel="Newer" olderLabel="Older" older="?before=C05">1–3 of 84</Pagination>
          </Card>
        </Columns>
      </Page>
    </Shell>
  );
}

const LEDGER = [
  { id: "9", date: "2026-11-13", what: "Bill 2026-114882", amount: 8427, balance: 8427 },
  { id: "8", date: "2026-11-03", what: "Payment, card", amount: -7912, balance: 0 },
  { id: "7", date: "2026-10-30", what: "Late fee reversed", amount: -350, balance: 7912 },
  { id: "6", date: "2026-10-28", what: "Late fee", amount: 350, balance: 8262 },
  { id: "5", date: "2026-10-13", what: "Bill 2026-109230", amount: 7912, balance: 7912 },
];

export function StaffAccount() {
  return (
    <Shell>
      <Page title="Rosa Delgado" back={{ to: "/staff/accounts", label: "Accounts" }}
        intro={<Row><span className="num">104-22817</span><span>1418 Juniper Ave, Apt 2</span><Badge tone="good">Active</Badge><Badge tone="warn">Leak alert</Badge></Row>}
        actions={<><ButtonLink to="#note">Add note</ButtonLink><ButtonLink to="#pay" kind="primary" icon="pay">Take payment</ButtonLink></>}>
        <Grid>
          <Card title="Owes">
            <Money cents={8427} size="display" />
            <AgingBar label="Balance by age" buckets={[{ label: "Not yet due", cents: 8427 }, { label: "1–30 days", cents: 0, tone: "warn" }, { label: "31–60 days", cents: 0, tone: "warn" }, { label: "Over 60", cents: 0, tone: "bad" }]} />
          </Card>
          <Card title="In arrears, for comparison">
            <Money cents={41_280} size="display" />
            <AgingBar label="Balance by age" buckets={[{ label: "Not yet due", cents: 9_120 }, { label: "1–30 days", cents: 18_060, tone: "warn" }, { label: "31–60 days", cents: 9_100, tone: "warn" }, { label: "Over 60", cents: 5_000, tone: "bad" }]} />
          </Card>
          <Card title="Next">
            <DescriptionList facts={[
              { term: "Due", value: <DateText date="2026-12-08" /> },
              { term: "Next bill", value: <DateText date="2026-12-14" /> },
              { term: "Somebody comes", value: <>Fri, Nov 27, 8 to noon</> },
              { term: "Last payment", value: <><Money cents={7912} />, <DateText date="2026-11-03" form="day" /></> },
            ]} />
          </Card>
        </Grid>
        <Tabs label="Parts of the account" tabs={[{ to: "/staff", label: "Timeline", end: true }, { to: "/x/services", label: "Services", count: 3 }, { to: "/x/bills", label: "Bills" }, { to: "/x/payments", label: "Payments" }, { to: "/x/requests", label: "Requests", count: 1 }, { to: "/x/people", label: "People" }]} />
        <Columns aside={<>
          <Card title="Services"><DescriptionList lines facts={[
            { term: <Row><Icon name="water" />Water</Row>, value: "W-30418" },
            { term: <Row><Icon name="sewer" />Sewer</Row>, value: "Winter average" },
            { term: <Row><Icon name="electric" />Electricity</Row>, value: "E-77120" },
          ]} /></Card>
          <Card title="Adjust">
            <FormFrame commandId="c1" id="adjust">
              <SelectField name="kind" label="Kind" options={[{ value: "leak", label: "Leak adjustment" }, { value: "fee", label: "Waive a fee" }]} />
              <MoneyField name="amount" label="Amount" hint="A credit is written without a minus" />
              <RadioField name="side" label="Side" options={[{ value: "credit", label: "Credit" }, { value: "charge", label: "Charge" }]} defaultValue="credit" />
              <TextField name="why" label="Reason" optional />
              <Row><Submit>Post</Submit><Button kind="danger" type="button">Reverse</Button></Row>
            </FormFrame>
          </Card>
        </>}>
          <Card title="Ledger" flush>
            <Table caption="Ledger" rows={LEDGER} rowKey={(entry) => entry.id} rowTo={(entry) => `#${entry.id}`} columns={[
              { key: "date", head: "Date", cell: (entry) => <DateText date={entry.date} form="numeric" /> },
              { key: "what", head: "Entry", main: true, cell: (entry) => entry.what },
              { key: "amount", head: "Amount", numeric: true, cell: (entry) => <Money cents={entry.amount} ledger /> },
              { key: "balance", head: "Balance", numeric: true, cell: (entry) => <Money cents={entry.balance} ledger /> },
            ]} />
          </Card>
          <Card title="Notes"><EmptyState icon="document" title="No notes" action={<ButtonLink to="#note" icon="plus">Add note</ButtonLink>}>What you learn from a call goes here, for whoever answers next.</EmptyState></Card>
        </Columns>
      </Page>
    </Shell>
  );
}

const EXCEPTIONS = [
  { id: "1", meter: "W-30418", rule: "High", who: "1418 Juniper Ave", days: 3, tone: "warn" as const },
  { id: "2", meter: "E-77120", rule: "Zero, active", who: "27 Orchard Ln", days: 2, tone: "bad" as const },
  { id: "3", meter: "G-01188", rule: "Missing", who: "3 Station St", days: 1, tone: "info" as const },
];

export function StaffException() {
  return (
    <Shell>
      <Page title="Exceptions" actions={<span className="soft num">12 open</span>}>
        <Split label="Open exceptions" list={
          <Card flush>
            <Table caption="Open exceptions" rows={EXCEPTIONS} rowKey={(row) => row.id} rowTo={(row) => `/staff/exceptions/${row.id}`} rowCurrent={(row) => row.id === "1"} narrow="keep" columns={[
              { key: "meter", head: "Meter", main: true, cell: (row) => row.meter },
              { key: "rule", head: "Rule", cell: (row) => <Badge tone={row.tone}>{row.rule}</Badge> },
              { key: "days", head: "Days", numeric: true, cell: (row) => row.days },
            ]} />
          </Card>
        }>
          <Card title={<Row>Meter W-30418 <Badge tone="warn">High</Badge></Row>} action={<a href="#account">Rosa Delgado, 1418 Juniper Ave</a>}
            footer={<Row><ActionButton kind="primary" keyHint="a" fields={{ decision: "accept" }}>Accept</ActionButton><ActionButton keyHint="e" fields={{ decision: "edit" }}>Edit</ActionButton><ActionButton keyHint="s" fields={{ decision: "estimate" }}>Estimate 4.1 kgal</ActionButton><ActionButton keyHint="r" fields={{ decision: "reread" }}>Order re-read</ActionButton></Row>}>
            <DescriptionList facts={[
              { term: "Registered", value: "21.04 kgal in 30 days" },
              { term: "Expected", value: "3.6 to 6.3 kgal" },
              { term: "Rule", value: "High: above 2.0 × same season" },
              { term: "Last visit", value: <DateText date="2026-08-19" /> },
            ]} />
            <MeterStory title="Usage by month" note="Register, kgal" unit="kgal" periods={STORY} />
          </Card>
          <Card title="What happened here"><Timeline label="Events of the meter" items={[
            { id: "1", at: NOW - 200_000_000, icon: "flag", tone: "warn", title: "Read 04182 held", by: "Rule “high”", value: "21.04 kgal" },
            { id: "2", at: NOW - 8_300_000_000, icon: "meter", title: "Meter exchanged", by: "Lee Okafor, field" },
          ]} /></Card>
        </Split>
      </Page>
    </Shell>
  );
}

export function StaffPieces() {
  return (
    <Shell>
      <Page title="Pieces" intro="Everything once.">
        <Grid min="large">
          <Card title="Residential time of use, winter">
            <TouMap title="Winter prices by hour" showTitle={false} week={WEEK} periods={[
              { id: "night", name: "Overnight", priceText: "$0.061 per kWh", level: 1 },
              { id: "off", name: "Off-peak", priceText: "$0.094 per kWh", level: 2 },
              { id: "mid", name: "Mid", priceText: "$0.128 per kWh", level: 3 },
              { id: "on", name: "On-peak", priceText: "$0.214 per kWh", level: 4 },
            ]} />
          </Card>
          <Card title="Meanings">
            <Row><Badge>Draft</Badge><Badge tone="info">Scheduled</Badge><Badge tone="good">Paid</Badge><Badge tone="warn">Past due</Badge><Badge tone="bad">Returned</Badge></Row>
            <Notice tone="info" title="Rates change on Jan 1">Bills from that day on show both versions.</Notice>
            <Notice tone="good" live>Payment of $84.27 posted.</Notice>
            <Notice tone="warn" title="2 gateways are late" action={<ButtonLink to="#g">See gateways</ButtonLink>}>Reads after 4 AM are not here yet.</Notice>
            <Notice tone="bad" title="The run stopped at 6:10 AM" action={<Button>Run again</Button>}>No bill was made twice. 1,240 accounts are waiting.</Notice>
            <ProgressBar label="Reading file" done={3} total={3} tone="good" />
            <Disclosure summary="How this was worked out"><p>By the rule that you see.</p></Disclosure>
            <Disclosure summary="And this"><p>By another.</p></Disclosure>
          </Card>
          <Card title="Buttons"><Row><Button kind="primary" icon="check">Primary</Button><Button icon="download">Secondary</Button><Button kind="quiet">Quiet</Button><Button kind="danger">Danger</Button><Button disabled>Disabled</Button></Row></Card>
          <Card title="Icons"><Row>{ICON_NAMES.map((name) => <Icon key={name} name={name} />)}</Row></Card>
          <Card title="Money and time"><Stack gap={2}><Money cents={123456} /><Money cents={-1200} /><Money cents={-1200} ledger /><TimeText at={NOW} /><TimeText at={NOW} form="full" /><TimeText at={NOW} form="exact" /></Stack></Card>
        </Grid>
      </Page>
    </Shell>
  );
}
