/** What more or less usage would change of the bill so far: two prices by the very engine that makes the bill. */
import { MISSING, convertMilli, sameDimension, type IntervalSeries, type Milli, type Unit, type UsageOfPeriod } from "../metering/index.ts";
import { RatingError } from "../rating/index.ts";
import type { TimeZone } from "../calendar/zone.ts";
import type { Cents } from "../money/cents.ts";
import { priceNow, type OpenService } from "./so-far.ts";

export interface MarginalInput {
  /** The account's services in their open period; those measured at the point are priced (sewer on its water too). */
  readonly services: readonly OpenService[];
  readonly servicePointId: string;
  readonly customerClass: string;
  readonly zone: TimeZone;
}

/**
 * Cents that the bill so far has more (negative: less) when so much more (less) had been used, at the tiers, times and
 * riders that count. It is added to the last intervals that are known, and taken away from them. Null where it cannot be priced.
 */
export function costOfMore({ services, servicePointId, customerClass, zone }: MarginalInput, more: Milli, unit: Unit): Cents | null {
  const measured = services.filter(({ segment: { point, usage } }) => point.measuredAt === servicePointId && usage !== null && sameDimension(usage.unit, unit));
  if (measured.length === 0) return null;
  try {
    return measured.reduce((sum, service) => {
      const { usage } = service.segment;
      const other = { ...service, segment: { ...service.segment, usage: withMore(usage!, convertMilli(more, unit, usage!.unit)) } };
      return sum + priceNow(other, zone, customerClass).cents - priceNow(service, zone, customerClass).cents;
    }, 0);
  } catch (error) {
    if (error instanceof RatingError) return null;
    throw error;
  }
}

function withMore(usage: UsageOfPeriod, more: Milli): UsageOfPeriod {
  const before = usage.quantities["usage"] ?? 0;
  const change = Math.max(more, -before);
  const at = usage.series.findIndex(({ unit, direction }) => unit === usage.unit && direction === "delivered");
  return { ...usage, quantities: { ...usage.quantities, usage: before + change }, series: usage.series.map((each, i) => (i === at ? seriesWithMore(each, change) : each)) };
}

function seriesWithMore(series: IntervalSeries, change: Milli): IntervalSeries {
  const values = series.values.slice();
  let left = change;
  for (let slot = values.length - 1; slot >= 0 && left !== 0; slot--) {
    const value = values[slot]!;
    if (value === MISSING) continue;
    const taken = Math.max(left, -value);
    values[slot] = value + taken;
    left -= taken;
  }
  return { ...series, values };
}
