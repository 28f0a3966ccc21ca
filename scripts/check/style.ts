/** Rules that neither the compiler nor the linter knows, each with the reason beside it. */
import { type Finding, type Folder, folderOf, isTest, lineAt, type SourceFile } from "./source.ts";

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly folders: readonly Folder[];
  /** Whether tests are held to it as well. */
  readonly tests: boolean;
  readonly message: string;
}

const CODE: readonly Folder[] = ["domain", "db", "durable", "worker", "app"];
const EVERYWHERE: readonly Folder[] = [...CODE, "scripts", "test", "bench"];

const RULES: readonly Rule[] = [
  {
    name: "no-clock-in-domain",
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bTemporal\.Now\b|\bset(?:Timeout|Interval)\(/g,
    folders: ["domain"],
    tests: false,
    message: "the clock is passed in, so that a year can be replayed in a test",
  },
  {
    name: "no-chance-in-domain",
    pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b|\brandomInt\b/g,
    folders: ["domain"],
    tests: false,
    message: "the same input gives the same events; ids and seeds are passed in",
  },
  {
    name: "no-float-in-domain",
    pattern: /\bparseFloat\b|\.toFixed\(|\.toPrecision\(/g,
    folders: ["domain"],
    tests: false,
    message: "money is whole cents and quantities are whole thousandths; a float is a cent wrong sooner or later",
  },
  {
    name: "no-input-output-in-domain",
    pattern: /\bfetch\(|\bprocess\.|\bconsole\./g,
    folders: ["domain"],
    tests: false,
    message: "domain/ is pure: what it needs is passed in, what it finds is returned",
  },
  {
    name: "no-timer-in-objects",
    pattern: /\bset(?:Timeout|Interval)\(/g,
    folders: ["durable"],
    tests: false,
    message: "a timer keeps an object from hibernating and dies with it; use an alarm",
  },
  {
    name: "no-focused-test",
    pattern: /\b(?:test|it|describe)\.only\b/g,
    folders: EVERYWHERE,
    tests: true,
    message: "the other tests of the file would not run",
  },
];

export function checkStyle(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const folder = folderOf(file.path);
    return RULES.filter((rule) => folder && rule.folders.includes(folder) && (rule.tests || !isTest(file.path))).flatMap((rule) =>
      [...file.code.matchAll(rule.pattern)].map((match) => ({
        file: file.path,
        line: lineAt(file.code, match.index),
        rule: rule.name,
        message: `${match[0]}: ${rule.message}`,
      })),
    );
  });
}
