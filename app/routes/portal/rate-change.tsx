import type { Route } from "./+types/rate-change";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { formatDollars } from "../../../domain/money/cents.ts";
import { proposalForAccount, type BillUnder } from "../../../worker/operations/rate-draft-pages.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText, PeriodText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Disclosure } from "../../components/disclosure.tsx";
import { Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { Message, usePlace, useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { answering, localeOf, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { serviceWord } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const proposal = await answering(() => proposalForAccount(world, actor, accountId, asked.params.draftId));
  if (!proposal) throw refused(404, NOT_FOUND_MESSAGE);
  return { title: t(localeOf(asked), "rateChange.title"), proposal };
}

/** What the last year would have cost under a proposed rate, bill by bill and line by line. */
export default function RateChange({ loaderData: { title, proposal: { commodity, effectiveOn, decided, before, after, bills } } }: Route.ComponentProps) {
  const t = useT();
  return (
    <Page narrow title={title} back={{ to: "/portal", label: t("nav.home") }}
      intro={<Message k={decided ? "rateChange.decided" : "rateChange.proposed"} values={{ service: serviceWord(t, commodity), date: <DateText date={effectiveOn} /> }} />}>
      <Card hero>
        <span className="soft">{t("rateChange.year")}</span>
        <span className="display num">{formatDollars(Math.max(0, after))}</span>
        <Change before={before} after={after} />
      </Card>
      <Card title={t("rateChange.byBill")} footer={t("rateChange.how")}>
        {bills.map((bill) => <OneBill key={bill.billId + bill.period.from} bill={bill} />)}
      </Card>
    </Page>
  );
}

/** "$12.40 more than the $310.20 you paid". */
function Change({ before, after }: { before: number; after: number }) {
  const t = useT();
  const values = { paid: formatDollars(before), amount: formatDollars(Math.abs(after - before)) };
  if (after === before) return <span>{t("rateChange.same", { paid: values.paid })}</span>;
  return <span>{after > before ? t("rateChange.more", values) : t("rateChange.less", values)}</span>;
}

function OneBill({ bill: { period, before, after, lines } }: { bill: BillUnder }) {
  const t = useT();
  const { locale } = usePlace();
  if (after === null) return <p className="soft"><PeriodText period={period} />: {t("rateChange.unpriced")}</p>;
  const badge = after === before ? <Badge>{t("rateChange.sameWord")}</Badge> : <Badge tone={after > before ? "warn" : "good"}>{after > before ? t("rateChange.moreWord", { amount: formatDollars(after - before) }) : t("rateChange.lessWord", { amount: formatDollars(before - after) })}</Badge>;
  return (
    <Disclosure summary={<><PeriodText period={period} /> · <Money cents={after} /> {badge}</>}>
      <DescriptionList lines facts={lines.map(({ name, nameEs, before: was, after: is }) => ({
        term: locale === "es" ? nameEs : name,
        value: <>{is === null ? t("rateChange.gone") : <Money cents={is} />}{was !== is ? <span className="soft small"> {was === null ? t("rateChange.new") : t("rateChange.was", { amount: formatDollars(was) })}</span> : null}</>,
      }))} />
    </Disclosure>
  );
}
