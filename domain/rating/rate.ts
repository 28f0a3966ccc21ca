/**
 * The rate engine's doors: a segment priced and explained, its bare amount, and a period over several versions.
 * All of them run the same arithmetic (`assess`); the explanation only reads what it left.
 */
import { addDays, type LocalDate, type Period } from "../calendar/local-date.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import type { Milli } from "../metering/units.ts";
import { assess } from "./assess.ts";
import type { CompiledCharge, CompiledRate } from "./compile.ts";
import { withDerived } from "./derive.ts";
import { withRiders } from "./ride.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { RATE_DOCUMENT_FORMAT, type ChargeKind, type RateDocument, type Text } from "./schema.ts";
import { Explanation, type RatedStep } from "./explain.ts";
import { ratePeriod, type PeriodRate } from "./period.ts";
import { exactDollars } from "./rounding.ts";

/** Grows with every change that could give another cent for the same document and determinants; kept on the bill. */
export const RATE_ENGINE_VERSION = 1;

/** A line of a bill: what is charged. */
export interface ChargedLine {
  readonly chargeId: string;
  /** For the customer. */
  readonly name: string;
  readonly nameEs: string;
  readonly kind: ChargeKind;
  readonly glKey: string;
  readonly quantityMilli: Milli;
  /** A unit of measure, `day`, `period`, the name of a count, or `USD` for the base of a percentage. */
  readonly unit: string;
  readonly cents: Cents;
}

/** A line with how it came about. */
export interface RatedLine extends ChargedLine {
  /** Dollars before rounding, decimal text. */
  readonly exact: string;
  readonly steps: readonly RatedStep[];
  readonly sentence: string;
  readonly sentenceEs: string;
  /** How the quantity came about, where it is not simply what was measured. */
  readonly note?: Text;
}

export interface RatedSegment {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly days: number;
  readonly commodity: RateDocument["commodity"];
  readonly name: string;
  readonly nameEs: string;
  /** Seasons of the rate in the segment, with their days; empty for a rate without seasons. */
  readonly seasons: readonly { readonly id: string; readonly name: string; readonly days: number }[];
  readonly estimated: boolean;
  readonly lines: readonly RatedLine[];
  readonly totalCents: Cents;
  readonly engineVersion: number;
  readonly documentFormat: number;
}

/** Prices a segment, every line explained. Errors: a `RatingError` naming what is missing or out of bounds. */
export function rateSegment(published: CompiledRate, given: Determinants): RatedSegment {
  const rate = withRiders(published, given.riders);
  const determinants = withDerived(rate, given);
  const period = ratePeriod(rate, determinants);
  rate.work.explaining = true;
  const totalCents = assess(period, determinants, rate.work);
  const { document } = rate;
  return {
    from: period.from, to: period.to, days: period.days,
    commodity: document.commodity, name: document.name.en, nameEs: document.name.es ?? document.name.en,
    seasons: seasonsOf(period),
    estimated: determinants.estimated ?? false,
    lines: rate.charges.filter((charge) => isShown(charge, rate)).map((charge) => lineOf(charge, period, determinants)),
    totalCents,
    engineVersion: RATE_ENGINE_VERSION, documentFormat: RATE_DOCUMENT_FORMAT,
  };
}

export interface ChargedSegment {
  readonly lines: readonly ChargedLine[];
  readonly totalCents: Cents;
}

/** The lines of a segment without how they came about: what a run of many bills needs. The same arithmetic, and the same errors. */
export function chargeSegment(published: CompiledRate, given: Determinants): ChargedSegment {
  const rate = withRiders(published, given.riders);
  const determinants = withDerived(rate, given);
  const period = ratePeriod(rate, determinants);
  rate.work.explaining = true;
  const totalCents = assess(period, determinants, rate.work);
  const lines = rate.charges.filter((charge) => isShown(charge, rate)).map((charge) => chargedLine(charge, new Explanation(charge, period, determinants), rate));
  return { lines, totalCents };
}

/** The bare amount of a segment: the same arithmetic without the words. */
export function rateCents(published: CompiledRate, determinants: Determinants): Cents {
  const rate = published.riderIds.length === 0 ? published : withRiders(published, determinants.riders);
  const { work } = rate;
  work.explaining = rate.roundsSteps;
  const known = rate.derived.length === 0 ? determinants : withDerived(rate, determinants);
  return assess(ratePeriod(rate, known), known, work);
}

/** A minimum, maximum or credit that did not apply is no line of the bill. */
function isShown({ index, against }: CompiledCharge, { work }: CompiledRate): boolean {
  return work.charged[index] === 1 && (against === 0 || work.cents[index] !== 0);
}

function chargedLine({ index, id, kind, charge: written }: CompiledCharge, explanation: Explanation, { work }: CompiledRate): ChargedLine {
  return {
    chargeId: id, name: written.name.en, nameEs: written.name.es ?? written.name.en, kind, glKey: written.glKey,
    quantityMilli: explanation.quantity(), unit: explanation.unit(),
    cents: work.cents[index]!,
  };
}

function lineOf(charge: CompiledCharge, period: PeriodRate, determinants: Determinants): RatedLine {
  const { work } = period.rate;
  const { index } = charge;
  const explanation = new Explanation(charge, period, determinants);
  const note = explanation.note();
  return {
    ...chargedLine(charge, explanation, period.rate),
    exact: exactDollars(work.whole[index]!, work.rest[index]!, work.parts[index]!),
    steps: explanation.ratedSteps(),
    sentence: explanation.sentence("en"), sentenceEs: explanation.sentence("es"),
    ...(note === undefined ? {} : { note }),
  };
}

function seasonsOf({ rate, from, to }: PeriodRate): RatedSegment["seasons"] {
  const { seasons } = rate.document;
  if (seasons.length === 0) return [];
  const counted = new Map<number, number>();
  for (let day = from; day < to; day = addDays(day, 1)) {
    const season = rate.calendar.seasonOf(day);
    counted.set(season, (counted.get(season) ?? 0) + 1);
  }
  return [...counted].map(([index, days]) => ({ id: seasons[index]!.id, name: seasons[index]!.name.en, days }));
}

// ---- several versions -----------------------------------------------------------------------------------------

/** A version counts from its first day until the next one's. */
export interface DatedRate {
  readonly from: LocalDate;
  readonly rate: CompiledRate;
}

export interface RatedAcrossVersions {
  readonly segments: readonly RatedSegment[];
  readonly totalCents: Cents;
}

/**
 * Prices a period in which versions begin: by days at each version. Quantities are those of the whole period; intervals
 * fall into their own version by day. Errors: no version on the first day, or two from the same day.
 */
export function rateAcrossVersions(versions: readonly DatedRate[], determinants: Determinants): RatedAcrossVersions {
  const segments = eachVersion(versions, determinants, rateSegment);
  return { segments, totalCents: sumCents(segments.map(({ totalCents }) => totalCents)) };
}

export interface ChargedAcrossVersions {
  readonly segments: readonly ChargedSegment[];
  readonly totalCents: Cents;
}

/** As `rateAcrossVersions`, without how the lines came about. */
export function chargeAcrossVersions(versions: readonly DatedRate[], determinants: Determinants): ChargedAcrossVersions {
  const segments = eachVersion(versions, determinants, chargeSegment);
  return { segments, totalCents: sumCents(segments.map(({ totalCents }) => totalCents)) };
}

function eachVersion<T>(versions: readonly DatedRate[], determinants: Determinants, price: (rate: CompiledRate, part: Determinants) => T): T[] {
  const billPeriod = determinants.billPeriod ?? { from: determinants.from, to: determinants.to };
  return versionPeriods(versions, determinants).map(({ rate, from, to }) => price(rate, { ...determinants, from, to, billPeriod }));
}

/** The versions of a period in order, each with its days. */
export function versionPeriods(versions: readonly DatedRate[], { from, to }: Period): (Period & { readonly rate: CompiledRate })[] {
  const ordered = versions.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const twice = ordered.findIndex((version, i) => version.from === ordered[i + 1]?.from);
  if (twice >= 0) throw new RatingError("versions", `two versions begin on ${ordered[twice]!.from}; one of them must be withdrawn`);
  if (ordered.length === 0 || ordered[0]!.from > from) throw new RatingError("versions", `no version of the rate counts on ${from}`);
  return ordered.flatMap((version, i) => {
    const begins = version.from > from ? version.from : from;
    const next = ordered[i + 1]?.from ?? to;
    const ends = next < to ? next : to;
    return begins < ends ? [{ rate: version.rate, from: begins, to: ends }] : [];
  });
}
