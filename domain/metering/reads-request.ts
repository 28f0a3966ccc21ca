/**
 * The batch of reads that a gateway posts:
 *
 *   { "reads": [
 *     { "meter": "W100234", "kind": "register", "unit": "gal", "at": "2026-03-08T00:00:00-06:00", "value": 120345 },
 *     { "meter": "E200017", "kind": "interval", "unit": "kWh", "start": "2026-03-08T00:00:00-06:00", "stepMinutes": 15,
 *       "values": [0.125, null, "0.130"], "quality": "actual", "channel": "1" } ] }
 *
 * `meter` is the number on the meter's face. `channel` is needed only where a meter has several of the kind. Values may be
 * numbers or decimal text; `null` is an interval without a value. An interval read may cover several days. A read may say
 * what the meter says beside it (conditions-request.ts), and `events` say it without a read:
 *
 *   "events": [{ "meter": "W100234", "at": "2026-03-08T02:11:00-06:00", "conditions": [{ "kind": "tamper", "says": "cut wire" }] }]
 *
 * The whole batch is checked before any of it is used; written out by hand because a batch is up to 10,000 reads.
 */
import { MINUTE_MS, type Instant } from "../calendar/zone.ts";
import { QUALITIES, type Quality } from "./channel.ts";
import type { Condition, MeterEvent, Told } from "./conditions.ts";
import { CONDITION_FIELDS, parseConditions } from "./conditions-request.ts";
import { INSTANT_HELP, parseInstant } from "./instant-text.ts";
import { MISSING, STEPS_MINUTES } from "./packed-day.ts";
import { INTERVAL_MAX, INTERVAL_MIN, parseMilli, unitOf, UNIT_NAMES, type Milli, type Unit } from "./units.ts";

interface ReadingHead {
  /** Position in the batch. */
  readonly index: number;
  readonly meter: string;
  readonly channel: string | null;
  readonly unit: Unit;
  readonly quality: Quality;
  /** The channel goes by the head-end's own name, as in files, which need not be ours. */
  readonly foreign?: boolean;
  /** What the values are to be multiplied by, as the source has it: decimal text. Absent: it does not say. */
  readonly multiplier?: string | undefined;
  /** What the source said of the meter beside these values; absent: nothing. */
  readonly told?: readonly Told[] | undefined;
}

export interface RegisterReading extends ReadingHead {
  readonly kind: "register";
  readonly at: Instant;
  /** Thousandths of `unit`. */
  readonly value: Milli;
}

export interface IntervalReading extends ReadingHead {
  readonly kind: "interval";
  readonly start: Instant;
  readonly stepMinutes: number;
  /** Thousandths of `unit`, one a step from `start`; `MISSING` where there is none. */
  readonly values: Int32Array;
}

/** One read as a head-end gave it, whatever the format it came in. */
export type Reading = RegisterReading | IntervalReading;

export interface RequestError {
  /** Where, e.g. `reads[3].value`. */
  readonly path: string;
  readonly message: string;
}

export type ReadsRequest = { readonly ok: true; readonly reads: readonly Reading[]; readonly events: readonly MeterEvent[] } | { readonly ok: false; readonly errors: readonly RequestError[] };

/** Reads in one request: a batch is checked, validated and committed as one, within a second. */
export const READS_MAX = 10_000;

/** Values of one interval read: a 31-day month of five-minute intervals, and the hour more of a day whose clocks go back. */
export const VALUES_MAX = 31 * 288 + 12;

/** Errors listed in one answer; a broken sender breaks every read, and a thousand equal lines help nobody. */
export const ERRORS_MAX = 100;

const BADGE_LENGTH_MAX = 64;
const HEAD_FIELDS = ["meter", "channel", "unit", "kind", "quality", "multiplier", ...CONDITION_FIELDS];
const EVENT_FIELDS = new Set(["meter", "at", ...CONDITION_FIELDS]);
const REGISTER_FIELDS = new Set([...HEAD_FIELDS, "at", "value"]);
const INTERVAL_FIELDS = new Set([...HEAD_FIELDS, "start", "stepMinutes", "values"]);
const UNIT_LIST = UNIT_NAMES.join(", ");
const STEP_LIST = STEPS_MINUTES.join(", ");

/**
 * Checks a posted body (already parsed from JSON) as a whole.
 * Errors: every field that is wrong with its path, at most `ERRORS_MAX`; then nothing of the batch is to be used.
 */
export function parseReadsRequest(body: unknown): ReadsRequest {
  const errors: RequestError[] = [];
  if (!isRecord(body)) return { ok: false, errors: [{ path: "", message: "the body must be an object with a list `reads`" }] };
  const told = body["events"] ?? [];
  const list = body["reads"] ?? (body["events"] === undefined ? undefined : []);
  if (!Array.isArray(list)) return { ok: false, errors: [{ path: "reads", message: "must be a list of reads" }] };
  if (!Array.isArray(told) || told.length > READS_MAX) return { ok: false, errors: [{ path: "events", message: `must be a list of at most ${READS_MAX} events, or be left out` }] };
  if (list.length + told.length === 0) return { ok: false, errors: [{ path: "reads", message: "must have at least one read" }] };
  if (list.length > READS_MAX) return { ok: false, errors: [{ path: "reads", message: `has ${list.length} reads; post at most ${READS_MAX} in one request` }] };
  for (const field in body) if (field !== "reads" && field !== "events") errors.push({ path: field, message: "is not a field of a batch of reads" });

  const reads: Reading[] = [];
  for (let index = 0; index < list.length && errors.length < ERRORS_MAX; index++) {
    const read = parseRead(list[index], index, errors);
    if (read !== null) reads.push(read);
  }
  const events: MeterEvent[] = [];
  for (let index = 0; index < told.length && errors.length < ERRORS_MAX; index++) {
    const event = parseEvent(told[index], index, errors);
    if (event !== null) events.push(event);
  }
  return errors.length > 0 ? { ok: false, errors: errors.slice(0, ERRORS_MAX) } : { ok: true, reads, events };
}

function parseEvent(item: unknown, index: number, errors: RequestError[]): MeterEvent | null {
  const before = errors.length;
  const fail = (field: string, message: string) => void errors.push({ path: `events[${index}]${field && `.${field}`}`, message });
  if (!isRecord(item)) {
    fail("", "must be an object");
    return null;
  }
  const { meter } = item;
  if (!isBadge(meter)) fail("meter", BADGE_HELP);
  const at = parseInstant(item["at"]);
  if (at === null) fail("at", INSTANT_HELP);
  for (const field in item) if (!EVENT_FIELDS.has(field)) fail(field, "is not a field of an event");
  const conditions = parseConditions(item, fail);
  if (conditions === undefined && errors.length === before) fail("conditions", "must say at least one thing");
  return errors.length === before ? { meter: meter as string, conditions: conditions!, from: at!, to: at!, line: 0 } : null;
}

const BADGE_HELP = "must be the meter's number as text";

function isBadge(meter: unknown): meter is string {
  return typeof meter === "string" && meter.trim() !== "" && meter.length <= BADGE_LENGTH_MAX && meter.isWellFormed();
}

function parseRead(item: unknown, index: number, errors: RequestError[]): Reading | null {
  const before = errors.length;
  const fail = (field: string, message: string) => void errors.push({ path: `reads[${index}]${field && `.${field}`}`, message });
  if (!isRecord(item)) {
    fail("", "must be an object");
    return null;
  }
  const { meter, channel = null, kind } = item;
  if (!isBadge(meter)) fail("meter", BADGE_HELP);
  if (channel !== null && (typeof channel !== "string" || channel === "" || !channel.isWellFormed())) fail("channel", "must be the channel's name as text, or be left out");
  const unit = typeof item["unit"] === "string" ? unitOf(item["unit"]) : null;
  if (unit === null) fail("unit", `must be one of ${UNIT_LIST}`);
  const quality = parseQuality(item["quality"]);
  if (quality === null) fail("quality", `must be one of ${QUALITIES.join(", ")}, or be left out`);
  if (kind !== "register" && kind !== "interval") {
    fail("kind", 'must be "register" or "interval"');
    return null;
  }
  const fields = kind === "register" ? REGISTER_FIELDS : INTERVAL_FIELDS;
  for (const field in item) if (!fields.has(field)) fail(field, `is not a field of ${kind === "register" ? "a register" : "an interval"} read`);

  const multiplier = item["multiplier"] ?? null;
  if (multiplier !== null && !isMultiplier(multiplier)) fail("multiplier", 'must be a decimal number above zero, such as "40", or be left out');
  const head = { index, meter: meter as string, channel: channel as string | null, unit: unit as Unit, quality: quality as Quality, ...(multiplier !== null && { multiplier: String(multiplier) }) };
  const read = kind === "register" ? parseRegister(item, head, fail) : parseInterval(item, head, fail);
  const conditions = parseConditions(item, fail);
  if (errors.length > before) return null;
  return conditions === undefined ? read : { ...read, told: [toldOf(read, conditions)] };
}

/** As many digits as a current and a voltage transformer together need. */
const MULTIPLIER = /^\d{1,7}(?:\.\d{1,6})?$/;

function isMultiplier(value: unknown): boolean {
  return (typeof value === "number" || typeof value === "string") && MULTIPLIER.test(String(value)) && Number(value) > 0;
}

function toldOf(read: Reading, conditions: readonly Condition[]): Told {
  if (read.kind === "register") return { conditions, from: read.at, to: read.at, line: 0 };
  return { conditions, from: read.start, to: read.start + read.values.length * read.stepMinutes * MINUTE_MS, line: 0 };
}

type Fail = (field: string, message: string) => void;

function parseRegister(item: Record<string, unknown>, head: ReadingHead, fail: Fail): RegisterReading {
  const at = parseInstant(item["at"]);
  if (at === null) fail("at", INSTANT_HELP);
  const value = valueOf(item["value"]);
  if (value === null) fail("value", "must be a decimal number");
  return { ...head, kind: "register", at: at ?? 0, value: value ?? 0 };
}

function parseInterval(item: Record<string, unknown>, head: ReadingHead, fail: Fail): IntervalReading {
  const start = parseInstant(item["start"]);
  if (start === null) fail("start", INSTANT_HELP);
  const stepMinutes = item["stepMinutes"];
  const knownStep = typeof stepMinutes === "number" && STEPS_MINUTES.includes(stepMinutes);
  if (!knownStep) fail("stepMinutes", `must be one of ${STEP_LIST}`);
  return { ...head, kind: "interval", start: start ?? 0, stepMinutes: knownStep ? stepMinutes : 0, values: parseValues(item["values"], fail) };
}

function parseValues(list: unknown, fail: Fail): Int32Array {
  if (!Array.isArray(list) || list.length === 0 || list.length > VALUES_MAX) {
    fail("values", `must be a list of 1 to ${VALUES_MAX} values`);
    return new Int32Array(0);
  }
  const values = new Int32Array(list.length);
  let filled = 0;
  for (let i = 0; i < list.length; i++) {
    if (list[i] === null) {
      values[i] = MISSING;
      continue;
    }
    const value = valueOf(list[i]);
    if (value === null) return rejectValue(i, "must be a decimal number or null", values, fail);
    if (value > INTERVAL_MAX || value < INTERVAL_MIN) return rejectValue(i, `must be between ${INTERVAL_MIN / 1000} and ${INTERVAL_MAX / 1000}`, values, fail);
    values[i] = value;
    filled++;
  }
  if (filled === 0) fail("values", "has no value at all");
  return values;
}

function rejectValue(i: number, message: string, values: Int32Array, fail: Fail): Int32Array {
  fail(`values[${i}]`, message);
  return values;
}

function valueOf(value: unknown): Milli | null {
  return typeof value === "number" || typeof value === "string" ? parseMilli(value) : null;
}

function parseQuality(value: unknown): Quality | null {
  if (value === undefined || value === null) return "actual";
  return QUALITIES.includes(value as Quality) ? (value as Quality) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
