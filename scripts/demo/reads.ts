/**
 * The night's reads, through the product's own ingest: matched, validated against what is stored, committed with their
 * exceptions and their events. Many days of a meter go in one reading, as a head-end sends them after an outage; what
 * the meters counted in between is carried on here.
 */
import { createHash } from "node:crypto";
import { addDays, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type Instant } from "../../domain/calendar/zone.ts";
import type { Condition, IntervalReading, Reading, RegisterReading } from "../../domain/metering/index.ts";
import { batchIdOf, ingestReads } from "../../worker/operations/reads.ts";
import { asSent, dialsShow, intervalsOfDay, sentBack, usageOfDay, type Panels } from "./generator.ts";
import { generatedDays, type GeneratedDay } from "./generator-weather.ts";
import { GATEWAY_ID } from "./gateway.ts";
import type { Town, TownMeter } from "./town.ts";
import { ZONE, type Demo } from "./world.ts";

/** Interval values and readings in one batch: a second's work for the database, and little memory. */
const VALUES_A_BATCH = 250_000;
const READINGS_A_BATCH = 2_000;

export interface ReadsTally {
  intervals: number;
  registers: number;
  batches: number;
}

export class MeterReads {
  readonly #demo: Demo;
  readonly #town: Town;
  readonly #holidays: ReadonlySet<LocalDate>;
  /** What each meter has counted so far. */
  readonly #counted: Float64Array;
  /** The first day that has not been read. */
  #next: LocalDate;
  /** Days on which registers of a cycle are read. */
  readonly #readDays: ReadonlyMap<string, ReadonlySet<LocalDate>>;
  readonly tally: ReadsTally = { intervals: 0, registers: 0, batches: 0 };

  constructor(demo: Demo, town: Town, holidays: ReadonlySet<LocalDate>) {
    this.#demo = demo;
    this.#town = town;
    this.#holidays = holidays;
    this.#counted = Float64Array.from(town.meters, ({ counted }) => counted);
    this.#next = town.from;
    this.#readDays = new Map(town.cycles.map(({ id, startOn, closes }) => [id, new Set([startOn, ...closes])]));
  }

  /** Takes in everything up to the night before a day. */
  async upTo(day: LocalDate): Promise<void> {
    if (this.#next > day) return;
    const { meters, cycles, plan } = this.#town;
    const startOf = new Map(cycles.map(({ id, startOn }) => [id, startOn]));
    const days = generatedDays(plan.seed, { from: this.#next, to: day }, ZONE, this.#holidays);
    const batch = new Batch(this.#demo, this.tally);
    for (let i = 0; i < meters.length; i += 1) {
      const meter = meters[i]!;
      const own = days.filter(({ date }) => date >= startOf.get(meter.cycleId)!);
      this.#readRegister(i, meter, own, startOf.get(meter.cycleId)!, batch);
      const sent = meter.intervalChannel === null ? [] : own.filter(({ date }) => date >= meter.intervalsFrom);
      if (sent.length > 0) batch.add({ ...intervals(meter, sent), told: saidOf(i, sent, plan.today) });
      if (sent.length > 0 && meter.panels) batch.add(sentBackReading(meter, meter.panels, sent));
      if (batch.full) await batch.send();
    }
    await batch.send();
    await batch.sent();
    this.#next = day;
  }

  /**
   * The dials at the midnights of the days on which they are read. What is read by hand, and where somebody moves out, was
   * read in the afternoon before.
   */
  #readRegister(i: number, meter: TownMeter, days: readonly GeneratedDay[], startOn: LocalDate, batch: Batch): void {
    const wanted = this.#readDays.get(meter.cycleId)!;
    const byHand = meter.intervalChannel === null;
    if (days[0]?.date === startOn) batch.add(register(meter, startOfDay(startOn, ZONE), this.#counted[i]!));
    for (const day of days) {
      const usage = usageOfDay(meter.use, day);
      this.#counted[i]! += usage;
      const end = addDays(day.date, 1);
      if (!wanted.has(end) && !meter.movedOutOn.includes(end) && !meter.movedInOn.includes(end)) continue;
      const midnight = startOfDay(end, ZONE);
      const afternoon = byHand || meter.movedOutOn.includes(end);
      batch.add(afternoon ? register(meter, midnight - AFTERNOON_MS, this.#counted[i]! - usage * REST_OF_DAY) : register(meter, midnight, this.#counted[i]!));
    }
  }
}

const HOUR_MS = 3_600_000;
/** Four in the afternoon; about a third of the day's usage is still to come. */
const AFTERNOON_MS = 8 * HOUR_MS;
const REST_OF_DAY = 0.35;

function register({ badge, unit, dials }: TownMeter, at: Instant, counted: number): Omit<RegisterReading, "index"> {
  return { kind: "register", meter: badge, channel: null, unit, quality: "actual", at, value: dialsShow(counted, dials) };
}

/** One module in so many has a battery that runs low, and one a signal that is weak; the others have nothing to say. */
const LOW_BATTERY_EVERY = 40;
const WEAK_SIGNAL_EVERY = 55;
/** The meter whose cover was opened last night. */
const OPENED = 26;
/** Batteries and signals are told of for so long. */
const SAID_DAYS = 40;
const LOW_BATTERY: readonly Condition[] = [{ kind: "low-battery", on: true, says: "low", seconds: null }];
const WEAK_SIGNAL: readonly Condition[] = [{ kind: "weak-signal", on: true, says: "-117 dBm", seconds: null }];

const TAMPER: readonly Condition[] = [{ kind: "tamper", on: true, says: "cover opened", seconds: null }];

/** What the module says beside the last of the days. */
function saidOf(i: number, days: readonly GeneratedDay[], today: LocalDate): IntervalReading["told"] {
  const { date } = days.at(-1)!;
  const ago = daysBetween(date, today);
  if (ago > SAID_DAYS) return undefined;
  const told = (conditions: readonly Condition[], fromHour: number, hours: number) => [{ conditions, from: startOfDay(date, ZONE) + fromHour * HOUR_MS, to: startOfDay(date, ZONE) + (fromHour + hours) * HOUR_MS, line: 0 }];
  if (i % LOW_BATTERY_EVERY === 7) return told(LOW_BATTERY, 12, 1);
  if (i % WEAK_SIGNAL_EVERY === 11) return told(WEAK_SIGNAL, 12, 1);
  return i === OPENED && ago <= 1 ? told(TAMPER, 14, 2) : undefined;
}

function intervals(meter: TownMeter, days: readonly GeneratedDay[]): Omit<IntervalReading, "index"> {
  return reading(meter, meter.panels ? "1" : null, days, days.map((day) => asSent(meter.use, day, intervalsOfDay(meter.use, day))));
}

function sentBackReading(meter: TownMeter, panels: Panels, days: readonly GeneratedDay[]): Omit<IntervalReading, "index"> {
  return reading(meter, "2", days, days.map((day) => sentBack(panels, day, meter.use.step)));
}

function reading({ badge, unit, use }: TownMeter, channel: string | null, days: readonly GeneratedDay[], sent: readonly Int32Array[]): Omit<IntervalReading, "index"> {
  const values = new Int32Array(sent.reduce((total, each) => total + each.length, 0));
  let at = 0;
  for (const each of sent) {
    values.set(each, at);
    at += each.length;
  }
  return { kind: "interval", meter: badge, channel, unit, quality: "actual", start: startOfDay(days[0]!.date, ZONE), stepMinutes: use.step, values };
}

/** Readings on their way to one commit. */
class Batch {
  readonly #demo: Demo;
  readonly #tally: ReadsTally;
  #readings: Reading[] = [];
  #values = 0;
  #before: Promise<void> = Promise.resolve();
  #last: Promise<void> = Promise.resolve();

  constructor(demo: Demo, tally: ReadsTally) {
    this.#demo = demo;
    this.#tally = tally;
  }

  get full(): boolean {
    return this.#values >= VALUES_A_BATCH || this.#readings.length >= READINGS_A_BATCH;
  }

  add(reading: Omit<IntervalReading, "index"> | Omit<RegisterReading, "index">): void {
    this.#readings.push({ ...reading, index: this.#readings.length } as Reading);
    if (reading.kind === "interval") this.#values += reading.values.length;
  }

  /** Sends what is there. Two batches are on their way at most: while one is being written, the next is judged. They have no meter in common. */
  async send(): Promise<void> {
    if (this.#readings.length === 0) return;
    const readings = this.#readings;
    this.#tally.intervals += this.#values;
    this.#tally.registers += readings.filter(({ kind }) => kind === "register").length;
    this.#tally.batches += 1;
    this.#readings = [];
    this.#values = 0;
    const [before, last] = [this.#before, this.#last];
    await before;
    this.#before = last;
    this.#last = this.#ingest(readings);
    // Waited for with the next one but one.
    this.#last.catch(() => undefined);
  }

  async sent(): Promise<void> {
    await Promise.all([this.#before, this.#last]);
  }

  async #ingest(readings: readonly Reading[]): Promise<void> {
    const bodyHash = hashOf(readings);
    const { counts } = await ingestReads(this.#demo.world, { actor: { kind: "gateway", gatewayId: GATEWAY_ID }, batchId: batchIdOf(`gateway:${GATEWAY_ID}`, bodyHash), bodyHash, readings });
    if (counts.rejected > 0) throw new Error(`${counts.rejected} of the demonstration's reads were rejected`);
  }
}

/** What stands for the body that a gateway would have posted. */
function hashOf(readings: readonly Reading[]): string {
  const hash = createHash("sha256");
  for (const reading of readings) {
    hash.update(`${reading.meter} ${reading.kind === "register" ? `${reading.at} ${reading.value}` : reading.start}\n`);
    if (reading.kind === "interval") hash.update(new Uint8Array(reading.values.buffer, reading.values.byteOffset, reading.values.byteLength));
  }
  return hash.digest("hex");
}
