/**
 * Validation speed: the full rule set over days of quarter-hour intervals, one channel's day at a time as ingest does,
 * against one summing pass over the same Int32Array. The goal is at least 1/50 of the pass.
 */
import { pathToFileURL } from "node:url";
import { parametersFor, validateIntervals, type Channel, type ChannelHistory, type Finding, type IntervalSpan } from "../domain/metering/index.ts";

const CHANNELS = 20_000;
const SLOTS = 96;
/** One in so many days has something wrong, as on a good working day of a utility. */
const SPOILED_EVERY = 50;

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

export const name = "vee";

/** Intervals handled in one call of `ours` or `reference`. */
export const units = values.length;

/** Validates every day; returns what was found. */
export function ours(): Finding[] {
  const found: Finding[] = [];
  for (const span of spans) for (const finding of validateIntervals(span, parameters)) found.push(finding);
  return found;
}

/** One summing pass over the same values. */
export function reference(): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** The rules found exactly the spoiled days, and the pass and the rules read the same values. Errors: says what differs. */
export function check(): void {
  const spikes = ours().filter(({ ruleId }) => ruleId === "spike");
  if (spikes.length !== CHANNELS / SPOILED_EVERY) throw new Error(`${spikes.length} spikes found, ${CHANNELS / SPOILED_EVERY} were made`);
  if (ours().length !== spikes.length) throw new Error("something else than the made spikes was found");
  if (reference() !== spans.reduce((sum, span) => sum + span.values.reduce((day, value) => day + value, 0), 0)) throw new Error("the sums differ");
}

const PAIRS = 15;
const WARM_UP = 5;

function intervalsPerSecond(run: () => unknown, repeat: number): number {
  const start = performance.now();
  for (let i = 0; i < repeat; i++) run();
  return (units * repeat * 1000) / (performance.now() - start);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  check();
  const pairs = Array.from({ length: WARM_UP + PAIRS }, () => ({ ours: intervalsPerSecond(ours, 4), reference: intervalsPerSecond(reference, 40) })).slice(WARM_UP);
  const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
  const million = (rate: number) => `${Math.round(rate / 1e6)} M/s`;
  const ratio = median(pairs.map((pair) => pair.ours / pair.reference));
  console.log(`vee: ${million(median(pairs.map((pair) => pair.ours)))} intervals validated, ${million(median(pairs.map((pair) => pair.reference)))} summed, ratio 1/${Math.round(1 / ratio)} (goal 1/50)`);
}
