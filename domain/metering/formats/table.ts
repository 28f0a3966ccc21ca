/** Reads the rows of a table as a layout says. */
import { isTimeZone, type Instant, type TimeZone } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import type { Condition } from "../conditions.ts";
import { CELLS, rowConditions, type ConditionRule } from "./condition-codes.ts";
import { CsvRows, type Delimiter } from "./csv.ts";
import { notDecimal, plainDecimal, product, quoted, shifted } from "./decimal.ts";
import { IntervalLengths } from "./interval-lengths.ts";
import { METER_MAX, type FileContext, type FileRead, type ReadSink, type ReadsParser } from "./read.ts";
import { notUnit, sourceUnit, unitInWords, type SourceUnit } from "./source-units.ts";
import { columnAt, fits, foldHeader, type Measure, type QualityRule, type TableLayout, type TimeRule, type UnitRule } from "./table-layout.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";
import { slotTime, wideColumns, type WideColumns } from "./wide-columns.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 1440 * MINUTE_MS;

/** No wall clock is further from UTC. */
const OFFSET_MAX = 15 * 60 * MINUTE_MS;

/** Titles and blank lines that an export may put before its header. */
const LINES_BEFORE_HEADER_MAX = 40;

/** Zones that rows may name; there are fewer in America. */
const ZONES_MAX = 50;

/** Where the columns of a layout are in this file; -1: not there. */
interface TimeColumns {
  readonly rule: TimeRule;
  readonly at: number;
  readonly clock: number;
  readonly end: number;
  readonly zone: number;
  readonly local: number;
}

interface MeasureColumns {
  readonly measure: Measure;
  readonly value: number;
  readonly unit: number;
  readonly multiplier: number;
  readonly time: TimeColumns;
  readonly name: string;
  readonly titles: readonly string[];
  /** Of a row that is a day. */
  readonly wide: WideColumns | null;
}

/** What a row says for all its values. */
interface RowHead {
  readonly meter: string;
  readonly channel: string | null;
  readonly quality: Quality;
  readonly flag: string | null;
  readonly line: number;
  readonly conditions: readonly Condition[] | undefined;
}

interface Columns {
  readonly header: readonly string[];
  /** The header as it is written; files put together from several have it again in the middle. */
  readonly titles: readonly string[];
  readonly meter: readonly number[];
  readonly channel: number;
  readonly interval: number;
  readonly quality: number;
  readonly measures: readonly MeasureColumns[];
  /** What rows say of the meter beside its values; null where no column does. */
  readonly conditions: ((fields: readonly string[]) => readonly Condition[] | undefined) | null;
  readonly last: number;
  /** Where a row may end before the header does: behind the columns of a usual day. */
  readonly mayEnd: number;
}

/** When a row's value was measured; `wall` and `clock` only where the zone gave the instant. */
interface Stamp {
  readonly at: Instant;
  readonly wall: number;
  readonly clock: WallClock | null;
}

export class TableParser implements ReadsParser {
  readonly #sink: ReadSink;
  readonly #layout: TableLayout;
  readonly #rows: CsvRows;
  readonly #clock: WallClock;
  readonly #clocks = new Map<string, WallClock | null>();
  readonly #time: TimeText;
  readonly #lengths: IntervalLengths;
  readonly #failed: ReadonlySet<string>;
  #columns: Columns | null = null;
  /** What lines before the header say, by their folded first field. */
  readonly #told = new Map<string, string>();
  #before = 0;
  #dead = false;

  constructor(sink: ReadSink, context: FileContext, layout: TableLayout, delimiter: Delimiter) {
    this.#sink = sink;
    this.#layout = layout;
    this.#clock = new WallClock(context.zone);
    this.#time = new TimeText(layout.dayFirst);
    this.#lengths = new IntervalLengths(sink, layout.stamp, context.intervalMinutes ?? layout.intervalMinutes ?? null);
    this.#failed = new Set(layout.failed);
    this.#rows = new CsvRows(layout.delimiter ?? delimiter, {
      row: (fields, line) => this.#row(fields, line),
      problem: (line, reason) => this.#refuse(line, reason),
    });
  }

  push(text: string): void {
    if (!this.#dead) this.#rows.push(text);
  }

  end(): void {
    if (!this.#dead) this.#rows.end();
    this.#lengths.end();
    if (this.#columns === null && !this.#dead) this.#noHeader(Math.max(1, this.#before));
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #noHeader(line: number): void {
    this.#dead = true;
    const names = this.#layout.needs.map(([name]) => name).join(", ");
    this.#sink.refuse({ line, kind: "unreadable", reason: `no header with the columns of ${this.#layout.title} was found (${names})` });
  }

  #row(fields: readonly string[], line: number): void {
    if (this.#dead) return;
    if (this.#columns !== null) return this.#reads(fields, line, this.#columns);
    if (this.#before++ < (this.#layout.skipLines ?? 0)) return;
    if (this.#layout.headerless) {
      if (this.#takeHeader([], [], line)) this.#reads(fields, line, this.#columns!);
      return;
    }
    const header = fields.map(foldHeader);
    if (fields.length === 2) this.#told.set(header[0]!, fields[1]!.trim());
    if (fits(this.#layout, header)) this.#takeHeader(header, fields, line);
    else if (this.#before > LINES_BEFORE_HEADER_MAX) this.#noHeader(line);
  }

  #takeHeader(header: readonly string[], titles: readonly string[], line: number): boolean {
    const columns = columnsOf(this.#layout, header, titles);
    if (typeof columns !== "string") {
      this.#columns = columns;
      return true;
    }
    this.#dead = true;
    this.#sink.refuse({ line, kind: "unreadable", reason: columns });
    return false;
  }

  #reads(fields: readonly string[], line: number, columns: Columns): void {
    const problem = rowProblem(fields, columns);
    if (problem !== null) return this.#refuse(line, problem);
    if (fields[0] === columns.titles[0] && fields.every((field, i) => field === columns.titles[i])) return;
    const meter = this.#layout.meterText ?? meterOf(fields, columns.meter);
    if (meter === "") return this.#refuse(line, "no column names the meter");
    const meterTrouble = meterProblem(meter);
    if (meterTrouble !== null) return this.#refuse(line, meterTrouble);
    const quality = this.#qualityOf(fields, columns.quality);
    if (quality === null) return this.#refuse(line, `${quoted(fields[columns.quality]!)} is not a known quality flag`);
    const flag = columns.quality < 0 ? null : fields[columns.quality]!.trim() || null;
    if (quality === "no-read") return this.#noRead(fields, columns, meter, line, `no read (${flag})`);

    const channel = cell(fields, columns.channel);
    const conditions = columns.conditions?.(fields);
    let given = 0;
    for (const measure of columns.measures) {
      const head = { meter, channel: channel || measure.measure.channel || null, quality, flag, line, conditions };
      if (measure.wide !== null) {
        given++;
        this.#day(fields, measure, measure.wide, head);
        continue;
      }
      const raw = cell(fields, measure.value);
      if (raw === "") continue;
      given++;
      const reason = this.#measure(fields, measure, { ...head, raw, columns });
      if (reason !== null) this.#refuse(line, reason);
    }
    if (given === 0) this.#noRead(fields, columns, meter, line, "there is no value");
  }

  /** A row that is a day: a read a column. */
  #day(fields: readonly string[], at: MeasureColumns, wide: WideColumns, head: RowHead): void {
    const { meter, line } = head;
    const unit = this.#unitOf(fields, at);
    if (typeof unit === "string") return this.#refuse(line, unit);
    const clock = this.#clockOf(fields, at.time);
    if (typeof clock === "string") return this.#refuse(line, clock);
    const text = cell(fields, at.time.at);
    if (!this.#time.read(text) || this.#time.wall % DAY_MS !== 0) return this.#refuse(line, `${quoted(text)} is not the date of a day`);
    const midnight = this.#time.wall;
    const reads: FileRead[] = [];
    let intervals = 0;
    let missing = 0;
    for (const slot of wide.slots) {
      const raw = cell(fields, slot.at);
      const name = at.titles[slot.at]?.trim() || `column ${slot.at + 1}`;
      const when = slotTime(midnight, slot, wide, clock);
      // Systems fill what a day does not have with zeros.
      const filler = raw === "" || plainDecimal(raw) === "0";
      if (when === "not-that-day") {
        if (!filler) this.#refuse(line, `${name}: there is no such interval on ${text}, but a value`);
        continue;
      }
      const last = reads.at(-1);
      const same = "start" in when && last?.start === when.start;
      if (same && filler) continue;
      if (!same) intervals++;
      if (raw === "") {
        missing++;
        continue;
      }
      const value = this.#valueOf(fields, at, raw, name, unit);
      if (!value.ok) this.#refuse(line, value.reason);
      else if ("problem" in when) this.#refuse(line, `${name}: ${when.problem}`);
      else if (same && last.value !== "0") this.#refuse(line, `${name}: another column has a value of the same interval`);
      else {
        if (same) reads.pop();
        reads.push({ ...head, unit: unit.unit, kind: "interval", start: when.start, end: when.end, value: value.value });
      }
    }
    for (const read of reads) this.#lengths.known(read);
    if (missing > 0) this.#sink.refuse({ line, kind: "no-read", reason: `meter ${meter}, ${text}: ${missing} of ${intervals} intervals have no value` });
  }

  /** A cell as exact decimal text in its unit, or why it is none. */
  #valueOf(fields: readonly string[], at: MeasureColumns, raw: string, name: string, unit: SourceUnit): { ok: true; value: string } | { ok: false; reason: string } {
    const decimal = plainDecimal(this.#layout.decimalComma ? raw.replaceAll(".", "").replace(",", ".") : raw);
    if (this.#failed.has(decimal ?? raw.toUpperCase())) return { ok: false, reason: `${name} ${raw} is this head-end's mark for a reading that failed` };
    if (decimal === null) return { ok: false, reason: `${name}: ${notDecimal(raw)}` };
    const value = scaled(decimal, at, fields, unit);
    return value === null ? { ok: false, reason: `${name}: ${quoted(raw)} times its multiplier is not a number that is counted` } : { ok: true, value };
  }

  /** A row without a value may still say something of its meter: that the wire is cut is why. */
  #noRead(fields: readonly string[], columns: Columns, meter: string, line: number, why: string): void {
    this.#sink.refuse({ line, kind: "no-read", reason: `meter ${meter}: ${why}` });
    const conditions = columns.conditions?.(fields);
    if (conditions === undefined) return;
    const stamp = columns.measures.map(({ time }) => this.#stampOf(fields, time, "event", meter, null)).find((each) => typeof each !== "string");
    if (stamp !== undefined) this.#sink.event?.({ meter, conditions, from: stamp.at, to: stamp.at, line });
  }

  #measure(fields: readonly string[], at: MeasureColumns, row: RowHead & { readonly raw: string; readonly columns: Columns }): string | null {
    const unit = this.#unitOf(fields, at);
    if (typeof unit === "string") return unit;
    const result = this.#valueOf(fields, at, row.raw, at.name, unit);
    if (!result.ok) return result.reason;
    const { value } = result;
    const { meter, channel, quality, flag, line, conditions, columns } = row;
    const { kind } = at.measure;
    const stamp = this.#stampOf(fields, at.time, kind, meter, channel);
    if (typeof stamp === "string") return stamp;
    const read: FileRead = { meter, channel, unit: unit.unit, kind, start: stamp.at, end: stamp.at, value, quality, flag, line, conditions };
    if (at.time.end >= 0) return this.#spanned(fields, at.time, read, stamp);
    if (kind === "register") this.#lengths.known(read);
    else return this.#lengths.interval(read, stamp, this.#lengthText(cell(fields, columns.interval)));
    return null;
  }

  /** A row with start and end: the interval between them, or what the dials showed at the end. */
  #spanned(fields: readonly string[], time: TimeColumns, read: FileRead, start: Stamp): string | null {
    const text = cell(fields, time.end);
    if (text === "") return "there is no end";
    const clock = this.#clockOf(fields, time);
    if (typeof clock === "string") return clock;
    const stamp = this.#readStamp(text, time.rule.means, clock, `end of ${read.kind}`, read.meter, read.channel);
    // An end that clocks skipped (01:00 to 02:00 in the spring night) is as long after the start as the two are apart on the dial.
    const dial = this.#time.read(text) && this.#time.offset === null ? this.#time.wall - start.wall : 0;
    if (typeof stamp === "string" && dial <= 0) return stamp;
    const end = typeof stamp === "string" ? start.at + dial : stamp.at;
    if (end <= read.start) return `the interval ends (${text}) no later than it begins`;
    this.#lengths.known(read.kind === "register" ? { ...read, start: end, end } : { ...read, end });
    return null;
  }

  /** The length of an interval as its row has it, with the unit that a line before the header names. */
  #lengthText(length: string): string {
    const title = this.#layout.intervalTitle;
    return title === undefined || !/\d$/.test(length) ? length : `${length} ${this.#told.get(title) ?? ""}`.trim();
  }

  #unitOf(fields: readonly string[], at: MeasureColumns): SourceUnit | string {
    const { unit } = at.measure;
    if (unit.from === "layout") return unit.unit;
    if (unit.from === "title") {
      const told = this.#told.get(unit.title) ?? "";
      return told === "" ? unit.otherwise : (sourceUnit(told) ?? `${at.name}: ${notUnit(told)}`);
    }
    const text = cell(fields, at.unit);
    const found = sourceUnit(text) ?? (unit.from === "words" ? unitInWords(text) : null);
    return found ?? `${at.name}: ${unit.from === "words" && text !== "" ? `${quoted(text)} names no unit` : notUnit(text)}`;
  }

  #stampOf(fields: readonly string[], at: TimeColumns, kind: string, meter: string, channel: string | null): Stamp | string {
    const text = at.clock < 0 ? cell(fields, at.at) : `${cell(fields, at.at)} ${cell(fields, at.clock)}`.trim();
    const local = cell(fields, at.local);
    if (text === "") return local === "" ? "there is no time" : this.#readStamp(local, "local", this.#clock, kind, meter, channel);
    const clock = this.#clockOf(fields, at);
    if (typeof clock === "string") return clock;
    const stamp = this.#readStamp(text, at.rule.means, clock, kind, meter, channel);
    if (typeof stamp === "string" || local === "") return stamp;
    if (!this.#time.read(local)) return `${quoted(local)} is not a date and time`;
    const apart = Math.abs(this.#time.wall - stamp.at);
    if (this.#time.offset === null && (apart > OFFSET_MAX || apart % QUARTER_MS !== 0)) return `${text} in UTC and ${local} on the wall clock are not the same instant`;
    return stamp;
  }

  #readStamp(text: string, means: "local" | "utc", clock: WallClock, kind: string, meter: string, channel: string | null): Stamp | string {
    if (!this.#time.read(text)) return `${quoted(text)} is not a date and time`;
    const { wall, offset } = this.#time;
    if (offset !== null) return { at: wall - offset, wall, clock: null };
    if (means === "utc") return { at: wall, wall, clock: null };
    const ordinary = clock.ordinary(wall);
    const at = Number.isNaN(ordinary) ? clock.instant(wall, `${kind} ${meter} ${channel ?? ""}`) : ordinary;
    return at === null ? skippedTime(text, clock.zone) : { at, wall, clock };
  }

  #clockOf(fields: readonly string[], at: TimeColumns): WallClock | string {
    const name = cell(fields, at.zone) || at.rule.zone || "";
    if (name === "" || name === this.#clock.zone) return this.#clock;
    let clock = this.#clocks.get(name);
    if (clock === undefined) {
      if (this.#clocks.size >= ZONES_MAX) this.#clocks.clear();
      const zone = zoneNamed(name);
      clock = zone === null ? null : new WallClock(zone);
      this.#clocks.set(name, clock);
    }
    return clock ?? `${quoted(name)} is not a time zone`;
  }

  #qualityOf(fields: readonly string[], at: number): Quality | "no-read" | null {
    const rule = this.#layout.quality;
    return rule === undefined || at < 0 ? "actual" : qualityOf(rule, cell(fields, at));
  }
}

function qualityOf({ codes, otherwise }: QualityRule, text: string): Quality | "no-read" | null {
  const code = text.toUpperCase();
  // Sensus puts bits of its own behind the letter.
  const found = codes[code] ?? (/^[A-Z]\d+$/.test(code) ? codes[code[0]!] : undefined) ?? (code === "" ? "actual" : otherwise);
  return found === "refuse" ? null : found;
}

/** What American exports call zones when they do not use the names of the zone database. */
const ZONE_NAMES: Readonly<Record<string, TimeZone>> = {
  pacific: "America/Los_Angeles", "us/pacific": "America/Los_Angeles", mountain: "America/Denver", "us/mountain": "America/Denver", central: "America/Chicago", "us/central": "America/Chicago",
  eastern: "America/New_York", "us/eastern": "America/New_York", arizona: "America/Phoenix", "us/arizona": "America/Phoenix", alaska: "America/Anchorage", "us/alaska": "America/Anchorage", hawaii: "Pacific/Honolulu", "us/hawaii": "Pacific/Honolulu",
};

function zoneNamed(name: string): TimeZone | null {
  const common = ZONE_NAMES[name.toLowerCase().replace(/\s*(?:standard|daylight)?\s*time$/, "")];
  return common ?? (isTimeZone(name) ? name : null);
}

/** Where everything is, or why days with a column an interval cannot be read. */
function columnsOf(layout: TableLayout, header: readonly string[], titles: readonly string[]): Columns | string {
  const timeColumns = (rule: TimeRule): TimeColumns => ({
    rule,
    at: columnAt(header, rule.column),
    clock: rule.clockColumn ? columnAt(header, rule.clockColumn) : -1,
    end: rule.endColumn ? columnAt(header, rule.endColumn) : -1,
    zone: rule.zoneColumn ? columnAt(header, rule.zoneColumn) : -1,
    local: rule.localColumn ? columnAt(header, rule.localColumn) : -1,
  });
  const unitColumn = (unit: UnitRule): number => (unit.from === "layout" || unit.from === "title" ? -1 : columnAt(header, unit.column));
  const rowTime = timeColumns(layout.time);
  const measures: MeasureColumns[] = [];
  for (const measure of layout.measures) {
    const value = columnAt(header, measure.value);
    if (value < 0) continue;
    const wide = measure.to === undefined ? null : wideColumns(titles, { from: value, to: columnAt(header, measure.to), minutes: layout.intervalMinutes ?? null, stamp: layout.dayStamp ?? null, days: layout.days ?? null });
    if (typeof wide === "string") return wide;
    const multiplier = measure.multiplierColumn ? columnAt(header, measure.multiplierColumn) : -1;
    measures.push({ measure, value, unit: unitColumn(measure.unit), multiplier, time: measure.time ? timeColumns(measure.time) : rowTime, name: titles[value]?.trim() || `column ${value + 1}`, titles, wide });
  }
  const channel = layout.channel ? columnAt(header, layout.channel) : -1;
  const interval = layout.interval ? columnAt(header, layout.interval) : -1;
  const quality = layout.quality ? columnAt(header, layout.quality.column) : -1;
  const meter = layout.meter.map((column) => columnAt(header, column)).filter((at) => at >= 0);
  const used = [...meter, channel, interval, quality, ...measures.flatMap(({ value, unit, multiplier, time, wide }) => [wide === null ? value : wide.usualEnd - 1, unit, multiplier, time.at, time.clock, time.end, time.zone, time.local])];
  const last = Math.max(...used);
  return { header, titles, meter, channel, interval, quality, measures, conditions: conditionsIn(layout.conditions ?? [], header), last, mayEnd: measures.some(({ wide }) => wide !== null && wide.usualEnd === last + 1 && wide.slots.length > wide.usualEnd - wide.slots[0]!.at) ? last + 1 : header.length };
}

/** Reads the columns of the rules that the header has. */
function conditionsIn(rules: readonly ConditionRule[], header: readonly string[]): Columns["conditions"] {
  const there = rules.map((rule) => ({ rule, at: columnAt(header, rule.column) })).filter(({ at }) => at >= 0);
  if (there.length === 0) return null;
  const conditionsOf = rowConditions(there.map(({ rule }) => rule));
  return (fields) => conditionsOf(there.map(({ at }) => cell(fields, at)).join(CELLS));
}

/** A row that is not as long as the header has its values in the wrong columns, or was cut off in one. */
function rowProblem(fields: readonly string[], { header, last, mayEnd }: Columns): string | null {
  if (header.length === 0) return fields.length > last ? null : `the row has ${fields.length} columns; column ${last + 1} is needed`;
  if (fields.length > header.length) {
    return fields.slice(header.length).every((field) => field.trim() === "") ? null : `the row has ${fields.length} columns, the header ${header.length}`;
  }
  return fields.length === header.length || fields.length === mayEnd || last < fields.length - 1 ? null : `the row has ${fields.length} columns, the header ${header.length}; it is cut off`;
}

function cell(fields: readonly string[], at: number): string {
  return at < 0 ? "" : (fields[at] ?? "").trim();
}

/** The first of the columns that is not blank; `="0123"` and `'0123` are how spreadsheets are told to keep zeros. */
function meterOf(fields: readonly string[], columns: readonly number[]): string {
  for (const at of columns) {
    const text = cell(fields, at);
    if (text !== "") return text.startsWith('="') && text.endsWith('"') ? text.slice(2, -1) : text.startsWith("=") || text.startsWith("'") ? text.slice(1) : text;
  }
  return "";
}

function meterProblem(meter: string): string | null {
  if (meter.length > METER_MAX) return `${quoted(meter)} is too long for a meter's number`;
  return /^\d(?:\.\d+)?E\+?\d{2}$/i.test(meter) ? `meter ${quoted(meter)} was turned into a number by a spreadsheet; export the file without opening it there` : null;
}

function scaled(value: string, { measure, multiplier }: MeasureColumns, fields: readonly string[], { power, factor }: SourceUnit): string | null {
  let result: string | null = factor === "1" ? value : product(value, factor);
  if (result !== null && measure.multiplier !== undefined) result = product(result, measure.multiplier);
  if (result !== null && multiplier >= 0) {
    const text = plainDecimal(cell(fields, multiplier) || "1");
    result = text === null || text === "0" || text.startsWith("-") ? null : product(result, text);
  }
  return result === null ? null : shifted(result, power);
}
