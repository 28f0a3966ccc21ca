/**
 * The one decimal.js of the product: prices come in as decimal text and are turned into scaled integers with it.
 * Its own clone, so that no other user of the package can change its precision or rounding.
 */
import { Decimal as Base } from "decimal.js";

/** 60 digits hold every product of a price, a quantity and a ratio of days; ties go away from zero. */
export const Decimal = Base.clone({ precision: 60, rounding: Base.ROUND_HALF_UP, toExpNeg: -40, toExpPos: 40 });
export type Decimal = InstanceType<typeof Decimal>;

/** The text as an integer of 10^-decimals. Errors: a `RangeError` when it needs more decimals or does not fit. */
export function scaledInteger(text: string, decimals: number): number {
  const scaled = new Decimal(text).times(new Decimal(10).pow(decimals));
  if (!scaled.isInteger()) throw new RangeError(`${text} needs more than ${decimals} decimals`);
  const value = scaled.toNumber();
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large to be counted exactly`);
  return value === 0 ? 0 : value;
}

/** Digits after the point of a decimal text, trailing zeros not counted. */
export function decimalsOf(text: string): number {
  return new Decimal(text).decimalPlaces();
}
