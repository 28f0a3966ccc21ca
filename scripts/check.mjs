import { run } from "./bootstrap.mjs";

run("scripts/check/main.ts", process.argv.slice(2));
