/** The work space of the arithmetic: typed arrays that one compiled rate uses for one segment after another. */
import type { Determinants } from "./determinants.ts";
import { runPass, seriesFor, type PassTotals } from "./intervals.ts";
import type { PeriodRate, Slice } from "./period.ts";

export interface WorkSizes {
  readonly charges: number;
  readonly determinants: number;
  readonly counts: number;
}

/** Scratch of one compiled rate, used for one segment after another. Line `i` is charge `i` of the document. */
export class Work {
  /** Prepared determinants and counts; NaN where the customer has none. */
  readonly quantities: Float64Array;
  readonly counts: Float64Array;
  readonly charged: Uint8Array;
  readonly cents: Float64Array;
  /** The exact amount in cents: `whole + rest / parts`, 0 ≤ rest < parts. */
  readonly whole: Float64Array;
  readonly rest: Float64Array;
  readonly parts: Float64Array;
  /** What was charged for, in thousandths (percentages: the base in cents). */
  readonly quantity: Float64Array;
  readonly stepsFrom: Int32Array;
  stepCount = 0;
  readonly stepQuantity: number[] = [];
  readonly stepPrice: number[] = [];
  readonly stepShare: number[] = [];
  /** Amount before the share and the division, in 1 / perCent cents. */
  readonly stepAmount: number[] = [];
  /** Tier, or code of the time-of-use period. */
  readonly stepPlace: number[] = [];
  readonly stepSlice: Slice[] = [];
  private readonly totals: PassTotals[] = [];
  /** Which passes have been run for the segment at hand. */
  private readonly ran: boolean[] = [];

  constructor({ charges, determinants, counts }: WorkSizes) {
    this.quantities = new Float64Array(determinants);
    this.counts = new Float64Array(counts);
    this.charged = new Uint8Array(charges);
    this.cents = new Float64Array(charges);
    this.whole = new Float64Array(charges);
    this.rest = new Float64Array(charges);
    this.parts = new Float64Array(charges);
    this.quantity = new Float64Array(charges);
    this.stepsFrom = new Int32Array(charges + 1);
  }

  begin(): void {
    this.stepCount = 0;
    for (let i = 0; i < this.ran.length; i++) this.ran[i] = false;
  }

  step(quantity: number, price: number, amount: number, share: number, place: number, slice: Slice): void {
    const at = this.stepCount++;
    this.stepQuantity[at] = quantity;
    this.stepPrice[at] = price;
    this.stepAmount[at] = amount;
    this.stepShare[at] = share;
    this.stepPlace[at] = place;
    this.stepSlice[at] = slice;
  }

  /** Totals of a pass over the customer's intervals; null when there is no series for it. */
  totalsOf(index: number, period: PeriodRate, determinants: Determinants): PassTotals | null {
    const pass = period.passes[index]!;
    const series = seriesFor(determinants, pass);
    if (series === null) return null;
    const known = this.totals[index];
    if (known !== undefined && this.ran[index] === true) return known;
    const totals = known !== undefined && known.sums.length === pass.codes ? known : { sums: new Float64Array(pass.codes), highest: new Float64Array(pass.codes), series };
    runPass(pass, series, period, totals);
    this.totals[index] = totals;
    this.ran[index] = true;
    return totals;
  }
}
