/**
 * The mapping that staff make once for a table that is none of the known ones. A document, checked as a whole:
 *
 *   { "meter": "Meter No", "kind": "interval", "intervalMinutes": 15, "stamp": "end",
 *     "time": { "column": "Read Date", "clock": "Read Time", "zone": "America/Chicago" },
 *     "values": [{ "column": "kWh Delivered", "unit": "kWh", "channel": "delivered" },
 *                { "column": "kWh Received", "unit": "kWh", "channel": "received" }],
 *     "quality": { "column": "Flag", "codes": { "E": "estimated", "M": "no-read" }, "otherwise": "refuse" },
 *     "conditions": [{ "column": "Battery", "says": "low-battery" }, { "column": "Alarms", "says": "status" }] }
 *
 * Where a row is a day and a column an interval, a value has `"columns": { "from": "00:15", "to": "24:00" }` in place of `column`.
 * A column is named by its header, or by its number from 1 where there is none. Fields: docs/formats/csv-mapping.md.
 */
import * as v from "valibot";
import { isTimeZone } from "../../calendar/zone.ts";
import { HALF_A_CHARACTER, halfCharacterAt } from "../../text/well-formed.ts";
import { QUALITIES } from "../channel.ts";
import { CONDITION_KINDS } from "../conditions.ts";
import type { ConditionRule } from "./condition-codes.ts";
import { delimiterOf, fieldsOf, type Delimiter } from "./csv.ts";
import { plainDecimal } from "./decimal.ts";
import { sourceUnit } from "./source-units.ts";
import { METER_MAX } from "./read.ts";
import { fits, foldHeader, type Column, type Measure, type TableLayout, type UnitRule } from "./table-layout.ts";

/** Values in one row; a meter with all its channels and quadrants has fewer. */
const VALUES_MAX = 50;

const DAY_MINUTES = 1440;

const column = v.union([v.pipe(v.string("must be a column's name or number"), v.trim(), v.minLength(1, "must not be empty"), v.maxLength(200)), v.pipe(v.number("must be a column's name or number"), v.integer(), v.minValue(1, "columns are counted from 1"))]);

const unit = v.union(
  [v.pipe(v.string(), v.check((name) => sourceUnit(name) !== null, "is not a unit that is counted here")), v.strictObject({ column })],
  'must be a unit such as "kWh", or {"column": ...} where each row names it',
);

const kind = v.picklist(["register", "interval"], 'must be "register" or "interval"');

const multiplier = v.union(
  [v.pipe(v.string(), v.check((text) => isPositive(text), 'must be a positive decimal as text, e.g. "0.1"')), v.strictObject({ column })],
  'must be a positive decimal as text, e.g. "0.1", or {"column": ...}',
);

/** Of tables with a row a day: the first column of intervals and the last. */
const columns = v.strictObject({ from: column, to: column });

const value = v.strictObject({ column: v.optional(column), columns: v.optional(columns), unit, channel: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))), kind: v.optional(kind), multiplier: v.optional(multiplier) });

const minutes = v.pipe(v.number("must be a number of minutes"), v.integer(), v.check((length) => length > 0 && DAY_MINUTES % length === 0, "must divide the day"));

const time = v.strictObject({
  column,
  /** Where a row has the end of its interval as well; then `column` is its start. */
  end: v.optional(column),
  clock: v.optional(column),
  zone: v.optional(v.pipe(v.string(), v.check((name) => isTimeZone(name), 'must be a time zone such as "America/Chicago", "UTC" or "-06:00"'))),
  order: v.optional(v.picklist(["month-first", "day-first"], 'must be "month-first" or "day-first"')),
});

const quality = v.strictObject({
  column,
  codes: v.record(v.string(), v.picklist([...QUALITIES, "no-read"], `must be one of ${QUALITIES.join(", ")}, no-read`)),
  otherwise: v.optional(v.picklist([...QUALITIES, "refuse"], `must be one of ${QUALITIES.join(", ")}, refuse`)),
});

/** Columns that say something of the meter or its module; more than there are kinds, and statuses besides, are a mistake. */
const CONDITIONS_MAX = 20;
const SAYINGS = [...CONDITION_KINDS, "status"] as const;
const condition = v.strictObject({ column, says: v.picklist(SAYINGS, `must be one of ${SAYINGS.join(", ")}`) });

const meter = v.union(
  [column, v.strictObject({ text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(METER_MAX)) })],
  'must be a column\'s name or number, or {"text": ...} where the whole file is of one meter',
);

export const CSV_MAPPING = v.strictObject({
  meter,
  channel: v.optional(column),
  kind,
  time,
  /** Of tables with a row a day: columns are times of the clock, or the first, second, … interval of the day. */
  days: v.optional(v.picklist(["clock", "elapsed"], 'must be "clock" or "elapsed"')),
  /** Whether a stamp is the end (the default) or the start of its interval. */
  stamp: v.optional(v.picklist(["end", "start"], 'must be "end" or "start"')),
  intervalMinutes: v.optional(v.union([minutes, v.strictObject({ column })], 'must be a number of minutes that divides the day, or {"column": ...}')),
  values: v.pipe(v.array(value), v.minLength(1, "must name at least one column"), v.maxLength(VALUES_MAX)),
  quality: v.optional(quality),
  /** What the meter is said to be beside its values: `status` where the column itself names it. */
  conditions: v.optional(v.pipe(v.array(condition), v.maxLength(CONDITIONS_MAX))),
  /** Values by which the sender says that a reading failed. */
  failed: v.optional(v.array(v.string())),
  delimiter: v.optional(v.picklist([",", ";", "\t", "|"], 'must be one of "," ";" "|" and a tab')),
  decimalComma: v.optional(v.boolean()),
  /** False: the first row is data, and columns are numbers. */
  header: v.optional(v.boolean()),
  skipLines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))),
});

export type CsvMapping = v.InferOutput<typeof CSV_MAPPING>;

export type CheckedMapping = { readonly ok: true; readonly mapping: CsvMapping } | { readonly ok: false; readonly errors: readonly { readonly path: string; readonly message: string }[] };

/** Checks a mapping that somebody wrote. Errors: every field that is wrong, with its path. */
export function parseCsvMapping(input: unknown): CheckedMapping {
  const result = v.safeParse(CSV_MAPPING, input);
  if (!result.success) return { ok: false, errors: result.issues.map((issue) => ({ path: v.getDotPath(issue) ?? "", message: messageOf(issue) })) };
  const mapping = result.output;
  const half = halfCharacterAt(mapping);
  if (half !== null) return { ok: false, errors: [{ path: half, message: HALF_A_CHARACTER }] };
  const troubles = wideTroubles(mapping);
  if (troubles.length > 0) return { ok: false, errors: troubles };
  const unnamed = mapping.header === false ? namedColumns(mapping) : [];
  if (unnamed.length > 0) return { ok: false, errors: unnamed.map((name) => ({ path: "header", message: `is false: column "${name}" must be given by its number` })) };
  return { ok: true, mapping };
}

/** In words, where the schema has none of its own: a field that is not there, or one too many. */
function messageOf({ message, expected }: { readonly message: string; readonly expected: string | null }): string {
  if (!message.startsWith("Invalid key")) return message;
  return expected === "never" ? "is not a field of a mapping" : "must be given";
}

/** What fields of a mapping do not go together with. */
function wideTroubles({ values, kind: usual, time: when, intervalMinutes, days }: CsvMapping): { path: string; message: string }[] {
  const troubles = values.flatMap(({ column: one, columns: many, kind: own }, i) => {
    if ((one === undefined) === (many === undefined)) return [{ path: `values.${i}.column`, message: many === undefined ? "must not be empty" : "and columns cannot both be given" }];
    return many !== undefined && (own ?? usual) !== "interval" ? [{ path: `values.${i}.columns`, message: "are intervals: the kind must be interval" }] : [];
  });
  const wide = values.some(({ columns: many }) => many !== undefined);
  if (wide && when.clock !== undefined) troubles.push({ path: "time.clock", message: "has no meaning where a row is a day" });
  if (wide && when.end !== undefined) troubles.push({ path: "time.end", message: "has no meaning where a row is a day" });
  if (wide && typeof intervalMinutes === "object") troubles.push({ path: "intervalMinutes", message: "must be a number of minutes where a row is a day" });
  if (!wide && days !== undefined) troubles.push({ path: "days", message: "is for values with columns: a row a day" });
  return troubles;
}

function isPositive(text: string): boolean {
  const decimal = plainDecimal(text);
  return decimal !== null && decimal !== "0" && !decimal.startsWith("-");
}

type ColumnRef = string | number;

function namedColumns(mapping: CsvMapping): string[] {
  const refs: (ColumnRef | undefined)[] = [...meterColumn(mapping), mapping.channel, mapping.time.column, mapping.time.clock, mapping.time.end, mapping.quality?.column, ...(mapping.conditions ?? []).map((each) => each.column), ...mapping.values.flatMap(valueColumns)];
  return refs.filter((ref): ref is string => typeof ref === "string");
}

/** The column of a value; of a day's, the first and the last. */
const valueColumns = ({ column: one, columns: many }: CsvMapping["values"][number]): ColumnRef[] => (many === undefined ? [one!] : [many.from, many.to]);

const meterColumn = ({ meter: given }: CsvMapping): ColumnRef[] => (typeof given === "object" ? [] : [given]);

function refColumn(ref: ColumnRef): Column {
  return [typeof ref === "number" ? `#${ref}` : foldHeader(ref)];
}

/** Lines before the header in which it is looked for. */
const HEADER_LINES = 40;

/** The layout that a mapping stands for, and the delimiter of the file: the one by which a line is its header. */
export function mappedLayout(mapping: CsvMapping, head: string): { layout: TableLayout; delimiter: Delimiter } {
  const layout = layoutOf(mapping);
  if (mapping.delimiter !== undefined) return { layout, delimiter: mapping.delimiter };
  const lines = head.split(/\r\n|\n|\r/).slice(mapping.skipLines ?? 0).filter((line) => line.trim() !== "");
  const header = lines.slice(0, HEADER_LINES).find((line) => fits(layout, (fieldsOf(line, delimiterOf(line)) ?? []).map(foldHeader)));
  return { layout, delimiter: delimiterOf(header ?? lines[0] ?? "") };
}

function layoutOf(mapping: CsvMapping): TableLayout {
  const { time: when, intervalMinutes, quality: flags } = mapping;
  const measures = mapping.values.map((each): Measure => measureOf(each, mapping.kind));
  const meters = meterColumn(mapping).map(refColumn);
  const columns = [...meters, refColumn(when.column), ...(when.end === undefined ? [] : [refColumn(when.end)]), ...mapping.values.flatMap(valueColumns).map(refColumn)];
  return {
    format: "csv",
    title: "the mapping",
    needs: columns.filter(([name]) => !name!.startsWith("#")),
    meter: meters,
    ...(typeof mapping.meter === "object" && { meterText: mapping.meter.text }),
    ...(mapping.channel !== undefined && { channel: refColumn(mapping.channel) }),
    time: { column: refColumn(when.column), means: "local", ...(when.clock !== undefined && { clockColumn: refColumn(when.clock) }), ...(when.end !== undefined && { endColumn: refColumn(when.end) }), ...(when.zone !== undefined && { zone: when.zone }) },
    stamp: mapping.stamp ?? "end",
    ...(mapping.stamp !== undefined && { dayStamp: mapping.stamp }),
    ...(mapping.days !== undefined && { days: mapping.days }),
    ...(typeof intervalMinutes === "number" && { intervalMinutes }),
    ...(typeof intervalMinutes === "object" && { interval: refColumn(intervalMinutes.column) }),
    measures,
    ...(flags !== undefined && { quality: { column: refColumn(flags.column), codes: Object.fromEntries(Object.entries(flags.codes).map(([code, is]) => [code.trim().toUpperCase(), is])), otherwise: flags.otherwise ?? "actual" } }),
    ...(mapping.conditions !== undefined && { conditions: mapping.conditions.map(({ column: from, says }): ConditionRule => (says === "status" ? { column: refColumn(from), as: "status" } : { column: refColumn(from), as: "any", kind: says })) }),
    ...(mapping.failed !== undefined && { failed: mapping.failed.map((text) => plainDecimal(text) ?? text.trim().toUpperCase()) }),
    decimalComma: mapping.decimalComma ?? false,
    dayFirst: when.order === "day-first",
    headerless: mapping.header === false,
    ...(mapping.delimiter !== undefined && { delimiter: mapping.delimiter }),
    skipLines: mapping.skipLines ?? 0,
  };
}

function measureOf({ column: one, columns: many, unit: given, channel, kind: own, multiplier: factor }: CsvMapping["values"][number], usual: "register" | "interval"): Measure {
  const rule: UnitRule = typeof given === "string" ? { from: "layout", unit: sourceUnit(given)! } : { from: "column", column: refColumn(given.column) };
  return {
    kind: own ?? usual,
    value: refColumn(many?.from ?? one!),
    ...(many !== undefined && { to: refColumn(many.to) }),
    unit: rule,
    ...(channel !== undefined && { channel }),
    ...(typeof factor === "string" && { multiplier: plainDecimal(factor)! }),
    ...(typeof factor === "object" && { multiplierColumn: refColumn(factor.column) }),
  };
}
