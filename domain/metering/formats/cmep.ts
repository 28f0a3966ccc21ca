/**
 * CMEP, the California Metering Exchange Protocol 1.20: MEPMD01 (interval data) and MEPMD02 (time-of-use data), a record a
 * line. Layout, and where senders differ from it: docs/formats/cmep.md.
 */
import { addMonths, dayNumber, fromDayNumber } from "../../calendar/local-date.ts";
import type { Instant } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import type { Unit } from "../units.ts";
import { fieldsOf } from "./csv.ts";
import { notDecimal, plainDecimal, product, quoted } from "./decimal.ts";
import { Lines } from "./lines.ts";
import { LINE_MAX, METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { inUnit, sourceUnit } from "./source-units.ts";
import { civilDay, two } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Positions in a record, counted from 0. */
const FIELD = { type: 0, receiverCustomer: 5, meter: 7, purpose: 8, commodity: 9, units: 10 } as const;
const MD01 = { constant: 11, interval: 12, count: 13, data: 14 } as const;
const MD02 = { season: 11, constant: 12, start: 13, end: 14, count: 15, data: 16 } as const;

const PURPOSES = new Set(["OK", "RESEND", "HISTORY", "SUMMARY", "PROFILE", "TEMPLATE", "REJECT"]);
/** What carries reads; the others carry totals, shapes, samples and what was sent back. */
const READS_PURPOSES = new Set(["OK", "RESEND", "HISTORY"]);

const COMMODITY = /^[EGWS]$/i;

/** The letter of a quality flag; digits after it are the sender's bits. N is no value. */
const FLAGS: Readonly<Record<string, Quality>> = { "": "actual", R: "actual", E: "estimated", A: "edited" };
const FLAG = /^([REAN]?)\d{0,9}$/;

/** Fields are packed; blanks around them are no part of them. */
const BLANK = /\s/;

const CRC = /^(?:H[0-9A-F]{4})?$/i;

/** What the time-of-use label of MEPMD02 may be. */
const TOU_LABEL = /^[A-Z0-9-]{1,12}$/i;

/** How the values of a record are to be understood. */
interface RecordUnit {
  readonly kind: "register" | "interval";
  readonly unit: Unit;
  readonly power: number;
  /** Unit's own factor × the record's calculation constant. */
  readonly factor: string;
}

/** An interval of MMDDHHMM; in practice either months, days, or less than a day. */
interface IntervalLength {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

export class CmepParser implements ReadsParser {
  readonly #lines: Lines;

  constructor(sink: ReadSink, context: FileContext) {
    const records = new CmepRecords(sink, context);
    const refuse = (line: number, reason: string): void => sink.refuse({ line, kind: "refused", reason });
    this.#lines = new Lines({
      line: (text, line) => {
        if (text.trim() === "") return;
        const fields = text.includes('"') ? fieldsOf(text, ",") : text.split(",");
        if (fields === null) return refuse(line, "a double quote is opened and not closed");
        if (BLANK.test(text)) for (let i = 0; i < fields.length; i++) fields[i] = fields[i]!.trim();
        records.record(fields, line);
      },
      tooLong: (line) => refuse(line, `the line is longer than ${LINE_MAX} characters`),
    });
  }

  push(text: string): void {
    this.#lines.push(text);
  }

  end(): void {
    this.#lines.end();
  }
}

/** Records, whatever they were written in. */
export class CmepRecords {
  readonly #sink: ReadSink;
  readonly #clock: WallClock;
  /** The flag read last, its letter (null: none that is known), and what it says. */
  #flag = "";
  #letter: string | null = "";
  #quality: Quality = "actual";
  /** The date read last as CCYYMMDD, and its day. */
  #date = Number.NaN;
  #day = -1;

  constructor(sink: ReadSink, context: FileContext) {
    this.#sink = sink;
    this.#clock = new WallClock(context.zone);
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  /** Reads one record; its fields are without blanks around them. */
  record(fields: readonly string[], line: number): void {
    const type = fields[FIELD.type]!.toUpperCase();
    if (type !== "MEPMD01" && type !== "MEPMD02") return this.#refuse(line, `${quoted(type)} is not a record of metering data (MEPMD01 or MEPMD02)`);
    const problem = type === "MEPMD01" ? this.#intervalData(fields, line) : this.#touData(fields, line);
    if (problem !== null) this.#refuse(line, problem);
  }

  /** MEPMD01. Returns why the record as a whole cannot be used, or null. */
  #intervalData(fields: readonly string[], line: number): string | null {
    const shift = this.#shiftOf(fields);
    if (typeof shift === "string") return shift;
    const head = this.#head(fields, shift, MD01.constant);
    if (typeof head === "string") return head;
    const { meter, channel, as } = head;
    const data = MD01.data + shift;
    const count = this.#countOf(fields, MD01.count + shift, data);
    if (typeof count === "string") return count;
    const length = intervalLength(fields[MD01.interval + shift]!);
    if (as.kind === "interval" && length === null) return `${quoted(fields[MD01.interval + shift]!)} is not an interval length (MMDDHHMM, e.g. 00000100 for an hour)`;

    const series = `${meter} ${channel}`;
    this.#clock.begin(series);
    let previous: { wall: number; at: Instant } | null = null;
    for (let i = 0; i < count; i++) {
      const at = data + i * 3;
      const stamp = fields[at]!;
      const end: { wall: number; at: Instant } | string = stamp === "" ? this.#following(previous, length, series) : this.#instant(stamp, series);
      if (typeof end === "string") {
        this.#refuse(line, `reading ${i + 1}: ${end}`);
        previous = null;
        continue;
      }
      previous = end;
      const value = this.#value(fields[at + 1]!, fields[at + 2]!, as, line, i);
      if (value === null) continue;
      const flag = fields[at + 1]!;
      const start = as.kind === "register" ? end.at : this.#before(end, length!, series);
      if (start === null) {
        this.#refuse(line, `reading ${i + 1}: the start of the interval ${skippedTime("its wall-clock time", this.#clock.zone)}`);
        continue;
      }
      this.#sink.read({ meter, channel, unit: as.unit, kind: as.kind, start, end: end.at, value, quality: this.#quality, flag: flag === "" ? null : flag, line });
    }
    return null;
  }

  /** MEPMD02: a value a time-of-use period, over one span or, for registers, at its end. */
  #touData(fields: readonly string[], line: number): string | null {
    const shift = this.#shiftOf(fields);
    if (typeof shift === "string") return shift;
    const head = this.#head(fields, shift, MD02.constant);
    if (typeof head === "string") return head;
    const { meter, channel, as } = head;
    const data = MD02.data + shift;
    const count = this.#countOf(fields, MD02.count + shift, data);
    if (typeof count === "string") return count;
    const start = this.#instant(fields[MD02.start + shift]!, `${meter} from`);
    if (typeof start === "string") return `start: ${start}`;
    const end = this.#instant(fields[MD02.end + shift]!, `${meter} to`);
    if (typeof end === "string") return `end: ${end}`;
    if (end.at <= start.at) return "the span ends before it begins";
    for (let i = 0; i < count; i++) {
      const at = data + i * 3;
      const label = fields[at]!;
      if (!TOU_LABEL.test(label)) {
        this.#refuse(line, `value ${i + 1}: ${quoted(label)} is not a time-of-use label such as ON-PEAK or TOTAL`);
        continue;
      }
      const value = this.#value(fields[at + 1]!, fields[at + 2]!, as, line, i);
      if (value === null) continue;
      const flag = fields[at + 1]!;
      this.#sink.read({ meter, channel: `${channel}:${label.toUpperCase()}`, unit: as.unit, kind: as.kind, start: as.kind === "register" ? end.at : start.at, end: end.at, value, quality: this.#quality, flag: flag === "" ? null : flag, line });
    }
    return null;
  }

  /** 0, or 1 for senders that put an empty field before the purpose. */
  #shiftOf(fields: readonly string[]): number | string {
    const purposeAt = (at: number): string => (fields[at] ?? "").toUpperCase();
    if (fields.length <= FIELD.units) return `the record has ${fields.length} fields; it is cut off`;
    if (PURPOSES.has(purposeAt(FIELD.purpose))) return 0;
    if (fields.length > FIELD.units + 1 && PURPOSES.has(purposeAt(FIELD.purpose + 1)) && COMMODITY.test(fields[FIELD.commodity + 1] ?? "")) return 1;
    return `${quoted(fields[FIELD.purpose]!)} is not a purpose such as OK`;
  }

  #head(fields: readonly string[], shift: number, constantAt: number): { meter: string; channel: string; as: RecordUnit } | string {
    const purpose = fields[FIELD.purpose + shift]!.toUpperCase();
    if (!READS_PURPOSES.has(purpose)) return `records of purpose ${purpose} carry no reads`;
    const meter = fields[FIELD.meter] || fields[FIELD.receiverCustomer]!;
    if (meter === "") return "neither field 8 nor field 6 names the meter";
    if (meter.length > METER_MAX) return `${quoted(meter)} is too long for a meter's number`;
    const commodity = fields[FIELD.commodity + shift]!.toUpperCase();
    if (!COMMODITY.test(commodity)) return `${quoted(commodity)} is not a commodity (E, G, W or S)`;
    const channel = fields[FIELD.units + shift]!;
    const as = recordUnit(channel.toUpperCase(), commodity, fields[constantAt + shift] ?? "");
    return typeof as === "string" ? as : { meter, channel, as };
  }

  /** The declared count, checked against what is there; after the data, only a check sum and empty fields may follow. */
  #countOf(fields: readonly string[], countAt: number, data: number): number | string {
    const text = fields[countAt] ?? "";
    if (!/^\d{1,5}$/.test(text)) return fields.length <= countAt ? "the record ends before its count of readings; it is cut off" : `${quoted(text)} is not a count of readings`;
    const count = Number(text);
    const needed = data + count * 3;
    if (fields.length < needed) return `the record declares ${count} readings but has fields for ${Math.floor((fields.length - data) / 3)}; it is cut off`;
    for (let at = needed; at < fields.length; at++) {
      const extra = fields[at]!;
      if (extra !== "" && !(at === needed && CRC.test(extra))) return `the record declares ${count} readings but goes on after them`;
    }
    return count;
  }

  /** The value in its unit, with `#quality` set; null when there is none, which has been told. */
  #value(flag: string, raw: string, as: RecordUnit, line: number, index: number): string | null {
    if (flag !== this.#flag) {
      this.#flag = flag;
      this.#letter = FLAG.exec(flag.toUpperCase())?.[1] ?? null;
      this.#quality = FLAGS[this.#letter ?? ""] ?? "actual";
    }
    if (this.#letter === null) {
      this.#refuse(line, `reading ${index + 1}: ${quoted(flag)} is not a quality flag (R, E, A, N or empty)`);
      return null;
    }
    if (this.#letter === "N") {
      this.#sink.refuse({ line, kind: "no-read", reason: `reading ${index + 1}: no read (${flag})` });
      return null;
    }
    const decimal = plainDecimal(raw);
    const value = decimal === null ? null : inUnit(decimal, as);
    if (value === null) this.#refuse(line, `reading ${index + 1}: ${notDecimal(raw)}`);
    return value;
  }

  /** CCYYMMDDHHMM as an instant, or why it is none. */
  #instant(stamp: string, series: string): { wall: number; at: Instant } | string {
    const day = stamp.length === 12 ? this.#dayOf(two(stamp, 0) * 100 + two(stamp, 2), two(stamp, 4), two(stamp, 6)) : -1;
    const hour = two(stamp, 8);
    const minute = two(stamp, 10);
    if (day < 0 || !((hour < 24 && minute < 60) || (hour === 24 && minute === 0))) return `${quoted(stamp)} is not a date and time (CCYYMMDDHHMM)`;
    const wall = day * DAY_MS + (hour * 60 + minute) * MINUTE_MS;
    const ordinary = this.#clock.ordinary(wall);
    const at = Number.isNaN(ordinary) ? this.#clock.instant(wall, series) : ordinary;
    return at === null ? skippedTime(stamp, this.#clock.zone) : { wall, at };
  }

  /** The day as a number, -1 for none; stamps of one day follow each other. */
  #dayOf(year: number, month: number, day: number): number {
    const date = (year * 100 + month) * 100 + day;
    if (date !== this.#date) {
      this.#day = civilDay(year, month, day);
      this.#date = date;
    }
    return this.#day;
  }

  /** The time of a reading that gives none: one interval after the one before. */
  #following(previous: { wall: number; at: Instant } | null, length: IntervalLength | null, series: string): { wall: number; at: Instant } | string {
    if (previous === null) return "its time is left out, and there is none before it to count from";
    if (length === null) return "its time is left out, and the record gives no interval";
    if (length.months === 0 && length.days === 0) return { wall: previous.wall + length.ms, at: previous.at + length.ms };
    const wall = moved(previous.wall, length, 1);
    const at = this.#clock.instant(wall, series);
    return at === null ? skippedTime("its time", this.#clock.zone) : { wall, at };
  }

  /** The instant one interval before; days and months are counted on the wall calendar. */
  #before(end: { wall: number; at: Instant }, length: IntervalLength, series: string): Instant | null {
    if (length.months === 0 && length.days === 0) return end.at - length.ms;
    return this.#clock.instant(moved(end.wall, length, -1), `${series} start`);
  }
}

function moved(wall: number, { months, days, ms }: IntervalLength, sign: 1 | -1): number {
  const day = Math.floor(wall / DAY_MS);
  const date = months === 0 ? day : dayNumber(addMonths(fromDayNumber(day), months * sign));
  return (date + days * sign) * DAY_MS + (wall - day * DAY_MS) + ms * sign;
}

/** MMDDHHMM; null when it is none or nothing. */
function intervalLength(text: string): IntervalLength | null {
  if (!/^\d{8}$/.test(text) || text === "00000000") return null;
  return { months: two(text, 0), days: two(text, 2), ms: (two(text, 4) * 60 + two(text, 6)) * MINUTE_MS };
}

/** What a pulse stands for after the calculation constant, by commodity (specification, field 12). */
const PULSE_UNITS: Readonly<Record<string, Unit>> = { E: "kWh", G: "therm" };

/** Energy received from the customer (G), net (N) and the sum of both (S) are units with a letter before. */
const FLOW = /^[GNS](?=K(?:WH?|VAR?H?)$)/;

const unitsKnown = new Map<string, RecordUnit | string>();
const UNITS_KNOWN_MAX = 1000;

function recordUnit(units: string, commodity: string, constant: string): RecordUnit | string {
  const key = `${units} ${commodity} ${constant}`;
  const known = unitsKnown.get(key);
  if (known !== undefined) return known;
  if (unitsKnown.size >= UNITS_KNOWN_MAX) unitsKnown.clear();
  const found = understandUnit(units, commodity, constant);
  unitsKnown.set(key, found);
  return found;
}

function understandUnit(units: string, commodity: string, constantText: string): RecordUnit | string {
  const constant = constantText === "" ? "1" : plainDecimal(constantText);
  if (constant === null || constant === "0" || constant.startsWith("-")) return `${quoted(constantText)} cannot be a calculation constant`;
  const register = units.length > 3 && units.endsWith("REG");
  const name = register ? units.slice(0, -3) : units;
  if (name === "PULSE") {
    const unit = PULSE_UNITS[commodity];
    if (unit === undefined) return "pulses of this commodity do not say what one counts";
    if (constantText === "") return "pulses need a calculation constant";
    return { kind: register ? "register" : "interval", unit, power: 0, factor: constant };
  }
  const source = sourceUnit(name) ?? sourceUnit(name.replace(FLOW, ""));
  if (source === null) return `${quoted(units)} is not a unit that is counted here`;
  const factor = product(source.factor, constant);
  if (factor === null) return `${quoted(constantText)} cannot be a calculation constant`;
  return { kind: register ? "register" : "interval", unit: source.unit, power: source.power, factor };
}
