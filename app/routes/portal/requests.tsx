import type { Route } from "./+types/requests";
import { requestsOf } from "../../../worker/operations/requests.ts";
import { Badge } from "../../components/badge.tsx";
import { ButtonLink } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { Page } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { answering, localeOf } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { requestKindWord, requestState } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const requests = await answering(() => requestsOf(world, actor, accountId));
  return { title: t(localeOf(asked), "nav.requests"), requests: requests.map(({ id, kind, status, openedAt, changedAt }) => ({ id, kind, status, openedAt, changedAt })) };
}

export default function Requests({ loaderData: { requests } }: Route.ComponentProps) {
  const t = useT();
  const { view } = useLiveAccount();
  const now = new Map(view.requests.map(({ requestId, status }) => [requestId, status]));
  const start = <ButtonLink to="/portal/requests/new" kind="primary" icon="plus">{t("request.new")}</ButtonLink>;
  return (
    <Page title={t("nav.requests")} actions={requests.length ? start : undefined}>
      <Card flush>
        <Table
          caption={t("request.list")}
          rows={requests} rowKey={({ id }) => id} rowTo={({ id }) => `/portal/requests/${id}`}
          columns={[
            { key: "kind", head: t("request.about"), main: true, cell: ({ kind }) => requestKindWord(t, kind) },
            { key: "sent", head: t("request.sent"), cell: ({ openedAt }) => <TimeText at={openedAt} /> },
            { key: "state", head: t("request.state"), cell: ({ id, kind, status: known }) => {
              const status = now.get(id) ?? known;
              const { key, tone } = requestState(status);
              return <LiveValue value={status} announce={`${requestKindWord(t, kind)}: ${t(key)}`}><Badge tone={tone}>{t(key)}</Badge></LiveValue>;
            } },
          ]}
          empty={<EmptyState icon="request" title={t("request.none")} action={start}>{t("request.noneHint")}</EmptyState>}
        />
      </Card>
    </Page>
  );
}
