import type { Route } from "./+types/forgot-password";
import { forgotPassword, fromOf, peopleWorldOf } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { localeOf } from "../../session.server.ts";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export function loader(asked: Route.LoaderArgs) {
  return { title: t(localeOf(asked), "auth.forgotTitle") };
}

export async function action(asked: Route.ActionArgs) {
  const form = await asked.request.formData();
  const empty = missing(asked, form, { email: "auth.enterEmail" });
  if (empty) return empty;
  const context = asked.context.get(requestContext);
  const sent = await forgotPassword(peopleWorldOf(context), { email: textsOf(form)("email") }, fromOf(asked.request, context));
  return sent.ok ? null : refusedForm(asked, form, sent.refusal);
}

export default function ForgotPassword({ actionData }: Route.ComponentProps) {
  const t = useT();
  const back = { to: "/sign-in", label: t("auth.signInTitle") };
  // Sent: the action had nothing to say against it.
  if (actionData === null) return <Page title={t("auth.forgotTitle")} back={back}><Notice tone="good" live>{t("auth.forgotSent")}</Notice></Page>;
  return (
    <Page title={t("auth.forgotTitle")} intro={t("auth.forgotIntro")} back={back}>
      <Card>
        <FormFrame state={actionData}>
          <EmailField name="email" label={t("auth.email")} autoComplete="username" />
          <Submit wide>{t("auth.forgotAction")}</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
