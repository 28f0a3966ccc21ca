/** Which format a file is in, from its first characters and, only where two tables have the same columns, from its name. */
import { delimiterOf, fieldsOf, type Delimiter } from "./csv.ts";
import { DATED_HEADER, SECTION_HEADER } from "./green-button-csv.ts";
import { HEAD_ENDS } from "./head-ends.ts";
import { isNeptuneExport } from "./neptune-export.ts";
import { isSensusRecords, SENSUS_RECORDS } from "./sensus-records.ts";
import { columnAt, fits, foldHeader, type TableLayout } from "./table-layout.ts";
import { TimeText } from "./time-text.ts";

/** Characters looked at; licences and titles before the first element of real files take some thousand. */
export const HEAD_MAX = 65_536;

/** How zip archives begin, the files of spreadsheets among them. */
const ZIP = "PK\u0003\u0004";

/** Titles that an export may put before its header. */
const HEADER_LINES = 40;

export type Detected =
  | { readonly format: "meterline" | "espi" | "iec61968" | "multispeak" | "cmep" | "mvrs" | "nem" | "neptune-export" | "greenbutton-csv" }
  | { readonly format: "sensus-records"; readonly delimiter: Delimiter }
  | { readonly format: "table"; readonly layout: TableLayout; readonly delimiter: Delimiter }
  | { readonly format: null; readonly line: number; readonly reason: string };

/** Looks at the beginning of a file. `wanted` narrows the tables to one format or family of formats. */
export function detect(head: string, name: string, wanted: (format: string) => boolean = () => true): Detected {
  const start = head.replace(/^\uFEFF/, "").trimStart();
  if (start === "") return { format: null, line: 1, reason: "the file is empty" };
  if (start.startsWith("<")) return detectXml(start);
  if (start.startsWith("{") || start.startsWith("[")) return { format: "meterline" };
  if (start.startsWith(ZIP)) return { format: null, line: 1, reason: "the file is a zip archive or a spreadsheet; unpack it, or save it as CSV" };
  const lines = head.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const first = lines.find((line) => line.trim() !== "") ?? "";
  if (/^\s*"?MEP[A-Z]{2}\d{2}"?\s*,/i.test(first)) return { format: "cmep" };
  if (/^\s*"?100"?,"?NEM1[23]"?/i.test(first)) return { format: "nem" };
  if (first.startsWith("FHD")) return { format: "mvrs" };
  if (isNeptuneExport(lines)) return { format: "neptune-export" };
  if (lines.slice(0, HEADER_LINES).some((line) => SECTION_HEADER.test(line) || DATED_HEADER.test(line))) return { format: "greenbutton-csv" };
  return detectTable(lines, name, wanted);
}

function detectXml(start: string): Detected {
  if (/www\.multispeak\.org|<(?:[\w.-]+:)?meterRead[\s/>]/.test(start)) return { format: "multispeak" };
  if (/<(?:[\w.-]+:)?MeterReadings?[\s/>]/.test(start) && !/naesb\.org\/espi/.test(start)) return { format: "iec61968" };
  if (/naesb\.org\/espi|<(?:[\w.-]+:)?(?:UsagePoint|IntervalBlock|ReadingType)[\s/>]/.test(start)) return { format: "espi" };
  if (/http:\/\/www\.w3\.org\/2005\/Atom/.test(start)) return { format: "espi" };
  if (/iec\.ch\/TC57|<(?:[\w.-]+:)?EventMessage[\s/>]/.test(start)) return { format: "iec61968" };
  return { format: null, line: 1, reason: "the XML is neither Green Button (ESPI) nor IEC 61968-9 MeterReadings nor MultiSpeak readings" };
}

function detectTable(lines: readonly string[], name: string, wanted: (format: string) => boolean): Detected {
  for (let i = 0; i < Math.min(lines.length, HEADER_LINES); i++) {
    const line = lines[i]!;
    if (line.trim() === "") continue;
    const delimiter = delimiterOf(line);
    const header = (fieldsOf(line, delimiter) ?? line.split(delimiter)).map(foldHeader);
    if (wanted(SENSUS_RECORDS.format) && isSensusRecords(header)) return { format: SENSUS_RECORDS.format, delimiter };
    const candidates = HEAD_ENDS.filter((layout) => wanted(layout.format) && fits(layout, header));
    if (candidates.length === 0) continue;
    const layout = candidates.length === 1 ? candidates[0]! : choose(candidates, header, lines.slice(i + 1), delimiter, name);
    if (layout !== null) return { format: "table", layout, delimiter };
    const options = candidates.map((candidate) => candidate.format).join(" or ");
    return { format: null, line: i + 1, reason: `${candidates.map((candidate) => candidate.title).join(" and ")} have the same columns, and neither the name of the file nor its values tell which it is; give the format: ${options}` };
  }
  return { format: null, line: 1, reason: "the file is in none of the formats that are known; make a mapping for it, or name the format" };
}

/** The one that the file's name speaks of, else the one that its values look like. */
function choose(candidates: readonly TableLayout[], header: readonly string[], rows: readonly string[], delimiter: Delimiter, name: string): TableLayout | null {
  const named = candidates.filter((layout) => layout.name?.test(name) ?? false);
  if (named.length === 1) return named[0]!;
  const kind = kindOfValues(candidates[0]!, header, rows, delimiter);
  return candidates.find((layout) => layout.measures[0]!.kind === kind) ?? null;
}

/** A dial stands far above what it adds between two reads; nine in ten steps of one hour's use to the next do not all go up. */
const REGISTER_OVER_STEP = 50;

function kindOfValues(layout: TableLayout, header: readonly string[], rows: readonly string[], delimiter: Delimiter): "register" | "interval" | null {
  const [meterAt, valueAt, timeAt] = [columnAt(header, layout.meter.flat()), columnAt(header, layout.measures[0]!.value), columnAt(header, layout.time.column)];
  const last = new Map<string, number>();
  const time = new TimeText();
  let up = 0;
  let down = 0;
  let risen = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const fields = fieldsOf(row, delimiter) ?? [];
    const value = Number(fields[valueAt] ?? "");
    if (row.trim() === "" || !Number.isFinite(value)) continue;
    // Readings on demand come at any second; intervals end on the clock.
    if (time.read((fields[timeAt] ?? "").trim()) && time.wall % 60_000 !== 0) return "register";
    const meter = fields[meterAt] ?? "";
    const before = last.get(meter);
    last.set(meter, value);
    lowest = Math.min(lowest, value);
    if (before === undefined) continue;
    if (value < before) down++;
    else if (value > before) {
      up++;
      risen += value - before;
    }
  }
  if (down > 0 && down * 10 >= up + down) return "interval";
  return up > 0 && down === 0 && lowest >= REGISTER_OVER_STEP * (risen / up) ? "register" : null;
}
