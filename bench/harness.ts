/**
 * The bench harness. A row measures ours and a reference side by side in one run (A-B-A-B), on the same data and with
 * the same durability, and reports the median of the ratios: machines drift, ratios of neighbours hardly do. A run
 * without a passed correctness check is void.
 */
import { cpus } from "node:os";

export interface BenchRow {
  readonly name: string;
  /** What one figure is: "bills/s", "ms p50". */
  readonly unit: string;
  /** Whether a larger figure of ours is better: then the ratio must reach the goal, else it must stay under it. */
  readonly better: "more" | "less";
  readonly goal: number;
  /** What ours is held against, in a few words. */
  readonly against: string;
  /** A second bound of the row on our own figure, e.g. at least 2,000 bills/s. */
  readonly floor?: number;
  readonly pairs?: number;
  /** False: no pair before those that count, for a row that measures one long run. */
  readonly warmUp?: boolean;
  readonly setUp?: () => Promise<void>;
  /** One measurement, as a figure in `unit`. */
  readonly ours: () => Promise<number> | number;
  readonly reference: () => Promise<number> | number;
  /** Throws unless what was measured was also right (row counts, cents, trial balance). */
  readonly check: () => Promise<void> | void;
  readonly tearDown?: () => Promise<void>;
}

export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  readonly against: string;
  readonly ours: number;
  readonly reference: number;
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
  readonly spread: readonly [min: number, max: number];
}

/** Pairs whose ratios make the median. */
const PAIRS = 5;

export function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Units done per second by `work`, which says how many it did. */
export async function perSecond(work: () => Promise<number> | number): Promise<number> {
  const start = performance.now();
  const units = await work();
  return (units * 1000) / (performance.now() - start);
}

/** Median milliseconds of one call among `calls`. */
export async function medianMs(calls: number, call: (n: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < calls; n += 1) {
    const start = performance.now();
    await call(n);
    times.push(performance.now() - start);
  }
  return median(times);
}

export async function runRow(row: BenchRow, log: (line: string) => void): Promise<BenchResult> {
  try {
    await row.setUp?.();
    // One pair to warm up: compilers, caches, connections.
    if (row.warmUp !== false) {
      await row.ours();
      await row.reference();
    }
    const pairs: { ours: number; reference: number }[] = [];
    for (let n = 0; n < (row.pairs ?? PAIRS); n += 1) {
      const pair = { ours: await row.ours(), reference: await row.reference() };
      pairs.push(pair);
      log(`${row.name}: pair ${n + 1}: ours ${figure(pair.ours)}, reference ${figure(pair.reference)} ${row.unit}`);
    }
    await row.check();
    const ratios = pairs.map((pair) => pair.ours / pair.reference);
    const ratio = median(ratios);
    const ours = median(pairs.map((pair) => pair.ours));
    const reached = row.better === "more" ? ratio >= row.goal : ratio <= row.goal;
    return {
      name: row.name,
      unit: row.unit,
      against: row.against,
      ours,
      reference: median(pairs.map((pair) => pair.reference)),
      ratio,
      goal: `${row.better === "more" ? "≥" : "≤"} ${row.goal}${row.floor === undefined ? "" : ` and ${row.better === "more" ? "≥" : "≤"} ${figure(row.floor)} ${row.unit}`}`,
      met: reached && (row.floor === undefined || (row.better === "more" ? ours >= row.floor : ours <= row.floor)),
      spread: [Math.min(...ratios), Math.max(...ratios)],
    };
  } finally {
    await row.tearDown?.();
  }
}

export function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

export function table(results: readonly BenchResult[]): string {
  const head = ["row", "ours", "reference", "unit", "ratio", "min–max", "goal", "", "against"];
  const lines = results.map((each) => [
    each.name, figure(each.ours), figure(each.reference), each.unit, each.ratio.toFixed(2), `${each.spread[0].toFixed(2)}–${each.spread[1].toFixed(2)}`, each.goal, each.met ? "met" : "NOT MET", each.against,
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const print = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd();
  return [print(head), print(widths.map((width) => "─".repeat(width))), ...lines.map(print)].join("\n");
}

/** The machine, for whoever reads the table later. */
export function environment(): string {
  return `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}`;
}
