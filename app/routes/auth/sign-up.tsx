import { Link, redirect, useSearchParams } from "react-router";
import type { Route } from "./+types/sign-up";
import { PASSWORD_MIN } from "../../../domain/lifecycle/password-rule.ts";
import { fromOf, peopleWorldOf, signUp } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField, PasswordField, TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { homeOf, localeOf, safePath, sessionIn } from "../../session.server.ts";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export function loader(asked: Route.LoaderArgs) {
  const session = sessionIn(asked);
  if (session) throw redirect(homeOf(session.role));
  return { title: t(localeOf(asked), "auth.registerTitle") };
}

export async function action(asked: Route.ActionArgs) {
  const form = await asked.request.formData();
  const texts = textsOf(form);
  const empty = missing(asked, form, { name: "auth.enterName", email: "auth.enterEmail", password: "auth.enterPassword" });
  if (empty) return empty;
  const context = asked.context.get(requestContext);
  const person = { name: texts("name"), email: texts("email"), password: texts("password"), language: localeOf(asked) };
  const signedUp = await signUp(peopleWorldOf(context), person, fromOf(asked.request, context));
  if (!signedUp.ok) return refusedForm(asked, form, signedUp.refusal);
  return redirect(safePath(asked.url.searchParams.get("next"), "/link-account"), { headers: signedUp.headers });
}

export default function SignUp({ actionData }: Route.ComponentProps) {
  const t = useT();
  const [search] = useSearchParams();
  const next = search.get("next");
  return (
    <Page title={t("auth.registerTitle")} intro={t("auth.registerIntro")}>
      <Card>
        <FormFrame state={actionData}>
          <TextField name="name" label={t("auth.name")} autoComplete="name" />
          <EmailField name="email" label={t("auth.email")} autoComplete="username" />
          <PasswordField name="password" label={t("auth.password")} hint={t("auth.passwordHint", { count: PASSWORD_MIN })} autoComplete="new-password" />
          <Submit wide>{t("auth.registerAction")}</Submit>
        </FormFrame>
      </Card>
      <p>{t("auth.haveSignIn")} <Link to={next ? `/sign-in?${new URLSearchParams({ next })}` : "/sign-in"}>{t("auth.signInTitle")}</Link></p>
    </Page>
  );
}
