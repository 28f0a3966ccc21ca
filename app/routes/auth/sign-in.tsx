import { Link, redirect, useSearchParams } from "react-router";
import type { Route } from "./+types/sign-in";
import { fromOf, peopleWorldOf, signIn } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField, PasswordField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page, Stack } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { homeOf, localeOf, safePath, sessionIn } from "../../session.server.ts";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export function loader(asked: Route.LoaderArgs) {
  const session = sessionIn(asked);
  if (session) throw redirect(safePath(asked.url.searchParams.get("next"), homeOf(session.role)));
  return { title: t(localeOf(asked), "auth.signInTitle") };
}

export async function action(asked: Route.ActionArgs) {
  const form = await asked.request.formData();
  const texts = textsOf(form);
  const empty = missing(asked, form, { email: "auth.enterEmail", password: "auth.enterPassword" });
  if (empty) return empty;
  const context = asked.context.get(requestContext);
  const signedIn = await signIn(peopleWorldOf(context), { email: texts("email"), password: texts("password") }, fromOf(asked.request, context));
  if (!signedIn.ok) return refusedForm(asked, form, signedIn.refusal);
  return redirect(safePath(asked.url.searchParams.get("next"), homeOf(signedIn.role)), { headers: signedIn.headers });
}

/** What has just happened, as the address says. */
const HAPPENED = { out: "auth.signedOut", password: "auth.passwordChanged" } as const;

export default function SignIn({ actionData }: Route.ComponentProps) {
  const t = useT();
  const [search] = useSearchParams();
  const happened = HAPPENED[search.get("after") as keyof typeof HAPPENED];
  const next = search.get("next");
  return (
    <Page title={t("auth.signInTitle")}>
      {happened && !actionData ? <Notice tone="good" live>{t(happened)}</Notice> : null}
      <Card>
        <FormFrame state={actionData}>
          <EmailField name="email" label={t("auth.email")} autoComplete="username" defaultValue={search.get("email") ?? undefined} />
          <PasswordField name="password" label={t("auth.password")} />
          <Submit wide>{t("auth.signInTitle")}</Submit>
        </FormFrame>
      </Card>
      <Stack gap={2}>
        <p><Link to="/forgot-password">{t("auth.forgot")}</Link></p>
        <p>{t("auth.noSignIn")} <Link to={next ? `/sign-up?${new URLSearchParams({ next })}` : "/sign-up"}>{t("auth.register")}</Link></p>
      </Stack>
    </Page>
  );
}
