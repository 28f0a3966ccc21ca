import { Link } from "react-router";
import { Badge } from "../../components/badge.tsx";
import { Icon } from "../../components/icons.tsx";
import { LiveValue } from "../../components/live.tsx";
import { useT } from "../../i18n/context.tsx";
import { REQUEST_ICONS, requestKindWord, requestState } from "./words.ts";

/** A request in one line: what it is about and how it stands. A change of state is marked and announced. */
export function RequestItem({ requestId, kind, status }: { requestId: string; kind: string; status: string }) {
  const t = useT();
  const word = requestKindWord(t, kind);
  const { key, tone } = requestState(status);
  return (
    <li className="plain-item">
      <Icon name={REQUEST_ICONS[kind] ?? "request"} />
      <Link to={`/portal/requests/${requestId}`}>{word}</Link>
      <LiveValue value={status} announce={`${word}: ${t(key)}`}><Badge tone={tone}>{t(key)}</Badge></LiveValue>
    </li>
  );
}
