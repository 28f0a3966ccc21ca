/**
 * Proof that rating a document stays inside the integers that a double counts exactly. For each charge the largest product
 * that its largest allowed determinant can make is worked out with decimal.js; one that could pass 2^53 is refused.
 */
import { Decimal } from "../money/decimal.ts";
import type { Unit } from "../metering/units.ts";
import type { Charge, RateDocument } from "./schema.ts";
import { chargeDecimals, chargePrices } from "./charge-prices.ts";
import type { Issue } from "./tou-calendar.ts";

/** 2^53, less two cents of the finest price: the rounding looks at the cents next to an amount. */
const EXACT_MAX = new Decimal(2).pow(53).minus(new Decimal(10).pow(10));

/**
 * Largest numerator or denominator of a share of days: a period of at most 400 days (`PERIOD_DAYS_MAX`), or a standard
 * length of at most 999.99 days in hundredths, either times 100 percent at most once.
 */
export const SHARE_MAX = 100_000;

/** Longest segment that is priced at once. */
export const PERIOD_DAYS_MAX = 400;

/** Cents of one charge stay below this, so that cents × share of days stays exact too. */
const CHARGE_CENTS_MAX = new Decimal(50_000_000_000);

/** More than one meter of a utility of this size can use in a period, by how large the unit is. */
const LARGEST_USAGE = 1_000_000;
const LARGEST_USAGE_OF: Readonly<Partial<Record<Unit, number>>> = { kWh: 10_000_000, Wh: 1_000_000_000, gal: 1_000_000_000, L: 1_000_000_000, ft3: 100_000_000, W: 1_000_000_000, kvarh: 10_000_000, kVAh: 10_000_000 };

/** The document's largest usage in the unit, or what is usual for it. */
export function largestUsage({ largest }: Pick<RateDocument, "largest">, unit: Unit): string {
  return largest.usage ?? String(LARGEST_USAGE_OF[unit] ?? LARGEST_USAGE);
}

/** Issues with the path of the price that is too large or too fine. */
export function boundIssues(document: RateDocument): Issue[] {
  return document.charges.flatMap((charge, i) => chargeIssues(document, charge, `charges.${i}`));
}

function chargeIssues(document: RateDocument, charge: Charge, path: string): Issue[] {
  const decimals = chargeDecimals(charge);
  const scale = new Decimal(10).pow(decimals);
  const quantity = largestQuantity(document, charge);
  return chargePrices(charge).flatMap(({ path: at, price }) => {
    const product = new Decimal(price).abs().times(scale).times(quantity.counted);
    const cents = new Decimal(price).abs().times(quantity.units).times(100);
    const whole = `${path}.${at}`;
    if (product.gt(EXACT_MAX)) {
      return [{ path: whole, message: `${price} with ${decimals} decimals times the largest allowed ${quantity.name} (${quantity.units.toString()}) cannot be counted exactly; give the price with fewer decimals or lower largest.${quantity.name}` }];
    }
    if (cents.gt(CHARGE_CENTS_MAX)) return [{ path: whole, message: `${price} times the largest allowed ${quantity.name} (${quantity.units.toString()}) is more than $${CHARGE_CENTS_MAX.div(100).toString()}; lower largest.${quantity.name}` }];
    return [];
  });
}

interface LargestQuantity {
  readonly name: string;
  readonly units: Decimal;
  /** As the engine counts it: thousandths of a unit, or days. */
  readonly counted: Decimal;
}

function largestQuantity(document: RateDocument, charge: Charge): LargestQuantity {
  const { largest } = document;
  const usage = largestUsage(document, "unit" in charge && charge.unit !== undefined ? charge.unit : document.unit);
  const thousandths = (name: "usage" | "demand" | "count"): LargestQuantity => {
    const units = new Decimal(name === "usage" ? usage : largest[name]);
    return { name, units, counted: units.times(1000) };
  };
  switch (charge.kind) {
    case "flat":
    case "tiered":
    case "budget":
    case "time-of-use":
      return thousandths("usage");
    case "credit":
      return charge.rates[0]!.price === undefined ? once() : thousandths("usage");
    case "demand":
      return thousandths("demand");
    case "fixed": {
      const days = charge.per === "day" ? PERIOD_DAYS_MAX : 1;
      const { units, counted } = charge.times === undefined ? once() : thousandths("count");
      return { name: "count", units: units.times(days), counted: counted.times(days) };
    }
    case "formula":
    case "percentage":
    case "minimum":
    case "maximum":
      return once();
  }
}

/** An amount is counted in thousandths as well. */
function once(): LargestQuantity {
  return { name: "count", units: new Decimal(1), counted: new Decimal(1000) };
}
