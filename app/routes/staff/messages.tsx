import { redirect } from "react-router";
import type { Route } from "./+types/messages";
import { may } from "../../../domain/lifecycle/permissions.ts";
import { listParked, sendAgain, type MessageParked } from "../../../worker/operations/lists.ts";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { ActionButton } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { atWork } from "./staff.server.ts";
import { plainWord } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Messages not sent" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:board:any");
  return { messages: await answering(() => listParked(world, actor)), maySend: may(actor, "edit:settings:any") };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "edit:settings:any");
  const form = await asked.request.formData();
  await answering(() => sendAgain(world, actor, Number(textOf(form, "id"))));
  return redirect("/staff/messages?did=sent", 303);
}

/** What was tried often enough and waits for a person: the reason first, then again. */
export default function Messages({ loaderData: { messages, maySend } }: Route.ComponentProps) {
  return (
    <Page title="Messages not sent" intro="Each was tried several times and is kept. Mend the cause, then send it again.">
      <AnswerNotice />
      <Card flush>
        <Table<MessageParked> caption="Messages not sent, newest first" rows={messages} rowKey={(row) => String(row.id)}
          empty={<EmptyState icon="good" title="Everything was sent">Letters, notices and receipts that cannot be delivered wait here for a person.</EmptyState>}
          columns={[
            { key: "kind", head: "Message", main: true, cell: (row) => plainWord(row.kind) },
            { key: "about", head: "About", cell: (row) => <span className="num">{row.key}</span> },
            { key: "since", head: "Given up", cell: (row) => <TimeText at={row.parkedAt} form="full" /> },
            { key: "tries", head: "Tries", numeric: true, cell: (row) => row.attempts },
            { key: "why", head: "Why", long: true, cell: (row) => <span className="soft">{row.lastError ?? "Not known"}</span> },
            ...(maySend ? [{ key: "again", head: <span className="unseen">Again</span>, cell: (row: MessageParked) => <ActionButton fields={{ id: String(row.id) }}>Send again</ActionButton> }] : []),
          ]} />
      </Card>
    </Page>
  );
}
