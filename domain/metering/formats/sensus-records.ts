/**
 * CMEP records as a landing table of Sensus keeps them: a column a field, and the readings as a list
 * `[{"time": "202606020700", "code": "R0", "quantity": "13"}]` in the last one. Layout: docs/formats/cmep.md.
 */
import { CmepRecords } from "./cmep.ts";
import { CsvRows, type Delimiter } from "./csv.ts";
import type { FileContext, ReadSink, ReadsParser } from "./read.ts";
import { foldHeader } from "./table-layout.ts";

/** Columns in the order of a record's fields; the readings come last. */
const FIELDS = ["recordtype", "recordversion", "senderid", "sendercustomerid", "receiverid", "receivercustomerid", "timestamp", "meterid", "purpose", "commodity", "units", "calculationconstant", "interval", "quantity"];
const READS = "reads";

export const SENSUS_RECORDS = { format: "sensus-records", title: "Sensus table of CMEP records", needs: ["recordtype", "meterid", "units", "calculationconstant", READS] } as const;

/** Whether a folded header is that of the table. */
export function isSensusRecords(header: readonly string[]): boolean {
  return SENSUS_RECORDS.needs.every((name) => header.includes(name));
}

export class SensusRecordsParser implements ReadsParser {
  readonly #rows: CsvRows;

  constructor(sink: ReadSink, context: FileContext, delimiter: Delimiter) {
    const records = new CmepRecords(sink, context);
    const refuse = (line: number, reason: string): void => sink.refuse({ line, kind: "refused", reason });
    let columns: readonly number[] | null = null;
    let readsAt = -1;
    this.#rows = new CsvRows(delimiter, {
      row: (cells, line) => {
        if (columns === null) {
          const header = cells.map(foldHeader);
          if (!isSensusRecords(header)) return;
          columns = FIELDS.map((name) => header.indexOf(name));
          readsAt = header.indexOf(READS);
          return;
        }
        const readings = readingFields(cells[readsAt] ?? "");
        if (typeof readings === "string") return refuse(line, readings);
        const fields = columns.map((at) => (cells[at] ?? "").trim());
        records.record([...fields, ...readings], line);
      },
      problem: refuse,
    });
  }

  push(text: string): void {
    this.#rows.push(text);
  }

  end(): void {
    this.#rows.end();
  }
}

/** The readings as fields of a record, or why they are none. */
function readingFields(text: string): string[] | string {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return "the readings are not well-formed JSON";
  }
  if (!Array.isArray(list)) return "the readings are not a list";
  const fields: string[] = [];
  for (const item of list as Record<string, unknown>[]) {
    if (typeof item !== "object" || item === null) return "a reading is not an object";
    for (const name of ["time", "code", "quantity"]) fields.push(String(item[name] ?? "").trim());
  }
  return fields;
}
