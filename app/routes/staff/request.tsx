import { Link } from "react-router";
import type { Route } from "./+types/request";
import { may, owns } from "../../../domain/lifecycle/permissions.ts";
import { REQUEST_MOVES } from "../../../domain/lifecycle/request.ts";
import { accountHead } from "../../../worker/operations/account-page.ts";
import { accountOfRequest, advanceRequest, requestPage } from "../../../worker/operations/requests.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { RadioField, TextArea } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page, Row } from "../../components/layout.tsx";
import { Timeline, type TimelineItem } from "../../components/timeline.tsx";
import { answering, refused } from "../../session.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { requestKindName, requestState } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? requestKindName(loaderData.request.kind) : "Request" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:request:any");
  const { requestId } = asked.params;
  const accountId = await answering(() => accountOfRequest(world, actor, requestId));
  if (accountId === null) throw refused(404, "There is no such request.");
  const [request, head] = await answering(() => Promise.all([requestPage(world, actor, accountId, requestId), accountHead(world, actor, accountId)]));
  if (!request || !head) throw refused(404, "There is no such request.");
  return { request, head, commandId: newCommandId(), mayAdvance: may(actor, "advance:request:any", owns(actor, accountId)) };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { requestId } = asked.params;
  const accountId = await answering(() => accountOfRequest(world, actor, requestId));
  if (accountId === null) throw refused(404, "There is no such request.");
  const form = await asked.request.formData();
  const input = { commandId: textOf(form, "commandId"), accountId, requestId, to: textOf(form, "to"), note: textOf(form, "note") };
  return answerForm(form, () => advanceRequest(world, actor, input), (status) => didPath(`/staff/requests/${encodeURIComponent(requestId)}`, "advanced", status));
}

export default function Request({ loaderData: { request, head, commandId, mayAdvance }, actionData }: Route.ComponentProps) {
  const state = requestState(request.status);
  const moves = REQUEST_MOVES[request.status] ?? [];
  const steps: TimelineItem[] = [
    ...request.steps.map((step, i): TimelineItem => ({ id: String(i), at: step.at, icon: "request", tone: requestState(step.to).tone, title: requestState(step.to).name, detail: step.note ?? undefined })).toReversed(),
    { id: "opened", at: request.openedAt, icon: "request", tone: "info", title: "Opened" },
  ];
  return (
    <Page title={requestKindName(request.kind)} back={{ to: "/staff/requests", label: "Requests" }}
      intro={<Row><Badge tone={state.tone}>{state.name}</Badge><span>since <TimeText at={request.openedAt} form="full" /></span><Link to={accountPath(head.accountId)}>{head.name}</Link></Row>}>
      <AnswerNotice />
      <Columns aside={<AccountAside head={head} />}>
        <Card title="In their words">{request.text ? <p className="quoted">{request.text}</p> : <p className="soft">The words have been erased.</p>}</Card>
        {mayAdvance && moves.length > 0 ? (
          <Card title="Next">
            <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
              <RadioField name="to" label="What to do" options={moves.map((value) => ({ value, label: requestState(value).does }))} defaultValue={moves[0]} />
              <TextArea name="note" label="Note" hint="The customer sees it in the portal." optional rows={3} maxLength={4000} />
              <Submit>Save</Submit>
            </FormFrame>
          </Card>
        ) : null}
        <Card title="Steps"><Timeline label="Steps, newest first" items={steps} /></Card>
      </Columns>
    </Page>
  );
}
