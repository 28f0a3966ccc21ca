/** `npm run log -- verify`: follows every chain of the compliance log and names the first broken link. */
import { parseArgs } from "node:util";
import { verifyLog } from "../db/log.ts";
import { UnavailableError } from "../db/port.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, noDatabaseIn, openDatabase, type WhichDatabase } from "./runtime/database.ts";

const HELP = `npm run log -- verify [--data DIR] [--url URL [--token TOKEN]]

${DATABASE_HELP}

Ends with 0 when every chain holds, 1 when a link is broken, 2 when it could not look.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let values: WhichDatabase & { readonly help?: boolean | undefined };
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({ args, allowPositionals: true, options: DATABASE_OPTIONS }));
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

async function verify(which: WhichDatabase): Promise<number> {
  const opened = await openDatabase(which);
  if (!opened) {
    console.error(noDatabaseIn(which.data));
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
