/**
 * The first half of ingest: which channel of which meter each reading belongs to. It needs only the meters named in the
 * batch, and says what else must be loaded before the readings can be classified.
 */
import { createHash } from "node:crypto";
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { localDateOf, localDayOf, MINUTE_MS, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { Channel, Direction, Installation, MeterRecord } from "./channel.ts";
import { clockOff, JUDGED_KINDS, latestOf, type Condition, type ConditionKind, type LatestCondition, type MeterEvent, type Told } from "./conditions.ts";
import { dayBytes, MISSING } from "./packed-day.ts";
import type { IntervalReading, Reading, RegisterReading } from "./reads-request.ts";
import { registerValueProblem } from "./register.ts";
import { convertExactly, INTERVAL_MAX, isUse, multiplierRatio, sameDimension, UNITS } from "./units.ts";
import type { VeeSetting } from "./vee-parameters.ts";

export interface ReadsContext {
  readonly now: Instant;
  readonly zone: TimeZone;
  /** The utility's own thresholds. */
  readonly settings: readonly VeeSetting[];
  readonly limits?: ReadsLimits;
}

export interface ReadsLimits {
  /** Gateways' clocks may run ahead by this much. */
  readonly futureToleranceMinutes: number;
  /** Older reads are refused: they would reach into bills that nobody re-opens. */
  readonly maxAgeDays: number;
}

/** Fifteen minutes is one interval of the commonest length; 400 days take a whole year's back-load with a month to spare. */
export const READS_LIMITS: ReadsLimits = { futureToleranceMinutes: 15, maxAgeDays: 400 };

const DAY_MINUTES = 24 * 60;

export type OutcomeKind = "accepted" | "duplicate" | "exception" | "rejected";

/** What became of one reading of the batch. */
export interface ReadOutcome {
  readonly index: number;
  readonly meter: string;
  readonly outcome: OutcomeKind;
  /** Of a rejected reading: which field, and why. */
  readonly field?: string;
  readonly reason?: string;
  /** Ids of the exceptions it led to or falls under. */
  readonly exceptionIds?: readonly string[];
  /** Values stored, known already, and kept as a correction. */
  readonly stored: number;
  readonly duplicates: number;
  readonly corrected: number;
}

/** A reading that cannot be stored with a channel as things are; kept with its exception, to be used once staff have mended the cause. */
export interface HeldReading {
  readonly id: string;
  readonly ruleId: "unknown-meter" | "not-installed" | "unit" | "interval-size" | "multiplier";
  readonly meterId: string | null;
  readonly channelId: number | null;
  readonly day: LocalDate;
  readonly sentence: string;
  readonly reading: Reading;
}

export interface MatchedRegister {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  /** In the channel's unit. */
  readonly reading: RegisterReading;
}

export interface MatchedInterval {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  /** In the channel's unit and step. */
  readonly reading: IntervalReading;
}

/** Something said of a meter that validation looks at, with the channel by which the meter is known. */
export interface MatchedTold {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  readonly told: Told;
}

/** What the shell must load for `classifyReads`, and nothing else. */
export interface ReadsNeeds {
  /** Stored days with their revisions, history as of `from`, and exceptions known of those days; `to` is not in it. */
  readonly days: readonly { readonly channelId: number; readonly from: LocalDate; readonly to: LocalDate }[];
  /** All versions of the reads in [from, to], the last instant before and the first after; history and exceptions too. */
  readonly registers: readonly { readonly channelId: number; readonly from: Instant; readonly to: Instant }[];
}

export interface MatchedReads {
  readonly registers: readonly MatchedRegister[];
  readonly intervals: readonly MatchedInterval[];
  /** Outcomes already decided: rejected, or held as an exception. */
  readonly settled: readonly ReadOutcome[];
  readonly held: readonly HeldReading[];
  readonly told: readonly MatchedTold[];
  /** The last word on each kind of condition of each meter. */
  readonly latest: readonly LatestCondition[];
  readonly needs: ReadsNeeds;
}

/** The badges to look up, once each. */
export function badgesOf(reads: readonly Reading[], events: readonly MeterEvent[] = []): string[] {
  return [...new Set([...reads, ...events].map(({ meter }) => meter))];
}

/**
 * Finds each reading's channel. `meters` by badge, as many of the batch's badges as are known. Of `events`, those of meters that
 * are not known, and those that lie in the future or too far back, say nothing to anybody.
 */
export function matchReads(reads: readonly Reading[], meters: ReadonlyMap<string, MeterRecord>, context: ReadsContext, events: readonly MeterEvent[] = []): MatchedReads {
  const registers: MatchedRegister[] = [];
  const intervals: MatchedInterval[] = [];
  const settled: ReadOutcome[] = [];
  const held: HeldReading[] = [];
  const limits = context.limits ?? READS_LIMITS;
  for (const reading of reads) {
    const result = matchOne(reading, meters.get(reading.meter), context, limits);
    if ("rejected" in result) settled.push({ ...outcomeHead(reading), outcome: "rejected", ...result.rejected });
    else if ("held" in result) {
      held.push(result.held);
      settled.push({ ...outcomeHead(reading), outcome: "exception", reason: result.held.sentence, exceptionIds: [result.held.id] });
    } else if (result.reading.kind === "register") registers.push(result as MatchedRegister);
    else intervals.push(result as MatchedInterval);
  }
  const timely = ({ from, to }: Told): boolean => to <= context.now + limits.futureToleranceMinutes * MINUTE_MS && from >= context.now - limits.maxAgeDays * DAY_MINUTES * MINUTE_MS;
  const said = saidOf([...registers, ...intervals], events.filter(timely), meters);
  const told = [...said].flatMap(([meter, all]) => all.filter(isJudged).flatMap((each) => toldOf(meter, each)));
  return { registers, intervals, settled, held, told, latest: [...said].flatMap(([meter, all]) => latestOf(meter.meterId, all)), needs: needsOf(registers, intervals, told, context.zone) };
}

/** All that is said of each meter, beside its readings and by itself. */
function saidOf(matches: readonly (MatchedRegister | MatchedInterval)[], events: readonly MeterEvent[], meters: ReadonlyMap<string, MeterRecord>): ReadonlyMap<MeterRecord, readonly Told[]> {
  const said = new Map<MeterRecord, Told[]>();
  const note = (meter: MeterRecord, told: readonly Told[]): void => {
    const known = said.get(meter);
    if (known === undefined) said.set(meter, [...told]);
    else known.push(...told);
  };
  for (const { meter, reading } of matches) if (reading.told !== undefined) note(meter, reading.told);
  for (const event of events) {
    const meter = meters.get(event.meter);
    if (meter !== undefined) note(meter, [event]);
  }
  return said;
}

const JUDGED: ReadonlySet<ConditionKind> = new Set(JUDGED_KINDS);

const isJudged = ({ conditions }: Told): boolean => conditions.some(({ kind, on }) => on && JUDGED.has(kind));

/** What is said is of the meter, and is judged once: on its intervals where it has some, else on its dial. */
function toldOf(meter: MeterRecord, told: Told): MatchedTold[] {
  const channel = spokenFor(meter);
  const installation = meter.installations.find(({ from, to }) => from <= told.to && (to === null || told.from <= to));
  return channel === null || installation === undefined ? [] : [{ meter, channel, installation, told }];
}

/** The channel on which what is said of the meter is judged. */
export function spokenFor({ channels }: MeterRecord): Channel | null {
  const counted = channels.filter(({ use }) => use !== "check");
  const intervals = counted.filter(({ kind }) => kind === "interval");
  return intervals.find(({ direction, unit }) => direction !== "received" && isUse(unit)) ?? intervals[0] ?? counted[0] ?? null;
}

export function outcomeHead(reading: Reading): { index: number; meter: string; stored: number; duplicates: number; corrected: number } {
  return { index: reading.index, meter: reading.meter, stored: 0, duplicates: 0, corrected: 0 };
}

interface Rejected {
  readonly rejected: { readonly field: string; readonly reason: string };
}

type Match = Rejected | { readonly held: HeldReading } | MatchedRegister | MatchedInterval;

const reject = (field: string, reason: string): Rejected => ({ rejected: { field, reason } });

function matchOne(reading: Reading, meter: MeterRecord | undefined, { now, zone }: ReadsContext, limits: ReadsLimits): Match {
  const { first, last, inside } = spanOf(reading);
  const when = reading.kind === "register" ? "at" : "start";
  if (last > now + limits.futureToleranceMinutes * MINUTE_MS) return reject(when, "lies in the future; check the gateway's clock and time zone");
  if (first < now - limits.maxAgeDays * DAY_MINUTES * MINUTE_MS) return reject(when, `is more than ${limits.maxAgeDays} days old`);

  const day = localDateOf(first, zone);
  const ahead = last > now ? clockOff((last - now) / 1000, "stamps of the future") : null;
  const hold = (ruleId: HeldReading["ruleId"], channel: Channel | null, sentence: string): Match => {
    const id = [ruleId, reading.meter, reading.kind, reading.channel ?? "", reading.unit, first, contentHash(reading)].join(":");
    return { held: { id, ruleId, meterId: meter?.meterId ?? null, channelId: channel?.channelId ?? null, day, sentence, reading } };
  };
  if (meter === undefined) return hold("unknown-meter", null, `No meter has the number ${reading.meter}.`);

  const installation = meter.installations.find((at) => at.from <= inside.first && (at.to === null || inside.last <= at.to));
  if (installation === undefined) return hold("not-installed", null, `Meter ${reading.meter} was not installed anywhere at that time.`);

  const choice = chooseChannel(reading, meter);
  if (typeof choice === "string") return reject("channel", choice);
  const channel = choice;
  if (reading.kind === "interval" && reading.stepMinutes !== channel.stepMinutes) {
    return hold("interval-size", channel, `Meter ${reading.meter} is set up for intervals of ${channel.stepMinutes} minutes, these are of ${reading.stepMinutes}.`);
  }
  if (reading.multiplier !== undefined && !sameMultiplier(reading.multiplier, channel.multiplier)) {
    return hold("multiplier", channel, `Meter ${reading.meter} is set up with the multiplier ${channel.multiplier}, the head-end has ${reading.multiplier}.`);
  }
  const converted = inChannelUnit(reading, channel);
  if (converted === null) return hold("unit", channel, `Meter ${reading.meter} counts ${channel.unit}; ${reading.unit} cannot be stored there without loss.`);

  if (converted.kind === "register") {
    const problem = registerValueProblem(converted.value, channel);
    return problem === null ? { meter, channel, installation, reading: saying(converted, ahead, first, last) } : reject("value", problem);
  }
  const off = offGrid(converted.start, converted.stepMinutes, zone);
  if (off === null) return reject("start", `is not the start of a ${converted.stepMinutes}-minute interval of the local day, and is in the middle of two`);
  const onGrid = off === 0 ? converted : saying({ ...converted, start: converted.start - off }, clockOff(off / 1000, "stamps off the interval"), first - off, last - off);
  return { meter, channel, installation, reading: saying(onGrid, ahead, first, last) };
}

/** How far the start is after the nearest start of an interval, negative before it; null in the middle, where no clock tells which is meant. */
function offGrid(start: Instant, stepMinutes: number, zone: TimeZone): number | null {
  const step = stepMinutes * MINUTE_MS;
  const off = (start - localDayOf(start, zone).start) % step;
  return off * 2 === step ? null : off * 2 < step ? off : off - step;
}

/** The reading with one thing more said of its meter. */
function saying<R extends Reading>(reading: R, condition: Condition | null, from: Instant, to: Instant): R {
  return condition === null ? reading : { ...reading, told: [...(reading.told ?? []), { conditions: [condition], from, to, line: reading.told?.[0]?.line ?? 0 }] };
}

/**
 * First and last instant that the reading speaks of; intervals without a value at the end do not count. `inside` is when the
 * meter must have hung there: without empty intervals at either end, and within the first and last that are not, since a
 * meter is exchanged in the middle of one.
 */
function spanOf(reading: Reading): { first: Instant; last: Instant; inside: { first: Instant; last: Instant } } {
  if (reading.kind === "register") return { first: reading.at, last: reading.at, inside: { first: reading.at, last: reading.at } };
  const { values, start } = reading;
  const step = reading.stepMinutes * MINUTE_MS;
  let filled = values.length;
  while (filled > 0 && values[filled - 1] === MISSING) filled--;
  let empty = 0;
  while (empty < filled && values[empty] === MISSING) empty++;
  const last = start + filled * step;
  return { first: start, last, inside: filled === empty ? { first: start, last } : { first: start + (empty + 1) * step - 1, last: last - step + 1 } };
}

function sameMultiplier(one: string, other: string): boolean {
  const [a, b] = [multiplierRatio(one), multiplierRatio(other)];
  return a.num === b.num && a.den === b.den;
}

/** Hex digits of SHA-256 that tell apart what is held for the same meter and instant. */
const CONTENT_DIGITS = 16;

/** A reading that begins like one that is held and says more, or something else, is another one: neither may be lost. */
function contentHash(reading: Reading): string {
  const hash = createHash("sha256").update(reading.kind === "register" ? `${reading.quality} ${reading.multiplier ?? ""} ${reading.value}` : `${reading.quality} ${reading.multiplier ?? ""} ${reading.stepMinutes} `);
  if (reading.kind === "interval") hash.update(dayBytes(reading.values));
  return hash.digest("hex").slice(0, CONTENT_DIGITS);
}

/** The one channel that the reading can mean, or the reason why there is none. */
function chooseChannel(reading: Reading, meter: MeterRecord): Channel | string {
  const ofKind = meter.channels.filter((channel) => channel.kind === reading.kind);
  const named = namedChannels(reading, ofKind);
  if (named.length === 1) return named[0]!;
  if (named.length === 0) return reading.channel === null ? `meter ${reading.meter} has no ${reading.kind} channel` : `meter ${reading.meter} has no ${reading.kind} channel "${reading.channel}"`;
  const measuring = named.filter((channel) => sameDimension(channel.unit, reading.unit));
  const inUnit = measuring.filter((channel) => channel.unit === reading.unit);
  if (measuring.length === 1) return measuring[0]!;
  if (inUnit.length === 1) return inUnit[0]!;
  return `meter ${reading.meter} has several ${reading.kind} channels; name one of ${named.map((channel) => `"${channel.name ?? channel.channelId}"`).join(", ")}`;
}

/**
 * The channels that a reading's own word for its channel may mean. A head-end's word that is none of our names stands for
 * every channel that measures the same quantity, but never for one that counts the other way.
 */
function namedChannels({ channel: name, foreign, unit }: Reading, ofKind: readonly Channel[]): readonly Channel[] {
  if (name === null) return ofKind;
  const ours = ofKind.filter((channel) => channel.name === name);
  if (ours.length > 0 || !foreign) return ours;
  const way = directionIn(name);
  return ofKind.filter((channel) => sameDimension(channel.unit, unit) && (way === null || channel.direction === way));
}

/** How head-ends call the way something flows; B and E are the letters of NEM12, G and N stand before a unit in CMEP. */
const DIRECTION_WORDS: readonly (readonly [RegExp, Direction])[] = [
  [/\bnet\b|^n(?=kw|kva)/i, "net"],
  [/rec(?:eived|v)?\b|export|reverse|generat|^b\d$|^g(?=kw|kva)/i, "received"],
  [/deliv|\bdel\b|import|forward|^e\d$/i, "delivered"],
];

/** The few words of a head-end, with what they say of the direction: they come with every reading of a file. */
const directions = new Map<string, Direction | null>();
const DIRECTIONS_MAX = 1000;

function directionIn(name: string): Direction | null {
  const known = directions.get(name);
  if (known !== undefined) return known;
  if (directions.size >= DIRECTIONS_MAX) directions.clear();
  const direction = DIRECTION_WORDS.find(([words]) => words.test(name))?.[1] ?? null;
  directions.set(name, direction);
  return direction;
}

/** The reading in the channel's unit, or null where that is another kind of quantity or would lose digits. */
function inChannelUnit<R extends Reading>(reading: R, channel: Channel): R | null {
  if (reading.unit === channel.unit) return reading;
  if (!sameDimension(reading.unit, channel.unit)) return null;
  if (reading.kind === "register") {
    const value = convertExactly(reading.value, reading.unit, channel.unit);
    return value === null ? null : { ...reading, unit: channel.unit, value };
  }
  const values = new Int32Array(reading.values.length);
  for (let i = 0; i < values.length; i++) {
    const value = reading.values[i]!;
    const converted = value === MISSING ? MISSING : convertExactly(value, reading.unit, channel.unit);
    if (converted === null || Math.abs(converted) > INTERVAL_MAX + (value === MISSING ? 1 : 0)) return null;
    values[i] = converted;
  }
  return { ...reading, unit: channel.unit, values };
}

function needsOf(registers: readonly MatchedRegister[], intervals: readonly MatchedInterval[], told: readonly MatchedTold[], zone: TimeZone): ReadsNeeds {
  const days = new Map<number, { channelId: number; from: LocalDate; to: LocalDate }>();
  const reads = new Map<number, { channelId: number; from: Instant; to: Instant }>();
  const needReads = (channelId: number, from: Instant, to: Instant): void => {
    const known = reads.get(channelId);
    if (known === undefined) reads.set(channelId, { channelId, from, to });
    else {
      known.from = Math.min(known.from, from);
      known.to = Math.max(known.to, to);
    }
  };
  for (const { channel, reading } of registers) needReads(channel.channelId, reading.at, reading.at);
  for (const { channel, told: { from, to } } of told) if (channel.kind === "register") needReads(channel.channelId, from, to);
  const needDays = (meter: MeterRecord, channel: Channel, from: Instant, until: Instant): void => {
    const first = localDayOf(from, zone);
    const last = localDayOf(until, zone);
    const to = addDays(last.date, 1);
    const known = days.get(channel.channelId);
    if (known === undefined) days.set(channel.channelId, { channelId: channel.channelId, from: first.date, to });
    else {
      if (first.date < known.from) known.from = first.date;
      if (to > known.to) known.to = to;
    }
    // The sum check compares a day with the registers at its two midnights.
    for (const register of registersBeside(channel, meter)) needReads(register.channelId, first.start, last.end);
  };
  for (const { meter, channel, reading } of intervals) {
    const until = reading.start + (reading.values.length * reading.stepMinutes - 1) * MINUTE_MS;
    needDays(meter, channel, reading.start, until);
    const active = activeBeside(channel, meter);
    if (active !== null) needDays(meter, active, reading.start, until);
  }
  for (const { meter, channel, told: { from, to } } of told) if (channel.kind === "interval") needDays(meter, channel, from, Math.max(from, to - 1));
  return { days: [...days.values()], registers: [...reads.values()] };
}

/** The interval channels of the meter that count the same quantity as the register. */
export function intervalsBeside(channel: Channel, meter: MeterRecord): Channel[] {
  return meter.channels.filter((other) => other.kind === "interval" && other.direction === channel.direction && sameDimension(other.unit, channel.unit));
}

/** Of a channel of reactive energy, the one on which the same meter counts what it delivers; null for any other. */
export function activeBeside(channel: Channel, meter: MeterRecord): Channel | null {
  if (UNITS[channel.unit].dimension !== "reactive-energy" || channel.direction !== "delivered") return null;
  return meter.channels.find(({ kind, unit, direction, use }) => kind === "interval" && direction === "delivered" && use !== "check" && UNITS[unit].dimension === "energy") ?? null;
}

/** The registers of the meter that count the same quantity as the interval channel. */
export function registersBeside(channel: Channel, meter: MeterRecord): Channel[] {
  return meter.channels.filter((other) => other.kind === "register" && other.direction === channel.direction && other.use !== "check" && sameDimension(other.unit, channel.unit));
}
