/** `npm run log -- verify`: follows every chain of the compliance log and names the first broken link. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { verifyLog } from "../db/log.ts";
import { openLibsql } from "../db/libsql.ts";
import { UnavailableError } from "../db/port.ts";
import { DATABASE_ADDRESS } from "./runtime/meterline.ts";
import { startSqld } from "./runtime/sqld.ts";

const HELP = `npm run log -- verify [--data DIR] [--url URL [--token TOKEN]]

  --data DIR     the data folder, .data by default; Meterline may be running on it or not
  --url URL      a database elsewhere: libsql://NAME.turso.io
  --token TOKEN  its token; better given as DATABASE_TOKEN in the environment

Ends with 0 when every chain holds, 1 when a link is broken, 2 when it could not look.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let values: { data?: string; url?: string; token?: string; help?: boolean };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({ args, allowPositionals: true, options: { data: { type: "string" }, url: { type: "string" }, token: { type: "string" }, help: { type: "boolean", short: "h" } } }));
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}. npm run log -- --help lists the options.`);
    return 2;
  }
  if (values.help || positionals.join(" ") !== "verify") {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  try {
    return await verify(values);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    console.error(`The database cannot be reached: ${error.message}.`);
    return 2;
  }
}

async function verify({ data = ".data", url, token }: { data?: string; url?: string; token?: string }): Promise<number> {
  const opened = await openDatabase(data, url, token ?? process.env["DATABASE_TOKEN"]);
  if (!opened) {
    console.error(`There is no database in ${data}. Start Meterline once, or name another folder with --data.`);
    return 2;
  }
  try {
    const began = performance.now();
    const { streams, events, broken } = await verifyLog(opened.port, (done) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${done.toLocaleString("en-US")} events`);
    });
    if (process.stdout.isTTY) process.stdout.write("\r");
    if (broken) {
      console.error(`Broken link: ${broken.stream}, event ${broken.seq}: ${broken.reason}.`);
      return 1;
    }
    console.log(`Every chain holds: ${events.toLocaleString("en-US")} events in ${streams.toLocaleString("en-US")} streams, ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    return 0;
  } finally {
    await opened.close();
  }
}

/** The database of a running Meterline where one runs, else one started for this look alone. */
async function openDatabase(data: string, url: string | undefined, token: string | undefined) {
  if (url) return { port: openLibsql({ url, ...(token ? { authToken: token } : {}) }), close: async () => {} };
  const address = join(data, DATABASE_ADDRESS);
  if (existsSync(address)) {
    const port = openLibsql({ url: readFileSync(address, "utf8").trim() });
    const alive = await port.query("SELECT 1").then(() => true, () => false);
    if (alive) return { port, close: async () => {} };
  }
  if (!existsSync(join(data, "db"))) return null;
  const sqld = await startSqld({ path: join(data, "db") });
  return { port: openLibsql({ url: sqld.url }), close: () => sqld.stop() };
}
