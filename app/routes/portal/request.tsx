import type { Route } from "./+types/request";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { requestPage } from "../../../worker/operations/requests.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { Page } from "../../components/layout.tsx";
import { LiveValue } from "../../components/live.tsx";
import { Notice } from "../../components/notice.tsx";
import { Timeline, type TimelineItem } from "../../components/timeline.tsx";
import { useT } from "../../i18n/context.tsx";
import { t } from "../../i18n/translate.ts";
import { useLiveAccount } from "../../live/live-account.tsx";
import { useRoot } from "../../root.tsx";
import { answering, localeOf, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";
import { requestKindWord, requestState } from "./words.ts";

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: loaderData?.title }];

export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, accountId, world } = lookingAt(asked);
  const request = await answering(() => requestPage(world, actor, accountId, asked.params.requestId));
  if (!request) throw refused(404, NOT_FOUND_MESSAGE);
  const { id, kind, status, text, openedAt, steps } = request;
  const locale = localeOf(asked);
  return { title: requestKindWord((key, ...params) => t(locale, key, ...params), kind), justSent: asked.url.searchParams.has("sent"), request: { id, kind, status, text, openedAt, steps } };
}

const ICONS = { open: "mail", inProgress: "person", waiting: "pending", closed: "check" } as const;

/** What became of a request: every step with what we said about it, newest first. */
export default function Request({ loaderData: { request, justSent } }: Route.ComponentProps) {
  const t = useT();
  const { utility } = useRoot()!;
  const { view } = useLiveAccount();
  const status = view.requests.find(({ requestId }) => requestId === request.id)?.status ?? request.status;
  const { key, tone } = requestState(status);
  const word = requestKindWord(t, request.kind);
  const item = (to: string, at: number, note: string | null, by: string): TimelineItem => ({
    id: `${to}${at}`, at, icon: ICONS[to as keyof typeof ICONS] ?? "request", tone: requestState(to).tone, title: t(requestState(to).key), by,
    ...(note ? { detail: <p className="words">{note}</p> } : {}),
  });
  const steps = [...request.steps.map(({ to, at, note }) => item(to, at, note, utility.name)).reverse(), item("open", request.openedAt, null, t("request.byYou"))];
  return (
    <Page narrow title={word} back={{ to: "/portal/requests", label: t("nav.requests") }}
      actions={<LiveValue value={status} announce={t("request.changed", { state: t(key) })}><Badge tone={tone}>{t(key)}</Badge></LiveValue>}>
      {justSent && status === "open" ? <Notice tone="good" title={t("request.received")} live>{t("request.follow")}</Notice> : null}
      <Card title={t("request.progress")}><Timeline label={t("request.progress")} items={steps} /></Card>
      <Card title={t("request.yourWords")}>{request.text ? <p className="words">{request.text}</p> : <p className="soft">{t("request.erased")}</p>}</Card>
    </Page>
  );
}
