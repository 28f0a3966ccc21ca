/** A payment, from just before its webhook is sent until its message is in the customer's browser. */
import { median, type BenchRow } from "./harness.ts";
import { openLivePages, type LivePages } from "./support/live-pages.ts";

const CHANGES = 40;

let pages: LivePages;

export const row: BenchRow = {
  name: "message",
  unit: "ms p50",
  better: "less",
  goal: 2.0,
  against: "a minimal page on a bare object, one durable write",
  async setUp() {
    pages = await openLivePages();
  },
  ours: async () => median((await pages.pay(CHANGES)).map(({ message }) => message)),
  reference: async () => median((await pages.change(CHANGES)).map(({ message }) => message)),
  check: () => pages.check(),
  async tearDown() {
    await pages?.stop();
  },
};
