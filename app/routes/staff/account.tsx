import { useEffect, useMemo, useRef } from "react";
import { Link, useRevalidator, useSearchParams } from "react-router";
import type { Route } from "./+types/account";
import { may, owns } from "../../../domain/lifecycle/permissions.ts";
import type { ExceptionRow, ServiceRow } from "../../../worker/operations/accounts.ts";
import { staffAccountPage, type StaffAccountPage } from "../../../worker/operations/account-page.ts";
import { peopleWorldOf } from "../../../worker/operations/people.ts";
import { placeIn } from "../../../worker/operations/cursor.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { Icon } from "../../components/icons.tsx";
import { Columns, Grid, Page, Row } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import type { AccountLive } from "../../live/state.ts";
import { useAccountLive } from "../../live/use-live.ts";
import { answering, refused } from "../../session.server.ts";
import { accountPath, Balance } from "./account-head.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { Choices, withParams } from "./choices.tsx";
import { EventTimeline, type ShownEvent } from "./feed.tsx";
import { useFrame } from "./frame.ts";
import { MeterBars } from "./meter-bars.tsx";
import { PendingBillCard } from "./pending-bill.tsx";
import { atWork } from "./staff.server.ts";
import { isTimelineGroup, TIMELINE_GROUPS, type TimelineGroup } from "./timeline-groups.ts";
import { className, commodityIcon, commodityName, holdName, requestKindName, requestState, ruleName, severityTone, tenderName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `${loaderData.page.header.name}, ${loaderData.page.header.accountId}` : "Account" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:account:any");
  const { accountId } = asked.params;
  const { searchParams } = asked.url;
  const asks = searchParams.get("show");
  const group: TimelineGroup = isTimelineGroup(asks) ? asks : "all";
  const before = placeIn(searchParams.get("before"));
  const page = await answering(() => staffAccountPage({ ...world, ...peopleWorldOf(asked.context.get(requestContext)) }, actor, accountId, { types: TIMELINE_GROUPS[group].types, before }));
  if (!page) throw refused(404, `There is no account ${accountId}.`);
  const mine = owns(actor, accountId);
  return {
    page, group, before,
    mine,
    can: {
      pay: may(actor, "post:payment:any", mine),
      adjust: may(actor, "post:adjustment:any", mine),
      request: may(actor, "open:request:any", mine),
      hold: may(actor, "place:hold:any", mine),
      budget: may(actor, "edit:budget-billing:any", mine),
      prepaid: may(actor, "edit:prepaid:any", mine),
      serve: may(actor, "start:service:any", mine),
      invite: may(actor, "invite:customer:any", mine),
      erase: may(actor, "erase:person:any", mine),
    },
  };
}

/** Bills and payments in their cards: half a year of them answers most calls, the timeline has the rest. */
const LATEST = 6;

/** The whole account on one page; a call is answered from its head. */
export default function Account({ loaderData }: Route.ComponentProps) {
  // Another account is another page: nothing that was pushed for the one before may show on it.
  return <AccountPage key={loaderData.page.header.accountId} {...loaderData} />;
}

function AccountPage({ page, group, before, can, mine }: Route.ComponentProps["loaderData"]) {
  const { header, services, bills, payments, exceptions, people } = page;
  const from = useMemo((): AccountLive => ({ seq: page.seq, view: page.view, soFar: page.soFar, usageVersion: page.usageVersion, readOnly: false, arrived: [] }), [page]);
  const live = useAccountLive(from);
  useFrame({ connection: live.connection });
  useLoadedAgain(live.seq, page.seq, live.usageVersion, page.usageVersion);
  const { view, soFar } = live;
  const active = services.filter((service) => service.stopOn === null || service.stopOn > page.today);
  const place = active[0]?.address ?? services[0]?.address ?? header.mailing;
  const to = (rest: string) => accountPath(header.accountId, rest);

  return (
    <Page title={header.name} back={{ to: "/staff/accounts", label: "Accounts" }}
      intro={<Row>
        <span className="num">{header.accountId}</span><span>{place}</span>
        {view.status === "open" ? <Badge tone="good">Open</Badge> : <Badge>Closed</Badge>}
        {view.pastDue > 0 ? <Badge tone="bad">Past due</Badge> : null}
        {view.budget ? <Badge tone="info">Budget</Badge> : null}
        {view.holds.map((hold) => <Badge key={hold.holdId} tone="warn" icon="lock">{holdName(hold.kind)}</Badge>)}
        {exceptions.length > 0 ? <Badge tone="warn">{exceptions.length === 1 ? "1 read in doubt" : `${exceptions.length} in doubt`}</Badge> : null}
        {mine ? <Badge tone="info">Linked to you</Badge> : null}
      </Row>}
      actions={<>
        {can.request ? <ButtonLink to={to("/request")} icon="request">Request</ButtonLink> : null}
        {can.adjust ? <ButtonLink to={to("/adjust")} icon="rates">Adjust</ButtonLink> : null}
        {can.pay ? <ButtonLink to={to("/pay")} kind="primary" icon="pay" keyHint="t">Take payment</ButtonLink> : null}
      </>}>
      <AnswerNotice />
      <Grid>
        <Card title={view.due < 0 ? "In credit" : view.budget ? "Due now" : "Owes"} action={<Row>{can.budget ? <Link to={to("/budget")}>{view.budget ? "Budget billing" : "Offer a budget"}</Link> : null}{can.prepaid ? <Link to={to("/prepaid")}>Prepaid</Link> : null}</Row>}><Balance view={view} /></Card>
        <Card title="Next"><DescriptionList lines facts={nextFacts(page, view, soFar)} /></Card>
        <Card title="Customer" action={can.invite ? <Link to={`/staff/people/invite?account=${header.accountId}`}>Invite to the portal</Link> : null}>
          <DescriptionList lines facts={customerFacts(page)} />
          {can.erase && active.length === 0 ? <p className="small"><Link to={to("/erase")}>Erase personal data</Link></p> : null}
        </Card>
      </Grid>
      <Columns aside={<>
        <Services services={services} today={page.today} manage={can.serve ? to("/services") : undefined} />
        <Usage page={page} services={active} />
        {page.pendingBill ? <PendingBillCard bill={page.pendingBill} /> : null}
        <Card title="Bills" flush action={bills.length > LATEST ? <Link to="?show=money" preventScrollReset>All of them</Link> : null}>
          <Table caption="Bills" narrow="keep" rows={bills.slice(0, LATEST)} rowKey={(bill) => bill.id} rowTo={(bill) => `/staff/bills/${encodeURIComponent(bill.id)}`}
            empty={<EmptyState title="No bills yet">{page.nextBillOn ? <>The first one is made after <DateText date={page.nextBillOn} form="day" />.</> : null}</EmptyState>}
            columns={[
              { key: "for", head: "For", main: true, cell: (bill) => <><PeriodText period={{ from: bill.periodFrom, to: bill.periodTo }} />{bill.status === "canceled" ? <> <Badge>Canceled</Badge></> : null}</> },
              { key: "amount", head: "Charges", numeric: true, cell: (bill) => <Money cents={bill.charges} ledger /> },
            ]} />
        </Card>
        <Card title="Payments" flush action={payments.length > LATEST ? <Link to="?show=money" preventScrollReset>All of them</Link> : null}>
          <Table caption="Payments" narrow="keep" rows={payments.slice(0, LATEST)} rowKey={(payment) => payment.id} rowTo={(payment) => to(`/payments/${encodeURIComponent(payment.id)}`)}
            empty={<EmptyState title="No payments yet" />}
            columns={[
              { key: "on", head: "Received", main: true, cell: (payment) => <TimeText at={payment.receivedAt} /> },
              { key: "how", head: "How", cell: (payment) => (page.reversed.includes(payment.id) ? <Badge tone="bad">Taken back</Badge> : tenderName(payment.tender)) },
              { key: "amount", head: "Amount", numeric: true, cell: (payment) => <Money cents={payment.amount} ledger /> },
            ]} />
        </Card>
        <Requests page={page} to={can.request ? to("/request") : undefined} view={view} />
        {exceptions.length > 0 ? <InDoubt exceptions={exceptions} /> : null}
        <Holds view={view} to={can.hold ? to("/holds") : undefined} />
        <Card title="May see this account" action={can.invite ? <Link to={`/staff/people/invite?account=${header.accountId}`}>Invite</Link> : null}>
          {people.length === 0
            ? <p className="soft">Nobody has linked it in the portal.</p>
            : <DescriptionList lines facts={people.map((person) => ({ term: person.name, value: <span className="soft">{person.email}</span> }))} />}
        </Card>
      </>}>
        <History page={page} group={group} before={before} arrived={live.arrived} />
      </Columns>
    </Page>
  );
}

/** Lists behind a pushed change are loaded again; the figures have moved already. */
function useLoadedAgain(seq: number, loadedSeq: number, usage: number, loadedUsage: number): void {
  const { revalidate } = useRevalidator();
  const asked = useRef({ seq: loadedSeq, usage: loadedUsage });
  useEffect(() => {
    const known = { seq: Math.max(asked.current.seq, loadedSeq), usage: Math.max(asked.current.usage, loadedUsage) };
    asked.current = { seq: Math.max(known.seq, seq), usage: Math.max(known.usage, usage) };
    if (seq > known.seq || usage > known.usage) void revalidate();
  }, [seq, loadedSeq, usage, loadedUsage, revalidate]);
}

type View = StaffAccountPage["view"];

/** What the caller asks next: until when, what is coming, is somebody coming. */
function nextFacts(page: StaffAccountPage, view: View, soFar: StaffAccountPage["soFar"]): Fact[] {
  const facts: Fact[] = [];
  if (view.pastDue > 0) facts.push({ term: "Past due", value: <strong><Money cents={view.pastDue} /></strong> });
  if (view.budget) facts.push(...budgetFacts(view.budget));
  if (view.dueOn && view.due > 0) facts.push({ term: view.pastDue > 0 ? "Since" : "Due", value: <DateText date={view.dueOn} /> });
  facts.push({ term: "Last payment", value: view.lastPayment ? <><Money cents={view.lastPayment.amount} />, <TimeText at={view.lastPayment.receivedAt} /></> : <span className="soft">None yet</span> });
  if (soFar) facts.push({ term: "Bill so far", value: <LiveValue value={soFar.total}><Money cents={soFar.total} /></LiveValue>, more: <>through <DateText date={soFar.asOf} form="day" /></> });
  if (page.nextBillOn) facts.push({ term: "Next bill", value: <DateText date={page.nextBillOn} /> });
  const waiting = view.requests.filter((request) => request.status !== "closed").length;
  facts.push({ term: "Requests", value: waiting === 0 ? <span className="soft">None open</span> : `${waiting} open` });
  return facts;
}

/** What the same amount every month is, and how far it is off. */
function budgetFacts(budget: NonNullable<View["budget"]>): Fact[] {
  return [
    { term: "Budget amount", value: <><Money cents={budget.amount} /> a month</> },
    { term: "Budget balance", value: <Money cents={budget.carried} ledger />, ...(budget.proposed === null ? {} : { more: <><Money cents={budget.proposed} /> a month is proposed</> }) },
  ];
}

function customerFacts({ header }: StaffAccountPage): Fact[] {
  return [
    { term: "Phone", value: header.phone ? <a href={`tel:${header.phone}`}>{header.phone}</a> : <span className="soft">Not known</span> },
    { term: "E-mail", value: header.email ?? <span className="soft">Not known</span> },
    { term: "Mail goes to", value: header.mailing },
    { term: "Bills go by", value: header.delivery === "paper" ? "Paper" : "E-mail" },
    { term: "Class", value: className(header.customerClass) },
    { term: "Bill cycle", value: header.billCycle },
    { term: "Customer since", value: <DateText date={header.openedOn} form="day" /> },
  ];
}

function Services({ services, today, manage }: { services: readonly ServiceRow[]; today: string; manage: string | undefined }) {
  return (
    <Card title="Services" action={manage ? <Link to={manage}>Start or stop</Link> : null}>
      {services.length === 0 ? <p className="soft">No service has been started.</p> : (
        <ul className="plain-list">
          {services.map((service) => (
            <li key={service.agreementId}>
              <Row justify="between" align="baseline">
                <span className="keyed"><Icon name={commodityIcon(service.commodity)} />{commodityName(service.commodity)}</span>
                {service.meterId ? <Link to={`/staff/meters/${encodeURIComponent(service.meterId)}`}>{service.badge}</Link> : <span className="soft">No meter</span>}
              </Row>
              <p className="small soft">{service.rateName ?? "No rate"}</p>
              <p className="small soft"><Link to={`/staff/premises/${encodeURIComponent(service.premiseId)}`}>{service.address}</Link>, since <DateText date={service.startOn} form="day" />
                {service.stopOn ? <>{service.stopOn <= today ? ", stopped " : ", stops "}<DateText date={service.stopOn} form="day" /></> : null}</p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** One chart a meter: sewer that is billed on the water meter has none of its own. */
function Usage({ page, services }: { page: StaffAccountPage; services: readonly ServiceRow[] }) {
  if (page.usage.length === 0) return null;
  return (
    <Card title="Usage">
      {page.usage.map((usage) => {
        const service = services.find((each) => each.meterId === usage.meterId && each.commodity !== "sewer") ?? services.find((each) => each.meterId === usage.meterId);
        return <MeterBars key={usage.meterId} usage={usage} title={service ? commodityName(service.commodity) : "Usage"} height="low" />;
      })}
    </Card>
  );
}

function Requests({ page, to, view }: { page: StaffAccountPage; to: string | undefined; view: View }) {
  return (
    <Card title="Requests" flush action={to ? <Link to={to}>New request</Link> : null}>
      <Table caption="Requests" narrow="keep" rows={view.requests.toReversed()} rowKey={(request) => request.requestId} rowTo={(request) => `/staff/requests/${encodeURIComponent(request.requestId)}`}
        empty={<EmptyState title="No requests">What {page.header.name} asks for, here or in the portal.</EmptyState>}
        columns={[
          { key: "kind", head: "About", main: true, cell: (request) => requestKindName(request.kind) },
          { key: "state", head: "State", cell: (request) => <Badge tone={requestState(request.status).tone}>{requestState(request.status).name}</Badge> },
        ]} />
    </Card>
  );
}

function InDoubt({ exceptions }: { exceptions: readonly ExceptionRow[] }) {
  return (
    <Card title="Reads and bills in doubt" flush>
      <Table caption="Open exceptions" narrow="keep" rows={exceptions} rowKey={(row) => row.id} rowTo={(row) => `/staff/exceptions/${encodeURIComponent(row.id)}`}
        columns={[
          { key: "rule", head: "Rule", main: true, cell: (row) => ruleName(row.kind, row.rule) },
          { key: "since", head: "Since", cell: (row) => <Badge tone={severityTone("warn")} icon={null}><TimeText at={row.openedAt} /></Badge> },
        ]} />
    </Card>
  );
}

function Holds({ view, to }: { view: View; to: string | undefined }) {
  return (
    <Card title="Holds" action={to ? <Link to={to}>{view.holds.length > 0 ? "Place or release" : "Place a hold"}</Link> : null}>
      {view.holds.length === 0 ? <p className="soft">None. Fees and shut-off go their usual way.</p>
        : <DescriptionList lines facts={view.holds.map((hold) => ({ term: holdName(hold.kind), value: <>since <DateText date={hold.placedOn} form="day" /></> }))} />}
    </Card>
  );
}

/** Everything that happened; what is pushed comes in at the top, before the list behind it is loaded again. */
function History({ page, group, before, arrived }: { page: StaffAccountPage; group: TimelineGroup; before: number | null; arrived: AccountLive["arrived"] }) {
  const [search] = useSearchParams();
  const { history, header } = page;
  const stream = `account:${header.accountId}`;
  const listed = new Set(history.events.filter((event) => event.stream === stream).map((event) => event.seq));
  const { types } = TIMELINE_GROUPS[group];
  const pushed = before === null ? arrived.filter((event) => types === null || types.includes(event.type)) : [];
  const freshSeqs = new Set(pushed.map((event) => event.seq));
  const events: ShownEvent[] = [
    ...pushed.filter((event) => !listed.has(event.seq)).map((event) => ({ ...event, key: `${stream} ${event.seq}`, stream, actor: "", source: "just now", fresh: true })),
    ...history.events.map((event) => ({ ...event, key: `${event.stream} ${event.seq}`, fresh: event.stream === stream && freshSeqs.has(event.seq) })),
  ];
  return (
    <Card title="Timeline">
      <Choices label="What to show" name="show" chosen={group} search={search} choices={(Object.keys(TIMELINE_GROUPS) as TimelineGroup[]).map((value) => ({ value, label: TIMELINE_GROUPS[value].name }))} />
      {events.length === 0 ? <EmptyState icon="log" title="Nothing of this kind">Choose another kind, or everything.</EmptyState> : <EventTimeline label="What happened" events={events} names={history.names} />}
      <Pagination label="Timeline" newerLabel="Newest" olderLabel="Older" newer={before === null ? undefined : withParams(search, { before: null, did: null, as: null })}
        older={history.older === null ? undefined : withParams(search, { before: String(history.older), did: null, as: null })} />
    </Card>
  );
}
