import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../runtime/root.ts";

/** A finding: where, which rule, and what to do about it. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  /** The text with comments blanked out; lines keep their numbers. */
  readonly code: string;
}

export const FOLDERS = ["domain", "db", "durable", "worker", "app", "scripts", "test", "bench"] as const;
export type Folder = (typeof FOLDERS)[number];

/** Every TypeScript file of ours. */
export function readSources(): SourceFile[] {
  return globSync(`{${FOLDERS.join(",")}}/**/*.{ts,tsx}`, { cwd: ROOT })
    .sort()
    .map((path) => ({ path, code: blankComments(readFileSync(join(ROOT, path), "utf8")) }));
}

export function folderOf(path: string): Folder | undefined {
  return FOLDERS.find((folder) => path.startsWith(`${folder}/`));
}

/** Tests and what only tests use: `x.test.ts`, `x.crash.test.ts`, `x.testing.ts`. */
export function isTest(path: string): boolean {
  return /\.(test|testing)\.tsx?$/.test(path);
}

/** Strings are matched only so that a `//` inside one is not taken for a comment. */
const STRING_OR_COMMENT = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

export function blankComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (match) => (match.startsWith("/") ? match.replace(/[^\n]/g, " ") : match));
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
