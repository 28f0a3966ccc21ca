/**
 * The Green Button downloads that utilities offer as CSV, in their two shapes: titled sections with blocks of
 * `start to end, usage, quality` (Southern California Edison), and a table of `type, date, start time, end time, usage`
 * (Pacific Gas and Electric). Neither names a meter, only the place or the account. Layout: docs/formats/green-button.md.
 */
import type { Quality } from "../channel.ts";
import { CsvRows } from "./csv.ts";
import { notDecimal, plainDecimal, quoted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { sourceUnit, type SourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";

const SPAN = /^(\S.*?)[\s\u00a0]+to[\s\u00a0]+(\S.*)$/i;
const HEADER = /^energy consumption time period/i;

/** `TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES`, or with `IMPORT (kWh),EXPORT (kWh)` in the middle. */
export const DATED_HEADER = /^\s*"?type"?,"?date"?,"?start time"?,"?end time"?,/i;

/** What the columns of usage are called, and which way it flows. */
const DATED_VALUES: readonly (readonly [title: RegExp, channel: string | null])[] = [[/^usage/i, null], [/^import/i, "delivered"], [/^export/i, "received"]];

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

interface DatedColumns {
  readonly units: number;
  readonly notes: number;
  readonly values: readonly { readonly at: number; readonly channel: string | null; readonly named: string }[];
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
  #columns: { usage: number; quality: number; unit: SourceUnit | null; named: string } | null = null;

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
    if (this.#columns === null && this.#dated === null) this.#sink.refuse({ line: 1, kind: "unreadable", reason: "the table of usage (Energy consumption time period, Usage, ...) was not found" });
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #row(fields: readonly string[], line: number): void {
    const first = fields[0]!.trim();
    if (HEADER.test(first)) return this.#header(fields);
    if (DATED_HEADER.test(`${fields.slice(0, 4).join(",")},`)) return this.#datedHeader(fields);
    if (this.#dated !== null) return this.#datedRow(fields, line, this.#dated);
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

  #header(fields: readonly string[]): void {
    const usage = Math.max(1, fields.findIndex((field) => USAGE.test(field)));
    const named = UNIT_IN_HEADER.exec(fields[usage] ?? "")?.[1] ?? "";
    this.#columns = { usage, quality: fields.findIndex((field) => /quality/i.test(field)), unit: sourceUnit(named), named };
  }

  #datedHeader(fields: readonly string[]): void {
    const titles = fields.map((field) => field.trim());
    this.#dated = {
      units: titles.findIndex((title) => /^units?$/i.test(title)),
      notes: titles.findIndex((title) => /^notes?$/i.test(title)),
      values: titles.flatMap((title, at) => DATED_VALUES.flatMap(([pattern, channel]) => (pattern.test(title) ? [{ at, channel, named: UNIT_IN_HEADER.exec(title)?.[1] ?? "" }] : []))),
    };
  }

  /** Start and end are on the minute, and the end is the last minute that counts: 00:00 to 00:14 is a quarter hour. */
  #datedRow(fields: readonly string[], line: number, { units, notes, values }: DatedColumns): void {
    if (fields.every((field) => field.trim() === "")) return;
    if (fields.length < 5) return this.#refuse(line, `the row has ${fields.length} columns; it is cut off`);
    if (this.#place === "") return this.#refuse(line, "no line before names the account (Account Number,...)");
    const [type = "", date = "", from = "", to = ""] = fields.map((field) => field.trim());
    const start = this.#instant(`${date} ${from}`, `start ${type}`);
    if (typeof start === "string") return this.#refuse(line, start);
    const startWall = this.#time.wall;
    if (!this.#time.read(`${date} ${to}`)) return this.#refuse(line, `${quoted(`${date} ${to}`)} is not a date and time`);
    const length = (((this.#time.wall + MINUTE_MS - startWall) % DAY_MS) + DAY_MS) % DAY_MS || DAY_MS;
    // A whole day has the hours that the calendar gives it.
    const end = length === DAY_MS ? this.#clock.instant(startWall + DAY_MS, `end ${type}`) : start + length;
    if (end === null) return this.#refuse(line, skippedTime(`${date} ${to}`, this.#clock.zone));
    const note = notes < 0 ? "" : (fields[notes] ?? "").trim();
    for (const { at, channel, named } of values) {
      const raw = (fields[at] ?? "").trim();
      if (raw === "") {
        this.#sink.refuse({ line, kind: "no-read", reason: `${date} ${from}: there is no value` });
        continue;
      }
      const unit = sourceUnit(units < 0 ? named : (fields[units] ?? "").trim());
      const value = plainDecimal(raw);
      if (value === null) this.#refuse(line, notDecimal(raw));
      else if (unit === null) this.#refuse(line, `${quoted(units < 0 ? named : (fields[units] ?? ""))} is not a unit that is counted here`);
      else this.#sink.read({ meter: this.#place.slice(0, METER_MAX), channel, unit: unit.unit, kind: "interval", start, end, value, quality: /estimat/i.test(note) ? "estimated" : "actual", flag: note === "" ? null : note, line });
    }
  }

  #usage(fields: readonly string[], span: RegExpExecArray, line: number): void {
    if (this.#columns === null) return this.#refuse(line, "usage stands before the header that names its unit");
    const { usage, quality: qualityAt, unit, named } = this.#columns;
    if (unit === null) return this.#refuse(line, `${quoted(named)} is not a unit that is counted here`);
    if (this.#place === "") return this.#refuse(line, "no line before names the place (For location: ...)");
    const flag = (fields[qualityAt] ?? "").trim();
    const quality = QUALITIES[flag.toUpperCase()] ?? "questionable";
    const raw = fields[usage] ?? "";
    if (quality === "no-read" || raw.trim() === "") return this.#sink.refuse({ line, kind: "no-read", reason: `${span[1]}: no read${flag === "" ? "" : ` (${flag})`}` });
    const value = plainDecimal(raw);
    if (value === null) return this.#refuse(line, notDecimal(raw));
    const start = this.#instant(span[1]!, "start");
    if (typeof start === "string") return this.#refuse(line, start);
    const startWall = this.#time.wall;
    const end = this.#endOf(start, startWall, span[2]!);
    if (typeof end === "string") return this.#refuse(line, end);
    this.#sink.read({ meter: this.#place.slice(0, METER_MAX), channel: null, unit: unit.unit, kind: "interval", start, end, value, quality, flag: flag === "" ? null : flag, line });
  }

  /**
   * The end by the clock, or as long after the start as the two stamps are apart on the dial, whichever is sooner: on the
   * days on which clocks change, one of them has an hour more.
   */
  #endOf(start: number, startWall: number, text: string): number | string {
    const byClock = this.#instant(text, "end");
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
