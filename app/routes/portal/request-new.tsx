import { data, redirect, type ShouldRevalidateFunctionArgs } from "react-router";
import type { Route } from "./+types/request-new";
import { REQUEST_KINDS, REQUEST_WORDS_MAX } from "../../../domain/lifecycle/request.ts";
import { openRequest } from "../../../worker/operations/requests.ts";
import { Card } from "../../components/card.tsx";
import { RadioField, TextArea } from "../../components/fields.tsx";
import { formState, newCommandId, type FieldError, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { Message, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { useRoot } from "../../root.tsx";
import { answering, localeOf } from "../../session.server.ts";
import { formAccount, lookingAt } from "./account.server.ts";
import { requestKindWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** `?kind=` and `?bill=` come from the page that the customer had a question about. */
export function loader(asked: Route.LoaderArgs) {
  const { searchParams } = asked.url;
  const bill = searchParams.get("bill");
  const locale = localeOf(asked);
  return {
    title: t(locale, "request.new"), commandId: newCommandId(), kind: searchParams.get("kind") ?? undefined,
    text: bill === null ? undefined : t(locale, "request.aboutBill", { number: bill.slice(0, 40) }),
  };
}

/** A push must not take the form's number away from under somebody who is writing: the same form sends the same one. */
export function shouldRevalidate({ formMethod, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return formMethod === undefined ? false : defaultShouldRevalidate;
}

export async function action(asked: Route.ActionArgs) {
  const looking = lookingAt(asked);
  const form = await asked.request.formData();
  const accountId = formAccount(looking, form);
  const locale = localeOf(asked);
  const typed = (name: string) => String(form.get(name) ?? "");
  const answer = (errors: readonly FieldError[], status: number) => data<FormState>(formState(form, errors), { status });

  const errors: FieldError[] = [];
  if (!(REQUEST_KINDS as readonly string[]).includes(typed("kind"))) errors.push({ field: "kind", message: t(locale, "request.chooseKind") });
  const text = typed("text").trim();
  if (text === "") errors.push({ field: "text", message: t(locale, "request.enterText") });
  if (text.length > REQUEST_WORDS_MAX) errors.push({ field: "text", message: t(locale, "request.tooLong", { count: REQUEST_WORDS_MAX }) });
  if (errors.length > 0) return answer(errors, 422);

  const opened = await answering(() => openRequest(looking.world, looking.session.actor, { commandId: typed("commandId"), accountId, kind: typed("kind"), text }));
  // The same form with other words has been sent already: what was said first stands, and can be seen.
  if (opened.status === "done" || opened.status === "conflict") return redirect(`/portal/requests/${encodeURIComponent(typed("commandId"))}?${new URLSearchParams({ account: accountId, sent: "1" })}`);
  if (opened.status === "unavailable" || opened.status === "pending") return answer([{ field: "", message: t(locale, "request.notNow") }], 503);
  return answer([{ field: "", message: t(locale, "pay.again") }], 422);
}

export default function NewRequest({ loaderData: { commandId, kind, text }, actionData }: Route.ComponentProps) {
  const t = useT();
  const { utility } = useRoot()!;
  const { view: { accountId } } = useLiveAccount();
  return (
    <Page narrow title={t("request.new")} intro={t("request.newIntro")} back={{ to: "/portal/requests", label: t("nav.requests") }}>
      {utility.phone ? <Notice tone="warn" icon="phone"><Message k="request.urgent" values={{ phone: <a className="nowrap" href={`tel:${utility.phone}`}>{utility.phone}</a> }} /></Notice> : null}
      <Card>
        <FormFrame state={actionData} commandId={commandId}>
          <input type="hidden" name="accountId" value={accountId} readOnly />
          <RadioField name="kind" label={t("request.kind")} defaultValue={kind} options={REQUEST_KINDS.map((value) => ({
            value, label: requestKindWord(t, value),
            ...(value === "highBill" || value === "leak" || value === "moveOut" ? { hint: t(`request.hint.${value}`) } : {}),
          }))} />
          <TextArea name="text" label={t("request.text")} hint={t("request.textHint")} defaultValue={text} rows={5} maxLength={REQUEST_WORDS_MAX} />
          <Submit wide>{t("request.send")}</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
