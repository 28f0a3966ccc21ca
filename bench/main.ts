/** `npm run bench [-- NAME …] [--json FILE]`: runs the rows one after the other and prints one table. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { environment, runRow, table, type BenchResult, type BenchRow } from "./harness.ts";

/** Loaded one at a time, so that one row's servers and data are gone before the next begins. */
const ROWS: Readonly<Record<string, () => Promise<{ readonly row: BenchRow }>>> = {
  "monthly-bill": () => import("./monthly-bill.ts"),
  "tou-demand": () => import("./tou-demand.ts"),
  vee: () => import("./vee.ts"),
  espi: () => import("./espi.ts"),
  ingest: () => import("./ingest.ts"),
  file: () => import("./file.ts"),
  day: () => import("./day.ts"),
  "bill-run": () => import("./bill-run.ts"),
  payment: () => import("./payment.ts"),
  message: () => import("./message.ts"),
  painted: () => import("./painted.ts"),
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: "string" } } });
  const unknown = positionals.filter((name) => !(name in ROWS));
  if (unknown.length > 0) {
    console.error(`There is no row ${unknown.join(", ")}. Rows: ${Object.keys(ROWS).join(", ")}.`);
    return 2;
  }
  const results: BenchResult[] = [];
  let failed = false;
  for (const name of positionals.length > 0 ? positionals : Object.keys(ROWS)) {
    try {
      const { row } = await ROWS[name]!();
      results.push(await runRow(row, (line) => console.log(line)));
    } catch (error) {
      failed = true;
      console.error(`${name}: void: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`\n${environment()}\n${table(results)}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return failed ? 1 : 0;
}
