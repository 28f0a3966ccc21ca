/** What a meter is said to be, in words: the source's own beside ours, and where it stands. */
import { Link } from "react-router";
import type { MeterSaid } from "../../../worker/operations/conditions.ts";

/** A yes, or a code of a letter: it says no more than that it is so. */
const SAYS_MORE = 2;

/** "4 min 10 s fast", “Endpoint Tamper”: what there is beside the kind; nothing where the source merely said so. */
export function SaysText({ said: { says, seconds } }: { said: Pick<MeterSaid, "says" | "seconds"> }) {
  if (seconds !== null) return <span className="nowrap">{clockText(seconds)}</span>;
  return says.length >= SAYS_MORE ? <span className="break">“{says}”</span> : null;
}

function clockText(seconds: number): string {
  const off = Math.abs(seconds);
  if (off === 0) return "to the second";
  const [hours, minutes] = [Math.floor(off / 3600), Math.floor((off % 3600) / 60)];
  const size = hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${off % 60} s` : `${off} s`;
  return `${size} ${seconds > 0 ? "fast" : "slow"}`;
}

/** The line of the file that said it first. */
export function SaidWhere({ said: { fileId, line } }: { said: Pick<MeterSaid, "fileId" | "line"> }) {
  return fileId === null ? null : <Link className="nowrap" to={`/staff/files/${fileId}`}>{line === null ? "file" : `file, line ${line}`}</Link>;
}
