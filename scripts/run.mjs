/** Runs one script of the repository in its own Node: `node scripts/run.mjs scripts/migrate.ts --help`. */
import { run } from "./bootstrap.mjs";

const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error("Name a script: node scripts/run.mjs scripts/NAME.ts");
  process.exit(2);
}
run(entry, args);
