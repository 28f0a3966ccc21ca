/**
 * The lines that most bills consist of, ready to be priced: one row for the whole period, nothing prorated, rounded half up to
 * the cent by line. `assess` prices them in one loop without a call; every other line takes the long way with the same arithmetic.
 */
import type { CompiledCharge, CompiledRate, DeterminantRef } from "./compile.ts";
import type { Slice } from "./period.ts";
import type { TierTable } from "./tier-table.ts";

/** Numbers, because comparing texts would cost a good part of a bill. */
export const AMOUNT = 0;
export const TIERS = 1;
export const PERCENTAGE = 2;
export const MINIMUM = 3;
export type PlainForm = typeof AMOUNT | typeof TIERS | typeof PERCENTAGE | typeof MINIMUM;

export interface PlainLine {
  readonly form: PlainForm;
  readonly slice: Slice;
  /** An amount, a percentage or a minimum; in 1 / parts cents. */
  readonly price: number;
  readonly tiers: TierTable;
  readonly reads: DeterminantRef | null;
  /** What is multiplied up, divided by this, is cents. */
  readonly parts: number;
  /** 1 / parts, for the first guess of the quotient. */
  readonly inverse: number;
  /** Reckoned on every line before it: their running sum. */
  readonly onAllBefore: boolean;
  readonly tax: string | null;
  /** What the line counts when it is an amount: thousandths of one, or of a day each. */
  readonly count: number;
}

const ONE = 1000;

/** The line ready to be priced, or null when it is not a plain one. `days` is what its slice must cover. */
export function plainLine(charge: CompiledCharge, slices: readonly Slice[], shareOf: number, days: number, { document: { rounding } }: Pick<CompiledRate, "document">): PlainLine | null {
  const [slice] = slices;
  const form = formOf(charge);
  if (slice === undefined || form === null || slices.length > 1 || slice.cumFrom !== 0 || slice.cumTo !== days) return null;
  if (rounding.at !== "line" || rounding.mode !== "half-up" || rounding.usage !== "exact" || charge.times !== null || charge.hoursOf !== null || charge.program !== null || charge.askedFor) return null;
  const shared = form === MINIMUM || (form === AMOUNT && !charge.perDay);
  if (shared && slice.share !== shareOf) return null;
  const price = slice.prices[0]!;
  const count = charge.perDay ? ONE * slice.days : ONE;
  return {
    form, slice, count,
    price: form === AMOUNT || form === MINIMUM ? price * count : price,
    tiers: slice.tiers,
    reads: charge.reads,
    parts: charge.perCent, inverse: 1 / charge.perCent,
    onAllBefore: charge.base.length === charge.index,
    tax: charge.tax,
  };
}

function formOf({ kind, wholeUsage }: CompiledCharge): PlainForm | null {
  if (kind === "fixed") return AMOUNT;
  if (kind === "flat" || (kind === "tiered" && !wholeUsage)) return TIERS;
  if (kind === "percentage") return PERCENTAGE;
  return kind === "minimum" ? MINIMUM : null;
}
