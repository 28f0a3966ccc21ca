import { data, Link, redirect } from "react-router";
import type { Route } from "./+types/invitation";
import { PASSWORD_MIN } from "../../../domain/lifecycle/password-rule.ts";
import { acceptInvitation, fromOf, openInvitation, peopleWorldOf, signUp } from "../../../worker/operations/people.ts";
import { Card } from "../../components/card.tsx";
import { EmailField, PasswordField, TextField } from "../../components/fields.tsx";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { requestContext } from "../../context.ts";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { answering, localeOf, sessionIn } from "../../session.server.ts";
import { useRoot } from "../../root.tsx";
import { LinkOver } from "./link-over.tsx";
import { missing, refusedForm, textsOf } from "./refusals.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const world = peopleWorldOf(asked.context.get(requestContext));
  const invitation = await answering(() => openInvitation(world, asked.params.token));
  const session = sessionIn(asked);
  return {
    title: t(localeOf(asked), invitation ? "auth.invitationTitle" : "auth.linkOverTitle"),
    invitation,
    person: session && { name: session.name, email: session.email },
  };
}

/** Whoever has signed in accepts with one press; whoever is new registers and accepts in one form. */
export async function action(asked: Route.ActionArgs) {
  const form = await asked.request.formData();
  const texts = textsOf(form);
  const context = asked.context.get(requestContext);
  const world = peopleWorldOf(context);
  const headers = new Headers();
  let actor = sessionIn(asked)?.actor;
  if (!actor) {
    const empty = missing(asked, form, { name: "auth.enterName", email: "auth.enterEmail", password: "auth.enterPassword" });
    if (empty) return empty;
    const person = { name: texts("name"), email: texts("email"), password: texts("password"), language: localeOf(asked) };
    const signedUp = await signUp(world, person, fromOf(asked.request, context));
    if (!signedUp.ok) return refusedForm(asked, form, signedUp.refusal);
    for (const cookie of signedUp.headers.getSetCookie()) headers.append("set-cookie", cookie);
    actor = { kind: "user", userId: signedUp.userId, role: signedUp.role, accountIds: [] };
  }
  const accepted = await acceptInvitation(world, actor, asked.params.token);
  if (accepted.ok) return redirect(`/portal?${new URLSearchParams({ account: accepted.accountId })}`, { headers });
  const refusal = await refusedForm(asked, form, accepted.refusal);
  return data(refusal.data, { ...refusal.init, headers });
}

export default function Invitation({ loaderData: { invitation, person }, actionData, params }: Route.ComponentProps) {
  const t = useT();
  const { utility } = useRoot()!;
  if (!invitation) return <LinkOver to="/" label={t("nav.home")} />;
  const intro = t("auth.invitationIntro", { utility: utility.name, number: invitation.accountId });
  if (person) {
    return (
      <Page title={t("auth.invitationTitle")} intro={intro}>
        <Card>
          <FormFrame state={actionData}>
            <p>{t("auth.invitationAs", person)}</p>
            <Submit wide>{t("auth.invitationAccept")}</Submit>
          </FormFrame>
        </Card>
      </Page>
    );
  }
  return (
    <Page title={t("auth.invitationTitle")} intro={intro}>
      <Card>
        <FormFrame state={actionData}>
          <TextField name="name" label={t("auth.name")} autoComplete="name" />
          <EmailField name="email" label={t("auth.email")} autoComplete="username" defaultValue={invitation.email} />
          <PasswordField name="password" label={t("auth.password")} hint={t("auth.passwordHint", { count: PASSWORD_MIN })} autoComplete="new-password" />
          <Submit wide>{t("auth.invitationRegister")}</Submit>
        </FormFrame>
      </Card>
      <p>{t("auth.haveSignIn")} <Link to={`/sign-in?${new URLSearchParams({ next: `/invitation/${params.token}` })}`}>{t("auth.invitationSignIn")}</Link></p>
    </Page>
  );
}
