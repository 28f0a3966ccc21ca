/**
 * MultiSpeak 3.0 readings: the `meterRead` objects of a ReadingChangedNotification (or of an answer that lists them), in a
 * SOAP envelope or bare. Layout: docs/formats/multispeak.md.
 */
import type { Instant } from "../../calendar/zone.ts";
import { notDecimal, plainDecimal, quoted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { inUnit, notUnit, sourceUnit, type SourceUnit } from "./source-units.ts";
import { TimeText } from "./time-text.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";
import { XmlScanner, type XmlHandler, type XmlTag } from "./xml.ts";

/** Values of one meterRead that are held; the largest meters have a few dozen registers. */
const VALUES_MAX = 1_000;

const CONTAINERS = ["meterRead", "readingValue", "TOUReadings", "extensions", "extensionsList"] as const;
const LEAVES = ["meterNo", "readingDate", "posKWh", "negKWh", "units", "value", "readingType", "name", "dateTime", "fieldName"] as const;
const NAMES = [...CONTAINERS, ...LEAVES];

type Name = (typeof NAMES)[number];
const number = (name: Name): number => NAMES.indexOf(name) + 1;
const METER_READ = number("meterRead");
const READING_VALUE = number("readingValue");
/** What is said in here of a meter is somebody else's, or a part of what its registers say. */
const PASSED_OVER: ReadonlySet<number> = new Set([number("TOUReadings"), number("extensions"), number("extensionsList")]);

/** The energy registers that every meterRead has a place for, and which way each counts. */
const ENERGY: readonly (readonly [leaf: number, channel: string])[] = [[number("posKWh"), "delivered kWh"], [number("negKWh"), "received kWh"]];

/** Registers of a part of what a meter counts (of a rate period, a phase), and values that are of an interval: a whole register is never read from one. */
const OF_A_PART = /\b(?:tou|tier|rate|season|phase|on.?peak|off.?peak|shoulder|interval)/i;

const KWH: SourceUnit = { unit: "kWh", power: 0, factor: "1" };

type Texts = Map<number, string>;

interface HeldValue {
  readonly line: number;
  readonly texts: Texts;
}

/** A value as it stands in the document. */
interface Given {
  readonly meter: string;
  readonly channel: string | null;
  readonly text: string;
  readonly at: string;
  readonly unit: SourceUnit;
  readonly line: number;
}

export class MultiSpeakParser implements ReadsParser, XmlHandler {
  readonly #sink: ReadSink;
  readonly #scanner: XmlScanner;
  readonly #clock: WallClock;
  readonly #time = new TimeText();
  #dead = false;
  /** Elements inside which nothing is looked at. */
  #over = 0;
  #open = false;
  #line = 0;
  #objectId = "";
  #error = "";
  #read: Texts = new Map();
  #values: HeldValue[] = [];
  #value: Texts | null = null;

  constructor(sink: ReadSink, context: FileContext) {
    this.#sink = sink;
    this.#clock = new WallClock(context.zone);
    this.#scanner = new XmlScanner({ names: NAMES, leaves: LEAVES, foreign: () => false }, this);
  }

  push(text: string): void {
    if (!this.#dead) this.#scanner.push(text);
  }

  end(): void {
    if (!this.#dead) this.#scanner.end();
  }

  malformed(line: number, reason: string): void {
    this.#dead = true;
    this.#sink.refuse({ line, kind: "unreadable", reason: `the XML is not well formed: ${reason}` });
  }

  open(name: number, tag: XmlTag): void {
    if (PASSED_OVER.has(name)) this.#over++;
    if (this.#over > 0 || this.#dead) return;
    if (name === METER_READ) {
      this.#open = true;
      this.#line = tag.line;
      this.#objectId = tag.attribute("objectID")?.trim() ?? "";
      this.#error = tag.attribute("errorString")?.trim() ?? "";
      this.#read = new Map();
      this.#values = [];
    } else if (name === READING_VALUE && this.#open) {
      this.#value = new Map();
      this.#values.push({ line: tag.line, texts: this.#value });
      if (this.#values.length > VALUES_MAX) this.#tooMany(tag.line);
    }
  }

  close(name: number): void {
    if (PASSED_OVER.has(name)) this.#over--;
    else if (this.#over > 0) return;
    else if (name === READING_VALUE) this.#value = null;
    else if (name === METER_READ && this.#open) this.#finish();
  }

  leaf(name: number, text: string): void {
    if (this.#over === 0 && this.#open) (this.#value ?? this.#read).set(name, text.trim());
  }

  #tooMany(line: number): void {
    this.#dead = true;
    this.#open = false;
    this.#value = null;
    this.#sink.refuse({ line, kind: "unreadable", reason: `more than ${VALUES_MAX} values are in one meterRead` });
  }

  #finish(): void {
    this.#open = false;
    const [read, line] = [this.#read, this.#line];
    const meter = read.get(number("meterNo")) || this.#objectId;
    if (this.#error !== "") return this.#refuse(line, `meter ${quoted(meter)}: the head-end says ${quoted(this.#error)}`);
    if (meter === "" || meter.length > METER_MAX) return this.#refuse(line, meter === "" ? "the meterRead names no meter" : `${quoted(meter)} is too long for a meter's number`);
    const readingDate = read.get(number("readingDate")) ?? "";
    let values = 0;
    for (const [leaf, channel] of ENERGY) {
      const text = read.get(leaf) ?? "";
      if (text === "") continue;
      values += 1;
      this.#give({ meter, channel, text, at: readingDate, line, unit: KWH });
    }
    for (const value of this.#values) {
      values += 1;
      this.#giveValue(meter, readingDate, value);
    }
    if (values === 0) this.#sink.refuse({ line, kind: "no-read", reason: `the meterRead of ${meter} has no value that is stored` });
  }

  #giveValue(meter: string, readingDate: string, { line, texts }: HeldValue): void {
    const of = (name: Name): string => texts.get(number(name)) ?? "";
    if (of("value") === "") return this.#sink.refuse({ line, kind: "no-read", reason: `meter ${meter}: the readingValue has no value` });
    const channel = of("name") || of("fieldName") || of("readingType") || null;
    const part = [of("name"), of("fieldName"), of("readingType")].find((word) => OF_A_PART.test(word));
    if (part !== undefined) return this.#refuse(line, `meter ${meter}: ${quoted(part)} is of a part of what the meter counts, which is not taken from a notification`);
    const unit = sourceUnit(of("units"));
    if (unit === null) return this.#refuse(line, `meter ${meter}: ${notUnit(of("units"))}`);
    this.#give({ meter, channel, text: of("value"), at: of("dateTime") || readingDate, line, unit });
  }

  #give({ meter, channel, text, at, line, unit }: Given): void {
    const plain = plainDecimal(text);
    const value = plain === null ? null : inUnit(plain, unit);
    if (value === null) return this.#refuse(line, `meter ${meter}: ${notDecimal(text)}`);
    const when = this.#instant(at, `${meter} ${channel ?? ""}`);
    if (typeof when === "string") return this.#refuse(line, `meter ${meter}: ${when}`);
    this.#sink.read({ meter, channel, unit: unit.unit, kind: "register", start: when, end: when, value, quality: "actual", flag: null, line });
  }

  #instant(text: string, series: string): Instant | string {
    if (text === "") return "there is no time";
    if (!this.#time.read(text)) return `${quoted(text)} is not a date and time`;
    if (this.#time.offset !== null) return this.#time.wall - this.#time.offset;
    return this.#clock.instant(this.#time.wall, series) ?? skippedTime(text, this.#clock.zone);
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }
}
