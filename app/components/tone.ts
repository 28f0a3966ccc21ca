import type { IconName } from "./icons.tsx";

/** Four meanings, and plain. Each has a colour, an icon and words: never colour alone. */
export type Tone = "plain" | "info" | "good" | "warn" | "bad";

export const TONE_ICON: Readonly<Record<Exclude<Tone, "plain">, IconName>> = {
  info: "info", good: "good", warn: "warn", bad: "bad",
};
