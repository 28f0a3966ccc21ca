import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const sheet = readFileSync(fileURLToPath(new URL("./tokens.css", import.meta.url)), "utf8");
const tokens = new Map([...sheet.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map((m) => [m[1]!, { light: m[2]!, dark: m[3]! }]));

/** Relative luminance of WCAG 2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string, mode: "light" | "dark"): number {
  const [a, b] = [one, other].map((name) => {
    const token = tokens.get(name);
    if (!token) throw new Error(`There is no colour --${name}`);
    return luminance(token[mode]);
  });
  return (Math.max(a!, b!) + 0.05) / (Math.min(a!, b!) + 0.05);
}

const GROUNDS = ["canvas", "surface", "sunken"];
const MEANINGS = ["info", "good", "warn", "bad"];

/** Text and the grounds it may stand on. */
const TEXT: [string, string[]][] = [
  ["ink", [...GROUNDS, "accent-soft", ...MEANINGS.map((meaning) => `${meaning}-soft`)]],
  ["ink-soft", [...GROUNDS, "accent-soft", "good-soft"]],
  ["accent", [...GROUNDS, "accent-soft"]],
  ["accent-strong", GROUNDS],
  ["on-accent", ["accent", "accent-strong"]],
  ["on-bad", ["bad"]],
  ...MEANINGS.map((meaning): [string, string[]] => [meaning, [...GROUNDS, `${meaning}-soft`]]),
  ...[1, 2, 3, 4].map((level): [string, string[]] => [`on-heat-${level}`, [`heat-${level}`]]),
];

/** Frames of controls, the focus ring, and marks of charts against the surface they stand on. */
const MARKS: [string, string[]][] = [
  ["line-strong", GROUNDS],
  ["focus", [...GROUNDS, "accent-soft"]],
  ["accent", ["surface", "ghost"]],
  ["bad", ["surface", "bad-soft"]],
];

describe.each(["light", "dark"] as const)("colours, %s", (mode) => {
  test.each(TEXT.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))("%s is legible on %s", (ink, ground) => {
    expect(contrast(ink, ground, mode)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(MARKS.flatMap(([mark, grounds]) => grounds.map((ground) => [mark, ground] as const)))("%s is seen on %s", (mark, ground) => {
    expect(contrast(mark, ground, mode)).toBeGreaterThanOrEqual(3);
  });
});
