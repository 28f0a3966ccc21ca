import { spawn } from "node:child_process";
import { binary, ROOT } from "../runtime/root.ts";
import { checkImports } from "./imports.ts";
import { type Finding, readSources } from "./source.ts";
import { checkStyle } from "./style.ts";

export interface Check {
  readonly name: string;
  /** What is wrong, one line each: none means that the check passed. */
  run(): Promise<string[]>;
}

export const CHECKS: readonly Check[] = [
  { name: "types", run: checkTypes },
  { name: "lint", run: () => command("oxlint", ["--format=unix", "--max-warnings=0"]) },
  { name: "imports", run: async () => checkImports(readSources()).map(describe) },
  { name: "style rules", run: async () => checkStyle(readSources()).map(describe) },
];

/** React Router writes the types of routes; then the compiler looks at everything. */
async function checkTypes(): Promise<string[]> {
  const typegen = await command("react-router", ["typegen"]);
  if (typegen.length > 0) return typegen;
  const lines = await command("tsc", ["--pretty", "false", "--noEmit"]);
  return lines.map((line) => line.replace(/^([^\s(]+)\((\d+),(\d+)\): error (TS\d+): /, "$1:$2: $4: "));
}

function describe({ file, line, rule, message }: Finding): string {
  return `${file}:${line}: ${rule}: ${message}`;
}

/** The lines that a command wrote when it failed; none when it succeeded. */
async function command(name: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [binary(name), ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return [];
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 0 ? lines : [`${name} ended with exit ${code} and said nothing`];
}
