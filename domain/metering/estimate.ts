/**
 * Estimation (the second E of VEE): values for intervals that did not come, in the published order: a short gap by the
 * line between its neighbours; a longer one by like days of the recent weeks, the same season last year, the period
 * before, the average of the customer class; and then scaled to the registers where their boundary reads are there.
 * An estimate never stands over a value that was measured, and never reaches over a meter exchange: it knows one channel only.
 */
import { addDays, eachDay, type LocalDate, type Period } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, type Instant, type TimeZone } from "../calendar/zone.ts";
import { QUALITY_ESTIMATED, type Channel, type RegisterRead } from "./channel.ts";
import { averageDaily, daysOf, type ChannelHistory } from "./history.ts";
import { likeDaysOf, meanAt, usableDays, wallMinutes } from "./like-days.ts";
import { bestOfDay, emptyDay, MISSING, slotCount, type PackedDay, type StoredDay } from "./packed-day.ts";
import { dialRange } from "./register.ts";
import { INTERVAL_MAX, multiplierRatio, timesRatio, type Milli } from "./units.ts";

/** How a slot was estimated; the letter is what is stored, one a slot. */
export const ESTIMATE_METHODS = {
  linear: { letter: "L", title: "line between the values before and after" },
  flat: { letter: "F", title: "the one value beside the gap" },
  likeDays: { letter: "D", title: "mean of like days in recent weeks" },
  lastYear: { letter: "Y", title: "same season last year" },
  previous: { letter: "P", title: "period before" },
  averageOf3: { letter: "A", title: "average of the last three periods" },
  classAverage: { letter: "C", title: "average of the customer class" },
  vacant: { letter: "V", title: "nobody is served: none" },
} as const;

export type EstimateMethod = keyof typeof ESTIMATE_METHODS;

/** What a whole period can be reckoned from, in the order in which US practice tries it; a utility sets its own. */
export const READ_ESTIMATES = ["lastYear", "previous", "averageOf3", "classAverage"] as const satisfies readonly EstimateMethod[];
export type ReadEstimate = (typeof READ_ESTIMATES)[number];

const METHOD_OF: ReadonlyMap<string, EstimateMethod> = new Map(Object.entries(ESTIMATE_METHODS).map(([method, { letter }]) => [letter, method as EstimateMethod]));

/** How values were estimated, from the letters with which the reason beside them ends; none where it says nothing. */
export function methodsNoted(reason: string): Map<EstimateMethod, number> {
  const counts = new Map<EstimateMethod, number>();
  const letters = reason.slice(reason.lastIndexOf(" ") + 1);
  if (!/^[A-Z.]+$/.test(letters)) return counts;
  for (const letter of letters) {
    const method = METHOD_OF.get(letter);
    if (method !== undefined) counts.set(method, (counts.get(method) ?? 0) + 1);
  }
  return counts;
}

/** Longest gap that is filled by a line: two hours in US practice (the Ontario market has one). */
export const LINEAR_GAP_MINUTES = 120;

/** Days before (and after) the period to load for like days, and the same around one year back. */
export const ESTIMATE_LOOKBACK_DAYS = 42;
const YEAR_BACK_DAYS = 364;
const SEASON_HALF_DAYS = 14;

/** Mean use of a customer class in a slot of a day, thousandths of the channel's unit after the multiplier; null when unknown. */
export type ClassShape = (day: LocalDate, slot: number) => number | null;

export interface EstimateInput {
  readonly channel: Channel;
  readonly zone: TimeZone;
  /** Days to fill. */
  readonly period: Period;
  /** While the meter hung at the point; slots outside are not filled. */
  readonly installedFrom: Instant;
  readonly installedTo: Instant | null;
  /** Now, or the end of what should be there: later slots are not filled. */
  readonly until: Instant;
  /** Stored days of the channel: the period's, and of `estimateWindows` as far as there are any. */
  readonly days: readonly StoredDay[];
  readonly holidays: ReadonlySet<LocalDate>;
  readonly history: ChannelHistory;
  /** Average of the customer class per day, thousandths of the channel's unit after the multiplier; null when unknown. */
  readonly classDaily: Milli | null;
  /** What the class used in the very slots: goes before its average of the day. */
  readonly classShape?: ClassShape;
  /** Days on which the point is vacant or disconnected. */
  readonly isVacant: (day: LocalDate) => boolean;
  /** Where neither like days nor last year's are there: what a flat load is taken from. */
  readonly order?: readonly ReadEstimate[];
  /** What the meter's registers say went through over the whole period (or the meter's part of it), after the multiplier; null when unknown. */
  readonly registerUsage: Milli | null;
}

/** The estimated slots of a day, to be kept as a revision. */
export interface EstimatedDay {
  readonly channelId: number;
  readonly day: LocalDate;
  readonly layer: PackedDay;
  /** A letter of `ESTIMATE_METHODS` a slot, `.` where nothing was estimated. */
  readonly methods: string;
}

export interface Estimate {
  readonly days: readonly EstimatedDay[];
  readonly filled: number;
  /** Slots for which no method had anything to go by. */
  readonly unfilled: number;
  readonly counts: Readonly<Record<EstimateMethod, number>>;
  /** The estimates were scaled so that all intervals add up to the registers. */
  readonly scaled: boolean;
}

/** Days that an estimate of the period can use. */
export function estimateWindows({ from, to }: Period): { around: Period; lastYear: Period } {
  return {
    around: { from: addDays(from, -ESTIMATE_LOOKBACK_DAYS), to: addDays(to, ESTIMATE_LOOKBACK_DAYS) },
    lastYear: { from: addDays(from, -YEAR_BACK_DAYS - SEASON_HALF_DAYS), to: addDays(to, -YEAR_BACK_DAYS + SEASON_HALF_DAYS) },
  };
}

/** Fills the period's missing slots. Pure: what it returns must be stored as revisions before it is billed. */
export function estimateIntervals(input: EstimateInput): Estimate {
  const frame = frameOf(input);
  const gaps = gapsOf(frame);
  const longGaps = gaps.filter((gap) => !fillShort(gap, frame));
  if (longGaps.length > 0) fillLong(longGaps, frame, input);
  const scaled = scaleToRegister(frame, input);
  return { ...collect(frame, input), scaled };
}

/** The period's slots in one row, with the estimates that are being made. */
interface Frame {
  readonly days: readonly { readonly day: LocalDate; readonly offset: number; readonly slots: number }[];
  readonly step: number;
  readonly start: Instant;
  readonly values: Int32Array;
  /** Slots that may be filled: in the period, in the installation, due. */
  readonly first: number;
  readonly end: number;
  /** Every slot of the meter's part of the period is due. */
  readonly whole: boolean;
  /** Best values beside the period, for the line at its ends. */
  readonly before: Milli;
  readonly after: Milli;
  /** Not yet rounded; only where `methods` says how. */
  readonly estimates: Float64Array;
  readonly methods: (EstimateMethod | undefined)[];
}

function frameOf({ channel, zone, period, installedFrom, installedTo, until, days: stored }: EstimateInput): Frame {
  const stepMinutes = channel.stepMinutes!;
  const step = stepMinutes * MINUTE_MS;
  const start = startOfDay(period.from, zone);
  const byDay = new Map(stored.filter(({ channelId }) => channelId === channel.channelId).map((day) => [day.day, day]));
  let offset = 0;
  const days = eachDay(period).map((day) => {
    const slots = slotCount(day, zone, stepMinutes);
    const entry = { day, offset, slots };
    offset += slots;
    return entry;
  });
  const values = new Int32Array(offset).fill(MISSING);
  for (const { day, offset: at } of days) {
    const known = byDay.get(day);
    if (known !== undefined) values.set(bestOfDay(known).values, at);
  }
  const edge = (day: LocalDate, slot: "first" | "last"): Milli => {
    const known = byDay.get(day);
    return known === undefined ? MISSING : bestOfDay(known).values.at(slot === "first" ? 0 : -1)!;
  };
  const clamp = (at: Instant, round: (x: number) => number) => Math.min(offset, Math.max(0, round((at - start) / step)));
  return {
    days, step, start, values,
    first: clamp(installedFrom, Math.ceil),
    end: clamp(Math.min(until, installedTo ?? until), Math.floor),
    whole: until >= Math.min(installedTo ?? Number.POSITIVE_INFINITY, start + offset * step),
    before: edge(addDays(period.from, -1), "last"),
    after: edge(period.to, "first"),
    estimates: new Float64Array(offset),
    methods: Array.from({ length: offset }),
  };
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

function gapsOf({ values, first, end }: Frame): Gap[] {
  const gaps: Gap[] = [];
  for (let slot = first; slot < end; slot++) {
    if (values[slot] !== MISSING) continue;
    const from = slot;
    while (slot < end && values[slot] === MISSING) slot++;
    gaps.push({ from, to: slot });
  }
  return gaps;
}

/** Point to point: u_k = a + (b − a) · k / (n + 1); flat with a value on one side only. False when the gap is too long or bare. */
function fillShort({ from, to }: Gap, frame: Frame): boolean {
  const length = to - from;
  if (length * frame.step > LINEAR_GAP_MINUTES * MINUTE_MS) return false;
  const beside = (slot: number): Milli => (slot < 0 ? frame.before : slot >= frame.values.length ? frame.after : frame.values[slot]!);
  const a = from === frame.first && from > 0 ? MISSING : beside(from - 1);
  const b = to === frame.end && to < frame.values.length ? MISSING : beside(to);
  if (a === MISSING && b === MISSING) return false;
  const [left, right] = [a === MISSING ? b : a, b === MISSING ? a : b];
  for (let k = 1; k <= length; k++) put(frame, from + k - 1, left + ((right - left) * k) / (length + 1), a === MISSING || b === MISSING ? "flat" : "linear");
  return true;
}

function put(frame: Frame, slot: number, value: number, method: EstimateMethod): void {
  frame.estimates[slot] = value;
  frame.methods[slot] = method;
}

function fillLong(gaps: readonly Gap[], frame: Frame, input: EstimateInput): void {
  const { channel, zone, history, classDaily, holidays, isVacant, order = READ_ESTIMATES } = input;
  const stepMinutes = channel.stepMinutes!;
  const own = input.days.filter(({ channelId }) => channelId === channel.channelId);
  const usable = usableDays(own.map((stored) => ({ day: stored.day, values: bestOfDay(stored) })));
  const ratio = multiplierRatio(channel.multiplier);
  const flat: Readonly<Record<ReadEstimate, Milli | null>> = {
    lastYear: averageDaily(history.lastYear), previous: averageDaily(history.previous), averageOf3: null,
    classAverage: classDaily === null ? null : timesRatio(classDaily, { num: ratio.den, den: ratio.num }),
  };
  const flatMethod = firstOf(order, flat);
  const shape = order.includes("classAverage") && (flatMethod === undefined || flatMethod[0] === "classAverage") ? input.classShape : undefined;

  for (const { day, offset, slots } of frame.days) {
    const wanted = slotsIn(gaps, offset, offset + slots);
    if (wanted.length === 0) continue;
    if (isVacant(day)) {
      for (const slot of wanted) put(frame, slot, 0, "vacant");
      continue;
    }
    const minutes = wallMinutes(day, zone, stepMinutes);
    const others = usable.filter((other) => other.day !== day);
    const recent = likeDaysOf(day, others, holidays);
    const yearAgo = likeDaysOf(addDays(day, -YEAR_BACK_DAYS), others, holidays);
    for (const slot of wanted) {
      const minute = minutes[slot - offset]!;
      const likely = meanAt(minute, recent, zone, stepMinutes);
      const seasonal = likely === null ? meanAt(minute, yearAgo, zone, stepMinutes) : null;
      const ofClass = likely === null && seasonal === null ? (shape?.(day, slot - offset) ?? null) : null;
      if (likely !== null) put(frame, slot, likely, "likeDays");
      else if (seasonal !== null) put(frame, slot, seasonal, "lastYear");
      else if (ofClass !== null) put(frame, slot, (ofClass * ratio.den) / ratio.num, "classAverage");
      else if (flatMethod !== undefined) put(frame, slot, (flatMethod[1] * stepMinutes) / (24 * 60), flatMethod[0]);
    }
  }
}

/** The first of the ways that there is anything to go by. */
function firstOf(order: readonly ReadEstimate[], daily: Readonly<Record<ReadEstimate, Milli | null>>): readonly [ReadEstimate, Milli] | undefined {
  const method = order.find((each) => daily[each] !== null);
  return method === undefined ? undefined : [method, daily[method]!];
}

function slotsIn(gaps: readonly Gap[], from: number, to: number): number[] {
  const slots: number[] = [];
  for (const gap of gaps) for (let slot = Math.max(gap.from, from); slot < Math.min(gap.to, to); slot++) slots.push(slot);
  return slots;
}

/** Scales the estimates so that Σ intervals × multiplier = what the registers say. Not where the measured ones alone exceed that, or a slot stays empty. */
function scaleToRegister(frame: Frame, { channel, registerUsage }: EstimateInput): boolean {
  if (registerUsage === null || !frame.whole) return false;
  const { num, den } = multiplierRatio(channel.multiplier);
  const total = timesRatio(registerUsage, { num: den, den: num });
  const measured = frame.values.reduce((sum, value) => (value === MISSING ? sum : sum + value), 0);
  let estimated = 0;
  let count = 0;
  for (let slot = frame.first; slot < frame.end; slot++) {
    if (frame.values[slot] !== MISSING) continue;
    if (frame.methods[slot] === undefined) return false;
    estimated += frame.estimates[slot]!;
    count++;
  }
  const target = total - measured;
  if (count === 0 || target < 0) return false;
  for (let slot = frame.first; slot < frame.end; slot++) {
    if (frame.methods[slot] === undefined) continue;
    frame.estimates[slot] = estimated > 0 ? (frame.estimates[slot]! * target) / estimated : target / count;
  }
  return true;
}

/** Rounds the estimates, the fraction of each carried to the next so that their sum keeps, and cuts them into days. */
function collect(frame: Frame, { channel }: EstimateInput): Omit<Estimate, "scaled"> {
  const counts: Record<EstimateMethod, number> = { linear: 0, flat: 0, likeDays: 0, lastYear: 0, previous: 0, averageOf3: 0, classAverage: 0, vacant: 0 };
  const days: EstimatedDay[] = [];
  let exact = 0;
  let given = 0;
  let filled = 0;
  for (const { day, offset, slots } of frame.days) {
    const layer = emptyDay(slots).values;
    const quality = new Uint8Array(slots);
    let letters = "";
    let any = false;
    for (let slot = 0; slot < slots; slot++) {
      const method = frame.methods[offset + slot];
      letters += method === undefined ? "." : ESTIMATE_METHODS[method].letter;
      if (method === undefined) continue;
      exact += frame.estimates[offset + slot]!;
      const value = Math.min(INTERVAL_MAX, Math.round(exact) - given);
      given += value;
      layer[slot] = value;
      quality[slot] = QUALITY_ESTIMATED;
      counts[method]++;
      filled++;
      any = true;
    }
    if (any) days.push({ channelId: channel.channelId, day, layer: { values: layer, quality }, methods: letters });
  }
  let missing = 0;
  for (let slot = frame.first; slot < frame.end; slot++) if (frame.values[slot] === MISSING) missing++;
  return { days, filled, unfilled: missing - filled, counts };
}

// ---- registers ------------------------------------------------------------------------------------------------

export interface EstimateReadInput {
  readonly channel: Channel;
  /** The last read known. */
  readonly previous: RegisterRead;
  /** When the estimated read stands. */
  readonly at: Instant;
  readonly history: ChannelHistory;
  /** The window just before `history.lastYear`'s, for the trend: this year's previous ÷ that one. Null: no trend. */
  readonly beforeLastYear: ChannelHistory["previous"];
  /** The last three periods together. */
  readonly lastThree?: ChannelHistory["previous"];
  readonly classDaily: Milli | null;
  /** Which way is tried first. */
  readonly order?: readonly ReadEstimate[];
  readonly isVacant: boolean;
}

export interface EstimatedRead {
  readonly read: RegisterRead;
  readonly method: EstimateMethod;
  /** Average daily usage it rests on, after the multiplier. */
  readonly daily: Milli;
  readonly days: number;
}

/** A trend beyond these bounds, in percent, is another occupant and not a trend. */
const TREND_MIN = 50;
const TREND_MAX = 200;

/**
 * A read for a meter that has registers only: the previous read and the usual daily usage times the days. What is usual is
 * tried in the order given: by default the same season last year with this year's trend, the period before, the average of
 * three, the class. Whole units, as dials show them. Only reads of this very meter at this very place may be in the history.
 * Null when there is nothing to go by, or the instant is not after the previous read.
 */
export function estimateRead({ channel, previous, at, history, beforeLastYear, lastThree = null, classDaily, isVacant, order = READ_ESTIMATES }: EstimateReadInput): EstimatedRead | null {
  if (at <= previous.readAt) return null;
  const days = daysOf(previous.readAt, at);
  const lastYear = averageDaily(history.lastYear);
  const before = averageDaily(history.previous);
  const usual: Readonly<Record<ReadEstimate, Milli | null>> = {
    lastYear: lastYear === null ? null : withTrend(lastYear, before, averageDaily(beforeLastYear)), previous: before, averageOf3: averageDaily(lastThree), classAverage: classDaily,
  };
  const basis = isVacant ? (["vacant", 0] as const) : firstOf(order, usual);
  if (basis === undefined) return null;
  const [method, daily] = basis;
  const { num, den } = multiplierRatio(channel.multiplier);
  const moved = Math.round(timesRatio(Math.round(daily * days), { num: den, den: num }) / 1000) * 1000;
  const range = dialRange(channel);
  const value = range === null ? previous.value + moved : (previous.value + moved) % range;
  return { read: { channelId: channel.channelId, readAt: at, version: 1, value, quality: "estimated" }, method, daily, days };
}

function withTrend(lastYear: Milli, thisYearBefore: Milli | null, lastYearBefore: Milli | null): Milli {
  if (thisYearBefore === null || lastYearBefore === null || lastYearBefore <= 0) return lastYear;
  const percent = Math.min(TREND_MAX, Math.max(TREND_MIN, (thisYearBefore * 100) / lastYearBefore));
  return Math.round((lastYear * percent) / 100);
}
