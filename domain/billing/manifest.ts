/**
 * A bill's manifest: all that it rests on, complete, so that whoever has it computes the bill again without us, in a browser
 * or years later. Nothing in it is taken on trust: the snapshot, each rate document and each series of intervals carry the
 * hash that was frozen with the bill, and what does not match its hash is not used.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import { compileRate, parseRateDocument, type DeterminantSeries } from "../rating/index.ts";
import type { PricedVersion } from "./price.ts";
import { explainSnapshot, replaySnapshot, type BilledSeries, type Replay, type ReplayInputs } from "./replay.ts";
import { seriesBytes, type BillSnapshot, type FrozenSegment, type SegmentSnapshot } from "./snapshot.ts";

export interface BillManifest {
  /** Canonical text of the snapshot. */
  readonly snapshot: string;
  /** As the log has it: SHA-256 of the text, hex. */
  readonly snapshotHash: string;
  readonly documents: readonly ManifestDocument[];
  /** Intervals by segment. */
  readonly series: Readonly<Record<string, readonly DeterminantSeries[]>>;
}

export interface ManifestDocument {
  readonly scheduleId: string;
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly documentHash: string;
  /** The text that was published. */
  readonly document: string;
}

/** SHA-256, hex; of the platform that checks. */
export type Digest = (bytes: Uint8Array) => Promise<string>;

export interface CheckedManifest {
  readonly snapshot: BillSnapshot;
  /** Every line with its arithmetic, computed now. */
  readonly segments: readonly SegmentSnapshot[];
  readonly replay: Replay;
  /** Of how many pieces (snapshot, documents, series) the hash was computed. */
  readonly pieces: number;
}

/** Computes the bill again from its manifest. What does not match its hash is named among the differences. */
export async function checkManifest(manifest: BillManifest, digest: Digest): Promise<CheckedManifest> {
  const snapshot = JSON.parse(manifest.snapshot) as BillSnapshot;
  const whole = (await digest(new TextEncoder().encode(manifest.snapshot))) === manifest.snapshotHash;
  const inputs = await inputsOf(manifest, snapshot, digest);
  const replay = replaySnapshot(snapshot, inputs);
  return {
    snapshot, segments: explainSnapshot(snapshot, inputs),
    replay: whole ? replay : { ...replay, differences: ["The snapshot is not the one whose hash is in the log.", ...replay.differences] },
    pieces: 1 + manifest.documents.length + Object.values(manifest.series).flat().length,
  };
}

async function inputsOf({ documents, series }: BillManifest, { segments }: BillSnapshot, digest: Digest): Promise<ReplayInputs> {
  const priced = (await Promise.all(documents.map((document) => pricedOf(document, digest)))).filter((version) => version !== null);
  const billed = new Map(await Promise.all(segments.map(async (segment) => [segment.segmentId, await billedSeries(segment, series[segment.segmentId] ?? [], digest)] as const)));
  return {
    versionsOf: ({ rates }) => rates.flatMap((rate) => priced.find(({ scheduleId, version, documentHash }) => scheduleId === rate.scheduleId && version === rate.version && documentHash === rate.documentHash) ?? []),
    seriesOf: ({ segmentId }) => billed.get(segmentId)!,
  };
}

/** Null when the document is not the one of its hash. */
async function pricedOf({ document, ...head }: ManifestDocument, digest: Digest): Promise<PricedVersion | null> {
  if ((await digest(new TextEncoder().encode(document))) !== head.documentHash) return null;
  const parsed = parseRateDocument(JSON.parse(document));
  return parsed.ok ? { ...head, rate: compileRate(parsed.document) } : null;
}

async function billedSeries(segment: FrozenSegment, series: readonly DeterminantSeries[], digest: Digest): Promise<BilledSeries> {
  const hashes = await Promise.all(series.map((each) => digest(seriesBytes(each))));
  return { series, asBilled: hashes.length === segment.series.length && hashes.every((hash, i) => hash === segment.series[i]!.hash) };
}
