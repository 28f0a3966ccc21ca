/** Words for files of reads. */
import type { FileNote, FileStatus } from "../../../worker/operations/files/staff.ts";
import { Badge } from "../../components/badge.tsx";
import type { Tone } from "../../components/tone.ts";

const STATES: Readonly<Record<FileStatus, { readonly word: string; readonly tone: Tone }>> = {
  received: { word: "Being read", tone: "info" },
  done: { word: "Taken in", tone: "good" },
  unreadable: { word: "Not readable", tone: "bad" },
};

export function FileState({ status }: { status: FileStatus }) {
  const { word, tone } = STATES[status];
  return <Badge tone={tone}>{word}</Badge>;
}

/** What became of a line. */
export const NOTE_WORDS: Readonly<Record<FileNote["kind"], { readonly word: string; readonly tone: Tone }>> = {
  refused: { word: "Refused", tone: "bad" },
  unreadable: { word: "Not readable", tone: "bad" },
  rejected: { word: "Cannot be stored", tone: "bad" },
  exception: { word: "In doubt", tone: "warn" },
  "no-read": { word: "No value", tone: "plain" },
};

export const SOURCE_WORDS: Readonly<Record<string, string>> = { api: "Through the API", inbox: "In the drop folder", staff: "By hand" };
