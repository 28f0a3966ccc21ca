/** What the forms about one account load, and how those answer with which an account joins an arrangement, changes it or leaves it. */
import { requirePermission, type Permission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { accountHead } from "../../../worker/operations/account-page.ts";
import type { World } from "../../../worker/operations/context.ts";
import type { FormAnswer } from "../../../worker/operations/form-answer.ts";
import { newCommandId } from "../../components/form-state.ts";
import { answering, refused, type Asked } from "../../session.server.ts";
import { accountPath } from "./account-head.tsx";
import { didPath } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork } from "./staff.server.ts";

/** 404 when there is no such account, 403 when this person may not do this with it. */
export async function accountForm(asked: Asked, accountId: string, permission: Permission) {
  const { actor, world } = atWork(asked);
  await answering(async () => requirePermission(actor, permission, accountId));
  const head = await answering(() => accountHead(world, actor, accountId));
  if (!head) throw refused(404, `There is no account ${accountId}.`);
  return { head, commandId: newCommandId(), actor, world };
}

/** What every form about an arrangement (a budget, money paid ahead) sends. `what`: enrol, change or leave. */
interface ArrangementAsked {
  readonly commandId: string;
  readonly accountId: string;
  readonly what: string;
  readonly reason: string;
}

/** `did`: the word of the notice for each `what`. `set` gets the form's other fields by name. */
export async function answerArrangement(
  asked: Asked & { readonly params: { readonly accountId: string } }, path: string, did: Readonly<Record<string, string>>,
  set: (world: World, actor: UserActor, sent: ArrangementAsked, text: (name: string) => string) => Promise<FormAnswer>,
) {
  const { actor, world } = atWork(asked);
  const { accountId } = asked.params;
  const form = await asked.request.formData();
  const text = (name: string) => textOf(form, name);
  const what = text("what");
  return answerForm(
    form, () => set(world, actor, { commandId: text("commandId"), accountId, what, reason: text("reason") }, text),
    (status) => didPath(accountPath(accountId, path), did[what] ?? "saved", status),
  );
}
