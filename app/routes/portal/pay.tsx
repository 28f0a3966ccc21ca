import { data, redirectDocument } from "react-router";
import type { Route } from "./+types/pay";
import { CENTS_MAX, formatDollars, parseDollars } from "../../../domain/money/cents.ts";
import { onlineProvider, startPortalPayment } from "../../../worker/operations/payments.ts";
import { waysToPay, type WaysToPay } from "../../../worker/operations/portal.ts";
import { Card } from "../../components/card.tsx";
import { MoneyField } from "../../components/fields.tsx";
import { formState, newCommandId, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Icon } from "../../components/icons.tsx";
import { Columns, Page, Stack } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { moneyText } from "../../components/money.tsx";
import { requestContext } from "../../context.ts";
import { usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { answering, localeOf } from "../../session.server.ts";
import { formAccount, lookingAt } from "./account.server.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

/** Most that is paid at once: no household owes more, and a slip of the finger stops here. */
const PAY_MAX = 100_000_00;

export async function loader(asked: Route.LoaderArgs) {
  const { world } = lookingAt(asked);
  const ways = await answering(() => waysToPay(world));
  return { title: t(localeOf(asked), "pay.title"), commandId: newCommandId(), online: onlineProvider(asked.context.get(requestContext)) !== null, ways };
}

/** Notes what is to be paid and sends the customer to the provider's page; no money moves here. */
export async function action(asked: Route.ActionArgs) {
  const looking = lookingAt(asked);
  const context = asked.context.get(requestContext);
  const form = await asked.request.formData();
  const accountId = formAccount(looking, form);
  const locale = localeOf(asked);
  const wrong = (field: string, message: string) => data<FormState>(formState(form, [{ field, message }]), { status: 422 });

  const provider = onlineProvider(context);
  if (!provider) return wrong("", t(locale, "pay.otherTitle"));
  const amount = parseDollars(String(form.get("amount") ?? ""));
  if (amount === null || amount <= 0) return wrong("amount", t(locale, "pay.badAmount"));
  if (amount > Math.min(PAY_MAX, CENTS_MAX)) return wrong("amount", t(locale, "pay.tooMuch", { amount: formatDollars(PAY_MAX) }));

  const begin = (commandId: string) => startPortalPayment(looking.world, looking.session.actor, provider, { commandId, accountId, amount, returnUrl: `${context.env.PUBLIC_URL}/portal/pay/done?${new URLSearchParams({ account: accountId, intent: commandId })}` });
  let begun = await answering(() => begin(String(form.get("commandId") ?? "")));
  // The same form sent again with another amount (Back, and a change of mind) is another checkout.
  if (begun.status === "invalid") begun = await answering(() => begin(newCommandId()));
  return begun.status === "redirect" ? redirectDocument(begun.url) : wrong("", t(locale, "pay.again"));
}

export default function Pay({ loaderData: { commandId, online, ways }, actionData }: Route.ComponentProps) {
  const t = useT();
  const { locale } = usePlace();
  const { view: { accountId, due, balance: payoff, budget } } = useLiveAccount();
  const owed = Math.max(0, due);
  return (
    <Page title={t("pay.title")} back={{ to: "/portal", label: t("nav.home") }}>
      {online ? <Columns aside={ways.phone || ways.addressLines.length ? <Card title={t("pay.ways")}><OtherWays ways={ways} accountId={accountId} /></Card> : null}>
        <Card hero>
          <Stack gap={1}>
            <span className="soft">{budget ? t(due < 0 ? "budget.aheadNow" : "budget.dueNow") : due < 0 ? t("money.yourCredit") : t("money.youOwe")}</span>
            <LiveValue value={due} announce={t("home.balance", { amount: moneyText(locale, due) })}><span className="display num">{formatDollars(Math.abs(due))}</span></LiveValue>
            {budget && payoff > 0 ? <span className="soft">{t("budget.owedInAll", { amount: formatDollars(payoff) })}</span> : null}
          </Stack>
          <FormFrame state={actionData} commandId={commandId}>
            <input type="hidden" name="accountId" value={accountId} readOnly />
            <MoneyField name="amount" label={t("pay.amount")} hint={owed ? t("pay.amountHint", { amount: formatDollars(owed) }) : t("pay.amountAhead")} defaultValue={owed ? formatDollars(owed).slice(1) : ""} enterKeyHint="go" />
            <Submit wide icon="lock">{t("pay.continue")}</Submit>
          </FormFrame>
          <p className="soft small">{t("pay.next")}</p>
        </Card>
      </Columns> : (
        <Card title={t("pay.otherTitle")}><p>{t("pay.otherIntro")}</p><OtherWays ways={ways} accountId={accountId} /></Card>
      )}
    </Page>
  );
}

/** Every way that needs no website. */
function OtherWays({ ways: { name, phone, addressLines }, accountId }: { ways: WaysToPay; accountId: string }) {
  const t = useT();
  return (
    <ul className="plain-list ways">
      {phone ? <li><Icon name="phone" /><a href={`tel:${phone}`}>{t("pay.byPhone", { phone })}</a></li> : null}
      {addressLines.length ? (
        <>
          <li><Icon name="mail" /><div><p>{t("pay.byMail", { number: accountId })}</p><address className="address">{[name, ...addressLines].map((line) => <span key={line}>{line}<br /></span>)}</address></div></li>
          <li><Icon name="place" /><p>{t("pay.byCounter", { number: accountId })}</p></li>
        </>
      ) : null}
    </ul>
  );
}
