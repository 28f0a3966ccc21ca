import { run } from "./bootstrap.mjs";

run("scripts/start/main.ts", process.argv.slice(2), { ownGroup: true });
