import { Form, Link, useSearchParams } from "react-router";
import type { Route } from "./+types/rate-draft";
import { readRateText } from "../../../worker/operations/first-rate.ts";
import { discardDraft, documentOfDraft, findDraft, proposeDraft, publishDraft, saveDraft, sendBackDraft, withdrawDraft } from "../../../worker/operations/rate-drafts.ts";
import { draftPage, tryDraft, type BillUnder, type ReplaySummary } from "../../../worker/operations/rate-draft-pages.ts";
import { startReplay } from "../../../worker/operations/rate-replays.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { CheckboxField, DateField, Fieldset, TextArea, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Grid, Page, Row } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { draftState } from "./rate-draft-words.ts";
import { priceFields, withFigures, type ChargeFields, type PriceField } from "./rate-fields.ts";
import { stepsPictures, weekPictures } from "./rate-pictures.ts";
import { RatePictures } from "./rate-shown.tsx";
import { chargeWords } from "./rate-words.ts";
import { answerForm, atWork, backToForm } from "./staff.server.ts";
import { className, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Draft of ${loaderData.page.draft.name}` : "Draft of a rate" }];

/** Bills of the account that are shown old against new. */
const TRIED_BILLS = 6;

/** `?account=` tries the draft on that account's last bills. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:rates:any");
  const { draftId } = asked.params;
  const account = asked.url.searchParams.get("account")?.trim() ?? "";
  return answering(async () => {
    const [found, tried] = await Promise.all([draftPage(world, actor, draftId), account === "" ? null : tryDraft(world, actor, draftId, account)]);
    if (!found) throw refused(404, "There is no such draft.");
    const { document, counting, ...page } = found;
    const words = new Map((counting ? chargeWords(counting.document) : []).map((charge) => [charge.id, charge]));
    return {
      page, account, tried: tried && { bills: tried.bills.slice(0, TRIED_BILLS), all: tried.bills.length },
      text: JSON.stringify(document, null, 2), fields: priceFields(document), steps: stepsPictures(document), weeks: weekPictures(document),
      counting: counting?.version ?? null, changes: changedWords(chargeWords(document), words),
      commandIds: { save: newCommandId(), text: newCommandId(), propose: newCommandId(), decide: newCommandId(), sendBack: newCommandId(), replay: newCommandId(), discard: newCommandId() },
    };
  });
}

interface ChangedCharge { readonly id: string; readonly name: string; readonly now: readonly string[]; readonly before: readonly string[] | null }

type Words = ReturnType<typeof chargeWords>[number];
const sentences = ({ how, rows }: Words): string[] => [how, ...rows.map(({ who, what }) => (who === "" ? what : `${who}: ${what}`))];

/** Charges that read otherwise than in the version that counts today; those that are gone have no sentence now. */
function changedWords(charges: readonly Words[], before: ReadonlyMap<string, Words>): ChangedCharge[] {
  const now = charges.map((charge): ChangedCharge => ({ id: charge.id, name: charge.name, now: sentences(charge), before: before.has(charge.id) ? sentences(before.get(charge.id)!) : null }));
  const gone = [...before.values()].filter(({ id }) => !charges.some((charge) => charge.id === id)).map((charge): ChangedCharge => ({ id: charge.id, name: charge.name, now: [], before: sentences(charge) }));
  return [...now, ...gone].filter((charge) => charge.now.join("\n") !== (charge.before ?? []).join("\n"));
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "read:rates:any");
  const { draftId } = asked.params;
  const form = await asked.request.formData();
  const step = { commandId: textOf(form, "commandId"), draftId, note: textOf(form, "note") };
  const path = `/staff/rates/drafts/${encodeURIComponent(draftId)}`;
  const doing = textOf(form, "do");
  const to = (did: string) => (status: "done" | "pending") => didPath(path, did, status);
  switch (doing) {
    case "prices":
    case "document": return saved(asked, form, doing);
    case "propose": return answerForm(form, () => proposeDraft(world, actor, { ...step, shown: textOf(form, "shown") === "yes" }), to("proposed"));
    case "withdraw": return answerForm(form, () => withdrawDraft(world, actor, step), to("withdrawn"));
    case "sendBack": return answerForm(form, () => sendBackDraft(world, actor, step), to("sentBack"));
    case "publish": return answerForm(form, () => publishDraft(world, actor, { ...step, seen: textOf(form, "seen") }), to("published"));
    case "discard": return answerForm(form, () => discardDraft(world, actor, step), () => didPath("/staff/rates", "discarded", "done"));
    case "replay": {
      const answer = await answering(() => startReplay(world, actor, step));
      return answerForm(form, async () => answer, () => (answer.status === "done" ? `/staff/rates/replays/${encodeURIComponent(answer.result.replayId)}` : path));
    }
    default: throw refused(400, "There is no such thing to do here.");
  }
}

/** Figures are checked where they stand, so that each mistake is told at its field. */
async function saved(asked: Route.ActionArgs, form: FormData, doing: "prices" | "document") {
  const { actor, world } = atWork(asked, "draft:rates:any");
  const draft = await answering(() => findDraft(world.port, asked.params.draftId));
  if (!draft) throw refused(404, "There is no such draft.");
  const text = doing === "prices" ? JSON.stringify(withFigures(documentOfDraft(draft), (name) => (form.has(name) ? textOf(form, name) : null))) : textOf(form, "document");
  const read = readRateText(text);
  if (!read.ok) return backToForm(form, read.problems.map(({ path, message }) => ({ field: doing === "document" ? "document" : form.has(path) ? path : "", message: path === "" ? message : `${path}: ${message}` })));
  const { id: draftId, scheduleId, commodity, customerClass } = draft;
  const name = form.has("name") ? textOf(form, "name") : draft.name;
  const effectiveOn = form.has("effectiveOn") ? textOf(form, "effectiveOn") : draft.effectiveOn;
  return answerForm(form, () => saveDraft(world, actor, { commandId: textOf(form, "commandId"), draftId, scheduleId, name, commodity, customerClass, effectiveOn, document: read.document }), (status) => didPath(`/staff/rates/drafts/${encodeURIComponent(draftId)}`, "saved", status));
}

/** A draft: as a picture and in sentences, its figures to edit, tried on an account and on everybody, and the way to publication. */
export default function RateDraft({ loaderData, actionData }: Route.ComponentProps) {
  const { page: { draft, notCarriedOver, mayWrite, today }, steps, weeks, fields, text, commandIds, changes, counting } = loaderData;
  const state = actionData ?? null;
  const doing = state?.values["do"]?.[0] ?? "";
  const writing = draft.status === "draft" && mayWrite;
  return (
    <Page title={draft.name} back={{ to: `/staff/rates/${encodeURIComponent(draft.scheduleId)}`, label: "Versions of this rate" }}
      intro={<Row><Badge tone={draftState(draft.status).tone}>{draftState(draft.status).name}</Badge><span>{commodityName(draft.commodity)}, {className(draft.customerClass).toLowerCase()}</span><span>counts from <DateText date={draft.effectiveOn} /></span></Row>}>
      <AnswerNotice />
      <Columns aside={<><Way loaderData={loaderData} state={state} doing={doing} /><Everybody loaderData={loaderData} /><TryIt loaderData={loaderData} /></>}>
        {notCarriedOver.length > 0 ? (
          <Notice tone="warn" title="The import could not carry everything over">
            <ul>{notCarriedOver.map(({ path, reason }) => <li key={`${path} ${reason}`}><code>{path}</code> {reason}</li>)}</ul>
          </Notice>
        ) : null}
        <Tried loaderData={loaderData} />
        <Card title={counting === null ? "What it charges" : `What changes against version ${counting}`}>
          {changes.length === 0 ? <p className="soft">Nothing yet: every charge reads as it does today.</p> : changes.map(({ id, name, now, before }) => (
            <div key={id}>
              <h3>{name}{before === null ? <> <Badge tone="info">New</Badge></> : now.length === 0 ? <> <Badge tone="warn">Gone</Badge></> : null}</h3>
              {now.map((sentence) => <p key={sentence}>{sentence}</p>)}
              {before && now.length > 0 ? before.filter((sentence) => !now.includes(sentence)).map((sentence) => <p key={sentence} className="soft small">Today: {sentence}</p>) : null}
            </div>
          ))}
        </Card>
        <RatePictures steps={steps} weeks={weeks} />
        {writing ? (
          <>
            <Card title="Figures">
              <FormFrame id="prices" state={doing === "prices" ? state : null} commandId={state?.commandId ?? commandIds.save}>
                <Grid>
                  <TextField name="name" label="Name" defaultValue={draft.name} maxLength={120} />
                  <DateField name="effectiveOn" label="Counts from" defaultValue={draft.effectiveOn} min={today} />
                </Grid>
                {fields.map((charge) => (
                  <Fieldset key={charge.id} legend={charge.name}>
                    {isPlain(charge) ? (
                      <Grid min="small">{charge.rows.map((row) => <FigureField key={row.key} field={row.fields[0]!} label={row.who || row.fields[0]!.label} />)}</Grid>
                    ) : charge.rows.map((row) => (
                      <div key={row.key}>
                        {row.who ? <p className="soft small">{row.who}</p> : null}
                        <Grid min="small">
                          {row.fields.map((field) => <FigureField key={field.name} field={field} label={field.label} />)}
                        </Grid>
                      </div>
                    ))}
                  </Fieldset>
                ))}
                <Submit name="do" value="prices">Save the figures</Submit>
              </FormFrame>
            </Card>
            <Card title="The whole document">
              <p className="soft">Charges, steps, seasons and hours can be added and taken away here. What is wrong is named with its path.</p>
              <Disclosure summary="Edit the document" open={doing === "document"}>
                <FormFrame id="document-form" state={doing === "document" ? state : null} commandId={commandIds.text}>
                  <TextArea name="document" label="Document" defaultValue={text} rows={24} spellCheck={false} className="input code" />
                  <Submit name="do" value="document">Save the document</Submit>
                </FormFrame>
              </Disclosure>
            </Card>
          </>
        ) : null}
      </Columns>
    </Page>
  );
}

/** One figure a row, as of a charge by meter size: the rows need no headings. */
const isPlain = ({ rows }: ChargeFields): boolean => rows.every(({ fields }) => fields.length === 1);

function FigureField({ field: { name, value, money }, label }: { field: PriceField; label: string }) {
  return <TextField name={name} label={label} defaultValue={value} inputMode="decimal" autoComplete="off" spellCheck={false} {...(money ? { prefix: "$" } : {})} />;
}

type Shown = Route.ComponentProps["loaderData"];
type State = Parameters<typeof FormFrame>[0]["state"];

/** Who did what, and what can be done next by whom. */
function Way({ loaderData: { page, commandIds }, state, doing }: { loaderData: Shown; state: State; doing: string }) {
  const { draft, names, note, decision, mayWrite, mine, whyNotDecide } = page;
  const formState = (name: string) => (doing === name ? state : null);
  return (
    <Card title="On the way to publication">
      <DescriptionList facts={[
        { term: "Written by", value: <>{names[draft.savedBy] ?? draft.savedBy}, <TimeText at={draft.savedAt} form="full" /></> },
        ...(draft.proposedBy ? [{ term: "Proposed by", value: <>{names[draft.proposedBy] ?? draft.proposedBy}, <TimeText at={draft.proposedAt!} form="full" /></> }] : []),
        ...(note ? [{ term: "In words", value: note }] : []),
        ...(draft.decidedBy ? [{ term: draft.status === "published" ? "Published by" : "Sent back by", value: <>{names[draft.decidedBy] ?? draft.decidedBy}, <TimeText at={draft.decidedAt!} form="full" /></> }] : []),
        ...(decision ? [{ term: "Reason", value: decision }] : []),
        ...(draft.shownToCustomers ? [{ term: "Customers", value: "See what they would have paid" }] : []),
      ]} />
      {draft.status === "draft" && mayWrite ? (
        <>
          <FormFrame id="propose" state={formState("propose")} commandId={commandIds.propose}>
            <TextArea name="note" label="Why, for whoever publishes it" optional rows={2} maxLength={1000} />
            <CheckboxField name="shown" label="Show customers what they would have paid" hint="After the draft has been run over the past year." />
            <Submit name="do" value="propose">Propose it</Submit>
          </FormFrame>
          <FormFrame id="discard" state={formState("discard")} commandId={commandIds.discard}><Submit kind="quiet" name="do" value="discard">Discard the draft</Submit></FormFrame>
        </>
      ) : null}
      {draft.status === "proposed" && mine ? <FormFrame id="withdraw" state={formState("withdraw")} commandId={commandIds.decide}><p className="soft">Another person publishes it. To go on writing, take it back.</p><Submit kind="secondary" name="do" value="withdraw">Take it back</Submit></FormFrame> : null}
      {draft.status === "proposed" && !mine && whyNotDecide !== null ? <p className="soft">{whyNotDecide}</p> : null}
      {draft.status === "proposed" && whyNotDecide === null ? (
        <>
          <FormFrame id="publish" state={formState("publish")} commandId={commandIds.decide}>
            <input type="hidden" name="seen" value={draft.documentHash} readOnly />
            <p className="soft">What is published never changes. It counts from its day on, for every bill of this rate.</p>
            <Submit name="do" value="publish">Publish it</Submit>
          </FormFrame>
          <FormFrame id="sendBack" state={formState("sendBack")} commandId={commandIds.sendBack}>
            <TextArea name="note" label="What should be changed" rows={2} maxLength={1000} />
            <Submit kind="secondary" name="do" value="sendBack">Send it back</Submit>
          </FormFrame>
        </>
      ) : null}
      {draft.status === "published" ? <p><Link to={`/staff/rates/${encodeURIComponent(draft.scheduleId)}?version=${draft.publishedVersion}`}>Version {draft.publishedVersion} of this rate</Link></p> : null}
    </Card>
  );
}

/** The draft run over the past year of every account on the rate. */
function Everybody({ loaderData: { page: { replays, mayWrite, draft }, commandIds } }: { loaderData: Shown }) {
  const open = draft.status === "draft" || draft.status === "proposed";
  return (
    <Card title="What it would have done to everybody" flush={replays.length > 0} footer={mayWrite && open ? <FormFrame className="action" id="replay" state={null} commandId={commandIds.replay}><Submit kind="secondary" icon="cycle" name="do" value="replay">Run it over the past year</Submit></FormFrame> : undefined}>
      {replays.length > 0 ? (
        <Table<ReplaySummary> caption="Runs of this draft, newest first" rows={replays} rowKey={(row) => row.id} rowTo={(row) => `/staff/rates/replays/${encodeURIComponent(row.id)}`} columns={[
          { key: "when", head: "Run", main: true, cell: (row) => <TimeText at={row.startedAt} form="full" /> },
          { key: "accounts", head: "Accounts", numeric: true, cell: (row) => formatCount(row.done) },
          { key: "state", head: <span className="unseen">State</span>, cell: (row) => (row.status === "running" ? <Badge tone="info" icon="pending">Running</Badge> : row.current ? <Badge tone="good">As it is now</Badge> : <Badge>Before the last change</Badge>) },
        ]} />
      ) : <p className="soft">Runs the draft over the bills of the past year of every account on this rate: revenue by class, who would have paid more, and how much.</p>}
    </Card>
  );
}

function TryIt({ loaderData: { account } }: { loaderData: Shown }) {
  return (
    <Card title="Try it on an account">
      <Form method="get" className="form" preventScrollReset>
        <TextField name="account" label="Account number" defaultValue={account} width="medium" inputMode="numeric" autoComplete="off" />
        <Submit kind="secondary">Show its last bills</Submit>
      </Form>
    </Card>
  );
}

/** Old against new, bill by bill and line by line. */
function Tried({ loaderData: { account, tried } }: { loaderData: Shown }) {
  const [search] = useSearchParams();
  if (account === "" || search.get("account") === null) return null;
  const title = `Account ${account}, as billed and under this draft`;
  if (!tried || tried.bills.length === 0) return <Card title={title}><p className="soft">This account has no bill of the past year on this rate. Look the number up, or try another.</p></Card>;
  return <Card title={title} flush>{tried.bills.map((bill) => <TriedBill key={bill.billId + bill.period.from} bill={bill} />)}</Card>;
}

function TriedBill({ bill: { billId, number, period, before, after, reason, lines } }: { bill: BillUnder }) {
  const missing = <span className="soft">–</span>;
  return (
    <Table caption={<Row><Link to={`/staff/bills/${encodeURIComponent(billId)}`}>Bill {number}</Link><PeriodText period={period} />{reason ? <Badge tone="warn">{reason}</Badge> : null}</Row>} showCaption narrow="keep"
      rows={[...lines.map((line, i) => ({ ...line, key: `${i}`, sum: false })), { name: "Together", nameEs: "", before, after, key: "sum", sum: true }]} rowKey={(row) => row.key}
      columns={[
        { key: "line", head: "Line", main: true, cell: (row) => (row.sum ? <strong>{row.name}</strong> : row.name) },
        { key: "before", head: "As billed", numeric: true, cell: (row) => (row.before === null ? missing : <Money cents={row.before} ledger />) },
        { key: "after", head: "Under the draft", numeric: true, cell: (row) => (row.after === null ? missing : <Money cents={row.after} ledger />) },
        { key: "change", head: "Change", numeric: true, cell: (row) => (row.after === null || row.before === null ? missing : <Money cents={row.after - row.before} ledger />) },
      ]} />
  );
}
