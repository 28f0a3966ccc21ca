/**
 * The arithmetic of a bill segment: one core for the bare amount and for the explained bill. All numbers are integers: a
 * price in 10^-decimals dollars times a quantity in thousandths, divided once, at the document's rounding point.
 * Each step of each line is left in the work space, from which the explanation is written when somebody wants it.
 */
import { CENTS_MAX, type Cents } from "../money/cents.ts";
import { scaledInteger } from "../money/decimal.ts";
import { convertMilli, sameDimension, type Milli, type Unit } from "../metering/units.ts";
import type { CompiledCharge, CompiledRate, DeterminantRef } from "./compile.ts";
import { NO_LIMIT } from "./numbers.ts";
import { RatingError, type Determinants } from "./determinants.ts";
import { NO_ROWS, type PeriodCharge, type PeriodRate, type Rows, type Slice } from "./period.ts";
import { tierTable, withHoursUse, type TierTable } from "./tier-table.ts";
import { tieredDemand, tiersByCode } from "./tier-split.ts";
import { AMOUNT, MINIMUM, TIERS, type PlainLine } from "./plain-line.ts";
import { adjustedDemand, coincidentDemand } from "./demand.ts";
import { roundAmount, roundHalfUp, sumExact } from "./rounding.ts";
import type { Work } from "./work.ts";
import { amountFor, tierEnds, type FormulaInputs } from "./charge-formulas.ts";
import { ratio } from "./ratio.ts";

/** Base of a percentage stays exact times the largest percentage. */
const BASE_CENTS_MAX = 5 * CENTS_MAX;

/**
 * Where the running sum of cents begins; it is taken off again. A sum that looked whole would be turned into a 32-bit integer
 * and back at every line, which is a fifth of the time of a bill. Halves are exact in a double far beyond any bill.
 */
const HALF = 0.5;

/**
 * Prices the segment into the work space and returns its sum in cents. The steps are written down when `work.explaining`.
 * Errors: a `RatingError` naming the charge.
 */
export function assess(period: PeriodRate, determinants: Determinants, work: Work): Cents {
  const { charges } = period;
  const { cents, explaining } = work;
  work.begin();
  let total = HALF;
  for (let i = 0; i < charges.length; i++) {
    const charge = charges[i]!;
    if (explaining) work.stepsFrom[i] = work.stepCount;
    const rows = charge.only ?? rowsByProperties(charge, determinants);
    const plain = charge.plain ?? rows.plain;
    if (plain === null || (plain.tax !== null && determinants.exemptions !== undefined)) {
      assessLine(charge.compiled, rows, period, determinants, work);
      total += cents[i]!;
      continue;
    }
    let quantity = plain.count;
    let amount = plain.price;
    if (plain.form === TIERS) {
      quantity = quantityOf(plain.reads!, determinants);
      amount = tiersAmount(quantity, plain.tiers);
    } else if (plain.form !== AMOUNT) {
      const base = plain.onAllBefore ? total - HALF : sumOf(charge.compiled.base, cents);
      if (plain.form === MINIMUM) amount = atLeastNothing(plain.price - base * plain.parts);
      else {
        quantity = checkBase(base, charge.compiled);
        amount = base * plain.price;
      }
    }
    const rounded = roundHalfUp(amount, plain.parts, plain.inverse);
    cents[i] = rounded;
    total += rounded;
    if (explaining) notePlainLine(i, plain, quantity, amount, work);
  }
  if (explaining) work.stepsFrom[charges.length] = work.stepCount;
  return period.rate.roundsTotal ? spreadTotal(period.rate, work) : total - HALF;
}

function atLeastNothing(amount: number): number {
  return amount > 0 ? amount : 0;
}

function sumOf(lines: readonly number[], cents: Float64Array): Cents {
  let sum = 0;
  for (let i = 0; i < lines.length; i++) sum += cents[lines[i]!]!;
  return sum;
}

function checkBase(base: Cents, { index, id }: CompiledCharge): Cents {
  if (base > BASE_CENTS_MAX || base < -BASE_CENTS_MAX) throw new RatingError(`charges.${index}`, `the base of ${id} is more than ${BASE_CENTS_MAX} cents`);
  return base;
}

/** Each tier's price for the part of the usage inside it: all tiers below the one it ends in, and the part inside that one. */
function tiersAmount(usage: Milli, { limits, starts, prices }: TierTable): number {
  let tier = 0;
  while (usage > limits[tier]!) tier++;
  return starts[tier]! + (tier === 0 ? usage : usage - limits[tier - 1]!) * prices[tier]!;
}

/** The steps that `tiersAmount` went through. */
function noteTiers(usage: Milli, limits: Float64Array, slice: Slice, work: Work): void {
  let lower = 0;
  for (let tier = 0; tier < limits.length; tier++) {
    const limit = limits[tier]!;
    const inside = Math.min(usage, limit) - lower;
    if (inside > 0 || usage === 0) work.step(inside, slice.prices[tier]!, 1, tier, slice);
    if (usage <= limit) return;
    lower = limit;
  }
}

function notePlainLine(line: number, { form, slice, tiers, parts }: PlainLine, quantity: number, amount: number, work: Work): void {
  work.open(line, parts);
  work.rest[line] = amount;
  work.quantity[line] = quantity;
  if (form === TIERS) noteTiers(quantity, tiers.limits, slice, work);
  else work.step(quantity, slice.prices[0]!, 1, 0, slice);
}

/** The long way: several rows, shares of days, intervals, rounding otherwise than half up by line. */
function assessLine(charge: CompiledCharge, rows: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, program, against, perCent } = charge;
  if (rows.slices.length === 0 || (program !== null && !isEnrolled(determinants, program))) return work.skip(index);
  const { mode } = period.rate.document.rounding;
  work.open(index, perCent);
  assessCharge(charge, rows, period, determinants, work);
  if (period.rate.roundsSteps && against === 0) roundSteps(charge, period.rate, work);
  else work.cents[index] = roundAmount(work.whole[index]!, work.rest[index]!, work.parts[index]!, mode);
}

/** Enrolled on the last day of the segment. */
function isEnrolled({ programs, to }: Determinants, program: string): boolean {
  return programs?.some((enrollment) => enrollment.program === program && (enrollment.from ?? "") < to && (enrollment.to === undefined || enrollment.to >= to)) ?? false;
}

/** The rows for this customer; none when the charge does not count in the segment. */
function rowsByProperties({ compiled, rows }: PeriodCharge, determinants: Determinants): Rows {
  if (rows.size === 0) return NO_ROWS;
  const names = compiled.whenNames;
  const found = rows.get(names.length === 1 ? propertyOf(determinants, names[0]!, compiled) : names.map((name) => propertyOf(determinants, name, compiled)).join("|"));
  if (found !== undefined) return found;
  const values = names.map((name) => propertyOf(determinants, name, compiled));
  const has = names.map((name, i) => `${name} ${values[i]}`).join(" and ");
  throw new RatingError(`charges.${compiled.index}`, `${compiled.id} has no row for ${has}; add one to the rate or put the customer's data right`);
}

function propertyOf(determinants: Determinants, name: string, { index, id }: CompiledCharge): string {
  const value = name === "meterSize" ? determinants.meterSize : determinants.attributes?.[name];
  if (value === undefined) throw new RatingError(`charges.${index}`, `${id} needs the customer's ${name}, which is not given`);
  return value;
}

// ---- determinants ---------------------------------------------------------------------------------------------

/** The customer's quantity, checked. Errors: it is not given, negative, or too large. */
function quantityOf({ name, unit, largest, isUsage, read }: DeterminantRef, { quantities }: Determinants): Milli {
  const byUnit = isUsage ? quantities["usage"] : quantities[name];
  const value = byUnit === undefined ? undefined : read(byUnit);
  if (value === undefined) return quantityFromOtherUnit(name, unit, largest, byUnit);
  if (!(value >= 0 && value <= largest && Math.floor(value) === value)) refuseQuantity(value, name, unit, largest);
  return value;
}

function quantityFromOtherUnit(name: string, unit: Unit, largest: Milli, byUnit: Readonly<Partial<Record<Unit, Milli>>> | undefined): Milli {
  const value = byUnit === undefined ? undefined : converted(byUnit, unit);
  if (value === undefined) throw new RatingError(`quantities.${name}`, `is needed in ${unit} by this rate and not given`);
  return checkQuantity(value, name, unit, largest);
}

/** The quantity a charge prices, as the document rounds usage. */
function usageOf({ reads }: CompiledCharge, { document }: CompiledRate, determinants: Determinants): Milli {
  const value = quantityOf(reads!, determinants);
  const { usage } = document.rounding;
  return usage === "exact" ? value : wholeUnits(value, usage);
}

/** From another unit of the same dimension, rounded half up to a thousandth. */
function converted(byUnit: Readonly<Partial<Record<Unit, Milli>>>, unit: Unit): Milli | undefined {
  const other = (Object.keys(byUnit) as Unit[]).find((candidate) => byUnit[candidate] !== undefined && sameDimension(candidate, unit));
  return other === undefined ? undefined : convertMilli(byUnit[other]!, other, unit);
}

/** A register of a time-of-use period, or undefined. */
function registerOf({ quantities }: Determinants, register: string, { unit, largest }: DeterminantRef): Milli | undefined {
  const byUnit = quantities[register];
  const value = byUnit === undefined ? undefined : (byUnit[unit] ?? converted(byUnit, unit));
  return value === undefined ? undefined : checkQuantity(value, register, unit, largest);
}

function checkQuantity(value: Milli, name: string, unit: string, largest: Milli): Milli {
  if (!(value >= 0 && value <= largest && Math.floor(value) === value)) refuseQuantity(value, name, unit, largest);
  return value;
}

function refuseQuantity(value: Milli, name: string, unit: string, largest: Milli): never {
  const path = `quantities.${name}.${unit}`;
  if (!Number.isInteger(value)) throw new RatingError(path, `${value} is not a whole number of thousandths`);
  if (value < 0) throw new RatingError(path, `${value / 1000} ${unit} is negative; a credit never makes negative consumption`);
  throw new RatingError(path, `${value / 1000} ${unit} is more than the largest allowed by this rate (${largest / 1000})`);
}

/** Dwelling units are one unless known; a quantity of any unit may multiply tier widths. */
export function countOf(times: string | null, rate: CompiledRate, { dwellingUnits, counts, quantities }: Determinants): Milli {
  if (times === null) return ONE;
  const known = times === "dwellingUnits" ? (dwellingUnits ?? 1) * ONE : (counts?.[times] ?? Object.values(quantities[times] ?? {})[0]);
  if (known === undefined) throw new RatingError(`counts.${times}`, "is needed by this rate and not given");
  if (!Number.isInteger(known) || known < 0) throw new RatingError(`counts.${times}`, `${known} is not a whole number of thousandths, zero or more`);
  if (known > rate.largestCount) throw new RatingError(`counts.${times}`, `${known / ONE} is more than the largest allowed by this rate (${rate.largestCount / ONE})`);
  return known;
}

/** Counts are thousandths, so that two and a half are 2500. */
const ONE = 1000;

function wholeUnits(value: Milli, mode: "down" | "nearest" | "up"): Milli {
  const over = value % ONE;
  if (over === 0) return value;
  const up = mode === "up" || (mode === "nearest" && over * 2 >= ONE);
  return value - over + (up ? ONE : 0);
}

/** The part of the bill period's usage that falls on its days `from` to `to`; the parts of all slices add up to the whole. */
export function partOf(usage: Milli, from: number, to: number, wholeDays: number): Milli {
  if (from === 0 && to === wholeDays) return usage;
  return Math.floor((2 * usage * to + wholeDays) / (2 * wholeDays)) - Math.floor((2 * usage * from + wholeDays) / (2 * wholeDays));
}

// ---- charges --------------------------------------------------------------------------------------------------

/** Leaves the line's exact amount in the work space. */
function assessCharge(charge: CompiledCharge, rows: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  switch (charge.kind) {
    case "tiered":
      return assessTiered(charge, rows, period, determinants, work);
    case "flat":
      return assessFlat(charge, rows, period, determinants, work);
    case "fixed":
      return assessFixed(charge, rows, period, determinants, work);
    case "percentage":
      return assessPercentage(charge, rows, period, determinants, work);
    case "time-of-use":
      return assessTimeOfUse(charge, rows, period, determinants, work);
    case "demand":
      return assessDemand(charge, rows, period, determinants, work);
    case "minimum":
    case "maximum":
      return assessLimit(charge, rows, period, work);
    case "credit":
      return assessCredit(charge, rows, period, determinants, work);
    case "formula":
      return assessFormula(charge, rows, period, determinants, work);
    case "budget":
      return assessBudget(charge, rows, period, determinants, work);
  }
}

function assessFixed(charge: CompiledCharge, { slices, shareOf }: Rows, { rate }: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, perCent, perDay, times } = charge;
  const count = times === null ? ONE : countOf(times, rate, determinants);
  const parts = perDay ? 1 : shareOf;
  work.quantity[index] = count;
  work.share(index, perCent, parts);
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const price = slice.prices[0]!;
    const quantity = perDay ? count * slice.days : count;
    const share = perDay ? 1 : slice.share;
    work.add(index, perCent, price * quantity, share, parts);
    if (work.explaining) work.step(quantity, price, share, 0, slice);
  }
}

function assessFlat(charge: CompiledCharge, { slices }: Rows, { rate, wholeDays }: PeriodRate, determinants: Determinants, work: Work): void {
  const { index } = charge;
  const usage = usageOf(charge, rate, determinants);
  let amount = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = partOf(usage, slice.cumFrom, slice.cumTo, wholeDays);
    const price = slice.prices[0]!;
    amount += part * price;
    work.quantity[index]! += part;
    if (work.explaining) work.step(part, price, 1, 0, slice);
  }
  work.rest[index] = amount;
}

function assessTiered(charge: CompiledCharge, { slices }: Rows, { rate, wholeDays }: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, times, wholeUsage, exclusive } = charge;
  const usage = usageOf(charge, rate, determinants);
  const count = times === null ? ONE : countOf(times, rate, determinants);
  const demand = hoursDemand(charge, rate, determinants);
  let amount = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = partOf(usage, slice.cumFrom, slice.cumTo, wholeDays);
    const tiers = tiersOf(slice.tiers, count, demand);
    work.quantity[index]! += part;
    if (wholeUsage) {
      const tier = tierReached(part, tiers.limits, exclusive);
      amount += part * slice.prices[tier]!;
      if (work.explaining) work.step(part, slice.prices[tier]!, 1, tier, slice);
    } else {
      amount += tiersAmount(part, tiers);
      if (work.explaining) noteTiers(part, tiers.limits, slice, work);
    }
  }
  work.rest[index] = amount;
}

/** The tiers of this customer: times a count, and ended by hours' use. */
export function tiersOf(table: TierTable, count: Milli, demand: number): TierTable {
  const counted = count === ONE ? table : tierTable(table.limits.map((limit) => timesLimit(limit, count)), table.prices, table.hours);
  return counted.hours === null ? counted : withHoursUse(counted, demand);
}

/** The demand of hours' use in thousandths of a watt; 0 where no tier asks for it. Errors: it is not given, or too large. */
export function hoursDemand({ hoursOf }: CompiledCharge, { document }: CompiledRate, { quantities }: Determinants): number {
  if (hoursOf === null) return 0;
  const byUnit = quantities[hoursOf] ?? {};
  const given = byUnit.W ?? converted(byUnit, "W");
  if (given === undefined) throw new RatingError(`quantities.${hoursOf}`, "is needed in kW by this rate, for tiers by hours' use, and not given");
  return checkQuantity(given, hoursOf, "W", scaledInteger(document.largest.demand, 6));
}

/** The tier that the usage ends in; at its very end, in the next one when limits are exclusive. */
function tierReached(usage: Milli, limits: Float64Array, exclusive: boolean): number {
  return limits.findIndex((limit) => (exclusive ? usage < limit : usage <= limit));
}

/** A tier's end times a count, rounded half up to a thousandth of the unit; one beyond exact integers is beyond any usage. */
export function timesLimit(limit: Milli, times: Milli): Milli {
  if (times === ONE) return limit;
  const product = limit * times;
  return product < Number.MAX_SAFE_INTEGER ? Math.floor((product + ONE / 2) / ONE) : NO_LIMIT;
}

function assessTimeOfUse(charge: CompiledCharge, { slices }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, reads } = charge;
  let billed = 0;
  let amount = 0;
  const demand = hoursDemand(charge, period.rate, determinants);
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const usage = (charge.isDerived ? null : work.usageByCode(slice.pass, period, determinants)) ?? registersByCode(charge, slice, period, determinants);
    if (slice.tables.length > 0) {
      billed += usage.reduce((sum, quantity) => (quantity === quantity ? sum + quantity : sum), 0);
      checkQuantity(billed, reads!.name, charge.unit, reads!.largest);
      amount += tiersByCode(charge, usage, slice.tables.map((table) => tiersOf(table, ONE, demand)), slice, period.rate, work);
      continue;
    }
    for (let code = 0; code < usage.length; code++) {
      const quantity = usage[code]!;
      // A code that did not occur has no usage, which is not the same as none.
      if (quantity !== quantity) continue;
      const price = slice.prices[code]!;
      amount += quantity * price;
      billed += quantity;
      if (work.explaining) work.step(quantity, price, 1, code, slice);
    }
  }
  work.quantity[index] = checkQuantity(billed, reads!.name, charge.unit, reads!.largest);
  work.rest[index] = amount;
}

/** Time-of-use registers: `usage.peak` and so on, split over the seasons of the days by their number. */
function registersByCode({ id, index, reads, schedule }: CompiledCharge, slice: Slice, { rate, wholeDays }: PeriodRate, determinants: Determinants): Float64Array {
  const { periods } = rate.document.schedules[schedule]!;
  const names = periods.map((period) => `${reads!.name}.${period.id}`);
  const usage = new Float64Array(slice.prices.length).fill(NaN);
  for (let p = 0; p < periods.length; p++) {
    const value = registerOf(determinants, names[p]!, reads!);
    if (value === undefined) continue;
    let cum = slice.cumFrom;
    for (let code = p; code < usage.length; code += periods.length) {
      const days = (slice.days * slice.codeShares[code]!) / slice.share;
      if (days > 0) usage[code] = partOf(value, cum, cum + days, wholeDays);
      cum += days;
    }
  }
  if (usage.every(Number.isNaN)) throw new RatingError(`charges.${index}`, `${id} needs intervals in ${reads!.unit}, or the registers ${names.join(", ")}`);
  return usage;
}

function assessDemand(charge: CompiledCharge, { slices, shareOf }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, perCent } = charge;
  const coincident = charge.charge.kind === "demand" && charge.charge.coincident === true;
  const atPeak = coincident ? coincidentDemand(charge, period, determinants) : 0;
  let highest = 0;
  work.share(index, perCent, shareOf);
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const measured = coincident ? null : work.demandByCode(slice.pass, slice.prices.length, period, determinants);
    for (let code = 0; code < slice.prices.length; code++) {
      const share = slice.codeShares[code]!;
      if (share === 0) continue;
      const demand = coincident ? atPeak : measured === null ? registeredDemand(charge, code, period, determinants) : measured[code]!;
      if (demand !== demand) continue;
      const billed = billedDemand(charge, demand, period, determinants);
      if (slice.tables.length > 0) tieredDemand(charge, billed, code, slice, shareOf, work);
      else {
        const price = slice.prices[code]!;
        work.add(index, perCent, billed * price, share, shareOf);
        if (work.explaining) work.step(billed, price, share, code, slice);
      }
      if (billed > highest) highest = billed;
    }
  }
  work.quantity[index] = highest;
}

function registeredDemand(charge: CompiledCharge, code: number, { rate }: PeriodRate, determinants: Determinants): Milli {
  if (charge.schedule < 0) return usageOf(charge, rate, determinants);
  const { periods } = rate.document.schedules[charge.schedule]!;
  const register = `${charge.reads!.name}.${periods[code % periods.length]!.id}`;
  const value = registerOf(determinants, register, charge.reads!);
  if (value === undefined) throw new RatingError(`charges.${charge.index}`, `${charge.id} needs intervals, or the demand register ${register} in ${charge.reads!.unit}`);
  return value;
}

/** A percentage in 10^-4 percent of a quantity, rounded half up. */
const PERCENT_PARTS = 1_000_000;

/** Measured demand, raised for a low power factor, not less than the minimum, the contract and the ratchet, to the nearest step. */
function billedDemand(compiled: CompiledCharge, measured: Milli, { rate }: PeriodRate, determinants: Determinants): Milli {
  const { charge, reads, demandMinimum, demandStep, ratchetPercent, contractPercent, powerFactor } = compiled;
  const { demandHistory } = determinants;
  const { name, unit, largest } = reads!;
  let billed = powerFactor === null ? measured : adjustedDemand(measured, powerFactor, determinants);
  if (billed < demandMinimum) billed = demandMinimum;
  if (contractPercent > 0 && charge.kind === "demand" && charge.contract !== undefined) {
    billed = Math.max(billed, Math.floor((countOf(charge.contract.demand, rate, determinants) * contractPercent + PERCENT_PARTS / 2) / PERCENT_PARTS));
  }
  if (ratchetPercent > 0 && charge.kind === "demand" && charge.ratchet !== undefined && demandHistory !== undefined) {
    const earlier = demandHistory.slice(0, charge.ratchet.months).reduce((most, kw) => Math.max(most, checkQuantity(kw, "demandHistory", unit, largest)), 0);
    billed = Math.max(billed, Math.floor((earlier * ratchetPercent + PERCENT_PARTS / 2) / PERCENT_PARTS));
  }
  if (demandStep !== 1) billed = Math.floor((2 * billed + demandStep) / (2 * demandStep)) * demandStep;
  return checkQuantity(billed, name, unit, largest);
}

function assessPercentage(charge: CompiledCharge, { slices }: Rows, { rate, days }: PeriodRate, { exemptions }: Determinants, work: Work): void {
  const { index, base, tax } = charge;
  const full = baseCents(base, rate, work);
  const exempt = tax === null ? 0 : (exemptions?.[tax] ?? 0);
  checkBase(full, charge);
  const taxed = exempt === 0 ? full : exemptBase(full, exempt, tax!);
  work.quantity[index] = taxed;
  percentOf(index, taxed, slices, days, work);
}

/** The base by days where the percentage changes inside the segment or does not count all of it. */
function percentOf(line: number, base: Cents, slices: readonly Slice[], days: number, work: Work): void {
  const size = Math.abs(base);
  let amount = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const sized = partOf(size, slice.cumFrom, slice.cumTo, days);
    const part = base < 0 ? -sized : sized;
    const price = slice.prices[0]!;
    amount += part * price;
    if (work.explaining) work.step(part, price, 1, 0, slice);
  }
  work.rest[line] = amount;
}

/** The taxed part of a base, rounded half up to a cent. */
function exemptBase(base: Cents, exempt: number, tax: string): Cents {
  if (!Number.isInteger(exempt) || exempt < 0 || exempt > 100) throw new RatingError(`exemptions.${tax}`, `${exempt} is not a whole percent between 0 and 100`);
  const taxed = Math.abs(base) * (100 - exempt);
  return Math.sign(base) * Math.floor((taxed + 50) / 100);
}

/** What the charge's formulas may ask of this customer and of the lines before it. */
export function formulaInputs(charge: CompiledCharge, { rate, wholeDays }: PeriodRate, determinants: Determinants): FormulaInputs {
  const { work } = rate;
  return {
    days: wholeDays,
    usage: () => usageOf(charge, rate, determinants),
    count: (name) => countOf(name, rate, determinants),
    line: (index) => {
      if (work.charged[index] === 0) return ratio(0);
      const parts = BigInt(work.parts[index]!);
      return ratio(BigInt(work.whole[index]!) * parts + BigInt(work.rest[index]!), parts * 100n);
    },
  };
}

/** A formula that cannot be reckoned for this customer is named with its charge. */
function reckoned<T>({ index, id }: CompiledCharge, reckon: () => T): T {
  try {
    return reckon();
  } catch (error) {
    if (error instanceof RangeError) throw new RatingError(`charges.${index}`, `the formula of ${id} ${error.message}`);
    throw error;
  }
}

/** By the days of each row; a formula that should follow the length of the period names the days itself. */
function assessFormula(charge: CompiledCharge, { slices }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, reads } = charge;
  const inputs = formulaInputs(charge, period, determinants);
  work.quantity[index] = reads === null ? ONE : inputs.usage();
  let amount = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = reckoned(charge, () => amountFor(slice.row.formulas!, inputs, slice.days));
    amount += part;
    if (work.explaining) work.step(part, 1, 1, 0, slice);
  }
  work.rest[index] = amount;
}

/** Tiers that end where the customer's allocation does. */
function assessBudget(charge: CompiledCharge, { slices }: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index } = charge;
  const inputs = formulaInputs(charge, period, determinants);
  const usage = inputs.usage();
  let amount = 0;
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const part = partOf(usage, slice.cumFrom, slice.cumTo, period.wholeDays);
    const tiers = tierTable(reckoned(charge, () => tierEnds(slice.row.formulas!, inputs, slice.days)), slice.prices);
    work.quantity[index]! += part;
    amount += tiersAmount(part, tiers);
    if (work.explaining) noteTiers(part, tiers.limits, slice, work);
  }
  work.rest[index] = amount;
}

/** A minimum tops its base up, a maximum takes away what is above it. */
function assessLimit(charge: CompiledCharge, rows: Rows, { rate }: PeriodRate, work: Work): void {
  const { index, kind, base } = charge;
  putAmounts(charge, rows, work);
  const difference = work.whole[index]! - baseCents(base, rate, work);
  const applies = kind === "minimum" ? difference >= 0 : difference < 0;
  work.setExact(index, applies ? difference : 0, applies ? work.rest[index]! : 0);
}

/** The standard amount, for the days it counts. */
function putAmounts({ index, perCent }: CompiledCharge, { slices, shareOf }: Rows, work: Work): void {
  work.quantity[index] = ONE;
  work.share(index, perCent, shareOf);
  for (let s = 0; s < slices.length; s++) {
    const slice = slices[s]!;
    const price = slice.prices[0]!;
    work.add(index, perCent, ONE * price, slice.share, shareOf);
    if (work.explaining) work.step(ONE, price, slice.share, 0, slice);
  }
}

/** Takes away, but never more than its base. */
function assessCredit(charge: CompiledCharge, rows: Rows, period: PeriodRate, determinants: Determinants, work: Work): void {
  const { index, creditForm, base } = charge;
  const room = base.length === 0 ? Infinity : Math.max(0, baseCents(base, period.rate, work));
  if (creditForm === "price") assessFlat(charge, rows, period, determinants, work);
  else if (creditForm === "amount") putAmounts(charge, rows, work);
  else {
    work.quantity[index] = checkBase(room, charge);
    percentOf(index, room, rows.slices, period.days, work);
  }
  work.normalize(index);
  const whole = work.whole[index]!;
  const rest = work.rest[index]!;
  if (whole >= room) work.setExact(index, -room, 0);
  else if (rest === 0) work.setExact(index, -whole, 0);
  else work.setExact(index, -whole - 1, work.parts[index]! - rest);
}

// ---- from exact amounts to cents ------------------------------------------------------------------------------

/** Each step is rounded by itself; the line is their sum. */
function roundSteps({ index, perCent }: CompiledCharge, { document: { rounding } }: CompiledRate, work: Work): void {
  let cents = 0;
  for (let step = work.stepsFrom[index]!; step < work.stepCount; step++) {
    work.takeStep(step, perCent, work.parts[index]! / perCent);
    cents += roundAmount(work.whole[work.spare]!, work.rest[work.spare]!, work.parts[work.spare]!, rounding.mode);
  }
  work.cents[index] = cents;
}

/** What a percentage, minimum or credit is reckoned on: the lines' cents, or, where only the total is rounded, their exact sum rounded. */
function baseCents(base: readonly number[], { document: { rounding }, roundsTotal }: CompiledRate, work: Work): Cents {
  if (roundsTotal) return sumExact(base, work, rounding.mode);
  return sumOf(base, work.cents);
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
