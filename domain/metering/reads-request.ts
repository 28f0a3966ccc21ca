/**
 * The batch of reads that a gateway posts:
 *
 *   { "reads": [
 *     { "meter": "W100234", "kind": "register", "unit": "gal", "at": "2026-03-08T00:00:00-06:00", "value": 120345 },
 *     { "meter": "E200017", "kind": "interval", "unit": "kWh", "start": "2026-03-08T00:00:00-06:00", "stepMinutes": 15,
 *       "values": [0.125, null, "0.130"], "quality": "actual", "channel": "1" } ] }
 *
 * `meter` is the number on the meter's face. `channel` is needed only where a meter has several of the kind. Values may be
 * numbers or decimal text; `null` is an interval without a value. An interval read may cover several days.
 * The whole batch is checked before any of it is used; written out by hand because a batch is up to 10,000 reads.
 */
import { MINUTE_MS, type Instant } from "../calendar/zone.ts";
import { QUALITIES, type Quality } from "./channel.ts";
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

export type ReadsRequest = { readonly ok: true; readonly reads: readonly Reading[] } | { readonly ok: false; readonly errors: readonly RequestError[] };

/** Reads in one request: a batch is checked, validated and committed as one, within a second. */
export const READS_MAX = 10_000;

/** Values of one interval read: a 31-day month of five-minute intervals, and the hour more of a day whose clocks go back. */
export const VALUES_MAX = 31 * 288 + 12;

/** Errors listed in one answer; a broken sender breaks every read, and a thousand equal lines help nobody. */
export const ERRORS_MAX = 100;

const BADGE_LENGTH_MAX = 64;
const HEAD_FIELDS = ["meter", "channel", "unit", "kind", "quality"];
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
  const list = body["reads"];
  if (!Array.isArray(list)) return { ok: false, errors: [{ path: "reads", message: "must be a list of reads" }] };
  if (list.length === 0) return { ok: false, errors: [{ path: "reads", message: "must have at least one read" }] };
  if (list.length > READS_MAX) return { ok: false, errors: [{ path: "reads", message: `has ${list.length} reads; post at most ${READS_MAX} in one request` }] };
  for (const field in body) if (field !== "reads") errors.push({ path: field, message: "is not a field of a batch of reads" });

  const reads: Reading[] = [];
  for (let index = 0; index < list.length && errors.length < ERRORS_MAX; index++) {
    const read = parseRead(list[index], index, errors);
    if (read !== null) reads.push(read);
  }
  return errors.length > 0 ? { ok: false, errors: errors.slice(0, ERRORS_MAX) } : { ok: true, reads };
}

function parseRead(item: unknown, index: number, errors: RequestError[]): Reading | null {
  const before = errors.length;
  const fail = (field: string, message: string) => void errors.push({ path: `reads[${index}]${field && `.${field}`}`, message });
  if (!isRecord(item)) {
    fail("", "must be an object");
    return null;
  }
  const { meter, channel = null, kind } = item;
  if (typeof meter !== "string" || meter.trim() === "" || meter.length > BADGE_LENGTH_MAX) fail("meter", "must be the meter's number as text");
  if (channel !== null && (typeof channel !== "string" || channel === "")) fail("channel", "must be the channel's name as text, or be left out");
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

  const head = { index, meter: meter as string, channel: channel as string | null, unit: unit as Unit, quality: quality as Quality };
  const read = kind === "register" ? parseRegister(item, head, fail) : parseInterval(item, head, fail);
  return errors.length === before ? read : null;
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

const INSTANT_HELP = "must be an instant with its offset, e.g. 2026-03-08T00:00:00-06:00 or 2026-03-08T06:00:00Z";
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))$/;

/** An instant from ISO 8601 with an offset, or null; without an offset it would be two instants every autumn. */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== "string") return null;
  const match = INSTANT.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", utc, sign, offsetHours = "0", offsetMinutes = "0"] = match;
  if (+month! < 1 || +month! > 12 || +day! < 1 || +hour! > 23 || +minute! > 59 || +second > 59 || +offsetHours > 15 || +offsetMinutes > 59) return null;
  const midnight = Date.UTC(+year!, +month! - 1, +day!);
  if (new Date(midnight).getUTCDate() !== +day!) return null;
  const local = midnight + ((+hour! * 60 + +minute!) * 60 + +second) * 1000 + +fraction.padEnd(3, "0").slice(0, 3);
  const offset = utc ? 0 : (+offsetHours * 60 + +offsetMinutes) * MINUTE_MS * (sign === "-" ? -1 : 1);
  return local - offset;
}
