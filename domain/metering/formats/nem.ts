/**
 * AEMO's meter data files NEM12 (intervals) and NEM13 (registers). Times are market time, UTC+10 all year, whatever the
 * utility's zone. A day's values are held until the next record, because their qualities may follow. Layout: docs/formats/nem.md.
 */
import { MINUTE_MS } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import { nemConditions } from "./condition-codes.ts";
import { fieldsOf } from "./csv.ts";
import { notDecimal, plainDecimal, quoted, shifted } from "./decimal.ts";
import { Lines } from "./lines.ts";
import { LINE_MAX, METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { notUnit, sourceUnit, type SourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";

const MARKET_OFFSET = 10 * 60 * MINUTE_MS;
const DAY_MINUTES = 24 * 60;

/** First letter of a quality method: actual, substituted, final substituted, estimated; N is no data, V is told in 400 records. */
const QUALITIES: Readonly<Record<string, Quality | "no-read">> = { A: "actual", S: "estimated", F: "estimated", E: "estimated", N: "no-read" };
const METHOD = /^([ASFENV])\d{0,2}$/;

interface DataStream {
  readonly meter: string;
  readonly channel: string;
  readonly unit: SourceUnit;
  readonly minutes: number;
}

interface HeldDay {
  readonly stream: DataStream;
  /** Midnight at which the day begins. */
  readonly start: number;
  readonly values: readonly string[];
  readonly method: string;
  /** By interval, for days of variable quality. */
  readonly methods: (string | undefined)[];
  /** Why the day, or by interval a part of it, is as it is: a reason code, "" for none. */
  readonly reason: string;
  readonly reasons: (string | undefined)[];
  readonly line: number;
}

export class NemParser implements ReadsParser {
  readonly #sink: ReadSink;
  readonly #time = new TimeText();
  readonly #lines: Lines;
  #stream: DataStream | null = null;
  #day: HeldDay | null = null;
  #begun = false;
  #over = false;
  #dead = false;
  #lastLine = 1;

  constructor(sink: ReadSink, _context: FileContext) {
    this.#sink = sink;
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
    this.#giveDay();
    if (!this.#over && !this.#dead) this.#sink.refuse({ line: this.#lastLine, kind: "unreadable", reason: "the file ends without its last record (900); it is cut off" });
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #record(text: string, line: number): void {
    if (this.#dead || text.trim() === "") return;
    this.#lastLine = line;
    const fields = text.includes('"') ? (fieldsOf(text, ",") ?? text.split(",")) : text.split(",");
    const type = fields[0]!.trim();
    if (!this.#begun) {
      if (type !== "100") {
        this.#dead = true;
        return this.#sink.refuse({ line, kind: "unreadable", reason: "the first record is not 100" });
      }
      this.#begun = true;
      return;
    }
    if (type !== "400") this.#giveDay();
    if (type === "900") this.#over = true;
    else if (type === "200") this.#streamRecord(fields, line);
    else if (type === "300") this.#dayRecord(fields, line);
    else if (type === "400") this.#qualityRecord(fields, line);
    else if (type === "250") this.#registerRecord(fields, line);
    else if (type !== "100" && type !== "500" && type !== "550") this.#refuse(line, `${quoted(type)} is not a record of a meter data file`);
  }

  #streamRecord(fields: readonly string[], line: number): void {
    this.#stream = null;
    const [, nmi = "", , , suffix = "", , , uom = "", length = ""] = fields.map((field) => field.trim());
    const unit = sourceUnit(uom);
    const minutes = Number(length);
    if (nmi === "" || nmi.length > METER_MAX) this.#refuse(line, "the record names no NMI");
    else if (unit === null) this.#refuse(line, notUnit(uom));
    else if (!(Number.isInteger(minutes) && minutes > 0 && DAY_MINUTES % minutes === 0)) this.#refuse(line, `${quoted(length)} is not an interval length in minutes`);
    else this.#stream = { meter: nmi, channel: suffix, unit, minutes };
  }

  #dayRecord(fields: readonly string[], line: number): void {
    const stream = this.#stream;
    if (stream === null) return this.#refuse(line, "the day belongs to no data stream (record 200) that can be used");
    const date = (fields[1] ?? "").trim();
    if (!/^\d{8}$/.test(date) || !this.#time.read(date)) return this.#refuse(line, `${quoted(date)} is not a date (YYYYMMDD)`);
    const start = this.#time.wall - MARKET_OFFSET;
    const count = DAY_MINUTES / stream.minutes;
    const method = (fields[2 + count] ?? "").trim().toUpperCase();
    if (!METHOD.test(method)) return this.#refuse(line, `the day does not have ${count} values of ${stream.minutes} minutes and then a quality: ${quoted(method)} stands there`);
    this.#day = { stream, start, values: fields.slice(2, 2 + count), method, methods: Array.from({ length: count }), reason: (fields[3 + count] ?? "").trim(), reasons: Array.from({ length: count }), line };
  }

  #qualityRecord(fields: readonly string[], line: number): void {
    const day = this.#day;
    if (day === null) return this.#refuse(line, "the qualities belong to no day");
    const [, from = "", to = "", method = "", reason = ""] = fields.map((field) => field.trim());
    const [first, last] = [Number(from), Number(to)];
    if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 1 && last >= first && last <= day.values.length)) {
      return this.#refuse(line, `intervals ${from} to ${to} are not of a day of ${day.values.length}`);
    }
    if (!METHOD.test(method.toUpperCase()) || method.toUpperCase().startsWith("V")) return this.#refuse(line, `${quoted(method)} is not a quality`);
    day.methods.fill(method.toUpperCase(), first - 1, last);
    day.reasons.fill(reason, first - 1, last);
  }

  #giveDay(): void {
    const day = this.#day;
    this.#day = null;
    if (day === null) return;
    const { stream, start, values, method, methods, reason, reasons, line } = day;
    let missing = 0;
    for (let i = 0; i < values.length; i++) {
      const flag = method.startsWith("V") ? methods[i] : method;
      if (flag === undefined) {
        this.#refuse(line, `interval ${i + 1}: no record 400 says how good it is`);
        continue;
      }
      const quality = QUALITIES[flag[0]!]!;
      const raw = values[i]!.trim();
      if (quality === "no-read" || raw === "") {
        missing++;
        continue;
      }
      const at = start + i * stream.minutes * MINUTE_MS;
      const value = valueOf(raw, stream.unit);
      if (value === null) this.#refuse(line, `interval ${i + 1}: ${notDecimal(raw)}`);
      else this.#sink.read({ meter: stream.meter, channel: stream.channel || null, unit: stream.unit.unit, kind: "interval", start: at, end: at + stream.minutes * MINUTE_MS, value, quality, flag, line, conditions: nemConditions(reasons[i] || reason) });
    }
    if (missing > 0) this.#sink.refuse({ line, kind: "no-read", reason: `NMI ${stream.meter}: ${missing} of ${values.length} intervals have no value` });
  }

  /** NEM13: the register as it was and as it is. */
  #registerRecord(fields: readonly string[], line: number): void {
    const given = fields.map((field) => field.trim());
    const [, nmi = "", , , suffix = ""] = given;
    const uom = given[19] ?? "";
    const unit = sourceUnit(uom);
    if (nmi === "" || nmi.length > METER_MAX) return this.#refuse(line, "the record names no NMI");
    if (unit === null) return this.#refuse(line, notUnit(uom));
    this.#registerRead({ nmi, suffix, unit, raw: given[8] ?? "", stamp: given[9] ?? "", method: given[10] ?? "", reason: given[11] ?? "" }, line);
    this.#registerRead({ nmi, suffix, unit, raw: given[13] ?? "", stamp: given[14] ?? "", method: given[15] ?? "", reason: given[16] ?? "" }, line);
  }

  #registerRead({ nmi, suffix, unit, raw, stamp, method, reason }: { nmi: string; suffix: string; unit: SourceUnit; raw: string; stamp: string; method: string; reason: string }, line: number): void {
    const flag = method.toUpperCase();
    const quality = METHOD.test(flag) ? QUALITIES[flag[0]!] : undefined;
    if (raw === "" && stamp === "") return;
    if (quality === undefined) return this.#refuse(line, `${quoted(method)} is not a quality`);
    if (quality === "no-read" || raw === "") return this.#sink.refuse({ line, kind: "no-read", reason: `NMI ${nmi}: no read (${method})` });
    if (!/^\d{14}$/.test(stamp) || !this.#time.read(stamp)) return this.#refuse(line, `${quoted(stamp)} is not a date and time (YYYYMMDDhhmmss)`);
    const at = this.#time.wall - MARKET_OFFSET;
    const value = valueOf(raw, unit);
    if (value === null) return this.#refuse(line, notDecimal(raw));
    this.#sink.read({ meter: nmi, channel: suffix || null, unit: unit.unit, kind: "register", start: at, end: at, value, quality, flag, line, conditions: nemConditions(reason) });
  }
}

function valueOf(raw: string, unit: SourceUnit): string | null {
  const plain = plainDecimal(raw);
  return plain === null ? null : shifted(plain, unit.power);
}
