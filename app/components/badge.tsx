import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";
import { TONE_ICON, type Tone } from "./tone.ts";

export interface BadgeProps {
  tone?: Tone;
  /** The tone's own icon unless named; `null` for none (plain badges have none). */
  icon?: IconName | null;
  children: ReactNode;
}

/** A state in one or two words. The word carries it; colour and icon only help the eye. */
export function Badge({ tone = "plain", icon, children }: BadgeProps) {
  const name = icon === undefined && tone !== "plain" ? TONE_ICON[tone] : icon;
  return <span className="badge" data-tone={tone}>{name ? <Icon name={name} /> : null}<span>{children}</span></span>;
}

/** A count beside a navigation word. Nothing is shown for zero. */
export function Count({ value, tone = "plain", label }: { value: number; tone?: Tone; label?: string }) {
  if (!value) return null;
  return <span className="count num" data-tone={tone}>{value > 999 ? "999+" : value}{label ? <span className="unseen"> {label}</span> : null}</span>;
}
