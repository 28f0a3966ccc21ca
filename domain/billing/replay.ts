/** A bill computed again from its own snapshot: the same inputs through the same engine must give the same cents, line by line. */
import type { TimeZone } from "../calendar/zone.ts";
import { formatDollars, type Cents } from "../money/cents.ts";
import { RatingError, type Determinants, type DeterminantSeries, type RatedAcrossVersions } from "../rating/index.ts";
import { priceSegment, type PricedVersion } from "./price.ts";
import { seriesSnapshot, type BillSnapshot, type SegmentSnapshot } from "./snapshot.ts";

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
  readonly versionsOf: (segment: SegmentSnapshot) => readonly PricedVersion[];
  /** The intervals of a segment whose price depends on them, as they were. */
  readonly seriesOf: (segment: SegmentSnapshot) => readonly DeterminantSeries[];
}

export function replaySnapshot(snapshot: BillSnapshot, inputs: ReplayInputs): Replay {
  const differences: string[] = [];
  let replayed = 0;
  for (const segment of snapshot.segments) replayed += replaySegment(segment, snapshot.zone, inputs, differences);
  if (replayed !== snapshot.charges) differences.push(`The bill comes to ${formatDollars(replayed)}, it was ${formatDollars(snapshot.charges)}.`);
  return { billId: snapshot.billId, charges: snapshot.charges, replayed, differences };
}

function replaySegment(segment: SegmentSnapshot, zone: TimeZone, { versionsOf, seriesOf }: ReplayInputs, differences: string[]): Cents {
  const { commodity, rates, determinants, lines, periodFrom: from, periodTo: to } = segment;
  const say = (what: string) => differences.push(`${commodity}: ${what}`);
  const versions = versionsOf(segment);
  if (versions.length < rates.length) {
    say("a rate version that priced it is not there any more, or is another.");
    return 0;
  }
  const series = seriesOf(segment);
  if (!sameSeries(segment, series)) say("its intervals are not the ones that were billed.");
  const price = priced(versions, { ...determinants, from, to, zone, series }, say);
  if (!price) return 0;
  const again = price.segments.flatMap((part) => part.lines);
  if (again.length !== lines.length) say(`it has ${again.length} lines, it had ${lines.length}.`);
  for (const [i, line] of lines.entries()) {
    const now = again[i];
    if (now && (now.chargeId !== line.chargeId || now.cents !== line.cents)) say(`${line.name} comes to ${formatDollars(now.cents)}, it was ${formatDollars(line.cents)}.`);
  }
  return price.totalCents;
}

function priced(versions: readonly PricedVersion[], determinants: Determinants, say: (what: string) => void): RatedAcrossVersions | null {
  try {
    return priceSegment(versions, determinants);
  } catch (error) {
    if (!(error instanceof RatingError)) throw error;
    say(`it cannot be priced: ${error.message}.`);
    return null;
  }
}

function sameSeries(segment: SegmentSnapshot, series: readonly DeterminantSeries[]): boolean {
  return series.length === segment.series.length && series.every((each, i) => seriesSnapshot(each).hash === segment.series[i]!.hash);
}
