import { useEffect, useState } from "react";
import type { Route } from "./+types/pay-done";
import { formatDollars } from "../../../domain/money/cents.ts";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { portalPayment } from "../../../worker/operations/payments.ts";
import { Button, ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Page, Row } from "../../components/layout.tsx";
import { LiveValue, useAnnounce } from "../../components/live.tsx";
import { Money } from "../../components/money.tsx";
import { Notice } from "../../components/notice.tsx";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { useRoot } from "../../root.tsx";
import { answering, localeOf, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { tenderWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const { session, accountId, world } = lookingAt(asked);
  const intent = asked.url.searchParams.get("intent") ?? "";
  const payment = await answering(() => portalPayment(world, session.actor, accountId, intent));
  if (!payment) throw refused(404, NOT_FOUND_MESSAGE);
  return { title: t(localeOf(asked), payment.posted ? "paid.receipt" : "paid.onWay"), intent, payment };
}

/**
 * Where the customer comes back to. What the provider's page said proves nothing: only its signed word does, and when that
 * arrives this page turns by push from "on its way" to the receipt.
 */
export default function PayDone({ loaderData: { intent, payment } }: Route.ComponentProps) {
  const t = useT();
  const announce = useAnnounce();
  const { view, arrived } = useLiveAccount();
  const now = arrived.find(({ type, summary }) => type === "PaymentPosted" && summary["paymentId"] === intent);
  const posted = payment.posted || now !== undefined || view.lastPayment?.paymentId === intent;
  const amount = formatDollars(payment.amount);

  const [wasPosted] = useState(posted);
  useEffect(() => {
    if (posted && !wasPosted) announce(t("paid.announce", { amount }));
    // Said once, when it turns.
    // eslint-disable-next-line react/exhaustive-deps
  }, [posted]);

  if (!posted) {
    return (
      <Page narrow title={t("paid.onWay")}>
        <Notice tone="info" icon="pending">{t("paid.onWayMore", { amount })}</Notice>
        <p className="soft">{t("paid.went")}</p>
        <Row>
          <ButtonLink to="/portal" kind="primary">{t("paid.done")}</ButtonLink>
          <ButtonLink to="/portal/pay">{t("paid.begin")}</ButtonLink>
        </Row>
      </Page>
    );
  }
  return (
    <Page narrow title={t("paid.title")} intro={t("paid.intro", { amount })} actions={<PrintButton />}>
      <Receipt intent={intent} payment={payment} receivedAt={payment.receivedAt ?? now?.at ?? view.lastPayment?.receivedAt ?? null} />
      <Row><ButtonLink to="/portal" kind="primary">{t("paid.done")}</ButtonLink></Row>
    </Page>
  );
}

function Receipt({ intent, payment, receivedAt }: { intent: string; payment: Route.ComponentProps["loaderData"]["payment"]; receivedAt: number | null }) {
  const t = useT();
  const { utility } = useRoot()!;
  const { view: { accountId, balance } } = useLiveAccount();
  return (
    <Card title={t("paid.receipt")}>
      <DescriptionList lines facts={[
        { term: t("paid.utility"), value: utility.name },
        { term: t("account.label"), value: accountId },
        ...(receivedAt === null ? [] : [{ term: t("paid.on"), value: <TimeText at={receivedAt} form="full" /> }]),
        ...(payment.tender === null ? [] : [{ term: t("paid.with"), value: tenderWord(t, { tender: payment.tender, reference: payment.reference }) }]),
        { term: t("paid.number"), value: <span className="confirmation">{intent}</span> },
        { term: t("paid.balance"), value: <LiveValue value={balance}><Money cents={balance} /></LiveValue> },
      ]} total={{ term: t("paid.amount"), value: <Money cents={payment.amount} /> }} />
    </Card>
  );
}

/** There once a script can serve it; without one the browser's own menu prints. */
function PrintButton() {
  const t = useT();
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return <Button type="button" icon="print" className="print-button" data-ready={ready || undefined} onClick={() => window.print()}>{t("page.print")}</Button>;
}
