import { Form, Link } from "react-router";
import type { Route } from "./+types/account-correct";
import type { BillDiff, SegmentDiff } from "../../../domain/billing/branch.ts";
import { CAUSES, CORRECTION_CAUSES } from "../../../domain/lifecycle/correction.ts";
import { offerText } from "../../../domain/lifecycle/instalments.ts";
import { milliText, quantityText, type Unit } from "../../../domain/metering/units.ts";
import { formatDollars } from "../../../domain/money/cents.ts";
import type { ProposalAction } from "../../../domain/lifecycle/setting-approval.ts";
import { correctBills, correctionPage, decideCorrection, type BranchPage, type CorrectionPage, type CorrectionProposal } from "../../../worker/operations/corrections.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { CheckboxesField, CheckboxField, SelectField, TextArea } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { ActionButton, FormFrame, Submit } from "../../components/form.tsx";
import { Button } from "../../components/button.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { usePlace } from "../../i18n/context.tsx";
import { formatPeriod } from "../../format/dates.ts";
import { answering } from "../../session.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { askedIn } from "./correct-ask.server.ts";
import { effectsText, limitText } from "./correct-words.ts";
import { textOf } from "./forms.server.ts";
import { RejectForm } from "./reject-form.tsx";
import { answerForm, atWork, type StaffForm } from "./staff.server.ts";
import { causeName, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Correct bills, ${loaderData.head.name}` : "Correct bills" }];

/** `?from=BILL&cause=CAUSE` is a preview that is stored nowhere; `?proposal=ID` what somebody has proposed. */
export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "correct:bill:any");
  const { searchParams } = asked.url;
  const page = await answering(() => correctionPage(world, actor, accountId, askedIn(searchParams), searchParams.get("proposal")));
  return { head, page, chosen: { from: searchParams.get("from"), cause: searchParams.get("cause") }, commandId, rejectId: newCommandId(), withdrawId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const commandId = textOf(form, "commandId");
  const proposalId = textOf(form, "proposalId");
  const done = (did: string) => (status: "done" | "pending") => didPath(accountPath(accountId), did, status);
  if (proposalId !== "") {
    const step = textOf(form, "action") as ProposalAction;
    const did = step === "approve" ? "corrected" : step === "withdraw" ? "dropped" : "refused";
    return answerForm(form, () => decideCorrection(world, actor, { commandId, accountId, proposalId, action: step, reason: textOf(form, "reason") }), done(did), (field) => (field === "form" ? "" : field));
  }
  const chosen = askedIn(form);
  const input = { commandId, accountId, asked: chosen ?? { fromBill: "", cause: "other", again: true, services: [], feesBack: null }, reason: textOf(form, "reason"), branchHash: textOf(form, "branch") };
  const proposed = textOf(form, "alone") === "";
  return answerForm(form, () => correctBills(world, actor, input), done(proposed ? "correctionProposed" : "corrected"), (field) => (field === "reason" ? field : ""));
}

/** Bills made again: choose what was wrong, look at what it changes, and do all of it or none. */
export default function Correct({ loaderData, actionData }: Route.ComponentProps) {
  const { head, page, chosen, commandId, rejectId, withdrawId } = loaderData;
  const { branch, proposal } = page;
  // Sums over a part of the bills would say nothing.
  const whole = branch?.blocked.length === 0;
  return (
    <Page title={proposal ? "A correction to agree to" : "Correct bills"} back={{ to: accountPath(head.accountId), label: head.name }}
      intro="From one bill on, every bill is made again from what is known now. The old ones stay, canceled, with what they rested on.">
      <AnswerNotice />
      <Columns aside={<>
        <AccountAside head={head} />
        {branch && whole ? <Totals branch={branch} /> : null}
        {branch ? <Limits branch={branch} /> : null}
      </>}>
        {page.waiting ? <Notice tone="warn" icon="pending" title="Another correction waits" action={<Link to={`?proposal=${encodeURIComponent(page.waiting)}`}>Look at it</Link>}>Bills of this account are being decided on by a second person.</Notice> : null}
        {proposal ? <Proposed page={page} proposal={proposal} /> : page.bills.length === 0 ? <Card><EmptyState icon="bill" title="No bill to correct">No bill of this account stands.</EmptyState></Card> : <Chooser page={page} chosen={chosen} />}
        {page.refusal ? <Notice tone="bad" title="This cannot be corrected">{page.refusal}</Notice> : null}
        {branch ? <BranchView page={page} branch={branch} /> : null}
        {branch && !proposal && whole ? <Commit page={page} branch={branch} commandId={actionData?.commandId ?? commandId} state={actionData} /> : null}
        {proposal && proposal.actions.length > 0 ? <Decide proposal={proposal} ids={{ approve: commandId, reject: rejectId, withdraw: withdrawId }} state={actionData} /> : null}
      </Columns>
    </Page>
  );
}

// ---- what was wrong -------------------------------------------------------------------------------------------

function Chooser({ page, chosen }: { page: CorrectionPage; chosen: { readonly from: string | null; readonly cause: string | null } }) {
  const { zone: _, today } = usePlace();
  const { bills, services, rates, asked, branch } = page;
  const fees = branch?.fees ?? [];
  const choosable = services.filter(({ commodity, rateScheduleId }) => rates.some((rate) => rate.commodity === commodity && rate.scheduleId !== rateScheduleId));
  return (
    <Card title="What is corrected">
      <Form method="get" className="form" preventScrollReset>
        <SelectField name="from" label="From which bill on" hint="It and every later bill are made again together." defaultValue={asked?.fromBill ?? chosen.from ?? bills[0]!.billId}
          options={bills.map(({ billId, number, periodFrom, periodTo, charges }) => ({ value: billId, label: `${formatPeriod("en", { from: periodFrom, to: periodTo }, today)}, ${formatDollars(charges)} (${number})` }))} />
        <SelectField name="cause" label="What was wrong" hint="It decides how far back the law goes, and what the customer reads." defaultValue={asked?.cause ?? chosen.cause ?? "wrongRead"} options={CORRECTION_CAUSES.map((value) => ({ value, label: CAUSES[value].name }))} />
        {choosable.map(({ agreementId, commodity, rateScheduleId }) => (
          <SelectField key={agreementId} name={`rate.${agreementId}`} label={`Rate of ${commodityName(commodity).toLowerCase()}`} optional defaultValue={asked?.services.find((service) => service.agreementId === agreementId)?.rateScheduleId ?? ""}
            options={[{ value: "", label: "As it is" }, ...rates.filter((rate) => rate.commodity === commodity && rate.scheduleId !== rateScheduleId).map(({ scheduleId, name }) => ({ value: scheduleId, label: name }))]} />
        ))}
        {fees.length > 0 ? (
          <>
            <input type="hidden" name="fees" value="chosen" readOnly />
            <CheckboxesField name="fee" label="Fees to give back" hint="Those that would not have been charged are chosen." defaultValues={fees.filter(({ back }) => back).map(({ adjustmentId }) => adjustmentId)}
              options={fees.map(({ adjustmentId, amount, on, reason, pastDue, fallsAway }) => ({ value: adjustmentId, label: `${formatDollars(amount)}, ${on}: ${reason}`, hint: fallsAway ? "By the corrected bills nothing was past due." : `${formatDollars(pastDue)} were past due all the same.` }))} />
          </>
        ) : null}
        <CheckboxField name="only" label="Take the bills back and make none in their places" hint="The next run bills these days anew." defaultChecked={asked?.again === false} />
        <div><Button kind={branch ? "secondary" : "primary"}>{branch ? "Work it out again" : "Show what it changes"}</Button></div>
      </Form>
    </Card>
  );
}

// ---- what it changes ------------------------------------------------------------------------------------------

function BranchView({ page, branch }: { page: CorrectionPage; branch: BranchPage }) {
  const { diffs, blocked, notes, leaks, offer, closed } = branch;
  return (
    <>
      {closed ? <Notice tone="bad" title={`The accounting period ${closed} is closed`}>Nothing of today can be posted. Open it, or correct in the next one.</Notice> : null}
      {leaks.map(({ amount, postedOn, commodity }) => (
        <Notice key={`${postedOn} ${commodity} ${amount}`} tone="warn" title="A leak adjustment rests on these bills">{formatDollars(amount)} for {commodityName(commodity).toLowerCase()}, posted <DateText date={postedOn} form="day" />, stay as they are. If the bills fall for the same reason, take them back by a billing correction.</Notice>
      ))}
      {blocked.map(({ number, reasons }) => <Notice key={number} tone="bad" title={`Bill ${number} cannot be made again yet`}>{reasons.map(({ sentence }) => <p key={sentence}>{sentence}</p>)}</Notice>)}
      {diffs.filter(({ number }) => !blocked.some((bill) => bill.number === number)).map((diff) => <BillCard key={diff.billId} diff={diff} note={notes.find(({ number }) => number === diff.number)?.reasons.map(({ sentence }) => sentence) ?? []} />)}
      {offer && blocked.length === 0 ? (
        <Card title="Offered in parts" flush footer={offerText({ ...offer, offerId: "" }).en}>
          <Table caption="Instalments" narrow="keep" rows={offer.instalments} rowKey={(row) => row.dueOn} columns={[
            { key: "due", head: "Due", main: true, cell: (row) => <DateText date={row.dueOn} />, foot: "Together" }, { key: "amount", head: "Amount", numeric: true, cell: (row) => <Money cents={row.amount} ledger />, foot: <Money cents={offer.total} ledger /> },
          ]} />
        </Card>
      ) : null}
      {branch.averages.map(({ agreementId, commodity, from, number }) => (
        <Notice key={`${agreementId} ${from}`} tone="warn" icon="rates" title={`The winter average of the ${commodity} service rests on bill ${number}`}>It counts from <DateText date={from} /> on and stays as it is. A work item is opened to set it anew.</Notice>
      ))}
      {page.amount > page.most && !page.proposal && blocked.length === 0 ? <Notice tone="info" icon="people" title="This needs a second person">It changes {formatDollars(page.amount)}; today you decide on up to {formatDollars(page.most)} alone.</Notice> : null}
    </>
  );
}

function BillCard({ diff, note }: { diff: BillDiff; note: readonly string[] }) {
  const { billId, number, correctedId, periodFrom, periodTo, before, now, segments } = diff;
  return (
    <Card title={<Row><Link to={`/staff/bills/${encodeURIComponent(billId)}`}><PeriodText period={{ from: periodFrom, to: periodTo }} /></Link>{correctedId === null ? <Badge tone="warn">Taken back</Badge> : null}</Row>}
      action={<span className="soft num">{number}</span>} flush>
      <Table<SegmentDiff> caption={`Bill ${number}, as billed and as corrected`} rows={segments} rowKey={(row) => `${row.agreementId} ${row.periodFrom} ${String(row.trueUp)}`} columns={[
        { key: "service", head: "Service", main: true, cell: (row) => <>{commodityName(row.commodity)}<span className="row-more">{row.trueUp ? <>Estimate of <PeriodText period={{ from: row.periodFrom, to: row.periodTo }} /></> : effectsText(row)}</span></>, foot: "Charges" },
        { key: "usage", head: "Usage", cell: (row) => (row.unit === "" || (row.usedBefore === 0 && row.usedNow === 0) ? <span className="soft">None</span> : row.usedBefore === row.usedNow ? quantityText(row.usedNow, row.unit as Unit) : `${milliText(row.usedBefore)} → ${quantityText(row.usedNow, row.unit as Unit)}`), foot: "" },
        { key: "before", head: "Billed", numeric: true, cell: (row) => <Money cents={row.before} ledger />, foot: <Money cents={before} ledger /> },
        { key: "now", head: "Corrected", numeric: true, cell: (row) => <Money cents={row.now} ledger />, foot: <Money cents={now} ledger /> },
        { key: "change", head: "Change", numeric: true, cell: (row) => <Money cents={row.now - row.before} ledger />, foot: <strong><Money cents={now - before} ledger /></strong> },
      ]} />
      <div className="card-note">
        {note.map((sentence) => <p key={sentence} className="small">{sentence}</p>)}
        <Disclosure summary="Line by line">
          {segments.map((segment) => (
            <Table key={`${segment.agreementId} ${segment.periodFrom} ${String(segment.trueUp)}`} caption={commodityName(segment.commodity)} showCaption rows={segment.lines.map((line, i) => ({ ...line, i }))} rowKey={(row) => String(row.i)} columns={[
              { key: "line", head: "Line", main: true, cell: (row) => row.name },
              { key: "before", head: "Billed", numeric: true, cell: (row) => (row.before ? <Money cents={row.before.cents} ledger /> : <span className="soft">None</span>) },
              { key: "now", head: "Corrected", numeric: true, cell: (row) => (row.now ? <Money cents={row.now.cents} ledger /> : <span className="soft">None</span>) },
            ]} />
          ))}
        </Disclosure>
      </div>
    </Card>
  );
}

function Totals({ branch: { before, now, fees, beyond, net, balance } }: { branch: BranchPage }) {
  const back = fees.filter((fee) => fee.back).reduce((sum, { amount }) => sum + amount, 0);
  const facts: Fact[] = [
    { term: "Billed", value: <Money cents={before} ledger /> },
    { term: "Corrected", value: <Money cents={now} ledger /> },
    { term: "Fees given back", value: <Money cents={-back} ledger /> },
    { term: "Beyond the legal limit", value: <Money cents={-beyond} ledger /> },
  ];
  return (
    <Card title="All together">
      <DescriptionList lines facts={facts} total={{ term: net === 0 ? "No difference" : net < 0 ? "The customer owes less" : "The customer owes more", value: <Money cents={Math.abs(net)} ledger /> }} />
      <DescriptionList lines facts={[{ term: "Balance now", value: <Money cents={balance.before} /> }, { term: "Balance after", value: <Money cents={balance.after} /> }]} />
    </Card>
  );
}

function Limits({ branch: { charge, refund, now, before } }: { branch: BranchPage }) {
  return (
    <Card title="How far back" action={<Link to="/staff/settings/corrections">The rules</Link>}>
      <p className="small">{now >= before ? limitText(charge, "charge") : limitText(refund, "refund")}</p>
    </Card>
  );
}

// ---- doing it -------------------------------------------------------------------------------------------------

/** The chosen fields once more, so that what is committed is what was looked at. */
function AskedFields({ page: { asked } }: { page: CorrectionPage }) {
  const { fromBill, cause, again, services, feesBack } = asked!;
  const hidden: (readonly [string, string])[] = [
    ["from", fromBill], ["cause", cause], ...(again ? [] : [["only", "yes"] as const]), ...services.map(({ agreementId, rateScheduleId }) => [`rate.${agreementId}`, rateScheduleId] as const),
    ...(feesBack === null ? [] : [["fees", "chosen"] as const, ...feesBack.map((fee) => ["fee", fee] as const)]),
  ];
  return <>{hidden.map(([name, value]) => <input key={`${name} ${value}`} type="hidden" name={name} value={value} readOnly />)}</>;
}

function Commit({ page, branch, commandId, state }: { page: CorrectionPage; branch: BranchPage; commandId: string; state: StaffForm | undefined }) {
  const alone = page.amount <= page.most;
  const n = branch.diffs.length;
  return (
    <Card title={alone ? "Do it" : "Propose it"}>
      <FormFrame state={state} commandId={commandId}>
        <AskedFields page={page} />
        <input type="hidden" name="branch" value={branch.hash} readOnly />
        {alone ? <input type="hidden" name="alone" value="yes" readOnly /> : null}
        <TextArea name="reason" label="Why" hint="For whoever asks next year. It stands in the log, not on the bill." rows={3} maxLength={1000} />
        <Submit>{alone ? (page.asked!.again ? `Correct ${n === 1 ? "the bill" : `${n} bills`}` : `Take ${n === 1 ? "the bill" : `${n} bills`} back`) : "Propose to a second person"}</Submit>
      </FormFrame>
    </Card>
  );
}

function Proposed({ page, proposal }: { page: CorrectionPage; proposal: CorrectionProposal }) {
  const { status, proposedAt, reason, current } = proposal;
  return (
    <Card title="Proposed" action={<Badge tone={status === "open" ? "warn" : "plain"} icon={status === "open" ? "pending" : null}>{status === "open" ? "Waits for another person" : status}</Badge>}>
      <DescriptionList lines facts={[
        { term: "From bill", value: page.asked!.fromBill }, { term: "Cause", value: causeName(page.asked!.cause) }, { term: "Why", value: reason ?? "" }, { term: "When", value: <TimeText at={proposedAt} form="full" /> },
      ]} />
      {status === "open" && !current ? <Notice tone="warn" title="The figures have changed since">Reads, rates or bills have come. It has to be withdrawn and proposed anew.</Notice> : null}
    </Card>
  );
}

function Decide({ proposal: { id, actions, current }, ids, state }: { proposal: CorrectionProposal; ids: Readonly<Record<ProposalAction, string>>; state: StaffForm | undefined }) {
  return (
    <Card title="Decide">
      {state?.errors.length && !actions.includes("reject") ? <FormFrame state={state}>{null}</FormFrame> : null}
      <Row>
        {actions.includes("approve") && current ? <ActionButton kind="primary" commandId={ids.approve} fields={{ proposalId: id, action: "approve" }}>Agree and correct</ActionButton> : null}
        {actions.includes("withdraw") ? <ActionButton commandId={ids.withdraw} fields={{ proposalId: id, action: "withdraw" }}>Withdraw</ActionButton> : null}
      </Row>
      {actions.includes("reject") ? <RejectForm id="reject" proposalId={id} state={state} commandId={ids.reject} /> : null}
    </Card>
  );
}
