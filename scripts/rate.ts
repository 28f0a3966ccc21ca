/**
 * `npm run -s rate -- …`: a published tariff and a usage in, amounts out. The first option says in which form the tariff is
 * published; each form has its own module in `rate/`.
 */
import type { RateCommand } from "./rate/command.ts";

/** By the option that names the tariff's file. */
const FORMS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<RateCommand> }>> = {
  urdb: { about: "OpenEI's Utility Rate Database: a year of load, month by month", load: () => import("./rate/urdb.ts") },
  owrs: { about: "Open Water Rate Specification: a month of water of one customer class", load: () => import("./rate/owrs.ts") },
};

const HELP = `npm run -s rate -- --FORM FILE … [--json]

Rates a usage by a published tariff. Forms:
${Object.entries(FORMS).map(([form, { about }]) => `  --${form.padEnd(8)} ${about}`).join("\n")}

npm run -s rate -- --FORM --help lists the options of a form. Ends with 0, or with 1 and one sentence that
says what is wrong and where.
`;

// A reader such as `head` that has seen enough is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const form = Object.keys(FORMS).find((name) => args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)));
  if (form === undefined) {
    const wantsHelp = args.includes("--help") || args.includes("-h");
    (wantsHelp ? console.log : console.error)(wantsHelp ? HELP : `Name the tariff's file with ${Object.keys(FORMS).map((name) => `--${name}`).join(" or ")}; npm run -s rate -- --help says more.`);
    return wantsHelp ? 0 : 1;
  }
  const { rate } = await FORMS[form]!.load();
  try {
    console.log(rate(args));
    return 0;
  } catch (error) {
    const { Refused } = await import("./rate/command.ts");
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    return 1;
  }
}
