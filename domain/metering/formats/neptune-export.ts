/**
 * Neptune 360's route export (.EXP): fixed-width records named by their first five characters. A reading belongs to the
 * meter and the order before it. Layout: docs/formats/neptune.md.
 */
import { notDecimal, plainDecimal, product, quoted, shifted } from "./decimal.ts";
import { Lines } from "./lines.ts";
import { LINE_MAX, METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { notUnit, sourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";

type Field = readonly [from: number, to: number];

/** Positions [from, to) in each record. */
const METER = { number: [37, 57], unit: [107, 110] } as const satisfies Record<string, Field>;
const ORDER = { date: [5, 13], time: [13, 19], status: [44, 46] } as const satisfies Record<string, Field>;
const READING = { collection: [9, 22], decimals: [53, 55], value: [88, 98], code: [108, 110] } as const satisfies Record<string, Field>;

/** Orders that were left: skipped, or not come to. */
const NOT_READ: Readonly<Record<string, string>> = { SK: "skipped", IN: "incomplete" };

/** The probe failed: what stands in the field is no reading. The reading that does not compare with the radio's is one, in doubt. */
const PROBE_FAILED = "EF";
const IN_DOUBT = "FC";

/** Whether the beginning of a file is that of an export. */
export function isNeptuneExport(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith("PRMDT")) && lines.some((line) => line.startsWith("MTRDT") || line.startsWith("RDGDT"));
}

export class NeptuneExportParser implements ReadsParser {
  readonly #sink: ReadSink;
  readonly #clock: WallClock;
  readonly #time = new TimeText();
  readonly #lines: Lines;
  #meter: { readonly number: string; readonly unit: string } | null = null;
  #order: { readonly date: string; readonly time: string; readonly status: string } | null = null;
  #readings = 0;
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
    this.#lines.push(text);
  }

  end(): void {
    this.#lines.end();
    if (this.#readings === 0) this.#sink.refuse({ line: this.#lastLine, kind: "unreadable", reason: "the export holds no reading (RDGDT)" });
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  /** Records of other names hold the company, the route, customers, notes and totals. */
  #record(text: string, line: number): void {
    if (text.trim() === "") return;
    this.#lastLine = line;
    const type = text.slice(0, 5);
    if (type === "PRMDT") this.#meter = this.#order = null;
    else if (type === "MTRDT") {
      this.#meter = { number: part(text, METER.number), unit: part(text, METER.unit) };
      this.#order = null;
    } else if (type === "ORDST") this.#order = { date: part(text, ORDER.date), time: part(text, ORDER.time), status: part(text, ORDER.status) };
    else if (type === "RDGDT") this.#reading(text, line);
  }

  #reading(text: string, line: number): void {
    this.#readings++;
    const meter = this.#meter;
    if (meter === null || meter.number === "") return this.#refuse(line, "no meter record (MTRDT) with a meter's number stands before the reading");
    if (text.length < READING.value[1]) return this.#refuse(line, `the record has ${text.length} characters; it is cut off before its reading ends`);
    const code = part(text, READING.code);
    const raw = part(text, READING.value);
    const { date = "", time = "", status = "" } = this.#order ?? {};
    const why = status in NOT_READ ? NOT_READ[status] : code === PROBE_FAILED ? "the probe failed" : raw === "" || date === "" ? "no reading" : undefined;
    if (why !== undefined) return this.#sink.refuse({ line, kind: "no-read", reason: `meter ${meter.number} was not read (${why})` });
    const unit = sourceUnit(meter.unit);
    if (unit === null) return this.#refuse(line, notUnit(meter.unit));
    const value = valueOf(raw, part(text, READING.decimals), unit.factor, unit.power);
    if (value === null) return this.#refuse(line, notDecimal(raw));
    const stamp = `${date}${time === "" ? "000000" : time}`;
    if (!/^\d{14}$/.test(stamp) || !this.#time.read(stamp)) return this.#refuse(line, `${quoted(`${date} ${time}`)} is not a date and time (YYYYMMDD HHMMSS)`);
    const at = this.#clock.instant(this.#time.wall, meter.number);
    if (at === null) return this.#refuse(line, skippedTime(stamp, this.#clock.zone));
    this.#sink.read({ meter: meter.number.slice(0, METER_MAX), channel: part(text, READING.collection).replace(/^0+(?=.)/, "") || null, unit: unit.unit, kind: "register", start: at, end: at, value, quality: code === IN_DOUBT ? "questionable" : "actual", flag: code || null, line });
  }
}

function part(text: string, [from, to]: Field): string {
  return text.slice(from, to).trim();
}

/** The dial's digits with its decimals, in the unit; a point that is written counts as it stands. */
function valueOf(raw: string, decimals: string, factor: string, power: number): string | null {
  const dial = plainDecimal(raw);
  if (dial === null || !/^\d{0,2}$/.test(decimals)) return null;
  const read = raw.includes(".") ? dial : shifted(dial, -Number(decimals));
  const inUnit = read === null ? null : product(read, factor);
  return inUnit === null ? null : shifted(inUnit, power);
}
