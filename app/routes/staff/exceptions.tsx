import { Link, redirect, useSearchParams } from "react-router";
import type { Route } from "./+types/exceptions";
import { isLocalDate } from "../../../domain/calendar/local-date.ts";
import { startOfDay } from "../../../domain/calendar/zone.ts";
import type { ExceptionDecision } from "../../../domain/lifecycle/exception.ts";
import { may, owns } from "../../../domain/lifecycle/permissions.ts";
import { milliText } from "../../../domain/metering/units.ts";
import { letBillPass } from "../../../worker/operations/billing.ts";
import { assignException, BULK_MAX, countExceptions, decideException, decideExceptions, exceptionGroups, exceptionPage, isBulkDecision, listExceptions, snoozeException, type ExceptionFilter, type ExceptionGroup, type ExceptionItem, type ExceptionPage } from "../../../worker/operations/exceptions.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Row, Split, Stack } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import type { KeyHelp } from "../../components/staff-shell.tsx";
import { Pagination, Table } from "../../components/table.tsx";
import { Timeline, type TimelineItem } from "../../components/timeline.tsx";
import { requestContext } from "../../context.ts";
import { answering, refused } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { Choices, withParams } from "./choices.tsx";
import { eventWords } from "./event-words.ts";
import { QuickDecisions, WordyDecisions, type DecideIds } from "./exception-decide.tsx";
import { numberFacts } from "./exception-numbers.ts";
import { ExceptionStory } from "./exception-story.tsx";
import { textOf } from "./forms.server.ts";
import { fileLinePath, meterDayPath } from "./meter-day-parts.tsx";
import { useFrame } from "./frame.ts";
import { answerForm, atWork, backToForm, type StaffForm } from "./staff.server.ts";
import { plainWord, ruleName, severityTone } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Exceptions" }];

const VIEWS = ["todo", "waiting", "snoozed", "closed"] as const;
type View = (typeof VIEWS)[number];

const isView = (text: string | null): text is View => VIEWS.includes(text as View);

/** What the list is narrowed by; all of it stands in the address. */
function filterOf(search: URLSearchParams, userId: string): ExceptionFilter & { readonly view: View } {
  const view = search.get("view");
  return {
    view: isView(view) ? view : "todo", kind: search.get("kind"), rule: search.get("rule"), accountId: search.get("account"), after: search.get("after"), cycle: search.get("cycle"), gateway: search.get("gateway"),
    owner: search.get("owner") === "me" ? userId : search.get("owner") === "none" ? "none" : null,
  };
}

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:exception:any");
  const filter = filterOf(asked.url.searchParams, actor.userId);
  const { exceptionId } = asked.params;
  const [list, counts, groups, named] = await answering(() => Promise.all([
    listExceptions(world, actor, filter), countExceptions(world, actor), filter.view === "todo" ? exceptionGroups(world, actor, filter.rule ?? null) : null, exceptionId === undefined ? null : exceptionPage(world, actor, exceptionId),
  ]));
  const [oldest] = list.items;
  const page = named ?? (exceptionId === undefined && oldest ? await answering(() => exceptionPage(world, actor, oldest.id)) : null);
  if (exceptionId !== undefined && !page) throw refused(404, "There is no such exception.");
  // A decision may cure what came next as well: then the one after that is shown.
  if (asked.url.searchParams.get("did") === "decided" && page && page.item.status !== "open" && oldest) throw redirect(exceptionPath(oldest.id, asked.url.searchParams, "decided"));
  const at = list.items.findIndex((item) => item.id === page?.item.id);
  const next = list.items[at + 1]?.id ?? list.items.find((item) => item.id !== page?.item.id)?.id ?? "";
  const accountId = page?.item.accountId ?? null;
  const mine = accountId !== null && owns(actor, accountId);
  const ids: DecideIds = { decide: newCommandId(), edit: newCommandId(), own: newCommandId(), snooze: newCommandId(), pass: newCommandId() };
  const bulkId = newCommandId();
  return { list, counts, groups, page, next, ids, bulkId, view: filter.view, userId: actor.userId, may: { decide: may(actor, "decide:exception:any", mine), reread: may(actor, "order:reread:any", mine), correct: may(actor, "correct:bill:any", mine) } };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "read:exception:any");
  const { exceptionId = "" } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const commandId = text("commandId");
  const on = (id: string, did: string) => () => exceptionPath(id, asked.url.searchParams, did);
  const here = on(exceptionId, "saved");
  const onward = on(text("next"), "decided");
  switch (text("do")) {
    case "assign": return answerForm(form, () => assignException(world, actor, { commandId, exceptionId }), here);
    case "release": return answerForm(form, () => assignException(world, actor, { commandId, exceptionId, owner: null }), here);
    case "wake": return answerForm(form, () => snoozeException(world, actor, { commandId, exceptionId, until: null, reason: "" }), here);
    case "snooze": {
      const until = text("until");
      if (!isLocalDate(until)) return backToForm(form, [{ field: "until", message: "Choose a day." }]);
      const { zone } = await loadPlace(asked.context.get(requestContext));
      return answerForm(form, () => snoozeException(world, actor, { commandId, exceptionId, until: startOfDay(until, zone), reason: text("reason") }), onward);
    }
    case "pass": return answerForm(form, () => letBillPass(world, actor, { commandId, exceptionId, reason: text("reason") }), onward);
    case "decide": {
      const decision = text("decision") as ExceptionDecision;
      if (decision !== "edit") return answerForm(form, () => decideException(world, actor, { commandId, exceptionId, decision, reason: text("reason") }), onward);
      const page = await answering(() => exceptionPage(world, actor, exceptionId));
      if (!page?.meter) throw refused(404, "There is no such exception.");
      const slots = page.meter.kind === "register" ? [] : changedSlots(page, form);
      const edit = page.meter.kind === "register" ? { value: text("first").replaceAll(",", "") } : { slots: slots.map(({ slot, value }) => ({ slot, value })) };
      const fieldOf = (field: string) => (field === "value" ? "first" : field === "reason" ? field : (slots[Number(/^slots\[(\d+)\]/.exec(field)?.[1])]?.name ?? ""));
      return answerForm(form, () => decideException(world, actor, { commandId, exceptionId, decision, reason: text("reason"), ...edit }), onward, fieldOf);
    }
    case "many": {
      const decision = text("decision");
      if (!isBulkDecision(decision)) throw refused(400, "There is no such decision.");
      const exceptionIds = form.getAll("exceptionId").map(String).slice(0, BULK_MAX);
      const { decided, refused: left } = await answering(() => decideExceptions(world, actor, { commandId, exceptionIds, decision, reason: text("reason") }));
      if (left.length > 0) return backToForm(form, [{ field: "", message: `${decided} decided. ${left.length} stay on the list: ${[...new Set(left.map(({ message }) => message))].join(" ")}` }]);
      return redirect(exceptionPath("", asked.url.searchParams, "many"), 303);
    }
    default: throw refused(400, "There is no such thing to do here.");
  }
}

/** The intervals whose field says something else than what is stored. */
function changedSlots({ meter }: ExceptionPage, form: FormData): { slot: number; value: string; name: string }[] {
  return meter!.slots.flatMap(({ slot, value }, i) => {
    const name = i === 0 ? "first" : `slot-${slot}`;
    const typed = textOf(form, name).trim().replaceAll(",", "");
    return typed === "" || typed === (value === null ? "" : milliText(value).replaceAll(",", "")) ? [] : [{ slot, value: typed, name }];
  });
}

/** An exception in the list it was found in. */
function exceptionPath(id: string, search: URLSearchParams, did?: string): string {
  const params = new URLSearchParams(search);
  for (const gone of ["did", "as"]) params.delete(gone);
  if (did) params.set("did", did);
  const query = params.size > 0 ? `?${params}` : "";
  return `/staff/exceptions${id === "" ? "" : `/${encodeURIComponent(id)}`}${query}`;
}

const KEYS: readonly KeyHelp[] = [
  { keys: ["a"], does: "Accept" },
  { keys: ["e"], does: "Edit" },
  { keys: ["s"], does: "Estimate" },
  { keys: ["r"], does: "Order a re-read" },
  { keys: ["t"], does: "Take it, or give it back" },
];

const NONE: Readonly<Record<View, string>> = { todo: "Nothing is in doubt", waiting: "Nobody waits for a read", snoozed: "Nothing is put off", closed: "Nothing has been decided yet" };

/** The queue at the left, one read and its meter's story at the right, a key for each decision. */
export default function Exceptions({ loaderData, actionData }: Route.ComponentProps) {
  const { list, counts, groups, page, next, ids, bulkId, view, userId, may: can } = loaderData;
  const [search] = useSearchParams();
  useFrame({ pageKeys: KEYS });
  const choices = [
    { value: "todo", label: "To do", count: counts.todo }, { value: "waiting", label: "Waiting for a read", count: counts.waiting },
    { value: "snoozed", label: "Put off", count: counts.snoozed }, { value: "closed", label: "Decided" },
  ];
  const rules = view === "todo" ? counts.byRule.slice(0, RULES_SHOWN) : [];
  return (
    <Page title="Exceptions" actions={<span className="soft num">{counts.todo} to do, {counts.holding} hold bills</span>}>
      <AnswerNotice />
      <Choices label="Which exceptions" at="/staff/exceptions" name="view" chosen={view} choices={choices} search={search} resets={["after", "rule", "kind", "cycle", "gateway"]} />
      {rules.length > 1 ? (
        <Choices label="By rule" at="/staff/exceptions" name="rule" chosen={search.get("rule") ?? ""} search={search} choices={[{ value: "", label: "All" }, ...rules.map(({ kind, rule, count }) => ({ value: rule, label: ruleName(kind, rule), count }))]} resets={["after", "kind"]} />
      ) : null}
      {groups ? <><Groups label="By bill cycle" name="cycle" groups={groups.cycles} search={search} /><Groups label="By gateway" name="gateway" groups={groups.gateways} search={search} /></> : null}
      <Split label="Exceptions" list={<Stack>
        <Card flush>
          <Table<ExceptionItem> caption="Exceptions" narrow="keep" rows={list.items} rowKey={(row) => row.id} rowTo={(row) => exceptionPath(row.id, search)} rowCurrent={(row) => row.id === page?.item.id}
            empty={<EmptyState icon="good" title={NONE[view]}>What fails validation, or holds a bill, is listed here for a person.</EmptyState>}
            columns={[
              { key: "what", head: "What", main: true, cell: (row) => <>{row.badge ?? row.accountName ?? row.accountId ?? "Unknown"}<span className="row-more">{row.address ?? row.accountName ?? ""}</span></> },
              {
                key: "rule", head: "Rule, since",
                cell: (row) => <>
                  <Badge tone={row.status === "open" ? severityTone(row.severity) : "plain"} icon={null}>{ruleName(row.kind, row.rule)}</Badge>
                  <span className="row-more"><TimeText at={row.openedAt} />{row.ownerName === null ? "" : `, ${row.ownerName}`}</span>
                </>,
              },
            ]} />
          <Pagination label="Exceptions" newerLabel="First page" olderLabel="Next" newer={search.get("after") ? withParams(search, { after: null }) : undefined} older={list.next === null ? undefined : withParams(search, { after: list.next })} />
        </Card>
        {view === "todo" && can.decide && search.get("rule") ? <Together items={list.items.filter(({ kind }) => kind === "reads")} rule={search.get("rule")!} commandId={bulkId} to={exceptionPath(page?.item.id ?? "", search)} state={actionData ?? null} /> : null}
      </Stack>}>
        {page ? <Detail key={page.item.id} page={page} next={next} to={exceptionPath(page.item.id, search)} ids={ids} userId={userId} may={can} state={actionData?.values["do"]?.[0] === "many" ? null : (actionData ?? null)} /> : <Card><EmptyState icon="good" title={NONE[view]}>The next one appears here by itself.</EmptyState></Card>}
      </Split>
    </Page>
  );
}

/** Where the exceptions come from, when there is more than one place. */
function Groups({ label, name, groups, search }: { label: string; name: string; groups: readonly ExceptionGroup[]; search: URLSearchParams }) {
  if (groups.length < 2) return null;
  return <Choices label={label} at="/staff/exceptions" name={name} chosen={search.get(name) ?? ""} search={search} choices={[{ value: "", label: "All" }, ...groups.slice(0, RULES_SHOWN).map(({ value, name: word, count }) => ({ value, label: word, count }))]} resets={["after"]} />;
}

/** One decision on all that are listed, once they are of one rule. */
function Together({ items, rule, commandId, to, state }: { items: readonly ExceptionItem[]; rule: string; commandId: string; to: string; state: StaffForm | null }) {
  if (items.length < 2) return null;
  return (
    <Card title={`All ${items.length} listed: ${ruleName("reads", rule).toLowerCase()}`}>
      <FormFrame id="together" action={to} commandId={commandId} state={state?.values["do"]?.[0] === "many" ? state : null}>
        <input type="hidden" name="do" value="many" readOnly />
        {items.map(({ id }) => <input key={id} type="hidden" name="exceptionId" value={id} readOnly />)}
        <TextField name="reason" label="Why" optional maxLength={500} autoComplete="off" />
        <Row>
          <Submit name="decision" value="accept" kind="secondary">Accept all {items.length}</Submit>
          <Submit name="decision" value="estimate" kind="secondary">Estimate all {items.length}</Submit>
        </Row>
      </FormFrame>
    </Card>
  );
}

const RULES_SHOWN = 8;

type DetailProps = Parameters<typeof QuickDecisions>[0];

function Detail(props: DetailProps) {
  const { page } = props;
  const { item, rule, numbers, meter, source, others, steps } = page;
  const facts: Fact[] = [
    ...(source ? [{ term: "Came in", value: <Link to={fileLinePath(source.fileId, source.line)}><span className="break">{source.file}</span>, line {source.line}</Link> }] : []),
    ...(meter && item.day ? [{ term: "Its values", value: <Link to={meterDayPath(meter.meterId, item.day, meter.channelId)}>Where they come from</Link> }] : []),
    ...numberFacts(numbers, item.kind, meter?.unit ?? null),
    { term: "Holds bills", value: item.status === "open" && item.severity === "fail" ? "Yes" : "No" },
    { term: "Taken by", value: item.ownerName ?? <span className="soft">Nobody yet</span> },
    { term: "Since", value: <TimeText at={item.openedAt} form="full" /> },
  ];
  return (
    <>
      <Card title={<Row>{item.meterId && item.badge ? <Link to={`/staff/meters/${encodeURIComponent(item.meterId)}`}>Meter {item.badge}</Link> : item.badge ? `Meter ${item.badge}` : rule.title} <Badge tone={item.status === "open" ? severityTone(item.severity) : "good"}>{item.status === "open" ? rule.title : `Decided: ${plainWord(item.decision ?? "closed").toLowerCase()}`}</Badge></Row>}
        action={item.accountId ? <Link to={accountPath(item.accountId)}>{[item.accountName ?? item.accountId, item.address].filter(Boolean).join(", ")}</Link> : item.premiseId ? <Link to={`/staff/premises/${encodeURIComponent(item.premiseId)}`}>{item.address}</Link> : null}
        footer={item.status === "open" ? <QuickDecisions {...props} /> : null}>
        {props.state?.errors.some((error) => error.field === "") && props.state.values["decision"]?.[0] !== "edit" ? <p className="field-error" role="alert">{props.state.errors[0]!.message}</p> : null}
        <p>{item.sentence}</p>
        <DescriptionList facts={facts} />
        {rule.what ? <p className="small soft">{rule.what}{rule.source ? ` (${rule.source})` : ""}</p> : null}
      </Card>
      <ExceptionStory page={page} />
      {item.status === "open" ? <WordyDecisions {...props} /> : null}
      {others.length > 0 ? (
        <Card title="Also open on this channel" flush>
          <Table<ExceptionItem> caption="Other exceptions of the channel" narrow="keep" rows={others} rowKey={(row) => row.id} rowTo={(row) => `/staff/exceptions/${encodeURIComponent(row.id)}`}
            columns={[{ key: "rule", head: "Rule", main: true, cell: (row) => ruleName(row.kind, row.rule) }, { key: "what", head: "What", cell: (row) => <span className="soft">{row.sentence}</span> }]} />
        </Card>
      ) : null}
      {steps.length > 0 ? <Card title="What happened with it"><Timeline label="Steps, newest first" items={steps.map((step): TimelineItem => {
        const words = eventWords({ type: step.type, stream: `exception:${item.id}`, summary: step.summary });
        return { id: String(step.seq), at: step.at, icon: words.icon, tone: words.tone, title: words.title, by: step.actorName ?? (step.actor.startsWith("gateway:") ? "Gateway" : "By itself"), detail: step.reason ?? undefined };
      }).toReversed()} /></Card> : null}
    </>
  );
}
