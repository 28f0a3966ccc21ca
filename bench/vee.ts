/**
 * Validation: the full rule set over days of quarter-hour intervals, one channel's day at a time as ingest does, against
 * one summing pass over the same Int32Array.
 */
import { parametersFor, validateIntervals, type Channel, type ChannelHistory, type Finding, type IntervalSpan } from "../domain/metering/index.ts";
import { perSecond, type BenchRow } from "./harness.ts";

const CHANNELS = 20_000;
const SLOTS = 96;
/** One in so many days has something wrong, as on a good working day of a utility. */
const SPOILED_EVERY = 50;
/** Runs in one measurement; a pass is so much shorter that it takes more of them. */
const RUNS = 8;
const PASSES = 80;

const channel: Channel = { channelId: 1, meterId: "m", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered" };
const month = { days: 28, usage: 28 * 96 * 250, slots: 28 * 96, present: 28 * 96, estimated: 0, maxSlot: 900 };
const history: ChannelHistory = { previous: month, lastYear: month, zeroDaysBefore: 0, flowSlotsBefore: 0 };
const parameters = parametersFor([], "electric", "residential", "2026-03-05");

/** A house's day without a random number: shape by hour, a little different for every channel and slot. */
function fill(values: Int32Array): void {
  let state = 12_345;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const slot = i % SLOTS;
    values[i] = 120 + (slot > 24 && slot < 88 ? 90 : 0) + (slot > 68 && slot < 84 ? 140 : 0) + ((state >>> 16) % 160);
  }
  for (let day = 0; day < values.length / SLOTS; day += SPOILED_EVERY) values[day * SLOTS + 40] = 60_000;
}

const values = new Int32Array(CHANNELS * SLOTS);
fill(values);
const spans: IntervalSpan[] = Array.from({ length: CHANNELS }, (_, i) => ({
  channel, day: "2026-03-05", days: 1, values: values.subarray(i * SLOTS, (i + 1) * SLOTS), quality: null, expected: SLOTS, history, serviceActive: true, registerUsage: null,
}));

export const row: BenchRow = {
  name: "vee",
  unit: "intervals/s",
  better: "more",
  goal: 0.02,
  against: "one summing pass over the same array",
  ours: () => perSecond(() => repeat(RUNS, validateAll)),
  reference: () => perSecond(() => repeat(PASSES, sumAll)),
  check,
};

function repeat(times: number, run: () => unknown): number {
  for (let i = 0; i < times; i++) run();
  return times * values.length;
}

/** Validates every day; returns what was found. */
function validateAll(): Finding[] {
  const found: Finding[] = [];
  for (const span of spans) for (const finding of validateIntervals(span, parameters)) found.push(finding);
  return found;
}

function sumAll(): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** The rules found exactly the spoiled days, and the pass and the rules read the same values. Errors: says what differs. */
function check(): void {
  const found = validateAll();
  const spikes = found.filter(({ ruleId }) => ruleId === "spike");
  if (spikes.length !== CHANNELS / SPOILED_EVERY) throw new Error(`${spikes.length} spikes found, ${CHANNELS / SPOILED_EVERY} were made`);
  if (found.length !== spikes.length) throw new Error("something else than the made spikes was found");
  if (sumAll() !== spans.reduce((sum, span) => sum + span.values.reduce((day, value) => day + value, 0), 0)) throw new Error("the sums differ");
}
