import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";
import { TONE_ICON, type Tone } from "./tone.ts";
import { useT } from "../i18n/context.tsx";

export interface NoticeProps {
  tone: Exclude<Tone, "plain">;
  title?: ReactNode;
  icon?: IconName;
  /** What to do about it: a link or a button. */
  action?: ReactNode;
  /** `status` when it appears after something the person did (announced politely). */
  live?: boolean;
  /** Across the page, without a frame. */
  banner?: boolean;
  children?: ReactNode;
}

/** Something to know: what happened, what it means, what to do. */
export function Notice({ tone, title, icon, action, live, banner, children }: NoticeProps) {
  const t = useT();
  return (
    <div className="notice" data-tone={tone} data-banner={banner || undefined} role={live ? "status" : undefined}>
      <Icon name={icon ?? TONE_ICON[tone]} />
      <div className="notice-text">
        <span className="unseen">{t(`tone.${tone}`)}: </span>
        {title ? <p className="notice-title">{title}</p> : null}
        {children ? <div>{children}</div> : null}
      </div>
      {action ? <div className="notice-action">{action}</div> : null}
    </div>
  );
}

/** What will be here, and how to make it so. */
export function EmptyState({ icon, title, children, action }: { icon?: IconName; title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      {icon ? <Icon name={icon} /> : null}
      <p className="empty-title">{title}</p>
      {children ? <div className="soft">{children}</div> : null}
      {action ? <div className="row">{action}</div> : null}
    </div>
  );
}
