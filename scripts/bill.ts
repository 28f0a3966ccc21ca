/** `npm run -s bill -- replay BILL`: computes a bill again from its own readings and prices, and says whether it is the same. */
import { parseArgs } from "node:util";
import { UnavailableError, type SqlPort } from "../db/port.ts";
import { replayText } from "./bill-replay.ts";
import { endWithReader } from "./broken-pipe.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, noDatabaseIn, openDatabase } from "./runtime/database.ts";

const HELP = `npm run -s bill -- replay BILL… [--data DIR] [--url URL [--token TOKEN]]
npm run -s bill -- replay --all

Computes bills again from what they were made of, canceled ones as well, and prints each line with its arithmetic.

  --all          every bill; only those that are not the same are printed
${DATABASE_HELP}

Ends with 0 when every cent is the same, 1 when one is not, 2 when it could not look.
`;

const SAME = 0;
const DIFFERENT = 1;
const NOT_LOOKED = 2;

endWithReader(SAME);

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}. npm run bill -- --help lists the options.`);
    return NOT_LOOKED;
  }
  const { values, positionals: [doing, ...bills] } = parsed;
  const asked = values.all ? bills.length === 0 : bills.length > 0;
  if (values.help || doing !== "replay" || !asked) {
    console.log(HELP);
    return values.help ? SAME : NOT_LOOKED;
  }
  try {
    const opened = await openDatabase(values);
    if (!opened) {
      console.error(noDatabaseIn(values.data));
      return NOT_LOOKED;
    }
    try {
      return await (values.all ? replayAll(opened.port) : replayThese(opened.port, bills));
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    console.error(`The database cannot be reached: ${error.message}.`);
    return NOT_LOOKED;
  }
}

function parse(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: { ...DATABASE_OPTIONS, all: { type: "boolean" } } });
}

async function replayThese(port: SqlPort, bills: readonly string[]): Promise<number> {
  let code = SAME;
  for (const billId of bills) {
    const replay = await replayText(port, billId);
    if (!replay) {
      console.error(`There is no bill ${billId}.`);
      return NOT_LOOKED;
    }
    console.log(replay.text);
    if (!replay.same) code = DIFFERENT;
  }
  return code;
}

async function replayAll(port: SqlPort): Promise<number> {
  const bills = await port.query<{ id: string }>("SELECT id FROM bill ORDER BY id");
  let different = 0;
  for (const { id } of bills) {
    const replay = (await replayText(port, id))!;
    if (replay.same) continue;
    different += 1;
    console.log(replay.text);
  }
  console.log(`${bills.length.toLocaleString("en-US")} bills, ${different === 0 ? "each the same to the cent" : `${different.toLocaleString("en-US")} not the same`}.`);
  return different === 0 ? SAME : DIFFERENT;
}
