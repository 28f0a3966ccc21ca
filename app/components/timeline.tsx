import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Instant } from "../../domain/calendar/zone.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { dateOf, formatDate } from "../format/dates.ts";
import { TimeText } from "./date-text.tsx";
import { Icon, type IconName } from "./icons.tsx";
import type { Tone } from "./tone.ts";
import { usePlace, useT } from "../i18n/context.tsx";

export interface TimelineItem {
  id: string;
  at: Instant;
  icon: IconName;
  tone?: Tone;
  title: ReactNode;
  /** Where the thing itself is. */
  to?: string;
  /** At the end of the line: an amount, a state. */
  value?: ReactNode;
  /** Who, and through what. */
  by?: ReactNode;
  detail?: ReactNode;
  /** Just pushed: highlighted for a moment. */
  fresh?: boolean;
}

/** What happened, newest first, under the day it happened on. */
export function Timeline({ items, label }: { items: readonly TimelineItem[]; label: string }) {
  const { locale, zone, today } = usePlace();
  const t = useT();
  const days: { day: LocalDate; items: TimelineItem[] }[] = [];
  for (const item of items) {
    const day = dateOf(item.at, zone);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  const words = (day: LocalDate) =>
    day === today ? t("list.today") : day === addDays(today, -1) ? t("list.yesterday") : formatDate(locale, day, "weekday", today);
  return (
    <ol className="timeline" aria-label={label}>
      {days.map(({ day, items: ofDay }) => (
        <li key={day} className="timeline-day">
          <h3><time dateTime={day}>{words(day)}</time></h3>
          <ol className="timeline-items">
            {ofDay.map((item) => (
              <li key={item.id} data-tone={item.tone ?? "plain"} data-fresh={item.fresh || undefined}>
                <span className="timeline-icon"><Icon name={item.icon} /></span>
                <div className="timeline-text">
                  <div className="timeline-line">
                    {item.to ? <Link to={item.to}>{item.title}</Link> : <span>{item.title}</span>}
                    {item.value ? <span className="timeline-value num">{item.value}</span> : null}
                  </div>
                  <div className="timeline-by"><TimeText at={item.at} form="time" />{item.by ? <> · {item.by}</> : null}</div>
                  {item.detail ? <div className="timeline-detail">{item.detail}</div> : null}
                </div>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}
