/**
 * How the columns of a table become reads: one description for every head-end that sends rows, whether it is built in or
 * made by staff as a mapping. The rules are data; table.ts is the one program that follows them.
 */
import type { Quality } from "../channel.ts";
import type { ConditionRule } from "./condition-codes.ts";
import type { SourceUnit } from "./source-units.ts";
import type { DayColumns } from "./wide-columns.ts";

/** Names under which a column may appear, folded by `foldHeader`; the first that is there is used. `#3` is the third column. */
export type Column = readonly string[];

export type UnitRule =
  | { readonly from: "column"; readonly column: Column }
  /** The unit is named somewhere in a description. */
  | { readonly from: "words"; readonly column: Column }
  /** A line before the header names it, as in `UOM,Therms`; where none does, it is `otherwise`. */
  | { readonly from: "title"; readonly title: string; readonly otherwise: SourceUnit }
  | { readonly from: "layout"; readonly unit: SourceUnit };

/** One value in a row. */
export interface Measure {
  readonly kind: "register" | "interval";
  readonly value: Column;
  /** A row is a day, `value` its first interval, and this its last: a column an interval. */
  readonly to?: Column;
  readonly unit: UnitRule;
  /** Its own time, where rows have several; else the row's. */
  readonly time?: TimeRule;
  /** Name of the channel where the row does not give it and has several values. */
  readonly channel?: string;
  /** Exact decimal text by which the value is multiplied to be in its unit. */
  readonly multiplier?: string;
  readonly multiplierColumn?: Column;
}

export interface TimeRule {
  readonly column: Column;
  /** A second column with the time of day. */
  readonly clockColumn?: Column;
  /** The end of the interval of which `column` is the start. */
  readonly endColumn?: Column;
  /** What a stamp without offset means. */
  readonly means: "local" | "utc";
  /** A column that names the zone of the row, where it does. */
  readonly zoneColumn?: Column;
  /** The zone of this column, whatever the utility's. */
  readonly zone?: string;
  /** The wall-clock time of the same instant: must differ from it by whole quarter hours, or the row is not trusted. */
  readonly localColumn?: Column;
}

export interface QualityRule {
  readonly column: Column;
  /** By flag in capitals. */
  readonly codes: Readonly<Record<string, Quality | "no-read">>;
  /** Flags that are not listed. */
  readonly otherwise: Quality | "refuse";
}

export interface TableLayout {
  readonly format: string;
  readonly title: string;
  /** A header must have all of these. */
  readonly needs: readonly Column[];
  /** Columns that belong to another layout: with one of these in the header it is not this one. */
  readonly without?: readonly Column[];
  /** Where two layouts have the same columns, the name of the file tells them apart. */
  readonly name?: RegExp;
  /** Tried in turn until one is not blank. */
  readonly meter: readonly Column[];
  /** Of which meter every row is, where no column says it. */
  readonly meterText?: string;
  readonly channel?: Column;
  readonly time: TimeRule;
  /** Whether a stamp is the end or the start of its interval. */
  readonly stamp: "end" | "start";
  /** Minutes of an interval. */
  readonly interval?: Column;
  /** The line before the header that says what `interval` counts, as in `Interval UOM,Hour(s)`; minutes where none does. */
  readonly intervalTitle?: string;
  /** Minutes of an interval where nothing else says it. */
  readonly intervalMinutes?: number;
  /** Of days with a column an interval: what the columns are, and whether titles that are times are starts; as they show where it is left out. */
  readonly days?: DayColumns;
  readonly dayStamp?: "start" | "end";
  readonly measures: readonly Measure[];
  readonly quality?: QualityRule;
  /** Columns that say something of the meter or its module. */
  readonly conditions?: readonly ConditionRule[];
  /** Values, in capitals, by which this head-end says that a reading failed. */
  readonly failed?: readonly string[];
  /** The point is a comma in values. */
  readonly decimalComma?: boolean;
  /** Day before month in dates with slashes. */
  readonly dayFirst?: boolean;
  /** No header: columns are numbered. */
  readonly headerless?: boolean;
  readonly delimiter?: "," | ";" | "\t" | "|";
  /** Lines before the header. */
  readonly skipLines?: number;
}

/** Header names are compared without capitals, blanks and punctuation: `Meter_Serial_Number` is `METER SERIAL NUMBER`. */
export function foldHeader(name: string): string {
  return name.replace(/^\uFEFF/, "").toLowerCase().replace(/[^\p{L}\p{N}#]+/gu, "");
}

/** Position of the column in a folded header, or -1. */
export function columnAt(header: readonly string[], column: Column): number {
  for (const name of column) {
    if (name.startsWith("#")) return Number(name.slice(1)) - 1;
    const at = header.indexOf(name);
    if (at >= 0) return at;
  }
  return -1;
}

/** Whether a folded header has what the layout needs and nothing of another. */
export function fits(layout: TableLayout, header: readonly string[]): boolean {
  return layout.needs.every((column) => columnAt(header, column) >= 0) && !(layout.without ?? []).some((column) => columnAt(header, column) >= 0);
}
