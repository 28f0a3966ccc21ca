/**
 * The Green Button downloads that utilities offer as CSV, in their shapes: titled sections with blocks of
 * `start to end, usage, quality` or a table of start, end, delivered and received (Southern California Edison), and a table
 * of `type, date, start time, end time, usage`, by the day where it has no times, by the bill where it has two dates
 * (Pacific Gas and Electric and others). None names a meter, only the place or the account. Layout: docs/formats/green-button.md.
 */
import type { Quality } from "../channel.ts";
import { CsvRows } from "./csv.ts";
import { notDecimal, plainDecimal, quoted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { sourceUnit, type SourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";

const SPAN = /^(\S.*?)[\s\u00a0]+to[\s\u00a0]+(\S.*)$/i;
/** `Energy consumption time period`, and of solar customers one block a direction. */
const HEADER = /^energy[\s\u00a0]+(consumption|delivered|received|generated)[\s\u00a0]+time[\s\u00a0]+period$/i;

/** Which way the energy of a block flows. */
const DIRECTIONS: Readonly<Record<string, string | null>> = { consumption: null, delivered: "delivered", received: "received", generated: "received" };

/** `Energy consumption time period start, ... end, Delivered, Received`: both ways in one table. */
const START_HEADER = /^energy[\s\u00a0]+consumption[\s\u00a0]+time[\s\u00a0]+period[\s\u00a0]+start$/i;

/** One of the two at the beginning of a line. */
export const SECTION_HEADER = /^\s*"?energy[\s\u00a0]+(?:consumption|delivered|received|generated)[\s\u00a0]+time[\s\u00a0]+period(?:[\s\u00a0]+start)?[\s\u00a0]*"?\s*[,;\t]/i;

/**
 * `TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES`, with `IMPORT (kWh),EXPORT (kWh)` in the middle, without times
 * (a row a day), or with `START DATE,END DATE` (a row a bill).
 */
export const DATED_HEADER = /^\s*"?type"?\s*,\s*"?(?:start )?date"?\s*,\s*"?(?:start time|end date|usage|import)/i;

/** What the columns of usage are called, and which way it flows. */
const DATED_VALUES: readonly (readonly [title: RegExp, channel: string | null])[] = [[/^usage/i, null], [/^import/i, "delivered"], [/^export/i, "received"]];

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

interface DatedColumns {
  readonly date: number;
  /** -1: the row is of a whole day, or of all from its date to `endDate`. */
  readonly from: number;
  readonly to: number;
  readonly endDate: number;
  readonly last: number;
  readonly units: number;
  readonly notes: number;
  readonly values: readonly { readonly at: number; readonly channel: string | null; readonly named: string }[];
}

/** A column of a table that has both ways of flow. */
interface WayColumn {
  readonly at: number;
  readonly channel: string;
  readonly unit: SourceUnit | null;
  readonly named: string;
}

const USAGE = /usage/i;

/** `Usage(Real energy in kilowatt-hours)`, `Usage (Therms)`. */
const UNIT_IN_HEADER = /\((?:.*\bin\s+)?([^()]+)\)/i;

const QUALITIES: Readonly<Record<string, Quality | "no-read">> = { "": "actual", ACTUAL: "actual", VALIDATED: "actual", ESTIMATED: "estimated", EDITED: "edited", MISSING: "no-read" };

export class GreenButtonCsvParser implements ReadsParser {
  readonly #sink: ReadSink;
  readonly #rows: CsvRows;
  readonly #clock: WallClock;
  readonly #time = new TimeText();
  #place = "";
  /** Length of the last interval. */
  #length = 0;
  #dated: DatedColumns | null = null;
  #columns: { usage: number; quality: number; unit: SourceUnit | null; named: string; channel: string | null } | null = null;
  /** The table of both ways: where the values are, and which way each flows. */
  #bothWays: readonly WayColumn[] | null = null;

  constructor(sink: ReadSink, context: FileContext) {
    this.#sink = sink;
    this.#clock = new WallClock(context.zone);
    this.#rows = new CsvRows(",", {
      row: (fields, line) => this.#row(fields, line),
      problem: (line, reason) => this.#refuse(line, reason),
    });
  }

  push(text: string): void {
    this.#rows.push(text);
  }

  end(): void {
    this.#rows.end();
    if (this.#columns === null && this.#dated === null && this.#bothWays === null) this.#sink.refuse({ line: 1, kind: "unreadable", reason: "the table of usage (Energy consumption time period, Usage, ...) was not found" });
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #row(fields: readonly string[], line: number): void {
    const first = fields[0]!.trim();
    const direction = HEADER.exec(first)?.[1];
    if (direction !== undefined) return this.#header(fields, direction.toLowerCase());
    if (START_HEADER.test(first)) return this.#bothWaysHeader(fields);
    if (DATED_HEADER.test(`${fields.slice(0, 4).join(",")},`)) return this.#datedHeader(fields);
    if (this.#dated !== null) return this.#datedRow(fields, line, this.#dated);
    if (this.#bothWays !== null && /^\d/.test(first)) return this.#bothWaysRow(fields, line, this.#bothWays);
    if (/^(?:account number|service (?:agreement|point)(?: (?:id|number))?)$/i.test(first) && fields.length === 2 && fields[1]!.trim() !== "") {
      this.#place = fields[1]!.trim();
      return;
    }
    const place = /^(?:for location|meter(?: number)?|service (?:account|point)(?: number)?)\s*:\s*(.+)$/i.exec(first)?.[1];
    if (place !== undefined) {
      this.#place = place.trim();
      return;
    }
    const span = SPAN.exec(first);
    if (span !== null && fields.length > 1) this.#usage(fields, span, line);
    else if (this.#columns !== null && fields.length > 1 && /\d/.test(first)) this.#refuse(line, `${quoted(first)} is not a span such as 2020-05-01 00:00:00 to 2020-05-01 00:15:00`);
  }

  #header(fields: readonly string[], direction: string): void {
    const usage = Math.max(1, fields.findIndex((field) => USAGE.test(field)));
    const named = UNIT_IN_HEADER.exec(fields[usage] ?? "")?.[1] ?? "";
    this.#columns = { usage, quality: fields.findIndex((field) => /quality/i.test(field)), unit: sourceUnit(named), named, channel: DIRECTIONS[direction] ?? null };
    this.#bothWays = null;
  }

  /** Columns called delivered and received, in kilowatt hours where their title names no unit. */
  #bothWaysHeader(fields: readonly string[]): void {
    this.#bothWays = fields.flatMap((field, at) => {
      const channel = /^\s*(delivered|received)\b/i.exec(field)?.[1]?.toLowerCase();
      const named = UNIT_IN_HEADER.exec(field)?.[1] ?? "kWh";
      return channel === undefined ? [] : [{ at, channel, unit: sourceUnit(named), named }];
    });
  }

  #bothWaysRow(fields: readonly string[], line: number, values: readonly WayColumn[]): void {
    if (this.#place === "") return this.#refuse(line, "no line before names the place (For location: ...)");
    const from = fields[0]!.trim();
    const start = this.#instant(from, "start");
    if (typeof start === "string") return this.#refuse(line, start);
    const end = this.#endOf(start, this.#time.wall, (fields[1] ?? "").trim());
    if (typeof end === "string") return this.#refuse(line, end);
    for (const { at, channel, unit, named } of values) {
      const raw = (fields[at] ?? "").trim();
      const value = plainDecimal(raw);
      if (raw === "") this.#sink.refuse({ line, kind: "no-read", reason: `${from}: there is no value (${channel})` });
      else if (unit === null) this.#refuse(line, `${quoted(named)} is not a unit that is counted here`);
      else if (value === null) this.#refuse(line, notDecimal(raw));
      else this.#sink.read({ meter: this.#place.slice(0, METER_MAX), channel, unit: unit.unit, kind: "interval", start, end, value, quality: "actual", flag: null, line });
    }
  }

  #datedHeader(fields: readonly string[]): void {
    const titles = fields.map((field) => field.trim());
    const titled = (pattern: RegExp): number => titles.findIndex((title) => pattern.test(title));
    const values = titles.flatMap((title, at) => DATED_VALUES.flatMap(([pattern, channel]) => (pattern.test(title) ? [{ at, channel, named: UNIT_IN_HEADER.exec(title)?.[1] ?? "" }] : [])));
    const times = { date: titled(/^(?:start )?date$/i), from: titled(/^start time$/i), to: titled(/^end time$/i), endDate: titled(/^end date$/i) };
    const units = titled(/^units?$/i);
    this.#dated = { ...times, last: Math.max(units, ...Object.values(times), ...values.map(({ at }) => at)), units, notes: titled(/^notes?$/i), values };
  }

  #datedRow(fields: readonly string[], line: number, columns: DatedColumns): void {
    const { units, notes, values, last } = columns;
    if (fields.every((field) => field.trim() === "")) return;
    if (fields.length <= last) return this.#refuse(line, `the row has ${fields.length} columns; it is cut off`);
    if (this.#place === "") return this.#refuse(line, "no line before names the account (Account Number,...)");
    const span = this.#datedSpan(fields, columns);
    if (typeof span === "string") return this.#refuse(line, span);
    const note = notes < 0 ? "" : (fields[notes] ?? "").trim();
    for (const { at, channel, named } of values) {
      const raw = (fields[at] ?? "").trim();
      if (raw === "") {
        this.#sink.refuse({ line, kind: "no-read", reason: `${span.told}: there is no value` });
        continue;
      }
      const unit = sourceUnit(units < 0 ? named : (fields[units] ?? "").trim());
      const value = plainDecimal(raw);
      if (value === null) this.#refuse(line, notDecimal(raw));
      else if (unit === null) this.#refuse(line, `${quoted(units < 0 ? named : (fields[units] ?? ""))} is not a unit that is counted here`);
      else this.#sink.read({ meter: this.#place.slice(0, METER_MAX), channel, unit: unit.unit, kind: "interval", start: span.start, end: span.end, value, quality: /estimat/i.test(note) ? "estimated" : "actual", flag: note === "" ? null : note, line });
    }
  }

  /**
   * Start and end are on the minute, and the end is the last minute that counts: 00:00 to 00:14 is a quarter hour. Without
   * times a row is of its day, or of all days from its first date to its last.
   */
  #datedSpan(fields: readonly string[], { date, from, to, endDate }: DatedColumns): { start: number; end: number; told: string } | string {
    const type = fields[0]!.trim();
    const text = (at: number): string => (at < 0 ? "" : (fields[at] ?? "").trim());
    const told = from < 0 ? text(date) : `${text(date)} ${text(from)}`;
    const start = this.#instant(told, `start ${type}`);
    if (typeof start === "string") return start;
    const startWall = this.#time.wall;
    const last = from < 0 ? text(endDate < 0 ? date : endDate) : `${text(date)} ${text(to)}`;
    if (!this.#time.read(last)) return `${quoted(last)} is not a date and time`;
    if (from >= 0) {
      const length = (((this.#time.wall + MINUTE_MS - startWall) % DAY_MS) + DAY_MS) % DAY_MS || DAY_MS;
      if (length < DAY_MS) return { start, end: start + length, told };
    }
    // Whole days have the hours that the calendar gives them.
    const endWall = from < 0 ? this.#time.wall + DAY_MS : startWall + DAY_MS;
    const end = this.#clock.instant(endWall, `end ${type}`);
    if (end === null) return skippedTime(last, this.#clock.zone);
    return end > start ? { start, end, told } : "the span ends before it begins";
  }

  #usage(fields: readonly string[], span: RegExpExecArray, line: number): void {
    if (this.#columns === null) return this.#refuse(line, "usage stands before the header that names its unit");
    const { usage, quality: qualityAt, unit, named, channel } = this.#columns;
    if (unit === null) return this.#refuse(line, `${quoted(named)} is not a unit that is counted here`);
    if (this.#place === "") return this.#refuse(line, "no line before names the place (For location: ...)");
    const flag = (fields[qualityAt] ?? "").trim();
    const quality = QUALITIES[flag.toUpperCase()] ?? "questionable";
    const raw = fields[usage] ?? "";
    if (quality === "no-read" || raw.trim() === "") return this.#sink.refuse({ line, kind: "no-read", reason: `${span[1]}: no read${flag === "" ? "" : ` (${flag})`}` });
    const value = plainDecimal(raw);
    if (value === null) return this.#refuse(line, notDecimal(raw));
    const start = this.#instant(span[1]!, `start ${channel ?? ""}`);
    if (typeof start === "string") return this.#refuse(line, start);
    const startWall = this.#time.wall;
    const end = this.#endOf(start, startWall, span[2]!, channel ?? "");
    if (typeof end === "string") return this.#refuse(line, end);
    this.#sink.read({ meter: this.#place.slice(0, METER_MAX), channel, unit: unit.unit, kind: "interval", start, end, value, quality, flag: flag === "" ? null : flag, line });
  }

  /**
   * The end by the clock, or as long after the start as the two stamps are apart on the dial, whichever is sooner: on the
   * days on which clocks change, one of them has an hour more.
   */
  #endOf(start: number, startWall: number, text: string, series = ""): number | string {
    const byClock = this.#instant(text, `end ${series}`);
    const lengths = [typeof byClock === "string" ? 0 : byClock - start, this.#time.wall - startWall].filter((length) => length > 0);
    if (lengths.length > 0) this.#length = Math.min(...lengths);
    else if (this.#length === 0 || typeof byClock === "string") return typeof byClock === "string" ? byClock : "the interval ends before it begins";
    return start + this.#length;
  }

  #instant(text: string, series: string): number | string {
    if (!this.#time.read(text)) return `${quoted(text)} is not a date and time`;
    if (this.#time.offset !== null) return this.#time.wall - this.#time.offset;
    return this.#clock.instant(this.#time.wall, series) ?? skippedTime(text, this.#clock.zone);
  }
}
