import { redirect } from "react-router";
import type { Route } from "./+types/link-account";
import { fromOf, linkAccount, peopleWorldOf } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { localeOf, requireSession } from "../../session.server.ts";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export function loader(asked: Route.LoaderArgs) {
  const session = requireSession(asked);
  return { title: t(localeOf(asked), "auth.linkTitle"), hasAccounts: session.accountIds.length > 0 };
}

export async function action(asked: Route.ActionArgs) {
  const session = requireSession(asked);
  const form = await asked.request.formData();
  const texts = textsOf(form);
  const empty = missing(asked, form, { accountNumber: "auth.enterAccountNumber", fact: "auth.enterFact" });
  if (empty) return empty;
  const context = asked.context.get(requestContext);
  const linked = await linkAccount(peopleWorldOf(context), session.actor, { accountNumber: texts("accountNumber"), fact: texts("fact") }, fromOf(asked.request, context));
  if (!linked.ok) return refusedForm(asked, form, linked.refusal);
  return redirect(`/portal?${new URLSearchParams({ account: linked.accountId })}`);
}

export default function LinkAccount({ loaderData: { hasAccounts }, actionData }: Route.ComponentProps) {
  const t = useT();
  return (
    <Page title={t("auth.linkTitle")} intro={t("auth.linkIntro")} back={hasAccounts ? { to: "/portal", label: t("nav.home") } : undefined}>
      <Card>
        <FormFrame state={actionData}>
          <TextField name="accountNumber" label={t("auth.accountNumber")} width="medium" autoComplete="off" spellCheck={false} />
          <TextField name="fact" label={t("auth.fact")} hint={t("auth.factHint")} width="medium" autoComplete="off" spellCheck={false} />
          <Submit wide>{t("auth.linkAction")}</Submit>
        </FormFrame>
      </Card>
    </Page>
  );
}
