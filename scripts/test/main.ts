/** `npm test [-- PART …]`: every part, each with its own output; the last line counts over all of them. */
import { type Counts, lastLine, NOTHING, sum } from "./counts.ts";
import { PARTS, type Part } from "./parts.ts";

const wanted = choose(process.argv.slice(2));
let total = NOTHING;
for (const part of wanted) total = sum(total, await runPart(part));
console.log(`\n${lastLine(total)}`);
process.exit(total.failed === 0 ? 0 : 1);

function choose(names: readonly string[]): readonly Part[] {
  const unknown = names.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}". npm test runs all of these; npm test -- NAME … runs some:`);
    for (const { name, about } of PARTS) console.error(`  ${name.padEnd(8)} ${about}`);
    process.exit(2);
  }
  return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part.name));
}

async function runPart(part: Part): Promise<Counts> {
  console.log(`\n── ${part.name}: ${part.about}`);
  const began = performance.now();
  let counts: Counts;
  try {
    counts = await part.run();
  } catch (error) {
    console.error(`  ${part.name} could not run: ${error instanceof Error ? error.message : error}`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  console.log(`── ${part.name}: ${lastLine(counts)} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  return counts;
}
