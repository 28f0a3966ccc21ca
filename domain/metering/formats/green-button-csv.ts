/**
 * The Green Button download that Southern California Edison and others offer as CSV: a few titled sections, then blocks of
 * `start to end, usage, quality`. It names no meter, only the place. Layout: docs/formats/green-button.md.
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
    if (this.#columns === null) this.#sink.refuse({ line: 1, kind: "unreadable", reason: "the table of usage (Energy consumption time period, Usage, ...) was not found" });
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #row(fields: readonly string[], line: number): void {
    const first = fields[0]!.trim();
    if (HEADER.test(first)) return this.#header(fields);
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
