import { redirect } from "react-router";
import type { Route } from "./+types/set-password";
import { PASSWORD_MIN } from "../../../domain/lifecycle/password-rule.ts";
import { passwordLinkOwner, peopleWorldOf, setPassword } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { PasswordField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { answering, localeOf } from "../../session.server.ts";
import { LinkOver } from "./link-over.tsx";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const world = peopleWorldOf(asked.context.get(requestContext));
  const owner = await answering(() => passwordLinkOwner(world, asked.params.token));
  return { title: t(localeOf(asked), owner ? "auth.setTitle" : "auth.linkOverTitle"), email: owner?.email ?? null };
}

export async function action(asked: Route.ActionArgs) {
  const form = await asked.request.formData();
  const empty = missing(asked, form, { password: "auth.enterPassword" });
  if (empty) return empty;
  const set = await setPassword(peopleWorldOf(asked.context.get(requestContext)), asked.params.token, textsOf(form)("password"));
  if (!set.ok) return refusedForm(asked, form, set.refusal);
  return redirect(`/sign-in?${new URLSearchParams({ after: "password", email: set.email })}`);
}

export default function SetPassword({ loaderData: { email }, actionData }: Route.ComponentProps) {
  const t = useT();
  if (email === null) return <LinkOver to="/forgot-password" label={t("auth.forgotTitle")} />;
  return (
    <Page title={t("auth.setTitle")} intro={t("auth.setIntro", { email })}>
      <Card>
        <FormFrame state={actionData}>
          {/* For the browser's password store, which files it under the address. */}
          <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
          <PasswordField name="password" label={t("auth.newPassword")} hint={t("auth.passwordHint", { count: PASSWORD_MIN })} autoComplete="new-password" />
          <Submit wide>{t("auth.setAction")}</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
