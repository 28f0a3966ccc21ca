import type { Route } from "./+types/run-new";
import { cyclesPage, startBillRun } from "../../../worker/operations/billing.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { runIdOf } from "../../../domain/billing/run.ts";
import { formatCount } from "../../format/quantities.ts";
import { answering, refused } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";
import { runPath } from "./runs.tsx";
import { answerForm, atWork } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Start a bill run" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "run:billing:any");
  const page = await answering(() => cyclesPage(world, actor));
  const cycle = page.cycles.find((each) => each.cycleId === asked.url.searchParams.get("cycle"));
  if (!cycle) throw refused(404, "There is no such bill cycle.");
  return { cycle, today: page.today, commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "run:billing:any");
  const form = await asked.request.formData();
  const [cycleId, periodTo] = [textOf(form, "cycleId"), textOf(form, "periodTo")];
  return answerForm(form, () => startBillRun(world, actor, { commandId: textOf(form, "commandId"), cycleId, periodTo }), () => `${runPath(runIdOf(cycleId, periodTo))}?did=run`);
}

/** What it will do, before it is done: bills are never taken back quietly. */
export default function StartRun({ loaderData: { cycle, today, commandId }, actionData }: Route.ComponentProps) {
  const late = cycle.estimateOn <= today;
  return (
    <Page title={`Bill ${cycle.name}`} back={{ to: "/staff/billing", label: "Bill cycles" }}>
      <Card>
        {cycle.due === 0 ? <EmptyState icon="good" title="Nothing to bill">Every account of this cycle is billed up to <DateText date={cycle.lastClose} />.</EmptyState> : (
          <FormFrame state={actionData} commandId={actionData?.commandId ?? commandId}>
            <DescriptionList lines facts={[
              { term: "Accounts to bill", value: <strong>{formatCount(cycle.due)}</strong> },
              { term: "Billed up to", value: <DateText date={cycle.lastClose} /> },
              { term: "Date of the bills", value: <DateText date={today} /> },
              { term: "Missing reads", value: late ? "Are estimated" : <>Hold the bill; estimated from <DateText date={cycle.estimateOn} /> on</> },
            ]} />
            <p className="soft">What is in doubt is held for a person and billed when that is mended. A run that is started twice bills once.</p>
            <input type="hidden" name="cycleId" value={cycle.cycleId} readOnly />
            <input type="hidden" name="periodTo" value={cycle.lastClose} readOnly />
            <Submit icon="cycle">Start the run</Submit>
          </FormFrame>
        )}
      </Card>
    </Page>
  );
}
