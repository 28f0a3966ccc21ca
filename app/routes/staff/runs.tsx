/** Bill runs as they go: how far, how long still, what was left out. */
import type { RunProgress } from "../../../domain/live/messages.ts";
import { Link } from "react-router";
import { ProgressBar } from "../../components/progress.tsx";
import { isLocalDate } from "../../../domain/calendar/local-date.ts";
import { formatDate, formatDuration } from "../../format/dates.ts";
import { usePlace } from "../../i18n/context.tsx";
import { formatCount } from "../../format/quantities.ts";

export const runPath = (runId: string): string => `/staff/billing/runs/${encodeURIComponent(runId)}`;

export const isRunning = (run: Pick<RunProgress, "status">): boolean => run.status === "running" || run.status === "started";

/** A run is named by its cycle and the end of its period. */
const periodOf = ({ runId, cycleId }: RunProgress): string => runId.slice(cycleId.length + 1);

const dealtWith = (run: RunProgress): number => run.billed + run.held + run.failed;

/** What a run's progress says under its bar. */
function noteOf(run: RunProgress): string {
  const parts: string[] = [];
  if (run.held > 0) parts.push(`${formatCount(run.held)} held for review`);
  if (run.failed > 0) parts.push(`${formatCount(run.failed)} failed`);
  const left = Math.max(0, run.due - dealtWith(run));
  if (isRunning(run) && left > 0 && run.billsPerSecond) parts.push(`${formatDuration((left / run.billsPerSecond) * 1000)} left`);
  return parts.join(" · ");
}

export function RunBar({ run, link = true }: { run: RunProgress; link?: boolean }) {
  const { today } = usePlace();
  const periodTo = periodOf(run);
  const label = isLocalDate(periodTo) ? `Cycle ${run.cycleId}, to ${formatDate("en", periodTo, "day", today)}` : `Cycle ${run.cycleId}`;
  return (
    <ProgressBar label={link ? <Link to={runPath(run.runId)}>{label}</Link> : label} done={dealtWith(run)} total={run.due} note={noteOf(run) || undefined}
      tone={run.failed > 0 ? "bad" : isRunning(run) ? "info" : "good"} />
  );
}
