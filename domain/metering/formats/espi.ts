/**
 * Green Button: the ESPI XML of NAESB REQ.21, as an Atom feed or a bare resource. Readings may come before the reading type
 * that gives them their unit; those are held until it is there. Layout: docs/formats/green-button.md.
 */
import type { Instant } from "../../calendar/zone.ts";
import type { Quality } from "../channel.ts";
import { notDecimal, plainDecimal, quoted, shifted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";
import type { SourceUnit } from "./source-units.ts";
import { espiQuality, flowName, isRegister, notUnitOfMeasure, periodMinutes, unitOfMeasure, worse } from "./uom.ts";
import { XmlScanner, type XmlHandler, type XmlTag } from "./xml.ts";

/** Readings held for a reading type that comes later: as many as 100 MB of them are, in the memory that a Worker has. */
const HELD_MAX = 600_000;

/** Meter readings and reading types of one document. */
const RESOURCES_MAX = 200_000;

const CONTAINERS = ["entry", "link", "UsagePoint", "MeterReading", "ReadingType", "IntervalBlock", "interval", "IntervalReading", "timePeriod"] as const;
const LEAVES = ["duration", "start", "value", "quality", "uom", "powerOfTenMultiplier", "flowDirection", "accumulationBehaviour", "intervalLength", "timeAttribute", "kind", "defaultQuality"] as const;
const NAMES = [...CONTAINERS, ...LEAVES];

const number = (name: (typeof NAMES)[number]): number => NAMES.indexOf(name) + 1;
const ENTRY = number("entry");
const LINK = number("link");
const USAGE_POINT = number("UsagePoint");
const METER_READING = number("MeterReading");
const READING_TYPE = number("ReadingType");
const INTERVAL_BLOCK = number("IntervalBlock");
const INTERVAL = number("interval");
const INTERVAL_READING = number("IntervalReading");
const DURATION = number("duration");
const START = number("start");
const VALUE = number("value");
const QUALITY = number("quality");
const KIND = number("kind");

/** Which element the leaves being read belong to. */
const OUTSIDE = 0;

/** A reading type as it stands in the document. */
type TypeFields = Record<string, string>;

interface ReadingType {
  readonly unit: SourceUnit | null;
  readonly uom: string;
  readonly power: number;
  readonly kind: "register" | "interval";
  readonly flow: string | null;
  readonly lengthMs: number | null;
  readonly quality: string;
}

/** The readings of one entry, column by column. */
class Readings {
  readonly starts: number[] = [];
  /** Milliseconds; negative: the reading has no period of its own and is the −nth of its block. */
  readonly durations: number[] = [];
  readonly values: string[] = [];
  readonly qualities: string[] = [];
  readonly lines: number[] = [];
  meterReading = "";
}

export class EspiParser implements ReadsParser, XmlHandler {
  readonly #sink: ReadSink;
  readonly #scanner: XmlScanner;
  readonly #types = new Map<string, ReadingType>();
  /** By path of the meter reading, the key of its reading type. */
  readonly #typeOf = new Map<string, string>();
  #held: Readings[] = [];
  #heldCount = 0;
  #services = new Set<string>();
  #dead = false;

  #element = OUTSIDE;
  #line = 0;
  #self = "";
  #ups: string[] = [];
  #related: string[] = [];
  #content = OUTSIDE;
  #fields: TypeFields = {};
  #readings = new Readings();
  #blockStart = Number.NaN;
  #indexInBlock = 0;
  #start = Number.NaN;
  #duration = Number.NaN;
  #value: string | null = null;
  #quality = "";
  #startText = "";

  constructor(sink: ReadSink, _context: FileContext) {
    this.#sink = sink;
    this.#scanner = new XmlScanner({ names: NAMES, leaves: LEAVES, foreign: (namespace) => !/espi|atom|naesb/i.test(namespace) }, this);
  }

  push(text: string): void {
    if (!this.#dead) this.#scanner.push(text);
  }

  end(): void {
    if (!this.#dead) this.#scanner.end();
    if (this.#readings.values.length > 0) this.#closeEntry();
    this.#settleRest();
  }

  malformed(line: number, reason: string): void {
    this.#dead = true;
    this.#sink.refuse({ line, kind: "unreadable", reason: `the XML is not well formed: ${reason}` });
  }

  open(name: number, tag: XmlTag): void {
    switch (name) {
      case INTERVAL_READING:
        this.#element = INTERVAL_READING;
        this.#line = tag.line;
        this.#start = Number.NaN;
        this.#duration = Number.NaN;
        this.#startText = "";
        this.#value = null;
        this.#quality = "";
        return;
      case INTERVAL_BLOCK:
        this.#content = INTERVAL_BLOCK;
        this.#element = OUTSIDE;
        this.#blockStart = Number.NaN;
        this.#indexInBlock = 0;
        return;
      case INTERVAL:
        if (this.#content === INTERVAL_BLOCK) this.#element = INTERVAL;
        return;
      case LINK:
        this.#link(tag);
        return;
      case ENTRY:
        this.#self = "";
        this.#ups = [];
        this.#related = [];
        this.#content = OUTSIDE;
        return;
      case READING_TYPE:
        this.#fields = {};
        this.#content = this.#element = name;
        return;
      case USAGE_POINT:
      case METER_READING:
        this.#content = this.#element = name;
    }
  }

  close(name: number): void {
    if (name === INTERVAL_READING) this.#closeReading();
    else if (name === ENTRY) this.#closeEntry();
    if (name === this.#element) this.#element = OUTSIDE;
  }

  leaf(name: number, text: string): void {
    if (this.#element === INTERVAL_READING) {
      if (name === VALUE) this.#value = text;
      else if (name === START) this.#start = this.#seconds(text);
      else if (name === DURATION) this.#duration = this.#seconds(text);
      else if (name === QUALITY) this.#quality = worstFlag(this.#quality, text.trim());
    } else if (this.#element === INTERVAL) {
      if (name === START) this.#blockStart = this.#seconds(text);
    } else if (this.#element === READING_TYPE) this.#fields[NAMES[name - 1]!] = text.trim();
    else if (this.#element === USAGE_POINT && name === KIND) this.#services.add(text.trim());
  }

  /** Epoch seconds as milliseconds; some exports have fractions. */
  #seconds(text: string): number {
    const whole = wholeNumber(text);
    if (whole >= 0) return whole * 1000;
    const trimmed = text.trim();
    if (/^-?\d{1,11}(?:\.\d{1,9})?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000);
    this.#startText = trimmed || "nothing";
    return Number.NaN;
  }

  #link(tag: XmlTag): void {
    const path = pathOf(tag.attribute("href") ?? "");
    const relation = tag.attribute("rel");
    if (relation === "self") this.#self = path;
    else if (relation === "up") this.#ups.push(path);
    else if (relation === "related") this.#related.push(path);
  }

  #closeReading(): void {
    const line = this.#line;
    const index = this.#indexInBlock++;
    if (this.#startText !== "") return this.#refuse(line, `${quoted(this.#startText)} is not a time in seconds`);
    if (this.#value === null || this.#value.trim() === "") return this.#sink.refuse({ line, kind: "no-read", reason: "the reading has no value" });
    const ownPeriod = !Number.isNaN(this.#start);
    if (!ownPeriod && Number.isNaN(this.#blockStart)) return this.#refuse(line, "neither the reading nor its block says when it was");
    const { starts, durations, values, qualities, lines } = this.#readings;
    starts.push(ownPeriod ? this.#start : this.#blockStart);
    durations.push(ownPeriod ? (Number.isNaN(this.#duration) ? 0 : this.#duration) : -(index + 1));
    values.push(this.#value);
    qualities.push(this.#quality);
    lines.push(line);
    if (values.length + this.#heldCount > HELD_MAX) this.#giveUp(line);
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #giveUp(line: number): void {
    this.#dead = true;
    this.#readings = new Readings();
    this.#held = [];
    this.#sink.refuse({ line, kind: "unreadable", reason: `more than ${HELD_MAX} readings come before the reading type that gives their unit` });
  }

  #closeEntry(): void {
    if (this.#content === READING_TYPE) this.#addType();
    else if (this.#content === METER_READING) this.#addMeterReading();
    if (this.#readings.values.length === 0) return;
    const readings = this.#readings;
    this.#readings = new Readings();
    readings.meterReading = meterReadingOf([this.#self, ...this.#ups]);
    if (!this.#settle(readings)) {
      this.#held.push(readings);
      this.#heldCount += readings.values.length;
    }
  }

  #addType(): void {
    if (this.#types.size < RESOURCES_MAX) this.#types.set(typeKey(this.#self) || `#${this.#types.size}`, readingType(this.#fields));
    this.#settleHeld();
  }

  #addMeterReading(): void {
    const type = this.#related.map(typeKey).find((key) => key !== "");
    if (type === undefined || this.#typeOf.size >= RESOURCES_MAX) return;
    this.#typeOf.set(this.#self, type);
    this.#settleHeld();
  }

  #settleHeld(): void {
    if (this.#held.length === 0) return;
    this.#held = this.#held.filter((readings) => !this.#settle(readings));
    this.#heldCount = this.#held.reduce((sum, { values }) => sum + values.length, 0);
  }

  /** Gives the readings to the sink when their type is known. */
  #settle(readings: Readings): boolean {
    const key = this.#typeOf.get(readings.meterReading);
    const type = key === undefined ? undefined : this.#types.get(key);
    if (type === undefined) return false;
    this.#give(readings, type);
    return true;
  }

  /** What is held when the document ends belongs to its only reading type, or to none. */
  #settleRest(): void {
    const types = [...this.#types.values()];
    const held = this.#held;
    this.#held = [];
    const byTail: ReadonlyMap<string, string> = held.length === 0 ? new Map() : this.#keysByTail();
    for (const readings of held) {
      const type = types.length === 1 ? types[0] : this.#types.get(byTail.get(tailOf(readings.meterReading)) ?? "");
      if (type !== undefined) this.#give(readings, type);
      else this.#refuse(readings.lines[0]!, `${readings.values.length} readings belong to ${types.length === 0 ? "a reading type that is not in the document" : "one of several reading types, and no link says which"}; their unit is unknown`);
    }
  }

  /**
   * The key of the reading type by usage point and meter reading, for senders that write one link as `/espi/1_1/resource/…`
   * and another without. Two meter readings that end alike are told apart by nothing: neither is found.
   */
  #keysByTail(): ReadonlyMap<string, string> {
    const keys = new Map<string, string>();
    for (const [path, key] of this.#typeOf) {
      const tail = tailOf(path);
      keys.set(tail, tail === "" || keys.has(tail) ? "" : key);
    }
    return keys;
  }

  #give(readings: Readings, given: ReadingType): void {
    const type = this.#completed(given);
    const { meter, id } = namesOf(readings.meterReading);
    if (meter === "") return this.#refuse(readings.lines[0]!, `${readings.values.length} readings belong to no usage point: no link says which meter they are of`);
    if (meter.length > METER_MAX) return this.#refuse(readings.lines[0]!, `${quoted(meter)} is too long for a usage point's name`);
    if (type.unit === null) return this.#refuse(readings.lines[0]!, `${readings.values.length} readings: ${notUnitOfMeasure(type.uom)}`);
    const { unit, power } = type.unit;
    const channel = type.flow ?? id;
    const qualityOf = new Map<string, Quality>();
    for (let i = 0; i < readings.values.length; i++) {
      const line = readings.lines[i]!;
      const span = spanOf(readings.starts[i]!, readings.durations[i]!, type);
      if (span === null) {
        this.#refuse(line, "neither the reading nor its type says how long the interval is");
        continue;
      }
      const raw = readings.values[i]!;
      const plain = plainDecimal(raw);
      const value = plain === null ? null : shifted(plain, power + type.power);
      if (value === null) {
        this.#refuse(line, notDecimal(raw));
        continue;
      }
      const flag = readings.qualities[i]! || type.quality;
      let quality = qualityOf.get(flag);
      if (quality === undefined) qualityOf.set(flag, (quality = espiQuality(flag)));
      this.#sink.read({ meter, channel, unit, kind: type.kind, start: type.kind === "register" ? span.end : span.start, end: span.end, value, quality, flag: flag || null, line });
    }
  }

  /**
   * A gas company's export leaves the reading type and the service quite empty; it means thousandths of a therm. A therm
   * can only ever be stored with a gas meter, so that the assumption cannot reach another.
   */
  #completed(type: ReadingType): ReadingType {
    const otherService = [...this.#services].some((kind) => kind !== "" && kind !== "1");
    if (type.uom !== "" || type.power !== 0 || otherService) return type;
    return { ...type, unit: { unit: "therm", power: -3, factor: "1" } };
  }
}

function readingType(fields: TypeFields): ReadingType {
  const uom = fields["uom"] ?? "";
  const power = Number(fields["powerOfTenMultiplier"] || 0);
  const seconds = Number(fields["intervalLength"] || 0);
  const minutes = periodMinutes(fields["timeAttribute"] ?? "");
  return {
    unit: Number.isInteger(power) && Math.abs(power) <= 12 ? unitOfMeasure(uom) : null,
    uom,
    power,
    kind: isRegister(fields["accumulationBehaviour"] ?? "") ? "register" : "interval",
    flow: flowName(fields["flowDirection"] ?? ""),
    lengthMs: seconds > 0 ? seconds * 1000 : minutes === null ? null : minutes * 60_000,
    quality: fields["defaultQuality"] ?? "",
  };
}

function spanOf(start: Instant, duration: number, { kind, lengthMs }: ReadingType): { start: Instant; end: Instant } | null {
  if (duration > 0 || (duration === 0 && kind === "register")) return { start, end: start + duration };
  if (lengthMs === null) return null;
  const from = duration < 0 ? start + (-duration - 1) * lengthMs : start;
  return { start: from, end: from + lengthMs };
}

/** Up to eleven digits as a number, -1 when the text is anything else. */
function wholeNumber(text: string): number {
  const length = text.length;
  if (length === 0 || length > 11) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The path of a link without scheme, host, query and outer slashes. */
function pathOf(href: string): string {
  return href.trim().replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/[?#].*$/, "").replace(/^\/+|\/+$/g, "");
}

function typeKey(path: string): string {
  const at = path.lastIndexOf("ReadingType/");
  return at < 0 ? "" : path.slice(at);
}

/** The meter reading to which interval blocks belong, from their own link or the one above. */
function meterReadingOf(paths: readonly string[]): string {
  for (const path of paths) {
    const at = path.indexOf("/IntervalBlock");
    if (at >= 0 && path.includes("MeterReading/")) return path.slice(0, at);
  }
  return "";
}

function tailOf(path: string): string {
  return /(?:^|\/)(UsagePoint\/[^/]+\/MeterReading\/[^/]+)/.exec(path)?.[1] ?? "";
}

/** `User/9b6c/UsagePoint/01/MeterReading/05` is meter reading 05 of usage point 01 of 9b6c: 01 alone is there for each customer. */
function namesOf(path: string): { meter: string; id: string | null } {
  const point = /(?:^|\/)UsagePoint\/([^/]+)/.exec(path)?.[1];
  const owner = /(?:^|\/)(?:RetailCustomer|Customer|User|BillingAccount|CustomerAccount)\/([^/]+)\/(?:.*\/)?UsagePoint\//.exec(path)?.[1];
  const id = /(?:^|\/)MeterReading\/([^/]+)/.exec(path)?.[1] ?? null;
  if (point === undefined) return { meter: "", id };
  return { meter: owner === undefined ? point : `${owner}/${point}`, id };
}

function worstFlag(a: string, b: string): string {
  if (a === "") return b;
  return worse(espiQuality(a), espiQuality(b)) === espiQuality(a) ? a : b;
}
