/** `npm run check`: types, lint, import direction and style rules. Prints what is wrong as file:line, rule, reason. */
import { progressOn } from "../progress.ts";
import { CHECKS } from "./checks.ts";

process.exitCode = (await runChecks()) ? 0 : 1;

async function runChecks(): Promise<boolean> {
  const progress = progressOn(process.stdout);
  let good = true;
  for (const { name, run } of CHECKS) {
    progress.step(name);
    const findings = await run();
    progress.end(findings.length === 0 ? "✓" : "✗");
    for (const line of findings) console.error(line);
    good &&= findings.length === 0;
  }
  return good;
}
