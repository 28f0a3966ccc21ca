/** Freezing a bill's snapshot and its series under their hashes, and looking whether they are still the same. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../compliance/canonical.ts";
import type { DeterminantSeries } from "../rating/index.ts";
import { seriesBytes, type BillSnapshot, type FrozenSegment, type SeriesSnapshot } from "./snapshot.ts";

export interface FrozenSnapshot {
  /** Canonical. */
  readonly text: string;
  readonly hash: string;
}

export function freeze(snapshot: BillSnapshot): FrozenSnapshot {
  const text = canonicalJson(snapshot);
  return { text, hash: snapshotHash(text) };
}

/** A snapshot from its text, and the hash of the text as it is now. */
export function thaw(text: string): { readonly snapshot: BillSnapshot; readonly hash: string } {
  return { snapshot: JSON.parse(text) as BillSnapshot, hash: snapshotHash(text) };
}

function snapshotHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function seriesSnapshot(series: DeterminantSeries): SeriesSnapshot {
  const { unit, stepMinutes, start, values } = series;
  return { unit, stepMinutes, start, slots: values.length, hash: createHash("sha256").update(seriesBytes(series)).digest("hex") };
}

/** Whether these are the intervals that the segment was billed on. */
export function isAsBilled(segment: FrozenSegment, series: readonly DeterminantSeries[]): boolean {
  return series.length === segment.series.length && series.every((each, i) => seriesSnapshot(each).hash === segment.series[i]!.hash);
}
