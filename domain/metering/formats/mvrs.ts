/**
 * Itron MVRS, reads back from the handheld: fixed-width records of 126 characters. A reading belongs to the meter record
 * before it. Layout, and that of the route download: docs/formats/mvrs.md.
 */
import { notDecimal, plainDecimal, product, quoted, shifted } from "./decimal.ts";
import { Lines } from "./lines.ts";
import { LINE_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { notUnit, sourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";

export const RECORD_LENGTH = 126;

/** Positions [from, to) of a reading that comes back. */
const READING = {
  prompt: [11, 15], channel: [22, 25], method: [25, 26], constant: [26, 32], reading: [33, 43], date: [47, 55], time: [55, 61], code: [61, 62], trouble: [66, 69], decimals: [91, 93],
} as const;

const METER_NUMBER = [45, 57] as const;
const HEADER_READS = [22, 28] as const;

/** In a download the read method stands here; in an upload, digits of the constant do. */
const DOWNLOAD_METHOD = 30;

/** Records that carry no reads: headers and trailers of company and route, customers, radio and wand, messages, surveys. */
const OTHERS = new Set(["CHD", "CTR", "RHD", "RTR", "CUS", "RFF", "WRR", "MSG", "SVY", "SPM", "XMT", "XCU", "NTE"]);

export class MvrsParser implements ReadsParser {
  readonly #sink: ReadSink;
  readonly #clock: WallClock;
  readonly #time = new TimeText();
  readonly #lines: Lines;
  #meter: string | null = null;
  #declared: number | null = null;
  #records = 0;
  #begun = false;
  #over = false;
  #dead = false;
  #lastLine = 1;

  constructor(sink: ReadSink, context: FileContext) {
    this.#sink = sink;
    this.#clock = new WallClock(context.zone);
    this.#lines = new Lines({
      line: (text, line) => this.#record(text, line),
      tooLong: (line) => this.#refuse(line, `the line is longer than ${LINE_MAX} characters`),
    });
  }

  push(text: string): void {
    if (!this.#dead) this.#lines.push(text);
  }

  end(): void {
    if (!this.#dead) this.#lines.end();
    if (this.#dead) return;
    if (!this.#over) this.#unreadable(this.#lastLine, "the file ends without its last record (FTR); it is cut off");
    else if (this.#declared !== null && this.#declared !== this.#records) this.#refuse(1, `the file declares ${this.#declared} readings and has ${this.#records}`);
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #unreadable(line: number, reason: string): void {
    this.#dead = true;
    this.#sink.refuse({ line, kind: "unreadable", reason });
  }

  #record(text: string, line: number): void {
    if (this.#dead || text.trim() === "") return;
    this.#lastLine = line;
    const type = text.slice(0, 3);
    if (!this.#begun) {
      if (type !== "FHD") return this.#unreadable(line, "the first record is not FHD");
      this.#begun = true;
      const declared = part(text, HEADER_READS);
      this.#declared = /^\d{6}$/.test(declared) && Number(declared) > 0 ? Number(declared) : null;
    } else if (this.#over) this.#refuse(line, "there is a record after FTR");
    else if (type === "FTR") this.#over = true;
    else if (type === "MTR") this.#meterRecord(text, line);
    else if (type === "RDG") this.#reading(text, line);
    else if (!OTHERS.has(type)) this.#refuse(line, `${quoted(type)} is not a record of a handheld file`);
  }

  #meterRecord(text: string, line: number): void {
    const trouble = lengthTrouble(text, METER_NUMBER[1]);
    const meter = part(text, METER_NUMBER);
    this.#meter = trouble === null && meter !== "" ? meter : null;
    if (this.#meter === null) this.#refuse(line, trouble ?? "the meter record has no meter number");
  }

  #reading(text: string, line: number): void {
    if (/[A-Z]/i.test(text.charAt(DOWNLOAD_METHOD)) && !/[A-Z]/i.test(text.charAt(READING.method[0]))) {
      return this.#unreadable(line, "this is a route download: it asks for reads and holds none");
    }
    this.#records++;
    if (this.#meter === null) return this.#refuse(line, "the reading belongs to no meter");
    const wrong = lengthTrouble(text, READING.decimals[1]);
    if (wrong !== null) return this.#refuse(line, wrong);
    const meter = this.#meter;
    const [date, time] = [part(text, READING.date), part(text, READING.time)];
    if (date === "" && time === "") {
      // The reading field holds zeros then; it is no reading of zero.
      const trouble = part(text, READING.trouble);
      return this.#sink.refuse({ line, kind: "no-read", reason: `meter ${meter} was not read${/[1-9]/.test(trouble) ? ` (trouble code ${trouble})` : ""}` });
    }
    const unit = sourceUnit(part(text, READING.prompt));
    if (unit === null) return this.#refuse(line, notUnit(part(text, READING.prompt)));
    const value = valueOf(text);
    if (value === null) return this.#refuse(line, notDecimal(part(text, READING.reading)));
    const scaled = shifted(unit.factor === "1" ? value : (product(value, unit.factor) ?? ""), unit.power);
    const at = this.#instant(date, time === "" ? "000000" : time, `${meter} ${part(text, READING.channel)}`);
    if (typeof at === "string") return this.#refuse(line, at);
    if (scaled === null) return this.#refuse(line, notDecimal(part(text, READING.reading)));
    const flag = part(text, READING.code);
    const channel = part(text, READING.channel).replace(/^0+(?=\d)/, "");
    this.#sink.read({ meter, channel: channel === "" || channel === "0" ? null : channel, unit: unit.unit, kind: "register", start: at, end: at, value: scaled, quality: flag === "E" ? "estimated" : "actual", flag: flag || null, line });
  }

  #instant(date: string, time: string, series: string): number | string {
    const stamp = `${date.slice(4)}${date.slice(0, 4)}${time}`;
    if (!/^\d{14}$/.test(stamp) || !this.#time.read(stamp)) return `${quoted(`${date} ${time}`)} is not a date and time (MMDDYYYY HHMMSS)`;
    return this.#clock.instant(this.#time.wall, series) ?? skippedTime(`${date} ${time}`, this.#clock.zone);
  }
}

/**
 * Why a record of another length cannot be trusted, or null. Some senders cut the blanks off the end of a record: it must
 * then still reach the last field that is read. One that is too long, or short and ends in blanks, has lost or won a
 * character somewhere, and its fields stand in other places.
 */
function lengthTrouble(text: string, needed: number): string | null {
  if (text.length === RECORD_LENGTH) return null;
  const bare = text.trimEnd().length;
  const has = `the record has ${text.length} characters of ${RECORD_LENGTH}`;
  if (text.length > RECORD_LENGTH) return `${has}; its fields are not in their places`;
  if (bare < text.length) return `${has}, blanks at its end: a character is missing, and its fields are not in their places`;
  return bare < needed ? `${has}; it is cut off` : null;
}

function part(text: string, [from, to]: readonly [number, number]): string {
  return text.slice(from, to).trim();
}

/** What the dial showed, with its point, times the meter's constant; a constant of zeros is none. */
function valueOf(text: string): string | null {
  const digits = part(text, READING.reading);
  const decimals = part(text, READING.decimals) || "0";
  const constant = plainDecimal(part(text, READING.constant) || "1");
  if (!/^\d{1,10}$/.test(digits) || !/^\d{1,2}$/.test(decimals) || constant === null) return null;
  const dial = plainDecimal(digits);
  const read = dial === null ? null : shifted(dial, -Number(decimals));
  return read === null ? null : product(read, constant === "0" ? "1" : constant);
}
