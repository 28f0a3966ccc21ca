/** What loaders and actions of the staff's pages begin and end with. */
import { data, redirect } from "react-router";
import type { Refusal } from "../../../domain/lifecycle/account/decide.ts";
import type { Permission, UserActor } from "../../../domain/lifecycle/permissions.ts";
import { worldOf, type World } from "../../../worker/operations/context.ts";
import type { FormAnswer, StreamAnswer } from "../../../worker/operations/form-answer.ts";
import type { PlaceAnswer } from "../../../worker/operations/premise-forms.ts";
import { isUnavailable, type Session } from "../../../worker/operations/people.ts";
import { formState, type FieldError, type FormState } from "../../components/form-state.ts";
import { requestContext } from "../../context.ts";
import { answering, requireStaff, type Asked } from "../../session.server.ts";
import { textOf } from "./forms.server.ts";

export interface AtWork {
  readonly session: Session;
  readonly actor: UserActor;
  readonly world: World;
}

/** Who asks and the world they work in; whoever may not is answered 403, or 404. */
export function atWork(asked: Asked, permission?: Permission): AtWork {
  const session = requireStaff(asked, permission);
  return { session, actor: session.actor, world: worldOf(asked.context.get(requestContext)) };
}

/** A form that came back. */
export type StaffForm = FormState & {
  /** The id to send with again, when it is not known whether anything was done under it. */
  readonly commandId?: string;
};

const CONFLICT = "This form was sent before with other details, and what was sent then counts. Look at what was done; to do something else, open the form anew.";
const UNAVAILABLE = "Our records cannot be reached for the moment. Nothing was changed. Keep this page as it is and send it again in a minute.";

/** The form again, with what was typed and what is wrong with it. */
export function backToForm(form: FormData, errors: readonly FieldError[], status = 422, commandId?: string) {
  return data<StaffForm>({ ...formState(form, errors), ...(commandId ? { commandId } : {}) }, { status });
}

export const refusedForm = (form: FormData, { field, message }: Refusal) => backToForm(form, [{ field: field ?? "", message }]);

/** The same id again: the second time finds what the first one did, if it did anything. */
export const unavailableForm = (form: FormData) => backToForm(form, [{ field: "", message: UNAVAILABLE }], 503, textOf(form, "commandId"));

export const conflictForm = (form: FormData) => backToForm(form, [{ field: "", message: CONFLICT }], 409);

/**
 * Runs a command of a form. Done or accepted: on to the page that `to` names; everything else comes back to the form with
 * the reason in words. `fieldOf` names the form's field for what the operation calls it, where the two differ.
 */
export async function answerForm(form: FormData, work: () => Promise<FormAnswer | StreamAnswer<unknown>>, to: (status: "done" | "pending") => string, fieldOf: (field: string) => string = (field) => field) {
  const answer = await answering(() => whileThere(work));
  switch (answer.status) {
    case "done":
    case "pending": return redirect(to(answer.status), 303);
    case "refused":
    case "invalid": return refusedForm(form, { ...answer.refusal, field: fieldOf(answer.refusal.field ?? "") });
    case "conflict": return conflictForm(form);
    case "unavailable": return unavailableForm(form);
  }
}

/** A form about a place that was not taken: all that is wrong, each at its field. */
export function answerPlace(form: FormData, answer: Exclude<PlaceAnswer, { readonly status: "done" }> | { readonly status: "unavailable" }, fieldOf = (field: string): string => field) {
  switch (answer.status) {
    case "invalid": return backToForm(form, answer.problems.map(({ field, message }) => ({ field: fieldOf(field ?? ""), message })));
    case "conflict": return conflictForm(form);
    case "unavailable": return unavailableForm(form);
  }
}

/** A database that is away is an answer for the form, which keeps what was typed. */
export async function whileThere<A>(work: () => Promise<A>): Promise<A | { readonly status: "unavailable" }> {
  try {
    return await work();
  } catch (error) {
    if (isUnavailable(error)) return { status: "unavailable" };
    throw error;
  }
}
