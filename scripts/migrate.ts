/** `npm run migrate -- --url URL`: brings a database to this version's schema, on Turso or anywhere else. */
import { parseArgs } from "node:util";
import { MigrationError } from "../db/migrate.ts";
import { UnavailableError } from "../db/port.ts";
import { migrateDatabase } from "./runtime/migrations.ts";

const HELP = `npm run migrate -- --url URL [--token TOKEN]

  --url URL      the database: libsql://NAME.turso.io, or http://127.0.0.1:PORT for a local server
  --token TOKEN  its token; better given as DATABASE_TOKEN in the environment, where other users do not see it

Says what was applied, and changes nothing when there is nothing to do. A database of a newer version is refused.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let given: { url?: string; token?: string; help?: boolean };
  try {
    const options = { url: { type: "string" }, token: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
    given = parseArgs({ args, strict: true, options }).values;
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}. npm run migrate -- --help lists the options.`);
    return 2;
  }
  if (given.help) {
    console.log(HELP);
    return 0;
  }
  if (!given.url || !URL.canParse(given.url)) {
    console.error(`--url names the database, for example libsql://meterline-example.turso.io${given.url ? `; "${given.url}" is no address` : ""}.`);
    return 2;
  }
  return apply(given.url, given.token ?? process.env.DATABASE_TOKEN);
}

async function apply(url: string, token: string | undefined): Promise<number> {
  try {
    const { from, to, applied } = await migrateDatabase({ url, token }, (line) => console.log(line));
    console.log(applied.length === 0 ? `Nothing to do: the database has all ${to} migrations.` : `The database went from ${from} to ${to} migrations.`);
    return 0;
  } catch (error) {
    if (!(error instanceof MigrationError) && !(error instanceof UnavailableError)) throw error;
    console.error(`The database cannot be used: ${error.message}.`);
    return 1;
  }
}
