import type { Route } from "./+types/gateway-head-end";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { checkHeadEnd, headEndPage, setHeadEnd, type Checked } from "../../../worker/operations/head-ends.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { PasswordField, RadioField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { requestContext } from "../../context.ts";
import { answering, refused } from "../../session.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Head-end ${loaderData.page.name}` : "Head-end" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:settings:any");
  const { env } = asked.context.get(requestContext);
  const page = await answering(() => headEndPage(world, actor, asked.params.gatewayId, env.PUBLIC_URL));
  if (!page) throw refused(404, "There is no such gateway.");
  return { page, mayEdit: page.active && may(actor, "edit:gateways:any"), commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:gateways:any");
  const { gatewayId } = asked.params;
  const publicUrl = asked.context.get(requestContext).env.PUBLIC_URL;
  const form = await asked.request.formData();
  if (textOf(form, "do") === "check") {
    const checked = await answering(() => checkHeadEnd(world, actor, gatewayId, { publicUrl, fetcher: (url, init) => fetch(url, init) }));
    if (!checked) throw refused(400, "This head-end fetches what it is asked: there is nothing to call.");
    return { checked };
  }
  const text = (name: string) => textOf(form, name);
  const secret = form.get("secret");
  return answerForm(
    form,
    () => setHeadEnd(world, actor, { commandId: text("commandId"), gatewayId, kind: text("kind"), readUrl: text("readUrl"), switchUrl: text("switchUrl"), pingUrl: text("pingUrl"), userName: text("userName"), secret: typeof secret === "string" ? secret : "" }, publicUrl),
    (status) => didPath(`/staff/gateways/${encodeURIComponent(gatewayId)}/head-end`, "saved", status),
  );
}

const SERVICE_WORDS: Readonly<Record<Checked["services"][number], string>> = { readUrl: "Reads", switchUrl: "Switches", pingUrl: "Pings" };

/** How the meters of a gateway are asked: fetched by the head-end, or called by MultiSpeak. */
export default function GatewayHeadEnd({ loaderData: { page, mayEdit, commandId }, actionData }: Route.ComponentProps) {
  const { name, keyId, setting, responseUrl } = page;
  const state = actionData && "errors" in actionData ? actionData : null;
  const checked = actionData && "checked" in actionData ? actionData.checked : null;
  const called = setting.kind === "multispeak";
  return (
    <Page title={name} intro="How its meters are asked: read now, ping, connect, disconnect, arm." back={{ to: "/staff/gateways", label: "Gateways" }}>
      <AnswerNotice />
      {checked ? <CheckedAddresses checked={checked} /> : null}
      <Columns aside={(
        <>
          {called && mayEdit ? (
            <Card title="Connection">
              <p className="soft">Asks each address whether it is there (PingURL), with our user name and secret as they are saved.</p>
              <FormFrame id="check" state={null}><Submit kind="secondary" icon="cycle" name="do" value="check">Check connection</Submit></FormFrame>
            </Card>
          ) : null}
          <Card title="What the head-end needs">
            <p className="soft">It tells reads, switches and pings back to this address, with the gateway's own key and secret as UserID and Pwd of MultiSpeakMsgHeader.</p>
            <DescriptionList lines facts={[{ term: "Address", value: <code className="break">{responseUrl}</code> }, { term: "UserID", value: <code className="break">{keyId}</code> }, { term: "Pwd", value: "The gateway's secret, shown when it was made" }, { term: "Version", value: "MultiSpeak 3.0 (3.0ac), SOAP 1.1" }]} />
          </Card>
        </>
      )}>
        <Card title="How it is asked">
          {mayEdit ? (
            <FormFrame id="set" key={setting.changedAt} state={state} commandId={state?.commandId ?? commandId}>
              <RadioField name="kind" label="What is asked" defaultValue={setting.kind} options={[
                { value: "fetching", label: "The head-end fetches it", hint: "With GET /api/v1/ami/commands, and answers each." },
                { value: "multispeak", label: "It is called by MultiSpeak", hint: "At the addresses below; they are not used otherwise." },
              ]} />
              <TextField name="readUrl" type="url" label="Address of MR_Server, for reads" hint="Needed where it is called; begins with https://" optional defaultValue={setting.readUrl ?? ""} maxLength={500} autoComplete="off" />
              <TextField name="switchUrl" type="url" label="Address of CD_Server, for switches" hint="Where it is another one" optional defaultValue={setting.switchUrl ?? ""} maxLength={500} autoComplete="off" />
              <TextField name="pingUrl" type="url" label="Address of OD_Server, for pings" hint="Where it is another one" optional defaultValue={setting.pingUrl ?? ""} maxLength={500} autoComplete="off" />
              <TextField name="userName" label="User name" hint="Needed where it is called; by which the head-end knows us" optional defaultValue={setting.userName ?? ""} maxLength={200} autoComplete="off" />
              <PasswordField name="secret" label="Secret" hint={called ? "Leave it empty to keep the one that is stored." : "It is stored encrypted, and never shown again."} optional maxLength={200} autoComplete="new-password" />
              <Submit>Save</Submit>
            </FormFrame>
          ) : <Shown setting={setting} />}
        </Card>
      </Columns>
    </Page>
  );
}

function CheckedAddresses({ checked }: { checked: readonly Checked[] }) {
  const bad = checked.filter(({ ok }) => !ok).length;
  return (
    <>
      <Notice tone={bad === 0 ? "good" : "bad"} live>{bad === 0 ? "The head-end answers." : bad === checked.length ? "The head-end does not answer as it should." : `${bad} of ${checked.length} addresses do not answer as they should.`}</Notice>
      <Card flush>
        <Table<Checked> caption="Addresses that were asked" rows={checked} rowKey={(row) => row.url} columns={[
          { key: "what", head: "For", main: true, cell: (row) => row.services.map((service) => SERVICE_WORDS[service]).join(", ") },
          { key: "url", head: "Address", cell: (row) => <code className="break">{row.url}</code> },
          { key: "ok", head: "State", cell: (row) => <Badge tone={row.ok ? "good" : "bad"}>{row.ok ? "Answers" : "Does not"}</Badge> },
          { key: "words", head: "What came", cell: (row) => <span className="soft">{row.words}</span> },
        ]} />
      </Card>
    </>
  );
}

function Shown({ setting }: { setting: Route.ComponentProps["loaderData"]["page"]["setting"] }) {
  if (setting.kind === "fetching") return <p>The head-end fetches what its meters are asked.</p>;
  const address = (url: string | null) => (url === null ? <span className="soft">The same as for reads</span> : <code className="break">{url}</code>);
  return <DescriptionList lines facts={[{ term: "Reads", value: address(setting.readUrl) }, { term: "Switches", value: address(setting.switchUrl) }, { term: "Pings", value: address(setting.pingUrl) }, { term: "User name", value: setting.userName ?? "" }]} />;
}
