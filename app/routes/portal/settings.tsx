import { data, redirectDocument } from "react-router";
import type { Route } from "./+types/settings";
import { NOTICE_CHANNELS, NOTICE_KINDS, phoneText } from "../../../domain/lifecycle/notice.ts";
import { noticeChoice, setNotices, type NoticeChoice } from "../../../worker/operations/notices.ts";
import { setLanguage } from "../../../worker/operations/portal.ts";
import { Card } from "../../components/card.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { CheckboxesField, CheckboxField, RadioField, TextField } from "../../components/fields.tsx";
import { formState, newCommandId, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Page } from "../../components/layout.tsx";
import { Notice } from "../../components/notice.tsx";
import { useT } from "../../i18n/context.tsx";
import { isLocale, LOCALE_NAMES, LOCALES, t } from "../../i18n/translate.ts";
import { answering, languageCookie, localeOf, themeOf } from "../../session.server.ts";
import { isTheme, themeCookie, THEMES } from "../../theme.ts";
import { lookingAt } from "./account.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor, name, email }, world } = lookingAt(asked);
  const locale = localeOf(asked);
  const notices = await answering(() => noticeChoice(world, actor));
  return { title: t(locale, "settings.title"), locale, theme: themeOf(asked.request), name, email, notices, commandId: newCommandId(), saved: asked.url.searchParams.get("saved") };
}

/** What is wrong with how somebody wants to hear of alerts, in the page's words. */
const WRONG = { phone: "settings.phoneWrong", "no-phone": "settings.phoneMissing", consent: "settings.agreeMissing", often: "settings.phoneOften" } as const;

export async function action(asked: Route.ActionArgs) {
  const { session, world } = lookingAt(asked);
  const form = await asked.request.formData();
  if (form.get("do") === "alerts") return setAlerts(asked, form);
  const language = String(form.get("language"));
  const theme = String(form.get("theme"));
  if (!isLocale(language) || !isTheme(theme)) return data<FormState>(formState(form, [{ field: "", message: t(localeOf(asked), "form.choose") }]), { status: 422 });
  await answering(() => setLanguage(world, session.actor, language));
  const secure = asked.url.protocol === "https:";
  // The whole page anew: another language has other words.
  return redirectDocument("/portal/settings?saved", { headers: [["set-cookie", languageCookie(language, secure)], ["set-cookie", themeCookie(theme, secure)]] });
}

async function setAlerts(asked: Route.ActionArgs, form: FormData) {
  const { session, world } = lookingAt(asked);
  const typed = (name: string) => String(form.get(name) ?? "");
  const choices = Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, form.getAll(`alert-${kind}`).map(String)]));
  const answer = await answering(() => setNotices(world, session.actor, { commandId: typed("commandId"), choices, phone: typed("phone"), agreed: typed("agreed") === "yes" }));
  if (answer.status !== "refused") return redirectDocument("/portal/settings?saved=alerts#alerts");
  const { code, field = "" } = answer.refusal;
  return data<FormState>(formState(form, [{ field, message: t(localeOf(asked), WRONG[code as keyof typeof WRONG] ?? "form.choose") }]), { status: 422 });
}

export default function Settings({ loaderData: { locale, theme, name, email, notices, commandId, saved }, actionData }: Route.ComponentProps) {
  const t = useT();
  const alerts = actionData?.values["do"]?.[0] === "alerts" ? actionData : null;
  return (
    <Page narrow title={t("settings.title")} back={{ to: "/portal", label: t("nav.home") }}>
      {saved === "" && !actionData ? <Notice tone="good" live>{t("settings.saved")}</Notice> : null}
      <Card>
        {/* The choices as they are now, also after they were changed in another window. */}
        <FormFrame state={alerts ? null : actionData} key={`${locale} ${theme}`}>
          <RadioField name="language" label={t("page.language")} hint={t("settings.languageHint")} defaultValue={locale} options={LOCALES.map((value) => ({ value, label: <span lang={value}>{LOCALE_NAMES[value]}</span> }))} />
          <RadioField name="theme" label={t("theme.label")} defaultValue={theme} options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))} />
          <Submit>{t("form.save")}</Submit>
        </FormFrame>
      </Card>
      <Alerts notices={notices} state={alerts} commandId={commandId} saved={saved === "alerts" && !actionData} />
      <Card title={t("settings.signIn")}>
        <DescriptionList facts={[{ term: t("settings.name"), value: name }, { term: t("settings.email"), value: email }]} />
      </Card>
    </Page>
  );
}

/** By which channel the person hears of which alert, and the number that they agree to have texts sent to. */
function Alerts({ notices: { choices, phone }, state, commandId, saved }: { notices: NoticeChoice; state: FormState | null; commandId: string; saved: boolean }) {
  const t = useT();
  const channels = NOTICE_CHANNELS.map((value) => ({ value, label: t(value === "email" ? "settings.byEmail" : "settings.byText") }));
  return (
    <Card id="alerts" title={t("settings.alerts")}>
      {saved ? <Notice tone="good" live>{t("settings.saved")}</Notice> : null}
      <p>{t("settings.alertsIntro")} {t("settings.alertsFor")}</p>
      <FormFrame id="alerts-form" state={state} commandId={commandId}>
        <input type="hidden" name="do" value="alerts" readOnly />
        {/* An empty one says that the form came with none of them ticked. */}
        {NOTICE_KINDS.map((kind) => <input key={kind} type="hidden" name={`alert-${kind}`} value="" readOnly />)}
        {NOTICE_KINDS.map((kind) => <CheckboxesField key={kind} inline name={`alert-${kind}`} label={t(`settings.alert.${kind}`)} options={channels} defaultValues={choices[kind]} />)}
        <TextField name="phone" label={t("settings.phone")} hint={t("settings.phoneHint")} type="tel" inputMode="tel" autoComplete="tel-national" width="medium" optional maxLength={24} defaultValue={phone === null ? undefined : phoneText(phone)} />
        <CheckboxField name="agreed" label={t("settings.agree")} hint={t("settings.agreeHint")} defaultChecked={phone !== null} />
        <Submit>{t("settings.alertsSave")}</Submit>
      </FormFrame>
    </Card>
  );
}
