import { data, Link, useSearchParams } from "react-router";
import type { Route } from "./+types/setting";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { NEEDS_APPROVAL, type ProposalAction } from "../../../domain/lifecycle/setting-approval.ts";
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { COMMODITIES as METERED } from "../../../domain/metering/channel.ts";
import { settingPage, type SettingPage } from "../../../worker/operations/setting-pages.ts";
import { decideSetting, proposeSetting, settingProposals, type Proposal } from "../../../worker/operations/setting-approval.ts";
import { previewThresholds, type ThresholdPreview } from "../../../worker/operations/threshold-preview.ts";
import { changeSetting, checkSetting, cyclesOf, saveCycle, settingsPage, type NewCycle } from "../../../worker/operations/settings.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { DateField, TextField } from "../../components/fields.tsx";
import { formState, newCommandId } from "../../components/form-state.ts";
import { ActionButton, FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering, refused } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { RejectForm } from "./reject-form.tsx";
import { BillingFields, BudgetFields, CorrectionFields, EstimationFields, FeeRows, GlFields, HoldRows, HolidayRows, LeakFields, PeakRows, RiderRows, ThresholdRows, UtilityFields, WindowRows, zoneName } from "./setting-fields.tsx";
import { Choices } from "./choices.tsx";
import { errorsOf, readTopics } from "./setting-form.ts";
import { SettingNow } from "./setting-now.tsx";
import { isTopicPath, TOPICS, type TopicPath } from "./setting-topics.ts";
import { settingDifferences } from "./setting-words.ts";
import { answerForm, atWork, backToForm, type StaffForm } from "./staff.server.ts";
import { PreviewCard } from "./threshold-preview.tsx";
import { figuresFor, THRESHOLD_PATHS, thresholdName, type ThresholdPath } from "./thresholds.ts";
import { className, commodityName } from "./words.ts";

export const meta: Route.MetaFunction = ({ params }) => [{ title: isTopicPath(params.topic ?? "") ? TOPICS[params.topic as TopicPath].name : "Settings" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:settings:any");
  const { topic } = asked.params;
  if (!isTopicPath(topic)) throw refused(404, "There is no such setting.");
  const commandId = newCommandId();
  if (topic === "cycles") {
    const { cycles } = await answering(() => settingsPage(world, actor));
    return { topic, cycles, commandId, mayEdit: may(actor, "edit:cycles:any") } as const;
  }
  const [page, proposed, cycles] = await answering(() => Promise.all([settingPage(world, actor, topic), settingProposals(world, actor, topic), topic === "windows" ? cyclesOf(world.port) : []]));
  const { proposals, names } = proposed;
  return { topic, page, proposals, names, cycles, decisionIds: proposals.map(() => newCommandId()), commandId, mayEdit: may(actor, "edit:settings:any") } as const;
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { topic } = asked.params;
  if (!isTopicPath(topic)) throw refused(404, "There is no such setting.");
  const form = await asked.request.formData();
  const commandId = textOf(form, "commandId");
  const saved = () => `/staff/settings/${topic}?did=saved`;
  if (topic === "cycles") {
    const closeDay = Number(textOf(form, "closeDay"));
    return answerForm(form, () => saveCycle(world, actor, commandId, { id: textOf(form, "id").trim(), name: textOf(form, "name").trim(), closeDay: Number.isInteger(closeDay) ? closeDay : 0 }), saved);
  }
  const proposalId = textOf(form, "proposalId");
  if (proposalId !== "") {
    const action = textOf(form, "action");
    return answerForm(form, () => decideSetting(world, actor, { commandId, proposalId, action: isProposalAction(action) ? action : "reject", reason: textOf(form, "reason") }), () => `/staff/settings/${topic}?did=${DID[action] ?? "rejected"}`);
  }
  const read = readTopics(form, [topic]);
  const checked = checkSetting(topic, read.value[topic]);
  const errors = errorsOf(read, checked.ok ? [] : checked.issues.map(({ path, message }) => ({ path: path === topic ? topic : `${topic}.${path}`, message })));
  if (!checked.ok || errors.length > 0) return backToForm(form, errors);
  if (topic === "validation" && textOf(form, "do") === "preview") {
    return data<TriedForm>({ ...formState(form, []), commandId, preview: await answering(() => previewThresholds(world, actor, checked.value as Setting<"validation">)) });
  }
  const change = { commandId, topic, effectiveOn: textOf(form, "effectiveOn"), value: checked.value };
  if (!NEEDS_APPROVAL[topic]) return answerForm(form, () => changeSetting(world, actor, change), saved);
  return answerForm(form, () => proposeSetting(world, actor, { ...change, note: textOf(form, "note") }), () => `/staff/settings/${topic}?did=proposed`);
}

/** A form that comes back with what its figures would have done; the same form is sent when it is saved. */
type TriedForm = StaffForm & { readonly preview?: ThresholdPreview };

const DID: Readonly<Record<string, string>> = { approve: "approved", reject: "rejected", withdraw: "withdrawn" };
const isProposalAction = (text: string): text is ProposalAction => Object.hasOwn(DID, text);

export default function SettingTopicPage({ loaderData, actionData }: Route.ComponentProps) {
  const { topic, mayEdit, commandId } = loaderData;
  return (
    <Page title={TOPICS[topic].name} intro={TOPICS[topic].what} back={{ to: "/staff/settings", label: "Settings" }}>
      <AnswerNotice />
      {loaderData.topic === "cycles" ? <Cycles cycles={loaderData.cycles} mayEdit={mayEdit} commandId={commandId} state={actionData} />
        : <Topic {...loaderData} commandId={actionData?.commandId ?? commandId} state={actionData} />}
    </Page>
  );
}

type SetTopic = Exclude<TopicPath, "cycles">;

interface TopicProps {
  readonly topic: SetTopic;
  readonly page: SettingPage<SetTopic>;
  readonly proposals: readonly Proposal[];
  readonly names: Readonly<Record<string, string>>;
  readonly cycles: readonly NewCycle[];
  readonly decisionIds: readonly string[];
  readonly mayEdit: boolean;
  readonly commandId: string;
  readonly state: TriedForm | undefined;
}

function Topic({ topic, page, proposals, names, cycles, decisionIds, mayEdit, commandId, state }: TopicProps) {
  const decided = state?.values["proposalId"]?.[0];
  const agreed = NEEDS_APPROVAL[topic];
  return (
    <Columns aside={<History topic={topic} page={page} proposals={proposals} names={names} />}>
      {proposals.map((proposal, i) => (proposal.status === "open" ? (
        <OpenProposal topic={topic} key={proposal.id} proposal={proposal} by={names[proposal.proposedBy]} commandId={decisionIds[i]!} state={decided === proposal.id ? state : undefined} />
      ) : null))}
      <Card title="Counts today"><SettingNow topic={topic} value={page.current} /></Card>
      {mayEdit ? (
        <Card title={agreed ? "Propose a change" : "Change"}>
          <FormFrame state={decided === undefined ? state : undefined} commandId={commandId} className="form form-wide">
            <TopicFields topic={topic} value={page.latest} cycles={cycles} />
            <DateField name="effectiveOn" label="Counts from" hint={topic === "holidays" ? undefined : "Today or a later day: bills have been made on what counted before."} defaultValue={page.today} />
            {agreed ? <TextField name="note" label="Why" hint="For whoever looks at it: it counts once another person has approved it." optional maxLength={500} autoComplete="off" /> : null}
            <Row>
              <Submit>{agreed ? "Propose" : "Save"}</Submit>
              {topic === "validation" ? <Submit kind="secondary" name="do" value="preview">See last month first</Submit> : null}
            </Row>
          </FormFrame>
        </Card>
      ) : null}
      {state?.preview ? <PreviewCard preview={state.preview} /> : null}
      {topic === "validation" ? <AllFigures value={page.current as Setting<"validation">} /> : null}
    </Columns>
  );
}

/** What is proposed against what counts, and what may be done about it. */
function OpenProposal({ topic, proposal: { id, effectiveOn, before, after, proposedAt, note, actions }, by, commandId, state }: { topic: SetTopic; proposal: Proposal; by: string | undefined; commandId: string; state: StaffForm | undefined }) {
  return (
    <Card title={<>Proposed from <DateText date={effectiveOn} /></>} action={<Badge tone="warn" icon="pending">Waits for another person</Badge>} id={`proposal-${id}`}>
      <ul>{settingDifferences(topic, before, after).map((each) => <li key={each}>{each}</li>)}</ul>
      {note ? <p>“{note}”</p> : null}
      <p className="small soft">{by}, <TimeText at={proposedAt} form="full" /></p>
      {state?.errors.length && !actions.includes("reject") ? <FormFrame state={state}>{null}</FormFrame> : null}
      {actions.length > 0 ? (
        <Row>
          {actions.includes("approve") ? <ActionButton kind="primary" commandId={commandId} fields={{ proposalId: id, action: "approve" }}>Approve</ActionButton> : null}
          {actions.includes("withdraw") ? <ActionButton commandId={`${commandId}-w`} fields={{ proposalId: id, action: "withdraw" }}>Withdraw</ActionButton> : null}
        </Row>
      ) : null}
      {actions.includes("reject") ? <RejectForm id={`reject-${id}`} proposalId={id} state={state} commandId={`${commandId}-r`} /> : null}
    </Card>
  );
}

/** Every threshold as it counts today, for one class of customers. */
function AllFigures({ value }: { value: Setting<"validation"> }) {
  const [search] = useSearchParams();
  const chosen = CUSTOMER_CLASSES.find((each) => each === search.get("class")) ?? CUSTOMER_CLASSES[0];
  const [now, builtIn] = [value, []].map((setting) => METERED.map((commodity) => figuresFor(setting, commodity, chosen)));
  return (
    <Card title="All figures, as they count today" flush>
      <div className="card-note"><Choices label="Class" name="class" chosen={chosen} search={search} choices={CUSTOMER_CLASSES.map((each) => ({ value: each, label: className(each) }))} /></div>
      <Table<ThresholdPath> caption={`Thresholds for ${className(chosen).toLowerCase()} customers`} rows={THRESHOLD_PATHS} rowKey={(path) => path}
        columns={[
          { key: "what", head: "Figure", main: true, cell: (path) => thresholdName(path) },
          ...METERED.map((commodity, i) => ({
            key: commodity, head: commodityName(commodity), numeric: true,
            cell: (path: ThresholdPath) => {
              const figure = now![i]!(path).toLocaleString("en-US", { maximumFractionDigits: 3 });
              return now![i]!(path) === builtIn![i]!(path) ? figure : <strong>{figure}</strong>;
            },
          })),
        ]} />
    </Card>
  );
}

function TopicFields({ topic, value, cycles }: { topic: SetTopic; value: Setting<SetTopic>; cycles: readonly NewCycle[] }) {
  switch (topic) {
    case "utility": {
      const utility = value as Setting<"utility">;
      return <><DescriptionList facts={[{ term: "Time zone", value: zoneName(utility.timeZone), more: "It cannot change: every billing day rests on it." }]} /><UtilityFields value={utility} zoneFixed /></>;
    }
    case "billing": return <BillingFields value={value as Setting<"billing">} />;
    case "windows": return <WindowRows value={value as Setting<"windows">} cycles={cycles} />;
    case "holds": return <HoldRows value={value as Setting<"holds">} />;
    case "corrections": return <CorrectionFields value={value as Setting<"corrections">} />;
    case "riders": return <RiderRows value={value as Setting<"riders">} />;
    case "systemPeaks": return <PeakRows value={value as Setting<"systemPeaks">} />;
    case "estimation": return <EstimationFields value={value as Setting<"estimation">} />;
    case "leaks": return <LeakFields value={value as Setting<"leaks">} />;
    case "budget": return <BudgetFields value={value as Setting<"budget">} />;
    case "holidays": return <HolidayRows value={value as Setting<"holidays">} />;
    case "fees": return <FeeRows value={value as Setting<"fees">} />;
    case "validation": return <ThresholdRows value={value as Setting<"validation">} />;
    case "gl": return <GlFields value={value as Setting<"gl">} />;
  }
}

function History({ topic, page: { changes, names, today }, proposals, names: deciders }: Pick<TopicProps, "topic" | "page" | "proposals" | "names">) {
  const refused = proposals.filter(({ status }) => status === "rejected" || status === "withdrawn");
  return (
    <>
      <Card title="History">
        {changes.length === 0 ? <p className="soft">As it was set up; nothing has been changed.</p> : (
          <ol className="plain-list">
            {changes.map((change) => (
              <li key={change.seq}>
                <p><strong>From <DateText date={change.effectiveOn} /></strong> {change.effectiveOn > today ? <Badge tone="info">To come</Badge> : null}</p>
                <ul className="small">{settingDifferences(topic, change.before, change.after).map((each) => <li key={each}>{each}</li>)}</ul>
                <p className="small soft">{names[change.actor]}, <TimeText at={change.recordedAt} form="full" />{proposerOf(change, proposals, deciders)}</p>
              </li>
            ))}
          </ol>
        )}
      </Card>
      {refused.length > 0 ? (
        <Card title="Not taken">
          <ol className="plain-list">
            {refused.map(({ id, status, before, after, reason, decidedBy, decidedAt }) => (
              <li key={id}>
                <p><Badge tone={status === "rejected" ? "bad" : "info"}>{status === "rejected" ? "Rejected" : "Withdrawn"}</Badge></p>
                <ul className="small">{settingDifferences(topic, before, after).map((each) => <li key={each}>{each}</li>)}</ul>
                {reason ? <p className="small">“{reason}”</p> : null}
                <p className="small soft">{deciders[decidedBy ?? ""]}, <TimeText at={decidedAt!} form="full" /></p>
              </li>
            ))}
          </ol>
        </Card>
      ) : null}
    </>
  );
}

/** Who proposed what somebody else approved. */
function proposerOf({ actor, recordedAt }: SettingPage["changes"][number], proposals: readonly Proposal[], names: Readonly<Record<string, string>>): string {
  const approved = proposals.find(({ status, decidedBy, decidedAt }) => status === "approved" && decidedBy === actor && decidedAt === recordedAt);
  return approved ? `; proposed by ${names[approved.proposedBy]}` : "";
}

function Cycles({ cycles, mayEdit, commandId, state }: { cycles: readonly NewCycle[]; mayEdit: boolean; commandId: string; state: StaffForm | undefined }) {
  const [search] = useSearchParams();
  const chosen = cycles.find((cycle) => cycle.id === search.get("cycle"));
  return (
    <Columns aside={mayEdit ? (
      <Card title={chosen ? `Change cycle ${chosen.id}` : "Add a cycle"} action={chosen ? <Link to="?">Add one</Link> : null}>
        <FormFrame key={chosen?.id ?? ""} state={state} commandId={commandId}>
          {chosen ? <input type="hidden" name="id" value={chosen.id} readOnly /> : <TextField name="id" label="Code" width="short" hint="Up to 12 letters and digits, such as 07" maxLength={12} autoComplete="off" />}
          <TextField name="name" label="Name" defaultValue={chosen?.name} maxLength={60} autoComplete="off" />
          <TextField name="closeDay" label="Closes on day" width="short" inputMode="numeric" hint="Of every month, 1 to 28" defaultValue={chosen ? String(chosen.closeDay) : undefined} autoComplete="off" />
          <Submit>Save</Submit>
        </FormFrame>
      </Card>
    ) : null}>
      <Card flush footer={<Link to="/staff/settings/windows">Windows: how long each is tried, when estimates begin</Link>}>
        <Table<NewCycle> caption="Bill cycles" narrow="keep" rows={cycles} rowKey={(row) => row.id} rowTo={mayEdit ? (row) => `?cycle=${encodeURIComponent(row.id)}` : undefined} rowCurrent={(row) => row.id === chosen?.id}
          empty={<EmptyState icon="cycle" title="No bill cycle yet">Without one nobody can be billed.</EmptyState>}
          columns={[
            { key: "name", head: "Cycle", main: true, cell: (row) => row.name },
            { key: "id", head: "Code", cell: (row) => row.id },
            { key: "day", head: "Closes on day", numeric: true, cell: (row) => row.closeDay },
          ]} />
      </Card>
    </Columns>
  );
}
