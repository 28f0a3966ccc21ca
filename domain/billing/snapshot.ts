/**
 * What a bill was computed from and what came out, frozen with it. The snapshot is canonical JSON and its hash is in the
 * event that completed the bill: years later the same inputs give the same cents, or somebody changed something.
 *
 * What can be derived is not copied. Intervals are kept for ever with their revisions, and the snapshot holds their hash. The
 * arithmetic of each line is what the engine says when the bill is computed again (`explain.ts`). What the ledger knew at
 * that moment (the balance before, the balance after) is in the event and on the bill's row.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { TimeZone } from "../calendar/zone.ts";
import type { EstimateMethod, Milli, RegisterRead, Unit, UsageOfPeriod } from "../metering/index.ts";
import type { Cents } from "../money/cents.ts";
import type { ChargeKind, Determinants, DeterminantSeries, RatedLine } from "../rating/index.ts";

/** Shape of the snapshot; a later shape gets a new number and old bills keep theirs. */
export const SNAPSHOT_FORMAT = 1;

export interface SeriesSnapshot {
  readonly unit: Unit;
  readonly stepMinutes: number;
  readonly start: number;
  readonly slots: number;
  /** SHA-256 over the values as little-endian int32, hex. */
  readonly hash: string;
}

export interface RateSnapshot {
  readonly scheduleId: string;
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly documentHash: string;
}

/** A line as billed. */
export interface FrozenLine {
  readonly chargeId: string;
  readonly name: string;
  readonly nameEs: string;
  readonly kind: ChargeKind;
  readonly quantityMilli: Milli;
  readonly unit: string;
  readonly cents: Cents;
  /** Version of the rate whose price it is. */
  readonly version: number;
  readonly glAccount: string;
  /** Its quantity rests on an estimate. */
  readonly estimated?: true;
}

/** A line with how it came about. */
export type LineSnapshot = FrozenLine & Pick<RatedLine, "exact" | "steps" | "sentence" | "sentenceEs" | "note">;

/** What was measured, by which reads: the usage without its intervals, and without what a completed bill cannot have (problems, doubts). */
export type UsageSnapshot = Pick<UsageOfPeriod, "unit" | "source" | "quantities" | "legs" | "slots" | "estimatedPerMille" | "inputs" | "peak">;

export interface FrozenSegment {
  readonly segmentId: string;
  readonly agreementId: string;
  readonly servicePointId: string;
  readonly premiseId: string;
  readonly commodity: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly final: boolean;
  /** The versions that priced it, oldest first. */
  readonly rates: readonly RateSnapshot[];
  readonly rateName: string;
  readonly rateNameEs: string;
  /** What the engine was given beside the period, the zone and the intervals. */
  readonly determinants: Omit<Determinants, "from" | "to" | "zone" | "series">;
  readonly series: readonly SeriesSnapshot[];
  readonly usage: UsageSnapshot | null;
  readonly lines: readonly FrozenLine[];
  /** What the lines come to; for a correction, less what was billed before. */
  readonly total: Cents;
  /** The usage rests on an estimate: how it was reckoned. */
  readonly estimate?: EstimateNote;
  /** The usage is a share, by days, of what went through since the last actual read. */
  readonly trueUp?: { readonly from: LocalDate; readonly usedMilli: Milli };
  /** The segment corrects one that was billed on an estimate: its lines are that period as it was used. */
  readonly corrects?: CorrectedSegment;
}

export interface EstimateNote {
  /** Ways of estimating, the most used first; none when it is not known any more. */
  readonly methods: readonly EstimateMethod[];
}

/** What was billed on the estimate, to be taken back line by line. */
export interface CorrectedSegment {
  readonly segmentId: string;
  readonly billId: string;
  readonly usedMilli: Milli;
  readonly billedMilli: Milli;
  readonly total: Cents;
  readonly lines: readonly FrozenLine[];
}

/** What a segment charges, line by line: a correction's lines are those of its period as used, and those that were billed taken back. */
export function chargedLines({ lines, corrects }: Pick<FrozenSegment, "lines" | "corrects">): readonly FrozenLine[] {
  return corrects ? [...lines, ...corrects.lines.map((line) => ({ ...line, quantityMilli: -line.quantityMilli, cents: -line.cents }))] : lines;
}

/** A segment whose lines are explained. */
export type SegmentSnapshot = Omit<FrozenSegment, "lines"> & { readonly lines: readonly LineSnapshot[] };

export interface BillMessage {
  readonly code: string;
  readonly en: string;
  readonly es: string;
}

export interface BillSnapshot {
  readonly format: number;
  /** Version of the arithmetic. */
  readonly engine: number;
  readonly billId: string;
  readonly number: string;
  readonly accountId: string;
  readonly zone: TimeZone;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly segments: readonly FrozenSegment[];
  readonly charges: Cents;
  readonly messages: readonly BillMessage[];
  /** The register reads with which this bill ends: the next one begins with the same. */
  readonly closingReads: readonly RegisterRead[];
  /** Billed demand by agreement, thousandths of kW, for the ratchets of later bills. */
  readonly demand: Readonly<Record<string, number>>;
  /** Net metering: what this bill left in the bank, by agreement and period, thousandths of kWh; the next bill begins with it. */
  readonly bank?: Readonly<Record<string, Readonly<Record<string, Milli>>>>;
}

/** What the hash of a series is over: its values as little-endian int32. */
export function seriesBytes({ values }: Pick<DeterminantSeries, "values">): Uint8Array {
  const ints = values instanceof Int32Array ? values : Int32Array.from(values);
  return new Uint8Array(ints.buffer, ints.byteOffset, ints.byteLength);
}
