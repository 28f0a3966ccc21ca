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
import { offerText } from "../lifecycle/instalments.ts";
import { glAccountOf, type Settings } from "../lifecycle/settings.ts";
import type { Milli, RegisterRead, UsageOfPeriod } from "../metering/index.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { RATE_ENGINE_VERSION, RatingError, type ChargedAcrossVersions, type ChargedLine, type Determinants } from "../rating/index.ts";
import { dueOnOf } from "./cycle.ts";
import type { PastBill } from "./facts.ts";
import { holdReasons, isEstimated, type HoldReason, type JudgedSegment } from "./hold-rules.ts";
import { billMessages, correctionMessage, trueUpMessage, type CorrectedFrom } from "./messages.ts";
import { pendingSegments } from "./pending.ts";
import { bankLeft, countingVersions, determinantsOf, priceSegment, pricesByInterval, type PricedVersion, type SegmentToBill } from "./price.ts";
import { billIdOf } from "./run.ts";
import { freeze, seriesSnapshot, type FrozenSnapshot } from "./freeze.ts";
import { chargedLines, SNAPSHOT_FORMAT, type BillSnapshot, type FrozenLine, type FrozenSegment, type UsageSnapshot } from "./snapshot.ts";
import { catchUpOf, correctionId, offerFor, trueUpOf, type Correction, type TrueUp } from "./true-up.ts";

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
  /** By which its entries are posted, where that is not the day it is issued. */
  readonly accountingOn?: LocalDate;
  readonly settings: Settings;
  /** The day has come from which missing usage is estimated. */
  readonly mayEstimate?: boolean;
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
  const charges = segments.every(({ total }) => total !== null) ? sumCents(segments.map(({ total }) => total!)) : null;
  const reasons = holdReasons(
    {
      segments, charges,
      days: Math.max(...input.segments.map(({ due: { period } }) => daysBetween(period.from, period.to))),
      history: input.history, periodTo: context.periodTo, customerClass: input.customerClass, settings: context.settings.billing, holds: context.settings.holds, validation: context.settings.validation, mayEstimate: context.mayEstimate ?? false,
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
  /** Since when the usage is a share of what went through, and how much that was. */
  readonly trueUp: FrozenSegment["trueUp"] | null;
  /** Periods before that were billed on estimates, as they were used. */
  readonly corrections: readonly PricedCorrection[];
}

interface PricedCorrection {
  readonly correction: Correction;
  readonly price: ChargedAcrossVersions;
}

function price(asked: SegmentToBill, { customerClass, demandHistory }: BillInput, { settings }: BillContext): Priced {
  const trued = withBanks(trueUpOf(asked), settings.utility.timeZone);
  const segment = trued === null ? asked : { ...asked, usage: trued.own, ...(trued.bank === null ? {} : { bank: trued.bank }) };
  const trueUp = trued === null ? null : { from: asked.sinceLastActual!.usage.from, usedMilli: asked.sinceLastActual!.usage.quantities["usage"] ?? 0 };
  const history = demandHistory.get(segment.due.agreement.agreementId) ?? [];
  const determinants = determinantsOf(segment, settings.utility.timeZone, { customerClass, demandHistory: history });
  // What is not known cannot be priced; the rules say so better than the engine would.
  const unpriced = { segment, determinants, price: null, trueUp, corrections: [] };
  if (segment.usage !== null && (!segment.usage.complete || (pricesByInterval(segment) && segment.usage.slots.missing > 0))) return { ...unpriced, problem: null };
  try {
    const corrections = (trued?.corrections ?? []).map((correction) => ({ correction, price: priceCorrection(correction, settings.utility.timeZone) }));
    return { ...unpriced, price: priceSegment(segment.versions, determinants), problem: null, corrections };
  } catch (error) {
    if (error instanceof RatingError) return { ...unpriced, problem: error.message };
    throw error;
  }
}

/** Registers have no intervals; nothing that a true-up corrects was priced by them. */
function priceCorrection(correction: Correction, zone: string): ChargedAcrossVersions {
  return priceSegment(correction.versions, wholeDeterminants(correction, zone));
}

const wholeDeterminants = ({ determinants, segment: { periodFrom: from, periodTo: to } }: Correction, zone: string): Determinants => ({ ...determinants, from, to, zone, series: [] });

/**
 * Net metering: what an estimate left in the bank was an estimate too. Each period begins with what the one before it really
 * left, and so does the period in question; otherwise kWh that were sent back would be lost, or credited twice.
 */
function withBanks(trued: TrueUp | null, zone: string): (TrueUp & { readonly bank: ReturnType<typeof bankLeft> }) | null {
  if (trued === null) return null;
  let bank: ReturnType<typeof bankLeft> = null;
  const corrections = trued.corrections.map((each): Correction => {
    const correction = bank === null ? each : { ...each, determinants: { ...each.determinants, bank } };
    bank = bankLeft({ versions: each.versions, due: { period: { from: each.segment.periodFrom, to: each.segment.periodTo } } }, wholeDeterminants(correction, zone));
    return correction;
  });
  return { ...trued, corrections, bank };
}

const corrected = ({ correction, price: { totalCents } }: PricedCorrection): Cents => totalCents - correction.segment.total;

function judged({ segment, price: found, problem, corrections }: Priced): JudgedSegment {
  const { due, usage, point } = segment;
  const { agreementId, commodity, servicePointId, estimatesInRow } = due.agreement;
  const meterId = point.legs.at(-1)?.channel.meterId ?? null;
  return { agreementId, commodity, servicePointId, meterId, period: due.period, final: due.final, usage, byInterval: pricesByInterval(segment), estimatesInRow, rateProblem: problem, total: found === null ? null : found.totalCents + sumCents(corrections.map(corrected)) };
}

// ---- the bill -------------------------------------------------------------------------------------------------

function assemble({ accountId, segments: due, canceled, corrects }: BillInput, priced: readonly Priced[], { runId, periodTo, issuedOn, accountingOn = issuedOn, settings }: BillContext): AssembledBill {
  const billId = corrects ? nextEdition(corrects.billId) : freeEdition(billIdOf(accountId, periodTo), canceled);
  const number = billId;
  const dueOn = dueOnOf(issuedOn, settings);
  const own = priced.map((each) => frozenSegment(each, billId, settings));
  const corrections = priced.flatMap((each) => each.corrections.map((correction) => frozenCorrection(correction, billId, settings)));
  const segments = [...own, ...corrections];
  // What is corrected belongs to bills of before: this one's period is its own.
  const periodFrom = own.reduce((first, { periodFrom: from }) => (from < first ? from : first), periodTo);
  const through = own.reduce((last, { periodTo: to }) => (to > last ? to : last), periodFrom);
  const charges = sumCents(segments.map(({ total }) => total));
  const catchUp = catchUpOf(segments);
  const offer = catchUp && offerFor(catchUp, { billId, issuedOn, dueOn }, settings);
  const banks = priced.flatMap(({ segment, determinants }) => {
    const left = bankLeft(segment, determinants);
    return left === null ? [] : [[segment.due.agreement.agreementId, left] as const];
  });
  const snapshot: BillSnapshot = {
    format: SNAPSHOT_FORMAT, engine: RATE_ENGINE_VERSION, billId, number, accountId, zone: settings.utility.timeZone, periodFrom, periodTo: through, issuedOn, dueOn,
    segments, charges,
    messages: [...(corrects ? [correctionMessage(corrects, charges)] : []), ...billMessages(due), ...(catchUp ? [trueUpMessage(catchUp)] : []), ...(offer ? [{ code: "instalments", ...offerText(offer) }] : [])],
    closingReads: closingReads(segments),
    demand: Object.fromEntries(segments.flatMap((segment) => demandOf(segment))),
    ...(banks.length === 0 ? {} : { bank: Object.fromEntries(banks) }),
  };
  const frozen = freeze(snapshot);
  return {
    snapshot, frozen,
    command: {
      type: "CompleteBill", billId, number, runId, periodFrom, periodTo: through, issuedOn, dueOn, snapshotHash: frozen.hash, ...(accountingOn === issuedOn ? {} : { accountingOn }), ...(offer ? { offer } : {}),
      segments: [...priced.map((each, i) => segmentBilled(each, own[i]!)), ...corrections.map(correctionBilled)],
    },
  };
}

function frozenSegment({ segment, determinants, price: found, trueUp }: Priced, billId: string, settings: Settings): FrozenSegment {
  const { due: { agreement, period, final }, versions, usage, estimate } = segment;
  const estimated = isEstimated(usage);
  const { series = [], from: _, to: __, zone: ___, ...given } = determinants;
  const counting = countingVersions(versions, period.from, period.to);
  const lines = linesOf(found!, counting, settings).map((line): FrozenLine => (estimated && PRICES_USAGE.has(line.kind) ? { ...line, estimated: true } : line));
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
    ...(estimated ? { estimate: estimate ?? { methods: [] } } : {}),
    ...(trueUp === null ? {} : { trueUp }),
  };
}

/** An estimated period as it was used, less what was billed. It stands beside the bill it corrects, which stays as it is. */
function frozenCorrection({ correction: { billId: before, segment, versions, determinants, usage }, price: found }: PricedCorrection, billId: string, settings: Settings): FrozenSegment {
  const { estimate: _, trueUp: __, ...same } = segment;
  return {
    ...same, segmentId: correctionId(billId, segment), determinants, usage, series: [],
    lines: linesOf(found, countingVersions(versions, segment.periodFrom, segment.periodTo), settings),
    total: found.totalCents - segment.total,
    corrects: { segmentId: segment.segmentId, billId: before, usedMilli: segment.usage?.quantities["usage"] ?? 0, billedMilli: billedQuantity(segment.lines, segment.usage?.quantities["usage"] ?? 0), total: segment.total, lines: segment.lines },
  };
}

const linesOf = (found: ChargedAcrossVersions, counting: readonly PricedVersion[], settings: Settings): FrozenLine[] =>
  found.segments.flatMap((part, i) => part.lines.map((line) => frozenLine(line, counting[i]!.version, settings)));

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

function correctionBilled(segment: FrozenSegment): SegmentBilled {
  const { segmentId, agreementId, commodity, periodFrom, periodTo, lines, total, usage, corrects } = segment;
  return {
    segmentId, agreementId, from: periodFrom, to: periodTo, billedMilli: billedQuantity(lines, usage!.quantities["usage"] ?? 0) - corrects!.billedMilli, unit: usage!.unit, estimated: false,
    rank: serviceRank(commodity), total, postings: postingsOf(chargedLines(segment)), corrects: corrects!.segmentId,
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
  const reads = new Map<string, RegisterRead>();
  for (const { usage } of segments) for (const { endRead } of usage?.legs ?? []) if (endRead !== null) reads.set(`${endRead.channelId}:${endRead.readAt}`, endRead);
  return [...reads.values()];
}

function demandOf({ agreementId, lines, corrects }: FrozenSegment): [string, Milli][] {
  const demand = lines.filter(({ kind }) => kind === "demand").map(({ quantityMilli }) => quantityMilli);
  return demand.length > 0 && corrects === undefined ? [[agreementId, Math.max(...demand)]] : [];
}
