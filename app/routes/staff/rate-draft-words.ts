import type { Tone } from "../../components/tone.ts";

const STATES: Readonly<Record<string, { readonly name: string; readonly tone: Tone }>> = {
  draft: { name: "Draft", tone: "info" },
  proposed: { name: "Waits for a second person", tone: "warn" },
  published: { name: "Published", tone: "good" },
  discarded: { name: "Discarded", tone: "plain" },
};

export const draftState = (status: string): { readonly name: string; readonly tone: Tone } => STATES[status] ?? { name: status, tone: "plain" };
