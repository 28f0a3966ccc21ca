import { Link, useSearchParams } from "react-router";
import type { Route } from "./+types/setting";
import { may } from "../../../domain/lifecycle/permissions.ts";
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { settingPage, type SettingPage } from "../../../worker/operations/setting-pages.ts";
import { changeSetting, checkSetting, saveCycle, settingsPage, type NewCycle } from "../../../worker/operations/settings.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { DateField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering, refused } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { BillingFields, FeeRows, GlFields, HolidayRows, UtilityFields, zoneName } from "./setting-fields.tsx";
import { errorsOf, readTopics } from "./setting-form.ts";
import { SettingNow } from "./setting-now.tsx";
import { isTopicPath, TOPICS, type TopicPath } from "./setting-topics.ts";
import { differences } from "./setting-words.ts";
import { answerForm, atWork, backToForm, type StaffForm } from "./staff.server.ts";

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
  return { topic, page: await answering(() => settingPage(world, actor, topic)), commandId, mayEdit: may(actor, "edit:settings:any") } as const;
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
  const read = readTopics(form, [topic]);
  const checked = checkSetting(topic, read.value[topic]);
  const errors = errorsOf(read, checked.ok ? [] : checked.issues.map(({ path, message }) => ({ path: path === topic ? topic : `${topic}.${path}`, message })));
  if (!checked.ok || errors.length > 0) return backToForm(form, errors);
  return answerForm(form, () => changeSetting(world, actor, { commandId, topic, effectiveOn: textOf(form, "effectiveOn"), value: checked.value }), saved);
}

export default function SettingTopicPage({ loaderData, actionData }: Route.ComponentProps) {
  const { topic, mayEdit, commandId } = loaderData;
  return (
    <Page title={TOPICS[topic].name} intro={TOPICS[topic].what} back={{ to: "/staff/settings", label: "Settings" }}>
      <AnswerNotice />
      {loaderData.topic === "cycles" ? <Cycles cycles={loaderData.cycles} mayEdit={mayEdit} commandId={commandId} state={actionData} />
        : <Topic topic={loaderData.topic} page={loaderData.page} mayEdit={mayEdit} commandId={actionData?.commandId ?? commandId} state={actionData} />}
    </Page>
  );
}

type SetTopic = Exclude<TopicPath, "cycles">;

function Topic({ topic, page, mayEdit, commandId, state }: { topic: SetTopic; page: SettingPage<SetTopic>; mayEdit: boolean; commandId: string; state: StaffForm | undefined }) {
  return (
    <Columns aside={<History page={page} />}>
      <Card title="Counts today"><SettingNow topic={topic} value={page.current} /></Card>
      {mayEdit ? (
        <Card title="Change">
          <FormFrame state={state} commandId={commandId} className="form form-wide">
            <TopicFields topic={topic} value={page.latest} />
            <DateField name="effectiveOn" label="Counts from" hint={topic === "holidays" ? undefined : "Today or a later day: bills have been made on what counted before."} defaultValue={page.today} />
            <Submit>Save</Submit>
          </FormFrame>
        </Card>
      ) : null}
    </Columns>
  );
}

function TopicFields({ topic, value }: { topic: SetTopic; value: Setting<SetTopic> }) {
  switch (topic) {
    case "utility": {
      const utility = value as Setting<"utility">;
      return <><DescriptionList facts={[{ term: "Time zone", value: zoneName(utility.timeZone), more: "It cannot change: every billing day rests on it." }]} /><UtilityFields value={utility} zoneFixed /></>;
    }
    case "billing": return <BillingFields value={value as Setting<"billing">} />;
    case "holidays": return <HolidayRows value={value as Setting<"holidays">} />;
    case "fees": return <FeeRows value={value as Setting<"fees">} />;
    case "gl": return <GlFields value={value as Setting<"gl">} />;
  }
}

function History({ page: { changes, names, today } }: { page: SettingPage<SetTopic> }) {
  return (
    <Card title="History">
      {changes.length === 0 ? <p className="soft">As it was set up; nothing has been changed.</p> : (
        <ol className="plain-list">
          {changes.map((change) => (
            <li key={change.seq}>
              <p><strong>From <DateText date={change.effectiveOn} /></strong> {change.effectiveOn > today ? <Badge tone="info">To come</Badge> : null}</p>
              <ul className="small">{differences(change.before, change.after).map((each) => <li key={each}>{each}</li>)}</ul>
              <p className="small soft">{names[change.actor]}, <TimeText at={change.recordedAt} form="full" /></p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
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
      <Card flush>
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
