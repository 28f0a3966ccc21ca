/** The form of a mapping: from fields to the document that is checked, and back. */
import { isDeepStrictEqual } from "node:util";
import { parseCsvMapping, type CheckedMapping, type CsvMapping } from "../../../domain/metering/formats/index.ts";
import { textOf } from "./forms.server.ts";
import { VALUE_ROWS } from "./mapping-rows.ts";

const list = (text: string): string[] => text.split(",").map((each) => each.trim()).filter(Boolean);

/** A column by its name, or by its number where it is given as `#3`. */
function columnOf(text: string): string | number | undefined {
  const trimmed = text.trim();
  const number = /^#(\d{1,3})$/.exec(trimmed)?.[1];
  return number === undefined ? trimmed || undefined : Number(number);
}

function without(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The mapping of a form: its document where one is pasted, else what its fields say. Errors: by the form's fields. */
export function checkedMapping(form: FormData): CheckedMapping {
  const document = textOf(form, "document").trim();
  if (document === "") return parseCsvMapping(mappingOf(form));
  let json: unknown;
  try {
    json = JSON.parse(document);
  } catch {
    return { ok: false, errors: [{ path: DOCUMENT, message: "this is not JSON" }] };
  }
  const checked = parseCsvMapping(json);
  return checked.ok ? checked : { ok: false, errors: checked.errors.map(({ path, message }) => ({ path: DOCUMENT, message: path === "" ? message : `${path} ${message}` })) };
}

/** Where errors of a pasted document stand. */
const DOCUMENT = "document";

/** The document that a form describes, not yet checked. */
export function mappingOf(form: FormData): unknown {
  const text = (name: string): string => textOf(form, name).trim();
  const column = (name: string) => columnOf(text(name));
  const values = Array.from({ length: VALUE_ROWS }, (_, i) => i)
    .filter((i) => text(`value${i}`) !== "")
    .map((i) => without({ ...(column(`to${i}`) === undefined ? { column: column(`value${i}`) } : { columns: { from: column(`value${i}`), to: column(`to${i}`) } }), unit: text(`unit${i}`), channel: text(`channel${i}`) || undefined, multiplier: text(`multiplier${i}`) || undefined }));
  const flags = Object.fromEntries(list(text("flags")).map((pair) => pair.split("=").map((part) => part.trim()) as [string, string]));
  const said = list(text("said")).map((pair) => pair.split("=")).map(([from = "", says = ""]) => ({ column: columnOf(from), says: says.trim() }));
  return without({
    meter: text("meterText") === "" ? column("meter") : { text: text("meterText") },
    channel: column("channel"),
    kind: text("kind"),
    time: without({ column: column("time"), clock: column("clock"), end: column("end"), zone: text("zone") || undefined, order: text("order") === "day-first" ? "day-first" : undefined }),
    stamp: text("stamp") === "start" ? "start" : undefined,
    days: text("days") || undefined,
    intervalMinutes: text("minutes") === "" ? undefined : Number(text("minutes")),
    values,
    quality: column("quality") === undefined ? undefined : { column: column("quality"), codes: flags },
    conditions: said.length > 0 ? said : undefined,
    failed: list(text("failed")).length > 0 ? list(text("failed")) : undefined,
    decimalComma: text("comma") === "yes" ? true : undefined,
    header: text("headerless") === "yes" ? false : undefined,
  });
}

/** The form's fields for a mapping that is there; as a document as well where they cannot say all of it. */
export function fieldsOf(mapping: CsvMapping): Record<string, string> {
  const fields = shownFields(mapping);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return isDeepStrictEqual(mappingOf(form), mapping) ? fields : { ...fields, document: JSON.stringify(mapping, null, 2) };
}

function shownFields(mapping: CsvMapping): Record<string, string> {
  const shown = (column: string | number | { column: string | number } | { text: string } | undefined): string =>
    typeof column === "number" ? `#${column}` : typeof column === "string" ? column : "";
  const fields: Record<string, string> = {
    meter: shown(mapping.meter), meterText: typeof mapping.meter === "object" ? mapping.meter.text : "", channel: shown(mapping.channel), kind: mapping.kind,
    time: shown(mapping.time.column), clock: shown(mapping.time.clock), end: shown(mapping.time.end), zone: mapping.time.zone ?? "", order: mapping.time.order ?? "month-first", stamp: mapping.stamp ?? "end", days: mapping.days ?? "",
    minutes: typeof mapping.intervalMinutes === "number" ? String(mapping.intervalMinutes) : "", quality: shown(mapping.quality?.column),
    flags: Object.entries(mapping.quality?.codes ?? {}).map(([code, is]) => `${code}=${is}`).join(", "), failed: (mapping.failed ?? []).join(", "), said: (mapping.conditions ?? []).map(({ column, says }) => `${shown(column)}=${says}`).join(", "),
    comma: mapping.decimalComma ? "yes" : "", headerless: mapping.header === false ? "yes" : "",
  };
  mapping.values.slice(0, VALUE_ROWS).forEach(({ column, columns, unit, channel, multiplier }, i) => {
    fields[`value${i}`] = shown(columns?.from ?? column);
    fields[`to${i}`] = shown(columns?.to);
    fields[`unit${i}`] = typeof unit === "string" ? unit : "";
    fields[`channel${i}`] = channel ?? "";
    fields[`multiplier${i}`] = typeof multiplier === "string" ? multiplier : "";
  });
  return fields;
}

/** The form's field for a path of the document. */
export function fieldOfPath(path: string): string {
  const value = /^values\.(\d+)\.(\w+(?:\.from)?)/.exec(path);
  if (value) return `${VALUE_FIELDS[value[2]!] ?? value[2]}${value[1]}`;
  return { values: "value0", "time.column": "time", "time.clock": "clock", "time.end": "end", "time.zone": "zone", intervalMinutes: "minutes", "quality.column": "quality" }[path] ?? (path.startsWith("quality") ? "flags" : path.startsWith("conditions") ? "said" : path);
}

/** Fields of a value that are called otherwise in the form. */
const VALUE_FIELDS: Readonly<Record<string, string>> = { column: "value", "columns.from": "value", columns: "to" };
