import { run } from "./bootstrap.mjs";

run("scripts/test/main.ts", process.argv.slice(2));
