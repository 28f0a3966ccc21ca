/**
 * IEC 61968-9 MeterReadings XML, bare or inside an IEC 61968-100 message or an envelope of the sender's. The meter, and the
 * reading type of a block, stand behind the readings; a MeterReading is held until it closes. EndDeviceEvents are read as well. Layout: docs/formats/iec61968.md.
 */
import { MINUTE_MS } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import type { Unit } from "../units.ts";
import { cimConditions, cimEventConditions } from "./condition-codes.ts";
import { notDecimal, plainDecimal, quoted, shifted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import { TimeText } from "./time-text.ts";
import { flowName, isRegister, notUnitOfMeasure, periodMinutes, unitOfMeasure, worse } from "./uom.ts";
import { skippedTime, WallClock } from "./wall-clock.ts";
import { XmlScanner, type XmlHandler, type XmlTag } from "./xml.ts";

/** Readings of one MeterReading that are held; a meter's year of five-minute intervals on ten channels is a tenth less. */
const HELD_MAX = 1_200_000;

/** Events of one MeterReading that are held; a meter that tells more in one message is telling nothing. */
const EVENTS_MAX = 10_000;

const CONTAINERS = ["MeterReading", "IntervalBlocks", "IntervalReadings", "Readings", "ReadingQualities", "ReadingQualityType", "ReadingType", "Meter", "UsagePoint", "timePeriod", "NameType", "EndDeviceEvent", "EndDeviceEvents", "EndDeviceEventType", "Assets"] as const;
const LEAVES = ["timeStamp", "value", "mRID", "name", "start", "end", "createdDateTime"] as const;
const NAMES = [...CONTAINERS, ...LEAVES];

const number = (name: (typeof NAMES)[number]): number => NAMES.indexOf(name) + 1;
const METER_READING = number("MeterReading");
const BLOCK = number("IntervalBlocks");
const INTERVAL_READING = number("IntervalReadings");
const READING = number("Readings");
const QUALITIES = number("ReadingQualities");
const QUALITY_TYPE = number("ReadingQualityType");
const TYPE = number("ReadingType");
const METER = number("Meter");
const USAGE_POINT = number("UsagePoint");
const PERIOD = number("timePeriod");
const EVENT = number("EndDeviceEvent");
const EVENTS = number("EndDeviceEvents");
const EVENT_TYPE = number("EndDeviceEventType");
const ASSETS = number("Assets");
const CREATED = number("createdDateTime");
const STAMP = number("timeStamp");
const VALUE = number("value");
const MRID = number("mRID");
const NAME = number("name");
const START = number("start");
const END = number("end");

/** Parts of a reading type's code that matter here, by position from 0 (IEC 61968-9 annex C). */
const CODE = { macroPeriod: 0, measuringPeriod: 2, accumulation: 3, flow: 4, tou: 11, phase: 14, multiplier: 15, unit: 16, parts: 18 } as const;

/** macroPeriod 11 is a day. */
const DAILY = "11";

/** Units one step up, so that a kilo in the reading type makes kWh of Wh and the digits stay as they were sent. */
const SCALED: Readonly<Record<string, readonly [Unit, number]>> = { "Wh 3": ["kWh", 0], "Wh 6": ["MWh", 0], "W 3": ["kW", 0], "W 6": ["MW", 0], "gal 3": ["kgal", 0], "ft3 2": ["ccf", 0], "ft3 3": ["mcf", 0] };

interface CimReading {
  /** Inside interval blocks, or standing alone. */
  readonly inBlock: boolean;
  readonly stamp: string;
  readonly value: string;
  readonly start: string;
  readonly end: string;
  readonly quality: Quality;
  readonly flag: string | null;
  /** Every quality of the reading, parted by blanks. */
  readonly codes: string;
  readonly line: number;
}

interface CimEvent {
  readonly created: string;
  readonly type: string;
  readonly line: number;
}

interface CimBlock {
  type: string;
  readonly readings: CimReading[];
}

interface ReadingCode {
  readonly unit: Unit;
  readonly power: number;
  readonly kind: "register" | "interval";
  readonly minutes: number | null;
  readonly channel: string;
}

export class CimParser implements ReadsParser, XmlHandler {
  readonly #sink: ReadSink;
  readonly #scanner: XmlScanner;
  readonly #clock: WallClock;
  readonly #minutes: number | null;
  readonly #time = new TimeText();
  #dead = false;

  #open: number[] = [];
  #meter = { mrid: "", name: "", usagePoint: "" };
  #blocks: CimBlock[] = [];
  #count = 0;
  #block: CimBlock = { type: "", readings: [] };
  #reading = { stamp: "", value: null as string | null, start: "", end: "", quality: "actual" as Quality, flag: null as string | null, codes: "", line: 0, type: "" };
  #event = { created: "", type: "", mrid: "", name: "", line: 0 };
  /** Of the MeterReading that is open, whose meter is named behind them. */
  #events: CimEvent[] = [];

  constructor(sink: ReadSink, context: FileContext) {
    this.#sink = sink;
    this.#clock = new WallClock(context.zone);
    this.#minutes = context.intervalMinutes;
    this.#scanner = new XmlScanner({ names: NAMES, leaves: LEAVES, foreign: () => false }, this);
  }

  push(text: string): void {
    if (!this.#dead) this.#scanner.push(text);
  }

  end(): void {
    if (!this.#dead) this.#scanner.end();
    // Of a document that is cut off, the meter that is open has not been named yet.
    if (this.#count + this.#events.length > 0) this.#finishMeter();
  }

  malformed(line: number, reason: string): void {
    this.#dead = true;
    this.#sink.refuse({ line, kind: "unreadable", reason: `the XML is not well formed: ${reason}` });
  }

  open(name: number, tag: XmlTag): void {
    this.#open.push(name);
    if (name === METER_READING) {
      this.#meter = { mrid: "", name: "", usagePoint: "" };
      this.#blocks = [];
      this.#events = [];
      this.#count = 0;
    } else if (name === EVENT || name === EVENTS) this.#event = { created: "", type: "", mrid: "", name: "", line: tag.line };
    else if (name === EVENT_TYPE) this.#event.type = tag.attribute("ref") ?? "";
    else if (name === BLOCK) this.#block = { type: "", readings: [] };
    else if (name === INTERVAL_READING || name === READING) this.#reading = { stamp: "", value: null, start: "", end: "", quality: "actual", flag: null, codes: "", line: tag.line, type: "" };
    else if (name === TYPE) this.#typed(tag.attribute("ref") ?? "");
    else if (name === QUALITY_TYPE) this.#qualified(tag.attribute("ref") ?? "");
  }

  close(name: number): void {
    this.#open.pop();
    if (name === INTERVAL_READING) this.#closeReading(this.#block);
    else if (name === READING) {
      const block: CimBlock = { type: this.#reading.type, readings: [] };
      this.#closeReading(block);
      if (block.readings.length > 0) this.#blocks.push(block);
    } else if (name === BLOCK) {
      if (this.#block.readings.length > 0) this.#blocks.push(this.#block);
    } else if (name === EVENT || name === EVENTS) this.#closeEvent();
    else if (name === METER_READING) this.#finishMeter();
  }

  leaf(name: number, text: string): void {
    const inside = this.#open.at(-1);
    if (inside === INTERVAL_READING || inside === READING) {
      if (name === STAMP) this.#reading.stamp = text.trim();
      else if (name === VALUE) this.#reading.value = text.trim();
    } else if (inside === PERIOD) {
      if (name === START) this.#reading.start = text.trim();
      else if (name === END) this.#reading.end = text.trim();
    } else if (inside === METER) {
      if (name === MRID) this.#meter.mrid = text.trim();
      else if (name === NAME && this.#meter.name === "") this.#meter.name = text.trim();
    } else if (inside === EVENT || inside === EVENTS) {
      if (name === CREATED) this.#event.created = text.trim();
    } else if (inside === ASSETS) {
      if (name === MRID) this.#event.mrid = text.trim();
      else if (name === NAME && this.#event.name === "") this.#event.name = text.trim();
    } else if (inside === EVENT_TYPE) {
      if (name === MRID || name === NAME) this.#event.type = text.trim();
    } else if (inside === USAGE_POINT) {
      if (name === MRID) this.#meter.usagePoint = text.trim();
    } else if (inside === TYPE) {
      if (name === MRID || name === NAME) this.#typed(text.trim());
    } else if (inside === QUALITY_TYPE && (name === MRID || name === NAME)) this.#qualified(text.trim());
  }

  #typed(code: string): void {
    if (code === "") return;
    const around = this.#open.at(-2);
    if (around === READING || around === INTERVAL_READING) this.#reading.type = code;
    else if (around === BLOCK) this.#block.type = code;
  }

  /** system.category.index; several may stand with one reading, and the worst counts. */
  #qualified(code: string): void {
    if (code === "" || this.#open.at(-2) !== QUALITIES) return;
    const quality = qualityOf(code);
    this.#reading.codes += this.#reading.codes === "" ? code : ` ${code}`;
    if (this.#reading.flag === null || worse(this.#reading.quality, quality) !== this.#reading.quality) {
      this.#reading.flag = code;
      this.#reading.quality = worse(this.#reading.quality, quality);
    }
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #closeReading(block: CimBlock): void {
    const { stamp, value, start, end, quality, flag, codes, line } = this.#reading;
    if (value === null || value === "") return this.#sink.refuse({ line, kind: "no-read", reason: "the reading has no value" });
    block.readings.push({ inBlock: block === this.#block, stamp, value, start, end, quality, flag, codes, line });
    if (++this.#count > HELD_MAX) {
      this.#dead = true;
      this.#blocks = [];
      this.#block = { type: "", readings: [] };
      this.#count = 0;
      this.#sink.refuse({ line, kind: "unreadable", reason: `more than ${HELD_MAX} readings stand before the meter that they are of` });
    }
  }

  #finishMeter(): void {
    const meter = meterOf(this.#meter);
    const blocks = this.#blocks;
    const events = this.#events;
    this.#blocks = [];
    this.#events = [];
    this.#count = 0;
    for (const event of events) this.#tell(meter, event);
    for (const block of blocks) {
      const line = block.readings[0]!.line;
      if (meter === "" || meter.length > METER_MAX) this.#refuse(line, meter === "" ? `${block.readings.length} readings name no meter` : `${quoted(meter)} is too long for a meter's number`);
      else {
        const code = readingCode(block.type, block.readings[0]!.inBlock);
        if (typeof code === "string") this.#refuse(line, `${block.readings.length} readings: ${code}`);
        else for (const reading of block.readings) this.#give(meter, code, reading);
      }
    }
  }

  /** An event of its own names its meter; one inside a MeterReading waits for it. */
  #closeEvent(): void {
    const { created, type, mrid, name, line } = this.#event;
    this.#event = { created: "", type: "", mrid: "", name: "", line: 0 };
    if (created === "" || type === "") return;
    if (this.#open.includes(METER_READING)) {
      if (this.#events.length < EVENTS_MAX) this.#events.push({ created, type, line });
    } else this.#tell(meterOf({ mrid, name, usagePoint: "" }), { created, type, line });
  }

  #tell(meter: string, { created, type, line }: CimEvent): void {
    const conditions = cimEventConditions(type);
    if (conditions === undefined) return;
    if (meter === "" || meter.length > METER_MAX) return this.#refuse(line, meter === "" ? `event ${type} names no meter` : `${quoted(meter)} is too long for a meter's number`);
    const at = this.#instant(created, `${meter} events`);
    if (typeof at === "string") return this.#refuse(line, `event ${type}: ${at}`);
    this.#sink.event?.({ meter, conditions, from: at, to: at, line });
  }

  #give(meter: string, code: ReadingCode, reading: CimReading): void {
    const { value: raw, line, quality, flag, codes } = reading;
    const plain = plainDecimal(raw);
    const value = plain === null ? null : shifted(plain, code.power);
    if (value === null) return this.#refuse(line, notDecimal(raw));
    const series = `${meter} ${code.channel}`;
    const end = this.#instant(reading.stamp || reading.end, series);
    if (typeof end === "string") return this.#refuse(line, end);
    const start = code.kind === "register" ? end : reading.start !== "" ? this.#instant(reading.start, `${series} start`) : this.#startOf(end, code);
    if (typeof start === "string") return this.#refuse(line, start);
    if (code.kind === "interval" && start >= end) return this.#refuse(line, "the interval ends before it begins");
    this.#sink.read({ meter, channel: code.channel, unit: code.unit, kind: code.kind, start, end, value, quality, flag, line, conditions: codes === "" ? undefined : cimConditions(codes) });
  }

  #startOf(end: number, { minutes }: ReadingCode): number | string {
    const length = minutes ?? this.#minutes;
    return length === null ? "neither the reading nor its type says how long the interval is" : end - length * MINUTE_MS;
  }

  #instant(text: string, series: string): number | string {
    if (text === "") return "there is no time";
    if (!this.#time.read(text)) return `${quoted(text)} is not a date and time`;
    if (this.#time.offset !== null) return this.#time.wall - this.#time.offset;
    return this.#clock.instant(this.#time.wall, series) ?? skippedTime(text, this.#clock.zone);
  }
}

const UUID = /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The meter's own number: its mRID, unless that is a machine's identifier and a name stands beside it. */
function meterOf({ mrid, name, usagePoint }: { mrid: string; name: string; usagePoint: string }): string {
  if (mrid !== "" && !(UUID.test(mrid) && name !== "")) return mrid;
  return name || usagePoint;
}

/** Edited 7; estimated 8, derived 11, projected 12; failed 5 and 6, questionable 10. */
const CATEGORIES: Readonly<Record<string, Quality>> = { "5": "questionable", "6": "questionable", "7": "edited", "8": "estimated", "10": "questionable", "11": "estimated", "12": "estimated" };

function qualityOf(code: string): Quality {
  const [, category = "", index = ""] = code.split(".");
  // Category 5 is validation: 5.4 and above 256 are notes of the sender that say nothing against the value.
  if (category === "5" && Number(index) >= 256) return "actual";
  return CATEGORIES[category] ?? "actual";
}

const codes = new Map<string, ReadingCode | string>();
const CODES_MAX = 1000;

/** What a reading type of 18 parts means, or why it cannot be used. */
function readingCode(code: string, inBlock: boolean): ReadingCode | string {
  const key = `${code} ${inBlock}`;
  const known = codes.get(key);
  if (known !== undefined) return known;
  if (codes.size >= CODES_MAX) codes.clear();
  const found = understood(code, inBlock);
  codes.set(key, found);
  return found;
}

function understood(code: string, inBlock: boolean): ReadingCode | string {
  if (code === "") return "they name no reading type";
  const parts = code.split(".");
  if (parts.length !== CODE.parts || !parts.every((part) => /^-?\d+$/.test(part))) return `${quoted(code)} is not a reading type of ${CODE.parts} numbers`;
  const uom = unitOfMeasure(parts[CODE.unit]!);
  if (uom === null) return notUnitOfMeasure(parts[CODE.unit]!);
  const power = Number(parts[CODE.multiplier]) + uom.power;
  const [unit, rest] = SCALED[`${uom.unit} ${power}`] ?? [uom.unit, power];
  const accumulation = parts[CODE.accumulation]!;
  const kind = isRegister(accumulation) || (accumulation === "0" && !inBlock) ? "register" : "interval";
  const minutes = periodMinutes(parts[CODE.measuringPeriod]!) ?? (parts[CODE.macroPeriod] === DAILY ? 1440 : null);
  const flow = flowName(parts[CODE.flow]!) ?? (parts[CODE.flow] === "0" ? "" : `flow${parts[CODE.flow]}`);
  const channel = [flow, part("tou", parts[CODE.tou]!), part("phase", parts[CODE.phase]!)].filter((text) => text !== "").join("-");
  return { unit, power: rest, kind, minutes, channel: `${channel === "" ? "" : `${channel} `}${unit}` };
}

const part = (name: string, text: string): string => (text === "0" ? "" : `${name}${text}`);
