/**
 * The decision about one account when its period has ended: a bill, or the reasons why not. Pure: the run, "check my bill"
 * and the tests ask the same function.
 */
import { daysBetween, type LocalDate } from "../calendar/local-date.ts";
import type { CommandOf } from "../lifecycle/account/commands.ts";
import { serviceRank } from "../lifecycle/account/decide.ts";
import type { Posting, SegmentBilled } from "../lifecycle/account/events.ts";
import type { PendingSegment } from "../lifecycle/bill.ts";
import { freeEdition, nextEdition } from "../lifecycle/correction.ts";
import { glAccountOf, type Settings } from "../lifecycle/settings.ts";
import type { Milli, RegisterRead, UsageOfPeriod } from "../metering/index.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { RATE_ENGINE_VERSION, RatingError, type ChargedAcrossVersions, type ChargedLine, type Determinants } from "../rating/index.ts";
import { dueOnOf } from "./cycle.ts";
import type { PastBill } from "./facts.ts";
import { holdReasons, isEstimated, type HoldReason, type JudgedSegment } from "./hold-rules.ts";
import { billMessages, correctionMessage, type CorrectedFrom } from "./messages.ts";
import { pendingSegments } from "./pending.ts";
import { countingVersions, determinantsOf, priceSegment, pricesByInterval, type SegmentToBill } from "./price.ts";
import { billIdOf } from "./run.ts";
import { freeze, seriesSnapshot, type FrozenSnapshot } from "./freeze.ts";
import { SNAPSHOT_FORMAT, type BillSnapshot, type FrozenLine, type FrozenSegment, type UsageSnapshot } from "./snapshot.ts";

export interface BillInput {
  readonly accountId: string;
  readonly customerClass: string;
  readonly segments: readonly SegmentToBill[];
  /** Bills of before, newest first. */
  readonly history: readonly PastBill[];
  /** Billed demand of earlier bills by agreement, the latest first. */
  readonly demandHistory: ReadonlyMap<string, readonly Milli[]>;
  /** Rules that a person has let pass. */
  readonly released: ReadonlySet<string>;
  /** Bills of the account that were canceled: their ids are not used again. */
  readonly canceled: readonly string[];
  /** The bill whose place this one takes. */
  readonly corrects?: CorrectedFrom;
}

export interface BillContext {
  readonly runId: string | null;
  /** The cycle's close: names the bill. */
  readonly periodTo: LocalDate;
  readonly issuedOn: LocalDate;
  readonly settings: Settings;
}

export interface AssembledBill {
  readonly command: CommandOf<"CompleteBill">;
  readonly snapshot: BillSnapshot;
  readonly frozen: FrozenSnapshot;
}

/** Why it is held, and how far each of its segments is. */
export interface HeldBill {
  readonly kind: "hold";
  readonly reasons: readonly HoldReason[];
  readonly segments: readonly PendingSegment[];
  /** Null while a segment has no price. */
  readonly charges: Cents | null;
}

export type BillDecision = { readonly kind: "bill"; readonly bill: AssembledBill } | HeldBill;

/** Decides on the bill of what is due. `segments` must not be empty. */
export function decideBill(input: BillInput, context: BillContext): BillDecision {
  const priced = input.segments.map((segment) => price(segment, input, context));
  const segments = priced.map(judged);
  const charges = priced.every(({ price: found }) => found !== null) ? sumCents(priced.map(({ price: found }) => found!.totalCents)) : null;
  const reasons = holdReasons(
    {
      segments, charges,
      days: Math.max(...input.segments.map(({ due: { period } }) => daysBetween(period.from, period.to))),
      history: input.history, periodTo: context.periodTo, customerClass: input.customerClass, settings: context.settings.billing,
    },
    input.released,
  );
  if (reasons.length > 0) return { kind: "hold", reasons, segments: pendingSegments(segments, reasons), charges };
  return { kind: "bill", bill: assemble(input, priced, context) };
}

interface Priced {
  readonly segment: SegmentToBill;
  readonly determinants: Determinants;
  readonly price: ChargedAcrossVersions | null;
  readonly problem: string | null;
}

function price(segment: SegmentToBill, { customerClass, demandHistory }: BillInput, { settings }: BillContext): Priced {
  const history = demandHistory.get(segment.due.agreement.agreementId) ?? [];
  const determinants = determinantsOf(segment, settings.utility.timeZone, { customerClass, demandHistory: history });
  // What is not known cannot be priced; the rules say so better than the engine would.
  if (segment.usage !== null && (!segment.usage.complete || (pricesByInterval(segment) && segment.usage.slots.missing > 0))) return { segment, determinants, price: null, problem: null };
  try {
    return { segment, determinants, price: priceSegment(segment.versions, determinants), problem: null };
  } catch (error) {
    if (error instanceof RatingError) return { segment, determinants, price: null, problem: error.message };
    throw error;
  }
}

function judged({ segment, price: found, problem }: Priced): JudgedSegment {
  const { due, usage } = segment;
  const { agreementId, commodity, servicePointId, estimatesInRow } = due.agreement;
  return { agreementId, commodity, servicePointId, period: due.period, usage, byInterval: pricesByInterval(segment), estimatesInRow, rateProblem: problem, total: found?.totalCents ?? null };
}

// ---- the bill -------------------------------------------------------------------------------------------------

function assemble({ accountId, segments: due, canceled, corrects }: BillInput, priced: readonly Priced[], { runId, periodTo, issuedOn, settings }: BillContext): AssembledBill {
  const billId = corrects ? nextEdition(corrects.billId) : freeEdition(billIdOf(accountId, periodTo), canceled);
  const number = billId;
  const dueOn = dueOnOf(issuedOn, settings);
  const segments = priced.map((each) => frozenSegment(each, billId, settings));
  const periodFrom = segments.reduce((first, { periodFrom: from }) => (from < first ? from : first), periodTo);
  const through = segments.reduce((last, { periodTo: to }) => (to > last ? to : last), periodFrom);
  const charges = sumCents(segments.map(({ total }) => total));
  const snapshot: BillSnapshot = {
    format: SNAPSHOT_FORMAT, engine: RATE_ENGINE_VERSION, billId, number, accountId, zone: settings.utility.timeZone, periodFrom, periodTo: through, issuedOn, dueOn,
    segments, charges,
    messages: [...(corrects ? [correctionMessage(corrects, charges)] : []), ...billMessages(due)],
    closingReads: closingReads(segments),
    demand: Object.fromEntries(segments.flatMap((segment) => demandOf(segment))),
  };
  const frozen = freeze(snapshot);
  return {
    snapshot, frozen,
    command: {
      type: "CompleteBill", billId, number, runId, periodFrom, periodTo: through, issuedOn, dueOn, snapshotHash: frozen.hash,
      segments: priced.map((each, i) => segmentBilled(each, segments[i]!)),
    },
  };
}

function frozenSegment({ segment, determinants, price: found }: Priced, billId: string, settings: Settings): FrozenSegment {
  const { due: { agreement, period, final }, versions, usage } = segment;
  const { series = [], from: _, to: __, zone: ___, ...given } = determinants;
  const counting = countingVersions(versions, period.from, period.to);
  const lines = found!.segments.flatMap((part, i) => part.lines.map((line): FrozenLine => frozenLine(line, counting[i]!.version, settings)));
  const { name } = counting.at(-1)!.rate.document;
  return {
    segmentId: `${billId}:${agreement.agreementId}`, agreementId: agreement.agreementId, servicePointId: agreement.servicePointId, premiseId: agreement.premiseId, commodity: agreement.commodity,
    periodFrom: period.from, periodTo: period.to, final,
    rates: counting.map(({ scheduleId, version, effectiveOn, documentHash }) => ({ scheduleId, version, effectiveOn, documentHash })),
    rateName: name.en, rateNameEs: name.es ?? name.en,
    determinants: given,
    series: series.map(seriesSnapshot),
    usage: usage === null ? null : usageSnapshot(usage),
    lines,
    total: found!.totalCents,
  };
}

function frozenLine({ chargeId, name, nameEs, kind, quantityMilli, unit, cents, glKey }: ChargedLine, version: number, { gl }: Settings): FrozenLine {
  return { chargeId, name, nameEs, kind, quantityMilli, unit, cents, version, glAccount: glAccountOf(gl, glKey) };
}

function usageSnapshot({ unit, source, quantities, legs, slots, estimatedPerMille, inputs, peak }: UsageOfPeriod): UsageSnapshot {
  return { unit, source, quantities, legs, slots, estimatedPerMille, inputs, peak };
}

function segmentBilled({ segment: { usage, versions } }: Priced, { segmentId, agreementId, commodity, periodFrom, periodTo, lines, total }: FrozenSegment): SegmentBilled {
  return {
    segmentId, agreementId, from: periodFrom, to: periodTo,
    billedMilli: billedQuantity(lines, usage?.quantities["usage"] ?? 0),
    unit: usage?.unit ?? versions.at(-1)!.rate.document.unit,
    estimated: isEstimated(usage), rank: serviceRank(commodity), total, postings: postingsOf(lines),
  };
}

const PRICES_USAGE: ReadonlySet<string> = new Set(["flat", "tiered", "time-of-use"]);

/** What was priced: the quantity of the first usage charge, over all versions. It may differ from what the meter measured. */
export function billedQuantity(lines: readonly FrozenLine[], registered: Milli): Milli {
  const first = lines.find(({ kind }) => PRICES_USAGE.has(kind));
  if (!first) return registered;
  return lines.filter(({ chargeId }) => chargeId === first.chargeId).reduce((sum, { quantityMilli }) => sum + quantityMilli, 0);
}

/** Revenue and tax by account; what sums to nothing is not posted. */
function postingsOf(lines: readonly FrozenLine[]): Posting[] {
  const sums = new Map<string, Cents>();
  for (const { glAccount, cents } of lines) sums.set(glAccount, (sums.get(glAccount) ?? 0) + cents);
  return [...sums].filter(([, cents]) => cents !== 0).map(([gl, cents]) => ({ gl, cents }));
}

function closingReads(segments: readonly FrozenSegment[]): RegisterRead[] {
  const reads = new Map<number, RegisterRead>();
  for (const { usage } of segments) for (const { endRead } of usage?.legs ?? []) if (endRead !== null) reads.set(endRead.channelId, endRead);
  return [...reads.values()];
}

function demandOf({ agreementId, lines }: FrozenSegment): [string, Milli][] {
  const demand = lines.filter(({ kind }) => kind === "demand").map(({ quantityMilli }) => quantityMilli);
  return demand.length > 0 ? [[agreementId, Math.max(...demand)]] : [];
}
