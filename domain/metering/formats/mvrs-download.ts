/** Itron MVRS, out: the file that tells a handheld which meters of a route to read. Layout: docs/formats/mvrs.md. */
import { shifted } from "./decimal.ts";
import { RECORD_LENGTH } from "./mvrs.ts";

/** How the reader takes the reading: by radio, by wand, or by eye. */
export type ReadMethod = "R" | "W" | "M";

export interface DownloadRegister {
  /** Four letters that the reader sees: KWH, GAL, CCF. */
  readonly prompt: string;
  readonly channel: number;
  /** Digits before and after the point of the dial. */
  readonly dials: number;
  readonly decimals: number;
  readonly method: ReadMethod;
  /** What the dial showed last, exact decimal text; null for a new meter. */
  readonly previous: string | null;
  /** Identifier of the radio or wand register; needed for both. */
  readonly registerId?: string;
}

export interface DownloadMeter {
  readonly account: string;
  readonly name: string;
  readonly address: string;
  readonly meter: string;
  /** Order in which the route is walked. */
  readonly sequence: number;
  readonly location?: string;
  readonly registers: readonly DownloadRegister[];
}

/** Ends of records. */
const END = "\r\n";

const COUNT_MAX = 999_999;

/**
 * The download of one route: file header, route header, then for each meter the customer, the meter and its registers.
 * The meter's constant is written as 1: usage is multiplied here, not in the handheld, so that it is multiplied once.
 * Errors: a `RangeError` that names the field when something does not fit its width.
 */
export function mvrsDownload(route: string, meters: readonly DownloadMeter[]): string {
  const reads = meters.reduce((sum, { registers }) => sum + registers.length, 0);
  const counts = `${number("meters", meters.length, 6)}${number("meters", meters.length, 6)}${number("readings", reads, 6)}`;
  const file = (type: string): string => record([[0, type], [7, number("routes", 1, 3)], [10, counts]]);
  const ofRoute = (type: string): string => record([[0, type], [3, text("route", route, 8)], [17, number("meters", meters.length, 4)]]);
  const body = [...meters].sort((a, b) => a.sequence - b.sequence).flatMap((meter) => [customer(route, meter), meterRecord(route, meter), ...meter.registers.flatMap((register) => reading(route, register))]);
  return [file("FHD"), ofRoute("RHD"), ...body, ofRoute("RTR"), file("FTR")].map((line) => line + END).join("");
}

function customer(route: string, { account, name, address }: DownloadMeter): string {
  return record([[0, "CUS"], [3, text("route", route, 8)], [11, "001"], [14, text("account", account, 20)], [34, cut(name, 20)], [54, cut(address, 40)], [117, "N"]]);
}

function meterRecord(route: string, { meter, sequence, location = "", registers }: DownloadMeter): string {
  return record([[0, "MTR"], [3, text("route", route, 8)], [11, number("registers", registers.length, 3)], [45, text("meter", meter, 12)], [61, number("sequence", sequence, 8)], [90, cut(location, 2)]]);
}

function reading(route: string, register: DownloadRegister): string[] {
  const { prompt, channel, dials, decimals, method, previous, registerId } = register;
  const last = previous === null ? "0" : (shifted(previous, decimals) ?? "");
  if (!/^\d{1,10}$/.test(last)) throw new RangeError(`previous reading ${previous} has more digits than the dial, which shows ${dials} and ${decimals} after the point`);
  const rdg = record([
    [0, "RDG"], [3, text("route", route, 8)], [11, text("prompt", prompt, 4)], [16, "L"], [24, number("channel", channel, 2)], [26, number("dials", dials, 2)], [28, number("decimals", decimals, 2)],
    [30, method], [31, last.padStart(10, "0")], [61, "000001"], [67, "0"],
  ]);
  if (method === "M") return [rdg];
  if (registerId === undefined) throw new RangeError(`a register read by ${method === "R" ? "radio" : "wand"} needs its identifier`);
  if (method === "R") return [rdg, record([[0, "RFF"], [3, text("route", route, 8)], [11, zeros("radio identifier", registerId, 8)]])];
  return [rdg, record([[0, "WRR"], [3, text("route", route, 8)], [11, text("wand identifier", registerId, 14).trim().padStart(14)], [25, "METR"]])];
}

/** Fields at their positions, blanks between. */
function record(fields: readonly (readonly [number, string])[]): string {
  let line = "";
  for (const [at, value] of fields) line = line.padEnd(at) + value;
  return line.padEnd(RECORD_LENGTH);
}

function text(field: string, value: string, width: number): string {
  if (value.length > width) throw new RangeError(`${field} "${value}" is longer than ${width} characters`);
  return plain(value).padEnd(width);
}

/** What is only shown to the reader may be cut. */
function cut(value: string, width: number): string {
  return plain(value).slice(0, width).padEnd(width);
}

/** Handhelds know ASCII only; one character takes one place. */
function plain(value: string): string {
  return value.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\x20-\x7e]/g, "?");
}

function number(field: string, value: number, width: number): string {
  if (!Number.isInteger(value) || value < 0 || value > COUNT_MAX * 100 || String(value).length > width) throw new RangeError(`${field} ${value} does not fit ${width} digits`);
  return String(value).padStart(width, "0");
}

function zeros(field: string, value: string, width: number): string {
  if (!/^\d+$/.test(value) || value.length > width) throw new RangeError(`${field} "${value}" must be at most ${width} digits`);
  return value.padStart(width, "0");
}
