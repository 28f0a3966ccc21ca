import { useCallback, useEffect } from "react";
import { useRevalidator } from "react-router";
import type { Route } from "./+types/meter-ask";
import { SWITCHING, type CommandState, type MeterCommandKind } from "../../../domain/lifecycle/meter-command.ts";
import type { FeedItem } from "../../../domain/live/messages.ts";
import { feedPlace } from "../../../worker/operations/board.ts";
import { askMeter, askPage, type AskPage } from "../../../worker/operations/meter-commands.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { RadioField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import type { Tone } from "../../components/tone.ts";
import { requestContext } from "../../context.ts";
import { useFeedReload } from "../../live/use-live.ts";
import { answering, refused } from "../../session.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { useFrame } from "./frame.ts";
import { answerForm, atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData ? `Ask meter ${loaderData.page.badge}` : "Meter" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  // The place in the feed first: an answer after it is told to the page, one before it shows in what is read next.
  const live = await answering(() => feedPlace(asked.context.get(requestContext), actor));
  const page = await answering(() => askPage(world, actor, asked.params.meterId));
  if (!page) throw refused(404, "There is no such meter.");
  return { page, live, commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "read:meter:any");
  const { meterId } = asked.params;
  const form = await asked.request.formData();
  return answerForm(
    form,
    () => askMeter(world, actor, { commandId: textOf(form, "commandId"), meterId, kind: textOf(form, "kind"), reason: textOf(form, "reason") }),
    (status) => didPath(`/staff/meters/${encodeURIComponent(meterId)}/ask`, "asked", status),
  );
}

const KINDS: Readonly<Record<MeterCommandKind, { readonly label: string; readonly hint: string }>> = {
  read: { label: "Read it now", hint: "The answer is taken in like any read." },
  ping: { label: "Is it there?", hint: "Whether it has power and can be reached." },
  connect: { label: "Connect", hint: "Closes the switch or valve." },
  disconnect: { label: "Disconnect", hint: "Opens the switch or valve. Notices and protections come first: they are not checked here." },
  arm: { label: "Arm", hint: "The customer closes the switch at the meter." },
};

const STATES: Readonly<Record<CommandState, { readonly name: string; readonly tone: Tone }>> = {
  requested: { name: "Requested", tone: "info" }, sent: { name: "Sent", tone: "info" }, confirmed: { name: "Confirmed", tone: "good" }, failed: { name: "Failed", tone: "bad" }, timedOut: { name: "Timed out", tone: "warn" },
};

/** Answers are pushed; a page that slept through a flood of other news is made good after this long. */
const LOOK_MS = 60_000;

/** What becomes of this meter's questions is shown as it happens; without scripts there is "Look again". */
function useAnswers(live: Route.ComponentProps["loaderData"]["live"], meterId: string, waiting: boolean): void {
  const concerns = useCallback(({ stream, summary }: FeedItem) => stream.startsWith("meter-command:") && summary["meterId"] === meterId, [meterId]);
  useFrame({ connection: useFeedReload(live, concerns) });
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => void revalidate(), LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting, revalidate]);
}

type Command = AskPage["commands"][number];

export default function Ask({ loaderData: { page, live, commandId }, actionData, params }: Route.ComponentProps) {
  const { badge, endpoint, gateway, kinds, commands } = page;
  const waiting = commands.some(({ finishedAt }) => finishedAt === null);
  useAnswers(live, params.meterId, waiting);
  return (
    <Page title={`Ask meter ${badge}`} intro={endpoint ? <>Through module <code className="break">{endpoint}</code> of {gateway}</> : "No module of a head-end speaks for it."} back={{ to: `/staff/meters/${encodeURIComponent(params.meterId)}`, label: `Meter ${badge}` }}>
      <AnswerNotice />
      <Columns aside={endpoint && kinds.length > 0 ? (
        <Card title="Ask">
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <RadioField name="kind" label="What" defaultValue="read" options={kinds.map((value) => ({ value, ...KINDS[value] }))} />
            {kinds.some((kind) => SWITCHING.has(kind)) ? <TextField name="reason" label="Why" hint="Where the switch is moved; no names." optional maxLength={200} autoComplete="off" /> : null}
            <Submit>Ask the meter</Submit>
          </FormFrame>
        </Card>
      ) : null}>
        <Card title="What it was asked" flush action={waiting ? <ButtonLink to="" kind="quiet" icon="cycle">Look again</ButtonLink> : null}>
          <Table<Command> caption="What the meter was asked, newest first" rows={commands} rowKey={(row) => row.id} empty={<EmptyState icon="meter" title="Nothing yet">What it is asked, and what it answers, is listed here.</EmptyState>}
            columns={[
              { key: "kind", head: "What", main: true, cell: (row) => <>{KINDS[row.kind].label}{row.reason ? <div className="small soft">{row.reason}</div> : null}</> },
              { key: "state", head: "State", cell: (row) => <Badge tone={STATES[row.status].tone}>{STATES[row.status].name}</Badge> },
              { key: "asked", head: "Asked", cell: (row) => <TimeText at={row.requestedAt} form="full" /> },
              { key: "answered", head: "Answered", cell: (row) => (row.finishedAt === null ? <span className="soft">Not yet</span> : <TimeText at={row.finishedAt} form="full" />) },
              { key: "answer", head: "Answer", cell: (row) => <span className="soft">{row.answer ?? (row.trouble ? `Tried again: ${row.trouble}` : "")}</span> },
            ]} />
        </Card>
      </Columns>
    </Page>
  );
}
