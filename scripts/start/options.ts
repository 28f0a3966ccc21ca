import { parseArgs } from "node:util";

export interface StartOptions {
  readonly port: number;
  readonly host: string;
  /** The origin that people use; undefined: `http://localhost:PORT`. */
  readonly publicUrl: string | undefined;
  readonly data: string;
  /** Forget what an earlier start left in the data folder. */
  readonly fresh: boolean;
  /** Size of the demonstration utility. */
  readonly meters: number;
  readonly demo: boolean;
  readonly help: boolean;
}

export const HELP = `Meterline: read to money, live.

  npm start -- [options]

  --port N          serve on this port (default 8787)
  --host ADDRESS    listen on this interface (default 127.0.0.1: this machine only)
  --public-url URL  the address people use, when it is not http://localhost:PORT
  --data DIR        keep everything here (default .data)
  --fresh           start over: forget what the data folder holds
  --meters N        size of the demonstration utility (default 300)
  --no-demo         no demonstration: open the set-up page for a real utility
  --help            this text
`;

/** A demonstration larger than this takes hours to make on one machine. */
const MOST_METERS = 200_000;
const DEFAULT_METERS = 300;

/** A mistake in what was typed: `message` says which, in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the command line. Throws UsageError. */
export function parseOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  return {
    port: wholeNumber("--port", values.port, 8787, 1, 65_535),
    host: text("--host", values.host) ?? "127.0.0.1",
    publicUrl: origin("--public-url", values["public-url"]),
    data: text("--data", values.data) ?? ".data",
    fresh: values.fresh ?? false,
    meters: wholeNumber("--meters", values.meters, DEFAULT_METERS, 1, MOST_METERS),
    demo: !values["no-demo"],
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        "public-url": { type: "string" },
        data: { type: "string" },
        fresh: { type: "boolean" },
        meters: { type: "string" },
        "no-demo": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(sentence(error as NodeJS.ErrnoException));
  }
}

/** Node's own message, without its advice about positional arguments. */
function sentence(error: NodeJS.ErrnoException): string {
  const first = error.message.split(". ")[0] ?? error.message;
  return `${first.replace(/\.$/, "")}. npm start -- --help lists the options.`;
}

function wholeNumber(option: string, value: string | undefined, otherwise: number, least: number, most: number): number {
  if (value === undefined) return otherwise;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, and "${value}" is none.`);
}

function text(option: string, value: string | undefined): string | undefined {
  if (value?.trim() === "") throw new UsageError(`${option} needs a value.`);
  return value;
}

function origin(option: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash) return url.origin;
  throw new UsageError(`${option} takes an origin such as https://billing.example.org, and "${value}" is none.`);
}
