/** A segment's price: from its usage and the versions of its rate to explained lines. Asks the rate engine; adds no arithmetic of its own. */
import type { LocalDate, Period } from "../calendar/local-date.ts";
import { MISSING, quantityText, UNITS, type Milli, type Unit, type UsageOfPeriod } from "../metering/index.ts";
import { bankAfter, bankSchedule, chargeAcrossVersions, determinantsFromUsage, energyByPeriod, rateAcrossVersions, type Charge, type ChargedAcrossVersions, type CompiledRate, type DatedRate, type Determinants, type RatedAcrossVersions, type RateDocument, usesUsage } from "../rating/index.ts";
import type { ServiceFact } from "../lifecycle/service-fact.ts";
import { factDeterminants } from "./customer-facts.ts";
import type { DueSegment } from "./cycle.ts";
import type { PointFacts } from "./facts.ts";
import { tablesOf, type SharedRateData } from "./shared-data.ts";
import type { EstimateNote } from "./snapshot.ts";
import type { SinceLastActual } from "./true-up.ts";

/** A published version of a rate schedule, ready to price. */
export interface PricedVersion {
  readonly scheduleId: string;
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly documentHash: string;
  readonly rate: CompiledRate;
}

/** One due service with everything its price depends on. */
export interface SegmentToBill {
  readonly due: DueSegment;
  readonly point: PointFacts;
  /** Every published version of the schedule, oldest first. */
  readonly versions: readonly PricedVersion[];
  /** Null: the rate asks for no usage. */
  readonly usage: UsageOfPeriod | null;
  /** What is known of the account's services beside their meters. */
  readonly facts?: readonly ServiceFact[];
  /** Where the bills before rest on estimates: what is known since the last actual read. */
  readonly sinceLastActual?: SinceLastActual | null;
  /** Where the usage rests on an estimate: how it was reckoned. */
  readonly estimate?: EstimateNote | null;
  /** Tables of factors and system peaks that the utility's rates share. */
  readonly shared?: SharedRateData;
  /** Net metering: kWh that the bill before left in the bank, by period. */
  readonly bank?: Readonly<Record<string, Milli>>;
}

/** The shared tables that versions follow. */
export const ridersOfVersions = (versions: readonly PricedVersion[]): string[] => [...new Set(versions.flatMap(({ rate }) => rate.riderIds))];

const chargesAtPeak = ({ rate }: PricedVersion): boolean => rate.document.charges.some((charge) => charge.kind === "demand" && charge.coincident === true);

/** Whether the versions rest on what the utility's rates share: then a change of it makes their price another. */
export const restsOnShared = (versions: readonly PricedVersion[]): boolean => ridersOfVersions(versions).length > 0 || versions.some(chargesAtPeak);

export interface RateNeeds {
  /** The unit in which usage is billed. */
  readonly unit: Unit;
  readonly usage: boolean;
  /** Single intervals: time of use, demand. */
  readonly intervals: boolean;
}

const BY_INTERVAL: ReadonlySet<string> = new Set(["time-of-use", "demand"]);

/** The rate's prices depend on when usage was. */
export const looksAtIntervals = ({ charges }: RateDocument): boolean => charges.some(({ kind }) => BY_INTERVAL.has(kind));

const pricesIntervals = ({ rate }: PricedVersion): boolean => looksAtIntervals(rate.document);

/** Charges that multiply a quantity of a meter; a fixed amount, a tax, a minimum or the agreed use of lamps does not. */
const pricesUsage = (charge: Charge, { document: { derived = [] } }: CompiledRate): boolean =>
  "determinant" in charge && (charge.kind !== "credit" || charge.rates.some(({ price }) => price !== undefined)) && (charge.kind !== "formula" || usesUsage(charge)) && !derived.some(({ id, kind }) => id === charge.determinant && kind === "unmetered");

/** Whether the version looks back at the demand of earlier bills. */
export const hasRatchet = ({ rate }: PricedVersion): boolean => rate.document.charges.some((charge) => charge.kind === "demand" && charge.ratchet !== undefined);

/** The segment's price depends on when usage was, not only on how much. */
export const pricesByInterval = ({ versions, due: { period } }: Pick<SegmentToBill, "versions" | "due">): boolean => countingVersions(versions, period.from, period.to).some(pricesIntervals);

/** What the versions that count in the period ask for; null when none counts. */
export function rateNeeds(versions: readonly PricedVersion[], { from, to }: { readonly from: LocalDate; readonly to: LocalDate }): RateNeeds | null {
  const counting = countingVersions(versions, from, to);
  if (counting.length === 0) return null;
  return {
    unit: counting[0]!.rate.document.unit,
    usage: counting.some(({ rate }) => rate.document.charges.some((charge) => pricesUsage(charge, rate))),
    intervals: counting.some(pricesIntervals),
  };
}

/** The versions that count on some day of the period, oldest first. */
export function countingVersions(versions: readonly PricedVersion[], from: LocalDate, to: LocalDate): readonly PricedVersion[] {
  return versions.filter(({ effectiveOn }, i) => effectiveOn < to && (versions[i + 1]?.effectiveOn ?? "9999") > from);
}

export interface CustomerFacts {
  readonly customerClass: string;
  /** Billed demand of earlier bills of this service, the latest first, for ratchets. */
  readonly demandHistory?: readonly Milli[];
}

/** What the engine is given for a segment. */
export function determinantsOf({ due, point, versions, usage, facts = [], shared, bank }: SegmentToBill, zone: string, { customerClass, demandHistory }: CustomerFacts): Determinants {
  const { quantities: given = {}, ...known } = factDeterminants(facts, due.agreement.agreementId, due.period);
  const customer: Omit<Determinants, "from" | "to" | "zone" | "quantities" | "series"> = {
    occasion: due.first ? "first" : due.final ? "final" : "regular",
    dwellingUnits: point.dwellingUnits,
    ...(point.meterSize === null ? {} : { meterSize: point.meterSize }),
    ...noneEmpty(known),
    ...sharedDeterminants(countingVersions(versions, due.period.from, due.period.to), shared, due.period),
    attributes: { customerClass, ...known.attributes },
    ...(demandHistory && demandHistory.length > 0 ? { demandHistory } : {}),
    ...(bank === undefined ? {} : { bank }),
  };
  if (usage === null) return { ...due.period, zone, quantities: given, ...customer };
  const measured = withDeductNote(determinantsFromUsage(usage, customer), usage);
  const counting = countingVersions(versions, due.period.from, due.period.to);
  const determinants = { ...measured, quantities: { ...measured.quantities, ...netQuantities(counting, usage), ...given } };
  return { ...determinants, series: counting.some(pricesIntervals) ? determinants.series! : [] };
}

/** Says what submeters took off, where there are any. */
function withDeductNote(determinants: Determinants, { legs, unit }: UsageOfPeriod): Determinants {
  const taken = legs.filter(({ quantity, usage }) => quantity === "usage" && usage < 0);
  if (taken.length === 0) return determinants;
  const amount = quantityText(-taken.reduce((sum, { usage }) => sum + usage, 0), unit);
  const badges = [...new Set(taken.map(({ badge }) => badge))].join(", ");
  const note = { en: `${amount} that went through meter ${badges} did not reach this service and are taken off.`, es: `${amount} que pasaron por el medidor ${badges} no llegaron a este servicio y se descuentan.` };
  return { ...determinants, notes: { ...determinants.notes, usage: note } };
}

/** What the versions ask of the utility's shared data, and no more: it is frozen with the bill. */
function sharedDeterminants(versions: readonly PricedVersion[], shared: SharedRateData | undefined, period: Period): Pick<Determinants, "riders" | "systemPeaks"> {
  if (shared === undefined) return {};
  const ids = ridersOfVersions(versions);
  // Days around the period, whatever the zone; the engine looks only at those inside it.
  const near = (at: number): boolean => at >= Date.parse(period.from) - DAY_MS && at <= Date.parse(period.to) + DAY_MS;
  return {
    ...(ids.length === 0 ? {} : { riders: tablesOf(shared.riders, ids, period) }),
    ...(versions.some(chargesAtPeak) ? { systemPeaks: shared.systemPeaks.filter(near) } : {}),
  };
}

/** What the netted directions measured: nothing sent back where the meter has no such channel, registers by period where banks are kept so. */
function netQuantities(versions: readonly PricedVersion[], { quantities, series, unit, from, to, zone }: UsageOfPeriod): Determinants["quantities"] {
  const netting = versions.filter(hasBank);
  if (netting.length === 0) return {};
  const schedule = bankSchedule(netting.at(-1)!.rate);
  const sent = { received: { [unit]: quantities["received"] ?? 0 } };
  if (schedule === null) return sent;
  const byPeriod = (direction: "delivered" | "received", name: string): Determinants["quantities"] => {
    const found = series.find((each) => each.direction === direction && UNITS[each.unit].dimension === "energy");
    if (found === undefined || found.values.includes(MISSING)) return {};
    return Object.fromEntries(Object.entries(energyByPeriod(netting.at(-1)!.rate, schedule, found, { from, to, zone })).map(([period, kWh]) => [`${name}.${period}`, { kWh }]));
  };
  return { ...sent, ...byPeriod("delivered", "usage"), ...byPeriod("received", "received") };
}

/** Whether the version keeps a bank of kWh. */
export const hasBank = ({ rate }: PricedVersion): boolean => rate.document.derived?.some(({ kind }) => kind === "net-metering") ?? false;

/** What the segment leaves in the bank; null for a rate without one. */
export function bankLeft({ versions, due: { period } }: Pick<SegmentToBill, "versions"> & { readonly due: Pick<DueSegment, "period"> }, determinants: Determinants): Readonly<Record<string, Milli>> | null {
  const last = countingVersions(versions, period.from, period.to).at(-1);
  return last === undefined ? null : bankAfter(last.rate, determinants);
}

const DAY_MS = 24 * 60 * 60_000;

/** Without what says nothing: a bill's snapshot lists only what it rests on. */
function noneEmpty(known: ReturnType<typeof factDeterminants>): Partial<Determinants> {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0)));
}

/** Prices the segment. @throws RatingError naming what is missing or out of bounds */
export function priceSegment(versions: readonly PricedVersion[], determinants: Determinants): ChargedAcrossVersions {
  return chargeAcrossVersions(dated(versions), determinants);
}

/** Prices the segment and says how each line came about. @throws RatingError */
export function explainSegment(versions: readonly PricedVersion[], determinants: Determinants): RatedAcrossVersions {
  return rateAcrossVersions(dated(versions), determinants);
}

const dated = (versions: readonly PricedVersion[]): DatedRate[] => versions.map(({ effectiveOn, rate }) => ({ from: effectiveOn, rate }));
