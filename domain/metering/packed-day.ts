/**
 * A channel's local day of intervals, packed: one int32 a slot, in order from local midnight, so that a day whose
 * clocks change simply has fewer or more slots (92, 96 or 100 quarter hours). A slot without a value holds `MISSING`.
 * How good each value is stands beside it, one code a slot, and is left out where all are actual.
 */
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, type Instant, type TimeZone } from "../calendar/zone.ts";
import { QUALITY_ACTUAL, QUALITY_EDITED, QUALITY_ESTIMATED } from "./channel.ts";
import type { Milli } from "./units.ts";

/** Stands in a slot that has no value. */
export const MISSING = -2_147_483_648;

export interface PackedDay {
  readonly values: Int32Array;
  /** Codes of `QUALITIES`, one a slot; null: every value is actual. Slots without a value count as actual. */
  readonly quality: Uint8Array | null;
}

/** A change of single slots that was made later and stands beside the raw values. */
export interface DayRevision {
  readonly revision: number;
  /** `gateway`: the head-end sent another value; `estimate`: filled by rule; `edit`: a person changed it. */
  readonly origin: "gateway" | "estimate" | "edit";
  readonly layer: PackedDay;
}

/** A stored day: the raw values, which nothing overwrites, and the revisions in order. `version` counts every change to either. */
export interface StoredDay {
  readonly channelId: number;
  readonly day: LocalDate;
  readonly version: number;
  readonly raw: PackedDay;
  readonly revisions: readonly DayRevision[];
}

/** Interval lengths that divide an hour, so that every local day begins a slot. */
export const STEPS_MINUTES: readonly number[] = [1, 5, 10, 15, 20, 30, 60];

/** Slots of the local day. Errors: a `RangeError` when the step does not divide the day. */
export function slotCount(day: LocalDate, zone: TimeZone, stepMinutes: number): number {
  const slots = (startOfDay(addDays(day, 1), zone) - startOfDay(day, zone)) / (stepMinutes * MINUTE_MS);
  if (!Number.isInteger(slots)) throw new RangeError(`${stepMinutes} minutes do not divide ${day} in ${zone}`);
  return slots;
}

/** The slot that begins at the instant, or -1 when the instant is off the grid or outside the day. */
export function slotAt(instant: Instant, day: LocalDate, zone: TimeZone, stepMinutes: number): number {
  const slot = (instant - startOfDay(day, zone)) / (stepMinutes * MINUTE_MS);
  return Number.isInteger(slot) && slot >= 0 && slot < slotCount(day, zone, stepMinutes) ? slot : -1;
}

/** The instant at which a slot begins. */
export function slotStart(slot: number, day: LocalDate, zone: TimeZone, stepMinutes: number): Instant {
  return startOfDay(day, zone) + slot * stepMinutes * MINUTE_MS;
}

/** A day of that many slots with no value in any. */
export function emptyDay(slots: number): PackedDay {
  return { values: new Int32Array(slots).fill(MISSING), quality: null };
}

// ---- bytes and text -------------------------------------------------------------------------------------------

if (new Uint8Array(Int32Array.of(1).buffer)[0] !== 1) throw new Error("packed days are little-endian; this processor is not");

/** Values as little-endian bytes, a copy. */
export function dayBytes(values: Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

/** Values from their bytes. Errors: a `RangeError` unless the length is a multiple of four. */
export function dayFromBytes(bytes: Uint8Array | ArrayBuffer): Int32Array {
  const source = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  if (source.byteLength % 4 !== 0) throw new RangeError(`a packed day of ${source.byteLength} bytes is cut off`);
  return new Int32Array(source.slice().buffer);
}

const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");
const latin1 = new TextDecoder("latin1");
let hexBuffer = new Uint8Array(1024);

/** Values as lower-case hex of their bytes, for `unhex()` in SQL. */
export function dayHex(values: Int32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (hexBuffer.length < bytes.length * 2) hexBuffer = new Uint8Array(bytes.length * 2);
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    hexBuffer[at++] = HEX_DIGITS[byte >> 4]!;
    hexBuffer[at++] = HEX_DIGITS[byte & 15]!;
  }
  return latin1.decode(hexBuffer.subarray(0, bytes.length * 2));
}

/** Values from hex. Errors: a `RangeError` when it is not hex of whole values. */
export function dayFromHex(hex: string): Int32Array {
  if (hex.length % 8 !== 0) throw new RangeError(`a packed day of ${hex.length} hex digits is cut off`);
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
    if (!(byte >= 0) || hex[2 * i] === "+" || hex[2 * i] === "-") throw new RangeError(`"${hex.slice(2 * i, 2 * i + 2)}" is not hex`);
    bytes[i] = byte;
  }
  return new Int32Array(bytes.buffer);
}

/** One letter a slot, in the order of `QUALITIES`: actual, estimated, edited (by a person), questionable, outage. */
const QUALITY_LETTERS = "AEDQO";

/** The stored form of the qualities: one letter a slot, or null where all are actual. */
export function flagsText(quality: Uint8Array | null): string | null {
  if (quality === null || quality.every((code) => code === QUALITY_ACTUAL)) return null;
  return Array.from(quality, (code) => QUALITY_LETTERS[code]).join("");
}

/** Qualities from their stored form. Errors: a `RangeError` on an unknown letter. */
export function qualityFromFlags(flags: string | null): Uint8Array | null {
  if (flags === null) return null;
  return Uint8Array.from(flags, (letter) => {
    const code = QUALITY_LETTERS.indexOf(letter);
    if (code < 0) throw new RangeError(`"${letter}" is not a quality`);
    return code;
  });
}

/** A day from its stored bytes and flags. Errors: a `RangeError` when the two do not match. */
export function decodeDay(bytes: Uint8Array | ArrayBuffer, flags: string | null): PackedDay {
  const values = dayFromBytes(bytes);
  const quality = qualityFromFlags(flags);
  if (quality !== null && quality.length !== values.length) throw new RangeError(`${values.length} values but ${quality.length} flags`);
  return { values, quality };
}

// ---- merge and overlay ----------------------------------------------------------------------------------------

/** What became of an incoming slot. */
export const SLOT_UNTOUCHED = 0;
export const SLOT_STORED = 1;
export const SLOT_DUPLICATE = 2;
export const SLOT_CONFLICT = 3;
export const SLOT_REFUSED = 4;

export interface DayMerge {
  readonly merged: PackedDay;
  /** One of the `SLOT_…` codes a slot. */
  readonly outcomes: Uint8Array;
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

/**
 * Fills empty slots of a day from incoming ones. A filled slot keeps its value: the same value again is a duplicate,
 * another value (or the same one now measured where it was only estimated) is a conflict for the caller to revise.
 * Errors: a `RangeError` when the two days have different slots.
 */
export function mergeDay(existing: PackedDay | null, incoming: PackedDay): DayMerge {
  const slots = incoming.values.length;
  if (existing !== null && existing.values.length !== slots) throw new RangeError(`a day of ${existing.values.length} slots cannot take ${slots}`);
  if (existing === null && incoming.quality === null) return mergeWithNothing(incoming);
  const values = existing === null ? new Int32Array(slots).fill(MISSING) : existing.values.slice();
  const outcomes = new Uint8Array(slots);
  let quality = existing?.quality?.slice() ?? null;
  let stored = 0;
  let duplicates = 0;
  let conflicts = 0;
  for (let slot = 0; slot < slots; slot++) {
    const value = incoming.values[slot]!;
    if (value === MISSING) continue;
    const code = incoming.quality === null ? QUALITY_ACTUAL : incoming.quality[slot]!;
    if (values[slot] === MISSING) {
      values[slot] = value;
      if (code !== QUALITY_ACTUAL) (quality ??= new Uint8Array(slots))[slot] = code;
      outcomes[slot] = SLOT_STORED;
      stored++;
    } else if (isDuplicate(values[slot]!, quality === null ? QUALITY_ACTUAL : quality[slot]!, value, code)) {
      outcomes[slot] = SLOT_DUPLICATE;
      duplicates++;
    } else {
      outcomes[slot] = SLOT_CONFLICT;
      conflicts++;
    }
  }
  return { merged: { values, quality }, outcomes, stored, duplicates, conflicts };
}

/** A day that is new and all actual, as nearly every day is, is stored as it came. */
function mergeWithNothing(incoming: PackedDay): DayMerge {
  const outcomes = new Uint8Array(incoming.values.length);
  let stored = 0;
  for (let slot = 0; slot < outcomes.length; slot++) {
    if (incoming.values[slot] === MISSING) continue;
    outcomes[slot] = SLOT_STORED;
    stored++;
  }
  return { merged: incoming, outcomes, stored, duplicates: 0, conflicts: 0 };
}

/** The same value is nothing new, unless it turns an estimate into a measurement. */
function isDuplicate(value: Milli, code: number, newValue: Milli, newCode: number): boolean {
  return value === newValue && !(code === QUALITY_ESTIMATED && newCode === QUALITY_ACTUAL);
}

/**
 * The values to bill by: the raw ones overlaid by the revisions in their order.
 * An estimate shows only where nothing better is known, so a late actual always comes through.
 */
export function bestOf(raw: PackedDay, revisions: readonly { readonly layer: PackedDay }[]): PackedDay {
  if (revisions.length === 0) return raw;
  const values = raw.values.slice();
  const quality = raw.quality?.slice() ?? new Uint8Array(values.length);
  for (const { layer } of revisions) {
    for (let slot = 0; slot < values.length; slot++) {
      const value = layer.values[slot]!;
      if (value === MISSING) continue;
      const code = layer.quality === null ? QUALITY_ACTUAL : layer.quality[slot]!;
      if (code === QUALITY_ESTIMATED && values[slot] !== MISSING && quality[slot] !== QUALITY_ESTIMATED) continue;
      values[slot] = value;
      quality[slot] = code;
    }
  }
  return { values, quality: quality.some((code) => code !== QUALITY_ACTUAL) ? quality : null };
}

export function bestOfDay(stored: StoredDay): PackedDay {
  return bestOf(stored.raw, stored.revisions);
}

export interface StoredMerge {
  /** The raw values after the merge; the same object as before when no empty slot was filled. */
  readonly raw: PackedDay;
  /** Slots that contradict what is stored, to be kept as the next revision; null when there are none. */
  readonly correction: PackedDay | null;
  readonly outcomes: Uint8Array;
  readonly stored: number;
  readonly duplicates: number;
  readonly corrected: number;
  /** Estimates that came for slots which have been measured; they change nothing. */
  readonly refused: number;
}

/**
 * Merges incoming slots into a stored day with its revisions. What any layer already holds is a duplicate, so a file
 * sent again, whole or in part, before or after its correction, changes nothing.
 */
export function mergeStored(stored: StoredDay | null, incoming: PackedDay): StoredMerge {
  const merge = mergeDay(stored?.raw ?? null, incoming);
  const raw = stored !== null && merge.stored === 0 ? stored.raw : merge.merged;
  if (stored === null || (merge.conflicts === 0 && stored.revisions.length === 0)) return { raw, correction: null, outcomes: merge.outcomes, stored: merge.stored, duplicates: merge.duplicates, corrected: 0, refused: 0 };

  const best = bestOfDay(stored);
  const correction = emptyDay(incoming.values.length);
  let quality: Uint8Array | null = null;
  let late = 0;
  let corrected = 0;
  let refused = 0;
  for (let slot = 0; slot < merge.outcomes.length; slot++) {
    const outcome = merge.outcomes[slot];
    if (outcome !== SLOT_CONFLICT && outcome !== SLOT_STORED) continue;
    const value = incoming.values[slot]!;
    const code = incoming.quality === null ? QUALITY_ACTUAL : incoming.quality[slot]!;
    if (outcome === SLOT_STORED) {
      if (!isNewsOf(best, slot, value, code)) continue;
      merge.outcomes[slot] = SLOT_CONFLICT;
      late++;
    } else if (stored.revisions.some(({ layer }) => layer.values[slot] === value && isDuplicate(value, layer.quality?.[slot] ?? QUALITY_ACTUAL, value, code))) {
      merge.outcomes[slot] = SLOT_DUPLICATE;
      continue;
    } else if (code === QUALITY_ESTIMATED && (best.quality?.[slot] ?? QUALITY_ACTUAL) !== QUALITY_ESTIMATED) {
      merge.outcomes[slot] = SLOT_REFUSED;
      refused++;
      continue;
    }
    correction.values[slot] = value;
    if (code !== QUALITY_ACTUAL) (quality ??= new Uint8Array(merge.outcomes.length))[slot] = code;
    corrected++;
  }
  const duplicates = merge.duplicates + merge.conflicts + late - corrected - refused;
  return { raw, correction: corrected === 0 ? null : { values: correction.values, quality }, outcomes: merge.outcomes, stored: merge.stored - late, duplicates, corrected, refused };
}

/** A value that comes late for a slot which was filled by another of its kind, a measurement where a person entered one or an estimate where there was one: the later word counts, as it does over any that came. */
function isNewsOf(best: PackedDay, slot: number, value: Milli, code: number): boolean {
  const known = best.values[slot]!;
  return known !== MISSING && known !== value && (code === QUALITY_ESTIMATED) === (best.quality?.[slot] === QUALITY_ESTIMATED);
}

// ---- sums -----------------------------------------------------------------------------------------------------

/** What is known of a day without opening it; stored beside it, of its best values. */
export interface DayStats {
  /** Sum of the values, thousandths of the channel's unit, before the multiplier. */
  readonly sum: Milli;
  /** Largest value; 0 for a day without any. */
  readonly max: Milli;
  readonly slots: number;
  readonly present: number;
  readonly estimated: number;
  readonly edited: number;
}

export function dayStats({ values, quality }: PackedDay): DayStats {
  let sum = 0;
  let max = MISSING;
  let present = 0;
  let estimated = 0;
  let edited = 0;
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!;
    if (value === MISSING) continue;
    sum += value;
    present++;
    if (value > max) max = value;
    if (quality === null) continue;
    if (quality[slot] === QUALITY_ESTIMATED) estimated++;
    else if (quality[slot] === QUALITY_EDITED) edited++;
  }
  return { sum, max: present === 0 ? 0 : max, slots: values.length, present, estimated, edited };
}

/** The sum over days, and how many of their slots had a value. */
export function sumDays(days: readonly PackedDay[]): { sum: Milli; slots: number; present: number } {
  let sum = 0;
  let slots = 0;
  let present = 0;
  for (const day of days) {
    const stats = dayStats(day);
    sum += stats.sum;
    slots += stats.slots;
    present += stats.present;
  }
  return { sum, slots, present };
}
