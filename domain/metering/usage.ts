/**
 * Usage of a service point over a billing period: the bill determinants, from the best interval values and register
 * reads of every meter that hung there, legs before and after a meter exchange summed.
 * What it used is listed with versions, so that a bill can be committed only if nothing of it has changed since.
 */
import { addDays, type LocalDate, type Period } from "../calendar/local-date.ts";
import { localDateOf, MINUTE_MS, startOfDay, type Instant, type TimeZone } from "../calendar/zone.ts";
import { QUALITY_EDITED, QUALITY_ESTIMATED, type Channel, type RegisterRead } from "./channel.ts";
import { bestOfDay, MISSING, type StoredDay } from "./packed-day.ts";
import { bestReads, registerAdvance } from "./register.ts";
import { standIn, type StandIn } from "./stand-in.ts";
import { convertMilli, multiplierRatio, quantityText, sameDimension, timesMultiplier, timesRatio, unitRatio, UNITS, type Milli, type Ratio, type Unit } from "./units.ts";

/** A channel while its meter hung at the service point. */
export interface ChannelLeg {
  readonly channel: Channel;
  readonly badge: string;
  readonly from: Instant;
  /** Null: still there. */
  readonly to: Instant | null;
}

export interface UsageInput {
  readonly period: Period;
  readonly zone: TimeZone;
  /** The unit to bill in; channels of another dimension (kvarh, kW) keep their own. */
  readonly unit: Unit;
  /** Every channel of every meter that hung at the point during the period. */
  readonly legs: readonly ChannelLeg[];
  /** Stored days of the interval channels in the period. */
  readonly days: readonly StoredDay[];
  /** All versions of the registers' reads from `BOUNDARY_TOLERANCE_DAYS` before the period to as much after it. */
  readonly registerReads: readonly RegisterRead[];
  /** Exceptions still to be decided that hold a bill (severity fail), of these channels and days. */
  readonly openExceptions: readonly { readonly channelId: number | null; readonly day: LocalDate; readonly ruleId: string }[];
  /** By channel: the read up to which the service was billed before, where there was one; this bill begins with the same. */
  readonly openingReads?: ReadonlyMap<number, RegisterRead>;
  /** By channel: the read from which on the service was billed to the next customer, where that was done before; this bill ends with the same. */
  readonly closingReads?: ReadonlyMap<number, RegisterRead>;
}

/** A series of intervals without a gap in time; `values` may hold `MISSING` while `complete` is false. */
export interface IntervalSeries {
  readonly unit: Unit;
  readonly direction: Channel["direction"];
  readonly stepMinutes: number;
  readonly start: Instant;
  readonly values: Int32Array;
}

export interface UsageLeg {
  readonly channelId: number;
  readonly meterId: string;
  readonly badge: string;
  readonly quantity: string;
  readonly source: "registers" | "intervals";
  /** In the billing unit where it measures the same, with its sign (a deduct meter's is negative). */
  readonly usage: Milli;
  readonly from: Instant;
  readonly to: Instant;
  readonly startRead: RegisterRead | null;
  readonly endRead: RegisterRead | null;
  readonly rolledOver: boolean;
  readonly multiplier: string;
}

export interface UsageProblem {
  readonly code: "no-channel" | "missing-intervals" | "no-start-read" | "no-end-read" | "negative";
  readonly channelId: number | null;
  readonly sentence: string;
}

/** The two measurements of one meter over the very same span, in the billing unit. */
export interface CrossCheck {
  readonly channelId: number;
  readonly badge: string;
  readonly quantity: string;
  readonly intervals: Milli;
  readonly registers: Milli;
  /** Two reads cut off up to one whole dial unit each: this much of the difference may be theirs, per dial unit. */
  readonly dialUnit: Milli;
}

export interface PeakDemand {
  readonly unit: Unit;
  readonly value: Milli;
  /** Start of the interval. */
  readonly at: Instant;
  readonly stepMinutes: number;
}

export interface UsageOfPeriod {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly zone: TimeZone;
  readonly unit: Unit;
  /** `usage`, `received` (from the customer), `net`; `kvarh`, `kVAh` and what of them was received (`kvarhReceived`, `kVAhReceived`); `demand` (kW, the peak) and `kVA`. Thousandths. */
  readonly quantities: Readonly<Record<string, Milli>>;
  readonly source: "registers" | "intervals" | "mixed" | "none";
  readonly series: readonly IntervalSeries[];
  readonly peak: PeakDemand | null;
  readonly legs: readonly UsageLeg[];
  /** Where a meter's intervals are whole and its registers were read at the same bounds. */
  readonly crossChecks: readonly CrossCheck[];
  readonly slots: { readonly expected: number; readonly missing: number; readonly estimated: number; readonly edited: number };
  /** Of what is billed, how many thousandths rest on estimates. */
  readonly estimatedPerMille: number;
  readonly suspectDays: readonly LocalDate[];
  /** Versions used: days of interval channels, and reads of registers in [fromAt, toAt]. `stamp` is the sum of the versions stored there. */
  readonly inputs: {
    readonly days: readonly { readonly channelId: number; readonly from: LocalDate; readonly to: LocalDate; readonly stamp: number }[];
    readonly reads: readonly { readonly channelId: number; readonly fromAt: Instant; readonly toAt: Instant; readonly stamp: number }[];
  };
  readonly problems: readonly UsageProblem[];
  /** Nothing is missing: the quantities may be billed if no day is suspect. */
  readonly complete: boolean;
}

/**
 * A read this far from the first moment of a day still stands for it: meter readers come on working days around the
 * scheduled one, and a bill says from which read to which it goes.
 */
export const BOUNDARY_TOLERANCE_DAYS = 4;
const TOLERANCE_MS = BOUNDARY_TOLERANCE_DAYS * 24 * 60 * MINUTE_MS;

/** Instants between which the reads of registers must be loaded for a period. */
export function readsWindow(period: Period, zone: TimeZone): { fromAt: Instant; toAt: Instant } {
  return { fromAt: startOfDay(period.from, zone) - TOLERANCE_MS, toAt: startOfDay(period.to, zone) + TOLERANCE_MS };
}

/** Determinants of a service point over a period. Never throws on incomplete data: it says what is missing. */
export function usageForPeriod(input: UsageInput): UsageOfPeriod {
  const { period, zone, unit } = input;
  const bounds = { from: startOfDay(period.from, zone), to: startOfDay(period.to, zone) };
  const legs = input.legs.filter(({ from, to, channel }) => from < bounds.to && (to === null || to > bounds.from) && channel.use !== "check");
  const intervals = legs.filter(({ channel }) => channel.kind === "interval").map((leg) => readIntervals(leg, input, bounds));
  const measured = new Set(intervals.map(({ leg }) => groupKey(leg)));
  const registers = legs.filter(({ channel }) => channel.kind === "register").map((leg) => readRegister(leg, input, bounds, measured.has(groupKey(leg))));

  const tally: Tally = { quantities: {}, legs: [], crossChecks: [], problems: [], slots: { expected: 0, missing: 0, estimated: 0, edited: 0 }, estimatedUsage: 0, wholeUsage: 0 };
  for (const group of groupsOf(intervals, registers).values()) countGroup(group, unit, bounds, tally);
  if (legs.length === 0) tally.problems.push({ code: "no-channel", channelId: null, sentence: "No meter hung at the service point in this period." });

  const series = joinSeries(intervals, unit, bounds);
  const peak = peakOf(series);
  if (peak !== null && tally.quantities["demand"] === undefined) tally.quantities["demand"] = peak.value;
  const sources = new Set(tally.legs.map(({ source }) => source));
  return {
    from: period.from, to: period.to, zone, unit,
    quantities: tally.quantities,
    source: sources.size === 0 ? "none" : sources.size === 2 ? "mixed" : [...sources][0]!,
    series, peak,
    legs: tally.legs,
    crossChecks: tally.crossChecks,
    slots: tally.slots,
    estimatedPerMille: tally.wholeUsage === 0 ? (tally.estimatedUsage > 0 ? 1000 : 0) : Math.ceil((tally.estimatedUsage * 1000) / tally.wholeUsage),
    suspectDays: suspectDays(input, legs, tally.legs),
    inputs: { days: intervals.map(({ input: used }) => used), reads: registers.map(({ input: used }) => used) },
    problems: tally.problems,
    complete: tally.problems.length === 0,
  };
}

export interface Bounds {
  readonly from: Instant;
  readonly to: Instant;
}

/** Days of the period on which something is undecided, and those of the reads around it that it is billed by: not the one that the bill before ended with. */
function suspectDays({ openExceptions, openingReads, period, zone }: UsageInput, legs: readonly ChannelLeg[], used: readonly UsageLeg[]): LocalDate[] {
  const channels = new Set(legs.map(({ channel }) => channel.channelId));
  const readOn = new Set(used.flatMap(({ channelId, startRead, endRead }) => [startRead, endRead].flatMap((read) => (read === null || openingReads?.get(channelId)?.readAt === read.readAt ? [] : [`${channelId} ${localDateOf(read.readAt, zone)}`]))));
  const days = openExceptions.filter(({ channelId, day }) => channelId !== null && channels.has(channelId) && ((day >= period.from && day <= period.to) || readOn.has(`${channelId} ${day}`))).map(({ day }) => day);
  return [...new Set(days)].sort();
}

// ---- registers ------------------------------------------------------------------------------------------------

export interface RegisterLeg {
  readonly leg: ChannelLeg;
  readonly start: RegisterRead | null;
  readonly end: RegisterRead | null;
  /** Every best read of the leg within the window. */
  readonly reads: readonly RegisterRead[];
  readonly input: { channelId: number; fromAt: Instant; toAt: Instant; stamp: number };
}

/** `beside`: beside intervals, whose bills go from bound to bound; there no bill hands a read on to the next one. */
function readRegister(leg: ChannelLeg, { registerReads, openingReads, closingReads, period, zone }: UsageInput, bounds: Bounds, beside: boolean): RegisterLeg {
  const { channelId } = leg.channel;
  const window = readsWindow(period, zone);
  const fromAt = Math.max(window.fromAt, leg.from);
  const toAt = Math.min(window.toAt, leg.to ?? window.toAt);
  const all = registerReads.filter((read) => read.channelId === channelId && read.readAt >= fromAt && read.readAt <= toAt);
  const reads = bestReads(all);
  const ends = { from: Math.max(bounds.from, leg.from), to: Math.min(bounds.to, leg.to ?? bounds.to) };
  const opening = beside ? undefined : openingReads?.get(channelId);
  // A meter that was taken off and hung here again begins anew; what it counted before is the first leg's.
  const begun = opening !== undefined && opening.readAt >= leg.from ? opening : null;
  const start = begun ?? boundaryRead(ends.from, reads);
  // The bill before may have ended with a read of some days later than all that is billed now: then nothing is left to bill.
  const later = reads.filter(({ readAt }) => start === null || readAt > start.readAt);
  const billed = beside ? undefined : closingReads?.get(channelId);
  const handedOver = billed !== undefined && (leg.to === null || billed.readAt <= leg.to) && (start === null || billed.readAt > start.readAt) ? billed : null;
  const end = handedOver ?? (begun !== null && begun.readAt >= ends.to ? begun : boundaryRead(ends.to, later));
  return { leg, start, end, reads, input: { channelId, fromAt, toAt, stamp: all.reduce((sum, { version }) => sum + version, 0) } };
}

/** The measured read nearest to the instant within the tolerance, the earlier of two equally near; an estimate only where none was measured. */
function boundaryRead(instant: Instant, reads: readonly RegisterRead[]): RegisterRead | null {
  return nearestTo(instant, reads.filter(({ quality }) => quality !== "estimated")) ?? nearestTo(instant, reads);
}

function nearestTo(instant: Instant, reads: readonly RegisterRead[]): RegisterRead | null {
  let nearest: RegisterRead | null = null;
  for (const read of reads) {
    const distance = Math.abs(read.readAt - instant);
    if (distance <= TOLERANCE_MS && (nearest === null || distance < Math.abs(nearest.readAt - instant))) nearest = read;
  }
  return nearest;
}

// ---- intervals ------------------------------------------------------------------------------------------------

export interface IntervalLeg {
  readonly leg: ChannelLeg;
  /** Start of the first slot that is in the period and touches the leg. */
  readonly start: Instant;
  /** Stored values (before the multiplier), one a slot from `start`. */
  readonly values: Int32Array;
  readonly sum: Milli;
  readonly expected: number;
  readonly missing: number;
  readonly estimated: number;
  readonly edited: number;
  readonly input: { channelId: number; from: LocalDate; to: LocalDate; stamp: number };
}

/** The best values of one channel between the period's bounds, cut to the time its meter hung there. */
function readIntervals(leg: ChannelLeg, { period, zone, days }: UsageInput, bounds: Bounds): IntervalLeg {
  const { channelId, stepMinutes } = leg.channel;
  const step = (stepMinutes ?? 60) * MINUTE_MS;
  const legFrom = Math.max(bounds.from, leg.from);
  const legTo = Math.min(bounds.to, leg.to ?? bounds.to);
  const first = Math.floor((legFrom - bounds.from) / step);
  const last = Math.ceil((legTo - bounds.from) / step);
  const values = new Int32Array(last - first).fill(MISSING);
  const start = bounds.from + first * step;
  const counted = { estimated: 0, edited: 0, stamp: 0 };
  const [firstDay, afterDays] = [localDateOf(legFrom, zone), addDays(localDateOf(legTo - 1, zone), 1)];
  for (const stored of days) {
    if (stored.channelId !== channelId || stored.day < period.from || stored.day >= period.to) continue;
    // Days before the meter hung here, or after it was taken off, are not used, and no version of theirs is.
    if (stored.day >= firstDay && stored.day < afterDays) counted.stamp += stored.version;
    const best = bestOfDay(stored);
    const offset = (startOfDay(stored.day, zone) - start) / step;
    const from = Math.max(0, -offset);
    const to = Math.min(best.values.length, values.length - offset);
    if (from >= to) continue;
    values.set(best.values.subarray(from, to), offset + from);
    if (best.quality !== null) countQuality(best.quality.subarray(from, to), best.values.subarray(from, to), counted);
  }
  const { stamp, ...quality } = counted;
  return { leg, start, values, ...quality, ...countSlots(values, start, step, legFrom, legTo), input: { channelId, from: firstDay, to: afterDays, stamp } };
}

function countQuality(quality: Uint8Array, values: Int32Array, counted: { estimated: number; edited: number }): void {
  for (let slot = 0; slot < quality.length; slot++) {
    if (values[slot] === MISSING) continue;
    if (quality[slot] === QUALITY_ESTIMATED) counted.estimated++;
    else if (quality[slot] === QUALITY_EDITED) counted.edited++;
  }
}

/** A slot in which the meter was exchanged is in both legs: what is there counts, and neither leg has to have it. */
function countSlots(values: Int32Array, start: Instant, step: number, legFrom: Instant, legTo: Instant): { sum: Milli; expected: number; missing: number } {
  const wholeFrom = Math.ceil((legFrom - start) / step);
  const wholeTo = Math.floor((legTo - start) / step);
  let sum = 0;
  let absent = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === MISSING) {
      if (i >= wholeFrom && i < wholeTo) absent++;
    } else sum += value;
  }
  return { sum, expected: wholeTo - wholeFrom, missing: absent };
}

/** One series for each direction, dimension and step; the values of several meters add up slot by slot. */
function joinSeries(legs: readonly IntervalLeg[], unit: Unit, bounds: Bounds): IntervalSeries[] {
  const groups = Map.groupBy(legs, ({ leg: { channel } }) => `${quantityName(channel)} ${channel.stepMinutes}`);
  return [...groups.values()].map((group) => {
    const { channel } = group[0]!.leg;
    const step = channel.stepMinutes! * MINUTE_MS;
    const seriesUnit = billedUnit(channel, unit);
    const alone = groups.size === 1 || group.every(({ start }) => start === bounds.from);
    const start = alone ? bounds.from : Math.min(...group.map((leg) => leg.start));
    const end = alone ? bounds.to : Math.max(...group.map((leg) => leg.start + leg.values.length * step));
    const values = new Int32Array(Math.round((end - start) / step)).fill(MISSING);
    group.forEach((leg, i) => addLeg(values, leg, (leg.start - start) / step, seriesUnit, i === 0));
    return { unit: seriesUnit, direction: channel.direction, stepMinutes: channel.stepMinutes!, start, values };
  });
}

/** Adds a leg's values after its multiplier and unit. Fractions of a thousandth are carried on, so that the sum is the sum's. */
function addLeg(into: Int32Array, { leg: { channel }, values }: IntervalLeg, offset: number, unit: Unit, isEmpty: boolean): void {
  const ratio = legRatio(channel, unit);
  if (ratio.num === 1 && ratio.den === 1 && values.length === into.length && isEmpty) {
    into.set(values);
    return;
  }
  const plain = ratio.num === 1 && ratio.den === 1;
  const carries = ratio.den !== 1 && !isRate(channel);
  let seen = 0;
  let given = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === MISSING) continue;
    let usage = value;
    if (carries) {
      seen += value;
      const total = timesRatio(seen, ratio);
      usage = total - given;
      given = total;
    } else if (!plain) usage = timesRatio(value, ratio);
    const already = into[offset + i]!;
    into[offset + i] = already === MISSING ? usage : already + usage;
  }
}

function legRatio(channel: Channel, unit: Unit): Ratio {
  const multiplier = multiplierRatio(channel.multiplier);
  const conversion = unitRatio(channel.unit, unit);
  const sign = channel.use === "subtract" ? -1 : 1;
  const num = multiplier.num * conversion.num;
  const den = multiplier.den * conversion.den;
  const divisor = greatestCommonDivisor(num, den);
  return { num: (sign * num) / divisor, den: den / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function peakOf(series: readonly IntervalSeries[]): PeakDemand | null {
  const delivered = series.filter(({ direction, unit }) => direction !== "received" && ["energy", "power"].includes(UNITS[unit].dimension));
  let peak: PeakDemand | null = null;
  for (const { unit, stepMinutes, start, values } of delivered) {
    let max = MISSING;
    let slot = 0;
    for (let i = 0; i < values.length; i++) {
      if (values[i]! > max) {
        max = values[i]!;
        slot = i;
      }
    }
    if (max === MISSING) continue;
    const energy = UNITS[unit].dimension === "energy";
    const kilo = convertMilli(max, unit, energy ? "kWh" : "kW");
    const value = energy ? (kilo * 60) / stepMinutes : kilo;
    if (peak === null || value > peak.value) peak = { unit: "kW", value: Math.round(value), at: start + slot * stepMinutes * MINUTE_MS, stepMinutes };
  }
  return peak;
}

// ---- from legs to quantities ----------------------------------------------------------------------------------

/** What one meter measured of one quantity. */
interface Group {
  readonly intervals: readonly IntervalLeg[];
  readonly registers: readonly RegisterLeg[];
}

interface Tally {
  readonly quantities: Record<string, Milli>;
  readonly legs: UsageLeg[];
  readonly crossChecks: CrossCheck[];
  readonly problems: UsageProblem[];
  readonly slots: { expected: number; missing: number; estimated: number; edited: number };
  estimatedUsage: number;
  wholeUsage: number;
}

/** Legs by meter and quantity: a meter's intervals and its registers are two measurements of the same thing. */
function groupsOf(intervals: readonly IntervalLeg[], registers: readonly RegisterLeg[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, { intervals: IntervalLeg[]; registers: RegisterLeg[] }>();
  const groupOf = (leg: ChannelLeg) => {
    const key = groupKey(leg);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { intervals: [], registers: [] }));
    return group;
  };
  for (const leg of intervals) groupOf(leg.leg).intervals.push(leg);
  for (const leg of registers) groupOf(leg.leg).registers.push(leg);
  return groups;
}

const groupKey = ({ channel, from }: ChannelLeg): string => `${channel.meterId} ${from} ${quantityName(channel)}`;

/** Intervals without a gap are billed, else registers where they stand in for them; with neither, the problem is named and what is known is counted. */
function countGroup({ intervals, registers }: Group, unit: Unit, bounds: Bounds, tally: Tally): void {
  for (const { expected, missing, estimated, edited } of intervals) {
    tally.slots.expected += expected;
    tally.slots.missing += missing;
    tally.slots.estimated += estimated;
    tally.slots.edited += edited;
  }
  const intervalsWhole = intervals.length > 0 && intervals.every(({ missing }) => missing === 0);
  const registersWhole = registers.length > 0 && registers.every((register) => registerProblem(register) === null);
  if (intervalsWhole && registersWhole) crossCheck(intervals, registers, unit, bounds, tally);
  if (intervals.length > 0) {
    const stood = intervalsWhole || registers.length === 0 ? null : standsIn(intervals, registers, registersWhole, bounds);
    if (stood === null) for (const leg of intervals) countIntervals(leg, unit, tally);
    else countStandIn(stood, intervals, unit, tally);
  } else {
    for (const register of registers) {
      const problem = registerProblem(register);
      if (problem !== null) tally.problems.push(problem);
      else countRegister(register, unit, tally);
    }
  }
}

/** A peak has no bounds, and is the highest that was shown. */
function standsIn(intervals: readonly IntervalLeg[], registers: readonly RegisterLeg[], registersWhole: boolean, bounds: Bounds): StandIn | null {
  if (!isRate(registers[0]!.leg.channel)) return standIn(intervals, registers, bounds);
  return registersWhole ? { registers, parts: intervals.map(() => []) } : null;
}

function countStandIn({ registers, parts }: StandIn, intervals: readonly IntervalLeg[], unit: Unit, tally: Tally): void {
  for (const register of registers) countRegister(register, unit, tally);
  intervals.forEach((leg, i) => {
    const step = leg.leg.channel.stepMinutes! * MINUTE_MS;
    for (const { first, last } of parts[i]!) {
      const values = leg.values.subarray(first, last);
      const sum = values.reduce((total, value) => (value === MISSING ? total : total + value), 0);
      countIntervals({ ...leg, start: leg.start + first * step, values, sum, missing: 0 }, unit, tally);
    }
  });
}

/** The cross-checks of a period whose intervals are all there, from their sums by channel; `registerReads` as far as they are of its two bounds. */
export function crossChecksOfSums(input: Pick<UsageInput, "period" | "zone" | "unit" | "legs" | "registerReads">, sums: ReadonlyMap<number, Milli>): CrossCheck[] {
  const { period, zone, unit, legs } = input;
  const bounds = { from: startOfDay(period.from, zone), to: startOfDay(period.to, zone) };
  const here = legs.filter(({ from, to, channel }) => from < bounds.to && (to === null || to > bounds.from) && channel.use !== "check");
  const registersOf = Map.groupBy(here.filter(({ channel }) => channel.kind === "register").map((leg) => readRegister(leg, { ...input, days: [], openExceptions: [] }, bounds, true)), ({ leg }) => groupKey(leg));
  const tally: Pick<Tally, "crossChecks"> = { crossChecks: [] };
  for (const [key, intervals] of Map.groupBy(here.filter(({ channel }) => channel.kind === "interval"), groupKey)) {
    const registers = registersOf.get(key) ?? [];
    if (registers.length > 0 && registers.every((register) => registerProblem(register) === null)) crossCheck(intervals.map((leg) => ({ leg, sum: sums.get(leg.channel.channelId) ?? 0 })), registers, unit, bounds, tally);
  }
  return tally.crossChecks;
}

function crossCheck(intervals: readonly Pick<IntervalLeg, "leg" | "sum">[], registers: readonly RegisterLeg[], unit: Unit, bounds: Bounds, tally: Pick<Tally, "crossChecks">): void {
  const { channel, badge } = registers[0]!.leg;
  const atBounds = registers.every(({ leg, start, end }) => start!.readAt === Math.max(bounds.from, leg.from) && end!.readAt === Math.min(bounds.to, leg.to ?? bounds.to));
  if (!atBounds || isRate(channel)) return;
  const billed = billedUnit(channel, unit);
  tally.crossChecks.push({
    channelId: channel.channelId, badge, quantity: quantityName(channel),
    intervals: intervals.reduce((sum, leg) => sum + timesRatio(leg.sum, legRatio(leg.leg.channel, billed)), 0),
    registers: registers.reduce((sum, register) => sum + registerUsage(register, billed), 0),
    dialUnit: Math.abs(timesRatio(1_000, legRatio(channel, billed))),
  });
}

/** What a register with both its reads moved, in the unit, with the sign of its use. */
function registerUsage({ leg: { channel }, start, end }: RegisterLeg, unit: Unit): Milli {
  const usage = convertMilli(registerAdvance(start!.value, end!.value, channel).usage, channel.unit, unit);
  return channel.use === "subtract" ? -usage : usage;
}

function countIntervals(leg: IntervalLeg, unit: Unit, tally: Tally): void {
  const { channel, badge, from, to } = leg.leg;
  const { channelId, meterId, multiplier } = channel;
  const quantity = quantityName(channel);
  if (leg.missing > 0) {
    tally.problems.push({ code: "missing-intervals", channelId, sentence: `${leg.missing} of ${leg.expected} intervals of meter ${badge} are missing and no register reads stand in for them.` });
  }
  if (isRate(channel)) {
    const max = leg.values.reduce((most, value) => Math.max(most, value), MISSING);
    if (max !== MISSING) tally.quantities[quantity] = Math.max(tally.quantities[quantity] ?? 0, timesMultiplier(max, multiplier));
    return;
  }
  const usage = timesRatio(leg.sum, legRatio(channel, billedUnit(channel, unit)));
  addUsage(tally, quantity, usage, (leg.estimated * Math.abs(usage)) / Math.max(1, leg.expected));
  const end = leg.start + leg.values.length * channel.stepMinutes! * MINUTE_MS;
  tally.legs.push({ channelId, meterId, badge, quantity, source: "intervals", usage, from: Math.max(leg.start, from), to: Math.min(end, to ?? end), startRead: null, endRead: null, rolledOver: false, multiplier });
}

function countRegister(register: RegisterLeg, unit: Unit, tally: Tally): void {
  const { leg: { channel, badge }, start, end, reads } = register;
  const { channelId, meterId, multiplier } = channel;
  const quantity = quantityName(channel);
  if (isRate(channel)) {
    // A demand register shows the highest since it was last reset, which happens at the read.
    const highest = Math.max(...reads.filter(({ readAt }) => readAt > start!.readAt && readAt <= end!.readAt).map(({ value }) => value));
    tally.quantities[quantity] = Math.max(tally.quantities[quantity] ?? 0, timesMultiplier(highest, multiplier));
    return;
  }
  const usage = registerUsage(register, billedUnit(channel, unit));
  const estimated = start!.quality === "estimated" || end!.quality === "estimated";
  addUsage(tally, quantity, usage, estimated ? Math.abs(usage) : 0);
  tally.legs.push({ channelId, meterId, badge, quantity, source: "registers", usage, from: start!.readAt, to: end!.readAt, startRead: start, endRead: end, rolledOver: channel.direction !== "net" && end!.value < start!.value, multiplier });
}

function addUsage(tally: Tally, quantity: string, usage: Milli, estimated: number): void {
  tally.quantities[quantity] = (tally.quantities[quantity] ?? 0) + usage;
  tally.wholeUsage += Math.abs(usage);
  tally.estimatedUsage += estimated;
}

function registerProblem({ leg: { channel, badge }, start, end }: RegisterLeg): UsageProblem | null {
  const { channelId } = channel;
  if (start === null) return { code: "no-start-read", channelId, sentence: `Meter ${badge} has no read at the start of the period.` };
  if (end === null) return { code: "no-end-read", channelId, sentence: `Meter ${badge} has no read at the end of the period.` };
  if (!isRate(channel) && registerAdvance(start.value, end.value, channel).kind === "negative") {
    return { code: "negative", channelId, sentence: `The register of meter ${badge} went back from ${quantityText(start.value, channel.unit)} to ${quantityText(end.value, channel.unit)}.` };
  }
  return null;
}

/** A rate (kW, kVA) has a highest value, not a sum. */
function isRate(channel: Channel): boolean {
  return ["power", "apparent-power", "reactive-power"].includes(UNITS[channel.unit].dimension);
}

/** The unit in which a channel's usage is given: the billing unit where it measures the same. */
function billedUnit(channel: Channel, unit: Unit): Unit {
  return sameDimension(channel.unit, unit) ? unit : channel.unit;
}

const NAME_OF_DIRECTION = { delivered: "usage", received: "received", net: "net" } as const;

/** A leading load's reactive energy is no part of what a lagging one took: a power factor is of what was delivered. */
const RETURNED = { delivered: "", received: "Received", net: "" } as const;

/** The name of the determinant that a channel contributes to. */
export function quantityName(channel: Pick<Channel, "unit" | "direction">): string {
  switch (UNITS[channel.unit].dimension) {
    case "power": return "demand";
    case "apparent-power": return "kVA";
    case "reactive-power": return "kvar";
    case "reactive-energy": return `kvarh${RETURNED[channel.direction]}`;
    case "apparent-energy": return `kVAh${RETURNED[channel.direction]}`;
    default: return NAME_OF_DIRECTION[channel.direction];
  }
}
