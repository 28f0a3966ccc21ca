/** The parts of `npm test`, in the order in which they run: what is quick and says most comes first. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CHECKS } from "../check/checks.ts";
import { ensureBuild } from "../runtime/build.ts";
import { ensureChromium } from "../runtime/chromium.ts";
import { binary, ROOT } from "../runtime/root.ts";
import { type Counts, countReport, NOTHING, sum } from "./counts.ts";

export interface Part {
  readonly name: string;
  readonly about: string;
  /** Prints its own progress. Throws when it could not run. */
  run(): Promise<Counts>;
}

export const PARTS: readonly Part[] = [
  { name: "check", about: "types, lint, import direction, style rules", run: runChecks },
  { name: "unit", about: "the rules and what stands around them, in Node", run: () => vitest("vitest.config.ts") },
  { name: "sqld", about: "the door to the database, on a real database server", run: () => vitest("vitest.config.sqld.ts") },
  { name: "workerd", about: "objects and routes inside workerd, on a real database server", run: () => vitest("vitest.config.workerd.ts") },
  { name: "browser", about: "the pages in Chromium, on a running Meterline", run: withBuild(() => vitest("vitest.config.browser.ts", { CHROMIUM: ensureChromium() })) },
  { name: "crash", about: "processes killed under load, and what is left", run: withBuild(() => vitest("vitest.config.crash.ts")) },
  { name: "deploy", about: "wrangler deploy --dry-run", run: withBuild(dryRun) },
];

async function runChecks(): Promise<Counts> {
  let counts = NOTHING;
  for (const { name, run } of CHECKS) {
    const findings = await run();
    console.log(`  ${findings.length === 0 ? "✓" : "✗"} ${name}`);
    for (const line of findings) console.log(`    ${line}`);
    counts = sum(counts, { passed: findings.length === 0 ? 1 : 0, failed: findings.length === 0 ? 0 : 1, skipped: 0 });
  }
  return counts;
}

/** Built once, before the tests that need it, and not within the time limit of the first of them. */
function withBuild(run: () => Promise<Counts>): () => Promise<Counts> {
  return async () => {
    await ensureBuild(() => console.log("  building …"));
    return run();
  };
}

async function vitest(config: string, env: Record<string, string> = {}): Promise<Counts> {
  const report = join(ROOT, "tmp", `${config}.${process.pid}.json`);
  mkdirSync(join(ROOT, "tmp"), { recursive: true });
  try {
    const code = await command("vitest", ["run", `--config=${config}`, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], env);
    return countReport(JSON.parse(readFileSync(report, "utf8")), code);
  } finally {
    rmSync(report, { force: true });
  }
}

async function dryRun(): Promise<Counts> {
  const outDir = join("tmp", `dry-run.${process.pid}`);
  try {
    const code = await command("wrangler", ["deploy", "--dry-run", "--outdir", outDir], { WRANGLER_SEND_METRICS: "false", CI: "1" });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  } finally {
    rmSync(join(ROOT, outDir), { recursive: true, force: true });
  }
}

async function command(name: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [binary(name), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  const onEnd = (): void => void child.kill("SIGTERM");
  process.once("disconnect", onEnd);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("disconnect", onEnd);
  }
}
