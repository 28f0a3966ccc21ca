/** Answers of staff forms, which speak English and carry the operations' own sentences. */
import { data } from "react-router";
import type { Refusal } from "../../../domain/lifecycle/account/decide.ts";
import { formState, type FormState } from "../../components/form-state.ts";

const STATUS: Readonly<Record<string, number>> = { conflict: 409 };

/** The form again, with what was typed and why it was not taken. */
export function refusedStaffForm(form: FormData, refusal: Refusal) {
  return data<FormState>(formState(form, [{ field: refusal.field ?? "", message: refusal.message }]), { status: STATUS[refusal.code] ?? 422 });
}

/** A form's field as text; empty when it was not sent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
