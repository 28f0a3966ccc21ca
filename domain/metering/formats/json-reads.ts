/**
 * Our own JSON: the batch that gateways post, `{"reads": [...]}`, a plain list of its reads, reads one a line, and the
 * canonical reads that the `reads` command prints; `events` of a batch, what was said of a meter without a value. Each read is taken out of the text and parsed for itself, so that a
 * file of any size needs no more memory than its longest read. Layout: docs/formats/meterline-json.md.
 */
import { MINUTE_MS } from "../../calendar/zone.ts";
import { QUALITIES, type Quality } from "../channel.ts";
import type { Condition } from "../conditions.ts";
import { parseConditions } from "../conditions-request.ts";
import { parseInstant } from "../instant-text.ts";
import { parseReadsRequest } from "../reads-request.ts";
import { unitOf } from "../units.ts";
import { notDecimal, plainDecimal, quoted } from "./decimal.ts";
import { METER_MAX, type FileContext, type ReadSink, type ReadsParser } from "./read.ts";

/** Text of one read: a month of five-minute values is a tenth of this. */
const READ_TEXT_MAX = 1_048_576;

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const NEWLINE = 10;

/** Where in the document the scanner is. */
const PLACE = { top: 0, batch: 1, list: 2, after: 3 } as const;
type Place = (typeof PLACE)[keyof typeof PLACE];

export class JsonReadsParser implements ReadsParser {
  readonly #sink: ReadSink;
  #text = "";
  #at = 0;
  #line = 1;
  #place: Place = PLACE.top;
  /** The batch object around the list, as far as it was read: shown to be well formed in the end. */
  #inBatch = false;
  #values = 0;
  #dead = false;

  constructor(sink: ReadSink, _context: FileContext) {
    this.#sink = sink;
  }

  push(piece: string): void {
    if (this.#dead) return;
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + piece : piece;
    this.#at = 0;
    this.#scan(false);
    if (!this.#dead && this.#text.length - this.#at > READ_TEXT_MAX) this.#fail(`one read is longer than ${READ_TEXT_MAX} characters`);
  }

  end(): void {
    if (this.#dead) return;
    this.#scan(true);
    if (this.#dead) return;
    if (this.#at < this.#text.length || this.#place === PLACE.list || this.#inBatch) this.#fail("the JSON ends in the middle");
    else if (this.#values === 0 && this.#place !== PLACE.after) this.#fail('there is no list "reads"');
  }

  #fail(reason: string): void {
    this.#dead = true;
    this.#sink.refuse({ line: this.#line, kind: "unreadable", reason });
    this.#text = "";
    this.#at = 0;
  }

  /** Takes out every value that is there to its end. */
  #scan(last: boolean): void {
    while (!this.#dead) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) return;
      const before = this.#at;
      if (this.#place === PLACE.list) this.#listItem();
      else if (this.#place === PLACE.batch) this.#batchMember(last);
      else this.#topValue();
      if (this.#at === before) return;
    }
  }

  #skipBlank(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === NEWLINE) this.#line++;
      else if (code !== 32 && code !== 13 && code !== 9) return;
    }
  }

  #topValue(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === OPEN_BRACKET && this.#values === 0 && this.#place === PLACE.top) {
      this.#at++;
      this.#place = PLACE.list;
      return;
    }
    if (code !== OPEN_BRACE || this.#place === PLACE.after) return this.#fail(this.#place === PLACE.after ? "there is something after the end of the JSON" : "expected an object");
    if (this.#values === 0) {
      const batch = holdsReads(this.#text, this.#at);
      if (batch === null) return;
      if (batch) {
        this.#at++;
        this.#inBatch = true;
        this.#place = PLACE.batch;
        return;
      }
    }
    const end = valueEnd(this.#text, this.#at);
    if (end >= 0) this.#take(end);
  }

  /** A name and its value in the batch object; the list of reads is entered, the rest passed over. */
  #batchMember(last: boolean): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === CLOSE_BRACE) {
      this.#at++;
      this.#inBatch = false;
      this.#place = PLACE.after;
      return;
    }
    if (code === 44) {
      this.#at++;
      return;
    }
    const name = memberName(this.#text, this.#at);
    if (name === null) {
      if (last || this.#text.length - this.#at >= NAME_MAX) this.#fail("expected a name and its value");
      return;
    }
    const valueAt = this.#at + name[0].length;
    if (valueAt >= this.#text.length) return;
    if (name[1] === "reads" || name[1] === "events") {
      if (this.#text.charCodeAt(valueAt) !== OPEN_BRACKET) return this.#fail(`"${name[1]}" must be a list`);
      this.#countLines(valueAt + 1);
      this.#place = PLACE.list;
      return;
    }
    const end = valueEnd(this.#text, valueAt);
    if (end >= 0) this.#countLines(end);
  }

  #listItem(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === CLOSE_BRACKET) {
      this.#at++;
      this.#place = this.#inBatch ? PLACE.batch : PLACE.after;
    } else if (code === 44) this.#at++;
    else if (code === OPEN_BRACE) {
      const end = valueEnd(this.#text, this.#at);
      if (end >= 0) this.#take(end);
    } else this.#fail("a list of reads holds objects only");
  }

  #countLines(to: number): void {
    for (let at = this.#text.indexOf("\n", this.#at); at >= 0 && at < to; at = this.#text.indexOf("\n", at + 1)) this.#line++;
    this.#at = to;
  }

  #take(end: number): void {
    const line = this.#line;
    const text = this.#text.slice(this.#at, end);
    this.#countLines(end);
    this.#values++;
    let item: unknown;
    try {
      item = JSON.parse(text);
    } catch {
      return this.#refuse(line, "the read is not well-formed JSON");
    }
    // A document of something else is not a file of reads of which each was refused.
    if (this.#values === 1 && !this.#inBatch && !("meter" in (item as object))) return this.#fail("the JSON holds no reads: its first object has no meter");
    this.#read(item as Record<string, unknown>, line);
  }

  #refuse(line: number, reason: string): void {
    this.#sink.refuse({ line, kind: "refused", reason });
  }

  #read(item: Record<string, unknown>, line: number): void {
    if ("end" in item && "value" in item) return this.#canonical(item, line);
    const alone = !("kind" in item) && "at" in item && !("value" in item);
    const request = parseReadsRequest(alone ? { events: [item] } : { reads: [item] });
    if (!request.ok) return this.#refuse(line, request.errors.map(({ path, message }) => `${path.replace(/^(?:reads|events)\[0\]\.?/, "") || (alone ? "the event" : "the read")} ${message}`).join("; "));
    if (alone) return this.#sink.event?.({ ...request.events[0]!, line });
    const read = request.reads[0]!;
    const head = { meter: read.meter, channel: read.channel, unit: read.unit, quality: read.quality, flag: typeof item["quality"] === "string" ? item["quality"] : null, line, conditions: read.told?.[0]!.conditions };
    if (read.kind === "register") {
      this.#sink.read({ ...head, kind: "register", start: read.at, end: read.at, value: exact(item["value"]) });
      return;
    }
    let missing = 0;
    (item["values"] as unknown[]).forEach((value, i) => {
      const start = read.start + i * read.stepMinutes * MINUTE_MS;
      if (value === null) missing++;
      else this.#sink.read({ ...head, kind: "interval", start, end: start + read.stepMinutes * MINUTE_MS, value: exact(value) });
    });
    if (missing > 0) this.#sink.refuse({ line, kind: "no-read", reason: `meter ${read.meter}: ${missing} of ${read.values.length} intervals have no value` });
  }

  /** What a read says beside its value; null where that cannot be used, which has been told. */
  #conditions(item: Record<string, unknown>, line: number): readonly Condition[] | undefined | null {
    const wrong: string[] = [];
    const conditions = parseConditions(item, (field, message) => wrong.push(`${field} ${message}`));
    if (wrong.length === 0) return conditions;
    this.#refuse(line, wrong.join("; "));
    return null;
  }

  /** What the `reads` command prints. */
  #canonical(item: Record<string, unknown>, line: number): void {
    const { meter, channel = null, kind } = item;
    const unit = typeof item["unit"] === "string" ? unitOf(item["unit"]) : null;
    const start = parseInstant(item["start"]);
    const end = parseInstant(item["end"]);
    const quality = (item["quality"] ?? "actual") as Quality;
    const value = typeof item["value"] === "string" || typeof item["value"] === "number" ? plainDecimal(String(item["value"])) : null;
    if (typeof meter !== "string" || meter === "" || meter.length > METER_MAX) return this.#refuse(line, "meter must be the meter's number as text");
    if (channel !== null && typeof channel !== "string") return this.#refuse(line, "channel must be text or null");
    if (unit === null) return this.#refuse(line, "unit is not one that is counted here");
    if (kind !== "register" && kind !== "interval") return this.#refuse(line, 'kind must be "register" or "interval"');
    if (start === null || end === null) return this.#refuse(line, "start and end must be instants with an offset");
    if (kind === "register" ? start !== end : start >= end) return this.#refuse(line, kind === "register" ? "a register is read at one instant" : "the interval ends before it begins");
    if (!QUALITIES.includes(quality)) return this.#refuse(line, `quality ${quoted(String(quality))} is not one of ${QUALITIES.join(", ")}`);
    if (value === null) return this.#refuse(line, notDecimal(String(item["value"] ?? "")));
    const conditions = this.#conditions(item, line);
    if (conditions === null) return;
    this.#sink.read({ meter, channel, unit, kind, start, end, value, quality, flag: typeof item["flag"] === "string" ? item["flag"] : null, line, conditions });
  }
}

/** Characters of a member's name. */
const NAME_MAX = 1024;

function memberName(text: string, at: number): RegExpExecArray | null {
  return /^"((?:[^"\\]|\\.)*)"\s*:\s*/.exec(text.slice(at, at + NAME_MAX));
}

/** Whether the object has a member "reads"; null while that does not show. A read has none, and its members are few. */
function holdsReads(text: string, from: number): boolean | null {
  let at = from + 1;
  for (;;) {
    while (at < text.length && " \t\r\n,".includes(text.charAt(at))) at++;
    if (at >= text.length) return null;
    if (text.charCodeAt(at) !== QUOTE) return false;
    const name = memberName(text, at);
    if (name === null) return text.length - at >= NAME_MAX ? false : null;
    if (name[1] === "reads" || name[1] === "events") return true;
    const end = valueEnd(text, at + name[0].length);
    if (end < 0) return null;
    at = end;
  }
}

/** A value that has passed the checks of a batch, with all its digits. */
function exact(value: unknown): string {
  return plainDecimal(String(value)) ?? "0";
}

/** Position after the object, list, string or plain value that begins at `from`; -1 when its end is not there yet. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (code === 44 && depth === 0) return at;
  }
  return -1;
}

/** Position of the quote that closes the string opened at `from`, or -1. */
function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}
