/**
 * Prepaid: what each day costs of money that was paid ahead. A day costs what is unbilled through that day less what was
 * unbilled through the day before, both priced by the engine that makes the bill: tiers, minimums and fixed charges come out
 * as on the bill, and the days sum to it. Nothing here is posted (docs/decisions/a-prepaid-day-is-not-posted.md).
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { TimeZone } from "../calendar/zone.ts";
import type { Milli, Unit } from "../metering/index.ts";
import { sumCents, type Cents } from "../money/cents.ts";
import { RatingError } from "../rating/index.ts";
import { priceNow, type OpenService, type PricedNow } from "./so-far.ts";

/** The unbilled services as they stand at the end of a day: each segment's period and usage end with it, or with the service. */
export interface EndOfDay {
  readonly day: LocalDate;
  readonly services: readonly OpenService[];
}

export interface PrepaidDay {
  readonly day: LocalDate;
  /** May be less than nothing: with a day more a tier or an allowance counts for more of the usage before. */
  readonly charge: Cents;
  /** What the day's meters counted, in the unit of the rate. */
  readonly usage: readonly { readonly agreementId: string; readonly commodity: string; readonly quantity: Milli; readonly unit: Unit }[];
}

export interface DailyChargesInput {
  /** Every complete day that is not billed, in order, without a gap. */
  readonly days: readonly EndOfDay[];
  readonly customerClass: string;
  readonly zone: TimeZone;
}

/** What each day costs; null when a service cannot be priced: a part of it would mislead. */
export function dailyCharges({ days, customerClass, zone }: DailyChargesInput): PrepaidDay[] | null {
  // A service that has ended is the same thing on every later day.
  const known = new Map<OpenService, PricedNow>();
  const priced = (service: OpenService): PricedNow => {
    const price = known.get(service) ?? priceNow(service, zone, customerClass);
    known.set(service, price);
    return price;
  };
  try {
    const totals = days.map(({ services }) => sumCents(services.map((service) => priced(service).cents)));
    return days.map(({ day, services }, i) => ({ day, charge: totals[i]! - (totals[i - 1] ?? 0), usage: usageOfDay(services, days[i - 1]?.services ?? []) }));
  } catch (error) {
    if (error instanceof RatingError) return null;
    throw error;
  }
}

const segmentKey = ({ segment: { due } }: OpenService): string => `${due.agreement.agreementId} ${due.period.from}`;
const quantityOf = (service: OpenService | undefined): Milli => service?.segment.usage?.quantities["usage"] ?? 0;

/** What is measured at the point itself: sewer that follows the water says nothing new. */
function usageOfDay(now: readonly OpenService[], before: readonly OpenService[]): PrepaidDay["usage"] {
  const earlier = new Map(before.map((service) => [segmentKey(service), service]));
  return now.flatMap((service) => {
    const { due: { agreement }, point, usage } = service.segment;
    const was = earlier.get(segmentKey(service));
    if (usage === null || was === service || point.measuredAt !== agreement.servicePointId) return [];
    return [{ agreementId: agreement.agreementId, commodity: agreement.commodity, quantity: quantityOf(service) - quantityOf(was), unit: usage.unit }];
  });
}

/** Days whose average says how fast money goes: a week, so that weekends count as they should. */
const AVERAGE_DAYS = 7;

export interface PrepaidStanding {
  /** Paid ahead less what the unbilled days cost; less than nothing: used beyond it. */
  readonly left: Cents;
  /** What the unbilled days cost. */
  readonly used: Cents;
  /** Whole days that what is left lasts at the average of the last days; null while there is no average. */
  readonly daysLeft: number | null;
  readonly state: "ok" | "low" | "out";
}

/** How money stands that was paid ahead: `credit` is the account's balance turned round, in cents. */
export function prepaidStanding(credit: Cents, lowAt: Cents, days: readonly Pick<PrepaidDay, "charge">[]): PrepaidStanding {
  const used = sumCents(days.map(({ charge }) => charge));
  const left = credit - used;
  const last = days.slice(-AVERAGE_DAYS);
  const lately = sumCents(last.map(({ charge }) => charge));
  const daysLeft = lately > 0 ? Math.max(0, Math.floor((left * last.length) / lately)) : null;
  return { left, used, daysLeft, state: left <= 0 ? "out" : left <= lowAt ? "low" : "ok" };
}
