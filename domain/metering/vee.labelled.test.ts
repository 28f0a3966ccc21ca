/**
 * A month of made-up houses in which it is known what is wrong with which: how many of the faults the rules find, and
 * how much of what they find is one, printed rule by rule. March, so that a day of 23 hours is in it.
 */
import { expect, test } from "vitest";
import { addDays, eachDay, isoWeekday, type LocalDate } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import type { Channel } from "./channel.ts";
import { judgedOf, type DayCondition, type Told } from "./conditions.ts";
import { statusConditions } from "./formats/condition-codes.ts";
import { ReadingCollector } from "./formats/readings.ts";
import { NO_HISTORY, windowOfDays, type ChannelHistory } from "./history.ts";
import { dayStats, MISSING, slotCount } from "./packed-day.ts";
import { runAtEnd, scanSpan } from "./span-scan.ts";
import { parametersFor } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";
import { judgeScan } from "./vee.ts";

const ZONE = "America/Chicago";
const MONTH = { from: "2026-03-01", to: "2026-04-01" };
const HOUSES = 150;

type Random = () => number;
/** `negative` is a meter that was hung the wrong way round, or jumps back; `high` a meter that was swapped with a larger house's. */
type Fault = "spike" | "stuck" | "leak" | "burst" | "missing" | "negative" | "high";
const FAULTS: readonly Fault[] = ["spike", "stuck", "leak", "burst", "missing", "negative", "high"];

/** mulberry32: the same houses in every run. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const electric: Channel = { channelId: 1, meterId: "e", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered" };
const water: Channel = { ...electric, meterId: "w", commodity: "water", unit: "gal", stepMinutes: 60 };

/** Base load, a morning and an evening, an oven or a car now and then; every house its own size. */
function electricDay(day: LocalDate, size: number, random: Random): Int32Array {
  const car = random() < 0.3 ? 70 + Math.floor(random() * 10) : -1;
  return Int32Array.from({ length: slotCount(day, ZONE, 15) }, (_, slot) => {
    const hour = slot / 4;
    const evening = hour > 17 && hour < 22 ? 250 : hour > 6 && hour < 9 ? 160 : 0;
    const plugged = car >= 0 && slot >= car && slot < car + 12 ? 1_700 : 0;
    return Math.round(size * (60 + evening * random() + 90 * random()) + plugged * (0.9 + 0.2 * random()));
  });
}

/** Whole gallons: nights at zero, showers, a wash, the garden on some mornings. */
function waterDay(day: LocalDate, size: number, random: Random): Int32Array {
  const garden = isoWeekday(day) % 3 === 0 ? 400 + Math.floor(random() * 200) : 0;
  return Int32Array.from({ length: slotCount(day, ZONE, 60) }, (_, hour) => {
    if (hour === 5) return garden * 1_000;
    const awake = hour > 5 && hour < 23;
    return awake && random() < 0.6 ? Math.floor(random() * 25 * size) * 1_000 : 0;
  });
}

/** Puts a fault into some days of a house; returns which days bear it. */
function spoil(days: Map<LocalDate, Int32Array>, fault: Fault, random: Random): Set<LocalDate> {
  const names = [...days.keys()];
  const first = 3 + Math.floor(random() * 20);
  const touch = (count: number, change: (values: Int32Array) => void): Set<LocalDate> => {
    const touched = names.slice(first, first + count);
    for (const day of touched) change(days.get(day)!);
    return new Set(touched);
  };
  const slot = (values: Int32Array) => Math.floor(random() * (values.length - 20));
  switch (fault) {
    case "spike": return touch(1, (values) => void (values[slot(values)] = 15_000 + Math.floor(random() * 1e6)));
    case "stuck": return touch(3, (values) => void values.fill(days.get(names[first]!)![40]! + 30));
    case "negative": return random() < 0.5
      ? touch(1, (values) => void (values[slot(values)] = -50 - Math.floor(random() * 500)))
      : touch(4, (values) => values.forEach((value, at) => void (values[at] = -value)));
    case "high": return touch(5, (values) => values.forEach((value, at) => void (values[at] = value * 9)));
    case "burst": return touch(1, (values) => void values.fill(40_000 + Math.floor(random() * 20) * 1_000, 2, 12 + Math.floor(random() * 8)));
    case "missing": return touch(1, (values) => {
      const from = slot(values);
      values.fill(MISSING, from, from + 1 + Math.floor(random() * 18));
    });
    case "leak": {
      const rate = (4 + Math.floor(random() * 6)) * 1_000;
      return touch(6, (values) => values.forEach((value, hour) => void (values[hour] = value + rate + (random() < 0.3 ? 1_000 : 0))));
    }
  }
}

type Said = ReadonlyMap<LocalDate, readonly DayCondition[]>;

interface Score {
  found: number;
  missed: number;
  wrong: number;
}

function judgeHouse<F extends string>(channel: Channel, days: Map<LocalDate, Int32Array>, before: ChannelHistory, truth: ReadonlyMap<F, ReadonlySet<LocalDate>>, scores: ReadonlyMap<F, Score>, said: Said = new Map()): void {
  const parameters = parametersFor([], channel.commodity, "residential", MONTH.from);
  const thresholds = thresholdsFor(parameters, channel);
  let history = before;
  for (const [day, values] of days) {
    const span = { channel, day, days: 1, values, quality: null, expected: values.length, history, serviceActive: true, registerUsage: null, conditions: said.get(day), start: startOfDay(day, ZONE) };
    const scan = scanSpan(values, null, values.length, history.flowSlotsBefore, thresholds);
    const found = new Set(judgeScan(scan, span, parameters, thresholds).map(({ ruleId }) => ruleId));
    for (const [fault, score] of scores) {
      const real = truth.get(fault)?.has(day) ?? false;
      // One value a thousandfold makes its whole day high as well, and a burst may: that is no mistake of the high rule.
      const follows = fault === "high" && [...truth].some(([other, on]) => ["spike", "burst"].includes(other) && on.has(day));
      if (found.has(fault) && !follows) score[real ? "found" : "wrong"]++;
      else if (real) score.missed++;
    }
    history = { ...history, flowSlotsBefore: runAtEnd(scan) };
  }
}

test("leaks, stuck meters, spikes, gaps and reversed values are found, and little else", () => {
  const random = seeded(20_260_301);
  const scores = new Map<Fault, Score>(FAULTS.map((fault) => [fault, { found: 0, missed: 0, wrong: 0 }]));
  for (let house = 0; house < HOUSES; house++) {
    for (const [channel, make, faults] of [[electric, electricDay, ["spike", "stuck", "missing", "negative", "high"]], [water, waterDay, ["leak", "missing", "negative", "burst"]]] as const) {
      const size = 0.5 + random() * 1.5;
      const past = eachDay({ from: addDays(MONTH.from, -28), to: MONTH.from }).map((day) => dayStats({ values: make(day, size, random), quality: null }));
      const days = new Map(eachDay(MONTH).map((day) => [day, make(day, size, random)]));
      const fault: Fault | undefined = house % 3 === 0 ? faults[(house / 3) % faults.length] : undefined;
      const truth = new Map(fault === undefined ? [] : [[fault, spoil(days, fault, random)]]);
      judgeHouse(channel, days, { ...NO_HISTORY, previous: windowOfDays(past) }, truth, scores);
    }
  }
  printAndHold(scores);
});

test("a house whose pipe freezes is told from one that is asleep, a cabin of weekends and one whose module is silent", () => {
  const random = seeded(20_260_201);
  const scores = new Map([["freeze", { found: 0, missed: 0, wrong: 0 }]]);
  const february = { from: "2026-02-01", to: "2026-03-01" };
  for (let house = 0; house < HOUSES; house++) {
    const size = 0.5 + random() * 1.5;
    const cabin = house % 10 === 9;
    const lived = (day: LocalDate): Int32Array => (cabin && isoWeekday(day) < 6 ? new Int32Array(24) : waterDay(day, size, random));
    const past = eachDay({ from: addDays(february.from, -28), to: february.from }).map((day) => dayStats({ values: lived(day), quality: null }));
    const days = new Map(eachDay(february).map((day) => [day, lived(day)]));
    const hours = [...days.values()];
    // Frozen from some hour on for two or three days; some modules are silent for a few hours before, some houses only have a gap.
    const from = (3 + Math.floor(random() * 20)) * 24 + Math.floor(random() * 24);
    const length = house % 3 === 0 ? 30 + Math.floor(random() * 40) : 0;
    const at = (hour: number, value: number): void => void (hours[Math.floor(hour / 24)]![hour % 24] = value);
    for (let hour = from; hour < from + length; hour++) at(hour, 0);
    if (house % 4 === 1) for (let hour = from; hour < from + 20; hour++) at(hour, MISSING);
    const frozen = cabin ? [] : [...days.keys()].filter((_, i) => driedOut(hours, i));
    judgeHouse(water, days, { ...NO_HISTORY, previous: windowOfDays(past) }, new Map([["freeze", new Set(frozen)]]), scores);
  }
  printAndHold(scores);
});

/** Whether the last 24 measured hours by the end of the day were dry; looked at hour by hour, however many days back. */
function driedOut(days: readonly Int32Array[], last: number): boolean {
  const measured = days.slice(0, last + 1).flatMap((values) => [...values]).filter((value) => value !== MISSING);
  return measured.length >= 24 && measured.slice(-24).every((value) => value === 0);
}

/** Prints precision and recall of each rule, and holds both to what is asked of them. */
function printAndHold(scores: ReadonlyMap<string, Score>): void {
  const share = (part: number, whole: number): string => (whole === 0 ? "–" : (part / whole).toFixed(3));
  process.stdout.write(`${[...scores].map(([fault, { found, missed, wrong }]) => `${fault.padEnd(9)} precision ${share(found, found + wrong)}, recall ${share(found, found + missed)} (${found} days found, ${missed} missed, ${wrong} wrong)`).join("\n")}\n`);
  for (const [fault, { found, missed, wrong }] of scores) {
    expect(found, fault).toBeGreaterThan(5);
    expect(found / (found + missed), `share of ${fault} days found (${found}, missed ${missed})`).toBeGreaterThanOrEqual(0.95);
    expect(found / (found + wrong), `share of ${fault} findings that are one (${found}, wrong ${wrong})`).toBeGreaterThanOrEqual(0.95);
  }
}

// ---- what sources say -----------------------------------------------------------------------------------------

/** As modules say it; what follows the first five is of other things, or over. */
const TAMPERED = ["Endpoint Tamper", "Encoder Removal; Low Battery", "CUT_WIRE", "cover opened", "Magnetic Tamper | Reverse Flow"];
const OTHERWISE = ["", "", "Low Battery", "Tamper cleared", "No tamper", "Encoder No Usage", "Leak", "cover closed", "Reverse Flow", "Meter removed"];

const MINUTE_MS = 60_000;
/** Meters are set right before this: off by half a quarter hour, stamps alone no longer tell which interval is meant. */
const SET_RIGHT_SECONDS = 420;
const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;

/** What the stamps of a day tell of the clock, on the way that reads of a file take: each off by the day's drift and a little. */
function stampedDay({ unit, stepMinutes }: Channel, day: LocalDate, values: Int32Array, drift: number, random: Random): readonly Told[] {
  let told: readonly Told[] = [];
  const collector = new ReadingCollector(({ reads }) => void (told = reads.flatMap((read) => read.told ?? [])), ({ reason }) => expect.fail(reason));
  values.forEach((value, slot) => {
    const start = startOfDay(day, ZONE) + slot * stepMinutes! * MINUTE_MS + Math.round(drift + (random() - 0.5) * 20) * 1000;
    collector.read({ meter: "m", channel: null, unit, kind: "interval", start, end: start + stepMinutes! * MINUTE_MS, value: String(value / 1000), quality: "actual", flag: null, line: slot + 1 });
  });
  collector.end();
  return told;
}

test("tamper flags and clocks that drift are found in what sources say, and little else", () => {
  const random = seeded(20_260_302);
  const scores = new Map<"tamper" | "clock", Score>([["tamper", { found: 0, missed: 0, wrong: 0 }], ["clock", { found: 0, missed: 0, wrong: 0 }]]);
  for (let house = 0; house < 60; house++) {
    const channel = house % 2 === 0 ? electric : water;
    const { warnSeconds } = parametersFor([], channel.commodity, "residential", MONTH.from).clock;
    const days = new Map(eachDay(MONTH).map((day) => [day, (house % 2 === 0 ? electricDay : waterDay)(day, 1, random)]));
    const names = [...days.keys()];
    const cut = house % 3 === 0 ? new Set(names.slice(5 + (house % 15), 7 + (house % 15) + (house % 4))) : new Set<LocalDate>();
    const rate = house % 5 === 0 ? (random() < 0.5 ? -1 : 1) * (25 + random() * 60) : 0;
    const drifted = new Set<LocalDate>();
    const said = new Map(names.map((day, at): [LocalDate, readonly DayCondition[]] => {
      const start = startOfDay(day, ZONE);
      const end = startOfDay(addDays(day, 1), ZONE);
      const drift = (rate * Math.max(0, at - 8)) % SET_RIGHT_SECONDS;
      if (Math.abs(drift) > warnSeconds) drifted.add(day);
      const status = statusConditions(pick(cut.has(day) ? TAMPERED : OTHERWISE, random));
      const told = [...stampedDay(channel, day, days.get(day)!, drift, random), ...(status === undefined ? [] : [{ conditions: status, from: start, to: end, line: 1 }])];
      return [day, judgedOf(told, { channelId: channel.channelId, day }, start, end)];
    }));
    judgeHouse(channel, days, NO_HISTORY, new Map([["tamper" as const, cut], ["clock" as const, drifted]]), scores, said);
  }
  printAndHold(scores);
});
