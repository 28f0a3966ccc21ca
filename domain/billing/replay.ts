/**
 * A bill computed again from its own snapshot. The same inputs through the same engine must give the same cents, line by
 * line; and as the engine says how each line came about, computing again is also how a bill is explained.
 */
import { formatDollars, type Cents } from "../money/cents.ts";
import { RatingError, type DeterminantSeries, type RatedAcrossVersions, type RatedLine } from "../rating/index.ts";
import { explainSegment, type PricedVersion } from "./price.ts";
import type { BillSnapshot, FrozenLine, FrozenSegment, LineSnapshot, SegmentSnapshot } from "./snapshot.ts";

export interface Replay {
  readonly billId: string;
  /** As billed. */
  readonly charges: Cents;
  /** As computed now. */
  readonly replayed: Cents;
  /** What is not as it was, in words; none when the bill replays. */
  readonly differences: readonly string[];
}

export interface ReplayInputs {
  /** Versions that priced a segment, oldest first; fewer than the snapshot names when one cannot be found unchanged. */
  readonly versionsOf: (segment: FrozenSegment) => readonly PricedVersion[];
  /** The intervals of a segment whose price depends on them, and whether they are, by their hashes, those that were billed. */
  readonly seriesOf: (segment: FrozenSegment) => BilledSeries;
}

export interface BilledSeries {
  readonly series: readonly DeterminantSeries[];
  readonly asBilled: boolean;
}

/** Whether the bill comes out as it was, and where not. */
export function replaySnapshot(snapshot: BillSnapshot, inputs: ReplayInputs): Replay {
  const differences: string[] = [];
  let replayed = 0;
  for (const segment of snapshot.segments) {
    const again = priceAgain(segment, snapshot, inputs);
    replayed += (again.price?.totalCents ?? 0) - (segment.corrects?.total ?? 0);
    for (const difference of [...again.problems, ...lineDifferences(segment, again.price)]) differences.push(`${segment.commodity}: ${difference}`);
  }
  if (replayed !== snapshot.charges) differences.push(`The bill comes to ${formatDollars(replayed)}, it was ${formatDollars(snapshot.charges)}.`);
  return { billId: snapshot.billId, charges: snapshot.charges, replayed, differences };
}

/** The segments with the arithmetic of every line. A line that does not come out as it was is shown as billed, without one. */
export function explainSnapshot(snapshot: BillSnapshot, inputs: ReplayInputs): SegmentSnapshot[] {
  return snapshot.segments.map((segment) => {
    const { price } = priceAgain(segment, snapshot, inputs);
    const lines = price?.segments.flatMap((part) => part.lines) ?? [];
    return { ...segment, lines: segment.lines.map((line, i) => explained(line, lines[i])) };
  });
}

function explained(line: FrozenLine, again: RatedLine | undefined): LineSnapshot {
  if (!again || !sameLine(line, again)) {
    const exact = formatDollars(line.cents).replace(/[$,]/g, "");
    return { ...line, exact, steps: [], sentence: `${line.name}: ${formatDollars(line.cents)}.`, sentenceEs: `${line.nameEs}: ${formatDollars(line.cents)}.` };
  }
  const { exact, steps, sentence, sentenceEs, note } = again;
  return { ...line, exact, steps, sentence, sentenceEs, ...(note === undefined ? {} : { note }) };
}

const sameLine = (line: FrozenLine, again: RatedLine): boolean => line.chargeId === again.chargeId && line.cents === again.cents;

interface PricedAgain {
  readonly price: RatedAcrossVersions | null;
  readonly problems: readonly string[];
}

function priceAgain(segment: FrozenSegment, { zone }: BillSnapshot, { versionsOf, seriesOf }: ReplayInputs): PricedAgain {
  const { rates, determinants, periodFrom: from, periodTo: to } = segment;
  const versions = versionsOf(segment);
  if (versions.length < rates.length) return { price: null, problems: ["a rate version that priced it is not there any more, or is another."] };
  const { series, asBilled } = seriesOf(segment);
  const problems = asBilled ? [] : ["its intervals are not the ones that were billed."];
  try {
    return { price: explainSegment(versions, { ...determinants, from, to, zone, series }), problems };
  } catch (error) {
    if (!(error instanceof RatingError)) throw error;
    return { price: null, problems: [...problems, `it cannot be priced: ${error.message}.`] };
  }
}

function lineDifferences({ lines }: FrozenSegment, price: RatedAcrossVersions | null): string[] {
  if (price === null) return [];
  const again = price.segments.flatMap((part) => part.lines);
  const differences = again.length === lines.length ? [] : [`it has ${again.length} lines, it had ${lines.length}.`];
  for (const [i, line] of lines.entries()) {
    const now = again[i];
    if (now && !sameLine(line, now)) differences.push(`${line.name} comes to ${formatDollars(now.cents)}, it was ${formatDollars(line.cents)}.`);
  }
  return differences;
}
