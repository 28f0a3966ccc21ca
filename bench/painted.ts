/** A payment, from just before its webhook is sent until the customer's open page has painted the new balance. */
import type { BenchRow } from "./harness.ts";
import { openLivePages, type LivePages } from "./support/live-pages.ts";

const CHANGES = 40;
/** Two frames of a 60 Hz screen. */
const FLOOR_MS = 33;

let pages: LivePages;

export const row: BenchRow = {
  name: "painted",
  unit: "ms p95",
  better: "less",
  goal: 2.0,
  floor: FLOOR_MS,
  against: "a minimal page on a bare object, one durable write",
  async setUp() {
    pages = await openLivePages();
  },
  ours: async () => p95((await pages.pay(CHANGES)).map(({ painted }) => painted)),
  reference: async () => p95((await pages.change(CHANGES)).map(({ painted }) => painted)),
  check: () => pages.check(),
  async tearDown() {
    await pages?.stop();
  },
};

function p95(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.ceil(list.length * 0.95) - 1]!;
}
