import type { ReactNode } from "react";
import { Link } from "react-router";
import { Icon } from "./icons.tsx";
import { TONE_ICON, type Tone } from "./tone.ts";

export interface StatProps {
  /** The list that this figure counts. */
  to: string;
  label: ReactNode;
  value: ReactNode;
  /** Says more in words: "oldest 3 days", "12 per minute". */
  note?: ReactNode;
  /** With a meaning it also gets the meaning's icon. */
  tone?: Tone;
  /** A sparkline. */
  chart?: ReactNode;
}

/** A figure of a board: a link to its list, always. */
export function Stat({ to, label, value, note, tone = "plain", chart }: StatProps) {
  return (
    <Link className="stat" to={to} data-tone={tone}>
      <span className="stat-label">{tone === "plain" ? null : <Icon name={TONE_ICON[tone]} />}<span>{label}</span></span>
      <span className="stat-figure"><span className="display">{value}</span>{chart}</span>
      {note ? <span className="stat-note">{note}</span> : null}
    </Link>
  );
}
