import type { Route } from "./+types/account-holds";
import { HOLD_KINDS, HOLDS } from "../../../domain/lifecycle/hold.ts";
import { placeHold, releaseHold } from "../../../worker/operations/holds.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { RadioField, TextField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm } from "./account-form.server.ts";
import { AnswerNotice, didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";
import { holdName } from "./words.ts";

export const meta: Route.MetaFunction = () => [{ title: "Holds" }];

export async function loader(asked: Route.LoaderArgs) {
  const { head, commandId } = await accountForm(asked, asked.params.accountId, "place:hold:any");
  return { head, commandId, releaseIds: head.view.holds.map(() => newCommandId()) };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const commandId = textOf(form, "commandId");
  const holdId = textOf(form, "holdId");
  const here = (did: string) => (status: "done" | "pending") => didPath(accountPath(accountId, "/holds"), did, status);
  if (holdId !== "") return answerForm(form, () => releaseHold(world, actor, { commandId, accountId, holdId, cause: textOf(form, "cause") }), here("released"));
  return answerForm(form, () => placeHold(world, actor, { commandId, accountId, kind: textOf(form, "kind") }), here("held"));
}

export default function Holds({ loaderData: { head, commandId, releaseIds }, actionData }: Route.ComponentProps) {
  const released = actionData?.values["holdId"]?.[0];
  const placed = HOLD_KINDS.filter((kind) => !head.view.holds.some((hold) => hold.kind === kind));
  return (
    <Page title="Holds" intro="What keeps fees and shut-off away from this account, and why." back={{ to: accountPath(head.accountId), label: head.name }}>
      <AnswerNotice />
      <Columns aside={<AccountAside head={head} />}>
        {head.view.holds.map((hold, i) => (
          <Card key={hold.holdId} title={holdName(hold.kind)} action={<span className="soft">since <DateText date={hold.placedOn} /></span>}>
            <FormFrame id={`release-${i}`} state={released === hold.holdId ? actionData : null} commandId={releaseIds[i]}>
              <input type="hidden" name="holdId" value={hold.holdId} readOnly />
              <TextField name="cause" label="Why it ends" maxLength={200} autoComplete="off" />
              <Submit kind="secondary">Release the hold</Submit>
            </FormFrame>
          </Card>
        ))}
        {placed.length > 0 ? (
          <Card title="Place a hold">
            <FormFrame state={released === undefined ? actionData : null} commandId={commandId}>
              <RadioField name="kind" label="Kind" options={placed.map((value) => ({ value, label: HOLDS[value].name, hint: HOLDS[value].what }))} />
              <Submit>Place the hold</Submit>
            </FormFrame>
          </Card>
        ) : null}
      </Columns>
    </Page>
  );
}
