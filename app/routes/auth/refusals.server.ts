/** Why a form about people was not taken, in the page's language and at its field. */
import { data } from "react-router";
import { localDateOf } from "../../../domain/calendar/zone.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "../../../domain/lifecycle/password-rule.ts";
import type { PeopleRefusal } from "../../../worker/operations/people.ts";
import { loadPlace } from "../../../worker/operations/place.ts";
import { formState, type FieldError, type FormState } from "../../components/form-state.ts";
import { requestContext } from "../../context.ts";
import { formatInstant, formatTime } from "../../format/dates.ts";
import type { MessageKey } from "../../i18n/catalogue.ts";
import { t, type Locale } from "../../i18n/translate.ts";
import { localeOf, type Asked } from "../../session.server.ts";

/** A field that must not be empty, and what to say when it is. */
export type Required = Readonly<Record<string, Extract<MessageKey, `auth.enter${string}`>>>;

/** The fields of a form, trimmed of nothing; a field that was not sent is empty. */
export function textsOf(form: FormData): (name: string) => string {
  return (name) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
}

/** The form's answer when required fields are empty, or null when none is. */
export function missing(asked: Asked, form: FormData, required: Required) {
  const locale = localeOf(asked);
  const texts = textsOf(form);
  const errors = Object.entries(required).flatMap(([field, key]): FieldError[] => (texts(field).trim() === "" ? [{ field, message: t(locale, key) }] : []));
  return errors.length > 0 ? answer(form, errors, UNPROCESSABLE) : null;
}

/** The form's answer to a refusal. */
export async function refusedForm(asked: Asked, form: FormData, refusal: PeopleRefusal) {
  const message = await wordsOf(asked, localeOf(asked), refusal);
  return answer(form, [{ field: refusal.field ?? "", message }], STATUS[refusal.code] ?? UNPROCESSABLE);
}

const UNPROCESSABLE = 422;
const STATUS: Partial<Record<PeopleRefusal["code"], number>> = { tooManyTries: 429, unavailable: 503 };

function answer(form: FormData, errors: readonly FieldError[], status: number) {
  return data<FormState>(formState(form, errors), { status });
}

async function wordsOf(asked: Asked, locale: Locale, { code, until }: PeopleRefusal): Promise<string> {
  switch (code) {
    case "name": return t(locale, "auth.enterName");
    case "email": return t(locale, "auth.enterEmail");
    case "passwordShort": return t(locale, "auth.passwordShort", { count: PASSWORD_MIN });
    case "passwordLong": return t(locale, "auth.passwordLong", { count: PASSWORD_MAX });
    case "tooManyTries": return t(locale, "auth.tooManyTries", { time: await timeOf(asked, locale, until ?? 0) });
    case "linkOver": return t(locale, "auth.linkOverIntro");
    default: return t(locale, `auth.${code}`);
  }
}

/** The next full minute, on the utility's clock; with its day when that is not today. */
async function timeOf({ context }: Asked, locale: Locale, until: number): Promise<string> {
  const { zone, today } = await loadPlace(context.get(requestContext));
  const minute = Math.ceil(until / 60_000) * 60_000;
  return localDateOf(minute, zone) === today ? formatTime(locale, minute, zone) : formatInstant(locale, minute, zone, today, false);
}
