/** Events as a timeline: the board's feed and an account's own. */
import { Timeline, type TimelineItem } from "../../components/timeline.tsx";
import type { EventSummary } from "../../../domain/lifecycle/account/summary.ts";
import { usePlace } from "../../i18n/context.tsx";
import { eventWords } from "./event-words.ts";
import { isSaidByName, sourceName } from "./words.ts";

export interface ShownEvent {
  readonly key: string;
  readonly stream: string;
  readonly type: string;
  readonly at: number;
  /** When it counts, if that is another day than when it was recorded. */
  readonly effectiveAt?: number;
  readonly actor: string;
  readonly source: string;
  readonly summary: EventSummary;
  /** Just pushed. */
  readonly fresh?: boolean;
}

/** Whoever is not known by name yet is known by the door they came through. */
function byWords(event: ShownEvent, names: Readonly<Record<string, string>>): string {
  const name = names[event.actor];
  const source = sourceName(event.source);
  if (name && isSaidByName(name, event.source)) return name;
  return name ? `${name}, ${source}` : source.charAt(0).toUpperCase() + source.slice(1);
}

/** `where`: also says which account it was, for feeds of many. */
export function EventTimeline({ events, names, label, where }: { events: readonly ShownEvent[]; names: Readonly<Record<string, string>>; label: string; where?: boolean }) {
  const { today } = usePlace();
  const items = events.map((event): TimelineItem => {
    const words = eventWords(event, today);
    const account = where && event.stream.startsWith("account:") ? ` · ${event.stream.slice("account:".length)}` : "";
    return { id: event.key, at: event.at, icon: words.icon, tone: words.tone, title: words.title, to: words.to, value: words.value, detail: words.detail, by: byWords(event, names) + account, fresh: event.fresh };
  });
  return <Timeline label={label} items={items} />;
}
