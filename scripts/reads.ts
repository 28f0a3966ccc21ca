/** `npm run -s reads -- FILE --json`: what a head-end's file says, as canonical reads, and what of it cannot be used. */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { isTimeZone } from "../domain/calendar/zone.ts";
import type { Condition, MeterEvent } from "../domain/metering/conditions.ts";
import { FORMATS, formatsNamed, parseCsvMapping, ReadsFile, type CsvMapping, type FileRead, type ReadsFileOptions, type ReadsFileResult, type Refusal } from "../domain/metering/formats/index.ts";
import { endWithReader } from "./broken-pipe.ts";

const HELP = `npm run -s reads -- FILE [--json] [--format F] [--timezone TZ] [--interval MINUTES] [--mapping MAP.json]

Reads a file of meter reads (plain or gzip; - is standard input) and prints what it says.

  --json             one canonical read a line on standard output, and one line on standard error for
                     everything that did not become a read, with its line in the file and the reason,
                     and for what is said of a meter without a value (tamper, a low battery)
  --format F         the format, or the first part of its name; otherwise the content decides
  --timezone TZ      the zone of times that carry no offset, e.g. America/Chicago; UTC where none is given
  --interval M       length of an interval in minutes, where the file does not tell it
  --mapping MAP.json what the columns of a table are that no known head-end sends (docs/formats/csv-mapping.md)

Formats:
${FORMATS.map(({ format, title }) => `  ${format.padEnd(20)} ${title}`).join("\n")}

Ends with 0 when every read was usable, 2 when some were refused, 1 when the file could not be read.
`;

const OK = 0;
const UNREADABLE = 1;
const SOME_REFUSED = 2;

/** Lines of refusals that are shown to a person; a file of the wrong kind has one for each of its lines. */
const SHOWN_MAX = 20;

/** Text that is gathered before it is written. */
const OUTPUT_MAX = 262_144;

/** Conditions as JSON, by their list. */
const conditionTexts = new WeakMap<readonly Condition[], string>();

endWithReader(OK);

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return say(`${(error as Error).message.split(". ")[0]}. npm run reads -- --help lists the options.`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(HELP);
    return OK;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) return say("Name one file: npm run -s reads -- FILE --json");
  if (values.format !== undefined && formatsNamed(values.format).length === 0) return say(`${values.format} is not a format. npm run reads -- --help lists them.`);
  if (values.timezone !== undefined && !isTimeZone(values.timezone)) return say(`${values.timezone} is not a time zone. Give one such as America/Chicago, UTC or -06:00.`);
  const minutes = values.interval === undefined ? null : Number(values.interval);
  if (minutes !== null && !(Number.isInteger(minutes) && minutes > 0 && minutes <= 1440)) return say(`${values.interval} is not a number of minutes.`);
  const mapping = values.mapping === undefined ? null : readMapping(values.mapping);
  if (typeof mapping === "string") return say(mapping);
  const path = file === "-" ? null : pathOf(file);
  const options = { name: path === null ? "standard input" : basename(path).replace(/\.gz$/i, ""), zone: values.timezone ?? "UTC", format: values.format ?? null, intervalMinutes: minutes, mapping };
  return values.json ? printJson(path, options) : printSummary(path, options);
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean" }, format: { type: "string" }, timezone: { type: "string" }, interval: { type: "string" }, mapping: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
}

function say(sentence: string): number {
  console.error(sentence);
  return UNREADABLE;
}

/** npm runs scripts in the folder of package.json; names are meant from where the command was given. */
function pathOf(file: string): string {
  const from = process.env["INIT_CWD"];
  return isAbsolute(file) || from === undefined || !existsSync(join(from, file)) ? file : join(from, file);
}

function readMapping(file: string): CsvMapping | string {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(pathOf(file), "utf8"));
  } catch (error) {
    return `The mapping ${file} cannot be read: ${(error as Error).message}.`;
  }
  const checked = parseCsvMapping(document);
  return checked.ok ? checked.mapping : `The mapping ${file} cannot be used:\n${checked.errors.map(({ path, message }) => `  ${path || "the document"}: ${message}`).join("\n")}`;
}

async function printJson(path: string | null, options: ReadsFileOptions): Promise<number> {
  const file = JSON.stringify(options.name);
  let out = "";
  let err = "";
  const sink = {
    read: (read: FileRead) => void (out += jsonLine(read, file)),
    event: ({ meter, from, conditions, line }: MeterEvent) => void (err += `{"file":${file},"line":${line},"kind":"event","meter":${JSON.stringify(meter)},"at":"${isoTime(from)}","conditions":${conditionsText(conditions)}}\n`),
    refuse: ({ line, kind, reason }: Refusal) => void (err += `{"file":${file},"line":${line},"kind":"${kind}","reason":${JSON.stringify(reason)}}\n`),
  };
  const reader = new ReadsFile(sink, options);
  const flush = async (least: number): Promise<void> => {
    if (out.length > least) await write(process.stdout, out);
    if (err.length > least) await write(process.stderr, err);
    if (out.length > least) out = "";
    if (err.length > least) err = "";
  };
  const trouble = await feed(path, reader, () => flush(OUTPUT_MAX));
  if (trouble !== null) return say(trouble);
  const result = reader.end();
  await flush(0);
  return exitCode(result);
}

/** A canonical read as one line; written by hand because there are millions. */
function jsonLine(read: FileRead, file: string): string {
  const { meter, channel, unit, kind, start, end, value, quality, flag, line, conditions } = read;
  const begin = isoTime(start);
  return `{"meter":${JSON.stringify(meter)},"channel":${channel === null ? "null" : JSON.stringify(channel)},"unit":"${unit}","kind":"${kind}","start":"${begin}","end":"${end === start ? begin : isoTime(end)}","value":"${value}","quality":"${quality}","flag":${flag === null ? "null" : JSON.stringify(flag)},"file":${file},"line":${line}${conditions === undefined ? "" : `,"conditions":${conditionsText(conditions)}`}}\n`;
}

/** The list as JSON; rows that say the same share it, and it is written out once. */
function conditionsText(conditions: readonly Condition[]): string {
  let text = conditionTexts.get(conditions);
  if (text === undefined) conditionTexts.set(conditions, (text = JSON.stringify(conditions)));
  return text;
}

/** 2026-06-02T15:00:00Z, with milliseconds only where there are some. */
function isoTime(instant: number): string {
  const text = new Date(instant).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
}

async function printSummary(path: string | null, options: ReadsFileOptions): Promise<number> {
  const meters = new Set<string>();
  const kinds = new Map<string, number>();
  const said = new Map<string, number>();
  const shown: Refusal[] = [];
  const note = (conditions: readonly Condition[] = []): void => {
    for (const { kind, on } of conditions) if (on) said.set(kind, (said.get(kind) ?? 0) + 1);
  };
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const sink = {
    event: ({ conditions }: MeterEvent) => note(conditions),
    read: ({ meter, kind, unit, quality, start, end, conditions }: FileRead) => {
      note(conditions);
      meters.add(meter);
      const what = `${kind} reads in ${unit}, ${quality}`;
      kinds.set(what, (kinds.get(what) ?? 0) + 1);
      first = Math.min(first, start);
      last = Math.max(last, end);
    },
    refuse: (refusal: Refusal) => void (shown.length < SHOWN_MAX && refusal.kind !== "no-read" && shown.push(refusal)),
  };
  const reader = new ReadsFile(sink, options);
  const trouble = await feed(path, reader, async () => {});
  if (trouble !== null) return say(trouble);
  const result = reader.end();
  const title = FORMATS.find(({ format }) => format === result.format)?.title;
  console.log(`${options.name}: ${title ?? "no known format"}`);
  if (result.reads > 0) console.log(`  ${count(result.reads, "read")} of ${count(meters.size, "meter")}, ${isoTime(first)} to ${isoTime(last)}`);
  for (const [what, number] of kinds) console.log(`  ${number.toLocaleString("en-US").padStart(10)} ${what}`);
  if (result.noReads > 0) console.log(`  ${count(result.noReads, "place")} where the file says that there is no value`);
  for (const [what, number] of said) console.log(`  ${number.toLocaleString("en-US").padStart(10)} times ${what.replace("-", " ")}`);
  for (const { line, reason } of shown) console.error(`${options.name}, line ${line}: ${reason}`);
  const refused = result.refused + (result.readable ? 0 : 1);
  if (refused > shown.length) console.error(`and ${count(refused - shown.length, "more")}; --json lists all of them`);
  return exitCode(result);
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en-US")} ${what}${number === 1 || what === "more" ? "" : "s"}`;
}

function exitCode({ reads, refused, readable }: ReadsFileResult): number {
  if (!readable) return reads === 0 ? UNREADABLE : SOME_REFUSED;
  return refused > 0 ? SOME_REFUSED : OK;
}

/** Feeds the file to the reader in pieces. Returns why it could not be read, or null. */
async function feed(path: string | null, reader: ReadsFile, after: () => Promise<void>): Promise<string | null> {
  const source = path === null ? process.stdin : createReadStream(path);
  try {
    for await (const bytes of unpacked(source)) {
      reader.write(bytes);
      await after();
    }
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return `There is no file ${path}.`;
    if (code === "EISDIR") return `${path} is a folder; name one file.`;
    return `${path ?? "Standard input"} cannot be read: ${message}.`;
  }
}

/** The bytes of a source, unpacked where they begin as gzip does. */
async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) yield* all();
  else yield* compose(Readable.from(all()), createGunzip());
}

function compose(from: Readable, through: ReturnType<typeof createGunzip>): AsyncIterable<Uint8Array> {
  from.on("error", (error) => through.destroy(error));
  return from.pipe(through);
}

/** Waits where the other side reads slowly, so that nothing piles up. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
