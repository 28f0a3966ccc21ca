/** The work space of the arithmetic: typed arrays that one compiled rate uses for one segment after another. */
import type { Milli } from "../metering/units.ts";
import type { Determinants } from "./determinants.ts";
import { demandOf, energyOf, NEVER, runPass, seriesFor, type PassTotals } from "./intervals.ts";
import type { PeriodRate, Slice } from "./period.ts";

/** What a pass found, in the units of the charges. NaN where a code did not occur. */
interface ByCode extends PassTotals {
  readonly usage: Float64Array;
  readonly demand: Float64Array;
  /** Highest of all codes. */
  readonly overall: Float64Array;
  /** The segment it was found for. */
  segment: number;
}

/**
 * Line `i` is charge `i` of the document. A line's exact amount in cents is `whole + rest / parts`: two integers instead of
 * one large one, so that a product with a share of days stays inside 2^53.
 */
export class Work {
  /** Steps are written down: for the explanation, and where steps are rounded one by one. */
  explaining = false;
  readonly charged: Uint8Array;
  readonly cents: Float64Array;
  readonly whole: Float64Array;
  readonly rest: Float64Array;
  readonly parts: Float64Array;
  /** What was charged for, in thousandths (percentages: the base in cents). */
  readonly quantity: Float64Array;
  /** The steps of line `i` are from `stepsFrom[i]` to before `stepsFrom[i + 1]`. */
  readonly stepsFrom: Int32Array;
  stepCount = 0;
  readonly stepQuantity: Milli[] = [];
  readonly stepPrice: number[] = [];
  readonly stepShare: number[] = [];
  /** Tier, or code of the time-of-use period. */
  readonly stepPlace: number[] = [];
  readonly stepSlice: Slice[] = [];
  /** One line more than there are charges, to reckon a single step. */
  readonly spare: number;
  private readonly passes: ByCode[] = [];
  private segment = 0;

  constructor(charges: number) {
    this.spare = charges;
    this.charged = new Uint8Array(charges);
    this.cents = new Float64Array(charges);
    this.whole = new Float64Array(charges + 1);
    this.rest = new Float64Array(charges + 1);
    this.parts = new Float64Array(charges + 1);
    this.quantity = new Float64Array(charges);
    this.stepsFrom = new Int32Array(charges + 1);
  }

  begin(): void {
    this.stepCount = 0;
    this.segment++;
  }

  /** The line is not charged. */
  skip(line: number): void {
    this.charged[line] = 0;
    this.cents[line] = 0;
    this.setExact(line, 0, 0);
  }

  setExact(line: number, whole: number, rest: number): void {
    this.whole[line] = whole === 0 ? 0 : whole;
    this.rest[line] = rest;
  }

  /** Begins a charged line; its amount is in 1 / perCent cents, left in `rest` and divided when it is rounded. */
  open(line: number, perCent: number): void {
    this.charged[line] = 1;
    this.whole[line] = 0;
    this.rest[line] = 0;
    this.parts[line] = perCent;
    this.quantity[line] = 0;
  }

  /** Brings the rest of a line between 0 and parts. */
  normalize(line: number): void {
    const parts = this.parts[line]!;
    const carry = Math.floor(this.rest[line]! / parts);
    this.whole[line] = this.whole[line]! + carry;
    this.rest[line] = this.rest[line]! - carry * parts;
  }

  /** The line is a sum of amounts shared by days. */
  share(line: number, perCent: number, shareOf: number): void {
    this.whole[line] = 0;
    this.rest[line] = 0;
    this.parts[line] = perCent * shareOf;
  }

  /** Adds amount × share ÷ shareOf to a shared line, in two divisions so that no product passes 2^53. */
  add(line: number, perCent: number, amount: number, share: number, shareOf: number): void {
    const parts = perCent * shareOf;
    let whole = Math.floor(amount / perCent);
    let rest = (amount - whole * perCent) * share;
    if (share === shareOf) rest += this.rest[line]!;
    else {
      const shared = whole * share;
      whole = Math.floor(shared / shareOf);
      rest += (shared - whole * shareOf) * perCent + this.rest[line]!;
    }
    const carry = rest < parts ? 0 : Math.floor(rest / parts);
    this.whole[line] = this.whole[line]! + whole + carry;
    this.rest[line] = rest - carry * parts;
  }

  step(quantity: number, price: number, share: number, place: number, slice: Slice): void {
    const at = this.stepCount++;
    this.stepQuantity[at] = quantity;
    this.stepPrice[at] = price;
    this.stepShare[at] = share;
    this.stepPlace[at] = place;
    this.stepSlice[at] = slice;
  }

  /** Leaves the exact amount of one step in the spare line. */
  takeStep(step: number, perCent: number, shareOf: number): void {
    this.share(this.spare, perCent, shareOf);
    this.add(this.spare, perCent, this.stepQuantity[step]! * this.stepPrice[step]!, this.stepShare[step]!, shareOf);
  }

  // ---- intervals ----------------------------------------------------------------------------------------------

  /** Usage by code of a pass over the customer's intervals, thousandths; null when there is no series for it. */
  usageByCode(pass: number, period: PeriodRate, determinants: Determinants): Float64Array | null {
    return this.byCode(pass, period, determinants)?.usage ?? null;
  }

  /** Highest demand by code; for a charge of one code (no seasons, no schedule) the highest of all. */
  demandByCode(pass: number, codes: number, period: PeriodRate, determinants: Determinants): Float64Array | null {
    const found = this.byCode(pass, period, determinants);
    return found === null ? null : codes === 1 ? found.overall : found.demand;
  }

  private byCode(index: number, period: PeriodRate, determinants: Determinants): ByCode | null {
    const pass = period.passes[index]!;
    let found = this.passes[index];
    if (found !== undefined && found.segment === this.segment) return found;
    const series = seriesFor(determinants, pass);
    if (series === null) return null;
    if (found === undefined || found.sums.length !== pass.codes) {
      const array = (): Float64Array => new Float64Array(pass.codes);
      this.passes[index] = found = { sums: array(), highest: array(), usage: array(), demand: array(), overall: new Float64Array(1), series, segment: 0 };
    }
    runPass(pass, series, period, found);
    let overall = NaN;
    for (let code = 0; code < pass.codes; code++) {
      const occurred = found.highest[code] !== NEVER;
      found.usage[code] = occurred ? energyOf(found.sums[code]!, pass, series) : NaN;
      found.demand[code] = occurred && pass.window > 0 ? demandOf(found.highest[code]!, pass, series) : NaN;
      if (!(found.demand[code]! <= overall) && occurred) overall = found.demand[code]!;
    }
    found.overall[0] = overall;
    found.segment = this.segment;
    return found;
  }
}
