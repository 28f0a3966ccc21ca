/**
 * What a repaired leak cost, and how much of it the policy forgives: each bill priced again by the billing engine as if the
 * use had been normal, the difference times the share. A suggestion of the rules with its arithmetic; posting is the account's.
 */
import { addDays, daysBetween, type LocalDate, type Period } from "../calendar/local-date.ts";
import type { TimeZone } from "../calendar/zone.ts";
import type { LeakPolicy, NormalWay } from "../lifecycle/leak-policy.ts";
import { convertMilli, sameDimension, type Milli, type Unit } from "../metering/index.ts";
import type { Cents } from "../money/cents.ts";
import { cents, sumCents } from "../money/cents.ts";
import { RatingError } from "../rating/index.ts";
import { priceSegment, type PricedVersion } from "./price.ts";
import type { FrozenSegment } from "./snapshot.ts";

/** The leak as the meter showed it. */
export interface LeakEvidence {
  readonly meterId: string;
  /** What the meter measures; what else is billed by it (sewer) is forgiven by a share of its own. */
  readonly commodity: string;
  /** First local day of the leak, and the first that is free of it; null while it runs. */
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

/** A segment of a bill that stands, with the rates that priced it. */
export interface LeakSegment {
  readonly billId: string;
  readonly number: string;
  readonly zone: TimeZone;
  readonly segment: FrozenSegment;
  readonly versions: readonly PricedVersion[];
  /** Another bill has corrected it, or it corrects another: its own figures are not what was paid. */
  readonly corrected: boolean;
}

/** What was used in an earlier or later period of the service. */
export interface UsePeriod extends Period {
  readonly agreementId: string;
  readonly used: Milli;
  readonly unit: Unit;
}

/** How the normal use was found. `later`: from bills after the leak, as there were none before. */
export interface NormalUse {
  readonly way: NormalWay | "later";
  readonly bills: number;
  readonly usage: Milli;
}

/** One service of one bill. `problem`: why it cannot be reckoned; then nothing of it is forgiven. */
export interface LeakLine {
  readonly billId: string;
  readonly number: string;
  readonly commodity: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly unit: Unit;
  readonly used: Milli;
  readonly normal: NormalUse | null;
  readonly charged: Cents;
  readonly atNormal: Cents;
  readonly sharePercent: number;
  readonly credit: Cents;
  /** Among the bills that one adjustment may cover. */
  readonly counted: boolean;
  readonly problem: string | null;
}

/** A credit against one account of the general ledger. */
export interface LeakPart {
  readonly commodity: string;
  readonly glAccount: string;
  readonly amount: Cents;
}

export interface LeakReckoning {
  /** Oldest first. */
  readonly lines: readonly LeakLine[];
  readonly parts: readonly LeakPart[];
  readonly total: Cents;
}

/** Reckons the adjustment of one leak. Never more than the share of what the bills charged, never a charge. */
export function reckonLeak(policy: LeakPolicy, evidence: LeakEvidence, segments: readonly LeakSegment[], history: readonly UsePeriod[]): LeakReckoning {
  const priced = segments
    .filter(({ segment }) => touches(segment, evidence))
    .toSorted((a, b) => (a.segment.periodFrom === b.segment.periodFrom ? 0 : a.segment.periodFrom < b.segment.periodFrom ? -1 : 1))
    .map((each) => priceLine(policy, evidence, each, history));
  const counted = bestBills(priced, policy.billsMost);
  const lines = priced.map(({ line }): LeakLine => ({ ...line, counted: counted.has(line.billId) && line.credit > 0 }));
  const parts = new Map<string, LeakPart>();
  for (const { line, shares } of priced) {
    if (!counted.has(line.billId)) continue;
    for (const { glAccount, amount } of shares) {
      const key = `${line.commodity} ${glAccount}`;
      parts.set(key, { commodity: line.commodity, glAccount, amount: cents((parts.get(key)?.amount ?? 0) + amount) });
    }
  }
  const found = [...parts.values()].filter(({ amount }) => amount > 0);
  return { lines, parts: found, total: sumCents(found.map(({ amount }) => amount)) };
}

function touches({ periodFrom, periodTo, usage }: FrozenSegment, { meterId, from, to }: LeakEvidence): boolean {
  return periodFrom < (to ?? "9999-12-31") && from < periodTo && (usage?.legs.some((leg) => leg.meterId === meterId && leg.quantity === "usage" && leg.usage >= 0) ?? false);
}

interface PricedLine {
  readonly line: LeakLine;
  readonly shares: readonly { readonly glAccount: string; readonly amount: Cents }[];
}

function priceLine(policy: LeakPolicy, evidence: LeakEvidence, { billId, number, zone, segment, versions, corrected }: LeakSegment, history: readonly UsePeriod[]): PricedLine {
  const { commodity, periodFrom: from, periodTo: to, usage, total } = segment;
  const unit = usage!.unit;
  const used = usage!.quantities["usage"] ?? 0;
  const sharePercent = commodity === evidence.commodity ? policy.sharePercent : policy.sewerSharePercent;
  const head = { billId, number, commodity, from, to, unit, used, charged: total, sharePercent, counted: false };
  const nothing = (normal: NormalUse | null, problem: string | null): PricedLine => ({ line: { ...head, normal, atNormal: total, credit: 0, problem }, shares: [] });
  if (corrected || segment.estimate !== undefined) return nothing(null, "It rests on an estimate or was corrected later.");
  if (segment.series.length > 0) return nothing(null, "Its price depends on the hours of the day.");
  const normal = normalUse(policy, evidence, segment, history);
  if (normal === null) return nothing(null, "No other bill shows what is normal here: wait for one after the repair.");
  if (used <= normal.usage || used * 100 < normal.usage * policy.excessPercent) return nothing(normal, null);
  try {
    const asBilled = linesAt(segment, zone, versions, used);
    if (sumOf(asBilled) !== total) return nothing(normal, "The bill does not come out as it was: have it looked at first.");
    const atNormal = linesAt(segment, zone, versions, normal.usage);
    const shares = sharesOf(segment, asBilled, atNormal, sharePercent);
    return { line: { ...head, normal, atNormal: sumOf(atNormal), credit: sumCents(shares.map(({ amount }) => amount)), problem: null }, shares };
  } catch (error) {
    if (!(error instanceof RatingError)) throw error;
    return nothing(normal, `It cannot be priced again: ${error.message}.`);
  }
}

interface ChargeCents {
  readonly chargeId: string;
  readonly cents: Cents;
}

const sumOf = (lines: readonly ChargeCents[]): Cents => sumCents(lines.map((line) => line.cents));

/** The segment's charges at another use. @throws RatingError */
function linesAt({ determinants, periodFrom: from, periodTo: to, usage }: FrozenSegment, zone: TimeZone, versions: readonly PricedVersion[], used: Milli): readonly ChargeCents[] {
  const quantities = { ...determinants.quantities, usage: { ...determinants.quantities["usage"], [usage!.unit]: used } };
  return priceSegment(versions, { ...determinants, quantities, from, to, zone, series: [] }).segments.flatMap(({ lines }) => lines);
}

/** The share of what each account of the ledger received too much. Rounded once, on the whole; the parts are its steps. */
function sharesOf({ lines }: FrozenSegment, asBilled: readonly ChargeCents[], atNormal: readonly ChargeCents[], sharePercent: number): PricedLine["shares"] {
  const excess = new Map<string, Cents>();
  const add = (line: ChargeCents, sign: number): void => {
    const glAccount = lines.find(({ chargeId }) => chargeId === line.chargeId)?.glAccount ?? lines[0]!.glAccount;
    excess.set(glAccount, (excess.get(glAccount) ?? 0) + sign * line.cents);
  };
  asBilled.forEach((line) => add(line, 1));
  atNormal.forEach((line) => add(line, -1));
  const whole = [...excess.values()].reduce((sum, each) => sum + each, 0);
  if (whole <= 0) return [];
  // Where a charge is higher at normal use (a minimum, a credit), no account can be told its own share: the largest has it all.
  const steps = [...excess].some(([, amount]) => amount < 0) ? [[[...excess].toSorted((a, b) => b[1] - a[1])[0]![0], whole] as const] : [...excess];
  let [so, given] = [0, 0];
  return steps.map(([glAccount, amount]) => {
    so += amount;
    const until = shareOf(so, sharePercent);
    const part = { glAccount, amount: cents(until - given) };
    given = until;
    return part;
  });
}

/** Half up, of whole cents that are not negative. */
const shareOf = (amount: Cents, percent: number): Cents => Math.floor((amount * percent + 50) / 100);

// ---- the normal use -------------------------------------------------------------------------------------------

/** A season is met where the middles of two periods are at most so many days apart. */
const SEASON_DAYS = 16;
/** Years back in which the same months are looked for. */
const YEARS = 5;
const YEAR_DAYS = 365;

/** The average day of the bills that the policy names (else of what there is), times the days of the period; null without any. */
function normalUse({ normal, normalBills }: LeakPolicy, { from, to }: LeakEvidence, segment: FrozenSegment, history: readonly UsePeriod[]): NormalUse | null {
  const unit = segment.usage!.unit;
  const own = history.filter((each) => each.agreementId === segment.agreementId && sameDimension(each.unit, unit) && daysBetween(each.from, each.to) > 0);
  const before = own.filter((each) => each.to <= from).toSorted((a, b) => (a.from < b.from ? 1 : -1));
  const found: Readonly<Record<NormalUse["way"], readonly UsePeriod[]>> = {
    sameMonths: before.filter((each) => isSameSeason(each, { from: segment.periodFrom, to: segment.periodTo })),
    previous: before,
    later: to === null ? [] : own.filter((each) => each.from >= to).toSorted((a, b) => (a.from < b.from ? -1 : 1)),
  };
  const ways: readonly NormalUse["way"][] = normal === "sameMonths" ? ["sameMonths", "previous", "later"] : ["previous", "sameMonths", "later"];
  const way = ways.find((each) => found[each].length > 0);
  if (way === undefined) return null;
  const bills = found[way].slice(0, normalBills);
  const usage = bills.reduce((sum, each) => sum + convertMilli(each.used, each.unit, unit), 0);
  const days = bills.reduce((sum, each) => sum + daysBetween(each.from, each.to), 0);
  return { way, bills: bills.length, usage: averaged(Math.max(0, usage), daysBetween(segment.periodFrom, segment.periodTo), days) };
}

function isSameSeason(earlier: Period, period: Period): boolean {
  const middle = ({ from, to }: Period): LocalDate => addDays(from, Math.floor(daysBetween(from, to) / 2));
  const apart = daysBetween(middle(earlier), middle(period));
  return Array.from({ length: YEARS }, (_, i) => (i + 1) * YEAR_DAYS).some((years) => Math.abs(apart - years) <= SEASON_DAYS);
}

/** `usage × days ÷ of`, half up; the product of a large customer does not fit a number. */
function averaged(usage: Milli, days: number, of: number): Milli {
  return Number((2n * BigInt(usage) * BigInt(days) + BigInt(of)) / (2n * BigInt(of)));
}

// ---- the bills of one adjustment ------------------------------------------------------------------------------

/** The bills in a row, at most so many, of which the customer gets the most back; the earlier ones where it is the same. */
function bestBills(priced: readonly PricedLine[], most: number): ReadonlySet<string> {
  const bills = [...Map.groupBy(priced, ({ line }) => line.billId)].map(([billId, ofBill]) => ({ billId, credit: sumCents(ofBill.map(({ line }) => line.credit)) }));
  let best: { readonly from: number; readonly credit: Cents } = { from: 0, credit: -1 };
  for (const from of bills.keys()) {
    const credit = sumCents(bills.slice(from, from + most).map((bill) => bill.credit));
    if (credit > best.credit) best = { from, credit };
  }
  return new Set(bills.slice(best.from, best.from + most).map(({ billId }) => billId));
}
