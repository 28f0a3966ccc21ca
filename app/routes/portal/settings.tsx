import { data, redirectDocument } from "react-router";
import type { Route } from "./+types/settings";
import { setLanguage } from "../../../worker/operations/portal.ts";
import { Card } from "../../components/card.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { RadioField } from "../../components/fields.tsx";
import { formState, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { useT } from "../../i18n/context.tsx";
import { isLocale, LOCALE_NAMES, LOCALES, t } from "../../i18n/translate.ts";
import { answering, languageCookie, localeOf, themeOf } from "../../session.server.ts";
import { isTheme, themeCookie, THEMES } from "../../theme.ts";
import { lookingAt } from "./account.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export function loader(asked: Route.LoaderArgs) {
  const { session: { name, email } } = lookingAt(asked);
  const locale = localeOf(asked);
  return { title: t(locale, "settings.title"), locale, theme: themeOf(asked.request), name, email, saved: asked.url.searchParams.has("saved") };
}

export async function action(asked: Route.ActionArgs) {
  const { session, world } = lookingAt(asked);
  const form = await asked.request.formData();
  const language = String(form.get("language"));
  const theme = String(form.get("theme"));
  if (!isLocale(language) || !isTheme(theme)) return data<FormState>(formState(form, [{ field: "", message: t(localeOf(asked), "form.choose") }]), { status: 422 });
  await answering(() => setLanguage(world, session.actor, language));
  const secure = asked.url.protocol === "https:";
  // The whole page anew: another language has other words.
  return redirectDocument("/portal/settings?saved", { headers: [["set-cookie", languageCookie(language, secure)], ["set-cookie", themeCookie(theme, secure)]] });
}

export default function Settings({ loaderData: { locale, theme, name, email, saved }, actionData }: Route.ComponentProps) {
  const t = useT();
  return (
    <Page narrow title={t("settings.title")} back={{ to: "/portal", label: t("nav.home") }}>
      {saved && !actionData ? <Notice tone="good" live>{t("settings.saved")}</Notice> : null}
      <Card>
        {/* The choices as they are now, also after they were changed in another window. */}
        <FormFrame state={actionData} key={`${locale} ${theme}`}>
          <RadioField name="language" label={t("page.language")} hint={t("settings.languageHint")} defaultValue={locale} options={LOCALES.map((value) => ({ value, label: <span lang={value}>{LOCALE_NAMES[value]}</span> }))} />
          <RadioField name="theme" label={t("theme.label")} defaultValue={theme} options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))} />
          <Submit>{t("form.save")}</Submit>
        </FormFrame>
      </Card>
      <Card title={t("settings.signIn")}>
        <DescriptionList facts={[{ term: t("settings.name"), value: name }, { term: t("settings.email"), value: email }]} />
      </Card>
    </Page>
  );
}
