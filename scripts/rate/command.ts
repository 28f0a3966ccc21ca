/** What the forms of `npm run rate` share: their shape, how they refuse, and how they find and read a file. */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";

export interface RateCommand {
  /** What goes to standard output. Errors: `Refused`. */
  readonly rate: (args: readonly string[]) => string;
}

/** The input cannot be used. The message is one sentence for a person: the file, the path in it, the problem. */
export class Refused extends Error {}

/** npm runs scripts in the folder of package.json; names are meant from where the command was given. */
export function pathOf(file: string): string {
  const from = process.env["INIT_CWD"];
  return isAbsolute(file) || from === undefined || !existsSync(join(from, file)) ? file : join(from, file);
}

/** The text of a file. Errors: `Refused` when there is none or it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(pathOf(file), "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Refused(`There is no file ${file}.`);
    if (code === "EISDIR") throw new Refused(`${file} is a folder; name one file.`);
    throw new Refused(`${file} cannot be read: ${message}.`);
  }
}

/** The options of a form. Errors: `Refused` for one that it does not know. */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Refused(`${(error as Error).message.split(/\. |\.?\n/)[0]}.`);
  }
}
