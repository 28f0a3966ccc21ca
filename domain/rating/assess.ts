/**
 * The arithmetic of a bill segment: one core for the bare amount and for the explained bill. All numbers are integers: a
 * price in 10^-decimals dollars times a quantity in thousandths, divided once, at the document's rounding point.
 * Each step of each line is left in the work space, from which the explanation is written when somebody wants it.
 */
import { CENTS_MAX, type Cents } from "../money/cents.ts";
import { convertMilli, sameDimension, type Milli, type Unit } from "../metering/units.ts";
import { NO_LIMIT, type CompiledCharge, type CompiledRate } from "./compile.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { demandOf, energyOf, NEVER } from "./intervals.ts";
import { NO_ROWS, type PeriodCharge, type PeriodRate, type Rows, type Slice } from "./period.ts";
import { roundAmount, sumExact } from "./rounding.ts";
import type { Work } from "./work.ts";

/** Base of a percentage stays exact times the largest percentage. */
const BASE_CENTS_MAX = 5 * CENTS_MAX;

/** Prices the segment into the work space and returns its sum in cents. Errors: a `RatingError` naming the charge. */
export function assess(period: PeriodRate, determinants: Determinants, work: Work): Cents {
  const { rate, charges } = period;
  prepare(rate, determinants, work);
  work.begin();
  let total = 0;
  for (let i = 0; i < charges.length; i++) {
    const charge = charges[i]!;
    work.stepsFrom[i] = work.stepCount;
    const rows = rowsFor(charge, determinants);
    if (rows.slices.length === 0) {
      work.charged[i] = 0;
      work.cents[i] = 0;
      setExact(i, 0, 0, work);
      continue;
    }
    work.charged[i] = 1;
    assessCharge(charge.compiled, rows, period, determinants, work);
    settle(charge.compiled, rows.shareOf, rate, work);
    total += work.cents[i]!;
  }
  work.stepsFrom[charges.length] = work.stepCount;
  return rate.document.rounding.at === "total" ? spreadTotal(rate, work) : total;
}

/** The rows for this customer; none when the charge does not count for the segment or the customer. */
function rowsFor({ compiled, only, rows }: PeriodCharge, determinants: Determinants): Rows {
  const { onlyFor } = compiled.charge;
  if (onlyFor !== undefined && !isEnrolled(determinants, onlyFor)) return NO_ROWS;
  return only ?? rowsByProperties(compiled, rows, determinants);
}

/** Enrolled on the last day of the segment. */
function isEnrolled({ programs, to }: Determinants, program: string): boolean {
  return programs?.some((enrollment) => enrollment.program === program && (enrollment.from ?? "") < to && (enrollment.to === undefined || enrollment.to >= to)) ?? false;
}

function rowsByProperties(compiled: CompiledCharge, rows: ReadonlyMap<string, Rows>, determinants: Determinants): Rows {
  if (rows.size === 0) return NO_ROWS;
  const values = compiled.whenNames.map((name) => propertyOf(determinants, name, compiled));
  const found = rows.get(values.join("|"));
  if (found !== undefined) return found;
  const has = compiled.whenNames.map((name, i) => `${name} ${values[i]}`).join(" and ");
  throw new RatingError(`charges.${compiled.index}`, `${compiled.id} has no row for ${has}; add one to the rate or put the customer's data right`);
}

function propertyOf(determinants: Determinants, name: string, { index, id }: CompiledCharge): string {
  const value = name === "meterSize" ? determinants.meterSize : determinants.attributes?.[name];
  if (value === undefined) throw new RatingError(`charges.${index}`, `${id} needs the customer's ${name}, which is not given`);
  return value;
}

// ---- determinants ---------------------------------------------------------------------------------------------

function prepare(rate: CompiledRate, determinants: Determinants, work: Work): void {
  for (let i = 0; i < rate.determinants.length; i++) {
    const { name, unit, largest } = rate.determinants[i]!;
    const value = quantityOf(determinants, name, unit);
    work.quantities[i] = value === undefined ? NaN : checkQuantity(value, name, unit, largest);
  }
  for (let i = 0; i < rate.counts.length; i++) work.counts[i] = countOf(rate, determinants, rate.counts[i]!);
}

/** The quantity in the unit, or turned from another unit of the same dimension, rounded half up to a thousandth. */
function quantityOf({ quantities }: Determinants, name: string, unit: Unit): Milli | undefined {
  const byUnit = quantities[name];
  if (byUnit === undefined) return undefined;
  const value = byUnit[unit];
  if (value !== undefined) return value;
  const other = (Object.keys(byUnit) as Unit[]).find((candidate) => sameDimension(candidate, unit));
  return other === undefined ? undefined : convertMilli(byUnit[other]!, other, unit);
}

function checkQuantity(value: Milli, name: string, unit: string, largest: Milli): Milli {
  if (!Number.isInteger(value)) throw new RatingError(`quantities.${name}.${unit}`, `${value} is not a whole number of thousandths`);
  if (value < 0) throw new RatingError(`quantities.${name}.${unit}`, `${value / 1000} ${unit} is negative; a credit never makes negative consumption`);
  if (value > largest) throw new RatingError(`quantities.${name}.${unit}`, `${value / 1000} ${unit} is more than the largest allowed by this rate (${largest / 1000})`);
  return value;
}

/** A count by name; dwelling units are one unless known, quantities of any unit may multiply tier widths. */
function countOf(rate: CompiledRate, { dwellingUnits, counts, quantities }: Determinants, name: string): Milli {
  const known = name === "dwellingUnits" ? (dwellingUnits ?? 1) * 1000 : (counts?.[name] ?? Object.values(quantities[name] ?? {})[0]);
  if (known === undefined) throw new RatingError(`counts.${name}`, "is needed by this rate and not given");
  if (!Number.isInteger(known) || known < 0) throw new RatingError(`counts.${name}`, `${known} is not a whole number of thousandths, zero or more`);
  if (known > rate.largestCount) throw new RatingError(`counts.${name}`, `${known / 1000} is more than the largest allowed by this rate (${rate.largestCount / 1000})`);
  return known;
}

/** The quantity a charge prices, as the document rounds usage. */
function usageOf({ determinant, index, id, unit }: CompiledCharge, rate: CompiledRate, work: Work): Milli {
  const value = work.quantities[determinant]!;
  if (value !== value) {
    const { name } = rate.determinants[determinant]!;
    throw new RatingError(`charges.${index}`, `${id} needs the quantity ${name} in ${unit}, which is not given`);
  }
  const { usage } = rate.document.rounding;
  return usage === "exact" ? value : wholeUnits(value, usage);
}

const UNIT = 1000;

function wholeUnits(value: Milli, mode: "down" | "nearest" | "up"): Milli {
  const over = value % UNIT;
  if (over === 0) return value;
  const up = mode === "up" || (mode === "nearest" && over * 2 >= UNIT);
  return value - over + (up ? UNIT : 0);
}

/** The part of the bill period's usage that falls on its days `from` to `to`; the parts of all slices add up to the whole. */
function partOf(usage: Milli, from: number, to: number, wholeDays: number): Milli {
  if (from === 0 && to === wholeDays) return usage;
  return Math.floor((2 * usage * to + wholeDays) / (2 * wholeDays)) - Math.floor((2 * usage * from + wholeDays) / (2 * wholeDays));
}

// ---- charges --------------------------------------------------------------------------------------------------

function assessCharge(charge: CompiledCharge, rows: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  switch (charge.kind) {
    case "fixed":
      return assessFixed(charge, rows, work);
    case "flat":
      return assessFlat(charge, rows, period, work);
    case "tiered":
      return assessTiered(charge, rows, period, work);
    case "time-of-use":
      return assessTimeOfUse(charge, rows, period, determinants, work);
    case "demand":
      return assessDemand(charge, rows, period, determinants, work);
    case "percentage":
      return assessPercentage(charge, rows, period, determinants, work);
    case "minimum":
    case "maximum":
      return assessAmount(charge, rows, work);
    case "credit":
      return assessCredit(charge, rows, period, work);
  }
}

const ONE = 1000;

function assessFixed(compiled: CompiledCharge, { slices, shareOf }: Rows, work: Work): void {
  const count = compiled.times < 0 ? ONE : work.counts[compiled.times]!;
  const { perDay } = compiled;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const price = slice.prices[0]!;
    const times = perDay ? count * slice.days : count;
    work.step(times, price, price * times, perDay ? shareOf : slice.share, 0, slice);
  }
  work.quantity[compiled.index] = count;
}

function assessFlat(compiled: CompiledCharge, { slices, shareOf }: Rows, { rate, wholeDays }: PeriodRate, work: Work): void {
  const usage = usageOf(compiled, rate, work);
  let billed = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = partOf(usage, slice.cumFrom, slice.cumTo, wholeDays);
    const price = slice.prices[0]!;
    work.step(part, price, part * price, shareOf, 0, slice);
    billed += part;
  }
  work.quantity[compiled.index] = billed;
}

function assessTiered(compiled: CompiledCharge, { slices, shareOf }: Rows, { rate, wholeDays }: PeriodRate, work: Work): void {
  const usage = usageOf(compiled, rate, work);
  const times = compiled.times < 0 ? ONE : work.counts[compiled.times]!;
  let billed = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = partOf(usage, slice.cumFrom, slice.cumTo, wholeDays);
    billed += part;
    if (compiled.wholeUsage) wholeTier(part, slice, times, compiled.exclusive, shareOf, work);
    else marginalTiers(part, slice, times, shareOf, work);
  }
  work.quantity[compiled.index] = billed;
}

function marginalTiers(usage: Milli, slice: Slice, times: Milli, shareOf: number, work: Work): void {
  const { limits, prices } = slice;
  let lower = 0;
  for (let tier = 0; tier < prices.length; tier++) {
    const limit = timesLimit(limits[tier]!, times);
    const upper = usage < limit ? usage : limit;
    const price = prices[tier]!;
    if (upper > lower || tier === 0) work.step(upper - lower, price, (upper - lower) * price, shareOf, tier, slice);
    if (usage <= limit) return;
    lower = limit;
  }
}

/** All usage at the price of the tier it reaches. */
function wholeTier(usage: Milli, slice: Slice, times: Milli, exclusive: boolean, shareOf: number, work: Work): void {
  const { limits, prices } = slice;
  let tier = 0;
  while (tier < prices.length - 1) {
    const limit = timesLimit(limits[tier]!, times);
    if (exclusive ? usage < limit : usage <= limit) break;
    tier++;
  }
  work.step(usage, prices[tier]!, usage * prices[tier]!, shareOf, tier, slice);
}

/** A tier's end times a count, rounded half up to a thousandth of the unit; one beyond exact integers is beyond any usage. */
export function timesLimit(limit: Milli, times: Milli): Milli {
  if (times === ONE) return limit;
  const product = limit * times;
  return product < Number.MAX_SAFE_INTEGER ? Math.floor((product + ONE / 2) / ONE) : NO_LIMIT;
}

function assessTimeOfUse(compiled: CompiledCharge, { slices, shareOf }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  let billed = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const totals = work.totalsOf(slice.pass, period, determinants);
    if (totals === null) {
      billed += fromRegisters(compiled, slice, period, determinants, shareOf, work);
      continue;
    }
    const { sums, highest, series } = totals;
    for (let code = 0; code < sums.length; code++) {
      if (highest[code] === NEVER) continue;
      const sum = energyOf(sums[code]!, series);
      const price = slice.prices[code]!;
      work.step(sum, price, sum * price, shareOf, code, slice);
      billed += sum;
    }
  }
  checkQuantity(billed, period.rate.determinants[compiled.determinant]!.name, compiled.unit, period.rate.determinants[compiled.determinant]!.largest);
  work.quantity[compiled.index] = billed;
}

/** Time-of-use registers: `usage.peak` and so on, split over the seasons of the days by their number. */
function fromRegisters(compiled: CompiledCharge, slice: Slice, { rate, wholeDays }: PeriodRate, determinants: Determinants, shareOf: number, work: Work): Milli {
  const { name, unit, largest } = rate.determinants[compiled.determinant]!;
  const { periods } = rate.document.schedules[compiled.schedule]!;
  let billed = 0;
  let found = false;
  for (let p = 0; p < periods.length; p++) {
    const register = `${name}.${periods[p]!.id}`;
    const value = quantityOf(determinants, register, unit);
    if (value === undefined) continue;
    found = true;
    const usage = checkQuantity(value, register, unit, largest);
    let cum = slice.cumFrom;
    for (let code = p; code < slice.prices.length; code += periods.length) {
      const days = (slice.days * slice.codeShares[code]!) / slice.share;
      const part = partOf(usage, cum, cum + days, wholeDays);
      cum += days;
      if (days > 0) work.step(part, slice.prices[code]!, part * slice.prices[code]!, shareOf, code, slice);
      billed += part;
    }
  }
  if (!found) {
    throw new RatingError(`charges.${compiled.index}`, `${compiled.id} needs intervals in ${unit}, or the registers ${periods.map(({ id }) => `${name}.${id}`).join(", ")}`);
  }
  return billed;
}

function assessDemand(compiled: CompiledCharge, { slices }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { name, largest } = period.rate.determinants[compiled.determinant]!;
  let highest = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const totals = work.totalsOf(slice.pass, period, determinants);
    for (let code = 0; code < slice.prices.length; code++) {
      const share = slice.codeShares[code]!;
      if (share === 0) continue;
      if (totals !== null && totals.highest[code] === NEVER) continue;
      const measured = totals === null ? registeredDemand(compiled, code, period, determinants, work) : demandOf(totals.highest[code]!, period.passes[slice.pass]!, totals.series);
      const kw = checkQuantity(billedDemand(compiled, largest, measured, determinants), name, compiled.unit, largest);
      work.step(kw, slice.prices[code]!, kw * slice.prices[code]!, share, code, slice);
      if (kw > highest) highest = kw;
    }
  }
  work.quantity[compiled.index] = highest;
}

function registeredDemand(compiled: CompiledCharge, code: number, { rate }: PeriodRate, determinants: Determinants, work: Work): Milli {
  if (compiled.schedule < 0) return usageOf(compiled, rate, work);
  const { name, unit } = rate.determinants[compiled.determinant]!;
  const { periods } = rate.document.schedules[compiled.schedule]!;
  const { id } = periods[code % periods.length]!;
  const value = quantityOf(determinants, `${name}.${id}`, unit);
  if (value === undefined) throw new RatingError(`charges.${compiled.index}`, `${compiled.id} needs intervals, or the demand register ${name}.${id} in ${unit}`);
  return value;
}

/** A percentage in 10^-4 percent of a quantity, rounded half up. */
const PERCENT_PARTS = 1_000_000;

/** Measured demand, not less than the minimum and the ratchet, to the nearest step. */
function billedDemand({ charge, unit, demandMinimum, demandStep, ratchetPercent }: CompiledCharge, largest: Milli, measured: Milli, { demandHistory }: Determinants): Milli {
  let billed = measured > demandMinimum ? measured : demandMinimum;
  if (ratchetPercent > 0 && charge.kind === "demand" && charge.ratchet !== undefined && demandHistory !== undefined) {
    const earlier = demandHistory.slice(0, charge.ratchet.months).reduce((most, kw) => Math.max(most, checkQuantity(kw, "demandHistory", unit, largest)), 0);
    billed = Math.max(billed, Math.floor((earlier * ratchetPercent + PERCENT_PARTS / 2) / PERCENT_PARTS));
  }
  return demandStep === 1 ? billed : Math.floor((2 * billed + demandStep) / (2 * demandStep)) * demandStep;
}

function assessPercentage(compiled: CompiledCharge, { slices, shareOf }: Rows, { rate, days }: PeriodRate, { exemptions }: Determinants, work: Work): void {
  const base = baseCents(compiled.base, rate, work);
  if (Math.abs(base) > BASE_CENTS_MAX) throw new RatingError(`charges.${compiled.index}`, `the base of ${compiled.id} is more than ${BASE_CENTS_MAX} cents`);
  const exempt = compiled.tax === null ? 0 : (exemptions?.[compiled.tax] ?? 0);
  if (!Number.isInteger(exempt) || exempt < 0 || exempt > 100) throw new RatingError(`exemptions.${compiled.tax}`, `${exempt} is not a whole percent between 0 and 100`);
  const taxed = exempt === 0 ? base : exemptBase(base, exempt);
  percentSteps(taxed, slices, days, shareOf, work);
  work.quantity[compiled.index] = taxed;
}

/** The base by days where the percentage changes inside the segment or does not count all of it. */
function percentSteps(base: Cents, slices: readonly Slice[], days: number, shareOf: number, work: Work): void {
  const size = Math.abs(base);
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const sized = partOf(size, slice.cumFrom, slice.cumTo, days);
    const part = base < 0 ? -sized : sized;
    work.step(part, slice.prices[0]!, part * slice.prices[0]!, shareOf, 0, slice);
  }
}

/** The taxed part of a base, rounded half up to a cent. */
function exemptBase(base: Cents, exempt: number): Cents {
  const taxed = Math.abs(base) * (100 - exempt);
  return Math.sign(base) * Math.floor((taxed + 50) / 100);
}

/** The amount of a minimum, a maximum or a credit; `settleAgainst` compares it with its base. */
function assessAmount(compiled: CompiledCharge, { slices }: Rows, work: Work): void {
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    work.step(ONE, slice.prices[0]!, slice.prices[0]!, slice.share, 0, slice);
  }
  work.quantity[compiled.index] = ONE;
}

function assessCredit(compiled: CompiledCharge, rows: Rows, period: PeriodRate, work: Work): void {
  if (compiled.creditForm === "price") return assessFlat(compiled, rows, period, work);
  if (compiled.creditForm === "amount") return assessAmount(compiled, rows, work);
  const base = Math.max(0, baseCents(compiled.base, period.rate, work));
  if (base > BASE_CENTS_MAX) throw new RatingError(`charges.${compiled.index}`, `the base of ${compiled.id} is more than ${BASE_CENTS_MAX} cents`);
  percentSteps(base, rows.slices, period.days, rows.shareOf, work);
  work.quantity[compiled.index] = base;
}

// ---- from steps to cents --------------------------------------------------------------------------------------

/** Adds the line's steps up exactly and rounds at the document's point. */
function settle(compiled: CompiledCharge, shareOf: number, rate: CompiledRate, work: Work): void {
  const { index, perCent, against } = compiled;
  const { mode, at } = rate.document.rounding;
  const parts = perCent * shareOf;
  const bySteps = at === "step" && against === 0;
  let whole = 0;
  let rest = 0;
  let cents = 0;
  for (let step = work.stepsFrom[index]!; step < work.stepCount; step++) {
    const amount = work.stepAmount[step]!;
    let stepWhole = Math.floor(amount / perCent);
    let stepRest = amount - stepWhole * perCent;
    const share = work.stepShare[step]!;
    if (share === shareOf) stepRest *= shareOf;
    else {
      // amount × share ÷ (perCent × shareOf), in two divisions so that no product passes 2^53.
      const shared = stepWhole * share;
      const part = Math.floor(shared / shareOf);
      stepRest = (shared - part * shareOf) * perCent + stepRest * share;
      const carry = Math.floor(stepRest / parts);
      stepWhole = part + carry;
      stepRest -= carry * parts;
    }
    if (bySteps) cents += roundAmount(stepWhole, stepRest, parts, mode);
    whole += stepWhole;
    rest += stepRest;
    if (rest >= parts) {
      whole++;
      rest -= parts;
    }
  }
  work.whole[index] = whole;
  work.rest[index] = rest;
  work.parts[index] = parts;
  if (against !== 0) settleAgainst(compiled, rate, work);
  work.cents[index] = bySteps ? cents : roundAmount(work.whole[index]!, work.rest[index]!, parts, mode);
}

/** A minimum tops its base up, a maximum takes away what is above it, a credit takes away but never more than its base. */
function settleAgainst({ index, kind, base }: CompiledCharge, rate: CompiledRate, work: Work): void {
  const sum = baseCents(base, rate, work);
  const whole = work.whole[index]!;
  const rest = work.rest[index]!;
  if (kind === "credit") {
    const room = Math.max(0, sum);
    if (base.length > 0 && whole >= room) setExact(index, -room, 0, work);
    else if (rest === 0) setExact(index, -whole, 0, work);
    else setExact(index, -whole - 1, work.parts[index]! - rest, work);
    return;
  }
  const difference = whole - sum;
  const applies = kind === "minimum" ? difference >= 0 : difference < 0;
  if (applies) setExact(index, difference, rest, work);
  else setExact(index, 0, 0, work);
}

function setExact(index: number, whole: number, rest: number, work: Work): void {
  work.whole[index] = whole === 0 ? 0 : whole;
  work.rest[index] = rest;
}

/** What a percentage, minimum or credit is reckoned on: the lines' cents, or, where only the total is rounded, their exact sum rounded. */
function baseCents(base: readonly number[], { document: { rounding } }: CompiledRate, work: Work): Cents {
  if (rounding.at === "total") return sumExact(base, work, rounding.mode);
  let sum = 0;
  for (let i = 0; i < base.length; i++) sum += work.cents[base[i]!]!;
  return sum;
}

/** Only the total is rounded: each line gets what it adds to the rounded running sum, so that lines still add up to it. */
function spreadTotal({ charges, document: { rounding } }: CompiledRate, work: Work): Cents {
  let given = 0;
  const upTo: number[] = [];
  for (let i = 0; i < charges.length; i++) {
    if (work.charged[i] === 0) continue;
    upTo.push(i);
    const sum = sumExact(upTo, work, rounding.mode);
    work.cents[i] = sum - given;
    given = sum;
  }
  return given;
}
