import { useId, type ReactNode } from "react";
import { formatCount } from "../format/quantities.ts";

export interface ProgressBarProps {
  label: ReactNode;
  done: number;
  total: number;
  /** Said under the bar: time left, what was left out. */
  note?: ReactNode;
  tone?: "info" | "good" | "warn" | "bad";
}

/** How far something is, in figures and as a bar. */
export function ProgressBar({ label, done, total, note, tone = "info" }: ProgressBarProps) {
  const id = useId();
  return (
    <div className="progress" data-tone={tone}>
      <div className="progress-words">
        <span id={id}>{label}</span>
        <span className="num soft">{formatCount(done)} of {formatCount(total)}</span>
      </div>
      <progress value={Math.min(done, total)} max={Math.max(total, 1)} aria-labelledby={id} />
      {note ? <div className="small soft">{note}</div> : null}
    </div>
  );
}
