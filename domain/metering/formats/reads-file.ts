/**
 * A file of reads in any of the formats, fed in pieces of bytes:
 *
 *   const file = new ReadsFile(sink, { name: "STAHO_202606030815.txt", zone: "America/Los_Angeles" });
 *   for await (const bytes of stream) file.write(bytes);
 *   const { format, reads, refused } = file.end();
 *
 * Reads and refusals reach the sink while the file is being fed. Memory stays bounded whatever is fed.
 */
import type { TimeZone } from "../../calendar/zone.ts";
import type { Condition, MeterEvent } from "../conditions.ts";
import { CimParser } from "./cim.ts";
import { CmepParser } from "./cmep.ts";
import { TextPieces, type Charset } from "./decode.ts";
import { detect, HEAD_MAX, type Detected } from "./detect.ts";
import { EspiParser } from "./espi.ts";
import { GreenButtonCsvParser } from "./green-button-csv.ts";
import { HEAD_ENDS } from "./head-ends.ts";
import { JsonReadsParser } from "./json-reads.ts";
import { mappedLayout, type CsvMapping } from "./csv-mapping.ts";
import { MvrsParser } from "./mvrs.ts";
import { MultiSpeakParser } from "./multispeak.ts";
import { NemParser } from "./nem.ts";
import { NeptuneExportParser } from "./neptune-export.ts";
import type { FileContext, FileRead, ReadSink, ReadsParser, Refusal } from "./read.ts";
import { SENSUS_RECORDS, SensusRecordsParser } from "./sensus-records.ts";
import { TableParser } from "./table.ts";

export interface ReadsFileOptions {
  readonly name: string;
  /** The zone of stamps without offset; UTC where none is given. */
  readonly zone?: TimeZone;
  /** A name that `formatsNamed` knows; otherwise the content decides. */
  readonly format?: string | null;
  readonly intervalMinutes?: number | null;
  /** What the text is in, where its beginning does not show it. */
  readonly charset?: Charset | null;
  /** What the columns of format `csv` are. */
  readonly mapping?: CsvMapping | null;
}

export interface ReadsFileResult {
  /** The format it was read as; null: none. */
  readonly format: string | null;
  readonly reads: number;
  readonly refused: number;
  /** Values that the file itself says are missing. */
  readonly noReads: number;
  /** What it tells of meters without a value. */
  readonly events: number;
  /** False: the document could not be followed to its end. */
  readonly readable: boolean;
}

export interface FormatInfo {
  readonly format: string;
  readonly title: string;
}

/** Every format, in the words that `format` takes. */
export const FORMATS: readonly FormatInfo[] = [
  { format: "meterline", title: "Our own JSON: a batch, a list or lines of reads" },
  { format: "cmep", title: "CMEP, MEPMD01 and MEPMD02" },
  { format: "espi", title: "Green Button, NAESB ESPI XML" },
  { format: "greenbutton-csv", title: "Green Button download, CSV" },
  { format: "iec61968", title: "IEC 61968-9 MeterReadings XML" },
  { format: "multispeak", title: "MultiSpeak 3.0 readings, XML" },
  { format: "mvrs", title: "Itron MVRS handheld, fixed width" },
  { format: "nem", title: "AEMO NEM12 and NEM13" },
  { format: "neptune-export", title: "Neptune 360 route export, fixed width" },
  ...HEAD_ENDS.map(({ format, title }) => ({ format, title })),
  { format: SENSUS_RECORDS.format, title: SENSUS_RECORDS.title },
  { format: "csv", title: "Any table, with a mapping" },
];

/** Other names under which the trade knows a format. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  json: ["meterline"], "green-button": ["espi", "greenbutton-csv", "greenbutton-meter"], greenbutton: ["espi", "greenbutton-csv", "greenbutton-meter"], cim: ["iec61968"], "iec61968-9": ["iec61968"], meterreadings: ["iec61968"],
  nem12: ["nem"], nem13: ["nem"], badger: ["beacon"], "beacon360": ["beacon"], mueller: ["sentryx"], sensus: ["cmep", "sensus-interval", "sensus-register", "sensus-records", "xylem-interval", "xylem-register"],
  flexnet: ["cmep"], mepmd01: ["cmep"], mepmd02: ["cmep"], sce: ["greenbutton-csv"], pge: ["greenbutton-csv"], sdge: ["greenbutton-meter"], "smart-meter-texas": ["smt"],
};

/** The formats that a name stands for: one of `FORMATS`, the first part of several (`itron`), or a name of the trade. */
export function formatsNamed(name: string): readonly string[] {
  const folded = name.toLowerCase();
  return ALIASES[folded] ?? FORMATS.map(({ format }) => format).filter((format) => format === folded || format.startsWith(`${folded}-`));
}

export class ReadsFile {
  readonly #options: ReadsFileOptions;
  readonly #context: FileContext;
  readonly #sink: CountingSink;
  readonly #pieces: TextPieces;
  #head = "";
  #parser: ReadsParser | null = null;
  #format: string | null = null;
  #begun = false;

  constructor(sink: ReadSink, options: ReadsFileOptions) {
    this.#options = options;
    this.#pieces = new TextPieces({ charset: options.charset ?? null });
    this.#context = { name: options.name, zone: options.zone ?? "UTC", intervalMinutes: options.intervalMinutes ?? null };
    this.#sink = new CountingSink(sink);
  }

  write(bytes: Uint8Array): void {
    this.#text(this.#pieces.text(bytes));
  }

  end(): ReadsFileResult {
    this.#text(this.#pieces.end());
    if (!this.#begun) this.#begin();
    this.#parser?.end();
    const { reads, refused, noReads, events, unreadable } = this.#sink;
    return { format: this.#format, reads, refused, noReads, events, readable: unreadable === 0 };
  }

  #text(text: string): void {
    if (this.#begun) this.#parser?.push(text);
    else {
      this.#head += text;
      if (this.#head.length >= HEAD_MAX) this.#begin();
    }
  }

  #begin(): void {
    this.#begun = true;
    const head = this.#head.replace(/^\uFEFF/, "");
    this.#head = "";
    this.#parser = this.#choose(head);
    this.#parser?.push(head);
  }

  #choose(head: string): ReadsParser | null {
    const { format = null, mapping = null } = this.#options;
    if (mapping !== null && (format === null || format === "csv")) return this.#table({ format: "table", ...mappedLayout(mapping, head) });
    const wanted = format === null ? null : formatsNamed(format);
    if (wanted?.length === 0) return this.#unreadable(1, `${format} is not a format that is known`);
    if (wanted?.length === 1 && wanted[0] === "csv") return this.#unreadable(1, "format csv needs a mapping that says what its columns are");
    if (wanted?.length === 1 && wanted[0]! in PARSERS) return this.#named(wanted[0] as keyof typeof PARSERS);
    const found = detect(head, this.#options.name, (candidate) => wanted === null || wanted.includes(candidate));
    if (found.format === null) return this.#unreadable(found.line, found.reason);
    if (found.format === "table") return this.#table(found);
    if (found.format === "sensus-records") {
      this.#format = found.format;
      return new SensusRecordsParser(this.#sink, this.#context, found.delimiter);
    }
    if (wanted !== null && !wanted.includes(found.format)) return this.#unreadable(1, `the file is not in format ${format}; it looks like ${found.format}`);
    return this.#named(found.format);
  }

  #named(format: keyof typeof PARSERS): ReadsParser {
    this.#format = format;
    return new PARSERS[format](this.#sink, this.#context);
  }

  #table({ layout, delimiter }: Extract<Detected, { format: "table" }>): ReadsParser {
    this.#format = layout.format;
    return new TableParser(this.#sink, this.#context, layout, delimiter);
  }

  #unreadable(line: number, reason: string): null {
    this.#sink.refuse({ line, kind: "unreadable", reason });
    return null;
  }
}

/** Parsers of formats that are not tables. */
const PARSERS = { meterline: JsonReadsParser, cmep: CmepParser, espi: EspiParser, iec61968: CimParser, multispeak: MultiSpeakParser, mvrs: MvrsParser, nem: NemParser, "neptune-export": NeptuneExportParser, "greenbutton-csv": GreenButtonCsvParser } as const;

class CountingSink implements ReadSink {
  reads = 0;
  refused = 0;
  noReads = 0;
  events = 0;
  unreadable = 0;
  readonly #sink: ReadSink;

  constructor(sink: ReadSink) {
    this.#sink = sink;
  }

  read(read: FileRead): void {
    this.reads++;
    this.#sink.read(isWhole(read) ? read : whole(read));
  }

  refuse(refusal: Refusal): void {
    if (refusal.kind === "refused") this.refused++;
    else if (refusal.kind === "no-read") this.noReads++;
    else this.unreadable++;
    this.#sink.refuse(refusal);
  }

  event(event: MeterEvent): void {
    this.events++;
    this.#sink.event?.(event.meter.isWellFormed() && areWhole(event.conditions) ? event : { ...event, meter: event.meter.toWellFormed(), conditions: event.conditions.map(wholeCondition) });
  }
}

/** Half a character, as JSON and XML can write one and a name that is cut short can end in: the rest of the word still says something, so it is kept. */
const isWhole = ({ meter, channel, flag, conditions }: FileRead): boolean =>
  meter.isWellFormed() && (channel === null || channel.isWellFormed()) && (flag === null || flag.isWellFormed()) && (conditions === undefined || areWhole(conditions));

const areWhole = (conditions: readonly Condition[]): boolean => conditions.every(({ says }) => says.isWellFormed());

const whole = (read: FileRead): FileRead =>
  ({ ...read, meter: read.meter.toWellFormed(), channel: read.channel?.toWellFormed() ?? null, flag: read.flag?.toWellFormed() ?? null, conditions: read.conditions?.map(wholeCondition) });

const wholeCondition = (condition: Condition): Condition => ({ ...condition, says: condition.says.toWellFormed() });
